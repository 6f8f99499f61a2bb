"""The networks of the book, as Keras models that are not yet compiled."""

import keras
import numpy as np
import pandas as pd
from keras import layers

from digitlib.checks import CLASSES, IMAGE_SHAPE
from digitlib.machine import check_keras

PLAIN_HIDDEN_UNITS = 128
MATCHED_HIDDEN_UNITS = 153


def stack(name: str, stacked: list[keras.layers.Layer]) -> keras.Sequential:
    """Stack layers on MNIST's images.

    Parameters
    ----------
    name : str
        What to call the network.
    stacked : list of keras.layers.Layer
        From the first layer behind the images to the output.

    Returns
    -------
    keras.Sequential
        Takes images of shape (n, 28, 28, 1); not yet compiled.

    Raises
    ------
    RuntimeError
        If Keras has settings that would change the networks, see
        `machine.check_keras`.
    """
    check_keras()
    return keras.Sequential([keras.Input(shape=IMAGE_SHAPE), *stacked], name=name)


def build_cnn() -> keras.Sequential:
    """Build the book's convolutional network.

    Returns
    -------
    keras.Sequential
        Maps images of shape (n, 28, 28, 1), float32 in [0, 1], to class
        probabilities of shape (n, 10). It has 121,930 parameters.

    Examples
    --------
    >>> build_cnn().count_params()
    121930
    """
    return stack(
        "cnn",
        [
            layers.Conv2D(filters=32, kernel_size=(3, 3), activation="relu"),
            layers.MaxPooling2D((2, 2)),
            layers.Conv2D(filters=64, kernel_size=(3, 3), activation="relu"),
            layers.MaxPooling2D((2, 2)),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(CLASSES, activation="softmax"),
        ],
    )


def build_fully_connected(hidden_units: int = PLAIN_HIDDEN_UNITS) -> keras.Sequential:
    """Build a fully connected network with one hidden layer.

    Parameters
    ----------
    hidden_units : int
        Width of the hidden layer. With 128 it is the network that a newcomer
        would write. With 153 (`MATCHED_HIDDEN_UNITS`) it has 121,645
        parameters; a wider one has more than the CNN's 121,930.

    Returns
    -------
    keras.Sequential
        Maps images of shape (n, 28, 28, 1), float32 in [0, 1], to class
        probabilities of shape (n, 10).

    Examples
    --------
    >>> build_fully_connected(MATCHED_HIDDEN_UNITS).count_params()
    121645
    """
    return stack(
        f"fully_connected_{hidden_units}",
        [
            layers.Flatten(),
            layers.Dense(hidden_units, activation="relu"),
            layers.Dense(CLASSES, activation="softmax"),
        ],
    )


def build_matched() -> keras.Sequential:
    """Build the fully connected network with as many parameters as the CNN (within 0.3 %).

    Returns
    -------
    keras.Sequential
        As `build_fully_connected` returns it.
    """
    return build_fully_connected(MATCHED_HIDDEN_UNITS)


def describe_layers(model: keras.Sequential) -> pd.DataFrame:
    """Describe what each layer puts out, stores and computes.

    Parameters
    ----------
    model : keras.Sequential
        A model that knows its input shape.

    Returns
    -------
    pandas.DataFrame
        One row for each layer, indexed by its name, with the columns
        ``output shape`` (without the batch axis), ``parameters`` and
        ``multiply-adds`` (for one image).

    Notes
    -----
    Each output value of a convolution or dense layer is a sum of products, one
    for each weight in a column of the kernel. So a layer takes (output values)
    x (weights per output value) multiply-adds. Biases, ReLU, pooling and
    softmax are not counted, since they multiply by no weight. A separable
    convolution uses each of its weights once at each place. A layer of
    another kind may state its number as an attribute ``multiply_adds``.
    """
    rows = {
        layer.name: {
            "output shape": " x ".join(str(size) for size in layer.output.shape[1:]),
            "parameters": layer.count_params(),
            "multiply-adds": _multiply_adds(layer),
        }
        for layer in model.layers
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("layer")


def _multiply_adds(layer: keras.layers.Layer) -> int:
    if isinstance(layer, layers.SeparableConv2D):
        places = int(np.prod(layer.output.shape[1:3]))
        return places * int(np.prod(layer.depthwise_kernel.shape) + np.prod(layer.pointwise_kernel.shape))
    if not isinstance(layer, layers.Conv2D | layers.Dense):
        return getattr(layer, "multiply_adds", 0)
    weights_per_output = int(np.prod(layer.kernel.shape[:-1]))
    return int(np.prod(layer.output.shape[1:])) * weights_per_output
