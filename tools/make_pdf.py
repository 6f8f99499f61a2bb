"""The whole book as one PDF."""

import sys

from publishing.pdf import main

if __name__ == "__main__":
    sys.exit(main())
