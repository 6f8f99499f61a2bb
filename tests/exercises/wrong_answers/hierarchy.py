"""Errors of reasoning in the exercises on the hierarchy of features."""

import math

import numpy as np


def _own_stride(layers):
    size = step = 1
    for window, stride in layers:
        step *= stride
        size += (window - 1) * step
    return size


def _last_stride(layers):
    size = step = 1
    for window, stride in layers:
        size += (window - 1) * step
        step = stride
    return size


def _from_zero(layers):
    size, step = 0, 1
    for window, stride in layers:
        size += (window - 1) * step
        step *= stride
    return size


def _counts(count, classes, draws=4_000):
    return np.random.default_rng(1).multinomial(count, [1 / classes] * classes, size=draws)


def _ridge(outputs, targets, penalty, weigh_means=True):
    centred, means = outputs - outputs.mean(axis=0), targets.mean(axis=0)
    weights = np.linalg.solve(centred.T @ centred + penalty * np.eye(outputs.shape[1]), centred.T @ (targets - means))
    return weights, means - weigh_means * outputs.mean(axis=0) @ weights


def _without_intercepts(outputs, targets, penalty):
    weights = np.linalg.solve(outputs.T @ outputs + penalty * np.eye(outputs.shape[1]), outputs.T @ targets)
    return weights, np.zeros(targets.shape[1])


def _ones_penalised(outputs, targets, penalty):
    weights, _ = _without_intercepts(np.column_stack([outputs, np.ones(len(outputs))]), targets, penalty)
    return weights[:-1], weights[-1]


WRONG = {
    "hierarchy.1": {
        "strides ignored": lambda layers: 1 + sum(window - 1 for window, _ in layers),
        "windows added": lambda layers: sum(window for window, _ in layers),
        "windows multiplied": lambda layers: math.prod(window for window, _ in layers),
        "own stride counted": _own_stride,
        "only the last stride": _last_stride,
        "from the wrong end": lambda layers: _from_zero(layers[::-1]) + 1,
        "first pixel forgotten": _from_zero,
    },
    "hierarchy.2": {
        "mean forgotten": lambda side: 2 / side**2,
        "height of the plane counted": lambda side: 3 / (side**2 - 1),
        "one direction": lambda side: 1 / (side**2 - 1),
        "3x3 for all": lambda side: 1 / 4,
        "side for count": lambda side: 2 / (side - 1),
        "what is not explained": lambda side: 1 - 2 / (side**2 - 1),
        "numbers of one side": lambda side: 2 / (2 * side),
    },
    "hierarchy.3": {
        "the kernel": lambda kernel: kernel / np.linalg.norm(kernel),
        "signs": np.sign,
        "stretched": lambda kernel: (kernel - kernel.min()) / np.ptp(kernel),
        "positive part": lambda kernel: np.clip(kernel, 0, None) / kernel.max(),
        "turned round": lambda kernel: kernel < 0,
        "full ink": np.ones_like,
        "above the mean": lambda kernel: kernel > kernel.mean(),
        "strongest pixel": lambda kernel: kernel == kernel.max(),
        "sizes of weights": lambda kernel: abs(kernel) / abs(kernel).max(),
    },
    "hierarchy.4": {
        "one class": lambda count, classes: _counts(count, classes).mean(axis=0).max() / count,
        "a count": lambda count, classes: _counts(count, classes).max(axis=1).mean(),
        "always a hundred": lambda count, classes: _counts(100, classes).max(axis=1).mean() / 100,
        "most extreme draw": lambda count, classes: _counts(count, classes).max() / count,
        "one standard deviation": lambda count, classes: 1 / classes + math.sqrt((1 - 1 / classes) / classes / count),
        "twice the share": lambda count, classes: 2 / classes,
    },
    "hierarchy.5": {
        "no penalty": lambda outputs, targets, penalty: _ridge(outputs, targets, 1e-12),
        "no intercepts": _without_intercepts,
        "intercepts penalised": _ones_penalised,
        "penalty for each image": lambda outputs, targets, penalty: _ridge(outputs, targets, penalty * len(outputs)),
        "penalty squared": lambda outputs, targets, penalty: _ridge(outputs, targets, penalty**2),
        "means not put back": lambda outputs, targets, penalty: _ridge(outputs, targets, penalty, weigh_means=False),
        "transposed": lambda outputs, targets, penalty: (_ridge(outputs, targets, penalty)[0].T, 0),
        "intercepts forgotten": lambda outputs, targets, penalty: (
            _ridge(outputs, targets, penalty)[0],
            [0.0] * 3,
        ),
    },
}
