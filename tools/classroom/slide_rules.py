"""From a chapter to its slides, by rule: what gets a slide of its own, and what of the prose is projected.

The notebook that comes out is one for nbconvert: its cells carry Jupyter's slide types. Each heading begins a row of
slides, and every slide repeats it. A text makes one slide, and each question another; of a paragraph the beginning is
shown, and the speaker notes hold all of it. Code stands alone, with what it printed below it if there is room, and
so do figures and tables, with their caption. Code that the book hides and all code of the exercises are left out.
What turns out longer than a slide, the browser shrinks.
"""

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from pipeline.kinds_of_cells import CHOICE

CODE_LINES = 26  # that a slide holds in letters which the last row can read
ENOUGH = 100  # characters; sentences with fewer say little alone
HIDDEN = {"remove-cell", "hide-cell"}
EXERCISES = "## Exercises"
MARKDOWN = MarkdownIt("commonmark").enable("table")
LOCAL_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\((?!https?:)[^)]+\)")
READING_TIME = re.compile(r"^\*[^*]+ minutes[^*]+\*$", re.MULTILINE)
NEW_SLIDE = re.compile(r"^(?=## |\*\*[^*]+\?\*\*$)", re.MULTILINE)  # at a heading, at a question
SENTENCE_END = re.compile(r"[.?!][)*\"]*(?=\s+[^a-z\s])")


def to_slides(chapter: NotebookNode) -> NotebookNode:
    """Rearrange an executed chapter as slides.

    Parameters
    ----------
    chapter : NotebookNode
        As it lies in ``book/``.

    Returns
    -------
    NotebookNode
        Cells with Jupyter's slide types: ``slide`` begins a section,
        ``subslide`` each further slide of it; ``-`` goes on with a slide, and
        ``notes`` are the speaker's.
    """
    cells, heading, kind = [], "", "slide"
    for part in _parts(chapter):
        if isinstance(part, str) and part.startswith("#"):
            heading, _, part = part.partition("\n")
            kind = "slide"
        for slide in _text_slides(part, heading) if isinstance(part, str) else _code_slides(part, heading):
            shown = heading if kind == "slide" else "## " + heading.lstrip("# ")
            cells += [_typed(new_markdown_cell(shown), kind), *slide]
            kind = "subslide"
    return new_notebook(metadata=chapter.metadata, cells=cells)


def beginning(paragraph: str) -> str:
    """The first sentences of a paragraph, as many as say something, never cut inside brackets, quotes or formulas."""
    text = " ".join(paragraph.split())
    ends = (text[: match.end()] for match in SENTENCE_END.finditer(text, ENOUGH))
    return next(filter(_is_closed, ends), text)


def _is_closed(text: str) -> bool:
    brackets = text.count("(") == text.count(")") and text.count("[") == text.count("]")
    return brackets and all(text.count(mark) % 2 == 0 for mark in ("$", "`", '"', "**"))


def _parts(chapter: NotebookNode) -> Iterator[str | NotebookNode]:
    """Texts, each at most one slide long, and cells of code."""
    for cell in chapter.cells:
        if cell.cell_type == "markdown":
            yield from NEW_SLIDE.split(READING_TIME.sub("", LOCAL_LINK.sub(r"\1", cell.source)))
        elif not HIDDEN & set(cell.metadata.get("tags", [])):
            yield cell


def _text_slides(text: str, heading: str) -> Iterator[list[NotebookNode]]:
    """A slide with its notes, if there is any text. What can be unfolded is a choice, or an exercise's solution."""
    if heading == EXERCISES:
        shown = notes = CHOICE.sub("", text).strip()
    else:
        shown = "\n\n".join(_shown(CHOICE.sub(r"- \1", text)))
        notes = CHOICE.sub(r"- \1: \2", text).strip()
    if shown:
        yield [_typed(new_markdown_cell(shown), "-"), _typed(new_markdown_cell(notes), "notes")]


def _shown(text: str) -> Iterator[str]:
    """The beginning of each paragraph; whole what leads on, and formulas, lists, tables and listings."""
    lines = text.splitlines()
    for token in MARKDOWN.parse(text):
        if token.map and token.level == 0:
            block = "\n".join(lines[slice(*token.map)]).strip("\n")
            whole = token.type != "paragraph_open" or block.startswith("$$") or block.endswith(":")
            yield block if whole else beginning(block)


def _code_slides(cell: NotebookNode, heading: str) -> Iterator[list[NotebookNode]]:
    if heading == EXERCISES:
        return
    rich = [output for output in cell.outputs if {"image/png", "text/html"} & set(output.get("data", {}))]
    printed = "".join(_printed(output) for output in cell.outputs if output not in rich).rstrip().splitlines()
    source = [] if "hide-input" in cell.metadata.get("tags", []) else cell.source.splitlines()
    if source and printed and len(source) + len(printed) < CODE_LINES:
        yield [_code(source, printed)]
    else:
        yield from ([_code(lines, [])] for lines in _pages(source))
        yield from ([_code([], lines)] for lines in _pages(printed))
    for output in rich:  # the template finds the caption in the metadata
        yield [_typed(new_code_cell(outputs=[output], metadata={"mystnb": cell.metadata.get("mystnb", {})}), "-")]


def _pages(lines: list[str]) -> Iterator[list[str]]:
    """Cut lines into pieces that a slide holds, before lines that begin anew: not indented, after an empty one."""
    while len(lines) > CODE_LINES:
        starts = [number for number in range(1, CODE_LINES) if not lines[number - 1] and lines[number][:1] > " "]
        end = max(starts, default=CODE_LINES)
        yield lines[:end]
        lines = lines[end:]
    if lines:
        yield lines


def _printed(output: NotebookNode) -> str:
    return output.text if output.output_type == "stream" else output.data["text/plain"] + "\n"


def _code(source: list[str], printed: list[str]) -> NotebookNode:
    outputs = [new_output("stream", text="\n".join(printed))] if printed else []
    return _typed(new_code_cell("\n".join(source), outputs=outputs), "-")


def _typed(cell: NotebookNode, kind: str) -> NotebookNode:
    cell.metadata["slideshow"] = {"slide_type": kind}
    return cell
