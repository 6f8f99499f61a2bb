"""run, accept, render, check: from chapters to the notebooks of the book."""

import sys

from pipeline.stages import main

if __name__ == "__main__":
    sys.exit(main())
