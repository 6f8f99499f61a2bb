"""An exercise in one declaration: its hints, what to try, the right answer, and the errors to be expected."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from digitlib.exercises import Exercise, register
from digitlib.exercises.judging import ANOTHER_SHAPE, OTHERWISE, RIGHT, Near, OneOf, Unless, When, judge

__all__ = ["ANOTHER_SHAPE", "OTHERWISE", "RIGHT", "Declaration", "Near", "OneOf", "Unless", "When", "exercise"]


@dataclass(frozen=True)
class Declaration:
    """What `exercise` was given, and the function that it decorates; see there."""

    answers: Callable[..., dict]
    is_function: bool
    cases: tuple
    within: float
    relative: float
    remark: str
    what: str | tuple[str, ...]
    returns: str

    @property
    def name(self) -> str:
        """What the reader's function is called."""
        return self.answers.__name__

    def all_cases(self) -> Iterator[tuple]:
        """The arguments of each call."""
        return (case() if callable(case) else case for case in self.cases)


def exercise(
    name: str,
    *hints: str,
    cases: tuple = (),
    within: float = 1e-6,
    relative: float = 0.0,
    remark: str = "",
    what: str | tuple[str, ...] = "",
    returns: str = "",
) -> Callable:
    """Declare an exercise.

    The decorated function bears the name of the function that the reader writes. It takes the arguments of a call,
    or none if the exercise asks for a value, and returns a dict of answers: the right one under the key `RIGHT`,
    and for each error to be expected what is said of it and the answer that it leads to. They are looked for in
    their order. An answer may be a number, an array, a text, or a tuple of what several results should be, with
    ``...`` for what does not matter; one of another shape than the right answer's stands for all of its shape. In
    the place of an answer there may be

    - `OneOf`: several, of which the same is said;
    - `Near`: a number with a tolerance of its own;
    - `When`: a condition;
    - `Unless`: what is right in part, and otherwise refused;
    - `ANOTHER_SHAPE`: every answer of another shape;
    - `OTHERWISE`: every other answer. Without it, what no error explains is right as well.

    Messages may name ``{answer}`` in braces.

    Parameters
    ----------
    name : str
        Chapter and number, such as ``"fast.1"``.
    *hints : str
        From a nudge to nearly the solution.
    cases : tuple
        For each call of the reader's function its arguments, or a function that makes them.
    within, relative : float
        How far numbers may lie from those of the right answer, and in shares of these.
    remark : str
        What is worth knowing about the right answer.
    what : str or tuple of str
        What messages call the answer, or each of its parts.
    returns : str
        What a function with several results should return.
    """

    def declare(answers: Callable[..., dict]) -> Callable:
        called = what or (f"what {answers.__name__} returns" if cases else "your answer")
        declared = Declaration(answers, bool(cases), cases or ((),), within, relative, remark, called, returns)
        register(name, Exercise(partial(judge, declared), hints, declared))
        return answers

    return declare
