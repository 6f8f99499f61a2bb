"""A figure together with what it shows in words, and the look that all of them have."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.category import StrCategoryLocator
from matplotlib.collections import Collection, LineCollection, PathCollection, PolyCollection, QuadMesh
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import FixedLocator

from digitlib.files import sha256

DESCRIPTION = "digit_book"  # what a picture shows, among the metadata of its output: nothing displays it there

STYLE = mpl.rc_params_from_file(Path(__file__).with_name("digits.mplstyle"), use_default_template=False)
COLORS = tuple(STYLE["axes.prop_cycle"].by_key()["color"])
INK = "gray_r"
SIGNED = "PuOr"
WIDTH = 6.4  # inches

# In a function that makes a figure, and in one that makes it into a picture: matplotlib makes ticks when it needs them.
in_style = mpl.rc_context(STYLE)

# Of an artist the first that it is, since versions of matplotlib differ in the classes below these.
_KINDS = (Line2D, PathCollection, LineCollection, PolyCollection, QuadMesh, Collection, AxesImage, Rectangle, Patch)


@dataclass(frozen=True, repr=False)
class Drawing:
    """What a plotting function drew.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        The axes drawn on.
    alt : str
        What the figure shows, in words and figures; also its ``repr``, which a
        notebook stores beside the picture.
    """

    ax: Axes
    alt: str

    @property
    def figure(self) -> Figure:
        return self.ax.figure  # type: ignore[return-value]  # no subfigure: none is made here

    def __repr__(self) -> str:
        return self.alt

    @in_style
    def describe(self) -> dict:
        """Describe what is drawn in texts and a few numbers, few enough to keep and enough to notice a change.

        Returns
        -------
        dict
            ``axes``: for each axes the title, labels, scales, legend, texts,
            names of ticks, and ``artists``. For these it holds their type and
            label, their number and that of their points, and the least,
            greatest, mean and weighted mean of the coordinates of the points,
            or of an image's colours. The weights are 1, 2, 3, ..., so that
            points which change places are noticed.
        """
        return {"axes": [_describe_axes(ax) for ax in self.figure.axes]}

    @in_style
    def _repr_mimebundle_(self, include=None, exclude=None) -> tuple[dict, dict]:
        buffer = io.BytesIO()
        self.figure.savefig(buffer, format="png", pil_kwargs={"optimize": True})
        plt.close(self.figure)  # or the notebook would show it a second time
        png = buffer.getvalue()
        return {"image/png": png}, {DESCRIPTION: {"png": sha256(png)} | self.describe()}


def new_axes(*, height: float) -> Axes:
    """Open a new figure with one axes, as wide as the book's figures are.

    Parameters
    ----------
    height : float
        In inches.

    Returns
    -------
    matplotlib.axes.Axes
    """
    _, ax = plt.subplots(figsize=(WIDTH, height))
    return ax


def plural(count: int, noun: str) -> str:
    """Put a count before a noun.

    Parameters
    ----------
    count : int
        How many.
    noun : str
        Of what, in the singular.

    Returns
    -------
    str

    Examples
    --------
    >>> plural(1, "row"), plural(2, "row")
    ('1 row', '2 rows')
    """
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _describe_axes(ax: Axes) -> dict:
    legend = ax.get_legend()
    described: dict[str, Any] = {
        "title": ax.get_title(),
        "xlabel": ax.get_xlabel(),
        "ylabel": ax.get_ylabel(),
        "scales": [ax.get_xscale(), ax.get_yscale()],
        "ticks": [_names_of_ticks(ax.xaxis), _names_of_ticks(ax.yaxis)],
        "legend": [text.get_text() for text in legend.get_texts()] if legend else [],
        "texts": [text.get_text() for text in ax.texts],
    }
    groups: dict[tuple[str, str], list[Artist]] = {}
    for artist in (*ax.lines, *ax.collections, *ax.images, *ax.patches):
        kind = next(kind.__name__ for kind in _KINDS if isinstance(artist, kind))
        label = str(artist.get_label())
        groups.setdefault((kind, "" if label.startswith("_") else label), []).append(artist)
    described["artists"] = [
        {"type": kind, "label": label, "count": len(artists), **_summary([_values(artist) for artist in artists])}
        for (kind, label), artists in groups.items()
    ]
    return described


def _names_of_ticks(axis: Axis) -> list[str]:
    """The texts of an axis that shows names; those of an axis of numbers follow from the data."""
    named = isinstance(axis.get_major_locator(), FixedLocator | StrCategoryLocator)
    return [text.get_text() for text in axis.get_ticklabels()] if named else []


def _values(artist: Artist) -> np.ndarray:
    """The colours of an image, in one column; for other artists, the coordinates of the points, in two."""
    if isinstance(artist, Line2D):
        return np.asarray(artist.get_xydata())
    if hasattr(artist, "get_array") and artist.get_array() is not None:
        return np.ma.filled(artist.get_array().astype(float), np.nan).reshape(-1, 1)
    if isinstance(artist, PathCollection):
        return np.asarray(artist.get_offsets())
    if isinstance(artist, Collection):
        return np.concatenate([path.vertices for path in artist.get_paths()])
    assert isinstance(artist, Patch)  # the last of _KINDS
    return artist.get_patch_transform().transform(artist.get_path().vertices)


def _summary(values: list[np.ndarray]) -> dict:
    points = np.concatenate(values).astype(float)
    points = points[np.isfinite(points).all(axis=1)]
    if len(points) == 0:
        return {"points": 0, "numbers": []}
    weights = np.arange(1, len(points) + 1) / len(points)
    rows = [points.min(axis=0), points.max(axis=0), points.mean(axis=0), np.average(points, axis=0, weights=weights)]
    return {"points": len(points), "numbers": [float(f"{number:.8g}") for row in rows for number in row]}
