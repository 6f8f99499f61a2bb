"""Who installs the package alone gets what it imports."""

import ast
import sys
from importlib.metadata import packages_distributions

import pytest

from digitlib.files import read_text
from pipeline.lock import dependencies
from pipeline.paths import ROOT

WITH_ANYWIDGET = "traitlets"  # of ipywidgets, which it requires


def imported(path):
    for node in ast.walk(ast.parse(read_text(path))):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module.partition(".")[0]


@pytest.mark.parametrize(
    "room", sorted({path.parent for path in (ROOT / "digitlib").rglob("*.py")}), ids=lambda p: p.name
)
def test_all_that_is_imported_is_declared(room):
    declared = {requirement.name for requirement in dependencies()} | {WITH_ANYWIDGET}
    names = (
        {name for path in room.glob("*.py") for name in imported(path)} - set(sys.stdlib_module_names) - {"digitlib"}
    )
    providers = packages_distributions()
    assert {name for name in names if not declared & {one.lower() for one in providers[name]}} == set()
