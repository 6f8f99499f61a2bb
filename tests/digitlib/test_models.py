import keras
import numpy as np
import pytest
from keras import layers

from digitlib import models

ONE_CHANNEL = 28 * 28

# Layer by layer: convolution, pooling, convolution, pooling, flatten, dense, dense.
# (weights of one filter or unit + its bias) x (filters or units)
CNN_PARAMETERS = [(3 * 3 * 1 + 1) * 32, 0, (3 * 3 * 32 + 1) * 64, 0, 0, (5 * 5 * 64 + 1) * 64, (64 + 1) * 10]
# output values x weights of each
CNN_MULTIPLY_ADDS = [26 * 26 * 32 * 9, 0, 11 * 11 * 64 * 288, 0, 0, 64 * 1600, 10 * 64]


def test_the_cnn_has_the_layers_of_the_book():
    first, pool, second, pool_again, flatten, hidden, output = models.build_cnn().layers
    assert [type(layer) for layer in (first, second)] == [layers.Conv2D] * 2
    assert [type(layer) for layer in (pool, pool_again)] == [layers.MaxPooling2D] * 2
    assert [type(layer) for layer in (flatten, hidden, output)] == [layers.Flatten, layers.Dense, layers.Dense]
    assert (first.filters, second.filters, hidden.units, output.units) == (32, 64, 64, 10)


def test_the_convolutions_are_3_by_3_with_relu_and_no_padding():
    for layer in models.build_cnn().layers[0:3:2]:
        assert (layer.kernel_size, layer.strides, layer.padding) == ((3, 3), (1, 1), "valid")
        assert layer.activation is keras.activations.relu
        assert layer.use_bias


def test_the_poolings_are_2_by_2():
    for layer in models.build_cnn().layers[1:4:2]:
        assert (layer.pool_size, layer.strides, layer.padding) == ((2, 2), (2, 2), "valid")


@pytest.mark.parametrize("build", [models.build_cnn, models.build_fully_connected, models.build_matched])
def test_every_network_ends_in_a_relu_layer_and_a_softmax_over_ten_classes(build):
    hidden, output = build().layers[-2:]
    assert hidden.activation is keras.activations.relu
    assert output.activation is keras.activations.softmax
    assert output.units == 10


@pytest.mark.parametrize("build", [models.build_cnn, models.build_fully_connected, models.build_matched])
def test_every_network_maps_images_to_probabilities_and_is_not_compiled(build):
    model = build()
    images = np.random.default_rng(1).random((3, 28, 28, 1), dtype=np.float32)
    probabilities = np.asarray(model(images))
    assert model.input_shape == (None, 28, 28, 1)
    assert probabilities.shape == (3, 10)
    assert probabilities.min() >= 0
    assert probabilities.sum(axis=1) == pytest.approx(1, abs=1e-6)
    assert not model.compiled


@pytest.mark.parametrize(
    ("build", "by_hand", "total"),
    [
        (models.build_cnn, sum(CNN_PARAMETERS), 121_930),
        (models.build_fully_connected, (ONE_CHANNEL + 1) * 128 + (128 + 1) * 10, 101_770),
        (models.build_matched, (ONE_CHANNEL + 1) * 153 + (153 + 1) * 10, 121_645),
    ],
)
def test_the_parameters_are_as_many_as_computed_by_hand(build, by_hand, total):
    assert build().count_params() == by_hand == total


def test_the_matched_network_comes_as_close_to_the_cnn_as_one_hidden_layer_comes_from_below():
    cnn = models.build_cnn().count_params()
    assert models.build_matched().count_params() <= cnn
    assert models.build_fully_connected(models.MATCHED_HIDDEN_UNITS + 1).count_params() > cnn


def test_the_fully_connected_networks_are_one_hidden_layer_of_the_width_asked_for():
    model = models.build_fully_connected(7)
    assert [type(layer) for layer in model.layers] == [layers.Flatten, layers.Dense, layers.Dense]
    assert model.layers[1].units == 7
    assert models.build_fully_connected().layers[1].units == 128
    assert models.build_matched().layers[1].units == 153


def test_the_networks_are_told_apart_by_name():
    assert models.build_cnn().name == "cnn"
    assert models.build_fully_connected().name == "fully_connected_128"
    assert models.build_matched().name == "fully_connected_153"


def test_the_description_of_the_cnn_agrees_with_paper():
    model = models.build_cnn()
    table = models.describe_layers(model)
    assert table["parameters"].tolist() == CNN_PARAMETERS
    assert table["multiply-adds"].tolist() == CNN_MULTIPLY_ADDS == [194_688, 0, 2_230_272, 0, 0, 102_400, 640]
    assert table["output shape"].tolist() == [
        "26 x 26 x 32",
        "13 x 13 x 32",
        "11 x 11 x 64",
        "5 x 5 x 64",
        "1600",
        "64",
        "10",
    ]
    assert table.index.tolist() == [layer.name for layer in model.layers]
    assert table.index.name == "layer"


def test_the_description_of_a_fully_connected_network_agrees_with_paper():
    table = models.describe_layers(models.build_fully_connected(3))
    assert table["parameters"].tolist() == [0, 785 * 3, 4 * 10]
    assert table["multiply-adds"].tolist() == [0, 784 * 3, 3 * 10]


@pytest.mark.parametrize("build", [models.build_cnn, models.build_fully_connected, models.build_matched])
def test_the_described_parameters_add_up_to_those_of_keras(build):
    model = build()
    assert models.describe_layers(model)["parameters"].sum() == model.count_params()


def test_strides_padding_and_oblong_kernels_are_counted_too():
    model = keras.Sequential([keras.Input((7, 9, 2)), layers.Conv2D(5, (2, 3), strides=2, padding="same")])
    table = models.describe_layers(model)
    assert table["output shape"].tolist() == ["4 x 5 x 5"]
    assert table["parameters"].tolist() == [(2 * 3 * 2 + 1) * 5]
    assert table["multiply-adds"].tolist() == [4 * 5 * 5 * 12]


def test_a_separable_convolution_uses_each_weight_once_at_each_place():
    model = keras.Sequential([keras.Input((7, 9, 2)), layers.SeparableConv2D(5, (2, 3), strides=2, padding="same")])
    table = models.describe_layers(model)
    assert table["parameters"].tolist() == [2 * 3 * 2 + 2 * 5 + 5]
    assert table["multiply-adds"].tolist() == [4 * 5 * (2 * 3 * 2 + 2 * 5)]
