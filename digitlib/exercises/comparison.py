"""Exercises of the chapter that compares convolutional and fully connected networks."""

import numpy as np
from scipy import ndimage
from scipy.stats.contingency import expected_freq
from sklearn.metrics import confusion_matrix

from digitlib.data import move
from digitlib.exercises import Wrong, exercise
from digitlib.exercises.answers import array, call, close, integer, number, wrong_if, wrong_unless_sequential

CNN_WORK = 26 * 26 * 9 * 32 + 11 * 11 * 9 * 32 * 64 + 5 * 5 * 64 * 64 + 64 * 10  # multiply-adds for an image
MARGIN = 4  # pixels of paper around a digit of MNIST


@exercise(
    "comparison.1",
    "models.describe_layers(cnn) lists the multiply-adds of each layer. What does one hidden unit cost?",
    "A hidden unit has a weight for each pixel, and each of the ten outputs has a weight for it.",
    "Divide the multiply-adds of the CNN by 784 + 10. Half a unit is none.",
)
def affordable_units(answer):
    units = integer(answer)
    expected = CNN_WORK // (784 + 10)
    wrong_if(units == expected + 1, "With so many it needs a little more than the CNN. Round down.")
    wrong_if(units == CNN_WORK // 784, "What does a hidden unit cost on its output side?")
    wrong_if(
        units in (CNN_WORK // 796, (CNN_WORK - 10) // 795, CNN_WORK // 795),
        "You count biases. They are added, but nothing is multiplied for them.",
    )
    wrong_if(units == (121_930 - 10) // 795, "These have as many parameters as the CNN. Compare the multiply-adds.")
    wrong_if(
        units == (CNN_WORK - 64 * 10) // 784,
        "The ten outputs cost more if more hidden units feed them. Count them for each unit.",
    )
    wrong_if(
        units != expected, "How many multiply-adds does one image cost the CNN, and how many does one hidden unit?"
    )
    return "A layer that large has some twenty times the parameters of the CNN: what sharing saves is not work."


@exercise(
    "comparison.2",
    "permute_pixels fills place number i with the pixel from place permutation[i]. Where must it go back to?",
    "You may assign to chosen places: restored[:, permutation] = ...",
    "Or find the permutation that undoes the other: np.argsort(permutation).",
)
def put_back(answer):
    random = np.random.default_rng(2)
    images, permutation = random.random((3, 4, 5, 1)), random.permutation(20)
    flat = images.reshape(3, -1)
    permuted = flat[:, permutation].reshape(images.shape)
    result = array(call(answer, permuted, permutation, what="put_back"), "what put_back returns", shape=images.shape)
    result = result.reshape(3, -1)

    def is_taken_by(order):
        return close(result, permuted.reshape(3, -1)[:, order])

    wrong_if(is_taken_by(np.arange(20)), "The images are still permuted.")
    wrong_if(is_taken_by(permutation), "This permutes them once more. Which pixel went where?")
    wrong_if(
        is_taken_by(permutation[::-1]) or is_taken_by(np.arange(20)[::-1]),
        "To read an order backwards does not undo it. Follow one pixel there and back.",
    )
    wrong_if(
        close(np.sort(result), np.sort(flat)) and not close(result, flat),
        "Each image has its own pixels, but not where they were.",
    )
    wrong_if(not close(result, flat), "Pixels have been lost, or have gone to another image.")


@exercise(
    "comparison.3",
    "For each network, an array says which answers are wrong. Combine the two with &.",
    "If errors are independent, the share that both get wrong is the product of the two shares.",
    "A share becomes a number of images if you multiply it by their number.",
)
def missed_by_both(answer):
    random = np.random.default_rng(3)
    labels, difficulty = random.integers(0, 10, 400), random.random(400)
    first = np.where(difficulty < 0.3, labels + 1, labels) % 10
    second = np.where(abs(difficulty - 0.2) < 0.12, labels + random.integers(1, 3, 400), labels) % 10
    result = call(answer, labels, first, second, what="missed_by_both")
    both, if_independent = array(result, "what missed_by_both returns", shape=(2,))
    first_wrong, second_wrong = first != labels, second != labels
    table = confusion_matrix(first_wrong, second_wrong)
    expected = expected_freq(table)[1, 1]
    wrong_if(both == table[0, 0], "These are the images that both got right.")
    wrong_if(both == table.sum() - table[0, 0], "These are the images that at least one got wrong.")
    wrong_if(
        both == table[0, 0] + table[1, 1] or both == (first == second).sum(),
        "These are the images on which they agree.",
    )
    wrong_if(both == ((first == second) & first_wrong).sum(), "Both may be wrong in different ways. Count that, too.")
    wrong_if(both != table[1, 1], "Count the images that the first network got wrong and the second as well.")
    wrong_if(close(if_independent, expected / 400), "The second number is a share. How many images are that?")
    wrong_if(
        close(if_independent, expected * 400),
        "The second number exceeds that of all images: multiply shares, not numbers of images.",
    )
    wrong_if(
        close(if_independent, expected_freq(table)[0, 0]), "The second number is expected of the images both get right."
    )
    wrong_if(
        close(if_independent, (first_wrong.sum() + second_wrong.sum()) / 400)
        or close(if_independent, first_wrong.mean() + second_wrong.mean()),
        "Independent chances are multiplied, not added.",
    )
    wrong_if(
        if_independent in (np.floor(expected), np.ceil(expected)),
        "Do not round the second number: an expected count need not be whole.",
    )
    wrong_if(
        not close(if_independent, expected), "The first number is right. What would it be if errors were independent?"
    )


@exercise(
    "comparison.4",
    "Two ways to the same place: move, then make maps; or make maps, then move. Compute both.",
    "Columns are axis 2, of the images as of the maps: np.roll(images, 1, axis=2).",
    "np.abs(...).max() of the difference of the two.",
)
def equivariance_gap(answer):
    images = np.random.default_rng(4).random((2, 6, 8, 1))
    rising = np.arange(1, 9)[:, None]
    functions = [lambda maps: maps * rising, lambda maps: -maps * rising, _smooth]
    result = [
        number(call(answer, function, images, what="equivariance_gap"), "what equivariance_gap returns")
        for function in functions
    ]

    def is_made_by(difference, summary=lambda gap: np.abs(gap).max()):
        return close(result, [summary(difference(function)) for function in functions])

    def gap(function, axis=2, by=1):
        return function(np.roll(images, by, axis)) - np.roll(function(images), by, axis)

    wrong_if(
        is_made_by(lambda function: function(np.roll(images, 1, 2)) - function(images)),
        "This asks whether the maps stay what they are. That would be invariance.",
    )
    wrong_if(is_made_by(lambda function: gap(function, axis=1)), "This moves down. Which axis holds the columns?")
    wrong_if(
        is_made_by(lambda function: function(np.roll(images, 1, 2)) - np.roll(function(images), -1, 2)),
        "The images go one way, the maps the other.",
    )
    wrong_if(
        is_made_by(gap, np.max) or is_made_by(gap, lambda gap: -np.min(gap)), "A difference below zero counts as well."
    )
    wrong_if(is_made_by(gap, lambda gap: np.abs(gap).mean()), "This is the mean difference. Return the largest.")
    wrong_if(is_made_by(gap, lambda gap: np.abs(gap).sum()), "This adds up the differences. Return the largest.")
    wrong_if(not close(result[2], 0), "For a convolution with the same weights everywhere it should be zero.")
    wrong_if(not is_made_by(gap), "Compare the maps of the moved images with the moved maps, number by number.")


@exercise(
    "comparison.5",
    "Convolutions move their maps along with the digit. Which layer forgets where something is, but not what it is?",
    "Global pooling does. But a stride or a pooling of 2 before it looks at every second place only.",
    "A digit at the frame is seen by fewer units than one in the middle. Add enough paper with ZeroPadding2D first.",
)
def unmoved_network(answer):
    import keras

    wrong_unless_sequential(answer)
    network, random = _with_other_weights(answer), np.random.default_rng(6)
    ink = np.kron(random.random((4, 5, 5), dtype=np.float32), np.ones((1, 4, 4), np.float32))  # in patches
    digits, scrambled = (_in_the_middle(pixels) for pixels in (ink, random.permuted(ink.reshape(4, 400), axis=1)))
    probabilities = network(digits).numpy()
    wrong_if(not close(probabilities.sum(axis=1), 1, within=1e-4), "Its ten numbers should add up to 1: use a softmax.")
    wrong_if(np.ptp(probabilities, axis=0).max() < 1e-4, "It gives every image the same answer.")
    wrong_if(
        np.abs(network(scrambled).numpy() - probabilities).max() < 1e-4,
        "It only sees how much ink there is. Let units look at neighbouring pixels together, with a ReLU behind them.",
    )
    moves = [(0, 1), (1, 0), (2, -3), (MARGIN, MARGIN), (-MARGIN, -MARGIN), (MARGIN, -MARGIN)]
    moved = [network(move(digits, down=down, right=right)).numpy() for down, right in moves]
    if close(moved, np.stack([probabilities] * len(moves)), within=1e-4):
        return "The price: no layer can tell any more where a stroke lies in the digit."
    layers = answer.layers
    wrong_if(
        any(isinstance(layer, keras.layers.Flatten) and max(layer.input.shape[1:3]) > 1 for layer in layers),
        "If the digit moves, the answer changes: after Flatten, each place has weights of its own.",
    )
    wrong_if(
        any(getattr(layer, "strides", None) not in (None, 1, (1, 1)) for layer in layers),
        "If the digit moves, the answer changes: with a stride or a pooling of 2, a move by one pixel is not a move of "
        "the map.",
    )
    raise Wrong(
        "If the digit comes near the frame, the answer changes: some units that would see it are missing there."
    )


def _smooth(maps):
    return ndimage.uniform_filter1d(maps, 3, axis=2, mode="wrap")


def _in_the_middle(pixels):
    return np.pad(pixels.reshape(-1, 20, 20, 1), ((0, 0), (MARGIN, MARGIN), (MARGIN, MARGIN), (0, 0)))


def _with_other_weights(network):
    """The same layers with weights that no initial zero makes harmless."""
    random = np.random.default_rng(5)
    other = type(network).from_config(network.get_config())
    other.set_weights([_random_weights(random, weights.shape) for weights in other.get_weights()])
    return other


def _random_weights(random, shape):
    if len(shape) == 1:  # biases, and means and variances
        return random.uniform(0.1, 0.5, shape)
    return random.normal(0, 1.5 / np.sqrt(np.prod(shape[:-1])), shape)
