"""Exercises of the chapter on training."""

import numpy as np
from scipy import optimize, special, stats
from sklearn import metrics
from statsmodels.stats.proportion import proportion_confint

from digitlib.exercises import exercise
from digitlib.exercises.answers import array, call, close, number, wrong_if


@exercise(
    "training.1",
    "There are two kinds of images here. What is the probability of the right digit in each?",
    "Where the network is wrong, the right digit is one of nine that share what is left: 0.001 / 9.",
    "The mean weighs -ln(0.999) with 0.99, and -ln(0.001 / 9) with 0.01.",
)
def sure_loss(answer):
    loss = number(answer)

    def mean_loss(when_right, when_wrong, share_right=0.99):
        return -share_right * np.log(when_right) - (1 - share_right) * np.log(when_wrong)

    expected = mean_loss(0.999, 0.001 / 9)

    def near(value):
        return close(loss, value, within=4e-4)

    wrong_if(near(mean_loss(0.999, 0.001)), "Nine digits share what is left. The right digit gets a part of it only.")
    wrong_if(near(mean_loss(0.999, 0.001 / 10)), "How many digits are there besides the answer?")
    wrong_if(near(mean_loss(1, 0.001 / 9)), "The right answers have a loss as well, if a small one.")
    wrong_if(near(mean_loss(0.999, 1)), "The wrong answers have a loss as well, and not a small one.")
    wrong_if(near(mean_loss(0.999, 0.001 / 9, 0.5)), "Right answers are far more common than wrong ones: weigh them.")
    wrong_if(near(expected / np.log(10)) or near(expected / np.log(2)), "The loss takes the natural logarithm.")
    wrong_if(near(-expected), "A logarithm of a probability is negative. The loss has a minus sign before it.")
    wrong_if(near(-np.log(0.99)), "This is the loss of a network that always gives 0.99 to the right digit.")
    wrong_if(not near(expected), "Take the mean over the two kinds of images, each weighed by its share.")
    return "As sure as it is right, with 0.99, it would have a loss of 0.078: the loss rewards honest doubt."


@exercise(
    "training.2",
    "Right answers stand on the diagonal: np.diag. What should each be divided by?",
    "Recall asks about all images of a digit, which is a row. Precision asks about all that were called so, a column.",
    "counts.sum(axis=0) adds up the columns, counts.sum(axis=1) the rows.",
)
def precision_and_recall(answer):
    random = np.random.default_rng(2)
    true = random.permutation(np.repeat(range(10), range(20, 30)))
    predicted = np.where(random.random(len(true)) < 0.6, true, random.choice(10, len(true), p=np.arange(1, 11) / 55))
    counts = metrics.confusion_matrix(true, predicted)
    returned = call(answer, counts, what="precision_and_recall")
    both = array(returned, "what precision_and_recall returns", shape=(2, 10))
    precision, recall = metrics.precision_recall_fscore_support(true, predicted)[:2]
    right, off = np.diag(counts), counts - np.diag(np.diag(counts))
    wrong_if(close(both, [recall, precision]), "Precision and recall are exchanged. Which asks about a column?")
    wrong_if(close(both, [recall, recall]) or close(both, [precision, precision]), "You give the same thing twice.")
    wrong_if(
        close(both[0], right / counts.sum()) or close(both[1], right / counts.sum()),
        "You divide by the number of all images. Each digit has a denominator of its own.",
    )
    wrong_if(
        close(both[0], right / off.sum(axis=0)) or close(both[1], right / off.sum(axis=1)),
        "You divide by the errors alone. The right answers belong to the denominator as well.",
    )
    wrong_if(
        close(both[0], 1 - precision) or close(both[1], 1 - recall),
        "These are shares of errors. Precision and recall are shares of right answers.",
    )
    wrong_if(not close(both[1], recall), "The recall is not right: of all images of a digit, what share was found?")
    wrong_if(
        not close(both[0], precision), "The precision is not right: of all that were called so, what share deserved it?"
    )


@exercise(
    "training.3",
    "norm.ppf(share) gives the value below which this share of the cases lies. How many lie below the upper end?",
    "One case in twenty lies outside: half of them below, half above. So z is norm.ppf(0.975).",
    "Write p = right / count, then the formula with the minus sign and with the plus sign.",
)
def wilson_interval(answer):
    def ends(right, count):
        return array(call(answer, right, count, what="wilson_interval"), "what wilson_interval returns", shape=(2,))

    result, expected = ends(45, 50), proportion_confint(45, 50, method="wilson")

    def is_wilson(z):
        return close(result, proportion_confint(45, 50, alpha=2 * stats.norm.sf(z), method="wilson"), within=2e-5)

    wrong_if(
        close(result, proportion_confint(45, 50, method="normal"), within=2e-3),
        "This is the share plus and minus z standard errors: simpler, but it promises too much for shares near 1.",
    )
    wrong_if(
        is_wilson(stats.norm.ppf(0.95)), "This leaves one case in twenty outside on either side: one in ten in all."
    )
    wrong_if(
        is_wilson(1), "This is one standard error wide, and leaves a third of the cases outside. What should z be?"
    )
    wrong_if(
        is_wilson(0.975) or is_wilson(0.95), "z is no share of cases. It is the value beyond which so few of them lie."
    )
    wrong_if(close(result, expected[::-1], within=1e-3), "The ends are exchanged: the lower one first.")
    wrong_if(close(result / 100, expected, within=1e-3), "These are percentages. Return shares.")
    wrong_if(
        close(result / (1 + stats.norm.ppf(0.975) ** 2 / 50), expected, within=1e-3),
        "The denominator of the formula is missing.",
    )
    wrong_if(
        not is_wilson(stats.norm.ppf(0.975))
        or not close(ends(50, 50), proportion_confint(50, 50, method="wilson"), within=1e-4),
        "Compute the formula piece by piece: the middle, the root, the denominator.",
    )
    return "With few images or shares near 1 it is not even centred on the share."


