"""The commands that make the book, used as its writers use them."""

import hashlib
import os
import re
import signal
import subprocess
import sys
import time

import nbformat
import pytest

import digitlib
from checking import problems
from digitlib.files import unaccounted
from paths import BOOK, QUICK, ROOT, chapters
from release import main, notebooks_without, write_version
from rendering import read_chapter, read_notebook, setup_cell, write_notebook
from solutions import split

FAILING = """\
# %% [markdown]
# # A chapter that fails

# %%
print("fine so far")

# %%
{}
"""


def digest(folder):
    files = sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def git_status():
    return subprocess.run(["git", "status", "--porcelain"], cwd=ROOT, check=True, capture_output=True).stdout


def add_chapter(project, code):
    (project / "chapters" / "99_extra.py").write_text(FAILING.format(code), encoding="utf-8")


def test_the_committed_book_is_what_its_sources_and_results_give():
    assert problems() == []


def test_every_chapter_runs_small_and_leaves_the_checkout_clean(tool):
    before = git_status()
    result = tool(ROOT, "notebooks.py", "run", "--quick")
    assert result.returncode == 0, result.stderr
    assert git_status() == before
    for path in chapters():
        assert f"{path.stem}: cell" in result.stdout
        for notebook in split(read_notebook(QUICK / "executed" / f"{path.stem}.ipynb")):
            code = [cell for cell in notebook.cells if cell.cell_type == "code"]
            assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))


def test_a_failing_cell_is_named_and_nothing_else_changes(project, tool):
    add_chapter(project, 'raise ValueError("on purpose")')
    before = digest(project)
    result = tool(project, "notebooks.py", "run", "99")
    assert result.returncode == 1
    assert "chapter 99_extra, code cell 3" in result.stderr
    assert "Traceback" in result.stderr
    assert "ValueError: on purpose" in result.stderr
    assert digest(project) == before


def test_a_chapter_whose_process_dies_is_named(project, tool):
    add_chapter(project, "import os; os._exit(1)")
    result = tool(project, "notebooks.py", "run", "99")
    assert result.returncode == 1
    assert "chapter 99_extra: its process died" in result.stderr


def test_a_misspelled_parameter_is_an_error(project, tool):
    result = tool(project, "notebooks.py", "run", "03", "-p", "epoch", "1")
    assert result.returncode == 1
    assert "unknown parameter epoch" in result.stderr
    assert "epochs" in result.stderr


def test_an_unknown_chapter_is_an_error_that_lists_the_known(project, tool):
    result = tool(project, "notebooks.py", "run", "42")
    assert result.returncode == 1
    assert "03_training" in result.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_run_killed_half_way_changes_nothing(project):
    add_chapter(project, "import time; time.sleep(60)")
    before = digest(project)
    command = [sys.executable, str(project / "tools" / "notebooks.py"), "run", "99"]
    process = subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, text=True, start_new_session=True)
    for line in process.stdout:
        if "cell 4" in line:
            break
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    time.sleep(0.2)
    assert digest(project) == before


def test_only_a_run_of_the_chapter_as_it_stands_is_accepted(project, tool):
    result = tool(project, "notebooks.py", "accept", "01")
    assert result.returncode == 1
    assert "01_dataset was not run" in result.stderr


def test_a_run_with_other_parameters_is_not_accepted(project, tool):
    tool(project, "notebooks.py", "run", "03", "-p", "training_images", "2000", "-p", "epochs", "1")
    before = digest(project / "book")
    result = tool(project, "notebooks.py", "accept", "03")
    assert result.returncode == 1
    assert "other parameters" in result.stderr
    assert digest(project / "book") == before


def test_an_accepted_run_is_the_committed_book_and_leaves_chapters_not_yet_run(project, tool):
    unfinished = project / "chapters" / "04_comparison.py"
    unfinished.write_text(unfinished.read_text(encoding="utf-8") + "\n# %%\n1 + 1\n", encoding="utf-8")
    assert tool(project, "notebooks.py", "run", "01").returncode == 0
    result = tool(project, "notebooks.py", "accept", "01")
    assert result.returncode == 0, result.stderr
    assert "accepted 01_dataset" in result.stdout
    assert "left 04_comparison as it was" in result.stdout
    assert list(unaccounted(project / "digitlib" / "reference")) == []
    for name in ("01_dataset.ipynb", "04_comparison.ipynb", "images/fig-digits.png"):
        assert without_run_time(project / "book" / name) == without_run_time(BOOK / name)


def without_run_time(path):
    return re.sub(rb"its run took \d+ \w+", b"", path.read_bytes())


