"""Parameters of notebooks: their defaults, and the one way to read values for them."""

import ast
import contextlib
import math
from collections.abc import Iterable
from typing import Any

import papermill
from nbformat import NotebookNode

KINDS = {bool: "True or False", int: "a whole number", float: "a number", str: "a text"}
WORDS = {"True": True, "False": False, "None": None}


class ParameterError(ValueError):
    """There is no such parameter, or it cannot have such a value; the message says what would do."""


def declared_parameters(notebook: NotebookNode) -> dict[str, Any]:
    """The defaults in a notebook's parameters cell, by name."""
    declared = papermill.inspect_notebook(notebook)
    return {name: ast.literal_eval(entry["default"]) for name, entry in declared.items()}


def check_names(names: Iterable[str], known: Iterable[str]) -> None:
    """Raise `ParameterError` if a name is none of a parameter."""
    if unknown := set(names) - set(known):
        listed = ", ".join(sorted(known)) or "none"
        raise ParameterError(f"unknown parameter {', '.join(sorted(unknown))}: there are {listed}")


def read_parameters(pairs: Iterable[tuple[str, str]], defaults: dict[str, Any]) -> dict[str, Any]:
    """Read names and values as they are given after ``-p``.

    Raises
    ------
    ParameterError
        If a name is unknown or stands twice, or a value does not fit its parameter.
    """
    parameters = {}
    for name, text in pairs:
        check_names([name], defaults)
        if name in parameters:
            raise ParameterError(f"{name} is given twice: leave one out")
        parameters[name] = read_value(name, text, defaults[name])
    return parameters


def read_value(name: str, text: str, default: Any) -> Any:
    """Read a value as papermill's ``-p`` does, and see whether it is of its default's type.

    Raises
    ------
    ParameterError
        If it is not. Where a float is expected, a whole number will do.

    Examples
    --------
    >>> read_value("epochs", "0500", 10)
    500
    >>> read_value("learning_rate", "1e-3", 0.1)
    0.001
    """
    value = _resolve(text)
    if type(default) is float and type(value) is int:
        value = float(value)
    if type(value) is not type(default) or (type(value) is float and not math.isfinite(value)):
        raise ParameterError(f"{name} is {text}, but must be {KINDS[type(default)]}, as its default {default!r} is")
    return value


def _resolve(text: str) -> Any:
    if text in WORDS:
        return WORDS[text]
    for kind in (int, float):
        with contextlib.suppress(ValueError):
            return kind(text)
    return text
