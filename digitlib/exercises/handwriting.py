"""Exercises of the chapter on the reader's own handwriting."""

import itertools

import numpy as np
from scipy import ndimage
from statsmodels.stats.proportion import proportion_confint

from digitlib.exercises import exercise
from digitlib.exercises.answers import array, call, close, integer, wrong_if

FULL = 255
SIDE = 28


@exercise(
    "handwriting.1",
    "Most pixels of an image are paper. So what does its median tell you?",
    "np.median(images, axis=(1, 2), keepdims=True) is a value for each image. What if it is above 127?",
    "np.where(medians > 127, 255 - images, images) decides for each image.",
)
def light_ink(answer):
    images = np.zeros((4, SIDE, SIDE), np.uint8)
    images[:, 5:23, 11:16] = np.random.default_rng(1).integers(100, FULL + 1, size=(4, 18, 5))
    expected = images.copy()
    dark = np.array([0, 2, 3])
    images[dark] = FULL - images[dark]
    result = array(call(answer, images, what="light_ink"), "what light_ink returns", shape=images.shape)
    wrong_if(result.dtype != np.uint8, f"The images should stay stored ones, of the type uint8, not {result.dtype}.")
    wrong_if(close(result, images), "Some of these images have dark ink on light paper still.")
    alone = array(call(answer, expected[:1], what="light_ink"), "what light_ink returns", shape=(1, SIDE, SIDE))
    wrong_if(not close(alone, expected[:1]), "An image that was right before should stay as it was.")
    wrong_if(
        close(result, FULL - images),
        "You decide for the whole batch, and so spoil images that were right before. Decide for each of its own.",
    )
    turned = expected.copy()
    turned[dark] = -images[dark]
    wrong_if(
        close(result, turned),
        "Some paper is 1 instead of 0: a uint8 that is negated becomes 256 minus itself. Subtract from what?",
    )
    wrong_if(
        not close(result, expected),
        "Some pixels are not what they should be: turn whole images, and keep their grey levels.",
    )


@exercise(
    "handwriting.2",
    "Try counts one after the other. For which is the upper end of Wilson's interval below the other accuracy?",
    "proportion_confint(share * count, count, method='wilson') returns both ends. share * count need not be whole.",
    "Begin with count = 1. While the upper end is not below other, add 1.",
)
def digits_needed(answer):
    for share, other in ((0.95, 0.99), (0.9, 0.99), (0.97, 0.99)):
        count = integer(call(answer, share, other, what="digits_needed"), "what digits_needed returns")
        wrong_if(
            count == _least(share, other, method="normal"),
            "That is the interval of a normal distribution, alike on both sides. Near 1 it reaches too far up.",
        )
        wrong_if(
            count == _least(share, other, method="wilson", alpha=0.1),
            "That is an interval of ninety percent, or one-sided. Leave out five percent in all, half on each side.",
        )
        wrong_if(
            count == _least(share, other, method="wilson") - 1,
            "With so many the interval still reaches the other accuracy. It should lie below.",
        )
        wrong_if(count == 1, "Its lower end lies below with a single digit already. The whole interval should.")
        wrong_if(
            count != _least(share, other, method="wilson"),
            f"Not for {share} against {other}. Which is the first count whose interval ends below {other}?",
        )
    return "If your sheet comes out so. By chance it may come out better: for safety, write several times as many."


@exercise(
    "handwriting.3",
    "Each new pixel is the mean of a square of old ones. How can a reshape give each square axes of its own?",
    "The rows split into (new rows, factor), the columns into (new columns, factor): four axes.",
    "Take the mean over the axes 1 and 3 of image.reshape(height // factor, factor, width // factor, factor).",
)
def shrink(answer):
    image = np.random.default_rng(3).random((6, 12))
    result = array(call(answer, image, 3, what="shrink"), "what shrink returns")
    wrong_if(result.shape == (4, 2), "Height and width have changed places.")
    wrong_if(result.shape != (2, 4), f"An image of (6, 12), shrunk by 3, has the shape (2, 4), not {result.shape}.")
    squares = image.reshape(2, 3, 4, 3)
    expected = squares.mean(axis=(1, 3))
    wrong_if(
        any(close(result, image[row::3, column::3]) for row, column in itertools.product(range(3), repeat=2)),
        "You keep one pixel of each square and forget the others. A thin stroke may fall between them.",
    )
    wrong_if(close(result, squares.max(axis=(1, 3))), "That is the maximum, as in pooling: it makes strokes thicker.")
    wrong_if(close(result, squares.sum(axis=(1, 3))), "That is the sum. White paper should stay 0, full ink 1.")
    wrong_if(
        close(result, image.reshape(3, 2, 3, 4).mean(axis=(0, 2))),
        "You average over pixels that lie far apart. Which comes first: the square, or the pixel in it?",
    )
    wrong_if(
        not close(result, expected), "The pixel in row i, column j should be the mean of one square of 3x3 old pixels."
    )


