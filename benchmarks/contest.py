"""How long does each way of training take, beside the bare script, and how well does it do?

    python benchmarks/contest.py [--only NAME ...] [--rounds SEEDS] [--quick] [--accept NAME]

Every training runs in a process of its own. The contestants take turns, round
by round, so that none has the quiet hours to itself; a round is a seed. Runs
are kept in _build/speed/, and what is there already is not run again: after a
change of a recipe, delete its runs there. The table and the figure come from
the runs asked for. "--accept speed" makes them the book's own, in
digitlib/data/runs/. PyTorch and Keras on JAX take part where they are
installed (pip install torch jax); the book's own table needs both.

    python benchmarks/contest.py --accept siblings --rounds 30 \\
        --only "bare script" "two parts side by side" "the same order each epoch"

makes the runs from which the book compares the accuracy of these three.
"""

import argparse
import json
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from benchmarking import answer_of, installed, leave_out, positive_integer, turns
from digitlib import plots, reference
from digitlib.files import read_text, write_text
from digitlib.machine import processor
from digitlib.speed import timings

SCRIPTS = Path(__file__).parent / "contestants"
RUNS = Path(__file__).parents[1] / "_build" / "speed"
QUICK = ["--epochs", "1", "--images", "2000"]


@dataclass(frozen=True)
class Contestant:
    """A script with its options, how many seeds it runs, and the package it needs if the book does not bring it."""

    command: tuple[str, ...]
    seeds: int
    package: str | None = None
    environment: dict[str, str] = field(default_factory=dict)


def recipe(name: str, *options: str, seeds: int) -> Contestant:
    return Contestant(("recipe.py", name, *options), seeds)


TWO = ("--parts", "2")
VARIANTS = ["one epoch as it is", "XLA", "two virtual devices", "bfloat16", "fifty steps a call"]
# Short runs have more seeds, runs of minutes fewer; below five there is no interval for their accuracy.
CONTESTANTS = {
    "bare script": Contestant(("bare_script.py",), seeds=10),
    "PyTorch": Contestant(("pytorch.py",), seeds=3, package="torch"),
    "Keras on JAX": Contestant(("bare_script.py",), seeds=1, package="jax", environment={"KERAS_BACKEND": "jax"}),
    "an epoch as one graph": recipe("the book's own", "--parts", "1", seeds=2),
    "two parts side by side": recipe("the book's own", *TWO, seeds=10),
    "the same order each epoch": recipe("the same order each epoch", *TWO, seeds=10),
    "one-cycle rate": recipe("one-cycle rate", *TWO, seeds=5),
    "smoothed labels": recipe("smoothed labels", *TWO, seeds=5),
    "larger batches": recipe("larger batches", *TWO, seeds=5),
    "race to 99 %": recipe("race to 99 %", seeds=20),
    "race to 99.4 %": recipe("race to 99.4 %", seeds=20),
    "most accurate": recipe("most accurate", "--views", seeds=10),
    **{name: Contestant(("variant.py", name), seeds=5) for name in VARIANTS},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--only", nargs="+", choices=CONTESTANTS, metavar="NAME", help=", ".join(CONTESTANTS).replace("%", "%%")
    )
    parser.add_argument("--rounds", type=positive_integer, help="so many seeds for each, instead of its own number")
    parser.add_argument("--scored-on", choices=["test", "validation"], default="test")
    parser.add_argument("--quick", action="store_true", help="one epoch, few images, one round: does it run?")
    parser.add_argument("--folder", type=Path, help="where the runs are kept")
    parser.add_argument("--accept", choices=["speed", "siblings"], help="keep them for the book, under that name")
    options = parser.parse_args()
    if options.accept and (options.quick or options.scored_on == "validation"):
        parser.error("only whole runs, scored on the test set, are for the book: leave --accept out")
    if options.accept == "speed" and (options.only or options.rounds):
        parser.error("the book's table has all contestants with their own seeds: leave --only and --rounds out")
    folder = options.folder or RUNS / ("quick" if options.quick else options.scored_on)
    rounds = 1 if options.quick else options.rounds
    seeds = {name: rounds or CONTESTANTS[name].seeds for name in options.only or CONTESTANTS}
    paths = {turn: path_of(*turn, folder) for turn in turns(seeds)}
    to_run = {turn: path for turn, path in paths.items() if not path.exists()}
    packages = {name: CONTESTANTS[name].package for name, _ in to_run}
    missing = {name: package for name, package in packages.items() if package and not installed(package)}
    leave_out(missing, parser, accept=bool(options.accept))
    for (name, seed), path in to_run.items():
        if name not in missing:
            run(name, seed, path, QUICK if options.quick else ["--scored-on", options.scored_on])
    runs = gather(paths)
    if runs.empty:
        raise SystemExit("nothing is left to run")
    report(runs, folder / "speed.png")
    if options.accept:
        reference.save_timings(runs, options.accept)


def path_of(name: str, seed: int, folder: Path) -> Path:
    return folder / f"{name} {seed}.json".replace(" ", "_").replace("%", "percent")


def run(name: str, seed: int, path: Path, extra: list[str]) -> None:
    """Let a contestant train in a process of its own, and keep what it tells."""
    script, *arguments = CONTESTANTS[name].command
    command = [str(SCRIPTS / script), *arguments, "--seed", str(seed), *extra]
    record = answer_of(*command, **CONTESTANTS[name].environment)
    write_text(json.dumps({"contestant": name, "seed": seed} | record | {"processor": processor()}), path)
    print(f"{name}, seed {seed}: {sum(record['epoch_seconds']):.1f} s, {record['right'][-1]} right", flush=True)


def gather(paths: dict[tuple[str, int], Path]) -> pd.DataFrame:
    """Those runs that are there, by contestant in the order above, and by seed."""
    by_contestant = sorted(paths, key=lambda turn: list(CONTESTANTS).index(turn[0]))  # within one, seeds keep theirs
    return pd.DataFrame([json.loads(read_text(paths[turn])) for turn in by_contestant if paths[turn].exists()])


def report(runs: pd.DataFrame, figure: Path) -> None:
    """Print the table and save the figure."""
    summary = timings.summarize(runs)
    print(summary.round(4).to_string())
    drawing = plots.labelled_points(
        summary.rename(columns={"total": "x"}),
        subject="Accuracy",
        xlabel="seconds, set-up and training",
        ylabel="accuracy on the scored images",
    )
    drawing.figure.savefig(figure, bbox_inches="tight")
    print(f"figure: {figure}\n{drawing.alt}")


if __name__ == "__main__":
    main()
