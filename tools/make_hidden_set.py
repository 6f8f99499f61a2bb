"""Make the hidden set by which the open project is judged."""

import sys

from grader.hidden_set import main

if __name__ == "__main__":
    sys.exit(main())
