"""Errors of reasoning in the exercises on robustness."""

import math

import numpy as np


def _stretched(images):
    return np.uint8(np.rint(images / np.maximum(images.max(axis=(1, 2), keepdims=True), 1) * 255))


def _median(images):
    return np.median(images, axis=(1, 2), keepdims=True)


def _above(images):
    return np.clip(images - _median(images), 0, 255)


def _hide(images, tops, lefts, side=8, value=0):
    hidden = images.copy()
    for image, top, left in zip(hidden, tops, lefts, strict=True):
        image[max(top, 0) : top + side, max(left, 0) : left + side] = value
    return hidden


def _draw(images, seed, low=0, high=21):
    return np.random.default_rng(seed).integers(low, high, size=(2, len(images)))


WRONG = {
    "robustness.1": {
        "subtracted as uint8": lambda images, corrupted: np.abs(corrupted - images).mean() / 255,
        "without absolute values": lambda images, corrupted: (corrupted.astype(float) - images).mean() / 255,
        "unscaled": lambda images, corrupted: np.abs(corrupted.astype(float) - images).mean(),
        "mean square": lambda images, corrupted: math.sqrt(((corrupted / 255 - images / 255) ** 2).mean()),
        "each image": lambda images, corrupted: np.abs(corrupted / 255 - images / 255).mean(axis=(1, 2)),
        "only pixels with ink": lambda images, corrupted: np.abs(corrupted / 255 - images / 255)[images > 127].mean(),
    },
    "robustness.2": {
        "one-sided": lambda few, many: 1 / math.comb(few + many, few),
        "every order": lambda few, many: 2 / math.factorial(few + many),
        "coins": lambda few, many: 2 * 0.5**few,
        "pairs": lambda few, many: 1 / (few * many),
        "choices of one side": lambda few, many: 2 / math.comb(many, min(few, many)),
    },
    "robustness.3": {
        "accuracies": lambda one, base: (one.mean(axis=0) / base.mean(axis=0)).mean(),
        "upside down": lambda one, base: ((1 - base.mean(axis=0)) / (1 - one.mean(axis=0))).mean(),
        "ratio of means": lambda one, base: (1 - one.mean()) / (1 - base.mean()),
        "differences": lambda one, base: (base.mean(axis=0) - one.mean(axis=0)).mean(),
        "sum": lambda one, base: ((1 - one.mean(axis=0)) / (1 - base.mean(axis=0))).sum(),
        "percent": lambda one, base: 100 * ((1 - one.mean(axis=0)) / (1 - base.mean(axis=0))).mean(),
        "ratios of single runs": lambda one, base: ((1 - one) / (1 - base[:5])).mean(),
    },
    "robustness.4": {
        "wrapped around": lambda images: _stretched(images - np.uint8(_median(images))),
        "not stretched": lambda images: np.uint8(_above(images)),
        "one paper for all": lambda images: _stretched(np.clip(images - np.median(images), 0, 255)),
        "mean": lambda images: _stretched(np.clip(images - images.mean(axis=(1, 2), keepdims=True), 0, 255)),
        "minimum": lambda images: _stretched(images - images.min(axis=(1, 2), keepdims=True)),
        "stretched alike": lambda images: np.uint8(np.rint(_above(images) / max(_above(images).max(), 1) * 255)),
        "scaled to 0 to 1": lambda images: _above(images) / 255,
    },
    "robustness.5": {
        "unseeded": lambda images, seed: _hide(images, *_draw(images, None)),
        "seed ignored": lambda images, seed: _hide(images, *_draw(images, 0)),
        "cut off at the margin": lambda images, seed: _hide(images, *_draw(images, seed, 0, 28)),
        "last place forgotten": lambda images, seed: _hide(images, *_draw(images, seed, 0, 20)),
        "one place for all": lambda images, seed: _hide(images, *np.repeat(_draw(images[:1], seed), len(images), 1)),
        "on the diagonal": lambda images, seed: _hide(images, *[_draw(images, seed)[0]] * 2),
        "moved in from the margin": lambda images, seed: _hide(images, *_draw(images, seed, -4, 24).clip(0, 20)),
        "one pixel too large": lambda images, seed: _hide(images, *_draw(images, seed, 0, 20), side=9),
        "ink": lambda images, seed: _hide(images, *_draw(images, seed), value=255),
    },
}
