"""From a chapter's source to a notebook: set-up cell, cell ids, and prose with its numbers.

Prose is a Jinja template. It may use

- ``{{ training.test_accuracy | percent }}``: a number that the page
  ``03_training`` kept, and a filter that writes it;
- ``{{ claim("a statement") }}``: a statement, printed if the run bore it out;
- ``{{ fact.lenet5_error }}``: a figure from elsewhere, from ``facts.yml``;
- ``{{ cite("lecun1998") }}``: a link to a source in ``references.bib``;
- ``{{ runs.training.seconds }}``: when a chapter ran, for how long, with what;
- ``{{ minutes_to_read.training }}``: how long a chapter takes to read;
- ``{{ colab("03_training") }}``: where it opens in Colab;
- ``{{ how_to_answer("training.1") }}``: how exercises are answered and checked;
- ``{% for chapter in chapters %}``: each chapter's title, name, run, and how many cells are compared in which way;
- ``{% for download in downloads %}``: the files that a published site offers, none otherwise.
"""

import base64
import copy
import functools
import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlparse

import jinja2
import jupytext
import nbformat
import yaml
from nbformat import NotebookNode
from pybtex.database import Entry, parse_string

import digitlib
from digitlib import statistics
from digitlib.files import read_text, sha256, write_text
from pipeline import kinds_of_cells
from pipeline.paths import BOOK, CHAPTERS, ROOT, chapters

EXPRESSION = re.compile(r"\{\{.*?\}\}", re.DOTALL)
METADATA_KEPT = ("mystnb", "nbval", "tags")  # in the order of a notebook file, which sorts its keys
NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
SETUP_CELL = """\
# On Colab, Kaggle or a computer without the book: install its helpers, once.
try:
    import digitlib  # noqa: F401
except ImportError:
    import subprocess
    import sys

    package = "git+{repository}@v{version}"
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", package], check=True)
"""
HOW_TO_ANSWER = """\
Put your answer in the place of `...` and run the cell: it says at once whether you are right, and if not, why. \
For a hint, run `hint("{}")`; run it again for the next one. On the site, the solutions are folded up below \
the exercises; notebooks that you run yourself do not hold them."""


# Silent reading of English non-fiction, the mean of 190 studies: Brysbaert (2019),
# https://doi.org/10.1016/j.jml.2019.104047
WORDS_PER_MINUTE = 238


class RenderError(Exception):
    """A page cannot be rendered; the message names page, cell and cause."""


# What is parsed is remembered by its text, which is quick to read: a changed file is parsed anew, whenever it changed.
_parse_yaml = functools.cache(yaml.safe_load)


def configuration() -> dict:
    """What ``_config.yml`` says."""
    return copy.deepcopy(_parse_yaml(read_text(ROOT / "_config.yml")))


def repository() -> str:
    """The repository's address, which stands in ``_config.yml`` alone."""
    return configuration()["repository"]["url"].rstrip("/")


def colab(chapter: str) -> str:
    """Where a chapter opens in Colab."""
    account_and_name = urlparse(repository()).path.strip("/")
    branch = configuration()["repository"]["branch"]
    return f"https://colab.research.google.com/github/{account_and_name}/blob/{branch}/book/{chapter}.ipynb"


def setup_cell() -> str:
    """The code that starts every notebook."""
    return SETUP_CELL.format(repository=repository(), version=digitlib.__version__).strip()


def read_chapter(path: Path) -> NotebookNode:
    """Read a chapter as it is run: no outputs, exercises as stubs and solutions; the prose stays a template."""
    return copy.deepcopy(_expand_source(read_text(path), path.stem, setup_cell()))


def read_source(path: Path) -> NotebookNode:
    """Read a chapter as it is written, each exercise and its solution in one cell."""
    return copy.deepcopy(_parse_source(read_text(path), path.stem, setup_cell()))


@functools.cache
def _expand_source(text: str, name: str, setup: str) -> NotebookNode:
    return kinds_of_cells.expand(_parse_source(text, name, setup))


