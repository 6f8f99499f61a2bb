"""What the book's own runs made: trained weights and records of training.

The files are written by the book's pipeline and never by hand. They let a page
show a trained network without training one.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

import keras
import numpy as np
import pandas as pd

from digitlib import models
from digitlib.checks import decode_digits
from digitlib.files import store
from digitlib.training import Run

FOLDER = Path(__file__).parent / "data" / "runs"
SWEEPS = FOLDER / "sweeps"
NETWORKS = "networks"
BY_WRITER = "by_writer.json"
REFUSED = "refused as no digit"
FURTHER_SCORES = ("moved", "corrupted", "confidences", "each_epoch")

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


def load_networks() -> list[keras.Model]:
    """Load five CNNs that were trained as the book's was, from other seeds.

    Returns
    -------
    list of keras.Model
        Of the seeds 1 to 5.
    """
    networks = []
    for path in sorted((FOLDER / NETWORKS).glob("*.weights.h5")):
        networks.append(models.build_cnn())
        networks[-1].load_weights(path)
    return networks


def load_run(name: str) -> Run:
    """Load the record of the training behind `load_model(name)`.

    Parameters
    ----------
    name : str
        ``"cnn"``, ``"fully_connected"`` or ``"matched"``.

    Returns
    -------
    Run

    Raises
    ------
    FileNotFoundError
        If there is no such network.
    """
    return Run.load(FOLDER / f"{name}.json")


def load_sweep(name: str) -> pd.DataFrame:
    """Load the runs of a sweep, that is, one experiment with many parameters.

    Parameters
    ----------
    name : str
        The file's name in ``sweeps/`` without its ending, such as
        ``"headline"``.

    Returns
    -------
    pandas.DataFrame
        One row for each run. The columns are the parameters of the experiment
        page; ``images`` (how many were scored), ``right`` (how many of them
        got the right answer), ``accuracy`` (their share, 0 to 1) and
        ``predictions`` (a string with a digit for each image, in their order);
        if the sweep asked for them, ``right_moved`` (a list: after moving the
        images by 0, 1, ... 8 pixels), ``right_corrupted`` (a dict by
        corruption), ``right_by_epoch`` (a list) and ``nines`` (a list: minus the decimal logarithm of one
        minus each answer's probability); ``loss`` (a list by epoch),
        ``parameter_count``, ``seconds`` and ``cpu_seconds`` of the training,
        ``processor`` and ``versions``.

    Raises
    ------
    FileNotFoundError
        If the package has no results of such a sweep.
    """
    path = SWEEPS / f"{name}.jsonl.xz"
    if not path.exists():
        known = ", ".join(sorted(file.name.partition(".")[0] for file in SWEEPS.glob("*.jsonl.xz")))
        raise FileNotFoundError(f"no results of a sweep {name!r}: there are {known or 'none'}")
    table = pd.read_json(path, lines=True, dtype=False, precise_float=True)  # else 0.0003 is not quite itself
    table.insert(table.columns.get_loc("right") + 1, "accuracy", table["right"] / table["images"])
    return table


def load_sweeps() -> pd.DataFrame:
    """Load the runs of all sweeps, as `load_sweep` does.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``sweep`` and ``row``.
    """
    names = sorted(path.name.partition(".")[0] for path in SWEEPS.glob("*.jsonl.xz"))
    return pd.concat({name: load_sweep(name) for name in names}, names=["sweep", "row"])


def load_timings(name: str) -> pd.DataFrame:
    """Load what a command in ``benchmarks/`` measured on the machine that made the book.

    Parameters
    ----------
    name : str
        ``"speed"`` (trainings, see `digitlib.speed.timings`), ``"siblings"`` (more
        seeds of three of them), ``"tried"`` (recipes that were not chosen),
        ``"growth"`` (by number of images and batch size), ``"inference"``
        (images per second by way and batch size), ``"formats"`` (files of the
        trained network) or ``"step_profile"`` (one step of a training, stage
        by stage).

    Returns
    -------
    pandas.DataFrame
        One row for each measurement.

    Raises
    ------
    FileNotFoundError
        If there is no such measurement.
    """
    path = FOLDER / f"{name}.jsonl"
    if not path.exists():
        known = ", ".join(sorted(file.stem for file in FOLDER.glob("*.jsonl")))
        raise FileNotFoundError(f"no measurement {name!r}: there are {known or 'none'}")
    return pd.read_json(path, lines=True, dtype=False, precise_float=True)


def load_scores_by_writer() -> pd.DataFrame:
    """Load how sure the book's accuracies are, if whole writers are drawn instead of digits.

    Returns
    -------
    pandas.DataFrame
        Indexed by name: an accuracy of one network or of ten on average, or
        the difference of two of these. The columns are those of
        `digitlib.statistics.GroupedEstimate`, with the writers as groups, and
        the value on the test digits by ``students`` and by ``staff``.

    Notes
    -----
    Who wrote which digit is told by QMNIST's labels (Yadav and Bottou 2019),
    which are not part of this package.
    """
    return pd.read_json(FOLDER / BY_WRITER, orient="index", precise_float=True)


def save_timings(table: pd.DataFrame, name: str) -> None:
    """Write measurements for `load_timings`.

    Parameters
    ----------
    table : pandas.DataFrame
        One row for each measurement.
    name : str
        As `load_timings` takes it.
    """
    lines = table.to_json(orient="records", lines=True, double_precision=6)
    store({f"{name}.jsonl": lines.encode("utf-8")}, FOLDER)


def parameter_names(runs: pd.DataFrame) -> list[str]:
    """List the columns that hold the experiment's parameters, those before its outcome.

    Parameters
    ----------
    runs : pandas.DataFrame
        As `load_sweep` returns them.

    Returns
    -------
    list of str
    """
    return list(runs.columns[: runs.columns.get_loc("images")])


def repetitions(runs: pd.DataFrame, parameters: Mapping) -> pd.DataFrame:
    """Choose the runs that have the given parameters, whatever their seed.

    Parameters
    ----------
    runs : pandas.DataFrame
        As `load_sweep` returns them.
    parameters : mapping
        A value for each parameter of the experiment. Parameters that ask for
        further scores are not compared, since they do not change the training.

    Returns
    -------
    pandas.DataFrame
        The rows of these runs.
    """
    compared = [name for name in parameter_names(runs) if name not in {"seed", *FURTHER_SCORES}]
    same = [runs[name] == parameters[name] for name in compared]
    return runs[np.logical_and.reduce(same)]


def predicted(run: pd.Series) -> np.ndarray:
    """Read the predicted classes of a stored run.

    Parameters
    ----------
    run : pandas.Series
        A row of `load_sweep`.

    Returns
    -------
    numpy.ndarray, shape (n,), int64
        Classes, 0 to 9, in the order of the images.
    """
    return decode_digits(run["predictions"])
