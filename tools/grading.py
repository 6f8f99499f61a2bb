"""Grade a folder of submissions: read each with suspicion, run it in a sandbox, compare its answers, write it down.

A submission's answers come from a process that may lie about everything but
can say only this: a value for a case. Values are compared here, with expected
answers that the sandbox never holds. Of what was said after the hidden arguments
were handed in, feedback for students holds no more than the kind of an error and
what a judge makes of it.
"""

import builtins
import csv
import hashlib
import html
import io
import itertools
import json
import os
import stat
import threading
import unicodedata
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import sandbox
from digitlib.files import write_text
from hidden_images import ENVIRONMENT as HIDDEN_SET
from hidden_tests import PARAMETERS_TAG, Failure, Hidden, Limits, load, read_limits
from sandbox import Outcome, Sandbox, SandboxError, Unsafe
from wire import decode, encode

LARGEST_MEGABYTES = 10
NOT_HANDED_IN = (".", "__MACOSX")  # how the names of files and folders begin that programs left there
LONGEST_LABEL = 150  # bytes
REASON_LENGTH = 300
MOST_ERRORS = 20

ENDED = {
    "time": "it was stopped at the time limit of {seconds:g} seconds",
    "memory": "it was stopped at the memory limit of {gigabytes:g} GB",
    "processes": f"it was stopped because it had more than {sandbox.PROCESSES} processes",
    "output": f"it was stopped because its answers exceeded {sandbox.ANSWERS_MEGABYTES} MB",
    "exit": "it ended its own process",
}


class Unreadable(Exception):
    """A submission that cannot be run; the message says why, to student and teacher."""


@dataclass(frozen=True)
class Assignment:
    """What submissions are held against.

    Attributes
    ----------
    name : str
    tests : list of Hidden
    limits : Limits
    digest : str
        Changes with the source, the seed and the hidden set that the teacher names.
    """

    name: str
    tests: list[Hidden]
    limits: Limits
    digest: str

    @classmethod
    def read(cls, path: Path, seed: str) -> "Assignment":
        """Execute the source and make its hidden tests; raises `hidden_tests.AssignmentError`."""
        tests = load(path, seed)
        hidden_set = os.environ.get(HIDDEN_SET)
        parts = [path.read_bytes(), seed.encode("utf-8"), Path(hidden_set).read_bytes() if hidden_set else b""]
        digest = hashlib.sha256(b"\0".join(parts)).hexdigest()
        return cls(path.stem, tests, read_limits(path), digest)

    def questions(self) -> list[str]:
        """The questions that have hidden tests, in the source's order."""
        return list(dict.fromkeys(test.question for test in self.tests))


@dataclass(frozen=True)
class Submission:
    """What one student handed in.

    Attributes
    ----------
    name : str
        Of the notebook, or of the student's folder.
    label : str
        The name, made unique, of its record and its feedback.
    files : list of Path
        Its notebooks: one, if all is well.
    problem : str
        Why it cannot be graded, if it cannot.
    """

    name: str
    label: str
    files: list[Path]
    problem: str = ""


def find_submissions(folder: Path) -> list[Submission]:
    """One submission for each notebook and for each subfolder, at whatever depth its notebook lies."""
    found = []
    for path in sorted(folder.iterdir()):
        if not _handed_in(path.name):
            continue
        if path.is_symlink():
            found.append((path.stem, [path]))
        elif path.is_dir():
            found.append((path.name, sorted(_notebooks_below(path))))
        elif path.suffix.lower() == ".ipynb":
            found.append((path.stem, [path]))
    names = [_same(name) for name, _ in found]
    submissions, labels = [], set()
    for name, files in found:
        others = [file for other, files in found if _same(other) == _same(name) for file in files]
        twice = names.count(_same(name)) > 1
        problem = _count_problem(files, others, folder, twice)
        numbered = (f"{_short(name)} ({number})" for number in itertools.count(1))
        candidates = numbered if twice else itertools.chain([_short(name)], numbered)
        label = next(candidate for candidate in candidates if _same(candidate) not in labels)
        labels.add(_same(label))
        submissions.append(Submission(name, label, files, problem))
    return submissions


