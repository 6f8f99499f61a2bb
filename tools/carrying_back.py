"""From a notebook edited in Jupyter back to the chapter's source.

Prose in the notebook holds numbers where its source holds ``{{ ... }}``. An edit
around a number keeps the expression; an edit of the number itself is refused,
since the next run would overwrite it.
"""

import copy
import subprocess
import sys
from difflib import SequenceMatcher
from pathlib import Path

import jupytext
from nbformat import NotebookNode

from digitlib.files import write_text
from paths import REFERENCE, chapters
from rendering import (
    EXPRESSION,
    METADATA_KEPT,
    Prose,
    load_results,
    read_notebook,
    read_source,
    setup_cell,
)
from solutions import stub


class PullError(Exception):
    """An edit cannot be carried back; the message names cell and cause."""


def pull(notebook_path: Path) -> list[str]:
    """Carry the edits of a notebook back to its source.

    Parameters
    ----------
    notebook_path : Path
        A notebook of ``book/``, or a copy of one, with its cell ids.

    Returns
    -------
    list of str
        What was changed, a line each.

    Raises
    ------
    PullError
        If the edit changed a number that comes from a result, or the set-up
        cell. The source is then as it was.
    """
    if not notebook_path.exists():
        raise PullError(f"{notebook_path} does not exist")
    path = chapters([notebook_path.stem])[0]
    source, edited = read_source(path), read_notebook(notebook_path)
    merged, changes = _merge(source, edited, Prose(load_results(REFERENCE)))
    if changes:
        write_text(_format(jupytext.writes(merged, fmt="py:percent"), path), path)
    return changes or [f"{path.name} and {notebook_path.name} agree already"]


def _format(code: str, path: Path) -> str:
    for command in (["check", "--select", "I", "--fix", "--quiet"], ["format"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--stdin-filename", str(path), "-"]
        result = subprocess.run(ruff, input=code, capture_output=True, text=True, encoding="utf-8", check=False)
        if result.returncode != 0:
            raise PullError(f"the edited code is not Python: {result.stderr.strip()}")
        code = result.stdout
    return code


def _merge(source: NotebookNode, edited: NotebookNode, prose: Prose) -> tuple[NotebookNode, list[str]]:
    old = {cell.id: cell for cell in source.cells}
    if edited.cells[0].source != setup_cell():
        raise PullError("the first cell is not the set-up cell: its source is in tools/rendering.py, not in a chapter")
    merged, changes = [], []
    for cell in edited.cells[1:]:
        before = old.pop(cell.get("id"), None)
        after = _carry_cell(before, cell, prose)
        merged.append(after)
        if before is None:
            changes.append(f"new {cell.cell_type} cell: {cell.source[:40]!r}")
        elif (before.source, before.metadata) != (after.source, after.metadata):
            changes.append(f"changed cell {cell.id}")
    del old[source.cells[0].id]
    changes += [f"removed cell {name}" for name in old]
    result = copy.deepcopy(source)
    result.cells = merged
    result.metadata = {"jupytext": {"notebook_metadata_filter": "-all"}}  # no header
    return result, changes


def _carry_cell(before: NotebookNode | None, edited: NotebookNode, prose: Prose) -> NotebookNode:
    cell = copy.deepcopy(edited)
    cell.metadata = {key: cell.metadata[key] for key in METADATA_KEPT if key in cell.metadata}
    if cell.cell_type == "code":
        cell.outputs, cell.execution_count = [], None
    if before is None:
        return cell
    if stub(before.source) != before.source:
        if cell.source != stub(before.source):
            raise PullError(f"cell {before.id} is an exercise: edit it in the source, beside its solution")
        return before
    where = f"cell {before.id}"
    if cell.cell_type == "markdown":
        cell.source = unfill(before.source, cell.source, prose, where)
    figure, figure_before = (c.metadata.get("mystnb", {}).get("figure") for c in (cell, before))
    if figure and figure_before:
        figure["caption"] = unfill(figure_before["caption"], figure["caption"], prose, f"caption of {where}")
    return cell


def unfill(template: str, edited: str, prose: Prose, where: str) -> str:
    """Put a template's expressions back into its edited text.

    Raises
    ------
    PullError
        If the edit touched what an expression printed.
    """
    filled, spans = _fill_with_spans(template, prose, where)
    blocks = SequenceMatcher(None, filled, edited, autojunk=False).get_matching_blocks()
    text, position = "", 0
    for start, end, expression in spans:
        block = next((block for block in blocks if block.a <= start and end <= block.a + block.size), None)
        if block is None:
            raise PullError(
                f"{where}: the edit changes {filled[start:end]!r}, which comes from a result ({expression}). "
                "Edit the source instead."
            )
        begin = block.b + start - block.a
        text += edited[position:begin] + expression
        position = begin + end - start
    return text + edited[position:]


def _fill_with_spans(template: str, prose: Prose, where: str) -> tuple[str, list[tuple[int, int, str]]]:
    filled, spans, position = "", [], 0
    for match in EXPRESSION.finditer(template):
        filled += template[position : match.start()]
        value = prose.fill(match.group(), where)
        spans.append((len(filled), len(filled) + len(value), match.group()))
        filled += value
        position = match.end()
    return filled + template[position:], spans
