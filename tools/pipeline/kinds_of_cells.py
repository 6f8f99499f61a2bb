"""Exercises and their solutions: one cell in a chapter's source, a stub and a solution in the book.

    padded_parameters = ...
    ### BEGIN SOLUTION
    padded_parameters = 220_234
    ### END SOLUTION
    check("architecture.1", padded_parameters)

The stub is the cell without the solution; it runs, and its check says that the
exercise is not solved yet. The solution is the cell without the lines that hold
only ``...``; its check says that it is right. A run executes both, one after the
other. Readers get the stubs in the chapter's notebook and the solutions in one
of their own, from which the site shows them.
"""

import copy
import re
from collections.abc import Iterator

import nbformat
from nbformat import NotebookNode

TAG = "solution"
PIPELINE = "pipeline"  # the tag of cells that keep a page's numbers and claims: no reader gets them
BLOCK = re.compile(r"^[ \t]*### BEGIN SOLUTION\n(.*?)^[ \t]*### END SOLUTION(?:\n|\Z)", re.DOTALL | re.MULTILINE)
PLACEHOLDER = re.compile(r"^[ \t]*(?:[\w, ]+ = )?\.\.\.[ \t]*(?:#.*)?\n", re.MULTILINE)
CHOICE = re.compile(r"<details><summary>(.*?)</summary>\s*(.*?)\s*</details>", re.DOTALL)  # of a question, explained
EXERCISE = re.compile(r"\*\*(Exercise \d+)")
EXPRESSION = re.compile(r"\{\{.*?\}\}", re.DOTALL)  # of a template, in prose


def stub(source: str) -> str:
    """What the reader gets of an exercise's cell."""
    return BLOCK.sub("", source).rstrip("\n")


def solved(source: str) -> str:
    """An exercise's cell with its solution in the place of the stub."""
    return PLACEHOLDER.sub("", BLOCK.sub(r"\1", source)).rstrip("\n")


def expand(notebook: NotebookNode) -> NotebookNode:
    """A chapter as it is run: for each exercise the stub, then the solution."""
    expanded = copy.deepcopy(notebook)
    expanded.cells = [piece for cell in expanded.cells for piece in _pieces(cell)]
    return expanded


def is_solution(cell: NotebookNode) -> bool:
    """Whether a cell holds the solution of an exercise."""
    return TAG in cell.metadata.get("tags", [])


def is_pipeline(cell: NotebookNode) -> bool:
    """Whether a cell is there for the pipeline alone."""
    return PIPELINE in cell.metadata.get("tags", [])


def for_readers(notebook: NotebookNode) -> NotebookNode:
    """A chapter without the cells that are there for the pipeline."""
    chapter = copy.copy(notebook)
    chapter.cells = [cell for cell in notebook.cells if not is_pipeline(cell)]
    return chapter


def split(notebook: NotebookNode) -> tuple[NotebookNode, NotebookNode | None]:
    """Part a chapter into what its readers open and its solutions; None if it has none."""
    chapter, solutions = for_readers(notebook), copy.copy(notebook)
    solutions.cells = list(_solutions_by_exercise(chapter))
    chapter.cells = [cell for cell in chapter.cells if not is_solution(cell)]
    return chapter, solutions if len(solutions.cells) > 1 else None


def unproven(notebook: NotebookNode) -> list[str]:
    """What an executed chapter's checks should have said and did not, a line each."""
    found = []
    for cell in notebook.cells:
        if cell.cell_type != "code" or "check(" not in cell.source:
            continue
        said = "".join(output.text for output in cell.outputs if output.output_type == "stream")
        verdicts = [line for line in said.splitlines() if re.match(r"\w+\.\d+: ", line)]
        expected = ": right" if is_solution(cell) else ": not solved yet"
        if not verdicts or not all(expected in verdict for verdict in verdicts):
            found.append(f"cell {cell.id}: expected {expected[2:]!r} of its check, got {verdicts or 'nothing'}")
    return found


def _pieces(cell: NotebookNode) -> Iterator[NotebookNode]:
    if cell.cell_type != "code" or not BLOCK.search(cell.source):
        yield cell
        return
    source, metadata = cell.source, cell.metadata
    kept = {key: value for key, value in metadata.items() if key not in ("mystnb", "nbval")}
    yield nbformat.v4.new_code_cell(stub(source), id=cell.id, metadata=kept)
    yield nbformat.v4.new_code_cell(
        solved(source), id=f"{cell.id}-{TAG}", metadata=metadata | {"tags": ["hide-cell", TAG]}
    )


def _solutions_by_exercise(notebook: NotebookNode) -> Iterator[NotebookNode]:
    """The solutions, below a heading that says to which chapter and which exercise they belong."""
    title = notebook.cells[1].source.partition("\n")[0].lstrip("# ")
    text = f"# Solutions: {title}\n\nThese cells go on from the chapter's own notebook, and do not run without it."
    yield nbformat.v4.new_markdown_cell(text, id=TAG)
    exercise = named = ""
    for cell in notebook.cells:
        if is_solution(cell):
            if exercise != named:
                yield nbformat.v4.new_markdown_cell(f"## {exercise}", id=exercise.lower().replace(" ", "-"))
                named = exercise
            yield cell
        elif cell.cell_type == "markdown":
            exercise = [exercise, *EXERCISE.findall(cell.source)][-1]
