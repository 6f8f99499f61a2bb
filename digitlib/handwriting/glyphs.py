"""From a digit on the sheet to an image of it alone. Grey levels and soft edges are kept; thin strokes are widened."""

import math

import numpy as np
from scipy import ndimage

from digitlib.handwriting.boxes import Box
from digitlib.handwriting.ink import EIGHT_NEIGHBORS, LEAST_SIGMAS, Ink
from digitlib.handwriting.layout import Digit
from digitlib.handwriting.normalization import FULL, ink_box

# Each constant was varied alone: a range is what was seen to pass those tests in tests/handwriting that concern it, and
# a value outside it is one that failed.

# Of a digit's longer side: how far its edge may reach beyond the threshold. By eye, one of MNIST's 20 pixels; 1/60 to
# 3/20.
_SOFT_EDGE = 1 / 20
# Of a digit's longer side: a fifth of MNIST's test digits have thinner strokes, by the formula of
# `thicken`. Up to
# 2.1/20; with 2.6/20 MNIST's own digits come out too thick.
_THINNEST_STROKE = 1.75 / 20
# Quantile of a digit's ink that becomes 255. By eye, 0.62 to 0.9; with 0.5 MNIST's own digits come out too dark.
_FULL_INK = 0.75
# Of full ink: what is fainter comes from lossy compression. 0.017 to 0.06; with 0.013 the digits of a JPEG differ.
_FAINTEST_INK = 0.02


def lift(ink: Ink, labels: np.ndarray, digit: Digit) -> tuple[np.ndarray, Box]:
    """Cut a digit out of the photo, without the ink of its neighbours.

    Parameters
    ----------
    ink : Ink
    labels : numpy.ndarray, shape (height, width), int32
        As `segmentation.find_marks` returns them.
    digit : Digit

    Returns
    -------
    image : numpy.ndarray, shape (box.height, box.width), uint8
        0 (paper) to 255 (ink).
    box : Box
        Where the image lies in the photo.
    """
    reach = 1 + int(_SOFT_EDGE * digit.box.side)
    top, left = max(0, digit.box.top - reach), max(0, digit.box.left - reach)
    place = slice(top, digit.box.bottom + reach), slice(left, digit.box.right + reach)
    core = np.isin(labels[place], digit.labels)
    soft = ndimage.binary_dilation(core, EIGHT_NEIGHBORS, reach) & (labels[place] == 0)
    full = np.quantile(ink.density[place][core], _FULL_INK)
    floor = max(LEAST_SIGMAS / 2 * ink.noise[place][core].min(), _FAINTEST_INK * full)
    levels = np.clip((ink.density[place] - floor) / (full - floor), 0, 1) * (core | soft)
    levels = np.rint(FULL * levels).astype(np.uint8)
    box = ink_box(levels)
    assert box is not None  # the darkest quarter of a mark is full ink
    return levels[box.slices], Box(top + box.top, top + box.bottom, left + box.left, left + box.right)


def thicken(ink: np.ndarray) -> np.ndarray:
    """Widen the strokes of a thin pen, which would fade when the digit is reduced to 20 pixels.

    Parameters
    ----------
    ink : numpy.ndarray, shape (height, width), uint8
        0 (paper) to 255 (ink).

    Returns
    -------
    numpy.ndarray, uint8
        The same image if its strokes are wide enough, else one that is larger on
        all sides.
    """
    written = ink > FULL / 2
    depths = ndimage.distance_transform_edt(np.pad(written, 1))[1:-1, 1:-1][written]
    width = 4 * depths.mean() - 2  # across a stroke, depths are 1, 2, 3, ... and back
    growth = (_THINNEST_STROKE * max(ink.shape) - width) / 2
    if growth <= 0:
        return ink
    room = math.ceil(growth)
    distances = ndimage.distance_transform_edt(np.pad(~written, room, constant_values=True))
    wide = np.rint(FULL * np.clip(growth + 0.5 - distances, 0, 1)).astype(np.uint8)
    return np.maximum(np.pad(ink, room), wide)
