"""The figures of the book.

Every function draws on the axes that it is given, or on a new figure, and
returns a `Drawing`, which says in words what it shows. The functions themselves
show nothing: a notebook shows a `Drawing` that ends a cell, as one output with
the picture and the words.

The look of the figures stands in ``digits.mplstyle``. Axes that are given keep
the frame and the grid with which they were made.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis, XAxis, YAxis
from matplotlib.category import StrCategoryLocator
from matplotlib.collections import Collection, LineCollection, PathCollection, PolyCollection, QuadMesh
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullLocator

from digitlib.files import sha256

DESCRIPTION = "digit_book"  # what a picture shows, among the metadata of its output: nothing displays it there

STYLE = mpl.rc_params_from_file(Path(__file__).with_name("digits.mplstyle"), use_default_template=False)
COLORS = tuple(STYLE["axes.prop_cycle"].by_key()["color"])
INK = "gray_r"
SIGNED = "PuOr"

# Of an artist the first that it is, since versions of matplotlib differ in the classes below these.
_KINDS = (Line2D, PathCollection, LineCollection, PolyCollection, QuadMesh, Collection, AxesImage, Rectangle, Patch)

_WIDTH = 6.4  # inches
_LINE_HEIGHT = 0.14  # inches, of a title

# In a function that makes a figure, and in one that makes it into a picture: matplotlib makes ticks when it needs them.
_in_style = mpl.rc_context(STYLE)


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

    @_in_style
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

    @_in_style
    def _repr_mimebundle_(self, include=None, exclude=None) -> tuple[dict, dict]:
        buffer = io.BytesIO()
        self.figure.savefig(buffer, format="png", pil_kwargs={"optimize": True})
        plt.close(self.figure)  # or the notebook would show it a second time
        png = buffer.getvalue()
        return {"image/png": png}, {DESCRIPTION: {"png": sha256(png)} | self.describe()}


@_in_style
def image_grid(
    images: np.ndarray,
    *,
    subject: str,
    titles: Sequence[str] | None = None,
    columns: int = 10,
    cmap: str = INK,
    symmetric: bool = False,
    shared_scale: bool = True,
    ax: Axes | None = None,
) -> Drawing:
    """Draw images in rows.

    Parameters
    ----------
    images : numpy.ndarray, shape (n, height, width)
        One or more.
    subject : str
        What the images are; opens the alt text.
    titles : sequence, optional
        One short text or number above each image, by position.
    columns : int
        Images per row.
    cmap : str
        Matplotlib's name for the colour map.
    symmetric : bool
        Whether zero lies in the middle of the colours, for images with signs.
    shared_scale : bool
        Whether all images have one scale of colours, or each its own.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default on a new figure.

    Returns
    -------
    Drawing

    Raises
    ------
    ValueError
        If there are no images, or another number of titles.
    """
    images = np.asarray(images)
    if images.ndim != 3 or len(images) == 0:
        raise ValueError(f"expected images of shape (n, height, width) with n > 0, got {images.shape}")
    if titles is not None and len(titles) != len(images):
        raise ValueError(f"{len(titles)} titles for {len(images)} images: give one each")
    titles = None if titles is None else [str(title) for title in titles]  # a Series would be indexed by its labels
    count, height, width = images.shape
    columns = min(columns, count)
    rows = -(-count // columns)
    gap = 0.08 * width
    lines_above = max(len(title.splitlines()) for title in titles) if titles is not None else 0
    head = gap + lines_above * _LINE_HEIGHT * columns * (width + gap) / _WIDTH
    grid_width, grid_height = columns * (width + gap), rows * (height + head)
    ax = ax or _new_axes(height=_WIDTH * grid_height / grid_width)
    for position, image in enumerate(images):
        row, column = divmod(position, columns)
        left, top = column * (width + gap), row * (height + head) + head
        low, high = _color_limits(images if shared_scale else image, symmetric)
        ax.imshow(image, cmap=cmap, vmin=low, vmax=high, extent=(left, left + width, top + height, top))
        if titles is not None:
            ax.text(left + width / 2, top - gap / 2, titles[position], ha="center", va="bottom", fontsize=8)
    ax.set_xlim(-gap, grid_width)
    ax.set_ylim(grid_height + gap, 0)
    ax.axis("off")
    labels = "" if titles is None else f", labelled {', '.join(' '.join(title.split()) for title in titles)}"
    return Drawing(ax, f"{subject}: {_plural(count, 'image')} in {_plural(rows, 'row')}{labels}.")


@_in_style
def bars(
    values: Mapping[str, float] | pd.Series, *, subject: str, xlabel: str, ylabel: str, ax: Axes | None = None
) -> Drawing:
    """Draw one bar per value.

    Parameters
    ----------
    values : mapping of str to float, or pandas.Series
        Heights by name.
    subject : str
        What the bars are; opens the alt text.
    xlabel, ylabel : str
        The axis labels.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default on a new figure.

    Returns
    -------
    Drawing
    """
    values = pd.Series(values)
    ax = ax or _new_axes(height=3.2)
    ax.bar([str(name) for name in values.index], values, color=COLORS[0])
    ax.set(xlabel=xlabel, ylabel=ylabel)
    alt = (
        f"Bar chart. {subject}: from {values.min():,.6g} ({xlabel} {values.idxmin()}) "
        f"to {values.max():,.6g} ({xlabel} {values.idxmax()})."
    )
    return Drawing(ax, alt)


@_in_style
def histogram(values: np.ndarray, *, subject: str, xlabel: str, bins: int = 32, ax: Axes | None = None) -> Drawing:
    """Draw how often values fall in each of several equal intervals, on a logarithmic axis.

    Parameters
    ----------
    values : array-like
        Numbers, in an array of any shape.
    subject : str
        What the values are; opens the alt text.
    xlabel : str
        The axis label.
    bins : int
        How many intervals.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default on a new figure.

    Returns
    -------
    Drawing
    """
    values = np.ravel(values)
    ax = ax or _new_axes(height=3.2)
    heights, edges, _ = ax.hist(values, bins=bins, color=COLORS[0], log=True)
    ax.set(xlabel=xlabel, ylabel="count (logarithmic)")
    counts = np.asarray(heights)
    highest = counts.argmax()
    alt = (
        f"Histogram. {subject}: {counts[highest] / counts.sum():.1%} of the values lie in the fullest bin, "
        f"from {edges[highest]:.4g} to {edges[highest + 1]:.4g}."
    )
    return Drawing(ax, alt)


@_in_style
def lines(
    curves: Mapping[str, Sequence[float]],
    *,
    subject: str,
    xlabel: str,
    ylabel: str,
    x: Sequence[float] | None = None,
    logarithmic: bool = False,
    ax: Axes | None = None,
) -> Drawing:
    """Draw curves over a common axis.

    Parameters
    ----------
    curves : mapping of str to sequence of float
        Values by name.
    subject : str
        What the curves are; opens the alt text.
    xlabel, ylabel : str
        The axis labels.
    x : sequence of float, optional
        Positions of the values; 1, 2, 3, ... by default.
    logarithmic : bool
        Use logarithmic axes, both of them.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default on a new figure.

    Returns
    -------
    Drawing
        Its alt text gives each curve's first and last value.

    Raises
    ------
    ValueError
        If a curve has no values.
    """
    ax = ax or _new_axes(height=3.6)
    described = []
    for (name, curve), look in zip(curves.items(), _looks(), strict=False):
        values = np.asarray(curve)
        if values.size == 0:
            raise ValueError(f"the curve {name!r} has no values")
        places = np.arange(1, len(values) + 1) if x is None else x
        ax.plot(places, values, look.line, marker="o", markersize=4, color=look.color, label=name)
        described.append(f"{name} goes from {values[0]:.3f} to {values[-1]:.3f}")
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.legend()
    if logarithmic:
        _make_logarithmic(ax.xaxis, ax.yaxis)
    kind = f"Line chart over {xlabel}{', both axes logarithmic' if logarithmic else ''}"
    return Drawing(ax, f"{kind}. {subject}: {'; '.join(described)}.")


@_in_style
def bands(
    curves: Mapping[str, np.ndarray],
    *,
    x: Sequence[float],
    subject: str,
    xlabel: str,
    ylabel: str,
    logarithmic: bool = False,
    ax: Axes | None = None,
) -> Drawing:
    """Draw the mean of repeated curves in a band from the lowest value to the highest.

    Parameters
    ----------
    curves : mapping of str to numpy.ndarray, shape (runs, points)
        Values by name, one row a run.
    x : sequence of float
        Positions of the points.
    subject : str
        What the curves are; opens the alt text.
    xlabel, ylabel : str
        The axis labels.
    logarithmic : bool
        Use logarithmic axes, both of them.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default on a new figure.

    Returns
    -------
    Drawing
        Its alt text gives each curve's first and last mean.

    Raises
    ------
    ValueError
        If a curve has no runs, or not one value for each position.
    """
    curves = {name: np.asarray(values, dtype=float) for name, values in curves.items()}
    for name, values in curves.items():
        if values.ndim != 2 or not len(values) or values.shape[1] != len(x):
            raise ValueError(f"the curve {name!r} has shape {values.shape}: expected (runs, {len(x)}), one run or more")
    means = {name: values.mean(axis=0) for name, values in curves.items()}
    ax = ax or _new_axes(height=3.2)
    drawing = lines(means, x=x, subject=subject, xlabel=xlabel, ylabel=ylabel, ax=ax)
    for values, look in zip(curves.values(), _looks(), strict=False):
        drawing.ax.fill_between(x, values.min(axis=0), values.max(axis=0), color=look.color, alpha=0.25, linewidth=0)
    if logarithmic:
        _make_logarithmic(drawing.ax.xaxis, drawing.ax.yaxis)
    return drawing


@_in_style
def runs(groups: Mapping[str, Sequence[float]], *, subject: str, xlabel: str, ax: Axes | None = None) -> Drawing:
    """Draw each run as a dot on a line for its group, and the mean as an upright stroke.

    Parameters
    ----------
    groups : mapping of str to sequence of float
        One value a run, by name.
    subject : str
        What the dots are; opens the alt text.
    xlabel : str
        The axis label.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default on a new figure.

    Returns
    -------
    Drawing
    """
    ax = ax or _new_axes(height=0.8 + 0.45 * len(groups))
    described = []
    for position, ((name, group), look) in enumerate(zip(groups.items(), _looks(), strict=False)):
        values = np.asarray(group)
        ax.scatter(values, np.full(len(values), position), color=look.color, alpha=0.6, s=30, linewidth=0)
        ax.scatter(values.mean(), position, color=look.color, marker="|", s=500)
        described.append(f"{name} from {values.min():.4f} to {values.max():.4f}, mean {values.mean():.4f}")
    _name_rows(ax, list(groups), xlabel)
    return Drawing(ax, f"Dot chart over {xlabel}, a dot a run. {subject}: {'; '.join(described)}.")


@_in_style
def intervals(
    groups: Mapping[str, pd.DataFrame],
    *,
    subject: str,
    xlabel: str,
    reference: float | None = None,
    ax: Axes | None = None,
) -> Drawing:
    """Draw estimates as dots with their intervals, one row for each name.

    Parameters
    ----------
    groups : mapping of str to pandas.DataFrame
        By name, tables with the columns ``value``, ``low`` and ``high``. Their
        index names the rows, in the order of the first table.
    subject : str
        What the dots are; opens the alt text.
    xlabel : str
        The axis label.
    reference : float, optional
        Where to draw an upright line to compare with.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default on a new figure.

    Returns
    -------
    Drawing
    """
    names = list(next(iter(groups.values())).index)
    ax = ax or _new_axes(height=0.9 + 0.28 * len(names))
    described = []
    offsets = 0.24 * (np.arange(len(groups)) - (len(groups) - 1) / 2)
    for (group, table), offset, look in zip(groups.items(), offsets, _looks(), strict=False):
        table = table.loc[names]
        ax.errorbar(
            table["value"],
            np.arange(len(table)) + offset,
            xerr=[table["value"] - table["low"], table["high"] - table["value"]],
            fmt=look.marker,
            markersize=5,
            color=look.color,
            label=group,
        )
        lowest, highest = table["value"].idxmin(), table["value"].idxmax()
        described.append(
            f"{group} from {table['value'].min():.4g} ({lowest}) to {table['value'].max():.4g} ({highest})"
        )
    if reference is not None:
        ax.axvline(reference, color="0.5", linewidth=1)
    if len(groups) > 1:
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=len(groups))
    _name_rows(ax, names, xlabel)
    return Drawing(ax, f"Dots with intervals over {xlabel}. {subject}: {'; '.join(described)}.")


@_in_style
def labelled_points(points: pd.DataFrame, *, subject: str, xlabel: str, ylabel: str, ax: Axes | None = None) -> Drawing:
    """Draw named points with upright intervals over a logarithmic axis.

    Parameters
    ----------
    points : pandas.DataFrame
        Indexed by name, with the columns ``x``, ``value``, ``low`` and ``high``.
    subject : str
        What the points are; opens the alt text.
    xlabel, ylabel : str
        The axis labels.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default on a new figure.

    Returns
    -------
    Drawing
    """
    ax = ax or _new_axes(height=3.6)
    for (name, point), look in zip(points.iterrows(), _looks(), strict=False):
        reach = [[point["value"] - point["low"]], [point["high"] - point["value"]]]
        ax.errorbar(point["x"], point["value"], reach, fmt=look.marker, markersize=6, color=look.color, label=name)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.margins(x=0.1)
    _make_logarithmic(ax.xaxis)
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    described = "; ".join(f"{name} {point['value']:.4f} at {_short(point['x'])}" for name, point in points.iterrows())
    return Drawing(ax, f"Points over {xlabel}, logarithmic. {subject}: {described}.")


@_in_style
def waterfall(steps: pd.DataFrame, *, subject: str, xlabel: str, ax: Axes | None = None) -> Drawing:
    """Draw how a quantity falls step by step, with a bar from each value to the next.

    Parameters
    ----------
    steps : pandas.DataFrame
        Indexed by name, in order, with the columns ``value`` (positive) and
        ``note`` (a few words below the name). The first is where it begins.
    subject : str
        What falls; opens the alt text.
    xlabel : str
        The axis label.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default on a new figure.

    Returns
    -------
    Drawing
        Its alt text gives the value after each step.
    """
    ax = ax or _new_axes(height=0.9 + 0.55 * len(steps))
    before = steps["value"].shift(fill_value=steps["value"].iloc[0])
    for position, (value, earlier) in enumerate(zip(steps["value"], before, strict=True)):
        color = COLORS[1] if value > earlier else COLORS[0]
        ax.barh(position, earlier - value, left=value, height=0.5, color=color)
        ax.plot([value, value], [position - 0.25, min(position + 1.25, len(steps) - 0.75)], color="0.3", linewidth=1)
        ax.annotate(
            _short(value),
            (max(value, earlier), position),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
        )
    _name_rows(ax, [f"{name}\n{note}" for name, note in steps["note"].items()], xlabel)
    ax.set(xlim=(steps["value"].min() / 1.5, steps["value"].max() * 1.5))
    _make_logarithmic(ax.xaxis)
    described = "; ".join(f"{name} {row['value']:,.3g} ({row['note']})" for name, row in steps.iterrows())
    return Drawing(ax, f"Waterfall chart over {xlabel}, logarithmic. {subject}: {described}.")


@_in_style
def roofline(points: pd.DataFrame, *, peak: float, bandwidth: float, ax: Axes | None = None) -> Drawing:
    """Draw how fast computations are, below the roof of what the processor allows.

    Parameters
    ----------
    points : pandas.DataFrame
        Indexed by name, with the columns ``intensity`` (operations for each
        byte moved) and ``rate`` (operations a second, in billions).
    peak : float
        The most operations a second, in billions.
    bandwidth : float
        The most bytes a second, in billions.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default on a new figure.

    Returns
    -------
    Drawing
        Its alt text gives each rate as a share of the roof above it.

    Notes
    -----
    The roof is the smaller of `peak` and `bandwidth` times intensity (Williams,
    Waterman and Patterson 2009, Communications of the ACM 52(4), 65-76).
    """
    ax = ax or _new_axes(height=3.8)
    ridge = peak / bandwidth
    ends = min(points["intensity"].min(), ridge) / 4, max(points["intensity"].max(), ridge) * 4
    ax.plot([ends[0], ridge, ends[1]], [bandwidth * ends[0], peak, peak], color="0.3", label="roof")
    described = []
    for (name, point), look in zip(points.iterrows(), _looks(), strict=False):
        roof = min(peak, bandwidth * point["intensity"])
        ax.plot(point["intensity"], point["rate"], look.marker, color=look.color, label=name)
        described.append(f"{name} {point['rate']:.3g}, {point['rate'] / roof:.0%} of the roof")
    ax.set(xlabel="operations a byte", ylabel="billion operations a second")
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    _make_logarithmic(ax.xaxis, ax.yaxis)
    alt = (
        f"Roofline chart, logarithmic. The roof rises with {bandwidth:.3g} billion bytes a second to {peak:.3g} "
        f"billion operations a second. Below it, in billion operations a second: {'; '.join(described)}."
    )
    return Drawing(ax, alt)


@_in_style
def learning_curves(history: Mapping[str, Sequence[float]], *, metric: str, ax: Axes | None = None) -> Drawing:
    """Draw a metric of training and validation over the epochs.

    Parameters
    ----------
    history : mapping of str to sequence of float
        Values by metric, as Keras's ``History.history``.
    metric : str
        ``"loss"`` or ``"accuracy"``.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default on a new figure.

    Returns
    -------
    Drawing

    Raises
    ------
    KeyError
        If the history has no such metric.
    """
    if metric not in history:
        raise KeyError(f"the history has no {metric!r}, only {', '.join(history)}")
    curves = {f"training {metric}": history[metric]}
    if f"val_{metric}" in history:
        curves[f"validation {metric}"] = history[f"val_{metric}"]
    drawing = lines(curves, subject="", xlabel="epoch", ylabel=metric, ax=ax)
    drawing.ax.locator_params(axis="x", integer=True)
    best, extreme = ("lowest", min) if "loss" in metric else ("highest", max)
    described = "; ".join(f"the {best} {name} is {extreme(values):.3f}" for name, values in curves.items())
    return Drawing(drawing.ax, f"Line chart over {_plural(len(history[metric]), 'epoch')}: {described}.")


@_in_style
def confusion_heat_map(matrix: pd.DataFrame, *, ax: Axes | None = None) -> Drawing:
    """Draw a confusion matrix as a heat map.

    The colours follow the fourth root of the values, so that a handful of
    mistakes can be seen beside a thousand right answers.

    Parameters
    ----------
    matrix : pandas.DataFrame, shape (10, 10)
        As `evaluation.confusion_matrix` returns it, in counts or in shares. The
        row of a digit without images has no shares and stays empty.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default on a new figure.

    Returns
    -------
    Drawing
    """
    ax = ax or _new_axes(height=5.4)
    values = matrix.to_numpy()
    counts = np.issubdtype(values.dtype, np.integer)
    sns.heatmap(
        matrix,
        annot=True,
        fmt="d" if counts else ".3f",
        annot_kws={"fontsize": 9 if counts else 7.5},
        cmap="Blues",
        norm=PowerNorm(0.25, vmin=0, vmax=np.nanmax(values)),
        square=True,
        cbar=False,
        linewidths=0.5,
        ax=ax,
    )
    ax.grid(False)
    ax.tick_params(rotation=0, length=0)
    right, total = np.trace(values), values.sum()
    if counts:
        alt = f"Heat map, true digits by predicted digits: {right:,} of {total:,} images lie on the diagonal."
    else:
        recall = pd.Series(np.diag(values), index=matrix.index)
        absent = "".join(f"; there are no images of {digit}" for digit in recall.index[recall.isna()])
        alt = (
            "Heat map, true digits by predicted digits, each row as shares of its digit: "
            f"the diagonal runs from {recall.min():.3f} to {recall.max():.3f}{absent}."
        )
    return Drawing(ax, alt)


@_in_style
def kernels(weights: np.ndarray, *, columns: int = 8, ax: Axes | None = None) -> Drawing:
    """Draw the kernels of a convolution on one input channel.

    Parameters
    ----------
    weights : numpy.ndarray, shape (height, width, 1, filters)
        As Keras keeps them.
    columns : int
        Kernels per row.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default on a new figure.

    Returns
    -------
    Drawing

    Raises
    ------
    ValueError
        If there is more than one input channel.
    """
    if weights.ndim != 4 or weights.shape[2] != 1:
        raise ValueError(f"expected kernels of shape (height, width, 1, filters), got {weights.shape}")
    stack = np.moveaxis(weights[:, :, 0, :], -1, 0)
    height, width = stack.shape[1:]
    drawing = image_grid(
        stack,
        subject=f"Kernels of {height} by {width} weights, orange below zero, purple above",
        columns=columns,
        cmap=SIGNED,
        symmetric=True,
        ax=ax,
    )
    return drawing


@_in_style
def feature_maps(maps: np.ndarray, *, layer: str, columns: int = 8, ax: Axes | None = None) -> Drawing:
    """Draw the outputs of a layer's filters for one image.

    Parameters
    ----------
    maps : numpy.ndarray, shape (height, width, filters)
        The layer's output.
    layer : str
        The layer's name, for the alt text.
    columns : int
        Maps per row.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default on a new figure.

    Returns
    -------
    Drawing
    """
    stack = np.moveaxis(maps, -1, 0)
    silent = int((stack.max(axis=(1, 2)) <= 0).sum())
    drawing = image_grid(stack, subject=f"Feature maps of {layer}, {silent} of them empty", columns=columns, ax=ax)
    return drawing


@_in_style
def reliability(groups: Mapping[str, pd.DataFrame], *, subject: str, ax: Axes | None = None) -> Drawing:
    """Draw the share of wrong answers against the doubt about them, on logarithmic axes.

    Parameters
    ----------
    groups : mapping of str to pandas.DataFrame
        By name, tables with one row for each group of answers and the columns
        ``doubt`` (one minus the mean probability of the answers) and
        ``errors`` (the share of wrong ones), both above 0 and at most 1.
    subject : str
        What the answers are; opens the alt text.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default on a new figure.

    Returns
    -------
    Drawing
        The dashed line is where doubt and share of errors are equal.
    """
    ax = ax or _new_axes(height=3.8)
    smallest = min(table[["doubt", "errors"]].to_numpy().min() for table in groups.values())
    ax.plot([smallest, 1], [smallest, 1], "--", color="0.5", linewidth=1)
    described = []
    for (name, table), look in zip(groups.items(), _looks(), strict=False):
        ax.plot(table["doubt"], table["errors"], marker=look.marker, markersize=5, color=look.color, label=name)
        above = int((table["errors"] > table["doubt"]).sum())
        described.append(f"{name} errs more often than it doubts in {above} of {_plural(len(table), 'group')}")
    ax.set(xscale="log", yscale="log", xlabel="doubt", ylabel="share of errors")
    ax.legend()
    return Drawing(ax, f"Reliability diagram. {subject}: {'; '.join(described)}.")


@_in_style
def error_gallery(images: np.ndarray, errors: pd.DataFrame, *, columns: int = 6, ax: Axes | None = None) -> Drawing:
    """Draw misclassified digits, each with its true class, the predicted one and its probability.

    Parameters
    ----------
    images : numpy.ndarray, shape (n, 28, 28)
        All images that were classified.
    errors : pandas.DataFrame
        Indexed by position in `images`, with the columns ``true``,
        ``predicted`` and ``probability``, as
        `evaluation.most_confident_errors` returns it.
    columns : int
        Images per row.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default on a new figure.

    Returns
    -------
    Drawing
    """
    titles = [f"{row.true} as {row.predicted}\n{row.probability:.1%}" for row in errors.itertuples()]
    return image_grid(
        np.asarray(images)[errors.index.to_numpy()],
        subject="Misclassified digits",
        titles=titles,
        columns=columns,
        ax=ax,
    )


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


class _Look(NamedTuple):
    color: str
    marker: str
    line: str


def _looks() -> Iterator[_Look]:
    """One look after another, for curves and groups that must be told apart, in print too."""
    return map(_Look, cycle(COLORS), cycle("osD^v"), cycle(("-", "--", "-.", ":")))


def _new_axes(*, height: float) -> Axes:
    _, ax = plt.subplots(figsize=(_WIDTH, height))
    return ax


def _color_limits(values: np.ndarray, symmetric: bool) -> tuple[float, float]:
    if symmetric:
        largest = np.abs(values).max()
        return -largest, largest
    return values.min(), values.max()


def _name_rows(ax: Axes, names: Sequence[str], xlabel: str) -> None:
    """Put names beside the rows 0, 1, 2, ..., the first on top."""
    ax.set_yticks(range(len(names)), names)
    ax.set(xlabel=xlabel, ylim=(len(names) - 0.5, -0.5))
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    ax.grid(False, axis="y")
    ax.grid(True, axis="x")


def _make_logarithmic(*axes: XAxis | YAxis) -> None:
    """Make axes logarithmic once all is drawn, and label as many ticks with plain numbers as there is room for."""
    for axis in axes:
        axis.axes.set(**{f"{axis.axis_name}scale": "log"})
        low, high = sorted(axis.get_view_interval())
        steps = (1, 2, 5) if high < 30 * low else (1, 3) if high < 1_000 * low else (1,)
        axis.set_major_locator(LogLocator(subs=steps))
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
        axis.set_minor_locator(NullLocator())


def _short(number: float) -> str:
    return f"{number:,.0f}" if number >= 10 else f"{number:.2g}"


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
