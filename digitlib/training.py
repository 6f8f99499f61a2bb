"""Train a network from a seed and keep what happened."""

import json
import platform
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import keras
import numpy as np

from digitlib.checks import CLASSES, check_examples, check_images, check_input, decode_digits, input_shape
from digitlib.files import read_text, write_text
from digitlib.machine import check_keras, processor

SETTINGS = {
    "optimizer": "adam",
    "loss": "sparse_categorical_crossentropy",
    "metrics": ["accuracy"],
}
# Steps that TensorFlow takes before Python has its turn again. As measured, they leave every weight as it is, bit by
# bit, and a fully connected network takes 60 % of the processor time, the CNN 93 %. More steps save nothing further.
STEPS_PER_EXECUTION = 10


@dataclass(frozen=True)
class Run:
    """What happened in one training.

    Parameters
    ----------
    model : str
        Name of the network.
    seed : int
        Seed of weights and shuffling.
    epochs, batch_size, training_images : int
        Passes over the images, images per step, and images in all.
    history : dict of str to list of float
        Keras's history: one value per epoch for ``accuracy`` and ``loss``, and
        for ``val_accuracy`` and ``val_loss`` if there was validation.
    seconds, cpu_seconds : float
        Wall time and processor time of the training alone, in seconds.
    predictions : numpy.ndarray, shape (n,), int64
        The predicted classes of the test images, 0 to 9, in the order of the
        images; none if the run was not tested. A file holds them as a string
        of digits.
    versions : dict of str to str
        Of Python, TensorFlow, Keras and NumPy.
    processor : str
        Of the computer, with the number of its cores.
    """

    model: str
    seed: int
    epochs: int
    batch_size: int
    training_images: int
    history: dict[str, list[float]]
    seconds: float
    cpu_seconds: float
    predictions: np.ndarray
    versions: dict[str, str]
    processor: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Run) and self._as_stored() == other._as_stored()

    def save(self, path: str | Path) -> None:
        """Write the run to a JSON file, whole or not at all.

        Parameters
        ----------
        path : path-like
            Where to write it. Missing folders are made.
        """
        write_text(json.dumps(self._as_stored(), indent=1, allow_nan=False) + "\n", path)

    @classmethod
    def load(cls, path: str | Path) -> "Run":
        """Read a run that `save` has written.

        Parameters
        ----------
        path : path-like
            The file.

        Returns
        -------
        Run

        Raises
        ------
        ValueError
            If the file does not hold a run.
        """
        try:
            run = cls(**json.loads(read_text(path)))
            return replace(run, predictions=decode_digits(run.predictions))
        except (TypeError, ValueError) as error:
            raise ValueError(f"{path} does not hold a training run: {error}. Write it again with Run.save.") from error

    def _as_stored(self) -> dict:
        return asdict(self) | {"predictions": "".join(map(str, self.predictions))}


class Recorder(keras.callbacks.History):
    """Keras's history of a training that also takes the time and makes a `Run` of both.

    Parameters
    ----------
    seed : int
        What the weights and the order of the images were drawn from.

    Examples
    --------
    Pass it to Keras's own ``fit``, and ask for the run afterwards::

        recorder = Recorder(seed=1)
        model.fit(X_train, y_train, epochs=10, batch_size=32, callbacks=[recorder])
        run = recorder.run(batch_size=32, training_images=len(X_train), test_images=X_test)
    """

    def __init__(self, *, seed: int):
        super().__init__()
        self.seed = seed

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        self.history: dict[str, list[float]] = {}  # else a second training would be added to the first
        self.wall_start, self.cpu_start = time.perf_counter(), time.process_time()

    def on_train_end(self, logs=None):
        self.seconds = time.perf_counter() - self.wall_start
        self.cpu_seconds = time.process_time() - self.cpu_start

    def run(self, *, batch_size: int, training_images: int, test_images: np.ndarray | None = None) -> Run:
        """Describe the training that has ended.

        Parameters
        ----------
        batch_size, training_images : int
            As they were passed to ``fit``.
        test_images : numpy.ndarray, shape (n, 28, 28, 1), float32, optional
            Images that the trained model is to classify.

        Returns
        -------
        Run

        Raises
        ------
        RuntimeError
            If no training has ended yet.
        """
        if not hasattr(self, "seconds"):
            raise RuntimeError("no training has been recorded: pass the recorder to fit(..., callbacks=[recorder])")
        return Run(
            model=self.model.name,
            seed=self.seed,
            epochs=len(self.history["loss"]),
            batch_size=batch_size,
            training_images=training_images,
            history=self.history,
            seconds=self.seconds,
            cpu_seconds=self.cpu_seconds,
            predictions=decode_digits("") if test_images is None else classify(self.model, test_images),
            versions=versions(),
            processor=processor(),
        )


