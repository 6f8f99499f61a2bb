"""What else was tried on the way to the recipes, scored on held-out training images.

    python benchmarks/tried.py [--quick] [--accept]

Each line is a recipe of digitlib.speed.recipes with one thing changed, trained on
50,000 training images and scored on the 10,000 held out. The last is three networks
that answer together. The recipes take turns, round by round, so that
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
from digitlib.training import predict_probabilities

Examples = tuple[np.ndarray, np.ndarray]
TOGETHER = "three networks"  # of five epochs each, smaller than the most accurate


def without_margin() -> keras.Sequential:
    """The network of the race, on the 24 x 24 pixels in the middle."""
    fresh = [type(layer).from_config(layer.get_config()) for layer in recipes.build_small().layers]  # built for 28 x 28
    return keras.Sequential([keras.Input((28, 28, 1)), layers.Cropping2D(2), *fresh])


def tried() -> dict[str, tuple[Recipe, int]]:
    """Recipes by name, with how many seeds each runs."""
    race, accurate = RECIPES["race to 99 %"], RECIPES["most accurate"]
    return {
        "race to 99 %": (race, 6),
        "constant rate": (replace(race, one_cycle=False, rate=0.003), 6),
        "plain labels": (replace(race, label_smoothing=0.0), 6),
        "longer memory": (replace(race, beta_2=0.999), 6),
        "batches of 32": (replace(race, batch_size=32, rate=0.003), 6),
        "the book's network, batches of 32": (replace(race, build=models.build_cnn, batch_size=32, rate=0.003), 6),
        "eight filters": (replace(race, build=partial(recipes.build_small, 8)), 6),
        "margin cut off": (replace(race, build=without_margin), 6),
        "the book's network": (replace(race, build=models.build_cnn), 6),
        "most accurate": (accurate, 3),
        "half as long": (replace(accurate, epochs=5), 3),
        TOGETHER: (replace(RECIPES["race to 99.4 %"], epochs=5, augment=recipes.turn_scale_move), 3),
    }


def main() -> None:
    options = make_parser(__doc__, quick="one seed, one epoch, 2,000 images: does it run?").parse_args()
    graphs.run_operations_side_by_side()
    examples, held = data.hold_out(*data.load_mnist()[0])
    chosen = tried()
    if options.quick:
        examples = examples[0][:2_000], examples[1][:2_000]
        chosen = {name: (replace(recipe, epochs=1), 1) for name, (recipe, _) in chosen.items()}
    rows = []
    for name, seed in turns({name: seeds for name, (_, seeds) in chosen.items()}):
        recipe, _ = chosen[name]
        if name == TOGETHER:
            finished = score_together(recipe, examples, held, seed)
        else:
            finished = [{"recipe": name} | score(recipe, examples, held, seed)]
        rows += finished
        for row in finished:
            print(f"{row['recipe']}, seed {seed}: {row['seconds']:.2f} s, {row['right']:g} right", flush=True)
    table = pd.DataFrame(rows).assign(processor=processor())
    if options.accept:
        reference.save_timings(table, "tried")


def score(recipe: Recipe, examples: Examples, held: Examples, seed: int) -> dict:
    model, seconds = trained(recipe, examples, seed)
    right = count_right(predict_probabilities(model, data.scale_pixels(held[0])), held[1])
    return {"seed": seed, "seconds": seconds, "right": right, "scored": len(held[1])}


def trained(recipe: Recipe, examples: Examples, seed: int) -> tuple[keras.Model, float]:
    """A network, and the seconds of its set-up and training."""
    images, labels = data.scale_pixels(examples[0]), examples[1]
    begin = time.perf_counter()
    model, epochs = recipes.start(recipe, images, labels, seed=seed)
    for _ in epochs:
        pass
    return model, time.perf_counter() - begin


def count_right(probabilities: np.ndarray, labels: np.ndarray) -> int:
    return int((probabilities.argmax(axis=1) == labels).sum())


def score_together(recipe: Recipe, examples: Examples, held: Examples, seed: int) -> list[dict]:
    """Three networks that share the time of the most accurate one: alone (on average), together, and with views."""
    images, labels = data.scale_pixels(held[0]), held[1]
    alone, by_views = [], []
    begin = time.perf_counter()
    for member in range(3):
        model, _ = trained(recipe, examples, 100 * seed + member)
        alone.append(predict_probabilities(model, images))
        by_views.append(recipes.predict_views(model, images, seed=seed, views=4))
    seconds = time.perf_counter() - begin
    answers = {
        "one of three networks": np.mean([count_right(one, labels) for one in alone]),
        TOGETHER: count_right(np.sum(alone, axis=0), labels),
        "three networks, four views": count_right(np.sum(by_views, axis=0), labels),
    }
    return [
        {"recipe": name, "seed": seed, "seconds": seconds, "right": right, "scored": len(held[1])}
        for name, right in answers.items()
    ]


if __name__ == "__main__":
    main()
