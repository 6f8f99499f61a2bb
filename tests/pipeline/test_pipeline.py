"""The commands that make the book, used as its writers use them."""

import hashlib
import os
import re
import shutil
import subprocess
import sys

import jupytext
import nbformat
import psutil
import pytest

import digitlib
from digitlib.files import unaccounted
from pipeline import composing, notebook_commands
from pipeline.checking import problems
from pipeline.kinds_of_cells import split
from pipeline.notebook_files import read_notebook, write_notebook
from pipeline.paths import BOOK, LOGS, ROOT, STORED_RESULTS, assignments, chapters
from pipeline.running import RunError, run, run_quick
from pipeline.sources import read_chapter, setup_cell
from pipeline.templates import RenderError, load_results
from publishing.versions import main, notebooks_without, write_version

FAILING = """\
# %% [markdown]
# # A chapter that fails

# %%
print("fine so far")

# %%
{}
"""


# The others, small, still take longer than all of these together; `make verify` runs all of them in full.
RUNS = load_results(STORED_RESULTS)
SHORT = [path for path in chapters() if RUNS[path.stem]["run"]["seconds"] < 5]


def digest(folder):
    files = sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def git_status():
    return subprocess.run(["git", "status", "--porcelain"], cwd=ROOT, check=True, capture_output=True).stdout


def add_chapter(project, code):
    (project / "chapters" / "99_extra.py").write_text(FAILING.format(code), encoding="utf-8")


def test_the_committed_book_is_what_its_sources_and_results_give():
    assert problems() == []


@pytest.mark.heavy
@pytest.mark.skipif("CI" in os.environ, reason="in CI every chapter runs in full, see tools/verify.py")
@pytest.mark.parametrize("path", SHORT, ids=lambda path: path.stem)
def test_a_chapter_runs_small_and_leaves_the_checkout_clean(path, tmp_path, capsys):
    before = git_status()
    run_quick([path], tmp_path)
    assert git_status() == before
    assert f"{path.stem} starts" in capsys.readouterr().out
    for notebook in split(read_notebook(tmp_path / "executed" / f"{path.stem}.ipynb")):
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))


@pytest.fixture
def run_extra(tmp_path):
    """Runs a chapter of three cells, the last one given, into a folder that holds nothing else."""

    def run_it(code, **parameters):
        path = tmp_path / "99_extra.py"
        path.write_text(FAILING.format(code), encoding="utf-8")
        run([path], tmp_path / "executed", tmp_path / "results", parameters=parameters)

    yield run_it
    assert not list((tmp_path / "executed").iterdir())
    assert not list((tmp_path / "results").iterdir())


@pytest.mark.heavy
def test_a_failing_cell_is_named_and_nothing_is_written(run_extra):
    with pytest.raises(RunError) as caught:
        run_extra('raise ValueError("on purpose")')
    assert "chapter 99_extra, code cell 3" in str(caught.value)
    assert "Traceback" in str(caught.value)
    assert "ValueError: on purpose" in str(caught.value)
    assert str(LOGS / "99_extra.log") in str(caught.value)


@pytest.mark.heavy
def test_a_chapter_whose_process_dies_is_named(run_extra):
    with pytest.raises(RunError, match="chapter 99_extra: its process died"):
        run_extra("import os; os._exit(1)")


@pytest.mark.heavy
def test_a_chapter_that_keeps_no_results_is_named(run_extra):
    with pytest.raises(RunError, match="99_extra saved no results"):
        run_extra("1 + 1")


def test_a_misspelled_parameter_is_an_error_that_lists_the_known(capsys):
    assert notebook_commands.main(["run", "04", "-p", "epoch", "1"]) == 1
    error = capsys.readouterr().err
    assert "unknown parameter epoch" in error
    assert "epochs" in error


def test_an_unknown_chapter_is_an_error_that_lists_the_known():
    with pytest.raises(SystemExit, match="04_training"):
        notebook_commands.main(["run", "42"])


@pytest.mark.heavy
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_killed_command_takes_its_processes_along_and_changes_nothing(project):
    add_chapter(project, "import time; print('asleep', flush=True); time.sleep(600)")
    before = digest(project)
    command = [sys.executable, str(project / "tools" / "notebooks.py"), "run", "99"]
    process = subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, text=True, start_new_session=True)
    for line in process.stdout:
        if "starts" in line:
            break
    started = psutil.Process(process.pid).children(recursive=True)
    assert len(started) >= 2
    process.kill()
    process.wait()
    assert psutil.wait_procs(started, timeout=60)[1] == []
    shutil.rmtree(project / "_build")  # its log
    assert digest(project) == before


PARAMETER = """\
# %% tags=["parameters"]
number = 1

# %%
from page_results import Page

Page("99_extra").save()
"""


def test_only_a_run_of_the_chapter_as_it_stands_is_accepted(monkeypatch, tmp_path):
    monkeypatch.setattr(composing, "chapters", lambda names=None: [tmp_path / "99_extra.py"])
    (tmp_path / "99_extra.py").write_text("# %% [markdown]\n# # Extra\n\n" + PARAMETER, encoding="utf-8")
    with pytest.raises(RenderError, match="99_extra was not run"):
        composing.accept(["99"], tmp_path / "executed", tmp_path / "results")


