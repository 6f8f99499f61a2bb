"""Does a drawing look like a digit to a network? Its hidden outputs tell more than its answer does.

A softmax spreads all of its probability over ten digits, even for an image that
is no digit. The rule here looks one layer earlier. It was taught with drawings
that are no digits: "outlier exposure" (Hendrycks, Mazeika and Dietterich 2019,
arXiv:1812.04606).
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

from digitlib.checks import check_input
from digitlib.files import read_text, write_text

# Of each weight, so that the file takes less than 40 kB and every program reads the same numbers; tests say both.
DIGITS_KEPT = 4
INVERSE_PENALTY = 0.01  # scikit-learn's C; chosen on families of non-digits that were left out, see chapter 18
MOST_STEPS = 1_000  # ten times scikit-learn's own limit; it warns if a fit takes more
BATCH = 1_000  # images at once, for the memory; the result does not depend on it


class Activations(NamedTuple):
    """What the last two layers of a network make of images.

    Attributes
    ----------
    hidden : numpy.ndarray, shape (n, units), float32
        Outputs of the last hidden layer, after its ReLU.
    logits : numpy.ndarray, shape (n, 10), float32
        Scores of the classes, before the softmax.
    """

    hidden: np.ndarray
    logits: np.ndarray


@dataclass(frozen=True)
class Familiarity:
    """A rule that says whether a drawing looks like a digit.

    Hidden outputs are taken in units of their spread, u_i = (h_i - mean_i) / scale_i.
    The score is a weighted sum of all outputs and of all products of two::

        score = constant + sum_i linear_i u_i + sum_{i <= j} pairs_ij u_i u_j

    and a drawing looks like a digit if its score is at least the threshold. The
    score estimates the logarithm of the odds that the drawing is a digit, among
    drawings like those that the rule was taught with.

    Attributes
    ----------
    mean, scale, linear : tuple of float, shape (units,)
    pairs : tuple of float, shape (units (units + 1) / 2,)
        Row after row: 00, 01, 02, ..., 11, 12, ...
    constant, threshold : float

    Notes
    -----
    The Mahalanobis distance to one centre (Lee, Lee, Lee and Shin 2018,
    arXiv:1807.03888) is such a sum, too. There, covariances give the weights;
    here, logistic regression learns them.
    """

    mean: tuple[float, ...]
    scale: tuple[float, ...]
    linear: tuple[float, ...]
    pairs: tuple[float, ...]
    constant: float
    threshold: float

    def score(self, hidden: np.ndarray) -> np.ndarray:
        """Compute how much drawings look like digits.

        Parameters
        ----------
        hidden : numpy.ndarray, shape (n, units)
            As `activations` returns them.

        Returns
        -------
        numpy.ndarray, shape (n,), float64

        Raises
        ------
        ValueError
            If the rule was fitted to another number of units.
        """
        units = len(self.mean)
        if hidden.ndim != 2 or hidden.shape[1] != units:
            raise ValueError(f"expected hidden outputs of shape (n, {units}), got {hidden.shape}: fit a rule to them")
        u = (hidden - np.array(self.mean)) / np.array(self.scale)
        weights = np.zeros((units, units))
        weights[np.triu_indices(units)] = self.pairs
        return self.constant + u @ np.array(self.linear) + ((u @ weights) * u).sum(axis=1)

    def looks_like_a_digit(self, hidden: np.ndarray) -> np.ndarray:
        """Tell whether the scores reach the threshold.

        Parameters
        ----------
        hidden : numpy.ndarray, shape (n, units)

        Returns
        -------
        numpy.ndarray, shape (n,), bool

        Raises
        ------
        ValueError
            As by `score`.
        """
        return self.score(hidden) >= self.threshold

    def save(self, path: str | Path) -> None:
        """Write the rule to a JSON file, whole or not at all.

        Parameters
        ----------
        path : path-like
        """
        write_text(json.dumps(asdict(self), allow_nan=False, separators=(",", ":")) + "\n", path)

    @classmethod
    def load(cls, path: str | Path) -> "Familiarity":
        """Read a rule that `save` has written.

        Parameters
        ----------
        path : path-like

        Returns
        -------
        Familiarity

        Raises
        ------
        ValueError
            If the file does not hold a rule.
        """
        try:
            content = json.loads(read_text(path))
            lists = {name: tuple(content[name]) for name in ("mean", "scale", "linear", "pairs")}
            return cls(**(content | lists))
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(
                f"{path} does not hold a rule: {error!r}. Write it again with Familiarity.save."
            ) from error


def activations(model: keras.Model, images: np.ndarray) -> Activations:
    """Compute the outputs of the last hidden layer, and the logits.

    Parameters
    ----------
    model : keras.Model
        Its last two layers are dense, the last with a softmax, as in all
        networks of the book.
    images : numpy.ndarray, shape (n, 28, 28, 1), float32 in [0, 1]

    Returns
    -------
    Activations

    Raises
    ------
    ValueError, RuntimeError
        As by `training.predict_probabilities`.
    """
    images = check_input(model, images)
    hidden_layer, output_layer = model.layers[-2:]
    until_hidden = keras.Model(model.inputs[0], hidden_layer.output)
    batches = np.array_split(images, len(images) // BATCH + 1)
    hidden = np.concatenate([until_hidden(batch) for batch in batches])
    kernel, bias = output_layer.get_weights()
    return Activations(hidden, hidden @ kernel + bias)


def fit(digits: np.ndarray, others: np.ndarray, unseen_digits: np.ndarray, *, refused: float = 0.02) -> Familiarity:
    """Learn the weights of a rule by logistic regression, and set its threshold.

    Parameters
    ----------
    digits, others : numpy.ndarray, shapes (n, units) and (m, units)
        Hidden outputs of digits and of drawings that are none.
    unseen_digits : numpy.ndarray, shape (k, units)
        Hidden outputs of further digits, for the threshold. Scores of the
        digits that the weights were fitted to would be too good.
    refused : float
        The share of the unseen digits that may fall below the threshold, 0 to 1.

    Returns
    -------
    Familiarity

    Raises
    ------
    ValueError
        If the numbers of units differ, an array is empty, or the share is not
        between 0 and 1.
    """
    for name, array in {"digits": digits, "others": others, "unseen_digits": unseen_digits}.items():
        if array.ndim != 2 or not len(array) or array.shape[1] != digits.shape[1]:
            raise ValueError(
                f"{name} must have the shape (n, units), with n > 0 and units as digits, got {array.shape}"
            )
    hidden = np.concatenate([digits, others]).astype(np.float32)  # its two thousand products take memory
    outputs = StandardScaler().fit(hidden)
    mean, scale = _rounded(outputs.mean_), _rounded(outputs.scale_)
    u = (hidden - np.array(mean, np.float32)) / np.array(scale, np.float32)
    terms = PolynomialFeatures(degree=2, include_bias=False).fit_transform(u)
    spread = StandardScaler(copy=False).fit(terms)
    regression = LogisticRegression(C=INVERSE_PENALTY, max_iter=MOST_STEPS)
    regression.fit(spread.transform(terms), np.arange(len(hidden)) < len(digits))
    weights = regression.coef_[0] / spread.scale_
    rule = Familiarity(
        mean=mean,
        scale=scale,
        linear=_rounded(weights[: len(mean)]),
        pairs=_rounded(weights[len(mean) :]),
        constant=_rounded(regression.intercept_ - weights @ spread.mean_)[0],
        threshold=0.0,
    )
    return replace(rule, threshold=float(np.quantile(rule.score(unseen_digits), refused, method="lower")))


def _rounded(values: Iterable[float]) -> tuple[float, ...]:
    return tuple(float(f"{value:.{DIGITS_KEPT}g}") for value in values)
