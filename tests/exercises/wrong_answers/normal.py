"""Errors of reasoning in the exercises on what is normal."""

import numpy as np
from scipy import stats


def _wrong(answers, labels):
    return answers != labels


def _discordant(first, second):
    return (first & ~second).sum(), (second & ~first).sum()


def _two_sided(only_first, only_second):
    return min(1, 2 * stats.binom.cdf(min(only_first, only_second), only_first + only_second, 0.5))


def _mcnemar(of_counts):
    return lambda first, second: of_counts(*_discordant(first, second))


def _interval(*, differences=lambda first, second: second - first, ddof=1, share=0.975, quantile=stats.t.ppf, root=0.5):
    """The paired interval, with one thing changed."""

    def interval(first, second):
        values = np.asarray(differences(first, second))
        reach = quantile(share, len(values) - 1) * values.std(ddof=ddof) / len(values) ** root
        return values.mean() - reach, values.mean() + reach

    return interval


def _simulation(*, critical=lambda seeds: stats.t.ppf(0.975, seeds - 1), sides=abs, widen=1, root=0.5):
    """The power of the paired t test, with one thing changed."""

    def power(difference, spread, seeds):
        drawn = np.random.default_rng(0).normal(difference, widen * spread, size=(20_000, seeds))
        t = drawn.mean(axis=1) / (drawn.std(axis=1, ddof=1) / seeds**root)
        return np.mean(sides(t) > critical(seeds))

    return power


WRONG = {
    "normal.1": {
        "square root forgotten": 0.99 * 0.01 / 0.0005,
        "half the deviation, twice the images": 20_000,
        "percentage points": 0.99 * 0.01 / 0.05**2,
        "a tenth of a point": 9_900,
        "p forgotten": 40_000,
        "1 - p forgotten": 3_960_000,
        "a 95 % interval": 1.96**2 * 39_600,
    },
    "normal.2": {
        "other order": lambda a, y: (_wrong(a, y).all(axis=0).sum(), _wrong(a, y).any(axis=0).sum()),
        "other axis": lambda a, y: (_wrong(a, y).any(axis=1).sum(), _wrong(a, y).all(axis=1).sum()),
        "right instead of wrong": lambda a, y: ((a == y).any(axis=0).sum(), (a == y).all(axis=0).sum()),
        "all errors counted": lambda a, y: (_wrong(a, y).sum(), _wrong(a, y).all(axis=0).sum()),
        "shares": lambda a, y: (_wrong(a, y).any(axis=0).mean(), _wrong(a, y).all(axis=0).mean()),
    },
    "normal.3": {
        "one-sided": _mcnemar(lambda b, c: stats.binom.cdf(min(b, c), b + c, 0.5)),
        "exactly this result": _mcnemar(lambda b, c: stats.binom.pmf(min(b, c), b + c, 0.5)),
        "this result left out": _mcnemar(lambda b, c: 2 * stats.binom.sf(max(b, c), b + c, 0.5)),
        "many tosses": _mcnemar(lambda b, c: stats.chi2.sf((b - c) ** 2 / (b + c), 1)),
        "all digits counted": lambda first, second: _two_sided(first.sum(), second.sum()),
        "the second network's count": _mcnemar(lambda b, c: min(1, 2 * stats.binom.cdf(c, b + c, 0.5))),
        "not cut off": _mcnemar(lambda b, c: 2 * stats.binom.cdf(min(b, c), b + c, 0.5)),
    },
    "normal.4": {
        "first minus second": _interval(differences=lambda first, second: first - second),
        "paired by position": _interval(differences=lambda first, second: second.to_numpy() - first.to_numpy()),
        "unpaired": lambda first, second: stats.ttest_ind(second, first).confidence_interval(0.95),
        "of single differences": _interval(root=0),
        "normal distribution": _interval(quantile=lambda share, _: stats.norm.ppf(share)),
        "divided by n": _interval(ddof=0),
        "one-sided quantile": _interval(share=0.95),
        "one standard error": _interval(quantile=lambda *_: 1),
        "twice as wide": _interval(quantile=lambda share, df: 2 * stats.t.ppf(share, df)),
    },
    "normal.5": {
        "one-sided": _simulation(critical=lambda seeds: stats.t.ppf(0.95, seeds - 1), sides=lambda t: t),
        "1.96 for any number of seeds": _simulation(critical=lambda seeds: 1.96),
        "in percent": lambda *setting: 100 * _simulation()(*setting),
        "spread of the differences taken for that of the runs": _simulation(widen=np.sqrt(2)),
        "what is missed": lambda *setting: 1 - _simulation()(*setting),
        "spread of single differences": _simulation(root=0),
    },
}
