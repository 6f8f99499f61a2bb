"""The code keeps to one style, the set-up cell of the notebooks included, and to one place for the address."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

from classroom.homework import PLACEHOLDER
from pipeline.paths import BOOK, ROOT, chapters
from pipeline.sources import setup_cell

CLOCKS = {"time", "monotonic", "perf_counter", "process_time"}
CODE_WIDTH, PROSE_WIDTH = 79, 100  # of the chapters; chapters/ruff.toml says the first to ruff
# In prose a line may not end within a template, quoted code, a formula or a tag.
WHOLE = re.compile(r"\{\{.*?\}\}|`[^`]*`|\$[^$]+\$|</?[a-z][^>]*>")
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


def lines_too_long(chapter: str) -> Iterator[str]:
    """Lines of code and prose that are too long and could be broken; headings, tables and formulas stay whole."""
    prose = quoted = False
    for number, line in enumerate(chapter.splitlines(), start=1):
        if line.startswith("# %%"):
            prose = line.startswith("# %% [markdown]")
        elif not prose:
            if len(line) > CODE_WIDTH:
                yield f"line {number}: {len(line)} columns of code"
        elif line.startswith("# ```"):
            quoted = not quoted
        elif len(line) > PROSE_WIDTH and not quoted and not line.startswith(("# #", "# |", "# $$")):
            text = re.sub(r"^# *([-*] |\d+\. )?", "", line)
            if " " in WHOLE.sub("whole", text.strip()):
                yield f"line {number}: {len(line)} columns of prose"


@pytest.mark.parametrize("chapter", chapters(), ids=lambda path: path.stem)
def test_the_lines_of_a_chapter_are_short(chapter):
    assert list(lines_too_long(chapter.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("chapter", "found"),
    [
        ("# %%\n" + "x" * 79, []),
        ("# %%\n" + "x" * 80, ["line 2: 80 columns of code"]),
        ("# %%\n# " + "a comment " * 9, ["line 2: 92 columns of code"]),
        ('# %% tags=["pipeline"] ' + "x" * 80 + "\n" + "x" * 80, ["line 2: 80 columns of code"]),
        ("# %% [markdown]\n# " + "word " * 19 + "end", []),
        ("# %% [markdown]\n# " + "word " * 20, ["line 2: 102 columns of prose"]),
        ("# %% [markdown]\n# - " + "word " * 20, ["line 2: 104 columns of prose"]),
        ("# %% [markdown]\n# - {{ " + "word " * 20 + "}}.", []),
        ("# %% [markdown]\n# {{ " + "word " * 20 + "}} word", ["line 2: 112 columns of prose"]),
        ("# %% [markdown]\n# | " + "word " * 20 + "|", []),
        ("# %% [markdown]\n# ```\n# " + "word " * 20 + "\n# ```\n# " + "word " * 20, ["line 5: 102 columns of prose"]),
        ("# %% [markdown]\n# word\n\n# %%\n# " + "word " * 17, ["line 5: 87 columns of code"]),
    ],
)
def test_a_line_of_a_chapter_that_is_too_long_is_found(chapter, found):
    assert list(lines_too_long(chapter)) == found


def test_ruff_knows_the_width_of_the_chapters_code():
    assert f"line-length = {CODE_WIDTH}\n" in (ROOT / "chapters" / "ruff.toml").read_text(encoding="utf-8")


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
