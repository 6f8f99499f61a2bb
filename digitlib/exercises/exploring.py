"""Exercises of the chapter that explores what helps."""

import math

import numpy as np
from scipy import integrate, stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestIndPower, TTestPower

from digitlib.exercises import exercise
from digitlib.exercises.answers import array, call, close, integer, number, wrong_if

POWER = 0.8
CHANCE = 0.025  # by which the mean of 20,000 simulated choices may miss


@exercise(
    "exploring.1",
    "At least one: begin with the opposite. How probable is it that none of the tests gives a false alarm?",
    "One useless change stays silent with the probability 1 - level. How probable is it that all do?",
    "The silences are independent, so their probabilities multiply: (1 - level) ** tests. Then take the opposite.",
)
def false_alarm(answer):
    for tests, level in ((3, 0.2), (20, 0.05), (40, 0.05)):
        probability = number(call(answer, tests, level, what="false_alarm"), "what false_alarm returns")
        wrong_if(
            close(probability, tests * level) or close(probability, min(1, tests * level)),
            "That counts twice the cases with two alarms. With enough tests it exceeds 1: no probability does.",
        )
        wrong_if(close(probability, (1 - level) ** tests), "That is the probability of no false alarm at all.")
        wrong_if(close(probability, level**tests), "That is the probability that every single test gives an alarm.")
        wrong_if(close(probability, 1 - level**tests), "That is the probability that not every test gives an alarm.")
        wrong_if(
            close(probability, tests * level * (1 - level) ** (tests - 1)),
            "That is for exactly one false alarm. Two or three are no less annoying.",
        )
        wrong_if(
            not close(probability, 1 - (1 - level) ** tests),
            f"Not for {tests} tests at the level of {level}. How probable is it that all of them stay silent?",
        )
    return "Who tries enough finds something."


@exercise(
    "exploring.2",
    "Pairing means: look at the differences alone, one for each seed, and ask whether their mean may be zero.",
    "t is the mean difference over its standard error: the sample deviation (ddof=1) over the root of their number.",
    "stats.t.sf(abs(t), df) is the area of one tail. The degrees of freedom are one fewer than the differences.",
)
def paired_p(answer):
    random = np.random.default_rng(2)
    before = random.normal(size=6)
    after = before + 0.4 + 0.5 * random.normal(size=6)
    p_value, reverse = (
        number(call(answer, *pair, what="paired_p"), "what paired_p returns")
        for pair in ((before, after), (after, before))
    )
    expected = stats.ttest_rel(after, before).pvalue
    statistic = stats.ttest_rel(after, before).statistic
    count = len(before)
    wrong_if(
        min(abs(p_value - stats.ttest_ind(after, before, equal_var=equal).pvalue) for equal in (True, False)) < 1e-9,
        "That is the unpaired test: it forgets which two results share a seed.",
    )
    wrong_if(
        close(p_value, expected / 2) or close(p_value, 1 - expected / 2),
        "That is one tail. A change can help or hurt, and you did not know which.",
    )
    wrong_if(
        close(p_value, 2 * stats.t.sf(statistic * math.sqrt(count / (count - 1)), count - 1)),
        "Is the deviation that of a sample? NumPy divides by the number of values unless you ask for ddof=1.",
    )
    wrong_if(
        close(p_value, 2 * stats.norm.sf(statistic)),
        "With six seeds the deviation is only estimated. Student's t has wider tails for that.",
    )
    wrong_if(
        close(p_value, 2 * stats.t.sf(statistic, count)) or close(p_value, 2 * stats.t.sf(statistic, 2 * count - 2)),
        "The degrees of freedom are others: there are six differences, and one number was taken from them, their mean.",
    )
    wrong_if(
        close(p_value, 2 * stats.t.sf(statistic / math.sqrt(count), count - 1)),
        "You divide by the deviation of one difference. How far does the mean of six scatter?",
    )
    wrong_if(not close(p_value, expected), "Mean difference, over its standard error, against Student's t: both tails.")
    wrong_if(not close(reverse, expected), "If the change hurts, t is negative, and the p-value should be the same.")


