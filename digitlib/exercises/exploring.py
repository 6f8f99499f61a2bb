"""Exercises of the chapter that explores what helps."""

import math

import numpy as np
from scipy import integrate, stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestIndPower, TTestPower

from digitlib.exercises.declarations import OTHERWISE, RIGHT, OneOf, exercise

POWER = 0.8
CHANCE = 0.025  # by which the mean of 20,000 simulated choices may miss


@exercise(
    "exploring.1",
    "At least one: begin with the opposite. How probable is it that none of the tests gives a false alarm?",
    "One useless change stays silent with the probability 1 - level. How probable is it that all do?",
    "The silences are independent, so their probabilities multiply: (1 - level) ** tests. Then take the opposite.",
    cases=((3, 0.2), (20, 0.05), (40, 0.05)),
    remark="Who tries enough finds something.",
)
def false_alarm(tests, level):
    none, every = (1 - level) ** tests, level**tests
    return {
        RIGHT: 1 - none,
        "That counts twice the cases with two alarms. With enough tests it exceeds 1: no probability does.": (
            OneOf(tests * level, min(1, tests * level))
        ),
        "That is the probability of no false alarm at all.": none,
        "That is the probability that every single test gives an alarm.": every,
        "That is the probability that not every test gives an alarm.": 1 - every,
        "That is for exactly one false alarm. Two or three are no less annoying.": (
            tests * level * (1 - level) ** (tests - 1)
        ),
        f"Not for {tests} tests at the level of {level}. How probable is it that all of them stay silent?": OTHERWISE,
    }


def _six_seeds():
    random = np.random.default_rng(2)
    before = random.normal(size=6)
    return before, before + 0.4 + 0.5 * random.normal(size=6)


@exercise(
    "exploring.2",
    "Pairing means: look at the differences alone, one for each seed, and ask whether their mean may be zero.",
    "t is the mean difference over its standard error: the sample deviation (ddof=1) over the root of their number.",
    "stats.t.sf(abs(t), df) is the area of one tail. The degrees of freedom are one fewer than the differences.",
    cases=(_six_seeds, lambda: _six_seeds()[::-1]),
)
def paired_p(before, after):
    test, count = stats.ttest_rel(after, before), len(before)
    t, right = abs(test.statistic), test.pvalue

    def two_tails(t, degrees=count - 1):
        return 2 * stats.t.sf(t, degrees)

    unpaired = [stats.ttest_ind(after, before, equal_var=equal).pvalue for equal in (True, False)]
    last = "Mean difference, over its standard error, against Student's t: both tails."
    if test.statistic < 0:
        last = "If the change hurts, t is negative, and the p-value should be the same."
    return {
        RIGHT: right,
        "That is the unpaired test: it forgets which two results share a seed.": OneOf(*unpaired),
        "That is one tail. A change can help or hurt, and you did not know which.": OneOf(right / 2, 1 - right / 2),
        "Is the deviation that of a sample? NumPy divides by the number of values unless you ask for ddof=1.": (
            two_tails(t * math.sqrt(count / (count - 1)))
        ),
        "With six seeds the deviation is only estimated. Student's t has wider tails for that.": 2 * stats.norm.sf(t),
        "The degrees of freedom are others: there are six differences, and one number was taken from them, their "
        "mean.": OneOf(two_tails(t, count), two_tails(t, 2 * count - 2)),
        "You divide by the deviation of one difference. How far does the mean of six scatter?": (
            two_tails(t / math.sqrt(count))
        ),
        last: OTHERWISE,
    }


@exercise(
    "exploring.3",
    "Sort the p-values. The smallest is multiplied by their number, n. And the next, when one is dealt with already?",
    "The sorted values are multiplied by n, n - 1, ..., 1. A corrected value must not lie below the one before it.",
    "np.maximum.accumulate keeps the order; nothing exceeds 1; and the results go back to where their p-values stood.",
    cases=((np.array([0.7, 0.012, 0.04, 0.004, 0.8, 0.011]),),),
)
def holm(p_values):
    count, order = len(p_values), np.argsort(p_values)
    falling = count - np.arange(count)

    def put_back(in_order):
        return in_order[np.argsort(order)]

    right, stepwise = multipletests(p_values, method="holm")[1], put_back(falling * p_values[order])
    upwards = put_back((1 + np.arange(count)) * p_values[order])
    return {
        RIGHT: right,
        "That is Bonferroni's rule, which takes the full number for all. Holm's gives in a little after each step.": (
            OneOf(np.minimum(1, count * p_values), count * p_values)
        ),
        "The values are right, and sorted. Each should stand where its p-value stood.": right[order],
        "A larger p-value got a smaller corrected one, so its change would pass where a clearer one failed.": (
            OneOf(stepwise, np.minimum(1, stepwise))
        ),
        "A p-value is a probability, so none of them exceeds 1.": (
            put_back(np.maximum.accumulate(falling * p_values[order]))
        ),
        "That is the rule of Benjamini and Hochberg. It bounds the share of false alarms, not the chance of any.": (
            multipletests(p_values, method="fdr_bh")[1]
        ),
        "The factors go the wrong way: the smallest p-value has passed a search among all of them.": (
            OneOf(upwards, np.minimum(1, upwards))
        ),
        "Sort, multiply by n, n - 1, ..., 1, let none fall below the one before.": OTHERWISE,
    }


