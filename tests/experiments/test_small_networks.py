"""The small networks, counted on paper, and their folding compared with Keras."""

import keras
import numpy as np
import pytest
from keras import layers

from digitlib import models
from digitlib.data import load_mnist, scale_pixels
from digitlib.experiments.small_networks import build_narrow, build_separable, fold


@pytest.fixture(scope="module")
def trained():
    """A network whose normalizations have something to say."""
    keras.utils.set_random_seed(1)
    model = build_separable(4)
    random = np.random.default_rng(1)
    for layer in model.layers:
        if isinstance(layer, layers.BatchNormalization):
            # gamma, beta, mean and variance, such that a digit still makes a difference at the end.
            ranges = (0.5, 1.5), (-0.2, 0.2), (-0.1, 0.1), (0.005, 0.02)
            layer.set_weights([random.uniform(*ends, size=layer.gamma.shape) for ends in ranges])
    return model


def test_parameters_agree_with_paper():
    kernels = 9 * 4 + 4 * (9 * 4 + 4 * 4)
    assert build_separable(4).count_params() == kernels + 5 * 4 * 4 + (4 + 1) * 10
    assert fold(build_separable(4)).count_params() == kernels + 5 * 4 + (4 + 1) * 10


def test_maps_shrink_as_on_paper():
    shapes = models.describe_layers(build_separable(4))["output shape"]
    sides = [int(shape.split(" x ")[0]) for shape in shapes if " x " in shape]
    assert list(dict.fromkeys(sides)) == [26, 24, 12, 10, 8, 4, 2]


def test_a_folded_network_gives_the_same_probabilities_without_normalization(trained):
    images = scale_pixels(load_mnist()[1][0][:20])
    folded = fold(trained)
    np.testing.assert_allclose(folded(images), trained(images, training=False), atol=1e-5)
    assert np.ptp(np.asarray(folded(images)), axis=0).max() > 0.01  # the images make a difference
    assert not any(isinstance(layer, layers.BatchNormalization) for layer in folded.layers)


def test_folding_leaves_the_network_as_it_was(trained):
    before = trained.get_weights()
    fold(trained)
    for ours, theirs in zip(before, trained.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_a_narrow_network_looks_at_every_second_place_first():
    shapes = models.describe_layers(build_narrow(4))["output shape"]
    sides = [int(shape.split(" x ")[0]) for shape in shapes if " x " in shape]
    assert list(dict.fromkeys(sides)) == [14, 7, 5]
    assert sides.count(14) == 3 * 3  # three convolutions, each with its normalization and ReLU
