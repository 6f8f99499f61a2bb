"""Exercises of the chapter on sharing parameters."""

import numpy as np
from scipy import signal

from digitlib.exercises.declarations import ANOTHER_SHAPE, OTHERWISE, RIGHT, OneOf, Unless, exercise

SINGLE_PRECISION = 1e-4  # what sums of some hundred float32 products may be off


@exercise(
    "sharing.1",
    "Only the first two layers with weights change. How many places has a 3x3 kernel in 28 pixels, and how many in 13?",
    "At each place, a filter has a weight for each number of its patch, and a bias.",
    "The first layer has 26 x 26 places, the second 11 x 11, each place with filters of 9 or 9 x 32 weights.",
)
def parameters_unshared():
    rest = (5 * 5 * 64 + 1) * 64 + (64 + 1) * 10
    first, second = 26**2 * (9 + 1) * 32, 11**2 * (9 * 32 + 1) * 64
    weights = 26**2 * 9 * 32 + 11**2 * 9 * 32 * 64
    no_biases = OneOf(weights + rest, weights + rest - 64 - 10)
    return {
        RIGHT: first + second + rest,
        "This is the CNN, whose places share one kernel.": 10 * 32 + 289 * 64 + rest,
        "These are the two layers without sharing. The dense layers count, too.": first + second,
        "Your filters have one bias for all places. What is not shared is not shared.": weights + 32 + 64 + rest,
        "Each filter has a bias at each place, and so has each unit.": no_biases,
        "The second layer's patches have 32 channels.": first + 11**2 * (9 + 1) * 64 + rest,
        "A kernel of 3x3 has fewer places than there are pixels.": 28**2 * 10 * 32 + 13**2 * 289 * 64 + rest,
        "There is a pooling between the two layers.": first + 24**2 * 289 * 64 + rest,
        "Layer by layer: places x (weights of a patch + 1) x filters.": OTHERWISE,
    }


@exercise(
    "sharing.2",
    "A filter stores one kernel and one bias. How often is each weight of its kernel used?",
    "Each weight is used once at each place, and there are (side - kernel + 1) squared of those.",
    "A bias is stored, but takes no multiplication.",
    cases=((14, 5, 3, 8), (9, 2, 6, 4)),
)
def stored_and_done(side, kernel, channels, filters):
    from keras import Input, Sequential, layers

    layer = layers.Conv2D(filters, kernel)
    network = Sequential([Input((side, side, channels)), layer])
    stored, done = network.count_params(), np.prod(network.output_shape[1:3]) * np.prod(layer.kernel.shape)
    weights, places = kernel**2 * channels * filters, (side - kernel + 1) ** 2
    return {
        RIGHT: np.array([stored, done]),
        "Return the parameters first, then the multiply-adds.": (done, stored),
        "You forgot to store the biases.": (weights, ...),
        "A convolution stores its kernels once, not for each place.": (places * (weights + filters), ...),
        "A filter stores a weight for each number of its patch, and a bias.": Unless((stored, ...)),
        "A bias is added, and not multiplied by anything.": (..., places * (weights + filters)),
        "Each weight is used at every place, not once.": (..., weights),
        "Without padding, a kernel has fewer places than there are pixels.": (..., side**2 * weights),
        "Count the places along a side once more, on a short row.": (..., (side - kernel) ** 2 * weights),
        "A patch holds a number for each channel of each pixel.": (..., done / channels),
        "That is a single filter.": (..., done / filters),
        "The parameters are right. For the rest: at each place, each weight is used once.": OTHERWISE,
    }


def _layer(shared):
    """A layer and images for which the largest difference is negative, and not in the first image."""
    random = np.random.default_rng(32)
    images, kernels = random.random((4, 9, 9)), random.normal(size=(7, 7, 3, 3))
    if shared:
        kernels = np.broadcast_to(kernels[0, 0], kernels.shape)

    def layer(images):
        patches = np.lib.stride_tricks.sliding_window_view(np.asarray(images), (3, 3), axis=(1, 2))
        return np.einsum("nrcij,rcij->nrc", patches, kernels)

    return layer, images


