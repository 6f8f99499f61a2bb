"""How long the project's own commands take, after set-up: seconds on the clock and of the processor.

    python benchmarks/commands.py [COMMAND ...] [--runs 3] [--accept]

With --accept the medians go to benchmarks/commands.json, from which README.md quotes minutes.
Leave the machine alone meanwhile.
"""

import argparse
import json
import platform
import statistics
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import psutil

from benchmarking import positive_integer
from digitlib.files import read_text, write_text
from digitlib.machine import processor

ROOT = Path(__file__).parents[1]
RECORD = ROOT / "benchmarks" / "commands.json"
COMMANDS = ["make quick", "make test", "make book", "make verify", ".ci/run"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("commands", nargs="*", default=COMMANDS, metavar="COMMAND", help="such as 'make test'")
    parser.add_argument("--runs", type=positive_integer, default=3, help="how often each runs")
    parser.add_argument("--accept", action="store_true", help="keep the medians for README.md")
    options = parser.parse_args()
    record = json.loads(read_text(RECORD)) if RECORD.exists() else {}
    for command in options.commands:
        runs = [measure(command) for _ in range(options.runs)]
        wall, cpu = (statistics.median(column) for column in zip(*runs, strict=True))
        print(f"{command:12} wall {_listed(runs, 0)} s, processor {_listed(runs, 1)} s", flush=True)
        record[command] = {"seconds": round(wall), "cpu_seconds": round(cpu), "runs": len(runs)}
        record[command] |= {
            "date": date.today().isoformat(),
            "processor": processor(),
            "python": platform.python_version(),
        }
    if options.accept:
        write_text(json.dumps(record, indent=1) + "\n", RECORD)
    return 0


def measure(command: str) -> tuple[float, float]:
    """Seconds on the clock, and those of the processor that the whole machine was at work.

    What the chapters' processes take is told to nobody, since the process that they are forks of is never waited for.
    """
    wall, before = time.perf_counter(), _busy()
    result = subprocess.run(command.split(), cwd=ROOT, capture_output=True, text=True, check=False)
    if result.returncode:
        raise SystemExit(f"{command} failed:\n{result.stdout[-3_000:]}{result.stderr[-3_000:]}")
    return time.perf_counter() - wall, _busy() - before


def _busy() -> float:
    times = psutil.cpu_times()
    return times.user + times.system


def _listed(runs: list[tuple[float, float]], column: int) -> str:
    return ", ".join(f"{run[column]:.0f}" for run in runs)


if __name__ == "__main__":
    sys.exit(main())
