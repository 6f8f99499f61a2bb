"""Images in rows: digits, kernels, feature maps, errors."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from digitlib.plots.drawing import INK, SIGNED, WIDTH, Drawing, in_style, new_axes, plural

_LINE_HEIGHT = 0.14  # inches, of a title


@in_style
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
    head = gap + lines_above * _LINE_HEIGHT * columns * (width + gap) / WIDTH
    grid_width, grid_height = columns * (width + gap), rows * (height + head)
    ax = ax or new_axes(height=WIDTH * grid_height / grid_width)
    places = _places(count, columns, across=width + gap, down=height + head, top=head)
    for position, (image, (left, top)) in enumerate(zip(images, places, strict=True)):
        _show(ax, image, left, top, cmap, _color_limits(images if shared_scale else image, symmetric))
        if titles is not None:
            ax.text(left + width / 2, top - gap / 2, titles[position], ha="center", va="bottom", fontsize=8)
    ax.set_xlim(-gap, grid_width)
    ax.set_ylim(grid_height + gap, 0)
    ax.axis("off")
    labels = "" if titles is None else f", labelled {', '.join(' '.join(title.split()) for title in titles)}"
    return Drawing(ax, f"{subject}: {plural(count, 'image')} in {plural(rows, 'row')}{labels}.")


@in_style
def image_blocks(
    blocks: Mapping[str, np.ndarray],
    *,
    subject: str,
    columns: int = 8,
    cmap: str = INK,
    symmetric: bool = False,
    gap: float = 0.1,
    ax: Axes | None = None,
) -> Drawing:
    """Draw blocks of images below each other, such as what a network does after its training and before.

    Parameters
    ----------
    blocks : mapping of str to numpy.ndarray, shape (n, height, width)
        Images of one size by the name of their block. Each block has a scale
        of colours of its own.
    subject : str
        What the images are; opens the alt text.
    columns : int
        Images per row.
    cmap : str
        Matplotlib's name for the colour map.
    symmetric : bool
        Whether zero lies in the middle of the colours, for images with signs.
    gap : float
        Between two images, as a share of their width.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default on a new figure.

    Returns
    -------
    Drawing

    Raises
    ------
    ValueError
        If there are no images, or not all of one size.
    """
    stacks = {name: np.asarray(images) for name, images in blocks.items()}
    sizes = {images.shape[1:] for images in stacks.values()}
    if len(sizes) != 1 or any(images.ndim != 3 or len(images) == 0 for images in stacks.values()):
        shapes = ", ".join(str(images.shape) for images in stacks.values())
        raise ValueError(f"expected images of one shape (n, height, width) with n > 0, got {shapes or 'none'}")
    ((height, width),) = sizes
    across, down = width * (1 + gap), height + width * gap
    line = 2.4 * _LINE_HEIGHT * columns * across / WIDTH
    total = sum(line + -(-len(images) // columns) * down for images in stacks.values())
    ax = ax or new_axes(height=WIDTH * total / (columns * across))
    head = 0.0
    for name, images in stacks.items():
        limits = _color_limits(images, symmetric)
        head += line
        ax.text(0, head - 0.25 * line, name, ha="left", va="bottom", fontsize=14)
        places = _places(len(images), columns, across=across, down=down, top=head)
        for image, (left, top) in zip(images, places, strict=True):
            _show(ax, image, left, top, cmap, limits)
        head += -(-len(images) // columns) * down
    ax.set_xlim(0, columns * across - width * gap)
    ax.set_ylim(head, 0)
    ax.axis("off")
    counted = [f"{plural(len(images), 'image')} {name}" for name, images in stacks.items()]
    return Drawing(ax, f"{subject}: {', '.join(counted)}.")


@in_style
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


@in_style
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


def _places(count: int, columns: int, *, across: float, down: float, top: float) -> list[tuple[float, float]]:
    """Left and upper edge of each of so many images, in rows below `top`."""
    return [(column * across, top + row * down) for row, column in (divmod(number, columns) for number in range(count))]


def _show(ax: Axes, image: np.ndarray, left: float, top: float, cmap: str, limits: tuple[float, float]) -> None:
    height, width = image.shape
    ax.imshow(image, cmap=cmap, vmin=limits[0], vmax=limits[1], extent=(left, left + width, top + height, top))


def _color_limits(values: np.ndarray, symmetric: bool) -> tuple[float, float]:
    if symmetric:
        largest = np.abs(values).max()
        return -largest, largest
    return values.min(), values.max()
