"""Exercises of the chapter on drawings that are no digits."""

import numpy as np
from scipy.spatial.distance import cdist
from sklearn.metrics import roc_auc_score

from digitlib.exercises import judged
from digitlib.exercises.answers import call, close, number, wrong_if
from digitlib.exercises.declarations import ANOTHER_SHAPE, OTHERWISE, RIGHT, OneOf, exercise


@exercise(
    "no_digit.1",
    "Take a thousand drawings. How many of them are digits and pass? How many are no digits and pass?",
    "Digits that pass: digits * (1 - refused). Non-digits that pass: what of the rest is not caught.",
    "Divide the digits that pass by all that pass.",
    cases=((0.9, 0.02, 0.7), (0.5, 0.1, 0.8), (0.1, 0.02, 0.7)),
    remark="The same rule looks good or bad, by what people draw.",
)
def digits_among_passed(digits, refused, caught):
    right, wrong = digits * (1 - refused), (1 - digits) * (1 - caught)
    caught_pass = right / (right + (1 - digits) * caught)
    return {
        RIGHT: right / (right + wrong),
        "That is the share of the digits that pass. Asked for: of those that pass.": 1 - refused,
        "That counts among all drawings. How many of them pass at all?": right,
        "The non-digits that pass are those that were not caught.": caught_pass,
        "That is the share of the others: of non-digits among the passed.": wrong / (right + wrong),
        "Right if half of the drawings are digits. How many are drawn matters, too.": (
            (1 - refused) / (2 - refused - caught)
        ),
        f"Not for {digits}, {refused} and {caught}. How many drawings pass, and how many of these are digits?": (
            OTHERWISE
        ),
    }


def _scores_with_ties():
    random = np.random.default_rng(2)
    return random.integers(2, 9, size=30).astype(float), random.integers(0, 7, size=20).astype(float)


@exercise(
    "no_digit.2",
    "Form all pairs of a digit and a non-digit. In how many does the digit score higher?",
    "of_digits[:, np.newaxis] > of_others is a table of all pairs. Its mean is nearly the answer.",
    "What about pairs with equal scores? Tossing a coin for them counts each as a half.",
    cases=(_scores_with_ties,),
)
def auroc_by_pairs(of_digits, of_others):
    right = roc_auc_score(np.repeat([1, 0], [30, 20]), np.r_[of_digits, of_others])
    above, equal = (compare(of_digits[:, np.newaxis], of_others) for compare in (np.greater, np.equal))
    typical = [(of_digits > middle).mean() for middle in (np.median(of_others), of_others.mean())]
    return {
        RIGHT: right,
        "That is the chance that the digit scores lower.": 1 - right,
        "Some pairs have equal scores. They count as a half: neither as lost nor as if they were not there.": (
            OneOf(above.mean(), above.mean() / (1 - equal.mean()))
        ),
        "Pairs with equal scores count as won. A rule that gives all the same would get 1.": (above | equal).mean(),
        "You compare with one typical non-digit. Compare with all of them.": OneOf(*typical),
        "That is the number of pairs. The chance is their share.": above.sum() + equal.sum() / 2,
        "All pairs of a digit and a non-digit: the share that the digit wins, ties as a half.": OTHERWISE,
    }


@judged(
    "no_digit.3",
    "Sort the scores of the digits. If two of a hundred may be refused, between which two does the threshold lie?",
    "Refused is what lies below the threshold, and not what equals it. Which of the sorted scores may it equal?",
    "With n digits, int(refused * n) may lie below it: take np.sort(of_digits)[int(refused * n)].",
)
def threshold(answer):
    random = np.random.default_rng(3)
    for count, refused in ((200, 0.02), (64, 0.25), (90, 0.05)):
        of_digits = random.gamma(2, size=count)
        limit = number(call(answer, of_digits, refused, what="threshold"), "what threshold returns")
        below = (of_digits < limit).mean()
        wrong_if(
            close(below, 1 - refused, within=1.5 / count),
            "That refuses nearly all digits. Digits have high scores: from which end do you count?",
        )
        deviations = {ddof: of_digits.std(ddof=ddof) for ddof in (0, 1)}
        wrong_if(
            any(
                close(limit, of_digits.mean() - times * deviations[ddof])
                for times in (1, 1.96, 2, 3)
                for ddof in (0, 1)
            ),
            "Mean minus some deviations fits a normal distribution, and scores need not have one. Count instead.",
        )
        wrong_if(close(limit, refused), "The share is no score. Which score has that share of the digits below it?")
        wrong_if(
            below > refused + 1e-12,
            f"{below:.3f} of the digits lie below it and would be refused, but only {refused} are allowed.",
        )
        wrong_if(
            below + 1.5 / count < refused,
            f"Only {below:.3f} of the digits would be refused. {refused} are allowed, and more would be caught.",
        )
        wrong_if(
            below + 1 / count <= refused + 1e-12,
            "One digit more may be refused. With n digits, which index has the first score that must not be?",
        )


