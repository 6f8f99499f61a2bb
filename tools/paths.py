"""Where everything lies."""

import tempfile
from pathlib import Path

import yaml

from digitlib.files import read_text

ROOT = Path(__file__).parents[1]
CHAPTERS = ROOT / "chapters"
BOOK = ROOT / "book"
ASSIGNMENTS = ROOT / "assignments"
REFERENCE = ROOT / "digitlib" / "reference"
SWEEPS = REFERENCE / "sweeps"
BUILD = ROOT / "_build"
EXECUTED = BUILD / "executed"
RESULTS = BUILD / "results"
QUICK = BUILD / "quick"
LOGS = BUILD / "log"
ROOM = 1_000_000  # bytes that a folder must have room for: a full disk makes files, but writes nothing into them


def chapters(names: list[str] | None = None) -> list[Path]:
    """The sources of the notebooks, in the book's order.

    Parameters
    ----------
    names : list of str, optional
        File names without ending, or their numbers (``"03"``); all by default.

    Raises
    ------
    SystemExit
        If a name is not that of exactly one chapter.
    """
    return _choose(names, sorted(CHAPTERS.glob("[0-9][0-9]_*.py")), "chapter")


def pages() -> list[Path]:
    """The sources of the pages without code."""
    return sorted(CHAPTERS.glob("*.md"))


def page_names() -> list[str]:
    """Every page of the table of contents, in its order, without ending."""
    toc = yaml.safe_load(read_text(ROOT / "_toc.yml"))
    return [toc["root"]] + [chapter["file"] for part in toc["parts"] for chapter in part["chapters"]]


def assignments(names: list[str] | None = None) -> list[Path]:
    """The sources of the assignments, in their order.

    Parameters
    ----------
    names : list of str, optional
        File names without ending, or their numbers (``"2"``); all by default.

    Raises
    ------
    SystemExit
        If a name is not that of exactly one assignment.
    """
    return _choose(names, sorted(ASSIGNMENTS.glob("[0-9]_*.py")), "assignment")


def _choose(names: list[str] | None, everything: list[Path], kind: str) -> list[Path]:
    return [_find(name, everything, kind) for name in names] if names else everything


def _find(name: str, everything: list[Path], kind: str) -> Path:
    stem = Path(name).stem
    found = [path for path in everything if path.stem == stem or path.stem.startswith(f"{stem}_")]
    if len(found) != 1:
        raise SystemExit(f"no {kind} {name!r}: choose from {', '.join(path.stem for path in everything)}")
    return found[0]


def make_writable(folder: Path) -> None:
    """Make a folder if it is not there; SystemExit that says what to do if nothing can be written in it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(ROOM))
    except OSError as error:
        raise SystemExit(
            f"{folder} cannot be written to: {error.strerror}. "
            "If it is on a stick or another disk, see that this is mounted and not write-protected; or name another"
        ) from error


def in_one_line(error: OSError) -> str:
    """What the system refused, and where."""
    return f"{error.filename}: {error.strerror}" if error.filename else str(error)


def prepare_output(file: Path) -> None:
    """Make the folder of a file that will be written; SystemExit that says what to do if it cannot be."""
    make_writable(file.parent)
    if file.is_dir():
        raise SystemExit(f"{file} is a folder: name a file in it")
