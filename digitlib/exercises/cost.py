"""Exercises of the chapter on what a training and an answer cost."""

import numpy as np
from scipy import stats
from sklearn.preprocessing import MaxAbsScaler

from digitlib.exercises.declarations import ANOTHER_SHAPE, OTHERWISE, RIGHT, OneOf, When, exercise

FLOAT = np.dtype(np.float32).itemsize  # bytes


@exercise(
    "cost.1",
    "How many milliseconds does one batch take, the call and all of its images?",
    "A batch takes call + batch * image milliseconds. So many images are read in that time.",
    "Images over milliseconds, times a thousand, are images a second.",
    cases=((1, 40.0, 0.05), (200, 40.0, 0.05), (64, 3.0, 0.5)),
    relative=1e-6,
    remark="Half of the time goes to the call where batch * image is as much as the call.",
)
def images_a_second(batch, call, image):
    milliseconds = call + batch * image
    return {
        RIGHT: 1_000 * batch / milliseconds,
        "Images a millisecond: a second has a thousand of those.": batch / milliseconds,
        "That is the time of a batch. How many images are read in it?": milliseconds,
        "Batches a second. A batch holds more than one image.": 1_000 / milliseconds,
        "You pay the call once for each image. It is paid once for the batch.": 1_000 / (call + image),
        "Without the call. Somebody has to make it.": 1_000 / image,
        "You multiply times that follow each other. Add them.": 1_000 * batch / (call * batch * image),
        f"Not for a batch of {batch}, with {call:g} ms for the call and {image:g} ms for an image.": OTHERWISE,
    }


def _measured():
    sizes = np.array([1_000.0, 3_000, 10_000, 30_000])
    return sizes, 0.002 * sizes**0.8 * np.array([1.1, 0.95, 0.9, 1.1])


@exercise(
    "cost.2",
    "If seconds = c * sizes ** b, what is the logarithm of the seconds?",
    "log(seconds) = log(c) + b * log(sizes): a straight line, whose slope is asked for.",
    "np.polyfit(x, y, 1) returns the slope and the intercept of the line that fits best.",
    cases=(_measured,),
    remark="Which logarithm you take does not matter: the slope is the same.",
)
def exponent(sizes, seconds):
    x, y = np.log(sizes), np.log(seconds)
    ends = (y[-1] - y[0]) / (x[-1] - x[0])
    fit = stats.linregress(x, y)
    return {
        RIGHT: fit.slope,
        "That is the line through sizes and seconds as they are. Take the logarithms of both first.": (
            stats.linregress(sizes, seconds).slope
        ),
        "You take the logarithm of one of the two only.": OneOf(
            stats.linregress(sizes, y).slope, stats.linregress(x, seconds).slope
        ),
        "Upside down: by which power of the seconds the sizes grow.": stats.linregress(y, x).slope,
        "That looks at the first and the last point alone. The line should fit all of them.": ends,
        "That is how well the line fits, and not how steep it is.": OneOf(fit.rvalue, fit.rvalue**2),
        "That is where the line begins. Asked for is its slope.": fit.intercept,
        "A power is one number, the slope of the line.": ANOTHER_SHAPE,
        "The slope of the line of log(seconds) over log(sizes), by least squares.": OTHERWISE,
    }


@exercise(
    "cost.3",
    "How many numbers does one image put out, over all layers?",
    "A layer of shape (26, 26, 32) puts out 26 * 26 * 32 numbers. np.prod multiplies them.",
    "Numbers of all layers, times the batch, times four bytes, over a thousand.",
    cases=(([(26, 26, 32), (13, 13, 32), (64,), (10,)], 32), ([(4, 4, 3), (5,)], 1)),
    relative=1e-6,
    remark="What was measured is more: for the way back there are gradients of these outputs, too.",
)
def kilobytes_kept(shapes, batch):
    numbers = np.array([np.prod(shape) for shape in shapes])
    right = FLOAT * batch * numbers.sum() / 1_000
    return {
        RIGHT: right,
        "In bytes. A kilobyte has a thousand.": 1_000 * right,
        "A kilobyte is a thousand bytes here, not 1,024.": 1_000 * right / 1_024,
        "Numbers, not bytes: each takes four.": right / FLOAT,
        "A float32 has 32 bits: how many bytes are that?": 32 * right / FLOAT,
        "One layer only. The way back needs the outputs of all.": OneOf(
            *(FLOAT * batch * count / 1_000 for count in (numbers.max(), numbers[0], numbers[-1]))
        ),
        "For one image. A batch has more.": right / batch,
        "You add up the sides of each shape. How many numbers are in a box of these sides?": (
            FLOAT * batch * sum(sum(shape) for shape in shapes) / 1_000
        ),
        "That is the sum over all layers, in kilobytes? Try it with one layer and one image.": OTHERWISE,
    }


