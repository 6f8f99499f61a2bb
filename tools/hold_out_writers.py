"""Choose the writers whose digits the book validates on: takes the folder with QMNIST's label files."""

import sys

from pipeline.writers import main

if __name__ == "__main__":
    sys.exit(main())
