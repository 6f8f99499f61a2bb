"""Diagrams of how a network learns: steps down a curve, and slopes that go backwards through a computation."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from digitlib.plots.drawing import COLORS, WIDTH, Drawing, in_style, new_axes, plural

# Points. A phone shows the 6.4 inches of a figure on 2.1, where 11 points are still as high as small print.
_SIZE = 12
_FORWARD, _BACKWARD = "0.2", COLORS[1]
_BOX: dict[str, Any] = {"boxstyle": "round,pad=0.4", "facecolor": "white", "edgecolor": _FORWARD}
_BEYOND = 0.5  # how far a curve is drawn beyond its steps, as a share of their reach: its other side shows, too


@in_style
def descent(
    curve: Callable[[float], float],
    path: Sequence[float],
    *,
    subject: str,
    xlabel: str,
    ylabel: str,
    ax: Axes | None = None,
) -> Drawing:
    """Draw a curve, and the places on it that gradient descent went through.

    Parameters
    ----------
    curve : callable
        The loss of one number.
    path : sequence of float
        That number before each step, and after the last.
    subject : str
        What the curve is; opens the alt text.
    xlabel, ylabel : str
        The axis labels.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default on a new figure.

    Returns
    -------
    Drawing
    """
    ax = ax or new_axes(height=3.6)
    low, high = min(path), max(path)
    margin = _BEYOND * (high - low)
    places = np.linspace(low - margin, high + margin, 200)
    heights = [curve(place) for place in path]
    ax.plot(places, [curve(place) for place in places], color=COLORS[0])
    for start, end in zip(range(len(path) - 1), range(1, len(path)), strict=True):
        arrow = {"arrowstyle": "->", "color": _BACKWARD, "linewidth": 1.4, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", (path[end], heights[end]), (path[start], heights[start]), arrowprops=arrow)
    ax.plot(path, heights, "o", color=_BACKWARD)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    alt = (
        f"Curve of {ylabel} over {xlabel}, with {plural(len(path) - 1, 'step')} on it. {subject}: from "
        f"{path[0]:.2f} to {path[-1]:.2f}, while the {ylabel} goes from {heights[0]:.2f} to {heights[-1]:.2f}."
    )
    return Drawing(ax, alt)


@in_style
def chain(
    quantities: Sequence[tuple[str, float, float]], factors: Sequence[float], *, ax: Axes | None = None
) -> Drawing:
    """Draw a computation of several steps: values go forwards, slopes go backwards.

    Parameters
    ----------
    quantities : sequence of (str, float, float)
        A name, its value, and the slope of the last quantity with respect to it.
    factors : sequence of float
        The slope of each quantity, from the second on, with respect to the one before.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default on a new figure.

    Returns
    -------
    Drawing

    Raises
    ------
    ValueError
        If there is not one factor fewer than quantities.
    """
    if len(factors) != len(quantities) - 1:
        raise ValueError(f"{len(factors)} factors for {len(quantities)} quantities: give one between each two")
    ax = ax or new_axes(height=1.9)
    pitch = WIDTH / len(quantities)
    centers = [(position + 0.5) * pitch for position in range(len(quantities))]
    upper, lower = 1.25, 0.35
    for center, (name, value, slope) in zip(centers, quantities, strict=True):
        ax.text(center, upper, f"{name} = {value:g}", ha="center", va="center", fontsize=_SIZE, bbox=_BOX)
        label = f"slope {slope:g}"
        ax.text(center, lower, label, ha="center", va="center", fontsize=_SIZE, color=_BACKWARD, fontweight="bold")
    reach = 0.3 * pitch  # from the middle of a gap between two quantities to either end of its arrow
    for center, factor in zip(centers[:-1], factors, strict=True):
        middle = center + pitch / 2
        _arrow(ax, middle - 0.4 * reach, middle + 0.4 * reach, upper, _FORWARD)
        _arrow(ax, middle + 0.5 * reach, middle - 0.5 * reach, lower, _BACKWARD)
        ax.text(middle, lower + 0.13, f"times {factor:g}", ha="center", va="bottom", fontsize=_SIZE, color=_BACKWARD)
    ax.set(xlim=(0, WIDTH), ylim=(0, 1.7))
    ax.axis("off")
    forwards = ", ".join(f"{name} is {value:g}" for name, value, _ in quantities)
    backwards = ", ".join(f"{slope:g} at {name}" for name, _, slope in reversed(quantities))
    steps = plural(len(factors), "step")
    return Drawing(ax, f"Diagram of a computation in {steps}. Forwards: {forwards}. Slopes, backwards: {backwards}.")


def _arrow(ax: Axes, start: float, end: float, height: float, color: str) -> None:
    ax.plot([start, end], [height, height], color=color, linewidth=1.4)
    head = {"arrowstyle": "->", "color": color, "linewidth": 1.4}
    ax.annotate("", (end, height), (start, height), arrowprops=head)
