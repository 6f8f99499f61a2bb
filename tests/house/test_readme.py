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
