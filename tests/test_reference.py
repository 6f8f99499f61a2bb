"""The stored runs and weights are what they say."""

import numpy as np
import pytest

from digitlib import data, reference, training


@pytest.fixture(scope="module")
def test_digits():
    _, (images, labels) = data.load_mnist()
    return data.scale_pixels(images), labels


@pytest.mark.parametrize("name", list(reference.BUILDERS))
def test_stored_weights_give_the_stored_predictions(name, test_digits):
    images, _ = test_digits
    predicted = training.classify(reference.load_model(name), images)
    stored = reference.load_run(name).predictions
    # On another processor the last bits differ, and with them a digit on the edge.
    assert sum(one != other for one, other in zip(predicted, stored, strict=True)) <= 3


def test_the_cnns_accuracy_is_in_the_expected_range(test_digits):
    _, labels = test_digits
    run = reference.load_run("cnn")
    assert 0.985 <= np.mean(run.predicted() == labels) <= 0.995
    assert (run.epochs, run.training_images, run.batch_size) == (10, 60_000, 32)


def test_repetitions_are_different_full_runs(test_digits):
    _, labels = test_digits
    runs = reference.load_runs("cnn_repetitions")
    assert len({run.seed for run in runs}) == len(runs) >= 5
    assert len({run.predictions for run in runs}) == len(runs)
    for run in runs:
        assert (run.model, run.epochs, run.training_images) == ("cnn", 10, 60_000)
        assert 0.985 <= np.mean(run.predicted() == labels) <= 0.995


def test_an_unknown_network_is_refused_with_the_known_names():
    with pytest.raises(KeyError, match="choose one of cnn"):
        reference.load_model("resnet")
