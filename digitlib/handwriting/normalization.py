"""MNIST's own preparation of an image: crop to the ink, fit into 20x20, centre by mass in 28x28.

All arithmetic is in whole numbers, so that the drawing page, which does the same
in JavaScript, gets the same pixels.
"""

from typing import Any

import numpy as np

from digitlib.handwriting.boxes import Box

SIDE = 28
FITTED = 20  # the longer side of the ink, in MNIST
FULL = 255


def normalize(ink: np.ndarray, *, crop: bool = True, fit: bool = True, center: bool = True) -> np.ndarray:
    """Prepare an image as MNIST's were prepared.

    Parameters
    ----------
    ink : numpy.ndarray, shape (height, width), uint8
        0 is paper, 255 is ink.
    crop : bool
        Look only at the ink; else at the whole image.
    fit : bool
        Scale so that the longer side is 20 pixels; else keep the size that it
        has when the whole image is scaled to 28 pixels.
    center : bool
        Put the centre of mass in the middle; else the middle of what was
        looked at.

    Returns
    -------
    numpy.ndarray, shape (28, 28), uint8
        All zero if there is no ink.

    Raises
    ------
    ValueError
        If the image has no pixels, or another shape or type.

    Notes
    -----
    Scaling averages over areas. MNIST's digits were "size normalized to fit in
    a 20x20 pixel box while preserving their aspect ratio" and centred "by
    computing the center of mass of the pixels, and translating" (LeCun,
    Bottou, Bengio and Haffner 1998, Proceedings of the IEEE 86, 2278-2324).

    Examples
    --------
    >>> ink = np.zeros((100, 100), np.uint8)
    >>> ink[10:50, 20:30] = 255
    >>> ink_box(normalize(ink))
    Box(top=5, bottom=25, left=12, right=17)
    """
    ink = np.asarray(ink)
    if ink.ndim != 2 or ink.dtype != np.uint8 or ink.size == 0:
        raise ValueError(f"expected an image of shape (height, width) and type uint8, got {ink.shape} {ink.dtype}")
    box = ink_box(ink)
    if box is None:
        return np.zeros((SIDE, SIDE), np.uint8)
    if not crop:
        box = Box(0, ink.shape[0], 0, ink.shape[1])
    small = shrink(ink, box, fitted_size(box) if fit else kept_size(box, ink.shape))
    image = np.zeros((SIDE, SIDE), np.uint8)
    top, left = place(small, center=center)
    image[top : top + small.shape[0], left : left + small.shape[1]] = small
    return image


def ink_box(ink: np.ndarray) -> Box | None:
    """Find the smallest rectangle that holds all ink.

    Parameters
    ----------
    ink : numpy.ndarray, shape (height, width)
        0 is paper.

    Returns
    -------
    Box or None
        None if there is no ink.
    """
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not len(rows):
        return None
    return Box(int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1)


def fitted_size(box: Box) -> tuple[int, int]:
    """Compute the size of a box after its longer side was made 20 pixels.

    Parameters
    ----------
    box : Box

    Returns
    -------
    tuple of int
        Height and width, at least 1.
    """
    return _scaled(box, FITTED, box.side)


def kept_size(box: Box, shape: tuple[int, int]) -> tuple[int, int]:
    """Compute the size of a box after the longer side of the whole image was made 28 pixels.

    Parameters
    ----------
    box : Box
    shape : tuple of int
        Height and width of the whole image.

    Returns
    -------
    tuple of int
        Height and width, at least 1.
    """
    return _scaled(box, SIDE, max(shape))


def shrink(ink: np.ndarray, box: Box, size: tuple[int, int]) -> np.ndarray:
    """Scale the pixels in a box to another size by averaging over areas.

    Parameters
    ----------
    ink : numpy.ndarray, shape (height, width), uint8
    box : Box
    size : tuple of int
        The new height and width.

    Returns
    -------
    numpy.ndarray, shape `size`, uint8
    """
    rows, columns = _overlaps(box.height, size[0]), _overlaps(box.width, size[1])
    # In floats, since those are multiplied fast; below 2 ** 53 they hold whole numbers exactly.
    sums = rows.astype(float) @ ink[box.slices].astype(float) @ columns.T.astype(float)
    return _rounded(sums.astype(np.int64), box.height * box.width).astype(np.uint8)


def place(small: np.ndarray, *, center: bool = True) -> tuple[int, int]:
    """Compute where to put a small image into 28x28, so that no pixel of it is lost.

    Parameters
    ----------
    small : numpy.ndarray, shape (height, width), uint8
        At most 28 pixels high and wide.
    center : bool
        Put the centre of mass on the pixel (14, 14); else put the middle of
        the small image in the middle.

    Returns
    -------
    tuple of int
        Row and column of the upper left corner.
    """
    return _offset(small.sum(axis=1), center), _offset(small.sum(axis=0), center)


def _scaled(box: Box, side: int, longer: int) -> tuple[int, int]:
    return max(1, int(_rounded(box.height * side, longer))), max(1, int(_rounded(box.width * side, longer)))


def _overlaps(old: int, new: int) -> np.ndarray:
    """How much of each old pixel (`new` long) lies in each new one (`old` long), shape (new, old)."""
    of_old, of_new = np.arange(old) * new, np.arange(new)[:, np.newaxis] * old
    return np.clip(np.minimum(of_old + new, of_new + old) - np.maximum(of_old, of_new), 0, None)


def _offset(masses: np.ndarray, center: bool) -> int:
    room = SIDE - len(masses)
    mass = int(masses.sum())
    if not center or mass == 0:
        return room // 2
    moment = int(masses @ np.arange(len(masses)))
    return min(max(0, int(_rounded(SIDE // 2 * mass - moment, mass))), room)


def _rounded(numerator: Any, denominator: int) -> Any:
    """The quotient of whole numbers, rounded; halves go up."""
    return (2 * numerator + denominator) // (2 * denominator)