@exercise(
    "handwriting.4",
    "ndimage.label gives each pixel the number of its piece. It connects sides alone, unless its structure says more.",
    "np.bincount(pieces.ravel()) counts the pixels of each number. Which number has the paper?",
    "Find the number, from 1 on, with the largest count; then np.where(pieces == number, image, 0).",
)
def largest_piece(answer):
    images = _in_pieces()
    results = [call(answer, image, what="largest_piece") for image in images]
    result = np.stack([array(one, "what largest_piece returns", shape=(SIDE, SIDE)) for one in results])
    wrong_if(close(result, images), "The images are as they were: several pieces are left in them.")
    wrong_if(not result.any(), "Nothing is left. The paper has a number as well: 0, and the most pixels.")
    wrong_if(
        close(result, _one_piece(images, 1, structure=None)),
        "Strokes that run aslant fall apart with you: pixels that touch at a corner are connected as well.",
    )
    wrong_if(
        close(result, _one_piece(images, images)),
        "You keep the piece with the most ink. Asked for is the one with the most pixels, however grey.",
    )
    wrong_if(
        close(result, _one_piece(np.where(images > FULL // 2, images, 0), 1)),
        "You take faint ink for paper. Every value above 0 is ink.",
    )
    first = [np.where(ndimage.label(image, np.ones((3, 3)))[0] == 1, image, 0) for image in images]
    wrong_if(
        close(result, np.stack(first)),
        "You keep piece number 1, the first from the top. Count the pixels of each.",
    )
    expected = _one_piece(images, 1)
    wrong_if(
        result.max() <= 1 and close(result > 0, expected > 0), "The right pixels, but without their grey: keep it."
    )
    wrong_if(
        not close(result, expected),
        "One piece of ink should be left in each image, the one with the most pixels, as it was.",
    )


@exercise(
    "handwriting.5",
    "Five images have the answer: the image itself, and the image moved by one pixel each way. Take their maximum.",
    "np.pad(images, ((0, 0), (1, 1), (1, 1))) gives a margin of paper; slices of it are the moved images.",
    "One of them is padded[:, :-2, 1:-1], moved down by a pixel. np.maximum.reduce takes the maximum of all five.",
)
def thicken(answer):
    random = np.random.default_rng(5)
    images = random.integers(0, FULL + 1, size=(3, SIDE, SIDE), dtype=np.uint8)
    images[random.random(images.shape) < 0.9] = 0
    images[:, [0, -1]] = random.integers(1, FULL + 1, size=(3, 2, SIDE))  # ink at the margin
    result = array(call(answer, images, what="thicken"), "what thicken returns", shape=images.shape)
    cross = ndimage.generate_binary_structure(2, 1)[np.newaxis]
    wrong_if(
        close(result, ndimage.grey_dilation(images, size=(1, 3, 3))),
        "The four neighbours at the corners count, too, in yours. Take those above, below, left and right alone.",
    )
    wrong_if(
        close(result, ndimage.grey_dilation(images, footprint=cross, mode="wrap")),
        "Ink that leaves the image at one side comes back at the other. What lies outside is paper.",
    )
    wrong_if(
        close(result, ndimage.grey_dilation(images, footprint=ndimage.generate_binary_structure(3, 1))),
        "The ink of one image flows into the next. The first axis is not a direction.",
    )
    wrong_if(
        close(result, ndimage.grey_erosion(images, footprint=cross)), "That is the thin pen: the minimum of the five."
    )
    wrong_if(
        not close(result, ndimage.grey_dilation(images, footprint=cross, mode="constant")),
        "Each pixel should be the maximum of itself and of its four neighbours, as they were before.",
    )


def _least(share, other, **interval):
    """The least count with which the interval of a share ends below the other accuracy."""
    return next(
        count for count in itertools.count(1) if proportion_confint(share * count, count, **interval)[1] < other
    )


def _in_pieces():
    """Images of three pieces: one aslant, a dark one, and the largest, which is grey or begins second."""
    random = np.random.default_rng(4)
    images = np.zeros((3, SIDE, SIDE), np.uint8)
    steps = np.arange(20)
    images[0, 1 + steps, 5 + steps] = random.integers(FULL // 2 + 1, 150, size=20)
    images[0, 22:26, 2:6] = FULL
    images[1, 2:7, 3:8] = random.integers(1, 60, size=(5, 5))
    images[1, 15:19, 15:19] = FULL
    images[2, 1:4, 20:23] = FULL
    images[2, 8:20, 10:14] = random.integers(FULL // 2 + 1, FULL, size=(12, 4))
    images[2, 23:25, 3:6] = 90
    return images


def _one_piece(images, weights, structure=((1, 1, 1),) * 3):
    """Each image with the connected piece alone whose weights have the largest sum."""
    kept = np.zeros_like(images)
    for image, weight, target in zip(images, np.broadcast_to(weights, images.shape), kept, strict=True):
        pieces, count = ndimage.label(image, structure)
        sums = ndimage.sum_labels(weight, pieces, np.arange(1, count + 1))
        target[...] = np.where(pieces == 1 + np.argmax(sums), image, 0)
    return kept
