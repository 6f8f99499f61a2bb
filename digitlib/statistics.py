"""How sure can one be of a result? SciPy and statsmodels do the arithmetic.

They take a second to import. So each function imports what it calls, and a program
that only puts results into words does not wait.
"""

import math
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from digitlib.checks import check_answers

# As a share of the values compared. Accuracies differ by far more: by one image of 60,000 at least.
ROUNDING_ERROR = 1e-12
# Of a bootstrap. Other draws then move the ends of the interval of an accuracy by 0.00005; with 1,000, by 0.00013.
DRAWS = 10_000


# No share is further than 0.05 from the nearest, about as much as "about" allows.
_FRACTIONS = {
    Fraction(0): "hardly any",
    Fraction(1, 20): "about a twentieth",
    Fraction(1, 10): "about a tenth",
    Fraction(1, 5): "about a fifth",
    Fraction(1, 4): "about a quarter",
    Fraction(1, 3): "about a third",
    Fraction(2, 5): "about two fifths",
    Fraction(1, 2): "about half",
    Fraction(3, 5): "about three fifths",
    Fraction(2, 3): "about two thirds",
    Fraction(3, 4): "about three quarters",
    Fraction(4, 5): "about four fifths",
    Fraction(9, 10): "about nine tenths",
    Fraction(1): "nearly all",
}


class Estimate(NamedTuple):
    """A mean over seeds and its confidence interval.

    Parameters
    ----------
    value, low, high : float
        The mean and the ends of its interval.
    deviation : float
        Sample standard deviation of the values averaged.
    count : int
        How many seeds.
    """

    value: float
    low: float
    high: float
    deviation: float
    count: int  # type: ignore[assignment]  # instead of the method that a tuple has


class GroupedEstimate(NamedTuple):
    """A mean of values that come in groups, and its confidence interval.

    Parameters
    ----------
    value, low, high : float
        The mean and the ends of its interval.
    design_effect : float
        By how much the groups enlarge the variance of the mean, against values
        that are independent of each other (Kish 1965, Survey Sampling): as if
        there were so many times fewer values.
    groups : int
        How many groups.
    """

    value: float
    low: float
    high: float
    design_effect: float
    groups: int


class Comparison(NamedTuple):
    """A mean difference over seeds, its confidence interval and its test.

    Parameters
    ----------
    difference, low, high : float
        The mean of second minus first, and the ends of its interval.
    p_value : float
        Two-sided, 0 to 1.
    effect_size : float
        Cohen's d_z: the mean difference in standard deviations of the
        differences.
    count : int
        How many seeds.
    """

    difference: float
    low: float
    high: float
    p_value: float
    effect_size: float
    count: int  # type: ignore[assignment]  # instead of the method that a tuple has


class McNemar(NamedTuple):
    """Two networks' answers to the same digits, compared.

    Parameters
    ----------
    only_first, only_second : int
        Digits that only the first, or only the second, network gets right.
    p_value : float
        Two-sided, 0 to 1.
    odds_ratio : float
        ``only_second / only_first``: above 1 if the second is better.
        ``math.inf`` if only the first count is 0, ``math.nan`` if both are.
    """

    only_first: int
    only_second: int
    p_value: float
    odds_ratio: float


def mean_over_seeds(values: Iterable[float], *, confidence: float = 0.95) -> Estimate:
    """Compute the mean with Student's t interval.

    Parameters
    ----------
    values : iterable of float, shape (n,)
        One result per seed, at least 2.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Estimate

    Raises
    ------
    ValueError
        If there are fewer than 2 values, one is not finite, or the confidence
        is not between 0 and 1.

    Notes
    -----
    The interval covers the chance of having drawn these seeds and not others
    (Student 1908, Biometrika 6, 1-25). It supposes that results are normally
    distributed over seeds, and says nothing about other test images. It has no
    bounds: an interval of shares may reach beyond 1.

    Examples
    --------
    >>> estimate = mean_over_seeds([0.990, 0.991, 0.992])
    >>> round(estimate.value, 4), round(estimate.deviation, 4), estimate.count
    (0.991, 0.001, 3)
    """
    values = _finite(values, at_least=2)
    deviation = float(values.std(ddof=1))
    low, high = _t_interval(values, deviation / math.sqrt(len(values)), confidence)
    return Estimate(float(values.mean()), low, high, deviation, len(values))


