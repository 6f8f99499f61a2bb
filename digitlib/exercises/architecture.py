"""Exercises of the chapter on the architecture."""

import numpy as np
from scipy import signal, special

from digitlib.exercises import exercise
from digitlib.exercises.answers import array, call, close, integer, wrong_if, wrong_unless_sequential

LARGEST = 60_000  # parameters of the small network that a reader designs
DIGIT = 20  # pixels a side


@exercise(
    "architecture.1",
    "A convolution has as many parameters as its kernels hold. Does that depend on the size of the image?",
    "Follow the side of the image through the layers: padding keeps it, pooling halves it.",
    "28, 14, 7: the dense layer now connects 7 x 7 positions with 64 channels each.",
)
def padded_parameters(answer):
    count = integer(answer)
    expected = _parameters(7 * 7 * 64)
    biases = 32 + 64 + 64 + 10
    wrong_if(count == 121_930, "This is the network without padding. Which layer gets more inputs now?")
    wrong_if(count == expected - biases, "Every filter and every unit has a bias, too.")
    wrong_if(
        count == _parameters(6 * 6 * 64),
        "That is for 6 x 6 positions. With padding a convolution loses nothing at the margin: what is half of 14?",
    )
    wrong_if(count == _parameters(14 * 14 * 64), "There is a second pooling before the dense layer.")
    wrong_if(count == _parameters(7 * 7), "Each of the 7 x 7 positions has 64 channels.")
    wrong_if(count != expected, "Go layer by layer: (inputs of a filter or unit + 1) x filters or units.")
    return "The convolutions keep their parameters; the dense layer nearly doubles."


@exercise(
    "architecture.2",
    "On plain paper the map should be zero. What must the nine weights add up to?",
    "The kernel of the chapter takes right minus left. Here it is one row minus another.",
    "Ink above and paper below: the upper row counts for, the lower row against.",
)
def lower_edges(answer):
    kernel = array(answer, "your kernel", shape=(3, 3)).astype(float)
    below = np.zeros((8, 8))
    below[:4] = 1  # ink above, paper below
    response, opposite, vertical, plain = (
        signal.correlate2d(image, kernel, mode="valid") for image in (below, 1 - below, below.T, np.ones((8, 8)))
    )
    wrong_if(not close(plain, 0), "On a plain area of ink the map should be zero: let the weights add up to zero.")
    wrong_if(not close(vertical, 0) and close(response, 0), "This answers to vertical edges. Turn it by a quarter.")
    wrong_if(not close(vertical, 0), "This answers to vertical edges as well: make the weights of a row alike.")
    wrong_if(close(response, 0), "This answers to no horizontal edge at all.")
    wrong_if(
        response.max() <= 0,
        "This is largest where there is paper above and ink below. Which row counts for, and which against?",
    )
    wrong_if(
        response.max() <= opposite.max(),
        "This answers as much to the upper edge of a stroke. Weights above and below should have opposite signs.",
    )


@exercise(
    "architecture.3",
    "Write down what the second layer computes, and put the formula of the first in the place of its input.",
    "(x A + a) B + b. Multiply out.",
    "The biases of the first layer pass through the second layer's weights.",
)
def merge(answer):
    random = np.random.default_rng(3)
    first, first_biases = random.normal(size=(7, 4)), random.normal(size=4)
    second, second_biases = random.normal(size=(4, 3)), random.normal(size=3)
    result = call(answer, first, first_biases, second, second_biases, what="merge")
    wrong_if(
        type(result) not in (tuple, list) or len(result) != 2, "merge should return two things: weights and biases."
    )
    weights, biases = array(result[0], "the weights"), array(result[1], "the biases")
    wrong_if(weights.shape == (3, 7), "Your weights are transposed: a row for each input, a column for each unit.")
    wrong_if(
        not close(weights, first @ second),
        "The merged weights are the product of the two, the first layer's on the left.",
    )
    wrong_if(close(biases, second_biases), "What happens to the first layer's biases?")
    wrong_if(
        biases.shape == (3,) and close(biases, first_biases @ second),
        "The second layer's own biases are missing.",
    )
    wrong_if(
        not close(np.ravel(biases), first_biases @ second + second_biases),
        "The weights are right. What has become of the first layer's biases when the second layer's are added?",
    )
    return "Without a bend between them, two layers are one."


@exercise(
    "architecture.4",
    "The logarithm of a quotient is a difference of logarithms.",
    "log p = s - log(sum of exp(s)). Which constant may you subtract from all scores of a row first?",
    "Subtract each row's largest score; then no exponential exceeds 1, and the sum is at least 1.",
)
def log_softmax(answer):
    scores = np.random.default_rng(4).normal(size=(5, 10))
    result = array(call(answer, scores, what="log_softmax"), "what log_softmax returns", shape=(5, 10))
    wrong_if(close(result, special.softmax(scores, axis=1)), "These are the probabilities. Take their logarithm.")
    wrong_if(
        close(result, special.log_softmax(scores, axis=0)),
        "The probabilities of each column add up to 1, but those of each row should: which axis holds the ten scores?",
    )
    wrong_if(close(result, special.log_softmax(scores)), "You divide by the total of the whole batch, not of each row.")
    expected = special.log_softmax(scores, axis=1)
    wrong_if(close(result * np.log(10), expected) or close(result * np.log(2), expected), "Take the natural logarithm.")
    wrong_if(not close(result, expected), "The exponentials of a row should add up to 1.")
    with np.errstate(all="ignore"):
        near_thousand, near_minus_thousand = (call(answer, scores + shift, what="log_softmax") for shift in (1e3, -1e3))
        apart = call(answer, np.array([[0.0, -900.0]]), what="log_softmax")
    wrong_if(
        not close(near_thousand, expected) or not close(near_minus_thousand, expected),
        "With small scores it is right, but not with a thousand more or less: exp leaves what a number can hold.",
    )
    wrong_if(
        not close(apart, special.log_softmax([[0.0, -900.0]], axis=1)),
        "The probability of a score far below the others rounds to 0, whose logarithm is minus infinity: find a way "
        "that does not go through the probability.",
    )


@exercise(
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


def _parameters(inputs: int) -> int:
    """Of the book's network, if so many numbers reach the dense layer."""
    return (9 * 1 + 1) * 32 + (9 * 32 + 1) * 64 + (inputs + 1) * 64 + (64 + 1) * 10
