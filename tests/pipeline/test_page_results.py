import json
import os

import h5py
import keras
import numpy as np
import page_results
import pytest

from digitlib.statistics import mean_over_seeds
from digitlib.training import Run

RUN = Run(
    model="tiny",
    seed=1,
    epochs=2,
    batch_size=32,
    training_images=100,
    history={"loss": [0.5, 0.25]},
    seconds=1.5,
    cpu_seconds=2.5,
    predictions=np.array([7, 2, 1, 0, 4]),
    versions={"python": "3.12.0"},
    processor="an abacus, 1 cores",
)


@pytest.fixture(autouse=True)
def in_a_new_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def page():
    return page_results.Page("04_training")


def saved(page):
    page.save()
    return json.loads((page_results.FOLDER / "pages" / f"{page.name}.json").read_text(encoding="utf-8"))


def test_a_page_saves_its_numbers_and_claims(page):
    page.add(images=60_000, name="MNIST")
    page.add(accuracy=0.99)
    page.claim("more than half are right", True)
    page.claim("all are right", False)
    assert saved(page) == {
        "numbers": {"images": 60_000, "name": "MNIST", "accuracy": 0.99},
        "tolerances": {},
        "measured": [],
        "claims": {"more than half are right": True, "all are right": False},
        "kept": [],
    }


def test_a_page_without_results_saves_that_it_has_none(page):
    assert saved(page) == {"numbers": {}, "tolerances": {}, "measured": [], "claims": {}, "kept": []}


def test_a_tolerance_is_kept_beside_each_number_that_it_was_stated_for(page):
    page.add(images=60_000)
    page.add(accuracy=0.99, errors=100, atol=0.005, count_atol=20)
    page.add(loss=0.05, atol=0.03)
    assert saved(page)["tolerances"] == {
        "accuracy": {"atol": 0.005, "count_atol": 20},
        "errors": {"atol": 0.005, "count_atol": 20},
        "loss": {"atol": 0.03},
    }


def test_what_is_measured_is_kept_as_a_number_and_marked(page):
    page.add(images=60_000)
    page.measure(seconds=1.5, processor="an abacus")
    assert saved(page)["measured"] == ["seconds", "processor"]
    assert saved(page)["numbers"] == {"images": 60_000, "seconds": 1.5, "processor": "an abacus"}
    with pytest.raises(ValueError, match="a number 'images' already"):
        page.measure(images=1)
    assert page.measured == ["seconds", "processor"]


def test_a_page_is_saved_in_results_under_its_name_and_nothing_else_is_left(page, tmp_path):
    page.save()
    files = [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()]
    assert files == ["results/pages/04_training.json"]


def test_text_that_is_not_ascii_stays_readable(page):
    page.add(place="café")
    page.save()
    assert "café" in (page_results.FOLDER / "pages" / "04_training.json").read_text(encoding="utf-8")


def test_a_name_added_twice_is_an_error_and_the_first_number_stays(page):
    page.add(accuracy=0.99)
    with pytest.raises(ValueError, match="04_training has a number 'accuracy' already"):
        page.add(accuracy=0.5)
    assert page.numbers == {"accuracy": 0.99}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.int64(9_912), "9912"),
        (np.uint8(255), "255"),
        (np.float64(0.1), "0.1"),
        (np.float32(0.25), "0.25"),
        (np.bool_(True), "true"),
        (np.str_("ink"), '"ink"'),
        (np.array([[1, 2], [3, 4]], np.uint8), "[[1, 2], [3, 4]]"),
        ((np.int64(1), [np.float32(0.5), None]), "[1, [0.5, null]]"),
        ({np.int64(3): {"recall": np.float64(0.5)}, 4: np.arange(2)}, '{"3": {"recall": 0.5}, "4": [0, 1]}'),
    ],
)
def test_types_of_numpy_become_types_of_json(page, value, text):
    page.add(value=value)
    assert json.dumps(saved(page)["numbers"]["value"]) == text
    assert json.dumps(page.numbers["value"]) == text


