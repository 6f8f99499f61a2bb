"""The document that this book grew from, as a script: Keras, ten epochs, nothing else."""

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

epochs = timing.Epochs(lambda: cnn.predict(X_test, batch_size=1_000, verbose=0).argmax(axis=1), y_test)
cnn.fit(X_train, y_train, epochs=options.epochs or 10, callbacks=[epochs.callback()], verbose=0)
epochs.tell(import_seconds=import_seconds, load_seconds=load_seconds, setup_seconds=setup_seconds)
