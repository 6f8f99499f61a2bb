"""Chapters side by side: how many, in which order, and where their time went."""

import json
from concurrent.futures import Future
from types import SimpleNamespace

import nbformat
import pytest

from digitlib.plots import DESCRIPTION
from pipeline import building, kernels, running
from pipeline.comparing import output_differences
from pipeline.parameters import ParameterError
from pipeline.paths import LOGS, chapters
from pipeline.running import RunError

CHAPTER = """\
# %% [markdown]
# # A chapter that waits

# %%
{first}
import time
from page_results import Page
page = Page("{name}")

# %%
time.sleep({seconds})

# %%
page.add(begun=time.time())
page.save()
"""


def write_chapter(folder, name, seconds, first=""):
    path = folder / f"{name}.py"
    path.write_text(CHAPTER.format(name=name, seconds=seconds, first=first), encoding="utf-8")
    return path


def ran(folder, name):
    return json.loads((folder / "results" / "pages" / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.heavy
def test_a_run_tells_where_its_time_went(tmp_path):
    path = write_chapter(tmp_path, "01_waiting", seconds=1.5)
    running.run([path], tmp_path / "executed", tmp_path / "results")
    run = ran(tmp_path, "01_waiting")["run"]
    assert run["steps"]["slowest_cell"] >= 1.5
    assert sum(run["steps"].values()) == pytest.approx(run["seconds"], abs=0.7)  # which is rounded


def test_the_steps_of_a_run_are_its_start_its_slowest_cell_and_the_others():
    cells = [nbformat.v4.new_code_cell(metadata={"papermill": {"duration": seconds}}) for seconds in (2.0, 5.0, 1.0)]
    steps = running._steps(nbformat.v4.new_notebook(cells=cells), seconds=9.0)
    assert steps == {"start": 1.0, "slowest_cell": 5.0, "other_cells": 3.0}


@pytest.mark.heavy
@pytest.mark.skipif(not kernels.FORKS, reason="elsewhere kernels print where they were started")
def test_what_a_kernel_says_is_in_the_log_of_its_chapter(tmp_path):
    path = write_chapter(tmp_path, "01_speaking", seconds=0, first="import os\nos.write(2, b'a greeting')")
    running.run([path], tmp_path / "executed", tmp_path / "results")
    assert "a greeting" in (LOGS / "01_speaking.log").read_text(encoding="utf-8")


@pytest.mark.heavy
@pytest.mark.skipif(not kernels.FORKS, reason="the chapter ends its process as Linux does where memory is short")
def test_a_process_that_dies_is_told_with_its_chapter(tmp_path):
    path = write_chapter(tmp_path, "01_dying", seconds=0, first="import os\nos.kill(os.getppid(), 9)")
    with pytest.raises(RunError, match="that ran 01_dying died, most often for want of memory"):
        running.run([path], tmp_path / "executed", tmp_path / "results")


def test_of_the_metadata_of_outputs_the_description_of_a_picture_is_kept():
    metadata = {DESCRIPTION: {"axes": []}, "image/png": {"width": 640}}
    output = nbformat.v4.new_output("execute_result", {"text/plain": "Bars."}, metadata=metadata)
    executed = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("bars()", outputs=[output])])
    kept = running.normalise(executed, executed)
    assert kept.cells[0].outputs[0].metadata == {DESCRIPTION: {"axes": []}}


def test_a_display_that_shows_nothing_is_neither_kept_nor_compared():
    blank = nbformat.v4.new_output("display_data", {"text/html": "<pre></pre>\n", "text/plain": ""})
    printed = nbformat.v4.new_output("stream", text="a table\n")
    executed = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("show()", outputs=[blank, printed])])
    kept = running.normalise(executed, executed).cells[0].outputs
    assert kept == [printed]
    assert output_differences(kept, [blank, printed]) == []
    other = nbformat.v4.new_output("display_data", {"text/html": "<p>More</p>", "text/plain": "More"})
    assert output_differences(kept, [other, printed]) != []


def test_side_by_side_the_longest_comes_first_and_a_new_chapter_before_all(tmp_path, monkeypatch):
    paths = [write_chapter(tmp_path, name, seconds=0.1) for name in ("01_short", "02_long", "03_new")]
    usual = {"01_short": 5, "02_long": 500}
    order = []

    class InOrder:
        def __init__(self, workers, **options):
            assert workers == 2

        def submit(self, function, path, *arguments):
            order.append(path.stem)
            done = Future()
            done.set_result(None)
            return done

        def shutdown(self, **options):
            pass

    monkeypatch.setattr(running, "ProcessPoolExecutor", InOrder)
    monkeypatch.setattr(running, "_usual_seconds", lambda path, results: usual.get(path.stem, float("inf")))
    running.run(paths, tmp_path / "executed", tmp_path / "results", at_once=2)
    assert order == ["03_new", "02_long", "01_short"]


def test_the_usual_seconds_are_those_of_the_last_run_here_or_of_the_books_own(tmp_path):
    [training] = [path for path in chapters() if path.stem == "04_training"]
    assert 10 < running._usual_seconds(training, tmp_path) < 3_600
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "04_training.json").write_text('{"run": {"seconds": 7}}', encoding="utf-8")
    assert running._usual_seconds(training, tmp_path) == 7
    assert running._usual_seconds(tmp_path / "99_new.py", tmp_path) == float("inf")


@pytest.mark.parametrize(
    ("cores", "gigabytes", "expected"), [(2, 20, 2), (8, 20, 6), (2, 4, 1), (1, 64, 1), (16, 1, 1)]
)
def test_as_many_run_side_by_side_as_cores_and_memory_allow(monkeypatch, cores, gigabytes, expected):
    monkeypatch.setattr(running.psutil, "cpu_count", lambda: cores)
    monkeypatch.setattr(running.psutil, "virtual_memory", lambda: SimpleNamespace(available=gigabytes * 1e9))
    assert running.affordable() == expected


def test_the_table_of_times_has_a_line_for_each_chapter_and_stage(capsys):
    steps = {"start": 1.0, "slowest_cell": 20.0, "other_cells": 3.0}
    run = {"steps": steps, "seconds": 24, "peak_gigabytes": 1.5}
    building.print_times({path.stem: {"run": run} for path in chapters()}, {"all chapters": 99.0, "site": 12.0})
    lines = capsys.readouterr().out.strip().splitlines()
    assert len(lines) == 1 + len(chapters()) + 2
    assert lines[1].split() == [chapters()[0].stem, "1.0", "20.0", "3.0", "24", "1.5"]
    assert lines[-1].split() == ["site", "12.0"]


def test_a_parameter_that_no_chapter_knows_is_refused_before_anything_runs(tmp_path):
    path = write_chapter(tmp_path, "01_waiting", seconds=0)
    with pytest.raises(ParameterError, match="unknown parameter epochs: there are none"):
        running.run([path], tmp_path / "executed", tmp_path / "results", parameters={"epochs": 1})
    assert not (tmp_path / "executed").exists()
