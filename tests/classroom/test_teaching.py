"""The instructor guide speaks of the book as it is: its chapters, figures, exercises, assignments and commands."""

import csv
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from commands import ask
from grader.hidden_tests import Source
from pipeline.kinds_of_cells import is_solution
from pipeline.notebook_files import title
from pipeline.paths import CHAPTERS, ROOT, chapters
from pipeline.sources import read_chapter
from pipeline.templates import WORDS, short_name

GUIDE = (CHAPTERS / "teaching.md").read_text(encoding="utf-8")
COURSE = (CHAPTERS / "running_a_course.md").read_text(encoding="utf-8")
HOMEWORK = (ROOT / "assignments" / "README.md").read_text(encoding="utf-8")
SOURCES = {title(read_chapter(path)): path for path in chapters()}
SECTIONS = {
    section.partition("\n")[0]: section for section in re.split(r"^### ", GUIDE, flags=re.MULTILINE)[1:]
}  # by heading
TERMS = ["Time", "Builds on", "Misconceptions", "Ask", "Show", "Exercises"]


def figures(path):
    """The names of a chapter's figures, without those that only its solutions draw."""
    cells = [cell for cell in read_chapter(path).cells if not is_solution(cell)]
    named = (cell.metadata.get("mystnb", {}).get("figure", {}).get("name") for cell in cells)
    return {name for name in named if name}


def prose(path):
    return "\n\n".join(cell.source for cell in read_chapter(path).cells if cell.cell_type == "markdown")


def linked_figures(text):
    return set(re.findall(r"\]\(#(fig-[\w-]+)\)", text))


def definition(section, term):
    """What a section says under one of its terms."""
    return re.search(rf"^{term}\n: (.*?)(?=^\w[\w ]*\n: |\Z)", section, flags=re.MULTILINE | re.DOTALL)[1]


def quoted_commands(text):
    """The commands that a page quotes, in blocks and in lines, without repeats."""
    lines = [
        line for block in re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL) for line in block.split("\n")
    ]
    lines += re.findall(r"(?<!`)`([^`\n]+)`(?!`)", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))
    without_settings = (re.sub(r"^([A-Z_]+=\S+ )*", "", line) for line in lines)
    return sorted({line for line in without_settings if line.startswith(("python tools/", "make "))})


def test_each_chapter_has_its_section_in_order():
    assert list(SECTIONS) == list(SOURCES)


@pytest.mark.parametrize("heading", SOURCES)
def test_a_section_tells_all_there_is_to_tell_of_its_chapter(heading):
    section, path = SECTIONS[heading], SOURCES[heading]
    assert re.findall(r"^(\w[\w ]*)\n: ", section, re.MULTILINE) == TERMS
    time = definition(section, "Time")
    assert f"{{{{ minutes_to_read.{short_name(path.stem)} }}}} minutes to [read]({path.stem}.ipynb)" in time
    assert "in class" in time
    for term in ("Misconceptions", "Ask"):
        assert len(re.findall(r"^(?:  )?- ", definition(section, term), re.MULTILINE)) >= 3, term


@pytest.mark.parametrize("heading", SOURCES)
def test_a_section_shows_figures_of_its_own_chapter(heading):
    shown, there = linked_figures(SECTIONS[heading]), figures(SOURCES[heading])
    assert shown <= there
    assert bool(shown) == bool(there), "the chapter has figures and the guide shows none"


@pytest.mark.parametrize("heading", SOURCES)
def test_a_section_divides_the_exercises_that_there_are(heading):
    divided = re.findall(r"\b\d\b", definition(SECTIONS[heading], "Exercises"))
    assert sorted(divided) == re.findall(r"^\*\*Exercise (\d)", prose(SOURCES[heading]), re.MULTILINE)


@pytest.mark.parametrize("heading", SOURCES)
def test_what_to_ask_is_not_what_the_chapter_asks(heading):
    asked = set(re.findall(r"[^.?!:()*]+\?", " ".join(definition(SECTIONS[heading], "Ask").split())))
    assert asked
    in_the_book = " ".join(prose(SOURCES[heading]).split())
    assert not [question for question in asked if len(question.split()) > 4 and question.strip() in in_the_book]


def test_prerequisites_come_earlier_in_the_book():
    names = [path.stem for path in chapters()]
    for heading, path in SOURCES.items():
        needed = re.findall(r"\]\((\d\d_\w+)\.ipynb\)", definition(SECTIONS[heading], "Builds on"))
        assert all(names.index(name) < names.index(path.stem) for name in needed), heading


@pytest.mark.parametrize("page", [GUIDE, COURSE], ids=["teaching", "running_a_course"])
def test_every_figure_exists(page):
    assert linked_figures(page) <= set().union(*map(figures, SOURCES.values()))


def test_links_bear_the_titles_of_their_chapters():
    titles = {path.stem: heading for heading, path in SOURCES.items()}
    table_links = re.findall(r"\[([A-Z][^\]]+)\]\((\d\d_\w+)\.ipynb\)", GUIDE + COURSE)
    assert table_links
    for text, name in table_links:
        assert titles[name].startswith(text.rstrip("?")), f"{text} is not the title of {name}"


def test_the_four_assignments_are_those_there_are_and_take_as_long():
    told = {
        f"{number}_{name.replace(' ', '_')}": WORDS.index(hours)
        for number, name, hours in re.findall(r"^\| (\d), ([\w ]+) \| (\w+) \|", GUIDE, re.MULTILINE)
    }
    hours = re.compile(r"\*\*Time\*\*: about (\d+) hours")
    sources = sorted((ROOT / "assignments").glob("[0-9]_*.py"))
    assert told == {path.stem: int(hours.search(path.read_text(encoding="utf-8"))[1]) for path in sources}
    assert len(told) == 4