def edit(project, change):
    path = project / "book" / "03_training.ipynb"
    notebook = read_notebook(path)
    change(notebook)
    write_notebook(notebook, path)
    return path


def test_an_edited_notebook_is_carried_back_and_keeps_its_expressions(project, tool):
    def change(notebook):
        prose = next(cell for cell in notebook.cells if "**Accuracy** is the share" in cell.source)
        prose.source = prose.source.replace("**Accuracy** is the share", "**Accuracy** means the share")
        code = next(cell for cell in notebook.cells if cell.source.startswith("cnn.save("))
        code.source = "# Into one file.\n" + code.source

    path = edit(project, change)
    result = tool(project, "notebooks.py", "pull", str(path))
    assert result.returncode == 0, result.stderr
    original = (ROOT / "chapters" / "03_training.py").read_text(encoding="utf-8")
    expected = original.replace("**Accuracy** is the share", "**Accuracy** means the share")
    expected = expected.replace("cnn.save(", "# Into one file.\ncnn.save(", 1)
    assert (project / "chapters" / "03_training.py").read_text(encoding="utf-8") == expected


def test_an_edit_of_a_result_is_refused_and_loses_nothing(project, tool):
    def change(notebook):
        prose = next(cell for cell in notebook.cells if "**Accuracy** is the share" in cell.source)
        prose.source = prose.source.replace("right answers: 9", "right answers: 8")

    path = edit(project, change)
    source = (project / "chapters" / "03_training.py").read_bytes()
    result = tool(project, "notebooks.py", "pull", str(path))
    assert result.returncode == 1
    assert "comes from a result" in result.stderr
    assert (project / "chapters" / "03_training.py").read_bytes() == source


def test_a_hand_edited_notebook_is_found_by_check(project, tool):
    edit(project, lambda notebook: notebook.cells.append(nbformat.v4.new_markdown_cell("An afterthought.")))
    result = tool(project, "notebooks.py", "check")
    assert result.returncode == 1
    assert "book/03_training.ipynb is not what its source gives" in result.stdout


def test_a_claim_that_does_not_hold_cannot_be_rendered(project, tool):
    path = project / "digitlib" / "reference" / "pages" / "03_training.json"
    path.write_text(path.read_text(encoding="utf-8").replace(": true", ": false", 1), encoding="utf-8")
    result = tool(project, "notebooks.py", "render")
    assert result.returncode == 1
    assert "claims that did not hold in this run: no better than a guess" in result.stderr


def test_a_changed_number_of_a_stored_page_is_found_by_check(project, tool):
    path = project / "digitlib" / "reference" / "pages" / "03_training.json"
    text = re.sub(r'"test_errors": \d+', '"test_errors": 91', path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8")
    result = tool(project, "notebooks.py", "check")
    assert result.returncode == 1
    assert "reference/pages/03_training.json has another digest" in result.stdout


def test_a_stale_reference_is_found_by_check(project, tool):
    path = project / "digitlib" / "reference" / "cnn.json"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    result = tool(project, "notebooks.py", "check")
    assert "04_comparison was run with another cnn.json" in result.stdout


def test_a_stale_sweep_is_found_by_check(project, tool):
    path = project / "digitlib" / "reference" / "sweeps" / "headline.jsonl.xz"
    path.write_bytes(path.read_bytes()[:-1])
    result = tool(project, "notebooks.py", "check")
    for chapter in ("06_experiment", "07_normal"):  # one loads all sweeps, the other this one
        assert f"{chapter} was run with another sweeps/headline.jsonl.xz" in result.stdout


def test_stale_timings_are_found_by_check(project, tool):
    path = project / "digitlib" / "reference" / "speed.jsonl"
    path.write_bytes(path.read_bytes() + b"\n")
    result = tool(project, "notebooks.py", "check")
    assert "18_fast was run with another speed.jsonl" in result.stdout


def test_one_address_in_the_configuration_moves_every_button_and_setup_cell(project, tool):
    config = project / "_config.yml"
    old = "https://github.com/your_account/digit-book"
    new = "https://github.com/school/digits"
    config.write_text(config.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    result = tool(project, "notebooks.py", "render")
    assert result.returncode == 0, result.stderr
    for path in [*(project / "book").glob("*.ipynb"), project / "book" / "intro.md"]:
        text = path.read_text(encoding="utf-8")
        assert old not in text
        assert new in text


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
    monkeypatch.setattr("release.ROOT", tmp_path)
    assert main(["99.1.0"]) == 1
    error = capsys.readouterr().err
    assert error == "there are uncommitted changes:\n?? drafts/\n?? notes.txt\ncommit, move or ignore them\n"
