"""The checks and hints of the exercises: a module for each chapter.

A check looks at what an answer does, not at how it is written. It needs no file,
no account and no network. Most exercises are declared (`digitlib.exercises.declarations`)
and share one judge (`digitlib.exercises.judging`).
"""

import importlib.util
from collections.abc import Callable
from typing import NamedTuple

_EXERCISES: dict[str, "Exercise"] = {}
_hints_given: dict[str, int] = {}
MOST_HINTS = 3
ORDINALS = "first", "second", "third", "fourth"


class NotSolved(Exception):
    """There is no answer yet."""


class Wrong(Exception):
    """An answer is not right; the message says why, and does not give the answer away."""


class Exercise(NamedTuple):
    """An exercise as it is checked.

    Attributes
    ----------
    judge : callable
        Takes the answer, which is not None or ``...``; raises `NotSolved` or `Wrong`, or returns a remark on
        a right answer, or None.
    hints : tuple of str
        From a nudge to nearly the solution.
    declaration : Declaration, optional
        How it was declared; see `digitlib.exercises.declarations`. Without one, the exercise has a judge of its own.
    """

    judge: Callable[..., str | None]
    hints: tuple[str, ...]
    declaration: object = None


def register(name: str, exercise: Exercise) -> None:
    """Make an exercise known.

    Raises
    ------
    ValueError
        If the name is taken, or there are no hints, or more than three.
    """
    if name in _EXERCISES:
        raise ValueError(f"there is an exercise {name!r} already")
    if not 1 <= len(exercise.hints) <= MOST_HINTS:
        raise ValueError(f"exercise {name!r} has {len(exercise.hints)} hints: give one to {MOST_HINTS}")
    _EXERCISES[name] = exercise


def judged(name: str, *hints: str) -> Callable:
    """Register the decorated function as the judge of an exercise that fits no declaration."""

    def declare(judge: Callable) -> Callable:
        register(name, Exercise(judge, hints))
        return judge

    return declare


def find(name: str) -> Exercise:
    """The exercise of that name, such as ``"architecture.1"``.

    Raises
    ------
    ValueError
        If there is none.
    """
    chapter, _, number = str(name).partition(".")
    module = f"{__name__}.{chapter}"
    if chapter.isidentifier() and number and importlib.util.find_spec(module):
        importlib.import_module(module)
    if name not in _EXERCISES:
        raise ValueError(
            f"there is no exercise {name!r}: names are those of the chapters' checks, such as 'training.1'"
        )
    return _EXERCISES[name]


def verdict(name: str, answer) -> tuple[str, str]:
    """Judge an answer.

    Returns
    -------
    verdict : str
        ``"right"``, ``"not yet"`` or ``"not solved yet"``.
    remark : str
        Why, or what is worth knowing about the right answer; may be empty.
    """
    judge = find(name).judge
    if answer is ... or answer is None:
        return "not solved yet", ""
    try:
        return "right", judge(answer) or ""
    except NotSolved:
        return "not solved yet", ""
    except Wrong as problem:
        return "not yet", str(problem)


def check(name: str, answer) -> None:
    """Say whether an answer to an exercise is right.

    Parameters
    ----------
    name : str
        Chapter and number, such as ``"architecture.1"``.
    answer
        What the exercise asks for: a number, an array, a text, a function or a model.

    Raises
    ------
    ValueError
        If there is no such exercise.

    Examples
    --------
    >>> check("architecture.1", ...)
    architecture.1: not solved yet. For a hint, run hint("architecture.1").
    >>> check("architecture.1", 121_930)
    architecture.1: not yet. This is the network without padding. Which layer gets more inputs now?
    """
    result, remark = verdict(name, answer)
    if result == "not solved yet":
        remark = f'For a hint, run hint("{name}").'
    print(f"{name}: {result}. {remark}".rstrip())


def hint(name: str) -> None:
    """Give a hint for an exercise. Each further call gives the next one, until there is none.

    Parameters
    ----------
    name : str
        Chapter and number, such as ``"architecture.1"``.

    Raises
    ------
    ValueError
        If there is no such exercise.
    """
    hints = find(name).hints
    given = _hints_given.get(name, 0)
    _hints_given[name] = (given + 1) % (len(hints) + 1)
    if given < len(hints):
        print(f"Hint {given + 1} of {len(hints)}: {hints[given]}")
    else:
        print(f"There is no {ORDINALS[given]} hint. Asked again, this begins with the first.")