@exercise(
    "sharing.3",
    "What an image has in column 0, the moved one has in column 1. Which columns of their maps should be equal, then?",
    "np.roll(images, 1, axis=2) moves them. What it carries round the edge reaches only the first column of the map.",
    "Compare layer(moved)[:, :, 1:] with layer(images)[:, :, :-1].",
    cases=(lambda: _layer(shared=True), lambda: _layer(shared=False)),
    within=SINGLE_PRECISION,
)
def shift_error(layer, images):
    before = layer(images)
    after, down = (layer(np.roll(images, 1, axis=axis)) for axis in (2, 1))
    differences = after[:, :, 1:] - before[:, :, :-1]
    right = np.abs(differences).max()
    zero = "For a convolution it should be 0"
    unshared = "For a convolution it is right, but not for a layer with a kernel for each place."
    last = f"{zero}, and is not." if right < SINGLE_PRECISION else unshared
    return {
        RIGHT: right,
        f"{zero}. The map of the moved images is moved, too: compare it with a moved map.": np.abs(
            after - before
        ).max(),
        f"{zero}. At the margin the moved images hold pixels that were not there: leave that column of the map out.": (
            np.abs(after - np.roll(before, 1, axis=2)).max()
        ),
        f"{zero}. You moved the images to one side and the map to the other.": (
            np.abs(after[:, :, :-1] - before[:, :, 1:]).max()
        ),
        "You moved the images down. Which axis goes to the right?": np.abs(down[:, 1:] - before[:, :-1]).max(),
        "A difference below zero is a difference.": differences.max(),
        "That is the mean difference. How large is the one that is largest?": np.abs(differences).mean(),
        "You looked at the first image only.": np.abs(differences[0]).max(),
        last: OTHERWISE,
    }


KERNEL = np.random.default_rng(4).normal(size=(3, 3))


@exercise(
    "sharing.4",
    "A column of the matrix belongs to one place of the map: it holds the weights of all pixels of the image for it.",
    "Put the kernel into an image of zeros, at that place, and flatten the image: that is the column.",
    "With matrix = np.zeros((side, side, places, places)), set matrix[row:row + 3, column:column + 3, row, column].",
    cases=((KERNEL, 7), (KERNEL, 9)),
    within=SINGLE_PRECISION,
)
def as_matrix(kernel, side):
    def matrix(kernel):
        images = np.eye(side**2).reshape(-1, side, side)  # of one pixel each: a row is what it does to the map
        return signal.correlate(images, kernel[np.newaxis], mode="valid")

    right, shape = matrix(kernel).reshape(side**2, -1), (side**2, (side - 2) ** 2)
    last = "images @ matrix does not give the maps of the convolution."
    if side != 7:
        last = "It is right for images of 7x7, but not for others."
    return {
        RIGHT: right,
        "Your matrix is transposed: a row for each pixel, a column for each place.": right.T,
        "Without padding, the map has fewer places than the image has pixels.": np.zeros((side**2, side**2)),
        f"For images of {side}x{side} its shape should be {shape}, not {{answer.shape}}.": ANOTHER_SHAPE,
        "You turned the kernel by half a turn.": matrix(kernel[::-1, ::-1]).reshape(shape),
        "Rows and columns of the kernel have changed places.": matrix(kernel.T).reshape(shape),
        "The columns are right, but not their order: a map is flattened row by row, as an image is.": (
            matrix(kernel).swapaxes(1, 2).reshape(shape)
        ),
        "All columns are that of the first place. How does the next one differ?": np.repeat(right[:, :1], shape[1], 1),
        last: OTHERWISE,
    }


def _images_and_gradients():
    random = np.random.default_rng(5)
    return random.normal(size=(6, 8, 7)), random.normal(size=(6, 6, 5))


@exercise(
    "sharing.5",
    "Take one weight of the kernel. Each number of the map is a sum, in which this weight multiplies one pixel. Which?",
    "Changing weight [0, 0] a little changes the map at [row, column] by images[:, row, column] times as much.",
    "Add up, over all images and places: the gradient at that place times the pixel that the weight meets there.",
    cases=(_images_and_gradients,),
    within=SINGLE_PRECISION,
    remark="Every place of every image has a say in each weight.",
)
def kernel_gradient(images, gradients):
    right = signal.correlate(images, gradients, mode="valid")[0]
    of_first_image = signal.correlate(images[0], gradients[0], mode="valid")
    of_first_place = np.tensordot(gradients[:, 0, 0], images[:, :3, :3], axes=1)
    of_map = signal.correlate(images, np.ones_like(gradients), mode="valid")[0]
    return {
        RIGHT: right,
        "All images are looked at with the same kernel: one gradient for all of them.": np.zeros((len(images), 3, 3)),
        "The kernel has the shape (3, 3), so has its gradient; yours is {answer.shape}.": ANOTHER_SHAPE,
        "You took a mean. If a weight acts many times, do its effects add up?": right / gradients.size,
        "You took the mean over places. Does a weight act more weakly if it acts often?": right / gradients[0].size,
        "You took the mean over images. The gradients are those of one loss for all.": right / len(images),
        "Turned by half a turn. Which pixel does weight [0, 0] meet?": right[::-1, ::-1],
        "Rows and columns of the kernel have changed places.": right.T,
        "This is the gradient of an unshared kernel, that of the first place.": of_first_place,
        "You used the first image only.": of_first_image,
        "This is how the map itself answers to the weights. How does the loss answer to the map?": of_map,
        "Check one weight: change it by a little, and see what the loss does.": OTHERWISE,
    }
