"""Execute chapters with papermill, each in an empty folder, and keep what came out."""

import itertools
import json
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from datetime import date
from importlib.metadata import version
from multiprocessing import parent_process
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from multiprocessing.queues import SimpleQueue
from pathlib import Path
from platform import python_version
from threading import Thread
from typing import cast

import papermill
import psutil
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode
from papermill.engines import NBClientEngine, papermill_engines
from papermill.exceptions import PapermillExecutionError

from digitlib.files import SUMS, make_writable, read_text, sha256, write_text
from digitlib.machine import RUN_ENVIRONMENT, ignore_keras_settings, peak_gigabytes
from digitlib.plots import DESCRIPTION
from pipeline import kernels
from pipeline.comparing import is_blank
from pipeline.kinds_of_cells import is_pipeline, is_solution, unproven
from pipeline.notebook_files import code_digest, write_notebook
from pipeline.parameters import check_names, declared_parameters
from pipeline.paths import LOGS, QUICK, REFERENCE, STORED_RESULTS
from pipeline.progress import Progress
from pipeline.sources import read_chapter

QUICK_PARAMETERS = {
    "epochs": 1,
    "training_images": 2_000,
    "variation_images": 500,
    "variation_epochs": 1,
    "variation_seeds": 2,
    "sheets_of_each": 2,
    "drawings_of_each": 20,
    "digits_drawn_anew": 800,
}
GIGABYTES_A_CHAPTER = 3  # the most that any needs, see the page on checking
_COLOR_CODES = re.compile(r"\x1b\[[0-9;]*m")
PACKAGES = ("tensorflow", "keras", "numpy", "scikit-learn", "matplotlib", "papermill")


_events: SimpleQueue  # of this process, on which it tells how far its chapter is


class RunError(Exception):
    """A chapter did not run to its end; the message names chapter, cell and cause."""


class _AnnouncingEngine(NBClientEngine):
    """papermill's own engine, which also says which cell it is at."""

    @classmethod
    def execute_managed_notebook(cls, nb_man, kernel_name, *, chapter, **options):
        start_cell = nb_man.cell_start
        count = len(nb_man.nb.cells)

        def announce(cell, cell_index=None, **rest):
            if cell.cell_type == "code":
                _tell("is_at", chapter, cell_index + 1, count)
            return start_cell(cell, cell_index, **rest)

        nb_man.cell_start = announce
        return super().execute_managed_notebook(nb_man, kernel_name, **options)


papermill_engines.register("announcing", _AnnouncingEngine)


def run(paths: list[Path], executed: Path, results: Path, *, parameters: dict | None = None, at_once: int = 1) -> None:
    """Execute chapters.

    Parameters
    ----------
    paths : list of Path
        Sources in ``chapters/``.
    executed, results : Path
        Folders that receive the notebooks (normalised, prose still templates)
        and the results the chapters keep. A chapter that fails leaves both as
        they were.
    parameters : dict, optional
        Papermill parameters. Each chapter takes those it declares; one that
        no chapter declares is an error.
    at_once : int
        Chapters side by side, the longest first.

    Raises
    ------
    ParameterError
        If a parameter is unknown.
    RunError
        If a cell fails.
    """
    ignore_keras_settings()
    parameters = parameters or {}
    declared = {path: declared_parameters(read_chapter(path)) for path in paths}
    check_names(parameters, set().union(*declared.values()))
    for folder in (executed, results):
        make_writable(folder)
    usual = {path.stem: _usual_seconds(path, results) for path in paths}
    jobs = [
        (path, executed, results, {key: value for key, value in parameters.items() if key in declared[path]})
        for path in paths
    ]
    jobs.sort(key=lambda job: usual[job[0].stem], reverse=True)  # else the longest may start last, and run alone
    at_once = max(1, min(at_once, len(paths)))
    LOGS.mkdir(parents=True, exist_ok=True)
    for name, threads in _share_of_cores(at_once).items():
        os.environ.setdefault(name, threads)
    processes = kernels.context()
    events = processes.SimpleQueue()
    progress = Progress(usual, at_once)
    listener = Thread(target=_listen, args=(events, progress), daemon=True)
    with _quiet(LOGS / "server.log"):
        pool = ProcessPoolExecutor(
            at_once, mp_context=processes, initializer=_begin, initargs=(events,), max_tasks_per_child=1
        )
        futures = [pool.submit(_run_one, *job) for job in jobs]
    listener.start()
    try:
        for future in as_completed(futures):
            future.result()
    except BrokenProcessPool:
        raise RunError(
            f"one of the processes that ran {' and '.join(progress.at_work)} died, most often for want of memory. "
            f"Close other programs and run it again. What was said last is in {LOGS}"
        ) from None
    finally:
        pool.shutdown(cancel_futures=True)
        events.put(None)
        listener.join()


