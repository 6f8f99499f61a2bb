"""Exercises of the chapter on the reader's own handwriting."""

import itertools

import numpy as np
from scipy import ndimage
from statsmodels.stats.proportion import proportion_confint

from digitlib.exercises.declarations import ANOTHER_SHAPE, OTHERWISE, RIGHT, OneOf, When, exercise

FULL = 255
SIDE = 28


def _dark_and_light():
    """Images with light ink, of which all but one were turned round."""
    images = np.zeros((4, SIDE, SIDE), np.uint8)
    images[:, 5:23, 11:16] = np.random.default_rng(1).integers(100, FULL + 1, size=(4, 18, 5))
    images[[0, 2, 3]] = FULL - images[[0, 2, 3]]
    return images


@exercise(
    "handwriting.1",
    "Most pixels of an image are paper. So what does its median tell you?",
    "np.median(images, axis=(1, 2), keepdims=True) is a value for each image. What if it is above 127?",
    "np.where(medians > 127, 255 - images, images) decides for each image.",
    cases=((_dark_and_light()[1:2],), (_dark_and_light(),)),
)
def light_ink(images):
    dark = images[:, :1, :1] > FULL // 2  # in the corner is paper
    right = np.where(dark, FULL - images, images)
    same = FULL - images if dark.mean() > 0.5 else images
    last = "Some pixels are not what they should be: turn whole images, and keep their grey levels."
    if len(images) == 1:
        last = "An image that was right before should stay as it was."
    return {
        RIGHT: right,
        "The images should stay stored ones, of the type uint8, not {answer.dtype}.": (
            When(lambda result: result.dtype != np.uint8, right.astype(float))
        ),
        "Some of these images have dark ink on light paper still.": images,
        "You decide for the whole batch, and so spoil images that were right before. Decide for each of its own.": same,
        "Some paper is 1 instead of 0: a uint8 that is negated becomes 256 minus itself. Subtract from what?": (
            np.where(dark, -images, images)
        ),
        last: OTHERWISE,
    }


def _least(share, other, **interval):
    """The least count with which the interval of a share ends below the other accuracy."""
    return next(
        count for count in itertools.count(1) if proportion_confint(share * count, count, **interval)[1] < other
    )


@exercise(
    "handwriting.2",
    "Try counts one after the other. For which is the upper end of Wilson's interval below the other accuracy?",
    "proportion_confint(share * count, count, method='wilson') returns both ends. share * count need not be whole.",
    "Begin with count = 1. While the upper end is not below other, add 1.",
    cases=((0.95, 0.99), (0.9, 0.99), (0.97, 0.99)),
    remark="If your sheet comes out so. By chance it may come out better: for safety, write several times as many.",
)
def digits_needed(share, other):
    right = _least(share, other, method="wilson")
    return {
        RIGHT: right,
        "That is the interval of a normal distribution, alike on both sides. Near 1 it reaches too far up.": (
            _least(share, other, method="normal")
        ),
        "That is an interval of ninety percent, or one-sided. Leave out five percent in all, half on each side.": (
            _least(share, other, method="wilson", alpha=0.1)
        ),
        "With so many the interval still reaches the other accuracy. It should lie below.": right - 1,
        "Its lower end lies below with a single digit already. The whole interval should.": 1,
        f"Not for {share} against {other}. Which is the first count whose interval ends below {other}?": OTHERWISE,
    }


@exercise(
    "handwriting.3",
    "Each new pixel is the mean of a square of old ones. How can a reshape give each square axes of its own?",
    "The rows split into (new rows, factor), the columns into (new columns, factor): four axes.",
    "Take the mean over the axes 1 and 3 of image.reshape(height // factor, factor, width // factor, factor).",
    cases=((np.random.default_rng(3).random((6, 12)), 3),),
)
def shrink(image, factor):
    squares = image.reshape(2, 3, 4, 3)
    right = squares.mean(axis=(1, 3))
    single = [image[row::3, column::3] for row, column in itertools.product(range(3), repeat=2)]
    far_apart = image.reshape(3, 2, 3, 4).mean(axis=(0, 2))
    return {
        RIGHT: right,
        "Height and width have changed places.": right.T,
        "An image of (6, 12), shrunk by 3, has the shape (2, 4), not {answer.shape}.": ANOTHER_SHAPE,
        "You keep one pixel of each square and forget the others. A thin stroke may fall between them.": OneOf(*single),
        "That is the maximum, as in pooling: it makes strokes thicker.": squares.max(axis=(1, 3)),
        "That is the sum. White paper should stay 0, full ink 1.": squares.sum(axis=(1, 3)),
        "You average over pixels that lie far apart. Which comes first: the square, or the pixel in it?": far_apart,
        "The pixel in row i, column j should be the mean of one square of 3x3 old pixels.": OTHERWISE,
    }


