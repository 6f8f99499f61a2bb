"""The numbers and claims that a page of the book quotes: imported by cells of chapters that no reader gets.

A page collects them while it runs and saves them to one file. The book's
pipeline then puts the numbers into the prose, and refuses the page if one of
its claims does not hold. Prose and outputs cannot disagree.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from digitlib.files import write_text

if TYPE_CHECKING:  # a page that trains nothing need not wait for TensorFlow
    import keras

    from digitlib.training import Run

FOLDER = Path("results")


class Page:
    """Collects the results of one page.

    Parameters
    ----------
    name : str
        The page's file name without its ending, such as ``"04_training"``.

    Examples
    --------
    >>> page = Page("00_example")
    >>> page.add(images=60_000)
    >>> page.claim("a majority was right", 9_912 > 10_000 / 2)
    >>> page.numbers, page.claims
    ({'images': 60000}, {'a majority was right': True})
    """

    def __init__(self, name: str):
        self.name = name
        self.numbers: dict = {}
        self.tolerances: dict[str, dict] = {}
        self.measured: list[str] = []
        self.claims: dict[str, bool] = {}
        self.kept: list[str] = []

    def add(self, *, atol: float = 0, count_atol: int = 0, **numbers) -> None:
        """Keep numbers, strings or lists and dicts of them under their names.

        Whoever runs the page again must get the same: exactly, if the numbers
        rest on data and stored results; within a tolerance, if a training or
        a trained network's probabilities made them.

        Parameters
        ----------
        atol, count_atol : float, int
            How far another run's decimals, and its whole numbers, may lie from
            these. Take them from the spread of repeated runs.
        **numbers
            By name.

        Raises
        ------
        ValueError
            If a name is taken (a number has one source), or a number is not finite.
        TypeError
            If a value is of another type.
        """
        tolerance = {kind: most for kind, most in {"atol": atol, "count_atol": count_atol}.items() if most}
        for name, value in numbers.items():
            if name in self.numbers:
                raise ValueError(f"page {self.name} has a number {name!r} already: choose another name")
            self.numbers[name] = _plain(value, name)
            if tolerance:
                self.tolerances[name] = tolerance

    def measure(self, **numbers) -> None:
        """Keep what the machine or chance alone decides: seconds, memory, the processor, who leads by a hair.

        As `add` does, but another run need only give something of the same kind.
        """
        self.add(**numbers)
        self.measured += numbers

    def claim(self, text: str, holds: bool) -> None:
        """Keep whether a statement of the prose holds in this run.

        Parameters
        ----------
        text : str
            The statement, as the prose quotes it.
        holds : bool

        Raises
        ------
        ValueError
            If the page has made this claim before.
        """
        if text in self.claims:
            raise ValueError(f"page {self.name} has made the claim {text!r} already: make it once")
        self.claims[text] = bool(holds)

    def keep(self, name: str, model: keras.Model, run: Run) -> None:
        """Keep a trained network's weights and the record of its training."""
        bare = type(model).from_config(model.get_config())  # without the optimizer, whose state is twice as large
        bare.set_weights(model.get_weights())
        FOLDER.mkdir(exist_ok=True)
        bare.save_weights(FOLDER / f"{name}.weights.h5")
        run.save(FOLDER / f"{name}.json")
        self.kept += [f"{name}.weights.h5", f"{name}.json"]

    def keep_file(self, name: str) -> Path:
        """Where to write one more file that is to be kept, such as ``"familiarity.json"``."""
        FOLDER.mkdir(exist_ok=True)
        self.kept.append(name)
        return FOLDER / name

    def save(self) -> None:
        """Write ``results/pages/<name>.json`` and print how many claims hold."""
        content = {
            "numbers": self.numbers,
            "tolerances": self.tolerances,
            "measured": self.measured,
            "claims": self.claims,
            "kept": self.kept,
        }
        text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
        write_text(text, FOLDER / "pages" / f"{self.name}.json")
        failed = [text for text, holds in self.claims.items() if not holds]
        print(f"{len(self.claims) - len(failed)} of {len(self.claims)} claims hold.")
        for text in failed:
            print(f"Does not hold in this run: {text}")


def _plain(value, name: str):
    """The value in the types that JSON knows."""
    if hasattr(value, "_asdict"):  # a named tuple keeps its names
        value = value._asdict()
    if isinstance(value, dict):
        return {str(key): _plain(item, name) for key, item in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [_plain(item, name) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{name} is {value}: a page keeps finite numbers")
    if not isinstance(value, str | int | float | bool | None):
        raise TypeError(
            f"{name} is a {type(value).__name__}: a page keeps numbers, strings, and lists and dicts of them"
        )
    return value
