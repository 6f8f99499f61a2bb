"""Sample sheets: MNIST's digits as if written on paper and photographed, well or badly."""

import numpy as np
from scipy import ndimage

from digitlib.handwriting.normalization import SIDE

# All by eye: a sheet is made up. What chapter 17 says of its sheets rests on these values.
CELL = 150  # pixels from one digit to the next
MARGIN = 60  # pixels of empty paper around the digits
TABLE = 50  # pixels of table that show around the paper

_SIZES = 3.8, 4.6  # how many times a digit is enlarged; its 20 pixels become about 85
_JITTER = 10  # pixels that a digit may lie off the middle of its cell

# Reflectance in red, green and blue, 0 (black) to 1 (white).
_PAPER = np.array([0.93, 0.92, 0.88])
_BLUE_BLACK = np.array([0.12, 0.13, 0.25])
_SLATE = np.array([0.16, 0.19, 0.18])
_CHALK = np.array([0.92, 0.92, 0.90])
_WOOD = np.array([0.42, 0.30, 0.20])
_MATERIALS = {"dark": (_PAPER, _BLUE_BLACK), "light": (_SLATE, _CHALK)}

# Arguments of make_sheet, from good to bad.
DEGREES: dict[str, dict] = {
    "as scanned": {"noise": 0.005},
    "mild": {"light": 0.2, "rotation": 1, "blur": 1, "noise": 0.01},
    "moderate": {"light": 0.4, "rotation": 3, "blur": 2, "noise": 0.03},
    "strong": {"light": 0.6, "rotation": -6, "blur": 3, "noise": 0.06, "table": True},
    "severe": {"light": 0.8, "rotation": 10, "blur": 5, "noise": 0.1, "table": True},
}


def make_sheet(
    digits: np.ndarray,
    *,
    columns: int = 5,
    ink: str = "dark",
    light: float = 0.0,
    rotation: float = 0.0,
    blur: float = 0.0,
    noise: float = 0.0,
    table: bool = False,
    seed: int = 0,
) -> np.ndarray:
    """Write digits on a sheet, row by row, and photograph it.

    Parameters
    ----------
    digits : numpy.ndarray, shape (n, 28, 28), uint8
        0 (paper) to 255 (ink), as `digitlib.data.load_mnist` returns them.
    columns : int
        Digits per row.
    ink : str
        ``"dark"``: blue-black on paper; ``"light"``: chalk on slate.
    light : float
        How uneven the light is, 0 to 1: the share of it that is missing where
        the shadow is deepest.
    rotation : float
        How far the sheet is turned, in degrees, anticlockwise.
    blur : float
        Standard deviation of the blur, in pixels; a stroke is about 12 wide.
    noise : float
        Standard deviation of the camera's noise, as a share of white.
    table : bool
        Whether a wooden table shows around the sheet.
    seed : int
        Decides everything that is drawn at random: sizes and places of the
        digits, the grain of paper and table, the direction of the light, the
        noise.

    Returns
    -------
    numpy.ndarray, shape (height, width, 3), uint8
        The photo, in red, green and blue.

    Raises
    ------
    ValueError
        If there are no digits, they have another shape or type, `columns` is
        below 1, or there is no such ink.

    Examples
    --------
    >>> make_sheet(np.zeros((20, 28, 28), np.uint8)).shape
    (720, 870, 3)
    """
    digits = np.asarray(digits)
    if digits.ndim != 3 or digits.shape[1:] != (SIDE, SIDE) or digits.dtype != np.uint8 or len(digits) == 0:
        raise ValueError(
            f"expected digits of shape (n, {SIDE}, {SIDE}) with n > 0 and type uint8, "
            f"got {digits.shape} {digits.dtype}: pass what load_mnist returned, unscaled"
        )
    if columns < 1:
        raise ValueError(f"cannot write {columns} digits per row: choose 1 or more")
    if ink not in _MATERIALS:
        raise ValueError(f"there is no ink {ink!r}: choose one of {', '.join(_MATERIALS)}")
    rng = np.random.default_rng(seed)
    written = _write(digits, columns, rng)
    turned = ndimage.rotate(written, rotation, order=1)
    sheet = _color(turned, *_MATERIALS[ink], rng)
    if table:
        sheet = _lay_on_table(sheet, ndimage.rotate(np.ones_like(written), rotation, order=1), rng)
    photo = sheet * _light(sheet.shape[:2], light, rng)[..., np.newaxis]
    photo = ndimage.gaussian_filter(photo, (blur, blur, 0))
    photo += rng.normal(0, noise, photo.shape)
    return np.rint(np.clip(photo, 0, 1) * 255).astype(np.uint8)


def _write(digits: np.ndarray, columns: int, rng: np.random.Generator) -> np.ndarray:
    """Ink from 0 to 1 on a sheet of paper."""
    rows = -(-len(digits) // columns)
    ink = np.zeros((rows * CELL + 2 * MARGIN, columns * CELL + 2 * MARGIN))
    for position, digit in enumerate(digits):
        large = np.clip(ndimage.zoom(digit / 255, rng.uniform(*_SIZES), order=3), 0, 1)
        cell = MARGIN + CELL * np.array(divmod(position, columns))
        top, left = cell + (CELL - len(large)) // 2 + rng.integers(-_JITTER, _JITTER, 2, endpoint=True)
        place = ink[top : top + len(large), left : left + len(large)]
        np.maximum(place, large, out=place)
    return ink


def _color(ink: np.ndarray, paper: np.ndarray, pen: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    grain = 1 + 0.03 * _grain(ink.shape, 1.5, rng)
    return (paper + ink[..., np.newaxis] * (pen - paper)) * grain[..., np.newaxis]


def _lay_on_table(sheet: np.ndarray, cover: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Surround a sheet by wood, which shows where nothing covers it."""
    frame = ((TABLE, TABLE), (TABLE, TABLE))
    cover = np.pad(cover, frame)[..., np.newaxis]
    wood = _WOOD * (1 + 0.1 * _grain(cover.shape[:2], (1, 15), rng))[..., np.newaxis]
    return wood + cover * (np.pad(sheet, (*frame, (0, 0))) - wood)


def _light(shape: tuple[int, int], unevenness: float, rng: np.random.Generator) -> np.ndarray:
    """Light that falls off to one side, and the soft shadow of a head or hand."""
    row, column = (np.linspace(-1, 1, side) for side in shape)
    row = row[:, np.newaxis]
    angle = rng.uniform(0, 2 * np.pi)
    slope = (1 + (row * np.sin(angle) + column * np.cos(angle)) / np.sqrt(2)) / 2
    down, right = rng.uniform(-1, 1, 2)
    shadow = np.exp(-((row - down) ** 2 + (column - right) ** 2) / 0.5)
    return 1 - unevenness * (slope + shadow) / 2


def _grain(shape: tuple[int, int], size: float | tuple[float, float], rng: np.random.Generator) -> np.ndarray:
    """Smooth noise of mean 0 and standard deviation 1."""
    noise = ndimage.gaussian_filter(rng.normal(size=shape), size)
    return noise / noise.std()
