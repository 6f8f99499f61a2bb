import math
import subprocess
import sys
from itertools import combinations
from unittest import mock

import numpy as np
import pandas as pd
import pytest
import scipy.stats
import statsmodels.api
from hypothesis import assume, given
from hypothesis import strategies as st
from statsmodels.stats.weightstats import DescrStatsW

from digitlib import statistics
from digitlib.statistics import Comparison, Estimate, McNemar
from laws import law

ACCURACIES = [0.9912, 0.9897, 0.9921, 0.9905, 0.9916]
FIRST = pd.Series(ACCURACIES, index=[11, 12, 13, 14, 15])
SECOND = pd.Series([0.9925, 0.9903, 0.9931, 0.9909, 0.9914], index=FIRST.index)

RESULTS = st.lists(st.floats(-1_000, 1_000), min_size=2, max_size=12)

# Ten answers: four that only the first gets right, one that only the second does, two both, three neither.
TRUE = np.array([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
RIGHT_FIRST = np.array([1, 1, 1, 1, 0, 1, 1, 0, 0, 0], dtype=bool)
RIGHT_SECOND = np.array([0, 0, 0, 0, 1, 1, 1, 0, 0, 0], dtype=bool)


def answers(right, true=TRUE):
    return np.where(right, true, (true + 1) % 10)


def interval_of_the_mean(values, **options):
    return statistics.mean_over_seeds(values, **options)[1:3]


def comparison(difference=0.0012, p_value=0.01):
    return Comparison(difference, difference - 0.0007, difference + 0.0007, p_value, effect_size=1.0, count=5)


# Means


def test_the_mean_of_a_case_on_paper():
    # Mean 3, squared deviations 4 + 1 + 0 + 1 + 4 = 10 over 4, and t(0.975, 4) = 2.776 of every printed table.
    estimate = statistics.mean_over_seeds([1, 2, 3, 4, 5])
    assert (estimate.value, estimate.count) == (3, 5)
    assert estimate.deviation == pytest.approx(math.sqrt(2.5))
    assert (estimate.low, estimate.high) == pytest.approx((1.037, 4.963), abs=5e-4)


@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95, 0.999])
@pytest.mark.parametrize("count", [2, 3, 5])
def test_the_interval_of_the_mean_agrees_with_scipy(count, confidence):
    estimate = statistics.mean_over_seeds(ACCURACIES[:count], confidence=confidence)
    expected = scipy.stats.ttest_1samp(ACCURACIES[:count], 0).confidence_interval(confidence)
    assert (estimate.low, estimate.high) == pytest.approx(tuple(expected), abs=1e-12)


def test_the_interval_of_the_mean_covers_the_truth_as_often_as_it_says():
    samples = np.random.default_rng(1).normal(0.991, 0.001, (4_000, 5))
    estimates = [statistics.mean_over_seeds(sample) for sample in samples]
    covered = np.mean([estimate.low <= 0.991 <= estimate.high for estimate in estimates])
    assert 0.94 < covered < 0.96


@law
@given(RESULTS, st.integers(1, 99), st.integers(1, 99))
def test_an_interval_holds_the_mean_mirrors_the_values_and_widens_with_confidence(values, one, other):
    less, more = sorted((one / 100, other / 100))
    for interval in (interval_of_the_mean, statistics.prediction_interval):
        low, high = interval(values, confidence=less)
        wider_low, wider_high = interval(values, confidence=more)
        assert wider_low <= low <= np.mean(values) <= high <= wider_high
        assert interval([-value for value in values], confidence=less) == pytest.approx((-high, -low), abs=1e-9)


@law
@given(RESULTS)
def test_one_further_run_is_less_certain_than_the_mean(values):
    low, high = interval_of_the_mean(values)
    lower, higher = statistics.prediction_interval(values, confidence=0.95)
    assert lower <= low <= high <= higher


def test_equal_values_have_an_interval_without_width():
    assert statistics.mean_over_seeds([0.5, 0.5, 0.5]) == Estimate(0.5, 0.5, 0.5, deviation=0, count=3)


def test_estimates_hold_numbers_that_json_knows():
    for result in [statistics.mean_over_seeds(np.float32(ACCURACIES)), statistics.compare_over_seeds(FIRST, SECOND)]:
        assert {type(value) for value in result} == {float, int}


# Predictions


def grouped(sizes, share_of_the_group, seed=0):
    """Values that a group shares in part, and the group of each."""
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(len(sizes)), sizes)
    return share_of_the_group * rng.normal(size=len(sizes))[groups] + rng.normal(size=len(groups)), groups


