"""How sure the book's accuracies are, given that one writer's digits resemble each other: from QMNIST's labels.

The label files (Yadav and Bottou 2019) are at https://github.com/facebookresearch/qmnist. They stay out of the project:
what is stored is what this computes.
"""

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pandas as pd

from digitlib import reference, statistics
from digitlib.data import load_mnist, scale_pixels
from digitlib.files import store
from digitlib.handwriting.familiarity import Familiarity, activations
from pipeline.writers import writers_of_folder

NETWORKS = ("cnn", "matched", "fully connected")


def main(arguments: list[str] | None = None) -> int:
    """Store the scores by writer for the chapters."""
    _, test = writers_of_folder(__doc__, arguments)
    scores = score(test)
    content = scores.to_json(orient="index", double_precision=6, indent=1)
    store({reference.BY_WRITER: content.encode("utf-8")}, reference.FOLDER)
    print(scores.round(4).to_string())
    return 0


def score(test: pd.DataFrame) -> pd.DataFrame:
    """A row for each accuracy and difference, with the columns of `digitlib.statistics.GroupedEstimate` and by series.

    Parameters
    ----------
    test : pandas.DataFrame
        As `pipeline.writers.read_writers` returns it.
    """
    rows = {}
    for name, values in _scores():
        estimate = statistics.mean_over_groups(values, test["writer"])
        by_series = {"students": values[test["students"]].mean(), "staff": values[~test["students"]].mean()}
        rows[name] = estimate._asdict() | by_series
    return pd.DataFrame.from_dict(rows, orient="index")


def _scores() -> Iterator[tuple[str, np.ndarray]]:
    """By name, a value for each test digit: the share of the runs that read it, a difference of shares, a refusal."""
    _, (X_test, y_test) = load_mnist()
    yield "the book's CNN", (reference.load_run("cnn").predictions == y_test).astype(float)
    headline = reference.load_sweep("headline")
    shares = {}
    for network in NETWORKS:
        answers = headline[headline["network"] == network].apply(reference.predicted, axis=1)
        shares[network] = (np.stack(answers.to_list()) == y_test).mean(axis=0)
    yield from shares.items()
    for one, other in combinations(NETWORKS, 2):
        yield f"{one} - {other}", shares[one] - shares[other]
    rule = Familiarity.load(reference.FOLDER / "familiarity.json")
    hidden = activations(reference.load_model("cnn"), scale_pixels(X_test)).hidden
    yield reference.REFUSED, (~rule.looks_like_a_digit(hidden)).astype(float)
