"""Exercises of the chapter on what is normal."""

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.power import TTestPower

from digitlib.exercises import exercise
from digitlib.exercises.answers import array, call, close, number, wrong_if

SIMULATED = 0.03  # how far a share of some thousand simulated experiments may be off


@exercise(
    "normal.1",
    "The chapter has a formula for the standard deviation that the images give. Which of its letters is asked for?",
    "Square both sides, then solve for n.",
    "n is p (1 - p), divided by the square of the standard deviation.",
)
def images_needed(answer):
    count = number(answer)
    deviation, variance = 0.0005, 0.99 * 0.01
    wrong_if(close(count, variance / deviation, within=0.5), "You took the root away on one side only.")
    wrong_if(
        19_700 <= count <= 20_100,
        "Ten thousand images give about twice that standard deviation. But twice as many do not halve it.",
    )
    wrong_if(
        close(count, variance / 0.05**2, within=0.1), "A share and a standard deviation in points do not go together."
    )
    wrong_if(close(count, variance / 0.001**2, within=1), "That is for a standard deviation of a tenth of a point.")
    wrong_if(close(count, 0.01 / deviation**2, within=1), "The variance of a share is p (1 - p): you left out p.")
    wrong_if(close(count, 0.99 / deviation**2, within=1), "The variance of a share is p (1 - p): you left out 1 - p.")
    wrong_if(
        close(count / 1.96**2, variance / deviation**2, within=2),
        "That makes half of a 95 % interval so wide. The standard deviation itself was asked for.",
    )
    wrong_if(not close(count, variance / deviation**2, within=1), "Put your number into the formula. What comes out?")
    return "Half the deviation takes four times the images."


@exercise(
    "normal.2",
    "Make a table of truth values first: a row for each network, a column for each image, true where it is wrong.",
    "Which axis holds the networks? Along that one, any and all say what each image wants to know.",
    "Then count the images: sum the truth values.",
)
def ever_and_always_wrong(answer):
    random = np.random.default_rng(2)
    labels = random.integers(10, size=200)
    hard = random.random(200) ** 3
    answers = np.where(random.random((6, 200)) < hard, (labels + 1) % 10, labels)
    result = call(answer, answers, labels, what="ever_and_always_wrong")
    counts = array(result, "what ever_and_always_wrong returns", shape=(2,)).tolist()
    wrong = answers != labels
    some, every = int(wrong.any(axis=0).sum()), int(wrong.all(axis=0).sum())
    wrong_if(counts == [every, some], "You return them in the other order.")
    wrong_if(
        counts == [wrong.any(axis=1).sum(), wrong.all(axis=1).sum()],
        "You counted networks, not images. Along which axis did you ask?",
    )
    wrong_if(
        counts == [(~wrong).any(axis=0).sum(), (~wrong).all(axis=0).sum()],
        "You counted who is right, not who is wrong.",
    )
    wrong_if(counts[0] == wrong.sum(), "An image that three networks get wrong is still one image.")
    wrong_if(close(counts, [some / 200, every / 200]), "These are shares. How many images are that?")
    wrong_if(counts[0] != some, "How many columns of your table of errors have at least one?")
    wrong_if(counts[1] != every, "The first count is right. For the second, all networks must be wrong about an image.")


@exercise(
    "normal.3",
    "Only digits that one network gets right and the other wrong tell the two apart. Count both kinds.",
    "If the two are equally good, the smaller count is binomial: so many tosses of a fair coin, so few heads.",
    "Add the chances of so few heads or fewer, take them twice for both directions, and cut off at 1.",
)
def mcnemar_p_value(answer):
    first, second = _answers_right(8, 2, both=830, neither=60)
    p_value = _p_value(answer, first, second)
    tosses, few = 10, 2
    chance = stats.binom(tosses, 0.5)
    wrong_if(
        close(p_value, chance.cdf(few)), "That is one direction. The second network might as well have been ahead."
    )
    wrong_if(
        close(p_value, chance.pmf(few)) or close(p_value, 2 * chance.pmf(few)),
        "That is the chance of exactly this result. What about results that are even more uneven?",
    )
    wrong_if(
        close(p_value, 2 * chance.sf(tosses - few)) or close(p_value, 2 * chance.cdf(few - 1)),
        "You leave this result itself out. A p-value is the chance of one at least so uneven.",
    )
    wrong_if(
        close(p_value, stats.chi2.sf(36 / 10, 1)) or close(p_value, stats.chi2.sf(25 / 10, 1)),
        "This is the approximation for many tosses. With ten, count them exactly.",
    )
    more_of_both = _p_value(answer, *_answers_right(8, 2, both=400, neither=5))
    wrong_if(
        not close(more_of_both, p_value),
        "With other numbers of digits that both get right, or both wrong, it changes. Do they say which is better?",
    )
    wrong_if(not close(p_value, _exact(8, 2)), "Of ten tosses of a fair coin, how often are two or fewer heads?")
    wrong_if(
        not close(_p_value(answer, *_answers_right(2, 8, both=90, neither=3)), _exact(2, 8)),
        "It is right if the first network is ahead, but not if the second is.",
    )
    wrong_if(
        not close(_p_value(answer, *_answers_right(5, 5, both=90, neither=3)), _exact(5, 5)),
        "It is not right if both are ahead equally often. How large can a probability be?",
    )


