"""Everything that is published: the site, and in it the book as a PDF, its notebooks and itself to take along."""

import sys

from publishing.site import main

if __name__ == "__main__":
    sys.exit(main())
