"""Errors of reasoning in the exercises on sharing parameters."""

import numpy as np
from scipy import signal

DENSE = 1601 * 64 + 65 * 10


def _stored_and_done(*, biases=1, multiplied_biases=0, places=lambda side, kernel: side - kernel + 1, depth=True):
    """The convolution's counts, with one thing changed."""

    def counts(side, kernel, channels, filters):
        weights = kernel**2 * channels
        used = weights if depth else kernel**2
        done = places(side, kernel) ** 2 * (used + multiplied_biases) * filters
        return (weights + biases) * filters, done

    return counts


def _largest(difference, axis=2):
    """The error of a layer, compared in some way with its answer to the images moved along an axis."""
    return lambda layer, images: difference(layer(np.roll(images, 1, axis=axis)), layer(images))


def _matrix(kernel, side, *, transposed_map=False, place=lambda row, column: (row, column)):
    places = side - 2
    matrix = np.zeros((side, side, places, places))
    for row, column in np.ndindex(places, places):
        down, right = place(row, column)
        target = (column, row) if transposed_map else (row, column)
        matrix[(slice(down, down + 3), slice(right, right + 3), *target)] = kernel
    return matrix.reshape(side**2, places**2)


def _gradient(images, gradients):
    return signal.correlate(images, gradients, mode="valid")[0]


WRONG = {
    "sharing.1": {
        "the CNN": 121_930,
        "dense layers forgotten": 216_320 + 2_238_016,
        "biases shared": 676 * 9 * 32 + 32 + 121 * 288 * 64 + 64 + DENSE,
        "no biases": 676 * 9 * 32 + 121 * 288 * 64 + DENSE,
        "channels forgotten": 216_320 + 121 * 10 * 64 + DENSE,
        "a place for each pixel": 784 * 320 + 169 * 289 * 64 + DENSE,
        "pooling forgotten": 216_320 + 576 * 289 * 64 + DENSE,
    },
    "sharing.2": {
        "other order": lambda *sizes: _stored_and_done()(*sizes)[::-1],
        "no biases": _stored_and_done(biases=0),
        "biases multiplied": _stored_and_done(multiplied_biases=1),
        "a place for each pixel": _stored_and_done(places=lambda side, kernel: side),
        "one place too few": _stored_and_done(places=lambda side, kernel: side - kernel),
        "channels forgotten": _stored_and_done(depth=False),
        "each weight used once": _stored_and_done(places=lambda side, kernel: 1),
    },
    "sharing.3": {
        "map not moved": _largest(lambda after, before: np.abs(after - before).max()),
        "margin compared": _largest(lambda after, before: np.abs(after - np.roll(before, 1, axis=2)).max()),
        "map moved to the other side": _largest(
            lambda after, before: np.abs(after[:, :, :-1] - before[:, :, 1:]).max()
        ),
        "moved down": _largest(lambda after, before: np.abs(after[:, 1:] - before[:, :-1]).max(), axis=1),
        "signs kept": _largest(lambda after, before: (after[:, :, 1:] - before[:, :, :-1]).max()),
        "mean": _largest(lambda after, before: np.abs(after[:, :, 1:] - before[:, :, :-1]).mean()),
    },
    "sharing.4": {
        "transposed": lambda kernel, side: _matrix(kernel, side).T,
        "half a turn": lambda kernel, side: _matrix(kernel[::-1, ::-1], side),
        "kernel transposed": lambda kernel, side: _matrix(kernel.T, side),
        "map column by column": lambda kernel, side: _matrix(kernel, side, transposed_map=True),
        "first place everywhere": lambda kernel, side: _matrix(kernel, side, place=lambda row, column: (0, 0)),
        "as if padded": lambda kernel, side: np.zeros((side**2, side**2)),
    },
    "sharing.5": {
        "mean over places": lambda images, gradients: _gradient(images, gradients) / gradients[0].size,
        "mean over images": lambda images, gradients: _gradient(images, gradients) / len(images),
        "mean over all": lambda images, gradients: _gradient(images, gradients) / gradients.size,
        "half a turn": lambda images, gradients: _gradient(images, gradients)[::-1, ::-1],
        "first place": lambda images, gradients: np.tensordot(gradients[:, 0, 0], images[:, :3, :3], axes=1),
        "gradients ignored": lambda images, gradients: _gradient(images, np.ones_like(gradients)),
        "a gradient for each image": lambda images, gradients: [
            signal.correlate(*pair, mode="valid") for pair in zip(images, gradients, strict=True)
        ],
    },
}