def mean_over_groups(values: ArrayLike, groups: ArrayLike, *, confidence: float = 0.95) -> GroupedEstimate:
    """Compute the mean of values that come in groups, such as digits by one writer, with a bootstrap interval.

    Parameters
    ----------
    values : array-like, shape (n,)
        One for each digit, such as 1 where it was read correctly and 0 elsewhere.
    groups : array-like, shape (n,)
        The group that each value belongs to, at least two of them.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    GroupedEstimate

    Raises
    ------
    ValueError
        If there are not as many groups as values, there are fewer than 2
        different ones, a value is not finite, or the confidence is not between
        0 and 1.

    Notes
    -----
    Whole groups are drawn with replacement, as many as there are, and the mean
    of all their values is taken; the interval lies between quantiles of these
    means (Davison and Hinkley 1997, Bootstrap Methods and Their Application).
    Values of a group may depend on each other in any way; groups are supposed to
    be a random sample.

    Examples
    --------
    >>> estimate = mean_over_groups([1, 1, 1, 0, 0, 0, 1, 1], ["ann", "ann", "ann", "ben", "ben", "ben", "cy", "cy"])
    >>> estimate.value, estimate.groups, estimate.design_effect > 1
    (0.625, 3, True)
    """
    values, (names, members) = _finite(np.asarray(values), at_least=2), np.unique(groups, return_inverse=True)
    if members.shape != values.shape:
        raise ValueError(f"{len(members)} groups for {len(values)} values: give one each")
    if len(names) < 2:
        raise ValueError("all values are of one group: nothing tells how groups differ")
    _check_confidence(confidence)
    sums, counts = np.bincount(members, values), np.bincount(members)
    times = np.random.default_rng(0).multinomial(len(names), np.full(len(names), 1 / len(names)), size=DRAWS)
    means = (times @ sums) / (times @ counts)
    low, high = np.quantile(means, [(1 - confidence) / 2, (1 + confidence) / 2])
    alone = values.var(ddof=1) / len(values)
    effect = float(means.var(ddof=1) / alone) if alone else 1.0
    return GroupedEstimate(float(values.mean()), float(low), float(high), effect, len(names))


def prediction_interval(values: Iterable[float], *, confidence: float = 0.999) -> tuple[float, float]:
    """Compute the interval in which one further result of the same kind will fall.

    Parameters
    ----------
    values : iterable of float, shape (n,)
        One result per seed, at least 2.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    tuple of float
        The low and the high end.

    Raises
    ------
    ValueError
        If there are fewer than 2 values, one is not finite, or the confidence
        is not between 0 and 1.

    Notes
    -----
    Mean ± t s √(1 + 1/n), with the sample standard deviation s and the
    quantile t of Student's distribution with n - 1 degrees of freedom (Meeker,
    Hahn and Escobar 2017, Statistical Intervals, chapter 4). It supposes that
    results are normally distributed over seeds.

    Examples
    --------
    >>> low, high = prediction_interval([0.990, 0.991, 0.992], confidence=0.95)
    >>> round(low, 3), round(high, 3)
    (0.986, 0.996)
    """
    values = _finite(values, at_least=2)
    return _t_interval(values, values.std(ddof=1) * math.sqrt(1 + 1 / len(values)), confidence)


def compare_over_seeds(first: pd.Series, second: pd.Series, *, confidence: float = 0.95) -> Comparison:
    """Compare two ways of training by a paired t test of second minus first.

    Parameters
    ----------
    first, second : pandas.Series, shape (n,)
        One result per seed, indexed by seed. Their order does not matter:
        results of the same seed make a pair.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Comparison
        If the two agree for every seed, the difference and the effect size
        are 0 and the p value is 1.

    Raises
    ------
    ValueError
        If a seed is on one side only or twice on one side, there are fewer
        than 2 seeds, a value is not finite, or the confidence is not between
        0 and 1. Also if the differences are all the same and not 0: without
        spread, the test would be sure of any difference, even with few seeds.

    Notes
    -----
    The test supposes that the differences are normally distributed over seeds.
    The effect size is Cohen's d_z (Lakens 2013, Frontiers in Psychology 4:863).

    Examples
    --------
    >>> first = pd.Series([0.990, 0.991, 0.992], index=[1, 2, 3])
    >>> second = pd.Series([0.995, 0.992, 0.993], index=[3, 1, 2])
    >>> comparison = compare_over_seeds(first, second)
    >>> round(comparison.difference, 5), round(comparison.effect_size, 2)
    (0.00233, 4.04)
    """
    from scipy import stats

    _check_same_seeds(first, second)
    before = _finite(first, at_least=2)
    after = _finite(second.reindex(first.index), at_least=2)
    differences = after - before
    mean = mean_over_seeds(differences, confidence=confidence)
    rounding = ROUNDING_ERROR * max(abs(before).max(), abs(after).max())
    if np.ptp(differences) > rounding:
        p_value = float(stats.ttest_rel(after, before).pvalue)
        return Comparison(mean.value, mean.low, mean.high, p_value, mean.value / mean.deviation, mean.count)
    if abs(mean.value) > rounding:
        raise ValueError(f"all {mean.count} seeds differ by the same {mean.value:.6g}: a t test needs a spread")
    return Comparison(0.0, 0.0, 0.0, p_value=1.0, effect_size=0.0, count=mean.count)


