"""Learn MNIST to 99 % in seconds, on two processor cores: the book's race in one file, to copy and to change.

    python race.py [--mnist FOLDER] [--seed 1] [--images 60000]

It needs Keras, TensorFlow and NumPy, and a folder with MNIST's four files, by
default the book's. Printed are the seconds of each part and the test accuracy.
Why each part is there is told in the book's chapter "Making it fast".
"""

import argparse
import gzip
import os
import time
from pathlib import Path

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from keras import layers

MNIST = Path(__file__).resolve().parents[1] / "digitlib" / "data" / "mnist"
CORES = 2  # a part of each batch for each core

# Chosen on 10,000 training images, held out. "Worse", "no better" and "as good" are said of six seeds on the digits of
# other writers (benchmarks/tried.py).
BATCH_SIZE = 128  # 32, with a rate of 0.003, is as good and takes longer
PEAK_RATE = 0.01  # a constant rate, 0.003, is worse
RISE = 0.25  # the share of the steps before the peak: not compared with others
BETA_2 = 0.95  # Adam's usual 0.999 is worse: it remembers longer than the training lasts
SMOOTHING = 0.1  # of the labels; plain ones are worse
MEAN, DEVIATION = 0.1307, 0.3081  # of the training images' pixels, scaled to 0 to 1


class OneCycle(keras.optimizers.schedules.LearningRateSchedule):
    """A learning rate that rises in a straight line to its peak, and falls in a straight line to zero."""

    def __init__(self, steps: int):
        self.steps = steps

    def __call__(self, step):
        done = (tf.cast(step, tf.float32) + 1) / (self.steps + 1)
        return PEAK_RATE * tf.minimum(done / RISE, (1 - done) / (1 - RISE))


def load(folder: Path, kind: str) -> tuple[np.ndarray, np.ndarray]:
    """Images, scaled to 0 to 1, and labels: of the kind "train" or "t10k", which is the test set."""
    images, labels = (
        np.frombuffer(gzip.decompress((folder / f"{kind}-{name}-ubyte.gz").read_bytes()), np.uint8, offset=header)
        for name, header in (("images-idx3", 16), ("labels-idx1", 8))
    )
    return images.reshape(-1, 28, 28, 1).astype(np.float32) / 255, labels


def build() -> keras.Sequential:
    """A small network: the first convolution looks at every second place only, and ReLU comes after pooling."""
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Rescaling(1 / DEVIATION, -MEAN / DEVIATION),
            layers.Conv2D(16, 5, strides=2, activation="relu"),  # eight filters are no better
            layers.Conv2D(32, 3),
            layers.MaxPooling2D(),
            layers.ReLU(),  # the result is that of ReLU before pooling, for a quarter of the work
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )


def compile_epoch(model: keras.Model, images: np.ndarray, labels: np.ndarray):
    """One graph for the whole epoch: from an order of the images to trained weights, without a return to Python."""
    seen, targets = tf.constant(images), tf.one_hot(labels, 10)
    adam = keras.optimizers.Adam(OneCycle(steps=-(-len(images) // BATCH_SIZE)), beta_2=BETA_2)
    adam.build(model.trainable_variables)
    weights = [variable.value for variable in model.trainable_variables]

    def gradients(part, count):
        with tf.GradientTape() as tape:
            losses = keras.losses.categorical_crossentropy(
                tf.gather(targets, part), model(tf.gather(seen, part), training=True), label_smoothing=SMOOTHING
            )
            loss = tf.reduce_sum(losses) / count
        return tape.gradient(loss, weights)

    @tf.function(input_signature=[tf.TensorSpec([len(images)], tf.int64)])
    def run(order):
        for start in tf.range(0, len(images), BATCH_SIZE):
            batch = order[start : start + BATCH_SIZE]
            count = tf.cast(tf.size(batch), tf.float32)
            of_parts = [gradients(batch[core::CORES], count) for core in range(CORES)]  # side by side
            adam.apply([tf.add_n(of_weight) for of_weight in zip(*of_parts, strict=True)])

    return run.get_concrete_function()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--mnist",
        type=Path,
        default=MNIST,
        required=not MNIST.exists(),
        help="the folder with MNIST's four files, packed (.gz)",
    )
    parser.add_argument("--seed", type=int, default=1, help="of the weights and of the order of the images")
    parser.add_argument("--images", type=int, default=60_000, help="so many to learn from")
    parser.add_argument("--weights", type=Path, help="a file for the trained weights, such as race.weights.h5")
    options = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(1)  # an operation on so few images is too short to share
    tf.config.threading.set_inter_op_parallelism_threads(CORES)
    keras.utils.set_random_seed(options.seed)

    times = [time.perf_counter()]
    X_train, y_train = (part[: options.images] for part in load(options.mnist, "train"))
    X_test, y_test = load(options.mnist, "t10k")
    times.append(time.perf_counter())
    model = build()
    run_epoch = compile_epoch(model, X_train, y_train)
    times.append(time.perf_counter())
    run_epoch(tf.constant(np.random.default_rng(options.seed).permutation(len(X_train))))
    times.append(time.perf_counter())

    loading, setting_up, training = np.diff(times)
    accuracy = (model.predict(X_test, batch_size=1_000, verbose=0).argmax(axis=1) == y_test).mean()
    print(
        f"loading {loading:.2f} s, set-up {setting_up:.2f} s, training {training:.2f} s: {times[-1] - times[0]:.2f} s"
    )
    print(f"test accuracy {accuracy:.4f}")
    if options.weights:
        model.save_weights(options.weights)


if __name__ == "__main__":
    main()
