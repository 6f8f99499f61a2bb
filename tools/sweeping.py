"""Sweeps: one notebook, many parameters, as many processes and machines as there are."""

import ast
import hashlib
import json
import lzma
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cloudpickle
import dask
import papermill
import yaml
from distributed import Client, LocalCluster, as_completed
from sklearn.model_selection import ParameterGrid
from tqdm import tqdm

import single_run
from digitlib.files import write_text

KEYS = {"about", "runs"}
SECONDS_TO_CONNECT = 10


# A worker elsewhere has no checkout, so it is sent the code itself and not the module's name.
cloudpickle.register_pickle_by_value(single_run)


# Workers wait for the notebooks' processes; to watch them wait would cost several percent of a core.
dask.config.set({"distributed.worker.profile.enabled": False, "distributed.admin.tick.interval": "1s"})


class SweepError(Exception):
    """A sweep cannot be run; the message names the file or address, the cause and a way out."""


def read_sweep(path: Path, notebook: Path) -> list[dict]:
    """Read a sweep file and return the parameters of its runs.

    Parameters
    ----------
    path : Path
        A YAML file: ``about`` says in a sentence what is asked; ``runs`` is a
        list of grids. A grid maps parameters of the notebook to a value or a
        list of values, and stands for all their combinations.
    notebook : Path
        Declares the parameters and their defaults in its parameters cell.

    Raises
    ------
    SweepError
        If the file cannot be read, has an unknown key or parameter, a value of
        another type than the default, or asks for a run twice.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SweepError(f"{path} cannot be read as YAML: {error}") from error
    if not isinstance(content, dict) or not isinstance(content.get("runs"), list) or not content["runs"]:
        raise SweepError(f"{path} needs a list of grids under the key runs")
    if unknown := set(content) - KEYS:
        raise SweepError(f"{path}: unknown key {_join(unknown)}: a sweep has {_join(KEYS)}")
    defaults = declared_parameters(notebook)
    runs = []
    for grid in content["runs"]:
        _check_grid(grid, defaults, path)
        lists = {name: value if isinstance(value, list) else [value] for name, value in grid.items()}
        runs += [defaults | combination for combination in ParameterGrid(lists)]
    names = [run_name(run) for run in runs]
    if twice := {json.dumps(run) for run, name in zip(runs, names, strict=True) if names.count(name) > 1}:
        raise SweepError(f"{path} asks for a run twice: {_join(twice)}")
    return sorted(runs, key=lambda run: run.get("seed", 0))  # whoever stops early has every case, with fewer seeds


def declared_parameters(notebook: Path) -> dict:
    """The defaults in a notebook's parameters cell, by name."""
    declared = papermill.inspect_notebook(str(notebook))
    return {name: ast.literal_eval(entry["default"]) for name, entry in declared.items()}


def run_name(parameters: dict) -> str:
    """A short name that is the same for the same parameters, whatever their order."""
    text = json.dumps(parameters, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]


def sweep(
    runs: list[dict], notebook: str, folder: Path, *, workers: int = 2, scheduler: str | None = None
) -> list[dict]:
    """Execute a notebook once for each set of parameters, and keep every record as it comes.

    Parameters
    ----------
    runs : list of dict
        Papermill parameters.
    notebook : str
        The notebook file's content; see `single_run.execute`.
    folder : Path
        Where a file for each finished run lies, and is found again: runs that
        are there are not repeated. Failed ones leave none, so they are.
    workers : int
        Processes side by side on this machine.
    scheduler : str, optional
        Address of a dask scheduler, such as ``tcp://host:8786``; its workers
        are used then.

    Returns
    -------
    list of dict
        A record for each run, in the order of `runs`.

    Raises
    ------
    SweepError
        If the scheduler does not answer.
    """
    files = {run_name(run): folder / f"{run_name(run)}.json" for run in runs}
    missing = {name: run for name, run in zip(files, runs, strict=True) if not files[name].exists()}
    records = {name: json.loads(file.read_text(encoding="utf-8")) for name, file in files.items() if file.exists()}
    if missing:
        with _client(workers, scheduler) as client:
            for name, record in _results(client, notebook, missing, done=len(records)):
                if "error" not in record:
                    write_text(json.dumps(record) + "\n", files[name])
                records[name] = record
    return [records[name] for name in files]


def pack_table(records: list[dict]) -> bytes:
    """Records as compressed lines of JSON."""
    lines = "".join(json.dumps(record) + "\n" for record in records)
    return lzma.compress(lines.encode("utf-8"), preset=9 | lzma.PRESET_EXTREME)


def read_table(path: Path) -> list[dict]:
    """Read a file of what `pack_table` made; nothing, if there is no such file."""
    if not path.exists():
        return []
    return [json.loads(line) for line in lzma.decompress(path.read_bytes()).decode("utf-8").splitlines()]


def keep_known(known: list[dict], runs: list[dict], defaults: dict, folder: Path) -> None:
    """Put the records of runs that were made before where `sweep` finds them.

    A parameter that the notebook did not have then is taken to have had its default.
    """
    names = {run_name(run) for run in runs}
    for record in known:
        parameters = {parameter: record.get(parameter, default) for parameter, default in defaults.items()}
        name = run_name(parameters)
        if name in names and not (folder / f"{name}.json").exists():
            write_text(json.dumps(parameters | record) + "\n", folder / f"{name}.json")


def _results(client: Client, notebook: str, missing: dict[str, dict], *, done: int) -> Iterator[tuple[str, dict]]:
    def execute(notebook: str, parameters: dict) -> dict:  # dask sends local functions by value, others by name
        return single_run.execute(notebook, parameters)

    content = client.scatter(notebook, broadcast=True, hash=False)
    names = {
        client.submit(execute, content, parameters, key=f"run-{name}", pure=False): name
        for name, parameters in missing.items()
    }
    with tqdm(total=done + len(missing), initial=done, unit="run", file=sys.stdout) as bar:
        for future in as_completed(names):
            name = names[future]
            error = future.exception()
            record = missing[name] | {"error": single_run.describe(error)} if error else future.result()
            bar.update()
            if "error" in record:
                bar.write(f"failed: {missing[name]}: {record['error']}", file=sys.stdout)
            yield name, record


@contextmanager
def _client(workers: int, scheduler: str | None) -> Iterator[Client]:
    if scheduler:
        try:
            client = Client(scheduler, timeout=SECONDS_TO_CONNECT)
        except (OSError, ValueError, TimeoutError) as error:
            raise SweepError(
                f"no dask scheduler answers at {scheduler}: {error}. Start one with: dask scheduler"
            ) from error
        with client:
            yield client
        return
    cluster = LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        memory_limit=0,  # the memory is used by the notebooks' own processes
        dashboard_address=":0",
    )
    with cluster, Client(cluster) as client:
        yield client


def _check_grid(grid: dict, defaults: dict, path: Path) -> None:
    if not isinstance(grid, dict):
        raise SweepError(f"{path}: a grid maps parameters to values, got {grid!r}")
    if unknown := set(grid) - set(defaults):
        raise SweepError(f"{path}: unknown parameter {_join(unknown)}: the notebook has {_join(defaults)}")
    for name, values in grid.items():
        for value in values if isinstance(values, list) else [values]:
            if type(value) is not type(defaults[name]):
                kind = type(defaults[name]).__name__
                raise SweepError(f"{path}: {name} is {value!r}, but must be of type {kind}, as {defaults[name]!r} is")


def _join(names) -> str:
    return ", ".join(sorted(str(name) for name in names))
