"""Make what students get of the assignments."""

import sys

from classroom.homework import main

if __name__ == "__main__":
    sys.exit(main())
