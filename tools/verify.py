"""The full proof: slow tests, one stored run repeated, every chapter run in full and compared with its page."""

import sys

from pipeline.proof import main

if __name__ == "__main__":
    sys.exit(main())
