"""The book as it is read, put together from sources, executed notebooks and results."""

import base64
import itertools
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from digitlib.files import make_writable, read_text, store, write_all
from pipeline.kinds_of_cells import for_readers, split
from pipeline.notebook_files import code_digest, read_executed, same_code
from pipeline.paths import BOOK, REFERENCE, ROOT, STORED_RESULTS, chapters, pages
from pipeline.sources import read_chapter
from pipeline.templates import Prose, RenderError, load_results


def compose(
    folders: dict[str, Path],
    results: dict[str, dict],
    *,
    leave: frozenset[str] = frozenset(),
) -> dict[str, bytes]:
    """Compose every file of ``book/`` that is made by a command and committed.

    Parameters
    ----------
    folders : dict of str to Path
        By chapter, where its executed notebook lies; ``book/`` by default.
    results : dict of str to dict
        By page, as `templates.load_results` returns them.
    leave : frozenset of str
        Chapters to leave out: the notebooks in ``book/`` stay as they are.

    Returns
    -------
    dict of str to bytes
        Contents by path below ``book/``.

    Raises
    ------
    RenderError
        If a chapter was never executed as it stands, one of its claims did not
        hold, or its prose asks for a number that no page keeps.
    """
    if failed := [text for page in results.values() for text, holds in page["claims"].items() if not holds]:
        raise RenderError(f"claims that did not hold in this run: {'; '.join(failed)}")
    prose = Prose(results)
    notebooks = {
        path.stem: _notebook(path, folders.get(path.stem, BOOK), results, prose)
        for path in chapters()
        if path.stem not in leave
    }
    files = {}
    for name, notebook in notebooks.items():
        chapter, of_chapter = split(notebook)
        files[f"{name}.ipynb"] = nbformat.writes(chapter, version=4) + "\n"
        if of_chapter:
            files[f"solutions/{name}.ipynb"] = nbformat.writes(of_chapter, version=4) + "\n"
    files["_toc.yml"] = read_text(ROOT / "_toc.yml")
    composed = {name: text.encode("utf-8") for name, text in files.items()}
    texts = [*files.values(), *map(read_text, [ROOT / "README.md", *pages()])]
    figures = list(notebooks.values()) + [read_executed(BOOK / f"{name}.ipynb") for name in sorted(leave)]
    for name in sorted(set().union(*(re.findall(r"images/(fig-[\w-]+)\.png", text) for text in texts))):
        composed[f"images/{name}.png"] = _picture(name, figures)
    return composed


def compose_pages(results: dict[str, dict] | None = None, *, downloads: Sequence[dict] = ()) -> dict[str, str]:
    """Compose the pages without code.

    Parameters
    ----------
    results : dict of str to dict, optional
        By page, as `templates.load_results` returns them; by default the book's own.
    downloads : sequence of dict
        What a published site offers to take along, as `templates.Prose` takes it.

    Returns
    -------
    dict of str to str
        Texts by file name.
    """
    if not (sources := pages()):
        return {}
    prose = Prose(results or load_results(STORED_RESULTS), downloads)
    return {path.name: prose.fill(read_text(path), path.name) for path in sources}


def compose_committed() -> dict[str, bytes]:
    """Compose the book from what is committed."""
    return compose({}, load_results(STORED_RESULTS))


def compose_site(
    folders: dict[str, Path] | None = None,
    results: dict[str, dict] | None = None,
    *,
    downloads: Sequence[dict] = (),
) -> dict[str, bytes]:
    """Compose a book with its pages, as a site or the PDF is built from it; by default from what is committed."""
    results = results or load_results(STORED_RESULTS)
    of_pages = {name: text.encode("utf-8") for name, text in compose_pages(results, downloads=downloads).items()}
    return compose(folders or {}, results) | of_pages


def compose_run(executed: Path, results: Path) -> dict[str, bytes]:
    """Compose the book from a run, its numbers from that run's results."""
    folders = {path.stem: executed for path in chapters()}
    return compose_site(folders, load_results(STORED_RESULTS, results))


def accept(names: list[str], executed: Path, results: Path) -> tuple[list[str], list[str]]:
    """Move a run's notebooks and results into the book and the package.

    Returns
    -------
    accepted, left : list of str
        The chapters that were accepted, and those that were left as they are,
        since their code has changed and they were not run again.

    Raises
    ------
    RenderError
        If a chapter was not run as it stands, was run with other parameters
        than its own, or makes a claim that did not hold.
    """
    for folder in (BOOK, REFERENCE, STORED_RESULTS):
        make_writable(folder)
    found, stored = load_results(results), load_results(STORED_RESULTS)
    accepted = chapters(names)
    for path in accepted:
        if path.stem not in found or not (executed / f"{path.stem}.ipynb").exists():
            raise RenderError(f"{path.stem} was not run: python tools/notebooks.py run {path.stem}")
        if found[path.stem]["run"]["parameters"]:
            raise RenderError(f"{path.stem} was run with other parameters than its own: run it again without -p")
    folders = {path.stem: executed for path in accepted}
    leave = frozenset(
        path.stem for path in chapters() if path not in accepted and _executed(path, BOOK, stored) is None
    )
    files = compose(folders, stored | {path.stem: found[path.stem] for path in accepted}, leave=leave)
    kept = [name for path in accepted for name in found[path.stem]["kept"]]
    store({name: (results / name).read_bytes() for name in kept}, REFERENCE)
    pages_run = [f"pages/{path.stem}.json" for path in accepted]
    store({name: (results / name).read_bytes() for name in pages_run}, STORED_RESULTS)
    write_all(files, BOOK)
    return [path.stem for path in accepted], sorted(leave)


def copy_handwritten(target: Path) -> None:
    """Copy the files of ``book/`` that no command makes, for a site beside it."""
    shutil.copyfile(BOOK / "references.bib", target / "references.bib")
    shutil.copytree(BOOK / "_static", target / "_static", dirs_exist_ok=True)


def _notebook(path: Path, folder: Path, results: dict[str, dict], prose: Prose) -> NotebookNode:
    executed = _executed(path, folder, results)
    if executed is None:
        raise RenderError(f"{path.stem} was not run as it stands: python tools/notebooks.py run {path.stem}")
    return prose.fill_notebook(read_chapter(path), executed)


def _executed(path: Path, folder: Path, results: dict[str, dict]) -> NotebookNode | None:
    """The notebook that a run of the chapter as it stands has left in a folder, if there is one.

    Cells of the pipeline are not in ``book/``: the results of the page tell by a digest what was run.
    """
    file, source = folder / f"{path.stem}.ipynb", read_chapter(path)
    if not file.exists() or results.get(path.stem, {}).get("run", {}).get("code") != code_digest(source):
        return None
    executed = read_executed(file)
    return executed if same_code(for_readers(source), for_readers(executed)) else None


def _picture(name: str, notebooks: list[NotebookNode]) -> bytes:
    for cell in itertools.chain.from_iterable(notebook.cells for notebook in notebooks):
        if cell.metadata.get("mystnb", {}).get("figure", {}).get("name") == name:
            for output in cell.outputs:
                if "image/png" in output.get("data", {}):
                    return base64.b64decode(output.data["image/png"])
    raise RenderError(f"a page shows images/{name}.png, but no notebook has a figure of that name")