@exercise(
    "training.4",
    "How sure is the network of an image? It is the probability of its own answer, whether right or wrong.",
    "np.quantile(sureness, refused) is the value below which this share of the images lies.",
    "Keep the images at or above that value. Their accuracy is a mean over these images alone.",
)
def accuracy_when_refusing(answer):
    random = np.random.default_rng(4)
    rows = random.dirichlet(np.full(10, 0.2), size=200)
    labels = (rows.cumsum(axis=1) > random.random((200, 1))).argmax(axis=1)
    result = number(
        call(answer, labels, rows, 0.25, what="accuracy_when_refusing"), "what accuracy_when_refusing returns"
    )
    right = rows.argmax(axis=1) == labels
    surest_first = np.argsort(-rows.max(axis=1))

    def accuracy(kept):
        return metrics.accuracy_score(np.ones(len(kept)), right[kept])

    expected = accuracy(surest_first[:150])
    by_right_digit = np.argsort(-rows[np.arange(200), labels])
    wrong_if(close(result, accuracy(surest_first)), "This is the accuracy of all answers. Have any been refused?")
    wrong_if(close(result, accuracy(surest_first[50:])), "This refuses the images that the network is surest of.")
    wrong_if(close(result, accuracy(surest_first[:50])), "This answers the share that should be refused.")
    wrong_if(
        close(result, accuracy(surest_first[150:])), "This is the accuracy of the answers which should be refused."
    )
    wrong_if(
        close(result, expected * 150 / 200),
        "You divide by the number of all images. Those that were refused count neither as right nor as wrong.",
    )
    wrong_if(
        close(result, accuracy(by_right_digit[:150])),
        "This looks at the probability of the right digit. The machine does not know which one that is.",
    )
    wrong_if(
        not close(result, expected),
        "Which images is the network least sure of? How many of its answers to the others are right?",
    )


@exercise(
    "training.5",
    "The loss of one image is the logarithm of the sum of exp(scores), minus the score of the right digit.",
    "The derivative of log(sum of exp(scores)) with respect to one score is that digit's probability.",
    "Probabilities, minus 1 at the right digit of each row, divided by the number of images.",
)
def score_gradient(answer):
    random = np.random.default_rng(5)
    labels, scores = np.array([3, 0, 7, 3]), random.normal(size=(4, 10))

    def loss(flat):
        return metrics.log_loss(labels, special.softmax(flat.reshape(4, 10), axis=1), labels=range(10))

    what = "what score_gradient returns"
    result = array(call(answer, labels, scores, what="score_gradient"), what, shape=(4, 10))
    expected = optimize.approx_fprime(scores.ravel(), loss).reshape(4, 10)
    probabilities, right = special.softmax(scores, axis=1), np.eye(10)[labels]

    def near(value):
        return close(result, value, within=1e-5)

    wrong_if(near(-expected), "The sign is wrong: this is the direction of a step, which goes against the gradient.")
    wrong_if(near(expected * 4), "This is the gradient of the sum. What does taking the mean change?")
    wrong_if(near(expected / 10), "The mean is over the images, not over all the scores.")
    wrong_if(
        near(probabilities) or near(probabilities / 4),
        "These are the probabilities. The score of the right digit counts in one more place of the loss.",
    )
    wrong_if(
        near(-right / probabilities / 4) or near(-right / probabilities),
        "This is the gradient with respect to the probabilities. Go one step further back, through the softmax.",
    )
    wrong_if(
        near(expected * right),
        "The wrong digits have a gradient as well: a higher score of theirs takes probability from the right one.",
    )
    wrong_if(
        near((special.softmax(scores, axis=0) - right) / 4),
        "The probabilities of each image should add up to 1. Which axis holds its ten scores?",
    )
    wrong_if(near((scores - right) / 4), "Scores are not probabilities yet: apply the softmax first.")
    wrong_if(
        not near(expected),
        "If one score changes a little, how does the mean loss? The quotient of the two changes is the gradient.",
    )
    return "What was answered minus what was right: each step moves the scores towards the labels."
