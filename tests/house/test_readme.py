"""The minutes that the README quotes were measured."""

import json
import math
import re

from digitlib.files import read_text
from pipeline.paths import ROOT


def test_the_minutes_of_each_command_are_those_of_the_benchmark():
    rows = re.findall(r"^\| `(make \w+)` \|.*\| (\d+) \|$", read_text(ROOT / "README.md"), re.MULTILINE)
    measured = json.loads(read_text(ROOT / "benchmarks" / "commands.json"))
    assert rows
    assert {command: int(minutes) for command, minutes in rows} == {
        command: math.ceil(record["seconds"] / 60) for command, record in measured.items()
    }


def test_a_path_that_a_text_names_is_there():
    rooms = "assignments|benchmarks|book|chapters|digitlib|grader|results|sweeps|tests|tools"
    texts = [*ROOT.glob("*.md"), *(ROOT / "chapters").glob("*.[mp][dy]"), *(ROOT / "assignments").glob("*.[mp][dy]")]
    named = {
        (text.name, path)
        for text in texts
        for path in re.findall(rf"`((?:{rooms})/[\w./-]+)`", text.read_text(encoding="utf-8"))
        if not re.search("[A-Z]{2}", path)  # a name to put in, such as NAME
    }
    assert len(named) > 20
    assert [(text, path) for text, path in sorted(named) if not (ROOT / path).exists()] == []
