"""Wrong answers that are foreseen: those that the declarations themselves make, and those written apart from them."""

import importlib
import re
from collections.abc import Iterator

from independent_answers import WRONG

from digitlib import exercises
from digitlib.exercises import judging


def declared(name: str) -> Iterator[tuple[str, object]]:
    """For each error that an exercise declares: what is to be said, and an answer that makes the error alone."""
    declaration = exercises.find(name).declaration
    for message, error in declaration.wrong.items() if declaration else ():
        for one in judging.all_of(error):
            if not isinstance(one, judging.Unless):
                one = one.example if isinstance(one, judging.When) else one
                yield message, _as_asked_for(declaration, one)


def foreseen(name: str) -> list:
    """All of them."""
    return [answer for _, answer in declared(name)] + [*independent(name).values()]


def independent(name: str) -> dict:
    try:
        return importlib.import_module(f"wrong_answers.{name.partition('.')[0]}").WRONG[name]
    except ImportError:
        return WRONG.get(name, {})


def says(remark: str, message: str) -> bool:
    """Whether a remark is a message, whatever is filled in for the names in its braces."""
    return re.fullmatch(re.sub(r"\\\{.*?\\\}", ".*", re.escape(message)), remark) is not None


def _as_asked_for(declaration, error):
    if not declaration.is_function:
        return error
    return lambda *case: _completed(judging.made(error, case), declaration.right(*case))


def _completed(value, right):
    """A wrong value, with what is right in the places that it leaves open."""
    if type(value) is not tuple:
        return value
    return tuple(rest if part is ... else part for part, rest in zip(value, right, strict=True))
