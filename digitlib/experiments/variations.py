"""The CNN of the book with one thing changed, each for a comparison with it."""

import keras
from keras import layers

from digitlib.checks import CLASSES
from digitlib.experiments.locally_connected import LocallyConnected2D
from digitlib.models import build_cnn, stack


def with_dropout() -> keras.Sequential:
    """Build the CNN with half of the last hidden units dropped at random in training.

    Returns
    -------
    keras.Sequential
        Not yet compiled.
    """
    *before, last = build_cnn().layers
    return stack("with_dropout", [*before, layers.Dropout(0.5), last])


def with_batch_normalization() -> keras.Sequential:
    """Build the CNN with batch normalization between each convolution and its ReLU.

    Returns
    -------
    keras.Sequential
        Not yet compiled.
    """
    return stack(
        "with_batch_normalization",
        [
            *_normalized_convolution(32),
            layers.MaxPooling2D((2, 2)),
            *_normalized_convolution(64),
            layers.MaxPooling2D((2, 2)),
            *build_cnn().layers[4:],
        ],
    )


def with_global_pooling() -> keras.Sequential:
    """Build the CNN's first three layers with global average pooling and one dense layer.

    Each of the 64 feature maps is reduced to its mean, so it no longer matters
    where a feature was found.

    Returns
    -------
    keras.Sequential
        Not yet compiled.

    Examples
    --------
    >>> with_global_pooling().count_params()
    19466
    """
    return stack(
        "global_pooling",
        [
            *build_cnn().layers[:3],
            layers.GlobalAveragePooling2D(),
            layers.Dense(CLASSES, activation="softmax"),
        ],
    )


def without_sharing() -> keras.Sequential:
    """Build the CNN with weights of its own at every place: the same shapes, and nothing shared.

    Returns
    -------
    keras.Sequential
        Not yet compiled.

    Examples
    --------
    >>> without_sharing().count_params()
    2557450
    """
    return stack(
        "locally_connected",
        [
            LocallyConnected2D(filters=32, kernel_size=(3, 3), activation="relu"),
            layers.MaxPooling2D((2, 2)),
            LocallyConnected2D(filters=64, kernel_size=(3, 3), activation="relu"),
            layers.MaxPooling2D((2, 2)),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(CLASSES, activation="softmax"),
        ],
    )


def one_convolution_more() -> keras.Sequential:
    """Build the CNN with a second convolution of 64 filters before its last pooling.

    Returns
    -------
    keras.Sequential
        Not yet compiled.
    """
    network = build_cnn().layers
    return stack(
        "one_convolution_more",
        [*network[:3], layers.Conv2D(64, (3, 3), padding="same", activation="relu"), *network[3:]],
    )


def one_dense_layer_more() -> keras.Sequential:
    """Build the CNN with a second dense layer of 64 units before the output.

    Returns
    -------
    keras.Sequential
        Not yet compiled.
    """
    *before, last = build_cnn().layers
    return stack("one_dense_layer_more", [*before, layers.Dense(64, activation="relu"), last])


def one_convolution_less() -> keras.Sequential:
    """Build the CNN without its second convolution and pooling.

    Returns
    -------
    keras.Sequential
        Not yet compiled.
    """
    first, pooling, _, _, flatten, _, output = build_cnn().layers
    hidden = layers.Dense(64, activation="relu")  # with more inputs than the CNN's
    return stack("one_convolution_less", [first, pooling, flatten, hidden, output])


def half_as_wide() -> keras.Sequential:
    """Build the CNN with half the filters and half the hidden units.

    Returns
    -------
    keras.Sequential
        Not yet compiled.
    """
    return _of_width("half_as_wide", filters=(16, 32), hidden_units=32)


def twice_as_wide() -> keras.Sequential:
    """Build the CNN with twice the filters and twice the hidden units.

    Returns
    -------
    keras.Sequential
        Not yet compiled.
    """
    return _of_width("twice_as_wide", filters=(64, 128), hidden_units=128)


def _normalized_convolution(filters: int) -> list[keras.layers.Layer]:
    # The normalization subtracts the mean, and with it any bias of the convolution.
    return [layers.Conv2D(filters, (3, 3), use_bias=False), layers.BatchNormalization(), layers.ReLU()]


def _of_width(name: str, *, filters: tuple[int, int], hidden_units: int) -> keras.Sequential:
    first, second = filters
    return stack(
        name,
        [
            layers.Conv2D(first, (3, 3), activation="relu"),
            layers.MaxPooling2D((2, 2)),
            layers.Conv2D(second, (3, 3), activation="relu"),
            layers.MaxPooling2D((2, 2)),
            layers.Flatten(),
            layers.Dense(hidden_units, activation="relu"),
            layers.Dense(CLASSES, activation="softmax"),
        ],
    )
