"""Train with every epoch as one compiled graph.

The same mathematics as Keras's ``fit``, without two kinds of waiting. The
program does not return to Python between steps. And each batch is cut into
parts, whose gradients are computed side by side, one core each, and added:
the gradient of a sum is the sum of the gradients. A loop over `epochs` is the
training: its body may score the network, draw, or stop.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from digitlib.checks import CLASSES, check_examples, input_shape
from digitlib.machine import check_keras, count_cores

Augment = Callable[[tf.Tensor], tf.Tensor]

MOST_PARTS = 4  # of a batch of 32, eight images each: smaller parts waste what the processor does at once


class OneCycle(keras.optimizers.schedules.LearningRateSchedule):
    """A learning rate that rises in a straight line to its peak, then falls in a straight line to zero.

    Parameters
    ----------
    peak : float
        The highest rate.
    steps : int
        How many the whole training has.
    rise : float
        The share of the steps before the peak, between 0 and 1. The mean
        rate is half the peak for any share. No stored run compares shares.

    Raises
    ------
    ValueError
        If no step is left for the rise or the fall.

    Notes
    -----
    A simpler form of the schedule in Smith and Topin (2018), Super-Convergence,
    arXiv:1708.07120.

    Examples
    --------
    >>> rate = OneCycle(peak=0.01, steps=99, rise=0.25)
    >>> [round(float(rate(step)), 4) for step in (0, 24, 98)]
    [0.0004, 0.01, 0.0001]
    """

    def __init__(self, peak: float, steps: int, *, rise: float = 0.25):
        if not 0 < rise < 1:
            raise ValueError(f"rise is the share of steps before the peak, so it lies between 0 and 1; got {rise}")
        self.peak, self.steps, self.rise = peak, steps, rise

    def __call__(self, step):
        done = (tf.cast(step, tf.float32) + 1) / (self.steps + 1)
        return self.peak * tf.minimum(done / self.rise, (1 - done) / (1 - self.rise))

    def get_config(self) -> dict:
        return {"peak": self.peak, "steps": self.steps, "rise": self.rise}


@dataclass(frozen=True)
class Epoch:
    """One pass over the images, just made.

    Attributes
    ----------
    number : int
        From 1.
    loss : float
        Mean over the images, before the step that each of them took part in.
    seconds, cpu_seconds : float
        Wall and processor time.
    """

    number: int
    loss: float
    seconds: float
    cpu_seconds: float


def run_operations_side_by_side() -> None:
    """Tell TensorFlow to give each operation one thread, and to run as many operations at once as there are cores.

    By default it also splits each operation over all cores. Operations on a
    batch of 32 small images are too short for that.

    Raises
    ------
    RuntimeError
        If TensorFlow has computed something before: it makes its threads only once.
    """
    try:
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(count_cores())
    except RuntimeError:
        raise RuntimeError(
            "TensorFlow's threads are made already, with its first computation: "
            "call run_operations_side_by_side() right after the imports (in a notebook, restart the kernel)"
        ) from None


def useful_parts() -> int:
    """Into how many parts a batch should be cut here.

    Returns
    -------
    int
        One for each core, up to four; one on a GPU.
    """
    return 1 if tf.config.list_physical_devices("GPU") else min(MOST_PARTS, count_cores())


def epochs(
    model: keras.Model,
    images: np.ndarray,
    labels: np.ndarray,
    *,
    count: int,
    optimizer: keras.optimizers.Optimizer,
    seed: int,
    batch_size: int = 32,
    parts: int = 1,
    reshuffle: bool = True,
    label_smoothing: float = 0.0,
    augment: Augment | None = None,
) -> Iterator[Epoch]:
    """Set up a training like Keras's ``fit``; each turn of a loop over it trains for one epoch.

    Parameters
    ----------
    model : keras.Model
        Puts out class probabilities. It need not be compiled.
    images : numpy.ndarray, shape (n, 28, 28, 1), float32 in [0, 1]
    labels : numpy.ndarray, shape (n,), integers 0 to 9
    count : int
        How many epochs there are. The loop may end sooner.
    optimizer : keras.optimizers.Optimizer
        Not used before.
    seed : int
        Fixes the order of the images.
    batch_size : int
        As in Keras: the last batch of an epoch may be smaller.
    parts : int
        Into how many parts each batch is cut. More than one pays only after
        `run_operations_side_by_side`. Batch normalization then uses the mean
        and variance of a part, so its results depend on the number of parts.
    reshuffle : bool
        A new order each epoch. Without it, every epoch repeats the first, as
        Keras's ``fit`` does on TensorFlow once a seed is set, see
        https://github.com/tensorflow/tensorflow/issues/35682.
    label_smoothing : float
        The share of the target, 0 to 1, that is spread over all classes alike.
    augment : callable, optional
        Changes a batch of images at random, as part of the graph.

    Returns
    -------
    iterator of Epoch
        When it is returned, the images have been moved and the graph has been
        made. Nothing is trained until you ask it for an epoch.

    Raises
    ------
    ValueError
        If images and labels do not come in pairs, images are not of the
        model's input shape and scaled to [0, 1], labels are no digits, or they
        leave a last batch that is too small for the parts.
    RuntimeError
        If Keras has settings that would change the networks.

    Examples
    --------
    Train until the loss is low enough, at most ten epochs::

        for epoch in epochs(model, X_train, y_train, count=10, optimizer=keras.optimizers.Adam(), seed=1):
            print(f"epoch {epoch.number}: loss {epoch.loss:.3f}, {epoch.seconds:.1f} s")
            if epoch.loss < 0.01:
                break
    """
    check_keras()
    images, labels = check_examples(images, labels, input_shape(model))  # type: ignore[arg-type]  # arrays will do
    if 0 < len(images) % batch_size < parts:
        raise ValueError(
            f"the last batch has {len(images) % batch_size} of {len(images)} images, too few to be cut into {parts} "
            "parts: choose another batch_size, or parts=1"
        )
    optimizer.build(model.trainable_variables)
    run_epoch = compile_epoch(
        model,
        tf.constant(images),
        tf.one_hot(labels, CLASSES),
        optimizer=optimizer,
        batch_size=batch_size,
        parts=parts,
        label_smoothing=label_smoothing,
        augment=augment,
    )

    def train() -> Iterator[Epoch]:
        orders = np.random.default_rng(seed)
        order = orders.permutation(len(images))
        for number in range(1, count + 1):
            if number > 1 and reshuffle:
                order = orders.permutation(len(images))
            wall, cpu = time.perf_counter(), time.process_time()
            loss = float(run_epoch(tf.constant(order))) / len(images)
            yield Epoch(number, loss, time.perf_counter() - wall, time.process_time() - cpu)

    return train()


def compile_epoch(
    model: keras.Model,
    images: tf.Tensor,
    targets: tf.Tensor,
    *,
    optimizer: keras.optimizers.Optimizer,
    batch_size: int,
    parts: int,
    label_smoothing: float,
    augment: Augment | None,
) -> Callable[[tf.Tensor], tf.Tensor]:
    """Make the graph of an epoch: from an order to the sum of all losses."""
    weights = [variable.value for variable in model.trainable_variables]

    def backward(batch, part, count):
        chosen = batch[part::parts]
        seen = tf.gather(images, chosen)
        if augment:
            seen = augment(seen)
        with tf.GradientTape() as tape:
            losses = keras.losses.categorical_crossentropy(
                tf.gather(targets, chosen),
                model(seen, training=True),
                label_smoothing=label_smoothing,
            )
            loss = tf.reduce_sum(losses)
            share = loss / count
        return loss, tape.gradient(share, weights)

    @tf.function(input_signature=[tf.TensorSpec([len(images)], tf.int64)])
    def run_epoch(order):
        total = 0.0
        for start in tf.range(0, len(images), batch_size):
            batch = order[start : start + batch_size]
            count = tf.cast(tf.size(batch), tf.float32)
            results = [backward(batch, part, count) for part in range(parts)]
            losses, gradients = zip(*results, strict=True)
            of_weights = zip(*gradients, strict=True)
            optimizer.apply([tf.add_n(of_parts) for of_parts in of_weights])
            total += tf.add_n(losses)
        return total

    return run_epoch.get_concrete_function()
