"""What an experiment may vary, by the names that its parameters use."""

from collections.abc import Callable, Mapping
from typing import TypeVar

import keras
import numpy as np
from keras import layers
from numpy.typing import ArrayLike
from sklearn.model_selection import train_test_split

from digitlib import models
from digitlib.checks import check_labels
from digitlib.experiments import transformations, variations

T = TypeVar("T")

NETWORKS: dict[str, Callable[[], keras.Sequential]] = {
    "cnn": models.build_cnn,
    "fully connected": models.build_fully_connected,
    "matched": models.build_matched,
    "locally connected": variations.without_sharing,
    "global pooling": variations.with_global_pooling,
    "dropout": variations.with_dropout,
    "batch normalization": variations.with_batch_normalization,
    "one convolution more": variations.one_convolution_more,
    "one dense layer more": variations.one_dense_layer_more,
    "one convolution less": variations.one_convolution_less,
    "half as wide": variations.half_as_wide,
    "twice as wide": variations.twice_as_wide,
}

TRANSFORMATIONS: dict[str, Callable[..., np.ndarray]] = {
    "none": transformations.keep,
    "pixels permuted": transformations.permute_pixels,
    "rows permuted": transformations.permute_rows,
    "blocks permuted": transformations.permute_blocks,
    "permuted within blocks": transformations.permute_within_blocks,
}


def _moved(pixels: int) -> layers.Layer:
    side = models.IMAGE_SHAPE[0]
    return layers.RandomTranslation(pixels / side, pixels / side, fill_mode="constant", interpolation="nearest")


def _turned_and_scaled() -> list[layers.Layer]:
    turned = layers.RandomRotation(15 / 360, fill_mode="constant")
    scaled = layers.RandomZoom(0.15, 0.15, fill_mode="constant")
    return [turned, scaled, _moved(2)]


AUGMENTATIONS: dict[str, Callable[[], list[layers.Layer]]] = {
    "none": lambda: [],
    "moved by up to 2 pixels": lambda: [_moved(2)],
    "moved by up to 4 pixels": lambda: [_moved(4)],
    "moved by up to 8 pixels": lambda: [_moved(8)],
    "turned, scaled and moved": _turned_and_scaled,
    "noise": lambda: [layers.GaussianNoise(0.3)],
}


def build(network: str, *, augmentation: str = "none") -> keras.Sequential:
    """Build a network behind the layers that change its training images.

    Parameters
    ----------
    network : str
        A name in `NETWORKS`.
    augmentation : str
        A name in `AUGMENTATIONS`. Its layers act in training only.

    Returns
    -------
    keras.Sequential
        Not yet compiled.

    Raises
    ------
    ValueError
        If there is no such name.
    """
    built = choose(NETWORKS, network, "network")()
    changes = choose(AUGMENTATIONS, augmentation, "augmentation")()
    return models.stack(built.name, [*changes, *built.layers])


def choose(known: Mapping[str, T], name: str, what: str) -> T:
    """Look up a name.

    Parameters
    ----------
    known : dict
        What there is, by name.
    name : str
        The name to look up.
    what : str
        What kind of thing it names, for the error.

    Returns
    -------
    object
        What has this name.

    Raises
    ------
    ValueError
        If there is no such name. The message lists the known ones.
    """
    if name not in known:
        raise ValueError(f"unknown {what} {name!r}: choose one of {', '.join(known)}")
    return known[name]


def draw_examples(images: ArrayLike, labels: ArrayLike, *, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw training examples at random, with each digit's share as in the whole (to within one example).

    Parameters
    ----------
    images, labels : array-like
        Training examples, first axis of equal length n.
    count : int
        How many to draw, 10 to n. For n, all are returned in their order.
    seed : int
        Decides which examples are drawn.

    Returns
    -------
    images, labels : numpy.ndarray
        The first axis of each has the length `count`.

    Raises
    ------
    ValueError
        If there are fewer examples, if `count` is too small for one of each
        digit, or if a label is not a digit.
    """
    images, labels = np.asarray(images), check_labels(labels)
    if count == len(images):
        return images, labels
    if not models.CLASSES <= count < len(images):
        raise ValueError(f"cannot draw {count} of {len(images)} examples: choose {models.CLASSES} to {len(images)}")
    drawn, _ = train_test_split(np.arange(len(images)), train_size=count, stratify=labels, random_state=seed)
    return images[drawn], labels[drawn]
