"""The whole book as one PDF: tagged, with a list of contents, an outline, and the solutions in an appendix.

python tools/make_pdf.py
"""

import argparse
import html
import io
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import nbformat
import yaml
from nbformat import NotebookNode
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, IndirectObject, NameObject, NumberObject, PdfObject, TextStringObject

from digitlib.files import write_all
from pipeline.building import build_site
from pipeline.composing import compose_site, copy_handwritten
from pipeline.configuration import configuration
from pipeline.kinds_of_cells import CHOICE, is_solution
from pipeline.notebook_files import NOTEBOOK_METADATA, title
from pipeline.paths import BUILD, page_names
from publishing.chromium import chromium

PRINT = BUILD / "print"
PDF = PRINT / "digit-book.pdf"
# Formulas set, and all pictures and all fonts of the formulas there.
READY = """async () => {
  await MathJax.startup.promise;
  await Promise.all([...document.images].map(image => image.decode()));
  await Promise.all([...document.fonts].filter(font => font.family.startsWith('MJX')).map(font => font.load()));
}"""
HEADINGS = """
[...document.querySelectorAll(':is(h1, h2, h3, h4, h5, h6, [role=heading])')]
  .filter(heading => heading.checkVisibility()).map(heading => heading.innerText)
"""
# Between title page and text, a line for each chapter and section; returns the places that they lead to. On which
# pages these are is known after a first print.
ADD_CONTENTS = """() => {
  const contents = Object.assign(document.createElement('section'), {id: 'contents'});
  contents.append(Object.assign(document.createElement('h2'), {textContent: 'Contents'}));
  for (const [i, heading] of document.querySelectorAll('article section > :is(h2, h3)').entries()) {
    heading.id = `contents-${i}`;  // the sections' own may be those of a section of another chapter as well
    const line = Object.assign(document.createElement('a'), {
      href: `#${heading.id}`, className: heading.matches('h2') ? 'whole' : 'part',
    });
    for (const text of [heading.innerText, '', '']) {
      line.append(Object.assign(document.createElement('span'), {textContent: text}));
    }
    contents.append(line);
  }
  document.querySelector('article section section').before(contents);
  return [...contents.querySelectorAll('a')].map(line => line.hash.slice(1));
}"""
FILL_CONTENTS = """pages => document.querySelectorAll('#contents a').forEach((line, i) => {
  line.lastElementChild.textContent = pages[i];
})"""
CONTENTS_STYLE = """
#contents { break-before: page; break-after: page; columns: 2; column-gap: 3em; font-size: 0.7rem; line-height: 1.5 }
#contents h2 { column-span: all }
#contents a { display: flex; gap: 0.5em; align-items: baseline; break-inside: avoid }
#contents a, #contents a:hover { color: inherit; text-decoration: none }
#contents .whole { margin-top: 0.6em; font-weight: bold; break-after: avoid }
#contents .part { padding-left: 1em }
#contents span:nth-child(2) { flex: 1; border-bottom: 1px dotted }
#contents span:last-child { flex: none; width: 2.5em; text-align: right }
"""
QUESTIONS = re.compile(r"^## Questions to think about\n.*?(?=^## |\Z)", re.DOTALL | re.MULTILINE)
APPENDIX = "solutions"
FOOTER = """
<style>
  #footer { padding: 0 }
  div { width: 100%; padding: 0 18mm 11mm; box-sizing: border-box; font: 8pt sans-serif; color: #555; display: flex }
</style>
<div>{title}<span style="flex: 1"></span><span class="pageNumber"></span></div>"""
MARGIN = {"top": "18mm", "bottom": "20mm", "left": "18mm", "right": "18mm"}
PAPER: dict[str, Any] = {"format": "A4", "margin": MARGIN, "scale": 0.9, "print_background": True, "outline": True}


def print_book(files: dict[str, bytes], target: Path = PDF) -> Path:
    """Print a composed book.

    Parameters
    ----------
    files : dict of str to bytes
        As `composing.compose` returns them.
    target : Path
        Where the PDF goes.
    """
    folder = target.parent / "book"
    shutil.rmtree(target.parent, ignore_errors=True)
    write_all(with_appendix(files), folder)
    copy_handwritten(folder)
    if build_site(folder, "--builder", "singlehtml", "--path-output", str(target.parent)) != 0:
        raise SystemExit(1)
    target.write_bytes(_print(target.parent / "_build" / "singlehtml" / f"{page_names()[0]}.html"))
    return target


def _print(page_file: Path) -> bytes:
    """The PDF of a page that holds the whole book."""
    with chromium() as browser:
        page = browser.new_page(color_scheme="light")
        page.goto(page_file.as_uri())
        page.wait_for_function("window.MathJax?.startup?.promise && true")
        page.evaluate(READY)
        page.emulate_media(media="print")
        page.add_style_tag(content=CONTENTS_STYLE)
        places = page.evaluate(ADD_CONTENTS)
        pages = _pages(_reader(page.pdf(**PAPER)), places)
        page.evaluate(FILL_CONTENTS, pages)
        content = page.pdf(
            **PAPER,
            tagged=True,
            display_header_footer=True,
            header_template="<span></span>",
            footer_template=FOOTER.replace("{title}", html.escape(configuration()["title"])),
        )
        headings = page.evaluate(HEADINGS)
    pdf = _reader(content)
    if _pages(pdf, places) != pages:
        raise ValueError("the list of contents names other pages than the headings are on")
    information = _dictionary(pdf.trailer["/Info"])
    information[NameObject("/Author")] = TextStringObject(configuration()["author"])
    return _update(content, pdf, [information, *_named_entries(pdf, headings)])


