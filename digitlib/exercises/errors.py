"""Exercises of the chapter on errors and doubt."""

import numpy as np
import pandas as pd
from scipy import optimize, special, stats
from sklearn.metrics import log_loss, roc_auc_score

from digitlib.exercises import exercise
from digitlib.exercises.answers import array, call, close, number, wrong_if

DIGITS = np.arange(10)


@exercise(
    "errors.1",
    "Take one image: a column of answers. How many networks say 0, how many say 1, and so on?",
    "(answers == digit).sum(axis=0) counts the votes for a digit, for all images at once.",
    "Stack these counts for the ten digits, and let argmax over the digits choose. It takes the first of equals.",
)
def majority(answer):
    answers = np.random.default_rng(1).choice([1, 2, 7, 8], size=(6, 60))
    result = array(call(answer, answers, what="majority"), "what majority returns")
    wrong_if(
        result.shape == (6,),
        "That is an answer for each network. The vote is among networks, for each image: which axis?",
    )
    result = array(result, "what majority returns", shape=(60,))
    counts = np.stack([(answers == digit).sum(axis=0) for digit in DIGITS])
    wrong_if(
        close(result, np.rint(answers.mean(axis=0))) or close(result, answers.mean(axis=0)),
        "Digits are names. Between a 1 and a 7 there is no mean.",
    )
    wrong_if(
        close(result, np.median(answers, axis=0)) or close(result, np.sort(answers, axis=0)[3]),
        "The median sorts digits as if they were sizes. Count votes instead.",
    )
    wrong_if(close(result, counts.max(axis=0)), "That is how many votes the majority has. Which digit got them?")
    wrong_if(close(result, answers[0]), "That is the answer of the first network alone.")
    wrong_if(
        close(result, 9 - counts[::-1].argmax(axis=0)),
        "Where two digits have as many votes, the smaller one should be chosen.",
    )
    first = [column[np.argmax([(column == vote).sum() for vote in column])] for column in answers.T]
    wrong_if(
        close(result, first), "Where votes are equal you follow the first network. The smaller digit is asked for."
    )
    wrong_if(close(result, counts.argmin(axis=0)), "That is the digit with the fewest votes.")
    wrong_if(not close(result, stats.mode(answers, axis=0).mode), "Not yet. Count the votes of one image by hand.")


@exercise(
    "errors.2",
    "If networks err independently, an image is like so many throws of a coin. What is the coin's probability?",
    "The number of networks that miss an image follows a binomial distribution: scipy.stats.binom has it.",
    "Number of images times the binomial probability of k, for k from 0 to the number of networks.",
)
def expected_counts(answer):
    random = np.random.default_rng(2)
    hard = random.random(200) < 0.2
    wrong = random.random((7, 200)) < np.where(hard, 0.7, 0.1)
    networks, images = wrong.shape
    result = array(call(answer, wrong, what="expected_counts"), "what expected_counts returns")
    wrong_if(result.shape == (networks,), "An image may be missed by none, too: that makes one number more.")
    wrong_if(
        result.shape == (images + 1,),
        "You count images that a network misses. Count networks that miss an image: which axis?",
    )
    result = array(result, "what expected_counts returns", shape=(networks + 1,))
    rate, missed = wrong.mean(), np.arange(networks + 1)
    expected = images * stats.binom.pmf(missed, networks, rate)
    wrong_if(close(result, expected / images), "These are shares. How many of the images is that?")
    wrong_if(close(result, expected * networks), "An image is one image, however many networks look at it.")
    wrong_if(close(result, expected[::-1]), "Back to front: first come the images that no network misses.")
    wrong_if(
        close(result, np.bincount(wrong.sum(axis=0), minlength=networks + 1)),
        "That is what was seen. What is to be expected, if each network errs without regard to the others?",
    )
    wrong_if(
        close(result, images * rate**missed * (1 - rate) ** (networks - missed)),
        "That holds for k networks which are named beforehand. How many choices of k networks are there?",
    )
    wrong_if(
        close(result, images * rate**missed),
        "That is when k named networks err, whatever the others do. The others must be right, and any k may err.",
    )
    wrong_if(
        close(result, images * stats.binom.cdf(missed, networks, rate))
        or close(result, images * stats.binom.sf(missed - 1, networks, rate)),
        "You add up. Entry k is for exactly k networks: not for k or more, and not for k or fewer.",
    )
    wrong_if(
        close(result, images * stats.poisson.pmf(missed, networks * rate)),
        "A Poisson distribution has no upper end. No image can be missed by more networks than there are.",
    )
    wrong_if(
        not close(result, expected, within=1e-3),
        "They should add up to the number of images, and have their mean error.",
    )


