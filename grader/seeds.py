"""The teacher's secret, and the random numbers that are made from it."""

import hashlib
from pathlib import Path

import numpy as np

from digitlib.files import TextError, read_text


class SeedError(Exception):
    """A seed file cannot be used; the message names the file and the cause."""


def read_seed(path: Path) -> str:
    """Read the text of a seed file, without space around it.

    Parameters
    ----------
    path : Path

    Returns
    -------
    str

    Raises
    ------
    SeedError
        If the file cannot be read, is not UTF-8, or is empty.
    """
    try:
        seed = read_text(path).strip()
    except (OSError, TextError) as error:
        raise SeedError(f"the seed file {path} cannot be read: {error}") from error
    if not seed:
        raise SeedError(f"the seed file {path} is empty: write a sentence that nobody guesses into it")
    return seed


def generator(seed: str, *purpose: str) -> np.random.Generator:
    """Make the random generator of a seed and a purpose; each purpose has a generator of its own.

    Parameters
    ----------
    seed : str
    *purpose : str
        What the numbers are for, from the large to the small.

    Returns
    -------
    numpy.random.Generator
    """
    digest = hashlib.sha256("\0".join([seed, *purpose]).encode("utf-8")).digest()
    return np.random.default_rng(int.from_bytes(digest, "big"))
