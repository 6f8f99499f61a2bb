"""Show the solutions of a chapter's exercises, folded up, below the exercises.

A chapter's notebook holds stubs alone, since readers open it in Colab. Its
solutions lie in ``solutions/``; a cell of theirs has the number of the place
where it belongs.
"""

from pathlib import Path

import nbformat

TAG = "solution"


def insert_solutions(app, docname, content):
    file = Path(app.srcdir, "solutions", f"{docname}.ipynb")
    if not file.exists():
        return
    app.env.note_dependency(str(file))
    notebook = nbformat.reads(content[0], as_version=4)
    solutions = [cell for cell in nbformat.read(file, as_version=4).cells if TAG in cell.metadata.get("tags", [])]
    notebook.cells = sorted([*notebook.cells, *solutions], key=_place)
    content[0] = nbformat.writes(notebook)


def _place(cell) -> tuple[int, bool]:
    """The number in a cell's name, as in ``02_architecture-36-solution``; the exercise before its solution."""
    _, number, *rest = cell.id.split("-")
    return int(number), bool(rest)


def setup(app):
    app.connect("source-read", insert_solutions)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
