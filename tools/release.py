"""Release a version: write it everywhere, check the book, commit and tag."""

import sys

from publishing.versions import main

if __name__ == "__main__":
    sys.exit(main())