def train(
    build: Callable[[], keras.Model],
    images: np.ndarray,
    labels: np.ndarray,
    *,
    seed: int,
    epochs: int = 10,
    batch_size: int = 32,
    optimizer: str | keras.optimizers.Optimizer = "adam",
    new_order: bool = False,
    validation_data: tuple[np.ndarray, np.ndarray] | None = None,
    test_images: np.ndarray | None = None,
    verbose: int = 0,
) -> tuple[keras.Model, Run]:
    """Build a network and train it from a seed.

    Parameters
    ----------
    build : callable
        Returns a model that is not yet compiled, such as `models.build_cnn`.
    images : numpy.ndarray, shape (n, 28, 28, 1), float32 in [0, 1]
        What to train on, as `data.scale_pixels` returns it.
    labels : array-like, shape (n,), integers 0 to 9
        The true class of each image.
    seed : int
        Fixes the initial weights and the order of the images. A repetition on
        the same machine with the same versions gives the same network. On
        another processor, or another number of cores, sums are added in
        another order, and the networks drift apart.
    epochs, batch_size : int
        Passes over the images, and images per step of the optimizer.
    optimizer : str or keras.optimizers.Optimizer
        One of Keras's optimizers, or its name.
    new_order : bool
        Whether each epoch has an order of the images of its own. Otherwise
        all epochs of a seed have the same one, as Keras's ``fit`` does once a
        seed was set.
    validation_data : tuple of numpy.ndarray, optional
        Images and labels held out from the training set. Never pass the test
        set: a choice made by looking at the test score makes it too good.
    test_images : numpy.ndarray, optional
        Images to classify once, after the training. For runs declared in
        advance.
    verbose : int
        As in Keras: 0 is silent, 2 prints a line per epoch.

    Returns
    -------
    model : keras.Model
        Trained.
    run : Run
        What happened.

    Raises
    ------
    ValueError
        If images and labels do not come in pairs, images do not have the
        network's input shape or are not scaled to [0, 1], or a label is not a
        digit.
    RuntimeError
        If Keras has settings that would change the networks.
    """
    check_keras()
    keras.utils.set_random_seed(seed)
    model = build()
    shape = input_shape(model)
    images, labels = check_examples(images, labels, shape)
    if validation_data is not None:
        validation_data = check_examples(*validation_data, shape)
    if test_images is not None:
        test_images = check_images(test_images, shape)
    model.compile(**(SETTINGS | {"optimizer": optimizer}), steps_per_execution=STEPS_PER_EXECUTION)
    recorder = Recorder(seed=seed)
    if new_order:
        examples = {"shuffle": False, "x": _in_new_orders(images, labels, batch_size=batch_size, seed=seed)}
    else:
        examples = {"x": images, "y": labels, "batch_size": batch_size}
    model.fit(**examples, epochs=epochs, validation_data=validation_data, callbacks=[recorder], verbose=verbose)
    return model, recorder.run(batch_size=batch_size, training_images=len(images), test_images=test_images)


def _in_new_orders(images: np.ndarray, labels: np.ndarray, *, batch_size: int, seed: int) -> Iterable:
    """Batches of images and labels, in another order whenever they are gone through."""
    import tensorflow  # loaded by Keras already

    images, labels = tensorflow.constant(images), tensorflow.constant(labels)
    numbers = tensorflow.data.Dataset.range(len(labels)).shuffle(len(labels), seed=seed)
    return numbers.batch(batch_size).map(lambda now: (tensorflow.gather(images, now), tensorflow.gather(labels, now)))


def predict_probabilities(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """Compute the class probabilities of images.

    Parameters
    ----------
    model : keras.Model
        A trained network.
    images : numpy.ndarray, shape (n, 28, 28, 1), float32 in [0, 1]
        Any number of them, or none.

    Returns
    -------
    numpy.ndarray, shape (n, 10), float32
        One row for each image.

    Raises
    ------
    ValueError
        If the images do not have the network's input shape, or are not scaled
        to [0, 1].
    RuntimeError
        If Keras has settings that would change the networks.

    Warns
    -----
    UserWarning
        If the images look like dark ink on light paper.
    """
    if len(images) == 0:  # as when no digit was found in a photo
        return np.empty((0, CLASSES), np.float32)
    images = check_input(model, images)
    return model.predict(images, batch_size=1_000, verbose=0)


def classify(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """Give each image its most probable class.

    Parameters
    ----------
    model : keras.Model
        A trained network.
    images : numpy.ndarray, shape (n, 28, 28, 1), float32 in [0, 1]
        As `predict_probabilities` takes them. Errors and warnings are the same.

    Returns
    -------
    numpy.ndarray, shape (n,), int64
        Classes, 0 to 9.
    """
    return predict_probabilities(model, images).argmax(axis=1)


def versions() -> dict[str, str]:
    """Look up the versions that decide what a training gives.

    Returns
    -------
    dict of str to str
        Of Python, TensorFlow, Keras and NumPy.
    """
    import tensorflow  # loaded by Keras already

    return {
        "python": platform.python_version(),
        "tensorflow": tensorflow.__version__,
        "keras": keras.__version__,
        "numpy": np.__version__,
    }
