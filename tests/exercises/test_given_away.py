"""Neither a refusal, nor any hint but the last, gives the answer away."""

import ast
import inspect
import re
import types

import numpy as np
import pytest
from foreseen_answers import foreseen
from right_answers import right_answer, solution
from test_checks_of_exercises import CHAPTERS, NAMES

from digitlib import exercises
from digitlib.exercises.declarations import RIGHT

UNITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
UNITS += ["thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
WORDS = UNITS + [ten + unit for ten in TENS for unit in ["", *(f"-{one}" for one in UNITS[1:10])]]
NUMBER = re.compile(
    rf"(?<![\w.])\d[\d,_]*(?:\.\d+)?(?: ?%| percent)?|\b(?:{'|'.join(reversed(WORDS))})\b", re.IGNORECASE
)
FORMULA = 8  # nodes of an expression, from which on it says more than a name or a call


def numbers(text):
    """The numbers in a text: in digits, with separators, in percent, or in words up to ninety-nine."""
    for found in NUMBER.findall(text):
        if found.lower() in WORDS:
            yield WORDS.index(found.lower())
        else:
            digits, percent = re.subn(r" ?(%|percent)", "", found)
            yield float(re.sub("[,_]", "", digits)) / (100 if percent else 1)


def tells(text, right, given=()):
    """Whether a text holds a right number, to a percent or the next whole number, that was not given before."""
    if abs(right) < 10 and float(right).is_integer():
        return False  # every text may speak of two or three things
    within = 1 if float(right).is_integer() and right >= 10 else 0.01 * abs(right)
    return any(abs(value - right) < within for value in numbers(text) if value not in given)


def told_before(name):
    """What the reader has been told: the text above the exercise, and its cell."""
    cells = CHAPTERS[name.partition(".")[0]].cells
    stub = next(place for place, cell in enumerate(cells) if f'check("{name}"' in cell.source)
    return f"{cells[stub - 1].source}\n{cells[stub].source}"


def refusals(name):
    """What a check may say of a wrong answer: as declared, or the texts in its source before it returns."""
    if declaration := exercises.find(name).declaration:
        known = [message for case in declaration.all_cases() for message in declaration.answers(*case)]
        return [message for message in known if message is not RIGHT]
    function = ast.parse(inspect.getsource(exercises.find(name).judge)).body[0]
    return [
        node.value
        for statement in function.body
        if not isinstance(statement, ast.Return)
        for node in ast.walk(statement)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


def formulas(name):
    """What the solution's function returns, or what is assigned to the answer, as text without spaces."""
    *_, last = solution(name)
    values = [node.value for node in ast.walk(last) if isinstance(node, ast.Return)] or [last.value]
    return {_squeezed(ast.unparse(value)) for value in values if sum(1 for _ in ast.walk(value)) >= FORMULA}


def _squeezed(text):
    return re.sub(r"\s|`", "", text)


def _sentences(text):
    return {sentence for sentence in re.split(r"\W*[.?:]\W+", f"{text} ") if len(sentence.split()) > 3}


@pytest.mark.parametrize("name", NAMES)
def test_no_hint_but_the_last_and_no_refusal_holds_the_solution(name):
    *hints, last = exercises.find(name).hints
    for text in (*hints, *refusals(name)):
        assert not [formula for formula in formulas(name) if formula in _squeezed(text)], text
    of_last_hint = _sentences(last) - _sentences(told_before(name))
    assert not [text for text in refusals(name) if _sentences(text) & of_last_hint]


@pytest.mark.parametrize("name", NAMES)
def test_no_hint_but_the_last_and_no_refusal_says_the_right_number(name):
    answer, told = right_answer(name), set(numbers(told_before(name)))
    if isinstance(answer, types.FunctionType):
        assert not [remark for remark, rights in remarks_and_rights(name, answer, told) if rights]
    elif np.isscalar(answer):
        texts = [*exercises.find(name).hints[:-1], *refusals(name)]
        assert not [text for text in texts if tells(text, answer, told)]


def remarks_and_rights(name, function, told):
    """For each wrong answer that is a function, what is said of it, and the right numbers in there."""
    cases = results(name, function)[1]
    for answer in foreseen(name) if cases else ():
        remark, own = results(name, answer)
        known = told | {result for _, result in own}
        yield remark, [right for given, right in cases if tells(remark, right, known | given)]


def results(name, answer):
    """What is said of a function; and of each call that gave a number, what numbers it was given, and the result."""
    calls = []

    def recorded(*arguments):
        result = answer(*arguments)
        if np.isscalar(result) and not isinstance(result, str | bool):
            calls.append(({value for value in arguments if np.isscalar(value)}, float(result)))
        return result

    return exercises.verdict(name, recorded)[1], calls


@pytest.mark.parametrize(
    "text",
    ["It is 220,234.", "About 220_234, no less", "220234", "It takes 220233.4", "So 220234 of them"],
)
def test_a_number_is_found_however_it_is_written(text):
    assert tells(text, 220_234)
    assert not tells(text, 220_234, given=set(numbers(text)))


@pytest.mark.parametrize(
    ("text", "right"), [("59.2 % of all", 0.592), ("0.59", 0.592), ("thirty-six runs", 36), ("59 percent", 0.592)]
)
def test_a_number_in_percent_or_in_words_is_found(text, right):
    assert tells(text, right)
    assert not tells(text, 2 * right)
