"""A recipe of digitlib.speed.recipes."""

from dataclasses import replace

import timing

import_begin = timing.time.perf_counter()
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

begin = timing.time.perf_counter()
model, training = recipes.start(recipe, X_train, y_train, seed=options.seed, parts=options.parts)
setup_seconds = timing.time.perf_counter() - begin

epochs = timing.Epochs(lambda: predict_probabilities(model, X_test).argmax(axis=1), y_test)
for epoch in training:
    epochs.keep(epoch.seconds, epoch.cpu_seconds)

by_views = {}
if options.views:
    begin = timing.time.perf_counter()
    voted = recipes.predict_views(model, X_test, seed=options.seed).argmax(axis=1)
    by_views = {
        "right_by_views": int((voted == y_test).sum()),
        "views_seconds": timing.time.perf_counter() - begin,
    }
epochs.tell(import_seconds=import_seconds, load_seconds=load_seconds, setup_seconds=setup_seconds, **by_views)
