"""The code keeps to one style, the set-up cell of the notebooks included, and to one place for the address."""

import ast
import subprocess
import sys

import pytest

from classroom.homework import PLACEHOLDER
from pipeline.paths import BOOK, ROOT, chapters
from pipeline.sources import setup_cell

CLOCKS = {"time", "monotonic", "perf_counter", "process_time"}
WRITTEN = {".bat", ".cfg", ".css", ".js", ".md", ".mjs", ".py", ".sh", ".txt", ".yml"}


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]])
def test_the_code_is_clean(command):
    result = subprocess.run(
        [sys.executable, "-m", "ruff", *command, "."], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout


@pytest.mark.slow
def test_the_types_are_clean():
    command = [sys.executable, "-m", "mypy", "--cache-dir", str(ROOT / "_build" / "mypy")]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_the_setup_cell_is_clean():
    command = [sys.executable, "-m", "ruff", "check", "--ignore", "D100", "--stdin-filename", "setup_cell.py", "-"]
    result = subprocess.run(command, cwd=ROOT, input=setup_cell() + "\n", capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_a_readers_notebook_uses_no_name_that_it_does_not_set():
    """As one would that took a name from a cell of the pipeline, which no reader has."""
    notebooks = [*BOOK.glob("*.ipynb")]
    assert len(notebooks) == len(chapters())
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "F821", *map(str, notebooks)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_no_test_reads_a_clock():
    """A busy machine would fail it. What may take how long is a matter of benchmarks/."""
    found = [
        f"{path.name}, line {node.lineno}"
        for path in sorted((ROOT / "tests").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", None)) in CLOCKS
    ]
    assert found == []


def test_the_address_of_the_repository_is_typed_into_no_code_and_no_text():
    account = PLACEHOLDER.strip("/")
    folders = ["assignments", "benchmarks", "book/_ext", "chapters", "digitlib", "grader", "sweeps", "tests", "tools"]
    files = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix in WRITTEN]
    files += ROOT.glob("*.md")
    assert len(files) > 200
    named = [path.relative_to(ROOT).as_posix() for path in files if account in path.read_text(encoding="utf-8")]
    assert named == ["tools/classroom/homework.py"]  # which warns of an address that nobody has set
