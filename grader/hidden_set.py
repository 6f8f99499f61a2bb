"""Make the hidden set by which the open project is judged.

    python tools/make_hidden_set.py --seed-file ~/course/secret.txt --output ~/course/hidden.npz [--scans FOLDER]

Half of it are digits of MNIST's test set as they are, the other half are other
test digits, mildly distorted. All are drawn from the seed. With --scans, photos or scans of your own
take the place of the distorted digits: beside each NAME.jpg lies a NAME.txt
with its digits, line by line as they are written. A thousand or more tell
networks apart. Keep seed and set to yourself.

Without a file, tools/grade.py draws another set of the same kind for each
question. To grade by exactly the set that you made, name it: DIGITS_HIDDEN_SET=$HOME/course/hidden.npz.
"""

import argparse
import sys
from collections import Counter
from pathlib import Path

from digitlib.evaluation import accuracy_of_counts
from digitlib.files import prepare_output
from grader.hidden_images import SCANNED, HiddenSetError, draw, save, with_scans
from grader.seeds import SeedError, generator, read_seed

ENOUGH_SCANS = 1_000  # at 97 % right, the 95 % interval then begins about one and a quarter points lower


def main(arguments: list[str] | None = None) -> int:
    """Make a hidden set; 1 if the seed or the scans cannot be used."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed-file", type=Path, required=True, metavar="FILE", help="a text that only you know")
    parser.add_argument("--output", type=Path, required=True, metavar="FILE", help="the .npz file to write")
    parser.add_argument("--scans", type=Path, metavar="FOLDER", help="your own scans, each with its digits as a text")
    options = parser.parse_args(arguments)
    prepare_output(options.output)
    try:
        random = generator(read_seed(options.seed_file), "hidden set")
        hidden = with_scans(random, options.scans) if options.scans else draw(random)
    except (HiddenSetError, SeedError) as error:
        print(error, file=sys.stderr)
        return 1
    save(hidden, options.output)
    counts = Counter(hidden.kinds.tolist())
    print(f"{options.output}: {', '.join(f'{count:,} {kind}' for kind, count in counts.items())} digits")
    if options.scans and counts[SCANNED] < ENOUGH_SCANS:
        print(_warning(counts[SCANNED]), file=sys.stderr)
    return 0


def _warning(scanned: int) -> str:
    score = accuracy_of_counts(round(0.97 * scanned), scanned)
    return (
        f"{scanned:,} scanned digits are few: points go by the lower end of the 95 % interval, and for "
        f"{score.correct:,} right it goes from {score.low:.1%} to {score.high:.1%}. Scan {ENOUGH_SCANS:,} or more"
    )
