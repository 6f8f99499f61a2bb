"""Make the hidden set by which the open project is judged.

    python tools/hidden_set.py --seed-file secret.txt --output hidden.npz [--scans FOLDER]

Half of it are digits of MNIST's test set as they are, half others under mild
distortions, all drawn from the seed. With --scans, photos or scans of your own
take the place of the distorted digits: beside each NAME.jpg lies a NAME.txt
with its digits, line by line as they are written. Keep seed and set to
yourself. To grade by this very set, name it: DIGITS_HIDDEN_SET=$PWD/hidden.npz.
"""

import argparse
import sys
from collections import Counter
from pathlib import Path

from grading.hidden_images import HiddenSetError, draw, save, with_scans
from grading.seeds import SeedError, generator, read_seed


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed-file", type=Path, required=True, metavar="FILE", help="a text that only you know")
    parser.add_argument("--output", type=Path, required=True, metavar="FILE", help="the .npz file to write")
    parser.add_argument("--scans", type=Path, metavar="FOLDER", help="your own scans, each with its digits as a text")
    options = parser.parse_args(arguments)
    try:
        random = generator(read_seed(options.seed_file), "hidden set")
        hidden = with_scans(random, options.scans) if options.scans else draw(random)
    except (HiddenSetError, SeedError) as error:
        print(error, file=sys.stderr)
        return 1
    save(hidden, options.output)
    counts = ", ".join(f"{count:,} {kind}" for kind, count in Counter(hidden.kinds.tolist()).items())
    print(f"{options.output}: {counts} digits")
    return 0


if __name__ == "__main__":
    sys.exit(main())
