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
HELD_OUT_FILE = "train-validation-idx1-ubyte.gz"  # 1 for each training image that is held out, else 0

Examples = tuple[np.ndarray, np.ndarray]

_IDX_TYPES: dict[int, np.dtype] = {
    0x08: np.dtype("u1"),
    0x09: np.dtype("i1"),
    0x0B: np.dtype(">i2"),
    0x0C: np.dtype(">i4"),
    0x0D: np.dtype(">f4"),
    0x0E: np.dtype(">f8"),
}
_GZIP_MAGIC = b"\x1f\x8b"
_FETCH_AGAIN = "To restore it: fetch the file again, whole and as binary, from where it came from."

# What is met in the place of IDX files, by how it begins, and what to do with it.
_OTHER_FORMATS = {
    _GZIP_MAGIC: ("was gzipped twice", "Unpack it once with gunzip, and read what comes out."),
    b"PK": (
        "is a ZIP archive",
        "Unpack it, and read a file that was in it; NumPy's .npz files are read by numpy.load.",
    ),
    b"version https://git-lfs": ("is a pointer of Git LFS to the file", "Bring the file itself: git lfs pull."),
    b"<": ("is a web page", "The server sent it in place of the file: open it in a browser to see why."),
    b"\x93NUMPY": ("is an array in NumPy's format", "Read it by numpy.load."),
    b"BZh": ("is packed with bzip2", "Unpack it with bunzip2, and read what comes out."),
    b"\xfd7zXZ": ("is packed with xz", "Unpack it with unxz, and read what comes out."),
    b"PAR1": ("is a table in the Parquet format", "Read it by pandas.read_parquet."),
    b"\x89PNG": ("is a picture", "Read digits from it by photos.read_photo."),
    b"\xff\xd8\xff": ("is a picture", "Read digits from it by photos.read_photo."),
}
_NAMES_TOLD = 8  # of the files in a folder


class DataError(Exception):
    """A data file is missing, truncated, altered or of the wrong shape."""


def load_mnist(folder: str | Path = MNIST_FOLDER) -> tuple[Examples, Examples]:
    """Load the 70,000 handwritten digits of MNIST.

    The signature of the result is that of `keras.datasets.mnist.load_data`.
    Every file is compared with ``SHA256SUMS`` before anything is returned.

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
        If the file is missing, is not an IDX file (the message says what it
        is, if that can be told), or is shorter or longer than its header says.

    Notes
    -----
    The format: two zero bytes, a byte for the type, a byte for the number of
    dimensions, each dimension as a big-endian 32-bit integer, then the data in
    row-major order, big-endian.

    The format does not say what the values mean. The images of EMNIST are
    stored column by column, so they lie on their side, mirrored, and MNIST's
    networks read few of them until ``images.transpose(0, 2, 1)`` sets them
    upright. The labels of EMNIST's letters count from 1.
    """
    path = Path(path)
    return _parse_idx(_read_bytes(path), path)


def scale_pixels(images: np.ndarray) -> np.ndarray:
    """Turn stored images into the input of the book's networks.

    Parameters
    ----------
    images : numpy.ndarray, shape (n, 28, 28), uint8
        0 (paper) to 255 (ink), as `load_mnist` returns them.

    Returns
    -------
    numpy.ndarray, shape (n, 28, 28, 1), float32
        Pixel values divided by 255, so from 0.0 to 1.0, with a channel axis.

    Raises
    ------
    ValueError
        If the images have another shape, or have been scaled before.
    """
    images = np.asarray(images)
    if images.ndim != 3 or images.dtype != np.uint8:
        raise ValueError(
            f"expected images of shape (n, height, width) and type uint8, got {images.shape} {images.dtype}: "
            "pass what load_mnist returned, unscaled"
        )
    return (images.astype(np.float32) / 255)[..., np.newaxis]


