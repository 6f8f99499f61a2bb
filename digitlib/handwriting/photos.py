"""Handwritten digits in a photo or scan: where they are, and images of them like MNIST's."""

from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from PIL import Image

from digitlib.handwriting import glyphs
from digitlib.handwriting.boxes import Box
from digitlib.handwriting.ink import find_ink
from digitlib.handwriting.layout import LEFT_OUT, find_digits
from digitlib.handwriting.lines import sort_into_lines
from digitlib.handwriting.normalization import FULL, SIDE, normalize
from digitlib.handwriting.photo_files import Photo, PhotoError, open_photo
from digitlib.handwriting.segmentation import find_marks
from digitlib.plots import COLORS, Drawing

__all__ = ["PhotoError", "Reading", "draw_reading", "read_photo"]

_NOTHING = "Nothing was read: write with a dark pen on plain paper, and leave a margin around what you write."

# By eye: what a sentence of doubt and a figure can show. Nothing that is read depends on these.
_PLACES = 3  # at most, in a sentence of doubt
_SHOWN = 400  # pixels of the longer side of a photo in a figure
_SHOWN_STEP = 8  # from one of its grey levels to the next


@dataclass(frozen=True, eq=False)
class Reading:
    """What was found in a photo.

    Attributes
    ----------
    images : numpy.ndarray, shape (n, 28, 28), uint8
        The digits as MNIST would have prepared them, 0 (paper) to 255 (ink),
        line by line, from left to right.
    boxes : list of boxes.Box
        Where they are in `photo` and in `ink`.
    lines : list of int
        The line of each digit, counted from 0.
    ink : numpy.ndarray, shape (height, width), uint8
        The ink of all digits, 0 (paper) to 255 (ink).
    photo : numpy.ndarray, shape (height, width), uint8
        The photo in which they were found: upright, grey, of at most two
        million pixels.
    doubts : tuple of str
        Sentences that say what was left out and what was read but is doubtful,
        how often, and at which rows and columns of `photo`. Empty if there is
        no doubt.
    left_out : sequence of boxes.Box
        Where in `photo` something was left out.
    """

    images: np.ndarray
    boxes: list[Box]
    lines: list[int]
    ink: np.ndarray
    photo: np.ndarray
    doubts: tuple[str, ...] = ()
    left_out: Sequence[Box] = ()


def read_photo(photo: Photo) -> Reading:
    """Find handwritten digits and prepare each as MNIST's were prepared.

    Parameters
    ----------
    photo : path-like, bytes, PIL.Image.Image or numpy.ndarray
        A file of one of `photo_files.FORMATS`, or its content; an image; or an array
        of shape (height, width), (height, width, 3) or (height, width, 4) and
        type bool, uint8, uint16 or float, the last from 0 to 1. Of several
        frames the first is read. Transparent pixels count as white paper.
        If nothing can be seen then, opaque pixels count as ink.

    Returns
    -------
    Reading
        Without digits if there is no ink.

    Raises
    ------
    PhotoError
        If the photo cannot be read; if it has more than 52 million pixels, 35
        million with transparency or 21 million as WebP, so that reading takes
        at most 500 MB; or if it shows more than a thousand marks.

    Notes
    -----
    Ink may be darker or lighter than its paper: strokes bend the brightness
    more sharply than the gaps between them, so the cubes of its second
    derivatives, added up, have the sign of the strokes.

    The paper's brightness under the ink is a morphological closing, wider than
    any stroke; ink is the share of it that is missing. Otsu's threshold (1979,
    IEEE Transactions on Systems, Man, and Cybernetics 9, 62-66) finds marks,
    and half of it tells where they end. A mark keeps its grey levels and soft
    edges, stretched so that its darkest quarter is 255. Strokes thinner than
    1.75 of the 20 pixels that a digit is reduced to are widened to that.

    The rest of the photo then gets a threshold of its own, and so on, so that a
    pencil is found beside a pen.

    A digit is a connected mark, with the small ones near it. So digits that
    touch are taken for one. Lines of ruled or squared paper are not removed:
    pale ones do little harm, others join the digits they run through. Any mark as
    large as a digit is taken for a digit, except a frame around other marks. The
    grain of a table counts as ink if the table is about as bright as the paper,
    and so does the sharp edge of a shadow that crosses a digit.

    `Reading.doubts` says what is left out or doubtful. It does not mention what
    measures less than an eightieth of the photo's longer side, nor what is faint
    and either small or crossed by stronger ink.
    A stroke may measure a third of the photo's shorter side if paper is all around
    it, else a sixth. Lines may rise or fall by 15 degrees; digits are not turned
    upright.

    Examples
    --------
    >>> photo = np.full((100, 200), 240, np.uint8)
    >>> photo[20:80, 40:50] = photo[20:80, 140:150] = 30
    >>> reading = read_photo(photo)
    >>> reading.images.shape, reading.lines
    ((2, 28, 28), [0, 0])
    """
    photo = open_photo(photo)
    found = find_ink(photo)
    labels, inks = find_marks(found)
    digits, remarks = find_digits(labels, inks)
    ink = np.zeros_like(photo)
    images, boxes, lines = [], [], []
    for number, line in enumerate(sort_into_lines(digits)):
        for digit in line:
            lifted, box = glyphs.lift(found, labels, digit)
            place = ink[box.slices]
            np.maximum(place, lifted, out=place)
            images.append(normalize(glyphs.thicken(lifted)))
            boxes.append(box)
            lines.append(number)
    left_out = [box for remark in remarks if remark in LEFT_OUT for box in remarks[remark]]
    doubts = [f"{remark}: {_places(remarks[remark])}." for remark in remarks]
    if not digits:
        doubts.append(_NOTHING)
    return Reading(
        np.array(images, np.uint8).reshape(-1, SIDE, SIDE), boxes, lines, ink, photo, tuple(doubts), left_out
    )


