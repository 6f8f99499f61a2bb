"""Digits are found in photos of many kinds, and what is no photo of digits is refused in clear words."""

import ast
import contextlib
import dataclasses
import io
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

from digitlib import data, reference, training
from digitlib.data import load_mnist
from digitlib.handwriting.boxes import Box
from digitlib.handwriting.normalization import normalize
from digitlib.handwriting.photos import PhotoError, Reading, draw_reading, read_photo
from pipeline.paths import ROOT

# Pillow's warnings stay inside.
pytestmark = [pytest.mark.heavy, pytest.mark.filterwarnings("error")]

SCALE = 4  # MNIST's pixels become squares of this side
CELL = 36 * SCALE
COLUMNS = 4
LINES = [0] * COLUMNS + [1] * COLUMNS + [2] * COLUMNS
UPRIGHT = Image.Transpose
# What a camera does that was held so, and Exif's number for it.
HELD = {
    2: [UPRIGHT.FLIP_LEFT_RIGHT],
    3: [UPRIGHT.ROTATE_180],
    4: [UPRIGHT.FLIP_TOP_BOTTOM],
    5: [UPRIGHT.TRANSPOSE],
    6: [UPRIGHT.ROTATE_90],
    7: [UPRIGHT.TRANSVERSE],
    8: [UPRIGHT.ROTATE_270],
}
ORIENTATION = 0x0112  # the tag


@pytest.fixture(scope="module")
def digits():
    images = load_mnist()[1][0][:200]
    images.flags.writeable = False
    return images


@pytest.fixture(scope="module")
def sheet(digits):
    """Twelve digits in three lines, black on white."""
    ink = written(digits[:12])
    ink.flags.writeable = False
    return 255 - ink


@pytest.fixture(scope="module")
def reading(sheet):
    return read_photo(sheet)


