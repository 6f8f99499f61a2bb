"""Hidden tests: cases made from a teacher's seed, expected answers from the reference solution.

The cells of an assignment's source that carry the tag "hidden-tests" hold them:

    LIMITS = {"seconds": 60, "gigabytes": 1, "parameters": {"images": 2_000}}

    @hidden("q1", function="parse_images", points=2, feedback="Look at the order of the two sides.")
    def other_shapes(random):
        "Headers of other sizes."
        return [(header(random),) for _ in range(5)]

A source in a public repository is public; what is asked is not, as long as the seed is kept.
All of this runs in the teacher's process, and nothing of it enters the sandbox but the arguments.
"""

import ast
import contextlib
import io
import linecache
import os
import re
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import jupytext
import numpy as np
import yaml
from nbformat import NotebookNode

from digitlib.files import TextError, read_text
from digitlib.settings import ignore_keras_settings
from grader.inside.wire import decode, encode
from grader.seeds import generator

TAG = "hidden-tests"
PARAMETERS_TAG = "parameters"
GIVEN_TAG = "given"
QUIET = {"MPLBACKEND": "Agg", "TF_CPP_MIN_LOG_LEVEL": "3"}


class AssignmentError(Exception):
    """An assignment's source cannot be used; the message names the file, the place and the cause."""


@dataclass(frozen=True)
class Failure:
    """Stands where an answer should be.

    Attributes
    ----------
    reason : str
        For the student; nothing in it comes from the student's process.
    detail : str
        For the teacher; may hold what the student's process said.
    """

    reason: str
    detail: str = ""


@dataclass(frozen=True)
class Score:
    """What answers are worth.

    Attributes
    ----------
    share : float
        Of the points.
    reason, detail : str
        A word for the student, and one for the teacher alone.
    right, scored : int, optional
        How many of how many are right, if a judge says so.
    """

    share: float
    reason: str = ""
    detail: str = ""
    right: int | None = None
    scored: int | None = None


@dataclass(frozen=True)
class Limits:
    """What a submission may use, all its processes together, and the parameters that it is run with.

    Attributes
    ----------
    seconds : float
        Processor time, about 1 for the start included.
    gigabytes : float
        Memory.
    parameters : dict
        Values that follow the cell tagged "parameters".
    """

    seconds: float = 60
    gigabytes: float = 2
    parameters: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Hidden:
    """One hidden test.

    Attributes
    ----------
    question, name, title, function, feedback : str
        The question it belongs to; its own name and its docstring; the
        student's function that it calls; the hint shown if it fails.
    points : float
    tolerance : float
        The largest difference allowed between floats.
    cases : list of tuple
        Positional arguments, a tuple a case; in the source's order only if
        there is a judge.
    expected : list
        What the reference solution returns; empty if there is a judge.
    judge : callable, optional
        ``judge(answers, cases)`` returns the share of the points that the
        answers earn, a message for the student and, for a leaderboard, a pair:
        how many of how many are right. An answer that never came is None.
    """

    question: str
    name: str
    title: str
    function: str
    points: float
    tolerance: float
    feedback: str
    judge: Callable | None
    cases: list[tuple]
    expected: list

    def score(self, answers: list) -> Score:
        """Compare answers, or the failures in their places, with what is expected."""
        failures = [answer for answer in answers if isinstance(answer, Failure)]
        if len(failures) == len(answers):
            return Score(0, failures[0].reason, failures[0].detail)
        if self.judge:
            return self._judged(self.judge, [None if isinstance(answer, Failure) else answer for answer in answers])
        wrong = [self._wrong(*pair) for pair in zip(answers, self.expected, strict=True)]
        found = [failure for failure in wrong if failure]
        if not found:
            return Score(1)
        count = f"{len(found)} of {len(answers)} cases: " if len(answers) > 1 else ""
        return Score(0, count + found[0].reason, found[0].detail)

    def _wrong(self, answer: Any, expected: Any) -> Failure | None:
        if isinstance(answer, Failure):
            return answer
        reason = difference(answer, expected, self.tolerance)
        return Failure(reason) if reason else None

    def _judged(self, judge: Callable, answers: list) -> Score:
        try:
            share, message, *counts = judge(answers, self.cases)
            right, scored = map(int, counts[0]) if counts else _counts_in(str(message))
            share = float(share)
        except Exception as error:  # the answers come from outside, and may be anything
            return Score(0, "your answers could not be judged", f"judge: {type(error).__name__}: {error}")
        if not 0 <= share <= 1:
            return Score(0, "your answers could not be judged", f"judge: a share of {share}")
        return Score(share, str(message), right=right, scored=scored)


