"""What the book's own runs made: trained weights and records of training.

The files are written by the book's pipeline and never by hand. They let a page
show a trained network without training one.
"""

import json
from collections.abc import Callable
from pathlib import Path

import keras

from digitlib import models
from digitlib.training import Run

FOLDER = Path(__file__).parent / "reference"

BUILDERS: dict[str, Callable[[], keras.Model]] = {
    "cnn": models.build_cnn,
    "fully_connected": models.build_fully_connected,
    "matched": models.build_matched,
}


def load_model(name: str) -> keras.Model:
    """Load a network that a chapter of the book has trained.

    Parameters
    ----------
    name : str
        ``"cnn"``, ``"fully_connected"`` or ``"matched"``.

    Returns
    -------
    keras.Model
        With the weights of the run that the book shows.

    Raises
    ------
    KeyError
        If there is no such network.
    """
    if name not in BUILDERS:
        raise KeyError(f"no reference network {name!r}: choose one of {', '.join(BUILDERS)}")
    model = BUILDERS[name]()
    model.load_weights(FOLDER / f"{name}.weights.h5")
    return model


def load_run(name: str) -> Run:
    """Load the record of the training behind `load_model(name)`."""
    return Run.load(FOLDER / f"{name}.json")


def load_runs(name: str) -> list[Run]:
    """Load a set of repeated trainings, such as ``"cnn_repetitions"``, in the order of their seeds."""
    content = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return [Run(**run) for run in content]
