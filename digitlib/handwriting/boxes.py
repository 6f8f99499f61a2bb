"""Bounding boxes of pixels, and how two of them are placed."""

import math
from typing import NamedTuple


class Box(NamedTuple):
    """A rectangle of pixels: rows ``top`` to ``bottom - 1``, columns ``left`` to ``right - 1``.

    Attributes
    ----------
    top, bottom, left, right : int
    """

    top: int
    bottom: int
    left: int
    right: int

    @classmethod
    def of(cls, place: tuple[slice, slice]) -> "Box":
        """The box of a place in an image.

        Parameters
        ----------
        place : tuple of slice
            Of rows and of columns, as `scipy.ndimage.find_objects` returns them.

        Returns
        -------
        Box
        """
        rows, columns = place
        return cls(rows.start, rows.stop, columns.start, columns.stop)

    @property
    def height(self) -> int:
        """In pixels."""
        return self.bottom - self.top

    @property
    def width(self) -> int:
        """In pixels."""
        return self.right - self.left

    @property
    def side(self) -> int:
        """The longer of height and width."""
        return max(self.height, self.width)

    @property
    def slices(self) -> tuple[slice, slice]:
        """Rows and columns, to cut the box out of an image."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def union(self, other: "Box") -> "Box":
        """The smallest box that holds this one and another.

        Parameters
        ----------
        other : Box

        Returns
        -------
        Box
        """
        return Box(
            min(self.top, other.top),
            max(self.bottom, other.bottom),
            min(self.left, other.left),
            max(self.right, other.right),
        )

    def contains(self, other: "Box") -> bool:
        """Whether another box lies in this one, up to its sides.

        Parameters
        ----------
        other : Box

        Returns
        -------
        bool
        """
        return self.union(other) == self

    def distance(self, other: "Box") -> float:
        """How far another box is away.

        Parameters
        ----------
        other : Box

        Returns
        -------
        float
            Pixels between the nearest sides or corners; 0 if the boxes touch or overlap.
        """
        across = max(self.left, other.left) - min(self.right, other.right)
        down = max(self.top, other.top) - min(self.bottom, other.bottom)
        return math.hypot(max(across, 0), max(down, 0))
