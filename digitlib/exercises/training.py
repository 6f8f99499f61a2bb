"""Exercises of the chapter on training."""

import numpy as np
from scipy import optimize, special, stats
from sklearn import metrics
from statsmodels.stats.proportion import proportion_confint

from digitlib.exercises.declarations import OTHERWISE, RIGHT, OneOf, Unless, exercise


@exercise(
    "training.1",
    "There are two kinds of images here. What is the probability of the right digit in each?",
    "Where the network is wrong, the right digit is one of nine that share what is left: 0.001 / 9.",
    "The mean weighs -ln(0.999) with 0.99, and -ln(0.001 / 9) with 0.01.",
    within=4e-4,
    remark="As sure as it is right, with 0.99, it would have a loss of 0.078: the loss rewards honest doubt.",
)
def sure_loss():
    def mean_loss(when_right, when_wrong, share_right=0.99):
        return -share_right * np.log(when_right) - (1 - share_right) * np.log(when_wrong)

    right = mean_loss(0.999, 0.001 / 9)
    return {
        RIGHT: right,
        "Nine digits share what is left. The right digit gets a part of it only.": mean_loss(0.999, 0.001),
        "How many digits are there besides the answer?": mean_loss(0.999, 0.001 / 10),
        "The right answers have a loss as well, if a small one.": mean_loss(1, 0.001 / 9),
        "The wrong answers have a loss as well, and not a small one.": mean_loss(0.999, 1),
        "Right answers are far more common than wrong ones: weigh them.": mean_loss(0.999, 0.001 / 9, 0.5),
        "The loss takes the natural logarithm.": OneOf(right / np.log(10), right / np.log(2)),
        "A logarithm of a probability is negative. The loss has a minus sign before it.": -right,
        "This is the loss of a network that always gives 0.99 to the right digit.": -np.log(0.99),
        "Take the mean over the two kinds of images, each weighed by its share.": OTHERWISE,
    }


def _confusion():
    random = np.random.default_rng(2)
    true = random.permutation(np.repeat(range(10), range(20, 30)))
    predicted = np.where(random.random(len(true)) < 0.6, true, random.choice(10, len(true), p=np.arange(1, 11) / 55))
    return (metrics.confusion_matrix(true, predicted),)


@exercise(
    "training.2",
    "Right answers stand on the diagonal: np.diag. What should each be divided by?",
    "Recall asks about all images of a digit, which is a row. Precision asks about all that were called so, a column.",
    "counts.sum(axis=0) adds up the columns, counts.sum(axis=1) the rows.",
    cases=(_confusion,),
)
def precision_and_recall(counts):
    true, predicted = np.repeat(np.indices(counts.shape).reshape(2, -1), counts.ravel(), axis=1)
    right = precision, recall = np.array(metrics.precision_recall_fscore_support(true, predicted)[:2])
    found, of_all = np.diag(counts), np.diag(counts) / counts.sum()
    of_errors = [found / (counts.sum(axis=axis) - found) for axis in (0, 1)]
    return {
        RIGHT: right,
        "Precision and recall are exchanged. Which asks about a column?": right[::-1],
        "You give the same thing twice.": OneOf([recall, recall], [precision, precision]),
        "You divide by the number of all images. Each digit has a denominator of its own.": (
            OneOf((of_all, ...), (..., of_all))
        ),
        "You divide by the errors alone. The right answers belong to the denominator as well.": (
            OneOf((of_errors[0], ...), (..., of_errors[1]))
        ),
        "These are shares of errors. Precision and recall are shares of right answers.": (
            OneOf((1 - precision, ...), (..., 1 - recall))
        ),
        "The recall is not right: of all images of a digit, what share was found?": Unless((..., recall)),
        "The precision is not right: of all that were called so, what share deserved it?": OTHERWISE,
    }


