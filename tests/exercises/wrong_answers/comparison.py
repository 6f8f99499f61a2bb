"""Errors of reasoning in the exercises that compare the networks."""

import numpy as np
from keras import Input, Sequential, layers


def _taken(order):
    """Images whose pixels are taken in the order that `order` makes of the permutation."""

    def answer(images, permutation):
        return images.reshape(len(images), -1)[:, order(permutation)].reshape(images.shape)

    return answer


def _missed(both, expected):
    """What two functions make of which answers of either network are wrong."""

    def answer(labels, first, second):
        wrong = first != labels, second != labels
        return both(*wrong).sum(), expected(*wrong)

    return answer


def _independent(one, other):
    return one.mean() * other.mean() * len(one)


def _gap(difference):
    return lambda function, images: np.abs(difference(function, images)).max()


def _network(*hidden):
    return Sequential([Input((28, 28, 1)), *hidden, layers.Dense(10, activation="softmax")])


def _right(maps, by=1, axis=2):
    return np.roll(maps, by, axis=axis)


WRONG = {
    "comparison.1": {
        "input side only": 2_528_000 // 784,
        "rounded up": 3_184,
        "biases counted": 2_528_000 // 796,
        "as many parameters": (121_930 - 10) // 795,
        "outputs counted once": (2_528_000 - 640) // 784,
        "the work of the convolutions alone": (194_688 + 2_230_272) // 794,
    },
    "comparison.2": {
        "as they came": lambda images, permutation: images,
        "permuted again": _taken(lambda permutation: permutation),
        "backwards": _taken(lambda permutation: permutation[::-1]),
        "undone and turned round": _taken(lambda permutation: np.argsort(permutation)[::-1]),
        "pixels first": lambda images, permutation: images.reshape(-1, len(images))[np.argsort(permutation)].reshape(
            images.shape
        ),
    },
    "comparison.3": {
        "the same wrong answer": lambda labels, first, second: (
            ((first == second) & (first != labels)).sum(),
            _independent(first != labels, second != labels),
        ),
        "agreement": _missed(lambda one, other: one == other, _independent),
        "both right": _missed(lambda one, other: ~one & ~other, _independent),
        "either": _missed(lambda one, other: one | other, _independent),
        "a share": _missed(lambda one, other: one & other, lambda one, other: one.mean() * other.mean()),
        "numbers multiplied": _missed(lambda one, other: one & other, lambda one, other: one.sum() * other.sum()),
        "added": _missed(lambda one, other: one & other, lambda one, other: one.mean() + other.mean()),
        "expected of both right": _missed(
            lambda one, other: one & other, lambda one, other: _independent(~one, ~other)
        ),
        "rounded": _missed(lambda one, other: one & other, lambda one, other: np.round(_independent(one, other))),
        "half of the errors": _missed(lambda one, other: one & other, lambda one, other: (one.sum() + other.sum()) / 2),
    },
    "comparison.4": {
        "invariance": _gap(lambda function, images: function(_right(images)) - function(images)),
        "down": _gap(lambda function, images: function(_right(images, axis=1)) - _right(function(images), axis=1)),
        "opposite ways": _gap(lambda function, images: function(_right(images)) - _right(function(images), -1)),
        "signed": lambda function, images: (function(_right(images)) - _right(function(images))).max(),
        "mean": lambda function, images: np.abs(function(_right(images)) - _right(function(images))).mean(),
        "moved twice": _gap(lambda function, images: function(_right(images)) - _right(function(_right(images)))),
        "two pixels": _gap(lambda function, images: function(_right(images, 2)) - _right(function(images), 2)),
    },
    "comparison.5": {
        "flattened": _network(layers.Conv2D(4, 3), layers.Flatten()),
        "pooled by two": _network(
            layers.ZeroPadding2D(8),
            layers.Conv2D(4, 3),
            layers.MaxPooling2D(),
            layers.Conv2D(8, 3),
            layers.GlobalMaxPooling2D(),
        ),
        "no paper around": _network(layers.Conv2D(4, 3, activation="relu"), layers.GlobalAveragePooling2D()),
        "ink alone": _network(layers.GlobalAveragePooling2D()),
        "no softmax": Sequential(
            [Input((28, 28, 1)), layers.ZeroPadding2D(2), layers.Conv2D(10, 3), layers.GlobalMaxPooling2D()]
        ),
        "the same for all": _network(layers.Rescaling(0.0), layers.Conv2D(4, 3), layers.GlobalMaxPooling2D()),
    },
}
