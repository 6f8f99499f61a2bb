"""Sweeps: all runs come back, whatever happens to workers, to the command, or to a single run."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from argparse import Namespace
from pathlib import Path

import nbformat
import pandas as pd
import psutil
import pytest

from digitlib.files import unaccounted
from pipeline import single_run
from pipeline.paths import ROOT
from sweeping import running_sweeps as command
from sweeping import scheduling
from sweeping.running_sweeps import main
from sweeping.scheduling import SweepError, keep_known, pack_table, read_sweep, read_table, sweep

pytestmark = pytest.mark.heavy

PARAMETERS = 'seed = 1\nrate = 0.5\nkind = "plain"\nseconds = 0.0\nlog = ""\n'
DEFAULTS = {"seed": 1, "rate": 0.5, "kind": "plain", "seconds": 0.0, "log": ""}
CODE = """\
import json, os, pathlib, time
if log:
    pathlib.Path(log, f"{seed}-{os.getpid()}-{os.getppid()}").touch()
time.sleep(seconds)
if kind == "failing":
    raise ValueError("on purpose")
if kind == "dying":
    os._exit(1)
pathlib.Path("results").mkdir()
record = {"seed": seed, "rate": rate, "kind": kind, "right": 10 * seed, "threads": os.environ["OMP_NUM_THREADS"]}
if kind != "silent":
    pathlib.Path("results/run.json").write_text(json.dumps(record))
