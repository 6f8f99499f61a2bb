"""What a run of chapters says of itself."""

import re

import pytest

from pipeline import progress
from pipeline.progress import Progress


def test_it_says_how_many_are_done_and_how_long_the_others_took_last_time(monkeypatch, capsys):
    clock = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: clock[0])
    run = Progress({"01_short": 10, "02_long": 300, "03_middle": 100}, at_once=2)
    run.starts("02_long")
    run.starts("03_middle")
    run.is_at("02_long", 3, 20)
    clock[0] = 110.0
    run.is_done("03_middle", 110)
    run.starts("01_short")
    clock[0] = 130.0
    run.is_done("01_short", 20)
    clock[0] = 290.0
    run.is_done("02_long", 290)
    assert capsys.readouterr().out.splitlines() == [
        "[ 0:00] 02_long starts",
        "[ 0:00] 03_middle starts",
        "[ 1:50] 03_middle done in 110 s; 1 of 3 done, about 3 min left",  # the long one's 190 s
        "[ 1:50] 01_short starts",
        "[ 2:10] 01_short done in 20 s; 2 of 3 done, about 3 min left",
        "[ 4:50] 02_long done in 290 s; 3 of 3 done",
    ]


def test_many_short_ones_share_the_cores(monkeypatch):
    monkeypatch.setattr(progress.time, "monotonic", lambda: 0.0)
    assert Progress(dict.fromkeys("abcdef", 10), at_once=2).seconds_left() == 30


def test_a_chapter_that_never_ran_is_taken_for_a_usual_one(monkeypatch):
    monkeypatch.setattr(progress.time, "monotonic", lambda: 0.0)
    assert Progress({"a": 10, "b": 30, "new": float("inf")}, at_once=1).seconds_left() == 60


def test_no_line_is_said_twice(capsys):
    run = Progress(dict.fromkeys("abc", 1), at_once=1)
    for name in "abc":
        run.starts(name)
        for cell in range(1, 30):
            run.is_at(name, cell, 30)
        run.is_done(name, 1)
    lines = [re.sub(r"\[.*?\]", "", line) for line in capsys.readouterr().out.splitlines()]
    assert len(lines) == len(set(lines)) == 6


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_on_a_terminal_one_line_is_rewritten_and_never_broken(monkeypatch, capsys, columns):
    monkeypatch.setattr(progress.sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", str(columns))
    run = Progress(dict.fromkeys(("04_training", "17_handwriting"), 100), at_once=2)
    run.starts("04_training")
    run.starts("17_handwriting")
    run.is_at("04_training", 12, 60)
    run.is_at("17_handwriting", 7, 50)
    told = capsys.readouterr().out
    assert all(len(part) == columns - 1 for part in re.split(r"\r|\n\r?", told) if part)
    assert told.count("\n") == 2