def move(images: np.ndarray, *, down: int = 0, right: int = 0) -> np.ndarray:
    """Move images: what leaves the frame is lost, and paper comes in.

    Parameters
    ----------
    images : numpy.ndarray, shape (n, height, width) or (n, height, width, channels)
        Any number of them.
    down, right : int
        How far, in pixels, at most the height and the width; negative numbers
        move up and left.

    Returns
    -------
    numpy.ndarray
        New images of the same shape and type.

    Raises
    ------
    ValueError
        If the images would move by more than their size.

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


def hold_out(images: np.ndarray, labels: np.ndarray) -> tuple[Examples, Examples]:
    """Hold out 10,000 of MNIST's training examples for validation.

    Nobody wrote both an example that is held out and one of the others. As in
    the test set, students wrote 5,001 of them and staff 4,999, and each digit
    is nearly as common.

    Parameters
    ----------
    images : numpy.ndarray, shape (60000, ...)
        All training images, in their order, scaled or not.
    labels : numpy.ndarray, shape (60000,)
        Their labels, as `load_mnist` returns them.

    Returns
    -------
    (images, labels), (held_images, held_labels) : tuple of tuples
        50,000 examples to train on, 10,000 to validate on, in their order.

    Raises
    ------
    ValueError
        If these are not MNIST's training examples in their order.
    DataError
        If a file of the package was altered.

    Notes
    -----
    The writers are known from Yadav and Bottou (2019), Cold case: the lost
    MNIST digits, arXiv:1905.10498. To split other data, use
    `sklearn.model_selection.train_test_split`.
    """
    digests = _read_digests(MNIST_FOLDER / "SHA256SUMS")
    held, known = (
        _read_verified(MNIST_FOLDER / name, (60_000,), digests)
        for name in (HELD_OUT_FILE, "train-labels-idx1-ubyte.gz")
    )
    if len(images) != len(known) or not np.array_equal(labels, known):
        raise ValueError(
            f"got {len(images):,} images and {len(labels):,} labels, expected all of MNIST's 60,000 training "
            "examples in their order, as load_mnist returns them: hold out first, shorten or shuffle afterwards; "
            "split other data by sklearn.model_selection.train_test_split"
        )
    held = held.astype(bool)
    return (images[~held], labels[~held]), (images[held], labels[held])


def load_disputed_labels() -> pd.DataFrame:
    """Load the 15 test labels that people have confirmed to be doubtful.

    Returns
    -------
    pandas.DataFrame
        Indexed by the position in MNIST's test set, with the columns
        ``given`` (MNIST's label), ``guessed`` (the other candidate), and
        ``votes given``, ``votes guessed`` and ``votes neither`` of five people.

    Raises
    ------
    DataError
        If the file is missing or cannot be read.

    Notes
    -----
    Northcutt, Athalye and Mueller (2021), Pervasive label errors in test sets
    destabilize machine learning benchmarks, arXiv:2103.14749.
    """
    path = MNIST_FOLDER / "disputed_labels.csv"
    return pd.read_csv(io.BytesIO(_read_bytes(path)), index_col="image")


def _overlap(size: int, distance: int) -> tuple[slice, slice]:
    """Where the pixels that stay in the frame go, and where they were."""
    return slice(max(distance, 0), size + min(distance, 0)), slice(max(-distance, 0), size - max(distance, 0))


def _load_split(folder: Path, prefix: str, count: int, digests: dict[str, str]) -> Examples:
    images = _read_verified(folder / f"{prefix}-images-idx3-ubyte.gz", (count, 28, 28), digests)
    labels = _read_verified(folder / f"{prefix}-labels-idx1-ubyte.gz", (count,), digests)
    return images, labels


def _read_verified(path: Path, shape: tuple[int, ...], digests: dict[str, str]) -> np.ndarray:
    content = _read_bytes(path)
    array = _parse_idx(content, path)
    if array.shape != shape:
        raise _fault(
            path,
            f"holds an array of shape {array.shape}, expected {shape}",
            "Give the file its own name back; data.read_idx reads files of any shape, one by one.",
        )
    if path.stem not in digests:
        sums = path.parent / "SHA256SUMS"
        raise _fault(sums, f"has no digest of {path.stem}", "Add the line that sha256sum prints for the unpacked file.")
    if hashlib.sha256(content).hexdigest() != digests[path.stem]:
        raise _fault(path, "was altered: its SHA-256 differs from the one in SHA256SUMS")
    return array


def _read_digests(path: Path) -> dict[str, str]:
    if path.parent.is_dir() and not path.exists():
        raise _fault(
            path,
            "cannot be read: there is no such file",
            "load_mnist compares every file with that list. Where there is none, as for Fashion-MNIST, "
            "read the files by data.read_idx, one by one.",
        )
    lines = _read_bytes(path).decode("utf-8-sig", errors="replace").splitlines()
    pairs = [line.split() for line in lines if line.strip()]
    if not pairs or any(len(pair) != 2 or len(pair[0]) != 64 for pair in pairs):
        raise _fault(path, "is not a list of SHA-256 digests and file names")
    return {name: digest for digest, name in pairs}


def _read_bytes(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _fault(path, f"cannot be read: {error.strerror}", _look_around(path)) from error
    if not content.startswith(_GZIP_MAGIC):
        return content
    try:
        return gzip.decompress(content)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        longer = isinstance(error, gzip.BadGzipFile)
        raise _fault(path, f"is truncated or altered: {error}{_text_at_end(content) if longer else ''}") from error


def _parse_idx(content: bytes, path: Path) -> np.ndarray:
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] not in _IDX_TYPES:
        raise _fault(path, *_recognize(content))
    dtype, dimensions = _IDX_TYPES[content[2]], content[3]
    start = 4 + 4 * dimensions
    if len(content) < start:
        raise _fault(path, "is truncated: it ends inside its header")
    shape = struct.unpack(f">{dimensions}I", content[4:start])
    expected = start + int(np.prod(shape, dtype=object)) * dtype.itemsize
    if len(content) != expected:
        longer = len(content) > expected
        raise _fault(
            path,
            f"{'was altered' if longer else 'is truncated'}: {len(content):,} bytes, but its header announces "
            f"{expected:,} (shape {shape}){_text_at_end(content) if longer else ''}",
        )
    try:
        array = np.frombuffer(content, dtype, offset=start).reshape(shape)
    except ValueError as error:
        raise _fault(path, f"is not an IDX file that NumPy can hold: {error}") from error
    return array.astype(dtype.newbyteorder("="))


def _recognize(content: bytes) -> tuple[str, str]:
    """What kind of file it is, since it is not IDX, and what to do."""
    if not content:
        return "is empty, so not an IDX file", _FETCH_AGAIN
    beginning = content.removeprefix(b"\xef\xbb\xbf").lstrip()
    for magic, (what, advice) in _OTHER_FORMATS.items():
        if beginning.startswith(magic):
            return f"is not an IDX file: it {what}", advice
    if content[:100].isascii() and b"\0" not in content[:100]:
        begins = content.decode("ascii", errors="replace").partition("\n")[0][:20]
        return f"is not an IDX file: it is text that begins with {begins!r}", "Read tables by pandas.read_csv."
    return f"is not an IDX file: it starts with {content[:4]!r}", _FETCH_AGAIN


def _text_at_end(content: bytes) -> str:
    return "; it ends in a line break, so a text editor or a transfer as text changed it" * content.endswith(b"\n")


def _look_around(path: Path) -> str:
    """What there is instead of a file that cannot be read."""
    if path.is_dir():
        return "It is a folder: name a file in it."
    if not path.parent.is_dir():
        return f"There is no folder {path.parent}."
    if path.exists():
        return "Give yourself the right to read it."
    names = sorted(child.name for child in path.parent.iterdir())
    more = f" and {len(names) - _NAMES_TOLD} more" if len(names) > _NAMES_TOLD else ""
    return f"The folder holds {', '.join(names[:_NAMES_TOLD]) or 'nothing'}{more}."


def _fault(path: Path, what: str, advice: str = _FETCH_AGAIN) -> DataError:
    if path.parent == MNIST_FOLDER:
        advice = f"To restore it: git checkout -- digitlib/data/mnist/{path.name}, or install digitlib again."
    return DataError(f"{path} {what}. {advice}")
