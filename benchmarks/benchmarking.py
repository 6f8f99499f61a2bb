"""What the benchmarks share: options, absent packages, turns, processes, memory."""

import argparse
import importlib.util
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator


def make_parser(description: str, *, quick: str) -> argparse.ArgumentParser:
    """Knows --quick, with that help, and --accept, which does not go with it: trials are not for the book."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    either = parser.add_mutually_exclusive_group()
    either.add_argument("--quick", action="store_true", help=quick)
    either.add_argument("--accept", action="store_true", help="keep the results for the book, in digitlib/data/runs/")
    return parser


def positive_integer(text: str) -> int:
    """The type of an option that counts something."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is too few, it takes at least 1")
    return number


def installed(*packages: str) -> bool:
    return all(importlib.util.find_spec(package) for package in packages)


def leave_out(packages: dict[str, str], parser: argparse.ArgumentParser, *, accept: bool) -> None:
    """Say what cannot take part for want of which packages; whoever would keep a table without it is stopped."""
    for name, missing in packages.items():
        print(f"{name} is left out: pip install {missing}", file=sys.stderr)
    if packages and accept:
        parser.error("the book's table needs them all: install what is missing, or leave --accept out")


def turns(seeds: dict[str, int]) -> Iterator[tuple[str, int]]:
    """Round by round, each name that still has seeds to run, and the seed."""
    for seed in range(1, max(seeds.values()) + 1):
        yield from ((name, seed) for name, count in seeds.items() if seed <= count)


def answer_of(*command: str, **environment: str):
    """What a Python script, run in a process of its own without the user's settings of Keras, prints last, as JSON."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("KERAS_")}
    own = {"KERAS_HOME": os.devnull, "TF_CPP_MIN_LOG_LEVEL": "3"}  # no folder, so there is no keras.json in it
    environment = inherited | own | environment
    finished = subprocess.run([sys.executable, *command], env=environment, capture_output=True, text=True, check=False)
    if finished.returncode:
        raise SystemExit(
            f"{shlex.join(command)} failed with exit status {finished.returncode}:\n{finished.stderr[-2_000:]}"
        )
    return json.loads(finished.stdout.splitlines()[-1])