def written(images):
    """Ink in rows of four, each pixel as a square."""
    rows = -(-len(images) // COLUMNS)
    ink = np.zeros((rows * CELL, COLUMNS * CELL), np.uint8)
    for position, image in enumerate(images):
        row, column = divmod(position, COLUMNS)
        top, left = row * CELL + 4 * SCALE, column * CELL + 4 * SCALE
        ink[top : top + 28 * SCALE, left : left + 28 * SCALE] = np.kron(image, np.ones((SCALE, SCALE), np.uint8))
    return ink


def shaded(photo):
    """Light from the left, and a soft shadow in the middle."""
    rows, columns = np.mgrid[-1 : 1 : photo.shape[0] * 1j, -1 : 1 : photo.shape[1] * 1j]
    light = (0.7 - 0.3 * columns) * (1 - 0.4 * np.exp(-2 * (rows**2 + columns**2)))
    return (photo * light).astype(np.uint8)


def noisy(photo, deviation=8):
    noise = np.random.default_rng(0).normal(0, deviation, photo.shape)
    return np.clip(photo + noise, 0, 255).astype(np.uint8)


def lines_of_text(*texts, size=80):
    """Digits of a font, black on white, and where Pillow finds each, as left, top, right and bottom."""
    font = ImageFont.load_default(size=size)
    image = Image.new("L", (2 * size * max(map(len, texts)), 2 * size * len(texts)), "white")
    boxes = []
    for row, text in enumerate(texts):
        for column, letter in enumerate(text):
            place = (2 * column + 0.5) * size, (2 * row + 0.3) * size
            alone = Image.new("L", image.size)
            ImageDraw.Draw(alone).text(place, letter, font=font, fill="white")
            boxes.append(alone.getbbox())
            image.paste("black", mask=alone)
    return image, boxes


def strokes(*lines, size=(300, 300), width=12):
    image = Image.new("L", size, "white")
    for line in lines:
        ImageDraw.Draw(image).line(line, fill="black", width=width)
    return np.asarray(image)


def on_paper(ink, pen=45):
    """Ink from 0 to 255 on grey paper, photographed, so that no two pixels are quite alike."""
    return noisy(225 - (225 - pen) * (ink / 255), 4)


def enlarged(image, times):
    """A digit without its margin, each pixel as a square."""
    rows, columns = image.any(axis=1).nonzero()[0], image.any(axis=0).nonzero()[0]
    cropped = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return np.kron(cropped, np.ones((times, times), np.uint8))


def placed(shape, *digits):
    """Ink on a sheet: each digit with the row and column of its upper left corner."""
    ink = np.zeros(shape, np.uint8)
    for digit, top, left in digits:
        ink[top : top + digit.shape[0], left : left + digit.shape[1]] = digit
    return ink


def framed(ink, *boxes):
    """Black lines around boxes of top, bottom, left and right."""
    framed = ink.copy()
    for top, bottom, left, right in boxes:
        for lines in (np.s_[top : top + 3, left:right], np.s_[bottom - 3 : bottom, left:right]):
            framed[lines] = 255
        for lines in (np.s_[top:bottom, left : left + 3], np.s_[top:bottom, right - 3 : right]):
            framed[lines] = 255
    return framed


def encoded(photo, form, **options):
    file = io.BytesIO()
    (photo if isinstance(photo, Image.Image) else Image.fromarray(photo)).save(file, form, **options)
    return file.getvalue()


def chunk(name, content):
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png_of_zeros(width, height, rows):
    """A PNG of one bit per pixel that declares its size and holds some of its rows."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    data = zlib.compress(bytes(rows * (1 + -(-width // 8))), 9)
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def assert_alike(images, expected, difference=15):
    """Equal in number, and each close to its own and to no other, if moved by a pixel at most: centres get rounded."""
    assert images.shape == expected.shape
    moved = [np.roll(images.astype(int), (down, right), (1, 2)) for down in (-1, 0, 1) for right in (-1, 0, 1)]
    distances = np.abs(np.array(moved)[:, :, np.newaxis] - expected).mean(axis=(3, 4)).min(axis=0)
    assert distances.argmin(axis=1).tolist() == list(range(len(expected)))
    assert np.diag(distances).max() < difference


def test_digits_come_out_as_mnist_has_them_line_by_line(reading, digits):
    assert_alike(reading.images, digits[:12])
    assert reading.images.dtype == np.uint8
    assert reading.lines == LINES


def test_the_boxes_are_where_a_font_draws_its_digits():
    image, expected = lines_of_text("1234567890", "31415")
    reading = read_photo(image)
    found = [(box.left, box.top, box.right, box.bottom) for box in reading.boxes]
    assert reading.lines == [0] * 10 + [1] * 5
    assert np.abs(np.array(found) - expected).max() <= 2


def test_the_ink_is_zero_on_paper_and_full_in_the_core_of_strokes(reading, digits):
    ink = written(digits[:12])
    assert (reading.ink.shape, reading.ink.dtype) == (ink.shape, np.uint8)
    assert (reading.ink[ink == 0] == 0).all()
    assert np.median(reading.ink[ink >= 250]) == 255
    assert np.corrcoef(reading.ink.ravel(), ink.ravel())[0, 1] > 0.99


def test_the_photo_is_kept_in_gray(reading, sheet):
    np.testing.assert_array_equal(reading.photo, sheet)


@pytest.mark.parametrize("light", [False, True], ids=["dark ink", "light ink"])
@pytest.mark.parametrize(("paper", "pen"), [(255, 0), (230, 40), (200, 110), (120, 20)])
def test_ink_may_be_dark_or_light_and_of_any_contrast(sheet, digits, light, paper, pen):
    photo = noisy(pen + (paper - pen) * (sheet / 255), 3)
    assert_alike(read_photo(255 - photo if light else photo).images, digits[:12])


@pytest.mark.parametrize("light", [False, True], ids=["dark ink", "light ink"])
def test_uneven_light_does_no_harm(sheet, digits, light):
    photo = noisy(shaded(60 + sheet // 2 if light is False else 200 - sheet // 2), 4)
    assert_alike(read_photo(photo).images, digits[:12])


@pytest.mark.parametrize("angle", [-10, -4, 4, 10])
def test_lines_may_rise_or_fall(digits, angle):
    turned = ndimage.rotate(np.pad(written(digits[:12]), 40), angle, order=1)
    reading = read_photo(255 - turned)
    assert reading.lines == LINES
    alone = [normalize(ndimage.rotate(written([image]), angle, order=1)) for image in digits[:12]]
    assert_alike(reading.images, np.array(alone))


def test_every_image_of_mnist_is_one_digit_nearly_unchanged(digits):
    readings = [read_photo(image) for image in digits]
    assert {len(reading.images) for reading in readings} == {1}
    differences = [
        np.abs(reading.images[0].astype(int) - image).mean() for reading, image in zip(readings, digits, strict=True)
    ]
    assert np.mean(differences) < 2
    assert np.quantile(differences, 0.95) < 3


@pytest.mark.parametrize("side", [56, 280, 1400])
def test_one_digit_may_fill_the_photo(digits, side):
    ink = np.kron(digits[4], np.ones((side // 28, side // 28), np.uint8))
    assert_alike(read_photo(ink).images, digits[4:5])


@pytest.mark.parametrize(
    "convert",
    [
        lambda gray: gray.astype(np.uint16) * 257,
        lambda gray: (gray.astype(np.uint16) * 257).astype(">u2"),
        lambda gray: gray / 255,
        lambda gray: (gray / 255).astype(np.float32),
        lambda gray: np.dstack([gray] * 3),
        lambda gray: np.dstack([gray, gray, gray, np.full_like(gray, 255)]),
        lambda gray: np.asfortranarray(gray),
        lambda gray: np.repeat(gray, 2, axis=1)[:, ::2],
    ],
    ids=["uint16", "big-endian", "float64", "float32", "RGB", "RGBA", "Fortran order", "strided"],
)
def test_arrays_of_every_kind_give_the_same(sheet, reading, convert):
    photo = convert(sheet)
    before = photo.copy()
    np.testing.assert_array_equal(read_photo(photo).images, reading.images)
    np.testing.assert_array_equal(photo, before)


def test_an_array_of_booleans_is_black_and_white(sheet):
    np.testing.assert_array_equal(
        read_photo(sheet > 127).images, read_photo(255 * (sheet > 127).astype(np.uint8)).images
    )


def test_colors_are_weighed_as_the_eye_does(sheet, digits):
    red_on_green = np.dstack([255 - sheet, sheet, np.zeros_like(sheet)])
    assert_alike(read_photo(red_on_green).images, digits[:12])


@pytest.mark.parametrize(
    ("mode", "form", "options"),
    [
        ("L", "PNG", {}),
        ("I;16", "PNG", {}),
        ("LA", "PNG", {}),
        ("P", "PNG", {}),
        ("P", "PNG", {"transparency": bytes([255] * 256)}),
        ("RGB", "PNG", {"transparency": (1, 2, 3)}),
        ("RGBA", "PNG", {}),
        ("L", "JPEG", {"quality": 90}),
        ("RGB", "JPEG", {"quality": 90, "progressive": True}),
        ("CMYK", "JPEG", {"quality": 90}),
        ("P", "GIF", {}),
        ("RGB", "BMP", {}),
        ("RGB", "WEBP", {"lossless": True}),
        ("RGBA", "WEBP", {"quality": 90}),
    ],
)
def test_files_of_every_kind_are_read(sheet, digits, mode, form, options):
    image = Image.fromarray(sheet.astype(np.uint16) * 257) if mode == "I;16" else Image.fromarray(sheet).convert(mode)
    assert_alike(read_photo(encoded(image, form, **options)).images, digits[:12])


def test_a_photo_may_be_given_as_a_path_or_its_content_or_an_image(tmp_path, sheet, reading):
    path = tmp_path / "photo.png"
    path.write_bytes(encoded(sheet, "PNG"))
    with Image.open(path) as opened:
        for photo in (path, str(path), path.read_bytes(), opened, opened.convert("RGB")):
            np.testing.assert_array_equal(read_photo(photo).images, reading.images)


def test_a_black_and_white_scan_is_read(sheet):
    scan = Image.fromarray(sheet > 127)
    assert read_photo(encoded(scan, "PNG")).lines == LINES


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", HELD)
def test_photos_are_turned_upright(sheet, digits, form, orientation):
    image = Image.fromarray(sheet[: 2 * CELL])
    for transpose in HELD[orientation]:
        image = image.transpose(transpose)
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    reading = read_photo(encoded(image.convert("RGB"), form, exif=exif, quality=90))
    assert reading.photo.shape == (2 * CELL, COLUMNS * CELL)
    assert_alike(reading.images, digits[:8])


@pytest.mark.parametrize("color", [0, 255], ids=["black", "white"])
def test_ink_may_lie_in_the_opacity_alone(sheet, digits, color):
    even = np.full_like(sheet, color)
    photo = np.dstack([even, even, even, 255 - sheet])
    assert_alike(read_photo(photo).images, digits[:12])
    assert_alike(read_photo(encoded(photo, "PNG")).images, digits[:12])


def test_what_is_transparent_is_white_paper_whatever_its_color(sheet, digits):
    rubbish = np.random.default_rng(0).integers(0, 256, sheet.shape, np.uint8)
    opaque = np.where(sheet == 255, 0, 255).astype(np.uint8)
    gray = np.where(opaque, sheet, rubbish)
    assert_alike(read_photo(np.dstack([gray, gray, gray, opaque])).images, digits[:12])


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP", "MPO"])
def test_the_first_frame_is_read(sheet, digits, form):
    second = Image.new("RGB", (COLUMNS * CELL, 3 * CELL), "grey")
    frames = {"save_all": True, "append_images": [second], "quality": 90}
    assert_alike(read_photo(encoded(Image.fromarray(sheet).convert("RGB"), form, **frames)).images, digits[:12])


@pytest.mark.parametrize("level", [0, 100, 255])
@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (28, 28), (300, 400)])
@pytest.mark.parametrize("deviation", [0, 10])
def test_a_blank_sheet_is_an_empty_reading(level, shape, deviation):
    with np.errstate(all="raise"):
        reading = read_photo(shaded(noisy(np.full(shape, level, np.uint8), deviation)))
    assert (reading.images.shape, reading.images.dtype) == ((0, 28, 28), np.uint8)
    assert (reading.boxes, reading.lines) == ([], [])
    assert not reading.ink.any()


def test_dust_is_no_digit(sheet, reading):
    rng = np.random.default_rng(0)
    dusty = sheet.copy()
    for row, column, size in zip(
        rng.integers(0, 3 * CELL, 40), rng.integers(0, 4 * CELL, 40), rng.integers(1, 6, 40), strict=True
    ):
        if (sheet[row - 20 : row + 20, column - 20 : column + 20] == 255).all():
            dusty[row : row + size, column : column + size] = 0
    assert (dusty != sheet).sum() > 50
    np.testing.assert_array_equal(read_photo(dusty).images, reading.images)


def test_a_line_under_the_digits_or_around_them_is_no_digit(sheet, digits):
    framed = np.pad(sheet, 20, constant_values=255)
    framed[[5, -6]] = framed[:, [5, -6]] = 0
    framed[CELL + 20, 40:-40] = 0
    assert_alike(read_photo(framed).images, digits[:12])


@pytest.mark.parametrize("table", [0, 140, 255])
@pytest.mark.parametrize("sides", [(60, 60, 60, 60), (0, 80, 0, 0), (0, 60, 60, 0), (5, 5, 0, 0)])
def test_a_table_around_the_paper_is_no_digit(sheet, digits, table, sides):
    above, below, left, right = sides
    photo = np.pad(40 + sheet // 4 * 3, ((above, below), (left, right)), constant_values=table)
    turned = ndimage.rotate(photo, 3, order=1, cval=table)
    assert_alike(read_photo(noisy(turned, 3)).images, digits[:12], 20)


def test_pale_lines_of_squared_paper_do_not_join_digits(sheet):
    squared = sheet.copy()
    squared[10::40] = np.minimum(squared[10::40], 220)
    squared[:, 10::40] = np.minimum(squared[:, 10::40], 220)
    assert read_photo(squared).lines == LINES


def test_the_hard_edge_of_a_shadow_beside_digits_is_no_digit(sheet, digits):
    shadowed = sheet.astype(float)
    shadowed[:, 2 * CELL :] *= 0.5
    assert_alike(read_photo(noisy(shadowed, 4)).images, digits[:12])


@pytest.mark.parametrize("gap", [4, 10])
def test_a_bar_near_its_digit_belongs_to_it(gap):
    body = [(100, 110, 100, 160), (100, 160, 170, 160), (170, 160, 170, 230), (170, 230, 100, 230)]
    bar = (110, 110 - gap - 12, 190, 110 - gap - 12)
    photo = strokes(*body, bar)
    reading = read_photo(photo)
    assert len(reading.images) == 1
    np.testing.assert_array_equal(reading.ink > 127, photo < 128)


def test_two_halves_above_each_other_make_a_digit(digits, sheet):
    broken = sheet.copy()
    middle = CELL // 2
    broken[middle : middle + 6] = 255
    assert_alike(read_photo(broken).images, digits[:12])


def test_lines_close_to_each_other_stay_apart(digits):
    ink = written(digits[:12])
    close = np.concatenate([ink[row * CELL + 6 * SCALE : row * CELL + 30 * SCALE] for row in range(3)])
    close[:: 24 * SCALE] = close[1 :: 24 * SCALE] = 0
    reading = read_photo(255 - np.pad(close, 20))
    assert reading.lines == LINES


def test_the_ink_of_a_neighbour_stays_out_even_if_their_boxes_overlap():
    left, right = (60, 220, 140, 80), (110, 220, 190, 80)
    both = read_photo(strokes(left, right))
    assert both.boxes[0].right > both.boxes[1].left
    for image, line in zip(both.images, (left, right), strict=True):
        np.testing.assert_array_equal(image, read_photo(strokes(line)).images[0])


def test_digits_that_touch_are_one():
    assert len(read_photo(strokes((80, 80, 80, 220), (150, 80, 150, 220), (80, 150, 150, 150))).images) == 1


@pytest.mark.parametrize("width", [2, 4, 8])
def test_thin_strokes_are_widened_to_nearly_two_of_twenty_pixels(width):
    image = read_photo(strokes((150, 50, 150, 250), (90, 150, 210, 150), width=width)).images[0]
    across = image[7].astype(int)
    assert across.max() > 200
    assert across.sum() / 255 == pytest.approx(1.75, abs=0.3)


def test_strokes_as_wide_as_mnists_are_left_alone():
    photo = strokes((150, 50, 150, 250), (90, 150, 210, 150), width=24)
    assert np.abs(read_photo(photo).images[0].astype(int) - normalize(255 - photo)).max() <= 1


def test_of_a_plain_sheet_there_is_nothing_to_be_said(reading, sheet):
    assert reading.doubts == ()
    assert list(reading.left_out) == []
    assert read_photo(noisy(shaded(sheet), 4)).doubts == ()


def test_of_a_blank_sheet_it_is_said_that_nothing_was_read():
    (doubt,) = read_photo(np.full((300, 400), 255, np.uint8)).doubts
    assert doubt.startswith("Nothing was read: write with a dark pen")


@pytest.mark.parametrize("margin", [0.06, 0.15])
@pytest.mark.parametrize("shade", [np.array, shaded])
def test_a_digit_cut_close_is_one_digit(digits, margin, shade):
    close = [np.pad(enlarged(image, 6), round(6 * 20 * margin)) for image in digits[6:16]]
    readings = [read_photo(noisy(shade(on_paper(ink)), 2)) for ink in close]
    assert [(len(reading.images), reading.doubts) for reading in readings] == [(1, ())] * 10
    found = np.concatenate([reading.images for reading in readings])
    assert_alike(found, np.array([normalize(ink) for ink in close]))


def test_two_digits_cut_close_are_two(digits):
    for first, second in zip(digits[:6], digits[6:12], strict=True):
        left, right = enlarged(first, 6), enlarged(second, 6)
        ink = placed((140, 44 + left.shape[1] + right.shape[1]), (left, 10, 10), (right, 10, 34 + left.shape[1]))
        assert read_photo(on_paper(ink)).lines == [0, 0]


@pytest.mark.parametrize("pencil", [170, 150, 120])
def test_a_pencil_is_read_beside_a_pen_and_that_is_said(digits, pencil):
    ink = written(digits[:12])
    photo = on_paper(ink)
    photo[CELL : 2 * CELL] = on_paper(ink[CELL : 2 * CELL], pencil)
    reading = read_photo(photo)
    assert reading.lines == LINES
    assert_alike(reading.images, digits[:12])
    if pencil == 170:
        assert len(reading.doubts) == 1
        assert reading.doubts[0].startswith("Read, but much fainter than other digits: 4, at row ")
        assert list(reading.left_out) == []


def test_an_orange_pen_is_read_beside_a_black_one(digits):
    ink = written(digits[:8]) / 255
    orange = np.arange(len(ink)) >= CELL
    pens = np.where(orange[:, np.newaxis], [[255, 170, 60]], [[20, 20, 20]])[:, np.newaxis]
    photo = noisy(225 + ink[..., np.newaxis] * (pens - 225), 4)
    assert_alike(read_photo(photo).images, digits[:8])


def test_large_and_small_digits_in_a_line_are_all_read(digits):
    small = [(enlarged(image, 3), 50, 330 + 110 * place) for place, image in enumerate(digits[1:4])]
    reading = read_photo(on_paper(placed((300, 700), (enlarged(digits[0], 10), 40, 60), *small)))
    assert reading.lines == [0, 0, 0, 0]
    assert_alike(reading.images, digits[:4], 20)
    (doubt,) = reading.doubts
    assert doubt.startswith("Read, but far larger or smaller than other digits: 3, at row ")


@pytest.mark.parametrize("count", [4, 18])
def test_small_digits_below_a_large_heading_are_all_read(digits, count):
    heading = [(enlarged(image, 10), 40, 60 + 300 * place) for place, image in enumerate(digits[:2])]
    below = [
        (enlarged(image, 3), 320 + 100 * (place // 6), 60 + 110 * (place % 6))
        for place, image in enumerate(digits[2 : 2 + count])
    ]
    reading = read_photo(on_paper(placed((640, 760), *heading, *below)))
    assert reading.lines == [0, 0] + [1 + place // 6 for place in range(count)]
    assert_alike(reading.images, digits[: 2 + count], 20)
    assert len(reading.doubts) == 1


@pytest.mark.parametrize("pen", [45, 170], ids=["dark", "pale"])
def test_boxes_around_digits_are_left_out_and_that_is_said(digits, pen):
    corners = [(CELL * row + 3, CELL * column + 3) for row in range(2) for column in range(COLUMNS)]
    drawn = [(top, top + CELL - 8, left, left + CELL - 8) for top, left in corners]
    ink = np.pad(written(digits[:8]), 20)
    boxes = framed(np.zeros_like(ink), *(np.array(drawn) + 20))
    photo = np.minimum(on_paper(ink), on_paper(boxes, pen))
    reading = read_photo(photo)
    assert_alike(reading.images, digits[:8])
    assert np.abs(np.array(sorted(reading.left_out)) - (np.array(drawn) + 20)).max() <= 2
    (doubt,) = reading.doubts
    assert doubt.startswith("Left out, as lines around digits: 8, at row ")
    assert doubt.endswith(" and 5 more.")


def test_a_zero_around_a_speck_is_no_frame():
    photo = strokes(size=(300, 300))
    image = Image.fromarray(photo)
    ImageDraw.Draw(image).ellipse((80, 50, 220, 250), outline="black", width=20)
    ImageDraw.Draw(image).ellipse((140, 140, 160, 160), fill="black")
    reading = read_photo(image)
    assert len(reading.images) == 1
    assert (reading.boxes[0].height, reading.boxes[0].width) == pytest.approx((201, 141), abs=6)


def test_lines_of_ruled_paper_through_the_digits_are_left_out_and_that_is_said(digits):
    ink = written(digits[:8])
    ink[10::40] = ink[11::40] = 200
    reading = read_photo(on_paper(ink))
    assert len(reading.images) == 0
    assert reading.doubts[0].startswith("Left out, as lines across the photo and what they run into: ")
    assert reading.doubts[1].startswith("Nothing was read")


def test_a_blot_and_a_long_line_are_left_out_and_that_is_said(digits):
    ink = np.pad(written(digits[:8]), 60)
    ink[20:40, 300:320] = 255
    ink[-30:-26, 80:600] = 255
    reading = read_photo(on_paper(ink))
    assert_alike(reading.images, digits[:8])
    assert set(reading.doubts) == {
        "Left out, as far smaller than a digit: 1, at row 30 column 310.",
        f"Left out, as far larger than a digit: 1, at row {len(ink) - 28} column 340.",
    }


def test_digits_at_the_edge_and_such_as_may_be_two_are_doubted():
    (doubt,) = read_photo(strokes((150, 0, 150, 200))).doubts
    assert doubt.startswith("Read, but at the edge of the photo, so perhaps cut off: 1, at row ")
    touching = strokes((40, 100, 40, 200), (40, 150, 250, 150), (250, 100, 250, 200))
    (doubt,) = read_photo(touching).doubts
    assert doubt == "Read as one digit, but as wide as two that touch: 1, at row 150 column 146."


def test_pale_lines_of_squared_paper_are_not_taken_for_faint_digits(sheet):
    squared = on_paper(255 - sheet).astype(float)
    squared[10::40] -= 40
    squared[:, 10::40] -= 40
    reading = read_photo(noisy(squared, 1))
    assert reading.lines == LINES
    assert "fainter" not in " ".join(reading.doubts)


def test_a_large_photo_is_reduced_and_its_boxes_with_it(digits):
    ink = written(digits[:12])
    large = np.kron(ink, np.ones((6, 6), np.uint8))
    reading = read_photo(255 - large)
    assert 1_900_000 < reading.photo.size <= 2_000_000
    assert reading.ink.shape == reading.photo.shape
    factor = reading.photo.shape[0] / ink.shape[0]
    expected = [[factor * side for side in box] for box in read_photo(255 - ink).boxes]
    assert np.abs(np.array(reading.boxes) - expected).max() < 6
    assert_alike(reading.images, digits[:12])


def test_all_digits_of_twelve_million_pixels_are_found(digits):
    photo = Image.fromarray(noisy(shaded(255 - written(digits[:20]))))
    content = encoded(photo.resize((3_000, 4_000)).convert("RGB"), "JPEG")
    assert len(read_photo(content).images) == 20


# Not by resource.getrusage: on Linux that starts a process at the peak of the one that started it.
READ_AND_MEASURE = """
import pathlib, re, sys, warnings
from digitlib.handwriting.photos import PhotoError, read_photo

def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", pathlib.Path("/proc/self/status").read_text())[1]) / 1_000

small, *photos = sys.argv[1:]
read_photo(small)  # loads what is loaded but once
warnings.simplefilter("error")
before = peak()
for photo in photos:
    try:
        print(len(read_photo(photo).images))
    except PhotoError as error:
        print(error)
    print(peak() - before)
"""


@pytest.fixture
def read_and_measure(tmp_path, sheet):
    """Read photos in a new process: what was found in each, and the megabytes by which memory grew up to it."""
    if not Path("/proc/self/status").exists():
        pytest.skip("only Linux tells the peak of memory there")

    def run(*contents):
        paths = [tmp_path / f"photo{number}" for number in range(len(contents) + 1)]
        for path, content in zip(paths, [encoded(sheet, "PNG"), *contents], strict=True):
            path.write_bytes(content)
        command = [sys.executable, "-c", READ_AND_MEASURE, *map(str, paths)]
        result = subprocess.run(command, capture_output=True, text=True, check=True)
        assert result.stderr == ""
        lines = result.stdout.splitlines()
        return lines[::2], [float(line) for line in lines[1::2]]

    return run


def test_the_largest_photos_are_read_in_less_than_500_megabytes(sheet, read_and_measure):
    phone = Image.fromarray(sheet).resize((8_160, 6_144), Image.Resampling.NEAREST)
    found, megabytes = read_and_measure(
        encoded(phone.convert("RGB"), "JPEG"),
        encoded(phone.convert("RGB"), "JPEG", progressive=True, subsampling=0),
        encoded(phone.resize((6_700, 5_200)).convert("RGBA"), "PNG", compress_level=1),
        encoded(phone.resize((5_200, 4_000)).convert("RGBA"), "WEBP", lossless=True, quality=0, method=0),
    )
    assert found == ["12"] * 4
    assert megabytes[0] < 100  # a JPEG is reduced while it is decoded
    assert megabytes[-1] < 500


def test_decompression_bombs_are_refused_before_they_are_decoded(read_and_measure):
    bombs = png_of_zeros(20_000, 20_000, 20_000), png_of_zeros(9_500, 9_500, 9_500), png_of_zeros(2**31 - 1, 65_000, 0)
    found, megabytes = read_and_measure(*bombs)
    assert len(found) == 3
    assert all("is too large" in error and "Reduce it first" in error for error in found)
    assert megabytes[-1] < 20


@pytest.mark.parametrize("shape", [(20_000, 20_000), (6_000, 6_000, 4), (10_000, 10_000, 3)])
def test_a_huge_array_is_refused(shape):
    huge = np.broadcast_to(np.uint8(255), shape)
    with pytest.raises(PhotoError, match=rf"the array is too large: {shape[1]:,} by {shape[0]:,} pixels.*Reduce it"):
        read_photo(huge)


def test_a_huge_image_is_refused():
    with pytest.raises(PhotoError, match=r"the image is too large: 8,000 by 8,000 pixels.*Reduce it"):
        read_photo(Image.new("1", (8_000, 8_000)))


@pytest.mark.parametrize(
    ("photo", "reason"),
    [
        (np.zeros((0, 10), np.uint8), "no pixels"),
        (np.zeros((10, 0, 3), np.uint8), "no pixels"),
        (np.array(3, np.uint8), r"shape \(\)"),
        (np.zeros(784, np.uint8), r"shape \(784,\)"),
        (np.zeros((28, 28, 1), np.uint8), r"shape \(28, 28, 1\)"),
        (np.zeros((28, 28, 2), np.uint8), r"shape \(28, 28, 2\)"),
        (np.zeros((5, 28, 28), np.uint8), r"shape \(5, 28, 28\)"),
        (np.zeros((2, 28, 28, 3), np.uint8), r"shape \(2, 28, 28, 3\)"),
        (np.zeros((28, 28), np.int64), "type int64"),
        (np.zeros((28, 28), np.uint32), "type uint32"),
        (np.zeros((28, 28), complex), "type complex128"),
        (np.full((28, 28), "7"), "type <U1"),
        (np.full((28, 28), None), "type object"),
        (np.full((28, 28), np.nan), "from nan to nan"),
        (np.full((28, 28), np.inf), "from inf to inf"),
        (np.full((28, 28), 255.0), "from 255.0 to 255.0"),
        (np.full((28, 28), -0.5), "from -0.5 to -0.5"),
        (Image.new("L", (0, 5)), "no pixels"),
        (Image.new("I", (28, 28)), "type int32"),
        (Image.new("F", (28, 28), 255), "from 255.0 to 255.0"),
        (Image.new("LAB", (28, 28)), "the image cannot be read"),
        (b"", "photo of 0 bytes is not an image"),
        (b"\x89PNG\r\n\x1a\n", "photo of 8 bytes is not an image"),
        (b"<html>404 Not Found</html>", "photo of 26 bytes is not an image"),
        (
            b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
            "not an image in a known format: save it as JPEG or PNG",
        ),
        (None, "from NoneType: pass a path"),
        ([[0, 255]], "from list: pass a path"),
        (7, "from int: pass a path"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_what_is_no_photo_is_refused_with_the_reason(photo, reason):
    with pytest.raises(PhotoError, match=reason):
        read_photo(photo)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF", "BMP"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.95])
def test_a_truncated_file_is_refused_by_name(tmp_path, sheet, form, share):
    path = tmp_path / "cut"
    content = encoded(sheet, form)
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(PhotoError, match=r"cut (cannot be read|is not an image)"):
        read_photo(path)


def test_an_altered_file_is_refused_or_read_but_never_fails_otherwise(sheet):
    rng = np.random.default_rng(0)
    small = sheet[::4, ::4]
    for form in ("PNG", "JPEG", "WEBP", "GIF", "BMP"):
        content = encoded(small, form)
        for _ in range(40):
            altered = bytearray(content)
            for place in rng.integers(0, min(len(content), 400), 4):
                altered[place] = rng.integers(256)
            with contextlib.suppress(PhotoError):
                read_photo(bytes(altered))


def test_a_missing_file_or_a_folder_is_refused_by_name(tmp_path):
    with pytest.raises(PhotoError, match=r"nowhere.png cannot be read: No such file or directory. Check the path"):
        read_photo(tmp_path / "nowhere.png")
    with pytest.raises(PhotoError, match=f"{tmp_path.name} cannot be read: "):
        read_photo(str(tmp_path))
    with pytest.raises(PhotoError, match="cannot be read: embedded null byte"):
        read_photo("photo\0.png")


def test_something_else_than_digits_is_refused():
    dot = np.pad(np.zeros((15, 15), np.uint8), 5, constant_values=255)
    with pytest.raises(PhotoError, match=r"shows 1,600 marks, more than 1,000: photograph digits on plain paper"):
        read_photo(np.tile(dot, (40, 40)))


@pytest.fixture
def small_reading():
    photo = np.zeros((100, 200), np.uint8)
    boxes = [Box(10, 30, 20, 40), Box(10, 30, 120, 140), Box(60, 90, 20, 50)]
    return Reading(np.zeros((3, 28, 28), np.uint8), boxes, [0, 0, 1], photo, photo)


@pytest.fixture(autouse=True)
def _no_figure_is_left_open():
    yield
    plt.close("all")


def test_a_drawing_shows_the_photo_with_a_box_around_each_digit(small_reading):
    drawing = draw_reading(small_reading)
    (image,) = drawing.ax.images
    np.testing.assert_array_equal(image.get_array(), small_reading.photo)
    boxes = [(patch.get_x(), patch.get_y(), patch.get_width(), patch.get_height()) for patch in drawing.ax.patches]
    assert boxes == [(19.5, 9.5, 20, 20), (119.5, 9.5, 20, 20), (19.5, 59.5, 30, 30)]
    assert [text.get_text() for text in drawing.ax.texts] == ["0", "1", "2"]
    assert drawing.alt == repr(drawing) == "Photo with 3 digits found in 2 lines, each in a box."
    drawing._repr_mimebundle_()


def test_a_drawing_may_show_the_answers(small_reading):
    drawing = draw_reading(small_reading, answers="705")
    assert [text.get_text() for text in drawing.ax.texts] == ["7", "0", "5"]
    assert drawing.alt == "Photo with 3 digits found in 2 lines, each in a box and read as 7 0; 5."
    with pytest.raises(ValueError, match="2 answers for 3 digits"):
        draw_reading(small_reading, answers=[1, 2])


def test_a_drawing_goes_on_the_axes_given():
    _, (left, right) = plt.subplots(1, 2)
    drawing = draw_reading(read_photo(strokes((150, 50, 150, 250))), answers=[1], ax=right)
    assert drawing.ax is right
    assert not left.has_data()
    assert drawing.alt == "Photo with 1 digit found in 1 line, each in a box and read as 1."
    blank = draw_reading(read_photo(np.zeros((9, 9), np.uint8)), answers=[])
    assert blank.alt.startswith("Photo in which no digit was found. Nothing was read: write with a dark pen")


def test_a_drawing_shows_what_was_left_out_and_says_the_doubts(small_reading):
    reading = dataclasses.replace(small_reading, doubts=("One.", "Another."), left_out=[Box(50, 60, 70, 90)])
    drawing = draw_reading(reading)
    dashed = [patch for patch in drawing.ax.patches if patch.get_linestyle() == "--"]
    assert [patch.get_bbox().bounds for patch in dashed] == [(69.5, 49.5, 20, 10)]
    assert drawing.ax.get_title(loc="left") == "One.\nAnother."
    assert drawing.alt == "Photo with 3 digits found in 2 lines, each in a box. One. Another."


@pytest.mark.parametrize("orientation", HELD)
@pytest.mark.parametrize("mode", ["I;16", "I", "F"])
def test_photos_of_many_gray_levels_are_turned_upright(sheet, digits, mode, orientation):
    image = Image.fromarray(sheet[: 2 * CELL])
    for transpose in HELD[orientation]:
        image = image.transpose(transpose)
    levels = np.asarray(image)
    if mode == "F":
        image = Image.fromarray(levels.astype(np.float32) / 255)
    else:
        image = Image.fromarray(levels.astype(np.uint16) * 257)
    image.getexif()[ORIENTATION] = orientation
    photo = encoded(image, "PNG", exif=image.getexif()) if mode == "I" else image
    reading = read_photo(photo)
    assert reading.photo.shape == (2 * CELL, COLUMNS * CELL)
    assert_alike(reading.images, digits[:8])
    assert image.getexif()[ORIENTATION] == orientation


def test_the_recipe_of_the_chapter_gives_no_answers_for_a_blank_photo():
    tree = ast.parse((ROOT / "chapters" / "17_handwriting.py").read_text(encoding="utf-8"))
    (recipe,) = (node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "read")
    names = {"data": data, "training": training, "cnn": reference.load_model("cnn")}
    exec(compile(ast.Module([recipe], []), "recipe", "exec"), names)
    reading = read_photo(np.full((300, 400), 255, np.uint8))
    answers = names["read"](reading.images)
    assert (answers.shape, answers.dtype) == ((0,), int)
    assert draw_reading(reading, answers=answers).alt.startswith("Photo in which no digit was found.")
