"""Two epochs of the bare script with one setting changed: what Keras and TensorFlow offer without new code."""

import os
import sys
from contextlib import nullcontext
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, str(Path(__file__).parents[2]))

import timing

import_begin = timing.time.perf_counter()
import keras
import tensorflow as tf

from digitlib import models
from digitlib.training import SETTINGS, predict_probabilities

import_seconds = timing.time.perf_counter() - import_begin

COMPILE = {"XLA": {"jit_compile": True}, "fifty steps a call": {"steps_per_execution": 50}}


def two_devices():
    """Half of each batch on each of two virtual devices, by TensorFlow's own means."""
    [processor] = tf.config.list_physical_devices("CPU")
    tf.config.set_logical_device_configuration(processor, 2 * [tf.config.LogicalDeviceConfiguration()])
    return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]).scope()


options = timing.options()
X_train, y_train, X_test, y_test, load_seconds = timing.load(options.images, options.scored_on)
if options.recipe == "bfloat16":
    keras.config.set_dtype_policy("mixed_bfloat16")

begin = timing.time.perf_counter()
with two_devices() if options.recipe == "two virtual devices" else nullcontext():
    keras.utils.set_random_seed(options.seed)
    cnn = models.build_cnn()
    cnn.compile(**SETTINGS, **COMPILE.get(options.recipe, {}))
setup_seconds = timing.time.perf_counter() - begin

epochs = timing.Epochs(lambda: int((predict_probabilities(cnn, X_test).argmax(axis=1) == y_test).sum()))
clock = keras.callbacks.LambdaCallback(
    on_epoch_begin=lambda epoch, logs: epochs.begin(), on_epoch_end=lambda epoch, logs: epochs.end()
)
cnn.fit(X_train, y_train, epochs=options.epochs or 2, callbacks=[clock], verbose=0)

timing.tell(
    import_seconds=import_seconds,
    load_seconds=load_seconds,
    setup_seconds=setup_seconds,
    epoch_seconds=epochs.seconds,
    epoch_cpu_seconds=epochs.cpu_seconds,
    right=epochs.right,
    scored=len(y_test),
    versions={"keras": keras.__version__, "backend": keras.backend.backend()},
)
