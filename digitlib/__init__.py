"""The helpers of the digit book.

Each module holds one idea:

- `digitlib.data`: MNIST and any other IDX file;
- `digitlib.checks`: what images and labels must be;
- `digitlib.models`: the networks of the book;
- `digitlib.experiments.variations`: the convolutional network with one thing changed;
- `digitlib.experiments.locally_connected`: a convolution that shares no weights;
- `digitlib.training`: a seeded training that remembers what happened;
- `digitlib.speed.graphs`: the same training, an epoch as one graph;
- `digitlib.speed.recipes`: networks, rates and augmentation for training fast;
- `digitlib.experiments.choices`: what an experiment may vary, by name;
- `digitlib.experiments.transformations`: images whose pixels change places;
- `digitlib.experiments.corruptions`: noise, blur, fog and the like;
- `digitlib.handwriting.normalization`: MNIST's own preparation of an image;
- `digitlib.handwriting.photo_files`: opening a photo of any kind;
- `digitlib.handwriting.photos`: digits in a photo or scan, found by `ink`, `segmentation`, `layout`, `lines` and
  `glyphs` beside it;
- `digitlib.handwriting.sheets`: sample sheets, as if photographed;
- `digitlib.handwriting.nondigits`: drawings that are no digits;
- `digitlib.handwriting.familiarity`: whether a drawing looks like a digit;
- `digitlib.web.widget`: a drawing area for live notebooks;
- `digitlib.web.bundle`: networks and drawing code for a browser;
- `digitlib.evaluation`: accuracy and its interval, confusion, errors;
- `digitlib.statistics`: results over seeds, their intervals and tests;
- `digitlib.speed.timings`: how long ways of training take, and how well they do;
- `digitlib.plots`: the figures, each with its description in words;
- `digitlib.reference`: what the book's own runs made;
- `digitlib.exercises`: the checks and hints of the exercises;
- `digitlib.machine`: the processor, its cores, the environment of a run, and what Keras must be set to;
- `digitlib.files`: reading text, and writing files whole or not at all.

Importing `digitlib` alone imports `digitlib.exercises`, which is light and gives
`digitlib.check` and `digitlib.hint`, and none of the others.
"""

from digitlib.exercises import check, hint

__all__ = ["check", "hint"]
__version__ = "0.1.0"
