"""Keep the numbers of this edition, so that a later one can say what it corrected."""

import sys

from pipeline.editions import main

if __name__ == "__main__":
    sys.exit(main())
