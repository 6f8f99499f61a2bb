"""Fixed rearrangements of images, in which neighbours are no longer neighbours.

Every function takes images of shape (n, 28, 28) or (n, 28, 28, 1), and returns
images of the same shape and type. A seed draws the rearrangement: the same seed
gives all images the same one.
"""

import numpy as np

from digitlib.data import move

BLOCK = 7  # pixels a side: sixteen blocks make an image

# Down and right, a step each: the eight neighbours of a pixel.
DIRECTIONS = [(0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1)]


def keep(images: np.ndarray, *, seed: int = 0) -> np.ndarray:
    """Leave images as they are.

    Parameters
    ----------
    images : numpy.ndarray
        Any number of them.
    seed : int
        Not used.

    Returns
    -------
    numpy.ndarray
        The same images.
    """
    return images


def permute_pixels(images: np.ndarray, *, seed: int = 0) -> np.ndarray:
    """Give every pixel a new place, the same in all images.

    Parameters
    ----------
    images : numpy.ndarray
        Any number of them.
    seed : int
        Draws the new places.

    Returns
    -------
    numpy.ndarray
        New images.
    """
    order = _permutation(images.shape[1] * images.shape[2], seed)
    return images.reshape(-1, len(order))[:, order].reshape(images.shape)


def permute_rows(images: np.ndarray, *, seed: int = 0) -> np.ndarray:
    """Give every row of pixels a new place, the same in all images; rows stay whole.

    Parameters
    ----------
    images : numpy.ndarray
        Any number of them.
    seed : int
        Draws the new places.

    Returns
    -------
    numpy.ndarray
        New images.
    """
    return images[:, _permutation(images.shape[1], seed)]


def permute_blocks(images: np.ndarray, *, seed: int = 0) -> np.ndarray:
    """Give every block of 7x7 pixels a new place, the same in all images; blocks stay whole.

    Parameters
    ----------
    images : numpy.ndarray
        Any number of them.
    seed : int
        Draws the new places.

    Returns
    -------
    numpy.ndarray
        New images.
    """
    blocks = _to_blocks(images)
    return _from_blocks(blocks[:, _permutation(blocks.shape[1], seed)], images.shape)


def permute_within_blocks(images: np.ndarray, *, seed: int = 0) -> np.ndarray:
    """Permute the pixels of every block of 7x7 in the same way; blocks stay in place.

    Parameters
    ----------
    images : numpy.ndarray
        Any number of them.
    seed : int
        Draws the new places.

    Returns
    -------
    numpy.ndarray
        New images.
    """
    blocks = _to_blocks(images)
    return _from_blocks(blocks[:, :, _permutation(blocks.shape[2], seed)], images.shape)


def move_all_ways(images: np.ndarray, pixels: int) -> np.ndarray:
    """Move images by some pixels, an eighth of them in each of the eight directions.

    Parameters
    ----------
    images : numpy.ndarray
        Any number of them.
    pixels : int
        How far, from 0 to the side of an image. Along a diagonal, this is the
        distance both across and up or down.

    Returns
    -------
    numpy.ndarray
        New images.

    Raises
    ------
    ValueError
        If the images would move by more than their size.
    """
    moved = np.empty_like(images)
    for turn, (down, right) in enumerate(DIRECTIONS):
        moved[turn::8] = move(images[turn::8], down=down * pixels, right=right * pixels)
    return moved


def _permutation(count: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).permutation(count)


def _to_blocks(images: np.ndarray) -> np.ndarray:
    """Cut images of shape (n, 28, 28) into blocks of shape (n, 16, 49)."""
    count, side = len(images), images.shape[1] // BLOCK
    return images.reshape(count, side, BLOCK, side, BLOCK).swapaxes(2, 3).reshape(count, side**2, BLOCK**2)


def _from_blocks(blocks: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    side = shape[1] // BLOCK
    return blocks.reshape(len(blocks), side, side, BLOCK, BLOCK).swapaxes(2, 3).reshape(shape)
