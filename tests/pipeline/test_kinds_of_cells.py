"""One cell of source becomes a stub and a solution, and the two never part from each other."""

import nbformat
import pytest

from pipeline import kinds_of_cells
from pipeline.composing import compose_committed
from pipeline.paths import chapters
from pipeline.sources import read_source

SOURCE = '''\
def double(values):
    """Twice the values."""
    ...
    ### BEGIN SOLUTION
    return 2 * values  # ... and nothing else
    ### END SOLUTION


check("example.1", double)'''
STUB = '''\
def double(values):
    """Twice the values."""
    ...


check("example.1", double)'''
SOLUTION = '''\
def double(values):
    """Twice the values."""
    return 2 * values  # ... and nothing else


check("example.1", double)'''


def code(source, text=None, **metadata):
    outputs = [nbformat.v4.new_output("stream", text=text)] if text else []
    return nbformat.v4.new_code_cell(source, metadata=metadata, outputs=outputs)


def notebook(*cells):
    return nbformat.v4.new_notebook(cells=[code("set-up"), nbformat.v4.new_markdown_cell("# A chapter"), *cells])


def test_the_stub_has_no_solution_and_the_solution_no_placeholder():
    assert kinds_of_cells.stub(SOURCE) == STUB
    assert kinds_of_cells.solved(SOURCE) == SOLUTION


@pytest.mark.parametrize("placeholder", ["answer = ...", "a, b = ...", "    ...", "answer = ...  # your answer"])
def test_every_way_to_write_a_placeholder_is_known(placeholder):
    block = "### BEGIN SOLUTION\nanswer = 3\n### END SOLUTION\n"
    assert kinds_of_cells.solved(f"{placeholder}\n{block}check(answer)") == "answer = 3\ncheck(answer)"
    assert kinds_of_cells.stub(f"{placeholder}\n{block}check(answer)") == f"{placeholder}\ncheck(answer)"


def test_an_exercise_is_run_as_stub_and_then_as_solution_which_keeps_figure_and_tolerance():
    metadata = {"mystnb": {"figure": {"name": "fig-x"}}, "nbval": {"atol": 0.003}}
    exercise = code(SOURCE, **metadata)
    plain = code("1 + 1")
    first, second, third = kinds_of_cells.expand(notebook(exercise, plain)).cells[2:]
    assert (first.source, first.metadata) == (STUB, {})
    assert second.source == SOLUTION
    assert second.metadata == metadata | {"tags": ["hide-cell", "solution"]}
    assert second.id == f"{first.id}-solution"
    assert third == plain


def test_readers_get_stubs_and_the_solutions_lie_below_the_names_of_their_exercises():
    text = nbformat.v4.new_markdown_cell("**Exercise 1** (a minute). Double.")
    chapter, of_chapter = kinds_of_cells.split(kinds_of_cells.expand(notebook(text, code(SOURCE))))
    assert [cell.source for cell in chapter.cells[2:]] == [text.source, STUB]
    assert [cell.source for cell in of_chapter.cells[1:]] == ["## Exercise 1", SOLUTION]
    assert of_chapter.cells[0].source.startswith("# Solutions: A chapter")
    assert kinds_of_cells.split(notebook(code("1 + 1")))[1] is None


@pytest.mark.parametrize(
    ("stub_says", "solution_says"),
    [
        ("example.1: right.", "example.1: right."),
        ("example.1: not solved yet. Go on.", "example.1: not yet. No."),
        ("example.1: not solved yet. Go on.", ""),
        ("", "example.1: right."),
        ("example.1: not solved yet. Go on.", "example.1: right.\nexample.2: not yet. No."),
    ],
)
def test_a_run_whose_checks_say_anything_else_proves_nothing(stub_says, solution_says):
    def cells(stub_says, solution_says):
        return notebook(code(STUB, stub_says), code(SOLUTION, solution_says, tags=["solution"]))

    assert kinds_of_cells.unproven(cells(stub_says, solution_says))
    assert kinds_of_cells.unproven(cells("example.1: not solved yet. Go on.", "example.1: right. Well done.")) == []


def test_no_notebook_of_the_book_holds_a_solution():
    composed = {name: content for name, content in compose_committed().items() if name.endswith(".ipynb")}
    for path in chapters():
        source = read_source(path)
        blocks = [block for cell in source.cells for block in kinds_of_cells.BLOCK.findall(cell.source)]
        assert len(blocks) >= 3
        opened = nbformat.reads(composed[f"{path.stem}.ipynb"].decode("utf-8"), as_version=4)
        hidden = nbformat.reads(composed[f"solutions/{path.stem}.ipynb"].decode("utf-8"), as_version=4)
        code_opened = "\n".join(cell.source for cell in opened.cells if cell.cell_type == "code")
        code_hidden = "\n".join(cell.source for cell in hidden.cells if cell.cell_type == "code")
        for block in blocks:
            assert block.rstrip() not in code_opened
            assert block.rstrip() in code_hidden
        assert "SOLUTION" not in code_opened + code_hidden
