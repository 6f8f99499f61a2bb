"""Pages as Jinja templates, filled from the results of runs.

A template may use

- ``{{ training.test_accuracy | percent }}``: a number that the page
  ``04_training`` kept, and a filter that writes it;
- ``{{ claim("a statement") }}``: a statement, printed if the run bore it out;
- ``{{ training.error_share | share_in_words }}``: words that the result chooses ("about half"); also ``place_in_words``
  ("below all 10"), ``verdict`` ("no difference shown"), and ``by_sign("more", "fewer", "as many")`` for a difference;
- ``{{ edition.first.training.test_accuracy | percent }}``: the same number in an earlier edition;
- ``{{ fact.lenet5_error }}``: a figure from elsewhere, from ``facts.yml``;
- ``{{ cite("lecun1998") }}``: a link to a source in ``references.bib``;
- ``{{ runs.training.seconds }}``: when a chapter ran, for how long, with what;
- ``{{ minutes_to_read.training }}``: how long a chapter takes to read; ``minutes_with_exercises``, with its exercises;
- ``{{ colab("04_training") }}``: where it opens in Colab;
- ``{{ how_to_answer("training.1") }}``: how exercises are answered and checked;
- ``{% for chapter in chapters %}``: each chapter's title, name, run, and how many cells are compared in which way;
- ``{% for download in downloads %}``: the files that a published site offers, none otherwise.
"""

import copy
import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import jinja2
from nbformat import NotebookNode

import digitlib
from digitlib import statistics
from digitlib.files import read_text
from pipeline.citations import cite, load_facts
from pipeline.configuration import colab, repository
from pipeline.editions import load_editions
from pipeline.kinds_of_cells import for_readers
from pipeline.notebook_files import title
from pipeline.paths import chapters
from pipeline.reading_time import (
    SECONDS_A_FIGURE,
    SECONDS_A_LINE,
    WORDS_PER_MINUTE,
    minutes_to_read,
    minutes_with_exercises,
)
from pipeline.sources import read_chapter

HOW_TO_ANSWER = """\
Put your answer in the place of `...` and run the cell: it says at once whether you are right, and if not, why. \
For a hint, run `hint("{}")`; run it again for the next one. On the site, the solutions are folded up below \
the exercises; notebooks that you run yourself do not hold them."""


class RenderError(Exception):
    """A page cannot be rendered; the message names page, cell and cause."""


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
            "edition": load_editions(),
            "runs": {short_name(page): content.get("run") for page, content in results.items()},
            "minutes_to_read": {short_name(name): minutes_to_read(source) for name, source in sources.items()},
            "minutes_with_exercises": {
                short_name(name): minutes_with_exercises(source) for name, source in sources.items()
            },
            "chapters": [
                {"name": name, "title": title(source), "cells": count_cells(source), "run": results[name].get("run")}
                for name, source in sources.items()
                if name in results
            ],
            "words_per_minute": WORDS_PER_MINUTE,
            "seconds_a_line": SECONDS_A_LINE,
            "seconds_a_figure": SECONDS_A_FIGURE,
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
        except (jinja2.TemplateError, RenderError, TypeError, LookupError) as error:
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
    """The name that templates use: ``04_training`` is ``training``."""
    return re.sub(r"^\d+_", "", page)


def count_cells(notebook: NotebookNode) -> dict[str, int]:
    """How many cells of code nbval compares exactly, within a tolerance, and not at all."""
    code = [cell.metadata for cell in for_readers(notebook).cells if cell.cell_type == "code"]
    ignored = sum("nbval-ignore-output" in metadata.get("tags", []) for metadata in code)
    tolerated = sum("nbval" in metadata for metadata in code)
    return {"exactly": len(code) - ignored - tolerated, "tolerated": tolerated, "ignored": ignored}


def _percent(share: float, digits: int = 1) -> str:
    return f"{share * 100:.{digits}f} %"


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes" if seconds >= 90 else f"{seconds:.0f} seconds"


WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]


def _in_words(number: int) -> str:
    return WORDS[number] if number < len(WORDS) else f"{number:,}"


def _by_sign(difference: float, above: str, below: str, equal: str) -> str:
    """Words for a difference above, below or equal to 0."""
    if difference == 0:
        return equal
    return above if difference > 0 else below


FILTERS: dict[str, Callable] = {
    "percent": _percent,
    "thousands": lambda number: f"{number:,}",
    "decimals": lambda number, digits=2: f"{number:.{digits}f}",
    "minutes": _minutes,
    "words": _in_words,
    "in_words": statistics.in_words,
    "difference_in_words": statistics.difference_in_words,
    "share_in_words": statistics.share_in_words,
    "place_in_words": statistics.place_in_words,
    "verdict": statistics.verdict,
    "by_sign": _by_sign,
}