def _weights():
    return (np.random.default_rng(20).normal(size=(3, 3, 4)) * 0.2 - 0.1,)


@exercise(
    "cost.4",
    "The largest weight, whatever its sign, becomes 127 or -127. What is the scale then?",
    "scale = np.abs(weights).max() / 127, and codes * scale should be close to the weights.",
    "codes = np.round(weights / scale).",
    cases=(_weights,),
    what=("the whole numbers", "the scale"),
    returns="two things: the whole numbers and the scale",
    remark="No weight is moved by more than half a scale.",
)
def to_int8(weights):
    flat = weights.reshape(-1, 1)
    scaler = MaxAbsScaler().fit(flat)
    largest = scaler.max_abs_[0]
    scale = largest / 127
    codes = np.rint(127 * scaler.transform(flat)).reshape(weights.shape)
    ranged = (weights.max() - weights.min()) / 255
    return {
        RIGHT: (codes, scale),
        "The whole numbers should have the shape of the weights.": (codes.ravel(), ...),
        "These are the weights over the scale, and not yet whole numbers.": (weights / scale, ...),
        "You cut off what is behind the point. To round brings the numbers closer.": OneOf(
            (np.trunc(weights / scale), ...), (np.floor(weights / scale), ...)
        ),
        "Your scale takes the largest weight without its sign into account. A negative one may be larger.": (
            ...,
            weights.max() / 127,
        ),
        "127 stands for the largest size of a weight. Your scale divides another range, or by another number.": OneOf(
            (..., ranged), (..., 2 * ranged), (..., largest / 128), (..., largest / 255)
        ),
        "Your scale is upside down: codes * scale should give the weights.": (..., 1 / scale),
        "Multiply your whole numbers by your scale, and compare with the weights.": OTHERWISE,
    }


def _to_prune():
    return np.random.default_rng(21).normal(size=(5, 8)) - 0.2, 0.4


@exercise(
    "cost.5",
    "Which weights matter least? Look at their size, whatever the sign.",
    "np.argsort(np.abs(weights), axis=None) gives the places in the flattened array, the smallest first.",
    "Set the first round(share * weights.size) of these places to 0 in a copy.",
    cases=(_to_prune, lambda: (_to_prune()[0][0], 0.0)),
)
def prune(weights, share):
    count = round(share * weights.size)
    size = stats.rankdata(np.abs(weights), method="ordinal").reshape(weights.shape)
    rank = stats.rankdata(weights, method="ordinal").reshape(weights.shape)
    by_row = stats.rankdata(np.abs(weights), method="ordinal", axis=-1).reshape(weights.shape)
    return {
        RIGHT: np.where(size <= count, 0, weights),
        "The shape of the weights should stay.": ANOTHER_SHAPE,
        "You prune the smallest values, and so the most negative ones. Look at the size, whatever the sign.": (
            np.where(rank <= count, 0, weights)
        ),
        "These are the largest ones, which matter most.": np.where(size > weights.size - count, 0, weights),
        "The share says how much goes, not how much stays.": np.where(size <= weights.size - count, 0, weights),
        "What stays should keep its sign.": np.abs(np.where(size <= count, 0, weights)),
        "The share holds for the array as a whole, not for each row.": (
            np.where(by_row <= share * weights.shape[-1], 0, weights)
        ),
        "Your share counts between the smallest and the largest size, and not by number.": (
            np.where(np.abs(weights) <= share * np.abs(weights).max(), 0, weights)
        ),
        "Not as many zeros as the share asks for.": When(
            lambda pruned: (pruned == 0).sum() != count, np.where(size <= count + 1, 0, weights)
        ),
        "Set the smallest to zero, and leave the others as they are.": OTHERWISE,
    }