def test_a_claim_made_with_numpy_becomes_true_or_false(page):
    page.claim("yes", np.float64(0.99) > 0.5)
    page.claim("no", np.int64(1) > 2)
    claims = saved(page)["claims"]
    assert claims["yes"] is True
    assert claims["no"] is False


def test_saving_prints_the_claims_that_fail(page, capsys):
    page.claim("water is wet", True)
    page.claim("fire is cold", False)
    page.claim("ice is warm", False)
    page.save()
    assert capsys.readouterr().out.splitlines() == [
        "1 of 3 claims hold.",
        "Does not hold in this run: fire is cold",
        "Does not hold in this run: ice is warm",
    ]


def test_saving_prints_only_the_count_if_every_claim_holds(page, capsys):
    page.claim("water is wet", True)
    page.save()
    assert capsys.readouterr().out == "1 of 1 claims hold.\n"


def test_saving_again_replaces_what_was_saved(page):
    page.add(first=1)
    page.save()
    page.add(second=2)
    assert saved(page)["numbers"] == {"first": 1, "second": 2}


def test_a_save_that_is_killed_half_way_leaves_the_old_page(page, monkeypatch):
    def kill(*arguments):
        raise KeyboardInterrupt

    page.add(first=1)
    before = saved(page)
    page.add(second=2)
    monkeypatch.setattr(os, "replace", kill)
    with pytest.raises(KeyboardInterrupt):
        page.save()
    assert json.loads((page_results.FOLDER / "pages" / "04_training.json").read_text(encoding="utf-8")) == before


def test_a_number_that_json_does_not_know_is_refused_and_leaves_the_page_as_it_was(page):
    page.add(first=1)
    before = saved(page)
    with pytest.raises(TypeError, match="second is a object"):
        page.add(second=object())
    assert saved(page) == before


def test_a_kept_network_can_be_loaded_with_its_run(page):
    def build():
        return keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])

    model, other = build(), build()
    page.keep("tiny", model, RUN)
    other.load_weights(page_results.FOLDER / "tiny.weights.h5")
    for expected, weights in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(weights, expected)
    assert Run.load(page_results.FOLDER / "tiny.json") == RUN
    assert saved(page)["kept"] == ["tiny.weights.h5", "tiny.json"]


def test_a_trained_network_is_kept_without_its_optimizer(page):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    model.compile(optimizer="adam", loss="mse")
    model.fit(np.zeros((2, 4)), np.zeros((2, 3)), verbose=0)
    page.keep("tiny", model, RUN)
    with h5py.File(page_results.FOLDER / "tiny.weights.h5") as file:
        assert "optimizer" not in file


def test_a_claim_made_twice_is_refused():
    page = page_results.Page("00_example")
    page.claim("it holds", False)
    with pytest.raises(ValueError, match="it holds"):
        page.claim("it holds", True)


@pytest.mark.parametrize("value", [float("nan"), np.float32("inf"), [1.0, float("nan")]])
def test_a_number_that_is_not_finite_is_refused_by_name(value):
    with pytest.raises(ValueError, match="loss"):
        page_results.Page("00_example").add(loss=value)


def test_a_value_of_another_type_is_refused_by_name():
    with pytest.raises(TypeError, match="labels is a set"):
        page_results.Page("00_example").add(labels={1, 2})


def test_a_named_tuple_keeps_its_names():
    page = page_results.Page("00_example")
    page.add(estimates={"cnn": mean_over_seeds([0.25, 0.75])})
    assert page.numbers["estimates"]["cnn"]["value"] == 0.5
    assert set(page.numbers["estimates"]["cnn"]) == {"value", "low", "high", "deviation", "count"}


def test_a_further_file_is_kept(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = page_results.Page("99_test")
    page.keep_file("rule.json").write_text("{}", encoding="utf-8")
    assert (tmp_path / "results" / "rule.json").exists()
    assert page.kept == ["rule.json"]
