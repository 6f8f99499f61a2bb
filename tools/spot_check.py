"""Repeat a few stored runs and see whether they still give what they gave."""

import sys

from sweeping.spot_checks import main

if __name__ == "__main__":
    sys.exit(main())
