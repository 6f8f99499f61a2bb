"""From a chapter to its slides, by rule: what gets a slide of its own, and what of the prose is projected.

The notebook that comes out is one for nbconvert: its cells carry Jupyter's slide types. Each heading of the second
level begins a row of slides, and every slide repeats it. Figures and tables stand alone, with their caption; code
stands alone, with what it printed below it if there is room. Of a paragraph the beginning is shown, and the speaker
notes hold all of it. Code that the book hides, all code of the exercises and all solutions are left out.
"""

import math
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from markdown_it import MarkdownIt
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from pipeline.kinds_of_cells import CHOICE

TEXT_LINES = 10  # that a slide holds at full size; the browser shrinks what turns out longer
CODE_LINES = 26
CHARACTERS = 64  # in a line of text
SHORT = 200  # characters; a second sentence is shown if both together have no more
TOO_SHORT = 60  # characters; a first sentence with fewer says little alone
PRINTED_CHARACTERS = 120  # in a line that code printed; longer ones go on in the next
HIDDEN = {"remove-cell", "hide-cell"}
EXERCISES = "## Exercises"
MARKDOWN = MarkdownIt("commonmark").enable("table")
LOCAL_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\((?!https?:)[^)]+\)")
READING_TIME = re.compile(r"\*[^*].*minutes.*\*", re.DOTALL)
SENTENCE_END = re.compile(r"[.?!:][)*\"]*(?=\s+\S)")


@dataclass
class Slide:
    """One slide: its heading, its cells, and what the speaker may say."""

    heading: str
    cells: list[NotebookNode]
    notes: str = ""


@dataclass
class Block:
    """A piece of text that stays together: what is shown, in how many lines, and what the book says there."""

    text: str
    whole: str
    lines: float
    opens_slide: bool = False


@dataclass
class Section:
    """What stands below one heading: texts and code cells, in order."""

    heading: str
    parts: list[str | NotebookNode] = field(default_factory=list)


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
    cells = []
    for section in _sections(chapter):
        for number, slide in enumerate(_slides(section)):
            cells += _typed(slide, "subslide" if number else "slide")
    return new_notebook(metadata=chapter.metadata, cells=cells)


def shorten(paragraph: str) -> str:
    """The first sentence of a paragraph, the second too if they are short, and a last one that leads on."""
    sentences = split_sentences(paragraph)
    kept = 2 if len(" ".join(sentences[:2])) <= SHORT or len(sentences[0]) < TOO_SHORT else 1
    shown = sentences[:kept]
    if len(sentences) > kept and sentences[-1].endswith(":"):
        shown.append(sentences[-1])
    return " ".join(shown)


def split_sentences(paragraph: str) -> list[str]:
    """Cut a paragraph of Markdown after its sentences, never inside brackets, quotes, code or formulas."""
    text = " ".join(paragraph.split())
    sentences, start = [], 0
    for end in SENTENCE_END.finditer(text):
        follows = text[end.end() :].lstrip()
        if _is_closed(text[start : end.end()]) and not follows[0].islower() and end.group()[0] != ":":
            sentences.append(text[start : end.end()].strip())
            start = end.end()
    return [*sentences, text[start:].strip()]


