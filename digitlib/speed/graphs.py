"""Train with every epoch as one compiled graph.

The same mathematics as Keras's ``fit``, without two kinds of waiting. The
program does not return to Python between steps. And each batch is cut into
parts, whose gradients are computed side by side, one core each, and added:
the gradient of a sum is the sum of the gradients.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import keras
import numpy as np
import tensorflow as tf

from digitlib.checks import CLASSES, check_examples, input_shape
from digitlib.settings import check_keras

MOST_PARTS = 4  # of a batch of 32, eight images each: smaller parts waste what the processor does at once


class OneCycle(keras.optimizers.schedules.LearningRateSchedule):
    """A learning rate that rises in a straight line to its peak, then falls in a straight line to zero.

    Parameters
    ----------
    peak : float
        The highest rate.
    steps : int
        Of the whole training.
    rise : float
        The share of the steps before the peak, between 0 and 1.

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


@dataclass
class Record:
    """What a training took and how it went.

    Attributes
    ----------
    setup_seconds : float
        Wall time until the first step: moving the images, tracing the graph.
    epoch_seconds, epoch_cpu_seconds : list of float
        Wall and processor time of each epoch.
    loss : list of float
        Mean loss over each epoch's images, before the step that each of them took part in.
    """

    setup_seconds: float = 0.0
    epoch_seconds: list[float] = field(default_factory=list)
    epoch_cpu_seconds: list[float] = field(default_factory=list)
    loss: list[float] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """Wall time of set-up and training, in seconds."""
        return self.setup_seconds + sum(self.epoch_seconds)


def run_operations_side_by_side() -> None:
    """Tell TensorFlow to give each operation one thread, and to run as many operations at once as there are cores.

    By default it also splits each operation over all cores. Operations on a
    batch of 32 small images are too short for that.

    Raises
    ------
    RuntimeError
        If TensorFlow has computed something already: its threads are made once.
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
    """Into how many parts a batch should be cut here: one for each core, up to four; one on a GPU."""
    return 1 if tf.config.list_physical_devices("GPU") else min(MOST_PARTS, count_cores())


def fit(
    model: keras.Model,
    images: np.ndarray,
    labels: np.ndarray,
    *,
    optimizer: keras.optimizers.Optimizer,
    seed: int,
    epochs: int,
    batch_size: int = 32,
    parts: int = 1,
    reshuffle: bool = True,
    label_smoothing: float = 0.0,
    augment: Callable[[tf.Tensor], tf.Tensor] | None = None,
    after_epoch: Callable[[int], None] | None = None,
) -> Record:
    """Train a model as Keras's ``fit`` does, an epoch at a time.

    Parameters
    ----------
    model : keras.Model
        Puts out class probabilities. It need not be compiled.
    images : numpy.ndarray, shape (n, 28, 28, 1), float32 in [0, 1]
    labels : numpy.ndarray, shape (n,), integers 0 to 9
    optimizer : keras.optimizers.Optimizer
        Not used before.
    seed : int
        Fixes the order of the images.
    epochs, batch_size : int
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
    after_epoch : callable, optional
        Called with the number of epochs done; its time is not counted.

    Returns
    -------
    Record

    Raises
    ------
    ValueError
        If images and labels do not come in pairs, images are not of the
        model's input shape and scaled to [0, 1], labels are no digits, or they
        leave a last batch that is too small for the parts.
    RuntimeError
        If Keras is set to something else than the book's networks need.
    """
    record = Record()
    begin = time.perf_counter()
    check_keras()
    images, labels = check_examples(images, labels, input_shape(model))
    if 0 < len(images) % batch_size < parts:
        raise ValueError(
            f"the last batch has {len(images) % batch_size} of {len(images)} images, too few to be cut into {parts} "
            "parts: choose another batch_size, or parts=1"
        )
    optimizer.build(model.trainable_variables)
    run_epoch = compile_epoch(
        model, tf.constant(images), tf.one_hot(labels, CLASSES), optimizer, batch_size, parts, label_smoothing, augment
    )
    record.setup_seconds = time.perf_counter() - begin
    orders = np.random.default_rng(seed)
    order = orders.permutation(len(images))
    for epoch in range(epochs):
        if epoch and reshuffle:
            order = orders.permutation(len(images))
        wall, cpu = time.perf_counter(), time.process_time()
        loss = run_epoch(tf.constant(order))
        record.loss.append(float(loss) / len(images))
        record.epoch_seconds.append(time.perf_counter() - wall)
        record.epoch_cpu_seconds.append(time.process_time() - cpu)
        if after_epoch:
            after_epoch(epoch + 1)
    return record


def compile_epoch(model, images, targets, optimizer, batch_size, parts, label_smoothing, augment):
    """The graph of one epoch: from an order of the images to the sum of their losses."""

    def gradients_of_part(chosen, batch_count):
        seen = tf.gather(images, chosen)
        if augment:
            seen = augment(seen)
        with tf.GradientTape() as tape:
            losses = keras.losses.categorical_crossentropy(
                tf.gather(targets, chosen), model(seen, training=True), label_smoothing=label_smoothing
            )
            loss = tf.reduce_sum(losses)
            share = loss / batch_count
        return loss, tape.gradient(share, [variable.value for variable in model.trainable_variables])

    @tf.function(input_signature=[tf.TensorSpec([len(images)], tf.int64)])
    def run_epoch(order):
        total = 0.0
        for start in tf.range(0, len(images), batch_size):
            batch = order[start : start + batch_size]
            batch_count = tf.cast(tf.size(batch), tf.float32)
            losses, gradients = zip(
                *(gradients_of_part(batch[part::parts], batch_count) for part in range(parts)), strict=True
            )
            optimizer.apply([tf.add_n(of_parts) for of_parts in zip(*gradients, strict=True)])
            total += tf.add_n(losses)
        return total

    return run_epoch.get_concrete_function()


def count_cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
