"""The document that this book grew from, as a script: Keras, ten epochs, nothing else."""

import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, str(Path(__file__).parents[2]))

import timing

import_begin = timing.time.perf_counter()
import keras
from keras import layers, models

import_seconds = timing.time.perf_counter() - import_begin

options = timing.options()
X_train, y_train, X_test, y_test, load_seconds = timing.load(options.images, options.scored_on)
keras.utils.set_random_seed(options.seed)

begin = timing.time.perf_counter()
cnn = models.Sequential([
    keras.Input((28, 28, 1)),
    layers.Conv2D(filters=32, kernel_size=(3, 3), activation="relu"),
    layers.MaxPooling2D((2, 2)),
    layers.Conv2D(filters=64, kernel_size=(3, 3), activation="relu"),
    layers.MaxPooling2D((2, 2)),
    layers.Flatten(),
    layers.Dense(64, activation="relu"),
    layers.Dense(10, activation="softmax"),
])  # fmt: skip
cnn.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
setup_seconds = timing.time.perf_counter() - begin

epochs = timing.Epochs(lambda: int((cnn.predict(X_test, batch_size=1_000, verbose=0).argmax(axis=1) == y_test).sum()))
clock = keras.callbacks.LambdaCallback(
    on_epoch_begin=lambda epoch, logs: epochs.begin(), on_epoch_end=lambda epoch, logs: epochs.end()
)
cnn.fit(X_train, y_train, epochs=options.epochs or 10, callbacks=[clock], verbose=0)

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
