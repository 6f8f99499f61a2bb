"""Recipes: their networks, and the random changes of images."""

import keras
import numpy as np
import pytest
from scipy import ndimage

from digitlib import data, recipes

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
    for step, expected in ((steps // 4, recipe.rate), (steps - 1, 0)):
        optimizer.iterations.assign(step)
        assert float(optimizer.learning_rate) == pytest.approx(expected, abs=0.01 * recipe.rate)


def test_pooling_before_relu_gives_what_pooling_after_it_gives(images):
    keras.utils.set_random_seed(1)
    model = recipes.build_small()
    model.get_layer(index=1).bias.assign(keras.random.normal((16,)))
    convolved = keras.Sequential(model.layers[:3])(images[:50])
    pooled, relu = model.layers[3], model.layers[4]
    np.testing.assert_array_equal(relu(pooled(convolved)), pooled(relu(convolved)))
