"""The race in one file is digitlib's recipe, and needs nothing of digitlib."""

import ast
import re
import shutil
import subprocess
import sys

import keras
import numpy as np
import pytest

import race
from digitlib import data, files
from digitlib.speed import recipes
from pipeline.paths import ROOT

pytestmark = pytest.mark.heavy

SEED, IMAGES = 7, 1_000  # the last batch is smaller
FILE = ROOT / "benchmarks" / "race.py"


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    """What a copy of the file, elsewhere, prints after a short training, and the network that it leaves behind."""
    folder = tmp_path_factory.mktemp("copied")
    shutil.copy(FILE, folder)
    mnist = ["--mnist", str(race.MNIST), "--seed", str(SEED), "--images", str(IMAGES)]
    command = [sys.executable, "race.py", *mnist, "--weights", "race.weights.h5"]
    told = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout
    model = race.build()
    model.load_weights(folder / "race.weights.h5")
    return told, model


def test_the_file_imports_nothing_that_a_reader_lacks():
    tree = ast.parse(files.read_text(FILE))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    others = {name.partition(".")[0] for name in imported} - sys.stdlib_module_names
    assert others == {"keras", "numpy", "tensorflow"}


def test_its_weights_are_those_of_the_recipe(copied):
    (images, labels), _ = data.load_mnist()
    recipe = recipes.RECIPES["race to 99 %"]
    model, epochs = recipes.start(recipe, data.scale_pixels(images[:IMAGES]), labels[:IMAGES], seed=SEED, parts=2)
    assert len(list(epochs)) == 1
    keras.utils.set_random_seed(SEED)
    start = race.build().get_weights()
    moves = [np.abs(after - before).max() for after, before in zip(model.get_weights(), start, strict=True)]
    assert min(moves) > 1e-3
    for ours, theirs in zip(copied[1].get_weights(), model.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=2e-4)


def test_it_prints_seconds_and_the_accuracy_of_its_network(copied):
    told, model = copied
    _, (images, labels) = data.load_mnist()
    accuracy = (model.predict(data.scale_pixels(images), verbose=0).argmax(axis=1) == labels).mean()
    assert accuracy > 0.5
    number = r"\d+\.\d\d"
    told = re.fullmatch(
        rf"loading {number} s, set-up {number} s, training {number} s: {number} s\ntest accuracy (0\.\d{{4}})\n", told
    )
    assert float(told[1]) == pytest.approx(accuracy, abs=2e-4)