def holm(p_values: Mapping[str, float]) -> dict[str, float]:
    """Correct the p values of several tests for their number.

    Parameters
    ----------
    p_values : mapping of str to float
        The p value of each test, 0 to 1, by the test's name.

    Returns
    -------
    dict of str to float
        The corrected p values, in the same order. None is smaller than before.

    Raises
    ------
    ValueError
        If a p value is not between 0 and 1.

    Notes
    -----
    Whoever believes in all differences with a corrected p value of at most
    0.05 raises one false alarm or more with a chance of at most 5 % (Holm
    1979, Scandinavian Journal of Statistics 6, 65-70).

    Examples
    --------
    >>> holm({"dropout": 0.04, "augmentation": 0.01})
    {'dropout': 0.04, 'augmentation': 0.02}
    """
    from statsmodels.stats.multitest import multipletests

    for p_value in p_values.values():
        _check_p_value(p_value)
    if not p_values:  # older releases of statsmodels divide by their number
        return {}
    corrected = multipletests(list(p_values.values()), method="holm")[1]
    return dict(zip(p_values, corrected.tolist(), strict=True))


def mcnemar(y_true: ArrayLike, first: ArrayLike, second: ArrayLike) -> McNemar:
    """Test exactly whether one of two networks gets more of the same digits right.

    Parameters
    ----------
    y_true, first, second : array-like, shape (n,)
        The true classes, and those that each network predicts. They belong
        together by position.

    Returns
    -------
    McNemar

    Raises
    ------
    ValueError
        If there are no answers, the lengths differ, or a class is not a digit.

    Notes
    -----
    Only those digits count that one network gets right and the other wrong. If
    the networks are equally good, each such digit is the toss of a coin
    (McNemar 1947, Psychometrika 12, 153-157). The test compares two trained
    networks, not two ways of training (Dietterich 1998).

    Examples
    --------
    >>> y_true = np.array([7, 2, 1, 0])
    >>> mcnemar(y_true, first=np.array([7, 2, 7, 6]), second=np.array([7, 3, 1, 0]))
    McNemar(only_first=1, only_second=2, p_value=1.0, odds_ratio=2.0)
    """
    from statsmodels.stats import contingency_tables

    y_true, first, second = check_answers(y_true=y_true, first=first, second=second)
    if len(y_true) == 0:
        raise ValueError("there are no answers to compare")
    right, right_too = first == y_true, second == y_true
    only_first, only_second = int((right & ~right_too).sum()), int((right_too & ~right).sum())
    # The test looks at the other diagonal only.
    p_value = contingency_tables.mcnemar([[0, only_first], [only_second, 0]], exact=True).pvalue
    return McNemar(only_first, only_second, float(p_value), _ratio(only_second, only_first))


def in_words(estimate: Estimate | Mapping, *, digits: int = 1, unit: str = "seeds") -> str:
    """Write a mean share in percent.

    Parameters
    ----------
    estimate : Estimate or mapping
        Of shares, 0 to 1. A mapping needs the same keys.
    digits : int
        Decimal places.
    unit : str
        What the mean was taken over.

    Returns
    -------
    str

    Examples
    --------
    >>> in_words(Estimate(value=0.9912, low=0.9894, high=0.9922, deviation=0.002, count=10))
    '99.1 % (98.9 to 99.2, 10 seeds)'
    """
    estimate = Estimate(**estimate) if isinstance(estimate, Mapping) else estimate
    # z: what rounds to 0 has no minus sign.
    value, low, high = (f"{100 * share:z.{digits}f}" for share in estimate[:3])
    return f"{value} % ({low} to {high}, {estimate.count} {unit})"


def difference_in_words(comparison: Comparison | Mapping, *, digits: int = 2) -> str:
    """Write a mean difference between shares in percentage points.

    Parameters
    ----------
    comparison : Comparison or mapping
        Of shares, 0 to 1. A mapping needs the same keys.
    digits : int
        Decimal places.

    Returns
    -------
    str

    Examples
    --------
    >>> difference_in_words(Comparison(0.0012, low=-0.0005, high=0.0029, p_value=0.1, effect_size=0.9, count=5))
    '+0.12 points (-0.05 to +0.29, 5 seeds)'
    """
    comparison = Comparison(**comparison) if isinstance(comparison, Mapping) else comparison
    difference, low, high = (f"{100 * share:+z.{digits}f}" for share in comparison[:3])
    return f"{difference} points ({low} to {high}, {comparison.count} seeds)"


