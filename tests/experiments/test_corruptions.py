import subprocess
import sys

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage, stats

from digitlib.data import load_mnist
from digitlib.experiments.corruptions import NAMES, corrupt

NOTHING_AT_RANDOM = {"scale", "brightness", "stripe", "Canny edges"}
ANGLE = 0.4  # radians, of shear and rotate

# skimage.feature.canny(digits[index] // divisor / 255) of scikit-image 0.26.0, a row in seven hex digits, by index and
# divisor. In the faint images, a twelfth and a sixteenth, the edges are weak.
EDGES = {
    (1, 1): """
    0000000 0000000 0006000 007b800 00c0c00 0080400 013e400 01e2400 0006400 0004c00 0008800 0019800 0013000 0022000
    0064000 0044000 00c8000 0098000 0090000 009fffe 0080802 008000e 007c7f0 0003800 0000000 0000000 0000000 0000000
    """,
    (18, 1): """
    0000000 0000000 0000000 0000000 01f0000 0618000 0406000 04e3000 09b9800 090c800 0904400 0d7c600 0440300 07401c0
    0078060 0007e30 0000398 00f0088 0098048 004c0c8 0067f88 0030018 001c070 0007fc0 0000000 0000000 0000000 0000000
    """,
    (1, 12): """
    0000000 0000000 0006000 007b800 00c0c00 0084400 013e400 00e2400 0006400 0004c00 0008800 0019800 0013000 0022000
    0064000 004c000 00c8000 0098000 0090000 009f7fe 0080802 008000e 007e7f0 0003800 0000000 0000000 0000000 0000000
    """,
    (1, 16): "0000000 " * 28,
}


@pytest.fixture(scope="module")
def digits():
    images = load_mnist()[1][0][:200]
    images.flags.writeable = False
    return images


@pytest.fixture(scope="module")
def framed(digits):
    """The digits with at least three pixels of paper on each side."""
    frame = np.pad(np.zeros((22, 22), bool), 3, constant_values=True)
    images = digits[(digits[:, frame] == 0).all(axis=1)]
    assert len(images) > 100
    return images


def filled(value, count=200):
    return np.full((count, 28, 28), value, np.uint8)


def dots(row, column):
    images = filled(0)
    images[:, row, column] = 255
    return images


def centres(images):
    return np.array([ndimage.center_of_mass(image) for image in images])


def resampled(image, matrix):
    """By Pillow: `matrix` leads from new to old (x, y), measured from the centre."""
    (a, b), (c, d) = matrix
    coefficients = (a, b, 14 * (1 - a - b), c, d, 14 * (1 - c - d))
    floats = Image.fromarray(image.astype(np.float32))
    return np.asarray(floats.transform((28, 28), Image.Transform.AFFINE, coefficients, Image.Resampling.BILINEAR))


def assert_each_is_one_of(results, candidates):
    """Every result is its image in the first way or in the second, and both ways are as common."""
    distances = np.abs(results - np.asarray(candidates)).max(axis=(2, 3))
    assert distances.min(axis=0).max() < 1
    assert 0.4 < distances.argmin(axis=0).mean() < 0.6


def test_the_names_are_those_of_the_paper_in_its_order():
    names = (
        "shot noise, impulse noise, glass blur, motion blur, shear, scale, rotate, brightness, translate, stripe, fog, "
    )
    names += "spatter, dotted line, zigzag, Canny edges"
    assert ", ".join(NAMES) == names


@pytest.mark.parametrize("name", NAMES)
def test_every_corruption_returns_new_images_and_leaves_its_argument_alone(digits, name):
    before = digits.copy()
    corrupted = corrupt(digits, name)
    assert (corrupted.shape, corrupted.dtype) == (digits.shape, np.uint8)
    assert (digits == before).all()
    assert not np.shares_memory(corrupted, digits)
    assert (corrupted != digits).any(axis=(1, 2)).all()


@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_gives_the_same_images(digits, name):
    first, again, other = (corrupt(digits, name, seed=seed) for seed in (3, 3, 4))
    assert (first == again).all()
    assert (first == other).all() == (name in NOTHING_AT_RANDOM)


@pytest.mark.parametrize("name", sorted(set(NAMES) - NOTHING_AT_RANDOM))
def test_every_image_is_drawn_for_anew(digits, name):
    copies = corrupt(np.repeat(digits[:1], 20, axis=0), name)
    assert len(np.unique(copies, axis=0)) >= {"shear": 2, "rotate": 2, "translate": 4}.get(name, 10)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("images", [filled(0, 3), filled(255, 3), filled(0, 0)], ids=["blank", "full", "none"])
