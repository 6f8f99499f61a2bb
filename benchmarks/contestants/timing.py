"""What every contestant needs: its options, the images, and a way to tell what it took."""

import argparse
import json
import time


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


def load(count: int, scored_on: str):
    """Training images, training labels, images and labels to score, and the seconds it took."""
    from digitlib import data

    begin = time.perf_counter()
    (images, labels), scored = data.load_mnist()
    if scored_on == "validation":
        (images, labels), scored = data.hold_out(images, labels, count=10_000)
    loaded = data.scale_pixels(images[:count]), labels[:count], data.scale_pixels(scored[0]), scored[1]
    return *loaded, time.perf_counter() - begin


class Epochs:
    """Wall and processor time of each epoch, and the accuracy after it, which is not timed."""

    def __init__(self, count_right):
        self.count_right = count_right
        self.seconds: list[float] = []
        self.cpu_seconds: list[float] = []
        self.right: list[int] = []

    def begin(self) -> None:
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def end(self) -> None:
        self.seconds.append(time.perf_counter() - self.wall)
        self.cpu_seconds.append(time.process_time() - self.cpu)
        self.right.append(self.count_right())


def tell(**measured) -> None:
    print(json.dumps(measured))
