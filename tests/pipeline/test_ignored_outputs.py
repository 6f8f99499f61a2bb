"""Cells that no run is compared with: seconds, versions and pictures, and no result that has a tolerance."""

import hashlib

import nbformat
import pandas as pd
import pytest

from digitlib.plots import DESCRIPTION
from pipeline.checking import cell_problems, unasserted_problems
from pipeline.notebook_files import read_notebook
from pipeline.paths import BOOK

SCORES = pd.DataFrame({"accuracy": [0.9912, 0.9734], "seconds": [114.3, 18.4]}, index=["CNN", "fully connected"])
PICTURE = {
    "image/png": "",
    "text/plain": "Line chart over pixels. Accuracy: CNN goes from 0.988 to 0.275.",
}


def table(frame):
    return {"text/plain": frame.to_string(), "text/html": frame.to_html()}


def problems(source, *, data=None, text=None):
    """What is said of a cell so tagged, with that output."""
    output = nbformat.v4.new_output("stream", text=text) if text else nbformat.v4.new_output("display_data", data=data)
    if not text:
        output.metadata = {DESCRIPTION: {"png": hashlib.sha256(b"").hexdigest()}}
    metadata = {"tags": ["nbval-ignore-output"], "mystnb": {"figure": {"caption": "A chart.", "name": "fig-chart"}}}
    cell = nbformat.v4.new_code_cell(source, outputs=[output], metadata=metadata)
    return " ".join(cell_problems(nbformat.v4.new_notebook(cells=[cell]), "chapter"))


@pytest.mark.parametrize("name", sorted(path.stem for path in BOOK.glob("*.ipynb")))
def test_no_main_table_of_the_book_may_be_tagged_as_ignored(name):
    notebook = read_notebook(BOOK / f"{name}.ipynb")
    tables = [cell for cell in notebook.cells if any("text/html" in o.get("data", {}) for o in cell.get("outputs", []))]
    compared = [cell for cell in tables if "nbval-ignore-output" not in cell.metadata.get("tags", [])]
    assert compared or name not in ("04_training", "05_comparison", "06_going_further")
    for cell in compared:
        cell.metadata["tags"] = ["nbval-ignore-output"]
        found = cell_problems(nbformat.v4.new_notebook(cells=[cell]), name)
        assert "shows a table" in " ".join(found), cell.source


@pytest.mark.parametrize(
    ("source", "output"),
    [
        ("scores", {"data": table(SCORES)}),
        ("scores['accuracy']", {"data": {"text/plain": SCORES["accuracy"].to_string()}}),
        ("print(scores.to_string())", {"text": SCORES.to_string()}),
        ("print(accuracy)", {"text": "test accuracy 0.9912: 9912 of 10000 right"}),
    ],
    ids=["table", "column", "printed table", "printed accuracy"],
)
def test_scores_may_not_be_ignored_though_seconds_stand_beside_them(source, output):
    assert "state its tolerance" in problems(source, **output)


@pytest.mark.parametrize(
    ("source", "output"),
    [
        ("seconds", {"data": {"text/plain": "CNN  114.3\nName: seconds of training"}}),
        ("history.epoch", {"text": "1875/1875 - 15s - 8ms/step - accuracy: 0.9599 - loss: 0.1336"}),
        ("print(run)", {"text": "114 s on two cores"}),
        ("print(versions)", {"text": "{'python': '3.11.7'}"}),
        ("plots.lines(curves)", {"data": PICTURE}),
    ],
    ids=["seconds", "log", "printed seconds", "versions", "picture"],
)
def test_what_differs_from_run_to_run_may_be_ignored(source, output):
    assert problems(source, **output) == ""


@pytest.mark.parametrize(
    ("code", "tags", "found"),
    [
        ("assert seconds > 0", ["pipeline"], False),
        ("page.measure(seconds=seconds)\nassert seconds > 0", ["pipeline"], False),
        ("page.measure(seconds=seconds)", ["pipeline"], True),
        ("assert seconds > 0", [], True),
    ],
)
def test_of_what_is_ignored_the_pipeline_asserts_something_at_once(code, tags, found):
    shown = nbformat.v4.new_code_cell("seconds", metadata={"tags": ["nbval-ignore-output"]})
    following = nbformat.v4.new_code_cell(code, metadata={"tags": tags})
    for cells in ([shown, following], [shown, nbformat.v4.new_markdown_cell("So long."), following]):
        notebook = nbformat.v4.new_notebook(cells=cells)
        assert bool(list(unasserted_problems(notebook, "chapter"))) == found
    assert list(unasserted_problems(nbformat.v4.new_notebook(cells=[shown]), "chapter"))
