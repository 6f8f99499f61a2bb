"""Errors of reasoning in the exercises on the architecture."""

import numpy as np
from keras import Input, Sequential, layers
from scipy import special


def _network(*hidden):
    return Sequential([Input((28, 28, 1)), *hidden, layers.Flatten(), layers.Dense(10, activation="softmax")])


def _log_of_probabilities(scores):
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.log(exponentials / exponentials.sum(axis=1, keepdims=True))


WRONG = {
    "architecture.1": {
        "the network as it was": 121_930,
        "biases forgotten": 220_234 - 170,
        "two pixels lost at the second convolution": 9 * 32 + 32 + (9 * 32 + 1) * 64 + (6 * 6 * 64 + 1) * 64 + 650,
        "one pooling": 320 + 18_496 + (14 * 14 * 64 + 1) * 64 + 650,
        "channels forgotten": 320 + 18_496 + (7 * 7 + 1) * 64 + 650,
    },
    "architecture.2": {
        "vertical edges": [[1, 0, -1]] * 3,
        "upper edges": [[-1, -1, -1], [0, 0, 0], [1, 1, 1]],
        "upper edges as well": [[-1, -1, -1], [2, 2, 2], [-1, -1, -1]],
        "answers to nothing": [[0, 0, 0]] * 3,
        "answers to plain ink": [[1, 1, 1], [0, 0, 0], [0, 0, 0]],
        "answers to vertical edges as well": [[1, 1, 0], [1, 0, -1], [0, -1, -1]],
    },
    "architecture.3": {
        "biases added": lambda a, a0, b, b0: (a @ b, b0),
        "the second layer's biases forgotten": lambda a, a0, b, b0: (a @ b, a0 @ b),
        "transposed": lambda a, a0, b, b0: ((a @ b).T, a0 @ b + b0),
        "weights alone": lambda a, a0, b, b0: a @ b,
    },
    "architecture.4": {
        "the probabilities": lambda s: special.softmax(s, axis=1),
        "down the columns": lambda s: s - special.logsumexp(s, axis=0),
        "over the whole batch": lambda s: s - special.logsumexp(s),
        "no subtraction": lambda s: s - np.log(np.exp(s).sum(axis=1, keepdims=True)),
        "by way of the probability": _log_of_probabilities,
    },
    "architecture.5": {
        "the book's network": _network(
            layers.Conv2D(32, 3), layers.MaxPooling2D(), layers.Conv2D(64, 3), layers.MaxPooling2D(), layers.Dense(64)
        ),
        "wide and shallow": _network(layers.Conv2D(32, 3)),
        "dense only": Sequential([Input((28, 28, 1)), layers.Flatten(), layers.Dense(10, activation="softmax")]),
        "no softmax": Sequential([Input((28, 28, 1)), layers.Conv2D(4, 21), layers.Flatten(), layers.Dense(10)]),
    },
}
