"""Exercises of the chapter on robustness."""

import math

import numpy as np
from scipy.stats import chisquare, mannwhitneyu

from digitlib.exercises import judged
from digitlib.exercises.answers import array, call, close, wrong_if
from digitlib.exercises.declarations import OTHERWISE, RIGHT, OneOf, When, exercise

FULL = 255
SIDE = 28
SQUARE = 8  # pixels a side, hidden


def _corrupted():
    random = np.random.default_rng(1)
    return tuple(random.integers(0, FULL + 1, size=(2, 6, SIDE, SIDE), dtype=np.uint8))


@exercise(
    "robustness.1",
    "Take two images by hand: a pixel with 10 that becomes 30, and one with 30 that becomes 10. What should come out?",
    "Stored images are of the type uint8, which knows no negative numbers: look at np.uint8(10) - np.uint8(30).",
    "Turn the images into floats, subtract, take absolute values, and divide their mean by 255.",
    cases=(_corrupted,),
    remark="Does a larger change mean a larger loss? Sort by the one, and look at the other.",
)
def mean_change(images, corrupted):
    difference = corrupted.astype(float) - images
    mean = np.abs(difference).mean()
    wrapped = [np.abs(pair).mean() / FULL for pair in (corrupted - images, images - corrupted)]
    return {
        RIGHT: mean / FULL,
        "That is a number for each image. Asked for is one number, over all pixels of all images.": np.zeros(6),
        "A uint8 cannot be negative: 10 - 30 gives 236. What must happen to the images before they are subtracted?": (
            OneOf(*wrapped)
        ),
        "Pixels that got darker cancel those that got lighter. A change is a change, whichever way it goes.": (
            OneOf(difference.mean() / FULL, -difference.mean() / FULL)
        ),
        "Count in units of full ink, so that 1 is the largest change.": mean,
        "That is the root of the mean square, in which large changes count more. Take the mean of absolute changes.": (
            math.sqrt((difference**2).mean()) / FULL
        ),
        "It should be 0 for no change, and 1 for white to black.": OTHERWISE,
    }


@exercise(
    "robustness.2",
    "The test looks at ranks alone. Which ranks has one side, if all of its runs lie above all of the other's?",
    "If nothing differs, every choice of m out of m + n ranks is equally probable. How many choices are there?",
    "Two of these choices are as extreme as can be: all at the top, and all at the bottom. math.comb counts choices.",
    cases=((5, 10), (2, 3), (4, 4), (10, 3)),
    within=1e-12,
)
def smallest_p(few, many):
    choices, orders = math.comb(few + many, few), math.factorial(few + many)
    coins = [share * 0.5**runs for share in (1, 2) for runs in (few, many, few + many)]
    return {
        RIGHT: mannwhitneyu(np.arange(few), few + np.arange(many), method="exact").pvalue,
        "That is one-sided. Beforehand nobody knew whether the change would help or hurt.": 1 / choices,
        "You count every order of all runs. Within a side the order does not matter: only who has which ranks.": (
            OneOf(2 / orders, 1 / orders)
        ),
        "That is the chance that so many coins fall alike, as in a test of pairs. Here no run has a partner.": (
            OneOf(*coins)
        ),
        "m times n counts the pairs of runs. Count the ways to deal the ranks to the two sides instead.": (
            OneOf(2 / (few * many), 1 / (few * many))
        ),
        f"Not for {few} runs against {many}. In how many ways can you choose {few} of {few + many} ranks?": OTHERWISE,
    }


def _accuracies():
    random = np.random.default_rng(3)
    return random.uniform(0.2, 0.9, size=(5, 15)), random.uniform(0.2, 0.9, size=(10, 15))


@exercise(
    "robustness.3",
    "An error is 1 minus an accuracy. First find each network's mean error under each corruption.",
    "The two networks may have different numbers of seeds, so average over the seeds first: axis 0.",
    "Divide the errors corruption by corruption, and only then take the mean over the corruptions.",
    cases=(_accuracies,),
)
def mean_corruption_error(accuracies, baseline):
    right, of_baseline = accuracies.mean(axis=0), baseline.mean(axis=0)
    errors, baseline_errors = 1 - right, 1 - of_baseline
    ratios = errors / baseline_errors
    return {
        RIGHT: ratios.mean(),
        "These are ratios of accuracies. Turn them into errors first.": (right / of_baseline).mean(),
        "Upside down: twice the errors of the baseline should give 2.": (baseline_errors / errors).mean(),
        "You divide two means, so the corruptions that do much harm decide alone. Let each count the same.": (
            errors.mean() / baseline_errors.mean()
        ),
        "That is a difference. Divide by the errors of the baseline.": (errors - baseline_errors).mean(),
        "As a plain ratio, please: 1 where both make the same errors.": 100 * ratios.mean(),
        "Take the mean over the corruptions, not the sum.": ratios.sum(),
        "Mean over seeds, 1 minus that, ratio for each corruption, mean of the ratios.": OTHERWISE,
    }


