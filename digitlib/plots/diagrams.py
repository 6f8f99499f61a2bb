"""Diagrams of what a convolutional network computes, with the numbers in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from digitlib.plots.drawing import COLORS, INK, SIGNED, WIDTH, Drawing, in_style, new_axes, plural

if TYPE_CHECKING:
    import keras

# Points. A phone shows the 6.4 inches of a figure on 2.1, where 11 points are still as high as small print.
_SIZE = 12
_SMALL = 11
_CELL = 0.5  # inches: room for four figures of that size
_PALE = 0.16  # opacity of a colour that lies under numbers
_FRAME = "0.55"  # grey that stands out from white three to one
_LEFT = 0.02  # inches: where a row of three tables begins
_RESULT = 5.82  # inches: the middle of what stands behind it
_MINUS, _TIMES = "\N{MINUS SIGN}", "\N{MULTIPLICATION SIGN}"
_ARROW: dict[str, Any] = {"arrowstyle": "->", "color": "0.2", "linewidth": 1.2}
_CENTERED: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": _SIZE}


@in_style
def network(model: keras.Sequential, *, ax: Axes | None = None) -> Drawing:
    """Draw the arrays that flow through a network, with its layers between them.

    Parameters
    ----------
    model : keras.Sequential
        A model that knows its input shape.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default on a new figure.

    Returns
    -------
    Drawing
        Heights and widths of maps are to scale; their number, and the length of
        rows of numbers, grow with the logarithm.
    """
    shapes = [tuple(model.input_shape[1:]), *(tuple(layer.output.shape[1:]) for layer in model.layers)]
    labels = [_layer_in_words(layer) for layer in model.layers]
    middle, height = 1.72, 2.8
    ax = ax or new_axes(height=height)
    pitch = WIDTH / len(shapes)
    largest = max(shape[0] for shape in shapes if len(shape) == 3)
    edges = []
    for position, shape in enumerate(shapes):
        center = (position + 0.5) * pitch
        edges.append(_draw_array(ax, shape, center, middle, scale=0.66 * pitch / largest))
        text = _by(shape) if len(shape) == 1 else f"{_by(shape[:2])}\nx{shape[2]}"
        ax.text(center, 2.4, text, ha="center", va="top", fontsize=_SMALL)
    for position, (name, details) in enumerate(labels):
        start, end = edges[position][1] + 0.03, edges[position + 1][0] - 0.03
        ax.annotate("", (end, middle), (start, middle), arrowprops=_ARROW)
        top = 0.72 if position % 2 == 0 else 0.2  # names take turns, so that they have room
        ax.plot([(start + end) / 2] * 2, [top + 0.24, middle - 0.06], color=_FRAME, linewidth=0.8)
        text = f"{name}\n{details}" if details else name
        ax.text((start + end) / 2, top, text, ha="center", va="center", fontsize=_SMALL)
    _finish(ax, WIDTH, height)
    steps = [
        f"{name}{f' ({details})' if details else ''} makes {_by(shape)} of it"
        for (name, details), shape in zip(labels, shapes[1:], strict=True)
    ]
    return Drawing(ax, f"Diagram of a network. An array of {_by(shapes[0])} comes in; {'; '.join(steps)}.")


@in_style
def passage(model: keras.Sequential, image: np.ndarray, *, maps: int = 7, ax: Axes | None = None) -> Drawing:
    """Draw what each layer of a network makes of an image, a row for each.

    Parameters
    ----------
    model : keras.Sequential
        A network whose last layer gives a probability to each class.
    image : numpy.ndarray, shape (height, width, 1)
        As the network takes it.
    maps : int
        How many feature maps are drawn of each layer that has some: the first.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default on a new figure.

    Returns
    -------
    Drawing
        The colours of each row reach from its smallest value to its largest.
    """
    outputs = [np.asarray(image)]
    for layer in model.layers:
        outputs.append(np.asarray(layer(outputs[-1][np.newaxis]))[0])
    shapes = [values.shape for values in outputs]
    names = ["image", *(_layer_in_words(layer)[0] for layer in model.layers)]
    left, gap, between = 1.62, 0.07, 0.14
    side = (WIDTH - left) / maps - gap
    heights = [side if values.ndim == 3 else 0.3 for values in outputs]
    ax = ax or new_axes(height=sum(heights) + between * len(heights) + 0.25)
    top = 0.0
    for name, values, height in zip(names, outputs, heights, strict=True):
        ax.text(0, top + height / 2, f"{name}\n{_by(values.shape)}", va="center", fontsize=_SMALL, linespacing=1.1)
        colors = {"cmap": INK, "vmin": values.min(), "vmax": values.max()}
        if values.ndim == 3:
            for number, one in enumerate(np.moveaxis(values[..., :maps], -1, 0)):
                _show(ax, one, left + number * (side + gap), top, side, height, **colors)
        else:
            _show(ax, values[np.newaxis], left, top, WIDTH - left - gap, height, **colors)
        top += height + between
    probabilities = outputs[-1]
    answer, width = int(probabilities.argmax()), (WIDTH - left - gap) / len(probabilities)
    for digit in range(len(probabilities)):
        weight = "bold" if digit == answer else "normal"
        ax.text(left + (digit + 0.5) * width, top + 0.03, str(digit), **_CENTERED, fontweight=weight)
    _finish(ax, WIDTH, top + 0.18)
    described = "; ".join(f"{name}, {_by(shape)}" for name, shape in list(zip(names, shapes, strict=True))[1:])
    alt = (
        f"An image of {_by(shapes[0])} goes through {plural(len(model.layers), 'layer')}, a row for what each "
        f"puts out: {described}. Of a layer's maps the first {maps} are drawn. In the last row {answer} is darkest, "
        f"with a probability of {probabilities[answer]:.3f}."
    )
    return Drawing(ax, alt)


@in_style
def window_on_image(image: np.ndarray, kernel: np.ndarray, *, row: int, column: int, ax: Axes | None = None) -> Drawing:
    """Draw a window on an image, and the sum of its pixels' products with a kernel.

    Parameters
    ----------
    image : numpy.ndarray, shape (height, width)
        Whole numbers, so that the sum can be checked on paper.
    kernel : numpy.ndarray, shape (size, size)
        Whole numbers, too.
    row, column : int
        The window's first row and column, counted from 0.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default on a new figure.

    Returns
    -------
    Drawing
    """
    image, kernel = np.asarray(image).astype(int), np.asarray(kernel).astype(int)
    size, side, top = len(kernel), 2.3, 3.45
    pixel = side / max(image.shape)
    window = image[row : row + size, column : column + size]
    ax = ax or new_axes(height=top + size * _CELL + 0.1)
    total = _sum_of_products(ax, window, kernel, top, titles=("pixels", "kernel", "products"), frame=COLORS[1])
    result = f"sum:\n{_written(total)}"
    ax.text(_RESULT, top + size * _CELL / 2, result, **_CENTERED, fontweight="bold")
    rows, columns = image.shape[0] - size + 1, image.shape[1] - size + 1
    left = WIDTH - 0.1 - columns * pixel
    for x, shape, title in ((0.1, image.shape, "image"), (left, (rows, columns), "feature map")):
        width, height = shape[1] * pixel, shape[0] * pixel
        ax.text(x + width / 2, 0.15, f"{title}, {_by(shape)}", **_CENTERED)
    ax.add_patch(Rectangle((left, 0.35), width, height, fill=False, edgecolor=_FRAME, linewidth=0.8))
    _show(ax, image, 0.1, 0.35, image.shape[1] * pixel, image.shape[0] * pixel, cmap=INK, vmin=0, vmax=image.max())
    x, y = 0.1 + column * pixel, 0.35 + row * pixel
    ax.add_patch(Rectangle((x, y), size * pixel, size * pixel, fill=False, edgecolor=COLORS[1], linewidth=2))
    for start, end in ((x, _LEFT), (x + size * pixel, _LEFT + size * _CELL)):
        ax.plot([start, end], [y + size * pixel, top], color=COLORS[1], linewidth=0.8)
    x, y = left + column * pixel, 0.35 + row * pixel
    ax.add_patch(Rectangle((x, y), pixel, pixel, facecolor=COLORS[1], linewidth=0))
    place = (x + pixel / 2, y + pixel * 1.3)
    ax.annotate("", place, (_RESULT, top + size * _CELL / 2 - 0.28), arrowprops=_ARROW | {"color": COLORS[1]})
    _finish(ax, WIDTH, top + size * _CELL + 0.05)
    alt = (
        f"A window of {size}x{size} pixels on an image, at row {row} and column {column}. Its pixels are "
        f"{_rows(window)}. The kernel is {_rows(kernel)}. The products are {_rows(window * kernel)}. "
        f"Their sum is {total}, the value of the feature map at row {row} and column {column}."
    )
    return Drawing(ax, alt)


@in_style
def channel_sum(window: np.ndarray, kernel: np.ndarray, *, bias: int = 0, ax: Axes | None = None) -> Drawing:
    """Draw how a convolution adds up the products of all channels that come in.

    Parameters
    ----------
    window : numpy.ndarray, shape (size, size, channels)
        The same window in each channel; whole numbers.
    kernel : numpy.ndarray, shape (size, size, channels)
        One filter's table of weights for each channel; whole numbers.
    bias : int
        What is added at the end.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default on a new figure.

    Returns
    -------
    Drawing
    """
    window, kernel = np.asarray(window).astype(int), np.asarray(kernel).astype(int)
    size, _, channels = window.shape
    pitch = size * _CELL + 0.55
    ax = ax or new_axes(height=channels * pitch + 0.6)
    sums, described = [], []
    for channel in range(channels):
        top = 0.38 + channel * pitch
        titles = (f"channel {channel + 1}", f"weights {channel + 1}", "products")
        color = COLORS[2 * channel % len(COLORS)]
        sums.append(_sum_of_products(ax, window[..., channel], kernel[..., channel], top, titles, frame=color))
        middle = top + size * _CELL / 2
        ax.text(_RESULT, middle, f"sum:\n{_written(sums[-1])}", **_CENTERED, fontweight="bold")
        described.append(
            f"channel {channel + 1} is {_rows(window[..., channel])}, its weights {_rows(kernel[..., channel])}, "
            f"the products {_rows(window[..., channel] * kernel[..., channel])}, their sum {sums[-1]}"
        )
    total = sum(sums) + bias
    terms = " + ".join(_written(number) if number >= 0 else f"({_written(number)})" for number in [*sums, bias])
    formula = f"{terms} = {_written(total)}"
    ax.text(WIDTH / 2, channels * pitch + 0.25, f"all sums + bias:  {formula}", **_CENTERED, fontweight="bold")
    _finish(ax, WIDTH, channels * pitch + 0.5)
    alt = f"One value of a convolution on {plural(channels, 'channel')}: {'; '.join(described)}. "
    return Drawing(ax, f"{alt}All sums and the bias {bias} together: {formula.replace(_MINUS, '-')}.")


@in_style
def kernels_with_maps(
    kernels: Mapping[str, np.ndarray], maps: Mapping[str, np.ndarray], *, ax: Axes | None = None
) -> Drawing:
    """Draw kernels with their weights, and below each the feature map that it makes.

    Parameters
    ----------
    kernels : mapping of str to numpy.ndarray, shape (size, size)
        Whole numbers, by name.
    maps : mapping of str to numpy.ndarray, shape (height, width)
        What each kernel makes of an image, under the same names.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default on a new figure.

    Returns
    -------
    Drawing
        Of each map zero is white, what is below orange and what is above purple.
    """
    pitch = WIDTH / len(kernels)
    side = pitch - 0.12
    rows = max(len(kernel) for kernel in kernels.values())
    below = 0.42 + rows * _CELL + 0.3
    ax = ax or new_axes(height=below + side)
    described = []
    for position, (name, kernel) in enumerate(kernels.items()):
        left = position * pitch
        ax.text(left + pitch / 2, 0.15, name, **_CENTERED)
        _table(ax, kernel, left + (pitch - len(kernel) * _CELL) / 2, 0.38, signed=True)
        ax.annotate("", (left + pitch / 2, below - 0.04), (left + pitch / 2, below - 0.28), arrowprops=_ARROW)
        largest = np.abs(maps[name]).max()
        _show(ax, maps[name], left + 0.06, below, side, side, cmap=SIGNED, vmin=-largest, vmax=largest)
        described.append(
            f"{name} {_rows(np.asarray(kernel))}, whose map goes from {maps[name].min():.4g} to {maps[name].max():.4g}"
        )
    _finish(ax, WIDTH, below + side + 0.02)
    return Drawing(ax, f"Kernels, and below each its map, orange below zero, purple above: {'; '.join(described)}.")


@in_style
def pooling(values: np.ndarray, *, size: int = 2, ax: Axes | None = None) -> Drawing:
    """Draw how pooling keeps the largest value of each square.

    Parameters
    ----------
    values : numpy.ndarray, shape (height, width)
        Whole numbers. Height and width must be multiples of `size`.
    size : int
        Side of the squares.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default on a new figure.

    Returns
    -------
    Drawing

    Raises
    ------
    ValueError
        If the squares don't cover the values.
    """
    values = np.asarray(values).astype(int)
    height, width = values.shape
    if height % size or width % size:
        raise ValueError(f"squares of {size}x{size} don't cover {height}x{width} values")
    squares = values.reshape(height // size, size, width // size, size)
    largest = squares.max(axis=(1, 3))
    cell, top = 0.54, 0.1
    left, right = 0.75, WIDTH - 0.75 - largest.shape[1] * cell
    ax = ax or new_axes(height=height * cell + 2 * top)
    for row, column in np.ndindex(largest.shape):
        color = COLORS[(row * largest.shape[1] + column) % len(COLORS)]
        corner = (left + column * size * cell, top + row * size * cell)
        ax.add_patch(Rectangle(corner, size * cell, size * cell, facecolor=color, alpha=_PALE, linewidth=0))
        place = (right + column * cell, top + (height - largest.shape[0]) / 2 * cell + row * cell)
        ax.add_patch(Rectangle(place, cell, cell, facecolor=color, alpha=_PALE, linewidth=0))
        inside = squares[row, :, column]
        y, x = np.unravel_index(inside.argmax(), inside.shape)
        where = (corner[0] + x * cell, corner[1] + y * cell)
        for at in (where, place):
            ax.add_patch(Rectangle(at, cell, cell, fill=False, edgecolor=color, linewidth=2.5, zorder=3))
    _table(ax, values, left, top, cell=cell)
    _table(ax, largest, right, top + (height - largest.shape[0]) / 2 * cell, cell=cell)
    middle = top + height * cell / 2
    ax.annotate("", (right - 0.15, middle), (left + width * cell + 0.15, middle), arrowprops=_ARROW)
    ax.text((right + left + width * cell) / 2, middle - 0.2, "largest of each", **_CENTERED)
    _finish(ax, WIDTH, height * cell + 2 * top)
    return Drawing(ax, f"Pooling. Of {_rows(values)} the largest value of each square is kept: {_rows(largest)}.")


def _layer_in_words(layer) -> tuple[str, str]:
    """The kind of a layer and its settings, as short as there is room for."""
    window = getattr(layer, "kernel_size", None) or getattr(layer, "pool_size", None)
    activation = getattr(getattr(layer, "activation", None), "__name__", "linear")
    details = [_by(window)] if window else []
    details += [activation] if activation != "linear" else []
    return type(layer).__name__, ", ".join(details)


def _by(shape: tuple[int, ...]) -> str:
    return "x".join(str(size) for size in shape)


def _draw_array(ax: Axes, shape: tuple[int, ...], center: float, middle: float, scale: float) -> tuple[float, float]:
    """Draw maps as a pile of sheets, other numbers as a bar. Return its left and right edges."""
    if len(shape) == 3:
        side, sheets = max(shape[0] * scale, 0.08), round(1 + np.log2(shape[2]))
        step = 0.025
        spread = (sheets - 1) * step
        left, top = center - (side + spread) / 2, middle - (side + spread) / 2
        for sheet in range(sheets):
            corner = (left + spread - sheet * step, top + sheet * step)
            ax.add_patch(Rectangle(corner, side, side, facecolor="w", edgecolor=COLORS[0], linewidth=1))
        return left, left + side + spread
    length = 0.36 * np.log10(shape[0])
    ax.add_patch(Rectangle((center - 0.06, middle - length / 2), 0.12, length, facecolor="w", edgecolor=COLORS[1]))
    return center - 0.06, center + 0.06


def _sum_of_products(
    ax: Axes, window: np.ndarray, kernel: np.ndarray, top: float, titles: tuple[str, str, str], frame: str = "0.2"
) -> int:
    """Draw two tables and the table of their products, side by side. Return the sum of the products."""
    size = len(kernel)
    pitch = size * _CELL + 0.34
    products = window * kernel
    tables = zip((window, kernel, products), titles, (_TIMES, "=", ""), strict=True)
    for position, (table, title, sign) in enumerate(tables):
        left = _LEFT + position * pitch
        ax.text(left + size * _CELL / 2, top - 0.18, title, **_CENTERED | {"fontsize": _SMALL})
        _table(ax, table, left, top, frame=frame, signed=position > 0)
        ax.text(left + size * _CELL + 0.17, top + size * _CELL / 2, sign, **_CENTERED)
    return int(products.sum())


def _table(
    ax: Axes,
    values: np.ndarray,
    left: float,
    top: float,
    *,
    cell: float = _CELL,
    frame: str = "0.2",
    signed: bool = False,
) -> None:
    """Draw a table of numbers, if `signed` pale orange below zero and pale purple above."""
    rows, columns = values.shape
    for row, column in np.ndindex(rows, columns):
        value = values[row, column]
        x, y = left + column * cell, top + row * cell
        if signed and value:
            tint = COLORS[1] if value < 0 else "#5e3c99"  # the ends of SIGNED
            ax.add_patch(Rectangle((x, y), cell, cell, facecolor=tint, alpha=_PALE, linewidth=0))
        ax.text(x + cell / 2, y + cell / 2, _written(value), **_CENTERED)
    for row in range(rows + 1):
        ax.plot([left, left + columns * cell], [top + row * cell] * 2, color=_FRAME, linewidth=0.8)
    for column in range(columns + 1):
        ax.plot([left + column * cell] * 2, [top, top + rows * cell], color=_FRAME, linewidth=0.8)
    ax.add_patch(
        Rectangle((left, top), columns * cell, rows * cell, fill=False, edgecolor=frame, linewidth=1.5, zorder=3)
    )


def _show(ax: Axes, values: np.ndarray, left: float, top: float, width: float, height: float, **colors) -> None:
    extent = (left, left + width, top + height, top)
    ax.imshow(values, extent=extent, interpolation="nearest", aspect="auto", **colors)
    ax.add_patch(Rectangle((left, top), width, height, fill=False, edgecolor=_FRAME, linewidth=0.8))


def _finish(ax: Axes, width: float, height: float) -> None:
    """Count inches from the top left, and show nothing but what was drawn."""
    ax.set(xlim=(0, width), ylim=(height, 0), aspect="equal")
    ax.axis("off")


def _written(number: Any) -> str:
    return f"{int(number):,d}".replace("-", _MINUS)


def _rows(values: np.ndarray) -> str:
    """A table on one line, for those who hear it."""
    return " / ".join(" ".join(str(int(value)) for value in row) for row in values)