@pytest.mark.parametrize("share", [0, 0.5, 2])
def test_the_interval_over_groups_agrees_with_the_clustered_errors_of_statsmodels(share):
    values, groups = grouped(np.random.default_rng(1).integers(5, 60, 300), share)
    fitted = statsmodels.api.OLS(values, np.ones(len(values))).fit(
        cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False}
    )
    estimate = statistics.mean_over_groups(values, groups)
    assert estimate.value == pytest.approx(fitted.params[0])
    assert (estimate.high - estimate.low) / 2 == pytest.approx(1.96 * fitted.bse[0], rel=0.05)
    error_alone = values.std(ddof=1) / np.sqrt(len(values))
    assert estimate.design_effect == pytest.approx((fitted.bse[0] / error_alone) ** 2, rel=0.05)


def test_groups_of_one_have_no_effect():
    estimate = statistics.mean_over_groups(grouped([1] * 2_000, 0)[0], range(2_000))
    assert estimate.design_effect == pytest.approx(1, rel=0.05)
    assert estimate.groups == 2_000


def test_the_names_and_the_order_of_groups_do_not_matter_to_the_mean():
    values, groups = grouped([3, 5, 2, 9], 1)
    order = np.random.default_rng(2).permutation(len(values))
    first = statistics.mean_over_groups(values, groups)
    second = statistics.mean_over_groups(values[order], [f"writer {3 - group}" for group in groups[order]])
    assert second[0] == pytest.approx(first[0])
    assert second.groups == first.groups == 4


@pytest.mark.parametrize(
    ("values", "groups", "confidence", "complaint"),
    [
        ([1, 0, 1], [1, 2], 0.95, "2 groups for 3 values"),
        ([1, 0], ["ann", "ann"], 0.95, "all values are of one group"),
        ([1, math.nan], [1, 2], 0.95, "must be finite, got nan"),
        ([1, 0], [1, 2], 95, "lies between 0 and 1, got 95"),
    ],
)
def test_what_has_no_groups_is_refused(values, groups, confidence, complaint):
    with pytest.raises(ValueError, match=complaint):
        statistics.mean_over_groups(values, groups, confidence=confidence)


def test_the_prediction_of_a_case_on_paper():
    # Mean 2, s = √0.5, so √(1 + 1/2) s = √0.75; t(0.975, 1) = 12.706.
    low, high = statistics.prediction_interval([1.5, 2.5], confidence=0.95)
    assert (low, high) == pytest.approx((2 - 12.706 * math.sqrt(0.75), 2 + 12.706 * math.sqrt(0.75)), abs=5e-4)


@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.999])
@pytest.mark.parametrize("count", [2, 5])
def test_the_prediction_agrees_with_a_regression_on_a_constant(count, confidence):
    fit = statsmodels.api.OLS(ACCURACIES[:count], np.ones(count)).fit()
    expected = fit.get_prediction([1]).summary_frame(alpha=1 - confidence)[["obs_ci_lower", "obs_ci_upper"]]
    interval = statistics.prediction_interval(ACCURACIES[:count], confidence=confidence)
    assert interval == pytest.approx(tuple(expected.iloc[0]), abs=1e-9)


@pytest.mark.heavy
def test_the_prediction_covers_a_further_run_as_often_as_it_says():
    random = np.random.default_rng(2)
    samples, further = random.normal(0.991, 0.001, (20_000, 3)), random.normal(0.991, 0.001, 20_000)

    def covered(count, confidence):
        intervals = [statistics.prediction_interval(sample, confidence=confidence) for sample in samples[:count]]
        return np.mean([low <= run <= high for (low, high), run in zip(intervals, further[:count], strict=True)])

    assert 0.998 < covered(20_000, 0.999) < 0.9997
    assert 0.78 < covered(5_000, 0.8) < 0.82


def test_confidences_are_those_documented_unless_asked_otherwise():
    assert statistics.mean_over_seeds(ACCURACIES) == statistics.mean_over_seeds(ACCURACIES, confidence=0.95)
    assert statistics.prediction_interval(ACCURACIES) == statistics.prediction_interval(ACCURACIES, confidence=0.999)
    assert statistics.compare_over_seeds(FIRST, SECOND) == statistics.compare_over_seeds(FIRST, SECOND, confidence=0.95)


