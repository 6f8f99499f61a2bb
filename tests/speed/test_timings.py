"""The table of timed runs, against arithmetic on paper."""

from math import nan

import pandas as pd
import pytest

from digitlib.speed import timings


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
            run("bare script", 3, [85, 99, 98], [30.0, 30.0, 30.0]),
            run("quick", 3, [98], [9.0], load=0.5, setup=0.5),
            run("quick", 4, [98], [14.0], load=0.5, setup=0.5),
        ]
    )


def test_the_summary_is_that_of_paper(runs):
    summary = timings.summarize(runs)
    assert list(summary.index) == ["bare script", "quick"]
    assert summary.loc["bare script"].round(3).to_dict() == {
        "seeds": 3, "set-up": 3, "training": 42, "total": 45, "processor": 84, "times faster": 1,
        "value": 0.98, "low": pytest.approx(nan, nan_ok=True), "high": pytest.approx(nan, nan_ok=True),
    }  # fmt: skip
    assert summary.loc["quick", ["seeds", "total", "value"]].to_list() == [4, (6 + 10) / 2, 0.98]
    assert summary.loc["quick", "times faster"] == 33 / 4  # between 45 / 6 and 93 / 10; the fourth has no partner


def test_five_seeds_have_an_interval_and_fewer_have_none():
    runs = pd.DataFrame([run("quick", seed, [90 + seed], [1.0]) for seed in range(1, 6)])
    estimate = timings.accuracy(runs, "quick")
    half = 2.776 * 0.0158114 / 5**0.5  # Student's t for 4 degrees of freedom, from a table
    assert (estimate.value, estimate.low) == (pytest.approx(0.93), pytest.approx(0.93 - half, abs=1e-5))
    few = timings.accuracy(runs[:4], "quick")
    assert few.value == pytest.approx(0.925)
    assert few.low != few.low
    assert timings.accuracy(runs, "quick", epoch=1) == estimate


def test_without_the_bare_script_there_is_no_ratio(runs):
    assert timings.summarize(runs[runs["contestant"] == "quick"])["times faster"].isna().all()


def test_the_target_is_reached_by_the_mean_over_seeds(runs):
    assert timings.by_epoch(runs, "bare script").to_dict("index") == {
        1: {1: 0.8, 2: 0.98, 3: 0.97}, 2: {1: 0.9, 2: 1.0, 3: 0.99}, 3: {1: 0.85, 2: 0.99, 3: 0.98}
    }  # fmt: skip
    assert timings.epochs_to(runs, "bare script", 0.985) == 2
    assert timings.epochs_to(runs, "bare script", 0.995) is None
    assert timings.seconds(runs, "bare script").to_dict() == {1: 3 + 30, 2: 3 + 42, 3: 3 + 90}


def test_an_unknown_contestant_is_named_with_those_there_are(runs):
    with pytest.raises(ValueError, match=r"'slow'.*bare script, quick"):
        timings.by_epoch(runs, "slow")
