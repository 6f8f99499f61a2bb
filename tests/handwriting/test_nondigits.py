import subprocess
import sys
from itertools import chain
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from matplotlib.ft2font import FT2Font
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage
from sklearn.neighbors import KNeighborsClassifier

from digitlib.data import load_mnist
from digitlib.handwriting import nondigits
from digitlib.handwriting.nondigits import CHARACTERS, CHOOSING, FAMILIES, FONTS, TESTING
from digitlib.handwriting.normalization import ink_box, normalize

pytestmark = pytest.mark.heavy

MNIST_LONGER_SIDE = 20


@pytest.fixture(scope="module")
def drawings():
    return {name: family(30, 1) for name, family in FAMILIES.items()}


@pytest.fixture(scope="module")
def digits():
    images, labels = load_mnist()[0]
    return images[:4_000], labels[:4_000]


@pytest.fixture(scope="module")
def reader(digits):
    """Someone else who reads digits."""
    images, labels = digits
    return KNeighborsClassifier(1).fit(images.reshape(len(images), -1), labels)


def flat(images):
    return images.reshape(len(images), -1)


def font_file(name):
    return Path(matplotlib.get_data_path(), "fonts", "ttf", f"{name}.ttf")


def printed(character, font):
    """The character as Pillow prints it."""
    canvas = Image.new("L", (400, 400))
    ImageDraw.Draw(canvas).text((100, 80), character, fill=255, font=ImageFont.truetype(font_file(font), 160))
    return normalize(np.asarray(canvas))


def test_the_two_groups_of_families_have_nothing_in_common():
    assert not set(CHOOSING) & set(TESTING)
    assert set(CHARACTERS) == set(FONTS) < set(FAMILIES)


@pytest.mark.parametrize("script", ["capital letters", "small letters"])
def test_latin_letters_are_chosen_with_and_tested_with_in_other_letters_and_other_fonts(script):
    chosen, tested = (
        {letter.lower() for name in family for letter in CHARACTERS[name]}
        for family in (("capital letters", "small letters"), ("other capital letters", "other small letters"))
    )
    assert not chosen & tested
    assert not set(FONTS[script]) & set(FONTS[f"other {script}"])


def test_no_character_comes_twice_or_looks_like_a_digit():
    characters = "".join(CHARACTERS.values())
    assert len(set(characters)) == len(characters)
    assert not set(characters) & set("0123456789OIlisSZzBbgqy|/()")


@pytest.mark.parametrize("name", CHARACTERS)
def test_every_font_has_every_character(name):
    for font in FONTS[name]:
        assert {ord(character) for character in CHARACTERS[name]} <= set(FT2Font(font_file(font)).get_charmap())


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_is_as_many_different_images_as_asked_for(drawings, name):
    images = drawings[name]
    assert (images.shape, images.dtype) == ((30, 28, 28), np.uint8)
    assert len(np.unique(images, axis=0)) == 30
    assert FAMILIES[name](0, 1).shape == (0, 28, 28)


@pytest.mark.parametrize("name", FAMILIES)
def test_the_same_seed_gives_the_same_drawings(drawings, name):
    assert (FAMILIES[name](30, 1) == drawings[name]).all()
    assert (FAMILIES[name](30, 2) != drawings[name]).any(axis=(1, 2)).all()


@pytest.mark.parametrize("name", FAMILIES)
def test_drawings_have_the_size_and_the_place_of_mnist_s_digits(drawings, name):
    for image in drawings[name]:
        box = ink_box(image)
        assert max(box.height, box.width) == MNIST_LONGER_SIDE
        away = np.abs(np.array(ndimage.center_of_mass(image.astype(float))) - 14)
        at_an_edge = np.array([box.top in (0, 8), box.left in (0, 8)])  # and cannot go further
        assert (at_an_edge | (away < 1)).all()


@pytest.mark.parametrize("name", FAMILIES)
def test_drawings_have_ink_and_paper(drawings, name):
    # The thinnest stroke of 20 pixels, and a full square of as many.
    assert drawings[name].mean(axis=(1, 2)).min() > 255 * 3 / 28**2
    assert drawings[name].mean(axis=(1, 2)).max() < 255 * MNIST_LONGER_SIDE**2 / 28**2


@pytest.mark.parametrize("name", CHARACTERS)
def test_characters_come_in_turn_and_look_as_printed(drawings, name):
    characters = CHARACTERS[name]
    patterns = {character: [printed(character, font) for font in FONTS[name]] for character in characters}
    templates = flat(np.stack(list(chain.from_iterable(patterns.values()))))
    labels = [character for character in characters for _ in FONTS[name]]
    correct = [characters[number % len(characters)] for number in range(30)]
    read = KNeighborsClassifier(1, metric="cosine").fit(templates, labels).predict(flat(drawings[name]))
    assert (read == correct).mean() >= 0.85