@pytest.mark.parametrize("function", [statistics.mean_over_seeds, statistics.prediction_interval])
class TestBadValues:
    @pytest.mark.parametrize("values", [[], [0.99]])
    def test_a_spread_needs_two_values(self, function, values):
        with pytest.raises(ValueError, match="a list of 2 or more"):
            function(values)

    @pytest.mark.parametrize("strange", [math.nan, math.inf, -math.inf])
    def test_values_are_finite(self, function, strange):
        with pytest.raises(ValueError, match=f"finite, got {strange}"):
            function([0.99, strange, 0.98])

    def test_values_of_several_kinds_of_run_are_not_mixed(self, function):
        with pytest.raises(ValueError, match=r"shape \(2, 2\)"):
            function([[0.99, 0.98], [0.97, 0.96]])

    @pytest.mark.parametrize("confidence", [0, 1, 95, math.nan])
    def test_a_confidence_lies_between_0_and_1(self, function, confidence):
        with pytest.raises(ValueError, match=f"between 0 and 1, got {confidence}"):
            function(ACCURACIES, confidence=confidence)

    def test_a_series_will_do(self, function):
        assert function(FIRST) == function(ACCURACIES)


# Comparisons


def test_the_comparison_of_a_case_on_paper():
    # Differences 1, 2, 3: mean 2, standard deviation 1, t = 2√3 with 2 degrees of freedom,
    # where p = 1 - t / √(t² + 2) = 1 - √(12 / 14); t(0.975, 2) = 4.303.
    first, second = pd.Series([5.0, 5.0, 5.0]), pd.Series([6.0, 7.0, 8.0])
    result = statistics.compare_over_seeds(first, second)
    assert (result.difference, result.effect_size, result.count) == pytest.approx((2, 2, 3))
    assert result.p_value == pytest.approx(1 - math.sqrt(12 / 14))
    assert (result.low, result.high) == pytest.approx((2 - 4.303 / math.sqrt(3), 2 + 4.303 / math.sqrt(3)), abs=5e-4)


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
def test_the_comparison_agrees_with_scipy_and_statsmodels(confidence):
    result = statistics.compare_over_seeds(FIRST, SECOND, confidence=confidence)
    paired = scipy.stats.ttest_rel(SECOND, FIRST)
    described = DescrStatsW(SECOND - FIRST)
    assert result.p_value == pytest.approx(paired.pvalue, rel=1e-9)
    assert result.p_value == pytest.approx(described.ttest_mean()[1], rel=1e-9)
    assert (result.low, result.high) == pytest.approx(tuple(paired.confidence_interval(confidence)), abs=1e-12)
    assert (result.low, result.high) == pytest.approx(described.tconfint_mean(1 - confidence), abs=1e-12)
    assert result.effect_size == pytest.approx(paired.statistic / math.sqrt(5), rel=1e-9)


def test_a_comparison_raises_a_false_alarm_in_5_of_100_cases():
    samples = np.random.default_rng(3).normal(0.991, 0.001, (1_000, 2, 5))
    p_values = [statistics.compare_over_seeds(pd.Series(a), pd.Series(b)).p_value for a, b in samples]
    assert 0.03 < np.mean(np.array(p_values) < 0.05) < 0.07


def test_the_order_of_the_seeds_does_not_matter():
    expected = statistics.compare_over_seeds(FIRST, SECOND)
    assert statistics.compare_over_seeds(FIRST, SECOND[::-1]) == pytest.approx(expected, rel=1e-9)
    assert statistics.compare_over_seeds(FIRST[::-1], SECOND) == pytest.approx(expected, rel=1e-9)


@law
@given(st.lists(st.tuples(st.integers(9_000, 10_000), st.integers(9_000, 10_000)), min_size=2, max_size=12))
def test_the_other_way_round_only_signs_change(right):
    assume(len({second - first for first, second in right}) > 1)
    first, second = (pd.Series(counts) / 10_000 for counts in zip(*right, strict=True))
    there, back = statistics.compare_over_seeds(first, second), statistics.compare_over_seeds(second, first)
    assert (back.difference, back.low, back.high) == pytest.approx((-there.difference, -there.high, -there.low))
    assert (back.p_value, back.effect_size) == pytest.approx((there.p_value, -there.effect_size))


