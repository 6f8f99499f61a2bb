"""What an experiment may vary."""

import keras
import numpy as np
import pandas as pd
import pytest

from digitlib import data
from digitlib.experiments import choices
from digitlib.experiments.locally_connected import LocallyConnected2D

pytestmark = pytest.mark.heavy

# Counted on paper: (weights of a filter or unit + bias) x filters or units, layer by layer.
FIRST, SECOND, HIDDEN, OUTPUT = 10 * 32, 289 * 64, 1601 * 64, 65 * 10
PARAMETERS = {
    "cnn": FIRST + SECOND + HIDDEN + OUTPUT,
    "fully connected": 785 * 128 + 129 * 10,
    "matched": 785 * 153 + 154 * 10,
    "locally connected": 26 * 26 * FIRST + 11 * 11 * SECOND + HIDDEN + OUTPUT,
    "global pooling": FIRST + SECOND + OUTPUT,
    "dropout": FIRST + SECOND + HIDDEN + OUTPUT,
    # no biases, but a scale, a shift, a mean and a variance for each filter
    "batch normalization": (9 + 4) * 32 + (288 + 4) * 64 + HIDDEN + OUTPUT,
    "one convolution more": FIRST + SECOND + (576 + 1) * 64 + HIDDEN + OUTPUT,
    "one dense layer more": FIRST + SECOND + HIDDEN + 65 * 64 + OUTPUT,
    "one convolution less": FIRST + (13 * 13 * 32 + 1) * 64 + OUTPUT,
    "half as wide": 10 * 16 + 145 * 32 + (5 * 5 * 32 + 1) * 32 + 33 * 10,
    "twice as wide": 10 * 64 + 577 * 128 + (5 * 5 * 128 + 1) * 128 + 129 * 10,
}


@pytest.mark.parametrize("network", list(choices.NETWORKS))
def test_every_network_has_the_parameters_counted_on_paper_and_ten_outputs(network):
    built = choices.build(network)
    assert built.count_params() == PARAMETERS[network]
    assert built.output_shape == (None, 10)


@pytest.mark.parametrize("augmentation", list(choices.AUGMENTATIONS))
def test_an_augmentation_changes_images_in_training_only_and_has_no_weights(augmentation):
    keras.utils.set_random_seed(1)
    images = data.scale_pixels(data.load_mnist()[0][0][:32])
    network = choices.build("fully connected", augmentation=augmentation)
    plain = keras.Sequential([keras.Input(shape=(28, 28, 1)), *network.layers[-3:]])
    assert network.count_params() == PARAMETERS["fully connected"]
    np.testing.assert_array_equal(network(images, training=False), plain(images))
    differs = not np.allclose(network(images, training=True), plain(images))
    assert differs == (augmentation != "none")


def test_moved_images_move_no_further_than_their_name_says():
    keras.utils.set_random_seed(1)
    (layer,) = choices.AUGMENTATIONS["moved by up to 2 pixels"]()
    images = np.zeros((500, 28, 28, 1), np.float32)
    images[:, 14, 14] = 1
    moved = np.asarray(layer(images, training=True))
    places = np.argwhere(moved[..., 0] == 1)
    assert len(places) == 500
    assert set(np.unique(places[:, 1:] - 14)) == {-2, -1, 0, 1, 2}


def test_an_unknown_name_is_an_error_that_lists_the_known():
    with pytest.raises(ValueError, match="unknown network 'resnet': choose one of cnn, fully connected"):
        choices.build("resnet")
    with pytest.raises(ValueError, match="unknown augmentation 'flips': choose one of none"):
        choices.build("cnn", augmentation="flips")


@pytest.mark.parametrize("count", [30, 1000])
def test_drawn_examples_have_each_digit_as_often_as_the_whole(count):
    (images, labels), _ = data.load_mnist()
    drawn, drawn_labels = choices.draw_examples(images, labels, count=count, seed=1)
    expected = np.bincount(labels) / len(labels) * count
    assert np.abs(np.bincount(drawn_labels, minlength=10) - expected).max() <= 1
    assert len(drawn) == len(drawn_labels) == count
    lookup = {image.tobytes(): label for image, label in zip(images, labels, strict=True)}
    assert [lookup[image.tobytes()] for image in drawn] == drawn_labels.tolist()


def test_the_seed_decides_which_examples_are_drawn():
    images, labels = np.arange(200), np.arange(200) % 10
    first, again, other = (choices.draw_examples(images, labels, count=50, seed=seed)[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert set(first) != set(other)


def test_all_examples_come_in_their_order():
    images, labels = np.arange(20), np.arange(20) % 10
    drawn, _ = choices.draw_examples(images, labels, count=20, seed=3)
    np.testing.assert_array_equal(drawn, images)


def test_examples_are_drawn_by_position_whatever_their_index():
    images, labels = np.arange(200), np.arange(200) % 10
    expected = choices.draw_examples(images, labels, count=50, seed=1)
    series = (pd.Series(images, index=images[::-1]), pd.Series(labels, index=images[::-1]))
    for drawn, right in zip(choices.draw_examples(*series, count=50, seed=1), expected, strict=True):
        np.testing.assert_array_equal(drawn, right)


@pytest.mark.parametrize("count", [0, 9, 21])
def test_too_few_or_too_many_examples_are_an_error(count):
    with pytest.raises(ValueError, match=f"cannot draw {count} of 20 examples: choose 10 to 20"):
        choices.draw_examples(np.arange(20), np.arange(20) % 10, count=count, seed=1)


def test_a_locally_connected_layer_with_equal_kernels_is_a_convolution():
    images = np.random.default_rng(1).random((4, 9, 8, 3), dtype=np.float32)
    convolution = keras.layers.Conv2D(5, (3, 2), activation="relu", bias_initializer="uniform")
    expected = convolution(images)
    layer = LocallyConnected2D(5, (3, 2), activation="relu")
    layer(images)
    kernel, bias = convolution.get_weights()
    places = 7 * 7
    layer.set_weights(
        [np.repeat(kernel.reshape(1, -1, 5), places, axis=0), np.repeat(bias[np.newaxis], places, axis=0)]
    )
    np.testing.assert_allclose(layer(images), expected, atol=1e-6)


def test_a_locally_connected_layer_starts_like_a_convolution_and_survives_its_config():
    layer = LocallyConnected2D(32, (3, 3), activation="relu")
    layer.build((None, 28, 28, 1))
    convolution = keras.layers.Conv2D(32, (3, 3))
    convolution.build((None, 28, 28, 1))
    assert np.std(layer.kernel) == pytest.approx(np.std(convolution.kernel), rel=0.1)
    again = LocallyConnected2D.from_config(layer.get_config())
    assert (again.filters, again.kernel_size, again.activation) == (32, (3, 3), keras.activations.relu)
