"""Errors of reasoning in the exercises on variations of the network."""

import numpy as np
from keras import Input, Sequential, layers, ops, random
from scipy.stats import binomtest, chi2_contingency
from statsmodels.stats.contingency_tables import mcnemar

from digitlib.data import move


def _dropped(factor, share_of=lambda share: share, shape=np.shape):
    """Dropout with another factor, another share or coarser draws."""

    def answer(values, share, random):
        kept = random.random(shape(values)) >= share_of(share)
        return values * kept * factor(share)

    return answer


def _same_mean(values, share, random):
    kept = values * (random.random(values.shape) >= share)
    return kept * values.mean() / kept.mean()


def _moved(draw, by=lambda image, down, right: move(image[None], down=down, right=right)[0]):
    """Each image moved by what `draw` makes of the most and a generator."""

    def answer(images, most, random):
        return np.stack([by(image, *draw(most, random)) for image in images])

    return answer


def _two(most, random):
    return random.integers(-most, most + 1, 2)


def _all_alike(images, most, random):
    down, right = _two(most, random)
    return move(images, down=down, right=right)


def _own_generator(images, most, random):
    return _moved(_two)(images, most, np.random.default_rng(0))


def _p_value(test):
    """What a test makes of which answers of either network are right."""
    return lambda labels, first, second: test(first == labels, second == labels)


def _heads(right, right_too):
    return int((right & ~right_too).sum())


def _tosses(right, right_too):
    return int((right != right_too).sum())


def _disagreement(labels, first, second):
    return binomtest(_heads(first == labels, second == labels), int((first != second).sum())).pvalue


def _unpaired(right, right_too):
    return chi2_contingency([[np.sum(which), np.sum(~which)] for which in (right, right_too)]).pvalue


def _approximate(right, right_too):
    return mcnemar([[0, _heads(right, right_too)], [_heads(right_too, right), 0]], exact=False).pvalue


def _simulated(summary):
    """What a summary makes of the scores of equally good networks, in the mean over many draws."""

    def answer(networks, images, accuracy):
        scores = np.random.default_rng(0).binomial(images, accuracy, size=(20_000, networks)) / images
        return summary(scores, accuracy).mean()

    return answer


SHARED = layers.Dense(10, activation="softmax")


def _network(*hidden, last=SHARED):
    return Sequential([Input((28, 28, 1)), layers.Flatten(), *hidden, last])


def _softmax(**options):
    return layers.Dense(10, activation="softmax", **options)


def _noisy_always():
    return _network(layers.Lambda(lambda values: values + random.normal(ops.shape(values))), last=_softmax())


WRONG = {
    "going_further.1": {
        "not made larger": _dropped(lambda share: 1),
        "made smaller": _dropped(lambda share: 1 - share),
        "divided by the share dropped": _dropped(lambda share: 1 / share),
        "a little larger": _dropped(lambda share: 1 + share),
        "the other share": _dropped(lambda share: 1 / share, share_of=lambda share: 1 - share),
        "whole columns": _dropped(lambda share: 1 / (1 - share), shape=lambda values: values.shape[1:]),
        "the mean of each draw": _same_mean,
        "always one half": _dropped(lambda share: 1 / (1 - share), share_of=lambda share: 0.5),
    },
    "going_further.2": {
        "all alike": _all_alike,
        "upper end left out": _moved(lambda most, random: random.integers(-most, most, 2)),
        "down and right": _moved(lambda most, random: random.integers(0, most + 1, 2)),
        "one axis": _moved(lambda most, random: (0, random.integers(-most, most + 1))),
        "one number for both": _moved(lambda most, random: [random.integers(-most, most + 1)] * 2),
        "wraps round": _moved(_two, by=lambda image, down, right: np.roll(image, (down, right), axis=(0, 1))),
        "rounded normal": _moved(
            lambda most, random: np.clip(np.rint(random.normal(0, 1, 2)), -most, most).astype(int)
        ),
        "a generator of its own": _own_generator,
    },
    "going_further.3": {
        "one-sided": _p_value(lambda *right: binomtest(_heads(*right), _tosses(*right), alternative="less").pvalue),
        "all disagreements": _disagreement,
        "all images": _p_value(lambda *right: binomtest(_heads(*right), len(right[0])).pvalue),
        "approximate": _p_value(_approximate),
        "unpaired": _p_value(_unpaired),
        "doubled beyond 1": _p_value(
            lambda *right: 2 * binomtest(_heads(*right), _tosses(*right), alternative="less").pvalue
        ),
    },
    "going_further.4": {
        "the score itself": _simulated(lambda scores, accuracy: scores.max(axis=1)),
        "the mean score": _simulated(lambda scores, accuracy: scores.mean(axis=1) - accuracy),
        "the scatter": _simulated(lambda scores, accuracy: np.sqrt(np.mean((scores - accuracy) ** 2))),
        "the range": _simulated(lambda scores, accuracy: np.ptp(scores, axis=1)),
        "the lowest": _simulated(lambda scores, accuracy: scores.min(axis=1) - accuracy),
        "a sum's scatter": lambda networks, images, accuracy: np.sqrt(networks * accuracy * (1 - accuracy) / images),
        "number of images": lambda networks, images, accuracy: (
            _simulated(lambda scores, accuracy: scores.max(axis=1) - accuracy)(networks, images, accuracy) * images
        ),
    },
    "going_further.5": {
        "a shared layer": lambda: _network(layers.Dropout(0.2)),
        "no noise": lambda: _network(layers.BatchNormalization(), last=_softmax()),
        "too large": lambda: _network(layers.Dense(128), layers.Dropout(0.2), last=_softmax()),
        "no softmax": lambda: _network(layers.Dropout(0.2), last=layers.Dense(10)),
        "noisy when it predicts": _noisy_always,
        "one answer for all": lambda: _network(layers.Dropout(0.2), last=_softmax(kernel_initializer="zeros")),
    },
}
