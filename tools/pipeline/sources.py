"""Chapters as people write them, read as notebooks: the set-up cell before them, every cell with an id."""

import copy
import functools
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode

import digitlib
from digitlib.files import read_text
from pipeline.configuration import repository
from pipeline.kinds_of_cells import expand
from pipeline.notebook_files import NOTEBOOK_METADATA

METADATA_KEPT = ("mystnb", "nbval", "tags")  # in the order of a notebook file, which sorts its keys
SETUP_CELL = """\
# On Colab, Kaggle or a computer without the book: install its helpers, once.
try:
    import digitlib  # noqa: F401
except ImportError:
    import subprocess
    import sys

    package = "git+{repository}@v{version}"
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", package], check=True)
"""


def setup_cell() -> str:
    """The code that starts every notebook."""
    return SETUP_CELL.format(repository=repository(), version=digitlib.__version__).strip()


def read_chapter(path: Path) -> NotebookNode:
    """Read a chapter as it is run: no outputs, exercises as stubs and solutions; the prose stays a template."""
    return copy.deepcopy(_expand_source(read_text(path), path.stem, setup_cell()))


def read_source(path: Path) -> NotebookNode:
    """Read a chapter as it is written, each exercise and its solution in one cell."""
    return copy.deepcopy(_parse_source(read_text(path), path.stem, setup_cell()))


# What is parsed is remembered by its text, as the configuration is.
@functools.cache
def _expand_source(text: str, name: str, setup: str) -> NotebookNode:
    return expand(_parse_source(text, name, setup))


@functools.cache
def _parse_source(text: str, name: str, setup: str) -> NotebookNode:
    source = jupytext.reads(text, fmt="py:percent")
    first = nbformat.v4.new_code_cell(setup, metadata={"tags": ["remove-cell"]})
    notebook = nbformat.v4.new_notebook(metadata=copy.deepcopy(NOTEBOOK_METADATA), cells=[first, *source.cells])
    for position, cell in enumerate(notebook.cells):
        cell.id = f"{name}-{position:02d}"
        cell.metadata = {key: cell.metadata[key] for key in METADATA_KEPT if key in cell.metadata}
    return notebook
