"""Exercises of the chapter that compares convolutional and fully connected networks."""

import numpy as np
from scipy import ndimage
from scipy.stats.contingency import expected_freq
from sklearn.metrics import confusion_matrix

from digitlib.data import move
from digitlib.exercises import Wrong, judged
from digitlib.exercises.answers import close, wrong_if, wrong_unless_sequential
from digitlib.exercises.declarations import OTHERWISE, RIGHT, OneOf, Unless, When, exercise

CNN_WORK = 26 * 26 * 9 * 32 + 11 * 11 * 9 * 32 * 64 + 5 * 5 * 64 * 64 + 64 * 10  # multiply-adds for an image
MARGIN = 4  # pixels of paper around a digit of MNIST


@exercise(
    "comparison.1",
    "models.describe_layers(cnn) lists the multiply-adds of each layer. What does one hidden unit cost?",
    "A hidden unit has a weight for each pixel, and each of the ten outputs has a weight for it.",
    "Divide the multiply-adds of the CNN by 784 + 10. Half a unit is none.",
    remark="A layer that large has some twenty times the parameters of the CNN: what sharing saves is not work.",
)
def affordable_units():
    right = CNN_WORK // (784 + 10)
    return {
        RIGHT: right,
        "With so many it needs a little more than the CNN. Round down.": right + 1,
        "What does a hidden unit cost on its output side?": CNN_WORK // 784,
        "You count biases. They are added, but nothing is multiplied for them.": (
            OneOf(CNN_WORK // 796, (CNN_WORK - 10) // 795, CNN_WORK // 795)
        ),
        "These have as many parameters as the CNN. Compare the multiply-adds.": (121_930 - 10) // 795,
        "The ten outputs cost more if more hidden units feed them. Count them for each unit.": (
            (CNN_WORK - 64 * 10) // 784
        ),
        "How many multiply-adds does one image cost the CNN, and how many does one hidden unit?": OTHERWISE,
    }


def _permuted():
    random = np.random.default_rng(2)
    images, permutation = random.random((3, 4, 5, 1)), random.permutation(20)
    return images.reshape(3, -1)[:, permutation].reshape(images.shape), permutation


@exercise(
    "comparison.2",
    "permute_pixels fills place number i with the pixel from place permutation[i]. Where must it go back to?",
    "You may assign to chosen places: restored[:, permutation] = ...",
    "Or find the permutation that undoes the other: np.argsort(permutation).",
    cases=(_permuted,),
)
def put_back(permuted, permutation):
    def taken(order):
        return permuted.reshape(3, -1)[:, order].reshape(permuted.shape)

    right = np.empty((3, 20))
    right[:, permutation] = permuted.reshape(3, -1)
    right = right.reshape(permuted.shape)

    def has_own_pixels(result):
        own = [np.sort(images.reshape(3, -1)) for images in (result, right)]
        return close(*own) and not close(result, right)

    return {
        RIGHT: right,
        "The images are still permuted.": permuted,
        "This permutes them once more. Which pixel went where?": taken(permutation),
        "To read an order backwards does not undo it. Follow one pixel there and back.": (
            OneOf(taken(permutation[::-1]), taken(np.arange(20)[::-1]))
        ),
        "Each image has its own pixels, but not where they were.": When(has_own_pixels, np.roll(right, 1, axis=2)),
        "Pixels have been lost, or have gone to another image.": OTHERWISE,
    }


def _two_networks():
    random = np.random.default_rng(3)
    labels, difficulty = random.integers(0, 10, 400), random.random(400)
    first = np.where(difficulty < 0.3, labels + 1, labels) % 10
    return labels, first, np.where(abs(difficulty - 0.2) < 0.12, labels + random.integers(1, 3, 400), labels) % 10


@exercise(
    "comparison.3",
    "For each network, an array says which answers are wrong. Combine the two with &.",
    "If errors are independent, the share that both get wrong is the product of the two shares.",
    "A share becomes a number of images if you multiply it by their number.",
    cases=(_two_networks,),
)
def missed_by_both(labels, first, second):
    one, other = first != labels, second != labels
    table = confusion_matrix(one, other)
    both, expected = table[1, 1], expected_freq(table)[1, 1]
    agree = OneOf((table[0, 0] + table[1, 1], ...), ((first == second).sum(), ...))
    return {
        RIGHT: np.array([both, expected]),
        "These are the images that both got right.": (table[0, 0], ...),
        "These are the images that at least one got wrong.": (table.sum() - table[0, 0], ...),
        "These are the images on which they agree.": agree,
        "Both may be wrong in different ways. Count that, too.": (((first == second) & one).sum(), ...),
        "Count the images that the first network got wrong and the second as well.": Unless((both, ...)),
        "The second number is a share. How many images are that?": (..., expected / 400),
        "The second number exceeds that of all images: multiply shares, not numbers of images.": (..., expected * 400),
        "The second number is expected of the images both get right.": (..., expected_freq(table)[0, 0]),
        "Independent chances are multiplied, not added.": (
            OneOf((..., (one.sum() + other.sum()) / 400), (..., one.mean() + other.mean()))
        ),
        "Do not round the second number: an expected count need not be whole.": (
            OneOf((..., np.floor(expected)), (..., np.ceil(expected)))
        ),
        "The first number is right. What would it be if errors were independent?": OTHERWISE,
    }


IMAGES = np.random.default_rng(4).random((2, 6, 8, 1))
RISING = np.arange(1, 9)[:, None]


@exercise(
    "comparison.4",
    "Two ways to the same place: move, then make maps; or make maps, then move. Compute both.",
    "Columns are axis 2, of the images as of the maps: np.roll(images, 1, axis=2).",
    "np.abs(...).max() of the difference of the two.",
    cases=(
        (lambda maps: maps * RISING, IMAGES),
        (lambda maps: -maps * RISING, IMAGES),
        (lambda maps: ndimage.uniform_filter1d(maps, 3, axis=2, mode="wrap"), IMAGES),
    ),
)
def equivariance_gap(function, images):
    def largest(by=1, axis=2):
        return np.abs(function(np.roll(images, 1, axis)) - np.roll(function(images), by, axis)).max()

    gap = function(np.roll(images, 1, 2)) - np.roll(function(images), 1, 2)
    last = "Compare the maps of the moved images with the moved maps, number by number."
    if close(gap, 0):
        last = "For a convolution with the same weights everywhere it should be zero."
    return {
        RIGHT: np.abs(gap).max(),
        "This asks whether the maps stay what they are. That would be invariance.": largest(by=0),
        "This moves down. Which axis holds the columns?": largest(axis=1),
        "The images go one way, the maps the other.": largest(by=-1),
        "A difference below zero counts as well.": OneOf(gap.max(), -gap.min()),
        "This is the mean difference. Return the largest.": np.abs(gap).mean(),
        "This adds up the differences. Return the largest.": np.abs(gap).sum(),
        last: OTHERWISE,
    }


@judged(
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
