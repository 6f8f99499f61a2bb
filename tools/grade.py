"""Grade a folder of submissions; the assignments of the book go by their numbers: python tools/grade.py 1 ..."""

import sys

from grader.command import main
from grader.memory import restart_where_memory_is_held
from pipeline.paths import assignments

if __name__ == "__main__":
    restart_where_memory_is_held()
    sys.exit(main(known=assignments()))
