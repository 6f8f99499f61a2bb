"""A convolution that shares no weights, and so lacks its best idea."""

import math

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="digitlib")
class LocallyConnected2D(keras.layers.Layer):
    """A layer like `keras.layers.Conv2D`, but with a kernel of its own at every place.

    Keras had such a layer until version 2. This one does only what the book
    needs: its stride is 1, and it pads nothing.

    Parameters
    ----------
    filters : int
        Kernels at each place, and channels of the output.
    kernel_size : tuple of int
        Height and width of a kernel.
    activation : str or callable, optional
        One of Keras's activations.
    **options : dict
        Passed on to `keras.layers.Layer`.

    Notes
    -----
    The kernels have the shape (places, height x width x channels, filters),
    the biases (places, filters), where places is the number of positions of a
    kernel in the image. Each is drawn as `Conv2D` would draw its only kernel.
    """

    def __init__(self, filters: int, kernel_size: tuple[int, int], activation=None, **options):
        super().__init__(**options)
        self.filters = filters
        self.kernel_size = tuple(kernel_size)
        self.activation = keras.activations.get(activation)

    def build(self, input_shape):
        height, width = (size - kernel + 1 for size, kernel in zip(input_shape[1:3], self.kernel_size, strict=True))
        patch = self.kernel_size[0] * self.kernel_size[1] * input_shape[3]
        fan_out = self.kernel_size[0] * self.kernel_size[1] * self.filters
        limit = (6 / (patch + fan_out)) ** 0.5  # Glorot and Bengio (2010), the default of Conv2D
        self.kernel = self.add_weight(
            name="kernel",
            shape=(height * width, patch, self.filters),
            initializer=keras.initializers.RandomUniform(-limit, limit),
        )
        self.bias = self.add_weight(name="bias", shape=(height * width, self.filters), initializer="zeros")

    def call(self, images):
        patches = ops.image.extract_patches(images, self.kernel_size, strides=1, padding="valid")
        height, width, patch = patches.shape[1:]
        by_place = ops.transpose(ops.reshape(patches, (-1, height * width, patch)), (1, 0, 2))
        sums = ops.transpose(ops.matmul(by_place, self.kernel), (1, 0, 2)) + self.bias
        return self.activation(ops.reshape(sums, (-1, height, width, self.filters)))

    @property
    def multiply_adds(self) -> int:
        """The number for one image: each weight is used once."""
        return math.prod(self.kernel.shape)

    def get_config(self):
        return super().get_config() | {
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "activation": keras.activations.serialize(self.activation),
        }
