"""One execution of a notebook in a process of its own, on whatever machine a sweep sends it to.

A sweep sends this code to its workers, so a worker needs the packages of
requirements.txt and digitlib, but no checkout of the book.
"""

import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import papermill
from jupyter_client import AsyncKernelManager
from papermill.exceptions import PapermillExecutionError

from digitlib.machine import RUN_ENVIRONMENT, ignore_keras_settings

RECORD = Path("results", "run.json")

# Between the choice of a kernel's ports and its start, another program may take one of them.
STARTS = 3
KERNEL_DID_NOT_START = "Kernel died before replying"

COLOR_CODES = re.compile(r"\x1b\[[0-9;]*m")


def execute(notebook: str, parameters: dict) -> dict:
    """Execute a notebook and return the record that it writes.

    Parameters
    ----------
    notebook : str
        The notebook file's content. It must write `RECORD`, a JSON object.
    parameters : dict
        Papermill's.

    Returns
    -------
    dict
        The record; or, if the notebook failed, the parameters and an ``error``.
    """
    ignore_keras_settings()
    os.environ.update(RUN_ENVIRONMENT)
    scratch = Path(tempfile.mkdtemp(prefix="run-"))
    try:
        work = scratch / "work"
        work.mkdir()
        (scratch / "notebook.ipynb").write_text(notebook, encoding="utf-8")
        _execute_notebook(scratch, work, parameters)
        return json.loads((work / RECORD).read_bytes())
    except Exception as error:
        return parameters | {"error": describe(error)}
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _execute_notebook(scratch: Path, work: Path, parameters: dict) -> None:
    for start in range(1, STARTS + 1):
        try:
            papermill.execute_notebook(
                str(scratch / "notebook.ipynb"),
                str(scratch / "executed.ipynb"),
                parameters=parameters,
                kernel_name="python3",
                kernel_manager_class=quiet_kernel_manager(),
                cwd=str(work),
                progress_bar=False,
            )
            return
        except RuntimeError as error:
            if start == STARTS or KERNEL_DID_NOT_START not in str(error):
                raise


def quiet_kernel_manager() -> type[AsyncKernelManager]:
    """Starts kernels whose messages, past all notebooks, nobody sees."""

    class QuietKernelManager(AsyncKernelManager):  # here, since traits do not survive the journey to a worker
        async def start_kernel(self, **options):
            await super().start_kernel(stderr=subprocess.DEVNULL, **options)

    return QuietKernelManager


def describe(error: Exception) -> str:
    """What went wrong, in a line or two."""
    if isinstance(error, PapermillExecutionError):
        begins = error.source.strip().partition("\n")[0]
        return f"{error.ename}: {COLOR_CODES.sub('', error.evalue)} (in the cell that begins: {begins})"
    if isinstance(error, FileNotFoundError):
        return f"the notebook wrote no {RECORD.as_posix()}"
    return f"{type(error).__name__}: {error}"
