"""The slides: all that a chapter shows, nothing that it hides, and nothing that runs off a slide."""

import io
import re

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from pypdf import PdfReader

from classroom import slideshow
from classroom.slide_rules import CODE_LINES, HIDDEN, beginning, to_slides
from pipeline.paths import BOOK, chapters

pytestmark = pytest.mark.heavy

NAMES = [path.stem for path in chapters()]
SMALLEST_LETTERS = 13  # pixels on a slide 720 high; the longest lines of code need them
FAULTS = """(smallest) => {
  const faults = [];
  for (let number = 1; number <= Reveal.getTotalSlides(); number += 1) {
    for (const element of Reveal.getCurrentSlide().querySelectorAll("*")) {
      if (element.closest("aside, style, mjx-container *")) continue;
      const box = element.getBoundingClientRect();
      const text = `${number}, ${element.tagName}: ${element.textContent.slice(0, 40)}`;
      if (box.left < 0 || box.top < 0 || box.right > 1280 || box.bottom > 720) faults.push(`off slide ${text}`);
      if (element.innerText?.trim() && parseFloat(getComputedStyle(element).fontSize) < smallest)
        faults.push(`too small on slide ${text}`);
    }
    Reveal.next();
  }
  return Reveal.isLastSlide() ? faults : [...faults, "the last slide is not reached"];
}"""


def text(content, **metadata):
    return new_markdown_cell(content, metadata=metadata)


def kinds_and_sources(*cells):
    made = to_slides(new_notebook(cells=list(cells)))
    return [(cell.metadata.slideshow.slide_type, cell.source) for cell in made.cells]