@functools.cache
def _parse_source(text: str, name: str, setup: str) -> NotebookNode:
    source = jupytext.reads(text, fmt="py:percent")
    first = nbformat.v4.new_code_cell(setup, metadata={"tags": ["remove-cell"]})
    notebook = nbformat.v4.new_notebook(metadata=copy.deepcopy(NOTEBOOK_METADATA), cells=[first, *source.cells])
    for position, cell in enumerate(notebook.cells):
        cell.id = f"{name}-{position:02d}"
        cell.metadata = {key: cell.metadata[key] for key in METADATA_KEPT if key in cell.metadata}
    return notebook


def load_results(*folders: Path) -> dict[str, dict]:
    """The saved results of every page; a later folder overrides an earlier one."""
    results = {}
    for folder in folders:
        for path in sorted((folder / "pages").glob("*.json")):
            results[path.stem] = json.loads(read_text(path))
    return results


class Prose:
    """Fills the templates of pages from results.

    Parameters
    ----------
    results : mapping
        By page: ``{"numbers": {...}, "claims": {...}}``, from `load_results`.
    downloads : sequence of dict
        What the site offers to take along: title, name, megabytes, about.
    """

    def __init__(self, results: Mapping[str, dict], downloads: Sequence[dict] = ()):
        self.claims = {text for page in results.values() for text in page["claims"]}
        self.environment = jinja2.Environment(
            undefined=jinja2.StrictUndefined, keep_trailing_newline=True, trim_blocks=True, lstrip_blocks=True
        )
        sources = {path.stem: read_chapter(path) for path in chapters()}
        self.environment.filters |= FILTERS
        self.environment.globals |= {short_name(page): content["numbers"] for page, content in results.items()}
        self.environment.globals |= {
            "claim": self.claim,
            "cite": cite,
            "fact": {name: entry["value"] for name, entry in load_facts().items()},
            "runs": {short_name(page): content.get("run") for page, content in results.items()},
            "minutes_to_read": {short_name(name): minutes_to_read(source) for name, source in sources.items()},
            "chapters": [
                {"name": name, "title": title(source), "cells": count_cells(source), "run": results[name].get("run")}
                for name, source in sources.items()
                if name in results
            ],
            "words_per_minute": WORDS_PER_MINUTE,
            "downloads": downloads,
            "repository": repository(),
            "colab": colab,
            "how_to_answer": HOW_TO_ANSWER.format,
            "version": digitlib.__version__,
        }

    def claim(self, text: str) -> str:
        if text not in self.claims:
            raise RenderError(f"no page has tested the claim {text!r}: add page.claim(...) to one")
        return text

    def fill(self, template: str, where: str) -> str:
        """Fill one template; `where` names it in errors."""
        try:
            return self.environment.from_string(template).render()
        except (jinja2.TemplateError, RenderError, TypeError, KeyError) as error:
            raise RenderError(f"{where}: {error}") from error

    def fill_notebook(self, source: NotebookNode, executed: NotebookNode | None = None) -> NotebookNode:
        """A chapter as it is read: filled prose and captions, and the outputs of `executed`, if given."""
        notebook = copy.deepcopy(source)
        outputs = {cell.id: cell for cell in executed.cells} if executed else {}
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                cell.source = self.fill(cell.source, f"cell {cell.id}")
            elif cell.id in outputs:
                cell.outputs = outputs[cell.id].outputs
                cell.execution_count = outputs[cell.id].execution_count
            if figure := cell.metadata.get("mystnb", {}).get("figure"):
                figure["caption"] = self.fill(figure["caption"], f"caption of cell {cell.id}")
        return notebook


def short_name(page: str) -> str:
    """The name that templates use: ``03_training`` is ``training``."""
    return re.sub(r"^\d+_", "", page)


def title(notebook: NotebookNode) -> str:
    """The heading that a notebook starts with."""
    return next(cell.source for cell in notebook.cells if cell.cell_type == "markdown").partition("\n")[0].lstrip("# ")


def count_cells(notebook: NotebookNode) -> dict[str, int]:
    """How many cells of code nbval compares exactly, within a tolerance, and not at all."""
    code = [cell.metadata for cell in kinds_of_cells.for_readers(notebook).cells if cell.cell_type == "code"]
    ignored = sum("nbval-ignore-output" in metadata.get("tags", []) for metadata in code)
    tolerated = sum("nbval" in metadata for metadata in code)
    return {"exactly": len(code) - ignored - tolerated, "tolerated": tolerated, "ignored": ignored}


