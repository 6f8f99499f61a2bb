"""A recipe of digitlib.speed.recipes."""

import os
import sys
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, str(Path(__file__).parents[2]))

import timing

import_begin = timing.time.perf_counter()
import keras

from digitlib.speed import graphs, recipes
from digitlib.training import predict_probabilities

import_seconds = timing.time.perf_counter() - import_begin

options = timing.options()
recipe = recipes.RECIPES[options.recipe]
if options.epochs:
    recipe = replace(recipe, epochs=options.epochs)
X_train, y_train, X_test, y_test, load_seconds = timing.load(options.images, options.scored_on)
if options.parts != 1:
    graphs.run_operations_side_by_side()

right = []


def count_right(model):
    right.append(int((predict_probabilities(model, X_test).argmax(axis=1) == y_test).sum()))


model, record = recipes.train(recipe, X_train, y_train, seed=options.seed, parts=options.parts, after_epoch=count_right)
begin = timing.time.perf_counter()
voted = recipes.predict_views(model, X_test, seed=options.seed).argmax(axis=1) if options.views else None
views_seconds = timing.time.perf_counter() - begin

timing.tell(
    import_seconds=import_seconds,
    load_seconds=load_seconds,
    setup_seconds=record.setup_seconds,
    epoch_seconds=record.epoch_seconds,
    epoch_cpu_seconds=record.epoch_cpu_seconds,
    right=right,
    scored=len(y_test),
    versions={"keras": keras.__version__, "backend": keras.backend.backend()},
    **({} if voted is None else {"right_by_views": int((voted == y_test).sum()), "views_seconds": views_seconds}),
)
