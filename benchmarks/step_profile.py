"""Where does the time of one training step go?

    python benchmarks/step_profile.py [--rounds 3] [--quick] [--accept]

A step of the book's CNN on 32 images, built up stage by stage: take the batch,
go forward, go backward, let Adam move the weights; then the same step called
from Python, and through Keras's fit. Each stage includes those before it. The
settings of TensorFlow take turns, each in a process of its own; printed are
medians, in milliseconds a step.
"""

import argparse
import json
import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import pandas as pd

from benchmarking import answer_of, make_parser, positive_integer
from digitlib import data, reference
from digitlib.machine import processor

BATCH_SIZE = 32
STEPS = 1_875  # an epoch
LONG_ENOUGH = 500  # steps, for stages that do nothing once for all steps
SETTINGS = {  # by name: into how many parts a batch is cut, and the environment
    "as it comes": (1, {}),
    "without oneDNN": (1, {"TF_ENABLE_ONEDNN_OPTS": "0"}),
    "one thread": (1, {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}),
    "two parts": (2, {}),
    "two parts, a thread each": (2, {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "2"}),
}


def main() -> None:
    parser = make_parser(__doc__, quick="one round of a few steps: does it run?")
    parser.add_argument("--rounds", type=positive_integer, default=3, help="so many turns for each setting")
    parser.add_argument("--measure", nargs=2, metavar=("PARTS", "STEPS"), type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(*options.measure)))
        return
    rounds, steps = (1, 20) if options.quick else (options.rounds, STEPS)
    rows = []
    for _ in range(rounds):
        for setting, (parts, environment) in SETTINGS.items():
            stages = answer_of(__file__, "--measure", str(parts), str(steps), **environment)
            rows += [{"setting": setting, "stage": stage, "milliseconds": value} for stage, value in stages.items()]
    table = pd.DataFrame(rows).groupby(["setting", "stage"], sort=False, as_index=False).median()
    wide = table.pivot(index="stage", columns="setting", values="milliseconds")
    print(wide.loc[table["stage"].unique(), list(SETTINGS)].round(2).to_string())
    if options.accept:
        reference.save_timings(table.assign(processor=processor()), "step_profile")


def measure(parts: int, steps: int) -> dict[str, float]:
    """Milliseconds a step, by stage."""
    import keras
    import tensorflow as tf

    from digitlib import models, training

    (X_train, y_train), _ = data.load_mnist()
    X_train, y_train = data.scale_pixels(X_train[: BATCH_SIZE * steps]), y_train[: BATCH_SIZE * steps]
    images, labels = tf.constant(X_train), tf.constant(y_train, tf.int32)
    keras.utils.set_random_seed(1)
    cnn = models.build_cnn()
    cnn.compile(**training.SETTINGS)
    adam = cnn.optimizer
    adam.build(cnn.trainable_variables)
    weights = [variable.value for variable in cnn.trainable_variables]

    def batches(start):
        everything = tf.range(start, start + BATCH_SIZE)
        return [(tf.gather(images, chosen), tf.gather(labels, chosen)) for chosen in tf.split(everything, parts)]

    def loss(seen, true):
        return tf.reduce_sum(keras.losses.sparse_categorical_crossentropy(true, cnn(seen, training=True))) / BATCH_SIZE

    def gradients(seen, true):
        with tf.GradientTape() as tape:
            value = loss(seen, true)
        return tape.gradient(value, weights)

    def added(batch):
        return [tf.add_n(of_parts) for of_parts in zip(*(gradients(*part) for part in batch), strict=True)]

    stages = {
        "the batch": lambda start: tf.add_n([tf.reduce_sum(seen[:, 14, 14, 0]) for seen, _ in batches(start)]),
        "forward": lambda start: tf.add_n([loss(*part) for part in batches(start)]),
        "backward": lambda start: tf.add_n([tf.reduce_sum(gradient) for gradient in added(batches(start))]),
        "Adam": lambda start: adam.apply(added(batches(start))) or 0.0,
    }
    starts = tf.range(0, BATCH_SIZE * steps, BATCH_SIZE)
    short = min(steps, LONG_ENOUGH)
    milliseconds = {}
    for name, stage in stages.items():

        @tf.function(reduce_retracing=True)
        def all_steps(starts, stage=stage):
            total = 0.0
            for start in starts:
                total += stage(start)
            return total

        milliseconds[name] = timed(lambda count, run=all_steps: run(starts[:count]), short)
    step = tf.function(stages["Adam"])
    milliseconds["called from Python"] = timed(lambda count: [step(start) for start in starts[:count]], short)
    if parts == 1:  # fit does not cut batches, and what it does once counts less in a whole epoch
        milliseconds["through fit"] = timed(lambda count: fit(cnn, X_train, y_train, count), steps)
    return milliseconds


def fit(model, images, labels, count: int) -> None:
    seen = BATCH_SIZE * count
    model.fit(images[:seen], labels[:seen], batch_size=BATCH_SIZE, epochs=1, verbose=0)


def timed(run, steps: int) -> float:
    """Milliseconds a step, after two short runs that may compile."""
    run(9)
    run(10)
    begin = time.perf_counter()
    run(steps)
    return 1_000 * (time.perf_counter() - begin) / steps


if __name__ == "__main__":
    main()
