"""The table of timed runs, against arithmetic on paper; and the command that makes it."""

import json
import subprocess
import sys

import pandas as pd
import pytest

from digitlib import speed
from paths import ROOT

SCRIPT = ROOT / "benchmarks" / "speed.py"


def run(contestant, seed, right, epoch_seconds, *, load=1.0, setup=2.0):
    return {
        "contestant": contestant,
        "seed": seed,
        "import_seconds": 9.0,
        "load_seconds": load,
        "setup_seconds": setup,
        "epoch_seconds": epoch_seconds,
        "epoch_cpu_seconds": [2 * seconds for seconds in epoch_seconds],
        "right": right,
        "scored": 100,
    }


@pytest.fixture
def runs():
    return pd.DataFrame(
        [
            run("bare script", 1, [80, 98, 97], [10.0, 10.0, 10.0]),
            run("quick", 1, [99], [3.0], load=0.5, setup=0.5),
            run("bare script", 2, [90, 100, 99], [14.0, 14.0, 14.0]),
            run("quick", 2, [97], [5.0], load=0.5, setup=0.5),
            run("quick", 3, [98], [4.0], load=0.5, setup=0.5),
        ]
    )


def test_the_summary_is_that_of_paper(runs):
    summary = speed.summarize(runs)
    assert list(summary.index) == ["bare script", "quick"]
    assert summary.loc["bare script"].round(3).to_dict() == {
        "seeds": 2, "set-up": 3, "training": 36, "total": 39, "processor": 72, "times faster": 1,
        "value": 0.98, "low": pytest.approx(0.98 - 12.706 * 0.01, abs=1e-3), "high": pytest.approx(1.107, abs=1e-3),
    }  # fmt: skip
    assert summary.loc["quick", ["seeds", "total", "times faster", "value"]].to_list() == [3, 5, 39 / 5, 0.98]


def test_a_single_run_has_no_spread(runs):
    summary = speed.summarize(runs[:1])
    assert summary.loc["bare script", ["value", "low", "high"]].to_list() == [0.97, 0.97, 0.97]


def test_without_the_bare_script_there_is_no_ratio(runs):
    assert speed.summarize(runs[runs["contestant"] == "quick"])["times faster"].isna().all()


def test_the_target_is_reached_by_the_mean_over_seeds(runs):
    assert speed.by_epoch(runs, "bare script").to_dict("index") == {
        1: {1: 0.8, 2: 0.98, 3: 0.97}, 2: {1: 0.9, 2: 1.0, 3: 0.99}
    }  # fmt: skip
    assert speed.epochs_to(runs, "bare script", 0.985) == 2
    assert speed.epochs_to(runs, "bare script", 0.995) is None
    assert speed.seconds_to_epoch(runs, "bare script", 2) == 3 + 24


def test_an_unknown_contestant_is_named_with_those_there_are(runs):
    with pytest.raises(ValueError, match=r"'slow'.*bare script, quick"):
        speed.by_epoch(runs, "slow")


def test_the_command_runs_small_and_goes_on_where_it_was(tmp_path):
    names = ["bare script", "race to 99 %"]
    command = [sys.executable, str(SCRIPT), "--quick", "--folder", str(tmp_path), "--only", *names]
    first = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert all(f"{name}, seed 1:" in first for name in names)
    assert (tmp_path / "speed.png").stat().st_size > 10_000
    kept = {path.name: json.loads(path.read_text()) for path in tmp_path.glob("*.json")}
    assert {record["contestant"] for record in kept.values()} == set(names)
    for record in kept.values():
        assert 100 < record["right"][0] <= record["scored"] == 10_000
        assert record["setup_seconds"] > 0
        assert len(record["epoch_seconds"]) == 1
    again = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "seed 1:" not in again
    assert all(name in again for name in names)
