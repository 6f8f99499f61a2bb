"""Repeat the book's 10-epoch training from several seeds and store the runs.

    python tools/repetitions.py [--seeds 1 2 3 4 5] [--at-once 2]

The seeds are declared here, before any of them is run, and every run is kept
and scored once on the test set. A run that has finished is not repeated, so an
interrupted command goes on where it stopped. The runs end up, together, in
digitlib/reference/cnn_repetitions.json.
"""

import argparse
import json
import os
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict
from multiprocessing import get_context
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "_build" / "repetitions"
JOINED = ROOT / "digitlib" / "reference" / "cnn_repetitions.json"

# Two trainings side by side, each on one thread, get through nearly twice as
# many steps a second as one training on two threads.
ONE_THREAD = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1", "OMP_NUM_THREADS": "1"}


def repeat(seed: int) -> Path:
    """Train the CNN from one seed, unless that was done before."""
    path = FOLDER / f"cnn-seed-{seed}.json"
    if not path.exists():
        from digitlib import data, models, training

        (X_train, y_train), (X_test, _) = data.load_mnist()
        _, run = training.train(
            models.build_cnn,
            data.scale_pixels(X_train),
            y_train,
            seed=seed,
            epochs=10,
            test_images=data.scale_pixels(X_test),
        )
        run.save(path)
    return path


def join(paths: list[Path], joined: Path) -> None:
    """Write the runs into one file, whole or not at all."""
    from digitlib.files import write_text
    from digitlib.training import Run

    runs = sorted((Run.load(path) for path in paths), key=lambda run: run.seed)
    write_text(json.dumps([asdict(run) for run in runs], indent=1) + "\n", joined)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5])
    parser.add_argument("--at-once", type=int, default=2, help="trainings side by side, one thread each")
    options = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    os.environ.update(ONE_THREAD)
    start = time.perf_counter()
    with ProcessPoolExecutor(options.at_once, mp_context=get_context("spawn")) as pool:
        jobs = {pool.submit(repeat, seed): seed for seed in options.seeds}
        paths = []
        for job in as_completed(jobs):
            paths.append(job.result())
            print(
                f"seed {jobs[job]} done, {len(paths)} of {len(jobs)}, {(time.perf_counter() - start) / 60:.1f} min",
                flush=True,
            )
    join(paths, JOINED)
    print(f"{len(paths)} runs in {JOINED.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
