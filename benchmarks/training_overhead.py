"""What does training through digitlib cost, beside the bare script?

    python benchmarks/training_overhead.py [--pairs 5] [--epochs 2] [--images 60000]

Each training runs in a process of its own; the two kinds take turns, so that a
noisy machine disturbs both alike. Printed are the processor seconds of the
training, process start and imports not counted, and the median of the ratios.
"""

import argparse
import statistics

from benchmarking import answer_of, positive_integer

COMMON = """
import os, sys, time
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
epochs, images = int(sys.argv[1]), int(sys.argv[2])
from digitlib import data
(X_train, y_train), _ = data.load_mnist()
X_train, y_train = data.scale_pixels(X_train[:images]), y_train[:images]
"""
BARE = """
from keras import Input, layers, models
begin = time.process_time()
cnn = models.Sequential([
    Input((28, 28, 1)),
    layers.Conv2D(filters=32, kernel_size=(3, 3), activation="relu"),
    layers.MaxPooling2D((2, 2)),
    layers.Conv2D(filters=64, kernel_size=(3, 3), activation="relu"),
    layers.MaxPooling2D((2, 2)),
    layers.Flatten(),
    layers.Dense(64, activation="relu"),
    layers.Dense(10, activation="softmax"),
])
cnn.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
cnn.fit(X_train, y_train, epochs=epochs, verbose=0)
print(time.process_time() - begin)
"""
DIGITLIB = """
from digitlib import models, training
begin = time.process_time()
training.train(models.build_cnn, X_train, y_train, seed=0, epochs=epochs)
print(time.process_time() - begin)
"""


def measure(script: str, epochs: int, images: int) -> float:
    """Processor seconds of one training."""
    return answer_of("-c", COMMON + script, str(epochs), str(images))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=positive_integer, default=5)
    parser.add_argument("--epochs", type=positive_integer, default=2)
    parser.add_argument("--images", type=positive_integer, default=60_000)
    options = parser.parse_args()
    ratios = []
    for pair in range(1, options.pairs + 1):
        bare = measure(BARE, options.epochs, options.images)
        through = measure(DIGITLIB, options.epochs, options.images)
        ratios.append(through / bare)
        print(
            f"pair {pair}: bare {bare:6.1f} CPU s, through digitlib {through:6.1f} CPU s, ratio {ratios[-1]:.3f}",
            flush=True,
        )
    print(f"median ratio {statistics.median(ratios):.3f}, from {min(ratios):.3f} to {max(ratios):.3f}")


if __name__ == "__main__":
    main()