def read_file(path: Path) -> bytes:
    """Read a notebook's file.

    Raises
    ------
    Unreadable
        If it is a link, or too large; it is not opened then.
    """
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode):
        raise Unreadable("this is a link to a file, or no file at all")
    if status.st_size > LARGEST_MEGABYTES * 1_000_000:
        size = f"{status.st_size / 1e6:.0f} MB"
        raise Unreadable(f"the file has {size}, more than {LARGEST_MEGABYTES} MB: clear the outputs and save it again")
    return path.read_bytes()


def read_cells(content: bytes, assignment: Assignment) -> list[tuple[int, str]]:
    """Read the code cells of a notebook, with the assignment's parameters in their place.

    Returns
    -------
    list of (int, str)
        Each cell's number, counted among code cells from 1, and its source.

    Raises
    ------
    Unreadable
        If it is not UTF-8, not a notebook, or of another assignment.
    """
    notebook = _parse_notebook(content)
    metadata = notebook.get("metadata")
    book = metadata.get("digit_book") if isinstance(metadata, dict) else None
    named = book.get("assignment") if isinstance(book, dict) else None
    if named is not None and named != assignment.name:
        raise Unreadable(f"this is a notebook of the assignment {str(named)[:60]}, not of {assignment.name}")
    code = [cell for cell in notebook["cells"] if cell.get("cell_type") == "code"]
    cells = [(number, _source(cell)) for number, cell in enumerate(code, start=1)]
    for position, cell in enumerate(code):
        if PARAMETERS_TAG in _tags(cell):
            values = "\n".join(f"{name} = {value!r}" for name, value in assignment.limits.parameters.items())
            cells.insert(position + 1, (position + 1, values))
            break
    return cells


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
    outcome = sandbox.run(box, cells, calls, seconds=limits.seconds, gigabytes=limits.gigabytes, stop=stop)
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


def grade_all(
    folder: Path,
    assignment: Assignment,
    output: Path,
    box: Sandbox,
    *,
    workers: int = 2,
    announce: Callable[[str], None] = print,
) -> list[dict]:
    """Grade all submissions of a folder, several at once, and write records, feedback and grades.

    Parameters
    ----------
    output : Path
        Receives ``grades.csv``, ``feedback/`` and ``records/``. A submission
        whose record is there, for the same file, assignment, seed and sandbox,
        is not run again.
    announce : callable
        Is told a line about each submission as it is finished.

    Returns
    -------
    list of dict
        A record for each submission, in the order of their names.
    """
    submissions = find_submissions(folder)
    stop = threading.Event()
    records: dict[str, dict] = {}
    pool = ThreadPoolExecutor(workers)
    try:
        futures = {pool.submit(_grade_safely, one, assignment, output, box, stop): one for one in submissions}
        for number, future in enumerate(as_completed(futures), start=1):
            label = futures[future].label
            records[label] = future.result()
            announce(f"[{number} of {len(futures)}] {clean(label)}: {_summary(records[label])}")
    finally:
        stop.set()
        pool.shutdown(cancel_futures=True)
        in_order = [records[one.label] for one in submissions if one.label in records]
        write_text(grades_table(in_order, assignment), output / "grades.csv")
    return in_order


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
        lines += ["These code cells stopped with an error; the cells after them ran all the same:", ""]
        lines += [f"- cell {entry['cell']}: `{entry['error'].replace('`', chr(39))}`" for entry in record["cells"]]
        lines += [""]
    for question in assignment.questions() if record["tests"] else []:
        tests = [test for test in record["tests"] if test["question"] == question]
        total = sum(test["points"] for test in tests)
        lines += [f"## {question}: {_earned(record, question):g} of {total:g} points", ""]
        lines += [_test_feedback(test) for test in tests] + [""]
    return "\n".join(lines).rstrip("\n") + "\n"


def clean(text: str, length: int = REASON_LENGTH) -> str:
    """A stranger's text on one line, without what steers terminals, no longer than `length`."""
    line = "".join(character if character.isprintable() else " " for character in text)
    return line if len(line) <= length else line[: length - 3] + "..."


