"""Run a sweep: the experiment notebook, once for each combination of parameters.

    python tools/run_sweep.py sweeps/headline.yml [--workers 2] [--scheduler tcp://host:8786]

Two runs side by side on this machine by default, each in a process and on a
thread of its own; with --scheduler, on the workers of a dask cluster. Finished
runs lie in _build/sweeps/, so an interrupted sweep goes on where it stopped.
The table of all runs goes to _build/sweeps/NAME.jsonl.xz; --accept moves it
into digitlib/data/runs/sweeps/, where the chapters find it. Runs that are there
already are not repeated either: a sweep can be extended by editing its file.
"""

import argparse
import sys
from pathlib import Path

import nbformat

from digitlib.files import store, write_bytes
from pipeline.kinds_of_cells import split
from pipeline.parameters import declared_parameters
from pipeline.paths import BUILD, CHAPTERS, REFERENCE, SWEEPS
from pipeline.sources import read_chapter
from sweeping.scheduling import SweepError, keep_known, pack_table, read_sweep, read_table, sweep

NOTEBOOK = CHAPTERS / "07_experiment.py"
FOLDER = BUILD / "sweeps"


def main(arguments: list[str] | None = None) -> int:
    """Run a sweep; 2 if its file is wrong, 130 if it was stopped."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sweep", type=Path, help="the YAML file")
    parser.add_argument("--workers", type=int, default=2, help="runs side by side on this machine")
    parser.add_argument("--scheduler", help="address of a dask scheduler")
    parser.add_argument("--accept", action="store_true", help="keep the table for the chapters, if no run failed")
    options = parser.parse_args(arguments)
    try:
        return run(options)
    except SweepError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped. What is finished is kept; the same command goes on.", file=sys.stderr)
        return 130


def run(options: argparse.Namespace) -> int:
    """Run what is missing of a sweep, write its table, and keep it for the chapters if that was asked."""
    notebook, _ = split(read_chapter(NOTEBOOK))
    defaults = declared_parameters(notebook)
    runs = read_sweep(options.sweep, defaults)
    folder = FOLDER / options.sweep.stem
    accepted = SWEEPS / f"{options.sweep.stem}.jsonl.xz"
    keep_known(read_table(accepted), runs, defaults, folder)
    records = sweep(runs, nbformat.writes(notebook), folder, workers=options.workers, scheduler=options.scheduler)
    failed = sum("error" in record for record in records)
    table = FOLDER / accepted.name
    content = pack_table(records)
    write_bytes(content, table)
    print(f"{len(records) - failed} of {len(records)} runs succeeded; table in {table}")
    if failed:
        print(f"{failed} failed: the same command tries them again", file=sys.stderr)
        return 1
    if options.accept:
        store({accepted.relative_to(REFERENCE).as_posix(): content}, REFERENCE)
        print(f"accepted {accepted}")
    return 0