@exercise(
    "training.3",
    "norm.ppf(share) gives the value below which this share of the cases lies. How many lie below the upper end?",
    "One case in twenty lies outside: half of them below, half above. So z is norm.ppf(0.975).",
    "Write p = right / count, then the formula with the minus sign and with the plus sign.",
    cases=((45, 50), (50, 50)),
    within=2e-5,
    remark="With few images or shares near 1 it is not even centred on the share.",
)
def wilson_interval(right, count):
    def wilson(z):
        return np.array(proportion_confint(right, count, alpha=2 * stats.norm.sf(z), method="wilson"))

    ends, z = wilson(stats.norm.ppf(0.975)), stats.norm.ppf(0.975)
    share, error = right / count, np.sqrt(right * (count - right) / count**3)
    normal = [np.array([share - times * error, share + times * error]) for times in (1.96, z, 2)]
    return {
        RIGHT: ends,
        "This is the share plus and minus z standard errors: simpler, but it promises too much for shares near 1.": (
            OneOf(*normal)
        ),
        "This leaves one case in twenty outside on either side: one in ten in all.": wilson(stats.norm.ppf(0.95)),
        "This is one standard error wide, and leaves a third of the cases outside. What should z be?": wilson(1),
        "z is no share of cases. It is the value beyond which so few of them lie.": OneOf(wilson(0.975), wilson(0.95)),
        "The ends are exchanged: the lower one first.": ends[::-1],
        "These are percentages. Return shares.": 100 * ends,
        "The denominator of the formula is missing.": ends * (1 + z**2 / count),
        "Compute the formula piece by piece: the middle, the root, the denominator.": OTHERWISE,
    }


def _sure_and_unsure():
    random = np.random.default_rng(4)
    rows = random.dirichlet(np.full(10, 0.2), size=200)
    return (rows.cumsum(axis=1) > random.random((200, 1))).argmax(axis=1), rows, 0.25


@exercise(
    "training.4",
    "How sure is the network of an image? It is the probability of its own answer, whether right or wrong.",
    "np.quantile(sureness, refused) is the value below which this share of the images lies.",
    "Keep the images at or above that value. Their accuracy is a mean over these images alone.",
    cases=(_sure_and_unsure,),
)
def accuracy_when_refusing(labels, rows, refused):
    def accuracy(kept):
        return metrics.accuracy_score(labels[kept], rows[kept].argmax(axis=1))

    surest_first, by_right_digit = np.argsort(-rows.max(axis=1)), np.argsort(-rows[np.arange(200), labels])
    right = accuracy(surest_first[:150])
    return {
        RIGHT: right,
        "This is the accuracy of all answers. Have any been refused?": accuracy(surest_first),
        "This refuses the images that the network is surest of.": accuracy(surest_first[50:]),
        "This answers the share that should be refused.": accuracy(surest_first[:50]),
        "This is the accuracy of the answers which should be refused.": accuracy(surest_first[150:]),
        "You divide by the number of all images. Those that were refused count neither as right nor as wrong.": (
            right * 150 / 200
        ),
        "This looks at the probability of the right digit. The machine does not know which one that is.": (
            accuracy(by_right_digit[:150])
        ),
        "Which images is the network least sure of? How many of its answers to the others are right?": OTHERWISE,
    }


@exercise(
    "training.5",
    "The loss of one image is the logarithm of the sum of exp(scores), minus the score of the right digit.",
    "The derivative of log(sum of exp(scores)) with respect to one score is that digit's probability.",
    "Probabilities, minus 1 at the right digit of each row, divided by the number of images.",
    cases=((np.array([3, 0, 7, 3]), np.random.default_rng(5).normal(size=(4, 10))),),
    within=1e-5,
    remark="What was answered minus what was right: each step moves the scores towards the labels.",
)
def score_gradient(labels, scores):
    def loss(flat):
        return metrics.log_loss(labels, special.softmax(flat.reshape(4, 10), axis=1), labels=range(10))

    gradient = optimize.approx_fprime(scores.ravel(), loss).reshape(4, 10)
    probabilities, right = special.softmax(scores, axis=1), np.eye(10)[labels]
    return {
        RIGHT: gradient,
        "The sign is wrong: this is the direction of a step, which goes against the gradient.": -gradient,
        "This is the gradient of the sum. What does taking the mean change?": 4 * gradient,
        "The mean is over the images, not over all the scores.": gradient / 10,
        "These are the probabilities. The score of the right digit counts in one more place of the loss.": (
            OneOf(probabilities, probabilities / 4)
        ),
        "This is the gradient with respect to the probabilities. Go one step further back, through the softmax.": (
            OneOf(-right / probabilities / 4, -right / probabilities)
        ),
        "The wrong digits have a gradient as well: a higher score of theirs takes probability from the right one.": (
            gradient * right
        ),
        "The probabilities of each image should add up to 1. Which axis holds its ten scores?": (
            (special.softmax(scores, axis=0) - right) / 4
        ),
        "Scores are not probabilities yet: apply the softmax first.": (scores - right) / 4,
        "If one score changes a little, how does the mean loss? The quotient of the two changes is the gradient.": (
            OTHERWISE
        ),
    }
