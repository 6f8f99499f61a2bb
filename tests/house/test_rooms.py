"""The rooms of the house: few, apart from each other, and no two things of one name."""

import ast
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

from digitlib.files import read_text
from pipeline.paths import ROOT

OF_EVERY_ROOM = {"__init__", "__main__", "conftest"}


def tracked(*patterns):
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [Path(name) for name in listing.stdout.splitlines() if (ROOT / name).exists()]


def test_no_room_uses_what_stands_above_it_and_none_goes_in_circles():
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "tools")))}
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_the_package_has_at_most_fifteen_rooms():
    rooms = {path.parts[1].removesuffix(".py") for path in tracked("digitlib")} - OF_EVERY_ROOM
    assert len({room for room in rooms if "." not in room}) <= 15


def test_no_two_modules_and_no_module_and_folder_share_a_name():
    modules = tracked("digitlib/*.py", "grader/*.py", "tools/*.py", "benchmarks/*.py", "book/_ext/*.py")
    subjects = {path for path in modules if path.parts[:2] == ("digitlib", "exercises")}  # named after their chapters
    names = Counter(path.stem for path in modules if path not in subjects)
    folders = {parent.name for path in tracked() for parent in path.parents if path.parts[0] != "tests"}
    twice = {name for name, count in names.items() if count > 1} | (names.keys() & folders)
    assert twice - OF_EVERY_ROOM == set()


def test_tests_lie_in_the_rooms_that_they_are_of():
    rooms = {path.parts[1] for path in tracked("tests/*.py") if len(path.parts) > 2}
    of_the_package = {path.parts[1] for path in tracked("digitlib/*/*.py")} - {"data"}
    of_the_tools = {path.parts[1] for path in tracked("tools/*/*.py")}
    assert rooms == {"digitlib", "grader", "house"} | of_the_package | of_the_tools


def test_nothing_is_imported_from_a_conftest():
    """Each room of the tests may have one, and which of them the import meets hangs on the order of collection."""
    for path in tracked("*.py"):
        nodes = list(ast.walk(ast.parse(read_text(ROOT / path))))
        names = {node.module for node in nodes if isinstance(node, ast.ImportFrom)}
        names |= {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
        assert "conftest" not in names, path


def test_commands_are_a_few_lines():
    for path in tracked("tools/*.py"):
        if len(path.parts) == 2 and path.name != "install.py":  # which runs before there is anything else
            assert len((ROOT / path).read_text(encoding="utf-8").splitlines()) <= 12, path