def _grade_safely(
    submission: Submission, assignment: Assignment, output: Path, box: Sandbox, stop: threading.Event
) -> dict:
    """A record whatever happens; it is kept for the next time if it is the submission's own doing."""
    path = output / "records" / f"{submission.label}.json"
    base = {
        "name": submission.name,
        "label": submission.label,
        "files": [file.name for file in submission.files],
        "sandbox": box.name,
        "fingerprint": None,
        "problem": submission.problem,
        "seconds": 0,
        "cells": [],
        "tests": [],
    }
    try:
        if not submission.problem:
            content = read_file(submission.files[0])
            base["fingerprint"] = _fingerprint(content, assignment, box)
            base |= _known(path, base["fingerprint"]) or grade(content, assignment, box, stop)
    except Unreadable as error:
        base["problem"] = clean(str(error))
    except Exception as error:  # one submission must not stop the rest
        base |= {"fingerprint": None, "problem": clean(f"the grader failed: {type(error).__name__}: {error}")}
        if stop.is_set():
            return base
    write_text(feedback(base, assignment), output / "feedback" / f"{submission.label}.md")
    write_text(json.dumps(base, indent=1) + "\n", path)
    return base


def _fingerprint(content: bytes, assignment: Assignment, box: Sandbox) -> str:
    return hashlib.sha256(b"\0".join([content, assignment.digest.encode(), box.name.encode()])).hexdigest()


def _known(path: Path, fingerprint: str) -> dict | None:
    if not path.exists():
        return None
    record = json.loads(path.read_text(encoding="utf-8"))
    return record if record["fingerprint"] == fingerprint else None


def _notebooks_below(folder: Path) -> Iterator[Path]:
    for where, folders, names in os.walk(folder):
        folders[:] = filter(_handed_in, folders)
        yield from (Path(where, name) for name in filter(_handed_in, names) if name.lower().endswith(".ipynb"))


def _handed_in(name: str) -> bool:
    return not name.startswith(NOT_HANDED_IN)


def _short(name: str) -> str:
    """Short enough that the files named after it can have endings, and writable anywhere."""
    return name.encode("utf-8", "replace")[:LONGEST_LABEL].decode("utf-8", "ignore")


def _same(name: str) -> str:
    """Equal for names that some file systems take to be one."""
    return unicodedata.normalize("NFC", name).casefold()


def _count_problem(files: list[Path], others: list[Path], folder: Path, twice: bool) -> str:
    if not twice and len(files) == 1:
        return ""
    if not files:
        return "there is no notebook in the folder"
    names = ", ".join(file.relative_to(folder).as_posix() for file in others)
    return clean(f"there are several notebooks of this name; keep one of {names}")


def _parse_notebook(content: bytes) -> dict:
    """Read what is needed and no more: Colab writes notebooks that the format's schema refuses."""
    try:
        notebook = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Unreadable(f"the file is not UTF-8 text: {error.reason} at byte {error.start}") from error
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"the file is damaged, no notebook: {error}") from error
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise Unreadable("the file is damaged, no notebook: it has no list of cells")
    return notebook


def _source(cell: dict) -> str:
    source = cell.get("source", "")
    if isinstance(source, str):
        return source
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        return "".join(source)
    raise Unreadable("the file is damaged, no notebook: a cell's source is no text")


def _tags(cell: dict) -> list:
    metadata = cell.get("metadata")
    tags = metadata.get("tags") if isinstance(metadata, dict) else None
    return tags if isinstance(tags, list) else []


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


def _summary(record: dict) -> str:
    if not record["tests"]:
        return f"not graded: {record['problem']}"
    total = sum(test["points"] for test in record["tests"])
    earned = sum(test["earned"] for test in record["tests"])
    end = f"; {record['problem']}" if record["problem"] else ""
    return f"{earned:g} of {total:g} points in {record['seconds']} s{end}"


def _what_went_wrong(record: dict) -> str:
    found = ["UNSAFE: run without a sandbox"] if record["sandbox"] == Unsafe.name else []
    found += [record["problem"]] if record["problem"] else []
    found += [f"cell {entry['cell']}: {entry['error']}" for entry in record["cells"]]
    for test in record["tests"]:
        if test["earned"] < test["points"]:
            detail = f" ({clean(test['detail'])})" if test["detail"] else ""
            found.append(f"{test['question']} {test['name']}: {test['reason']}{detail}")
    return "; ".join(found)


def harmless(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    line = clean(text, 2_000)
    return f"'{line}" if line.startswith(("=", "+", "-", "@")) else line
