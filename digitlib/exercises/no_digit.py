"""Exercises of the chapter on drawings that are no digits."""

import numpy as np
from scipy.spatial.distance import cdist
from sklearn.metrics import roc_auc_score

from digitlib.exercises import exercise
from digitlib.exercises.answers import array, call, close, number, wrong_if

SUBJECT = "what digits_among_passed returns"


@exercise(
    "no_digit.1",
    "Take a thousand drawings. How many of them are digits and pass? How many are no digits and pass?",
    "Digits that pass: digits * (1 - refused). Non-digits that pass: what of the rest is not caught.",
    "Divide the digits that pass by all that pass.",
)
def digits_among_passed(answer):
    for digits, refused, caught in ((0.9, 0.02, 0.7), (0.5, 0.1, 0.8), (0.1, 0.02, 0.7)):
        share = number(call(answer, digits, refused, caught, what="digits_among_passed"), SUBJECT)
        right, wrong = digits * (1 - refused), (1 - digits) * (1 - caught)
        wrong_if(close(share, 1 - refused), "That is the share of the digits that pass. Asked for: of those that pass.")
        wrong_if(close(share, right), "That counts among all drawings. How many of them pass at all?")
        wrong_if(
            close(share, right / (right + (1 - digits) * caught)),
            "The non-digits that pass are those that were not caught.",
        )
        wrong_if(
            close(share, wrong / (right + wrong)), "That is the share of the others: of non-digits among the passed."
        )
        wrong_if(
            digits != 0.5 and close(share, (1 - refused) / (2 - refused - caught)),
            "Right if half of the drawings are digits. How many are drawn matters, too.",
        )
        wrong_if(
            not close(share, right / (right + wrong)),
            f"Not for {digits}, {refused} and {caught}. How many drawings pass, and how many of these are digits?",
        )
    return "The same rule looks good or bad, by what people draw."


@exercise(
    "no_digit.2",
    "Form all pairs of a digit and a non-digit. In how many does the digit score higher?",
    "of_digits[:, np.newaxis] > of_others is a table of all pairs. Its mean is nearly the answer.",
    "What about pairs with equal scores? Tossing a coin for them counts each as a half.",
)
def auroc_by_pairs(answer):
    random = np.random.default_rng(2)
    of_digits, of_others = random.integers(2, 9, size=30).astype(float), random.integers(0, 7, size=20).astype(float)
    area = number(call(answer, of_digits, of_others, what="auroc_by_pairs"), "what auroc_by_pairs returns")
    expected = roc_auc_score(np.repeat([1, 0], [30, 20]), np.r_[of_digits, of_others])
    above, equal = (compare(of_digits[:, np.newaxis], of_others) for compare in (np.greater, np.equal))
    wrong_if(close(area, 1 - expected), "That is the chance that the digit scores lower.")
    wrong_if(
        close(area, above.mean()) or close(area, above.mean() / (1 - equal.mean())),
        "Some pairs have equal scores. They count as a half: neither as lost nor as if they were not there.",
    )
    wrong_if(
        close(area, (above | equal).mean()),
        "Pairs with equal scores count as won. A rule that gives all the same would get 1.",
    )
    wrong_if(
        close(area, (of_digits > np.median(of_others)).mean()) or close(area, (of_digits > of_others.mean()).mean()),
        "You compare with one typical non-digit. Compare with all of them.",
    )
    wrong_if(close(area, above.sum() + equal.sum() / 2), "That is the number of pairs. The chance is their share.")
    wrong_if(
        not close(area, expected),
        "All pairs of a digit and a non-digit: the share that the digit wins, ties as a half.",
    )


