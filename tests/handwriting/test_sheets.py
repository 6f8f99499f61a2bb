"""Sample sheets show the digits they were given, as badly as they were asked to."""

import numpy as np
import pytest
from PIL import Image

from digitlib.data import load_mnist
from digitlib.handwriting.normalization import normalize
from digitlib.handwriting.photos import read_photo
from digitlib.handwriting.sheets import CELL, DEGREES, MARGIN, TABLE, make_sheet

BLANK = np.zeros((20, 28, 28), np.uint8)


@pytest.fixture(scope="module")
def digits():
    """One of each class, twice."""
    images, labels = load_mnist()[1]
    first = [int((labels == digit).argmax()) for digit in range(10)]
    digits = images[first + first]
    digits.flags.writeable = False
    return digits


def gray(sheet):
    return np.asarray(Image.fromarray(sheet).convert("L")).astype(float)


def most_alike(images, digits):
    """For each image the class of the digit that it correlates with most."""
    count = len(images)
    return np.corrcoef(images.reshape(count, -1), digits[:10].reshape(10, -1))[:count, count:].argmax(axis=1)


def cells(ink, columns=5):
    """The ink in each cell, prepared as MNIST's was."""
    rows = (ink.shape[0] - 2 * MARGIN) // CELL
    corners = [(MARGIN + CELL * row, MARGIN + CELL * column) for row in range(rows) for column in range(columns)]
    return np.array([normalize(ink[top : top + CELL, left : left + CELL]) for top, left in corners])


@pytest.mark.parametrize("ink", ["dark", "light"])
def test_the_digits_stand_in_rows(digits, ink):
    sheet = make_sheet(digits, ink=ink)
    assert (sheet.shape, sheet.dtype) == ((4 * CELL + 2 * MARGIN, 5 * CELL + 2 * MARGIN, 3), np.uint8)
    written = np.where((gray(sheet) < 140) == (ink == "dark"), np.uint8(255), np.uint8(0))
    assert most_alike(cells(written), digits).tolist() == list(range(10)) * 2


@pytest.mark.parametrize(("count", "columns", "rows"), [(1, 1, 1), (7, 3, 3), (3, 5, 1)])
def test_there_are_as_many_rows_as_needed(digits, count, columns, rows):
    sheet = make_sheet(digits[:count], columns=columns)
    assert sheet.shape[:2] == (rows * CELL + 2 * MARGIN, columns * CELL + 2 * MARGIN)


def test_dark_ink_is_dark_on_light_paper_and_chalk_the_reverse(digits):
    pen, chalk = gray(make_sheet(digits)), gray(make_sheet(digits, ink="light"))
    assert pen.min() < 60 < 200 < np.median(pen)
    assert np.median(chalk) < 60 < 200 < chalk.max()


def test_the_same_seed_gives_the_same_sheet(digits):
    first, again, other = (make_sheet(digits[:5], seed=seed, **DEGREES["strong"]) for seed in (3, 3, 4))
    assert (first == again).all()
    assert (first != other).any()


def test_the_digits_are_left_alone(digits):
    before = digits.copy()
    make_sheet(digits[:5], **DEGREES["severe"])
    assert (digits == before).all()


@pytest.mark.parametrize("light", [0, 0.3, 0.8])
def test_the_share_of_light_that_is_asked_for_is_missing_at_most(light):
    sheet = gray(make_sheet(BLANK[:5], light=light, blur=10))
    darkest = 1 - sheet.min() / gray(make_sheet(BLANK[:5], blur=10)).max()
    assert light / 2 - 0.05 < darkest < light + 0.05


@pytest.mark.parametrize("rotation", [-8, 5])
def test_sheets_turn_anticlockwise_as_pillow_turns_them(digits, rotation):
    turned = Image.fromarray(make_sheet(digits, rotation=rotation)).convert("L")
    level = Image.fromarray(make_sheet(digits)).convert("L")
    expected = level.rotate(rotation, Image.Resampling.BILINEAR, expand=True, fillcolor=235).resize(turned.size)
    assert np.corrcoef(np.ravel(turned), np.ravel(expected))[0, 1] > 0.95


def test_noise_has_the_deviation_asked_for():
    noisy, quiet = (make_sheet(BLANK, noise=noise, ink="light").astype(float) for noise in (0.03, 0))
    assert (noisy - quiet).std() / 255 == pytest.approx(0.03, rel=0.02)


def test_blur_widens_the_edges_of_strokes(digits):
    steepest = [np.abs(np.diff(gray(make_sheet(digits, blur=blur)), axis=0)).max() for blur in (0, 2, 5)]
    assert steepest[0] > 1.5 * steepest[1] > 3 * steepest[2]


def test_a_table_of_wood_lies_around_the_sheet():
    bare, sheet = make_sheet(BLANK), make_sheet(BLANK, table=True)
    assert np.subtract(sheet.shape, bare.shape).tolist() == [2 * TABLE, 2 * TABLE, 0]
    wood, paper = sheet[: TABLE - 5].mean(axis=(0, 1)), sheet[TABLE + 5 : -TABLE - 5].mean(axis=(0, 1))
    assert wood[0] > 1.2 * wood[1] > 1.4 * wood[2]  # brown
    assert (paper > 2 * wood).all()


def test_the_degrees_go_from_good_to_bad():
    assert list(DEGREES) == ["as scanned", "mild", "moderate", "strong", "severe"]
    for name in ("light", "blur", "noise"):
        strengths = [arguments.get(name, 0) for arguments in DEGREES.values()]
        assert strengths == sorted(strengths)


@pytest.mark.parametrize(("degree", "ink"), [*((degree, "dark") for degree in DEGREES), ("strong", "light")])
def test_the_digits_of_every_degree_are_found_in_their_order(digits, degree, ink):
    reading = read_photo(make_sheet(digits, ink=ink, seed=1, **DEGREES[degree]))
    assert reading.lines == [0] * 5 + [1] * 5 + [2] * 5 + [3] * 5
    assert (most_alike(reading.images, digits) == np.arange(20) % 10).sum() >= 18


@pytest.mark.parametrize("degree", DEGREES)
def test_nothing_is_found_on_a_blank_sheet_of_any_degree(degree):
    assert len(read_photo(make_sheet(BLANK[:10], seed=1, **DEGREES[degree])).images) == 0


@pytest.mark.parametrize(
    "images",
    [
        np.zeros((0, 28, 28), np.uint8),
        np.zeros((28, 28), np.uint8),
        np.zeros((5, 28, 28, 1), np.uint8),
        np.zeros((5, 32, 32), np.uint8),
        np.zeros((5, 28, 28), np.float32),
    ],
    ids=lambda images: f"{images.dtype} {images.shape}",
)
def test_other_arrays_are_refused_with_what_to_pass(images):
    with pytest.raises(ValueError, match="pass what load_mnist returned"):
        make_sheet(images)


def test_unknown_inks_and_rows_without_digits_are_refused(digits):
    with pytest.raises(ValueError, match="no ink 'red': choose one of dark, light"):
        make_sheet(digits, ink="red")
    with pytest.raises(ValueError, match="cannot write 0 digits per row"):
        make_sheet(digits, columns=0)
