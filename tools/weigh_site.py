"""What each page of the site weighs, and how soon a slow phone shows it."""

import sys

from publishing.page_sizes import main

if __name__ == "__main__":
    sys.exit(main())
