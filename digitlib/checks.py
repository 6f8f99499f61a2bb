"""What classes, images and probabilities must be, checked before anything is computed with them."""

import math
import warnings
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from digitlib.machine import check_keras

if TYPE_CHECKING:
    import keras

CLASSES = 10
SIDE = 28  # pixels, of an image
IMAGE_SHAPE = (SIDE, SIDE, 1)

ONE_GRAY_LEVEL = 1 / 255
# Of MNIST's images, plain or with the corruptions of `digitlib.experiments.corruptions`, at most three quarters of the
# edge are this bright (those with stripes); of every inverted image, 97 % and more.
BRIGHT, MOST_OF_THE_EDGE = 0.9, 0.9


def check_labels(labels: ArrayLike, name: str = "labels") -> np.ndarray:
    """Check classes, and make them an array of whole numbers.

    Parameters
    ----------
    labels : array-like, shape (n,)
        Whole numbers from 0 to 9, also as floats. The index of a
        `pandas.Series` is ignored.
    name : str
        What to call them in an error.

    Returns
    -------
    numpy.ndarray, shape (n,), integers

    Raises
    ------
    ValueError
        If they have another shape, such as one-hot labels and probabilities
        have, or are text, truth values or other numbers.

    Examples
    --------
    >>> check_labels([7.0, 2.0])
    array([7, 2])
    """
    labels = np.asarray(labels)
    if labels.ndim != 1:
        advice = "labels.argmax(axis=1)" if labels.shape[1:] == (CLASSES,) else "labels.ravel()"
        raise ValueError(f"{name} must have the shape (n,), got {labels.shape}: pass {advice}, a class for each image")
    if labels.dtype.kind == "b":
        raise ValueError(
            f"{name} must be digits from 0 to 9, got truth values: count how many are true, "
            "and pass the count to evaluation.accuracy_of_counts"
        )
    if labels.dtype.kind not in "iuf":
        raise ValueError(
            f"{name} must be whole numbers from 0 to 9, got {labels[:3].tolist()} of type {labels.dtype}: "
            "turn them into numbers, as by labels.astype(int)"
        )
    strange = labels[~np.isin(labels, range(CLASSES))]
    if len(strange):
        raise ValueError(f"{name} must be whole numbers from 0 to 9, got {strange[0]:g}{_if_counted_from_1(labels)}")
    return labels if labels.dtype.kind in "iu" else labels.astype(np.int64)


def decode_digits(text: Iterable[str]) -> np.ndarray:
    """Read classes from text, where stored runs keep them.

    Parameters
    ----------
    text : iterable of str
        One character for each class, such as ``"7210"``.

    Returns
    -------
    numpy.ndarray, shape (n,), int64

    Raises
    ------
    ValueError
        If a character is not a digit.

    Examples
    --------
    >>> decode_digits("7210")
    array([7, 2, 1, 0])
    """
    return np.array(list(text), dtype=np.int64)


def check_answers(**answers: ArrayLike) -> list[np.ndarray]:
    """Check several classes for each image, such as the true one and the predicted one.

    Parameters
    ----------
    **answers : array-like, shape (n,)
        Classes, by what to call them in an error.

    Returns
    -------
    list of numpy.ndarray, shape (n,), integers

    Raises
    ------
    ValueError
        As from `check_labels`, or if their numbers differ.
    """
    checked = {name: check_labels(classes, name) for name, classes in answers.items()}
    if len({len(classes) for classes in checked.values()}) > 1:
        counts = " and ".join(f"{len(classes)} {name}" for name, classes in checked.items())
        raise ValueError(f"there must be as many of each, got {counts} classes")
    return list(checked.values())


def check_probabilities(probabilities: ArrayLike) -> np.ndarray:
    """Check class probabilities.

    Parameters
    ----------
    probabilities : array-like, shape (n, 10)
        One row for each image.

    Returns
    -------
    numpy.ndarray, shape (n, 10)

    Raises
    ------
    ValueError
        If they have another shape, or do not lie between 0 and 1.
    """
    probabilities = np.asarray(probabilities)
    if probabilities.ndim != 2 or probabilities.shape[1] != CLASSES:
        raise ValueError(f"probabilities must have the shape (n, {CLASSES}), got {probabilities.shape}")
    if not ((probabilities >= 0) & (probabilities <= 1)).all():
        raise ValueError(
            f"probabilities lie between 0 and 1, got {probabilities.min():g} to {probabilities.max():g}: "
            "pass scores through a softmax first"
        )
    return probabilities


