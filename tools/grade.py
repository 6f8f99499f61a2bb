"""Grade a folder of submissions, each in a sandbox of its own."""

import sys

from grader.command import main
from pipeline.paths import assignments

if __name__ == "__main__":
    sys.exit(main(assignments()))