"""


@pytest.fixture
def notebook(tmp_path):
    """A notebook that records ten times its seed."""
    cells = [nbformat.v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}), nbformat.v4.new_code_cell(CODE)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    path = tmp_path / "notebook.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), path)
    return path


@pytest.fixture
def read(tmp_path):
    """Reads a sweep from its text."""

    def read(text):
        path = tmp_path / "sweep.yml"
        path.write_text(text, encoding="utf-8")
        return read_sweep(path, DEFAULTS)

    return read


def test_a_grid_stands_for_all_combinations_and_grids_add_up(read):
    runs = read("runs:\n- {seed: [1, 2], rate: [0.1, 0.2]}\n- {seed: 3, kind: other}\n")
    assert [(run["seed"], run["rate"], run["kind"]) for run in runs] == [
        (1, 0.1, "plain"),
        (1, 0.2, "plain"),
        (2, 0.1, "plain"),
        (2, 0.2, "plain"),
        (3, 0.5, "other"),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("runs:\n- [", "line 2: not YAML: expected the node content"),
        ("runs: [{seed: 1}]\n---\nruns: [{seed: 2}]", "line 2: not YAML: but found another document"),
        ("", "line 1: a sweep must map names to values"),
        ("about: nothing", "line 1: a sweep needs a list of grids"),
        ("about: nothing\nruns: []", "line 2: a sweep needs a list of grids"),
        ("runs:\n- 3", "line 2: a grid must map names to values"),
        ("runs: [{seed: 1}]\nrums: 1", "line 2: unknown key rums: a sweep has about, runs"),
        ("runs:\n- {sead: 1}", "line 2: unknown parameter sead: there are kind, log, rate, seconds, seed"),
        ("runs:\n- seed: one", "line 2: seed is one, but must be a whole number, as its default 1 is"),
        ("runs:\n- seed: [1,\n    true]", "line 3: seed is True, but must be a whole number"),
        ("runs:\n- {seed: 1.0}", "line 2: seed is 1.0, but must be a whole number"),
        ("runs:\n- {seed: 1:30}", "line 2: seed is 1:30, but must be a whole number"),
        ("runs:\n- {seed: 0x10}", "line 2: seed is 0x10, but must be a whole number"),
        ("runs:\n- {seed: 010000}", "line 2: seed is 010000, which some read as octal"),
        ("runs:\n- {seed: '1'}", "line 2: seed is a text, since it stands in quotation marks"),
        ("runs:\n- {rate: .inf}", "line 2: rate is .inf, but must be a number"),
        ("runs:\n- {rate: inf}", "line 2: rate is inf, but must be a number"),
        ("runs:\n- {kind: 5}", "line 2: kind is 5, but must be a text, as its default 'plain' is"),
        ("runs:\n- {kind: true}", "line 2: kind is True, but must be a text"),
        ("runs:\n- seed:\n  kind: a", "line 2: seed has no value"),
        ("runs:\n- {kind: ~}", "line 2: kind has no value"),
        ("runs:\n- {kind: a,\n   seed: []}", "line 3: seed has an empty list, so there would be no run"),
        ("runs:\n- {seed: [[1, 2]]}", "line 2: seed must be a value or a list of values"),
        ("runs:\n- seed: [1, 2]\n  seed: 3", "line 3: seed stands twice, first on line 2"),
        ("runs: [{seed: 1}]\nruns: [{seed: 2}]", "line 2: runs stands twice, first on line 1"),
        ("runs:\n- {seed: [1, 1]}", "line 2: asks for a run twice"),
        ("runs:\n- {rate: [1, 1.0]}", "line 2: asks for a run twice"),
        ("runs:\n- {seed: 1}\n- {seed: 1, rate: 0.5}", "line 3: asks for a run twice"),
    ],
)
def test_a_bad_sweep_file_is_a_clear_error_that_names_the_line(read, text, message):
    with pytest.raises(SweepError, match=rf"sweep\.yml, {re.escape(message)}"):
        read(text)


@pytest.mark.parametrize(
    ("value", "name", "expected"),
    [
        ("1e-3", "rate", 0.001),
        ("1", "rate", 1.0),
        ("10_000", "seed", 10_000),
        ("no", "kind", "no"),
        ("1:30", "kind", "1:30"),
        ("'5'", "kind", "5"),
        ('""', "kind", ""),
    ],
)
def test_values_mean_the_same_whatever_the_version_of_yaml(read, value, name, expected):
    [run] = read(f"runs: [{{{name}: {value}}}]")
    assert run == DEFAULTS | {name: expected}
    assert type(run[name]) is type(expected)


def test_a_sweep_file_that_cannot_be_read_is_a_clear_error(tmp_path):
    path = tmp_path / "absent.yml"
    with pytest.raises(SweepError, match=r"absent\.yml cannot be read"):
        read_sweep(path, DEFAULTS)
    path.write_text("runs: [{seed: 1}]", encoding="utf-16")
    with pytest.raises(SweepError, match=r"absent\.yml is UTF-16 text"):
        read_sweep(path, DEFAULTS)


def test_the_commands_errors_come_at_once(tmp_path, capsys):
    bad = tmp_path / "bad.yml"
    bad.write_text("runs:\n- {epochs: 1}\n- {sead: 1}", encoding="utf-8")
    assert main([str(bad)]) == 2
    assert capsys.readouterr().err.startswith(f"{bad}, line 3: unknown parameter sead: there are augmentation, ")


def test_an_unreachable_scheduler_is_a_clear_error(read, notebook, tmp_path, monkeypatch):
    monkeypatch.setattr(scheduling, "SECONDS_TO_CONNECT", 0.5)
    with pytest.raises(SweepError, match=r"no dask scheduler answers at tcp://127\.0\.0\.1:1"):
        sweep(read("runs: [{seed: 1}]"), notebook.read_text(), tmp_path / "runs", scheduler="tcp://127.0.0.1:1")


def test_failed_runs_become_rows_and_are_tried_again(read, notebook, tmp_path, capsys):
    runs = read("runs: [{seed: 1}, {seed: 2, kind: failing}, {seed: 3, kind: dying}, {seed: 4, kind: silent}]")
    records = sweep(runs, notebook.read_text(), tmp_path / "runs")
    assert [record.get("right") for record in records] == [10, None, None, None]
    assert records[0]["threads"] == "1"
    assert records[1]["error"] == "ValueError: on purpose (in the cell that begins: import json, os, pathlib, time)"
    assert "DeadKernelError" in records[2]["error"]
    assert records[3]["error"] == "the notebook wrote no results/run.json"
    assert records[1]["seed"] == 2
    assert len(list((tmp_path / "runs").iterdir())) == 1
    assert "failed" in capsys.readouterr().out
    mended = notebook.read_text().replace('kind == \\"failing\\"', "False")
    assert sweep(runs, mended, tmp_path / "runs")[1]["right"] == 20


class FailsToStart:
    """Kernels of which the first few die at once, as they do when another program takes a port of theirs."""

    def __init__(self, failures):
        self.failures = failures
        self.manager = single_run.quiet_kernel_manager

    def __call__(self):
        test = self

        class Manager(self.manager()):
            def format_kernel_cmd(self, *arguments, **options):
                command = super().format_kernel_cmd(*arguments, **options)
                test.failures -= 1
                return command if test.failures < 0 else [sys.executable, "-c", "raise SystemExit(1)"]

        return Manager


@pytest.mark.parametrize(("failures", "outcome"), [(2, "right"), (3, "error")])
def test_a_kernel_that_does_not_start_is_started_anew(read, notebook, monkeypatch, failures, outcome):
    monkeypatch.setattr(single_run, "quiet_kernel_manager", FailsToStart(failures))
    (run,) = read("runs: [{seed: 1}]")
    record = single_run.execute(notebook.read_text(), run)
    assert outcome in record, record
    if outcome == "error":
        assert "Kernel died before replying" in record["error"]


def test_a_finished_run_is_not_repeated(read, notebook, tmp_path):
    runs = read("runs: [{seed: 1}]")
    first = sweep(runs, notebook.read_text(), tmp_path / "runs")
    assert sweep(runs, "not a notebook", tmp_path / "runs") == first


def test_an_accepted_table_is_extended_and_not_made_anew(read, notebook, tmp_path):
    first = sweep(read("runs: [{seed: [1, 2], rate: 0.1}]"), notebook.read_text(), tmp_path / "before")
    (tmp_path / "table.jsonl.xz").write_bytes(pack_table(first))
    runs = read("runs: [{seed: [2, 3], rate: 0.1}]")
    known = [
        record | {"right": "kept", "seconds": 0.0, "log": ""} for record in read_table(tmp_path / "table.jsonl.xz")
    ]
    keep_known(known, runs, DEFAULTS, tmp_path / "after")
    records = sweep(runs, notebook.read_text(), tmp_path / "after")
    assert [(record["seed"], record["right"]) for record in records] == [(2, "kept"), (3, 30)]


def test_runs_made_before_a_parameter_was_added_had_its_default(read, notebook, tmp_path):
    known = [{"seed": seed, "rate": 0.1, "seconds": 0.0, "log": "", "right": "kept"} for seed in (1, 2)]
    runs = read("runs: [{seed: 1, rate: 0.1}, {seed: 2, rate: 0.1, kind: other}]")
    keep_known(known, runs, DEFAULTS, tmp_path / "runs")
    records = sweep(runs, notebook.read_text(), tmp_path / "runs")
    assert [(record["kind"], record["right"]) for record in records] == [("plain", "kept"), ("other", 20)]


def test_a_table_that_is_not_there_has_no_records(tmp_path):
    assert read_table(tmp_path / "absent.jsonl.xz") == []


def test_an_accepted_table_is_stored_with_its_digest(tmp_path, monkeypatch):
    records = [{"seed": 1, "predictions": "0721"}]
    monkeypatch.setattr(command, "REFERENCE", tmp_path / "reference")
    monkeypatch.setattr(command, "SWEEPS", tmp_path / "reference" / "sweeps")
    monkeypatch.setattr(command, "FOLDER", tmp_path / "build")
    monkeypatch.setattr(command, "sweep", lambda *arguments, **options: records)
    options = {"sweep": ROOT / "sweeps" / "tested.yml", "workers": 1, "scheduler": None}
    assert command.run(Namespace(**options, accept=False)) == 0
    assert not (tmp_path / "reference").exists()
    assert command.run(Namespace(**options, accept=True)) == 0
    assert read_table(tmp_path / "reference" / "sweeps" / "tested.jsonl.xz") == records
    assert list(unaccounted(tmp_path / "reference")) == []


def test_a_table_can_be_read_by_pandas_alone(tmp_path):
    table = pack_table([{"seed": 1, "predictions": "0721"}, {"seed": 2, "error": "no"}])
    (tmp_path / "table.jsonl.xz").write_bytes(table)
    table = pd.read_json(tmp_path / "table.jsonl.xz", lines=True, dtype=False)
    assert table["predictions"][0] == "0721"
    assert list(table.columns) == ["seed", "predictions", "error"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_worker_killed_in_the_midst_of_a_run_loses_nothing(read, notebook, tmp_path, monkeypatch):
    log = tmp_path / "log"
    log.mkdir()
    runs = read(f"runs: [{{seed: [1, 2, 3, 4], seconds: 2.0, log: '{log}'}}]")
    killed = []

    def results_with_a_murder(client, *arguments, **options):
        workers = set(client.run(os.getpid).values())
        threading.Thread(target=kill_first_busy, args=(workers, log, killed), daemon=True).start()
        yield from results(client, *arguments, **options)

    results = scheduling._results
    monkeypatch.setattr(scheduling, "_results", results_with_a_murder)
    records = sweep(runs, notebook.read_text(), tmp_path / "runs")
    assert len(killed) == 1
    assert [record["right"] for record in records] == [10, 20, 30, 40]
    starts = [path.name.split("-")[0] for path in log.iterdir()]
    assert len(starts) > 4, "the run in flight was not begun anew"


def kill_first_busy(workers, log, killed):
    """Kill the first worker whose kernel has begun its run."""
    while True:
        for path in log.iterdir():
            worker = int(path.name.split("-")[2])
            if worker in workers:
                os.kill(worker, signal.SIGKILL)
                killed.append(worker)
                return
        time.sleep(0.05)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_sweep_killed_and_resumed_gives_the_same_table(read, notebook, tmp_path):
    text = "runs: [{seed: [1, 2, 3, 4, 5, 6], seconds: 0.5}]"
    undisturbed = sweep(read(text), notebook.read_text(), tmp_path / "undisturbed")
    folder = tmp_path / "runs"
    command = (
        "import sys; sys.path.insert(0, 'tools')\n"
        "from pathlib import Path\nfrom sweeping.scheduling import read_sweep, sweep\n"
        "if __name__ == '__main__':\n"
        f"    runs = read_sweep(Path(sys.argv[1]), {DEFAULTS})\n"
        "    sweep(runs, Path(sys.argv[2]).read_text(), Path(sys.argv[3]))\n"
    )
    script = tmp_path / "script.py"
    script.write_text(command, encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, str(script), str(tmp_path / "sweep.yml"), str(notebook), str(folder)], cwd=ROOT
    )
    while not (folder.exists() and len(list(folder.glob("*.json"))) >= 2):
        assert process.poll() is None
        time.sleep(0.05)
    children = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.wait()
    finished = {path.name: path.stat().st_mtime_ns for path in folder.glob("*.json")}
    _, alive = psutil.wait_procs(children, timeout=20)
    assert not alive, "workers or kernels outlive the command"
    assert sweep(read(text), notebook.read_text(), folder) == undisturbed
    assert {name: (folder / name).stat().st_mtime_ns for name in finished} == finished


@pytest.mark.slow
def test_a_cluster_elsewhere_needs_no_checkout(read, notebook, tmp_path):
    """Scheduler and worker run from an empty folder, where the book's tools cannot be imported."""
    dask = Path(sys.executable).with_name("dask")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    address = tmp_path / "scheduler.json"
    scheduler = [dask, "scheduler", "--port", "0", "--no-dashboard", "--scheduler-file", address]
    worker = [dask, "worker", "--scheduler-file", address, "--nthreads", "1", "--death-timeout", "20", "--no-dashboard"]
    processes = [
        subprocess.Popen(list(map(str, command)), cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL)
        for command in (scheduler, worker)
    ]
    try:
        while not address.exists():
            time.sleep(0.1)
        where = json.loads(address.read_text())["address"]
        records = sweep(read("runs: [{seed: [1, 2]}]"), notebook.read_text(), tmp_path / "runs", scheduler=where)
        assert [record.get("right") for record in records] == [10, 20], records
    finally:
        for process in reversed(processes):
            process.terminate()
            process.wait()
