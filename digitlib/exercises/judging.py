"""The judge of all declared exercises: it says "right", or names the error that gives this answer, or refuses.

`digitlib.exercises.declarations` says how to declare an exercise.
"""

from collections.abc import Callable
from contextlib import nullcontext
from typing import NamedTuple

import numpy as np

from digitlib.exercises import Wrong, answers

RIGHT = "the right answer"  # its key among the answers that are known
OTHERWISE = object()  # stands for every other answer
ANOTHER_SHAPE = object()  # stands for every answer of another shape


class Near(NamedTuple):
    """A number with a tolerance of its own."""

    value: float
    within: float


class OneOf(tuple):
    """Several answers that get the same message."""

    def __new__(cls, *answers):
        return super().__new__(cls, answers)


class When(NamedTuple):
    """An error that a condition recognizes, even where the answer is right by its numbers.

    Attributes
    ----------
    condition : callable
        Takes the answer in plain numbers, and says whether the error was made.
    example : object
        An answer that makes it, for the tests.
    """

    condition: Callable[[object], bool]
    example: object


class Unless(NamedTuple):
    """Refuses all answers except those that are right in part: ``...`` stands for what does not matter yet."""

    right_in_part: object


def judge(exercise, answer) -> str | None:
    """Judge an answer to a declared exercise, case by case.

    Parameters
    ----------
    exercise : Declaration
        See `digitlib.exercises.declarations`.
    answer
        A value, or a function that is called with the arguments of each case.

    Returns
    -------
    str or None
        The remark on a right answer.

    Raises
    ------
    Wrong
        If it is not right; the message is the first that explains the answer to a case.
    NotSolved
        If it is None or ``...``.
    """
    for number, case in enumerate(exercise.all_cases()):
        with np.errstate(all="ignore") if number else nullcontext():  # NumPy's warnings are told once
            given = answers.call(answer, *case, what=exercise.name) if exercise.is_function else answer
        problem = _problem(exercise, case, given, is_first=number == 0)
        answers.wrong_if(problem, problem)
    return exercise.remark or None


@np.errstate(all="ignore")
def _problem(exercise, case: tuple, given, *, is_first: bool) -> str:
    """What is wrong with the answer to a case; empty if nothing is."""
    known = exercise.answers(*case)
    right = known[RIGHT]
    given, misfit = _read(exercise, given, right, is_first)
    is_right = not misfit and _same(exercise, given, right)

    def explains(error) -> bool:
        if error is ANOTHER_SHAPE:
            return bool(misfit)
        if error is OTHERWISE:
            return not misfit and not is_right
        match error:
            case OneOf():
                return any(map(explains, error))
            case When(condition):
                return not misfit and bool(condition(given))
            case Unless(value):
                return not misfit and not _same(exercise, given, value)
        return _has_its_shape(given, error, right) if misfit else not is_right and _same(exercise, given, error)

    messages = (message for message, error in known.items() if message is not RIGHT and explains(error))
    return next((message.format(answer=given) for message in messages), misfit)


def _read(exercise, given, right, is_first: bool) -> tuple[object, str]:
    """The answer in plain numbers, and what is wrong if its shape is not the right one's."""
    right = right.value if isinstance(right, Near) else right
    if type(right) is not tuple:
        return _read_one(given, right, exercise.what, is_first)
    as_many = type(given) in (tuple, list, np.ndarray) and len(given) == len(right)
    answers.wrong_if(not as_many, f"{exercise.name} should return {exercise.returns}.")
    read = [_read_one(*part, is_first) for part in zip(given, right, exercise.what, strict=True)]
    return tuple(part for part, _ in read), next((misfit for _, misfit in read if misfit), "")


def _read_one(given, right, what: str, is_first: bool) -> tuple[object, str]:
    """As `_read`, for one part. Only in the first case must it be finite; later cases have messages of their own."""
    try:
        if isinstance(right, str):
            return answers.text(given, what), ""
        if isinstance(right, int | np.integer):
            return answers.integer(given, what), ""
        if np.ndim(right) == 0:
            return answers.number(given, what), ""
        return answers.array(given, what, shape=np.shape(right), finite=is_first), ""
    except Wrong as problem:
        values = _if_numbers(given)
        if values is None or values.shape == np.shape(right):
            raise  # its shape is not what is wrong
        return values, str(problem)


def _if_numbers(given) -> np.ndarray | None:
    try:
        return answers.array(given)
    except Wrong:
        return None


def _same(exercise, given, value) -> bool:
    """Whether a plain answer equals a value; where the value is ``...``, anything does."""
    if isinstance(given, str):
        return given == value
    if isinstance(value, Near):
        return abs(given - value.value) <= value.within
    if type(value) is tuple:
        as_many = (type(given) is tuple or np.ndim(given)) and len(given) == len(value)
        return bool(as_many) and all(
            part is ... or _same(exercise, one, part) for one, part in zip(given, value, strict=True)
        )
    if np.ndim(value) and np.shape(value) != np.shape(given):
        return False
    return np.allclose(given, np.asarray(value, float), rtol=exercise.relative, atol=exercise.within)


def _has_its_shape(given, value, right) -> bool:
    """Whether an answer has the shape of a wrong value, which is not that of the right one."""
    if type(right) is tuple:
        parts = zip(given, value, right, strict=True)
        return any(wrong is not ... and _has_its_shape(one, wrong, part) for one, wrong, part in parts)
    return not isinstance(value, tuple) and np.shape(given) == np.shape(value) != np.shape(right)
