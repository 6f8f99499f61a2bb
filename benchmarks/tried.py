"""What else was tried on the way to the recipes, scored on held-out training images.

    python benchmarks/tried.py [--quick] [--accept]

Each line is a recipe of digitlib.speed.recipes with one thing changed, trained on
50,000 training images and scored on the 10,000 held out. The recipes take turns, round by round, so that
none has the quiet hours to itself; a round is a seed.
"""

import os
import time
from dataclasses import replace
from functools import partial

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import pandas as pd
from keras import layers

from benchmarking import make_parser, turns
from digitlib import data, models, reference
from digitlib.machine import processor
from digitlib.speed import graphs, recipes
from digitlib.speed.recipes import RECIPES, Recipe
from digitlib.training import classify

Examples = tuple[np.ndarray, np.ndarray]
SEEDS = 6


def without_margin() -> keras.Sequential:
    """The network of the race, on the 24 x 24 pixels in the middle."""
    fresh = [type(layer).from_config(layer.get_config()) for layer in recipes.build_small().layers]  # built for 28 x 28
    return keras.Sequential([keras.Input((28, 28, 1)), layers.Cropping2D(2), *fresh])


def tried() -> dict[str, Recipe]:
    """Recipes by name."""
    race = RECIPES["race to 99 %"]
    return {
        "race to 99 %": race,
        "constant rate": replace(race, one_cycle=False, rate=0.003),
        "plain labels": replace(race, label_smoothing=0.0),
        "longer memory": replace(race, beta_2=0.999),
        "batches of 32": replace(race, batch_size=32, rate=0.003),
        "the book's network, batches of 32": replace(race, build=models.build_cnn, batch_size=32, rate=0.003),
        "eight filters": replace(race, build=partial(recipes.build_small, 8)),
        "margin cut off": replace(race, build=without_margin),
        "the book's network": replace(race, build=models.build_cnn),
    }


def main() -> None:
    options = make_parser(__doc__, quick="one seed, one epoch, 2,000 images: does it run?").parse_args()
    graphs.run_operations_side_by_side()
    examples, held = data.hold_out(*data.load_mnist()[0])
    chosen, seeds = tried(), SEEDS
    if options.quick:
        examples = examples[0][:2_000], examples[1][:2_000]
        chosen, seeds = {name: replace(recipe, epochs=1) for name, recipe in chosen.items()}, 1
    rows = []
    for name, seed in turns(dict.fromkeys(chosen, seeds)):
        rows.append({"recipe": name} | score(chosen[name], examples, held, seed))
        print("{recipe}, seed {seed}: {seconds:.2f} s, {right} right".format(**rows[-1]), flush=True)
    table = pd.DataFrame(rows).assign(processor=processor())
    if options.accept:
        reference.save_timings(table, "tried")


def score(recipe: Recipe, examples: Examples, held: Examples, seed: int) -> dict:
    """The seconds of a set-up and training, and how many held-out images are answered right."""
    images, labels = data.scale_pixels(examples[0]), examples[1]
    begin = time.perf_counter()
    model, epochs = recipes.start(recipe, images, labels, seed=seed)
    for _ in epochs:
        pass
    seconds = time.perf_counter() - begin
    right = int((classify(model, data.scale_pixels(held[0])) == held[1]).sum())
    return {"seed": seed, "seconds": seconds, "right": right, "scored": len(held[1])}


if __name__ == "__main__":
    main()
