"""run, accept, render, check: from chapters to the notebooks of the book."""

import sys

from pipeline.notebook_commands import main

if __name__ == "__main__":
    sys.exit(main())
