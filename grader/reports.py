"""What is told of a submission: to the student, to the teacher, to a spreadsheet."""

import csv
import html
import io
import re

from grader.assignment import Assignment
from grader.sandboxes import Unsafe

REASON_LENGTH = 300
FORMULA_SIGNS = "=+@\uff1d\uff0b\uff0d\uff20-"  # the full-width ones too


def grades_table(records: list[dict], assignment: Assignment) -> str:
    """The grades that the hidden tests give, as CSV; whoever was not graded has empty cells, not zeros."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(["name", *assignment.questions(), "total", "seconds", "what went wrong"])
    for record in records:
        earned = [_earned(record, question) for question in assignment.questions()]
        points = [*earned, sum(earned)] if record["tests"] else [None] * (len(earned) + 1)
        numbers = ["" if value is None else f"{value:g}" for value in points]
        writer.writerow([harmless(record["label"]), *numbers, record["seconds"], harmless(_what_went_wrong(record))])
    return table.getvalue()


def feedback(record: dict, assignment: Assignment) -> str:
    """What a student may read, as Markdown: no hidden input, no expected answer."""
    lines = [f"# {assignment.name}: {html.escape(clean(record['name']), quote=False)}", ""]
    if record["problem"]:
        opening = "Your notebook did not come to its end" if record["tests"] else "Your notebook was not graded"
        lines += [f"{opening}: {html.escape(record['problem'], quote=False)}.", ""]
    if record["cells"]:
        lines += ["Cells that begin so stopped with an error; the cells after them ran all the same:", ""]
        lines += [f"- {_quoted(entry['begins'])}: {_quoted(entry['error'])}" for entry in record["cells"]]
        lines += [""]
    for question in assignment.questions() if record["tests"] else []:
        tests = [test for test in record["tests"] if test["question"] == question]
        total = sum(test["points"] for test in tests)
        lines += [f"## {question}: {_earned(record, question):g} of {total:g} points", ""]
        lines += [_test_feedback(test) for test in tests] + [""]
    if record["tests"]:
        for question, points in assignment.manual.items():
            lines += [f"## {question}: up to {points:g} points, read by your teacher", ""]
        lines += [f"The tests give {_total(record, 'earned'):g} of {_total(record, 'points'):g} points."]
    return "\n".join(lines).rstrip("\n") + "\n"


def summary(record: dict) -> str:
    """A line about a submission, for the terminal."""
    if not record["tests"]:
        return f"not graded: {record['problem']}"
    end = f"; {record['problem']}" if record["problem"] else ""
    return f"{_total(record, 'earned'):g} of {_total(record, 'points'):g} points in {record['seconds']} s{end}"


def clean(text: str, length: int = REASON_LENGTH) -> str:
    """A stranger's text on one line, without what steers terminals, no longer than `length`."""
    line = "".join(character if character.isprintable() else " " for character in text)
    return line if len(line) <= length else line[: length - 3] + "..."


def harmless(text: str) -> str:
    """A cell that no spreadsheet takes for a formula, be it one that parts cells at semicolons."""
    return re.sub(rf"""((?:^|;)[\s"]*)(?=[{FORMULA_SIGNS}])""", r"\1'", clean(text, 2_000))


def _test_feedback(test: dict) -> str:
    verdict = "Right" if test["earned"] == test["points"] else "Partly right" if test["earned"] else "Wrong"
    hint = test["feedback"] if verdict != "Right" else ""
    sentences = [test["title"], test["reason"], hint]
    text = " ".join(_sentence(one) for one in sentences if one)
    return f"- **{verdict}**, {test['earned']:g} of {test['points']:g} points. {text}"


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}{'' if text.endswith(('.', '?', '!')) else '.'}"


def _earned(record: dict, question: str) -> float:
    return sum(test["earned"] for test in record["tests"] if test["question"] == question)


def _total(record: dict, what: str) -> float:
    return sum(test[what] for test in record["tests"])


def _quoted(text: str) -> str:
    return f"`{text.replace('`', chr(39))}`"


def _what_went_wrong(record: dict) -> str:
    found = ["UNSAFE: run without a sandbox"] if record["sandbox"] == Unsafe.name else []
    found += [record["problem"]] if record["problem"] else []
    found += [f"cell {entry['cell']}: {entry['error']}" for entry in record["cells"]]
    for test in record["tests"]:
        if test["earned"] < test["points"]:
            detail = f" ({clean(test['detail'])})" if test["detail"] else ""
            found.append(f"{test['question']} {test['name']}: {test['reason']}{detail}")
    return "; ".join(found)
