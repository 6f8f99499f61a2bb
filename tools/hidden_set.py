"""Make the hidden set by which the open project is judged.

    python tools/hidden_set.py --seed-file secret.txt --output hidden.npz [--scans FOLDER]

Half of it are digits of MNIST's test set as they are, half others under mild
distortions, all drawn from the seed. With --scans, photos or scans of your own
take the place of the distorted digits: beside each NAME.jpg lies a NAME.txt
with its digits, line by line as they are written. Keep seed and set to
yourself. To grade by this very set, name it: DIGITS_HIDDEN_SET=$PWD/hidden.npz.
"""

import argparse
import hashlib
import sys
from collections import Counter
from pathlib import Path

import numpy as np

from hidden_images import HiddenSetError, draw, save, with_scans


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed-file", type=Path, required=True, metavar="FILE", help="a text that only you know")
    parser.add_argument("--output", type=Path, required=True, metavar="FILE", help="the .npz file to write")
    parser.add_argument("--scans", type=Path, metavar="FOLDER", help="your own scans, each with its digits as a text")
    options = parser.parse_args(arguments)
    try:
        random = generator(read_seed(options.seed_file))
        hidden = with_scans(random, options.scans) if options.scans else draw(random)
    except HiddenSetError as error:
        print(error, file=sys.stderr)
        return 1
    save(hidden, options.output)
    counts = ", ".join(f"{count:,} {kind}" for kind, count in Counter(hidden.kinds.tolist()).items())
    print(f"{options.output}: {counts} digits")
    return 0


def read_seed(path: Path) -> str:
    """The teacher's secret.

    Raises
    ------
    HiddenSetError
        If the file cannot be read, or is empty.
    """
    try:
        seed = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise HiddenSetError(f"the seed file {path} cannot be read: {error}") from error
    if not seed:
        raise HiddenSetError(f"the seed file {path} is empty: write a sentence that nobody guesses into it")
    return seed


def generator(seed: str) -> np.random.Generator:
    """The source of chance that belongs to a seed."""
    digest = hashlib.sha256(f"hidden set\0{seed}".encode()).digest()
    return np.random.default_rng(int.from_bytes(digest, "big"))


if __name__ == "__main__":
    sys.exit(main())
