"""Exercises of the chapter on what is normal."""

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.power import TTestPower

from digitlib.exercises.declarations import OTHERWISE, RIGHT, Near, OneOf, Unless, When, exercise

SIMULATED = 0.03  # how far a share of some thousand simulated experiments may be off


@exercise(
    "normal.1",
    "The chapter has a formula for the standard deviation that the images give. Which of its letters is asked for?",
    "Square both sides, then solve for n.",
    "n is p (1 - p), divided by the square of the standard deviation.",
    within=1,
    remark="Half the deviation takes four times the images.",
)
def images_needed():
    deviation, variance = 0.0005, 0.99 * 0.01
    right = variance / deviation**2
    return {
        RIGHT: right,
        "You took the root away on one side only.": Near(variance / deviation, 0.5),
        "Ten thousand images give about twice that standard deviation. But twice as many do not halve it.": (
            Near(19_900, 200)
        ),
        "A share and a standard deviation in points do not go together.": Near(variance / 0.05**2, 0.1),
        "That is for a standard deviation of a tenth of a point.": variance / 0.001**2,
        "The variance of a share is p (1 - p): you left out p.": 0.01 / deviation**2,
        "The variance of a share is p (1 - p): you left out 1 - p.": 0.99 / deviation**2,
        "That makes half of a 95 % interval so wide. The standard deviation itself was asked for.": (
            Near(1.96**2 * right, 8)
        ),
        "Put your number into the formula. What comes out?": OTHERWISE,
    }


def _six_networks():
    random = np.random.default_rng(2)
    labels = random.integers(10, size=200)
    hard = random.random(200) ** 3
    return np.where(random.random((6, 200)) < hard, (labels + 1) % 10, labels), labels


@exercise(
    "normal.2",
    "Make a table of truth values first: a row for each network, a column for each image, true where it is wrong.",
    "Which axis holds the networks? Along that one, any and all say what each image wants to know.",
    "Then count the images: sum the truth values.",
    cases=(_six_networks,),
)
def ever_and_always_wrong(answers, labels):
    wrong = answers != labels
    some, every = wrong.any(axis=0).sum(), wrong.all(axis=0).sum()
    return {
        RIGHT: np.array([some, every]),
        "You return them in the other order.": (every, some),
        "You counted networks, not images. Along which axis did you ask?": (
            (wrong.any(axis=1).sum(), wrong.all(axis=1).sum())
        ),
        "You counted who is right, not who is wrong.": ((~wrong).any(axis=0).sum(), (~wrong).all(axis=0).sum()),
        "An image that three networks get wrong is still one image.": (wrong.sum(), ...),
        "These are shares. How many images are that?": (some / 200, every / 200),
        "How many columns of your table of errors have at least one?": Unless((some, ...)),
        "The first count is right. For the second, all networks must be wrong about an image.": OTHERWISE,
    }


def _answers_right(only_first, only_second, both, neither):
    """Which digits two networks get right, in random order."""
    counts = [only_first, only_second, both, neither]
    order = np.random.default_rng(3).permutation(sum(counts))
    return tuple(np.repeat(right, counts)[order] for right in ([True, False, True, False], [False, True, True, False]))


@exercise(
    "normal.3",
    "Only digits that one network gets right and the other wrong tell the two apart. Count both kinds.",
    "If the two are equally good, the smaller count is binomial: so many tosses of a fair coin, so few heads.",
    "Add the chances of so few heads or fewer, take them twice for both directions, and cut off at 1.",
    cases=tuple(_answers_right(*counts) for counts in ((8, 2, 830, 60), (2, 8, 90, 3), (5, 5, 90, 3))),
)
def mcnemar_p_value(first, second):
    only_first, only_second = np.sum(first & ~second), np.sum(second & ~first)
    few, many = sorted([only_first, only_second])
    tosses = only_first + only_second
    chance, square = stats.binom(tosses, 0.5), (abs(only_first - only_second) - np.arange(2)) ** 2
    all_digits = [(first.sum(), second.sum()), (only_first, len(first) - only_first)]
    last = "Of ten tosses of a fair coin, how often are two or fewer heads?"
    if only_first < only_second:
        last = "It is right if the first network is ahead, but not if the second is."
    if only_first == only_second:
        last = "It is not right if both are ahead equally often. How large can a probability be?"
    return {
        RIGHT: mcnemar([[0, only_first], [only_second, 0]], exact=True).pvalue,
        "That is one direction. The second network might as well have been ahead.": chance.cdf(few),
        "That is the chance of exactly this result. What about results that are even more uneven?": (
            OneOf(chance.pmf(few), 2 * chance.pmf(few))
        ),
        "You leave this result itself out. A p-value is the chance of one at least so uneven.": (
            OneOf(2 * chance.sf(many), 2 * chance.cdf(few - 1))
        ),
        "This is the approximation for many tosses. With ten, count them exactly.": (
            OneOf(*stats.chi2.sf(square / tosses, 1))
        ),
        "With other numbers of digits that both get right, or both wrong, it changes. Do they say which is better?": (
            OneOf(*(stats.binomtest(heads, heads + tails).pvalue for heads, tails in all_digits))
        ),
        last: OTHERWISE,
    }


