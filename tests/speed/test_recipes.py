"""Recipes: what they hand over to training, their networks, and the random changes of images."""

from dataclasses import replace
from functools import cache

import keras
import numpy as np
import pytest
from scipy import ndimage

from digitlib import data, models
from digitlib.speed import graphs, recipes

pytestmark = pytest.mark.heavy

UNCHANGED = {"degrees": 0, "scale": 0, "pixels": 0, "shear": 0}


@pytest.fixture(scope="module")
def images():
    (images, _), _ = data.load_mnist()
    return data.scale_pixels(images[:200])


def centres_of_mass(images):
    return np.array([ndimage.center_of_mass(image) for image in images[..., 0]])


def test_without_a_change_the_images_stay_as_they_are(images):
    np.testing.assert_allclose(recipes.turn_scale_move(images, **UNCHANGED), images, atol=1e-5)


def test_moves_go_every_way_and_no_further_than_asked(images):
    moved = recipes.turn_scale_move(images, **UNCHANGED | {"pixels": 2}).numpy()
    moves = centres_of_mass(moved) - centres_of_mass(images)
    assert np.abs(moves).max() <= 2.2  # interpolation and the margin blur it a little
    assert moves.min() < -1.5
    assert moves.max() > 1.5
    assert abs(np.corrcoef(moves.T)[0, 1]) < 0.3


def test_turns_are_about_the_centre_and_agree_with_scipy():
    dot = np.zeros((400, 28, 28, 1), np.float32)
    dot[:, 13:15, 22:24] = 1
    turned = recipes.turn_scale_move(dot, **UNCHANGED | {"degrees": 30}).numpy()
    down, right = (centres_of_mass(turned) - 13.5).T
    np.testing.assert_allclose(np.hypot(down, right), 9, atol=0.2)
    angles = np.degrees(np.arctan2(down, right))
    assert np.abs(angles).max() <= 30.5
    assert angles.min() < -25
    assert angles.max() > 25
    by_scipy = ndimage.rotate(dot[0, ..., 0], angle=-angles[0], reshape=False, order=1)
    np.testing.assert_allclose(turned[0, ..., 0], by_scipy, atol=0.02)


def test_scaling_changes_width_and_height_on_their_own():
    square = np.zeros((400, 28, 28, 1), np.float32)
    square[:, 7:21, 7:21] = 1
    scaled = recipes.turn_scale_move(square, **UNCHANGED | {"scale": 0.2}).numpy()[..., 0]
    heights, widths = scaled[:, :, 14].sum(axis=1), scaled[:, 14].sum(axis=1)
    for sizes in (heights, widths):
        assert 14 / 1.2 - 0.2 <= sizes.min() < 12.2
        assert 16.5 < sizes.max() <= 14 / 0.8 + 0.2
    assert abs(np.corrcoef(heights, widths)[0, 1]) < 0.3


def test_a_shear_moves_rows_in_proportion_to_their_height():
    bar = np.zeros((400, 28, 28, 1), np.float32)
    bar[:, 4:24, 13:15] = 1
    sheared = recipes.turn_scale_move(bar, **UNCHANGED | {"shear": 0.2}).numpy()[..., 0]
    places = (sheared * np.arange(28)).sum(axis=2)[:, 4:24] / sheared.sum(axis=2)[:, 4:24]
    lean = places[:, -1] - places[:, 0]
    assert np.abs(lean).max() <= 0.2 * 19 + 0.2
    assert np.abs(lean).max() > 3
    np.testing.assert_allclose(places.mean(axis=1), 13.5, atol=0.1)


def test_one_view_is_the_image_itself_and_more_are_averaged(images):
    keras.utils.set_random_seed(1)
    model = recipes.build_small(4, 4, 8)
    alone = model.predict(images, verbose=0)
    np.testing.assert_allclose(recipes.predict_views(model, images, seed=1, views=1), alone, atol=1e-6)
    averaged = recipes.predict_views(model, images, seed=1, views=4)
    np.testing.assert_allclose(averaged.sum(axis=1), 1, atol=1e-5)
    assert 1e-4 < np.abs(averaged - alone).max() < 0.5
    np.testing.assert_array_equal(averaged, recipes.predict_views(model, images, seed=1, views=4))


