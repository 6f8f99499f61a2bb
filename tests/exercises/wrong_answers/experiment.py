"""Errors of reasoning in the exercises on one experiment."""

import numpy as np
from scipy import stats


def _chosen(of, keep=lambda runs: runs[runs["scored_on"] == "validation"]):
    return lambda runs: of(keep(runs).groupby("network")["accuracy"]).idxmax()


def _interval(*, degrees=1, ddof=1, outside=0.5, further=lambda n: 1 + 1 / n, quantile=stats.t.ppf):
    """The prediction interval, with one thing changed."""

    def interval(values, confidence):
        share = 1 - outside * (1 - confidence)
        reach = quantile(share, len(values) - degrees) * values.std(ddof=ddof) * np.sqrt(further(len(values)))
        return values.mean() - reach, values.mean() + reach

    return interval


def _inside(rows, values, interval):
    ends = [interval(row) for row in rows]
    return np.mean([low <= value <= high for (low, high), value in zip(ends, values, strict=True)])


def _sweep(**changes):
    grid = {
        "network": "cnn",
        "training_images": 1_000,
        "augmentation": ["none", "noise"],
        "seed": [1, 2, 3, 4, 5],
        "scored_on": "validation",
    }
    return [grid | changes]


WRONG = {
    "experiment.1": {
        "the second grid forgotten": 30,
        "grids combined with each other": 180,
        "lengths added": 15,
        "lists taken in parallel": 8,
    },
    "experiment.2": {
        "the luckiest run": _chosen(lambda scores: scores.max()),
        "chosen on test images": _chosen(
            lambda scores: scores.mean(), keep=lambda runs: runs[runs["scored_on"] == "test"]
        ),
        "all scores mixed": _chosen(lambda scores: scores.mean(), keep=lambda runs: runs),
        "summed over seeds": _chosen(lambda scores: scores.sum()),
    },
    "experiment.3": {
        "of the mean": _interval(further=lambda n: 1 / n),
        "the mean taken for known": _interval(further=lambda n: 1),
        "normal distribution": _interval(quantile=lambda share, _: stats.norm.ppf(share)),
        "one-sided quantile": _interval(outside=1),
        "divided by n": _interval(ddof=0),
        "n degrees of freedom": _interval(degrees=0),
        "always 95 %": lambda values, confidence: _interval()(values, 0.95),
    },
    "experiment.4": {
        "count instead of share": lambda past, further, interval: len(past) * _inside(past, further, interval),
        "outside": lambda past, further, interval: 1 - _inside(past, further, interval),
        "one interval for all": lambda past, further, interval: _inside([past] * len(past), further, interval),
        "columns": lambda past, further, interval: _inside(past.T, further, interval),
        "further run among the past": lambda past, further, interval: _inside(
            np.column_stack([past, further]), further, interval
        ),
        "one end": lambda past, further, interval: np.mean(further <= [interval(row)[1] for row in past]),
        "the mean is looked for": lambda past, further, interval: _inside(past, past.mean(axis=1), interval),
    },
    "experiment.5": {
        "scored on the test set": _sweep(scored_on="test"),
        "a single seed": _sweep(seed=1),
        "nothing to compare with": _sweep(augmentation=["noise", "moved by up to 2 pixels"]),
        "nothing augmented": _sweep(augmentation="none"),
        "more epochs for one side": [*_sweep(augmentation="none"), *_sweep(augmentation="noise", epochs=47)],
        "other seeds on either side": [
            *_sweep(augmentation="none"),
            *_sweep(augmentation="noise", seed=[6, 7, 8, 9, 10]),
        ],
        "all training images": _sweep(training_images=60_000),
        "a kind that there is not": _sweep(augmentation=["none", "turned"]),
    },
}
