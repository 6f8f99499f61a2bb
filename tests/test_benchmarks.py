"""Every benchmark runs to its end, small; what it would keep has the columns that the chapter reads."""

import json
import subprocess
import sys

import pytest

from digitlib import reference
from paths import ROOT

COLUMNS = {
    "speed": {"contestant", "seed", "load_seconds", "setup_seconds", "epoch_seconds", "right", "scored", "processor"}
    | {"import_seconds", "epoch_cpu_seconds", "right_by_views", "views_seconds"},
    "siblings": {"contestant", "seed", "right", "scored"},
    "tried": {"recipe", "seed", "seconds", "right", "scored"},
    "growth": {"images", "batch_size", "seconds", "cpu_seconds", "gigabytes"},
    "inference": {"way", "batch_size", "rate"},
    "step_profile": {"setting", "stage", "milliseconds"},
    "formats": {"format", "kilobytes", "right"},
}


def benchmark(name, *options):
    command = [sys.executable, str(ROOT / "benchmarks" / f"{name}.py"), "--quick", *options]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.mark.slow
def test_all_contestants_run_small_and_are_not_run_again(tmp_path):
    first = benchmark("speed", "--folder", str(tmp_path))
    records = [json.loads(path.read_text()) for path in tmp_path.glob("*.json")]
    assert {record["contestant"] for record in records} >= {"bare script", "two parts side by side", "race to 99 %"}
    for record in records:
        assert f"{record['contestant']}, seed 1:" in first
        assert 5_000 < record["right"][0] <= record["scored"] == 10_000
        assert record["setup_seconds"] > 0
        assert len(record["epoch_seconds"]) == len(record["right"]) == 1
    assert (tmp_path / "speed.png").stat().st_size > 10_000
    again = benchmark("speed", "--folder", str(tmp_path))
    assert "seed 1:" not in again
    assert first.endswith(again)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("growth", "slope of the seconds"),
        ("inference", "model.predict"),
        ("tried", "race to 99 %"),
        ("step_profile", "through fit"),
    ],
)
def test_the_other_benchmarks_run_small(name, shown):
    assert shown in benchmark(name)


@pytest.mark.parametrize("name", COLUMNS)
def test_the_kept_timings_have_what_the_chapter_reads(name):
    table = reference.load_timings(name)
    assert set(table) >= COLUMNS[name]
    assert len(table) >= 3


def test_an_unknown_measurement_is_named_with_those_there_are():
    with pytest.raises(FileNotFoundError, match=r"'sped'.*inference, siblings, speed"):
        reference.load_timings("sped")
