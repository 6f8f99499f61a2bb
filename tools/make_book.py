"""Run every chapter, build the site from that run, and compare with the book's own results."""

import sys

from pipeline.building import main

if __name__ == "__main__":
    sys.exit(main())
