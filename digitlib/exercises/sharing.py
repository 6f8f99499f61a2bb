"""Exercises of the chapter on sharing parameters."""

import numpy as np
from scipy import signal

from digitlib.exercises import exercise
from digitlib.exercises.answers import array, call, close, integer, number, wrong_if

SINGLE_PRECISION = 1e-4  # what sums of some hundred float32 products may be off


@exercise(
    "sharing.1",
    "Only the first two layers with weights change. How many places has a 3x3 kernel in 28 pixels, and how many in 13?",
    "At each place, a filter has a weight for each number of its patch, and a bias.",
    "The first layer has 26 x 26 places, the second 11 x 11, each place with filters of 9 or 9 x 32 weights.",
)
def parameters_unshared(answer):
    count = integer(answer)
    rest = (5 * 5 * 64 + 1) * 64 + (64 + 1) * 10
    first, second = 26**2 * (9 + 1) * 32, 11**2 * (9 * 32 + 1) * 64
    wrong_if(count == 10 * 32 + 289 * 64 + rest, "This is the CNN, whose places share one kernel.")
    weights_alone = 26**2 * 9 * 32 + 11**2 * 9 * 32 * 64
    wrong_if(count == first + second, "These are the two layers without sharing. The dense layers count, too.")
    wrong_if(
        count == weights_alone + 32 + 64 + rest,
        "Your filters have one bias for all places. What is not shared is not shared.",
    )
    wrong_if(
        count in (weights_alone + rest, weights_alone + rest - 64 - 10),
        "Each filter has a bias at each place, and so has each unit.",
    )
    wrong_if(count == first + 11**2 * (9 + 1) * 64 + rest, "The second layer's patches have 32 channels.")
    wrong_if(
        count == 28**2 * 10 * 32 + 13**2 * 289 * 64 + rest, "A kernel of 3x3 has fewer places than there are pixels."
    )
    wrong_if(count == first + 24**2 * 289 * 64 + rest, "There is a pooling between the two layers.")
    wrong_if(count != first + second + rest, "Layer by layer: places x (weights of a patch + 1) x filters.")


@exercise(
    "sharing.2",
    "A filter stores one kernel and one bias. How often is each weight of its kernel used?",
    "Each weight is used once at each place, and there are (side - kernel + 1) squared of those.",
    "A bias is stored, but takes no multiplication.",
)
def stored_and_done(answer):
    for side, kernel, channels, filters in ((14, 5, 3, 8), (9, 2, 6, 4)):
        result = call(answer, side, kernel, channels, filters, what="stored_and_done")
        stored, done = array(result, "what stored_and_done returns", shape=(2,)).tolist()
        parameters, multiply_adds = _counted_by_keras(side, kernel, channels, filters)
        weights, places = kernel**2 * channels * filters, (side - kernel + 1) ** 2
        wrong_if((done, stored) == (parameters, multiply_adds), "Return the parameters first, then the multiply-adds.")
        wrong_if(stored == weights, "You forgot to store the biases.")
        wrong_if(stored == places * (weights + filters), "A convolution stores its kernels once, not for each place.")
        wrong_if(stored != parameters, "A filter stores a weight for each number of its patch, and a bias.")
        wrong_if(done == places * (weights + filters), "A bias is added, and not multiplied by anything.")
        wrong_if(done == weights, "Each weight is used at every place, not once.")
        wrong_if(done == side**2 * weights, "Without padding, a kernel has fewer places than there are pixels.")
        wrong_if(done == (side - kernel) ** 2 * weights, "Count the places along a side once more, on a short row.")
        wrong_if(done == places * weights / channels, "A patch holds a number for each channel of each pixel.")
        wrong_if(done == places * weights / filters, "That is a single filter.")
        wrong_if(
            done != multiply_adds, "The parameters are right. For the rest: at each place, each weight is used once."
        )


@exercise(
    "sharing.3",
    "What an image has in column 0, the moved one has in column 1. Which columns of their maps should be equal, then?",
    "np.roll(images, 1, axis=2) moves them. What it carries round the edge reaches only the first column of the map.",
    "Compare layer(moved)[:, :, 1:] with layer(images)[:, :, :-1].",
)
def shift_error(answer):
    random = np.random.default_rng(32)  # the largest difference is negative, and not in the first image
    images, kernels = random.random((4, 9, 9)), random.normal(size=(7, 7, 3, 3))
    shared = np.broadcast_to(kernels[0, 0], kernels.shape)
    of_shared = _error(answer, shared, images)
    moved, down = np.roll(images, 1, axis=2), np.roll(images, 1, axis=1)
    before, after = _maps(shared, images), _maps(shared, moved)
    wrong_if(
        _same(of_shared, np.abs(after - before).max()),
        "For a convolution it should be 0. The map of the moved images is moved, too: compare it with a moved map.",
    )
    wrong_if(
        _same(of_shared, np.abs(after - np.roll(before, 1, axis=2)).max()),
        "For a convolution it should be 0. At the margin the moved images hold pixels that were not there: leave that "
        "column of the map out.",
    )
    wrong_if(
        _same(of_shared, np.abs(after[:, :, :-1] - before[:, :, 1:]).max()),
        "For a convolution it should be 0. You moved the images to one side and the map to the other.",
    )
    wrong_if(not _same(of_shared, 0), "For a convolution it should be 0, and is not.")
    found = _error(answer, kernels, images)
    differences = _maps(kernels, moved)[:, :, 1:] - _maps(kernels, images)[:, :, :-1]
    downwards = _maps(kernels, down)[:, 1:] - _maps(kernels, images)[:, :-1]
    wrong_if(_same(found, np.abs(downwards).max()), "You moved the images down. Which axis goes to the right?")
    wrong_if(_same(found, differences.max()), "A difference below zero is a difference.")
    wrong_if(
        _same(found, np.abs(differences).mean()), "That is the mean difference. How large is the one that is largest?"
    )
    wrong_if(_same(found, np.abs(differences[0]).max()), "You looked at the first image only.")
    wrong_if(
        not _same(found, np.abs(differences).max()),
        "For a convolution it is right, but not for a layer with a kernel for each place.",
    )


