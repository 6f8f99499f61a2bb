"""What was handed in: find it, and read it with suspicion."""

import itertools
import json
import os
import re
import stat
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.assignment import Assignment
from grader.hidden_tests import PARAMETERS_TAG
from grader.reports import clean

LARGEST_MEGABYTES = 10
NOT_HANDED_IN = (".", "__MACOSX", "Thumbs.db", "desktop.ini")  # how the names begin of what programs left there
LONGEST_LABEL = 150  # bytes


class Unreadable(Exception):
    """A submission that cannot be run; the message says why, to student and teacher."""


@dataclass(frozen=True)
class Submission:
    """What one student handed in.

    Attributes
    ----------
    name : str
        The name of the notebook, or of the student's folder.
    label : str
        The name of its record and its feedback: `name`, made unique.
    files : list of Path
        Its notebooks: one, if all is well.
    problem : str
        Why it cannot be graded; empty if it can.
    """

    name: str
    label: str
    files: list[Path]
    problem: str = ""


def find_submissions(folder: Path) -> list[Submission]:
    """Find a submission for each notebook and for each subfolder; its notebook may lie at any depth.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    list of Submission
        In the order of their names.
    """
    found = []
    for path in sorted(filter(_is_submission, folder.iterdir())):
        if path.is_dir() and not path.is_symlink():
            found.append((path.name, sorted(_notebooks_below(path))))
        else:
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


def find_other_files(folder: Path) -> list[str]:
    """List the files beside the submissions that are no notebooks.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    list of str
    """
    others = (path.name for path in folder.iterdir() if _handed_in(path.name) and not _is_submission(path))
    return sorted(others)


def read_file(path: Path) -> bytes:
    """Read a notebook's file.

    Parameters
    ----------
    path : Path

    Returns
    -------
    bytes

    Raises
    ------
    Unreadable
        If it is a link, or too large. Such a file is not opened.
    """
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode):
        raise Unreadable("this is a link to a file, or no file at all")
    if status.st_size > LARGEST_MEGABYTES * 1_000_000:
        size = f"{status.st_size / 1e6:.0f} MB"
        raise Unreadable(f"the file has {size}, more than {LARGEST_MEGABYTES} MB: clear the outputs and save it again")
    return path.read_bytes()


def read_cells(content: bytes, assignment: Assignment) -> list[tuple[int, str]]:
    """Read the code cells of a notebook, with the assignment's parameters and given helpers in their places.

    The parameters follow the cell that is tagged for them. In a notebook that
    has lost the tag, they follow each cell that sets one of them.

    Parameters
    ----------
    content : bytes
    assignment : Assignment

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
    parameters = assignment.limits.parameters
    values = "\n".join(f"{name} = {value!r}" for name, value in parameters.items())
    set_here = [PARAMETERS_TAG in _tags(cell) for cell in code]
    if not any(set_here):
        set_here = [_sets_one_of(parameters, _source(cell)) for cell in code]
    cells = []
    for number, cell in enumerate(code, start=1):
        cells.append((number, _source(cell)))
        if set_here[number - 1]:
            cells.append((number, values))
    return cells + [(len(code), source) for source in assignment.given]


def _sets_one_of(names: Iterable[str], source: str) -> bool:
    """Whether a line assigns to one of these names. It is read as text and not executed: a stranger wrote it."""
    return any(re.search(rf"^{name}\b[^=\n]*=(?!=)", source, re.MULTILINE) for name in names)


def _is_submission(path: Path) -> bool:
    return _handed_in(path.name) and (path.is_symlink() or path.is_dir() or path.suffix.lower() == ".ipynb")


def _notebooks_below(folder: Path) -> Iterator[Path]:
    for where, folders, names in os.walk(folder):
        folders[:] = filter(_handed_in, folders)
        yield from (Path(where, name) for name in filter(_handed_in, names) if name.lower().endswith(".ipynb"))


def _handed_in(name: str) -> bool:
    return not name.startswith(NOT_HANDED_IN)


def _short(name: str) -> str:
    """Shorten a name, so that a file named after it can have an ending and be written on any system."""
    return name.encode("utf-8", "replace")[:LONGEST_LABEL].decode("utf-8", "ignore")


def _same(name: str) -> str:
    """A key that is equal for names that some file systems do not tell apart."""
    return unicodedata.normalize("NFC", name).casefold()


def _count_problem(files: list[Path], others: list[Path], folder: Path, twice: bool) -> str:
    if not twice and len(files) == 1:
        return ""
    if not files:
        return "there is no notebook in the folder"
    names = ", ".join(file.relative_to(folder).as_posix() for file in others)
    where = "of this name" if twice else "in the folder"
    return clean(f"there are several notebooks {where}; keep one of {names}")


def _parse_notebook(content: bytes) -> dict:
    """Read only what is needed: Colab writes notebooks that the format's schema refuses."""
    try:
        notebook = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Unreadable(f"the file is not UTF-8 text: {error.reason} at byte {error.start}") from error
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"the file is damaged, no notebook: {error}") from error
    if isinstance(notebook, dict) and "worksheets" in notebook:
        raise Unreadable("the notebook has an old format: open it in Jupyter and save it again")
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