def _hidden():
    random = np.random.default_rng(4)
    hidden, means = 2 * random.normal(size=(40, 3)), 2 * random.normal(size=(5, 3))
    return hidden, means, np.cov(random.normal(size=(3, 3)) @ random.normal(size=(3, 50)))


@exercise(
    "no_digit.4",
    "With one feature it would be (h - mean) ** 2 / variance. Several features need a matrix: which one?",
    "For one drawing and one mean: difference @ np.linalg.inv(covariance) @ difference. Then the nearest mean.",
    "(differences @ inverse * differences).sum(axis=1) does all drawings at once; np.min over the means.",
    cases=(_hidden,),
)
def nearest_squared(hidden, means, covariance):
    def squared(matrix):
        return cdist(hidden, means, "mahalanobis", VI=matrix) ** 2

    distances, ordinary = squared(np.linalg.inv(covariance)), squared(np.eye(3))
    right = distances.min(axis=1)
    return {
        RIGHT: right,
        "That is the distance. Asked for is its square, as in the formula.": np.sqrt(right),
        "A squared distance is not negative. The minus turns it into a score, later.": -right,
        "That is the ordinary distance. The covariance should measure each direction in units of the scatter.": (
            ordinary.min(axis=1)
        ),
        "Where digits scatter widely, a step should count less. In yours it counts more.": (
            squared(covariance).min(axis=1)
        ),
        "You divide each output by its own spread. What do the other entries of the matrix say?": (
            squared(np.diag(1 / np.diag(covariance))).min(axis=1)
        ),
        "You pick the nearest mean by the ordinary distance. It should be the nearest by this one.": (
            distances[np.arange(len(hidden)), ordinary.argmin(axis=1)]
        ),
        "To the nearest class, not to all of them: a 1 may be far from every 8.": (
            OneOf(distances.mean(axis=1), distances.max(axis=1))
        ),
        "For each drawing: the least of the squared distances to the means.": OTHERWISE,
    }


def _families():
    """Drawings whose sums tell them apart, a rule that is their sum, and a verdict that shows what made it."""
    sizes = {"letters": (1, 3), "figures": (2, 1), "scribbles": (4, 4), "blots": (8, 2)}  # sum and count of each
    drawings = {name: np.full((count, 1), total / count) for name, (total, count) in sizes.items()}
    return drawings, lambda taught: np.sum(taught), lambda rule, judged: 100 * rule + np.sum(judged)


@exercise(
    "no_digit.5",
    "For each family there is a rule of its own. Which families is it taught with?",
    "np.concatenate joins the others: [drawings[other] for other in drawings if other != name].",
    "For each name: rule = teach(the others joined), then judge(rule, drawings[name]).",
    cases=(_families,),
)
def leave_one_out(drawings, teach, judge):
    own = np.array([drawn.sum() for drawn in drawings.values()])
    everything = own.sum()
    others, before = everything - own, np.cumsum(own) - own
    return {
        RIGHT: 100 * others + own,
        "Return a list with a verdict for each family: a mean would hide the one that slips through.": everything,
        "There are 4 families, so 4 verdicts, in their order.": ANOTHER_SHAPE,
        "Each rule was taught with the family by which it is judged. It has seen the answers.": 100 * everything + own,
        "The other way round: teach with all families but one, and judge by that one.": 100 * own + others,
        "You judge each rule by the very drawings that it was taught with.": 101 * others,
        "You teach with one family, and judge by the same.": 101 * own,
        "Each rule is taught with the families before its own. Those after it belong to the others, too.": (
            100 * before + own
        ),
        "For each family: teach with the drawings of all others, joined into one array; judge by its own.": OTHERWISE,
    }
