"""Everything for a lab without internet, in one folder."""

import sys

from classroom.offline_lab import main

if __name__ == "__main__":
    sys.exit(main())
