"""nbval with tolerances, and with outputs that papermill has already computed.

    pytest --nbval book                                  executes the notebooks
    pytest --nbval --nbval-executed=_build/executed book compares papermill's copies, runs nothing

What counts as the same is said in tools/pipeline/comparing.py.
"""

from pathlib import Path

import nbformat
import nbval.plugin as nbval
import pytest

from digitlib.files import read_text
from pipeline.comparing import cell_differences, output_differences


def pytest_addoption(parser):
    """The option that names the folder of executed notebooks."""
    parser.addoption("--nbval-executed", default=None, help="folder of notebooks papermill has run; compare these")


def pytest_ignore_collect(collection_path, config):
    """Solutions go on from their chapter: they are compared where the chapter was executed, and not run alone."""
    if collection_path.parent.name == "solutions" and not config.option.nbval_executed:
        return True
    return None


# nbval names its own classes in super(...) calls, so they are patched in place, not subclassed.
_Cell, _File = nbval.IPyNbCell, nbval.IPyNbFile
_plain_runtest, _plain_setup = _Cell.runtest, _File.setup


def _compare_outputs(self, new, stored, skip_compare=None):
    self.comparison_traceback = output_differences(stored, new, **self.cell.metadata.get("nbval", {}))
    return not self.comparison_traceback


def _runtest(self):
    if not self.config.option.nbval_executed:
        _plain_runtest(self)
        return
    new = self.parent.executed.get(self.cell.id)
    if new is None or new.source != self.cell.source:
        self.raise_cell_error("the executed copy is not of this notebook: run it again")
    if self.cell.execution_count is None:
        self.raise_cell_error("the stored cell was never run")
    if found := cell_differences(self.cell, new):
        self.raise_cell_error("Cell outputs differ", "\n".join(found))


def _setup(self):
    folder = self.config.option.nbval_executed
    if not folder:
        _plain_setup(self)
        return
    copy = Path(folder) / self.path.name
    if not copy.exists():
        pytest.fail(f"{copy} is missing: run python tools/notebooks.py run {self.path.stem} first", pytrace=False)
    notebook = nbformat.reads(read_text(copy), as_version=4)
    self.executed = {cell.id: cell for cell in notebook.cells if cell.cell_type == "code"}


_Cell.compare_outputs, _Cell.runtest, _File.setup = _compare_outputs, _runtest, _setup
