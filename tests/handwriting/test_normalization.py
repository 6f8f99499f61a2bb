"""MNIST's preparation: on MNIST itself, against Pillow and SciPy, and on paper."""

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from digitlib import data
from digitlib.handwriting.boxes import Box
from digitlib.handwriting.normalization import ink_box, normalize, place, shrink


@pytest.fixture(scope="module")
def images():
    _, (images, _) = data.load_mnist()
    return images


@pytest.fixture(scope="module")
def drawings(images):
    """Digits enlarged by odd factors, off the middle of a larger area."""
    rng = np.random.default_rng(0)
    made = np.zeros((30, 210, 190), np.uint8)
    for drawing, image in zip(made, images, strict=False):
        enlarged = ndimage.zoom(image, rng.uniform(0.5, 6.5), order=1)
        top, left = (rng.integers(0, room - size + 1) for room, size in zip(drawing.shape, enlarged.shape, strict=True))
        drawing[top : top + enlarged.shape[0], left : left + enlarged.shape[1]] = enlarged
    return made


def test_nearly_all_test_images_come_back_unchanged(images):
    unchanged = sum(np.array_equal(normalize(image), image) for image in images)
    print(f"{unchanged} of {len(images)} unchanged")
    assert unchanged >= 9_990


def test_the_longer_side_is_20_and_the_center_of_mass_in_the_middle(drawings):
    for drawing in drawings:
        image = normalize(drawing)
        box = ink_box(image)
        assert max(box.height, box.width) in (19, 20)  # an edge may average to less than half a grey level
        assert np.allclose(ndimage.center_of_mass(image), 14, atol=0.5001)


@pytest.mark.parametrize("times", [2, 3, 7])
def test_shrinking_is_pillows_box_filter(times):
    inside = np.random.default_rng(times).integers(0, 256, (20 * times, 13 * times), np.uint8)
    ink = np.pad(inside, ((5, 1), (2, 9)))
    small = shrink(ink, Box(5, 5 + inside.shape[0], 2, 2 + inside.shape[1]), (20, 13))
    expected = np.asarray(Image.fromarray(inside).convert("F").resize((13, 20), Image.Resampling.BOX))
    assert np.abs(small - expected).max() <= 0.5001


def test_averages_over_areas_on_paper():
    ink = np.array([[0, 90, 240]], np.uint8)
    halves = shrink(ink, Box(0, 1, 0, 3), (1, 2))
    assert halves.tolist() == [[30, 190]]  # (0 + 90 / 2) / 1.5 and (90 / 2 + 240) / 1.5
    assert shrink(np.array([[1, 2]], np.uint8), Box(0, 1, 0, 2), (1, 1)).tolist() == [[2]]  # 1.5: halves go up


def test_no_ink_is_lost_when_the_mass_lies_at_an_edge():
    ink = np.zeros((20, 20), np.uint8)
    ink[:, 0] = 255
    ink[0] = 1
    assert place(ink) == (4, 8)  # centred by mass alone, it would begin at column 14 and lose six
    assert (normalize(ink) > 0).sum() == (ink > 0).sum()


def test_each_step_can_be_left_out():
    ink = np.zeros((56, 56), np.uint8)
    ink[4:14, 6:10] = 255  # 10 high, 4 wide
    assert ink_box(normalize(ink)) == Box(5, 25, 11, 19)
    assert ink_box(normalize(ink, fit=False)) == Box(12, 17, 14, 16)
    assert ink_box(normalize(ink, crop=False, fit=False, center=False)) == Box(2, 7, 3, 5)
    lopsided = ink.copy()
    lopsided[4:6, 6:30] = 255
    by_mass, by_box = (ink_box(normalize(lopsided, center=center)) for center in (True, False))
    assert by_box.left == 4
    assert by_mass.left > by_box.left


def test_an_empty_image_stays_empty():
    assert not normalize(np.zeros((50, 40), np.uint8)).any()


@pytest.mark.parametrize(
    "ink",
    [np.zeros((2, 28, 28), np.uint8), np.zeros((28, 28)), np.zeros((0, 5), np.uint8)],
    ids=["3D", "float", "none"],
)
def test_other_arrays_are_refused(ink):
    with pytest.raises(ValueError, match=r"expected an image of shape \(height, width\) and type uint8"):
        normalize(ink)
