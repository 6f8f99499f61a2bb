"""What an experiment may vary, by the names that its parameters use."""

from collections.abc import Callable

import keras
import numpy as np
from keras import layers
from sklearn.model_selection import train_test_split

from digitlib import models
from digitlib.checks import check_labels
from digitlib.experiments import transformations, variations

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

TRANSFORMATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
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
        If a name is unknown.
    """
    built = choose(NETWORKS, network, "network")()
    changes = choose(AUGMENTATIONS, augmentation, "augmentation")()
    return models.stack(built.name, [*changes, *built.layers])


def choose(known: dict, name: str, what: str):
    """The entry of that name, or an error that lists those there are."""
    if name not in known:
        raise ValueError(f"unknown {what} {name!r}: choose one of {', '.join(known)}")
    return known[name]


def draw_examples(images: np.ndarray, labels: np.ndarray, *, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw training examples at random, each digit as often as in the whole (to within one).

    Parameters
    ----------
    images, labels : numpy.ndarray
        First axis of equal length n.
    count : int
        How many, 10 to n; with n, all of them in their order.
    seed : int

    Raises
    ------
    ValueError
        If there are not so many, or too few to have one of each digit, or a
        label is no digit.
    """
    images, labels = np.asarray(images), check_labels(labels)
    if count == len(images):
        return images, labels
    if not models.CLASSES <= count < len(images):
        raise ValueError(f"cannot draw {count} of {len(images)} examples: choose {models.CLASSES} to {len(images)}")
    drawn, _ = train_test_split(np.arange(len(images)), train_size=count, stratify=labels, random_state=seed)
    return images[drawn], labels[drawn]
