"""What learners are told to look for is what Keras says."""

import re

import keras
import numpy as np
import pytest

from digitlib import models, training
from pipeline.paths import CHAPTERS

PAGE = (CHAPTERS / "troubleshooting.md").read_text(encoding="utf-8")
IMAGES = np.zeros((4, 28, 28, 1), dtype="float32")
LABELS = np.arange(4)

pytestmark = pytest.mark.heavy


def network(loss=None):
    made = models.build_cnn()
    if loss:
        made.compile(loss=loss)
    return made


@pytest.mark.parametrize(
    ("said", "mistake"),
    [
        ("Expected shape (None, 28, 28, 1), but input has", lambda: network().predict(IMAGES[0, ..., 0], verbose=0)),
        ("Negative dimension size caused by subtracting 3", lambda: network().predict(IMAGES[0], verbose=0)),
        ("Data cardinality is ambiguous", lambda: network("mse").fit(IMAGES, LABELS[:3], verbose=0)),
        ("Data cardinality is ambiguous", lambda: network("mse").fit(IMAGES[0], LABELS[:1], verbose=0)),
        (
            "must have the same rank (ndim)",
            lambda: network("categorical_crossentropy").fit(IMAGES, LABELS, verbose=0),
        ),
        ("You must call `compile()` before using the model", lambda: network().fit(IMAGES, LABELS, verbose=0)),
        (
            "images must be floats from 0 (paper) to 1 (ink)",
            lambda: training.predict_probabilities(network(), 255 * IMAGES.astype("uint8")),
        ),
    ],
)
def test_a_mistake_is_answered_as_the_page_quotes(said, mistake):
    assert said in PAGE
    with pytest.raises(ValueError, match=re.escape(said)):
        mistake()


def test_the_shapes_that_the_page_advises_are_taken():
    cnn, image = network(), IMAGES[0]
    for batch in (IMAGES[:1], image.reshape(1, 28, 28, 1), image[np.newaxis]):
        assert cnn.predict(batch, verbose=0).shape == (1, 10)


def test_a_second_fit_goes_on_from_the_weights_of_the_first():
    made = network("sparse_categorical_crossentropy")
    made.fit(IMAGES, LABELS, verbose=0)
    after = made.evaluate(IMAGES, LABELS, verbose=0)
    again = made.fit(IMAGES, LABELS, verbose=0).history["loss"]
    assert again[0] == pytest.approx(after, abs=1e-4)


def test_unscaled_images_are_taken_without_a_word():
    keras.utils.set_random_seed(0)
    assert network().predict(np.full((1, 28, 28, 1), 255, dtype="uint8"), verbose=0).max() <= 1
