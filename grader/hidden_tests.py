"""Hidden tests: cases made from a teacher's seed, expected answers from the reference solution.

The cells of an assignment's source that carry the tag "hidden-tests" hold them:

    LIMITS = {"seconds": 60, "gigabytes": 1, "parameters": {"images": 2_000}}

    @hidden("q1", function="parse_images", points=2, feedback="Look at the order of the two sides.")
    def other_shapes(random):
        "Headers of other sizes."
        return [(header(random),) for _ in range(5)]

A source in a public repository is public. The questions stay secret as long as the seed does.
All of this runs in the teacher's process; only the arguments enter the sandbox.
"""

import ast
import contextlib
import io
import linecache
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import jupytext
import yaml
from nbformat import NotebookNode

from digitlib.files import TextError, read_text
from digitlib.machine import ignore_keras_settings
from grader.differences import difference
from grader.inside.wire import decode, encode
from grader.record import Score
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
class Limits:
    """What a submission may use, all its processes together, and the parameters that it is run with.

    Attributes
    ----------
    seconds : float
        Processor time; it includes about 1 for the start. On the clock, three times as much may pass. A submission
        that the clock stops is run again by the same command.
    gigabytes : float
        Memory.
    parameters : dict
        Values that are set after the cell tagged "parameters".
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
        answers earn, a message for the student, which must hold no hidden
        input, and, for a leaderboard, a pair: how many of how many are right.
        An answer that never came is None.
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
        """Compare answers, or the failures in their places, with what is expected.

        Parameters
        ----------
        answers : list
            For each case a value or a `Failure`.

        Returns
        -------
        Score
        """
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
            right, scored = map(int, counts[0]) if counts else (None, None)
            share = float(share)
        except Exception as error:  # the answers come from outside, and may be anything
            return Score(0, "your answers could not be judged", f"judge: {type(error).__name__}: {error}")
        if not 0 <= share <= 1:
            return Score(0, "your answers could not be judged", f"judge: a share of {share}")
        return Score(share, str(message), right=right, scored=scored)


@dataclass(frozen=True)
class Source:
    """The source of an assignment, as it was when it was read.

    Attributes
    ----------
    path : Path
    text : str
    notebook : NotebookNode
        What the text says.
    """

    path: Path
    text: str
    notebook: NotebookNode

    @classmethod
    def read(cls, path: Path) -> "Source":
        """Read a source in the percent format.

        Parameters
        ----------
        path : Path

        Returns
        -------
        Source

        Raises
        ------
        AssignmentError
            If it cannot be read.
        """
        try:
            text = read_text(path)
        except (OSError, TextError) as error:
            raise AssignmentError(f"{path} cannot be read: {error}") from error
        return cls(path, text, jupytext.reads(text, fmt="py:percent"))

    def given(self) -> list[str]:
        """The cells tagged "given": helpers that hidden tests call, and that students do not write."""
        return [cell.source for cell in self.notebook.cells if GIVEN_TAG in _tags(cell)]

    def manual(self) -> dict[str, float]:
        """The questions that a person reads, and their points."""
        heads = [cell.source for cell in self.notebook.cells if cell.source.startswith("# BEGIN QUESTION")]
        questions = [yaml.safe_load(head) for head in heads]
        return {question["name"]: question["points"] for question in questions if question.get("manual")}

    def limits(self) -> Limits:
        """Read the limits for submissions, or take the usual ones; nothing is executed.

        Returns
        -------
        Limits

        Raises
        ------
        AssignmentError
            If ``LIMITS`` is not a literal dict, or has an unknown key.
        """
        for number, cell in self._code():
            if not is_hidden(cell):
                continue
            try:
                statements = ast.parse(cell.source).body
            except SyntaxError as error:
                raise AssignmentError(f"{self.path.name}, cell {number}: SyntaxError: {error}") from error
            for statement in statements:
                if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "LIMITS":
                    return _evaluate_limits(statement.value, self.path)
        return Limits()

    def make_tests(self, seed: str) -> list[Hidden]:
        """Execute the source with its solutions, and make its hidden tests.

        Parameters
        ----------
        seed : str
            The teacher's secret. The same seed makes the same tests.

        Returns
        -------
        list of Hidden

        Raises
        ------
        AssignmentError
            If a cell fails, there is no hidden test, or one cannot be made.
        """
        parameters = self.limits().parameters
        declared: list[tuple] = []
        namespace = _module(self.path.stem).__dict__
        namespace["hidden"] = _collector(declared)
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder), _silence():
            for number, cell in self._code():
                _execute(cell.source, namespace, f"{self.path.name}, cell {number}")
                if PARAMETERS_TAG in _tags(cell):
                    namespace.update(parameters)
            tests = [_make(namespace, seed, self.path, *entry) for entry in declared]
        if not tests:
            raise AssignmentError(f"{self.path} has no hidden tests: no cell tagged {TAG} uses @hidden")
        names = [(test.question, test.name) for test in tests]
        if twice := {name for name in names if names.count(name) > 1}:
            raise AssignmentError(
                f"{self.path.name}: two hidden tests of one question with the same name: {sorted(twice)}"
            )
        return tests

    def _code(self) -> list[tuple[int, NotebookNode]]:
        """The code cells, each with its number among all cells."""
        return [(number, cell) for number, cell in enumerate(self.notebook.cells, start=1) if cell.cell_type == "code"]


def is_hidden(cell: NotebookNode) -> bool:
    """Whether a cell holds hidden tests."""
    return TAG in _tags(cell)


def _tags(cell: NotebookNode) -> list[str]:
    return cell.metadata.get("tags", [])


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
    """Discard what the solutions print and draw."""
    ignore_keras_settings()
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    with contextlib.redirect_stdout(io.StringIO()):
        yield