def _listen(events, progress: Progress) -> None:
    """Pass on what the chapters' processes tell, until None comes."""
    for method, arguments in iter(events.get, None):
        getattr(progress, method)(*arguments)


def _begin(events) -> None:
    """What a chapter's process does first."""
    global _events
    _events = events


def _end_with_parent() -> None:
    """End this process and all that it started when the command itself has been killed."""
    wait([cast(BaseProcess, parent_process()).sentinel])
    for process in psutil.Process().children(recursive=True):
        process.kill()
    os._exit(1)


def _tell(method: str, *arguments) -> None:
    _events.put((method, arguments))


@contextmanager
def _quiet(log: Path) -> Iterator[None]:
    """Send what this process and its children print meanwhile to a file: TensorFlow's greetings, most of all."""
    sys.stdout.flush()
    kept = [os.dup(1), os.dup(2)]
    log.unlink(missing_ok=True)
    with log.open("ab") as file:
        for number in (1, 2):
            os.dup2(file.fileno(), number)
    try:
        yield
    finally:
        sys.stdout.flush()
        for number, original in enumerate(kept, start=1):
            os.dup2(original, number)
            os.close(original)


def affordable() -> int:
    """How many chapters this machine can run side by side: one for each core, as far as the memory goes."""
    memory = psutil.virtual_memory().available / 1e9
    return max(1, min(psutil.cpu_count(), int(memory / GIGABYTES_A_CHAPTER)))


