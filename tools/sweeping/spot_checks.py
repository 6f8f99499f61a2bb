"""Repeat a few stored runs and see whether they still give what they gave.

    python tools/spot_check.py [--runs 3] [--turn N] [--full]

Takes cheap runs of the sweeps in digitlib/data/runs/sweeps/ in turn: each day
begins where the day before ended, until all have had their turn. A run passes
if its accuracy lies in the 99.9 % prediction interval of the stored runs that
differ from it in the seed. Only runs of which there are ten or more are taken:
from fewer, that interval is so wide that no run would ever fail. --full repeats
one full training of the CNN instead, of another seed each week.
"""

import argparse
from datetime import date

import nbformat
import numpy as np
import pandas as pd

from digitlib import reference
from digitlib.statistics import prediction_interval
from pipeline.kinds_of_cells import split
from pipeline.single_run import execute
from pipeline.sources import read_chapter
from sweeping.running_sweeps import NOTEBOOK

CHEAP_SECONDS = 30  # of processor time for the training
FEWEST_STORED = 10  # five make an interval of nine standard deviations either way, ten make one of five


def main(arguments: list[str] | None = None) -> int:
    """Repeat some stored runs; 1 if one does not agree."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3, help="how many to repeat")
    parser.add_argument("--turn", type=int, default=date.today().toordinal(), help="the day's number by default")
    parser.add_argument("--full", action="store_true", help="repeat one full training of the CNN")
    options = parser.parse_args(arguments)
    runs = reference.load_sweeps()
    if options.full:
        chosen = in_turn(full_runs(runs), options.turn // 7, 1)
    else:
        chosen = in_turn(cheap_runs(runs), options.turn, options.runs)
    notebook = nbformat.writes(split(read_chapter(NOTEBOOK))[0])
    failed = [name for name in chosen.index if not repeat(runs, name, notebook)]
    print(f"{len(chosen) - len(failed)} of {len(chosen)} repeated runs agree with the stored ones")
    return 1 if failed else 0


def cheap_runs(runs: pd.DataFrame) -> pd.DataFrame:
    """The runs that take little time and have enough repetitions to be judged by."""
    cheap = runs[runs["cpu_seconds"] <= CHEAP_SECONDS]
    stored = [len(reference.repetitions(runs, run)) for _, run in cheap.iterrows()]
    return cheap[np.array(stored) >= FEWEST_STORED]


def full_runs(runs: pd.DataFrame) -> pd.DataFrame:
    """The full trainings of the CNN as the book trains it."""
    headline = runs.loc[["headline"]]
    return headline[headline["network"] == "cnn"]


def in_turn(runs: pd.DataFrame, turn: int, count: int) -> pd.DataFrame:
    """The next `count` runs, so that after enough turns each was taken equally often."""
    return runs.iloc[[(turn * count + position) % len(runs) for position in range(min(count, len(runs)))]]


def repeat(runs: pd.DataFrame, name: tuple[str, int], notebook: str) -> bool:
    """Repeat one run, print how it went, and say whether it agrees."""
    run = runs.loc[name]
    parameters = {column: _plain(run[column]) for column in reference.parameter_names(runs)}
    same = reference.repetitions(runs, parameters)
    low, high = prediction_interval(same.loc[same["seed"] != run["seed"], "accuracy"])
    record = execute(notebook, parameters | dict.fromkeys(reference.FURTHER_SCORES, False))
    told = f"{name[0]}, row {name[1]} ({run['network']}, seed {run['seed']})"
    if "error" in record:
        print(f"FAILED {told}: {record['error']}", flush=True)
        return False
    accuracy = record["right"] / record["images"]
    agrees = low <= accuracy <= high
    print(
        f"{'ok' if agrees else 'FAILED'} {told}: {accuracy:.4f} now, {run['accuracy']:.4f} stored, "
        f"expected {low:.4f} to {high:.4f}",
        flush=True,
    )
    return agrees


def _plain(value):
    """The value without NumPy's type, as papermill writes it."""
    return value.item() if hasattr(value, "item") else value
