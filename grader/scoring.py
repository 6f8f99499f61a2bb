"""Run a submission and compare what it answers with what is expected."""

import builtins
import itertools
import threading
from dataclasses import dataclass, field, replace

import numpy as np

from grader import watchdog
from grader.assignment import Assignment
from grader.hidden_tests import Failure, Hidden, Limits
from grader.inside.wire import REASONS, decode, encode
from grader.record import GradedTest, Result, Score, StoppedCell
from grader.reports import clean
from grader.submissions import read_cells
from grader.watchdog import ANSWERS_MEGABYTES, PROCESSES, Outcome, Sandbox, SandboxError

MOST_ERRORS = 20
MOST_RUNS = 3

# Types whose names may be told: a name that a student chose could hold a hidden input.
TYPES = {
    *(name for name, value in vars(builtins).items() if isinstance(value, type)),
    *(kind.__name__.rstrip("_") for kind in set(np.sctypeDict.values())),
    *("NoneType", "function", "generator", "dict_keys", "dict_values", "dict_items", "Counter", "DataFrame", "Series"),
}

ENDED = {
    "time": "it was stopped at the time limit of {seconds:g} seconds",
    "clock": "it was stopped after {passed:.1f} seconds on the clock, in which it had the processor for {used:.1f} "
    "seconds",
    "memory": "it was stopped at the memory limit of {gigabytes:g} GB",
    "processes": f"it was stopped because it had more than {PROCESSES} processes",
    "output": f"it was stopped because its answers exceeded {ANSWERS_MEGABYTES} MB",
    "exit": "it ended its own process",
}


@dataclass(frozen=True)
class Run:
    """What came of running a submission once.

    Attributes
    ----------
    outcome : Outcome
    answers : dict of int to object
        For each case a value or a `Failure`.
    stopped : list of StoppedCell
    problem : str
        How the submission ended, if it did not come to its end.
    left : dict of int to str
        If it ended in a call: the cases without an answer, and their functions,
        except the cases of the function that was called.
    """

    outcome: Outcome
    answers: dict[int, object]
    stopped: list[StoppedCell]
    problem: str = ""
    left: dict[int, str] = field(default_factory=dict)


def grade(content: bytes, assignment: Assignment, box: Sandbox, stop: threading.Event) -> Result:
    """Run a submission and score it.

    If it ends while a function is called, it runs again without that function,
    so that this costs no other function its points; `MOST_RUNS` times in all.

    Parameters
    ----------
    content : bytes
        A notebook's file.
    assignment : Assignment
    box : Sandbox
    stop : threading.Event
        Set to end it.

    Returns
    -------
    Result

    Raises
    ------
    Unreadable
        If it cannot be run.
    SandboxError
        If the sandbox fails.
    """
    cells = read_cells(content, assignment)
    pairs = [(test, case) for test in assignment.tests for case in test.cases]
    calls = [{"function": test.function, "arguments": encode(tuple(case))} for test, case in pairs]
    runs = _run(cells, calls, assignment.limits, box, stop)
    begins = {number: clean(source.strip().partition("\n")[0]) for number, source in cells}
    answers = {case: answer for run in runs for case, answer in run.answers.items()}
    in_order = (answers[case] for case in range(len(calls)))
    scores = [(test, test.score(list(itertools.islice(in_order, len(test.cases))))) for test in assignment.tests]
    return Result(
        problem="; ".join(run.problem for run in runs if run.problem),
        seconds=round(sum(run.outcome.seconds for run in runs), 1),
        starved=any(run.outcome.ended == "clock" for run in runs),
        cells=[replace(stopped, begins=begins.get(stopped.cell, "")) for stopped in runs[0].stopped],
        tests=[_graded(test, score) for test, score in scores],
    )


def read_run(outcome: Outcome, functions: dict[int, str], limits: Limits) -> Run:
    """Make sense of what came out of a sandbox, whoever wrote it.

    If there are several lines for one case, the first counts. Lines from before
    the arguments were handed in do not count.

    Parameters
    ----------
    outcome : Outcome
    functions : dict of int to str
        The function that each case calls, in the order of the calls.
    limits : Limits

    Returns
    -------
    Run
    """
    cases, answers = list(functions), {}
    stopped: list[StoppedCell] = []
    last, ready = 0, False
    for message in outcome.lines:
        position, error = message.get("case"), _error(message)
        if message == {"ready": True}:
            ready = True
        elif not ready and type(message.get("begins")) is int:
            last = message["begins"]
        elif not ready and type(message.get("stopped")) is int and error and len(stopped) < MOST_ERRORS:
            stopped.append(StoppedCell(message["stopped"], clean(error)))
        elif ready and type(position) is int and 0 <= position < len(cases) and cases[position] not in answers:
            answers[cases[position]] = _answer(message, functions[cases[position]])
    missing = [case for case in cases if case not in answers]
    if outcome.ended == "done":
        return Run(outcome, answers | dict.fromkeys(missing, Failure("there is no answer")), stopped)
    where, left = f"in code cell {last}", {}
    if ready and missing:
        called = functions[missing[0]]
        where = f"while `{called}` was called"
        left = {case: functions[case] for case in missing if functions[case] != called}
    elif ready:
        where = "after its last answer"
    problem = clean(f"{_how_it_ended(outcome, limits)}, {where}")
    answers |= dict.fromkeys(missing, Failure(f"there is no answer: {problem}"))
    return Run(outcome, answers, stopped, problem, left)


def _graded(test: Hidden, score: Score) -> GradedTest:
    told = replace(score, reason=clean(score.reason))
    return GradedTest(test.question, test.name, test.title, test.feedback, test.points, told)


def _run(cells: list, calls: list[dict], limits: Limits, box: Sandbox, stop: threading.Event) -> list[Run]:
    runs: list[Run] = []
    left = {case: call["function"] for case, call in enumerate(calls)}
    while left and len(runs) < MOST_RUNS:
        chosen = [calls[case] for case in left]
        outcome = watchdog.run(box, cells, chosen, seconds=limits.seconds, gigabytes=limits.gigabytes, stop=stop)
        if outcome.ended == "stopped":
            raise SandboxError("stopped by you")
        runs.append(read_run(outcome, left, limits))
        left = runs[-1].left
    return runs


def _how_it_ended(outcome: Outcome, limits: Limits) -> str:
    return ENDED[outcome.ended].format(
        seconds=limits.seconds,
        gigabytes=limits.gigabytes,
        passed=outcome.seconds,
        used=outcome.processor_seconds,
    )


def _error(message: dict) -> str | None:
    match message.get("error"):
        case [str(name), str(text)]:
            return f"{name}: {text}" if text else name
    return None


def _answer(message: dict, function: str) -> object:
    """The value in a line, or the failure that stands there instead."""
    if "answer" in message:
        try:
            return decode(message["answer"])
        except ValueError as error:
            return Failure("your function's answer cannot be read", str(error))
    if said := _error(message):
        kind = message["error"][0]
        known = kind if isinstance(getattr(builtins, kind, None), type) else "an error of its own"
        return Failure(f"`{function}` stopped with {known}", said)
    if message.get("missing") is True:
        return Failure(f"there is no function `{function}`")
    match message.get("unsendable"):
        case [str(reason), str(kind)] if reason in REASONS:
            name, detail = (f"type {kind}", "") if kind in TYPES else ("a type of its own", f"of type {kind}")
            return Failure(f"`{function}` returns {REASONS[reason].format(name)}", detail if kind else "")
    return Failure(f"what `{function}` returns cannot be handed over")
