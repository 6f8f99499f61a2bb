"""From marks to digits: which belong together, which are no digits, and which remarks they deserve."""

from typing import NamedTuple

import numpy as np
from scipy import ndimage

from digitlib.handwriting.boxes import Box

# Constants without another reason were set by eye, on the sheets of `sheets.DEGREES`. Then each was varied alone: a
# range is what was seen to pass those tests in tests/handwriting that concern it, and a value outside it is one that
# failed.

# Shares of the usual size of a digit on the sheet.
_LARGEST_DIGIT = 3  # 1 to 5; with 9 a line under the digits is one
# That joins any digit nearby: a bar may be wide, but a digit is high. 0.4 to 0.9; with 0.2 small digits below a
# heading are misread, with 1.8 neighbours are joined whose boxes overlap.
_TALLEST_PART = 0.6
_NEARBY = 0.25  # 0.17 to 0.75; with 0.08 the bar of a 5 is a mark of its own
# Of parts that make one digit. 1.25 to 1.8; with 1 a bar is a mark of its own, with 2.25 lines that are close are
# joined.
_TALLEST_PAIR = 1.5
# 0.33 to 0.6; with 0.27 nothing is said of digits much smaller than others, with 1.2 a digit with a bar is left out.
_SMALLEST_DIGIT = 0.4
# Down from one digit's middle to the next one's. 0.5 to 0.75; with 0.42 a line of large and small digits is two, with
# 1.5 lines that are close are one.
LINE_GAP = 0.5

# What tells other marks from digits. Quantities of MNIST are of its 70,000 digits, ink above 127.
_WIDEST_DIGIT = 1.7  # of its height; 105 of MNIST's are wider. With 2.6 lines of ruled paper are digits
_SOLID = 0.64  # ink in the square around a digit; 13 of MNIST's have more, a disc has 0.79
_FLAT = 0.4  # height of MNIST's flattest digit, of its longer side
_THIN = 0.03  # ink in the square around a long line; MNIST's thinnest digit has 0.046
_UNLIKE = 2  # times larger; 2 to 6, with 1 a digit is unlike those of its own size
# What stands in a box, of the box. 0.2 to 0.45; with 0.1 a 0 around a speck is a frame, with 0.9 a frame is a digit.
_FILLED_HOLE = 0.3
# Between the halves of a broken stroke, of the whole. 0.08 to 0.15; with 0.07 halves are two digits, with 0.3 small
# digits that stand above each other are one.
_BROKEN = 0.1
_EDGE_OF_PHOTO = 1 / 100  # of the photo's longer side; 0.003 to 0.03

_FRAMES = "Left out, as lines around digits"
_LINES = "Left out, as lines across the photo and what they run into"
_TOO_LARGE = "Left out, as far larger than a digit"
_TOO_SMALL = "Left out, as far smaller than a digit"
_TOO_FAINT = "Left out, as faint and unlike the digits"
_GRAIN = "faint and small: not worth a word"
LEFT_OUT = {_FRAMES, _LINES, _TOO_LARGE, _TOO_SMALL, _TOO_FAINT, _GRAIN}
_FAINTER = "Read, but much fainter than other digits"
_UNEQUAL = "Read, but far larger or smaller than other digits"
_CUT = "Read, but at the edge of the photo, so perhaps cut off"
_WIDE = "Read as one digit, but as wide as two that touch"


class Digit(NamedTuple):
    """A digit on the sheet.

    Attributes
    ----------
    labels : list of int
        The numbers of its marks.
    box : Box
        Where it is in the photo.
    """

    labels: list[int]
    box: Box


