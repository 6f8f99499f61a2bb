"""Errors of reasoning in the exercises on what helps."""

import math

import numpy as np
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestIndPower, TTestPower


def _t(before, after, ddof=1):
    differences = after - before
    return differences.mean() / differences.std(ddof=ddof) * math.sqrt(len(differences))


def _steps(p_values, factors):
    corrected = np.empty_like(p_values)
    corrected[np.argsort(p_values)] = np.sort(p_values) * factors
    return corrected


def _scores(true, spread, random):
    return true + spread * random.normal(size=(20_000, len(true)))


def _unspread(true, spread, random):
    scores = _scores(true, 1, random)
    return (scores.max(axis=1) - true[scores.argmax(axis=1)]).mean()


def _normal_count(effect, level):
    return math.ceil(((stats.norm.isf(level / 2) + stats.norm.ppf(0.8)) / effect) ** 2)


WRONG = {
    "exploring.1": {
        "added up": lambda tests, level: tests * level,
        "none": lambda tests, level: (1 - level) ** tests,
        "all": lambda tests, level: level**tests,
        "not all": lambda tests, level: 1 - level**tests,
        "exactly one": lambda tests, level: tests * level * (1 - level) ** (tests - 1),
        "one test fewer": lambda tests, level: 1 - (1 - level) ** (tests - 1),
    },
    "exploring.2": {
        "unpaired": lambda before, after: stats.ttest_ind(before, after).pvalue,
        "one-sided": lambda before, after: stats.ttest_rel(after, before, alternative="greater").pvalue,
        "ddof 0": lambda before, after: 2 * stats.t.sf(abs(_t(before, after, 0)), len(before) - 1),
        "normal": lambda before, after: 2 * stats.norm.sf(abs(_t(before, after))),
        "degrees of freedom": lambda before, after: 2 * stats.t.sf(abs(_t(before, after)), len(before)),
        "deviation for standard error": lambda before, after: (
            2 * stats.t.sf(abs(_t(before, after)) / math.sqrt(len(before)), len(before) - 1)
        ),
        "sign kept": lambda before, after: 2 * stats.t.sf(_t(before, after), len(before) - 1),
    },
    "exploring.3": {
        "Bonferroni": lambda p_values: np.minimum(1, p_values * len(p_values)),
        "sorted": lambda p_values: np.sort(multipletests(p_values, method="holm")[1]),
        "order lost": lambda p_values: np.minimum(1, _steps(p_values, len(p_values) - np.arange(len(p_values)))),
        "above 1": lambda p_values: _steps(
            p_values,
            np.maximum.accumulate(np.sort(p_values) * (len(p_values) - np.arange(len(p_values)))) / np.sort(p_values),
        ),
        "Benjamini and Hochberg": lambda p_values: multipletests(p_values, method="fdr_bh")[1],
        "factors upwards": lambda p_values: np.minimum(1, _steps(p_values, 1 + np.arange(len(p_values)))),
        "as they are": lambda p_values: p_values,
    },
    "exploring.4": {
        "rounded down": lambda effect, level: int(TTestPower().solve_power(effect, alpha=level, power=0.8)),
        "normal": _normal_count,
        "unpaired": lambda effect, level: math.ceil(TTestIndPower().solve_power(effect, alpha=level, power=0.8)),
        "one-sided": lambda effect, level: math.ceil(
            TTestPower().solve_power(effect, alpha=level, power=0.8, alternative="larger")
        ),
        "power of a half": lambda effect, level: math.ceil(TTestPower().solve_power(effect, alpha=level, power=0.5)),
        "power forgotten": lambda effect, level: math.ceil((stats.norm.isf(level / 2) / effect) ** 2),
    },
    "exploring.5": {
        "against the best": lambda *given: _scores(*given).max(axis=1).mean() - given[0].max(),
        "the winning score": lambda *given: _scores(*given).max(axis=1).mean(),
        "against all": lambda *given: _scores(*given).max(axis=1).mean() - given[0].mean(),
        "all recipes": lambda *given: (_scores(*given) - given[0]).mean(),
        "without the spread": _unspread,
        "down the columns": lambda *given: (_scores(*given).max(axis=0) - given[0]).mean(),
    },
}
