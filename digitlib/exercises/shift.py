"""Exercises of the chapter on moved digits."""

import math

import numpy as np
import pandas as pd
from scipy import interpolate, ndimage

from digitlib.exercises import exercise
from digitlib.exercises.answers import array, call, close, integer, number, wrong_if

SIDE = 28
TARGET = 14  # where MNIST's makers put a digit's centre of mass: half a pixel past the middle of the pixels 0 to 27


@exercise(
    "shift.1",
    "A layer with stride 2 follows moves of 2, 4, 6 pixels. By how much does its map move then?",
    "A move by 4 pixels is a move by 2 in the map after a layer with stride 2. Which strides can follow that?",
    "Each layer divides the move by its stride, and what is left must be whole after the last one.",
)
def smallest_step(answer):
    for strides in ((2, 3, 2), (1, 2, 1, 2), (1, 4, 6), (3,), (1, 1)):
        step = integer(call(answer, strides, what="smallest_step"), "what smallest_step returns")
        product = math.prod(strides)
        for_strides = f"for the strides {', '.join(map(str, strides))}"
        wrong_if(
            step == 1 < product, f"A move by 1 would put other values into the windows {for_strides}. What about more?"
        )
        wrong_if(
            step == max(strides) != product,
            f"The stride of one layer alone is not enough {for_strides}: what must the next one be able to follow?",
        )
        wrong_if(
            step == math.lcm(*strides) != product,
            f"Each stride divides your number {for_strides}, but a later layer sees a move that earlier ones shrank.",
        )
        wrong_if(
            step == sum(strides) != product, f"You add the strides. What becomes of a move by {step} {for_strides}?"
        )
        wrong_if(
            step == 2 ** len(strides) != product,
            f"Not every layer has a stride of 2. Use the strides that are given: {strides}.",
        )
        wrong_if(
            step > product and step % product == 0, f"That move is followed {for_strides}, but so is a shorter one."
        )
        wrong_if(
            step != product, f"Follow a move by {step} pixels from layer to layer {for_strides}. Does it stay whole?"
        )
    return "With the two poolings of this book's networks, three of four moves change what the maps hold."


@exercise(
    "shift.2",
    "Image 0 was moved in direction 0, image 1 in direction 1, and image 8 in direction 0 again.",
    "(predicted == true) is 1 where the answer is right. Which slice takes every eighth entry, beginning at the third?",
    "The mean of (predicted == true)[turn::8], for each turn from 0 to 7.",
)
def by_direction(answer):
    random = np.random.default_rng(2)
    true = random.integers(0, 10, size=83)
    predicted = np.where(random.random(83) < 0.6, true, (true + 1) % 10)
    result = array(call(answer, predicted, true, what="by_direction"), "what by_direction returns", shape=(8,))
    right = predicted == true
    groups = pd.Series(right).groupby(np.arange(len(true)) % 8)
    wrong_if(
        close(result, [block.mean() for block in np.array_split(right, 8)]),
        "You cut the images into eight runs of neighbours. But neighbours were moved in different directions.",
    )
    wrong_if(
        close(result, 1 - groups.mean()), "These are shares of errors. Asked for is how often the answer is right."
    )
    wrong_if(
        close(result, groups.sum() / len(true)),
        "You divide by all images. How many of them went in one direction?",
    )
    wrong_if(
        close(result, groups.sum() / right.sum()), "You divide by all right answers. Out of how many can they be right?"
    )
    wrong_if(close(result, groups.sum()), "These are counts. One direction may have an image more than another.")
    wrong_if(close(result, 100 * groups.mean()), "These are percentages. Return shares, 0 to 1.")
    wrong_if(close(result, right.mean()), "That is the accuracy over all directions, eight times.")
    wrong_if(
        not close(result, groups.mean()), "For each direction: right answers over images, moved in that direction."
    )