@pytest.mark.parametrize("command", sorted({*quoted_commands(COURSE), *quoted_commands(HOMEWORK)}))
def test_a_command_can_be_given_as_it_is_quoted(command):
    program, *words = shlex.split(command.partition(" | ")[0])
    if program == "make":
        assert re.search(rf"^{words[0]}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
        return
    assert (ROOT / words[0]).is_file()
    for word in [word for word in words if word.startswith("assignments/")]:
        assert (ROOT / word).is_file(), f"there is no {word}"
    for option in [word for word in words if word.startswith("--")]:
        told = ask(ROOT / words[0], "--help").out
        assert re.search(rf"^  (?:-\w, )?{option}\b", told, re.MULTILINE), f"no option {option}"


def test_the_commands_of_a_course_are_there():
    quoted = " ".join(quoted_commands(COURSE))
    made = [f"make_{what}" for what in ("lab", "slides", "assignments", "hidden_set", "leaderboard")]
    for tool in [*made, "grade", "notebooks"]:
        assert f"tools/{tool}.py" in quoted


def blocks(text, language):
    """The blocks of code of a page."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", [COURSE, HOMEWORK], ids=["running_a_course", "assignments"])
def test_secrets_submissions_and_grades_lie_outside_the_clone(page):
    code = "\n".join(blocks(page, "sh"))
    places = re.findall(r"(?:--(?:output|seed-file|scans|names) |> |DIGITS_HIDDEN_SET=)(\S+)", code)
    places += re.findall(r"\S*(?:submissions|graded)\S*", code)
    assert len(places) > 10
    assert all(place.startswith(("~/course/", "$HOME/course/")) for place in places)


@pytest.mark.parametrize(
    "name",
    ["secret.txt", "secret_2027.txt", "hidden.npz", "graded/grades.csv", "submissions/a.ipynb", "leaderboard.html"],
)
def test_what_a_teacher_leaves_in_the_clone_is_not_committed(name):
    assert subprocess.run(["git", "check-ignore", "--quiet", name], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize(("separator", "encoding"), [(",", "utf-8"), (";", "utf-8-sig")])
def test_points_come_to_their_students_in_the_gradebook(tmp_path, monkeypatch, capsys, separator, encoding):
    [code] = [block for block in blocks(COURSE, "python") if "gradebook" in block]
    column = "1 raw bytes (881)"
    (tmp_path / "graded" / "1").mkdir(parents=True)
    (tmp_path / "graded" / "1" / "grades.csv").write_text(
        "name,q1,total,seconds,what went wrong\n"
        "adamsbo_124_4570_1_raw_bytes,3,17.5,9,\n"
        "notes,,,0,there is no notebook in the folder\n"
        "smithjohn_123_4567_1_raw_bytes,4,25,9,\n"
        "unalcafe_LATE_7_123_1_raw_bytes-2,0,0,9,\n"
        "zetazoe_126_4571_1_raw_bytes,,,0,the file is damaged\n".replace(",", separator),
        encoding=encoding,
    )
    header = ["Student", "ID", "SIS User ID", column, "Old task (880)"]
    rows = [
        ["    Points Possible", "", "", "25.00", "10.00"],
        ["Smith, John", "123", "007", "", "9.50"],
        ["Ünal, Café", "7", "NA", "", ""],
        ["Adams, Bo", "124", "4570", "", "8"],
        ["Zeta, Zoë", "126", "", "", "7"],
        ["Never, Nora", "4567", "", "3", ""],
    ]
    with (tmp_path / "gradebook.csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    monkeypatch.chdir(tmp_path)
    exec(code, {})
    with (tmp_path / "import.csv").open(encoding="utf-8", newline="") as file:
        imported = list(csv.reader(file))
    expected = ["25.00", "25", "0", "17.5", "", "3"]
    assert imported == [header, *([*row[:3], points, row[4]] for row, points in zip(rows, expected, strict=True))]
    assert capsys.readouterr().out == "not in the gradebook: notes\n"


@pytest.mark.heavy
def test_notebooks_become_scripts_whatever_lies_beside_them(tmp_path):
    [block] = [block for block in blocks(COURSE, "sh") if "nbconvert" in block]
    submissions = tmp_path / "course" / "submissions" / "1"
    (submissions / "ann").mkdir(parents=True)
    (submissions / "aaa.ipynb").write_text("damaged", encoding="utf-8")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("answer = 1")])  # without a language
    for path in (submissions / "ann" / "work.ipynb", submissions / "zoe.ipynb"):
        path.write_text(json.dumps(notebook), encoding="utf-8")
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    subprocess.run(
        ["bash", "-c", block],
        env=os.environ | {"HOME": str(tmp_path), "PATH": programs},
        check=False,
        capture_output=True,
    )
    scripts = tmp_path / "course" / "scripts"
    assert sorted(path.relative_to(scripts).as_posix() for path in scripts.rglob("*.py")) == ["ann/work.py", "zoe.py"]
    assert "answer = 1" in (scripts / "zoe.py").read_text(encoding="utf-8")
    assert not list(submissions.rglob("*.py"))


def test_the_memory_to_choose_at_gradescope_suffices():
    [gigabytes] = map(int, re.findall(r"`(\d+)` GB for the first two assignments", COURSE))
    sources = sorted((ROOT / "assignments").glob("[12]_*.py"))
    assert all(Source.read(source).limits().gigabytes <= gigabytes for source in sources)