def test_images_without_a_digit_are_corrupted_too(name, images):
    with np.errstate(all="raise"):
        corrupted = corrupt(images, name)
    assert (corrupted.shape, corrupted.dtype) == (images.shape, np.uint8)


def test_an_unknown_name_is_answered_with_the_known_ones(digits):
    with pytest.raises(KeyError, match=r"no corruption 'snow': choose one of shot noise, .*, Canny edges"):
        corrupt(digits, "snow")


@pytest.mark.parametrize(
    "images",
    [
        np.zeros((5, 28, 28), np.float32),
        np.zeros((5, 28, 28), np.int64),
        np.zeros((28, 28), np.uint8),
        np.zeros((5, 32, 32), np.uint8),
        np.zeros((5, 28, 28, 1), np.uint8),
    ],
    ids=lambda images: f"{images.dtype} {images.shape}",
)
def test_other_arrays_are_refused_with_what_to_pass(images):
    with pytest.raises(ValueError, match="pass what load_mnist returned"):
        corrupt(images, "stripe")


def test_the_module_does_not_load_tensorflow():
    program = "import sys, digitlib.experiments.corruptions; print(*sys.modules)"
    output = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert not set(output.split()) & {"tensorflow", "keras", "matplotlib"}


def test_shot_noise_is_a_poisson_number_of_photons_three_for_full_ink():
    counts = corrupt(filled(51), "shot noise") / 85
    found = [(counts == count).sum() for count in range(4)]
    photons = stats.poisson(3 * 51 / 255)
    expected = counts.size * np.array([*photons.pmf([0, 1, 2]), photons.sf(2)])
    assert sum(found) == counts.size
    assert stats.chisquare(found, expected).pvalue > 0.01


def test_shot_noise_leaves_paper_alone(digits):
    assert (corrupt(digits, "shot noise")[digits == 0] == 0).all()


def test_impulse_noise_hits_17_percent_of_the_pixels_with_as_much_salt_as_pepper():
    noisy = corrupt(filled(100), "impulse noise")
    found = [(noisy == value).sum() for value in (0, 255, 100)]
    assert stats.chisquare(found, noisy.size * np.array([0.085, 0.085, 0.83])).pvalue > 0.01


def test_glass_blur_moves_ink_without_adding_any(digits):
    blurred = corrupt(digits, "glass blur").astype(float)
    assert blurred.sum(axis=(1, 2)) == pytest.approx(digits.sum(axis=(1, 2)), rel=0.02)
    assert (corrupt(filled(100), "glass blur") == 100).all()


def test_glass_blur_moves_ink_by_a_pixel_or_two(digits):
    assert np.abs(centres(corrupt(digits, "glass blur")) - centres(digits)).max() < 1
    spread = corrupt(dots(14, 14), "glass blur").mean(axis=0)
    # Two rounds of swaps carry a pixel at most two down and two to the right; two smoothings reach 2 x 3 rows.
    assert spread[16 + 6 + 1 :].max() == 0
    assert spread[:, 16 + 1 :].max() == 0
    assert spread[:, 16].max() > 0


def test_glass_blur_smooths_along_columns_only():
    # No swap reaches the first column.
    image = filled(0)
    image[:, 14, 0] = 255
    row = np.arange(28) - 14
    once = np.exp(-(row**2) / (2 * 0.7**2)) / np.exp(-(row**2) / (2 * 0.7**2)).sum()
    twice = np.convolve(once, once, mode="full")[14 : 14 + 28]
    blurred = corrupt(image, "glass blur")
    assert np.abs(blurred[:, :, 0] - 255 * twice).max() < 1
    assert (blurred[:, :, 1:] == 0).all()


def test_motion_blur_leaves_an_even_image_alone():
    assert (corrupt(filled(100), "motion blur") == 100).all()


def test_motion_blur_smears_a_dot_along_a_ray_at_most_45_degrees_off_the_horizontal():
    smeared = corrupt(dots(14, 24), "motion blur")
    assert np.abs(smeared.sum(axis=(1, 2)) - 255.0).max() < 5
    down, right = (centres(smeared) - [14, 24]).T
    angles = np.degrees(np.arctan(down / right))
    assert right.max() < -1
    assert stats.kstest(angles, stats.uniform(-45, 90).cdf).pvalue > 0.01
    # Euler and Maclaurin: the mean of 0, 1, 2, ... weighted by exp(-x^2 / 18).
    mean = (3**2 - 1 / 12) / (3 * np.sqrt(np.pi / 2) + 1 / 2)
    assert np.hypot(down, right).mean() == pytest.approx(mean, abs=0.1)
    # The second moment of the same weights; a grid rounds positions by up to half a pixel.
    rows, columns = np.indices((28, 28))
    squares = (rows - 14) ** 2 + (columns - 24) ** 2
    moment = 3**3 * np.sqrt(np.pi / 2) / (3 * np.sqrt(np.pi / 2) + 1 / 2)
    assert (smeared * squares).sum() / smeared.sum() == pytest.approx(moment, rel=0.05)