def test_a_view_is_the_image_a_little_turned_scaled_sheared_and_moved():
    dot = np.zeros((400, 28, 28, 1), np.float32)
    dot[:, 20:22, 20:22] = 1  # 7 pixels below and right of the centre
    average = recipes.predict_views(keras.layers.Identity(), dot, seed=1, views=2)
    moves = centres_of_mass(2 * average - dot) - 20.5
    furthest = 1 + 7 * (np.sin(np.radians(5)) + 0.05 + 0.05)
    assert 1.2 < np.abs(moves).max() < furthest


def test_the_pixels_of_the_training_images_have_that_mean_and_deviation():
    (images, _), _ = data.load_mnist()
    scaled = data.scale_pixels(images)
    assert (scaled.mean(), scaled.std()) == pytest.approx((recipes.PIXEL_MEAN, recipes.PIXEL_DEVIATION), abs=5e-5)


def test_all_of_a_recipe_is_handed_over(images, monkeypatch):
    handed = {}
    monkeypatch.setattr(graphs, "epochs", lambda *given, **options: handed.update(options, given=given) or "epochs")
    monkeypatch.setattr(graphs, "useful_parts", lambda: 3)
    recipe = recipes.Recipe(
        lambda: models.build_fully_connected(4),
        epochs=3,
        batch_size=48,
        rate=0.02,
        one_cycle=True,
        label_smoothing=0.2,
        augment=recipes.turn_scale_move,
        reshuffle=False,
    )
    labels = np.zeros(200)
    model, epochs = recipes.start(recipe, images, labels, seed=7)
    assert epochs == "epochs"
    given, optimizer = handed.pop("given"), handed.pop("optimizer")
    assert [one is other for one, other in zip(given, (model, images, labels), strict=True)] == 3 * [True]
    assert handed == {
        "seed": 7, "count": 3, "batch_size": 48, "parts": 3, "reshuffle": False, "label_smoothing": 0.2,
        "augment": recipes.turn_scale_move,
    }  # fmt: skip
    optimizer.iterations.assign(3 * 5)  # 200 images are five batches
    assert float(optimizer.learning_rate) == 0
    recipes.start(recipe, images, labels, seed=7, parts=2)
    assert handed["parts"] == 2


@pytest.fixture(scope="module")
def weights(images):
    """Those that a recipe gives on a few images, with parts of it changed."""
    (_, labels), _ = data.load_mnist()
    plain = recipes.Recipe(lambda: models.build_fully_connected(4), epochs=2)

    @cache
    def learn(**changes):
        model, epochs = recipes.start(replace(plain, **changes), images, labels[:200], seed=1, parts=1)
        assert [epoch.number for epoch in epochs] == [1, 2]
        return np.concatenate([layer.ravel() for layer in model.get_weights()])

    return learn


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("batch_size", 64),
        ("beta_2", 0.9),
        ("label_smoothing", 0.1),
        ("augment", lambda seen: 1 - seen),
        ("reshuffle", False),
    ],
)
def test_each_part_of_a_recipe_has_an_effect(weights, part, value):
    assert np.abs(weights(**{part: value}) - weights()).max() > 1e-4


@pytest.mark.parametrize("name", recipes.RECIPES)
def test_every_recipe_builds_probabilities_and_takes_the_steps_it_says(name, images):
    recipe = recipes.RECIPES[name]
    keras.utils.set_random_seed(1)
    model = recipe.build()
    np.testing.assert_allclose(model.predict(images[:3], verbose=0).sum(axis=1), 1, atol=1e-5)
    optimizer = recipe.optimizer(60_001)
    if not recipe.one_cycle:
        assert float(optimizer.learning_rate) == pytest.approx(recipe.rate)
        return
    steps = recipe.epochs * (60_000 // recipe.batch_size + 1)
    optimizer.iterations.assign(steps // 4)
    assert float(optimizer.learning_rate) == pytest.approx(recipe.rate, rel=0.01)
    optimizer.iterations.assign(steps)
    assert float(optimizer.learning_rate) == 0


def test_pooling_before_relu_gives_what_pooling_after_it_gives(images):
    keras.utils.set_random_seed(1)
    model = recipes.build_small()
    model.get_layer(index=1).bias.assign(keras.random.normal((16,)))
    convolved = keras.Sequential(model.layers[:3])(images[:50])
    pooled, relu = model.layers[3], model.layers[4]
    np.testing.assert_array_equal(relu(pooled(convolved)), pooled(relu(convolved)))
