"""Recipes for training fast: networks, rates and augmentation, from the book's own to the fastest."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from digitlib import models
from digitlib.checks import check_input
from digitlib.speed import graphs

MOMENTUM = 0.9  # of batch normalization: a mean over some ten steps, where Keras's own 0.99 takes a hundred
AT_ONCE = 1_000  # images whose maps are in memory together, as in `training.predict_probabilities`
PIXEL_MEAN, PIXEL_DEVIATION = 0.1307, 0.3081  # of the training images, scaled to 0 to 1


@dataclass(frozen=True)
class Recipe:
    """All that decides what a training gives, except the seed.

    Attributes
    ----------
    build : callable
        Returns a model that puts out class probabilities.
    epochs, batch_size : int
    rate : float
        Adam's learning rate; with `one_cycle`, its peak.
    one_cycle : bool
        Let the rate rise and fall, see `graphs.OneCycle`; else it is constant.
    beta_2 : float
        Adam's memory for squared gradients.
    label_smoothing : float
        The share of the target that is spread over all classes alike.
    augment : callable or None
        Changes a batch of images at random.
    reshuffle : bool
        Show the images in a new order each epoch.
    """

    build: Callable[[], keras.Sequential]
    epochs: int
    batch_size: int = 32
    rate: float = 0.001
    one_cycle: bool = False
    beta_2: float = 0.999
    label_smoothing: float = 0.0
    augment: graphs.Augment | None = None
    reshuffle: bool = True

    def optimizer(self, images: int) -> keras.optimizers.Optimizer:
        """Make Adam for a training on that many images: the one-cycle rate ends with the last step.

        Parameters
        ----------
        images : int
            How many images are trained on.

        Returns
        -------
        keras.optimizers.Optimizer
        """
        steps = self.epochs * -(-images // self.batch_size)
        rate = graphs.OneCycle(self.rate, steps) if self.one_cycle else self.rate
        return keras.optimizers.Adam(rate, beta_2=self.beta_2)


def start(
    recipe: Recipe, images: np.ndarray, labels: np.ndarray, *, seed: int, parts: int | None = None
) -> tuple[keras.Model, Iterator[graphs.Epoch]]:
    """Build a network, and set up its training by a recipe; each turn of a loop over the epochs trains for one.

    Parameters
    ----------
    recipe : Recipe
    images : numpy.ndarray, shape (n, 28, 28, 1), float32 in [0, 1]
    labels : numpy.ndarray, shape (n,), integers 0 to 9
    seed : int
        Fixes the initial weights, the order of the images and their changes.
    parts : int, optional
        See `graphs.epochs`; by default `graphs.useful_parts()`. With batch
        normalization, the network depends on it a little.

    Returns
    -------
    model : keras.Model
        Not trained yet.
    epochs : iterator of graphs.Epoch
        As many as the recipe says. If a loop ends sooner, a one-cycle rate
        has not come to its end.

    Raises
    ------
    ValueError, RuntimeError
        As by `graphs.epochs`.

    Examples
    --------
    ::

        model, epochs = start(RECIPES["race to 99 %"], X_train, y_train, seed=1)
        for epoch in epochs:
            print(f"{epoch.seconds:.1f} s, loss {epoch.loss:.3f}")
    """
    keras.utils.set_random_seed(seed)
    model = recipe.build()
    epochs = graphs.epochs(
        model,
        images,
        labels,
        count=recipe.epochs,
        optimizer=recipe.optimizer(len(images)),
        seed=seed,
        batch_size=recipe.batch_size,
        parts=parts or graphs.useful_parts(),
        reshuffle=recipe.reshuffle,
        label_smoothing=recipe.label_smoothing,
        augment=recipe.augment,
    )
    return model, epochs


def predict_views(model: keras.Model, images: np.ndarray, *, seed: int, views: int = 8) -> np.ndarray:
    """Average the probabilities of an image and of slightly changed views of it.

    Parameters
    ----------
    model : keras.Model
    images : numpy.ndarray, shape (n, 28, 28, 1), float32 in [0, 1]
    seed : int
        Fixes the changes.
    views : int
        How many, the image itself included.

    Returns
    -------
    numpy.ndarray, shape (n, 10), float32

    Raises
    ------
    ValueError, RuntimeError
        As by `training.predict_probabilities`.
    """
    images = check_input(model, images)
    tf.random.set_seed(seed)

    @tf.function(reduce_retracing=True)
    def average(batch):
        total = model(batch)
        for _ in range(views - 1):
            total += model(turn_scale_move(batch, degrees=5, scale=0.05, pixels=1, shear=0.05))  # half of training's
        return total / views

    starts = range(0, len(images), AT_ONCE)
    return np.concatenate([average(images[start : start + AT_ONCE]) for start in starts])


def turn_scale_move(
    images: tf.Tensor, *, degrees: float = 10, scale: float = 0.1, pixels: float = 2, shear: float = 0.1
) -> tf.Tensor:
    """Turn, scale, shear and move each image at random, in one resampling.

    Parameters
    ----------
    images : tensor, shape (n, 28, 28, 1), float32
    degrees : float
        Largest turn, either way.
    scale : float
        Largest change of width and, independently, height, as a share.
    pixels : float
        Largest move along each axis.
    shear : float
        Largest shift of a row for each row of height.

    Returns
    -------
    tensor, shape (n, 28, 28, 1), float32
        Interpolated bilinearly; pixels from outside the image are 0.

    Notes
    -----
    For each pixel of the result, the matrix tells where it comes from. Only
    the move shifts the center of the image.
    """
    count = tf.shape(images)[0]

    def draw(largest):
        return tf.random.uniform([count], -largest, largest)

    angle, across, down = draw(np.radians(degrees)), 1 + draw(scale), 1 + draw(scale)
    xx, xy = tf.cos(angle) * across, draw(shear) - tf.sin(angle) * down
    yx, yy = tf.sin(angle) * across, tf.cos(angle) * down
    center = (models.IMAGE_SHAPE[0] - 1) / 2
    x = center - (xx + xy) * center + draw(pixels)
    y = center - (yx + yy) * center + draw(pixels)
    none = tf.zeros([count])
    matrix = tf.stack([xx, xy, x, yx, yy, y, none, none], axis=1)
    return keras.ops.image.affine_transform(images, matrix, interpolation="bilinear", fill_mode="constant")


def build_small(first: int = 16, second: int = 32, hidden_units: int = 128) -> keras.Sequential:
    """Build a network for the race: its first convolution looks only at every second place.

    Parameters
    ----------
    first, second : int
        Filters of the two convolutions, half of the book's. With eight in the
        first, the network misses the goal (``benchmarks/tried.py``).
    hidden_units : int
        Twice the book's, which costs little time.

    Returns
    -------
    keras.Sequential
        Maps images of shape (n, 28, 28, 1), float32 in [0, 1], to class
        probabilities of shape (n, 10).

    Examples
    --------
    >>> build_small().count_params()
    108874
    """
    return models.stack(
        "small",
        [
            _standardize(),
            layers.Conv2D(first, kernel_size=(5, 5), strides=2, activation="relu"),
            layers.Conv2D(second, kernel_size=(3, 3)),
            layers.MaxPooling2D((2, 2)),
            layers.ReLU(),  # after pooling there is a quarter of the work, and the result is the same
            layers.Flatten(),
            layers.Dense(hidden_units, activation="relu"),
            layers.Dense(models.CLASSES, activation="softmax"),
        ],
    )


def build_deep(first: int = 16, second: int = 32, third: int = 64, *, padding: str = "same") -> keras.Sequential:
    """Build a network of five normalized convolutions and one dense layer.

    Parameters
    ----------
    first, second, third : int
        Filters of the first convolution, of the next two, and of the last two.
    padding : str
        Of the second and third convolution.

    Returns
    -------
    keras.Sequential
        Maps images of shape (n, 28, 28, 1), float32 in [0, 1], to class
        probabilities of shape (n, 10).
    """

    def convolution(filters, kernel_size=3, *, pool=False, **options):
        pooling = [layers.MaxPooling2D((2, 2))] if pool else []
        convolved = layers.Conv2D(filters, kernel_size, use_bias=False, **options)
        return [convolved, *pooling, layers.BatchNormalization(momentum=MOMENTUM), layers.ReLU()]

    return models.stack(
        "deep",
        [
            *convolution(first, 5, strides=2, padding="same"),
            *convolution(second, padding=padding),
            *convolution(second, padding=padding, pool=True),
            *convolution(third, padding="same"),
            *convolution(third),
            layers.Flatten(),
            layers.Dense(models.CLASSES, activation="softmax"),
        ],
    )


def _standardize() -> layers.Layer:
    return layers.Rescaling(1 / PIXEL_DEVIATION, -PIXEL_MEAN / PIXEL_DEVIATION)


# Each recipe is the one before it with some parts changed. They were chosen on the last 10,000 training images, held
# out: the fewest epochs, or the smallest network, whose mean over seeds there leaves a margin to the target. What
# single parts are worth, benchmarks/tried.py measures; chapter 19 shows it.
_BOOK = Recipe(models.build_cnn, epochs=10)  # Keras's own rate and batch size
_ONE_CYCLE = replace(_BOOK, epochs=3, rate=0.002, one_cycle=True)  # the mean of this rate is the book's constant 0.001
_SMOOTHED = replace(_ONE_CYCLE, epochs=2, label_smoothing=0.1)  # the share of Szegedy and others (2016)
# Batches of 32 are as accurate, but take longer; Adam's usual 0.999 remembers longer than such a training lasts.
_LARGE = replace(_SMOOTHED, epochs=1, batch_size=128, rate=0.01, beta_2=0.95)
_FURTHER = replace(_LARGE, build=partial(build_deep, padding="valid"), epochs=2, rate=0.02)

RECIPES: dict[str, Recipe] = {
    "the book's own": _BOOK,
    "the same order each epoch": replace(_BOOK, reshuffle=False),
    "one-cycle rate": _ONE_CYCLE,
    "smoothed labels": _SMOOTHED,
    "larger batches": _LARGE,
    "race to 99 %": replace(_LARGE, build=build_small),
    # Milder changes of the images than in nine epochs; no stored run compares them with others.
    "race to 99.4 %": replace(_FURTHER, augment=partial(turn_scale_move, degrees=7, scale=0.07, pixels=1, shear=0.07)),
    # With eight views, within the time of the bare script's ten epochs; five epochs reach less.
    "most accurate": replace(_FURTHER, build=build_deep, epochs=9, augment=turn_scale_move),
}
