"""Slides of the chapters, each a file that needs nothing else: no internet, no server, no other file.

    python tools/make_slides.py [CHAPTER ...] [--output _build/slides]

Made of the executed notebooks in book/. Open a file in a browser: space goes
on, S opens the speaker notes, O shows all slides, ?print-pdf at the end of the
address makes them ready to print.
"""

import argparse
from importlib.metadata import files
from pathlib import Path
from typing import Any

from nbconvert import SlidesExporter
from nbformat import NotebookNode
from traitlets.config import Config

from classroom.slide_rules import to_slides
from digitlib.files import read_text, write_text
from pipeline.notebook_files import read_notebook, title
from pipeline.paths import BOOK, BUILD, chapters

FOLDER = BUILD / "slides"
TEMPLATE = Path(__file__).with_name("slides")
REVEAL = "sphinx-revealjs", "_static/revealjs"
MATHJAX = "sphinx-mathjax-offline", "static/mathjax"
CONFIG = {
    "SlidesExporter": {"exclude_anchor_links": True},
    "CSSHTMLHeaderPreprocessor": {"style": "a11y-high-contrast-light"},  # the site's own
}


def main(arguments: list[str] | None = None) -> int:
    """Write the slides of the chapters named, or of all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("chapters", nargs="*", metavar="CHAPTER", help="name or number; all by default")
    parser.add_argument("--output", type=Path, default=FOLDER, help="the folder they go to")
    options = parser.parse_args(arguments)
    for path in chapters(options.chapters):
        notebook = to_slides(read_notebook(BOOK / f"{path.stem}.ipynb"))
        target = options.output / f"{path.stem}.html"
        write_text(to_html(notebook), target)
        print(f"{target}  {count(notebook):3} slides  {target.stat().st_size / 1e6:.1f} MB")
    return 0


def to_html(notebook: NotebookNode) -> str:
    """Write slides as one page that holds its styles, scripts and figures.

    Parameters
    ----------
    notebook : NotebookNode
        As `slide_rules.to_slides` returns it.
    """
    exporter = SlidesExporter(
        template_name="slides", extra_template_basedirs=[str(TEMPLATE.parent)], config=Config(CONFIG)
    )
    inlined: dict[str, Any] = {
        "title": title(notebook),
        "styles": [_shipped(*REVEAL, "dist/reset.css"), _shipped(*REVEAL, "dist/reveal.css"), _own("slides.css")],
        "scripts": [_shipped(*REVEAL, "dist/reveal.js"), _shipped(*REVEAL, "plugin/notes/notes.js"), _own("slides.js")],
    }
    if any("$" in cell.source for cell in notebook.cells if cell.cell_type == "markdown"):
        inlined["scripts"][:0] = [_own("formulas.js"), _shipped(*MATHJAX, "tex-svg.js")]
    html, _ = exporter.from_notebook_node(notebook, resources={"inlined": inlined})
    return html


def count(notebook: NotebookNode) -> int:
    """How many slides a notebook makes."""
    return sum(cell.metadata.slideshow.slide_type in ("slide", "subslide") for cell in notebook.cells)


def _shipped(package: str, folder: str, name: str) -> str:
    """A file that an installed package carries for use without internet."""
    [found] = [file for file in files(package) or () if file.as_posix().endswith(f"{folder}/{name}")]
    return read_text(str(found.locate()))


def _own(name: str) -> str:
    return read_text(TEMPLATE / name)