@pytest.mark.parametrize(
    ("first", "second", "complaint"),
    [
        (FIRST, SECOND.drop([12, 14]), "missing from the second: 12, 14$"),
        (FIRST.drop(13), SECOND, "missing from the first: 13$"),
        (FIRST.drop(13), SECOND.drop(11), "missing from the first: 13; missing from the second: 11$"),
        (pd.concat([FIRST, FIRST[:1]]), SECOND, "the first has the seed 11 twice"),
        (FIRST, pd.concat([SECOND, SECOND[2:3]]), "the second has the seed 13 twice"),
        (FIRST[:1], SECOND[:1], "a list of 2 or more"),
        (FIRST[:0], SECOND[:0], "a list of 2 or more"),
        (FIRST.replace(0.9912, math.nan), SECOND, "finite, got nan"),
        (FIRST, SECOND.replace(0.9925, math.inf), "finite, got inf"),
    ],
)
def test_what_cannot_be_compared_is_refused(first, second, complaint):
    with pytest.raises(ValueError, match=complaint):
        statistics.compare_over_seeds(first, second)


@pytest.mark.parametrize("second", [FIRST, SECOND])
def test_a_comparison_refuses_a_confidence_in_percent(second):
    with pytest.raises(ValueError, match="between 0 and 1, got 95"):
        statistics.compare_over_seeds(FIRST, second, confidence=95)


@pytest.mark.parametrize("values", [FIRST, 0 * FIRST])
def test_no_difference_for_any_seed_is_no_difference(values):
    same = statistics.compare_over_seeds(values, values)
    assert same == Comparison(0, 0, 0, p_value=1, effect_size=0, count=5)


# In floating point 0.9914 - 0.9912 and 0.9899 - 0.9897 are not quite equal.
@pytest.mark.parametrize("images", [2, -2, 1])
def test_the_same_difference_for_all_seeds_is_refused(images):
    second = ((FIRST * 10_000).round() + images) / 10_000
    with pytest.raises(ValueError, match=r"all 5 seeds differ by the same -?0\.000[12]: a t test needs a spread"):
        statistics.compare_over_seeds(FIRST, second)


def test_a_difference_of_one_image_for_one_seed_is_a_spread():
    second = FIRST.copy()
    second[13] += 1 / 60_000
    assert statistics.compare_over_seeds(FIRST, second).p_value == pytest.approx(
        scipy.stats.ttest_1samp([0, 0, 1, 0, 0], 0).pvalue, rel=1e-6
    )


# Several tests at once


def test_the_correction_of_holm_on_paper():
    # In ascending order 0.01·4, 0.02·3, 0.03·2 and 0.9·1, each at least as large as the one before.
    corrected = statistics.holm({"c": 0.03, "d": 0.9, "a": 0.01, "b": 0.02})
    assert list(corrected) == ["c", "d", "a", "b"]
    assert list(corrected.values()) == pytest.approx([0.06, 0.9, 0.04, 0.06])


def test_a_corrected_p_value_is_1_at_most():
    assert statistics.holm({"a": 0.6, "b": 0.7}) == {"a": 1, "b": 1}


def test_few_tests_need_little_correction():
    assert statistics.holm({}) == {}
    assert statistics.holm({"alone": 0.03}) == {"alone": pytest.approx(0.03)}


@pytest.mark.parametrize("seed", range(5))
def test_the_correction_of_holm_closes_that_of_bonferroni(seed):
    # Marcus, Peritz and Gabriel (1976): a test counts if Bonferroni rejects every set of tests that holds it.
    p_values = dict(enumerate(np.random.default_rng(seed).uniform(0, 0.4, 6).tolist()))
    sets = [subset for size in range(1, 7) for subset in combinations(p_values, size)]
    bonferroni = {subset: min(1, len(subset) * min(p_values[test] for test in subset)) for subset in sets}
    expected = {test: max(bonferroni[subset] for subset in sets if test in subset) for test in p_values}
    assert statistics.holm(p_values) == pytest.approx(expected)


@mock.patch("gc.collect", int)  # statsmodels does so in each test
@law
@given(st.lists(st.floats(0, 1)))
def test_corrected_p_values_are_no_smaller_keep_their_ranks_and_do_not_depend_on_the_order(values):
    p_values = dict(enumerate(values))
    corrected = statistics.holm(p_values)
    assert all(p_values[test] <= corrected[test] <= 1 for test in p_values)
    ranked = [corrected[test] for test in sorted(p_values, key=p_values.get)]
    assert ranked == sorted(ranked)
    assert statistics.holm(dict(reversed(p_values.items()))) == corrected


@pytest.mark.parametrize("p_value", [-0.01, 1.01, math.nan])
def test_a_p_value_lies_between_0_and_1(p_value):
    with pytest.raises(ValueError, match=f"between 0 and 1, got {p_value}"):
        statistics.holm({"fine": 0.5, "strange": p_value})
    with pytest.raises(ValueError, match=f"between 0 and 1, got {p_value}"):
        statistics.verdict(comparison(), p_value)


