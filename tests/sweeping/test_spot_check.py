"""The spot check: every cheap run has its turn, and a stored result that is wrong is found."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sweeping import spot_checks

STORED = [9800, 9810, 9820, 9815, 9805, 9808, 9812, 9803, 9818, 9809]


@pytest.fixture
def runs():
    """Ten runs each of two networks, and five of a third."""
    rows = [
        {
            "network": network,
            "seed": seed,
            "epochs": 10,
            "moved": True,
            "corrupted": False,
            "confidences": False,
            "images": 10_000,
            "right": right - less,
            "cpu_seconds": seconds,
        }
        for network, less, seconds, seeds in (
            ("dropout", 0, 20.0, 5),
            ("matched", 0, 20.0, 10),
            ("cnn", -90, 125.0, 10),
        )
        for seed, right in enumerate(STORED[:seeds], start=1)
    ]
    table = pd.DataFrame(rows)
    table.insert(table.columns.get_loc("right") + 1, "accuracy", table["right"] / table["images"])
    return pd.concat({"headline": table}, names=["sweep", "row"])


@pytest.fixture
def outcome(monkeypatch, runs):
    """Runs the command with results that the test decides."""

    def check(right, *arguments):
        asked = []

        def execute(notebook, parameters):
            asked.append(parameters)
            return {"images": 10_000, "right": right} if right else parameters | {"error": "no luck"}

        monkeypatch.setattr(spot_checks.reference, "load_sweeps", lambda: runs)
        monkeypatch.setattr(spot_checks, "execute", execute)
        monkeypatch.setattr("sys.argv", ["spot_check.py", *arguments])
        return spot_checks.main(), asked

    return check


def test_all_cheap_runs_have_their_turn_equally_often(runs):
    taken = Counter()
    for turn in range(800, 825):
        taken.update(spot_checks.in_turn(runs, turn, 3).index)
    assert taken == dict.fromkeys(runs.index, 3)


def test_the_interval_is_that_of_the_same_runs_from_the_other_seeds(outcome, capsys):
    shares = np.array(STORED[1:]) / 10_000
    half = stats.t.ppf(0.9995, 8) * shares.std(ddof=1) * np.sqrt(1 + 1 / 9)
    outcome(9812, "--turn", "0", "--runs", "1")
    assert f"expected {shares.mean() - half:.4f} to {shares.mean() + half:.4f}" in capsys.readouterr().out


def test_cheap_runs_that_agree_pass_and_costly_ones_and_those_of_few_seeds_are_left_alone(outcome, capsys):
    code, asked = outcome(9812, "--turn", "5", "--runs", "10")
    assert code == 0
    assert sorted((parameters["network"], parameters["seed"]) for parameters in asked) == [
        ("matched", seed) for seed in range(1, 11)
    ]
    assert not any(parameters["moved"] for parameters in asked)
    assert "10 of 10 repeated runs agree" in capsys.readouterr().out


@pytest.mark.parametrize("right", [9760, 9860])
def test_a_result_far_from_the_stored_ones_fails(outcome, capsys, right):
    code, _ = outcome(right, "--turn", "0")
    assert code == 1
    assert f"FAILED headline, row 5 (matched, seed 1): 0.{right} now" in capsys.readouterr().out


def test_a_run_that_breaks_off_fails(outcome, capsys):
    code, _ = outcome(0)
    assert code == 1
    assert "no luck" in capsys.readouterr().out


def test_the_full_check_repeats_one_training_of_the_cnn(outcome):
    code, asked = outcome(9900, "--full", "--turn", "14")
    assert code == 0
    assert [(parameters["network"], parameters["epochs"], parameters["seed"]) for parameters in asked] == [
        ("cnn", 10, 3)
    ]
