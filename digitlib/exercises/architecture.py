"""Exercises of the chapter on the architecture."""

import numpy as np
from scipy import signal, special

from digitlib.exercises import judged
from digitlib.exercises.answers import close, wrong_if, wrong_unless_sequential
from digitlib.exercises.declarations import OTHERWISE, RIGHT, OneOf, Unless, When, exercise

LARGEST = 60_000  # parameters of the small network that a reader designs
DIGIT = 20  # pixels a side


def _parameters(inputs: int) -> int:
    """Of the book's network, if so many numbers reach the dense layer."""
    return (9 * 1 + 1) * 32 + (9 * 32 + 1) * 64 + (inputs + 1) * 64 + (64 + 1) * 10


@exercise(
    "architecture.1",
    "A convolution has as many parameters as its kernels hold. Does that depend on the size of the image?",
    "Follow the side of the image through the layers: padding keeps it, pooling halves it.",
    "28, 14, 7: the dense layer now connects 7 x 7 positions with 64 channels each.",
    remark="The convolutions keep their parameters; the dense layer nearly doubles.",
)
def padded_parameters():
    return {
        RIGHT: _parameters(7 * 7 * 64),
        "This is the network without padding. Which layer gets more inputs now?": 121_930,
        "Every filter and every unit has a bias, too.": _parameters(7 * 7 * 64) - (32 + 64 + 64 + 10),
        "That is for 6 x 6 positions. With padding a convolution loses nothing at the margin: what is half of 14?": (
            _parameters(6 * 6 * 64)
        ),
        "There is a second pooling before the dense layer.": _parameters(14 * 14 * 64),
        "Each of the 7 x 7 positions has 64 channels.": _parameters(7 * 7),
        "Go layer by layer: (inputs of a filter or unit + 1) x filters or units.": OTHERWISE,
    }


@exercise(
    "architecture.2",
    "On plain paper the map should be zero. What must the nine weights add up to?",
    "The kernel of the chapter takes right minus left. Here it is one row minus another.",
    "Ink above and paper below: the upper row counts for, the lower row against.",
    what="your kernel",
)
def lower_edges():
    below = np.repeat([1.0, 0.0], 4)[:, np.newaxis] * np.ones(8)  # ink above, paper below

    def largest(kernel, image=below):
        return signal.correlate2d(image, kernel.astype(float), mode="valid").max()

    def is_plain(kernel, image=below):
        return close(signal.correlate2d(image, kernel.astype(float), mode="valid"), 0)

    return {
        RIGHT: np.repeat([1, 0, -1], 3).reshape(3, 3),
        "On a plain area of ink the map should be zero: let the weights add up to zero.": (
            When(lambda kernel: not is_plain(kernel, np.ones((8, 8))), [[1, 1, 1], [0, 0, 0], [0, 0, 0]])
        ),
        "This answers to vertical edges. Turn it by a quarter.": (
            When(lambda kernel: not is_plain(kernel, below.T) and is_plain(kernel), [[1, 0, -1]] * 3)
        ),
        "This answers to vertical edges as well: make the weights of a row alike.": (
            When(lambda kernel: not is_plain(kernel, below.T), [[1, 1, 0], [1, 0, -1], [0, -1, -1]])
        ),
        "This answers to no horizontal edge at all.": When(is_plain, [[0, 0, 0]] * 3),
        "This is largest where there is paper above and ink below. Which row counts for, and which against?": (
            When(lambda kernel: largest(kernel) <= 0, [[-1, -1, -1], [0, 0, 0], [1, 1, 1]])
        ),
        "This answers as much to the upper edge of a stroke. Weights above and below should have opposite signs.": (
            When(lambda kernel: largest(kernel) <= largest(kernel, 1 - below), [[-1, -1, -1], [2, 2, 2], [-1, -1, -1]])
        ),
    }


def _two_layers():
    random = np.random.default_rng(3)
    return tuple(random.normal(size=size) for size in [(7, 4), 4, (4, 3), 3])


