"""nbval with tolerances, and with outputs that papermill has already computed.

    pytest --nbval book                                  executes the notebooks
    pytest --nbval --nbval-executed=_build/executed book compares papermill's copies, runs nothing

A cell may state its tolerances: ``{"nbval": {"atol": 0.003, "count_atol": 20}}``
for its decimals and for its whole numbers. Everything else is compared exactly,
the row and column labels of its tables included.
"""

import math
import re
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import nbval.plugin as nbval
import pytest

DECIMAL = re.compile(r"(?<![\w.])[-+]?\d+\.\d*(?:[eE][-+]?\d+)?(?![\w.]|%?\w)")
COUNT = re.compile(r"(?<![\w.#])[-+]?\d+(?:,\d{3})*(?![\w]|\.\d)")


def pytest_addoption(parser):
    parser.addoption("--nbval-executed", default=None, help="folder of notebooks papermill has run; compare these")


def pytest_ignore_collect(collection_path, config):
    """Solutions go on from their chapter: they are compared where the chapter was executed, and not run alone."""
    if collection_path.parent.name == "solutions" and not config.option.nbval_executed:
        return True
    return None


def close(reference: str, new: str, atol: float, count_atol: float) -> bool:
    """Whether two texts are equal but for numbers within their tolerance."""
    if not atol and not count_atol:
        return reference == new
    if labels(reference) != labels(new):
        return False
    parts = [_split(text, DECIMAL) for text in (reference, new)]
    if not _within(parts[0][1], parts[1][1], atol):
        return False
    texts = [part[0] for part in parts]
    if count_atol:
        parts = [_split(text, COUNT) for text in texts]
        if not _within(parts[0][1], parts[1][1], count_atol):
            return False
        texts = [part[0] for part in parts]
    return _unpadded(texts[0]) == _unpadded(texts[1])


def labels(text: str) -> list[str]:
    """The row and column labels, if the text is a table of pandas."""
    if "<th>" in text:
        parser = _HeaderCells()
        parser.feed(text)
        return parser.cells
    lines = text.splitlines()
    if len(lines) < 3 or len({len(line) for line in lines}) != 1:
        return []
    return lines[0].split() + [line.split()[0] for line in lines[1:] if line.split()]


class _HeaderCells(HTMLParser):
    def __init__(self):
        super().__init__()
        self.cells, self._inside = [], False

    def handle_starttag(self, tag, attrs):
        self._inside = tag == "th"

    def handle_data(self, data):
        if self._inside:
            self.cells.append(data)

    def handle_endtag(self, tag):
        self._inside = False


def _split(text: str, pattern: re.Pattern) -> tuple[str, list[float]]:
    return pattern.sub("#", text), [float(number.replace(",", "")) for number in pattern.findall(text)]


def _within(reference: list[float], new: list[float], atol: float) -> bool:
    return len(reference) == len(new) and all(
        math.isclose(one, other, rel_tol=0, abs_tol=atol + 1e-12) for one, other in zip(reference, new, strict=True)
    )


def _unpadded(text: str) -> str:
    """The text without the padding of columns, which moves with the length of a number."""
    return re.sub(r"\s*([\[\],()])\s*", r"\1", re.sub(r"[ \t]+", " ", text))


class _Text(str):
    """A string that equals another one within tolerances, since nbval compares with ``!=``."""

    atol = 0.0
    count_atol = 0.0

    def __eq__(self, other):
        return close(str(self), str(other), self.atol, self.count_atol)

    def __ne__(self, other):
        return not self == other

    __hash__ = str.__hash__


# nbval names its own classes in super(...) calls, so they are patched in place, not subclassed.
_Cell, _File = nbval.IPyNbCell, nbval.IPyNbFile
_plain_sanitize, _plain_runtest, _plain_setup = _Cell.sanitize, _Cell.runtest, _File.setup


def _sanitize(self, value):
    value = _plain_sanitize(self, value)
    if isinstance(value, str):
        value = _Text(value)
        tolerance = self.cell.metadata.get("nbval", {})
        value.atol, value.count_atol = tolerance.get("atol", 0), tolerance.get("count_atol", 0)
    return value


def _runtest(self):
    if not self.config.option.nbval_executed:
        _plain_runtest(self)
        return
    new = self.parent.executed.get(self.cell.id)
    if new is None or new.source != self.cell.source:
        self.raise_cell_error("the executed copy is not of this notebook: run it again")
    if self.cell.execution_count is None:
        self.raise_cell_error("the stored cell was never run")
    self.test_outputs = nbval.coalesce_streams(new.outputs)
    if self.options["check"] and not self.compare_outputs(self.test_outputs, nbval.coalesce_streams(self.cell.outputs)):
        self.raise_cell_error("Cell outputs differ", "\n".join(self.comparison_traceback))


def _setup(self):
    # Standard error holds the greetings of libraries; stored notebooks have none.
    self.skip_compare += ("stderr",)
    folder = self.config.option.nbval_executed
    if not folder:
        _plain_setup(self)
        return
    copy = Path(folder) / self.path.name
    if not copy.exists():
        pytest.fail(f"{copy} is missing: run python tools/notebooks.py run {self.path.stem} first", pytrace=False)
    notebook = nbformat.read(copy, as_version=4)
    self.executed = {cell.id: cell for cell in notebook.cells if cell.cell_type == "code"}
    self.setup_sanitize_files()


_Cell.sanitize, _Cell.runtest, _File.setup = _sanitize, _runtest, _setup
