"""Errors of reasoning in the exercises on the reader's own handwriting."""

import itertools

import numpy as np
from scipy import ndimage
from statsmodels.stats.proportion import proportion_confint


def _least(share, other, *, end=1, **interval):
    return next(
        count for count in itertools.count(1) if proportion_confint(share * count, count, **interval)[end] < other
    )


def _label(image, structure=((1, 1, 1),) * 3):
    return ndimage.label(image, structure)[0]


def _piece(image, weights=1, **options):
    pieces = _label(image, **options)
    sums = np.bincount(pieces.ravel(), np.broadcast_to(weights, image.shape).ravel())
    return np.where(pieces == 1 + sums[1:].argmax(), image, 0)


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
        "sides alone": lambda image: _piece(image, structure=None),
        "the most ink": lambda image: _piece(image, image),
        "the first piece": lambda image: np.where(_label(image) == 1, image, 0),
        "the paper is the largest": lambda image: np.where(
            _label(image) == np.bincount(_label(image).ravel()).argmax(), image, 0
        ),
        "faint ink is paper": lambda image: _piece(np.where(image > 127, image, 0)),
        "a mask": lambda image: _piece(image) > 0,
        "specks alone removed": lambda image: np.where(ndimage.median_filter(image, 3) > 0, image, 0),
        "nothing removed": lambda image: image,
    },
    "handwriting.5": {
        "corners, too": lambda images: _dilate(images, size=(1, 3, 3)),
        "around the margin": lambda images: _dilate(images, footprint=CROSS, mode="wrap"),
        "into the next image": lambda images: _dilate(images, footprint=ndimage.generate_binary_structure(3, 1)),
        "the minimum": lambda images: ndimage.grey_erosion(images, footprint=CROSS),
        "in place": _in_place,
    },
}