@exercise(
    "normal.4",
    "Take the differences first, each from two runs of the same seed. The rest is the interval of a mean.",
    "The standard error of a mean is the sample standard deviation divided by the root of the number of values.",
    "With six seeds, t has five degrees of freedom, and 2.5 % lie on each side.",
)
def paired_interval(answer):
    random = np.random.default_rng(4)
    common = random.normal(scale=0.0008, size=6)
    first = pd.Series(0.982 + common + random.normal(scale=0.0003, size=6), index=range(1, 7))
    second = pd.Series(0.986 + common + random.normal(scale=0.0003, size=6), index=range(1, 7))
    shuffled = second.loc[[4, 6, 1, 5, 3, 2]]
    result = call(answer, first.copy(), shuffled.copy(), what="paired_interval")
    ends = array(result, "what paired_interval returns", shape=(2,))
    expected = _interval_of(stats.ttest_rel(second, first))
    differences = second - first
    mean, spread = differences.mean(), differences.std()
    quantile = stats.t.ppf(0.975, 5)
    wrong_if(close(ends, -expected[::-1], within=1e-9), "This is the first minus the second.")
    wrong_if(ends[0] >= ends[1], "Return the low end first, then the high one.")
    wrong_if(
        close(ends, _interval_of(stats.ttest_rel(shuffled, first)), within=1e-9),
        "You paired the runs by their position. Look at the index: it holds the seeds.",
    )
    wrong_if(
        any(
            close(ends, _interval_of(stats.ttest_ind(second, first, equal_var=equal)), within=1e-9)
            for equal in (True, False)
        ),
        "This treats the two as unrelated. What the two runs of a seed have in common would cancel.",
    )
    for reach, message in {
        quantile * spread: "Nearly all single differences lie in there. Where does their mean lie?",
        stats.norm.ppf(0.975)
        * spread
        / np.sqrt(6): "This would do for many seeds. With six, which distribution allows for the estimated spread?",
        quantile * differences.std(ddof=0) / np.sqrt(6): "You divide the squares by n. What does a spread around an "
        "estimated mean divide by?",
        stats.t.ppf(0.95, 5)
        * spread
        / np.sqrt(6): "You leave 5 % on each side. How much should lie outside altogether?",
        spread / np.sqrt(6): "This is one standard error to each side. How many does 95 % take?",
    }.items():
        wrong_if(close(ends, (mean - reach, mean + reach), within=1e-9), message)
    wrong_if(not close(ends.mean(), mean, within=1e-9), "It should lie around the mean of second minus first.")
    wrong_if(not close(ends, expected, within=1e-9), "The middle is right, the width is not.")


@exercise(
    "normal.5",
    "Let the computer do what you cannot afford: many experiments, each with so many differences from a normal "
    "distribution of that mean and that spread.",
    "For each experiment: t is the mean divided by its standard error. How often is it beyond the critical value?",
    "The critical value at 5 % is stats.t.ppf(0.975, seeds - 1), and t may lie beyond it on either side.",
)
def power(answer):
    found = _power(answer, 0.001, 0.001, 4)
    test = TTestPower()
    expected = test.power(1, 4, 0.05)
    wrong_if(found > 1, "A power is a share, 0 to 1: of all experiments, those that find the difference.")
    wrong_if(abs(found - (1 - expected)) < SIMULATED, "This is the share of experiments that miss the difference.")
    wrong_if(
        abs(found - test.power(1, 4, 0.05, alternative="larger")) < SIMULATED,
        "This test looks to one side only. Whoever compares two networks does not know beforehand which is ahead.",
    )
    wrong_if(
        abs(found - _power_with_known_spread(1, 4)) < SIMULATED or _power(answer, 0, 0.001, 4) > 0.05 + SIMULATED,
        "Too often: without any difference, more than one experiment of twenty would find one. What is the critical "
        "value for four seeds?",
    )
    wrong_if(
        abs(found - test.power(1 / np.sqrt(2), 4, 0.05)) < SIMULATED,
        "The spread is that of the differences already: do not multiply it by the root of 2.",
    )
    wrong_if(
        abs(found - stats.nct.sf(np.sqrt(4) * stats.t.ppf(0.975, 3), 3, np.sqrt(4))) < SIMULATED,
        "You compare the mean with the spread of single differences. How far does a mean of four stray?",
    )
    for difference, spread, seeds in ((0.001, 0.001, 4), (-0.001, 0.0008, 8), (0.002, 0.004, 30)):
        wrong_if(
            abs(_power(answer, difference, spread, seeds) - test.power(difference / spread, seeds, 0.05)) > SIMULATED,
            f"More than {SIMULATED} off for a difference of {difference}, a spread of {spread} and {seeds} seeds.",
        )


def _answers_right(only_first: int, only_second: int, *, both: int, neither: int) -> tuple[np.ndarray, np.ndarray]:
    """Which digits two networks get right, in random order."""
    counts = [only_first, only_second, both, neither]
    order = np.random.default_rng(3).permutation(sum(counts))
    return (
        np.repeat([True, False, True, False], counts)[order],
        np.repeat([False, True, True, False], counts)[order],
    )


def _p_value(answer, first: np.ndarray, second: np.ndarray) -> float:
    return number(call(answer, first, second, what="mcnemar_p_value"), "what mcnemar_p_value returns")


def _exact(only_first: int, only_second: int) -> float:
    return mcnemar([[0, only_first], [only_second, 0]], exact=True).pvalue


def _interval_of(test) -> np.ndarray:
    return np.array(test.confidence_interval(0.95))


def _power(answer, difference: float, spread: float, seeds: int) -> float:
    return number(call(answer, difference, spread, seeds, what="power"), "what power returns")


def _power_with_known_spread(effect_size: float, seeds: int) -> float:
    critical, shift = stats.norm.ppf(0.975), effect_size * np.sqrt(seeds)
    return stats.norm.sf(critical - shift) + stats.norm.cdf(-critical - shift)
