"""Compute how sure the book's accuracies are, writer by writer: takes the folder with QMNIST's label files."""

import sys

from pipeline.scores_by_writer import main

if __name__ == "__main__":
    sys.exit(main())
