"""Errors of reasoning in the exercises on errors and doubt."""

import numpy as np
from scipy import optimize, special, stats


def _votes(answers):
    return np.stack([(answers == digit).sum(axis=0) for digit in range(10)])


def _expected(wrong):
    networks, images = wrong.shape
    return images * stats.binom.pmf(np.arange(networks + 1), networks, wrong.mean())


def _named(wrong):
    networks, images = wrong.shape
    missed, rate = np.arange(networks + 1), wrong.mean()
    return images * rate**missed * (1 - rate) ** (networks - missed)


def _by_network(wrong):
    networks, images = wrong.shape
    return networks * stats.binom.pmf(np.arange(images + 1), images, wrong.mean())


def _aside(doubts, count):
    return np.argsort(-doubts)[:count]


def _pairs(doubts, wrongs):
    return doubts[wrongs][:, np.newaxis] - doubts[~wrongs]


def _auc(doubts, wrongs):
    return ((_pairs(doubts, wrongs) > 0) + (_pairs(doubts, wrongs) == 0) / 2).mean()


def _lowest(scores, labels, loss, low=0.05, high=20.0):
    found = optimize.minimize_scalar(lambda t: loss(scores / t, labels), bounds=(low, high), method="bounded")
    return found.x


def _cross_entropy(scores, labels):
    return -special.log_softmax(scores, axis=1)[np.arange(len(labels)), labels].mean()


def _squares(scores, labels):
    return ((special.softmax(scores, axis=1) - np.eye(10)[labels]) ** 2).mean()


def _gap(scores, labels):
    confidence = special.softmax(scores, axis=1).max(axis=1).mean()
    return abs(confidence - (scores.argmax(axis=1) == labels).mean())


WRONG = {
    "errors.1": {
        "mean": lambda answers: np.rint(answers.mean(axis=0)),
        "median": lambda answers: np.median(answers, axis=0),
        "by network": lambda answers: stats.mode(answers, axis=1).mode,
        "number of votes": lambda answers: _votes(answers).max(axis=0),
        "first network": lambda answers: answers[0],
        "largest of equals": lambda answers: 9 - _votes(answers)[::-1].argmax(axis=0),
        "fewest votes": lambda answers: _votes(answers).argmin(axis=0),
        "all networks together": lambda answers: np.full(60, np.bincount(answers.ravel()).argmax()),
    },
    "errors.2": {
        "shares": lambda wrong: _expected(wrong) / wrong.shape[1],
        "all answers": lambda wrong: _expected(wrong) * len(wrong),
        "rights for wrongs": lambda wrong: _expected(~wrong),
        "what was seen": lambda wrong: np.bincount(wrong.sum(axis=0), minlength=len(wrong) + 1),
        "named networks": _named,
        "others left open": lambda wrong: wrong.shape[1] * wrong.mean() ** np.arange(len(wrong) + 1),
        "or more": lambda wrong: _expected(wrong)[::-1].cumsum()[::-1],
        "none forgotten": lambda wrong: _expected(wrong)[1:],
        "networks and images swapped": _by_network,
        "Poisson": lambda wrong: (
            wrong.shape[1] * stats.poisson.pmf(np.arange(len(wrong) + 1), len(wrong) * wrong.mean())
        ),
        "rate of the first network": lambda wrong: (
            wrong.shape[1] * stats.binom.pmf(np.arange(len(wrong) + 1), len(wrong), wrong[0].mean())
        ),
    },
    "errors.3": {
        "surest": lambda doubts, wrongs, count: 1 - wrongs[_aside(-doubts, count)].mean(),
        "wrong ones": lambda doubts, wrongs, count: wrongs[_aside(doubts, count)].mean(),
        "in percent": lambda doubts, wrongs, count: 100 * (~wrongs[_aside(doubts, count)]).mean(),
        "of all images": lambda doubts, wrongs, count: (~wrongs)[_aside(doubts, count)].sum() / len(wrongs),
        "of all right answers": lambda doubts, wrongs, count: (~wrongs)[_aside(doubts, count)].sum() / (~wrongs).sum(),
        "the answered": lambda doubts, wrongs, count: 1 - np.delete(wrongs, _aside(doubts, count)).mean(),
        "unsorted": lambda doubts, wrongs, count: 1 - wrongs[:count].mean(),
        "what the network believes": lambda doubts, wrongs, count: 1 - doubts[_aside(doubts, count)].mean(),
        "a count": lambda doubts, wrongs, count: (~wrongs)[_aside(doubts, count)].sum(),
        "one too few": lambda doubts, wrongs, count: 1 - wrongs[_aside(doubts, count - 1)].mean(),
    },
    "errors.4": {
        "equal doubts lost": lambda doubts, wrongs: (_pairs(doubts, wrongs) > 0).mean(),
        "equal doubts won": lambda doubts, wrongs: (_pairs(doubts, wrongs) >= 0).mean(),
        "turned round": lambda doubts, wrongs: 1 - _auc(doubts, wrongs),
        "by how much": lambda doubts, wrongs: _pairs(doubts, wrongs).mean(),
        "all pairs": lambda doubts, wrongs: _auc(doubts, wrongs) * _pairs(doubts, wrongs).size / len(doubts) ** 2,
        "at one threshold": lambda doubts, wrongs: ((doubts > 0.5) == wrongs).mean(),
        "correlation": lambda doubts, wrongs: np.corrcoef(doubts, wrongs)[0, 1],
        "against the middle": lambda doubts, wrongs: (doubts[wrongs] > np.median(doubts[~wrongs])).mean(),
        "in the order of the images": lambda doubts, wrongs: (doubts[wrongs] > doubts[~wrongs][: wrongs.sum()]).mean(),
    },
    "errors.5": {
        "multiplied": lambda scores, labels: 1 / _lowest(scores, labels, _cross_entropy),
        "accuracy": lambda scores, labels: 1.0,
        "above 1 only": lambda scores, labels: _lowest(scores, labels, _cross_entropy, low=1),
        "squares": lambda scores, labels: _lowest(scores, labels, _squares),
        "mean confidence": lambda scores, labels: _lowest(scores, labels, _gap),
        "spread": lambda scores, labels: scores.std(),
        "logarithm": lambda scores, labels: np.log(_lowest(scores, labels, _cross_entropy)),
        "on half of the labels": lambda scores, labels: 1.2 * _lowest(scores[::2], labels[::2], _cross_entropy),
    },
}
