"""Run a submission and compare what it answers with what is expected."""

import builtins
import itertools
import threading

from grading import watchdog
from grading.assignment import Assignment
from grading.hidden_tests import Failure, Limits
from grading.inside.wire import decode, encode
from grading.reports import clean
from grading.submissions import read_cells
from grading.watchdog import ANSWERS_MEGABYTES, PROCESSES, Outcome, Sandbox, SandboxError

MOST_ERRORS = 20

ENDED = {
    "time": "it was stopped at the time limit of {seconds:g} seconds",
    "memory": "it was stopped at the memory limit of {gigabytes:g} GB",
    "processes": f"it was stopped because it had more than {PROCESSES} processes",
    "output": f"it was stopped because its answers exceeded {ANSWERS_MEGABYTES} MB",
    "exit": "it ended its own process",
}


def grade(content: bytes, assignment: Assignment, box: Sandbox, stop: threading.Event) -> dict:
    """Run a submission and score it.

    Returns
    -------
    dict
        The part of its record that depends on the run, as JSON.

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
    limits = assignment.limits
    outcome = watchdog.run(box, cells, calls, seconds=limits.seconds, gigabytes=limits.gigabytes, stop=stop)
    if outcome.ended == "stopped":
        raise SandboxError("stopped by you")
    lost, answers, stopped = read_answers(outcome, [call["function"] for call in calls], limits)
    rest = iter(answers)
    scores = [(test, test.score(list(itertools.islice(rest, len(test.cases))))) for test in assignment.tests]
    return {
        "problem": lost,
        "seconds": round(outcome.seconds, 1),
        "cells": stopped,
        "tests": [
            {
                "question": test.question,
                "name": test.name,
                "title": test.title,
                "points": test.points,
                "earned": test.points * score.share,
                "reason": clean(score.reason),
                "detail": score.detail,
                "feedback": test.feedback,
            }
            for test, score in scores
        ],
    }


def read_answers(outcome: Outcome, functions: list[str], limits: Limits) -> tuple[str, list, list[dict]]:
    """Make sense of what came out of a sandbox, whoever wrote it.

    Of several lines for one case the first counts, and none that came before
    the arguments were handed in.

    Parameters
    ----------
    functions : list of str
        The function that each case calls.

    Returns
    -------
    problem : str
        How the submission ended, if it did not come to its end.
    answers : list
        For each case a value or a `Failure`.
    stopped : list of dict
        The cells that stopped with an error: "cell" and "error".
    """
    answers: dict[int, object] = {}
    stopped, last, ready = [], 0, False
    for message in outcome.lines:
        case, error = message.get("case"), _error(message)
        if message == {"ready": True}:
            ready = True
        elif not ready and type(message.get("begins")) is int:
            last = message["begins"]
        elif not ready and type(message.get("stopped")) is int and error and len(stopped) < MOST_ERRORS:
            stopped.append({"cell": message["stopped"], "error": clean(error)})
        elif ready and type(case) is int and 0 <= case < len(functions) and case not in answers:
            answers[case] = _answer(message, functions[case])
    problem = ""
    if outcome.ended != "done":
        where = "while its functions were called" if ready else f"in code cell {last}"
        problem = f"{ENDED[outcome.ended].format(seconds=limits.seconds, gigabytes=limits.gigabytes)}, {where}"
        problem = clean(problem)
    missing = Failure("there is no answer" + (f": {problem}" if problem else ""))
    return problem, [answers.get(case, missing) for case in range(len(functions))], stopped


def _error(message: dict) -> str | None:
    match message.get("error"):
        case [str(name), str(text)]:
            return f"{name}: {text}" if text else name
    return None


def _answer(message: dict, function: str) -> object:
    """The value in a line, or what is there instead."""
    if "answer" in message:
        try:
            return decode(message["answer"])
        except ValueError as error:
            return Failure("your function's answer cannot be read", str(error))
    if error := _error(message):
        kind = message["error"][0]
        known = kind if isinstance(getattr(builtins, kind, None), type) else "an error of its own"
        return Failure(f"`{function}` stopped with {known}", error)
    if message.get("missing") is True:
        return Failure(f"there is no function `{function}`")
    kind = message.get("unsendable")
    return Failure(
        f"`{function}` returns something other than numbers, texts, lists, tuples, dicts or NumPy arrays",
        f"of type {kind}" if isinstance(kind, str) else "",
    )
