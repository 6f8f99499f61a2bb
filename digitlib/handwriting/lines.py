"""From digits to lines: the angle at which the sheet was photographed is found, and digits at one level are a line."""

import numpy as np

from digitlib.handwriting.layout import LINE_GAP, Digit

# Degrees that lines may rise or fall. By eye, half as much again as on the severest sheet of `sheets.DEGREES`; tests of
# lines pass from 8 to 30.
_STEEPEST = 15


def sort_into_lines(digits: list[Digit]) -> list[list[Digit]]:
    """Divide digits into lines, which may rise or fall.

    Parameters
    ----------
    digits : list of Digit

    Returns
    -------
    list of list of Digit
        The digits of each line from left to right, the lines from top to bottom.
    """
    if not digits:
        return []
    usual = float(np.median([digit.box.side for digit in digits]))
    middles = np.array([(digit.box.top + digit.box.bottom, digit.box.left + digit.box.right) for digit in digits]) / 2
    down, across = _straighten(middles, usual)
    order = np.argsort(down)
    sides = np.array([digit.box.side for digit in digits])[order]
    gaps = LINE_GAP * np.maximum(usual, np.maximum(sides[1:], sides[:-1]) - usual)
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
