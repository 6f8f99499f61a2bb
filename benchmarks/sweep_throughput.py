"""What does a sweep cost, beside bare processes that do the same work?

    python benchmarks/sweep_throughput.py [--runs 4] [--epochs 5] [--rounds 1]

The same trainings of the CNN three times: as bare single-threaded scripts, two
side by side; as a sweep with two workers; as a sweep with one. Everything is
counted: the start of cluster, kernels and imports. Printed are runs per hour
and the ratios.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from nbformat import NotebookNode

sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))

from benchmarking import positive_integer
from digitlib.machine import RUN_ENVIRONMENT
from pipeline.sources import read_chapter
from sweeping.running_sweeps import NOTEBOOK
from sweeping.scheduling import sweep


def bare(notebook: NotebookNode, runs: list[dict], folder: Path) -> None:
    """Each run as a script of the notebook's code, two at a time."""

    def execute(parameters: dict) -> None:
        work = folder / f"seed-{parameters['seed']}"
        (work / "results").mkdir(parents=True)
        cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
        codes = []
        for cell in cells:
            codes.append(cell.source)
            if "parameters" in cell.metadata.get("tags", []):
                codes += [f"{name} = {value!r}" for name, value in parameters.items()]
        (work / "script.py").write_text("\n".join(codes), encoding="utf-8")
        command = [sys.executable, "script.py"]
        subprocess.run(command, cwd=work, env=os.environ | RUN_ENVIRONMENT, check=True, capture_output=True)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(execute, runs))


def swept(notebook: NotebookNode, runs: list[dict], folder: Path, *, workers: int) -> None:
    """The same runs as a sweep."""
    records = sweep(runs, nbformat.writes(notebook), folder, workers=workers)
    if failed := [record["error"] for record in records if "error" in record]:
        raise RuntimeError(f"{len(failed)} runs failed, the first with {failed[0]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=positive_integer, default=4)
    parser.add_argument("--epochs", type=positive_integer, default=5)
    parser.add_argument("--rounds", type=positive_integer, default=1)
    options = parser.parse_args()
    notebook = read_chapter(NOTEBOOK)
    runs = [{"network": "cnn", "seed": seed, "epochs": options.epochs} for seed in range(1, options.runs + 1)]
    kinds = {
        "two bare processes": lambda folder: bare(notebook, runs, folder),
        "sweep, two workers": lambda folder: swept(notebook, runs, folder, workers=2),
        "sweep, one worker": lambda folder: swept(notebook, runs, folder, workers=1),
    }
    rates: dict[str, list[float]] = {name: [] for name in kinds}
    for _ in range(options.rounds):
        for name, execute in kinds.items():
            with tempfile.TemporaryDirectory() as folder:
                begin = time.perf_counter()
                execute(Path(folder))
                rates[name].append(3600 * len(runs) / (time.perf_counter() - begin))
            print(f"{name}: {rates[name][-1]:.1f} runs an hour", flush=True)
    median = {name: statistics.median(values) for name, values in rates.items()}
    print(f"two workers to two bare processes: {median['sweep, two workers'] / median['two bare processes']:.3f}")
    print(f"two workers to one: {median['sweep, two workers'] / median['sweep, one worker']:.2f}")


if __name__ == "__main__":
    main()
