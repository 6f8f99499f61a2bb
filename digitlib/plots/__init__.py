"""The figures of the book.

Every function draws on the axes that it is given, or on a new figure, and
returns a `Drawing`, which says in words what it shows. The functions themselves
show nothing: a notebook shows a `Drawing` that ends a cell, as one output with
the picture and the words.

- `drawing`: the `Drawing`, and the look of all figures;
- `pictures`: images in rows;
- `charts`: bars, curves, intervals, and tables in colours;
- `diagrams`: what a convolutional network computes, with the numbers in them;
- `gradients`: steps down a curve, and slopes that go backwards through a computation.

The look of the figures stands in ``digits.mplstyle``. Axes that are given keep
the frame and the grid with which they were made.
"""

from digitlib.plots.charts import (
    answer,
    bands,
    bars,
    confusion_heat_map,
    difference_heat_map,
    histogram,
    intervals,
    labelled_points,
    lines,
    reliability,
    roofline,
    runs,
    waterfall,
)
from digitlib.plots.diagrams import channel_sum, kernels_with_maps, network, passage, pooling, window_on_image
from digitlib.plots.drawing import COLORS, DESCRIPTION, INK, SIGNED, STYLE, Drawing
from digitlib.plots.gradients import chain, descent
from digitlib.plots.pictures import feature_maps, image_blocks, image_grid, kernels

__all__ = [
    "COLORS",
    "DESCRIPTION",
    "INK",
    "SIGNED",
    "STYLE",
    "Drawing",
    "answer",
    "bands",
    "bars",
    "chain",
    "channel_sum",
    "confusion_heat_map",
    "descent",
    "difference_heat_map",
    "feature_maps",
    "histogram",
    "image_blocks",
    "image_grid",
    "intervals",
    "kernels",
    "kernels_with_maps",
    "labelled_points",
    "lines",
    "network",
    "passage",
    "pooling",
    "reliability",
    "roofline",
    "runs",
    "waterfall",
    "window_on_image",
]