def minutes_to_read(notebook: NotebookNode) -> int:
    """How long it takes to read what a chapter shows, text and code alike, in whole minutes."""
    folded = {"hide-cell", "remove-cell", kinds_of_cells.PIPELINE}
    shown = [cell.source for cell in notebook.cells if not folded & set(cell.metadata.get("tags", []))]
    words = EXPRESSION.sub("number", " ".join(shown)).split()
    return max(1, round(len(words) / WORDS_PER_MINUTE))


def cite(key: str) -> str:
    """A link to a source, with its authors and year, that reads well everywhere."""
    entries = load_references()
    if key not in entries:
        raise RenderError(f"references.bib has no entry {key!r}")
    entry = entries[key]
    names = [" ".join(person.last_names) for person in entry.persons["author"]]
    if len(names) > 2:
        names = [f"{names[0]} and others"]
    return f"[{' and '.join(names)} ({entry.fields['year']})]({source_address(entry.fields)})"


def source_address(fields: Mapping[str, str]) -> str:
    """Where a source can be read: its DOI, its arXiv number, or its address."""
    if "doi" in fields:
        return f"https://doi.org/{fields['doi']}"
    if "eprint" in fields:
        return f"https://arxiv.org/abs/{fields['eprint']}"
    return fields["url"]


def load_references() -> Mapping[str, Entry]:
    """The sources in ``references.bib``, by key."""
    return _parse_references(read_text(BOOK / "references.bib"))


@functools.cache
def _parse_references(text: str) -> Mapping[str, Entry]:
    return parse_string(text, "bibtex").entries


def load_facts() -> dict[str, dict]:
    """Figures from elsewhere, each with its value and its source."""
    return yaml.safe_load(read_text(CHAPTERS / "facts.yml"))


def same_code(one: NotebookNode, other: NotebookNode) -> bool:
    """Whether two notebooks have the same code cells in the same places, the set-up cell aside.

    That cell changes with the book's address and version, and does nothing where
    the book is run.
    """
    return dict(_code(one)[1:]) == dict(_code(other)[1:])


def code_digest(notebook: NotebookNode) -> str:
    """A digest of all code of a chapter, that of the pipeline included, the set-up cell aside."""
    return sha256(json.dumps([source for _, source in _code(notebook)[1:]]).encode("utf-8"))


def write_notebook(notebook: NotebookNode, path: Path) -> None:
    """Write a notebook, whole or not at all."""
    write_text(nbformat.writes(notebook, version=4) + "\n", path)


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook from its file."""
    return nbformat.reads(read_text(path), as_version=4)


def read_executed(path: Path) -> NotebookNode:
    """A notebook with its solutions at the end, if they lie in a file of their own."""
    notebook, file = read_notebook(path), path.parent / "solutions" / path.name
    if file.exists():
        notebook.cells += [cell for cell in read_notebook(file).cells if kinds_of_cells.is_solution(cell)]
    return notebook


def _code(notebook: NotebookNode) -> list[tuple[str, str]]:
    return [(cell.id, cell.source) for cell in notebook.cells if cell.cell_type == "code"]


def figure_png(notebook: NotebookNode, name: str) -> bytes | None:
    """The picture of the figure called `name`, if the notebook holds it."""
    for cell in notebook.cells:
        if cell.metadata.get("mystnb", {}).get("figure", {}).get("name") == name:
            for output in cell.outputs:
                if "image/png" in output.get("data", {}):
                    return base64.b64decode(output.data["image/png"])
    return None


def pictures(text: str) -> set[str]:
    """The names of the notebooks' figures that a page shows."""
    return set(re.findall(r"images/(fig-[\w-]+)\.png", text))


def _percent(share: float, digits: int = 1) -> str:
    return f"{share * 100:.{digits}f} %"


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes" if seconds >= 90 else f"{seconds:.0f} seconds"


WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]


def _in_words(number: int) -> str:
    return WORDS[number] if number < len(WORDS) else f"{number:,}"


FILTERS: dict[str, Callable] = {
    "percent": _percent,
    "thousands": lambda number: f"{number:,}",
    "decimals": lambda number, digits=2: f"{number:.{digits}f}",
    "minutes": _minutes,
    "words": _in_words,
    "in_words": statistics.in_words,
    "difference_in_words": statistics.difference_in_words,
}
