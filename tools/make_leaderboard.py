"""Write the leaderboard of the open project."""

import sys

from grader.leaderboard import main

if __name__ == "__main__":
    sys.exit(main())
