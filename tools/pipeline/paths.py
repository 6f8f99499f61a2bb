"""Where everything lies."""

from pathlib import Path

import yaml

from digitlib.files import read_text

ROOT = Path(__file__).parents[2]
CHAPTERS = ROOT / "chapters"
BOOK = ROOT / "book"
ASSIGNMENTS = ROOT / "assignments"
STORED_RESULTS = ROOT / "results"  # of the book's own run of each page
REFERENCE = ROOT / "digitlib" / "data" / "runs"
SWEEPS = REFERENCE / "sweeps"
BUILD = ROOT / "_build"
EXECUTED = BUILD / "executed"
RESULTS = BUILD / "results"
QUICK = BUILD / "quick"
LOGS = BUILD / "log"


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
