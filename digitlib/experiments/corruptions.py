"""The 15 corruptions of MNIST-C at its severities, made with NumPy and SciPy.

Mu and Gilmer (2019), MNIST-C: A Robustness Benchmark for Computer Vision,
arXiv:1906.02337.
"""

import numpy as np
from scipy import ndimage

from digitlib.checks import SIDE


def corrupt(images: np.ndarray, name: str, *, seed: int = 0) -> np.ndarray:
    """Corrupt images in one of the 15 ways of MNIST-C.

    Parameters
    ----------
    images : numpy.ndarray, shape (n, 28, 28), uint8
        0 (paper) to 255 (ink), as `digitlib.data.load_mnist` returns them.
    name : str
        One of `NAMES`.
    seed : int
        Decides everything that is drawn at random. Each image gets draws of
        its own.

    Returns
    -------
    numpy.ndarray, shape (n, 28, 28), uint8
        New images.

    Raises
    ------
    KeyError
        If there is no corruption of this name.
    ValueError
        If the images have another shape or type.

    Notes
    -----
    Recipes and constants are those of the program behind MNIST-C. The code and
    the draws are different, so the images resemble those of MNIST-C without
    being the same. Three peculiarities of that program are kept: glass blur
    smooths along columns only, shear also stretches upright (by 1.09, which is
    1 / cos 0.4), and motion blur smears to one side.

    Three details differ. The last stroke of the zigzag ends on its axis, not a
    third of a pixel beside it. Glass blur does not round to 8 bits between its
    steps. The original calls ImageMagick for motion blur; here NumPy computes
    the same, by ImageMagick's source.

    Examples
    --------
    >>> digit = np.zeros((1, 28, 28), np.uint8)
    >>> corrupt(digit, "stripe")[0, 0, [6, 7, 20, 21]]
    array([255,   0,   0, 255], dtype=uint8)
    """
    images = np.asarray(images)
    if name not in _CORRUPTIONS:
        raise KeyError(f"there is no corruption {name!r}: choose one of {', '.join(NAMES)}")
    if images.shape[1:] != (SIDE, SIDE) or images.dtype != np.uint8:
        raise ValueError(
            f"expected images of shape (n, {SIDE}, {SIDE}) and type uint8, got {images.shape} {images.dtype}: "
            "pass what load_mnist returned, unscaled"
        )
    scaled = images.astype(np.float32) / 255
    corrupted = _CORRUPTIONS[name](scaled, np.random.default_rng(seed))
    return np.rint(np.clip(corrupted, 0, 1) * 255).astype(np.uint8)