@exercise(
    "exploring.3",
    "Sort the p-values. The smallest is multiplied by their number, n. And the next, when one is dealt with already?",
    "The sorted values are multiplied by n, n - 1, ..., 1. A corrected value must not lie below the one before it.",
    "np.maximum.accumulate keeps the order; nothing exceeds 1; and the results go back to where their p-values stood.",
)
def holm(answer):
    p_values = np.array([0.7, 0.012, 0.04, 0.004, 0.8, 0.011])
    corrected = array(call(answer, p_values, what="holm"), "what holm returns", shape=p_values.shape)
    order = np.argsort(p_values)
    factors = len(p_values) - np.arange(len(p_values))
    expected = multipletests(p_values, method="holm")[1]
    stepwise = np.empty_like(p_values)
    stepwise[order] = factors * p_values[order]
    unbounded = np.empty_like(p_values)
    unbounded[order] = np.maximum.accumulate(factors * p_values[order])
    wrong_if(
        close(corrected, np.minimum(1, len(p_values) * p_values)) or close(corrected, len(p_values) * p_values),
        "That is Bonferroni's rule, which takes the full number for all. Holm's gives in a little after each step.",
    )
    wrong_if(
        close(corrected, expected[order]),
        "The values are right, and sorted. Each should stand where its p-value stood.",
    )
    wrong_if(
        close(corrected, stepwise) or close(corrected, np.minimum(1, stepwise)),
        "A larger p-value got a smaller corrected one, so its change would pass where a clearer one failed.",
    )
    wrong_if(close(corrected, unbounded), "A p-value is a probability, so none of them exceeds 1.")
    wrong_if(
        close(corrected, multipletests(p_values, method="fdr_bh")[1]),
        "That is the rule of Benjamini and Hochberg. It bounds the share of false alarms, not the chance of any.",
    )
    upwards = np.empty_like(p_values)
    upwards[order] = (1 + np.arange(len(p_values))) * p_values[order]
    wrong_if(
        close(corrected, upwards) or close(corrected, np.minimum(1, upwards)),
        "The factors go the wrong way: the smallest p-value has passed a search among all of them.",
    )
    wrong_if(not close(corrected, expected), "Sort, multiply by n, n - 1, ..., 1, let none fall below the one before.")


@exercise(
    "exploring.4",
    "The effect is the difference in units of the deviation of the paired differences. More seeds make what smaller?",
    "TTestPower().power(effect, nobs, level) is the chance that nobs seeds show it; solve_power goes the other way.",
    "Solve for nobs with the power 0.8. The solution is no whole number: do you round it up or down?",
)
def seeds_needed(answer):
    for effect, level in ((0.8, 0.05), (1.5, 0.05 / 12), (0.45, 0.05)):
        count = integer(call(answer, effect, level, what="seeds_needed"), "what seeds_needed returns")
        exact = TTestPower().solve_power(effect_size=effect, alpha=level, power=POWER)
        wrong_if(
            count == math.floor(exact),
            "So few seeds find it in slightly fewer than four cases of five.",
        )
        wrong_if(
            count == math.ceil(((stats.norm.isf(level / 2) + stats.norm.ppf(POWER)) / effect) ** 2),
            "That would be enough if the deviation were known. It is estimated from the same few seeds.",
        )
        wrong_if(
            count == math.ceil(TTestIndPower().solve_power(effect, alpha=level, power=POWER)),
            "That is for two groups without pairs. Here each seed is its own partner.",
        )
        wrong_if(
            count == math.ceil(TTestPower().solve_power(effect, alpha=level, power=POWER, alternative="larger")),
            "That is for a one-sided test, which would not notice that a change hurts.",
        )
        wrong_if(
            count == math.ceil(TTestPower().solve_power(effect, alpha=level, power=0.5)),
            "With so many, the test misses the difference every second time. Four cases of five were asked for.",
        )
        wrong_if(
            count != math.ceil(exact),
            f"Not for an effect of {effect:g} at the level of {level:.4f}. Which number first reaches a power of 0.8?",
        )
    return "Half the effect takes about four times the seeds."


@exercise(
    "exploring.5",
    "Play it once: draw a score for each recipe around its true accuracy. Which one wins, and what is it truly worth?",
    "scores = true + spread * random.normal(size=(20_000, len(true))). The winner of each row: argmax(axis=1).",
    "Subtract from each winning score the true accuracy of that recipe, true[winner], and take the mean of the rows.",
)
def flattery(answer):
    for true, spread in ((np.zeros(7), 1.0), (np.array([0.0, 1.0, 1.2, 1.2]), 0.6)):
        mean = number(call(answer, true, spread, np.random.default_rng(5), what="flattery"), "what flattery returns")
        expected = _flattery(true, spread)
        winning_score = _over_winners(true, spread, lambda score, worth: score)
        alike = not np.ptp(true)  # then what the winner is worth is no question
        wrong_if(
            close(mean, 0, within=CHANCE),
            "That is the luck of one fixed recipe, or of all: none on average. Take the winner of each choice.",
        )
        wrong_if(
            not alike and close(mean, winning_score - true.max(), within=CHANCE),
            "You compare with what the best recipe is worth. But it is not always the winner.",
        )
        wrong_if(
            not alike and close(mean, winning_score, within=CHANCE),
            "That is the mean of the winning scores. How much of it is luck?",
        )
        wrong_if(
            not alike and close(mean, winning_score - true.mean(), within=CHANCE),
            "You compare with the mean of all recipes. Compare each winner with what it is itself worth.",
        )
        wrong_if(
            spread != 1 and close(mean, _flattery(true, 1), within=CHANCE),
            "It does not depend on the spread of the scores, and it should.",
        )
        wrong_if(
            not close(mean, expected, within=CHANCE),
            f"Not for {len(true)} recipes and a spread of {spread:g}: the winner's score minus its truth, in the mean.",
        )
    return "The winner flatters itself, the more so the more there are to choose from."


def _flattery(true, spread):
    """How much the winning score exceeds what the winner is worth, on average."""
    return _over_winners(true, spread, lambda score, worth: score - worth)


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