@exercise(
    "sharing.4",
    "A column of the matrix belongs to one place of the map: it holds the weights of all pixels of the image for it.",
    "Put the kernel into an image of zeros, at that place, and flatten the image: that is the column.",
    "With matrix = np.zeros((side, side, places, places)), set matrix[row:row + 3, column:column + 3, row, column].",
)
def as_matrix(answer):
    random = np.random.default_rng(4)
    kernel, images = random.normal(size=(3, 3)), random.normal(size=(5, 7, 7))
    matrix = array(call(answer, kernel, 7, what="as_matrix"), "what as_matrix returns")
    wrong_if(matrix.shape == (25, 49), "Your matrix is transposed: a row for each pixel, a column for each place.")
    wrong_if(matrix.shape == (49, 49), "Without padding, the map has fewer places than the image has pixels.")
    wrong_if(matrix.shape != (49, 25), f"For images of 7x7 its shape should be (49, 25), not {matrix.shape}.")
    maps = (images.reshape(5, 49) @ matrix).reshape(5, 5, 5)
    expected = _correlated(images, kernel)
    wrong_if(_same(maps, _correlated(images, kernel[::-1, ::-1])), "You turned the kernel by half a turn.")
    wrong_if(_same(maps, _correlated(images, kernel.T)), "Rows and columns of the kernel have changed places.")
    wrong_if(
        _same(maps, expected.swapaxes(1, 2)),
        "The columns are right, but not their order: a map is flattened row by row, as an image is.",
    )
    wrong_if(
        _same(maps, np.broadcast_to(expected[:, :1, :1], maps.shape)),
        "All columns are that of the first place. How does the next one differ?",
    )
    wrong_if(not _same(maps, expected), "images @ matrix does not give the maps of the convolution.")
    larger = array(call(answer, kernel, 9, what="as_matrix"), "what as_matrix returns", shape=(81, 49))
    images = random.normal(size=(5, 9, 9))
    wrong_if(
        not _same(images.reshape(5, 81) @ larger, _correlated(images, kernel).reshape(5, 49)),
        "It is right for images of 7x7, but not for others.",
    )


@exercise(
    "sharing.5",
    "Take one weight of the kernel. Each number of the map is a sum, in which this weight multiplies one pixel. Which?",
    "Changing weight [0, 0] a little changes the map at [row, column] by images[:, row, column] times as much.",
    "Add up, over all images and places: the gradient at that place times the pixel that the weight meets there.",
)
def kernel_gradient(answer):
    random = np.random.default_rng(5)
    images, gradients = random.normal(size=(6, 8, 7)), random.normal(size=(6, 6, 5))
    result = array(call(answer, images, gradients, what="kernel_gradient"), "what kernel_gradient returns")
    wrong_if(result.shape == (6, 3, 3), "All images are looked at with the same kernel: one gradient for all of them.")
    wrong_if(result.shape != (3, 3), f"The kernel has the shape (3, 3), so has its gradient; yours is {result.shape}.")
    expected = signal.correlate(images, gradients, mode="valid")[0]
    wrong_if(_same(result * 6 * 30, expected), "You took a mean. If a weight acts many times, do its effects add up?")
    wrong_if(
        _same(result * 30, expected), "You took the mean over places. Does a weight act more weakly if it acts often?"
    )
    wrong_if(_same(result * 6, expected), "You took the mean over images. The gradients are those of one loss for all.")
    wrong_if(_same(result, expected[::-1, ::-1]), "Turned by half a turn. Which pixel does weight [0, 0] meet?")
    wrong_if(_same(result, expected.T), "Rows and columns of the kernel have changed places.")
    first_place = np.tensordot(gradients[:, 0, 0], images[:, :3, :3], axes=1)
    wrong_if(_same(result, first_place), "This is the gradient of an unshared kernel, that of the first place.")
    wrong_if(_same(result, signal.correlate(images[0], gradients[0], mode="valid")), "You used the first image only.")
    wrong_if(
        _same(result, signal.correlate(images, np.ones_like(gradients), mode="valid")[0]),
        "This is how the map itself answers to the weights. How does the loss answer to the map?",
    )
    wrong_if(not _same(result, expected), "Check one weight: change it by a little, and see what the loss does.")
    return "Every place of every image has a say in each weight."


def _same(one, other) -> bool:
    return close(one, other, within=SINGLE_PRECISION)


def _counted_by_keras(side: int, kernel: int, channels: int, filters: int) -> tuple[int, int]:
    from keras import Input, Sequential, layers

    layer = layers.Conv2D(filters, kernel)
    network = Sequential([Input((side, side, channels)), layer])
    return network.count_params(), int(np.prod(network.output_shape[1:3]) * np.prod(layer.kernel.shape))


def _maps(kernels: np.ndarray, images: np.ndarray) -> np.ndarray:
    """What a layer with a kernel for each place computes."""
    patches = np.lib.stride_tricks.sliding_window_view(images, (3, 3), axis=(1, 2))
    return np.einsum("nrcij,rcij->nrc", patches, kernels)


def _error(answer, kernels: np.ndarray, images: np.ndarray) -> float:
    result = call(answer, lambda given: _maps(kernels, np.asarray(given)), images, what="shift_error")
    return number(result, "what shift_error returns")


def _correlated(images: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    return signal.correlate(images, kernel[np.newaxis], mode="valid")
