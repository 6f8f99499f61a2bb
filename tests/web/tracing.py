"""Test digits as strokes of a pen: what a reader would draw who copied them."""

from itertools import pairwise

import numpy as np
from scipy.ndimage import zoom
from skimage.morphology import skeletonize

INK = 128  # grey levels above it belong to the stroke
ENLARGED = 4  # a skeleton of single pixels would be jagged
AREA = 256  # units a side of the drawing page's area
STRAIGHT = [(-1, 0), (0, 1), (1, 0), (0, -1)]
DIAGONAL = [(-1, 1), (1, 1), (1, -1), (-1, -1)]

Pixel = tuple[int, int]


def trace(image: np.ndarray, *, size: float = 1.0) -> list[list[tuple[int, int]]]:
    """Follow the middle of a digit's strokes.

    Parameters
    ----------
    image : numpy.ndarray, shape (28, 28), uint8
    size : float
        The share of the drawing area that an image of 28x28 takes; it lies in
        the middle.

    Returns
    -------
    list of list of tuple of int
        Strokes of points x, y in the units of the drawing area.
    """
    enlarged = zoom(image.astype(float), ENLARGED, order=1, grid_mode=True, mode="grid-constant")
    pixels = set(map(tuple, np.argwhere(skeletonize(enlarged > INK)).tolist()))
    edges = {frozenset((pixel, other)) for pixel in pixels for other in _neighbours(pixel, pixels)}
    paths = [[pixel] for pixel in pixels if not _neighbours(pixel, pixels)]
    while edges:
        paths.append(_path(edges))
        edges -= {frozenset(pair) for pair in pairwise(paths[-1])}
    return [[_unit(pixel, size) for pixel in path] for path in paths]


def _path(edges: set[frozenset[Pixel]]) -> list[Pixel]:
    """Walk along edges, each once, from an end of a line if there is one."""
    ends: dict[Pixel, set[frozenset[Pixel]]] = {}
    for edge in edges:
        for pixel in edge:
            ends.setdefault(pixel, set()).add(edge)
    path = [min(ends, key=lambda pixel: (len(ends[pixel]) != 1, pixel))]
    while ahead := ends[path[-1]]:
        edge = min(ahead, key=sorted)
        (following,) = edge - {path[-1]}
        ends[path[-1]].remove(edge)
        ends[following].remove(edge)
        path.append(following)
    return path


def _neighbours(pixel: Pixel, pixels: set[Pixel]) -> list[Pixel]:
    """Those beside it; diagonal ones only where no straight one leads there."""
    row, column = pixel
    straight = [(row + down, column + right) for down, right in STRAIGHT]
    diagonal = [
        (row + down, column + right)
        for down, right in DIAGONAL
        if not {(row + down, column), (row, column + right)} & pixels
    ]
    return [other for other in straight + diagonal if other in pixels]


def _unit(pixel: Pixel, size: float) -> tuple[int, int]:
    row, column = ((place + 0.5) / ENLARGED / 28 for place in pixel)
    return round(AREA * (0.5 + (column - 0.5) * size)), round(AREA * (0.5 + (row - 0.5) * size))