@pytest.mark.heavy
def test_a_run_with_other_parameters_is_not_accepted(monkeypatch, tmp_path):
    path = tmp_path / "99_extra.py"
    path.write_text("# %% [markdown]\n# # Extra\n\n" + PARAMETER, encoding="utf-8")
    monkeypatch.setattr(composing, "chapters", lambda names=None: [path])
    run([path], tmp_path / "executed", tmp_path / "results", parameters={"number": 2})
    with pytest.raises(RenderError, match="other parameters"):
        composing.accept(["99"], tmp_path / "executed", tmp_path / "results")


@pytest.mark.heavy
def test_an_accepted_run_is_the_committed_book_and_leaves_chapters_not_yet_run(project, tool):
    unfinished = project / "chapters" / "05_comparison.py"
    unfinished.write_text(unfinished.read_text(encoding="utf-8") + "\n# %%\n1 + 1\n", encoding="utf-8")
    assert tool(project, "notebooks.py", "run", "13").returncode == 0
    result = tool(project, "notebooks.py", "accept", "13")
    assert result.returncode == 0, result.stderr
    assert "accepted 13_data_size" in result.stdout
    assert "left 05_comparison as it was" in result.stdout
    assert [*unaccounted(project / "digitlib" / "data" / "runs"), *unaccounted(project / "results")] == []
    for name in ("13_data_size.ipynb", "05_comparison.ipynb", "images/fig-digits.png"):
        assert without_run_time(project / "book" / name) == without_run_time(BOOK / name)


def without_run_time(path):
    unwrapped = re.sub(rb'\\n",\n *"', b" ", path.read_bytes())  # the lines of a notebook's cell
    return re.sub(rb"our run took \d+ \w+", b"", unwrapped)


@pytest.mark.parametrize("path", [*chapters(), *assignments()], ids=lambda path: path.stem)
def test_a_source_opened_in_jupyter_and_saved_is_the_same_file(path):
    text = path.read_text(encoding="utf-8")
    notebook = jupytext.reads(text, fmt="py:percent")
    notebook.metadata |= {"kernelspec": {"name": "python3"}, "language_info": {"name": "python"}}  # Jupyter adds them
    assert jupytext.writes(notebook, fmt="py:percent") == text


@pytest.mark.heavy
def test_a_claim_that_does_not_hold_cannot_be_rendered(project, tool):
    path = project / "results" / "pages" / "04_training.json"
    path.write_text(path.read_text(encoding="utf-8").replace(": true", ": false", 1), encoding="utf-8")
    result = tool(project, "notebooks.py", "render")
    assert result.returncode == 1
    assert "claims that did not hold in this run: about as much as a guess" in result.stderr


@pytest.mark.heavy
def test_whatever_was_edited_by_hand_or_is_stale_is_found_by_check(project, tool):
    reference = project / "digitlib" / "data" / "runs"
    for path, change in {
        reference / "cnn.json": lambda content: content + b"\n",
        reference / "sweeps" / "headline.jsonl.xz": lambda content: content[:-1],
        reference / "speed.jsonl": lambda content: content + b"\n",
    }.items():
        path.write_bytes(change(path.read_bytes()))
    path = project / "results" / "pages" / "04_training.json"
    text = re.sub(r'"test_errors": \d+', '"test_errors": 91', path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8")
    path = project / "book" / "04_training.ipynb"
    notebook = read_notebook(path)
    notebook.cells.append(nbformat.v4.new_markdown_cell("An afterthought."))
    write_notebook(notebook, path)
    result = tool(project, "notebooks.py", "check")
    assert result.returncode == 1
    assert "book/04_training.ipynb is not what its source gives" in result.stdout
    assert "results/pages/04_training.json has another digest" in result.stdout
    assert "05_comparison was run with another cnn.json" in result.stdout
    assert "19_fast was run with another speed.jsonl" in result.stdout
    for chapter in ("07_experiment", "08_normal"):  # one loads all sweeps, the other this one
        assert f"{chapter} was run with another sweeps/headline.jsonl.xz" in result.stdout


def test_every_notebook_starts_with_the_same_setup_cell_that_names_the_tag():
    cells = {read_chapter(path).cells[0].source for path in chapters()}
    assert cells == {setup_cell()}
    assert notebooks_without(f"v{digitlib.__version__}") == []
    assert notebooks_without("v99.0.0") == [f"{path.stem}.ipynb" for path in chapters()]


def test_a_release_writes_its_version_everywhere(project):
    assert write_version("99.1.0", project) == ["digitlib/__init__.py", "pyproject.toml", "CITATION.cff"]
    for place in ("digitlib/__init__.py", "pyproject.toml", "CITATION.cff"):
        assert "99.1.0" in (project / place).read_text(encoding="utf-8")


def test_a_release_names_the_files_that_are_in_its_way(tmp_path, monkeypatch, capsys):
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    (tmp_path / "notes.txt").touch()
    (tmp_path / "drafts").mkdir()
    (tmp_path / "drafts" / "one.md").touch()
    monkeypatch.setattr("publishing.versions.ROOT", tmp_path)
    assert main(["99.1.0"]) == 1
    error = capsys.readouterr().err
    assert error == "there are uncommitted changes:\n?? drafts/\n?? notes.txt\ncommit, move or ignore them\n"
    monkeypatch.setattr("publishing.versions.ROOT", tmp_path / "drafts")  # as an archive unpacked there
    assert main(["99.1.0"]) == 1
    assert "drafts is no git checkout: clone the repository" in capsys.readouterr().err
