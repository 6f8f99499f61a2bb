"""Run a sweep: the experiment notebook, once for each combination of parameters."""

import sys

from sweeping.running_sweeps import main

if __name__ == "__main__":
    sys.exit(main())
