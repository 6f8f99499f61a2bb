"""How good is a classifier of digits? scikit-learn and SciPy do the arithmetic.

Classes are whole numbers from 0 to 9 in arrays, lists or `pandas.Series`. They
belong together by position, whatever their index. Anything else is a ValueError.
"""

from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.stats import binomtest
from sklearn import metrics

from digitlib.checks import CLASSES, check_answers, check_probabilities

DIGITS = range(CLASSES)


class Accuracy(NamedTuple):
    """A share of right answers and its confidence interval.

    Parameters
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
    count: int  # type: ignore[assignment]  # instead of the method that a tuple has


def accuracy(y_true: ArrayLike, y_pred: ArrayLike, *, confidence: float = 0.95) -> Accuracy:
    """Compute the share of right answers with its Wilson interval.

    Parameters
    ----------
    y_true, y_pred : array-like, shape (n,)
        The true classes, and the predicted ones.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Accuracy

    Raises
    ------
    ValueError
        If there are no answers, the lengths differ, or a class is not a digit.
        Truth values are counted by `accuracy_of_counts`.

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
    y_true, y_pred = check_answers(y_true=y_true, y_pred=y_pred)
    if len(y_true) == 0:
        raise ValueError("there are no answers to score")
    correct = int(metrics.accuracy_score(y_true, y_pred, normalize=False))
    return accuracy_of_counts(correct, len(y_true), confidence=confidence)


def accuracy_of_counts(correct: int, count: int, *, confidence: float = 0.95) -> Accuracy:
    """Compute the same as `accuracy` from counts.

    Parameters
    ----------
    correct, count : int
        Right answers, and answers in all, at least one.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Accuracy

    Raises
    ------
    ValueError
        If there are no answers, more right ones than answers, or the
        confidence is not between 0 and 1.

    Examples
    --------
    >>> accuracy_of_counts(3, 4).value
    0.75
    """
    interval = binomtest(correct, count).proportion_ci(confidence, method="wilson")
    return Accuracy(float(correct / count), float(interval.low), float(interval.high), int(correct), int(count))


def per_class(y_true: ArrayLike, y_pred: ArrayLike) -> pd.DataFrame:
    """Compute precision and recall of each digit.

    Parameters
    ----------
    y_true, y_pred : array-like, shape (n,)
        The true classes, and the predicted ones.

    Returns
    -------
    pandas.DataFrame
        Indexed by digit, with the columns ``precision`` (the share of right
        answers among the images given this class), ``recall`` (the share of
        the images of this class that were found), both 0 to 1, and ``images``.
        A class without images has no recall, and a class that is never
        answered has no precision: these are NaN, and pandas leaves them out of
        a mean.

    Raises
    ------
    ValueError
        If the lengths differ, or a class is not a digit.
    """
    y_true, y_pred = check_answers(y_true=y_true, y_pred=y_pred)
    precision, recall, _, support = metrics.precision_recall_fscore_support(
        y_true, y_pred, labels=DIGITS, zero_division=np.nan
    )
    index = pd.Index(DIGITS, name="digit")
    return pd.DataFrame({"precision": precision, "recall": recall, "images": support.astype(int)}, index=index)


def confusion_matrix(y_true: ArrayLike, y_pred: ArrayLike, *, normalize: Literal["true"] | None = None) -> pd.DataFrame:
    """Count how the images of each digit were classified.

    Parameters
    ----------
    y_true, y_pred : array-like, shape (n,)
        The true classes, and the predicted ones.
    normalize : {"true"}, optional
        Divide each row by its sum, the number of images of this true digit.

    Returns
    -------
    pandas.DataFrame, shape (10, 10)
        Rows are true digits, columns predicted ones. Without `normalize`,
        counts; with it, shares from 0 to 1. The shares of a digit without
        images are NaN, where scikit-learn has zeros.

    Raises
    ------
    ValueError
        If the lengths differ, a class is not a digit, or `normalize` is
        something else.
    """
    if normalize not in (None, "true"):
        raise ValueError(f"normalize must be 'true' or None, got {normalize!r}")
    y_true, y_pred = check_answers(y_true=y_true, y_pred=y_pred)
    counts = pd.DataFrame(
        metrics.confusion_matrix(y_true, y_pred, labels=DIGITS),
        index=pd.Index(DIGITS, name="true digit"),
        columns=pd.Index(DIGITS, name="predicted digit"),
    )
    return counts.div(counts.sum(axis=1), axis=0) if normalize else counts


def most_confident_errors(y_true: ArrayLike, probabilities: ArrayLike, *, count: int = 12) -> pd.DataFrame:
    """List the wrong answers of which the network was surest.

    Parameters
    ----------
    y_true : array-like, shape (n,)
        The true classes.
    probabilities : array-like, shape (n, 10)
        Class probabilities of each image, rows summing to 1.
    count : int
        How many errors to list at most.

    Returns
    -------
    pandas.DataFrame
        Indexed by the position of the image, with the columns ``true``,
        ``predicted`` and ``probability`` (of the predicted class), surest
        first.

    Raises
    ------
    ValueError
        If the lengths differ, a class is not a digit, or the probabilities
        have another shape or do not lie between 0 and 1.
    """
    probabilities = check_probabilities(probabilities)
    y_true, y_pred = check_answers(y_true=y_true, y_pred=probabilities.argmax(axis=1))
    table = pd.DataFrame(
        {"true": y_true, "predicted": y_pred, "probability": probabilities.max(axis=1)},
        index=pd.RangeIndex(len(y_true), name="image"),
    )
    wrong = table[table["true"] != table["predicted"]]
    return wrong.sort_values("probability", ascending=False, kind="stable").head(count)
