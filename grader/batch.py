"""Grade a folder of submissions, several at once; one that fails never stops the rest."""

import hashlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from digitlib.files import read_text, write_text
from grader.assignment import Assignment
from grader.record import Record, RecordError, Result
from grader.reports import clean, feedback, grades_table, summary
from grader.scoring import grade
from grader.submissions import Submission, Unreadable, find_submissions, read_file
from grader.watchdog import Sandbox


def grade_all(
    folder: Path,
    assignment: Assignment,
    output: Path,
    box: Sandbox,
    *,
    workers: int = 2,
    announce: Callable[[str], None] = print,
) -> list[Record]:
    """Grade all submissions of a folder, several at once, and write records, feedback and grades.

    Parameters
    ----------
    folder : Path
        Holds what was handed in.
    assignment : Assignment
    output : Path
        Receives ``grades.csv``, ``feedback/`` and ``records/``. A submission
        whose record is there, for the same file, assignment, seed and sandbox,
        is not run again, unless the clock stopped it.
    box : Sandbox
    workers : int
        How many run side by side.
    announce : callable
        Called with a line about each submission when it is finished.

    Returns
    -------
    list of Record
        One for each submission, in the order of their names.
    """
    submissions = find_submissions(folder)
    stop = threading.Event()
    records: dict[str, Record] = {}
    pool = ThreadPoolExecutor(workers)
    try:
        futures = {pool.submit(_grade_safely, one, assignment, output, box, stop, announce): one for one in submissions}
        for number, future in enumerate(as_completed(futures), start=1):
            label = futures[future].label
            records[label] = future.result()
            announce(f"[{number} of {len(futures)}] {clean(label)}: {summary(records[label])}")
    finally:
        stop.set()
        pool.shutdown(cancel_futures=True)
        in_order = [records[one.label] for one in submissions if one.label in records]
        write_text(grades_table(in_order, assignment), output / "grades.csv")
    return in_order


def _grade_safely(
    submission: Submission,
    assignment: Assignment,
    output: Path,
    box: Sandbox,
    stop: threading.Event,
    announce: Callable[[str], None],
) -> Record:
    """Make a record whatever happens. It is used again next time, unless the grader or a busy machine was at fault."""
    path = output / "records" / f"{submission.label}.json"
    fingerprint, result, failed = None, Result(submission.problem), False
    try:
        if not submission.problem:
            content = read_file(submission.files[0])
            fingerprint = _fingerprint(content, assignment, box)
            result = _known(path, fingerprint, announce) or grade(content, assignment, box, stop)
    except Unreadable as error:
        result = Result(clean(str(error)))
    except Exception as error:  # one submission must not stop the rest
        result, failed = Result(clean(f"the grader failed: {type(error).__name__}: {error}")), True
    files = [file.name for file in submission.files]
    kept = None if failed or result.starved else fingerprint  # on a quieter machine it may come to its end
    record = Record(submission.name, submission.label, files, box.name, kept, result)
    if not (failed and stop.is_set()):
        write_text(feedback(record, assignment), output / "feedback" / f"{submission.label}.md")
        write_text(record.to_json(), path)
    return record


def _fingerprint(content: bytes, assignment: Assignment, box: Sandbox) -> str:
    return hashlib.sha256(b"\0".join([content, assignment.digest.encode(), box.name.encode()])).hexdigest()


def _known(path: Path, fingerprint: str, announce: Callable[[str], None]) -> Result | None:
    if not path.exists():
        return None
    try:
        record = Record.from_json(read_text(path))
    except RecordError as error:
        announce(clean(f"{path} {error}: graded again"))
        return None
    return record.result if record.fingerprint == fingerprint else None
