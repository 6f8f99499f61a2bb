"""Small networks: convolutions in two parts, and means of maps in place of a dense layer of many weights."""

import keras
from keras import layers

from digitlib.checks import CLASSES
from digitlib.models import stack


def build_separable(filters: int) -> keras.Sequential:
    """Build a network of five convolutions, all but the first in two parts.

    Pooling follows the second and the fourth. At the end each map is reduced
    to its mean.

    Parameters
    ----------
    filters : int
        Of each convolution.

    Returns
    -------
    keras.Sequential
        Maps images of shape (n, 28, 28, 1), float32 in [0, 1], to class
        probabilities of shape (n, 10). Not yet compiled.

    Notes
    -----
    A separable convolution (Chollet 2017, arXiv:1610.02357) looks at each map
    with a kernel of its own, and then mixes the maps place by place. It has
    9 c + c f weights where an ordinary one has 9 c f.

    Examples
    --------
    >>> build_separable(12).count_params()
    1486
    """

    def in_parts() -> layers.Layer:
        return layers.SeparableConv2D(filters, (3, 3), use_bias=False)

    return stack(
        f"separable_{filters}",
        [
            *_normalized(layers.Conv2D(filters, (3, 3), use_bias=False)),
            *_normalized(in_parts()),
            layers.MaxPooling2D((2, 2)),
            *_normalized(in_parts()),
            *_normalized(in_parts()),
            layers.MaxPooling2D((2, 2)),
            *_normalized(in_parts()),
            layers.GlobalAveragePooling2D(),
            layers.Dense(CLASSES, activation="softmax"),
        ],
    )


def build_narrow(filters: int) -> keras.Sequential:
    """Build a network of five ordinary convolutions, the first of which looks only at every second place.

    Pooling follows the third. At the end each map is reduced to its mean.

    Parameters
    ----------
    filters : int
        Of each convolution.

    Returns
    -------
    keras.Sequential
        Maps images of shape (n, 28, 28, 1), float32 in [0, 1], to class
        probabilities of shape (n, 10). Not yet compiled.

    Examples
    --------
    >>> build_narrow(13).count_params()
    6809
    """

    def convolution(padding: str) -> layers.Layer:
        return layers.Conv2D(filters, (3, 3), padding=padding, use_bias=False)

    return stack(
        f"narrow_{filters}",
        [
            *_normalized(layers.Conv2D(filters, (5, 5), strides=2, padding="same", use_bias=False)),
            *_normalized(convolution("same")),
            *_normalized(convolution("same")),
            layers.MaxPooling2D((2, 2)),
            *_normalized(convolution("same")),
            *_normalized(convolution("valid")),
            layers.GlobalAveragePooling2D(),
            layers.Dense(CLASSES, activation="softmax"),
        ],
    )


def _normalized(convolution: layers.Layer) -> list[layers.Layer]:
    # The normalization subtracts the mean, and with it any bias of the convolution.
    return [convolution, layers.BatchNormalization(), layers.ReLU()]