@exercise(
    "exploring.4",
    "The effect is the difference in units of the deviation of the paired differences. More seeds make what smaller?",
    "TTestPower().power(effect, nobs, level) is the chance that nobs seeds show it; solve_power goes the other way.",
    "Solve for nobs with the power 0.8. The solution is no whole number: do you round it up or down?",
    cases=((0.8, 0.05), (1.5, 0.05 / 12), (0.45, 0.05)),
    remark="Half the effect takes about four times the seeds.",
)
def seeds_needed(effect, level):
    def solved(test=TTestPower, power=POWER, **sides):
        return math.ceil(test().solve_power(effect, alpha=level, power=power, **sides))

    with_known_deviation = math.ceil(((stats.norm.isf(level / 2) + stats.norm.ppf(POWER)) / effect) ** 2)
    return {
        RIGHT: solved(),
        "So few seeds find it in slightly fewer than four cases of five.": solved() - 1,
        "That would be enough if the deviation were known. It is estimated from the same few seeds.": (
            with_known_deviation
        ),
        "That is for two groups without pairs. Here each seed is its own partner.": solved(TTestIndPower),
        "That is for a one-sided test, which would not notice that a change hurts.": solved(alternative="larger"),
        "With so many, the test misses the difference every second time. Four cases of five were asked for.": (
            solved(power=0.5)
        ),
        f"Not for an effect of {effect:g} at the level of {level:.4f}. Which number first reaches a power of 0.8?": (
            OTHERWISE
        ),
    }


@exercise(
    "exploring.5",
    "Play it once: draw a score for each recipe around its true accuracy. Which one wins, and what is it truly worth?",
    "scores = true + spread * random.normal(size=(20_000, len(true))). The winner of each row: argmax(axis=1).",
    "Subtract from each winning score the true accuracy of that recipe, true[winner], and take the mean of the rows.",
    cases=(
        lambda: (np.zeros(7), 1.0, np.random.default_rng(5)),
        lambda: (np.array([0.0, 1.0, 1.2, 1.2]), 0.6, np.random.default_rng(5)),
    ),
    within=CHANCE,
    remark="The winner flatters itself, the more so the more there are to choose from.",
)
def flattery(true, spread, random):
    winning_score = _over_winners(true, spread, lambda score, worth: score)
    return {
        RIGHT: _over_winners(true, spread, lambda score, worth: score - worth),
        "That is the luck of one fixed recipe, or of all: none on average. Take the winner of each choice.": 0.0,
        "You compare with what the best recipe is worth. But it is not always the winner.": winning_score - true.max(),
        "That is the mean of the winning scores. How much of it is luck?": winning_score,
        "You compare with the mean of all recipes. Compare each winner with what it is itself worth.": (
            winning_score - true.mean()
        ),
        "It does not depend on the spread of the scores, and it should.": (
            _over_winners(true, 1, lambda score, worth: score - worth)
        ),
        f"Not for {len(true)} recipes and a spread of {spread:g}: the winner's score minus its truth, in the mean.": (
            OTHERWISE
        ),
    }


def _over_winners(true, spread, value):
    """Mean of that value of the winning score and of what the winner is worth."""
    scores = np.linspace(true.min() - 8 * spread, true.max() + 8 * spread, 2_001)
    contributions = [
        value(scores, worth)
        * stats.norm.pdf(scores, worth, spread)
        * stats.norm.cdf(scores[:, np.newaxis], np.delete(true, winner), spread).prod(axis=1)  # all others lie below
        for winner, worth in enumerate(true)
    ]
    return integrate.trapezoid(np.sum(contributions, axis=0), scores)
