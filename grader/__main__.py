"""Grade submissions of any assignment, without the book: ``python -m grader --help``."""

import sys

from grader.command import main

if __name__ == "__main__":
    sys.exit(main())
