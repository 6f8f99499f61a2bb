"""How long a chapter takes: to read, and with its exercises."""

import re

from nbformat import NotebookNode

from pipeline.kinds_of_cells import EXPRESSION, PIPELINE, is_solution

# Silent reading of English non-fiction, the mean of 190 studies: Brysbaert (2019),
# https://doi.org/10.1016/j.jml.2019.104047
WORDS_PER_MINUTE = 238
# Our own assumptions, for which we know of no review: a line of code takes as long as a sentence of twenty words, and a
# figure with its caption as long as four lines.
SECONDS_A_LINE = 5
SECONDS_A_FIGURE = 20

MINUTES = {
    "a few minutes": 5,
    "ten minutes": 10,
    "a quarter of an hour": 15,
    "half an hour": 30,
    "three quarters of an hour": 45,
    "an hour": 60,
}
STATED = re.compile(r"\*\*Exercise \d+\*\* \(([^),]+)")  # a condition may follow a comma
FOLDED = {"hide-cell", "remove-cell", PIPELINE}


def minutes_to_read(notebook: NotebookNode) -> int:
    """How long it takes to read what a chapter shows, its exercises left out, in whole minutes.

    Parameters
    ----------
    notebook : NotebookNode
        A chapter as it is run, see `sources.read_chapter`. What templates put into the prose counts as a word each.

    Returns
    -------
    int
        At least 1. Words, lines of code and figures have a time each; formulas and tables are read as words.
    """
    seconds = 0.0
    for cell in notebook.cells:
        if FOLDED & set(cell.metadata.get("tags", [])) or _is_of_exercise(cell):
            continue
        if cell.cell_type == "markdown":
            seconds += 60 * len(_words(cell.source)) / WORDS_PER_MINUTE
        else:
            lines = [line for line in cell.source.splitlines() if line.strip()]
            seconds += SECONDS_A_LINE * len(lines) + SECONDS_A_FIGURE * ("figure" in cell.metadata.get("mystnb", {}))
    return max(1, round(seconds / 60))


def minutes_of_exercises(notebook: NotebookNode) -> int:
    """How long a chapter's exercises take, as each of them says.

    Raises
    ------
    ValueError
        If one says it in words that are not among `MINUTES`.
    """
    prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    stated = [" ".join(words.split()) for words in STATED.findall(prose)]
    if unknown := sorted(set(stated) - set(MINUTES)):
        raise ValueError(f"an exercise takes {unknown[0]!r}: choose from {', '.join(MINUTES)}")
    return sum(MINUTES[words] for words in stated)


def minutes_with_exercises(notebook: NotebookNode) -> int:
    """How long a chapter takes to whoever reads it and does its exercises, to ten minutes."""
    return 10 * round((minutes_to_read(notebook) + minutes_of_exercises(notebook)) / 10)


def _is_of_exercise(cell: NotebookNode) -> bool:
    return cell.source.startswith(("**Exercise", "check(")) or "\ncheck(" in cell.source or is_solution(cell)


def _words(prose: str) -> list[str]:
    without_tags = re.sub(r"</?[a-z][^>]*>", " ", EXPRESSION.sub("number", prose))
    return [word for word in without_tags.split() if re.search(r"\w", word)]
