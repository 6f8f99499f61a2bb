"""The helpers of the digit book.

Each module holds one idea:

- `digitlib.data`: MNIST and any other IDX file;
- `digitlib.models`: the networks of the book;
- `digitlib.training`: a seeded training that remembers what happened;
- `digitlib.evaluation`: accuracy and its interval, confusion, errors;
- `digitlib.plots`: the figures, each with its description in words;
- `digitlib.reference`: what the book's own runs made;
- `digitlib.results`: the numbers and claims that a page quotes;
- `digitlib.files`: writing them whole or not at all.

Importing `digitlib` alone imports none of them, so it takes no time.
"""

__version__ = "0.1.0"
