"""Grade submissions of any assignment, without the book: ``python -m grader --help``."""

import sys

from grader.command import main
from grader.memory import restart_where_memory_is_held

if __name__ == "__main__":
    restart_where_memory_is_held()
    sys.exit(main())
