import gzip

import numpy as np
import pandas as pd
import pytest

import hold_out_writers
from pipeline.writers import choose_writers, read_writers


@pytest.fixture(scope="module")
def train():
    """Digits of 40 students and 40 of the staff, each of whom wrote 20 to 39."""
    rng = np.random.default_rng(1)
    writer = np.repeat(np.arange(80), rng.integers(20, 40, 80))
    table = pd.DataFrame({"digit": rng.integers(0, 10, len(writer)), "students": writer < 40, "writer": writer})
    return table.sample(frac=1, random_state=1, ignore_index=True)


@pytest.fixture(scope="module")
def like():
    return pd.DataFrame({"digit": np.tile(np.arange(10), 50), "students": np.arange(500) < 240, "writer": -1})


def test_whole_writers_are_held_out(train, like):
    held = choose_writers(train, like)
    assert set(train["writer"][held]).isdisjoint(train["writer"][~held])


def test_each_series_has_the_wanted_number_of_digits(train, like):
    held = choose_writers(train, like)
    assert train["students"][held].value_counts().to_dict() == {False: 260, True: 240}


def test_more_draws_bring_the_classes_nearer(train, like):
    wanted = np.bincount(like["digit"])
    distances = [
        np.abs(np.bincount(train["digit"][choose_writers(train, like, draws=draws)]) - wanted).sum()
        for draws in (300, 20_000)
    ]
    assert distances[1] < distances[0]


def test_a_number_that_no_writers_make_up_is_an_error(train, like):
    with pytest.raises(ValueError, match="no draw of writers has 240 digits: draw more often"):
        choose_writers(train[train["writer"] % 40 < 4], like)


def test_the_files_are_read_in_their_order_and_without_what_mnist_does_not_have(tmp_path):
    rows = ["5\t4\t2154\t59\t35\t229421\t0\t0\n", "0\t0\t0\t0\t30\t0\t0\t0\n"]
    for name, count in (("train", 60_000), ("test", 10_001)):
        with gzip.open(tmp_path / f"qmnist-{name}-labels.tsv.gz", "wt") as file:
            file.writelines(rows * (count // 2 + 1))
    train, test = read_writers(tmp_path)
    assert (len(train), len(test)) == (60_000, 10_000)
    assert train[:2].to_dict("list") == {"digit": [5, 0], "students": [True, False], "writer": [2154, 0]}


@pytest.mark.parametrize("rows", [None, 3])
def test_missing_and_short_files_are_told_with_where_to_find_them(tmp_path, rows, capsys):
    if rows:
        with gzip.open(tmp_path / "qmnist-train-labels.tsv.gz", "wt") as file:
            file.write("5\t4\t2154\t59\t35\t229421\t0\t0\n" * rows)
    with pytest.raises(SystemExit):
        hold_out_writers.main([str(tmp_path)])
    told = capsys.readouterr().err
    assert "qmnist-train-labels.tsv.gz" in told
    assert "https://github.com/facebookresearch/qmnist" in told
