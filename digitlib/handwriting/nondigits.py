"""Drawings that are no digits, by family: letters, signs, figures, scribbles, and digits out of shape.

Each is prepared as MNIST's digits were. The families are divided: a rule that
tells digits from other drawings is chosen with `CHOOSING` and tested with
`TESTING`, which has other letters in other fonts, and other figures.

What passes for a digit is left out: circles, single straight strokes, and of the
Latin letters ``O I i l`` (0 and 1), ``Z z`` (2), ``S s`` (5), ``b`` (6), ``B``
(8), ``g q`` (9) and ``y`` (a 4 with an open top). So are Greek and Cyrillic
letters that look like these, or like theta (0), xi, ze and e (3), che (4), sigma
and be (6), or like a letter of the other group; Hebrew letters of one stroke or
one bow, such as vav (1), samekh (0) and resh (7); signs such as ``( / ! $ §``;
and turned or mirrored digits that become others, such as a mirrored 5. By
chance, a made-up sign may still come close to one.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import combinations, cycle, islice
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath
from PIL import Image, ImageChops, ImageDraw
from scipy import interpolate, ndimage

from digitlib import data
from digitlib.handwriting.normalization import FULL, SIDE, ink_box, normalize

Family = Callable[[int, int], np.ndarray]
Strokes = list[np.ndarray]  # each the points of a line, shape (n, 2), to the right and down

# By eye; every family's stored results rest on them. With this pen and these sizes, strokes are 1.8 to 3.3 of 20 pixels
# wide; of MNIST's test digits a quarter have thinner ones and one in twenty thicker, by the formula of
# `glyphs.thicken`.
CANVAS = 280  # pixels a side
PEN = 22  # pixels
EDGE = 4, 14  # pixels, of the pen around filled figures, which have a width already
SIZE = 110, 220  # pixels, the longer side of a figure before it is slanted and turned
HARD_EDGES = 0.25  # of the digits that are drawn anew widely, as small scans and pens of one grey level have them
ZOOM = 5  # from MNIST's pixels to those of a digit that is drawn anew

# The letters are every other one of the alphabet, so that neither group is easier by choice.
CHARACTERS: dict[str, str] = {
    "capital letters": "ACEGKMQUWY",
    "small letters": "acekmuw",
    "Greek letters": "ΓΔΛΞΠΣΦΨΩαγεηλμπψω",
    "mathematical signs": "+÷=≠≈∞∑√±<>∇∈≤≥",
    "other capital letters": "DFHJLNPRTVX",
    "other small letters": "dfhjnprtvx",
    "Cyrillic letters": "ДЖИЙЛЦШЩЫЮЯ",
    "Hebrew letters": "אגהחלמעצשת",
    "punctuation marks": "#%&@*?~{}[]€¥¶",
}
_SANS = ("DejaVuSans", "DejaVuSans-Bold")
_DEJAVU = ("DejaVuSans", "DejaVuSans-Oblique", "DejaVuSerif", "DejaVuSerif-Italic", "DejaVuSansMono")
_STIX = ("STIXGeneral", "STIXGeneralItalic")
_STIX_AND_COMPUTER_MODERN = (*_STIX, "cmr10", "cmss10", "cmtt10")
FONTS: dict[str, tuple[str, ...]] = {  # those that come with matplotlib
    "capital letters": _DEJAVU,
    "small letters": _DEJAVU,
    "Greek letters": _DEJAVU,
    "mathematical signs": _SANS,
    "other capital letters": _STIX_AND_COMPUTER_MODERN,
    "other small letters": _STIX_AND_COMPUTER_MODERN,
    "Cyrillic letters": _STIX,
    "Hebrew letters": _SANS,
    "punctuation marks": _STIX,
}


def redraw(digits: np.ndarray, *, seed: int = 0, widely: bool = False) -> np.ndarray:
    """Draw digits anew: turned, slanted and stretched a little, with a thinner or a thicker pen.

    Parameters
    ----------
    digits : numpy.ndarray, shape (n, 28, 28), uint8
        0 (paper) to 255 (ink), as `digitlib.data.load_mnist` returns them.
    seed : int
        Decides the turns, slants and widths. Every digit gets its own.
    widely : bool
        Whether turns, slants and widths vary more than MNIST's. A quarter of
        the digits then have hard edges: each pixel is ink or paper.

    Returns
    -------
    numpy.ndarray, shape (n, 28, 28), uint8
        Digits like those of a reader who draws with a mouse or a finger.
    """
    rng = np.random.default_rng(seed)
    redrawn = _redrawn_widely if widely else _redrawn
    images = _stack(normalize(redrawn(digit, rng)) for digit in digits)
    hard = rng.random(len(images)) < (HARD_EDGES if widely else 0)
    images[hard] = np.where(images[hard] > FULL / 2, FULL, 0)
    return images


def printed_digits(count: int, *, seed: int) -> np.ndarray:
    """Draw digits in the fonts of the letters for testing, by the same program.

    They are a control: whoever refuses these refuses the print, and not the letter.

    Parameters
    ----------
    count : int
        How many; 0 to 9 come in turn.
    seed : int
        Decides fonts, sizes, slants and bends.

    Returns
    -------
    numpy.ndarray, shape (count, 28, 28), uint8
        0 (paper) to 255 (ink).
    """
    return _printed("0123456789", FONTS["other capital letters"])(count, seed)


# Drawing.


def _drawn(strokes: Strokes, rng: np.random.Generator) -> np.ndarray:
    """Draw strokes with the pen."""
    canvas = _paper()
    for stroke in _varied(strokes, rng):
        _trace(canvas, stroke, PEN)
    return normalize(np.asarray(canvas))


def _filled(outlines: Strokes, rng: np.random.Generator) -> np.ndarray:
    """Fill outlines and trace them with a finer pen; an outline within another is a hole."""
    canvas, edge = _paper(), round(rng.uniform(*EDGE))
    outlines = _varied(outlines, rng)
    for outline in outlines:
        inside = _paper()
        ImageDraw.Draw(inside).polygon(_pairs(outline), fill=FULL)
        canvas = ImageChops.difference(canvas, inside)
    for outline in outlines:
        _trace(canvas, outline, edge)
    return normalize(np.asarray(canvas))


def _varied(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """Put a figure in the middle of the canvas, with its own size, proportions, slant and bends."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    matrix = rng.uniform(*SIZE) * (np.eye(2) + rng.normal(0, 0.1, (2, 2)))
    waves, phases = rng.normal(0, 0.5, (2, 2)), rng.uniform(0, 2 * np.pi, 2)
    fitted = [(stroke - (low + high) / 2) / (high - low).max() for stroke in strokes]
    bent = [stroke + 0.04 * np.sin(2 * np.pi * stroke @ waves + phases) for stroke in fitted]
    return [CANVAS / 2 + stroke @ matrix for stroke in bent]


