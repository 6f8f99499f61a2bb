"""Grade a folder of submissions, several at once; one that fails never stops the rest."""

import hashlib
import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from digitlib.files import read_text, write_text
from grader.assignment import Assignment
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
) -> list[dict]:
    """Grade all submissions of a folder, several at once, and write records, feedback and grades.

    Parameters
    ----------
    output : Path
        Receives ``grades.csv``, ``feedback/`` and ``records/``. A submission
        whose record is there, for the same file, assignment, seed and sandbox,
        is not run again, unless the clock stopped it.
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
            announce(f"[{number} of {len(futures)}] {clean(label)}: {summary(records[label])}")
    finally:
        stop.set()
        pool.shutdown(cancel_futures=True)
        in_order = [records[one.label] for one in submissions if one.label in records]
        write_text(grades_table(in_order, assignment), output / "grades.csv")
    return in_order


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
        "starved": False,
        "cells": [],
        "tests": [],
    }
    try:
        if not submission.problem:
            content = read_file(submission.files[0])
            base["fingerprint"] = _fingerprint(content, assignment, box)
            base |= _known(path, base["fingerprint"]) or grade(content, assignment, box, stop)
            if base["starved"]:  # on a quieter machine it may come to its end
                base["fingerprint"] = None
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
    record = json.loads(read_text(path))
    return record if record["fingerprint"] == fingerprint else None
