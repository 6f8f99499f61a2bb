"""MNIST and other data sets in the IDX format."""

import gzip
import hashlib
import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pandas as pd

MNIST_FOLDER = Path(__file__).parent / "mnist"
CLASSES = 10

Examples = tuple[np.ndarray, np.ndarray]

_IDX_TYPES = {
    0x08: np.dtype("u1"),
    0x09: np.dtype("i1"),
    0x0B: np.dtype(">i2"),
    0x0C: np.dtype(">i4"),
    0x0D: np.dtype(">f4"),
    0x0E: np.dtype(">f8"),
}
_GZIP_MAGIC = b"\x1f\x8b"


class DataError(Exception):
    """A data file is missing, truncated, altered or of the wrong shape."""


def load_mnist(folder: str | Path = MNIST_FOLDER) -> tuple[Examples, Examples]:
    """Load the 70,000 handwritten digits of MNIST.

    The signature of the result is that of `keras.datasets.mnist.load_data`.
    Every file is checked against ``SHA256SUMS`` before anything is returned.

    Parameters
    ----------
    folder : path-like, optional
        Folder with the four gzipped IDX files and ``SHA256SUMS``;
        by default the one inside the package, so nothing is downloaded.

    Returns
    -------
    (X_train, y_train), (X_test, y_test) : tuple of tuples of numpy.ndarray
        Images: uint8, shapes (60000, 28, 28) and (10000, 28, 28), 0 (paper) to
        255 (ink). Labels: uint8, shapes (60000,) and (10000,), 0 to 9.

    Raises
    ------
    DataError
        If a file is missing, truncated, altered or of the wrong shape.

    Notes
    -----
    MNIST was made by Yann LeCun, Corinna Cortes and Christopher Burges and is
    licensed CC BY-SA 3.0.

    Examples
    --------
    >>> (X_train, y_train), (X_test, y_test) = load_mnist()
    >>> X_train.shape, X_test.shape, X_train.dtype
    ((60000, 28, 28), (10000, 28, 28), dtype('uint8'))
    """
    folder = Path(folder)
    digests = _read_digests(folder / "SHA256SUMS")
    train = _load_split(folder, "train", 60_000, digests)
    test = _load_split(folder, "t10k", 10_000, digests)
    return train, test


def read_idx(path: str | Path) -> np.ndarray:
    """Read one file in the IDX format, gzipped or not.

    Parameters
    ----------
    path : path-like
        The file: MNIST's, Fashion-MNIST's or any other IDX file.

    Returns
    -------
    numpy.ndarray
        The array with the shape and type that the header states, in the byte
        order of this machine.

    Raises
    ------
    DataError
        If the file is missing, is not IDX, or is shorter or longer than its
        header says.

    Notes
    -----
    The format: two zero bytes, a byte for the type, a byte for the number of
    dimensions, each dimension as a big-endian 32-bit integer, then the data in
    row-major order, big-endian.
    """
    path = Path(path)
    return _parse_idx(_read_bytes(path), path)


def scale_pixels(images: np.ndarray) -> np.ndarray:
    """Turn stored images into the input of the book's networks.

    Parameters
    ----------
    images : numpy.ndarray, shape (n, 28, 28), uint8

    Returns
    -------
    numpy.ndarray, shape (n, 28, 28, 1), float32
        Pixel values divided by 255, so from 0.0 to 1.0, with a channel axis.

    Raises
    ------
    ValueError
        If the images have another shape, or were scaled already.
    """
    images = np.asarray(images)
    if images.ndim != 3 or images.dtype != np.uint8:
        raise ValueError(
            f"expected images of shape (n, height, width) and type uint8, got {images.shape} {images.dtype}: "
            "pass what load_mnist returned, unscaled"
        )
    return (images.astype(np.float32) / 255)[..., np.newaxis]


def move(images: np.ndarray, *, down: int = 0, right: int = 0) -> np.ndarray:
    """Move images; what leaves the frame is lost, what comes in is paper.

    Parameters
    ----------
    images : numpy.ndarray, shape (n, height, width) or (n, height, width, channels)
    down, right : int
        How far, in pixels; negative for up and left. At most the height and
        the width.

    Returns
    -------
    numpy.ndarray
        Of the same shape and type.

    Raises
    ------
    ValueError
        If the images would be moved by more than their size.

    Examples
    --------
    >>> move(np.array([[[1, 2, 3]]]), right=1)
    array([[[0, 1, 2]]])
    """
    height, width = images.shape[1:3]
    if abs(down) > height or abs(right) > width:
        raise ValueError(
            f"cannot move images of {height} by {width} pixels by {down} down and {right} right: "
            "choose at most their height and width"
        )
    moved = np.zeros_like(images)
    rows, rows_from = _overlap(height, down)
    columns, columns_from = _overlap(width, right)
    moved[:, rows, columns] = images[:, rows_from, columns_from]
    return moved


