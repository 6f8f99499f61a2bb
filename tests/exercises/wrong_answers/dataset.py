"""Errors of reasoning in the exercises on the dataset."""

import numpy as np
from scipy import ndimage


def _share(labels, of):
    return (labels == np.bincount(of).argmax()).mean()


def _by_digit(value):
    return lambda images, labels: [value(images[labels == digit], len(labels)) for digit in range(10)]


def _centred(way):
    """The image moved by what `way` makes of its rows and columns."""
    return lambda image: np.roll(image, np.rint(way(image)).astype(int), axis=(0, 1))


def _mass(image):
    return np.array(ndimage.center_of_mass(image))


def _squares(images, known):
    return ((images[:, None].astype(float) - known) ** 2).sum(axis=(2, 3))


WRONG = {
    "dataset.1": {
        "chosen with the test labels": lambda train, test: _share(test, of=test),
        "scored on the training labels": lambda train, test: _share(train, of=train),
        "a count": lambda train, test: _share(test, of=train) * len(test),
        "as if all were equally common": lambda train, test: 0.1,
        "what it gets wrong": lambda train, test: 1 - _share(test, of=train),
    },
    "dataset.2": {
        "unscaled": _by_digit(lambda images, count: images.mean()),
        "in percent": _by_digit(lambda images, count: images.mean() / 2.55),
        "inked pixels": _by_digit(lambda images, count: (images > 0).mean()),
        "added up": _by_digit(lambda images, count: images.sum() / 255),
        "divided by all images": _by_digit(lambda images, count: images.sum() / 255 / images[0].size / count),
        "an image's whole ink": _by_digit(lambda images, count: images.sum() / 255 / len(images)),
        "median": _by_digit(lambda images, count: np.median(images) / 255),
    },
    "dataset.3": {
        "wraps round": lambda images, by: np.roll(images, by, axis=2),
        "to the left": lambda images, by: ndimage.shift(images, (0, 0, -by), order=0),
        "down": lambda images, by: ndimage.shift(images, (0, by, 0), order=0),
        "margin repeated": lambda images, by: ndimage.shift(images, (0, 0, by), order=0, mode="nearest"),
        "one pixel too few": lambda images, by: ndimage.shift(images, (0, 0, by - 1), order=0),
        "one slice for 0 as well": lambda images, by: np.pad(images, ((0, 0), (0, 0), (by, 0)))[:, :, :-by],
    },
    "dataset.4": {
        "away": _centred(lambda image: _mass(image) - 14),
        "exchanged": _centred(lambda image: (14 - _mass(image))[::-1]),
        "the box": _centred(lambda image: 14 - _mass(image > 0)),
        "half a pixel off": _centred(lambda image: 13.5 - _mass(image)),
        "cut off": _centred(lambda image: np.trunc(14 - _mass(image))),
        "between pixels": lambda image: ndimage.shift(image.astype(float), 14 - _mass(image), order=1),
        "counted from 1": _centred(lambda image: 13 - _mass(image)),
    },
    "dataset.5": {
        "places": lambda images, known, labels: _squares(images, known).argmin(axis=1),
        "farthest": lambda images, known, labels: labels[_squares(images, known).argmax(axis=1)],
        "nearest mean": lambda images, known, labels: _squares(
            images, np.stack([known[labels == digit].mean(axis=0) for digit in range(10)])
        ).argmin(axis=1),
        "without squares": lambda images, known, labels: labels[
            np.abs(images[:, None].astype(float) - known).sum(axis=(2, 3)).argmin(axis=1)
        ],
        "uint8": lambda images, known, labels: labels[((images[:, None] - known) ** 2).sum(axis=(2, 3)).argmin(axis=1)],
        "along the other axis": lambda images, known, labels: labels[
            _squares(images, known).argmin(axis=0)[: len(images)] % len(labels)
        ],
    },
}
