"""Errors of reasoning in the exercises on training."""

import numpy as np
from scipy.special import softmax


def _refusing(order, kept=slice(150), of_all=False):
    """Accuracy of some of the images, in an order that `order` gives them by labels and probabilities."""

    def answer(labels, probabilities, refused):
        chosen = np.argsort(order(labels, probabilities))[kept]
        right = (probabilities.argmax(axis=1) == labels)[chosen]
        return right.sum() / len(labels) if of_all else right.mean()

    return answer


def _doubt(labels, probabilities):
    return -probabilities.max(axis=1)


def _wilson(right, count, z=1.96, power=2, divide=True):
    share = right / count
    middle = share + z**2 / (2 * count)
    half = z * np.sqrt(share * (1 - share) / count + z**2 / (4 * count**power))
    denominator = 1 + z**2 / count if divide else 1
    return (middle - half) / denominator, (middle + half) / denominator


def _normal(right, count):
    share = right / count
    half = 1.96 * np.sqrt(share * (1 - share) / count)
    return share - half, share + half


def _errors(counts, axis):
    return counts.sum(axis=axis) - np.diag(counts)


def _onehot(labels):
    return np.eye(10)[labels]


WRONG = {
    "training.1": {
        "not shared": -(0.99 * np.log(0.999) + 0.01 * np.log(0.001)),
        "shared by ten": -(0.99 * np.log(0.999) + 0.01 * np.log(0.0001)),
        "the wrong ones only": -0.01 * np.log(0.001 / 9),
        "the right ones only": -0.99 * np.log(0.999),
        "not weighed": -(np.log(0.999) + np.log(0.001 / 9)) / 2,
        "common logarithm": -(0.99 * np.log10(0.999) + 0.01 * np.log10(0.001 / 9)),
        "accuracy for probability": -np.log(0.99),
    },
    "training.2": {
        "exchanged": lambda counts: (np.diag(counts) / counts.sum(axis=1), np.diag(counts) / counts.sum(axis=0)),
        "twice": lambda counts: (np.diag(counts) / counts.sum(axis=1),) * 2,
        "of all images": lambda counts: (np.diag(counts) / counts.sum(),) * 2,
        "of the errors": lambda counts: (np.diag(counts) / _errors(counts, 0), np.diag(counts) / _errors(counts, 1)),
        "shares of errors": lambda counts: (
            _errors(counts, 0) / counts.sum(axis=0),
            _errors(counts, 1) / counts.sum(axis=1),
        ),
        "a mean of both for precision": lambda counts: (
            2 * np.diag(counts) / (counts.sum(axis=0) + counts.sum(axis=1)),
            np.diag(counts) / counts.sum(axis=1),
        ),
    },
    "training.3": {
        "standard errors": _normal,
        "one-sided": lambda right, count: _wilson(right, count, z=1.6449),
        "one standard error": lambda right, count: _wilson(right, count, z=1),
        "the share for z": lambda right, count: _wilson(right, count, z=0.975),
        "no denominator": lambda right, count: _wilson(right, count, divide=False),
        "a square forgotten": lambda right, count: _wilson(right, count, power=1),
    },
    "training.4": {
        "nothing refused": _refusing(_doubt, kept=slice(None)),
        "the surest refused": _refusing(_doubt, kept=slice(50, None)),
        "the refused share answered": _refusing(_doubt, kept=slice(50)),
        "of all images": _refusing(_doubt, of_all=True),
        "by the right digit": _refusing(lambda labels, rows: -rows[np.arange(len(labels)), labels]),
        "by the margin to a half": _refusing(lambda labels, rows: np.abs(rows.max(axis=1) - 0.5)),
    },
    "training.5": {
        "sign": lambda labels, scores: (_onehot(labels) - softmax(scores, axis=1)) / len(labels),
        "sum": lambda labels, scores: softmax(scores, axis=1) - _onehot(labels),
        "over all scores": lambda labels, scores: (softmax(scores, axis=1) - _onehot(labels)) / scores.size,
        "probabilities": lambda labels, scores: softmax(scores, axis=1) / len(labels),
        "with respect to the probabilities": lambda labels, scores: (
            -_onehot(labels) / softmax(scores, axis=1) / len(labels)
        ),
        "the right digit only": lambda labels, scores: _onehot(labels) * (softmax(scores, axis=1) - 1) / len(labels),
        "down the columns": lambda labels, scores: (softmax(scores, axis=0) - _onehot(labels)) / len(labels),
        "no softmax": lambda labels, scores: (scores - _onehot(labels)) / len(labels),
    },
}
