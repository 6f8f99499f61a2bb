"""Answers that no check expects: plain ones, and what lies near the right answer."""

import types
from collections.abc import Callable, Iterator

import numpy as np

from digitlib import exercises

PLAIN = {
    "zero": 0,
    "one": 1,
    "a half": 0.5,
    "seven": 7,
    "minus one": -1,
    "a thousand million": 1e9,
    "a letter": "x",
    "no text": "",
    "an empty list": [],
    "an empty dict": {},
    "rows of different lengths": [[1], [2, 3]],
    "zeros": np.zeros(3),
    "an empty array": np.zeros((0, 3)),
    "an array of images": np.ones((2, 28, 28), np.uint8),
}

# How a number, or an array of numbers, may lie near the right one.
CHANGES = {
    "last one off": lambda values: _last_one_off(values, by=2),
    "one more": lambda values: values + 1,
    "one less": lambda values: values - 1,
    "1 % more": lambda values: values * 1.01,
    "1 % less": lambda values: values * 0.99,
    "twice": lambda values: np.stack([values, values]),
}
# The same for an array alone.
CHANGES_OF_ARRAYS = {
    "backwards": lambda values: values[::-1],
    "rows backwards": lambda values: values[:, ::-1],
    "one place on": lambda values: values[np.arange(len(values)) - 1],
    "without the last": lambda values: values[:-1],
}


def plain(answer) -> Iterator[tuple[str, object]]:
    """Values of all kinds; or functions that return them, where a function is asked for."""
    for what, value in PLAIN.items():
        yield what, (lambda *_, value=value: value) if isinstance(answer, types.FunctionType) else value


def near(name: str, answer) -> Iterator[tuple[str, object]]:
    """Answers near the right one to an exercise, each with what was changed."""
    if isinstance(answer, types.FunctionType):
        yield "off at the last call", [*off_at_one_call(name, answer)][-1]
        yield "off at the first call", next(off_at_one_call(name, answer))
        for what, change in (CHANGES | CHANGES_OF_ARRAYS).items():
            yield what, _changed(answer, change)
    elif hasattr(answer, "layers"):
        from keras import Sequential, layers

        yield "without the last", Sequential(answer.layers[:-1])
        yield "one layer more", Sequential([*answer.layers, layers.Dense(10)])
    elif isinstance(answer, list) and isinstance(answer[0], dict):
        yield "without the last", answer[:-1]
        yield "twice", answer * 2
    else:
        for what, change in (CHANGES | CHANGES_OF_ARRAYS if np.ndim(answer) else CHANGES).items():
            yield what, _change(answer, change)


def off_at_one_call(name: str, answer: Callable, by: float = 2) -> Iterator[Callable]:
    """For each call that the check of an exercise makes, a function that gives the right answer to all others."""
    calls = []
    exercises.verdict(name, lambda *arguments: (calls.append(1), answer(*arguments))[1])
    for number, _ in enumerate(calls, start=1):
        yield _changed(answer, lambda values: _last_one_off(values, by), only=number)


def _last_one_off(values: np.ndarray, by: float) -> np.ndarray:
    return np.append(values.ravel()[:-1], values.ravel()[-1:] + by).reshape(values.shape)


def _changed(function: Callable, change: Callable, only: int | None = None) -> Callable:
    """A function whose results are changed: all of them, or that of one call."""
    calls = []

    def changed(*arguments):
        calls.append(1)
        result = function(*arguments)
        return _change(result, change) if only in (None, len(calls)) else result

    return changed


def _change(answer, change: Callable):
    """Change a number or an array; the last of several arrays; turn a text round."""
    if isinstance(answer, str):
        return answer[::-1]
    if isinstance(answer, tuple) and any(map(np.ndim, answer)):
        return *answer[:-1], change(np.asarray(answer[-1]))
    return change(np.asarray(answer))
