"""From ink to marks: connected pixels above a threshold. Each strength of ink has a threshold of its own."""

import numpy as np
from scipy import ndimage

from digitlib.handwriting.boxes import Box
from digitlib.handwriting.ink import EIGHT_NEIGHBORS, LEAST_CONTRAST, LEAST_SIGMAS, Ink
from digitlib.handwriting.photo_files import PhotoError

# Of the photo's longer side. By eye; the tests of marks pass from 1/120 to 1/53. With 1/240 dust is a digit, with 1/27
# nothing is said of a small blot.
_SMALLEST_MARK = 1 / 80
# By judgement: ten times the digits that chapter 17 asks for. Marks are compared in pairs, so twice as many take four
# times as long.
_MOST_MARKS = 1_000


def find_marks(ink: Ink) -> tuple[np.ndarray, list[dict[int, Box]]]:
    """Label what is connected, and give the boxes of the labels that may be digits or parts of them.

    Parameters
    ----------
    ink : Ink

    Returns
    -------
    labels : numpy.ndarray, shape (height, width), int32
        The number of the mark that each pixel belongs to, 0 for paper.
    inks : list of dict of int to Box
        The boxes of the marks by their numbers, in a dictionary for each ink,
        the strongest first. A threshold between ink and paper that suits a pen
        misses a pencil, so the rest is searched again.

    Raises
    ------
    PhotoError
        If there are more than a thousand marks.
    """
    least = np.maximum(LEAST_CONTRAST, LEAST_SIGMAS * ink.noise)
    labels = np.zeros(ink.density.shape, np.int32)
    inks: list[dict[int, Box]] = []
    while True:
        # What runs into stronger ink is its soft edge, or a line under it.
        rest = np.where(_reached(ink.density > least / 2, labels > 0), 0, ink.density)
        threshold = np.maximum(_otsu(rest), least)
        new = _reached(ink.density > threshold / 2, rest > threshold)
        pieces, count = ndimage.label(new, EIGHT_NEIGHBORS)
        boxes = enumerate(map(Box.of, ndimage.find_objects(pieces)), start=int(labels.max()) + 1)
        marks = {label: box for label, box in boxes if box.side >= _SMALLEST_MARK * max(labels.shape)}
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
    pieces, count = ndimage.label(region, EIGHT_NEIGHBORS)
    chosen = np.zeros(count + 1, bool)
    chosen[pieces[seeds]] = True
    chosen[0] = False
    return chosen[pieces]


def _otsu(values: np.ndarray) -> float:
    """The threshold for values from 0 to 1 that puts most of their variance between the two classes."""
    counts, edges = np.histogram(values, 256, (0, 1))
    below, sums = counts.cumsum(), (counts * edges[1:]).cumsum()
    above = below[-1] - below
    variance = (sums[-1] * below - sums * below[-1]) ** 2 / np.maximum(below * above, 1)
    return float(edges[1 + variance.argmax()])
