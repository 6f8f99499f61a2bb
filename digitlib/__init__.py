"""The helpers of the digit book.

Each module holds one idea:

- `digitlib.data`: MNIST and any other IDX file;
- `digitlib.checks`: what images, labels and Keras's settings must be;
- `digitlib.models`: the networks of the book;
- `digitlib.variations`: the convolutional network with one thing changed;
- `digitlib.locally_connected`: a convolution that shares no weights;
- `digitlib.training`: a seeded training that remembers what happened;
- `digitlib.fast`: the same training, an epoch as one graph;
- `digitlib.recipes`: networks, rates and augmentation for training fast;
- `digitlib.experiment`: what an experiment may vary, by name;
- `digitlib.transformations`: images whose pixels change places;
- `digitlib.corruptions`: noise, blur, fog and the like;
- `digitlib.normalisation`: MNIST's own preparation of an image;
- `digitlib.photo_files`: opening a photo, whatever it comes as;
- `digitlib.photos`: digits in a photo or scan;
- `digitlib.sheets`: sample sheets, as if photographed;
- `digitlib.nondigits`: drawings that are no digits;
- `digitlib.familiarity`: whether a drawing looks like a digit;
- `digitlib.widget`: a drawing area for live notebooks;
- `digitlib.browser`: networks and drawing code for a browser;
- `digitlib.evaluation`: accuracy and its interval, confusion, errors;
- `digitlib.statistics`: results over seeds, their intervals and tests;
- `digitlib.speed`: how long ways of training take, and how well they do;
- `digitlib.plots`: the figures, each with its description in words;
- `digitlib.reference`: what the book's own runs made;
- `digitlib.exercises`: the checks and hints of the exercises;
- `digitlib.results`: the numbers and claims that a page quotes;
- `digitlib.files`: writing them whole or not at all.

Importing `digitlib` alone imports `digitlib.exercises`, which is light and gives
`digitlib.check` and `digitlib.hint`, and none of the others.
"""

from digitlib.exercises import check, hint

__all__ = ["check", "hint"]
__version__ = "0.1.0"
