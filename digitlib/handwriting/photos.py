"""Handwritten digits in a photo or scan: where they are, and images of them like MNIST's."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from PIL import Image
from scipy import ndimage

from digitlib.handwriting.normalization import FULL, SIDE, Box, ink_box, normalize
from digitlib.handwriting.photo_files import Photo, PhotoError, open_photo
from digitlib.plots import COLORS, Drawing

# Shares of the photo's longer side.
_SMOOTHING = 1 / 1000  # standard deviation
_SMALLEST_MARK = 1 / 80

# Light and paper are looked for in a coarse copy.
_COARSE = 400  # pixels of its longer side
_COARSE_SMOOTHING = 2  # pixels, standard deviation, if it has that many
_STROKE_SIGMAS = (1, 2, 4)  # pixels, standard deviations that bring out strokes
_WIDEST_STROKE = 1 / 6  # of its shorter side
_WIDEST_STROKE_OF_A_CLOSE_UP = 1 / 3  # and of a drawing; of its longer side, for the shorter one of a 1 is full of ink
_EDGE = 0.1  # difference of brightness within three pixels, relative, that uneven light does not make
_SEAM = 0.03  # difference of brightness, relative, at which two ways to close strokes may change over unseen
_SMALLEST_REGION = 0.05  # of all light
_DARKEST_PAPER = 0.3  # of the main region's brightness

_LOPSIDED = 0.25  # excess of bends to one side, as a share of all, that noise does not make
_LEAST_CONTRAST = 0.15  # of ink to paper
_LEAST_SIGMAS = 6  # from paper to ink, in standard deviations of the paper

# Shares of the usual size of a digit on the sheet.
_LARGEST_DIGIT = 3
_TALLEST_PART = 0.6  # that joins any digit nearby: a bar may be wide, but a digit is high
_NEARBY = 0.25
_TALLEST_PAIR = 1.5  # of parts that make one digit
_SMALLEST_DIGIT = 0.4
_LINE_GAP = 0.5  # down from one digit's middle to the next one's

# What tells other marks from digits; of MNIST's 70,000 digits, one in a thousand is wider or fuller.
_WIDEST_DIGIT = 1.7  # of its height
_SOLID = 0.64  # ink in the square around a digit; a blot has 0.79
_FLAT = 0.4  # height of MNIST's flattest digit
_THIN = 0.03  # ink in the square around a long line
_UNLIKE = 2  # times larger
_FILLED_HOLE = 0.3  # what stands in a box, of the box
_BROKEN = 0.1  # between the halves of a broken stroke, of the whole
_EDGE_OF_PHOTO = 1 / 100  # of the photo's longer side

_FRAMES = "Left out, as lines around digits"
_LINES = "Left out, as lines across the photo and what they run into"
_TOO_LARGE = "Left out, as far larger than a digit"
_TOO_SMALL = "Left out, as far smaller than a digit"
_TOO_FAINT = "Left out, as faint and unlike the digits"
_GRAIN = "faint and small: not worth a word"
_LEFT_OUT = {_FRAMES, _LINES, _TOO_LARGE, _TOO_SMALL, _TOO_FAINT, _GRAIN}
_FAINTER = "Read, but much fainter than other digits"
_UNEQUAL = "Read, but far larger or smaller than other digits"
_CUT = "Read, but at the edge of the photo, so perhaps cut off"
_WIDE = "Read as one digit, but as wide as two that touch"
_NOTHING = "Nothing was read: write with a dark pen on plain paper, and leave a margin around what you write."

_STEEPEST = 15  # degrees that lines may rise or fall
_MOST_MARKS = 1_000

_SOFT_EDGE = 1 / 20  # of a digit's longer side: how far its edge may reach beyond the threshold
_THINNEST_STROKE = 1.75 / 20  # of a digit's longer side
_FULL_INK = 0.75  # quantile of a digit's ink that becomes 255
_FAINTEST_INK = 0.02  # of full ink: what is fainter comes from lossy compression

_EIGHT_NEIGHBOURS = np.ones((3, 3), bool)

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
    boxes : list of normalization.Box
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
        how often, and at which rows and columns of `photo`. Empty if all is
        plain.
    left_out : sequence of normalization.Box
        Where in `photo` that lies which was left out.
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
        frames the first is read. What is transparent counts as white paper;
        if nothing is left to see then, what is opaque counts as ink.

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

    What then is left of the photo gets a threshold of its own, and so on, so that
    a pencil is found beside a pen.

    A digit is a connected mark, with the small ones near it. So digits that
    touch are taken for one. Lines of ruled or squared paper are not removed:
    pale ones do little harm, others join the digits they run through. What is as
    large as a digit is taken for a digit, but for a frame around other marks.
    The grain of a table counts, if the table is about as bright as the paper, and
    so does the sharp edge of a shadow that crosses a digit.

    What is left out or doubtful is said in `Reading.doubts`, unless it measures
    less than an eightieth of the photo's longer side, or is faint and either small
    or run into by stronger ink.
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
    density, noise = _find_ink(photo)
    labels, inks = _find_marks(density, noise)
    digits, remarks = _find_digits(labels, inks)
    ink = np.zeros_like(photo)
    images, boxes, lines = [], [], []
    for number, line in enumerate(_sort_into_lines(digits)):
        for digit in line:
            lifted, box = _lift(density, noise, labels, digit)
            place = ink[box.top : box.bottom, box.left : box.right]
            np.maximum(place, lifted, out=place)
            images.append(normalize(_thicken(lifted)))
            boxes.append(box)
            lines.append(number)
    left_out = [box for remark in remarks if remark in _LEFT_OUT for box in remarks[remark]]
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
    largest = sorted(boxes, key=_side)[: -_PLACES - 1 : -1]
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


def _find_ink(photo: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The light that ink takes away from each pixel, and the deviation of that on bare paper.

    Both are shares of the paper's brightness, 0 to 1, in arrays of the photo's shape.
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
    return missing / background, noise / background


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
    inside = ~ndimage.binary_dilation(edges, _EIGHT_NEIGHBOURS, 2 * max(_STROKE_SIGMAS))
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
    """The brightness without what is dark and narrower than some pixels."""
    reach = int(widest / 2) + 1
    # What is dark along a side of the photo goes on beyond it, so it is not closed: a table, not a stroke.
    padded = np.pad(smooth, 2 * reach, mode="edge")
    closed = ndimage.grey_closing(padded, 2 * reach + 1)
    inside = slice(2 * reach, -2 * reach)
    return np.maximum(ndimage.gaussian_filter(closed, 1)[inside, inside], 1)


def _islands(closed: np.ndarray, wide: np.ndarray) -> np.ndarray:
    """Where strokes of a digit that fills the photo are too wide to be closed: dark spots with a sharp edge around."""
    labels, count = ndimage.label(wide > (1 + _SEAM) * closed, _EIGHT_NEIGHBOURS)
    sharp = set(np.unique(labels[_edges(closed)]))
    darkest = ndimage.maximum(wide / closed, labels, range(1, count + 1))
    strokes = [label for label in range(1, count + 1) if label in sharp and darkest[label - 1] > 1 + _LEAST_CONTRAST]
    return np.isin(labels, strokes)


def _edges(background: np.ndarray) -> np.ndarray:
    return ndimage.morphological_gradient(np.log(background), 3) > _EDGE


def _regions(background: np.ndarray) -> np.ndarray:
    """Number the parts of the paper that no edge divides, the one that sends most light 1; 0 is elsewhere."""
    labels, count = ndimage.label(~ndimage.binary_dilation(_edges(background), _EIGHT_NEIGHBOURS, 2))
    light = np.bincount(labels.ravel(), background.ravel(), minlength=count + 1)
    brightness = light / np.maximum(np.bincount(labels.ravel(), minlength=count + 1), 1)
    boxes = dict(enumerate(map(_box, ndimage.find_objects(labels)), start=1))
    large = [label for label in np.argsort(-light) if label and light[label] >= _SMALLEST_REGION * light.sum()]

    def is_table(label: int) -> bool:
        """Whether it is much darker than the rest, or lies around something brighter."""
        inside = [other for other in large if _hull(boxes[label], boxes[other]) == boxes[label]]
        return brightness[label] < max(_DARKEST_PAPER * brightness[large[0]], *brightness[inside])

    paper = [label for label in large if not is_table(label)]
    numbers = np.zeros(count + 1, np.uint8)
    numbers[paper] = np.arange(1, len(paper) + 1)
    return numbers[labels] if paper else np.ones(background.shape, np.uint8)


def _keep_paper(missing: np.ndarray, regions: np.ndarray) -> tuple[np.ndarray, float]:
    """Set the missing light to 0 off the paper, and on it where there is no ink; also tell its deviation there."""
    kept = np.zeros_like(missing)
    for number in range(1, regions.max() + 1):
        region = regions == number
        kept[region] = missing[region] - np.median(missing[region])
    noise = 1.4826 * np.median(np.abs(kept[regions == 1]))  # the standard deviation, if noise is normal
    return np.maximum(kept, 0), float(noise)


def _otsu(values: np.ndarray) -> float:
    """The threshold that leaves most variance, of values from 0 to 1, between two classes."""
    counts, edges = np.histogram(values, 256, (0, 1))
    below, sums = counts.cumsum(), (counts * edges[1:]).cumsum()
    above = below[-1] - below
    variance = (sums[-1] * below - sums * below[-1]) ** 2 / np.maximum(below * above, 1)
    return float(edges[1 + variance.argmax()])


def _find_marks(density: np.ndarray, noise: np.ndarray) -> tuple[np.ndarray, list[dict[int, Box]]]:
    """Label what is connected, and give the boxes of the labels that may be digits or parts of them.

    There is a dictionary of boxes for each ink, the strongest first: a threshold between ink and paper
    that suits a pen passes over a pencil, so what is left is looked at again.
    """
    least = np.maximum(_LEAST_CONTRAST, _LEAST_SIGMAS * noise)
    labels = np.zeros(density.shape, np.int32)
    inks: list[dict[int, Box]] = []
    while True:
        # What runs into stronger ink is its soft edge, or a line under it.
        rest = np.where(_reached(density > least / 2, labels > 0), 0, density)
        threshold = np.maximum(_otsu(rest), least)
        new = _reached(density > threshold / 2, rest > threshold)
        pieces, count = ndimage.label(new, _EIGHT_NEIGHBOURS)
        boxes = enumerate(map(_box, ndimage.find_objects(pieces)), start=int(labels.max()) + 1)
        marks = {label: box for label, box in boxes if _side(box) >= _SMALLEST_MARK * max(density.shape)}
        if len(marks) > _MOST_MARKS and not inks:
            raise PhotoError(
                f"the photo shows {len(marks):,} marks, more than {_MOST_MARKS:,}: "
                "photograph digits on plain paper, closer"
            )
        if count == 0 or len(marks) > _MOST_MARKS:  # so many faint ones are the grain of the paper
            return labels, inks
        labels = np.where(new, pieces + labels.max(), labels)
        inks.append(marks)


def _reached(region: np.ndarray, seeds: np.ndarray) -> np.ndarray:
    """The connected pieces of a region in which a seed lies."""
    pieces, count = ndimage.label(region, _EIGHT_NEIGHBOURS)
    chosen = np.zeros(count + 1, bool)
    chosen[pieces[seeds]] = True
    chosen[0] = False
    return chosen[pieces]


class _Digit(NamedTuple):
    labels: list[int]
    box: Box


def _find_digits(labels: np.ndarray, inks: list[dict[int, Box]]) -> tuple[list[_Digit], dict[str, list[Box]]]:
    """The digits, and the boxes of what was left out or is doubtful, by what is to be said of it."""
    areas = np.bincount(labels.ravel())
    marks = {label: box for ink in inks for label, box in ink.items()}
    digits: list[_Digit] = []
    remarks: dict[str, list[Box]] = {}
    for ink in inks:
        frames = {label for label in ink if _is_frame(label, labels, marks)}
        if frames:
            remarks.setdefault(_FRAMES, []).extend(ink[label] for label in frames)
        others = {label: box for label, box in ink.items() if label not in frames}
        if not others:
            continue
        usual = float(np.median([_side(digit.box) for digit in digits])) if digits else _usual_side(others, areas)
        joined = _join_parts(others, usual)
        judged = [_judge(digit, joined, areas, usual, labels.shape, faint=bool(digits)) for digit in joined]
        for digit, remark in zip(joined, judged, strict=True):
            if remark:
                remarks.setdefault(remark, []).append(digit.box)
            if remark not in _LEFT_OUT:
                digits.append(digit)
    remarks.pop(_GRAIN, None)
    return digits, remarks


def _is_frame(label: int, labels: np.ndarray, marks: dict[int, Box]) -> bool:
    """Whether another mark fills a hole of this one, as nothing does in a 0."""
    outer = marks[label]
    if not any(box != outer and _hull(outer, box) == outer for box in marks.values()):
        return False
    place = labels[outer.top : outer.bottom, outer.left : outer.right]
    holes, _ = ndimage.label(ndimage.binary_fill_holes(place == label) & (place != label))
    for number, hole in enumerate(ndimage.find_objects(holes), start=1):
        inside = set(np.unique(place[hole][holes[hole] == number])) & marks.keys()
        if any(_side(marks[other]) > _FILLED_HOLE * _side(_box(hole)) for other in inside):
            return True
    return False


def _join_parts(marks: dict[int, Box], usual: float) -> list[_Digit]:
    """Join parts to digits."""
    digits: list[_Digit] = []
    for label, box in sorted(marks.items(), key=lambda mark: -_side(mark[1])):
        others = [digit for digit in digits if _belong_together(digit.box, box, usual)]
        joined = _Digit([label], box)
        if others:
            nearest = min(others, key=lambda digit: _gap(digit.box, box))
            digits.remove(nearest)
            joined = _Digit([*nearest.labels, label], _hull(nearest.box, box))
        digits.append(joined)
    return digits


def _belong_together(digit: Box, part: Box, usual: float) -> bool:
    whole, gap = _side(_hull(digit, part)), _gap(digit, part)
    if whole > _TALLEST_PAIR * usual:
        return False
    if part.height < _TALLEST_PART * min(usual, _side(digit)):
        return gap < _NEARBY * min(usual, whole)
    is_below = min(digit.right, part.right) - max(digit.left, part.left) > min(digit.width, part.width) / 2
    return is_below and (part.height >= _TALLEST_PART * usual or gap < _BROKEN * whole)


def _judge(
    digit: _Digit, others: list[_Digit], areas: np.ndarray, usual: float, shape: tuple[int, int], *, faint: bool
) -> str | None:
    """What is to be said of a digit, if anything; what is in `_LEFT_OUT` is none."""
    box, side = digit.box, _side(digit.box)
    ink = areas[digit.labels].sum() / side**2
    margins = box.left, shape[1] - box.right, box.top, shape[0] - box.bottom
    least = _EDGE_OF_PHOTO * max(shape)
    if max(margins[:2]) < least and box.width > _WIDEST_DIGIT * box.height:
        return _LINES
    is_cut = min(margins) < least
    is_written = ink < _SOLID and box.height > _FLAT * side
    is_small = side < _SMALLEST_DIGIT * usual
    is_lone_or_blot = not is_written or not any(_are_neighbours(box, other.box) for other in others)
    if faint:
        if is_small and is_lone_or_blot:
            return _GRAIN
        is_alike = 1 / _UNLIKE < side / usual < _UNLIKE
        return _FAINTER if is_written and is_alike and not is_cut else _TOO_FAINT
    if side > _LARGEST_DIGIT * usual and (not is_written or is_cut or ink < _THIN):
        return _TOO_LARGE
    if is_small and is_lone_or_blot:
        return _TOO_SMALL
    if is_small or side > _UNLIKE * usual:
        return _UNEQUAL
    if is_cut:
        return _CUT
    return _WIDE if box.width > _WIDEST_DIGIT * box.height else None


def _are_neighbours(first: Box, second: Box) -> bool:
    """Whether two boxes of similar size stand beside each other in a line."""
    small, large = sorted((_side(first), _side(second)))
    apart = abs(first.top + first.bottom - second.top - second.bottom) / 2
    return first != second and large < _UNLIKE * small and apart < _LINE_GAP * large and _gap(first, second) < 3 * large


def _box(place: tuple[slice, slice]) -> Box:
    rows, columns = place
    return Box(rows.start, rows.stop, columns.start, columns.stop)


def _side(box: Box) -> int:
    return max(box.height, box.width)


def _usual_side(marks: dict[int, Box], areas: np.ndarray) -> int:
    """The median of the longer sides, weighted by the ink: neither specks nor lines have much of it."""
    by_side = sorted(marks, key=lambda label: _side(marks[label]))
    ink = areas[by_side].cumsum()
    return _side(marks[by_side[np.searchsorted(ink, ink[-1] / 2)]])


def _gap(first: Box, second: Box) -> float:
    across = max(first.left, second.left) - min(first.right, second.right)
    down = max(first.top, second.top) - min(first.bottom, second.bottom)
    return math.hypot(max(across, 0), max(down, 0))


def _hull(first: Box, second: Box) -> Box:
    return Box(
        min(first.top, second.top),
        max(first.bottom, second.bottom),
        min(first.left, second.left),
        max(first.right, second.right),
    )


def _sort_into_lines(digits: list[_Digit]) -> list[list[_Digit]]:
    """The digits of each line from left to right, the lines from top to bottom."""
    if not digits:
        return []
    usual = float(np.median([_side(digit.box) for digit in digits]))
    middles = np.array([(digit.box.top + digit.box.bottom, digit.box.left + digit.box.right) for digit in digits]) / 2
    down, across = _straighten(middles, usual)
    order = np.argsort(down)
    sides = np.array([_side(digit.box) for digit in digits])[order]
    gaps = _LINE_GAP * np.maximum(usual, np.maximum(sides[1:], sides[:-1]) - usual)
    lines = np.split(order, np.flatnonzero(np.diff(down[order]) > gaps) + 1)
    return [[digits[place] for place in sorted(line, key=across.__getitem__)] for line in lines]


def _straighten(middles: np.ndarray, usual: float) -> np.ndarray:
    """Turn the middles of digits so that lines are level; shape (2, n), down and across."""
    degrees = sorted(np.arange(-_STEEPEST, _STEEPEST + 0.5, 0.5), key=abs)  # of equals the smallest turn wins
    turns = [middles @ _rotation(angle) for angle in degrees]
    return max(turns, key=lambda turned: _levelness(turned[:, 0] / usual)).T


def _rotation(degrees: float) -> np.ndarray:
    angle = np.radians(degrees)
    return np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])


def _levelness(heights: np.ndarray) -> float:
    """How many pairs of digits are about level; heights are in usual sizes of a digit."""
    return np.maximum(1 - 9 * np.subtract.outer(heights, heights) ** 2, 0).sum()


def _lift(density: np.ndarray, noise: np.ndarray, labels: np.ndarray, digit: _Digit) -> tuple[np.ndarray, Box]:
    """The ink of one digit, 0 to 255, without that of its neighbours, and where it is."""
    reach = 1 + int(_SOFT_EDGE * _side(digit.box))
    top, left = max(0, digit.box.top - reach), max(0, digit.box.left - reach)
    place = slice(top, digit.box.bottom + reach), slice(left, digit.box.right + reach)
    core = np.isin(labels[place], digit.labels)
    soft = ndimage.binary_dilation(core, _EIGHT_NEIGHBOURS, reach) & (labels[place] == 0)
    full = np.quantile(density[place][core], _FULL_INK)
    floor = max(_LEAST_SIGMAS / 2 * noise[place][core].min(), _FAINTEST_INK * full)
    ink = np.clip((density[place] - floor) / (full - floor), 0, 1) * (core | soft)
    ink = np.rint(FULL * ink).astype(np.uint8)
    box = ink_box(ink)
    lifted = ink[box.top : box.bottom, box.left : box.right]
    return lifted, Box(top + box.top, top + box.bottom, left + box.left, left + box.right)


def _thicken(ink: np.ndarray) -> np.ndarray:
    """Widen the strokes of a thin pen, which would fade when the digit is reduced to 20 pixels."""
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


def _resized(values: np.ndarray, shape: tuple[int, int], resampling: Image.Resampling) -> np.ndarray:
    return np.asarray(Image.fromarray(values).resize(shape[::-1], resampling))