def test_shear_slants_by_the_angle_either_way(framed):
    ways = [[[1, -np.sin(angle)], [0, np.cos(angle)]] for angle in (-ANGLE, ANGLE)]
    candidates = [[resampled(image, way) for image in framed] for way in ways]
    assert_each_is_one_of(corrupt(framed, "shear"), candidates)


def test_scale_shrinks_to_seven_tenths(framed):
    scaled = corrupt(framed, "scale")
    expected = [resampled(image, np.eye(2) / 0.7) for image in framed]
    assert np.abs(scaled - np.array(expected)).max() < 1
    assert scaled.sum() / framed.sum() == pytest.approx(0.7**2, abs=0.01)
    assert np.abs((centres(scaled) - 13.5) - 0.7 * (centres(framed) - 13.5)).max() < 0.3


def test_rotate_turns_by_the_angle_either_way(framed):
    floats = [Image.fromarray(image.astype(np.float32)) for image in framed]
    candidates = [
        [np.asarray(image.rotate(np.degrees(angle), Image.Resampling.BILINEAR)) for image in floats]
        for angle in (-ANGLE, ANGLE)
    ]
    assert_each_is_one_of(corrupt(framed, "rotate"), candidates)


def test_brightness_adds_half_of_full_ink(digits):
    expected = np.minimum(digits + 127.5, 255)
    assert np.abs(corrupt(digits, "brightness") - expected).max() < 0.51


def test_translate_moves_along_one_of_four_diagonals(framed):
    moved = corrupt(framed, "translate")
    ways = [(down, right) for down in (-3, 3) for right in (-3, 3)]
    same = np.array([(moved == np.roll(framed, way, axis=(1, 2))).all(axis=(1, 2)) for way in ways])
    assert (same.sum(axis=0) == 1).all()
    assert stats.chisquare(same.sum(axis=1)).pvalue > 0.01


def test_translate_loses_what_leaves_and_brings_in_paper():
    moved = corrupt(filled(255), "translate")
    assert ((moved == 255).sum(axis=(1, 2)) == 25 * 25).all()
    assert ((moved == 0).sum(axis=(1, 2)) == 28**2 - 25**2).all()


def test_stripe_inverts_seven_columns_on_each_side(digits):
    striped = corrupt(digits, "stripe")
    assert (striped[:, :, 7:21] == digits[:, :, 7:21]).all()
    assert (striped[:, :, :7] == 255 - digits[:, :, :7]).all()
    assert (striped[:, :, 21:] == 255 - digits[:, :, 21:]).all()


def test_fog_adds_three_inks_of_clouds_and_keeps_the_range(digits):
    full = digits[digits.max(axis=(1, 2)) == 255]
    foggy, white = (corrupt(images, "fog").astype(float) for images in (full, filled(255, len(full))))
    # (digit + 3 clouds) / (1 + 3), of which the clouds are the same over a white image.
    assert np.abs((white - foggy) - (255.0 - full) / 4).max() <= 1
    clouds = (4 * white / 255 - 1) / 3
    assert clouds.min() > -0.01
    assert clouds.max() < 1.01
    # From 3,000 images of MNIST-C's own program: the level, and what the finest details leave in differences.
    assert clouds.mean() == pytest.approx(0.499, abs=0.05)
    assert clouds.std() == pytest.approx(0.201, abs=0.02)
    assert np.abs(np.diff(clouds, axis=2)).mean() == pytest.approx(0.0082, abs=0.0005)
    assert np.abs(np.diff(clouds, n=2, axis=2)).mean() == pytest.approx(0.0093, abs=0.0005)


def test_fog_stays_within_the_range_of_a_faint_image():
    foggy = corrupt(filled(100), "fog")
    assert foggy.max() <= 100
    assert (corrupt(filled(0), "fog") == 0).all()


