"""From a photo to its ink: the share of the paper's light that is missing at each pixel."""

from typing import NamedTuple

import numpy as np
from PIL import Image
from scipy import ndimage

from digitlib.handwriting.boxes import Box
from digitlib.handwriting.normalization import FULL

# Constants without another reason were set by eye, on the sheets of `sheets.DEGREES`. Then each was varied alone: a
# range is what was seen to pass those tests in tests/handwriting that concern it, and a value outside it is one that
# failed.

# Of ink to paper. 0.1 to 0.22; with 0.05 a blank sheet has ink, with 0.45 uneven light hides some.
LEAST_CONTRAST = 0.15
# From paper to ink, in standard deviations of the paper. With 5 the hard edge of a shadow is ink, with 8 a digit that
# is cut close and lies in shade is misread.
LEAST_SIGMAS = 6
EIGHT_NEIGHBORS = np.ones((3, 3), bool)

# Standard deviation, of the photo's longer side. 1/1000 to 1/830; with 1/1200 the hard edge of a shadow is ink, with
# 1/670 the pale lines of squared paper are.
_SMOOTHING = 1 / 1000

# The background is estimated in a coarse copy.
# Pixels of its longer side. 270 to 1200, which takes longer; with 133 a table around the paper is ink.
_COARSE = 400
# Pixels, standard deviation, if the longer side has that many. 1 to 3; with 0 the noise of a blank sheet is ink, with 6
# a table.
_COARSE_SMOOTHING = 2
# Pixels, standard deviations that bring out strokes: (1, 2), (2, 4), (4,) and (1, 2, 4, 8) do as well; with (1,) alone
# pale light ink is read as dark.
_STROKE_SIGMAS = (1, 2, 4)
# Of its shorter side. 1/9 to 1/4; with 1/18 shadows on a small blank sheet are ink, with 1/2 uneven light is.
_WIDEST_STROKE = 1 / 6
# And of a drawing; of its longer side, for the shorter one of a 1 is full of ink. 0.22 to 0.33; with 0.11 a digit cut
# close is misread, with 0.4 shadows on a small blank sheet are ink.
_WIDEST_STROKE_OF_A_CLOSE_UP = 1 / 3
# Difference of brightness within three pixels, relative, that uneven light does not make. 0.1 to 0.15; with 0.08 or 0.3
# a small blank sheet has ink.
_EDGE = 0.1
# Difference of brightness, relative, at which two ways to close strokes may change over unseen. 0.01 to 0.09.
_SEAM = 0.03
# Of all light. 0.017 to 0.06; with 0.075 a small blank sheet has ink.
_SMALLEST_REGION = 0.05
# Of the main region's brightness. 0.1 to 0.45; with 0.9 the half of a sheet that lies in shadow is a table.
_DARKEST_PAPER = 0.3

# Excess of bends to one side, as a share of all, that noise does not make. 0.17 to 0.37; with 0.08 the noise of a blank
# sheet is ink, with 0.75 pale light ink is read as dark.
_LOPSIDED = 0.25


class Ink(NamedTuple):
    """The ink of a photo.

    Attributes
    ----------
    density : numpy.ndarray, shape (height, width), float32
        The share of the paper's light that is missing at each pixel, 0 to 1.
    noise : numpy.ndarray, shape (height, width), float32
        The standard deviation of the density on bare paper.
    """

    density: np.ndarray
    noise: np.ndarray


def find_ink(photo: np.ndarray) -> Ink:
    """Estimate the paper's brightness everywhere, and how much of it is missing.

    Parameters
    ----------
    photo : numpy.ndarray, shape (height, width), uint8
        0 (black) to 255 (white); ink may be darker or lighter than paper.

    Returns
    -------
    Ink
    """
    coarse = _resized(photo, _coarse_shape(photo.shape), Image.Resampling.BOX)
    if _is_light_on_dark(coarse):
        photo, coarse = FULL - photo, FULL - coarse
    background = _background(coarse)
    regions = _resized(_regions(background), photo.shape, Image.Resampling.NEAREST)
    background = _resized(background, photo.shape, Image.Resampling.BILINEAR)
    smoothing = 0 if _is_drawing(coarse) else _SMOOTHING * max(photo.shape)
    missing = ndimage.gaussian_filter(background - photo, smoothing)
    missing, noise = _keep_paper(missing, regions)
    return Ink(missing / background, noise / background)


def _coarse_shape(shape: tuple[int, int]) -> tuple[int, int]:
    factor = min(1, _COARSE / max(shape))
    return max(1, round(shape[0] * factor)), max(1, round(shape[1] * factor))


def _is_drawing(photo: np.ndarray) -> bool:
    """Whether half of the photo has one grey level, as no photographed paper has."""
    return bool(np.bincount(photo.ravel()).max() >= photo.size / 2)