def has_formulas(notebook: NotebookNode) -> bool:
    """Whether any text of a notebook has TeX in it."""
    return any("$" in cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def _is_closed(text: str) -> bool:
    brackets = text.count("(") == text.count(")") and text.count("[") == text.count("]")
    return brackets and all(text.count(mark) % 2 == 0 for mark in ("$", "`", '"', "**"))


def _sections(chapter: NotebookNode) -> list[Section]:
    sections = [Section("")]
    for cell in chapter.cells:
        if HIDDEN & set(cell.metadata.get("tags", [])):
            continue
        if cell.cell_type == "markdown":
            for heading, text in _cut_at_headings(cell.source):
                if heading:
                    sections.append(Section(heading))
                sections[-1].parts.append(text)
        elif sections[-1].heading != EXERCISES:
            sections[-1].parts.append(cell)
    return sections


def _cut_at_headings(source: str) -> Iterator[tuple[str, str]]:
    """Each heading with the text below it; no heading for a text that begins without one."""
    lines = source.splitlines()
    tokens = MARKDOWN.parse(source)
    starts = [
        token.map[0] for token in tokens if token.map and token.type == "heading_open" and token.tag in ("h1", "h2")
    ]
    ends = [*starts, len(lines)]
    yield "", "\n".join(lines[: ends[0]])
    for start, end in pairwise(ends):
        yield lines[start], "\n".join(lines[start + 1 : end])


def _is_title(heading: str) -> bool:
    return heading.startswith("# ")


def _slides(section: Section) -> Iterator[Slide]:
    for part in section.parts:
        if isinstance(part, str):
            yield from _text_slides(section.heading, part)
        else:
            yield from _code_slides(section.heading, part)


def _text_slides(heading: str, text: str) -> Iterator[Slide]:
    """Blocks go on a slide until it is full; the title slide takes all of what the chapter says it teaches."""
    slide: list[Block] = []
    room: float = TEXT_LINES
    for block in _blocks(text, heading):
        if slide and (block.opens_slide or (block.lines > room and not _is_title(heading))):
            yield _text_slide(heading, slide)
            slide, room = [], TEXT_LINES
        slide.append(block)
        room -= block.lines
    if slide:
        yield _text_slide(heading, slide)


def _text_slide(heading: str, blocks: list[Block]) -> Slide:
    shown = "\n\n".join(block.text for block in blocks)
    return Slide(heading, [new_markdown_cell(shown)], notes="\n\n".join(block.whole for block in blocks))


def _blocks(text: str, heading: str) -> Iterator[Block]:
    """The blocks of a text. What can be unfolded is a choice of a question, or, below an exercise, its solution."""
    pieces = CHOICE.split(LOCAL_LINK.sub(r"\1", text))
    is_question = len(pieces) > 1 and heading != EXERCISES
    for position in range(0, len(pieces), 3):
        yield from _plain_blocks(pieces[position], heading, is_question)
        if is_question and position + 2 < len(pieces):
            choice, explanation = (" ".join(piece.split()) for piece in pieces[position + 1 : position + 3])
            yield Block(f"- {choice}", f"- {choice}: {explanation}", _lines(choice))


def _plain_blocks(text: str, heading: str, is_question: bool) -> Iterator[Block]:
    """Paragraphs, shortened outside the exercises; items of lists; formulas, listings and tables as they are."""
    lines = text.splitlines()
    for token in MARKDOWN.parse(text):
        if token.map is None or not _is_block(token):
            continue
        block = "\n".join(lines[slice(*token.map)]).strip("\n")
        if token.type == "paragraph_open" and block.startswith("$$"):
            yield Block(block, block, 2 + 1.5 * block.count(r"\\"))
        elif token.type == "paragraph_open":
            if _is_title(heading) and READING_TIME.fullmatch(block):
                continue
            shown = block if heading == EXERCISES else shorten(block)
            yield Block(shown, block, _lines(shown) + 0.5, opens_slide=is_question)
        elif token.type == "list_item_open":
            yield Block(block, block, _lines(block))
        else:
            yield Block(block, block, 1 + block.count("\n"))


def _is_block(token) -> bool:
    """Whether a token opens a block of the text, or an item of a list that is one."""
    return (token.level == 0 and token.type not in ("bullet_list_open", "ordered_list_open")) or (
        token.level == 1 and token.type == "list_item_open"
    )


def _lines(text: str) -> int:
    return math.ceil(len(text) / CHARACTERS)


def _code_slides(heading: str, cell: NotebookNode) -> Iterator[Slide]:
    rich = [output for output in cell.outputs if _is_rich(output)]
    printed = _printed_lines([output for output in cell.outputs if not _is_rich(output)])
    sources = [] if "hide-input" in cell.metadata.get("tags", []) else _pages(cell.source.splitlines())
    together = sources and printed and len(sources[-1]) + len(printed) < CODE_LINES
    for number, lines in enumerate(sources, start=1):
        below = printed if together and number == len(sources) else []
        yield Slide(heading, [new_code_cell("\n".join(lines), outputs=_printed(below))])
    if not together:
        yield from (Slide(heading, [_output_cell(cell, *_printed(lines))]) for lines in _pages(printed))
    yield from (Slide(heading, [_output_cell(cell, output)]) for output in rich)


def _pages(lines: list[str]) -> list[list[str]]:
    """Cut lines into pieces that a slide holds, before lines that begin anew: not indented, after an empty one."""
    pages = []
    while len(lines) > CODE_LINES:
        starts = [
            number for number in range(1, CODE_LINES) if not lines[number - 1].strip() and lines[number][:1] > " "
        ]
        end = max(starts, default=CODE_LINES)
        pages.append(lines[:end])
        lines = lines[end:]
    return [*pages, lines] if lines else pages


def _is_rich(output: NotebookNode) -> bool:
    return bool({"image/png", "text/html"} & set(output.get("data", {})))


def _printed_lines(outputs: list[NotebookNode]) -> list[str]:
    texts = [output.text if output.output_type == "stream" else output.data["text/plain"] + "\n" for output in outputs]
    lines = "".join(texts).rstrip().splitlines()
    return [piece for line in lines for piece in textwrap.wrap(line, PRINTED_CHARACTERS) or [""]]


def _printed(lines: list[str]) -> list[NotebookNode]:
    return [new_output("stream", name="stdout", text="\n".join(lines))] if lines else []


def _output_cell(cell: NotebookNode, output: NotebookNode) -> NotebookNode:
    """What a cell gave, without its code; the caption stays in the metadata, where the template finds it."""
    mystnb = cell.metadata.get("mystnb", {})
    return new_code_cell(outputs=[output], metadata={"tags": ["remove-input"], "mystnb": mystnb})


def _typed(slide: Slide, kind: str) -> list[NotebookNode]:
    """The cells of one slide for nbconvert."""
    heading = slide.heading if kind == "slide" else "## " + slide.heading.lstrip("# ")
    cells = [new_markdown_cell(heading), *slide.cells]
    kinds = [kind] + ["-"] * len(slide.cells)
    if slide.notes:
        cells.append(new_markdown_cell(slide.notes))
        kinds.append("notes")
    for cell, of_cell in zip(cells, kinds, strict=True):
        cell.metadata["slideshow"] = {"slide_type": of_cell}
    return cells