def draw_reading(reading: Reading, *, answers: Sequence[int | str] | None = None, ax: Axes | None = None) -> Drawing:
    """Draw a photo with a box around each digit that was found, and a dashed one around what was left out.

    Above it stand the doubts, if there are any.

    Parameters
    ----------
    reading : Reading
        What `read_photo` returned.
    answers : sequence of int or str, optional
        What to write above each box; by default the position in
        `reading.images`.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    Drawing

    Raises
    ------
    ValueError
        If there is not one answer for each digit.
    """
    count, height, width = len(reading.images), *reading.photo.shape
    if answers is not None and len(answers) != count:
        raise ValueError(f"{len(answers)} answers for {count} digits: give one each")
    ax = ax or plt.subplots(figsize=(6.4, 6.4 * height / width), dpi=200, layout="constrained")[1]
    extent = -0.5, width - 0.5, height - 0.5, -0.5
    ax.imshow(_light_copy(reading.photo), cmap="gray", vmin=0, vmax=FULL, extent=extent, interpolation="nearest")
    ax.axis("off")
    for box, answer in zip(reading.boxes, range(count) if answers is None else answers, strict=True):
        corner = box.left - 0.5, box.top - 0.5
        ax.add_patch(Rectangle(corner, box.width, box.height, fill=False, edgecolor=COLORS[1]))
        label = {"facecolor": "white", "linewidth": 0, "pad": 0.8}
        ax.annotate(str(answer), corner, (1, 2), textcoords="offset points", fontsize=8, bbox=label)
    for box in reading.left_out:
        corner = box.left - 0.5, box.top - 0.5
        ax.add_patch(Rectangle(corner, box.width, box.height, fill=False, edgecolor=COLORS[0], linestyle="--"))
    if reading.doubts:
        ax.set_title("\n".join(reading.doubts), loc="left", fontsize=8, wrap=True)
    return Drawing(ax, " ".join([_describe(reading.lines, answers), *reading.doubts]))


def _places(boxes: Sequence[Box]) -> str:
    """How many there are, and where the first ones."""
    largest = sorted(boxes, key=lambda box: box.side)[: -_PLACES - 1 : -1]
    places = [f"row {(box.top + box.bottom) // 2} column {(box.left + box.right) // 2}" for box in largest]
    more = f" and {len(boxes) - _PLACES} more" * (len(boxes) > _PLACES)
    return f"{len(boxes)}, at {', '.join(places)}{more}"


def _light_copy(photo: np.ndarray) -> np.ndarray:
    """A small copy with few grey levels: the grain of paper weighs more than all else in a figure."""
    copy = Image.fromarray(photo)
    copy.thumbnail((_SHOWN, _SHOWN), Image.Resampling.BOX)
    return np.asarray(copy) // _SHOWN_STEP * _SHOWN_STEP


def _describe(lines: Sequence[int], answers: Sequence[int | str] | None) -> str:
    if not lines:
        return "Photo in which no digit was found."
    line_count = len(set(lines))
    found = f"{len(lines)} digit{'s' * (len(lines) != 1)} found in {line_count} line{'s' * (line_count != 1)}"
    if answers is None:
        return f"Photo with {found}, each in a box."
    texts = [
        " ".join(str(answer) for answer, place in zip(answers, lines, strict=True) if place == line)
        for line in range(line_count)
    ]
    return f"Photo with {found}, each in a box and read as {'; '.join(texts)}."
