"""Exercises of the chapter on training."""

from functools import cache

import numpy as np
from scipy import stats
from sklearn import metrics
from statsmodels.stats.proportion import proportion_confint

from digitlib import data
from digitlib.exercises import judged
from digitlib.exercises.answers import call, close, number, wrong_if, wrong_unless_for_digits
from digitlib.exercises.declarations import OTHERWISE, RIGHT, OneOf, Unless, exercise

GUESSING, ENOUGH = 0.3, 0.88  # shares right: after ten epochs a small CNN has 0.92, a single dense layer 0.86
IMAGES, FEW = 1_000, 300  # so few that the checks take seconds
MOST = 20  # epochs
CLOSE = 1e-4


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
        "This leaves one case in twenty outside on either side: one in ten in all.": (
            OneOf(*(wilson(one)[::way] for one in (stats.norm.ppf(0.95), 1.65, 1.64, 1.6) for way in (1, -1)))
        ),
        "You have rounded z, so a little more or less than one case in twenty lies outside: take all its digits.": (
            OneOf(*(wilson(one)[::way] for one in (2, 1.9) for way in (1, -1)))
        ),
        "This is one standard error wide, and leaves a third of the cases outside. What should z be?": wilson(1),
        "z is no share of cases. It is the value beyond which so few of them lie.": OneOf(wilson(0.975), wilson(0.95)),
        "The ends are exchanged: the lower one first. Or is your z negative? Take what lies above the middle.": (
            ends[::-1]
        ),
        "These are percentages. Return shares.": 100 * ends,
        "The denominator of the formula is missing.": ends * (1 + z**2 / count),
        "Compute the formula piece by piece: the middle, the root, the denominator.": OTHERWISE,
    }


@judged(
    "training.4",
    "The lines of the chapter are all you need: a network, compile, fit on the images to train on, evaluate on others.",
    "One convolution reads more than dense layers do. A few more epochs help as well, since there are few images.",
    "End with network.evaluate(held_images, held_labels, verbose=0): the loss comes first, the accuracy second.",
)
def train_and_score(answer):
    import keras

    (images, labels), (held_images, held_labels) = _split(IMAGES)
    keras.utils.set_random_seed(4)
    result = call(answer, images, labels, held_images, held_labels, what="train_and_score")
    three = isinstance(result, tuple | list) and len(result) == 3
    wrong_if(not three, "train_and_score should return three things: the network, its loss and its accuracy.")
    network, loss, accuracy = result
    wrong_if(
        not isinstance(network, keras.Model) or not network.built,
        "The first thing returned should be the network itself. fit returns a record, not the network.",
    )
    wrong_unless_for_digits(network)
    wrong_if(not network.compiled, "It is not compiled. Without compile, neither fit nor evaluate can do anything.")
    rows = np.asarray(network(held_images))
    wrong_if(not close(rows.sum(axis=1), 1, within=1e-4), "Its ten numbers should add up to 1: end with a softmax.")
    loss, accuracy = number(loss, "the loss"), number(accuracy, "the accuracy")
    share, seen = np.mean(rows.argmax(axis=1) == held_labels), _share(network, images, labels)
    cost = network.evaluate(held_images, held_labels, verbose=0, return_dict=True)["loss"]
    wrong_if(
        close(accuracy, cost, within=CLOSE) and close(loss, share, within=CLOSE),
        "Loss and accuracy are exchanged. evaluate gives the loss first.",
    )
    wrong_if(close(accuracy, 100 * share, within=1e-2), "The accuracy is a percentage. Return a share.")
    wrong_if(
        close(accuracy, seen, within=CLOSE) and not close(accuracy, share, within=CLOSE),
        "This is the accuracy on the images that it was trained on. Which ones has it not seen?",
    )
    wrong_if(
        not close(accuracy, share, within=CLOSE),
        f"You return an accuracy of {accuracy:.3f}, but of the held-out images the network reads {share:.3f}. Score "
        "it when the training is over, on all of them.",
    )
    wrong_if(
        not close(loss, cost, within=CLOSE),
        "The accuracy is that of the held-out images, but the loss is another. Take both from one evaluate.",
    )
    wrong_if(share < GUESSING, f"It reads {share:.1%} of the held-out images, hardly more than a guess. Is fit called?")
    wrong_if(share < ENOUGH, f"It reads {share:.1%} of the held-out images. Train it longer, or add a convolution.")
    return f"It reads a share of {share:.3f} of the held-out images, with {network.count_params():,} parameters."


@judged(
    "training.5",
    "A callback of Keras does it. It goes into the list callbacks of fit, beside validation_data.",
    "EarlyStopping(patience=...) stops. What else must it be told, so that the network gets its best weights back?",
    "fit(images, labels, epochs=20, validation_data=(held_images, held_labels), callbacks=[stop]), and return that.",
)
def fit_until_best(answer):
    import keras

    (images, labels), (held_images, held_labels) = _split(FEW)
    keras.utils.set_random_seed(5)
    network = keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            keras.layers.Flatten(),
            keras.layers.Dense(32, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    optimizer = keras.optimizers.Adam(0.01)
    network.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    record = call(answer, network, images, labels, held_images, held_labels, what="fit_until_best")
    wrong_if(
        not isinstance(record, keras.callbacks.History) or not record.history.get("loss"),
        "fit_until_best should return what fit returns, the record of the training.",
    )
    losses = record.history.get("val_loss", [])
    wrong_if(not losses, "The record has no val_loss: tell fit which images are held out, as validation_data.")
    at_end = network.evaluate(held_images, held_labels, verbose=0, return_dict=True)["loss"]
    of_held = [close(at_end, losses[-1], within=CLOSE), close(at_end, min(losses), within=CLOSE)]
    wrong_if(
        not any(of_held), "The val_loss of the record is not that of all held-out images. What did you validate on?"
    )
    wrong_if(len(losses) >= MOST, "It was never stopped: it trained for all the epochs. Is the callback in the list?")
    wanted = _stops_after(losses, patience=3)
    wrong_if(
        wanted is None and len(losses) - 1 - int(np.argmin(losses)) < 3,
        "It stopped too early: wait until 3 epochs in a row have brought no new lowest val_loss.",
    )
    wrong_if(
        wanted is not None and len(losses) > wanted,
        "It stopped too late: 3 epochs in a row had brought no new lowest val_loss before.",
    )
    wrong_if(
        not of_held[1], "It stopped in time, but the network has the weights of its last epoch, not those of its best."
    )
    return f"It stopped after {len(losses)} epochs and went back to number {int(np.argmin(losses)) + 1}."


@cache
def _digits():
    (images, labels), _ = data.load_mnist()
    return [(part[:IMAGES], of_part[:IMAGES]) for part, of_part in data.hold_out(images, labels)]


def _split(count: int):
    """Images to train on and as many that are held out, with their labels: new arrays, which an answer may spoil."""
    return [(data.scale_pixels(images[:count]), labels[:count].astype(int)) for images, labels in _digits()]


def _share(network, images, labels) -> float:
    return np.mean(np.asarray(network(images)).argmax(axis=1) == labels)


def _stops_after(losses, *, patience: int) -> int | None:
    """The first epoch after which so many in a row have brought no new lowest loss."""
    for epoch in range(patience + 1, len(losses) + 1):
        if min(losses[epoch - patience : epoch]) >= min(losses[: epoch - patience]):
            return epoch
    return None
