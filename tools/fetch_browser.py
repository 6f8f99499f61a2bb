"""Bring a browser into the project's own environment, where there is none."""

import sys

from publishing.chromium import main

if __name__ == "__main__":
    sys.exit(main())
