"""The grader is a package of its own: of the project it needs `digitlib`, and nothing else."""

import ast
import os
import shutil
import subprocess
import sys

import pytest
from submissions_of_all_kinds import ASSIGNMENT, NAME, RIGHT, notebook

import grader
from digitlib.files import read_text
from grader.command import find_assignment
from grader.hidden_tests import AssignmentError
from pipeline.paths import ROOT

SOURCES = sorted((ROOT / "grader").rglob("*.py"))
OF_THE_PROJECT = {path.stem for path in (ROOT / "tools").iterdir()} | {"tools", "tests", "benchmarks", "chapters"}


def imported(source):
    """The first names of all modules that a source imports, wherever in it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "relative imports hide what they name"
            yield node.module.partition(".")[0]


def test_no_module_imports_anything_of_the_book():
    assert len(SOURCES) > 10
    assert {"pipeline", "classroom", "sweeping"} <= OF_THE_PROJECT, "else this test looks for nothing"
    found = {path.name: names for path in SOURCES if (names := OF_THE_PROJECT & set(imported(read_text(path))))}
    assert not found


def test_what_runs_in_a_sandbox_imports_nothing_of_the_grader_but_its_neighbours():
    for path in (ROOT / "grader" / "inside").glob("*.py"):
        assert not {"grader", "digitlib"} & set(imported(read_text(path))), path.name


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limits for processes")
@pytest.mark.heavy
def test_the_package_grades_without_the_book(tmp_path):
    """From a folder with nothing of the project but a copy of the package, by `python -m grader`."""
    shutil.copytree(ROOT / "grader", tmp_path / "grader", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / f"{NAME}.py").write_text(ASSIGNMENT, encoding="utf-8")
    (tmp_path / "seed.txt").write_text("a secret", encoding="utf-8")
    (tmp_path / "handed_in").mkdir()
    (tmp_path / "handed_in" / "ann.ipynb").write_text(notebook(RIGHT), encoding="utf-8")
    command = [sys.executable, "-m", "grader", f"{NAME}.py", "handed_in", "--seed-file", "seed.txt", "--unsafe"]
    result = subprocess.run(
        command,
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert "ann: 3 of 3 points" in result.stdout
    assert (tmp_path / "graded" / NAME / "grades.csv").exists()


def test_an_assignment_goes_by_a_name_only_where_it_is_known(tmp_path):
    known = [tmp_path / "1_first.py", tmp_path / "2_second.py"]
    assert find_assignment("1", known) == find_assignment("1_first", known) == known[0]
    with pytest.raises(AssignmentError, match="no assignment '3': choose from 1_first, 2_second"):
        find_assignment("3", known)
    with pytest.raises(AssignmentError, match="no assignment '1': name its source, a file"):
        find_assignment("1")


def test_the_description_names_every_module():
    for path in (ROOT / "grader").glob("[a-z]*.py"):
        assert f"`{path.stem}`" in grader.__doc__, f"grader/__init__.py says nothing of {path.name}"