def _in_pieces():
    """Images in each of which another error chooses another piece."""
    random = np.random.default_rng(4)
    aslant, grey, faint, later = np.zeros((4, SIDE, SIDE), np.uint8)
    steps = np.arange(20)
    aslant[1 + steps, 5 + steps] = random.integers(130, 150, size=20)
    aslant[22:25, 2:5] = FULL
    grey[2:7, 3:8] = random.integers(130, 150, size=(5, 5))
    grey[15:19, 15:19] = FULL
    faint[2:14, 3:15] = random.integers(1, 120, size=(12, 12))
    faint[20:24, 15:19] = FULL
    later[1:4, 20:23] = FULL
    later[8:20, 10:14] = random.integers(130, FULL, size=(12, 4))
    later[23:25, 3:6] = 90
    return (aslant,), (grey,), (faint,), (later,)


@exercise(
    "handwriting.4",
    "ndimage.label gives each pixel the number of its piece. It connects sides alone, unless its structure says more.",
    "np.bincount(pieces.ravel()) counts the pixels of each number. Which number has the paper?",
    "Find the number, from 1 on, with the largest count; then np.where(pieces == number, image, 0).",
    cases=_in_pieces(),
)
def largest_piece(image):
    def piece(ink, weights, structure=((1, 1, 1),) * 3):
        pieces, count = ndimage.label(ink, structure)
        return np.where(pieces == 1 + ndimage.sum_labels(weights, pieces, range(1, count + 1)).argmax(), ink, 0)

    one, dark = np.ones_like(image), np.where(image > FULL // 2, image, 0)
    right, first = piece(image, one), np.where(ndimage.label(image, np.ones((3, 3)))[0] == 1, image, 0)
    return {
        RIGHT: right,
        "The images are as they were: several pieces are left in them.": image,
        "Nothing is left. The paper has a number as well: 0, and the most pixels.": 0 * image,
        "Strokes that run aslant fall apart with you: pixels that touch at a corner are connected as well.": (
            piece(image, one, structure=None)
        ),
        "You keep the piece with the most ink. Asked for is the one with the most pixels, however grey.": (
            piece(image, image)
        ),
        "You take faint ink for paper. Every value above 0 is ink.": piece(dark, one),
        "You keep piece number 1, the first from the top. Count the pixels of each.": first,
        "The right pixels, but without their grey: keep it.": right > 0,
        "One piece of ink should be left in each image, the one with the most pixels, as it was.": OTHERWISE,
    }


def _strokes():
    """Images with ink here and there, and all along the margin."""
    random = np.random.default_rng(5)
    images = random.integers(0, FULL + 1, size=(3, SIDE, SIDE), dtype=np.uint8)
    images[random.random(images.shape) < 0.9] = 0
    images[:, [0, -1]] = random.integers(1, FULL + 1, size=(3, 2, SIDE))
    return (images,)


@exercise(
    "handwriting.5",
    "Five images have the answer: the image itself, and the image moved by one pixel each way. Take their maximum.",
    "np.pad(images, ((0, 0), (1, 1), (1, 1))) gives a margin of paper; slices of it are the moved images.",
    "One of them is padded[:, :-2, 1:-1], moved down by a pixel. np.maximum.reduce takes the maximum of all five.",
    cases=(_strokes,),
)
def thicken(images):
    def widest(footprint, **margin):
        return ndimage.grey_dilation(images, footprint=footprint, **margin)

    cross = ndimage.generate_binary_structure(2, 1)[np.newaxis]
    return {
        RIGHT: widest(cross, mode="constant"),
        "The four neighbours at the corners count, too, in yours. Take those above, below, left and right alone.": (
            widest(np.ones((1, 3, 3)))
        ),
        "Ink that leaves the image at one side comes back at the other. What lies outside is paper.": (
            widest(cross, mode="wrap")
        ),
        "The ink of one image flows into the next. The first axis is not a direction.": (
            widest(ndimage.generate_binary_structure(3, 1))
        ),
        "That is the thin pen: the minimum of the five.": ndimage.grey_erosion(images, footprint=cross),
        "Each pixel should be the maximum of itself and of its four neighbours, as they were before.": OTHERWISE,
    }
