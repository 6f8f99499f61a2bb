"""Runs notebooks in the Python that executes this file: imports the libraries once, and forks for each notebook.

Reads jobs from standard input: name, cells, parameters, folder, log. Writes by name the status in which each
ended. The first runs alone, since its set-up cell installs what the others find there.
"""

import json
import os
import sys
import traceback
from contextlib import suppress

import keras
import matplotlib
import seaborn  # noqa: F401
import sklearn  # noqa: F401
import tensorflow  # noqa: F401
from IPython.core.interactiveshell import InteractiveShell


def run(job: dict) -> None:
    """Run the cells in the job's folder, the parameters behind the cell that is tagged so."""
    os.chdir(job["folder"])
    sys.path[0] = ""
    matplotlib.rcParams["backend"] = "agg"
    shell = InteractiveShell.instance()
    for cell in job["cells"]:
        shell.run_cell(cell["source"], store_history=True).raise_error()
        if "parameters" in cell["metadata"].get("tags", []):
            shell.user_ns.update(job["parameters"])
    print("keras", keras.__version__, sys.modules["digitlib"].__file__)


def fork(job: dict) -> int:
    """Run a job in a process of its own; what it prints goes to the job's log."""
    if process := os.fork():
        return process
    status = 1
    try:
        log = os.open(job["log"], os.O_WRONLY | os.O_CREAT)
        for number in (1, 2):
            os.dup2(log, number)
        run(job)
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        with suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


def main() -> None:
    jobs, running, ended = json.load(sys.stdin), {}, {}
    while jobs or running:
        free = os.cpu_count() if ended else 1
        while jobs and len(running) < free:
            job = jobs.pop(0)
            running[fork(job)] = job["name"]
        process, status = os.wait()
        ended[running.pop(process)] = os.waitstatus_to_exitcode(status)
    json.dump(ended, sys.stdout)


if __name__ == "__main__":
    main()
