"""The whole book as one PDF: tagged, with an outline, solutions in an appendix.

python tools/printing.py
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import yaml
from nbformat import NotebookNode

from browsing import chromium
from composing import compose_committed, copy_handwritten, write
from paths import BUILD
from rendering import NOTEBOOK_METADATA, title

PRINT = BUILD / "print"
PDF = PRINT / "digit-book.pdf"
APPENDIX = "solutions"
FOOTER = """
<style>div { width: 100%; margin: 0 18mm; font: 8pt sans-serif; color: #555; display: flex }</style>
<div>The digit book<span style="flex: 1"></span><span class="pageNumber"></span></div>"""
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
    write(with_appendix(files), folder)
    copy_handwritten(folder)
    jupyter_book = shutil.which("jupyter-book", path=str(Path(sys.executable).parent))
    command = [jupyter_book, "build", str(folder), "--builder", "singlehtml", "--path-output", str(target.parent)]
    subprocess.run([*command, "--warningiserror", "--nitpick"], check=True)
    page_file = next((target.parent / "_build" / "singlehtml").glob("*.html"))
    with chromium() as browser:
        page = browser.new_page(color_scheme="light")
        page.goto(page_file.as_uri(), wait_until="networkidle")
        page.wait_for_function("window.MathJax?.startup?.promise.then(() => true)")
        page.pdf(
            path=str(target),
            format="A4",
            margin=MARGIN,
            outline=True,
            tagged=True,
            print_background=True,
            display_header_footer=True,
            header_template="<span></span>",
            footer_template=FOOTER,
        )
    return target


def with_appendix(files: dict[str, bytes]) -> dict[str, bytes]:
    """Move the solutions of all chapters into an appendix of their own."""
    files = dict(files)
    appendix = nbformat.v4.new_notebook(metadata=NOTEBOOK_METADATA, cells=[_markdown("# Solutions")])
    for name in sorted(name for name in files if name.endswith(".ipynb")):
        notebook = nbformat.reads(files[name].decode("utf-8"), as_version=4)
        solutions = list(_cut_solutions(notebook))
        if solutions:
            appendix.cells += [_markdown(f"## {title(notebook)}"), *solutions]
        files[name] = nbformat.writes(notebook).encode("utf-8")
    toc = yaml.safe_load(files["_toc.yml"])
    toc["parts"].append({"caption": "Appendix", "chapters": [{"file": APPENDIX}]})
    files["_toc.yml"] = yaml.safe_dump(toc, sort_keys=False).encode("utf-8")
    files[f"{APPENDIX}.ipynb"] = nbformat.writes(appendix).encode("utf-8")
    return files


def _cut_solutions(notebook: NotebookNode):
    kept, exercise = [], "An exercise"
    for cell in notebook.cells:
        if found := re.search(r"\*\*(Exercise \d+)", cell.source):
            exercise = found[1]
        if "hide-cell" in cell.metadata.get("tags", []):
            cell.metadata.tags.remove("hide-cell")
            yield _markdown(f"### {exercise}")
            yield cell
        else:
            kept.append(cell)
    notebook.cells = kept


def _markdown(text: str) -> NotebookNode:
    return nbformat.v4.new_markdown_cell(text)


if __name__ == "__main__":
    print(print_book(compose_committed()))
