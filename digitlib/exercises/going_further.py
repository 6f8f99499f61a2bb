"""Exercises of the chapter on variations of the network."""

import numpy as np
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar

from digitlib.data import move
from digitlib.exercises import judged
from digitlib.exercises.answers import array, call, close, wrong_if, wrong_unless_for_digits
from digitlib.exercises.declarations import OTHERWISE, RIGHT, Near, OneOf, exercise

LARGEST = 121_930 // 2  # parameters of a reader's own variation


@judged(
    "going_further.1",
    "random.random(values.shape) gives a number from 0 to 1 for each value. Which of them are to be dropped?",
    "If three in ten are dropped, the others have to make up for it: by what factor?",
    "Keep the values where the random number is at least `share`, and divide them by 1 - share.",
)
def dropout(answer):
    values, share = np.random.default_rng(1).uniform(1, 2, size=(300, 40)), 0.3

    def result_of(share):
        made = call(answer, values, share, np.random.default_rng(2), what="dropout")
        return array(made, "what dropout returns", shape=values.shape)

    result = result_of(share)
    dropped = result == 0
    factors = result[~dropped] / values[~dropped]
    wrong_if(not dropped.any(), "Nothing is dropped.")
    wrong_if(
        (dropped == dropped[0]).all() or (dropped == dropped[:, :1]).all(),
        "Whole rows or columns are dropped. Each number should be drawn for on its own.",
    )
    wrong_if(abs(dropped.mean() - (1 - share)) < 0.03, "This keeps the share that should be dropped.")
    wrong_if(abs(dropped.mean() - share) > 0.03, "It drops another share than it was told.")
    wrong_if(close(factors, 1), "With so many zeros the mean has fallen. Make the others larger.")
    wrong_if(close(factors, 1 - share), "The mean has fallen twice. Should the others not be made larger?")
    wrong_if(
        close(factors, 1 / share), "Divide by the share that is kept. If little is dropped, little has to be made up."
    )
    wrong_if(close(factors, 1 + share), "This does not quite make up for it: try dropping one half.")
    wrong_if(
        close(result.mean(), values.mean(), within=1e-9),
        "This keeps the mean of each draw. On average over draws is enough: a factor that depends on `share` alone.",
    )
    wrong_if(
        not close(factors, 1 / (1 - share)), "What is kept should be larger by one factor, so that the mean stays."
    )
    wrong_if(not close(result_of(0.0), values), "If the share is 0, nothing should change.")


@judged(
    "going_further.2",
    "random.integers(-most, most, endpoint=True) is a whole number from -most to most, both included.",
    "Draw two such numbers for each image: random.integers(..., size=(len(images), 2), endpoint=True).",
    "data.move takes several images. Give it one at a time, image[np.newaxis], and put the results together.",
)
def move_at_random(answer):
    random, most = np.random.default_rng(3), 2
    images = random.integers(1, 256, size=(500, 6, 7)).astype(np.uint8)

    def moved():
        made = call(answer, images, most, random, what="move_at_random")
        return array(made, "what move_at_random returns", shape=images.shape)

    result = moved()
    distances = np.array([(down, right) for down in range(-most, most + 1) for right in range(-most, most + 1)])
    copies = [move(images, down=down, right=right) for down, right in distances]
    wrapped = [np.roll(images, (down, right), axis=(1, 2)) for down, right in distances]
    is_copy, is_wrapped = ((np.array(of) == result).all(axis=(2, 3)) for of in (copies, wrapped))
    wrong_if(
        is_wrapped.any(axis=0).all() and not is_copy.any(axis=0).all(),
        "What leaves the frame on one side comes in on the other. It should be paper.",
    )
    wrong_if(
        not is_copy.any(axis=0).all(),
        f"Some images are not what they were, moved by at most {most} pixels. Is each still at its place in the batch?",
    )
    made = is_copy.argmax(axis=0)  # which move each image has made
    down, right = distances[made].T
    wrong_if(np.ptp(down) == np.ptp(right) == 0, "All images move the same way. Draw for each on its own.")
    wrong_if(np.ptp(down) == 0 or np.ptp(right) == 0, "They move along one axis only.")
    wrong_if(
        (down == right).all() or (down == -right).all(), "They move along a diagonal only: draw two numbers for each."
    )
    wrong_if(min(down.min(), right.min()) >= 0, "They only move down and right. Negative numbers go the other way.")
    wrong_if(max(down.max(), right.max()) < most, "None moves by the full distance. Is the upper end included?")
    likely = stats.chisquare(np.bincount(made, minlength=len(distances))).pvalue
    wrong_if(likely < 1e-6, "Some moves come more often than others.")
    wrong_if(close(moved(), result), "A second call makes the same moves. Draw from the generator that you are given.")


def _two_networks(only_first, only_second):
    """Labels and the answers of two networks, wrong on 25 more images, on 15 of them in different ways."""
    labels = np.random.default_rng(4).integers(0, 10, 500)
    first, second = labels.copy(), labels.copy()
    second[:only_first] += 1
    first[only_first : only_first + only_second] += 1
    first[-25:] += 1
    second[-25:] += np.repeat([1, 2], [10, 15])
    return labels, first % 10, second % 10


