"""An exercise in one declaration: its hints, what to try, the right answer, and the errors to be expected."""

from collections.abc import Callable
from dataclasses import dataclass
from inspect import signature

from digitlib.exercises import Exercise, judging, register
from digitlib.exercises.judging import Unless, When

__all__ = ["Declaration", "Unless", "When", "exercise"]


@dataclass(frozen=True)
class Declaration:
    """What `exercise` was given, and the function that it decorates; see there."""

    right: Callable
    is_function: bool
    cases: tuple
    wrong: dict
    otherwise: str | tuple[str, ...] | None
    within: float
    relative: float
    remark: str
    what: str | tuple[str, ...]
    returns: str
    shape: str

    @property
    def function(self) -> str:
        """What the reader's function is called."""
        return self.right.__name__

    def named(self, case: tuple) -> dict:
        """The arguments of a case by the names that messages call them."""
        return signature(self.right).bind(*case).arguments

    def judge(self, answer) -> str | None:
        """The remark on a right answer; see `digitlib.exercises.judging.judge`."""
        return judging.judge(self, answer)

    def refusals(self) -> list[str]:
        """All messages, with the names of what is filled in."""
        last = self.otherwise or ()
        return [*self.wrong, *([last] if isinstance(last, str) else last), self.returns, self.shape]


def exercise(
    name: str,
    *hints: str,
    cases: tuple = (),
    wrong: dict,
    otherwise: str | tuple[str, ...] | None,
    within: float = 1e-6,
    relative: float = 0.0,
    remark: str = "",
    what: str | tuple[str, ...] = "",
    returns: str = "",
    shape: str = "",
) -> Callable:
    """Declare an exercise. The decorated function is the right answer; without cases, what it returns is.

    Parameters
    ----------
    name : str
        Chapter and number, such as ``"fast.1"``.
    *hints : str
        From a nudge to nearly the solution.
    cases : tuple
        For each call of the reader's function its arguments, or a function that makes them.
    wrong : dict
        The errors to be expected, in the order in which they are looked for: what is said of each, and what
        makes it. That is a value or a function, as the right answer is, or a tuple of several, or a `When` or an
        `Unless`. A value may be a tuple whose ``...`` stand for what does not matter; one of another shape than
        the right answer's explains every answer of its shape.
    otherwise : str or tuple of str or None
        What is said of other answers, for all cases or for each; None if these are right as well.
    within, relative : float
        How far numbers may lie from those of the right answer, and in shares of these.
    remark : str
        What is worth knowing about the right answer.
    what : str or tuple of str
        What messages call the answer, or each of its parts.
    returns : str
        What a function with several results should return.
    shape : str
        What is said of an answer whose shape nothing else explains.

    Notes
    -----
    The messages may name in braces the parameters of the decorated function, and the ``answer``.
    """

    def declare(right: Callable) -> Callable:
        called = what or (f"what {right.__name__} returns" if cases else "your answer")
        declared = Declaration(
            right, bool(cases), cases or ((),), wrong, otherwise, within, relative, remark, called, returns, shape
        )
        register(name, Exercise(declared.judge, hints, declared))
        return right

    return declare
