"""Images that no student has seen: MNIST's test digits, plain and mildly distorted, or a teacher's own scans."""

import io
import math
import os
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy import ndimage

from digitlib.data import load_mnist
from digitlib.files import TextError, read_text, write_bytes
from digitlib.handwriting.normalization import SIDE
from digitlib.handwriting.photo_files import PhotoError
from digitlib.handwriting.photos import read_photo

COUNT = 2_000  # digits of each kind: an interval about one and a half percentage points wide at 97 % right
ENVIRONMENT = "DIGITS_HIDDEN_SET"
PLAIN, DISTORTED, SCANNED = "plain", "distorted", "scanned"
PHOTOS = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp")

# The most that a set may distort. It draws its own limits, from three quarters of these up; an image its own amounts.
STRENGTHS = {
    "turn": 16.0,  # degrees, to either side
    "slant": 0.25,  # pixels across for a pixel down
    "scale": 0.18,  # larger or smaller by
    "shift": 2.5,  # pixels, across and down
    "wave": 1.2,  # pixels that a stroke is bent
    "weight": 0.7,  # of a pixel, added around a stroke or taken off it
    "fade": 0.35,  # of the ink
    "blur": 0.6,  # standard deviation in pixels
    "noise": 0.06,  # standard deviation, of full ink
}


class HiddenSetError(Exception):
    """A hidden set cannot be made or read; the message says what is wrong, and where."""


class HiddenSet(NamedTuple):
    """Images, what they are, and where they come from.

    Attributes
    ----------
    images : numpy.ndarray, shape (n, 28, 28), uint8
    labels : numpy.ndarray, shape (n,), uint8
    kinds : numpy.ndarray, shape (n,), str
        ``"plain"``, ``"distorted"`` or ``"scanned"``.
    """

    images: np.ndarray
    labels: np.ndarray
    kinds: np.ndarray

    def of(self, *, plain: bool) -> tuple[np.ndarray, np.ndarray]:
        """Images and labels of the plain digits, or of all others.

        Parameters
        ----------
        plain : bool

        Returns
        -------
        images : numpy.ndarray
        labels : numpy.ndarray
        """
        chosen = (self.kinds == PLAIN) == plain
        return self.images[chosen], self.labels[chosen]


def draw(random: np.random.Generator, count: int = COUNT) -> HiddenSet:
    """Draw a hidden set from MNIST's test digits.

    Parameters
    ----------
    random : numpy.random.Generator
    count : int
        Plain digits, and as many distorted ones; no digit is among both.

    Returns
    -------
    HiddenSet
    """
    _, (images, labels) = load_mnist()
    chosen = random.choice(len(images), 2 * count, replace=False)
    images, labels = images[chosen], labels[chosen]
    images[count:] = distort(images[count:], random)
    return HiddenSet(images, labels, np.repeat([PLAIN, DISTORTED], count))


def with_scans(random: np.random.Generator, folder: Path, count: int = COUNT) -> HiddenSet:
    """Draw plain digits, and add a teacher's own instead of distorted ones.

    Parameters
    ----------
    random : numpy.random.Generator
    folder : Path
        See `read_scans`.
    count : int
        Plain digits.

    Returns
    -------
    HiddenSet

    Raises
    ------
    HiddenSetError
        See `read_scans`.
    """
    plain_images, plain_labels = draw(random, count).of(plain=True)
    images, labels = read_scans(folder)
    kinds = np.repeat([PLAIN, SCANNED], [count, len(images)])
    return HiddenSet(np.concatenate([plain_images, images]), np.concatenate([plain_labels, labels]), kinds)


