"""What every contestant needs: its options, the images, and a clock that tells what it took."""

import argparse
import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # NumPy's import is part of what is timed
    import keras
    import numpy as np


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--epochs", type=int, help="instead of the contestant's own number")
    parser.add_argument("--images", type=int, default=60_000)
    parser.add_argument("--scored-on", choices=["test", "validation"], default="test")
    parser.add_argument("recipe", nargs="?")
    parser.add_argument("--parts", type=int)
    parser.add_argument("--views", action="store_true", help="let random views of each image vote, too")
    return parser.parse_args()


def load(count: int, scored_on: str) -> tuple["np.ndarray", "np.ndarray", "np.ndarray", "np.ndarray", float]:
    """Training images, training labels, images and labels to score, and the seconds it took."""
    from digitlib import data

    begin = time.perf_counter()
    (images, labels), scored = data.load_mnist()
    if scored_on == "validation":
        (images, labels), scored = data.hold_out(images, labels)
    loaded = data.scale_pixels(images[:count]), labels[:count], data.scale_pixels(scored[0]), scored[1]
    return *loaded, time.perf_counter() - begin


class Epochs:
    """Wall and processor time of each epoch, and the right answers after it, which are not timed."""

    def __init__(self, answers: Callable[[], "np.ndarray"], labels: "np.ndarray"):
        self.answers, self.labels = answers, labels
        self.seconds: list[float] = []
        self.cpu_seconds: list[float] = []
        self.right: list[int] = []

    def begin(self) -> None:
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def end(self) -> None:
        self.keep(time.perf_counter() - self.wall, time.process_time() - self.cpu)

    def keep(self, seconds: float, cpu_seconds: float) -> None:
        self.seconds.append(seconds)
        self.cpu_seconds.append(cpu_seconds)
        self.right.append(int((self.answers() == self.labels).sum()))

    def callback(self) -> "keras.callbacks.Callback":
        """The same clock for Keras's ``fit``."""
        import keras

        return keras.callbacks.LambdaCallback(
            on_epoch_begin=lambda epoch, logs: self.begin(), on_epoch_end=lambda epoch, logs: self.end()
        )

    def tell(self, **more: object) -> None:
        """Print the record of this run, with what only its script knows; of Keras, unless it names versions."""
        if "versions" not in more:
            import keras

            more["versions"] = {"keras": keras.__version__, "backend": keras.backend.backend()}
        by_epoch = {"epoch_seconds": self.seconds, "epoch_cpu_seconds": self.cpu_seconds, "right": self.right}
        print(json.dumps(by_epoch | {"scored": len(self.labels)} | more))
