"""Notebooks: their files, their titles, and what tells two of them apart."""

import json
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from digitlib.files import read_text, sha256, write_text
from pipeline.kinds_of_cells import is_solution

NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook from its file."""
    return nbformat.reads(read_text(path), as_version=4)


def read_executed(path: Path) -> NotebookNode:
    """A notebook with its solutions at the end, if they lie in a file of their own."""
    notebook, file = read_notebook(path), path.parent / "solutions" / path.name
    if file.exists():
        notebook.cells += [cell for cell in read_notebook(file).cells if is_solution(cell)]
    return notebook


def write_notebook(notebook: NotebookNode, path: Path) -> None:
    """Write a notebook, whole or not at all."""
    write_text(nbformat.writes(notebook, version=4) + "\n", path)


def title(notebook: NotebookNode) -> str:
    """The heading that a notebook starts with."""
    return next(cell.source for cell in notebook.cells if cell.cell_type == "markdown").partition("\n")[0].lstrip("# ")


def same_code(one: NotebookNode, other: NotebookNode) -> bool:
    """Whether two notebooks have the same code cells in the same places, the set-up cell aside.

    That cell changes with the book's address and version, and does nothing where
    the book is run.
    """
    return dict(_code(one)[1:]) == dict(_code(other)[1:])


def code_digest(notebook: NotebookNode) -> str:
    """A digest of all code of a chapter, that of the pipeline included, the set-up cell aside."""
    return sha256(json.dumps([source for _, source in _code(notebook)[1:]]).encode("utf-8"))


def _code(notebook: NotebookNode) -> list[tuple[str, str]]:
    return [(cell.id, cell.source) for cell in notebook.cells if cell.cell_type == "code"]