def test_pictures_come_in_turn_each_like_itself(drawings):
    by_subject = drawings["pictures"].reshape(3, 10, -1).astype(float)
    nearest = KNeighborsClassifier(1, metric="cosine").fit(by_subject[0], range(10))
    assert (nearest.predict(by_subject[1]) == range(10)).mean() >= 0.7


def test_two_digits_are_two_pieces_and_dots_are_several(drawings):
    def pieces(name):
        return np.array([ndimage.label(image > 100, np.ones((3, 3)))[1] for image in drawings[name]])

    assert (pieces("one digit above another") >= 2).mean() > 0.9
    assert (pieces("one digit beside another") >= 2).mean() > 0.9
    assert set(pieces("dots")) <= set(range(1, 9))
    assert np.median(pieces("dots")) >= 3


def test_a_filled_letter_has_its_holes():
    holes = {"A": 1, "C": 0, "E": 0, "Q": 1}
    images = FAMILIES["capital letters"](100, 3).reshape(10, 10, 28, 28)
    for letter, expected in holes.items():
        found = [ndimage.label(image < 64)[1] - 1 for image in images[:, CHARACTERS["capital letters"].index(letter)]]
        assert np.median(found) == expected


def test_mirrored_digits_are_digits_in_a_mirror(drawings, reader):
    images = drawings["mirrored digits"]
    as_drawn, in_a_mirror = (reader.kneighbors(flat(way))[0].mean() for way in (images, images[:, :, ::-1]))
    assert in_a_mirror < 0.85 * as_drawn
    assert np.isin(reader.predict(flat(images[:, :, ::-1])), [3, 4, 6, 7, 9]).mean() > 0.9


def test_turned_digits_are_digits_when_turned_back(drawings, reader):
    images = drawings["turned digits"]
    as_drawn, left, right = (reader.kneighbors(flat(np.rot90(images, turn, (1, 2))))[0] for turn in (0, 1, 3))
    assert np.minimum(left, right).mean() < 0.85 * as_drawn.mean()


def test_two_digits_lie_above_and_beside_each_other(drawings):
    def longer_side(name):
        boxes = [ink_box(image) for image in drawings[name]]
        return np.array([box.height > box.width for box in boxes])

    assert longer_side("one digit above another").all()
    assert longer_side("one digit beside another").mean() < 0.2


@pytest.mark.parametrize(("widely", "readable"), [(False, 0.85), (True, 0.75)])
def test_a_digit_drawn_anew_is_the_same_digit(digits, reader, widely, readable):
    images, labels = load_mnist()[0][0][-200:], load_mnist()[0][1][-200:]
    before = images.copy()
    again = nondigits.redraw(images, seed=1, widely=widely)
    assert (images == before).all()
    assert (reader.predict(flat(again)) == labels).mean() >= readable
    assert (again != images).any(axis=(1, 2)).all()
    assert (nondigits.redraw(images, seed=1, widely=widely) == again).all()
    assert (nondigits.redraw(images, seed=2, widely=widely) != again).any()


def test_widely_drawn_digits_vary_more_and_a_quarter_has_hard_edges(digits):
    images = digits[0][:200]
    mild, wide = (nondigits.redraw(images, seed=1, widely=widely) for widely in (False, True))

    def spread(drawn):
        return np.std(drawn.sum(axis=(1, 2)) / images.sum(axis=(1, 2)))

    def with_hard_edges(drawn):
        return np.isin(drawn, [0, 255]).all(axis=(1, 2)).mean()

    assert spread(wide) > 1.3 * spread(mild)
    assert with_hard_edges(mild) == 0
    assert 0.15 < with_hard_edges(wide) < 0.35


def test_digits_drawn_anew_are_thinner_and_thicker(digits):
    images = digits[0][:200]
    ratio = nondigits.redraw(images, seed=1).sum(axis=(1, 2)) / images.sum(axis=(1, 2))
    assert np.quantile(ratio, 0.1) < 0.95
    assert np.quantile(ratio, 0.9) > 1.15
    assert 0.9 < np.median(ratio) < 1.3


def test_an_empty_image_stays_empty():
    assert not nondigits.redraw(np.zeros((2, 28, 28), np.uint8), seed=1).any()


def test_the_module_does_not_load_tensorflow():
    program = "import sys, digitlib.handwriting.nondigits; print(*sys.modules)"
    output = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert not set(output.split()) & {"tensorflow", "keras"}


def test_printed_digits_come_in_turn_and_have_the_form_of_their_character():
    images = nondigits.printed_digits(100, seed=3)
    assert (images.shape, images.dtype) == ((100, 28, 28), np.uint8)
    fonts = FONTS["other capital letters"]
    patterns = np.stack([printed(str(digit), font).ravel() for digit in range(10) for font in fonts]).astype(float)
    labels = np.repeat(np.arange(10), len(fonts))
    alike = np.corrcoef(images.reshape(100, -1), patterns)[:100, 100:]
    right = labels[alike.argmax(axis=1)] == np.arange(100) % 10
    assert right.mean() > 0.8
    assert (images != nondigits.printed_digits(100, seed=4)).any()
