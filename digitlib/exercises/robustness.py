"""Exercises of the chapter on robustness."""

import math

import numpy as np
from scipy.stats import chisquare, mannwhitneyu

from digitlib.exercises import exercise
from digitlib.exercises.answers import array, call, close, number, wrong_if

FULL = 255
SIDE = 28
SQUARE = 8  # pixels a side, hidden


@exercise(
    "robustness.1",
    "Take two images by hand: a pixel with 10 that becomes 30, and one with 30 that becomes 10. What should come out?",
    "Stored images are of the type uint8, which knows no negative numbers: look at np.uint8(10) - np.uint8(30).",
    "Turn the images into floats, subtract, take absolute values, and divide their mean by 255.",
)
def mean_change(answer):
    random = np.random.default_rng(1)
    images, corrupted = random.integers(0, FULL + 1, size=(2, 6, SIDE, SIDE), dtype=np.uint8)
    result = array(call(answer, images, corrupted, what="mean_change"), "what mean_change returns")
    difference = corrupted.astype(float) - images
    wrong_if(
        result.size == len(images) and close(np.ravel(result), np.abs(difference).mean(axis=(1, 2)) / FULL),
        "That is a number for each image. Asked for is one number, over all pixels of all images.",
    )
    change = number(result, "what mean_change returns")
    wrapped = [np.abs(pair).mean() / FULL for pair in (corrupted - images, images - corrupted)]
    wrong_if(
        min(abs(change - wrong) for wrong in wrapped) < 1e-9,
        "A uint8 cannot be negative: 10 - 30 gives 236. What must happen to the images before they are subtracted?",
    )
    wrong_if(
        close(abs(change), abs(difference.mean()) / FULL),
        "Pixels that got darker cancel those that got lighter. A change is a change, whichever way it goes.",
    )
    wrong_if(close(change, np.abs(difference).mean()), "Count in units of full ink, so that 1 is the largest change.")
    wrong_if(
        close(change, math.sqrt((difference**2).mean()) / FULL),
        "That is the root of the mean square, in which large changes count more. Take the mean of absolute changes.",
    )
    wrong_if(
        not close(change, np.abs(difference).mean() / FULL), "It should be 0 for no change, and 1 for white to black."
    )
    return "Does a larger change mean a larger loss? Sort by the one, and look at the other."


@exercise(
    "robustness.2",
    "The test looks at ranks alone. Which ranks has one side, if all of its runs lie above all of the other's?",
    "If nothing differs, every choice of m out of m + n ranks is equally probable. How many choices are there?",
    "Two of these choices are as extreme as can be: all at the top, and all at the bottom. math.comb counts choices.",
)
def smallest_p(answer):
    for few, many in ((5, 10), (2, 3), (4, 4), (10, 3)):
        p_value = number(call(answer, few, many, what="smallest_p"), "what smallest_p returns")
        choices = math.comb(few + many, few)
        wrong_if(
            close(p_value, 1 / choices, within=1e-12),
            "That is one-sided. Beforehand nobody knew whether the change would help or hurt.",
        )
        wrong_if(
            close(p_value, 2 / math.factorial(few + many), within=1e-12)
            or close(p_value, 1 / math.factorial(few + many), within=1e-12),
            "You count every order of all runs. Within a side the order does not matter: only who has which ranks.",
        )
        wrong_if(
            any(
                close(p_value, share * 0.5**runs, within=1e-12) for share in (1, 2) for runs in (few, many, few + many)
            ),
            "That is the chance that so many coins fall alike, as in a test of pairs. Here no run has a partner.",
        )
        wrong_if(
            close(p_value, 2 / (few * many), within=1e-12) or close(p_value, 1 / (few * many), within=1e-12),
            "m times n counts the pairs of runs. Count the ways to deal the ranks to the two sides instead.",
        )
        expected = mannwhitneyu(np.arange(few), few + np.arange(many), method="exact").pvalue
        wrong_if(
            not close(p_value, expected, within=1e-12),
            f"Not for {few} runs against {many}. In how many ways can you choose {few} of {few + many} ranks?",
        )


