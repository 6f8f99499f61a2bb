"""The whole book as one PDF: tagged, with an outline, solutions in an appendix.

python tools/printing.py
"""

import html
import io
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import yaml
from nbformat import NotebookNode
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from chromium import chromium
from composing import compose_committed, copy_handwritten
from digitlib.files import write_all
from paths import BUILD
from rendering import NOTEBOOK_METADATA, configuration, title
from solutions import CHOICE, is_solution

PRINT = BUILD / "print"
PDF = PRINT / "digit-book.pdf"
HEADINGS = """
[...document.querySelectorAll(':is(h1, h2, h3, h4, h5, h6, [role=heading])')]
  .filter(heading => heading.checkVisibility()).map(heading => heading.innerText)
"""
QUESTIONS = re.compile(r"^## Questions to think about\n.*?(?=^## |\Z)", re.DOTALL | re.MULTILINE)
APPENDIX = "solutions"
FOOTER = """
<style>div { width: 100%; margin: 0 18mm; font: 8pt sans-serif; color: #555; display: flex }</style>
<div>{title}<span style="flex: 1"></span><span class="pageNumber"></span></div>"""
MARGIN = {"top": "18mm", "bottom": "20mm", "left": "18mm", "right": "18mm"}


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
    jupyter_book = shutil.which("jupyter-book", path=str(Path(sys.executable).parent))
    command = [jupyter_book, "build", str(folder), "--builder", "singlehtml", "--path-output", str(target.parent)]
    subprocess.run([*command, "--warningiserror", "--nitpick"], check=True)
    page_file = next((target.parent / "_build" / "singlehtml").glob("*.html"))
    with chromium() as browser:
        page = browser.new_page(color_scheme="light")
        page.goto(page_file.as_uri(), wait_until="networkidle")
        page.wait_for_function("window.MathJax?.startup?.promise.then(() => true)")
        content = page.pdf(
            format="A4",
            margin=MARGIN,
            outline=True,
            tagged=True,
            print_background=True,
            display_header_footer=True,
            header_template="<span></span>",
            footer_template=FOOTER.replace("{title}", html.escape(configuration()["title"])),
            scale=0.9,
        )
        page.emulate_media(media="print")
        headings = page.evaluate(HEADINGS)
    pdf = PdfWriter(clone_from=io.BytesIO(content))
    _name_entries(pdf, headings)
    pdf.write(target)
    return target


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
        if cell.cell_type == "markdown" and CHOICE.search(cell.source):
            section = QUESTIONS.search(cell.source)[0]
            yield _markdown("#" + CHOICE.sub(r"- *\1*: \2", section))
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


def _name_entries(pdf: PdfWriter, headings: list[str]) -> None:
    """Give the entries of the outline the texts of the headings: Chromium doubles some that begin a page."""
    entries = list(_entries(pdf.root_object["/Outlines"]))
    if len(entries) != len(headings):
        raise ValueError(f"the PDF has {len(entries)} entries in its outline for {len(headings)} headings")
    for entry, heading in zip(entries, headings, strict=True):
        entry[NameObject("/Title")] = TextStringObject(" ".join(heading.split()))


def _entries(parent: DictionaryObject) -> Iterator[DictionaryObject]:
    """What lies below an entry of the outline, in reading order."""
    entry = parent.get("/First")
    while entry is not None:
        entry = entry.get_object()
        yield entry
        yield from _entries(entry)
        entry = entry.get("/Next")


if __name__ == "__main__":
    print(print_book(compose_committed()))
