"""Write the leaderboard of the open project: one HTML file, with all it needs inside.

    python tools/make_leaderboard.py ~/course/graded/4 --names ~/course/names.csv --output ~/course/leaderboard.html
    python tools/make_leaderboard.py scores.csv --output leaderboard.html

The scores come from the folder that tools/grade.py wrote for the open project,
or from a table with the columns name, right and scored: how many of how many
unseen digits. With --names, a table says what the page calls each network. Its
columns are name, as in grades.csv, and shown; where shown is empty, the network
is left out. Tables are CSV in UTF-8, with commas, semicolons or tabs,
as spreadsheets save them.
"""

import argparse
import io
import sys
from pathlib import Path
from typing import NamedTuple

import jinja2
import pandas as pd
from scipy.stats import rankdata

from digitlib.evaluation import Accuracy, accuracy_of_counts
from digitlib.files import TextError, prepare_output, read_text, write_text
from grader.record import Record, RecordError
from grader.reports import harmless

TEST = "test_unseen_digits"  # of assignments/4_open_project.py
PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{{ title }}</title>
<style>
:root { color-scheme: light dark; --ink: #1b1b1b; --paper: #ffffff; --rule: #d0d0d0; --mark: #0b5cad; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #ececec; --paper: #16181b; --rule: #45484d; --mark: #8cc2ff; }
}
body { font: 1.05rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding-bottom: 0.5rem; }
th, td { padding: 0.4rem 0.6rem; border-bottom: 1px solid var(--rule); text-align: right; }
th { font-weight: 600; }
td { white-space: nowrap; }
.name { text-align: left; min-width: 8rem; overflow-wrap: anywhere; }
tbody .name { font-weight: 400; }
.interval { min-width: 9rem; }
svg { display: block; width: 100%; height: 1rem; overflow: visible; color: var(--mark); }
</style>
</head>
<body>
<main>
<h1>{{ title }}</h1>
<p>Accuracy on digits that no network was trained on. The interval says how far chance could have moved it,
had other digits been drawn. {{ shared }}</p>
<div class="wide" role="region" aria-label="Leaderboard" tabindex="0">
<table>
<caption>The best first; equal scores share a place.</caption>
<thead>
<tr><th scope="col">Place</th><th scope="col" class="name">Name</th><th scope="col">Accuracy</th>
<th scope="col">95 % interval</th><th scope="col">Right</th>
<th scope="col" class="interval">{{ percent(least) }} to 100 %</th></tr>
</thead>
<tbody>
{% for row in rows %}
<tr><td>{{ row.place }}</td><th scope="row" class="name"><bdi>{{ row.name }}</bdi></th>
{% set accuracy = row.accuracy %}
<td>{{ percent(accuracy.value) }}</td><td>{{ percent(accuracy.low) }} to {{ percent(accuracy.high) }}</td>
<td>{{ "{:,}".format(accuracy.correct) }} of {{ "{:,}".format(accuracy.count) }}</td>
<td><svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
<line x1="{{ place(accuracy.low) }}" x2="{{ place(accuracy.high) }}" y1="5" y2="5"
  stroke="currentColor" stroke-width="2"/>
<line x1="{{ place(accuracy.value) }}" x2="{{ place(accuracy.value) }}" y1="1" y2="9"
  stroke="currentColor" stroke-width="1.5"/>
</svg></td></tr>
{% endfor %}
</tbody>
</table>
</div>
</main>
</body>
</html>
"""


class LeaderboardError(Exception):
    """The scores or the names cannot be read; the message says where and why."""


class Score(NamedTuple):
    """How many unseen digits one network got right, and of how many."""

    name: str
    right: int
    scored: int


class Row(NamedTuple):
    """A network's place and accuracy."""

    place: int
    name: str
    accuracy: Accuracy


def read_scores(path: Path) -> list[Score]:
    """Read scores from a folder that the grader wrote, or from a table.

    Submissions that were not scored are left out.

    Parameters
    ----------
    path : Path

    Returns
    -------
    list of Score

    Raises
    ------
    LeaderboardError
        If there are no records, a row of the table is no score, or there is no
        score at all.
    """
    return _read_records(path) if path.is_dir() else _read_table_of_scores(path)


def rename(scores: list[Score], path: Path) -> list[Score]:
    """Give each network the name that a table says to show, and leave out those without one.

    Parameters
    ----------
    scores : list of Score
    path : Path
        A table with the columns name and shown.

    Returns
    -------
    list of Score

    Raises
    ------
    LeaderboardError
        If the table cannot be read, names a network twice or lacks one, or
        leaves none to show.
    """
    table = _read_table(path, ("name", "shown"))
    if twice := sorted(set(table["name"][table["name"].duplicated()])):
        raise LeaderboardError(f"{path} has several rows for {', '.join(twice)}: keep one of each")
    shown = dict(zip(table["name"].map(harmless), table["shown"], strict=True))
    if missing := [score.name for score in scores if harmless(score.name).strip() not in shown]:
        raise LeaderboardError(
            f"{path} has no row for {', '.join(missing)}: add each, with an empty cell to leave it out"
        )
    renamed = [score._replace(name=shown[harmless(score.name).strip()]) for score in scores]
    if not any(score.name for score in renamed):
        raise LeaderboardError(f"{path} leaves out every network: write under 'shown' what the page should call them")
    return [score for score in renamed if score.name]