def with_appendix(files: dict[str, bytes]) -> dict[str, bytes]:
    """Move the solutions of all chapters, and what is said of the questions' choices, into an appendix of their own."""
    printed = {name: content for name, content in files.items() if not name.startswith("solutions/")}
    appendix = nbformat.v4.new_notebook(metadata=NOTEBOOK_METADATA, cells=[_markdown("# Solutions")])
    for name in sorted(name for name in printed if name.endswith(".ipynb")):
        notebook = _read(files[name])
        appendix.cells += [_markdown(f"## {title(notebook)}"), *_cut_explanations(notebook)]
        if solutions := files.get(f"solutions/{name}"):
            appendix.cells += _unfolded(_read(solutions))
        printed[name] = nbformat.writes(notebook).encode("utf-8")
    toc = yaml.safe_load(files["_toc.yml"])
    toc["parts"].append({"caption": "Appendix", "chapters": [{"file": APPENDIX}]})
    printed["_toc.yml"] = yaml.safe_dump(toc, sort_keys=False).encode("utf-8")
    printed[f"{APPENDIX}.ipynb"] = nbformat.writes(appendix).encode("utf-8")
    return printed


def _cut_explanations(notebook: NotebookNode) -> Iterator[NotebookNode]:
    """Leave the bare choices of each question, and give the questions with what is said of each choice."""
    for cell in notebook.cells:
        section = QUESTIONS.search(cell.source) if cell.cell_type == "markdown" else None
        if section and CHOICE.search(cell.source):
            yield _markdown("#" + CHOICE.sub(r"- *\1*: \2", section[0]))
            cell.source = CHOICE.sub(r"- \1", cell.source)


def _unfolded(solutions: NotebookNode) -> Iterator[NotebookNode]:
    """The cells of a notebook of solutions, one heading lower, and open."""
    for cell in solutions.cells[1:]:
        if is_solution(cell):
            cell.metadata.tags = []
            yield cell
        else:
            yield _markdown(f"#{cell.source}")


def _read(content: bytes) -> NotebookNode:
    return nbformat.reads(content.decode("utf-8"), as_version=4)


def _markdown(text: str) -> NotebookNode:
    return nbformat.v4.new_markdown_cell(text)


def _dictionary(thing: PdfObject) -> DictionaryObject:
    return cast(DictionaryObject, thing)


def _reader(content: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(content))


def _pages(pdf: PdfReader, places: list[str]) -> list[int]:
    """The pages that places are on, the first being 1."""
    found = pdf.named_destinations
    return [(pdf.get_destination_page_number(found[f"/{place}"]) or 0) + 1 for place in places]


def _named_entries(pdf: PdfReader, headings: list[str]) -> list[DictionaryObject]:
    """The entries of the outline, with the texts of the headings: Chromium doubles some that begin a page."""
    entries = list(_entries(_dictionary(_dictionary(pdf.trailer["/Root"])["/Outlines"])))
    if len(entries) != len(headings):
        raise ValueError(f"the PDF has {len(entries)} entries in its outline for {len(headings)} headings")
    for entry, heading in zip(entries, headings, strict=True):
        entry[NameObject("/Title")] = TextStringObject(" ".join(heading.split()))
    return entries


def _update(content: bytes, pdf: PdfReader, changed: list[DictionaryObject]) -> bytes:
    """Append changed objects to a PDF (an incremental update, ISO 32000-1, 7.5.6).

    pypdf's own writer would read and write again all of the 60,000 objects, ten times as long as this takes.
    """
    stream = io.BytesIO()
    table = ["0 1\n0000000000 65535 f \n"]
    for thing in changed:
        number = cast(IndirectObject, thing.indirect_reference).idnum
        table.append(f"{number} 1\n{len(content) + stream.tell():010} 00000 n \n")
        stream.write(f"{number} 0 obj\n".encode())
        thing.write_to_stream(stream)
        stream.write(b"\nendobj\n")
    start = len(content) + stream.tell()
    trailer = DictionaryObject({NameObject(key): pdf.trailer.raw_get(key) for key in ("/Size", "/Root", "/Info")})
    trailer[NameObject("/Prev")] = NumberObject(content[content.rindex(b"startxref") :].split()[1])
    stream.write(f"xref\n{''.join(table)}trailer\n".encode())
    trailer.write_to_stream(stream)
    stream.write(f"\nstartxref\n{start}\n%%EOF\n".encode())
    return content + stream.getvalue()


def _entries(parent: DictionaryObject) -> Iterator[DictionaryObject]:
    """What lies below an entry of the outline, in reading order."""
    entry = parent.get("/First")
    while entry is not None:
        entry = entry.get_object()
        yield entry
        yield from _entries(entry)
        entry = entry.get("/Next")


def main(arguments: list[str] | None = None) -> int:
    """Print the book as it is committed."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args(
        arguments
    )
    print(print_book(compose_site()))
    return 0
