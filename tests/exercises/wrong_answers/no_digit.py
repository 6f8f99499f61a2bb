"""Errors of reasoning in the exercises on drawings that are no digits."""

import numpy as np
from scipy.spatial.distance import cdist


def _squared(hidden, means, matrix):
    return cdist(hidden, means, "mahalanobis", VI=matrix) ** 2


def _by_ordinary(hidden, means, covariance):
    nearest = cdist(hidden, means).argmin(axis=1)
    return _squared(hidden, means, np.linalg.inv(covariance))[np.arange(len(hidden)), nearest]


def _others(drawings, name):
    return np.concatenate([drawings[other] for other in drawings if other != name])


def _earlier(drawings, name):
    names = list(drawings)
    return np.concatenate([np.zeros((0, 1)), *[drawings[other] for other in names[: names.index(name)]]])


def _pairs(of_digits, of_others, compare):
    return compare(of_digits[:, np.newaxis], of_others)


WRONG = {
    "no_digit.1": {
        "of the digits": lambda digits, refused, caught: 1 - refused,
        "of all drawings": lambda digits, refused, caught: digits * (1 - refused),
        "caught ones pass": lambda d, r, c: d * (1 - r) / (d * (1 - r) + (1 - d) * c),
        "the others": lambda d, r, c: (1 - d) * (1 - c) / (d * (1 - r) + (1 - d) * (1 - c)),
        "base rate forgotten": lambda d, r, c: (1 - r) / (2 - r - c),
        "rates swapped": lambda d, r, c: d * (1 - c) / (d * (1 - c) + (1 - d) * (1 - r)),
    },
    "no_digit.2": {
        "the other way round": lambda digits, others: (
            _pairs(digits, others, np.less) + _pairs(digits, others, np.equal) / 2
        ).mean(),
        "ties lost": lambda digits, others: _pairs(digits, others, np.greater).mean(),
        "ties won": lambda digits, others: _pairs(digits, others, np.greater_equal).mean(),
        "against the mean": lambda digits, others: (digits > others.mean()).mean(),
        "number of pairs": lambda digits, others: (
            _pairs(digits, others, np.greater) + _pairs(digits, others, np.equal) / 2
        ).sum(),
        "pair by pair": lambda digits, others: (digits[: len(others)] > others).mean(),
    },
    "no_digit.3": {
        "from the upper end": lambda scores, refused: np.quantile(scores, 1 - refused),
        "mean minus deviations": lambda scores, refused: scores.mean() - 2 * scores.std(),
        "the share itself": lambda scores, refused: refused,
        "one too many": lambda scores, refused: np.sort(scores)[int(refused * len(scores)) + 1],
        "one too few": lambda scores, refused: np.sort(scores)[int(refused * len(scores)) - 1],
        "the lowest score": lambda scores, refused: scores.min(),
    },
    "no_digit.4": {
        "not squared": lambda *given: np.sqrt(_squared(given[0], given[1], np.linalg.inv(given[2])).min(axis=1)),
        "ordinary distance": lambda hidden, means, covariance: cdist(hidden, means).min(axis=1) ** 2,
        "not inverted": lambda hidden, means, covariance: _squared(hidden, means, covariance).min(axis=1),
        "diagonal alone": lambda hidden, means, covariance: _squared(
            hidden, means, np.diag(1 / np.diag(covariance))
        ).min(axis=1),
        "nearest by ordinary distance": _by_ordinary,
        "mean over classes": lambda *given: _squared(given[0], given[1], np.linalg.inv(given[2])).mean(axis=1),
        "a score": lambda *given: -_squared(given[0], given[1], np.linalg.inv(given[2])).min(axis=1),
    },
    "no_digit.5": {
        "taught with all": lambda drawings, teach, judge: [
            judge(teach(np.concatenate([*drawings.values()])), drawings[name]) for name in drawings
        ],
        "taught with one": lambda drawings, teach, judge: [
            judge(teach(drawings[name]), _others(drawings, name)) for name in drawings
        ],
        "judged by the taught": lambda drawings, teach, judge: [
            judge(teach(_others(drawings, name)), _others(drawings, name)) for name in drawings
        ],
        "one family for both": lambda drawings, teach, judge: [
            judge(teach(drawings[name]), drawings[name]) for name in drawings
        ],
        "the families before": lambda drawings, teach, judge: [
            judge(teach(_earlier(drawings, name)), drawings[name]) for name in drawings
        ],
        "mean": lambda drawings, teach, judge: np.mean(
            [judge(teach(_others(drawings, name)), drawings[name]) for name in drawings]
        ),
        "all others judged, too": lambda drawings, teach, judge: [
            judge(teach(_others(drawings, name)), np.concatenate([*drawings.values()])) for name in drawings
        ],
    },
}
