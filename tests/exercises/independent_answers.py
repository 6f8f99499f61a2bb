"""Wrong answers that were written apart from the declarations, and those to exercises that have a judge of their own.

Of the declared exercises a few stand here: those that come to the answer in another way than the declaration does.
"""

import numpy as np


def _numbered_in_bytes(permuted, permute):
    flat = permuted.reshape(len(permuted), -1)
    came_from = permute(np.arange(flat.shape[1]).astype(np.uint8).reshape(1, *permuted.shape[1:])).ravel()
    restored = np.zeros_like(flat)
    restored[:, came_from] = flat
    return restored.reshape(permuted.shape)


def _flat(images):
    return images.reshape(len(images), -1)


STRUCTURE = {
    "structure.2": {
        "transposed": lambda weights, order: weights[order].T,
    },
    "structure.3": {
        "numbered in bytes": _numbered_in_bytes,
        "read backwards": lambda permuted, permute: permuted[:, ::-1, ::-1],
    },
    "structure.4": {
        "image by image": lambda images: np.mean(
            [np.corrcoef(image[:, :-1].ravel(), image[:, 1:].ravel())[0, 1] for image in images]
        ),
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

FAST = {
    "fast.1": {
        "both limits added": lambda intensity, peak, bandwidth: 1 / (1 / peak + 1 / (intensity * bandwidth)),
    },
    "fast.2": {
        "one part alone": lambda shares, factors: 1 / (1 - shares[0] + shares[0] / factors[0]),
    },
    "fast.4": {
        "falls too slowly": lambda step, steps, peak, rise: (
            peak * np.minimum(step / (rise * steps), 1 - np.maximum(step / steps - rise, 0))
        ),
        "a cosine": lambda step, steps, peak, rise: np.where(
            step <= rise * steps,
            peak * step / (rise * steps),
            peak * (1 + np.cos(np.pi * np.clip((step / steps - rise) / (1 - rise), 0, 1))) / 2,
        ),
    },
}

WRONG = STRUCTURE | FAST
