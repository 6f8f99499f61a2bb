"""Errors of reasoning in the exercises on the number of training images."""

import math

import numpy as np
from scipy import optimize, stats


def _line(x, y):
    fit = stats.linregress(x, y)
    return fit.intercept, fit.slope


def _law(sizes, errors):
    intercept, slope = _line(np.log(sizes), np.log(errors))
    return math.exp(intercept), -slope


def _turned(sizes, errors):
    intercept, slope = _line(np.log(errors), np.log(sizes))
    return math.exp(-intercept / slope), -1 / slope


def _through_the_ends(sizes, errors):
    b = -np.log(errors[-1] / errors[0]) / np.log(sizes[-1] / sizes[0])
    return errors[0] * sizes[0] ** b, b


def _floor(sizes, errors, scale=np.log):
    def distances(numbers):
        return scale(numbers[0] * sizes ** -numbers[1] + numbers[2]) - scale(errors)

    return optimize.least_squares(distances, (2, 0.6, 0.008), bounds=(1e-9, np.inf), xtol=1e-12).x


def _floor_at_the_smallest(sizes, errors):
    return *_law(sizes[:-1], errors[:-1] - errors[-1]), errors[-1]


def _means(values, count=None, statistic=np.mean):
    draws = np.random.default_rng(1).choice(values, size=(10_000, count or len(values)))
    return statistic(draws, axis=1)


def _middle(draws, share=0.95):
    return tuple(np.quantile(draws, ((1 - share) / 2, (1 + share) / 2)))


WRONG = {
    "data_size.1": {
        "last batch dropped": lambda images, batch, least: max(math.ceil(least / (images // batch)), 10),
        "parts of steps": lambda images, batch, least: max(math.ceil(least * batch / images), 10),
        "rounded down": lambda images, batch, least: max(least // math.ceil(images / batch), 10),
        "no least epochs": lambda images, batch, least: math.ceil(least / math.ceil(images / batch)),
        "ten on top": lambda images, batch, least: math.ceil(least / math.ceil(images / batch)) + 10,
        "steps of an epoch": lambda images, batch, least: math.ceil(images / batch),
        "steps": lambda images, batch, least: least,
        "at most ten": lambda images, batch, least: min(math.ceil(least / math.ceil(images / batch)), 10),
    },
    "data_size.2": {
        "upside down": lambda error, a, b: (error / a) ** (1 / b),
        "error for images": lambda error, a, b: a * error**-b,
        "raised again": lambda error, a, b: (a / error) ** b,
        "divided by the exponent": lambda error, a, b: a / error / b,
        "without a": lambda error, a, b: error ** (-1 / b),
        "a not raised": lambda error, a, b: a * error ** (-1 / b),
        "logarithm": lambda error, a, b: math.log10(a / error) / b,
        "percent": lambda error, a, b: (a / (100 * error)) ** (1 / b),
    },
    "data_size.3": {
        "swapped": lambda sizes, errors: _law(sizes, errors)[::-1],
        "sign": lambda sizes, errors: (_law(sizes, errors)[0], -_law(sizes, errors)[1]),
        "a not raised": lambda sizes, errors: (math.log(_law(sizes, errors)[0]), _law(sizes, errors)[1]),
        "two bases": lambda sizes, errors: (math.exp(math.log10(_law(sizes, errors)[0])), _law(sizes, errors)[1]),
        "images fitted to errors": _turned,
        "through the ends": _through_the_ends,
        "no logarithms": lambda sizes, errors: (_line(sizes, errors)[0], -_line(sizes, errors)[1]),
        "one logarithm": lambda sizes, errors: (
            10 ** _line(sizes, np.log10(errors))[0],
            -_line(sizes, np.log10(errors))[1],
        ),
        "distances of errors": lambda sizes, errors: optimize.curve_fit(
            lambda n, a, b: a * n**-b, sizes, errors, p0=(1, 0.5)
        )[0],
    },
    "data_size.4": {
        "without replacement": lambda values: (values.mean(), values.mean()),
        "quantiles of the values": lambda values: _middle(values),
        "two standard errors": lambda values: stats.norm.interval(0.95, values.mean(), stats.sem(values)),
        "nine tenths": lambda values: _middle(_means(values), 0.9),
        "half as many": lambda values: _middle(_means(values, len(values) // 2)),
        "median": lambda values: _middle(_means(values, statistic=np.median)),
        "extremes": lambda values: _middle(_means(values), 1),
        "one draw": lambda values: _middle(_means(values)[:1] + np.array([-0.001, 0.001])),
        "turned round": lambda values: _middle(_means(values))[::-1],
    },
    "data_size.5": {
        "no floor": lambda sizes, errors: (*_law(sizes, errors), 0),
        "floor at the smallest error": _floor_at_the_smallest,
        "sign": lambda sizes, errors: _floor(sizes, errors) * [1, -1, 1],
        "a not raised": lambda sizes, errors: (math.log(_floor(sizes, errors)[0]), *_floor(sizes, errors)[1:]),
        "c not raised": lambda sizes, errors: (*_floor(sizes, errors)[:2], math.log(_floor(sizes, errors)[2])),
        "distances of errors": lambda sizes, errors: _floor(sizes, errors, lambda values: values),
        "half the smallest error": lambda sizes, errors: (1.8, 0.55, errors.min() / 2),
    },
}