def hold_out(images: np.ndarray, labels: np.ndarray, *, count: int = 6_000) -> tuple[Examples, Examples]:
    """Set the last training examples aside for validation.

    The classes are well mixed in MNIST's training files (the dataset chapter
    checks it), so the last ones serve, and every run holds out the same.

    Parameters
    ----------
    images, labels : numpy.ndarray
        Training examples, first axis of equal length n.
    count : int
        How many to hold out, 1 to n - 1.

    Returns
    -------
    (images, labels), (held_images, held_labels) : tuple of tuples
        Views of the arguments: the first n - count examples, and the rest.

    Raises
    ------
    ValueError
        If the lengths differ or `count` leaves nothing on either side.
    """
    if len(images) != len(labels):
        raise ValueError(f"{len(images)} images but {len(labels)} labels: they must come in pairs")
    if not 0 < count < len(images):
        raise ValueError(f"cannot hold out {count} of {len(images)} examples: choose 1 to {len(images) - 1}")
    return (images[:-count], labels[:-count]), (images[-count:], labels[-count:])


def load_disputed_labels() -> pd.DataFrame:
    """Load the 15 test labels that people confirmed to be doubtful.

    Returns
    -------
    pandas.DataFrame
        Indexed by the position in MNIST's test set, with the columns
        ``given`` (MNIST's label), ``guessed`` (the other candidate), and
        ``votes given``, ``votes guessed`` and ``votes neither`` of five people.

    Notes
    -----
    Northcutt, Athalye and Mueller (2021), Pervasive label errors in test sets
    destabilize machine learning benchmarks, arXiv:2103.14749.
    """
    path = MNIST_FOLDER / "disputed_labels.csv"
    return pd.read_csv(io.BytesIO(_read_bytes(path)), index_col="image")


def _overlap(size: int, distance: int) -> tuple[slice, slice]:
    """Where what stays in the frame comes to lie, and where it was."""
    return slice(max(distance, 0), size + min(distance, 0)), slice(max(-distance, 0), size - max(distance, 0))


def _load_split(folder: Path, prefix: str, count: int, digests: dict[str, str]) -> Examples:
    images = _read_verified(folder / f"{prefix}-images-idx3-ubyte.gz", (count, 28, 28), digests)
    labels = _read_verified(folder / f"{prefix}-labels-idx1-ubyte.gz", (count,), digests)
    return images, labels


def _read_verified(path: Path, shape: tuple[int, ...], digests: dict[str, str]) -> np.ndarray:
    content = _read_bytes(path)
    array = _parse_idx(content, path)
    if array.shape != shape:
        raise DataError(f"{path} holds an array of shape {array.shape}, expected {shape}. {_restore(path)}")
    if path.stem not in digests:
        raise DataError(
            f"{path.parent / 'SHA256SUMS'} has no digest of {path.stem}. {_restore(path.parent / 'SHA256SUMS')}"
        )
    if hashlib.sha256(content).hexdigest() != digests[path.stem]:
        raise DataError(f"{path} was altered: its SHA-256 differs from the one in SHA256SUMS. {_restore(path)}")
    return array


def _read_digests(path: Path) -> dict[str, str]:
    lines = _read_bytes(path).decode("utf-8", errors="replace").splitlines()
    pairs = [line.split() for line in lines if line.strip()]
    if not pairs or any(len(pair) != 2 or len(pair[0]) != 64 for pair in pairs):
        raise DataError(f"{path} is not a list of SHA-256 digests and file names. {_restore(path)}")
    return {name: digest for digest, name in pairs}


def _read_bytes(path: Path) -> bytes:
    try:
        content = path.read_bytes()
        return gzip.decompress(content) if content.startswith(_GZIP_MAGIC) else content
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DataError(f"{path} is truncated or altered: {error}. {_restore(path)}") from error
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}. {_restore(path)}") from error


def _parse_idx(content: bytes, path: Path) -> np.ndarray:
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] not in _IDX_TYPES:
        raise DataError(f"{path} is not an IDX file: it starts with {content[:4]!r}. {_restore(path)}")
    dtype, dimensions = _IDX_TYPES[content[2]], content[3]
    start = 4 + 4 * dimensions
    if len(content) < start:
        raise DataError(f"{path} is truncated: it ends inside its header. {_restore(path)}")
    shape = struct.unpack(f">{dimensions}I", content[4:start])
    expected = start + int(np.prod(shape, dtype=object)) * dtype.itemsize
    if len(content) != expected:
        raise DataError(
            f"{path} is truncated or altered: {len(content):,} bytes, "
            f"but its header announces {expected:,} (shape {shape}). {_restore(path)}"
        )
    try:
        array = np.frombuffer(content, dtype, offset=start).reshape(shape)
    except ValueError as error:
        raise DataError(f"{path} is not an IDX file that NumPy can hold: {error}. {_restore(path)}") from error
    return array.astype(dtype.newbyteorder("="))


def _restore(path: Path) -> str:
    if path.parent == MNIST_FOLDER:
        return f"To restore it: git checkout -- digitlib/mnist/{path.name}, or install digitlib again."
    return "To restore it: fetch the file again from where it came from."
