"""Writes the pages without code into the book before it is read: their sources are templates in ``chapters/``.

Git ignores what is written. A book that was put together elsewhere, from a run or for printing, has its pages already.
"""

from pathlib import Path

from sphinx.errors import ExtensionError

import book_checkout  # noqa: F401  so that digitlib and the pipeline are found
from digitlib.files import read_text, write_text
from pipeline.composing import compose_pages
from pipeline.paths import BOOK
from pipeline.templates import RenderError


def write_pages(app, config):
    if Path(app.srcdir).resolve() != BOOK.resolve():
        return
    try:
        pages = compose_pages()
    except RenderError as error:
        raise ExtensionError(str(error)) from error
    for name, text in pages.items():
        path = BOOK / name
        if not path.exists() or read_text(path) != text:  # what is left alone is not read again
            write_text(text, path)


def setup(app):
    app.connect("config-inited", write_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
