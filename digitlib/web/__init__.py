"""The drawing page and the notebook widget: their scripts, and what hands them to Python and the site.

`bundle` joins scripts and exports weights, for the page as well as for the `widget`. Of the scripts, ``page.js`` is the
page and holds its state, and each ``*_part.js`` shows a part of it; ``pad.js`` is the drawing area, ``strokes.js`` owns
the pen and turns strokes into ink, ``normalization.js`` makes an image like MNIST's of it, and ``network.js`` runs the
networks with the ``layers.js``.
"""
