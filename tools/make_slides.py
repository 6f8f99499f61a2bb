"""Slides of the chapters, each a file that needs nothing else."""

import sys

from classroom.slideshow import main

if __name__ == "__main__":
    sys.exit(main())
