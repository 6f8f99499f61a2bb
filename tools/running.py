"""Execute chapters with papermill, each in an empty folder, and keep what came out."""

import hashlib
import itertools
import json
import os
import re
import shutil
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from platform import python_version

import papermill
import psutil
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode
from papermill.engines import NBClientEngine, papermill_engines
from papermill.exceptions import PapermillExecutionError

from digitlib.files import write_text
from paths import QUICK, REFERENCE, SWEEPS
from rendering import read_chapter, write_notebook
from single_run import SETTINGS, ignore_keras_settings
from solutions import is_solution, unproven

QUICK_PARAMETERS = {
    "epochs": 1,
    "training_images": 2_000,
    "variation_images": 500,
    "variation_epochs": 1,
    "sheets_of_each": 2,
    "drawings_of_each": 20,
    "digits_drawn_anew": 800,
}
GIGABYTES_A_CHAPTER = 3  # the most that any needs, see the page on checking
_COLOR_CODES = re.compile(r"\x1b\[[0-9;]*m")
PACKAGES = ("tensorflow", "keras", "numpy", "scikit-learn", "matplotlib", "papermill")


class RunError(Exception):
    """A chapter did not run to its end; the message names chapter, cell and cause."""


class _AnnouncingEngine(NBClientEngine):
    """papermill's own engine, which also says which cell it is at."""

    @classmethod
    def execute_managed_notebook(cls, nb_man, kernel_name, *, chapter, begun, **options):
        start_cell = nb_man.cell_start
        count = len(nb_man.nb.cells)

        def announce(cell, cell_index=None, **rest):
            if cell.cell_type == "code":
                _say(chapter, begun, f"cell {cell_index + 1} of {count}")
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
    RunError
        If a parameter is unknown, or a cell fails.
    """
    ignore_keras_settings()
    parameters = parameters or {}
    declared = {path: declared_parameters(read_chapter(path)) for path in paths}
    unknown = set(parameters) - set().union(*declared.values())
    if unknown:
        known = ", ".join(sorted(set().union(*declared.values())))
        raise RunError(f"unknown parameter {', '.join(sorted(unknown))}: these chapters know {known or 'none'}")
    begun = time.time()
    jobs = [
        (path, executed, results, {key: value for key, value in parameters.items() if key in declared[path]}, begun)
        for path in paths
    ]
    if at_once == 1 or len(jobs) == 1:
        for job in jobs:
            _run_one(*job)
        return
    jobs.sort(key=lambda job: _usual_seconds(job[0]), reverse=True)  # else the longest may start last, and run alone
    with ProcessPoolExecutor(at_once, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
        futures = [pool.submit(_run_one, *job) for job in jobs]
        try:
            for future in futures:
                future.result()
        finally:
            pool.shutdown(cancel_futures=True)


def affordable() -> int:
    """How many chapters this machine can run side by side: one for each core, as far as the memory goes."""
    memory = psutil.virtual_memory().available / 1e9
    return max(1, min(psutil.cpu_count(), int(memory / GIGABYTES_A_CHAPTER)))


def run_quick(paths: list[Path], folder: Path = QUICK) -> None:
    """Execute chapters small, side by side: a test of the code, not of the numbers."""
    declared = set().union(*(declared_parameters(read_chapter(path)) for path in paths))
    parameters = {key: value for key, value in QUICK_PARAMETERS.items() if key in declared}
    run(paths, folder / "executed", folder / "results", parameters=parameters, at_once=affordable())


def declared_parameters(notebook: NotebookNode) -> set[str]:
    """The names that a notebook's parameters cell assigns."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "notebook.ipynb")
        write_notebook(notebook, path)
        return set(papermill.inspect_notebook(str(path)))


def normalise(notebook: NotebookNode, source: NotebookNode) -> NotebookNode:
    """What is worth keeping of an executed notebook.

    Code cells count from 1, those of the solutions too; times, papermill's and the front end's metadata,
    the injected parameters and standard error are dropped.
    """
    outputs = {cell.id: cell.get("outputs", []) for cell in notebook.cells}
    result = source.copy()
    counts = {True: itertools.count(1), False: itertools.count(1)}
    for cell in result.cells:
        if cell.cell_type != "code":
            continue
        count = next(counts[is_solution(cell)])
        cell.execution_count = count
        kept = [_normalise_output(output, count) for output in outputs[cell.id] if not _is_stderr(output)]
        cell.outputs = _merge_streams(kept)
    return result