def _runs():
    """Accuracies of two networks by seed, with the seeds in different orders."""
    random = np.random.default_rng(4)
    common = random.normal(scale=0.0008, size=6)
    first = pd.Series(0.982 + common + random.normal(scale=0.0003, size=6), index=range(1, 7))
    second = pd.Series(0.986 + common + random.normal(scale=0.0003, size=6), index=range(1, 7))
    return first, second.loc[[4, 6, 1, 5, 3, 2]]


@exercise(
    "normal.4",
    "Take the differences first, each from two runs of the same seed. The rest is the interval of a mean.",
    "The standard error of a mean is the sample standard deviation divided by the root of the number of values.",
    "With six seeds, t has five degrees of freedom, and 2.5 % lie on each side.",
    cases=(_runs,),
    within=1e-9,
)
def paired_interval(first, second):
    def interval_of(test):
        return np.array(test.confidence_interval(0.95))

    def around(reach):
        return np.array([differences.mean() - reach, differences.mean() + reach])

    differences = second - first
    spread, quantile, root = differences.std(), stats.t.ppf(0.975, 5), np.sqrt(6)
    right = interval_of(stats.ttest_rel(second.loc[first.index], first))
    unpaired = [interval_of(stats.ttest_ind(second, first, equal_var=equal)) for equal in (True, False)]
    return {
        RIGHT: right,
        "This is the first minus the second.": -right[::-1],
        "Return the low end first, then the high one.": When(lambda ends: ends[0] >= ends[1], right[::-1]),
        "You paired the runs by their position. Look at the index: it holds the seeds.": (
            interval_of(stats.ttest_rel(second, first))
        ),
        "This treats the two as unrelated. What the two runs of a seed have in common would cancel.": OneOf(*unpaired),
        "Nearly all single differences lie in there. Where does their mean lie?": around(quantile * spread),
        "This would do for many seeds. With six, which distribution allows for the estimated spread?": (
            around(stats.norm.ppf(0.975) * spread / root)
        ),
        "You divide the squares by n. What does a spread around an estimated mean divide by?": (
            around(quantile * differences.std(ddof=0) / root)
        ),
        "You leave 5 % on each side. How much should lie outside altogether?": (
            around(stats.t.ppf(0.95, 5) * spread / root)
        ),
        "This is one standard error to each side. How many does 95 % take?": around(spread / root),
        "It should lie around the mean of second minus first.": (
            When(lambda ends: abs(ends.mean() - differences.mean()) > 1e-9, right + 0.001)
        ),
        "The middle is right, the width is not.": OTHERWISE,
    }


@exercise(
    "normal.5",
    "Let the computer do what you cannot afford: many experiments, each with so many differences from a normal "
    "distribution of that mean and that spread.",
    "For each experiment: t is the mean divided by its standard error. How often is it beyond the critical value?",
    "The critical value at 5 % is stats.t.ppf(0.975, seeds - 1), and t may lie beyond it on either side.",
    cases=((0.001, 0.001, 4), (0, 0.001, 4), (-0.001, 0.0008, 8), (0.002, 0.004, 30)),
    within=SIMULATED,
)
def power(difference, spread, seeds):
    test, effect = TTestPower(), difference / spread
    right, shift = test.power(effect, seeds, 0.05), effect * np.sqrt(seeds)
    with_known_spread = stats.norm.sf(1.96 - shift) + stats.norm.cdf(-1.96 - shift)
    below = stats.t.ppf(0.975, seeds - 1)
    with_1_96 = stats.nct.sf(1.96, seeds - 1, shift) + stats.nct.cdf(-1.96, seeds - 1, shift)
    return {
        RIGHT: right,
        "A power is a share, 0 to 1: of all experiments, those that find the difference.": (
            When(lambda found: found > 1, 100 * right + 2)
        ),
        "This is the share of experiments that miss the difference.": 1 - right,
        "This test looks to one side only. Whoever compares two networks does not know beforehand which is ahead.": (
            test.power(effect, seeds, 0.05, alternative="larger")
        ),
        "Too often: without any difference, more than one experiment of twenty would find one. What is the critical "
        "value for four seeds?": OneOf(with_known_spread, with_1_96),
        "The spread is that of the differences already: do not multiply it by the root of 2.": (
            test.power(effect / np.sqrt(2), seeds, 0.05)
        ),
        "You compare the mean with the spread of single differences. How far does a mean of four stray?": (
            stats.nct.sf(np.sqrt(seeds) * below, seeds - 1, shift)
        ),
        f"More than {SIMULATED} off for a difference of {difference}, a spread of {spread} and {seeds} seeds.": (
            OTHERWISE
        ),
    }
