"""Who wrote which digit: from QMNIST's labels, the training images that are held out for validation.

The label files (Yadav and Bottou 2019) are at https://github.com/facebookresearch/qmnist. They stay out of the project.
"""

import argparse
import gzip
import struct
from pathlib import Path

import numpy as np
import pandas as pd

from digitlib.data import HELD_OUT_FILE, MNIST_FOLDER
from digitlib.files import read_text, sha256

STUDENTS = 4  # NIST's number of the series; those of the staff are 0 and 1
DRAWS = 20_000  # about one in a hundred has the right number of digits, so that some 200 can be compared


def read_writers(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """MNIST's training and test digits in their order: columns ``digit``, ``students`` (bool) and ``writer``.

    Raises
    ------
    OSError, ValueError
        If a file is missing, or holds fewer digits than MNIST.
    """
    return _read(folder / "qmnist-train-labels.tsv.gz", 60_000), _read(folder / "qmnist-test-labels.tsv.gz", 10_000)


def writers_of_folder(description: str | None, arguments: list[str] | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What `read_writers` reads, from the folder that a command is given; it ends and says why if that cannot be."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="with qmnist-train-labels.tsv.gz and qmnist-test-labels.tsv.gz")
    try:
        return read_writers(parser.parse_args(arguments).folder)
    except (OSError, ValueError) as problem:
        parser.error(f"{problem}. The files are at https://github.com/facebookresearch/qmnist.")


def choose_writers(train: pd.DataFrame, like: pd.DataFrame, *, draws: int = DRAWS, seed: int = 0) -> np.ndarray:
    """Hold out whole writers, as many digits of each series as another table has, its classes as nearly as can be.

    Returns
    -------
    numpy.ndarray, bool, shape (len(train),)
        Which digits are held out. Nobody wrote both such a digit and one of the others.

    Raises
    ------
    ValueError
        If no draw of writers has the wanted number of digits.
    """
    held = np.zeros(len(train), bool)
    rng = np.random.default_rng(seed)
    for students in (True, False):
        of_series = train[train["students"] == students]
        wanted = np.bincount(like.loc[like["students"] == students, "digit"], minlength=10)
        counts = pd.crosstab(of_series["writer"], of_series["digit"]).reindex(columns=range(10), fill_value=0)
        chosen = _draw(counts.to_numpy(), wanted, rng, draws)
        held |= (train["students"] == students).to_numpy() & train["writer"].isin(counts.index[chosen]).to_numpy()
    return held


def _draw(counts: np.ndarray, wanted: np.ndarray, rng: np.random.Generator, draws: int) -> np.ndarray:
    """Of random writers with as many digits as wanted, those whose classes are nearest by the chi-squared distance."""
    nearest, least = None, np.inf
    for _ in range(draws):
        order = rng.permutation(len(counts))
        totals = counts[order].sum(axis=1).cumsum()
        last = np.searchsorted(totals, wanted.sum())
        if last == len(totals) or totals[last] != wanted.sum():
            continue
        chosen = order[: last + 1]
        distance = ((counts[chosen].sum(axis=0) - wanted) ** 2 / np.maximum(wanted, 1)).sum()
        if distance < least:
            nearest, least = chosen, distance
    if nearest is None:
        raise ValueError(f"no draw of writers has {wanted.sum():,} digits: draw more often")
    return nearest


def main(arguments: list[str] | None = None) -> int:
    """Write the list of held-out training images into the package."""
    train, test = writers_of_folder(__doc__, arguments)
    held = choose_writers(train, test)
    content = struct.pack(">HBBI", 0, 8, 1, len(held)) + held.astype(np.uint8).tobytes()
    path, sums = MNIST_FOLDER / HELD_OUT_FILE, MNIST_FOLDER / "SHA256SUMS"
    lines = [line for line in read_text(sums).splitlines() if not line.endswith(f"  {path.stem}")]
    lines = sorted([*lines, f"{sha256(content)}  {path.stem}"], key=lambda line: line[64:])
    path.write_bytes(gzip.compress(content, mtime=0))
    sums.write_text("\n".join(lines) + "\n", encoding="utf-8")
    writers = train[held].groupby("students")["writer"].nunique()
    print(f"{held.sum():,} digits held out, by {writers[True]} students and {writers[False]} of the staff")
    return 0


def _read(path: Path, count: int) -> pd.DataFrame:
    table = pd.read_csv(
        path, sep="\t", header=None, usecols=[0, 1, 2], names=["digit", "series", "writer"], nrows=count
    )
    if len(table) < count:
        raise ValueError(f"{path} has {len(table):,} rows, expected at least {count:,}")
    return table.assign(students=table["series"] == STUDENTS)[["digit", "students", "writer"]]