def distort(images: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Distort each image mildly, each in its own way.

    Parameters
    ----------
    images : numpy.ndarray, shape (n, 28, 28), uint8
    random : numpy.random.Generator

    Returns
    -------
    numpy.ndarray, shape (n, 28, 28), uint8
    """
    most = {name: strength * random.uniform(0.75, 1) for name, strength in STRENGTHS.items()}
    distorted = np.stack([_distort(image / 255, most, random) for image in images])
    return np.rint(255 * np.clip(distorted, 0, 1)).astype(np.uint8)


def read_scans(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Read scans or photos of handwritten digits, and what they show.

    Beside each ``NAME.jpg`` (or PNG and so on) lies a ``NAME.txt`` with its
    digits, line by line as they are written.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    images : numpy.ndarray, shape (n, 28, 28), uint8
    labels : numpy.ndarray, shape (n,), uint8

    Raises
    ------
    HiddenSetError
        If there are none, one has no text or cannot be read, a text belongs to
        a file of another kind, or a line of the text has another number of
        digits than was found in the photo.
    """
    files = sorted(folder.glob("*"))
    paths = [path for path in files if path.suffix.lower() in PHOTOS]
    if others := _scans_of_other_kinds(files, {path.stem for path in paths}):
        raise HiddenSetError(f"{', '.join(map(str, others))} cannot be read as a photo: convert to JPEG or PNG")
    if not paths:
        raise HiddenSetError(f"no scans in {folder}: expected files that end in {', '.join(PHOTOS)}")
    pairs = [_read_scan(path) for path in paths]
    return np.concatenate([images for images, _ in pairs]), np.concatenate([labels for _, labels in pairs])


def save(hidden: HiddenSet, path: Path) -> None:
    """Write a hidden set as ``.npz``, whole or not at all.

    Parameters
    ----------
    hidden : HiddenSet
    path : Path
    """
    content = io.BytesIO()
    np.savez_compressed(content, **hidden._asdict())
    write_bytes(content.getvalue(), path)


def load(path: Path) -> HiddenSet:
    """Read what `save` wrote.

    Parameters
    ----------
    path : Path

    Returns
    -------
    HiddenSet

    Raises
    ------
    HiddenSetError
        If the file is missing, or is not a hidden set.
    """
    try:
        with np.load(path, allow_pickle=False) as content:
            hidden = HiddenSet(**{name: content[name] for name in HiddenSet._fields})
    except Exception as error:  # NumPy's readers raise all kinds
        raise HiddenSetError(f"{path} cannot be read as a hidden set: {error}. Make it again") from error
    count = len(hidden.labels)
    if hidden.images.shape != (count, SIDE, SIDE) or hidden.images.dtype != np.uint8 or len(hidden.kinds) != count:
        raise HiddenSetError(f"{path} is not a hidden set: {hidden.images.shape} images, {count} labels. Make it again")
    return hidden


def for_grading(random: np.random.Generator) -> HiddenSet:
    """Load the set in the file that the environment names, or draw one at random.

    Parameters
    ----------
    random : numpy.random.Generator

    Returns
    -------
    HiddenSet

    Raises
    ------
    HiddenSetError
        If the file cannot be read, or its path is not absolute: tests are made
        in another folder than the one where the command was given.
    """
    if not (name := os.environ.get(ENVIRONMENT)):
        return draw(random)
    if not Path(name).is_absolute():
        raise HiddenSetError(f"{ENVIRONMENT} is {name}: give the whole path, such as $PWD/{name}")
    return load(Path(name))


def _distort(image: np.ndarray, most: dict[str, float], random: np.random.Generator) -> np.ndarray:
    drawn = {name: strength * random.uniform(-1, 1) for name, strength in most.items()}
    bent = _move_pixels(image, drawn, most, random)
    weighted = _change_weight(bent, drawn["weight"])
    faded = ndimage.gaussian_filter(weighted * (1 - abs(drawn["fade"])), abs(drawn["blur"]))
    return faded + random.normal(scale=abs(drawn["noise"]), size=image.shape)


def _move_pixels(image: np.ndarray, drawn: dict, most: dict, random: np.random.Generator) -> np.ndarray:
    """Turn, slant, scale, shift and bend an image in one resampling."""
    angle = math.radians(drawn["turn"])
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    matrix = turn @ np.array([[1, 0], [drawn["slant"], 1]]) / (1 + drawn["scale"])
    shift = random.uniform(-most["shift"], most["shift"], size=2)
    places = np.indices(image.shape) - (SIDE - 1) / 2 - shift[:, np.newaxis, np.newaxis]
    sources = np.tensordot(matrix, places, 1) + (SIDE - 1) / 2
    bends = ndimage.gaussian_filter(random.normal(size=(2, SIDE, SIDE)), (0, 4, 4))
    sources += drawn["wave"] * bends / np.abs(bends).max()
    return ndimage.map_coordinates(image, sources, order=1)


def _change_weight(image: np.ndarray, pixels: float) -> np.ndarray:
    """Thicken strokes, or thin them if `pixels` is negative, by a share of a pixel."""
    changed = ndimage.grey_dilation(image, 3) if pixels > 0 else ndimage.grey_erosion(image, 3)
    return image + abs(pixels) / 2 * (changed - image)


def _scans_of_other_kinds(files: list[Path], read: set[str]) -> list[Path]:
    """The files that have a text beside them, but are of a kind that is not read."""
    described = {path.stem for path in files if path.suffix == ".txt"} - read
    return [path for path in files if path.stem in described and path.suffix != ".txt"]


def _read_scan(path: Path) -> tuple[np.ndarray, np.ndarray]:
    lines = _read_labels(path.with_suffix(".txt"))
    try:
        reading = read_photo(path)
    except PhotoError as error:
        raise HiddenSetError(str(error)) from error
    found = np.bincount(reading.lines).tolist()
    written = [len(line) for line in lines]
    if found != written:
        mismatch = (
            f"{path} shows lines of {found} digits, its text has lines of {written}: "
            "correct the text, or write the digits further apart and scan again."
        )
        raise HiddenSetError(" ".join([mismatch, *reading.doubts]))
    return reading.images, np.array([int(digit) for line in lines for digit in line], dtype=np.uint8)


def _read_labels(path: Path) -> list[str]:
    """The digits of each line of a text, without the spaces."""
    try:
        lines = ["".join(line.split()) for line in read_text(path).splitlines()]
    except (OSError, TextError) as error:
        raise HiddenSetError(f"{path} must hold the digits of the scan beside it: {error}") from error
    lines = [line for line in lines if line]
    for line in lines:
        if not (line.isascii() and line.isdigit()):
            raise HiddenSetError(f"{path}: the line {line!r} holds something else than digits")
    return lines
