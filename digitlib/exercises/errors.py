"""Exercises of the chapter on errors and doubt."""

import numpy as np
import pandas as pd
from scipy import optimize, special, stats
from sklearn.metrics import log_loss, roc_auc_score

from digitlib.exercises.declarations import OTHERWISE, RIGHT, Near, OneOf, When, exercise

DIGITS = np.arange(10)


@exercise(
    "errors.1",
    "Take one image: a column of answers. How many networks say 0, how many say 1, and so on?",
    "(answers == digit).sum(axis=0) counts the votes for a digit, for all images at once.",
    "Stack these counts for the ten digits, and let argmax over the digits choose. It takes the first of equals.",
    cases=((np.random.default_rng(1).choice([1, 2, 7, 8], size=(6, 60)),),),
)
def majority(answers):
    counts = np.stack([(answers == digit).sum(axis=0) for digit in DIGITS])
    first = np.array([column[np.argmax([(column == vote).sum() for vote in column])] for column in answers.T])
    return {
        RIGHT: stats.mode(answers, axis=0).mode,
        "That is an answer for each network. The vote is among networks, for each image: which axis?": answers[:, 0],
        "Digits are names. Between a 1 and a 7 there is no mean.": (
            OneOf(np.rint(answers.mean(axis=0)), answers.mean(axis=0))
        ),
        "The median sorts digits as if they were sizes. Count votes instead.": (
            OneOf(np.median(answers, axis=0), np.sort(answers, axis=0)[3])
        ),
        "That is how many votes the majority has. Which digit got them?": counts.max(axis=0),
        "That is the answer of the first network alone.": answers[0],
        "Where two digits have as many votes, the smaller one should be chosen.": 9 - counts[::-1].argmax(axis=0),
        "Where votes are equal you follow the first network. The smaller digit is asked for.": first,
        "That is the digit with the fewest votes.": counts.argmin(axis=0),
        "Not yet. Count the votes of one image by hand.": OTHERWISE,
    }


def _seven_networks():
    random = np.random.default_rng(2)
    hard = random.random(200) < 0.2
    return (random.random((7, 200)) < np.where(hard, 0.7, 0.1),)


@exercise(
    "errors.2",
    "If networks err independently, an image is like so many throws of a coin. What is the coin's probability?",
    "The number of networks that miss an image follows a binomial distribution: scipy.stats.binom has it.",
    "Number of images times the binomial probability of k, for k from 0 to the number of networks.",
    cases=(_seven_networks,),
    within=1e-3,
)
def expected_counts(wrong):
    networks, images = wrong.shape
    rate, missed = wrong.mean(), np.arange(networks + 1)
    chance = stats.binom(networks, rate)
    right = images * chance.pmf(missed)
    return {
        RIGHT: right,
        "An image may be missed by none, too: that makes one number more.": right[1:],
        "You count images that a network misses. Count networks that miss an image: which axis?": (
            networks * stats.binom.pmf(np.arange(images + 1), images, rate)
        ),
        "These are shares. How many of the images is that?": right / images,
        "An image is one image, however many networks look at it.": right * networks,
        "Back to front: first come the images that no network misses.": right[::-1],
        "That is what was seen. What is to be expected, if each network errs without regard to the others?": (
            np.bincount(wrong.sum(axis=0), minlength=networks + 1)
        ),
        "That holds for k networks which are named beforehand. How many choices of k networks are there?": (
            images * rate**missed * (1 - rate) ** (networks - missed)
        ),
        "That is when k named networks err, whatever the others do. The others must be right, and any k may err.": (
            images * rate**missed
        ),
        "You add up. Entry k is for exactly k networks: not for k or more, and not for k or fewer.": (
            OneOf(images * chance.cdf(missed), images * chance.sf(missed - 1))
        ),
        "A Poisson distribution has no upper end. No image can be missed by more networks than there are.": (
            images * stats.poisson.pmf(missed, networks * rate)
        ),
        "They should add up to the number of images, and have their mean error.": OTHERWISE,
    }


def _doubts(count):
    random = np.random.default_rng(3)
    doubts = random.permutation(np.linspace(0.001, 0.7, 90))
    return doubts, random.random(90) < 0.15 + 0.5 * doubts, count


@exercise(
    "errors.3",
    "Sort the images by doubt. Which of them are set aside, the first or the last?",
    "np.argsort(-doubts)[:count] are the places of the most doubtful. What is wrongs there?",
    "One minus the mean of wrongs at these places.",
    cases=(lambda: _doubts(25), lambda: _doubts(10)),
    remark="That is the price: so many digits a person reads for nothing.",
)
def needlessly(doubts, wrongs, count):
    order = pd.Series(doubts).nlargest(count).index
    right, number = 1 - wrongs[order].mean(), (~wrongs[order]).sum()
    return {
        RIGHT: right,
        "These are the surest answers. Which ones are set aside?": 1 - wrongs[np.argsort(doubts)[:count]].mean(),
        "That is the share that would have been wrong.": 1 - right,
        "You divide by all images. The question is about those set aside.": number / len(wrongs),
        "You divide by all right answers. The question is about those set aside.": number / (~wrongs).sum(),
        "That is how often the answered digits are right.": 1 - np.delete(wrongs, order).mean(),
        "You take the first images as they come. Sort them by doubt.": 1 - wrongs[:count].mean(),
        "That is what the network believes. Look at what was right.": 1 - doubts[order].mean(),
        "That is a count. What share is it?": number,
        "That is a percentage. Return a share, 0 to 1.": 100 * right,
        f"Not for {count} of {len(wrongs)} images: right ones among those set aside.": OTHERWISE,
    }