# Two networks and the same digits


def test_the_test_of_mcnemar_on_paper():
    # Five tosses of a coin, four or more on the same side: 2 · (5 + 1) / 2⁵.
    result = statistics.mcnemar(TRUE, answers(RIGHT_FIRST), answers(RIGHT_SECOND))
    assert result == McNemar(only_first=4, only_second=1, p_value=pytest.approx(0.375), odds_ratio=0.25)


@pytest.mark.parametrize(("only_first", "only_second"), [(1, 0), (0, 8), (9, 2), (40, 61), (30, 30)])
@pytest.mark.parametrize("shared", [0, 500])
def test_the_test_of_mcnemar_agrees_with_the_binomial_test(only_first, only_second, shared):
    counts = [only_first, only_second, shared, shared // 10]
    true = np.arange(sum(counts)) % 10
    first = answers(np.repeat([True, False, True, False], counts), true)
    second = answers(np.repeat([False, True, True, False], counts), true)
    result = statistics.mcnemar(true, first, second)
    assert (result.only_first, result.only_second) == (only_first, only_second)
    assert result.p_value == pytest.approx(scipy.stats.binomtest(only_first, only_first + only_second).pvalue)
    assert result.odds_ratio == (only_second / only_first if only_first else math.inf)


@law
@given(st.lists(st.tuples(*[st.integers(0, 9)] * 3), min_size=1))
def test_networks_may_change_places_and_images_their_order(triples):
    there = statistics.mcnemar(*np.transpose(triples))
    true, first, second = np.transpose(triples[::-1])
    back = statistics.mcnemar(true, second, first)
    assert (back.only_second, back.only_first, back.p_value) == there[:3]
    assert 0 <= there.p_value <= 1
    if there.only_first and there.only_second:
        assert back.odds_ratio == pytest.approx(1 / there.odds_ratio)


def test_networks_with_the_same_answers_do_not_differ():
    result = statistics.mcnemar(TRUE, answers(RIGHT_FIRST), answers(RIGHT_FIRST))
    assert result[:3] == (0, 0, 1)
    assert math.isnan(result.odds_ratio)


def test_different_mistakes_are_both_mistakes():
    assert statistics.mcnemar(TRUE, (TRUE + 1) % 10, (TRUE + 2) % 10).only_first == 0


@pytest.mark.parametrize("wrong", range(3))
@pytest.mark.parametrize("shape", [(9,), (10, 1), (10, 10)])
def test_answers_of_different_number_or_shape_are_refused(wrong, shape):
    arrays = [TRUE, TRUE, TRUE]
    arrays[wrong] = np.zeros(shape, dtype=int)
    with pytest.raises(ValueError, match=r"as many of each, got .*9 |must have the shape \(n,\)"):
        statistics.mcnemar(*arrays)


def test_no_answers_cannot_be_compared():
    with pytest.raises(ValueError, match="no answers"):
        statistics.mcnemar([], [], [])


# In words


@pytest.mark.parametrize(
    ("digits", "unit", "expected"),
    [
        (1, "seeds", "99.1 % (98.9 to 99.2, 10 seeds)"),
        (2, "writers", "99.12 % (98.94 to 99.22, 10 writers)"),
        (0, "seeds", "99 % (99 to 99, 10 seeds)"),
    ],
)
def test_a_mean_in_words(digits, unit, expected):
    estimate = Estimate(0.9912, 0.9894, 0.9922, deviation=0.002, count=10)
    assert statistics.in_words(estimate, digits=digits, unit=unit) == expected
    assert statistics.in_words(estimate._asdict(), digits=digits, unit=unit) == expected


def test_a_mean_that_rounds_to_0_has_no_sign():
    estimate = Estimate(0.001, -0.0001, 0.0021, deviation=0.001, count=5)
    assert statistics.in_words(estimate) == "0.1 % (0.0 to 0.2, 5 seeds)"


@pytest.mark.parametrize(
    ("difference", "digits", "expected"),
    [
        (0.0012, 2, "+0.12 points (+0.05 to +0.19, 5 seeds)"),
        (-0.0012, 2, "-0.12 points (-0.19 to -0.05, 5 seeds)"),
        (-0.00069, 1, "-0.1 points (-0.1 to +0.0, 5 seeds)"),
        (-0.00001, 2, "+0.00 points (-0.07 to +0.07, 5 seeds)"),
    ],
)
def test_a_difference_in_words(difference, digits, expected):
    assert statistics.difference_in_words(comparison(difference), digits=digits) == expected
    assert statistics.difference_in_words(comparison(difference)._asdict(), digits=digits) == expected


def test_words_have_the_documented_number_of_digits():
    estimate = statistics.mean_over_seeds(ACCURACIES)
    assert statistics.in_words(estimate) == statistics.in_words(estimate, digits=1, unit="seeds")
    assert statistics.difference_in_words(comparison()) == statistics.difference_in_words(comparison(), digits=2)


@pytest.mark.parametrize(
    ("difference", "own", "corrected", "expected"),
    [
        (0.001, 0.01, None, "helps"),
        (-0.001, 0.01, None, "hurts"),
        (0.001, 0.06, None, "no difference shown"),
        (-0.001, 0.06, None, "no difference shown"),
        (0.001, 0.05, None, "helps"),
        (0.001, 0.01, 0.06, "no difference shown"),
        (-0.001, 0.01, 0.04, "hurts"),
        (0.001, 0.06, 0.0, "helps"),
        (0.0, 0.0, None, "no difference shown"),
    ],
)
def test_the_verdict(difference, own, corrected, expected):
    assert statistics.verdict(comparison(difference, own), corrected) == expected
    assert statistics.verdict(comparison(difference, own)._asdict(), corrected) == expected


def test_the_verdict_at_another_level():
    assert statistics.verdict(comparison(p_value=0.03), level=0.01) == "no difference shown"
    assert statistics.verdict(comparison(p_value=0.08), level=0.1) == "helps"


def test_a_difference_is_shown_if_the_interval_leaves_out_0():
    for seed in range(200):
        first, second = (pd.Series(sample) for sample in np.random.default_rng(seed).normal([[0], [0.5]], 1, (2, 6)))
        result = statistics.compare_over_seeds(first, second)
        expected = "helps" if result.low > 0 else "hurts" if result.high < 0 else "no difference shown"
        assert statistics.verdict(result) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.5, "below all 10"),
        (1, "equal to the 1st of 10"),
        (1.5, "between the 1st and the 2nd of 10"),
        (4, "equal to the 4th of 10"),
        (4.5, "between the 4th and the 5th of 10"),
        (10, "equal to the 10th of 10"),
        (11, "above all 10"),
    ],
)
def test_a_place_among_ten(value, expected):
    assert statistics.place_in_words(value, [3, 1, 2, 10, 9, 8, 7, 6, 5, 4]) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(2, "equal to the 2nd of 5"), (2.5, "between the 4th and the 5th of 5")]
)
def test_the_first_of_equal_places_is_named(value, expected):
    assert statistics.place_in_words(value, pd.Series([2, 1, 2, 3, 2])) == expected


