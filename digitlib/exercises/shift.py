"""Exercises of the chapter on moved digits."""

import math

import numpy as np
import pandas as pd
from scipy import interpolate, ndimage

from digitlib.exercises.declarations import OTHERWISE, RIGHT, OneOf, When, exercise

SIDE = 28
TARGET = 14  # where MNIST's makers put a digit's centre of mass: half a pixel past the middle of the pixels 0 to 27


@exercise(
    "shift.1",
    "A layer with stride 2 follows moves of 2, 4, 6 pixels. By how much does its map move then?",
    "A move by 4 pixels is a move by 2 in the map after a layer with stride 2. Which strides can follow that?",
    "Each layer divides the move by its stride, and what is left must be whole after the last one.",
    cases=tuple((strides,) for strides in ((2, 3, 2), (1, 2, 1, 2), (1, 4, 6), (3,), (1, 1))),
    remark="With the two poolings of this book's networks, three of four moves change what the maps hold.",
)
def smallest_step(strides):
    product, total = math.prod(strides), sum(strides)
    given = f"for the strides {', '.join(map(str, strides))}"
    return {
        RIGHT: product,
        f"A move by 1 would put other values into the windows {given}. What about more?": 1,
        f"The stride of one layer alone is not enough {given}: what must the next one be able to follow?": max(strides),
        f"Each stride divides your number {given}, but a later layer sees a move that earlier ones shrank.": (
            math.lcm(*strides)
        ),
        f"You add the strides. What becomes of a move by {total} {given}?": total,
        f"Not every layer has a stride of 2. Use the strides that are given: {strides}.": 2 ** len(strides),
        f"That move is followed {given}, but so is a shorter one.": (
            When(lambda step: step > product and step % product == 0, 2 * product)
        ),
        f"Follow a move by {{answer}} pixels from layer to layer {given}. Does it stay whole?": OTHERWISE,
    }


def _directions():
    random = np.random.default_rng(2)
    true = random.integers(0, 10, size=83)
    return np.where(random.random(83) < 0.6, true, (true + 1) % 10), true


@exercise(
    "shift.2",
    "Image 0 was moved in direction 0, image 1 in direction 1, and image 8 in direction 0 again.",
    "(predicted == true) is 1 where the answer is right. Which slice takes every eighth entry, beginning at the third?",
    "The mean of (predicted == true)[turn::8], for each turn from 0 to 7.",
    cases=(_directions,),
)
def by_direction(predicted, true):
    right = predicted == true
    groups = pd.Series(right).groupby(np.arange(len(true)) % 8)
    shares, counts = groups.mean().to_numpy(), groups.sum().to_numpy()
    return {
        RIGHT: shares,
        "You cut the images into eight runs of neighbours. But neighbours were moved in different directions.": (
            np.array([block.mean() for block in np.array_split(right, 8)])
        ),
        "These are shares of errors. Asked for is how often the answer is right.": 1 - shares,
        "You divide by all images. How many of them went in one direction?": counts / len(true),
        "You divide by all right answers. Out of how many can they be right?": counts / right.sum(),
        "These are counts. One direction may have an image more than another.": counts,
        "These are percentages. Return shares, 0 to 1.": 100 * shares,
        "That is the accuracy over all directions, eight times.": np.repeat(right.mean(), 8),
        "For each direction: right answers over images, moved in that direction.": OTHERWISE,
    }


@exercise(
    "shift.3",
    "Between which two neighbouring numbers of pixels does the accuracy pass the level? Find these first.",
    "np.argmax(accuracies <= level) is the first number of pixels at which it is no longer above the level.",
    "From the pixel before: what share of the fall between the two pixels has happened when the level is reached?",
    cases=(
        (np.array([0.99, 0.98, 0.93, 0.8, 0.55, 0.34, 0.2, 0.14, 0.1]), 0.9),
        (np.array([0.98, 0.91, 0.7, 0.42, 0.25, 0.16, 0.12, 0.11, 0.1]), 0.5),
        (np.array([0.96, 0.94, 0.82, 0.85, 0.93, 0.6, 0.5, 0.4, 0.3]), 0.9),
    ),
)
def tolerance(accuracies, level):
    pixels = np.arange(len(accuracies))
    crossings = interpolate.PPoly.from_spline(interpolate.make_interp_spline(pixels, accuracies, k=1)).solve(level)
    right, whole = crossings[0], np.floor(crossings[0])
    last = f"Not for a fall to {level}: draw the points, join them with straight lines, and read off the place."
    if len(crossings) > 1:
        last = "Right where the curve only falls. This one recovers for a while: take the first place, and do not sort."
    return {
        RIGHT: right,
        "That is the last whole number of pixels above the level. The line to the next one passes it later.": whole,
        "That is the first whole number of pixels below the level. The line from the one before passes it earlier.": (
            whole + 1
        ),
        "np.interp expects that the values it searches rise. These fall.": np.interp(level, accuracies, pixels),
        "You count from 1. The first accuracy is that without any move.": right + 1,
        "Measured from the wrong end: you go back from the later pixel's side. At which pixel do you start?": (
            2 * whole + 1 - right
        ),
        "This curve recovers and falls again. Asked for is where it first falls to the level.": crossings[-1],
        last: OTHERWISE,
    }