def _counts_in(message: str) -> tuple[int, int] | tuple[None, None]:
    """The counts that a judge's message begins with, as in "9 of 10 right", if it returns none beside it."""
    found = re.match(r"(\d+) of (\d+) ", message)
    return (int(found[1]), int(found[2])) if found else (None, None)


def difference(answer: Any, expected: Any, tolerance: float = 0) -> str | None:
    """Say how an answer differs from the expected one, without telling either; None if it does not.

    Structure, kind of type and the shapes of arrays must agree. Whether an
    integer or float is Python's or NumPy's, and of how many bits, does not
    matter, nor whether a number stands alone or in an array without
    dimensions. Where a list or tuple is expected, a list, a tuple or an array
    will do; where floats are, integers. NaN equals NaN.
    """
    answer, expected = _unwrapped(answer), _unwrapped(expected)
    kind, expected_kind = _kind(answer), _kind(expected)
    if isinstance(expected, list | tuple) and isinstance(answer, list | tuple | np.ndarray):
        if len(answer) != len(expected):
            return f"you return {kind} of another length than expected"
        pairs = list(zip(answer, expected, strict=True))
    elif kind not in (expected_kind, _INSTEAD.get(expected_kind)):
        return f"you return {kind}, and {expected_kind} is expected"
    elif isinstance(expected, dict):
        if set(answer) != set(expected):
            return "you return a dict with other keys than expected"
        pairs = [(answer[key], expected[key]) for key in expected]
    else:
        return _value_difference(answer, expected, tolerance)
    return next((found for pair in pairs if (found := difference(*pair, tolerance))), None)


def read_given(path: Path) -> list[str]:
    """The cells tagged "given": helpers that hidden tests call, and that students do not write."""
    return [cell.source for cell in _read(path).cells if GIVEN_TAG in _tags(cell)]


def read_manual(path: Path) -> dict[str, float]:
    """The questions that a person reads, and their points."""
    heads = [cell.source for cell in _read(path).cells if cell.source.startswith("# BEGIN QUESTION")]
    questions = [yaml.safe_load(head) for head in heads]
    return {question["name"]: question["points"] for question in questions if question.get("manual")}


def read_limits(path: Path) -> Limits:
    """The limits that an assignment sets for submissions, or the usual ones.

    Raises
    ------
    AssignmentError
        If ``LIMITS`` is not a literal dict, or has an unknown key.
    """
    return _limits(_read(path), path)


def load(path: Path, seed: str) -> list[Hidden]:
    """Execute an assignment with its solutions, and make its hidden tests.

    Parameters
    ----------
    path : Path
        The source in the percent format.
    seed : str
        The teacher's secret. The same seed makes the same tests.

    Raises
    ------
    AssignmentError
        If a cell fails, there is no hidden test, or one cannot be made.
    """
    notebook = _read(path)
    parameters = _limits(notebook, path).parameters
    declared: list[tuple] = []
    namespace = _module(path.stem).__dict__
    namespace["hidden"] = _collector(declared)
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder), _silence():
        for number, cell in enumerate(notebook.cells, start=1):
            if cell.cell_type == "code":
                _execute(cell.source, namespace, f"{path.name}, cell {number}")
                if PARAMETERS_TAG in _tags(cell):
                    namespace.update(parameters)
        tests = [_make(namespace, seed, path, *entry) for entry in declared]
    if not tests:
        raise AssignmentError(f"{path} has no hidden tests: no cell tagged {TAG} uses @hidden")
    names = [(test.question, test.name) for test in tests]
    if twice := {name for name in names if names.count(name) > 1}:
        raise AssignmentError(f"{path.name}: two hidden tests of one question with the same name: {sorted(twice)}")
    return tests


def _read(path: Path) -> NotebookNode:
    try:
        return jupytext.reads(read_text(path), fmt="py:percent")
    except (OSError, TextError) as error:
        raise AssignmentError(f"{path} cannot be read: {error}") from error


def is_hidden(cell: NotebookNode) -> bool:
    """Whether a cell holds hidden tests."""
    return TAG in _tags(cell)


def _tags(cell: NotebookNode) -> list[str]:
    return cell.metadata.get("tags", [])


