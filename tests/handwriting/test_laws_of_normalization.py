"""MNIST's preparation on images of all kinds: what holds for each of them."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy import ndimage

from digitlib.handwriting.boxes import Box
from digitlib.handwriting.normalization import SIDE, ink_box, normalize, place, shrink

law = settings(deadline=None, derandomize=True, database=None)  # the same images on each machine


def images(least, longest):
    """Paper with pixels of some ink, from `least` to 255; each side at most so long."""
    shape = array_shapes(min_dims=2, max_dims=2, max_side=longest)
    return arrays(np.uint8, shape, elements=st.integers(least, 255), fill=st.just(0))


ANY = images(0, 90)
# Strong ink on so few pixels that no edge of a drawing fades to paper when it is averaged.
STRONG = images(100, 60).filter(np.any)
STEPS = st.fixed_dictionaries({"crop": st.booleans(), "fit": st.booleans(), "center": st.booleans()})


@law
@given(ANY, STEPS)
def test_any_image_becomes_one_of_28x28_no_darker_than_it_was(ink, steps):
    image = normalize(ink, **steps)
    assert (image.shape, image.dtype) == ((SIDE, SIDE), np.uint8)
    assert image.max() <= ink.max()


@law
@given(STRONG)
def test_the_center_of_mass_lies_in_the_middle_unless_the_edge_of_the_image_is_in_the_way(ink):
    image = normalize(ink)
    box = ink_box(image)
    assert box.side == 20
    off = np.abs(np.subtract(ndimage.center_of_mass(image.astype(float)), SIDE // 2))
    at_an_edge = [box.top == 0 or box.bottom == SIDE, box.left == 0 or box.right == SIDE]
    assert ((off <= 0.5 + 1e-9) | at_an_edge).all()


@law
@given(ANY, st.tuples(*[st.integers(0, 30)] * 4), st.booleans())
def test_empty_margins_change_nothing(ink, margins, center):
    above, below, left, right = margins
    padded = np.pad(ink, ((above, below), (left, right)))
    np.testing.assert_array_equal(normalize(padded, center=center), normalize(ink, center=center))


@law
@given(ANY, st.integers(2, 4), STEPS)
def test_pixels_that_become_squares_change_nothing(ink, times, steps):
    enlarged = np.kron(ink, np.ones((times, times), np.uint8))
    np.testing.assert_array_equal(normalize(enlarged, **steps), normalize(ink, **steps))


@law
@given(STRONG)
def test_a_prepared_image_is_prepared(ink):
    prepared = normalize(ink)
    np.testing.assert_array_equal(normalize(prepared), prepared)


@law
@given(ANY, STEPS)
def test_rows_and_columns_are_treated_alike(ink, steps):
    np.testing.assert_array_equal(normalize(ink.T, **steps), normalize(ink, **steps).T)


@law
@given(arrays(np.uint8, (SIDE, SIDE)))
def test_without_any_step_an_image_of_28x28_stays_as_it_is(ink):
    np.testing.assert_array_equal(normalize(ink, crop=False, fit=False, center=False), ink)


@law
@given(ANY, st.integers(1, SIDE), st.integers(1, SIDE))
def test_shrinking_keeps_the_mean_up_to_rounding(ink, height, width):
    small = shrink(ink, Box(0, ink.shape[0], 0, ink.shape[1]), (height, width))
    assert small.shape == (height, width)
    assert abs(small.mean() - ink.mean()) <= 0.5 + 1e-9


@law
@given(images(0, SIDE), st.booleans())
def test_a_small_image_is_put_where_it_fits(small, center):
    top, left = place(small, center=center)
    assert 0 <= top <= SIDE - small.shape[0]
    assert 0 <= left <= SIDE - small.shape[1]
