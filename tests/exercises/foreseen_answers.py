"""Wrong answers that are foreseen: those that the declarations themselves make, and those written apart from them."""

import re
from collections.abc import Iterator

from independent_answers import independent

from digitlib import exercises
from digitlib.exercises.declarations import ANOTHER_SHAPE, OTHERWISE, RIGHT, Near, OneOf, Unless, When


def declared(name: str) -> Iterator[tuple[list[str], object]]:
    """For each error that an exercise declares: what is said of it, case by case, and an answer that makes it alone."""
    declaration = exercises.find(name).declaration
    if declaration is None:
        return
    cases = [[*declaration.answers(*case).items()] for case in declaration.all_cases()]
    for place, errors in enumerate(zip(*cases, strict=True)):
        for which, _ in enumerate(_answers(*errors[0])):
            yield [message for message, _ in errors], _answer(declaration, place, which)


def general(name: str) -> list[str]:
    """What is said of answers with no error that is declared, in each case."""
    declaration = exercises.find(name).declaration
    known = [item for case in declaration.all_cases() for item in declaration.answers(*case).items()]
    return [message for message, error in known if error is OTHERWISE or isinstance(error, Unless)]


def foreseen(name: str) -> list:
    """All of them."""
    return [*(answer for _, answer in declared(name)), *independent(name).values()]


def says(remark: str, message: str) -> bool:
    """Whether a remark is a message, whatever is filled in for the answer."""
    return re.fullmatch(re.sub(r"\\\{.*?\\\}", ".*", re.escape(message)), remark) is not None


def _answer(declaration, place, which):
    """One of the answers that make the error at that place among the answers that are known."""

    def answer(*case):
        known = declaration.answers(*case)
        wrong, right = _answers(*[*known.items()][place])[which], known[RIGHT]
        if type(wrong) is tuple:
            pairs = zip(wrong, right, strict=True)
            return tuple(_exactly(there if part is ... else part) for part, there in pairs)
        return _exactly(wrong)

    return answer if declaration.is_function else answer()


def _answers(message, error):
    """The answers that make an error; none if it is about the right answer, or about all others."""
    if message is RIGHT or error is OTHERWISE or error is ANOTHER_SHAPE or isinstance(error, Unless):
        return []
    if isinstance(error, When):
        return [error.example]
    return [*error] if isinstance(error, OneOf) else [error]


def _exactly(value):
    return value.value if isinstance(value, Near) else value
