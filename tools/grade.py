"""Grade a folder of submissions; the assignments of the book go by their numbers: python tools/grade.py 1 ..."""

import sys

from grader.command import main
from pipeline.paths import assignments

if __name__ == "__main__":
    sys.exit(main(known=assignments()))