@exercise(
    "shift.3",
    "Between which two neighbouring numbers of pixels does the accuracy pass the level? Find these first.",
    "np.argmax(accuracies <= level) is the first number of pixels at which it is no longer above the level.",
    "From the pixel before: what share of the fall between the two pixels has happened when the level is reached?",
)
def tolerance(answer):
    pixels = np.arange(9)
    curves = [
        (np.array([0.99, 0.98, 0.93, 0.8, 0.55, 0.34, 0.2, 0.14, 0.1]), 0.9),
        (np.array([0.98, 0.91, 0.7, 0.42, 0.25, 0.16, 0.12, 0.11, 0.1]), 0.5),
        (np.array([0.96, 0.94, 0.82, 0.85, 0.93, 0.6, 0.5, 0.4, 0.3]), 0.9),
    ]
    for accuracies, level in curves:
        found = number(call(answer, accuracies, level, what="tolerance"), "what tolerance returns")
        crossings = interpolate.PPoly.from_spline(interpolate.make_interp_spline(pixels, accuracies, k=1)).solve(level)
        expected = crossings[0]
        wrong_if(
            found == np.floor(expected),
            "That is the last whole number of pixels above the level. The line to the next one passes it later.",
        )
        wrong_if(
            found == np.ceil(expected),
            "That is the first whole number of pixels below the level. The line from the one before passes it earlier.",
        )
        wrong_if(
            close(found, np.interp(level, accuracies, pixels)),
            "np.interp expects that the values it searches rise. These fall.",
        )
        wrong_if(close(found, expected + 1), "You count from 1. The first accuracy is that without any move.")
        wrong_if(
            close(found, 2 * np.floor(expected) + 1 - expected),
            "Measured from the wrong end: you go back from the later pixel's side. At which pixel do you start?",
        )
        wrong_if(
            len(crossings) > 1 and min(abs(found - crossings[1:])) < 1e-6,
            "This curve recovers and falls again. Asked for is where it first falls to the level.",
        )
        wrong_if(
            len(crossings) > 1 and not close(found, expected),
            "Right where the curve only falls. This one recovers for a while: take the first place, and do not sort.",
        )
        wrong_if(
            not close(found, expected),
            f"Not for a fall to {level}: draw the points, join them with straight lines, and read off the place.",
        )


@exercise(
    "shift.4",
    "How far is the centre of mass from row 14 and from column 14? That is how far the image must move.",
    "scipy.ndimage.center_of_mass(image) gives row and column, with decimals. Whole pixels are moved: np.rint.",
    "For each image: 14 minus the two coordinates, rounded, as int; then data.move with down and right.",
)
def centre(answer):
    images = _off_centre()
    result = array(call(answer, images, what="centre"), "what centre returns", shape=images.shape)
    masses = np.array([ndimage.center_of_mass(image) for image in images])
    shifts = TARGET - masses
    boxes = [TARGET - np.array([(line.min() + line.max()) / 2 for line in np.nonzero(image)]) for image in images]
    unweighted = [TARGET - np.array(ndimage.center_of_mass(image > 0)) for image in images]
    together = np.broadcast_to(shifts.mean(axis=0), shifts.shape)
    wrong_if(
        close(result, _moved(images, -shifts)), "Away from the middle: which way must ink go that lies too far right?"
    )
    wrong_if(close(result, _moved(images, shifts[:, ::-1])), "Rows and columns are mixed up: ink too low must go up.")
    wrong_if(
        any(close(result, _moved(images, middle - masses)) for middle in (13, 13.5)),
        "Off by a pixel here and there: MNIST's digits are centred half a pixel past the middle, at row and column 14.",
    )
    wrong_if(
        close(result, _moved(images, np.floor(shifts))) or close(result, _moved(images, np.trunc(shifts))),
        "Off by a pixel here and there. Move to the nearest pixel: int() and // cut off instead.",
    )
    wrong_if(close(result, _moved(images, boxes)), "You centre the box around the ink. Dark pixels should weigh more.")
    wrong_if(
        close(result, _moved(images, unweighted)), "Each pixel with ink weighs the same with you. Weigh it by its ink."
    )
    wrong_if(
        close(result, _moved(images, together)) or close(result, _moved(images, _of_the_mean_image(images))),
        "You move all images by the same amount. Each digit has its own centre.",
    )
    wrong_if(
        any(close(result, _moved(images, middle - masses, mode="grid-wrap")) for middle in (13.5, TARGET)),
        "What leaves on one side comes in on the other. Paper should come in.",
    )
    wrong_if(
        not close(result, _moved(images, shifts)),
        "After the move, the centre of mass of each image should be less than a pixel from row 14 and column 14.",
    )
    return "What training cures, preparation can cure, too: at least for one digit on clean paper."


