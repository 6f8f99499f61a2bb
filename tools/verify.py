"""The full proof: the slow tests, a spot check, every chapter run in full and compared with the published one."""

import sys

from pipeline.proof import main

if __name__ == "__main__":
    sys.exit(main())