def reference_digests() -> dict[str, str]:
    """SHA-256 of each stored run, each file of weights and each sweep, by path below ``reference/``."""
    files = [path for path in REFERENCE.iterdir() if path.is_file()] + list(SWEEPS.iterdir())
    return {
        path.relative_to(REFERENCE).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(files)
    }


def kernel_environment(folder: Path) -> dict[str, str]:
    """What a chapter's process sees: quiet logs, UTF-8, no settings of the user's own."""
    settings = folder / "ipython" / "profile_default" / "ipython_kernel_config.py"
    write_text("c = get_config()\nc.IPKernelApp.log_level = 40\n", settings)
    return {
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "PYTHONUTF8": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "IPYTHONDIR": str(folder / "ipython"),
        "KERAS_BACKEND": SETTINGS["KERAS_BACKEND"],
        "KERAS_HOME": SETTINGS["KERAS_HOME"],
    }


def _run_one(path: Path, executed: Path, results: Path, parameters: dict, begun: float) -> None:
    source = read_chapter(path)
    name = path.stem
    scratch = Path(tempfile.mkdtemp(prefix=f"{name}-"))
    try:
        os.environ.update(kernel_environment(scratch))
        work = scratch / "work"
        work.mkdir()
        write_notebook(source, scratch / "source.ipynb")
        _say(name, begun, "starts")
        start = time.perf_counter()
        notebook = _execute(scratch, work, parameters, name, begun)
        seconds = time.perf_counter() - start
        if found := unproven(notebook):
            raise RunError(f"chapter {name}: " + "; ".join(found))
        _add_provenance(work / "results" / "pages" / f"{name}.json", seconds, _steps(notebook, seconds), parameters)
        shutil.copytree(work / "results", results, dirs_exist_ok=True)
        write_notebook(normalise(notebook, source), executed / f"{name}.ipynb")
        _say(name, begun, f"done in {seconds:.0f} s", end=True)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _execute(scratch: Path, work: Path, parameters: dict, name: str, begun: float) -> NotebookNode:
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
            begun=begun,
        )
    except DeadKernelError:
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


def _add_provenance(path: Path, seconds: float, steps: dict[str, float], parameters: dict) -> None:
    if not path.exists():
        raise RunError(f"chapter {path.stem} saved no results: it must end with Page({path.stem!r}).save()")
    content = json.loads(path.read_text(encoding="utf-8"))
    content["run"] = {
        "seconds": round(seconds),
        "steps": steps,
        "peak_gigabytes": _peak_gigabytes(),
        "date": date.today().isoformat(),
        "parameters": parameters,
        "versions": {"python": python_version()} | {package: version(package) for package in PACKAGES},
        "reference": reference_digests(),
    }
    write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", path)


def _peak_gigabytes() -> float | None:
    """The largest memory that any chapter's process has held so far; Windows does not tell."""
    if sys.platform == "win32":
        return None
    from resource import RUSAGE_CHILDREN, getrusage

    unit = 1 if sys.platform == "darwin" else 1024  # macOS reports bytes, Linux kibibytes
    return round(getrusage(RUSAGE_CHILDREN).ru_maxrss * unit / 1e9, 1)


def _usual_seconds(path: Path) -> float:
    """What a chapter took when the book's own run was made; infinity for a new one."""
    result = REFERENCE / "pages" / f"{path.stem}.json"
    return json.loads(result.read_text(encoding="utf-8"))["run"]["seconds"] if result.exists() else float("inf")


def _normalise_output(output: NotebookNode, count: int) -> NotebookNode:
    if output.output_type in ("execute_result", "display_data"):
        output.metadata = {}
    if output.output_type == "execute_result":
        output.execution_count = count
    return output


def _merge_streams(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Join what one cell printed in several gulps: where it was cut is chance."""
    merged = []
    for output in outputs:
        if merged and output.output_type == merged[-1].output_type == "stream":
            merged[-1].text += output.text
        else:
            merged.append(output)
    return merged


def _is_stderr(output: NotebookNode) -> bool:
    return output.output_type == "stream" and output.name == "stderr"


def _say(chapter: str, begun: float, what: str, *, end: bool = False) -> None:
    minutes, seconds = divmod(int(time.time() - begun), 60)
    line = f"[{minutes:2d}:{seconds:02d}] {chapter}: {what}"
    if sys.stdout.isatty() and not end:
        print(f"\r{line:<70}", end="", flush=True)
    else:
        print(f"\r{line:<70}" if sys.stdout.isatty() else line, flush=True)
