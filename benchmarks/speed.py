"""How long does each way of training take, beside the bare script, and how well does it do?

    python benchmarks/speed.py [--only NAME ...] [--rounds SEEDS] [--quick] [--accept NAME]

Every training runs in a process of its own. The contestants take turns, round
by round, so that none has the quiet hours to itself; a round is a seed. Runs
are kept in _build/speed/, and what is there already is not run again: after a
change of a recipe, delete its runs there. The table and the figure come from
the runs asked for. "--accept speed" makes them the book's own, in
digitlib/reference/. PyTorch and Keras on JAX take part where they are
installed (pip install torch jax).

    python benchmarks/speed.py --accept siblings --rounds 30 \\
        --only "bare script" "two parts side by side" "the same order each epoch"

makes the runs from which the book compares the accuracy of these three.
"""

import argparse
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import pandas as pd

from digitlib import plots, reference, speed
from digitlib.files import write_text
from digitlib.training import processor

CONTESTANTS_FOLDER = Path(__file__).parent / "contestants"
RUNS = ROOT / "_build" / "speed"
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


def variant(name: str) -> Contestant:
    return Contestant(("variant.py", name), seeds=2)


CONTESTANTS = {
    "bare script": Contestant(("bare_script.py",), seeds=10),
    "PyTorch": Contestant(("pytorch.py",), seeds=3, package="torch"),
    "Keras on JAX": Contestant(("bare_script.py",), seeds=1, package="jax", environment={"KERAS_BACKEND": "jax"}),
    "an epoch as one graph": recipe("the book's own", "--parts", "1", seeds=2),
    "two parts side by side": recipe("the book's own", "--parts", "2", seeds=10),
    "the same order each epoch": recipe("the same order each epoch", "--parts", "2", seeds=10),
    "one-cycle rate": recipe("one-cycle rate", seeds=5),
    "smoothed labels": recipe("smoothed labels", seeds=5),
    "larger batches": recipe("larger batches", seeds=5),
    "race to 99 %": recipe("race to 99 %", seeds=20),
    "race to 99.4 %": recipe("race to 99.4 %", seeds=20),
    "most accurate": recipe("most accurate", "--views", seeds=10),
    "one epoch as it is": variant("as it is"),
    "XLA": variant("XLA"),
    "two virtual devices": variant("two virtual devices"),
    "bfloat16": variant("bfloat16"),
    "fifty steps a call": variant("fifty steps a call"),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=CONTESTANTS, metavar="NAME", help=", ".join(CONTESTANTS))
    parser.add_argument("--rounds", type=int, help="so many seeds for each, instead of each contestant's own number")
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
    chosen = {name: CONTESTANTS[name] for name in options.only or CONTESTANTS}
    paths = []
    for name, seed, contestant in turns(chosen, 1 if options.quick else options.rounds):
        path = folder / f"{name} {seed}.json".replace(" ", "_").replace("%", "percent")
        paths.append(path)
        if path.exists() or not installed(contestant):
            continue
        extra = QUICK if options.quick else ["--scored-on", options.scored_on]
        record = measure(contestant, seed, extra)
        write_text(json.dumps({"contestant": name, "seed": seed} | record), path)
        print(f"{name}, seed {seed}: {sum(record['epoch_seconds']):.1f} s, {record['right'][-1]} right", flush=True)
    runs = gather(paths)
    report(runs, folder / "speed.png")
    if options.accept:
        reference.save_timings(runs, options.accept)
    return 0


def gather(paths: list[Path]) -> pd.DataFrame:
    """Those runs that are there, by contestant in the order above, and by seed."""
    records = [json.loads(path.read_text(encoding="utf-8")) for path in paths if path.exists()]
    order = list(CONTESTANTS)
    return pd.DataFrame(sorted(records, key=lambda record: (order.index(record["contestant"]), record["seed"])))


def report(runs: pd.DataFrame, figure: Path) -> None:
    """Print the table and save the figure."""
    summary = speed.summarize(runs)
    print(summary.round(4).to_string())
    points = summary.rename(columns={"total": "x"})
    drawing = plots.labelled_points(
        points, subject="Accuracy", xlabel="seconds, set-up and training", ylabel="accuracy on the scored images"
    )
    drawing.figure.savefig(figure, bbox_inches="tight")
    print(f"figure: {figure}")
    print(drawing.alt)


def turns(chosen: dict[str, Contestant], rounds: int | None) -> Iterator[tuple[str, int, Contestant]]:
    """Round by round, each contestant that still has seeds to run."""
    seeds = {name: rounds or contestant.seeds for name, contestant in chosen.items()}
    for seed in range(1, max(seeds.values()) + 1):
        for name, contestant in chosen.items():
            if seed <= seeds[name]:
                yield name, seed, contestant


def installed(contestant: Contestant) -> bool:
    return contestant.package is None or importlib.util.find_spec(contestant.package) is not None


def measure(contestant: Contestant, seed: int, extra: list[str]) -> dict:
    """Run a contestant in a process of its own and return what it tells."""
    script, *arguments = contestant.command
    finished = subprocess.run(
        [sys.executable, str(CONTESTANTS_FOLDER / script), *arguments, "--seed", str(seed), *extra],
        env=os.environ | contestant.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode:
        raise SystemExit(f"{script} {' '.join(arguments)} failed:\n{finished.stderr[-2_000:]}")
    return json.loads(finished.stdout.splitlines()[-1]) | {"processor": processor()}


if __name__ == "__main__":
    sys.exit(main())
