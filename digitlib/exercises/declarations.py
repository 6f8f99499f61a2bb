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

    The decorated function has the name of the function that the reader writes. It takes the arguments of a call, or
    none if the exercise asks for a value. It returns a dict: the right answer under the key `RIGHT`; then, for each
    error to be expected, the message as key and the answer that the error leads to. The first error that fits counts.

    An answer may be a number, an array, a text, or a tuple if there are several results, with ``...`` for what does
    not matter. A wrong answer whose shape is not that of the right one stands for all answers of its shape. Instead of
    an answer there may be

    - `OneOf`: several that get the same message;
    - `Near`: a number with a tolerance of its own;
    - `When`: a condition;
    - `Unless`: what is right in part, and otherwise refused;
    - `ANOTHER_SHAPE`: every answer of another shape;
    - `OTHERWISE`: every other answer. Without it, an answer that no error explains is right as well.

    Messages may name ``{answer}`` in braces.

    Parameters
    ----------
    name : str
        Chapter and number, such as ``"fast.1"``.
    *hints : str
        From a nudge to nearly the solution.
    cases : tuple
        The arguments of each call of the reader's function, or a function that makes them.
    within, relative : float
        How far numbers may lie from the right ones, absolutely and as a share of them.
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