def _doubts_with_ties():
    random = np.random.default_rng(4)
    wrongs = random.random(120) < 0.3
    return np.round(np.clip(0.1 + 0.2 * wrongs + 0.15 * random.normal(size=120), 0, 1), 1), wrongs


@exercise(
    "errors.4",
    "Compare each wrong answer with each right one. In how many of these pairs is the wrong one doubted more?",
    "doubts[wrongs][:, np.newaxis] > doubts[~wrongs] holds all pairs at once. What about those that are equal?",
    "The mean over all pairs of (greater + equal / 2).",
    cases=(_doubts_with_ties,),
    remark="Signal detection calls it the area under the ROC curve. It says nothing of calibration.",
)
def order_of_doubt(doubts, wrongs):
    of_wrong, of_right = doubts[wrongs], doubts[~wrongs]
    difference, right = of_wrong[:, np.newaxis] - of_right, roc_auc_score(wrongs, doubts)
    pairs = len(doubts) ** 2
    correlations = np.corrcoef(doubts, wrongs)[0, 1], stats.spearmanr(doubts, wrongs)[0]
    return {
        RIGHT: right,
        "Some pairs have equal doubts. They should count half.": (difference > 0).mean(),
        "Pairs of equal doubts count half, and not in full.": (difference >= 0).mean(),
        "The other way round: 1 should mean that every error is doubted more.": 1 - right,
        "How much more a wrong answer is doubted does not matter here, only whether it is.": (
            OneOf(difference.mean(), difference.mean() / 2)
        ),
        "You divide by all pairs of images. Only pairs of a wrong and a right answer say anything.": (
            OneOf(*(right * difference.size / total for total in (pairs, pairs - len(doubts), pairs / 2)))
        ),
        "That asks at one threshold how often doubt is justified. Compare wrong with right answers, pair by pair.": (
            ((doubts > 0.5) == wrongs).mean()
        ),
        "That is a correlation, from -1 to 1. Asked for is a probability.": OneOf(*correlations),
        "You compare with the middle of the right answers. Compare with each of them.": (
            OneOf(*((of_wrong > middle).mean() for middle in (np.median(of_right), of_right.mean())))
        ),
        "Take three images by hand: one wrong, two right. How many pairs are there?": OTHERWISE,
    }


def _sharpened(sharpness):
    """Scores of a network that is so many times too sure, and labels."""
    random = np.random.default_rng(5)
    scores = 2 * random.standard_t(4, size=(400, 10))
    labels = np.array([random.choice(DIGITS, p=row) for row in special.softmax(scores, axis=1)])
    return sharpness * scores, labels


def _softmax(scores, temperature):
    return special.softmax(scores / temperature, axis=1)


def _squares(temperature, scores, labels):
    return ((_softmax(scores, temperature) - np.eye(10)[labels]) ** 2).sum(axis=1).mean()


def _overconfidence(temperature, scores, labels):
    return _softmax(scores, temperature).max(axis=1).mean() - (scores.argmax(axis=1) == labels).mean()


def _lowest(loss, scores, labels):
    return optimize.minimize_scalar(loss, bounds=(0.05, 20), args=(scores, labels), method="bounded").x


@exercise(
    "errors.5",
    "A good temperature makes the labels as probable as possible. Which loss measures that?",
    "Write the mean cross-entropy of softmax(scores / t) as a function of t, and look where it is smallest.",
    "scipy.special.log_softmax(scores / t, axis=1) gives log probabilities; scipy.optimize.minimize_scalar finds t.",
    cases=(lambda: _sharpened(2.5), lambda: _sharpened(0.5)),
    within=0,
    relative=0.02,
    remark="One number, and no answer changes: argmax does not mind the temperature.",
)
def temperature(scores, labels):
    right = _lowest(lambda t, *given: log_loss(labels, _softmax(scores, t), labels=DIGITS), scores, labels)
    of_squares = _lowest(_squares, scores, labels)
    balanced = optimize.brentq(_overconfidence, 0.05, 20, args=(scores, labels))
    return {
        RIGHT: right,
        "A temperature should be above 0, or the order of the scores is turned round.": When(lambda t: t <= 0, -right),
        "You multiply the scores by it. They should be divided.": 1 / right,
        "That leaves all as it is. The answers do not change with the temperature, but their probabilities do.": (
            Near(1, 0)
        ),
        "This network is not sure enough. Do you also look at temperatures below 1?": (
            When(lambda t: t >= 1 and right < 1, max(right, 1.01))
        ),
        "That is the logarithm of the temperature.": np.log(right),
        "You make squared distances small. Use the loss that the network was trained with.": (
            Near(of_squares, 0.002 * of_squares)
        ),
        "You make mean confidence equal to accuracy. Asked for is the lowest cross-entropy.": (
            Near(balanced, 0.002 * balanced)
        ),
        "The spread of the scores alone does not say how often they are right.": scores.std(),
        "There is a temperature at which the mean cross-entropy of these labels is lower.": OTHERWISE,
    }