def _is_light_on_dark(photo: np.ndarray) -> bool:
    if _is_drawing(photo):
        return bool(np.bincount(photo.ravel()).argmax() < photo.mean())
    # The edge of a sheet, unlike a stroke, is left when dark strokes are closed, and when light ones are.
    edges = _edges(_background(photo)) & _edges(_background(FULL - photo))
    inside = ~ndimage.binary_dilation(edges, EIGHT_NEIGHBORS, 2 * max(_STROKE_SIGMAS))
    photo = photo.astype(np.float32)
    bends = [sigma**2 * ndimage.gaussian_laplace(photo, sigma, mode="nearest")[inside] for sigma in _STROKE_SIGMAS]
    cubes = np.array(bends) ** 3
    return bool(cubes.sum() < -_LOPSIDED * np.abs(cubes).sum())


def _background(photo: np.ndarray) -> np.ndarray:
    """The brightness of the paper, under ink too, float32, 1 to 255."""
    smooth = ndimage.gaussian_filter(photo.astype(np.float32), _COARSE_SMOOTHING * max(photo.shape) / _COARSE)
    wide = _closed(smooth, _WIDEST_STROKE_OF_A_CLOSE_UP * max(photo.shape))
    if _is_drawing(photo):
        return wide
    closed = _closed(smooth, _WIDEST_STROKE * min(photo.shape))
    return np.where(_islands(closed, wide), wide, closed)


def _closed(smooth: np.ndarray, widest: float) -> np.ndarray:
    """The brightness after everything dark and narrower than some pixels is removed."""
    reach = int(widest / 2) + 1
    # What is dark along a side of the photo goes on beyond it, so it is not closed: a table, not a stroke.
    padded = np.pad(smooth, 2 * reach, mode="edge")
    closed = ndimage.grey_closing(padded, 2 * reach + 1)
    inside = slice(2 * reach, -2 * reach)
    return np.maximum(ndimage.gaussian_filter(closed, 1)[inside, inside], 1)


def _islands(closed: np.ndarray, wide: np.ndarray) -> np.ndarray:
    """Dark spots with a sharp edge around: strokes too wide to be closed, of a digit that fills the photo."""
    labels, count = ndimage.label(wide > (1 + _SEAM) * closed, EIGHT_NEIGHBORS)
    sharp = set(np.unique(labels[_edges(closed)]))
    darkest = ndimage.maximum(wide / closed, labels, range(1, count + 1))
    strokes = [label for label in range(1, count + 1) if label in sharp and darkest[label - 1] > 1 + LEAST_CONTRAST]
    return np.isin(labels, strokes)


def _edges(background: np.ndarray) -> np.ndarray:
    return ndimage.morphological_gradient(np.log(background), 3) > _EDGE


def _regions(background: np.ndarray) -> np.ndarray:
    """Number the parts of the paper that no edge divides. The part that sends most light is 1; all else is 0."""
    labels, count = ndimage.label(~ndimage.binary_dilation(_edges(background), EIGHT_NEIGHBORS, 2))
    light = np.bincount(labels.ravel(), background.ravel(), minlength=count + 1)
    brightness = light / np.maximum(np.bincount(labels.ravel(), minlength=count + 1), 1)
    boxes = dict(enumerate(map(Box.of, ndimage.find_objects(labels)), start=1))
    large = [label for label in np.argsort(-light) if label and light[label] >= _SMALLEST_REGION * light.sum()]

    def is_table(label: int) -> bool:
        """Whether it is much darker than the rest, or lies around something brighter."""
        inside = [other for other in large if boxes[label].contains(boxes[other])]
        return brightness[label] < max(_DARKEST_PAPER * brightness[large[0]], *brightness[inside])

    paper = [label for label in large if not is_table(label)]
    numbers = np.zeros(count + 1, np.uint8)
    numbers[paper] = np.arange(1, len(paper) + 1)
    return numbers[labels] if paper else np.ones(background.shape, np.uint8)


def _keep_paper(missing: np.ndarray, regions: np.ndarray) -> tuple[np.ndarray, float]:
    """Set the missing light to 0 off the paper and where there is no ink; also tell its deviation on bare paper."""
    kept = np.zeros_like(missing)
    for number in range(1, regions.max() + 1):
        region = regions == number
        kept[region] = missing[region] - np.median(missing[region])
    noise = 1.4826 * np.median(np.abs(kept[regions == 1]))  # the standard deviation, if noise is normal
    return np.maximum(kept, 0), float(noise)


def _resized(values: np.ndarray, shape: tuple[int, int], resampling: Image.Resampling) -> np.ndarray:
    return np.asarray(Image.fromarray(values).resize(shape[::-1], resampling))