def verdict(comparison: Comparison | Mapping, p_value: float | None = None, *, level: float = 0.05) -> str:
    """Say whether the second of two ways of training is better.

    Parameters
    ----------
    comparison : Comparison or mapping
        Of accuracies, or other results of which more is better. A mapping
        needs the same keys.
    p_value : float, optional
        A p value to use instead of the comparison's own, such as one that
        `holm` has corrected for the number of tests.
    level : float
        The largest p value that shows a difference.

    Returns
    -------
    str
        ``"helps"``, ``"hurts"`` or ``"no difference shown"``. The last does not
        mean that there is no difference.

    Raises
    ------
    ValueError
        If the p value is not between 0 and 1.
    """
    comparison = Comparison(**comparison) if isinstance(comparison, Mapping) else comparison
    p_value = comparison.p_value if p_value is None else p_value
    _check_p_value(p_value)
    if p_value > level or comparison.difference == 0:
        return "no difference shown"
    return "helps" if comparison.difference > 0 else "hurts"


def place_in_words(value: float, values: Iterable[float]) -> str:
    """Say where a result lies among others, counted from the lowest.

    Parameters
    ----------
    value : float
        The result.
    values : iterable of float, shape (n,)
        The others, at least 1, in any order.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If there are no values, or one is not finite.

    Examples
    --------
    >>> place_in_words(0.9915, [0.990, 0.992, 0.991])
    'between the 2nd and the 3rd of 3'
    >>> place_in_words(0.991, [0.990, 0.991, 0.991])
    'equal to the 2nd of 3'
    >>> place_in_words(0.9, [0.990, 0.991, 0.992])
    'below all 3'
    """
    (value,), ranked = _finite([value]), np.sort(_finite(values))
    below, count = int(np.searchsorted(ranked, value)), len(ranked)
    if below == count:
        return f"above all {count}"
    if ranked[below] == value:
        return f"equal to the {_ordinal(below + 1)} of {count}"
    if below == 0:
        return f"below all {count}"
    return f"between the {_ordinal(below)} and the {_ordinal(below + 1)} of {count}"


def share_in_words(share: float) -> str:
    """Name the simple fraction that is nearest to a share.

    Parameters
    ----------
    share : float
        0 to 1.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If the share is not between 0 and 1.

    Examples
    --------
    >>> share_in_words(0.46), share_in_words(0.7), share_in_words(0.004), share_in_words(1)
    ('about half', 'about two thirds', 'hardly any', 'all')
    """
    if not 0 <= share <= 1:
        raise ValueError(f"a share lies between 0 and 1, got {share}")
    if share in (0, 1):
        return "all" if share else "none"
    nearest = min(_FRACTIONS, key=lambda fraction: abs(fraction - share))
    return _FRACTIONS[nearest]


def _finite(values: Iterable[float], *, at_least: int = 1) -> np.ndarray:
    values = np.array(list(values), dtype=float)
    if values.ndim != 1 or len(values) < at_least:
        raise ValueError(f"values must be a list of {at_least} or more, got the shape {values.shape}")
    if not np.isfinite(values).all():
        raise ValueError(f"values must be finite, got {values[~np.isfinite(values)][0]}")
    return values


def _t_interval(values: np.ndarray, error: float, confidence: float) -> tuple[float, float]:
    """Student's interval around the mean, from a standard error that may be 0."""
    from scipy import stats

    _check_confidence(confidence)
    low, high = stats.t.interval(confidence, df=len(values) - 1)
    return float(values.mean() + low * error), float(values.mean() + high * error)


def _check_same_seeds(first: pd.Series, second: pd.Series) -> None:
    missing = []
    for name, here, there in [("first", first, second), ("second", second, first)]:
        if not here.index.is_unique:
            raise ValueError(f"the {name} has the seed {here.index[here.index.duplicated()][0]} twice")
        if seeds := ", ".join(map(str, there.index.difference(here.index))):
            missing.append(f"missing from the {name}: {seeds}")
    if missing:
        raise ValueError(f"only the same seeds can be compared; {'; '.join(missing)}")


def _check_confidence(confidence: float) -> None:
    if not 0 < confidence < 1:
        raise ValueError(f"a confidence lies between 0 and 1, got {confidence}")


def _check_p_value(p_value: float) -> None:
    if not 0 <= p_value <= 1:
        raise ValueError(f"a p value lies between 0 and 1, got {p_value}")


def _ratio(numerator: int, denominator: int) -> float:
    if denominator:
        return numerator / denominator
    return math.inf if numerator else math.nan


def _ordinal(number: int) -> str:
    teen = number % 100 in (11, 12, 13)
    return f"{number}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"