def rank(scores: list[Score]) -> list[Row]:
    """Put scores in order, the best first; equal accuracies share a place.

    Parameters
    ----------
    scores : list of Score

    Returns
    -------
    list of Row
    """
    places = rankdata([-score.right / score.scored for score in scores], method="min").astype(int)
    rows = [
        Row(place, score.name, accuracy_of_counts(score.right, score.scored))
        for place, score in zip(places.tolist(), scores, strict=True)
    ]
    return sorted(rows, key=lambda row: (row.place, row.name.casefold()))


def render(scores: list[Score], title: str) -> str:
    """Make the page.

    Parameters
    ----------
    scores : list of Score
    title : str

    Returns
    -------
    str
        HTML that needs no other file.
    """
    rows = rank(scores)
    least = min(row.accuracy.low for row in rows)
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    return environment.from_string(PAGE).render(
        title=title,
        rows=rows,
        least=least,
        shared=_shared(rows),
        percent=lambda share: f"{share:.1%}".replace("%", " %"),
        place=lambda share: f"{100 * (share - least) / max(1 - least, 1e-9):.1f}",
    )


def _shared(rows: list[Row]) -> str:
    """What the intervals say about the first place."""
    others = sum(row.accuracy.high >= rows[0].accuracy.low for row in rows[1:])
    if not others:
        return ""
    networks = "network has an interval that overlaps" if others == 1 else "networks have intervals that overlap"
    return f"{others} further {networks} that of the first: their order may be chance."


def _read_records(folder: Path) -> list[Score]:
    """The scores of the grader's last run; records of submissions withdrawn since may lie beside them."""
    paths, table = sorted((folder / "records").glob("*.json")), folder / "grades.csv"
    if not paths or not table.exists():
        raise LeaderboardError(f"{folder} holds no records of the grader: run tools/grade.py first")
    graded = set(_read_table(table, ("name",))["name"])
    scores = [score for path in paths if harmless(path.stem).strip() in graded and (score := _read_record(path))]
    if not scores:
        raise LeaderboardError(
            f"{folder} holds no score on unseen digits. Is it the open project's? If so, {table} says what went wrong"
        )
    return scores


def _read_record(path: Path) -> Score | None:
    try:
        record = Record.from_json(read_text(path))
    except (OSError, TextError, RecordError) as error:
        raise LeaderboardError(f"{path} {error}. Grade again") from error
    name = record.label.encode("utf-8", "replace").decode("utf-8")  # file names may be no text
    for test in record.result.tests:
        if test.name == TEST and test.score.right is not None and test.score.scored:
            return Score(name, test.score.right, test.score.scored)
    return None


def _read_table_of_scores(path: Path) -> list[Score]:
    table = _read_table(path, Score._fields)
    return [_to_score(row, f"{path}, row {number + 1}") for number, row in table.iterrows()]


def _read_table(path: Path, columns: tuple[str, ...]) -> pd.DataFrame:
    """A table as a spreadsheet saves it: its cells are text without space around it; empty rows are left out."""
    try:
        text = read_text(path)
        separator = max(",;\t", key=text.partition("\n")[0].count)
        # Not as a header, since pandas would rename what stands twice in it, and take the first column of longer
        # rows for an index.
        cells = pd.read_csv(
            io.StringIO(text), sep=separator, header=None, dtype=str, na_filter=False, skip_blank_lines=False
        ).map(str.strip)
    except TextError as error:
        raise LeaderboardError(f"{error}. In the spreadsheet, choose 'CSV UTF-8'") from error
    except (OSError, ValueError) as error:
        raise LeaderboardError(f"{path} cannot be read as a table: {error}") from error
    table = cells[1:].set_axis(cells.iloc[0], axis="columns")
    for column in columns:
        if (count := (table.columns == column).sum()) != 1:
            found = "no column" if count == 0 else f"{count} columns"
            raise LeaderboardError(f"{path} has {found} {column}: its first row must be {','.join(columns)}")
    table = table[(table != "").any(axis="columns")]
    if table.empty:
        raise LeaderboardError(f"{path} has no row below its first")
    return table


def _to_score(row: pd.Series, where: str) -> Score:
    try:
        score = Score(row["name"], int(row["right"]), int(row["scored"]))
    except ValueError as error:
        raise LeaderboardError(f"{where}: right and scored must be whole numbers") from error
    if not 0 <= score.right <= score.scored or score.scored == 0:
        raise LeaderboardError(f"{where}: {score.right} of {score.scored} cannot be")
    return score


def main(arguments: list[str] | None = None) -> int:
    """Write a leaderboard; 1 if the scores or names cannot be used."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scores", type=Path, help="the grader's folder, or a table as CSV")
    parser.add_argument("--names", type=Path, metavar="FILE", help="a table of what to show for each name")
    parser.add_argument("--output", type=Path, default=Path("leaderboard.html"), metavar="FILE")
    parser.add_argument("--title", default="Leaderboard")
    options = parser.parse_args(arguments)
    prepare_output(options.output)
    try:
        scores = read_scores(options.scores)
        if options.names:
            scores = rename(scores, options.names)
    except LeaderboardError as error:
        print(error, file=sys.stderr)
        return 1
    write_text(render(scores, options.title), options.output)
    print(f"{options.output}: {len(scores)} networks")
    return 0