@exercise(
    "architecture.3",
    "Write down what the second layer computes, and put the formula of the first in the place of its input.",
    "(x A + a) B + b. Multiply out.",
    "The biases of the first layer pass through the second layer's weights.",
    cases=(_two_layers,),
    returns="two things: weights and biases",
    what=("the weights", "the biases"),
    remark="Without a bend between them, two layers are one.",
)
def merge(first, first_biases, second, second_biases):
    weights, passed_on = first @ second, first_biases @ second
    return {
        RIGHT: (weights, passed_on + second_biases),
        "Your weights are transposed: a row for each input, a column for each unit.": (weights.T, ...),
        "The merged weights are the product of the two, the first layer's on the left.": Unless((weights, ...)),
        "What happens to the first layer's biases?": (..., second_biases),
        "The second layer's own biases are missing.": (..., passed_on),
        "The weights are right. What has become of the first layer's biases when the second layer's are added?": (
            OTHERWISE
        ),
    }


SCORES = np.random.default_rng(4).normal(size=(5, 10))


@exercise(
    "architecture.4",
    "The logarithm of a quotient is a difference of logarithms.",
    "log p = s - log(sum of exp(s)). Which constant may you subtract from all scores of a row first?",
    "Subtract each row's largest score; then no exponential exceeds 1, and the sum is at least 1.",
    cases=((SCORES,), (SCORES + 1_000,), (SCORES - 1_000,), (np.array([[0.0, -900.0]]),)),
)
def log_softmax(scores):
    right = special.log_softmax(scores, axis=1)
    last = "The exponentials of a row should add up to 1."
    if abs(scores).max() > 100:
        last = "With small scores it is right, but not with a thousand more or less: exp leaves what a number can hold."
    if len(scores) == 1:
        last = "The probability of a score far below the others rounds to 0, whose logarithm is minus infinity: find "
        last += "a way that does not go through the probability."
    return {
        RIGHT: right,
        "These are the probabilities. Take their logarithm.": special.softmax(scores, axis=1),
        "The probabilities of each column add up to 1, but those of each row should: which axis holds the ten "
        "scores?": special.log_softmax(scores, axis=0),
        "You divide by the total of the whole batch, not of each row.": special.log_softmax(scores),
        "Take the natural logarithm.": OneOf(right / np.log(10), right / np.log(2)),
        last: OTHERWISE,
    }


@judged(
    "architecture.5",
    "A unit sees further with each convolution, and twice as fast after each pooling or stride of 2.",
    "Most parameters sit where the flattened maps meet the dense layer. Make the last maps small before you flatten.",
    "For example: three convolutions with few filters, a pooling after each of the first two, and a small dense layer.",
)
def small_network(answer):
    wrong_unless_sequential(answer)
    rows = answer.predict(np.random.default_rng(5).random((4, 28, 28, 1)), verbose=0)
    wrong_if(
        not close(rows.sum(axis=1), 1, within=1e-4), "Each row of its output should add up to 1: end with a softmax."
    )
    parameters = answer.count_params()
    wrong_if(parameters > LARGEST, f"It has {parameters:,} parameters, more than {LARGEST:,}.")
    maps = [layer for layer in answer.layers if len(layer.output.shape) == 4 and min(layer.output.shape[1:3]) > 1]
    wrong_if(not maps, "It has no convolution whose map is more than one pixel large.")
    side = receptive_field(answer.layers[: answer.layers.index(maps[-1]) + 1])
    wrong_if(side < DIGIT, f"A unit of its last map sees {side} pixels a side; a digit needs {DIGIT}.")
    return f"{parameters:,} parameters, and a unit of the last map sees {side} pixels a side."


def receptive_field(layers) -> int:
    """Side, in pixels, of the square that one unit of the last of these convolutions and poolings can see."""
    side, step = 1, 1  # step: pixels from one unit to the next
    for layer in layers:
        windows = getattr(layer, "kernel_size", None) or getattr(layer, "pool_size", None)
        if windows and len(layer.output.shape) == 4:
            side += (windows[0] - 1) * getattr(layer, "dilation_rate", (1, 1))[0] * step
            step *= layer.strides[0]
    return side