@exercise(
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


@exercise(
    "no_digit.4",
    "With one feature it would be (h - mean) ** 2 / variance. Several features need a matrix: which one?",
    "For one drawing and one mean: difference @ np.linalg.inv(covariance) @ difference. Then the nearest mean.",
    "(differences @ inverse * differences).sum(axis=1) does all drawings at once; np.min over the means.",
)
def nearest_squared(answer):
    random = np.random.default_rng(4)
    hidden, means = 2 * random.normal(size=(40, 3)), 2 * random.normal(size=(5, 3))
    covariance = np.cov(random.normal(size=(3, 3)) @ random.normal(size=(3, 50)))
    result = array(
        call(answer, hidden, means, covariance, what="nearest_squared"), "what nearest_squared returns", shape=(40,)
    )
    inverse = np.linalg.inv(covariance)
    distances = cdist(hidden, means, "mahalanobis", VI=inverse)
    expected = distances.min(axis=1) ** 2
    wrong_if(close(result, distances.min(axis=1)), "That is the distance. Asked for is its square, as in the formula.")
    wrong_if(close(result, -expected), "A squared distance is not negative. The minus turns it into a score, later.")
    wrong_if(
        close(result, cdist(hidden, means).min(axis=1) ** 2),
        "That is the ordinary distance. The covariance should measure each direction in units of the scatter.",
    )
    wrong_if(
        close(result, cdist(hidden, means, "mahalanobis", VI=covariance).min(axis=1) ** 2),
        "Where digits scatter widely, a step should count less. In yours it counts more.",
    )
    wrong_if(
        close(result, cdist(hidden, means, "seuclidean", V=np.diag(covariance)).min(axis=1) ** 2),
        "You divide each output by its own spread. What do the other entries of the matrix say?",
    )
    by_ordinary = cdist(hidden, means).argmin(axis=1)
    wrong_if(
        close(result, distances[np.arange(40), by_ordinary] ** 2),
        "You pick the nearest mean by the ordinary distance. It should be the nearest by this one.",
    )
    wrong_if(
        close(result, (distances**2).mean(axis=1)) or close(result, distances.max(axis=1) ** 2),
        "To the nearest class, not to all of them: a 1 may be far from every 8.",
    )
    wrong_if(
        not close(result, expected, within=1e-6), "For each drawing: the least of the squared distances to the means."
    )


@exercise(
    "no_digit.5",
    "For each family there is a rule of its own. Which families is it taught with?",
    "np.concatenate joins the others: [drawings[other] for other in drawings if other != name].",
    "For each name: rule = teach(the others joined), then judge(rule, drawings[name]).",
)
def leave_one_out(answer):
    sizes = {"letters": (1, 3), "figures": (2, 1), "scribbles": (4, 4), "blots": (8, 2)}  # sum and count of each
    drawings = {name: np.full((count, 1), total / count) for name, (total, count) in sizes.items()}
    totals = np.array([total for total, _ in sizes.values()])
    everything = totals.sum()

    def teach(taught):
        return np.sum(taught)

    def judge(rule, judged):
        return 100 * rule + np.sum(judged)

    verdicts = array(call(answer, drawings, teach, judge, what="leave_one_out"), "what leave_one_out returns")
    wrong_if(
        verdicts.size == 1,
        "Return a list with a verdict for each family: a mean would hide the one that slips through.",
    )
    wrong_if(
        verdicts.shape != (len(sizes),), f"There are {len(sizes)} families, so {len(sizes)} verdicts, in their order."
    )
    others = everything - totals
    wrong_if(
        close(verdicts, 100 * everything + totals),
        "Each rule was taught with the family by which it is judged. It has seen the answers.",
    )
    wrong_if(
        close(verdicts, 100 * totals + others),
        "The other way round: teach with all families but one, and judge by that one.",
    )
    wrong_if(close(verdicts, 101 * others), "You judge each rule by the very drawings that it was taught with.")
    wrong_if(close(verdicts, 101 * totals), "You teach with one family, and judge by the same.")
    wrong_if(
        close(verdicts, 100 * (np.cumsum(totals) - totals) + totals),
        "Each rule is taught with the families before its own. Those after it belong to the others, too.",
    )
    wrong_if(
        not close(verdicts, 100 * others + totals),
        "For each family: teach with the drawings of all others, joined into one array; judge by its own.",
    )
