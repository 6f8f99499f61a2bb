"""The right answer to each exercise: what its solution in the chapter makes, without running the chapter.

A solution needs a few imports, functions and numbers of its chapter. Only the statements
that bind what it names are executed, so nothing is trained and no data are drawn.
"""

import ast
import functools

from pipeline import kinds_of_cells
from pipeline.paths import chapters
from pipeline.sources import read_source
from pipeline.templates import short_name


def solution(name: str) -> list[ast.stmt]:
    """The statements that make the right answer, those of the chapter that they need first."""
    statements, answers = _statements(name.partition(".")[0])
    place, answer = answers[name]
    needed, wanted = {}, [(place, free) for free in _free_names(answer)]
    while wanted:
        place, free = wanted.pop()
        binding = next((before for before in reversed(range(place)) if free in _bound_names(statements[before])), None)
        if binding is not None and binding not in needed:
            needed[binding] = statements[binding]
            wanted += [(binding, other) for other in _free_names(statements[binding])]
    return [needed[place] for place in sorted(needed)]


@functools.cache
def right_answer(name: str):
    """What the solution of an exercise hands to its check."""
    _, answers = _statements(name.partition(".")[0])
    known = {}
    exec(compile(ast.Module(solution(name), type_ignores=[]), name, "exec"), known)
    return eval(compile(ast.Expression(answers[name][1]), name, "eval"), known)


@functools.cache
def _statements(chapter: str) -> tuple[list[ast.stmt], dict[str, tuple[int, ast.expr]]]:
    """All statements of a chapter as solved, and for each check its place among them and the answer it is given."""
    [path] = [path for path in chapters() if short_name(path.stem) == chapter]
    cells = [kinds_of_cells.solved(cell.source) for cell in read_source(path).cells if cell.cell_type == "code"]
    statements = [statement for cell in cells for statement in ast.parse(cell).body]
    answers = {}
    for place, statement in enumerate(statements):
        match statement:
            case ast.Expr(ast.Call(ast.Name("check"), [ast.Constant(name), answer])):
                answers[name] = place, answer
    return statements, answers


def _free_names(tree: ast.AST) -> set[str]:
    """The names that a statement uses and does not bind itself, as a function binds its parameters."""
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    own = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    if not isinstance(tree, ast.Assign):
        own |= {node.id for node in names if isinstance(node.ctx, ast.Store)}
    return {node.id for node in names if isinstance(node.ctx, ast.Load)} - own


def _bound_names(statement: ast.stmt) -> set[str]:
    match statement:
        case ast.FunctionDef(name) | ast.ClassDef(name):
            return {name}
        case ast.Import(names) | ast.ImportFrom(names=names):
            return {alias.asname or alias.name.partition(".")[0] for alias in names}
        case ast.Assign():
            return {node.id for target in statement.targets for node in ast.walk(target) if isinstance(node, ast.Name)}
    return set()