def _limits(notebook: NotebookNode, path: Path) -> Limits:
    """Found before anything runs, since the solutions run with its parameters."""
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type != "code" or not is_hidden(cell):
            continue
        try:
            statements = ast.parse(cell.source).body
        except SyntaxError as error:
            raise AssignmentError(f"{path.name}, cell {number}: SyntaxError: {error}") from error
        for statement in statements:
            if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "LIMITS":
                return _evaluate_limits(statement.value, path)
    return Limits()


def _evaluate_limits(expression: ast.expr, path: Path) -> Limits:
    try:
        return Limits(**ast.literal_eval(expression))
    except (TypeError, ValueError) as error:
        keys = ", ".join(Limits.__dataclass_fields__)
        raise AssignmentError(f"{path.name}: LIMITS must be a literal dict with keys of {keys}: {error}") from error


def _collector(declared: list[tuple]) -> Callable:
    def hidden(question, *, function, points, tolerance=0.0, feedback="", judge=None):
        def declare(make_cases):
            declared.append((question, function, points, tolerance, feedback, judge, make_cases))
            return make_cases

        return declare

    return hidden


def _make(namespace, seed, path, question, function, points, tolerance, feedback, judge, make_cases) -> Hidden:
    where = f"{path.name}, hidden test {make_cases.__name__} of {question}"
    if not callable(namespace.get(function)):
        raise AssignmentError(f"{where}: the solutions define no function {function}")
    try:
        cases = list(make_cases(generator(seed, question, make_cases.__name__)))
        if not judge:  # the order in the source is public, and so a function could count its calls
            order = generator(seed, question, make_cases.__name__, "order").permutation(len(cases))
            cases = [cases[place] for place in order]
        copies = [decode(encode(tuple(case))) for case in cases]
        expected = [] if judge else [decode(encode(namespace[function](*case))) for case in copies]
    except Exception as error:
        raise AssignmentError(f"{where}: {type(error).__name__}: {error}") from error
    if not cases:
        raise AssignmentError(f"{where}: it returns no cases")
    title = (make_cases.__doc__ or make_cases.__name__).strip().partition("\n")[0]
    return Hidden(question, make_cases.__name__, title, function, points, tolerance, feedback, judge, cases, expected)


def _module(name: str) -> ModuleType:
    """A home for the solutions, where `inspect` and TensorFlow find them."""
    module = ModuleType(name)
    sys.modules[name] = module
    return module


def _execute(source: str, namespace: dict, where: str) -> None:
    linecache.cache[where] = (len(source), None, source.splitlines(keepends=True), where)  # TensorFlow reads it
    try:
        exec(compile(source, where, "exec"), namespace)
    except Exception as error:
        raise AssignmentError(f"{where}: {type(error).__name__}: {error}") from error


@contextlib.contextmanager
def _silence():
    """What the solutions print and draw is of no use here."""
    ignore_keras_settings()
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    with contextlib.redirect_stdout(io.StringIO()):
        yield


def _kind(value: Any) -> str:
    if value is None:
        return "None"
    if isinstance(value, np.ndarray):
        return f"an array of {_KINDS[value.dtype.kind][1]}"
    if isinstance(value, np.generic):
        return _KINDS[value.dtype.kind][0]
    return _PLAIN[type(value)]


def _unwrapped(value: Any) -> Any:
    """The scalar in an array without dimensions; anything else as it is."""
    return value[()] if isinstance(value, np.ndarray) and value.ndim == 0 else value


def _value_difference(answer: Any, expected: Any, tolerance: float) -> str | None:
    if np.shape(answer) != np.shape(expected):
        return "you return an array of another shape than expected"
    if isinstance(answer, int) and abs(answer) > sys.float_info.max:
        same = answer == expected  # NumPy has no number of this size
    elif np.asarray(expected).dtype.kind in "fc":
        same = np.allclose(answer, expected, rtol=0, atol=tolerance, equal_nan=True)
    elif isinstance(expected, np.ndarray):
        same = np.array_equal(answer, expected)
    else:
        same = answer == expected  # NumPy would ignore zeros at the end of bytes
    return None if same else "you return another value than expected"


_KINDS = {
    "b": ("a bool", "bools"),
    "i": ("an integer", "integers"),
    "u": ("an integer", "integers"),
    "f": ("a float", "floats"),
    "c": ("a complex number", "complex numbers"),
    "U": ("a text", "texts"),
    "S": ("bytes", "bytes"),
}
_INSTEAD = {"a float": "an integer", "an array of floats": "an array of integers"}
_PLAIN = {
    bool: "a bool",
    int: "an integer",
    float: "a float",
    str: "a text",
    bytes: "bytes",
    list: "a list",
    tuple: "a tuple",
    dict: "a dict",
}
