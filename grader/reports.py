"""What student, teacher and spreadsheet are told about a submission."""

import csv
import html
import io
import re

from grader.assignment import Assignment
from grader.record import GradedTest, Record
from grader.sandboxes import Unsafe

REASON_LENGTH = 300
FORMULA_SIGNS = "=+@\uff1d\uff0b\uff0d\uff20-"  # the full-width ones too


def grades_table(records: list[Record], assignment: Assignment) -> str:
    """Write the grades of the hidden tests as CSV; who was not graded has empty cells, not zeros.

    Parameters
    ----------
    records : list of Record
    assignment : Assignment

    Returns
    -------
    str
    """
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(["name", *assignment.questions(), "total", "seconds", "what went wrong"])
    for record in records:
        earned = [_earned(record.result.of(question)) for question in assignment.questions()]
        points = [f"{value:g}" if record.result.tests else "" for value in [*earned, sum(earned)]]
        wrong = harmless(_what_went_wrong(record))
        writer.writerow([harmless(record.label), *points, record.result.seconds, wrong])
    return table.getvalue()


def feedback(record: Record, assignment: Assignment) -> str:
    """Write what a student may read, as Markdown: no hidden input, no expected answer.

    Parameters
    ----------
    record : Record
    assignment : Assignment

    Returns
    -------
    str
    """
    result = record.result
    lines = [f"# {assignment.name}: {html.escape(clean(record.name), quote=False)}", ""]
    if result.problem:
        opening = "Your notebook did not come to its end" if result.tests else "Your notebook was not graded"
        lines += [f"{opening}: {html.escape(result.problem, quote=False)}.", ""]
    if result.cells:
        lines += ["Cells that begin so stopped with an error; the cells after them ran all the same:", ""]
        lines += [f"- {_quoted(stopped.begins)}: {_quoted(stopped.error)}" for stopped in result.cells]
        lines += [""]
    if result.tests:
        for question in assignment.questions():
            tests = result.of(question)
            lines += [f"## {question}: {_earned(tests):g} of {_points(tests):g} points", ""]
            lines += [_test_feedback(test) for test in tests] + [""]
        for question, points in assignment.manual.items():
            lines += [f"## {question}: up to {points:g} points, read by your teacher", ""]
        lines += [f"The tests give {_earned(result.tests):g} of {_points(result.tests):g} points."]
    return "\n".join(lines).rstrip("\n") + "\n"


def summary(record: Record) -> str:
    """Summarize a submission in a line for the terminal.

    Parameters
    ----------
    record : Record

    Returns
    -------
    str
    """
    result = record.result
    if not result.tests:
        return f"not graded: {result.problem}"
    end = f"; {result.problem}" if result.problem else ""
    return f"{_earned(result.tests):g} of {_points(result.tests):g} points in {result.seconds} s{end}"


def clean(text: str, length: int = REASON_LENGTH) -> str:
    """Put a stranger's text on one line, without characters that control terminals, no longer than `length`.

    Parameters
    ----------
    text : str
    length : int

    Returns
    -------
    str
    """
    line = "".join(character if character.isprintable() else " " for character in text)
    return line if len(line) <= length else line[: length - 3] + "..."


def harmless(text: str) -> str:
    """Make a cell that no spreadsheet takes for a formula, even if it splits cells at semicolons.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
    """
    return re.sub(rf"""((?:^|;)[\s"]*)(?=[{FORMULA_SIGNS}])""", r"\1'", clean(text, 2_000))


def _test_feedback(test: GradedTest) -> str:
    verdict = "Right" if test.earned == test.points else "Partly right" if test.earned else "Wrong"
    hint = test.feedback if verdict != "Right" else ""
    text = " ".join(_sentence(one) for one in (test.title, test.score.reason, hint) if one)
    return f"- **{verdict}**, {test.earned:g} of {test.points:g} points. {text}"


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}{'' if text.endswith(('.', '?', '!')) else '.'}"


def _earned(tests: list[GradedTest]) -> float:
    return sum(test.earned for test in tests)


def _points(tests: list[GradedTest]) -> float:
    return sum(test.points for test in tests)


def _quoted(text: str) -> str:
    return f"`{text.replace('`', chr(39))}`"


def _what_went_wrong(record: Record) -> str:
    found = ["UNSAFE: run without a sandbox"] if record.sandbox == Unsafe.name else []
    found += [record.result.problem] if record.result.problem else []
    found += [f"cell {stopped.cell}: {stopped.error}" for stopped in record.result.cells]
    for test in record.result.tests:
        if test.earned < test.points:
            detail = f" ({clean(test.score.detail)})" if test.score.detail else ""
            found.append(f"{test.question} {test.name}: {test.score.reason}{detail}")
    return "; ".join(found)