def test_spatter_covers_patches_with_mud():
    paper, ink = corrupt(filled(0), "spatter"), corrupt(filled(255), "spatter")
    mud = paper > 0
    # From 3,000 images of MNIST-C's own program: the share of mud, and how often it begins or ends along a row.
    assert mud.mean() == pytest.approx(0.135, abs=0.01)
    assert np.diff(mud, axis=2).mean() == pytest.approx(0.0685, abs=0.005)
    # Cover is 0 or 0.8 to 1: of paper it makes at most the shade of mud, of ink what shines through besides.
    assert set(np.unique(paper[mud])) <= set(range(50, 64))
    assert (ink[~mud] == 255).all()
    cover = paper[mud] / 63
    assert np.abs(ink[mud] - (255 * (1 - cover) + 63 * cover)).max() < 3


def test_dotted_line_adds_seven_dots_to_the_digit(digits):
    dotted, line = corrupt(digits, "dotted line"), corrupt(filled(0), "dotted line")
    assert (dotted == np.minimum(digits.astype(int) + line, 255)).mean() > 0.99
    assert np.abs(dotted - np.minimum(digits.astype(float) + line, 255)).max() <= 1
    columns = [2, 3, 6, 7, 10, 11, 14, 15, 18, 19, 22, 23, 26]
    assert (line.max(axis=1)[:, columns] >= 190).all()
    assert (np.delete(line, columns, axis=2) == 0).all()


def test_dotted_line_is_straight_from_side_to_side_and_fades():
    line = corrupt(filled(0), "dotted line")
    columns = [2, 3, 6, 7, 10, 11, 14, 15, 18, 19, 22, 23, 26]
    heights = line[:, :, columns].argmax(axis=1)
    fits = np.polynomial.polynomial.polyfit(columns, heights.T, 1)
    residuals = heights - np.polynomial.polynomial.polyval(np.array(columns), fits)
    assert np.abs(residuals).max() < 1
    ends = np.polynomial.polynomial.polyval(np.array([0, 27]), fits)
    assert stats.kstest(ends.ravel(), stats.uniform(-0.5, 27).cdf).pvalue > 0.01
    # Ink is 1 + log(1 - distance / 2.3): the line passes between two rows, whose distances from it make one.
    ink = np.sort(line[:, :, columns], axis=1)[:, -2:] / 255
    distances = 2.3 * (1 - np.exp(ink - 1))
    assert np.abs(distances.sum(axis=1) - 1).max() < 0.02


def test_zigzag_only_adds_ink(digits):
    drawn, zigzag = corrupt(digits, "zigzag"), corrupt(filled(0), "zigzag")
    assert np.abs(drawn - np.minimum(digits.astype(float) + zigzag, 255)).max() <= 1
    assert (zigzag[:, :, :2] == 0).all()
    assert (zigzag[:, :, 26:] == 0).all()


def test_zigzag_has_six_corners_two_pixels_off_its_axis():
    zigzag = corrupt(filled(0), "zigzag")
    inside = zigzag[(zigzag[:, [0, 1, 26, 27]] == 0).all(axis=(1, 2))][:, :, 2:25].astype(float)
    heights = (inside * np.arange(28)[:, np.newaxis]).sum(axis=1) / inside.sum(axis=1)
    columns = np.arange(23)
    level = np.interp(columns, [0, 2, 6, 10, 14, 18, 22, 23], [0, 2, -2, 2, -2, 2, -2, 0])
    slopes, _ = np.polyfit(columns, (heights - level).T, 1)
    beside = heights - np.outer(slopes, columns)
    beside -= beside.mean(axis=1, keepdims=True)
    assert len(inside) > 50
    assert np.abs(beside.mean(axis=0) - (level - level.mean())).max() < 0.6  # strokes share columns
    assert slopes.min() == pytest.approx(-5 / 23, abs=0.02)
    assert slopes.max() == pytest.approx(4 / 23, abs=0.02)


@pytest.mark.parametrize(("index", "divisor"), EDGES)
def test_canny_edges_are_those_that_scikit_image_finds(digits, index, divisor):
    edges = corrupt(digits // divisor, "Canny edges")[index]
    expected = [[int(bit) for bit in f"{int(row, 16):028b}"] for row in EDGES[index, divisor].split()]
    assert (edges == 255 * np.array(expected)).all()


def test_canny_edges_are_thin_and_lie_where_the_image_is_steep(digits):
    edges = corrupt(digits, "Canny edges")
    assert set(np.unique(edges)) == {0, 255}
    assert edges.mean() < digits.mean()
    for image, found in zip(digits, edges == 255, strict=True):
        steepness = ndimage.gaussian_gradient_magnitude(image.astype(float), 1)
        assert np.median(steepness[found]) > np.quantile(steepness, 0.8)
