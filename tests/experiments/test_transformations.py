"""Rearranged images hold the same pixels, in the places that the names promise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from digitlib import data
from digitlib.experiments import transformations
from laws import law

NUMBERED = np.arange(2 * 28 * 28, dtype=np.int64).reshape(2, 28, 28)
ALL = [
    transformations.permute_pixels,
    transformations.permute_rows,
    transformations.permute_blocks,
    transformations.permute_within_blocks,
]


@pytest.mark.parametrize("transform", ALL)
@law
@given(arrays(st.sampled_from([np.uint8, np.float32]), st.tuples(st.integers(0, 2), st.just(28), st.just(28))))
def test_a_permutation_takes_all_pixels_there_and_back(transform, images):
    (places,) = transform(np.arange(28 * 28).reshape(1, 28, 28))
    there = transform(images)
    assert (there.shape, there.dtype) == (images.shape, images.dtype)
    back = there.reshape(-1, places.size)[:, np.argsort(places, axis=None)].reshape(images.shape)
    np.testing.assert_array_equal(back, images)


@pytest.mark.parametrize("transform", ALL)
@pytest.mark.parametrize("shape", [(2, 28, 28), (2, 28, 28, 1)])
def test_every_pixel_finds_a_new_place_the_same_in_all_images(transform, shape):
    images = NUMBERED.reshape(shape)
    first, second = transform(images)
    assert sorted(first.ravel()) == list(range(784))
    np.testing.assert_array_equal(second, first + 784)
    assert (first.ravel() != np.arange(784)).mean() > 0.8
    np.testing.assert_array_equal(transform(images, seed=3), transform(images, seed=3))
    assert (transform(images, seed=3) != transform(images, seed=4)).mean() > 0.8


def test_permuted_rows_stay_whole():
    rows = transformations.permute_rows(NUMBERED)[0]
    assert (np.diff(rows, axis=1) == 1).all()
    assert set(rows[:, 0] % 28) == {0}


def test_permuted_blocks_stay_whole():
    image = transformations.permute_blocks(NUMBERED)[0]
    corners = []
    for top in range(0, 28, 7):
        for left in range(0, 28, 7):
            block = image[top : top + 7, left : left + 7]
            np.testing.assert_array_equal(block, block[0, 0] + np.arange(7)[:, np.newaxis] * 28 + np.arange(7))
            corners.append(block[0, 0])
    assert sorted(corners) == sorted(NUMBERED[0, ::7, ::7].ravel())


def test_pixels_permuted_within_blocks_stay_in_their_block_and_move_alike_in_all():
    before, after = NUMBERED[0], transformations.permute_within_blocks(NUMBERED)[0]
    journeys = set()
    for top in range(0, 28, 7):
        for left in range(0, 28, 7):
            old, new = (image[top : top + 7, left : left + 7] for image in (before, after))
            assert set(old.ravel()) == set(new.ravel())
            journeys.add(tuple((new - old[0, 0]).ravel()))
    assert len(journeys) == 1


@pytest.mark.parametrize("pixels", [0, 1, 8])
def test_images_are_moved_an_eighth_in_each_direction(pixels):
    images = np.zeros((16, 28, 28), np.uint8)
    images[:, 14, 14] = 255
    moved = transformations.move_all_ways(images, pixels)
    steps = [tuple(np.argwhere(image == 255)[0] - 14) for image in moved]
    assert steps[:8] == steps[8:]
    assert set(steps) == {(down * pixels, right * pixels) for down in (-1, 0, 1) for right in (-1, 0, 1)} - (
        {(0, 0)} if pixels else set()
    )


def test_moving_by_nothing_changes_nothing():
    images = data.load_mnist()[1][0][:9]
    np.testing.assert_array_equal(transformations.move_all_ways(images, 0), images)