def _off_centre():
    """Images whose ink is heavier at one end, with a faint speck in a corner."""
    random = np.random.default_rng(4)
    images = np.zeros((6, SIDE, SIDE), np.uint8)
    for image, (top, left) in zip(images, random.integers(0, 14, size=(6, 2)), strict=True):
        image[top : top + 14, left : left + 9] = random.integers(1, 90, size=(14, 9))
        image[top + 9 : top + 13, left : left + 3] = 255
        image[-1, -1] = 2
    return (images,)


@exercise(
    "shift.4",
    "How far is the centre of mass from row 14 and from column 14? That is how far the image must move.",
    "scipy.ndimage.center_of_mass(image) gives row and column, with decimals. Whole pixels are moved: np.rint.",
    "For each image: 14 minus the two coordinates, rounded, as int; then data.move with down and right.",
    cases=(_off_centre,),
    remark="What training cures, preparation can cure, too: at least for one digit on clean paper.",
)
def centre(images):
    def moved(shifts, mode="constant"):
        steps = zip(images, np.broadcast_to(np.rint(shifts), (len(images), 2)), strict=True)
        return np.stack([ndimage.shift(image, step, order=0, mode=mode) for image, step in steps])

    def masses(images):
        return np.array([ndimage.center_of_mass(image) for image in images])

    mass = masses(images)
    shifts = TARGET - mass
    box = np.array([[(line.min() + line.max()) / 2 for line in np.nonzero(image)] for image in images])
    return {
        RIGHT: moved(shifts),
        "Away from the middle: which way must ink go that lies too far right?": moved(-shifts),
        "Rows and columns are mixed up: ink too low must go up.": moved(shifts[:, ::-1]),
        "Off by a pixel here and there: MNIST's digits are centred half a pixel past the middle, at row and column "
        "14.": OneOf(*(moved(middle - mass) for middle in (13, 13.5))),
        "Off by a pixel here and there. Move to the nearest pixel: int() and // cut off instead.": moved(
            np.trunc(shifts)
        ),
        "You centre the box around the ink. Dark pixels should weigh more.": moved(TARGET - box),
        "Each pixel with ink weighs the same with you. Weigh it by its ink.": moved(TARGET - masses(images > 0)),
        "You move all images by the same amount. Each digit has its own centre.": (
            OneOf(moved(shifts.mean(axis=0)), moved(TARGET - masses([images.mean(axis=0)])))
        ),
        "What leaves on one side comes in on the other. Paper should come in.": (
            OneOf(*(moved(middle - mass, mode="grid-wrap") for middle in (13.5, TARGET)))
        ),
        "After the move, the centre of mass of each image should be less than a pixel from row 14 and column 14.": (
            OTHERWISE
        ),
    }


def _images_and_kernel():
    random = np.random.default_rng(5)
    return random.normal(size=(4, 9, 7)), random.normal(size=(3, 3))


@exercise(
    "shift.5",
    "Think of the nine weights one by one: each is multiplied with a moved copy of the image, and the nine are added.",
    "np.roll(images, (down, right), axis=(1, 2)) lets what leaves on one side enter on the other.",
    "The middle weight belongs to the pixel; weight [0, 0] to its neighbour above left: roll that down and right.",
    cases=(_images_and_kernel,),
    remark="Without an edge, the map follows every move exactly.",
)
def circular_map(images, kernel):
    def correlated(mode="wrap", kernel=kernel):
        return ndimage.correlate(images, kernel[np.newaxis], mode=mode)

    right = correlated()
    return {
        RIGHT: right,
        "The map has lost its margin. Where nothing ends, each pixel has eight neighbours.": right[:, 1:-1, 1:-1],
        "Paper comes in at the margin. What is to the right of the last column, if nothing ends?": (
            correlated("constant")
        ),
        "At the margin you repeat the last row or column. Which one comes next, if nothing ends?": (
            correlated("nearest")
        ),
        "At the margin you mirror the image. Which row comes after the last, if nothing ends?": correlated("mirror"),
        "The kernel is turned by half a circle. The weight above left belongs to the pixel above left.": (
            correlated(kernel=kernel[::-1, ::-1])
        ),
        "The kernel is transposed: its rows go with the rows of the image.": correlated(kernel=kernel.T),
        "The right map, moved by a pixel both ways. Which of the nine weights belongs to the pixel itself?": (
            OneOf(*(np.roll(right, (step, step), axis=(1, 2)) for step in (-1, 1)))
        ),
        "Without ReLU, please: the sums as they are.": np.maximum(right, 0),
        "Not yet. Try the kernel whose middle weight is 1 and all others 0: the map should be the image.": OTHERWISE,
    }