@pytest.fixture(scope="module")
def decks():
    """By chapter: the notebook as the book has it, and the parsed file of slides."""
    notebooks = {name: nbformat.read(BOOK / f"{name}.ipynb", as_version=4) for name in NAMES}
    return {
        name: (notebook, BeautifulSoup(slideshow.to_html(to_slides(notebook)), "html.parser"))
        for name, notebook in notebooks.items()
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """All slides, written by the command."""
    target = tmp_path_factory.mktemp("slides")
    assert slideshow.main(["--output", str(target)]) == 0
    return target


@pytest.mark.parametrize(
    "sentence",
    [
        "It holds 98.81 %, as e.g. here.",
        "A bend (Older texts know none. They err.) is new.",
        'He says: "Pooling keeps it. Always."',
        "Let $a. B$ be in `f. G`, a code.",
        "**A colleague asks. You answer.**",
        "Why?",
        "over two lines.",
    ],
)
def test_a_paragraph_is_shortened_after_a_sentence_that_ends_where_readers_end_it(sentence):
    long = "This says what a paragraph is about, at some length, so that it needs no other to be understood, and more:"
    assert beginning(f"{long} {sentence}\nDetail. More.") == f"{long} {sentence}"


def test_a_short_sentence_is_not_shown_alone():
    said = "It is short. So the next one is shown as well, and with both there is enough of this text to speak about."
    assert beginning(f"{said} Detail.") == said


def test_a_section_is_a_row_of_slides_and_the_notes_hold_all_of_the_text():
    long = (
        "First of many words that go on and on until they fill more than a line or two of the slide, " * 3 + "and end."
    )
    assert kinds_and_sources(
        text(f"# Title\n\n*5 minutes to read.*\n\n{long} Detail."),
        new_code_cell("a = 1"),
        text(f"{long} Detail. In code:\n\n```\n# a\n\nb\n```\n\n## Next\n\n- one\n- two"),
    ) == [
        ("slide", "# Title"),
        ("-", long),
        ("notes", f"{long} Detail."),
        ("subslide", "## Title"),
        ("-", "a = 1"),
        ("subslide", "## Title"),
        ("-", f"{long} Detail. In code:\n\n```\n# a\n\nb\n```"),
        ("notes", f"{long} Detail. In code:\n\n```\n# a\n\nb\n```"),
        ("slide", "## Next"),
        ("-", "- one\n- two"),
        ("notes", "- one\n- two"),
    ]


@pytest.mark.parametrize("name", NAMES)
def test_the_first_slide_has_the_title_and_all_that_the_chapter_teaches(decks, name):
    notebook, deck = decks[name]
    first = deck.select_one(".slides section section")
    opening = next(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    goals = re.findall(r"^- (\w+)", opening, re.MULTILINE)
    assert first.h1.text == slideshow.title(notebook)
    assert [item.text.split()[0] for item in first.select("section > ul > li")] == goals


@pytest.mark.parametrize("name", NAMES)
def test_every_heading_is_there_and_every_question_has_a_slide(decks, name):
    notebook, deck = decks[name]
    texts = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    headings = [title.replace("`", "") for title in re.findall(r"^## (.+)", texts, re.MULTILINE)]
    rows = [row for row in deck.select(".slides > section") if not row.h1]
    assert [row.h2.text for row in rows] == headings
    [questions] = (row for row in rows if row.h2.text == "Questions to think about")
    assert all(len(slide.find_all("p", recursive=False)) == 1 for slide in questions.select("section"))
    assert len(questions.select("section")) == len(re.findall(r"\?\*\*$", texts, re.MULTILINE))


def test_explanations_of_choices_are_the_speakers_and_solutions_are_nobodys():
    unfold = "\n\n<details><summary>The largest</summary>\n\nRight: always.\n\n</details>"
    made = kinds_and_sources(
        text(f"## Questions\n\n**What?**{unfold}"), text(f"## Exercises\n\n**Exercise 1.** Try.{unfold}")
    )
    assert made == [
        ("slide", "## Questions"),
        ("-", "**What?**\n\n- The largest"),
        ("notes", "**What?**\n\n- The largest: Right: always."),
        ("slide", "## Exercises"),
        ("-", "**Exercise 1.** Try."),
        ("notes", "**Exercise 1.** Try."),
    ]


def test_long_code_and_long_output_go_on_on_further_slides():
    functions = "\n\n\n".join(f"def f{number}():\n    a = 1\n\n    return a" for number in range(10))
    log = "".join(f"Epoch {number}\n" for number in range(40))
    cell = new_code_cell(functions, outputs=[new_output("stream", text=log)])
    made = to_slides(new_notebook(cells=[text("## Code"), cell]))
    pieces = [cell.source for cell in made.cells if cell.cell_type == "code" and cell.source]
    printed = [output.text for cell in made.cells for output in cell.get("outputs", [])]
    assert "\n".join(pieces) == functions
    assert all(piece.startswith("def") for piece in pieces)
    assert "\n".join(printed) == log.strip()
    assert max(len(piece.splitlines()) for piece in pieces + printed) <= CODE_LINES


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_and_table_is_there_with_its_words(decks, name):
    notebook, deck = decks[name]
    shown = [
        cell for cell in notebook.cells if cell.cell_type == "code" and not HIDDEN & set(cell.metadata.get("tags", []))
    ]
    pictures = {}
    for cell in shown:
        for output in cell.outputs:
            if "image/png" in output.get("data", {}):
                caption = cell.metadata.get("mystnb", {}).get("figure", {}).get("caption", "")
                pictures[output.data["image/png"]] = (output.data["text/plain"], caption)
    found = {
        image["src"].removeprefix("data:image/png;base64,"): (image["alt"], image.find_parent("figure"))
        for image in deck.select(".slides img")
    }
    assert {code: alt for code, (alt, _) in found.items()} == {code: alt for code, (alt, _) in pictures.items()}
    for code, (_, caption) in pictures.items():
        if "`" not in caption and "$" not in caption:
            assert caption in " ".join(found[code][1].text.split())
    tables = sum("text/html" in output.get("data", {}) for cell in shown for output in cell.outputs)
    assert len(deck.select(".slides figure > div table, .slides figure > table")) == tables


@pytest.mark.parametrize("name", NAMES)
def test_what_the_book_hides_stays_hidden(decks, name):
    notebook, deck = decks[name]
    shown = deck.get_text()
    assert 'check("' not in shown
    for cell in notebook.cells:
        if cell.cell_type == "code" and HIDDEN & set(cell.metadata.get("tags", [])):
            assert cell.source not in shown


@pytest.mark.parametrize("name", NAMES)
def test_the_file_needs_no_other(decks, name):
    _, deck = decks[name]
    assert not deck.select("link, iframe, script[src], base")
    assert all(element["src"].startswith("data:") for element in deck.select("[src]"))
    assert all(link["href"].startswith(("https://", "http://")) for link in deck.select("a[href]"))
    for style in deck.select("style"):
        assert not re.search(r"@import|url\((?!['\"]?data:)", style.text)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_runs_off_a_slide(page, folder, name):
    faults = []
    page.on("console", lambda message: faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "request",
        lambda request: faults.append(request.url) if not request.url.startswith(("file:", "data:")) else None,
    )
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto((folder / f"{name}.html").as_uri())
    page.wait_for_function("window.Reveal?.isReady()")
    assert page.evaluate(FAULTS, SMALLEST_LETTERS) == []
    assert not faults
    assert page.locator("mjx-merror").count() == 0


def test_formulas_are_set(page, folder):
    page.goto((folder / "02_architecture.html").as_uri())
    page.wait_for_function("window.Reveal?.isReady()")
    assert page.locator(".slides mjx-container[display=true] svg").count() == 4  # two, each in the notes as well
    assert "$" not in "".join(page.locator(".slides p").all_inner_texts())


def test_slides_can_be_printed_one_to_a_page(page, folder):
    page.goto((folder / "09_structure.html").as_uri() + "?print-pdf")
    page.wait_for_function("window.Reveal?.isReady()")
    page.wait_for_selector(".pdf-page")
    pages = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True, print_background=True))).pages
    assert len(pages) == page.evaluate("Reveal.getTotalSlides()")