@exercise(
    "shift.5",
    "Think of the nine weights one by one: each is multiplied with a moved copy of the image, and the nine are added.",
    "np.roll(images, (down, right), axis=(1, 2)) lets what leaves on one side enter on the other.",
    "The middle weight belongs to the pixel; weight [0, 0] to its neighbour above left: roll that down and right.",
)
def circular_map(answer):
    random = np.random.default_rng(5)
    images, kernel = random.normal(size=(4, 9, 7)), random.normal(size=(3, 3))
    result = array(call(answer, images, kernel, what="circular_map"), "what circular_map returns")
    wrong_if(
        result.shape == (4, 7, 5), "The map has lost its margin. Where nothing ends, each pixel has eight neighbours."
    )
    result = array(result, "what circular_map returns", shape=images.shape)
    expected = ndimage.correlate(images, kernel[np.newaxis], mode="wrap")
    others = {
        "constant": "Paper comes in at the margin. What is to the right of the last column, if nothing ends?",
        "nearest": "At the margin you repeat the last row or column. Which one comes next, if nothing ends?",
        "mirror": "At the margin you mirror the image. Which row comes after the last, if nothing ends?",
    }
    for mode, message in others.items():
        wrong_if(close(result, ndimage.correlate(images, kernel[np.newaxis], mode=mode)), message)
    wrong_if(
        close(result, ndimage.convolve(images, kernel[np.newaxis], mode="wrap")),
        "The kernel is turned by half a circle. The weight above left belongs to the pixel above left.",
    )
    wrong_if(
        close(result, ndimage.correlate(images, kernel.T[np.newaxis], mode="wrap")),
        "The kernel is transposed: its rows go with the rows of the image.",
    )
    wrong_if(
        any(close(result, np.roll(expected, (step, step), axis=(1, 2))) for step in (-1, 1)),
        "The right map, moved by a pixel both ways. Which of the nine weights belongs to the pixel itself?",
    )
    wrong_if(close(result, np.maximum(expected, 0)), "Without ReLU, please: the sums as they are.")
    wrong_if(
        not close(result, expected),
        "Not yet. Try the kernel whose middle weight is 1 and all others 0: the map should be the image.",
    )
    return "Without an edge, the map follows every move exactly."


def _off_centre():
    """Images whose ink is heavier at one end, with a faint speck in a corner."""
    random = np.random.default_rng(4)
    images = np.zeros((6, SIDE, SIDE), np.uint8)
    for image, (top, left) in zip(images, random.integers(0, 14, size=(6, 2)), strict=True):
        image[top : top + 14, left : left + 9] = random.integers(1, 90, size=(14, 9))
        image[top + 9 : top + 13, left : left + 3] = 255
        image[-1, -1] = 2
    return images


def _moved(images, shifts, mode="constant"):
    steps = np.rint(shifts)
    return np.stack([ndimage.shift(image, step, order=0, mode=mode) for image, step in zip(images, steps, strict=True)])


def _of_the_mean_image(images):
    return np.broadcast_to(TARGET - np.array(ndimage.center_of_mass(images.mean(axis=0))), (len(images), 2))
