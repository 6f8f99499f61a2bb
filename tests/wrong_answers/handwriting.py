"""Errors of reasoning in the exercises on the reader's own handwriting."""

import itertools

import numpy as np
from scipy import ndimage
from statsmodels.stats.proportion import proportion_confint


def _least(share, other, *, end=1, **interval):
    return next(
        count for count in itertools.count(1) if proportion_confint(share * count, count, **interval)[end] < other
    )


def _move(image, centre, to=14.0):
    down, right = (round(to - place) for place in centre)
    return np.roll(image, (down, right), axis=(0, 1))


def _mass(image):
    return ndimage.center_of_mass(image)


def _box(image):
    return [image.any(axis=axis).nonzero()[0][[0, -1]].mean() for axis in (1, 0)]


def _dilate(images, **options):
    return ndimage.grey_dilation(images, **options)


CROSS = ndimage.generate_binary_structure(2, 1)[np.newaxis]


def _in_place(images):
    for row, column in itertools.product(range(1, 28), repeat=2):
        around = images[:, row, column], images[:, row - 1, column], images[:, row, column - 1]
        images[:, row, column] = np.maximum.reduce(around)
    return images


WRONG = {
    "handwriting.1": {
        "all inverted": lambda images: 255 - images,
        "decided for the batch": lambda images: images if np.median(images) < 128 else 255 - images,
        "as they are": lambda images: images,
        "negated": lambda images: np.where(np.median(images, axis=(1, 2), keepdims=True) > 127, -images, images),
        "scaled": lambda images: (
            np.where(np.median(images, axis=(1, 2), keepdims=True) > 127, 255 - images, images) / 255
        ),
    },
    "handwriting.2": {
        "normal": lambda share, other: _least(share, other, method="normal"),
        "one-sided": lambda share, other: _least(share, other, method="wilson", alpha=0.1),
        "lower end": lambda share, other: _least(share, other, end=0, method="wilson"),
        "one too few": lambda share, other: _least(share, other, method="wilson") - 1,
        "confidence of 99.9 percent": lambda share, other: _least(share, other, method="wilson", alpha=0.001),
    },
    "handwriting.3": {
        "every third pixel": lambda image, factor: image[::factor, ::factor],
        "maximum": lambda image, factor: ndimage.maximum_filter(image, factor)[1::factor, 1::factor],
        "sum": lambda image, factor: ndimage.uniform_filter(image, factor)[1::factor, 1::factor] * factor**2,
        "axes the other way": lambda image, factor: image.reshape(factor, 2, factor, 4).mean(axis=(0, 2)),
        "transposed": lambda image, factor: ndimage.uniform_filter(image, factor)[1::factor, 1::factor].T,
        "rows alone": lambda image, factor: image.reshape(2, factor, 12).mean(axis=1),
        "mean of the corners": lambda image, factor: (
            (image[::factor, ::factor] + image[factor - 1 :: factor, factor - 1 :: factor]) / 2
        ),
    },
    "handwriting.4": {
        "by the box": lambda image: _move(image, _box(image), 13.5),
        "ink counted, not weighed": lambda image: _move(image, _mass(image > 0)),
        "other way": lambda image: np.roll(image, [round(place - 14) for place in _mass(image)], axis=(0, 1)),
        "rows and columns mixed up": lambda image: _move(image, _mass(image)[::-1]),
        "decimals cut off": lambda image: np.roll(image, [int(14 - place) for place in _mass(image)], axis=(0, 1)),
        "not moved": lambda image: image,
        "interpolated": lambda image: ndimage.shift(image, 14 - np.array(_mass(image)), order=1),
    },
    "handwriting.5": {
        "corners, too": lambda images: _dilate(images, size=(1, 3, 3)),
        "around the margin": lambda images: _dilate(images, footprint=CROSS, mode="wrap"),
        "into the next image": lambda images: _dilate(images, footprint=ndimage.generate_binary_structure(3, 1)),
        "the minimum": lambda images: ndimage.grey_erosion(images, footprint=CROSS),
        "in place": _in_place,
    },
}