def _photos():
    """Images on sheets of which each is of another grey."""
    random = np.random.default_rng(4)
    images = np.full((4, SIDE, SIDE), 20, np.uint8) + random.integers(0, 9, size=(4, SIDE, SIDE), dtype=np.uint8)
    images += np.array([0, 40, 90, 150], np.uint8).reshape(4, 1, 1)
    images[:, 6:20, 10:14] += random.integers(30, 60, size=(4, 14, 4), dtype=np.uint8)
    return (images,)


def _stretched(images):
    return images / np.maximum(images.max(axis=(1, 2), keepdims=True), 1) * FULL


@exercise(
    "robustness.4",
    "What is the paper's value in a single image? Most of its pixels are paper.",
    "np.median(images, axis=(1, 2), keepdims=True) is a value for each image. Leave uint8 before you subtract.",
    "Subtract, cut off below 0, divide by the largest value left, multiply by 255, round. If all is 0, divide by 1.",
    cases=(_photos, (np.full((1, SIDE, SIDE), 90, np.uint8),)),
    within=1,
)
def remove_paper(images):
    def without(paper):
        return _stretched(np.clip(images - paper, 0, FULL))

    paper, mean, least = (of(images, axis=(1, 2), keepdims=True) for of in (np.median, np.mean, np.min))
    above, wrapped, right = np.clip(images - paper, 0, None), (images - paper) % 256, without(paper)
    last = "For each image: subtract its median, cut off below 0, stretch so that the most ink is 255, round."
    if not np.ptp(images):
        last = "An empty sheet should become an empty image. By what do you divide there?"
    return {
        RIGHT: right,
        "The images should be stored ones again, of the type uint8, not {answer.dtype}.": (
            When(lambda result: result.dtype != np.uint8, right / FULL)
        ),
        "Grain that is lighter than the paper became ink: below 0, a uint8 starts again from 255.": (
            OneOf(np.uint8(_stretched(np.uint8(wrapped))), np.uint8(wrapped))
        ),
        "The paper is gone, but the ink is pale: stretch it to 255.": np.uint8(above),
        "You took one paper for the whole batch. Every photo has a light of its own.": (
            np.uint8(without(np.median(images)))
        ),
        "Ink counts in the mean, so the mean lies above the paper. Which other value hardly minds the ink?": (
            np.uint8(without(mean))
        ),
        "You subtract the lightest grain, so most of the paper stays grey. Which value is in the middle of the "
        "paper?": np.uint8(without(least)),
        "You stretch all images alike. The most ink of each image should become 255.": (
            np.uint8(above / max(above.max(), 1) * FULL)
        ),
        last: OTHERWISE,
    }


@judged(
    "robustness.5",
    "np.random.default_rng(seed) gives the same draws for the same seed. At how many places can the square begin?",
    "From row 0 to row 20: integers(0, 21), once for the rows and once for the columns, as many as there are images.",
    "Copy the images. Then, for each, set image[top : top + 8, left : left + 8] to 0.",
)
def hide_square(answer):
    images = np.random.default_rng(5).integers(1, FULL + 1, size=(3_000, SIDE, SIDE), dtype=np.uint8)
    result, again, other = (
        array(call(answer, images, seed, what="hide_square"), "what hide_square returns", shape=images.shape)
        for seed in (1, 1, 2)
    )
    wrong_if(result.dtype != np.uint8, f"The images should stay stored ones, of the type uint8, not {result.dtype}.")
    wrong_if(not close(result, again), "The same seed gives other squares. From which generator do you draw?")
    wrong_if(close(result, other), "Another seed gives the same squares. Where does your function use it?")
    hidden = result != images
    wrong_if(result[hidden].any(), "What is hidden should become paper, which is 0.")
    wrong_if(
        (hidden.sum(axis=(1, 2)) < SQUARE**2).any(), "Some squares are cut off at the margin. Which is the last place?"
    )
    tops, lefts = (hidden.any(axis=axis).argmax(axis=1) for axis in (2, 1))
    wrong_if(
        (hidden.sum(axis=(1, 2)) > SQUARE**2).any() or not _square(hidden, tops, lefts).all(),
        f"In each image a square of {SQUARE}x{SQUARE} pixels should be hidden, and nothing else.",
    )
    places = SIDE - SQUARE + 1
    wrong_if(len({*zip(tops, lefts, strict=True)}) == 1, "All images have it in one place. Draw a place for each.")
    wrong_if(
        (tops == lefts).all(), "All squares lie on the diagonal: row and column are one draw. They should be two draws."
    )
    wrong_if(
        max(tops.max(), lefts.max()) < places - 1,
        "No square reaches the last row or column. integers(low, high) never draws high.",
    )
    seen = [np.bincount(starts, minlength=places) for starts in (tops, lefts)]
    wrong_if(
        min(chisquare(counts).pvalue for counts in seen) < 1e-6,
        "Some places are more frequent than others. What happens near the margin?",
    )


def _square(hidden, tops, lefts):
    """Whether the hidden pixels of each image lie in the square that begins there."""
    ends = (hidden[:, ::-1, ::-1].any(axis=axis).argmax(axis=1) for axis in (2, 1))
    return np.all([start + end == SIDE - SQUARE for start, end in zip((tops, lefts), ends, strict=True)], axis=0)
