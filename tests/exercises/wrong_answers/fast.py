"""Errors of reasoning in the exercises on making it fast."""

import numpy as np


def _loss(probabilities, targets):
    return -(targets * np.log(probabilities)).sum(axis=1).mean()


def _hot(labels):
    return np.eye(10)[labels]


def _triangle(step, steps, peak, top):
    return np.interp(step, [0, top * steps, steps], [0, peak, 0])


def _cosine_fall(step, steps, peak, rise):
    fallen = np.clip((step / steps - rise) / (1 - rise), 0, 1)
    return np.where(step <= rise * steps, peak * step / (rise * steps), peak * (1 + np.cos(np.pi * fallen)) / 2)


WRONG = {
    "fast.1": {
        "memory alone": lambda intensity, peak, bandwidth: intensity * bandwidth,
        "arithmetic alone": lambda intensity, peak, bandwidth: peak,
        "divided": lambda intensity, peak, bandwidth: min(peak, bandwidth / intensity),
        "bytes for operations": lambda intensity, peak, bandwidth: min(peak, bandwidth),
        "both limits added": lambda intensity, peak, bandwidth: 1 / (1 / peak + 1 / (intensity * bandwidth)),
    },
    "fast.2": {
        "mean of the factors": lambda shares, factors: shares @ factors,
        "the time left": lambda shares, factors: (shares / factors).sum(),
        "product": lambda shares, factors: factors.prod(),
        "the limit": lambda shares, factors: 1 / shares[-1],
        "geometric mean": lambda shares, factors: np.exp(shares @ np.log(factors)),
        "one part alone": lambda shares, factors: 1 / (1 - shares[0] + shares[0] / factors[0]),
    },
    "fast.3": {
        "parts alike": lambda gradients, sizes: gradients.mean(axis=0),
        "sum": lambda gradients, sizes: gradients.sum(axis=0),
        "sum over images": lambda gradients, sizes: sizes @ gradients,
        "over the parts": lambda gradients, sizes: sizes @ gradients / len(sizes),
        "upside down": lambda gradients, sizes: np.average(gradients, axis=0, weights=1 / sizes),
        "over the weights": lambda gradients, sizes: gradients.mean(axis=1),
        "the largest part": lambda gradients, sizes: gradients[sizes.argmax()],
    },
    "fast.4": {
        "without the peak": lambda step, steps, peak, rise: _triangle(step, steps, 1, rise),
        "falls only": lambda step, steps, peak, rise: peak * (1 - step / steps),
        "does not fall": lambda step, steps, peak, rise: peak * np.minimum(1, step / (rise * steps)),
        "peak in the middle": lambda step, steps, peak, rise: _triangle(step, steps, peak, 0.5),
        "rise and fall swapped": lambda step, steps, peak, rise: _triangle(step, steps, peak, 1 - rise),
        "falls too slowly": lambda step, steps, peak, rise: (
            peak * np.minimum(step / (rise * steps), 1 - np.maximum(step / steps - rise, 0))
        ),
        "a cosine": _cosine_fall,
    },
    "fast.5": {
        "not smoothed": lambda p, labels, smoothing: _loss(p, _hot(labels)),
        "over nine": lambda p, labels, s: _loss(p, (1 - s) * _hot(labels) + s / 9 * (1 - _hot(labels))),
        "less than one": lambda p, labels, s: _loss(p, (1 - s) * _hot(labels)),
        "more than one": lambda p, labels, s: _loss(p, _hot(labels) + s / 10),
        "answers smoothed": lambda p, labels, s: _loss((1 - s) * p + s / 10, _hot(labels)),
        "sum": lambda p, labels, s: len(p) * _loss(p, (1 - s) * _hot(labels) + s / 10),
        "sign": lambda p, labels, s: -_loss(p, (1 - s) * _hot(labels) + s / 10),
        "mean over digits": lambda p, labels, s: _loss(p, (1 - s) * _hot(labels) + s / 10) / 10,
        "logarithm of base 2": lambda p, labels, s: _loss(p, (1 - s) * _hot(labels) + s / 10) / np.log(2),
    },
}