def _paper() -> Image.Image:
    return Image.new("L", (CANVAS, CANVAS))


def _trace(canvas: Image.Image, stroke: np.ndarray, width: int) -> None:
    pen, radius = ImageDraw.Draw(canvas), width / 2
    pen.line(_pairs(stroke), fill=FULL, width=width, joint="curve")
    for x, y in _pairs(stroke[[0, -1]]):
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=FULL)


def _pairs(points: np.ndarray) -> list[tuple[float, float]]:
    return [(x, y) for x, y in points.tolist()]


def _redrawn(digit: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A digit on a larger sheet, changed a little, in full ink or paper."""
    # Levels by eye: a tenth of the digits lose at least 5 percent of their ink and a tenth gain 15, as a test says.
    return _inked(digit, np.eye(2) + rng.normal(0, 0.07, (2, 2)), level=rng.uniform(0.25, 0.6))


def _redrawn_widely(digit: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A digit on a larger sheet, changed more, in full ink or paper."""
    # By eye: as far as a reader still writes a digit. Wider ranges let more non-digits pass, see chapter 18.
    angle, slant = np.radians(rng.uniform(-15, 15)), rng.uniform(-0.25, 0.25)
    turned = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    slanted = np.array([[1, 0], [slant, 1]])
    stretched = np.diag(np.exp(rng.uniform(-0.15, 0.15, 2)))
    return _inked(digit, turned @ slanted @ stretched, level=rng.uniform(0.15, 0.7))


def _inked(digit: np.ndarray, matrix: np.ndarray, *, level: float) -> np.ndarray:
    """A digit on a larger sheet. What lies above a level, a share of the blackest, is ink: a low one makes it thick."""
    smoothing = 3  # pixels after zooming, by eye
    matrix = matrix / ZOOM
    offset = (SIDE - 1) / 2 - matrix @ np.full(2, (ZOOM * SIDE - 1) / 2)
    sheet = (ZOOM * SIDE, ZOOM * SIDE)
    ink = ndimage.affine_transform(digit.astype(np.float32), matrix, offset, sheet, order=1)
    ink = ndimage.gaussian_filter(ink, smoothing)
    return np.where(ink > level * ink.max(), FULL, 0).astype(np.uint8)


# Lines.


def _line(*corners: Sequence[float]) -> np.ndarray:
    """A line through corners, with points in between, so that it can bend."""
    ends = np.arange(len(corners))
    places = np.linspace(0, ends[-1], 12 * ends[-1] + 1)
    return np.column_stack([np.interp(places, ends, values) for values in zip(*corners, strict=True)])


def _arc(x: float, y: float, radius: float, first: float = 0, last: float = 360) -> np.ndarray:
    """Part of a circle, in degrees clockwise from the right."""
    angles = np.radians(np.linspace(first, last, 40))
    return np.column_stack([x + radius * np.cos(angles), y + radius * np.sin(angles)])


def _curve(points: np.ndarray) -> np.ndarray:
    """A smooth line through points."""
    return interpolate.CubicSpline(range(len(points)), points)(np.linspace(0, len(points) - 1, 16 * len(points)))


# Letters and signs.


def _letters(name: str) -> Family:
    return _printed(CHARACTERS[name], FONTS[name])


def _printed(characters: str, fonts: Sequence[str]) -> Family:
    return _in_turn(characters, lambda letter, rng: _filled(_outlines(letter, str(rng.choice(fonts))), rng))


def _pair_of_letters(rng: np.random.Generator) -> np.ndarray:
    letters = rng.choice([*CHARACTERS["capital letters"], *CHARACTERS["small letters"]], 2)
    return _filled(_outlines("".join(letters), str(rng.choice(_DEJAVU))), rng)


@cache
def _outlines(text: str, font: str) -> Strokes:
    file = Path(matplotlib.get_data_path(), "fonts", "ttf", f"{font}.ttf")
    path = TextPath((0, 0), text, size=100, prop=FontProperties(fname=file))
    return [np.asarray(outline) * (1, -1) for outline in path.to_polygons()]


def _made_up_sign(rng: np.random.Generator) -> np.ndarray:
    """Four to six strokes between five places, straight or bent."""
    ends = rng.choice([*combinations(rng.random((5, 2)), 2)], rng.integers(4, 7), replace=False)
    bends = rng.normal(0, 0.25, (len(ends), 2)) * (rng.random((len(ends), 1)) < 0.5)
    middles = ends.mean(axis=1) + bends
    points = np.stack([ends[:, 0], middles, ends[:, 1]], axis=1)
    return _drawn([_curve(stroke) for stroke in points], rng)


# Figures.

_CORNERS = {angle: (np.sin(np.radians(angle)), -np.cos(np.radians(angle))) for angle in range(0, 360, 36)}

LINE_FIGURES: dict[str, Strokes] = {
    "cross": [_line((0, 1), (2, 1)), _line((1, 0), (1, 2))],
    "saltire": [_line((0, 0), (2, 2)), _line((2, 0), (0, 2))],
    "triangle": [_line((0, 2), (1, 0), (2, 2), (0, 2))],
    "square": [_line((0, 0), (2, 0), (2, 2), (0, 2), (0, 0))],
    "arrow": [_line((0, 1), (3, 1)), _line((2, 0), (3, 1), (2, 2))],
    "ladder": [_line((0, 0), (0, 4)), _line((2, 0), (2, 4)), *(_line((0, y), (2, y)) for y in (1, 2, 3))],
}
CURVED_FIGURES: dict[str, Strokes] = {
    "two rings": [_arc(0, 0, 1), _arc(2.2, 0, 1)],
    "linked rings": [_arc(0, 0, 1), _arc(1.2, 0, 1)],
    "ring in a ring": [_arc(0, 0, 1), _arc(0, 0, 2)],
    "ring with a cross": [_arc(0, 0, 1), _line((-1, 0), (1, 0)), _line((0, -1), (0, 1))],
    "crescent": [_arc(0, 0, 2, 40, 320), _arc(1, 0, 1.41, 66, 294)],
    "half a ring": [_arc(0, 0, 1, 180, 360), _line((-1, 0), (1, 0))],
    "bow": [_arc(0, 0, 1, 180, 360)],
    "bowl": [_arc(0, 0, 1, 0, 180)],
}
PICTURES: dict[str, Strokes] = {
    "house": [_line((0, 1), (0, 3), (2, 3), (2, 1), (1, 0), (0, 1), (2, 1))],
    "star": [_line(*(_CORNERS[angle] for angle in (0, 144, 288, 72, 216, 0)))],
    "heart": [np.vstack([_arc(1, 1, 1, 150, 360), _arc(3, 1, 1, 180, 390), _line((2, 4), (0.13, 1.5))])],
    "smiley": [_arc(0, 0, 2), _arc(0, 0, 1.1, 20, 160), _arc(-0.7, -0.6, 0.05), _arc(0.7, -0.6, 0.05)],
    "fish": [_arc(0, 1, 2, 210, 330), _arc(0, -1, 2, 30, 150), _line((1.73, 0), (3, -1), (3, 1), (1.73, 0))],
    "flower": [_arc(0, 0, 0.5), *(_arc(1.1 * x, 1.1 * y, 0.6) for x, y in [*_CORNERS.values()][::2])],
    "tree": [_line((0, 2), (1, 0), (2, 2), (0, 2)), _line((1, 2), (1, 3))],
    "envelope": [_line((0, 0), (3, 0), (3, 2), (0, 2), (0, 0), (1.5, 1), (3, 0))],
    "stick figure": [_arc(1, 0, 0.5), _line((1, 0.5), (1, 2)), _line((0, 1), (2, 1)), _line((0, 3), (1, 2), (2, 3))],
    "umbrella": [_line((0, 0), (4, 0)), _arc(2, 0, 2, 180, 360), _line((2, 0), (2, 3)), _arc(1.5, 3, 0.5, 0, 180)],
}


def _figures(figures: dict[str, Strokes]) -> Family:
    return _in_turn(figures.values(), _drawn)


def _blob(rng: np.random.Generator) -> np.ndarray:
    count = rng.integers(3, 9)
    angles = 2 * np.pi * (np.arange(count) + rng.uniform(-0.3, 0.3, count)) / count
    radii = rng.uniform(0.6, 1, count)
    return _filled([np.column_stack([radii * np.cos(angles), radii * np.sin(angles)])], rng)


def _texture(rng: np.random.Generator) -> np.ndarray:
    """Patches of ink all over the canvas."""
    noise = ndimage.gaussian_filter(rng.normal(size=(CANVAS, CANVAS)), rng.uniform(6, 30))
    return normalize(np.where(noise > np.quantile(noise, rng.uniform(0.5, 0.85)), FULL, 0).astype(np.uint8))


# Scribbles.


def _scribble(rng: np.random.Generator) -> np.ndarray:
    return _drawn([_curve(rng.random((rng.integers(9, 16), 2)))], rng)


def _spiral(rng: np.random.Generator) -> np.ndarray:
    radius = np.linspace(0.1, 1, 150)
    angles = rng.choice([-1, 1]) * rng.uniform(2.2, 3.5) * 2 * np.pi * radius + rng.uniform(0, 2 * np.pi)
    return _drawn([np.column_stack([radius * np.cos(angles), radius * np.sin(angles)])], rng)


def _parallel_strokes(rng: np.random.Generator) -> np.ndarray:
    count, angle = int(rng.integers(2, 6)), rng.uniform(0, np.pi)
    along, across = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
    length = rng.uniform(0.5, 1.2) * max(count - 1, 2)
    places = np.arange(count) + rng.normal(0, 0.08, count)
    return _drawn([_line(place * across, place * across + length * along) for place in places], rng)


def _wave(rng: np.random.Generator) -> np.ndarray:
    x = np.linspace(0, rng.uniform(2, 3.5), 120)
    return _drawn([np.column_stack([x, rng.uniform(0.2, 0.5) * np.sin(2 * np.pi * x)])], rng)


def _zigzag(rng: np.random.Generator) -> np.ndarray:
    count = rng.integers(5, 9)
    heights = rng.uniform(1, 2.5) * (np.arange(count) % 2) + rng.normal(0, 0.15, count)
    return _drawn([_line(*enumerate(heights))], rng)


def _loops(rng: np.random.Generator) -> np.ndarray:
    way = np.linspace(0, rng.integers(2, 5), 150)
    angles = 2 * np.pi * way
    return _drawn([np.column_stack([0.8 * way - 0.5 * np.sin(angles), np.cos(angles)])], rng)


def _dots(rng: np.random.Generator) -> np.ndarray:
    return _drawn([np.stack([place, place]) for place in rng.random((rng.integers(2, 9), 2))], rng)


# Digits out of shape.


@cache
def _digits(split: int, classes: tuple[int, ...]) -> np.ndarray:
    images, labels = data.load_mnist()[split]
    return images[np.isin(labels, classes)]


def _turned_digit(rng: np.random.Generator) -> np.ndarray:
    """A training digit, turned by 90 degrees to the left or to the right."""
    digit = rng.choice(_digits(0, (3, 4, 7, 8)))
    return normalize(_redrawn(np.rot90(digit, rng.choice([1, 3])), rng))


def _mirrored_digit(rng: np.random.Generator) -> np.ndarray:
    """A test digit, left and right swapped."""
    digit = rng.choice(_digits(1, (3, 4, 6, 7, 9)))
    return normalize(_redrawn(digit[:, ::-1], rng))


def _one_digit_above_another(rng: np.random.Generator) -> np.ndarray:
    return _two_digits(rng.choice(_digits(0, tuple(range(10))), 2), 0, rng)


def _one_digit_beside_another(rng: np.random.Generator) -> np.ndarray:
    return _two_digits(rng.choice(_digits(1, tuple(range(10))), 2), 1, rng)


def _two_digits(digits: np.ndarray, axis: int, rng: np.random.Generator) -> np.ndarray:
    thicker, gap = 7, 30  # pixels; the pen is as wide as for one digit, the digits are smaller
    sheets = [_trimmed(_redrawn(digit, rng), axis) for digit in digits]
    paper = np.zeros_like(sheets[0].take(np.zeros(gap, int), axis))
    return normalize(ndimage.maximum_filter(np.concatenate([sheets[0], paper, sheets[1]], axis), thicker))


def _trimmed(sheet: np.ndarray, axis: int) -> np.ndarray:
    """Without the paper before and after the ink."""
    box = ink_box(sheet)
    assert box is not None
    rows, columns = box.slices
    return sheet[rows] if axis == 0 else sheet[:, columns]


# Families.


def _family(draw: Callable[[np.random.Generator], np.ndarray]) -> Family:
    def family(count: int, seed: int) -> np.ndarray:
        rng = np.random.default_rng(seed)
        return _stack(draw(rng) for _ in range(count))

    return family


def _in_turn(subjects: Iterable, draw: Callable[[Any, np.random.Generator], np.ndarray]) -> Family:
    def family(count: int, seed: int) -> np.ndarray:
        rng = np.random.default_rng(seed)
        return _stack(draw(subject, rng) for subject in islice(cycle(subjects), count))

    return family


def _stack(images: Iterable[np.ndarray]) -> np.ndarray:
    return np.array(list(images), np.uint8).reshape(-1, SIDE, SIDE)


# Each maps a count and a seed to images of shape (count, 28, 28), uint8. Letters, signs and figures come in turn, in
# the order of CHARACTERS, LINE_FIGURES, CURVED_FIGURES and PICTURES.
CHOOSING: dict[str, Family] = {
    "capital letters": _letters("capital letters"),
    "small letters": _letters("small letters"),
    "pairs of letters": _family(_pair_of_letters),
    "Greek letters": _letters("Greek letters"),
    "mathematical signs": _letters("mathematical signs"),
    "made-up signs": _family(_made_up_sign),
    "line figures": _figures(LINE_FIGURES),
    "curved figures": _figures(CURVED_FIGURES),
    "blobs": _family(_blob),
    "scribbles": _family(_scribble),
    "spirals": _family(_spiral),
    "parallel strokes": _family(_parallel_strokes),
    "turned digits": _family(_turned_digit),
    "one digit above another": _family(_one_digit_above_another),
}
TESTING: dict[str, Family] = {
    "other capital letters": _letters("other capital letters"),
    "other small letters": _letters("other small letters"),
    "Cyrillic letters": _letters("Cyrillic letters"),
    "Hebrew letters": _letters("Hebrew letters"),
    "punctuation marks": _letters("punctuation marks"),
    "pictures": _figures(PICTURES),
    "textures": _family(_texture),
    "waves": _family(_wave),
    "zigzags": _family(_zigzag),
    "loops": _family(_loops),
    "dots": _family(_dots),
    "mirrored digits": _family(_mirrored_digit),
    "one digit beside another": _family(_one_digit_beside_another),
}
FAMILIES: dict[str, Family] = CHOOSING | TESTING
