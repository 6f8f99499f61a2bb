"""The judge of all declared exercises: right, or which error gives the same answer, or a refusal in general.

What is declared is written in `digitlib.exercises.declarations`.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from digitlib.exercises import Wrong, answers


class When(NamedTuple):
    """An error that a condition recognizes, even where the answer is right by its numbers.

    Attributes
    ----------
    condition : callable
        Takes the answer as plain numbers, then the case, and says whether the error was made.
    example : callable or value
        An answer that makes it, for the tests.
    """

    condition: Callable[..., bool]
    example: object


class Unless(NamedTuple):
    """What refuses every answer but those that are right in part: ``...`` stands for what does not matter yet."""

    right_in_part: Callable


def judge(exercise, answer) -> str | None:
    """Judge an answer to a declared exercise, case by case.

    Returns
    -------
    str or None
        The remark on a right answer.

    Raises
    ------
    Wrong
        If it is not right; the message is that of the first error that explains the answer to a case.
    NotSolved
        If it is None or ``...``.
    """
    for number, case in enumerate(exercise.cases):
        case = case() if callable(case) else case
        given = answers.call(answer, *case, what=exercise.function) if exercise.is_function else answer
        problem = _problem(exercise, number, case, given)
        answers.wrong_if(problem, problem)
    return exercise.remark or None


def made(error, case: tuple):
    """The value of a function for a case, or a value itself."""
    return error(*case) if callable(error) else error


def all_of(error) -> tuple:
    """What makes an error: one thing or several, always as a tuple."""
    return error if type(error) is tuple else (error,)


def _problem(exercise, number: int, case: tuple, given) -> str:
    """What is wrong with the answer to a case; empty if nothing is."""
    right, named = exercise.right(*case), exercise.named(case)
    given, misfit = _read(exercise, given, right, named)
    is_right = not misfit and _same(exercise, given, right)

    def explains(error):
        match error:
            case When(condition):
                return not misfit and condition(given, *case)
            case Unless(right_in_part):
                return not misfit and not _same(exercise, given, right_in_part(*case))
        value = made(error, case)
        return _has_its_shape(given, value, right) if misfit else not is_right and _same(exercise, given, value)

    last = "" if is_right or exercise.otherwise is None else exercise.otherwise
    last = (misfit and exercise.shape) or misfit or (last if isinstance(last, str) else last[number])
    told = (message for message, error in exercise.wrong.items() if any(map(explains, all_of(error))))
    return _filled_in(next(told, last), named | {"answer": given})


def _read(exercise, given, right, named: dict) -> tuple[object, str]:
    """The answer in plain numbers, and what is wrong if its shape is not the right one's."""
    if not isinstance(right, tuple):
        return _read_one(given, right, _filled_in(exercise.what, named))
    as_many = type(given) in (tuple, list, np.ndarray) and len(given) == len(right)
    answers.wrong_if(not as_many, f"{exercise.function} should return {exercise.returns}.")
    read = [_read_one(*part) for part in zip(given, right, exercise.what, strict=True)]
    return tuple(part for part, _ in read), next((misfit for _, misfit in read if misfit), "")


def _read_one(given, right, what: str) -> tuple[object, str]:
    try:
        if isinstance(right, str):
            return answers.text(given, what), ""
        if isinstance(right, int | np.integer):
            return answers.integer(given, what), ""
        if np.ndim(right) == 0:
            return answers.number(given, what), ""
        return answers.array(given, what, shape=np.shape(right)), ""
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
    """Whether a plain answer is a value, whatever stands where the value is ``...``."""
    if isinstance(given, str):
        return given == value
    if type(value) is tuple:
        as_many = (np.ndim(given) or type(given) is tuple) and len(given) == len(value)
        return bool(as_many) and all(
            part is ... or _same(exercise, one, part) for one, part in zip(given, value, strict=True)
        )
    if np.ndim(value) and np.shape(value) != np.shape(given):
        return False
    return np.allclose(given, np.asarray(value, float), rtol=exercise.relative, atol=exercise.within)


def _has_its_shape(given, value, right) -> bool:
    """Whether an answer has the shape of a wrong value, and the right one has another."""
    if isinstance(right, tuple):
        return all(part is ... or np.shape(one) == np.shape(part) for one, part in zip(given, value, strict=True))
    return np.shape(given) == np.shape(value) != np.shape(right)


def _filled_in(message: str, named: dict) -> str:
    return message.format_map({name: _shown(value) for name, value in named.items()})


def _shown(value):
    """A value as messages show it: several with commas, and no brackets around them."""
    return ", ".join(map(str, value)) if type(value) is tuple else value
