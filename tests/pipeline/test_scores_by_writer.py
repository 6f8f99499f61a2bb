import io

import numpy as np
import pandas as pd
import pytest

import score_by_writer
from digitlib import reference
from pipeline import scores_by_writer

STUDENTS = 5_001  # MNIST's test set begins with their digits (Yadav and Bottou 2019)


@pytest.fixture(scope="module")
def test_digits():
    """Made-up writers of fifty test digits each; who is a student is told by the place."""
    places = np.arange(10_000)
    return pd.DataFrame({"students": places < STUDENTS, "writer": places // 50})


@pytest.fixture(scope="module")
def scores(test_digits):
    return scores_by_writer.score(test_digits)


def test_the_stored_means_are_those_of_the_stored_answers(scores):
    columns = ["value", "students", "staff"]
    stored = reference.load_scores_by_writer()
    pd.testing.assert_frame_equal(stored[columns], scores[columns], atol=1e-6, rtol=0)


def test_other_writers_make_another_interval(scores):
    stored = reference.load_scores_by_writer()
    assert (scores["groups"] == 200).all()
    assert (stored["groups"] == 297).all()
    assert (stored["design_effect"] != scores["design_effect"]).all()


def test_a_difference_is_that_of_the_accuracies(scores):
    values = scores["value"]
    assert values["cnn - matched"] == pytest.approx(values["cnn"] - values["matched"])


def test_the_command_stores_what_chapters_load(test_digits, scores, monkeypatch, capsys):
    stored = {}
    monkeypatch.setattr(scores_by_writer, "writers_of_folder", lambda about, arguments: (None, test_digits))
    monkeypatch.setattr(scores_by_writer, "store", lambda files, folder: stored.update(files))
    assert score_by_writer.main(["folder"]) == 0
    table = pd.read_json(io.BytesIO(stored[reference.BY_WRITER]), orient="index")
    pd.testing.assert_frame_equal(table, scores, atol=1e-6, rtol=0)
    assert "design_effect" in capsys.readouterr().out
