"""Two epochs of the bare script with one setting changed: what Keras and TensorFlow offer without new code."""

from contextlib import nullcontext

import timing

import_begin = timing.time.perf_counter()
import keras
import tensorflow as tf

from digitlib import models
from digitlib.training import SETTINGS, predict_probabilities

import_seconds = timing.time.perf_counter() - import_begin

COMPILE: dict[str, dict] = {"XLA": {"jit_compile": True}, "fifty steps a call": {"steps_per_execution": 50}}


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

epochs = timing.Epochs(lambda: predict_probabilities(cnn, X_test).argmax(axis=1), y_test)
cnn.fit(X_train, y_train, epochs=options.epochs or 2, callbacks=[epochs.callback()], verbose=0)
epochs.tell(import_seconds=import_seconds, load_seconds=load_seconds, setup_seconds=setup_seconds)
