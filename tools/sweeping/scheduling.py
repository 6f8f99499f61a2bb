"""Sweeps: one notebook, many parameters, as many processes and machines as there are."""

import hashlib
import json
import lzma
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cloudpickle
import dask
import yaml
from distributed import Client, LocalCluster, as_completed
from sklearn.model_selection import ParameterGrid
from tqdm import tqdm

from digitlib.files import TextError, read_text, write_text
from pipeline import single_run
from pipeline.parameters import ParameterError, check_names, read_value

KEYS = {"about", "runs"}
NOTHING = ("", "~", "null", "Null", "NULL")  # YAML's words for it
SMALL = {"true": "True", "false": "False"}  # YAML's words, and those that -p takes
OCTAL = re.compile(r"[-+]?0[0-9_]+")  # octal in YAML 1.1, decimal in YAML 1.2
SECONDS_TO_CONNECT = 10


# A worker elsewhere has no checkout, so it is sent the code itself and not the module's name.
cloudpickle.register_pickle_by_value(single_run)


# Workers wait for the notebooks' processes; to watch them wait would cost several percent of a core.
dask.config.set({"distributed.worker.profile.enabled": False, "distributed.admin.tick.interval": "1s"})


class SweepError(Exception):
    """A sweep cannot be run; the message names the file or address, the cause and a way out."""


def read_sweep(path: Path, defaults: dict) -> list[dict]:
    """Read a sweep file and return the parameters of its runs.

    Parameters
    ----------
    path : Path
        A YAML file: ``about`` says in a sentence what is asked; ``runs`` is a
        list of grids. A grid maps parameters of the notebook to a value or a
        list of values, and stands for all their combinations. Values are read
        as ``-p`` reads them, so nothing depends on the version of YAML;
        ``true`` and ``false`` may begin small, and quotation marks make a text.
    defaults : dict
        The notebook's, from `parameters.declared_parameters`.

    Raises
    ------
    SweepError
        If the file cannot be read, has an unknown key or parameter, one that
        stands twice or has no value, a value of another type than the default,
        or asks for a run twice; the message names the line.
    """
    try:
        content = _entries(yaml.compose(read_text(path), Loader=yaml.BaseLoader), "a sweep")
        for name, (key, _) in content.items():
            if name not in KEYS:
                raise _Problem(f"unknown key {name}: a sweep has {_join(KEYS)}", key)
        _, grids = content.get("runs", (None, None))
        if not isinstance(grids, yaml.SequenceNode) or not grids.value:
            raise _Problem("a sweep needs a list of grids under the key runs", grids)
        runs = {}
        for grid in grids.value:
            for run in _runs(grid, defaults):
                if (name := run_name(run)) in runs:
                    raise _Problem(f"asks for a run twice: {json.dumps(run)}", grid)
                runs[name] = run
    except _Problem as problem:
        raise SweepError(f"{path}, line {problem.line}: {problem}") from problem
    except yaml.MarkedYAMLError as error:
        raise SweepError(f"{path}, line {error.problem_mark.line + 1}: not YAML: {error.problem}") from error
    except (OSError, TextError, yaml.YAMLError) as error:
        raise SweepError(f"{path} cannot be read: {error}") from error
    return sorted(runs.values(), key=lambda run: run.get("seed", 0))  # whoever stops early has every case, fewer seeds


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
    records = {name: json.loads(read_text(file)) for name, file in files.items() if file.exists()}
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


class _Problem(Exception):
    """What is wrong at a node of a YAML file."""

    def __init__(self, message: str, node: yaml.Node | None):
        super().__init__(message)
        self.line = node.start_mark.line + 1 if node else 1


def _runs(grid: yaml.Node, defaults: dict) -> list[dict]:
    """The parameters of all runs that a grid stands for."""
    lists = {}
    for name, (key, values) in _entries(grid, "a grid").items():
        nodes = values.value if isinstance(values, yaml.SequenceNode) else [values]
        try:
            check_names([name], defaults)
        except ParameterError as error:
            raise _Problem(str(error), key) from error
        if not nodes:
            raise _Problem(f"{name} has an empty list, so there would be no run", key)
        lists[name] = [_value(name, node, defaults[name]) for node in nodes]
    return [defaults | combination for combination in ParameterGrid(lists)]


def _entries(node: yaml.Node | None, what: str) -> dict[str, tuple[yaml.Node, yaml.Node]]:
    """The keys and values of a mapping, by the keys' text."""
    if not isinstance(node, yaml.MappingNode):
        raise _Problem(f"{what} must map names to values", node)
    entries: dict[str, tuple[yaml.Node, yaml.Node]] = {}
    for key, value in node.value:
        name = str(key.value)
        if name in entries:
            raise _Problem(f"{name} stands twice, first on line {entries[name][0].start_mark.line + 1}", key)
        entries[name] = key, value
    return entries


def _value(name: str, node: yaml.Node, default: Any) -> Any:
    if not isinstance(node, yaml.ScalarNode):
        raise _Problem(f"{name} must be a value or a list of values", node)
    text, plain = node.value, node.style is None
    if plain and text in NOTHING:
        raise _Problem(f"{name} has no value", node)
    if plain and OCTAL.fullmatch(text):
        raise _Problem(f"{name} is {text}, which some read as octal: leave out the zeros in front", node)
    if not plain and not isinstance(default, str):
        raise _Problem(f"{name} is a text, since it stands in quotation marks: leave them out", node)
    try:
        return read_value(name, SMALL.get(text, text), default) if plain else text
    except ParameterError as error:
        raise _Problem(str(error), node) from error


def _join(names) -> str:
    return ", ".join(sorted(str(name) for name in names))
