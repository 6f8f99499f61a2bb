"""How good is a classifier of digits? scikit-learn and SciPy do the arithmetic.

Classes are whole numbers from 0 to 9 in arrays, lists or `pandas.Series`, and
belong together by position, whatever their index; all else is a ValueError.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import binomtest
from sklearn import metrics

from digitlib.checks import CLASSES, check_answers, check_probabilities

DIGITS = range(CLASSES)


class Accuracy(NamedTuple):
    """A share of right answers and its confidence interval.

    Attributes
    ----------
    value, low, high : float
        The share and the ends of its interval, 0 to 1.
    correct, count : int
        Right answers, and answers in all.
    """

    value: float
    low: float
    high: float
    correct: int
    count: int


def accuracy(true: np.ndarray, predicted: np.ndarray, *, confidence: float = 0.95) -> Accuracy:
    """Share of right answers with its Wilson interval.

    Parameters
    ----------
    true, predicted : numpy.ndarray, shape (n,)
        Classes.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Accuracy

    Raises
    ------
    ValueError
        If there are no answers, the lengths differ, or one is no digit. Truth
        values are counted by `accuracy_of_counts`.

    Notes
    -----
    The interval covers the chance of having drawn these n test images and not
    others (Wilson 1927). It says nothing about training again from another
    seed.

    Examples
    --------
    >>> accuracy(np.array([7, 2, 1, 0]), np.array([7, 2, 1, 6])).value
    0.75
    """
    true, predicted = check_answers(true=true, predicted=predicted)
    if len(true) == 0:
        raise ValueError("there are no answers to score")
    correct = int(metrics.accuracy_score(true, predicted, normalize=False))
    return accuracy_of_counts(correct, len(true), confidence=confidence)


def accuracy_of_counts(correct: int, count: int, *, confidence: float = 0.95) -> Accuracy:
    """The same from the number of right answers and of answers in all, at least one.

    Examples
    --------
    >>> accuracy_of_counts(3, 4).value
    0.75
    """
    interval = binomtest(correct, count).proportion_ci(confidence, method="wilson")
    return Accuracy(float(correct / count), float(interval.low), float(interval.high), int(correct), int(count))


def per_class(true: np.ndarray, predicted: np.ndarray) -> pd.DataFrame:
    """Precision and recall of each digit.

    Returns
    -------
    pandas.DataFrame
        Indexed by digit, with the columns ``precision`` (of the images given
        this class, the share that deserve it), ``recall`` (of the images of
        this class, the share that were found), both 0 to 1, and ``images``.
        A class without images has no recall, and one that is never answered no
        precision: they are NaN, and pandas leaves them out of a mean.

    Raises
    ------
    ValueError
        If the lengths differ, or an answer is no digit.
    """
    true, predicted = check_answers(true=true, predicted=predicted)
    precision, recall, _, support = metrics.precision_recall_fscore_support(
        true, predicted, labels=DIGITS, zero_division=np.nan
    )
    index = pd.Index(DIGITS, name="digit")
    return pd.DataFrame({"precision": precision, "recall": recall, "images": support.astype(int)}, index=index)


def confusion_matrix(true: np.ndarray, predicted: np.ndarray, *, normalized: bool = False) -> pd.DataFrame:
    """Count for each true digit how it was classified.

    Returns
    -------
    pandas.DataFrame, shape (10, 10)
        Rows are true digits, columns predicted ones. Counts, or, if
        `normalized`, shares of the row, 0 to 1; in the row of a digit without
        images they are NaN.

    Raises
    ------
    ValueError
        If the lengths differ, or an answer is no digit.
    """
    true, predicted = check_answers(true=true, predicted=predicted)
    counts = pd.DataFrame(
        metrics.confusion_matrix(true, predicted, labels=DIGITS),
        index=pd.Index(DIGITS, name="true digit"),
        columns=pd.Index(DIGITS, name="predicted digit"),
    )
    return counts.div(counts.sum(axis=1), axis=0) if normalized else counts


def most_confused_pairs(true: np.ndarray, predicted: np.ndarray, *, count: int = 5) -> pd.DataFrame:
    """The commonest mistakes.

    Returns
    -------
    pandas.DataFrame
        At most `count` rows with the columns ``true``, ``predicted`` and
        ``images``, most frequent first; ties in the order of the digits.

    Raises
    ------
    ValueError
        If the lengths differ, or an answer is no digit.
    """
    counts = confusion_matrix(true, predicted).to_numpy(copy=True)
    np.fill_diagonal(counts, 0)
    order = np.argsort(-counts, axis=None, kind="stable")[:count]
    rows, columns = np.unravel_index(order, counts.shape)
    table = pd.DataFrame({"true": rows, "predicted": columns, "images": counts[rows, columns]})
    return table[table["images"] > 0]


def most_confident_errors(true: np.ndarray, probabilities: np.ndarray, *, count: int = 12) -> pd.DataFrame:
    """The wrong answers that the network was surest of.

    Parameters
    ----------
    true : numpy.ndarray, shape (n,)
    probabilities : numpy.ndarray, shape (n, 10)
        Class probabilities of each image, rows summing to 1.
    count : int

    Returns
    -------
    pandas.DataFrame
        At most `count` rows, indexed by the position of the image, with the
        columns ``true``, ``predicted`` and ``probability`` (of the predicted
        class), surest first.

    Raises
    ------
    ValueError
        If the lengths differ, a class is no digit, or the probabilities have
        another shape or do not lie between 0 and 1.
    """
    probabilities = check_probabilities(probabilities)
    true, predicted = check_answers(true=true, predicted=probabilities.argmax(axis=1))
    table = pd.DataFrame(
        {"true": true, "predicted": predicted, "probability": probabilities.max(axis=1)},
        index=pd.RangeIndex(len(true), name="image"),
    )
    wrong = table[table["true"] != table["predicted"]]
    return wrong.sort_values("probability", ascending=False, kind="stable").head(count)