@exercise(
    "errors.3",
    "Sort the images by doubt. Which of them are set aside, the first or the last?",
    "np.argsort(-doubts)[:count] are the places of the most doubtful. What is wrongs there?",
    "One minus the mean of wrongs at these places.",
)
def needlessly(answer):
    random = np.random.default_rng(3)
    doubts = random.permutation(np.linspace(0.001, 0.7, 90))
    wrongs = random.random(90) < 0.15 + 0.5 * doubts
    for count in (25, 10):
        share = number(call(answer, doubts, wrongs, count, what="needlessly"), "what needlessly returns")
        order = pd.Series(doubts).nlargest(count).index
        expected = 1 - wrongs[order].mean()
        right = (~wrongs[order]).sum()
        mistakes = {
            1 - wrongs[np.argsort(doubts)[:count]].mean(): "These are the surest answers. Which ones are set aside?",
            wrongs[order].mean(): "That is the share that would have been wrong.",
            right / len(wrongs): "You divide by all images. The question is about those set aside.",
            right / (~wrongs).sum(): "You divide by all right answers. The question is about those set aside.",
            1 - np.delete(wrongs, order).mean(): "That is how often the answered digits are right.",
            1 - wrongs[:count].mean(): "You take the first images as they come. Sort them by doubt.",
            1 - doubts[order].mean(): "That is what the network believes. Look at what was right.",
            float(right): "That is a count. What share is it?",
            100 * expected: "That is a percentage. Return a share, 0 to 1.",
        }
        for mistake, message in mistakes.items():
            wrong_if(close(share, mistake) and not close(share, expected), message)
        wrong_if(
            not close(share, expected), f"Not for {count} of {len(wrongs)} images: right ones among those set aside."
        )
    return "That is the price: so many digits a person reads for nothing."


@exercise(
    "errors.4",
    "Compare each wrong answer with each right one. In how many of these pairs is the wrong one doubted more?",
    "doubts[wrongs][:, np.newaxis] > doubts[~wrongs] holds all pairs at once. What about those that are equal?",
    "The mean over all pairs of (greater + equal / 2).",
)
def order_of_doubt(answer):
    random = np.random.default_rng(4)
    wrongs = random.random(120) < 0.3
    doubts = np.round(np.clip(0.1 + 0.2 * wrongs + 0.15 * random.normal(size=120), 0, 1), 1)
    probability = number(call(answer, doubts, wrongs, what="order_of_doubt"), "what order_of_doubt returns")
    difference = doubts[wrongs][:, np.newaxis] - doubts[~wrongs]
    expected = roc_auc_score(wrongs, doubts)
    wrong_if(close(probability, (difference > 0).mean()), "Some pairs have equal doubts. They should count half.")
    wrong_if(close(probability, (difference >= 0).mean()), "Pairs of equal doubts count half, and not in full.")
    wrong_if(close(probability, 1 - expected), "The other way round: 1 should mean that every error is doubted more.")
    wrong_if(
        close(probability, difference.mean()) or close(probability, (difference / 2).mean()),
        "How much more a wrong answer is doubted does not matter here, only whether it is.",
    )
    pairs = len(doubts) ** 2
    wrong_if(
        any(
            close(probability, expected * difference.size / total) for total in (pairs, pairs - len(doubts), pairs / 2)
        ),
        "You divide by all pairs of images. Only pairs of a wrong and a right answer say anything.",
    )
    wrong_if(
        close(probability, ((doubts > 0.5) == wrongs).mean()),
        "That asks at one threshold how often doubt is justified. Compare wrong with right answers, pair by pair.",
    )
    wrong_if(
        close(probability, np.corrcoef(doubts, wrongs)[0, 1]) or close(probability, stats.spearmanr(doubts, wrongs)[0]),
        "That is a correlation, from -1 to 1. Asked for is a probability.",
    )
    wrong_if(
        close(probability, (doubts[wrongs] > np.median(doubts[~wrongs])).mean())
        or close(probability, (doubts[wrongs] > doubts[~wrongs].mean()).mean()),
        "You compare with the middle of the right answers. Compare with each of them.",
    )
    wrong_if(
        not close(probability, expected), "Take three images by hand: one wrong, two right. How many pairs are there?"
    )
    return "Signal detection calls it the area under the ROC curve. It says nothing of calibration."


@exercise(
    "errors.5",
    "A good temperature makes the labels as probable as possible. Which loss measures that?",
    "Write the mean cross-entropy of softmax(scores / t) as a function of t, and look where it is smallest.",
    "scipy.special.log_softmax(scores / t, axis=1) gives log probabilities; scipy.optimize.minimize_scalar finds t.",
)
def temperature(answer):
    for sharpness in (2.5, 0.5):
        scores, labels = _sharpened(sharpness)
        found = number(call(answer, scores, labels, what="temperature"), "what temperature returns")
        expected = _lowest(
            lambda t, scores, labels: log_loss(labels, _softmax(scores, t), labels=DIGITS), scores, labels
        )
        wrong_if(found <= 0, "A temperature should be above 0, or the order of the scores is turned round.")
        wrong_if(_near(found, 1 / expected), "You multiply the scores by it. They should be divided.")
        wrong_if(
            found == 1,
            "That leaves all as it is. The answers do not change with the temperature, but their probabilities do.",
        )
        wrong_if(
            found >= 1 and expected < 1, "This network is not sure enough. Do you also look at temperatures below 1?"
        )
        wrong_if(_near(found, np.log(expected)), "That is the logarithm of the temperature.")
        wrong_if(
            _near(found, _lowest(_squares, scores, labels), within=0.002) and not _near(found, expected),
            "You make squared distances small. Use the loss that the network was trained with.",
        )
        wrong_if(
            _near(found, optimize.brentq(_overconfidence, 0.05, 20, args=(scores, labels)), within=0.002)
            and not _near(found, expected),
            "You make mean confidence equal to accuracy. Asked for is the lowest cross-entropy.",
        )
        wrong_if(_near(found, scores.std()), "The spread of the scores alone does not say how often they are right.")
        wrong_if(
            not _near(found, expected),
            "There is a temperature at which the mean cross-entropy of these labels is lower.",
        )
    return "One number, and no answer changes: argmax does not mind the temperature."


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


def _near(found, expected, within=0.02):
    return abs(found / expected - 1) < within
