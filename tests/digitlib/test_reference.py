"""The stored runs and weights are what they say."""

from itertools import combinations

import numpy as np
import pytest

from digitlib import data, reference, training
from digitlib.exercises import experiment
from digitlib.experiments import corruptions
from pipeline.parameters import declared_parameters
from pipeline.paths import ROOT, STORED_RESULTS
from pipeline.sources import read_chapter
from pipeline.templates import load_results
from sweeping.running_sweeps import NOTEBOOK
from sweeping.scheduling import read_sweep


@pytest.fixture(scope="module")
def test_digits():
    _, (images, labels) = data.load_mnist()
    return data.scale_pixels(images), labels


@pytest.mark.parametrize("name", list(reference.BUILDERS))
def test_stored_weights_give_the_stored_predictions(name, test_digits):
    images, _ = test_digits
    predicted = training.classify(reference.load_model(name), images)
    stored = reference.load_run(name).predictions
    # On another processor the last bits differ, and with them a digit on the edge.
    assert (predicted != stored).sum() <= 3


def test_the_stored_pages_count_the_stored_answers(test_digits):
    _, labels = test_digits
    wrong = {name: int((reference.load_run(name).predictions != labels).sum()) for name in reference.BUILDERS}
    pages = load_results(STORED_RESULTS)
    training, comparison = (pages[name]["numbers"] for name in ("04_training", "05_comparison"))
    assert training["test_errors"] == wrong["cnn"]
    assert training["test_accuracy"] == 1 - wrong["cnn"] / 10_000
    names = {"cnn": "CNN", "fully_connected": "fully connected", "matched": "matched"}
    assert comparison["errors"] == {names[name]: count for name, count in wrong.items()}
    assert pages["08_normal"]["numbers"]["yours"] == training["test_accuracy"]


def test_the_cnns_accuracy_is_in_the_expected_range(test_digits):
    _, labels = test_digits
    run = reference.load_run("cnn")
    assert 0.985 <= np.mean(run.predictions == labels) <= 0.995
    assert (run.epochs, run.training_images, run.batch_size) == (10, 60_000, 32)


@pytest.mark.parametrize("path", sorted((ROOT / "sweeps").glob("*.yml")), ids=lambda path: path.stem)
def test_every_sweep_has_a_stored_run_for_each_of_its_combinations(path):
    asked = read_sweep(path, declared_parameters(read_chapter(NOTEBOOK)))
    stored = reference.load_sweep(path.stem)[list(asked[0])].to_dict("records")
    assert stored == asked


def test_every_stored_sweep_can_be_asked_for_again():
    stored = {path.name.partition(".")[0] for path in reference.SWEEPS.glob("*.jsonl.xz")}
    assert stored == {path.stem for path in (ROOT / "sweeps").glob("*.yml")}


def test_every_stored_run_counts_its_right_answers_and_stands_alone(test_digits):
    train, (_, y_test) = data.load_mnist()
    _, (_, held_out) = data.hold_out(*train)
    labels = {"test": y_test, "validation": held_out}
    runs = reference.load_sweeps()
    assert "error" not in runs
    for _, run in runs.iterrows():
        predicted = reference.predicted(run)
        assert (predicted == labels[run["scored_on"]]).sum() == run["right"]
        assert len(predicted) == run["images"] == 10_000
        assert run["accuracy"] == run["right"] / run["images"]
        assert len(run["loss"]) == run["epochs"]
        assert {"tensorflow", "keras", "numpy", "python"} <= set(run["versions"])
        assert run["cpu_seconds"] > 0
    assert not runs["predictions"].duplicated().any()


def test_the_networks_of_five_more_seeds_read_digits_each_in_its_own_way(test_digits):
    images, labels = (part[:2_000] for part in test_digits)
    answers = [training.classify(network, images) for network in reference.load_networks()]
    assert len(answers) == 5
    assert all((answer == labels).mean() > 0.97 for answer in answers)
    assert all((one != other).any() for one, other in combinations(answers, 2))


def test_further_scores_agree_with_the_plain_one():
    runs = reference.load_sweep("headline")
    assert [moved[0] for moved in runs["right_moved"]] == runs["right"].tolist()
    assert {tuple(corrupted) for corrupted in runs["right_corrupted"]} == {corruptions.NAMES}
    assert {len(nines) for nines in runs["nines"]} == {10_000}


def test_all_sweeps_together_weigh_a_few_megabytes():
    assert sum(path.stat().st_size for path in reference.SWEEPS.iterdir()) < 4_000_000


def test_repetitions_differ_in_the_seed_alone():
    runs = reference.load_sweeps()
    wanted = runs.iloc[0].to_dict()
    found = reference.repetitions(runs, wanted)
    assert wanted["seed"] in set(found["seed"])
    for name in set(reference.parameter_names(runs)) - {"seed", *reference.FURTHER_SCORES}:
        assert found[name].nunique() == 1
    other = reference.repetitions(runs, wanted | {"epochs": 999})
    assert other.empty


def test_an_unknown_sweep_is_refused_with_the_known_names():
    with pytest.raises(FileNotFoundError, match=r"no results of a sweep 'absent': there are .*headline"):
        reference.load_sweep("absent")


def test_an_unknown_network_is_refused_with_the_known_names():
    with pytest.raises(KeyError, match="choose one of cnn"):
        reference.load_model("resnet")


def test_the_exercise_on_sweeps_knows_the_experiments_defaults():
    assert declared_parameters(read_chapter(NOTEBOOK)) == experiment.DEFAULTS
