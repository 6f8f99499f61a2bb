"""Errors of reasoning in the exercises on the structure of space."""

import numpy as np


def _again(permuted, permute):
    return permute(permuted)


def _numbered_in_bytes(permuted, permute):
    flat = permuted.reshape(len(permuted), -1)
    came_from = permute(np.arange(flat.shape[1]).astype(np.uint8).reshape(1, *permuted.shape[1:])).ravel()
    restored = np.zeros_like(flat)
    restored[:, came_from] = flat
    return restored.reshape(permuted.shape)


def _correlation(one, other):
    return np.corrcoef(np.ravel(one), np.ravel(other))[0, 1]


def _pairs(images):
    return images[:, :, :-1].astype(float), images[:, :, 1:].astype(float)


def _not_centred(images):
    left, right = _pairs(images)
    return (left * right).sum() / np.sqrt((left**2).sum() * (right**2).sum())


def _flat(images):
    return images.reshape(len(images), -1)


WRONG = {
    "structure.1": {
        "one side": 20 / 26,
        "across a seam": 1 - (20 / 26) ** 2,
        "all pixels as places": 400 / 784,
        "one place too few altogether": 400 / 625,
        "one place too few in a block": 256 / 676,
        "a single block": 25 / 676,
        "pairs of neighbours": 24 / 27,
    },
    "structure.2": {
        "unchanged": lambda weights, order: weights,
        "the inverse order": lambda weights, order: weights[np.argsort(order)],
        "columns": lambda weights, order: weights[:, order],
        "rows and columns": lambda weights, order: weights[order][:, order],
        "transposed": lambda weights, order: weights[order].T,
    },
    "structure.3": {
        "nothing undone": lambda permuted, permute: permuted,
        "rearranged once more": _again,
        "images instead of pixels": lambda permuted, permute: permuted[::-1],
        "numbered in bytes": _numbered_in_bytes,
        "read backwards": lambda permuted, permute: permuted[:, ::-1, ::-1],
    },
    "structure.4": {
        "wrapped around": lambda images: _correlation(images, np.roll(images, -1, axis=2)),
        "into the next row": lambda images: _correlation(images.ravel()[:-1], images.ravel()[1:]),
        "below": lambda images: _correlation(images[:, :-1], images[:, 1:]),
        "image by image": lambda images: np.mean([_correlation(image[:, :-1], image[:, 1:]) for image in images]),
        "covariance": lambda images: np.cov(*map(np.ravel, _pairs(images)), ddof=0)[0, 1],
        "not centred": _not_centred,
        "squared": lambda images: _correlation(*_pairs(images)) ** 2,
    },
    "structure.5": {
        "the mean": lambda images: _flat(images).mean(axis=1),
        "mean and standard deviation": lambda images: np.stack(
            [_flat(images).mean(axis=1), _flat(images).std(axis=1)], axis=1
        ),
        "sorted within rows": lambda images: np.sort(images, axis=2),
        "sorted across images": lambda images: np.sort(_flat(images), axis=0),
        "ten bins": lambda images: [np.histogram(image, bins=10, range=(0, 256))[0] for image in images],
        "which shades there are": lambda images: [np.isin(np.arange(256), image) for image in images],
        "as they are": _flat,
    },
}