def check_images(images: ArrayLike, shape: tuple[int | None, ...] = IMAGE_SHAPE) -> np.ndarray:
    """Check whether images are as the networks of the book take them.

    Some faults cannot be seen in pixels. EMNIST's images, which lie on their
    side (see `data.read_idx`), pass.

    Parameters
    ----------
    images : array-like, shape (n, *shape), floats in [0, 1]
        At least one.
    shape : tuple
        The shape of one image; None stands for any size.

    Returns
    -------
    numpy.ndarray
        The images.

    Raises
    ------
    ValueError
        If there are none, or they have another shape, type or range.
    """
    images = np.asarray(images)
    if images.dtype.kind not in "iuf":
        raise ValueError(f"images must be arrays of numbers, got {images.dtype}")
    if images.size == 0:
        raise ValueError(f"there are no images in an array of shape {images.shape}")
    lowest, highest = images.min(), images.max()
    if images.dtype.kind != "f" or not (lowest >= 0 and highest <= 1):
        raise ValueError(
            f"images must be floats from 0 (paper) to 1 (ink), got {images.dtype} from {lowest} to {highest}: "
            "pass stored images through data.scale_pixels first"
        )
    if images.ndim != 1 + len(shape) or any(
        size not in (None, found) for size, found in zip(shape, images.shape[1:], strict=True)
    ):
        expected = ", ".join("any" if size is None else str(size) for size in shape)
        raise ValueError(f"images must have the shape (n, {expected}), got {images.shape}: {_reshaping(images, shape)}")
    if 0 < highest < 1.5 * ONE_GRAY_LEVEL:  # half a level for rounding; MNIST's brightest pixels are at 254 or 255
        raise ValueError(
            f"the brightest pixel of all images is {highest:.2g}, one grey level of 255: they were scaled twice. "
            "Divide by 255 once, as data.scale_pixels does"
        )
    return images


def check_examples(
    images: ArrayLike, labels: ArrayLike, shape: tuple[int | None, ...] = IMAGE_SHAPE
) -> tuple[np.ndarray, np.ndarray]:
    """Check images and their labels.

    Parameters
    ----------
    images : array-like, shape (n, *shape), floats in [0, 1]
        As `check_images` takes them.
    labels : array-like, shape (n,)
        As `check_labels` takes them.
    shape : tuple
        The shape of one image; None stands for any size.

    Returns
    -------
    images, labels : numpy.ndarray
        The same as arrays.

    Raises
    ------
    ValueError
        As from these functions, or if their numbers differ.
    """
    images, labels = np.asarray(images), np.asarray(labels)
    if len(images) != len(labels):
        raise ValueError(f"{len(images)} images but {len(labels)} labels: they must come in pairs")
    return check_images(images, shape), check_labels(labels)


def check_input(model: "keras.Model", images: ArrayLike) -> np.ndarray:
    """Check images that a trained network is to classify.

    Parameters
    ----------
    model : keras.Model
        Its input shape says what shape an image must have.
    images : array-like, shape (n, height, width, channels), floats in [0, 1]
        At least one.

    Returns
    -------
    numpy.ndarray
        The images.

    Raises
    ------
    ValueError
        As from `check_images`.
    RuntimeError
        As from `check_keras`.

    Warns
    -----
    UserWarning
        If they look like dark ink on light paper.
    """
    check_keras()
    images = check_images(images, input_shape(model))
    warn_of_inverted(images)
    return images


def input_shape(model: "keras.Model") -> tuple[int | None, ...]:
    """Look up the shape of the images that a model takes.

    Parameters
    ----------
    model : keras.Model
        Any model.

    Returns
    -------
    tuple
        Of one image; the shape of MNIST's if the model has none yet.
    """
    shape = getattr(model, "input_shape", None)
    return shape[1:] if isinstance(shape, tuple) else IMAGE_SHAPE


def warn_of_inverted(images: np.ndarray) -> None:
    """Warn if images look like dark ink on light paper, since nearly all pixels at their edges are bright.

    This is not an error: a network may have been trained on such images.

    Parameters
    ----------
    images : numpy.ndarray, shape (n, height, width, channels), in [0, 1]
        As `check_images` returns them. Arrays of other shapes pass.

    Warns
    -----
    UserWarning
        If they look like that.
    """
    if images.ndim != 4:
        return
    edges = np.concatenate([images[:, [0, -1]].ravel(), images[:, 1:-1, [0, -1]].ravel()])
    if (edges > BRIGHT).mean() > MOST_OF_THE_EDGE:
        warnings.warn(
            "these images look inverted, dark ink on light paper; the book's networks were trained on light ink (1) on "
            "dark paper (0): pass 1 - images, unless yours was trained on such",
            stacklevel=4,  # whoever calls the function that calls `check_input`
        )


def _if_counted_from_1(labels: np.ndarray) -> str:
    if labels.min() == 1 and labels.max() == CLASSES:
        return ": if 10 stands for the digit 0, pass labels % 10; if they count the classes from 1, labels - 1"
    return ""


def _reshaping(images: np.ndarray, shape: tuple[int | None, ...]) -> str:
    """Say how to give images with the right pixels the right shape."""
    pixels = [size for size in shape if size and size != 1]
    found = [size for size in images.shape if size != 1]
    if None not in shape and any(
        found[-len(tail) :] == tail and len(found) <= len(tail) + 1 for tail in (pixels, [math.prod(pixels)])
    ):
        return f"pass images.reshape({', '.join(map(str, (-1, *shape)))})"
    return "bring them to that size first, in grey; photos are prepared by digitlib.handwriting.photos"
