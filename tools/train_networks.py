"""Train the book's CNN from five more seeds, and keep the weights for the chapter on the hierarchy of features."""

import sys

from pipeline.more_networks import main

if __name__ == "__main__":
    sys.exit(main())