def _shot_noise(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Count few photons: a Poisson number for each pixel."""
    photons = 3  # expected from a pixel full of ink (severity 5)
    return rng.poisson(images * photons) / photons


def _impulse_noise(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Salt and pepper: set some pixels to full ink or to paper."""
    share = 0.17  # of the pixels (severity 4)
    hit = rng.random(images.shape) < share
    salt = rng.random(images.shape) < 0.5
    return np.where(hit, salt, images)


def _glass_blur(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Smooth, swap pixels with neighbours above and to the left, smooth again."""
    sigma, reach, rounds = 0.7, 1, 2  # smoothing and swaps, in pixels (severity 1)
    along_columns = (0, sigma, 0)
    blurred = ndimage.gaussian_filter(images, along_columns, mode="nearest")
    for _ in range(rounds):
        _swap_neighbors(blurred, reach, rng)
    return ndimage.gaussian_filter(blurred, along_columns, mode="nearest")


def _swap_neighbors(images: np.ndarray, reach: int, rng: np.random.Generator) -> None:
    """Swap about half of the pixels, one after the other from the last to the first, in place."""
    every = np.arange(len(images))
    places = range(SIDE - reach, reach, -1)  # so that no swap leaves the image
    for row in places:
        for column in places:
            swapped = rng.random(len(images)) < 0.5
            down, right = rng.integers(-reach, reach, size=(2, len(images))) * swapped
            there = every, row + down, column + right
            here = images[:, row, column].copy()
            images[:, row, column] = images[there]
            images[there] = here


def _motion_blur(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Smear along a direction that is at most 45 degrees off the horizontal."""
    radius, sigma = 10, 3  # of half a Gaussian, in pixels (severity 1)
    reach = 2 * radius  # pixels, as ImageMagick takes the radius
    steps = np.arange(reach + 1)
    weights = np.exp(-(steps**2) / (2 * sigma**2))
    weights /= weights.sum()
    angles = np.radians(rng.uniform(-45, 45, len(images)))
    padded = np.pad(images, _margin(reach), mode="edge")
    blurred = np.zeros_like(images)
    for step, weight in zip(steps, weights, strict=True):
        down = np.ceil(step * np.sin(angles) - 0.5).astype(int)
        right = np.ceil(step * np.cos(angles) - 0.5).astype(int)
        blurred += weight * _frames(padded, reach + down, reach + right)
    return blurred


def _shear(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Slant to the left or to the right."""
    angle = 0.4  # radians (severity 2)
    slants = angle * _random_signs(len(images), rng)
    return _resample(images, [np.array([[np.cos(slant), 0], [-np.sin(slant), 1]]) for slant in slants])


def _scale(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Shrink."""
    size = 0.7  # of what it was (severity 3)
    return _resample(images, [np.eye(2) / size] * len(images))


def _rotate(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Turn to the left or to the right."""
    angle = 0.4  # radians (severity 2)
    turns = angle * _random_signs(len(images), rng)
    return _resample(
        images, [np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]) for turn in turns]
    )


def _brightness(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Add the same to every pixel: paper turns grey."""
    added = 0.5  # half of full ink (severity 5)
    return images + added


def _translate(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Move along a diagonal."""
    distance = 3  # pixels, both across and up or down (severity 3)
    downs, rights = distance * _random_signs((2, len(images)), rng)
    return _frames(np.pad(images, _margin(distance)), distance - downs, distance - rights)


def _stripe(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Swap ink and paper left and right of an upright band."""
    first, last = 7, 20  # columns of the band
    columns = np.arange(SIDE)
    return np.where((columns < first) | (columns > last), 1 - images, images)


def _fog(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Lay clouds over the image, then scale it back to the range it had."""
    density, decay = 3, 1.4  # of the clouds, in full inks; how fast details fade (severity 5)
    clouds = np.empty_like(images)
    for cloud in clouds:
        cloud[:] = _plasma(decay, rng)[:SIDE, :SIDE]
    most_ink = images.max(axis=(1, 2), keepdims=True)
    return (images + density * clouds) * most_ink / (most_ink + density)


def _plasma(decay: float, rng: np.random.Generator) -> np.ndarray:
    """Clouds by the diamond-square algorithm, 0 to 1; each side continues on the opposite one."""
    size = 256  # pixels a side, of which an image sees a corner
    heights = np.zeros((size, size), np.float32)
    step, roughness = size, 1.0

    def displaced(total: np.ndarray) -> np.ndarray:
        return total / 4 + roughness * rng.uniform(-1, 1, total.shape)

    while step > 1:
        half = step // 2
        corners = heights[::step, ::step]
        across = corners + np.roll(corners, -1, axis=1)
        upright = corners + np.roll(corners, -1, axis=0)
        centers = displaced(across + np.roll(across, -1, axis=0))
        heights[half::step, half::step] = centers
        heights[::step, half::step] = displaced(across + centers + np.roll(centers, 1, axis=0))
        heights[half::step, ::step] = displaced(upright + centers + np.roll(centers, 1, axis=1))
        step = half
        roughness /= decay**2
    return (heights - heights.min()) / np.ptp(heights)


def _spatter(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Throw mud at the image."""
    mean, deviation, sigma = 0.65, 0.3, 1  # of the liquid, and its smoothing in pixels (severity 4)
    level, edge, opaque = 0.65, 1.5, 0.8  # where drops begin; smoothing and least of their cover
    shade = 63 / 255  # of mud
    liquid = ndimage.gaussian_filter(rng.normal(mean, deviation, images.shape), (0, sigma, sigma), mode="nearest")
    cover = ndimage.gaussian_filter((liquid > level).astype(np.float32), (0, edge, edge), mode="nearest")
    cover[cover < opaque] = 0
    return images * (1 - cover) + shade * cover


def _dotted_line(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw a dotted line from the left side to the right."""
    dot = 2  # columns, as wide as the gaps
    first, last = rng.integers(0, SIDE - 1, size=(2, len(images)))
    line = _lines(np.zeros(len(images)), first, np.full(len(images), SIDE - 1), last)
    return images + line * (np.arange(SIDE) // dot % 2)


def _zigzag(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw a zigzag from left to right."""
    left, right, steepest = 2, 25, 5  # columns of its ends, and the most rows between them
    height, teeth = 2, 6  # pixels from its axis to a corner, and corners; a tooth is twice as wide as high
    first = rng.integers(0, SIDE - 1, size=len(images))
    fall = rng.integers(-steepest, steepest, size=len(images))
    length = np.hypot(right - left, fall)
    cosine, sine = (right - left) / length, fall / length

    corners = height * np.arange(1, 2 * teeth, 2)
    along = np.vstack([np.zeros_like(length), np.outer(corners, np.ones_like(length)), length])
    beside = height * np.array([0, *[1, -1] * (teeth // 2), 0])[:, np.newaxis]
    columns = left + along * cosine - beside * sine
    rows = first + along * sine + beside * cosine
    drawn = images
    for stroke in range(teeth + 1):
        drawn = drawn + _lines(columns[stroke], rows[stroke], columns[stroke + 1], rows[stroke + 1])
    return drawn


def _canny_edges(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Keep the edges that the detector of Canny (1986) finds."""
    edges = np.empty_like(images)
    for image, result in zip(images, edges, strict=True):
        result[:] = _find_edges(image.astype(np.float64))
    return edges


def _find_edges(image: np.ndarray) -> np.ndarray:
    sigma, low, high = 1, 0.1, 0.2  # smoothing in pixels; thresholds of the Sobel gradient
    inside = ndimage.gaussian_filter(np.ones_like(image), sigma, mode="constant")
    smoothed = ndimage.gaussian_filter(image, sigma, mode="constant") / inside
    gradient = np.stack([ndimage.sobel(smoothed, axis=0), ndimage.sobel(smoothed, axis=1)])
    steepness = np.hypot(*gradient)

    # An edge is steepest along its gradient; a step along it ends between two neighbouring pixels.
    step = gradient / np.maximum(np.abs(gradient).max(axis=0), np.finfo(float).tiny)
    here = np.indices(image.shape)
    ahead = ndimage.map_coordinates(steepness, here + step, order=1)
    behind = ndimage.map_coordinates(steepness, here - step, order=1)
    edges = (steepness >= ahead) & (steepness >= behind)
    edges[[0, -1]] = edges[:, [0, -1]] = False  # beyond them the image is unknown

    # A weak edge counts where it is connected to a strong one.
    strong, weak = edges & (steepness >= high), edges & (steepness >= low)
    return ndimage.binary_propagation(strong, structure=np.ones((3, 3)), mask=weak)


def _random_signs(shape: int | tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    return rng.choice([-1, 1], size=shape)


def _margin(pixels: int) -> tuple[tuple[int, int], ...]:
    return (0, 0), (pixels, pixels), (pixels, pixels)


def _frames(images: np.ndarray, tops: np.ndarray, lefts: np.ndarray) -> np.ndarray:
    """Cut 28x28 pixels out of each of these larger images."""
    frames = np.lib.stride_tricks.sliding_window_view(images, (SIDE, SIDE), axis=(1, 2))
    return frames[np.arange(len(images)), tops, lefts]


def _resample(images: np.ndarray, matrices: list[np.ndarray]) -> np.ndarray:
    """Map each image by the matrix from new to old (row, column), measured from its centre."""
    center = np.full(2, (SIDE - 1) / 2)
    resampled = np.empty_like(images)
    for image, matrix, result in zip(images, matrices, resampled, strict=True):
        offset = center - matrix @ center
        ndimage.affine_transform(image, matrix, offset, output=result, order=1, mode="grid-constant")
    return resampled


def _lines(
    first_columns: np.ndarray, first_rows: np.ndarray, last_columns: np.ndarray, last_rows: np.ndarray
) -> np.ndarray:
    """Straight lines, one per image: full ink in the middle, fading upwards and downwards."""
    fading = 2.3  # pixels: ink is 1 + log(1 - distance / fading)
    column, row = np.arange(SIDE), np.arange(SIDE)[:, np.newaxis]
    x0, y0, x1, y1 = (end[:, np.newaxis, np.newaxis] for end in (first_columns, first_rows, last_columns, last_rows))
    height = (y0 + (y1 - y0) / (x1 - x0) * (column - x0)).astype(np.float32)
    ink = 1 + np.log(np.maximum(1 - np.abs(row - height) / fading, np.exp(-1)))
    return ink * ((column >= np.floor(x0)) & (column < np.ceil(x1)))


_CORRUPTIONS = {
    "shot noise": _shot_noise,
    "impulse noise": _impulse_noise,
    "glass blur": _glass_blur,
    "motion blur": _motion_blur,
    "shear": _shear,
    "scale": _scale,
    "rotate": _rotate,
    "brightness": _brightness,
    "translate": _translate,
    "stripe": _stripe,
    "fog": _fog,
    "spatter": _spatter,
    "dotted line": _dotted_line,
    "zigzag": _zigzag,
    "Canny edges": _canny_edges,
}

# In the order of the paper.
NAMES: tuple[str, ...] = tuple(_CORRUPTIONS)