@pytest.mark.parametrize(
    "place", ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "22nd", "103rd", "111th"]
)
def test_ordinals(place):
    assert statistics.place_in_words(int(place[:-2]), range(1, 121)) == f"equal to the {place} of 120"


@pytest.mark.parametrize(
    ("value", "values", "complaint"),
    [
        (0.99, [], "a list of 1 or more"),
        (math.nan, ACCURACIES, "finite, got nan"),
        (0.99, [0.98, math.nan], "finite, got nan"),
    ],
)
def test_a_place_needs_values(value, values, complaint):
    with pytest.raises(ValueError, match=complaint):
        statistics.place_in_words(value, values)


def test_nobody_waits_for_tensorflow():
    program = "import sys, digitlib.statistics; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@law
@given(st.floats(0, 1))
def test_words_for_a_share_are_never_far_from_it(share):
    amounts = {"half": 1 / 2, "third": 1 / 3, "thirds": 1 / 3, "quarter": 1 / 4, "quarters": 1 / 4, "fifth": 1 / 5}
    amounts |= {"fifths": 1 / 5, "tenth": 1 / 10, "tenths": 1 / 10, "twentieth": 1 / 20, "all": 1, "none": 0, "any": 0}
    counts = {"two": 2, "three": 3, "four": 4, "nine": 9}
    *before, part = statistics.share_in_words(share).split()
    times = counts.get(before[-1], 1) if before else 1
    assert abs(times * amounts[part] - share) <= 0.05 + 1e-9


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_what_is_no_share_has_no_words(share):
    with pytest.raises(ValueError, match="a share lies between 0 and 1"):
        statistics.share_in_words(share)