def _share_of_cores(at_once: int) -> dict[str, str]:
    """How many threads each chapter may use: side by side, more than there are cores would wait for each other."""
    share = max(1, psutil.cpu_count() // at_once)
    return {name: str(share) for name in RUN_ENVIRONMENT if name.endswith("_THREADS")}


def run_quick(paths: list[Path], folder: Path = QUICK) -> None:
    """Execute chapters small, side by side: a test of the code, not of the numbers."""
    declared = set().union(*(declared_parameters(read_chapter(path)) for path in paths))
    parameters = {key: value for key, value in QUICK_PARAMETERS.items() if key in declared}
    run(paths, folder / "executed", folder / "results", parameters=parameters, at_once=affordable())


def normalise(notebook: NotebookNode, source: NotebookNode) -> NotebookNode:
    """What is worth keeping of an executed notebook.

    Code cells count from 1, those of the solutions too, those of the pipeline not at all; times, papermill's and the
    front end's metadata, the injected parameters, standard error and blank displays are dropped.
    """
    outputs = {cell.id: cell.get("outputs", []) for cell in notebook.cells}
    result = source.copy()
    counts = {True: itertools.count(1), False: itertools.count(1)}
    for cell in result.cells:
        if cell.cell_type != "code":
            continue
        count = None if is_pipeline(cell) else next(counts[is_solution(cell)])
        cell.execution_count = count
        kept = [_normalise_output(output, count) for output in outputs[cell.id] if not _is_dropped(output)]
        cell.outputs = _merge_streams(kept)
    return result


def reference_digests() -> dict[str, str]:
    """SHA-256 of each stored run, each file of weights and each sweep, by path below the folder of stored runs."""
    files = [path for path in REFERENCE.rglob("*") if path.is_file() and path.name != SUMS]
    return {path.relative_to(REFERENCE).as_posix(): sha256(path.read_bytes()) for path in sorted(files)}


def kernel_environment(folder: Path) -> dict[str, str]:
    """What a chapter's process sees: quiet logs, UTF-8, no settings of the user's own."""
    settings = folder / "ipython" / "profile_default" / "ipython_kernel_config.py"
    write_text("c = get_config()\nc.IPKernelApp.log_level = 40\n", settings)
    return {
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "PYTHONUTF8": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "IPYTHONDIR": str(folder / "ipython"),
        "KERAS_BACKEND": RUN_ENVIRONMENT["KERAS_BACKEND"],
        "KERAS_HOME": RUN_ENVIRONMENT["KERAS_HOME"],
        "PYTHONPATH": str(kernels.INSIDE),
    }


def _run_one(path: Path, executed: Path, results: Path, parameters: dict) -> None:
    source = read_chapter(path)
    name = path.stem
    log = LOGS / f"{name}.log"
    scratch = Path(tempfile.mkdtemp(prefix=f"{name}-"))
    try:
        os.environ.update(kernel_environment(scratch))
        work = scratch / "work"
        work.mkdir()
        write_notebook(source, scratch / "source.ipynb")
        _tell("starts", name)
        start = time.perf_counter()
        with _quiet(log):
            kernels.prepare()  # it prints where this process does
            Thread(target=_end_with_parent, daemon=True).start()
            notebook = _execute(scratch, work, parameters, name)
        seconds = time.perf_counter() - start
        if found := unproven(notebook):
            raise RunError(f"chapter {name}: " + "; ".join(found))
        ran = {"steps": _steps(notebook, seconds), "parameters": parameters, "code": code_digest(source)}
        _add_provenance(work / "results" / "pages" / f"{name}.json", seconds, ran)
        shutil.copytree(work / "results", results, dirs_exist_ok=True)
        write_notebook(normalise(notebook, source), executed / f"{name}.ipynb")
        _tell("is_done", name, seconds)
    except RunError as error:
        raise RunError(f"{error}\nWhat TensorFlow and the kernel said: {log}") from None
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _execute(scratch: Path, work: Path, parameters: dict, name: str) -> NotebookNode:
    try:
        return papermill.execute_notebook(
            str(scratch / "source.ipynb"),
            str(scratch / "executed.ipynb"),
            parameters=parameters,
            engine_name="announcing",
            kernel_name="python3",
            cwd=str(work),
            progress_bar=False,
            chapter=name,
        )
    except (DeadKernelError, RuntimeError):  # the latter if it dies before it has begun
        raise RunError(
            f"chapter {name}: its process died, most often for want of memory. Close other programs and run it again."
        ) from None
    except PapermillExecutionError as error:
        traceback = _COLOR_CODES.sub("", "\n".join(error.traceback))
        raise RunError(
            f"chapter {name}, code cell {error.exec_count} (cell {error.cell_index + 1} of the notebook) failed:\n"
            f"{error.source}\n{traceback}"
        ) from None


def _steps(notebook: NotebookNode, seconds: float) -> dict[str, float]:
    """Where the time went: the seconds until the first cell, those of the slowest cell, and those of all others."""
    cells = [cell.metadata["papermill"].get("duration") or 0.0 for cell in notebook.cells if cell.cell_type == "code"]
    steps = {"start": seconds - sum(cells), "slowest_cell": max(cells), "other_cells": sum(cells) - max(cells)}
    return {name: round(value, 1) for name, value in steps.items()}


def _add_provenance(path: Path, seconds: float, ran: dict) -> None:
    if not path.exists():
        raise RunError(f"chapter {path.stem} saved no results: it must end with Page({path.stem!r}).save()")
    content, peak = json.loads(read_text(path)), peak_gigabytes(of_children=True)
    content["run"] = {
        "seconds": round(seconds),
        "peak_gigabytes": peak and round(peak, 1),
        "date": date.today().isoformat(),
        "versions": {"python": python_version()} | {package: version(package) for package in PACKAGES},
        "reference": reference_digests(),
    } | ran
    write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", path)


def _usual_seconds(path: Path, results: Path) -> float:
    """What a chapter took in the last run here, else when the book's own run was made; infinity for a new one."""
    for folder in (results, STORED_RESULTS):
        result = folder / "pages" / f"{path.stem}.json"
        if result.exists():
            return json.loads(read_text(result))["run"]["seconds"]
    return float("inf")


def _normalise_output(output: NotebookNode, count: int | None) -> NotebookNode:
    if output.output_type in ("execute_result", "display_data"):
        output.metadata = {name: output.metadata[name] for name in output.metadata if name == DESCRIPTION}
    if output.output_type == "execute_result":
        output.execution_count = count
    return output


def _merge_streams(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Join what one cell printed in several gulps: where it was cut is chance."""
    merged: list[NotebookNode] = []
    for output in outputs:
        if merged and output.output_type == merged[-1].output_type == "stream":
            merged[-1].text += output.text
        else:
            merged.append(output)
    return merged


def _is_dropped(output: NotebookNode) -> bool:
    """Standard error, and what displays nothing, as rich does beside a table of Keras that is printed as plain text."""
    if output.output_type == "stream":
        return output.name == "stderr"
    return is_blank(output)
