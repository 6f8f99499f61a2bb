"""A drawing area for live notebooks, made of the drawing page's own code."""

import anywidget
import numpy as np
import traitlets

from digitlib.files import read_text
from digitlib.handwriting.normalization import SIDE
from digitlib.web import bundle


class DrawingPad(anywidget.AnyWidget):
    """An area to draw a digit in, with mouse, pen, finger or keyboard.

    Show it as the last line of a cell, in Jupyter or Colab, and draw. Then ask
    for the images in another cell.

    Attributes
    ----------
    strokes : list of list of list of int
        Each stroke is a list of points x, y, from 0 to 255. Set it to show a
        drawing again.

    Examples
    --------
    >>> pad = DrawingPad()
    >>> pad.images
    Traceback (most recent call last):
    ValueError: nothing is drawn yet: draw a digit in the pad first, then run this cell again
    """

    _esm = bundle.bundle("widget.js") + 'export default modules["widget.js"];\n'
    _css = read_text(bundle.WEB / "draw.css")

    strokes: traitlets.List = traitlets.List().tag(sync=True)
    pixels = traitlets.List([0] * SIDE**2).tag(sync=True)

    @property
    def images(self) -> np.ndarray:
        """The drawing, prepared as MNIST was: shape (1, 28, 28), uint8, 0 (paper) to 255 (ink).

        Raises
        ------
        ValueError
            If nothing is drawn: a network would read a digit even in an empty image.
        """
        if not any(self.pixels):
            raise ValueError("nothing is drawn yet: draw a digit in the pad first, then run this cell again")
        return np.array(self.pixels, np.uint8).reshape(1, SIDE, SIDE)