def find_digits(labels: np.ndarray, inks: list[dict[int, Box]]) -> tuple[list[Digit], dict[str, list[Box]]]:
    """Join marks to digits, and say what is left out and what is doubtful.

    Parameters
    ----------
    labels : numpy.ndarray, shape (height, width), int32
    inks : list of dict of int to Box
        As `segmentation.find_marks` returns both.

    Returns
    -------
    digits : list of Digit
    remarks : dict of str to list of Box
        By remark, where something was left out or is doubtful.
    """
    areas = np.bincount(labels.ravel())
    marks = {label: box for ink in inks for label, box in ink.items()}
    digits: list[Digit] = []
    remarks: dict[str, list[Box]] = {}
    for ink in inks:
        frames = {label for label in ink if _is_frame(label, labels, marks)}
        if frames:
            remarks.setdefault(_FRAMES, []).extend(ink[label] for label in frames)
        others = {label: box for label, box in ink.items() if label not in frames}
        if not others:
            continue
        usual = float(np.median([digit.box.side for digit in digits])) if digits else _usual_side(others, areas)
        joined = _join_parts(others, usual)
        judged = [_judge(digit, joined, areas, usual, labels.shape, faint=bool(digits)) for digit in joined]
        for digit, remark in zip(joined, judged, strict=True):
            if remark:
                remarks.setdefault(remark, []).append(digit.box)
            if remark not in LEFT_OUT:
                digits.append(digit)
    remarks.pop(_GRAIN, None)
    return digits, remarks


def _is_frame(label: int, labels: np.ndarray, marks: dict[int, Box]) -> bool:
    """Whether another mark fills a hole of this one; in a 0 nothing does."""
    outer = marks[label]
    if not any(box != outer and outer.contains(box) for box in marks.values()):
        return False
    place = labels[outer.slices]
    holes, _ = ndimage.label(ndimage.binary_fill_holes(place == label) & (place != label))
    for number, hole in enumerate(ndimage.find_objects(holes), start=1):
        inside = set(np.unique(place[hole][holes[hole] == number])) & marks.keys()
        if any(marks[other].side > _FILLED_HOLE * Box.of(hole).side for other in inside):
            return True
    return False


def _join_parts(marks: dict[int, Box], usual: float) -> list[Digit]:
    """Join parts to digits."""
    digits: list[Digit] = []
    for label, box in sorted(marks.items(), key=lambda mark: -mark[1].side):
        others = [digit for digit in digits if _belong_together(digit.box, box, usual)]
        joined = Digit([label], box)
        if others:
            nearest = min(others, key=lambda digit: digit.box.distance(box))
            digits.remove(nearest)
            joined = Digit([*nearest.labels, label], nearest.box.union(box))
        digits.append(joined)
    return digits


def _belong_together(digit: Box, part: Box, usual: float) -> bool:
    whole, gap = digit.union(part).side, digit.distance(part)
    if whole > _TALLEST_PAIR * usual:
        return False
    if part.height < _TALLEST_PART * min(usual, digit.side):
        return gap < _NEARBY * min(usual, whole)
    is_below = min(digit.right, part.right) - max(digit.left, part.left) > min(digit.width, part.width) / 2
    return is_below and (part.height >= _TALLEST_PART * usual or gap < _BROKEN * whole)


def _judge(
    digit: Digit, others: list[Digit], areas: np.ndarray, usual: float, shape: tuple[int, int], *, faint: bool
) -> str | None:
    """The remark on a digit, if there is one; with a remark in `LEFT_OUT` it is no digit."""
    box, side = digit.box, digit.box.side
    ink = areas[digit.labels].sum() / side**2
    margins = box.left, shape[1] - box.right, box.top, shape[0] - box.bottom
    least = _EDGE_OF_PHOTO * max(shape)
    if max(margins[:2]) < least and box.width > _WIDEST_DIGIT * box.height:
        return _LINES
    is_cut = min(margins) < least
    is_written = ink < _SOLID and box.height > _FLAT * side
    is_small = side < _SMALLEST_DIGIT * usual
    is_lone_or_blot = not is_written or not any(_are_neighbors(box, other.box) for other in others)
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


def _are_neighbors(first: Box, second: Box) -> bool:
    """Whether two boxes of similar size stand beside each other in a line."""
    small, large = sorted((first.side, second.side))
    apart = abs(first.top + first.bottom - second.top - second.bottom) / 2
    is_near = apart < LINE_GAP * large and first.distance(second) < 3 * large
    return first != second and large < _UNLIKE * small and is_near


def _usual_side(marks: dict[int, Box], areas: np.ndarray) -> int:
    """The median of the longer sides, weighted by the ink: neither specks nor lines have much of it."""
    by_side = sorted(marks, key=lambda label: marks[label].side)
    ink = areas[by_side].cumsum()
    return marks[by_side[np.searchsorted(ink, ink[-1] / 2)]].side
