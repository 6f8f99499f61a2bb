"""Charts: bars, curves, intervals, and tables in colours."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.axis import XAxis, YAxis
from matplotlib.colors import PowerNorm, to_rgba
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator
from seaborn.utils import relative_luminance

from digitlib.plots.drawing import COLORS, INK, SIGNED, Drawing, in_style, new_axes, plural

AS_DARK_AS_LIGHT = 0.179  # of luminance, where black and white letters have the same contrast, 4.6, by WCAG's formula


@in_style
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
    ax = ax or new_axes(height=3.2)
    ax.bar([str(name) for name in values.index], values, color=COLORS[0])
    ax.set(xlabel=xlabel, ylabel=ylabel)
    alt = (
        f"Bar chart. {subject}: from {values.min():,.6g} ({xlabel} {values.idxmin()}) "
        f"to {values.max():,.6g} ({xlabel} {values.idxmax()})."
    )
    return Drawing(ax, alt)


@in_style
def answer(image: np.ndarray, probabilities: Sequence[float], *, subject: str, ax: Axes | None = None) -> Drawing:
    """Draw an image beside the probability that a network gives to each class.

    Parameters
    ----------
    image : numpy.ndarray, shape (height, width) or (height, width, 1)
        What the network was shown.
    probabilities : sequence of float
        One for each class, from 0.
    subject : str
        What is seen; opens the alt text.
    ax : matplotlib.axes.Axes, optional
        Where to draw the bars; by default on a new figure. The image is put to
        the left of them.

    Returns
    -------
    Drawing
        Its bars reach from 0 to 1 at most, so that answers can be compared.
    """
    ax = ax or new_axes(height=2.4)
    beside = ax.inset_axes((-0.7, 0, 0.5, 1))
    beside.imshow(image, cmap=INK)
    beside.axis("off")
    ax.set_ylim(0, 1)
    bars(dict(enumerate(probabilities)), subject=subject, xlabel="digit", ylabel="probability", ax=ax)
    digit = int(np.argmax(probabilities))  # the others may be as small as 1e-20, which tells nobody anything
    return Drawing(ax, f"{subject}: the tallest of its bars is that of the {digit}, {probabilities[digit]:.2f}.")


@in_style
def histogram(
    values: np.ndarray, *, subject: str, xlabel: str, ylabel: str, bins: int = 32, ax: Axes | None = None
) -> Drawing:
    """Draw how often values fall in each of several equal intervals.

    Parameters
    ----------
    values : array-like
        Numbers, in an array of any shape.
    subject : str
        What the values are; opens the alt text.
    xlabel, ylabel : str
        The axis labels.
    bins : int
        How many intervals.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default on a new figure.

    Returns
    -------
    Drawing
    """
    values = np.ravel(values)
    ax = ax or new_axes(height=3.2)
    heights, edges, _ = ax.hist(values, bins=bins, color=COLORS[0])
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.yaxis.set_major_formatter(FuncFormatter(lambda count, _: f"{count:,.10g}"))
    counts = np.asarray(heights)
    highest = counts.argmax()
    alt = (
        f"Histogram. {subject}: {counts[highest] / counts.sum():.1%} of the values lie in the fullest bin, "
        f"from {edges[highest]:.4g} to {edges[highest + 1]:.4g}."
    )
    return Drawing(ax, alt)


@in_style
def lines(
    curves: Mapping[str, Sequence[float]],
    *,
    subject: str,
    xlabel: str,
    ylabel: str,
    x: Sequence[float] | None = None,
    logarithmic: bool | Literal["y"] = False,
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
    logarithmic : bool or "y"
        Use logarithmic axes: both of them, or that of the values alone.
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
    ax = ax or new_axes(height=3.6)
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
    if x is None:
        ax.locator_params(axis="x", integer=True)  # the points are counted
    if logarithmic:
        _make_logarithmic(*([ax.yaxis] if logarithmic == "y" else [ax.xaxis, ax.yaxis]))
    scales = {False: "", True: ", both axes logarithmic", "y": ", the axis of values logarithmic"}
    kind = f"Line chart over {xlabel}{scales[logarithmic]}"
    return Drawing(ax, f"{kind}. {subject}: {'; '.join(described)}.")


@in_style
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
    ax = ax or new_axes(height=3.2)
    drawing = lines(means, x=x, subject=subject, xlabel=xlabel, ylabel=ylabel, ax=ax)
    for values, look in zip(curves.values(), _looks(), strict=False):
        drawing.ax.fill_between(x, values.min(axis=0), values.max(axis=0), color=look.color, alpha=0.25, linewidth=0)
    if logarithmic:
        _make_logarithmic(drawing.ax.xaxis, drawing.ax.yaxis)
    return drawing


@in_style
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
    ax = ax or new_axes(height=0.8 + 0.45 * len(groups))
    described = []
    for position, ((name, group), look) in enumerate(zip(groups.items(), _looks(), strict=False)):
        values = np.asarray(group)
        ax.scatter(values, np.full(len(values), position), color=look.color, alpha=0.6, s=30, linewidth=0)
        ax.scatter(values.mean(), position, color=look.color, marker="|", s=500)
        described.append(f"{name} from {values.min():.4f} to {values.max():.4f}, mean {values.mean():.4f}")
    _name_rows(ax, list(groups), xlabel)
    return Drawing(ax, f"Dot chart over {xlabel}, a dot a run. {subject}: {'; '.join(described)}.")


@in_style
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
    ax = ax or new_axes(height=0.9 + 0.28 * len(names))
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


@in_style
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
    ax = ax or new_axes(height=3.6)
    for (name, point), look in zip(points.iterrows(), _looks(), strict=False):
        reach = [[point["value"] - point["low"]], [point["high"] - point["value"]]]
        ax.errorbar(point["x"], point["value"], reach, fmt=look.marker, markersize=6, color=look.color, label=name)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.margins(x=0.1)
    _make_logarithmic(ax.xaxis)
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    described = "; ".join(f"{name} {point['value']:.4f} at {_short(point['x'])}" for name, point in points.iterrows())
    return Drawing(ax, f"Points over {xlabel}, logarithmic. {subject}: {described}.")


@in_style
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
    ax = ax or new_axes(height=0.9 + 0.55 * len(steps))
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


@in_style
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
    ax = ax or new_axes(height=3.8)
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


@in_style
def confusion_heat_map(matrix: pd.DataFrame, *, ax: Axes | None = None) -> Drawing:
    """Draw a confusion matrix as a heat map.

    The colours follow the fourth root of the values, so that a handful of
    mistakes can be seen beside a thousand right answers. A legend
    says which colour stands for which value.

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
    ax = ax or new_axes(height=5.4)
    values = matrix.to_numpy()
    counts, largest = np.issubdtype(values.dtype, np.integer), np.nanmax(values)
    sns.heatmap(
        matrix,
        annot=True,
        fmt="d" if counts else ".3f",
        annot_kws={"fontsize": 9 if counts else 7.5},
        cmap="Blues",
        norm=PowerNorm(0.25, vmin=0, vmax=largest),
        square=True,
        cbar=False,
        linewidths=0.5,
        ax=ax,
    )
    steps = [value for value in ((0, 1, 10, 100, 1_000) if counts else (0, 0.001, 0.01, 0.1, 1)) if value <= largest]
    cells = ax.collections[0]
    shades = np.asarray(cells.cmap(cells.norm(np.array(steps))))
    ax.legend(
        handles=[
            Patch(facecolor=to_rgba(shade), edgecolor="0.5", label=f"{value:,}")
            for value, shade in zip(steps, shades, strict=True)
        ],
        title="images" if counts else "share\nof the row",
        loc="center left",
        bbox_to_anchor=(1, 0.5),
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


@in_style
def difference_heat_map(groups: Mapping[str, pd.DataFrame], *, subject: str, ax: Axes | None = None) -> Drawing:
    """Draw differences as a heat map, with their numbers, those that may be zero in brackets.

    Parameters
    ----------
    groups : mapping of str to pandas.DataFrame
        By name, which heads a column: tables with the columns ``value``,
        ``low`` and ``high``, the interval of the difference. Their index names
        the rows, in the order of the first table.
    subject : str
        What the numbers are; opens the alt text.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default on a new figure.

    Returns
    -------
    Drawing
    """
    names = list(next(iter(groups.values())).index)
    ax = ax or new_axes(height=0.6 + 0.27 * len(names))
    values = pd.DataFrame({group: table["value"].loc[names] for group, table in groups.items()})
    notes, described = {}, []
    for group, table in groups.items():
        may_be_zero = (table["low"] <= 0) & (table["high"] >= 0)
        written = [f"{value:+.1f}" for value in values[group]]
        notes[group] = [
            f"({text})" if open_ else text for text, open_ in zip(written, may_be_zero.loc[names], strict=True)
        ]
        described.append(
            f"{group} from {values[group].min():+.1f} ({values[group].idxmin()}) "
            f"to {values[group].max():+.1f} ({values[group].idxmax()}), {plural(int(may_be_zero.sum()), 'value')} of "
            f"{len(table)} may be zero"
        )
    largest = np.abs(values.to_numpy()).max()
    sns.heatmap(
        values,
        annot=pd.DataFrame(notes).to_numpy(),
        fmt="",
        annot_kws={"fontsize": 8.5},
        cmap=SIGNED,
        vmin=-largest,
        vmax=largest,
        cbar=False,
        linewidths=0.5,
        ax=ax,
    )
    cells = ax.collections[0]
    for text, shade in zip(ax.texts, cells.cmap(cells.norm(values.to_numpy().ravel())), strict=True):
        text.set_color("white" if relative_luminance(shade) < AS_DARK_AS_LIGHT else "black")
    ax.grid(False)
    ax.tick_params(rotation=0, length=0, labelbottom=False, labeltop=True)
    return Drawing(ax, f"Heat map. {subject}: {'; '.join(described)}.")


@in_style
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
    ax = ax or new_axes(height=3.8)
    smallest = min(table[["doubt", "errors"]].to_numpy().min() for table in groups.values())
    ax.plot([smallest, 1], [smallest, 1], "--", color="0.5", linewidth=1)
    described = []
    for (name, table), look in zip(groups.items(), _looks(), strict=False):
        ax.plot(table["doubt"], table["errors"], marker=look.marker, markersize=5, color=look.color, label=name)
        above = int((table["errors"] > table["doubt"]).sum())
        described.append(f"{name} errs more often than it doubts in {above} of {plural(len(table), 'group')}")
    ax.set(xscale="log", yscale="log", xlabel="doubt", ylabel="share of errors")
    ax.legend()
    return Drawing(ax, f"Reliability diagram. {subject}: {'; '.join(described)}.")


class _Look(NamedTuple):
    color: str
    marker: str
    line: str


def _looks() -> Iterator[_Look]:
    """One look after another, for curves and groups that must be told apart, in print too."""
    return map(_Look, cycle(COLORS), cycle("osD^v"), cycle(("-", "--", "-.", ":")))


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