@exercise(
    "robustness.3",
    "An error is 1 minus an accuracy. First find each network's mean error under each corruption.",
    "The two networks may have different numbers of seeds, so average over the seeds first: axis 0.",
    "Divide the errors corruption by corruption, and only then take the mean over the corruptions.",
)
def mean_corruption_error(answer):
    random = np.random.default_rng(3)
    accuracies, baseline = random.uniform(0.2, 0.9, size=(5, 15)), random.uniform(0.2, 0.9, size=(10, 15))
    result = number(
        call(answer, accuracies, baseline, what="mean_corruption_error"), "what mean_corruption_error returns"
    )
    errors, baseline_errors = 1 - accuracies.mean(axis=0), 1 - baseline.mean(axis=0)
    expected = (errors / baseline_errors).mean()
    wrong_if(
        close(result, (accuracies.mean(axis=0) / baseline.mean(axis=0)).mean()),
        "These are ratios of accuracies. Turn them into errors first.",
    )
    wrong_if(
        close(result, (baseline_errors / errors).mean()),
        "Upside down: twice the errors of the baseline should give 2.",
    )
    wrong_if(
        close(result, errors.mean() / baseline_errors.mean()),
        "You divide two means, so the corruptions that do much harm decide alone. Let each count the same.",
    )
    wrong_if(
        close(result, (errors - baseline_errors).mean()), "That is a difference. Divide by the errors of the baseline."
    )
    wrong_if(close(result, 100 * expected), "As a plain ratio, please: 1 where both make the same errors.")
    wrong_if(close(result, (errors / baseline_errors).sum()), "Take the mean over the corruptions, not the sum.")
    wrong_if(
        not close(result, expected), "Mean over seeds, 1 minus that, ratio for each corruption, mean of the ratios."
    )


@exercise(
    "robustness.4",
    "What is the paper's value in a single image? Most of its pixels are paper.",
    "np.median(images, axis=(1, 2), keepdims=True) is a value for each image. Leave uint8 before you subtract.",
    "Subtract, cut off below 0, divide by the largest value left, multiply by 255, round. If all is 0, divide by 1.",
)
def remove_paper(answer):
    random = np.random.default_rng(4)
    images = np.full((4, SIDE, SIDE), 20, np.uint8) + random.integers(0, 9, size=(4, SIDE, SIDE), dtype=np.uint8)
    images += np.array([0, 40, 90, 150], np.uint8).reshape(4, 1, 1)  # each sheet is of another grey
    images[:, 6:20, 10:14] += random.integers(30, 60, size=(4, 14, 4), dtype=np.uint8)
    result = array(call(answer, images, what="remove_paper"), "what remove_paper returns", shape=images.shape)
    wrong_if(
        result.dtype != np.uint8, f"The images should be stored ones again, of the type uint8, not {result.dtype}."
    )
    above = images - np.median(images, axis=(1, 2), keepdims=True)
    wrong_if(
        close(result, _stretched(np.uint8(above % 256)), within=1) or close(result, above % 256, within=1),
        "Grain that is lighter than the paper became ink: below 0, a uint8 starts again from 255.",
    )
    wrong_if(
        close(result, np.clip(above, 0, FULL), within=1), "The paper is gone, but the ink is pale: stretch it to 255."
    )
    wrong_if(
        close(result, _stretched(np.clip(images - np.median(images), 0, FULL)), within=1),
        "You took one paper for the whole batch. Every photo has a light of its own.",
    )
    wrong_if(
        close(result, _stretched(np.clip(images - images.mean(axis=(1, 2), keepdims=True), 0, FULL)), within=1),
        "Ink counts in the mean, so the mean lies above the paper. Which other value hardly minds the ink?",
    )
    wrong_if(
        close(result, _stretched(images - images.min(axis=(1, 2), keepdims=True).astype(float)), within=1),
        "You subtract the lightest grain, so most of the paper stays grey. Which value is in the middle of the paper?",
    )
    wrong_if(
        close(result, np.clip(above, 0, None) / np.clip(above, 0, None).max() * FULL, within=1),
        "You stretch all images alike. The most ink of each image should become 255.",
    )
    wrong_if(
        not close(result, _stretched(np.clip(above, 0, FULL)), within=1),
        "For each image: subtract its median, cut off below 0, stretch so that the most ink is 255, round.",
    )
    blank = array(call(answer, np.full((1, SIDE, SIDE), 90, np.uint8), what="remove_paper"), "an empty sheet")
    wrong_if(not close(blank, 0), "An empty sheet should become an empty image. By what do you divide there?")


@exercise(
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


def _stretched(images):
    return images / np.maximum(images.max(axis=(1, 2), keepdims=True), 1) * FULL
