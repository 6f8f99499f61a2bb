"""How do time and memory of a training grow with the number of images, and with the batch size?

    python benchmarks/growth.py [--repeats 3] [--quick] [--accept]

One epoch of the book's CNN for each point, in a process of its own. More than
60,000 images are copies of the training images, turned, scaled, sheared and
moved at random, made before the clock starts. Printed are medians, the slopes of
the seconds on logarithmic scales, and the memory that an image takes.
"""

import argparse
import json
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import pandas as pd

from benchmarking import answer_of, make_parser, positive_integer
from digitlib import data, models, reference, training
from digitlib.machine import peak_gigabytes, processor
from digitlib.speed import recipes

IMAGES = (1_000, 3_000, 10_000, 30_000, 60_000, 200_000, 600_000)
BATCH_SIZES = (8, 16, 32, 64, 128, 256, 512, 1_024, 2_048)
IMAGES_BY_BATCH = 20_000  # a third of MNIST: batches of 2,048 still make ten steps
LARGE_POINTS = 4  # from 30,000 images on
SMALL_BATCHES = 5  # up to 128 images


def main() -> None:
    parser = make_parser(__doc__, quick="the smallest points, once: does it run?")
    parser.add_argument("--repeats", type=positive_integer, default=3, help="so many epochs for each point")
    parser.add_argument("--point", type=int, nargs=2, metavar=("IMAGES", "BATCH_SIZE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if sys.platform == "win32":
        parser.error("Windows does not tell the most memory that a process held: run it on Linux or macOS")
    if options.point:
        print(json.dumps(train(*options.point)))
        return
    points = [(images, 32) for images in IMAGES] + [(IMAGES_BY_BATCH, size) for size in BATCH_SIZES]
    if options.quick:
        points = [(1_000, 32), (2_000, 32), (1_000, 64)]
    rows = [measure(*point) for _ in range(1 if options.quick else options.repeats) for point in points]
    table = pd.DataFrame(rows).groupby(["images", "batch_size"], as_index=False).median()
    print(table.round(3).to_string(index=False))
    describe(by_images=table[table["batch_size"] == 32], by_batch=table[table["images"] == points[-1][0]])
    if options.accept:
        reference.save_timings(table.assign(processor=processor()), "growth")


def describe(by_images: pd.DataFrame, by_batch: pd.DataFrame) -> None:
    """Print how fast time and memory grow, where the chapter fits them: past the start, and up to the fastest batch."""
    large, small = by_images.nlargest(LARGE_POINTS, "images"), by_batch.nsmallest(SMALL_BATCHES, "batch_size")
    print(f"slope of the seconds over the images: {slope(large['images'], large['seconds']):.2f}")
    print(f"slope of the seconds over the batch size: {slope(small['batch_size'], small['seconds']):.2f}")
    print(f"memory for each image: {kilobytes_for_each(large['images'], large['gigabytes']):.1f} kilobytes")
    of_batch = kilobytes_for_each(by_batch["batch_size"], by_batch["gigabytes"])
    print(f"memory for each image of a batch: {of_batch:.1f} kilobytes")


def measure(images: int, batch_size: int) -> dict:
    row = answer_of(__file__, "--point", str(images), str(batch_size))
    print(row, flush=True)
    return row


def train(images: int, batch_size: int) -> dict:
    """One epoch, and the most memory that the process ever held."""
    (X_train, y_train), _ = data.load_mnist()
    X_train, y_train = enlarge(data.scale_pixels(X_train[:images]), y_train[:images], images)
    _, run = training.train(models.build_cnn, X_train, y_train, seed=1, epochs=1, batch_size=batch_size)
    return {
        "images": images,
        "batch_size": batch_size,
        "seconds": run.seconds,
        "cpu_seconds": run.cpu_seconds,
        "gigabytes": peak_gigabytes(),
    }


def enlarge(images: np.ndarray, labels: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The images; and, where they do not suffice, changed copies of all of them, over and over."""
    if count <= len(images):
        return images, labels
    enlarged = np.empty((count, *images.shape[1:]), images.dtype)
    for start in range(0, count, len(images)):
        part = enlarged[start : start + len(images)]
        part[:] = images[: len(part)]
        for first in range(0, len(part) if start else 0, 1_000):
            part[first : first + 1_000] = recipes.turn_scale_move(part[first : first + 1_000])
    return enlarged, np.resize(labels, count)


def slope(x: pd.Series, y: pd.Series) -> float:
    """Of the straight line through the logarithms: 1 means proportional."""
    return float(np.polyfit(np.log(x), np.log(y), 1)[0])


def kilobytes_for_each(count: pd.Series, gigabytes: pd.Series) -> float:
    """Slope of the straight line through the points themselves: what each takes beside what all need together."""
    return 1e6 * float(np.polyfit(count, gigabytes, 1)[0])


if __name__ == "__main__":
    main()
