"""Open a photo in any format: upright, in grey, of bounded size. What cannot be opened gives a clear error."""

import io
import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from digitlib.handwriting.normalization import FULL

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")

# Bytes that decoding may take, so that reading takes less than 500 MB, as a test with the largest photos measures.
_MOST_MEMORY = 420_000_000
# Larger photos are reduced, so that 12 megapixels are read within two seconds, as benchmarks/promises.py measures.
_WORKING_PIXELS = 2_000_000
_LEAST_CONTRAST = 0.15  # on white; with less, the opacity is the ink. By eye; tests pass from 0.001 to 0.9

Photo = str | Path | bytes | Image.Image | np.ndarray


class PhotoError(Exception):
    """A photo is missing, damaged, too large, no image, or does not show digits."""


def open_photo(photo: Photo) -> np.ndarray:
    """Open a photo.

    Parameters
    ----------
    photo : path-like, bytes, PIL.Image.Image or numpy.ndarray
        See `digitlib.handwriting.photos.read_photo`.

    Returns
    -------
    numpy.ndarray, shape (height, width), uint8
        Upright, 0 (black) to 255 (white), of at most two million pixels.

    Raises
    ------
    PhotoError
        If it is no photo, is damaged, or takes more than 420 MB to decode.
    """
    if isinstance(photo, np.ndarray):
        return _to_gray(_from_array(photo))
    if isinstance(photo, Image.Image):
        with _clear_errors("the image"):
            _check_size(*photo.size, _bytes_per_pixel(photo), "the image")
            return _to_gray(photo)
    if isinstance(photo, bytes):
        return _decode(io.BytesIO(photo), f"the photo of {len(photo):,} bytes")
    if isinstance(photo, str | Path):
        return _decode(Path(photo), str(photo))
    raise PhotoError(f"cannot read a photo from {type(photo).__name__}: pass a path, bytes, an image or an array")


def _decode(file: Path | io.BytesIO, name: str) -> np.ndarray:
    with _clear_errors(name), Image.open(file, formats=FORMATS) as image:
        _check_size(*image.size, _bytes_per_pixel(image), name)
        image.draft("L", _reduced(image.size))
        return _to_gray(image)


@contextmanager
def _clear_errors(name: str) -> Iterator[None]:
    """Turn whatever Pillow raises into a `PhotoError`, and keep its warnings to ourselves."""
    try:
        with warnings.catch_warnings(action="ignore"):
            yield
    except PhotoError:
        raise
    except UnidentifiedImageError as error:
        raise PhotoError(f"{name} is not an image in a known format: save it as {' or '.join(FORMATS[:2])}") from error
    except Image.DecompressionBombError as error:
        raise PhotoError(f"{name} is too large: it has more pixels than Pillow opens. Reduce it first") from error
    except Exception as error:  # damaged files make Pillow raise errors of many kinds
        reason = getattr(error, "strerror", None) or error
        raise PhotoError(
            f"{name} cannot be read: {reason}. Check the path, or fetch or save the photo again"
        ) from error


def _check_size(width: int, height: int, bytes_per_pixel: int, name: str) -> None:
    most = _MOST_MEMORY // bytes_per_pixel
    if width * height > most:
        raise PhotoError(
            f"{name} is too large: {width:,} by {height:,} pixels, of its kind at most {most:,} in all. Reduce it first"
        )
    if width * height == 0:
        raise PhotoError(f"{name} has no pixels: its size is {width} by {height}. Pass another")


def _bytes_per_pixel(image: Image.Image) -> int:
    """What decoding, conversion and reduction take at most; a test opens the largest photos to check it."""
    if image.format == "WEBP":
        return 20
    return 12 if image.has_transparency_data else 8


def _from_array(array: np.ndarray) -> Image.Image:
    if array.ndim not in (2, 3) or array.shape[2:] not in ((), (3,), (4,)):
        raise PhotoError(
            f"cannot read a photo from an array of shape {array.shape}: "
            "pass (height, width), or (height, width, 3) in colour, or (height, width, 4) with opacity"
        )
    _check_size(array.shape[1], array.shape[0], 12 if array.shape[2:] == (4,) else 8, "the array")
    scale = FULL / _white(array)
    levels = np.empty(array.shape, np.uint8)
    for row, values in zip(levels, array, strict=True):  # a whole photo in floats might not fit into memory
        row[:] = np.rint(values * scale)
    return Image.fromarray(levels)


def _white(array: np.ndarray) -> int:
    """The value of white in an array of this type."""
    if array.dtype.kind == "u" and array.dtype.itemsize <= 2:
        return np.iinfo(array.dtype).max
    if array.dtype.kind not in "bf":
        raise PhotoError(f"cannot read a photo from an array of type {array.dtype}: pass bool, uint8, uint16 or float")
    low, high = array.min(), array.max()
    if not (low >= 0 and high <= 1):  # so that NaN is caught too
        raise PhotoError(f"the array has values from {low} to {high}: scale floats to 0 (black) to 1 (white)")
    return 1


def _to_gray(image: Image.Image) -> np.ndarray:
    held = image.getexif().get(ExifTags.Base.Orientation)  # an image that is made from another forgets it
    if image.mode.startswith(("I", "F")):
        image = _from_array(np.asarray(image))
    mode = "RGBA" if image.has_transparency_data else "L"
    if image.mode != mode:
        image = image.convert(mode)
    if image.size != _reduced(image.size):
        image = image.resize(_reduced(image.size), Image.Resampling.BOX)
    if held:
        image.getexif()[ExifTags.Base.Orientation] = held
    image = ImageOps.exif_transpose(image)
    return _lay_on_white(image) if mode == "RGBA" else np.asarray(image)


def _reduced(size: tuple[int, int]) -> tuple[int, int]:
    factor = min(1, math.sqrt(_WORKING_PIXELS / math.prod(size)))
    return max(1, int(size[0] * factor)), max(1, int(size[1] * factor))


def _lay_on_white(image: Image.Image) -> np.ndarray:
    gray = np.asarray(Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("L"))
    if np.ptp(gray) < _LEAST_CONTRAST * FULL:
        return FULL - np.asarray(image.getchannel("A"))
    return gray