@exercise(
    "going_further.3",
    "Compare each network's answers with the labels first. Then count: only the first right, only the second right.",
    "These two numbers are heads and tails. The number of tosses is their sum, not the number of images.",
    "binomtest(heads, tosses).pvalue looks to both sides.",
    cases=(lambda: _two_networks(8, 20), lambda: _two_networks(9, 9)),
)
def paired_p_value(labels, first, second):
    one, other = first == labels, second == labels
    heads, tails, disagreements = np.sum(one & ~other), np.sum(other & ~one), np.sum(first != second)
    table, unpaired = [[0, heads], [tails, 0]], [[which.sum(), (~which).sum()] for which in (one, other)]
    right = mcnemar(table, exact=True).pvalue
    tail = stats.binomtest(heads, heads + tails, alternative="less").pvalue
    last = "How many tosses are there, and how many of them are heads?"
    if heads == tails:
        last = "If both numbers are equal, every division is at least as uneven. What is its probability?"
    return {
        RIGHT: right,
        "This looks to one side only. Either network might be ahead.": OneOf(tail, 1 - tail),
        "This is the probability of a division less uneven than the one found.": 1 - right,
        "You count all images on which they disagree. Where both are wrong, it does not matter in which way.": (
            OneOf(*(stats.binomtest(count, disagreements).pvalue for count in (heads, tails)))
        ),
        "You count all images as tosses. Those that both get right, or neither, say nothing about which one is "
        "better.": 0.0,
        "This is an approximation for large numbers. With so few tosses the coin can be counted out exactly.": (
            OneOf(*(mcnemar(table, exact=False, correction=how).pvalue for how in (True, False)))
        ),
        "This treats them as if they had been tested on different images. Use that they were the same.": (
            OneOf(*(stats.chi2_contingency(unpaired, correction=how).pvalue for how in (True, False)))
        ),
        last: OTHERWISE,
    }


def _luck(networks, images, accuracy):
    """Mean of the maximum: a sum of the probabilities that it exceeds each number of right answers."""
    exceeded = 1 - stats.binom.cdf(np.arange(images), images, accuracy) ** networks
    return exceeded.sum() / images - accuracy


@exercise(
    "going_further.4",
    "random.binomial(images, accuracy) is how many images one such network gets right. Its score is a share of images.",
    "Draw a row of scores, one for each network, and take its maximum. Repeat that some ten thousand times.",
    "random.binomial(images, accuracy, size=(20_000, networks)) draws all of it at once: the maximum is along axis 1.",
    cases=((40, 2_000, 0.97), (10, 500, 0.9), (1, 500, 0.9)),
    within=0,
    relative=0.03,
    remark="So much of a record may be luck. Choose on validation images, and test once.",
)
def luck(networks, images, accuracy):
    right = _luck(networks, images, accuracy)
    lowest = -_luck(networks, images, 1 - accuracy)  # of right answers: the highest score of errors
    spread = np.sqrt(accuracy * (1 - accuracy) / images)
    last = "Score all networks, keep the highest score, subtract the accuracy: what is the mean over many repetitions?"
    if networks == 1:
        last = "With a single network there is nothing to choose, and on average no luck."
    return {
        RIGHT: right if networks > 1 else Near(0.0, 1e-3),
        "This is the score that is kept. By how much does it exceed the accuracy?": accuracy + right,
        "The kept score is above the accuracy, so the difference is positive.": -right,
        "This is what the lowest score gives. Which one is kept?": lowest,
        "This is the mean of all scores. The one that is kept is the highest.": Near(0.0, spread / 20),
        "This is how far one score scatters. The highest of several lies further out.": spread,
        "This is a number of images. What share of all is it?": right * images,
        "These are percentage points. Return a share.": 100 * right,
        "This is far too much. Subtract the accuracy, not the lowest score.": right - lowest,
        "Scatter grows with the square root in a sum. What is kept here is no sum.": spread * np.sqrt(networks),
        last: OTHERWISE,
    }


@judged(
    "going_further.5",
    "build_half and build_dropout of this chapter have what you need. Can you join them?",
    "Everything should be made inside the function, or two networks would share their weights.",
    "keras.Sequential([keras.Input(shape=(28, 28, 1)), moves, *some_layers, layers.Dropout(0.2), last_layer])",
)
def build_own(answer):
    import keras

    network, another = (call(answer, what="build_own") for _ in range(2))
    wrong_if(
        not all(isinstance(made, keras.Model) and made.built for made in (network, another)),
        "build_own should return a network of Keras's, with keras.Input as its first layer.",
    )
    wrong_unless_for_digits(network)
    wrong_if(
        bool({id(weight) for weight in network.weights} & {id(weight) for weight in another.weights}),
        "Two calls give networks that share weights: to train the one would change the other.",
    )
    parameters = network.count_params()
    wrong_if(parameters > LARGEST, f"It has {parameters:,} parameters; {LARGEST:,} are allowed.")
    images = np.random.default_rng(5).random((8, 28, 28, 1), dtype=np.float32)
    once, twice = (network(images, training=False).numpy() for _ in range(2))
    wrong_if(not close(once.sum(axis=1), 1, within=1e-4), "Its ten numbers should add up to 1: end with a softmax.")
    wrong_if(not close(once, twice), "It is noisy when it predicts as well: the same image gets different answers.")
    wrong_if(np.ptp(once, axis=0).max() < 1e-6, "It gives every image the same answer.")
    wrong_if(
        close(network(images, training=True).numpy(), network(images, training=True).numpy()),
        "Two passes in training give the same: nothing in it draws at random. Normalization or a penalty is no noise.",
    )
    return f"{parameters:,} parameters. What do you expect of it?"
