# %% [markdown]
# # Making it fast
#
# *{{ minutes_to_read.fast }} minutes to read, about {{ minutes_with_exercises.fast }} with the
# exercises; our run took {{ runs.fast.seconds | minutes }} on {{ fast.processor }}.*
#
# Ten epochs of the book's network take {{ fast.bare.training | minutes }} on two processor cores,
# on an older laptop many minutes. How soon can the same two cores reach the same accuracy? In this
# chapter you go step by step from the plain script to a training that is over before you have read
# this paragraph.
#
# **After this chapter you can**
#
# - tell how far a computation is from what your processor could do, and why;
# - make a training faster without changing what it computes;
# - change what it computes so that it needs less, and show that nothing was lost.

# %% tags=["parameters"]
training_images = 60_000

# %% tags=["pipeline"]
from page_results import Page

page = Page("19_fast")

# %% [markdown]
# ## Threads first
#
# TensorFlow's threads are made with its first computation, so the last line of this cell comes
# right after the imports. What it does is explained further below.

# %%
import inspect
import time

import keras
import numpy as np
import pandas as pd
import tensorflow as tf
from scipy import stats

from digitlib import data, models, plots, reference, statistics, training
from digitlib.experiments import choices
from digitlib.speed import graphs, recipes, timings

graphs.run_operations_side_by_side()

# %% [markdown]
# ## Where does the time go?
#
# The timed runs of this chapter are stored with the book. The contestants took turns, a round for
# each seed, so that none had the quiet hours to itself. Seconds are medians over seeds, and "times
# faster" is the median of the ratios within a round. `python benchmarks/contest.py` repeats all of
# it on your machine.

# %%
runs = reference.load_timings("speed")
summary = timings.summarize(runs)
bare = summary.loc["bare script"]
print(f"{runs['processor'][0]}; {len(runs)} runs")
print(
    f"the bare script's ten epochs: {bare['training']:.0f} s, "
    f"in which its threads ran for {bare['processor']:.0f} s"
)

# %% [markdown]
# How much arithmetic is it? [The architecture chapter](02_architecture.ipynb) counted the
# multiply-adds that one image takes on its way forward. On the way back, each layer takes as many
# again for the gradient of its weights, and as many for the gradient of its input; only the first
# layer needs no gradient of its input, since nobody trains the image. A multiply-add is two
# operations.

# %%
multiply_adds = models.describe_layers(models.build_cnn())["multiply-adds"]
operations = 2 * (3 * multiply_adds.sum() - multiply_adds.iloc[0])
epoch_operations = 60_000 * operations
bare_rate = 10 * epoch_operations / bare["training"] / 1e9
print(f"one image, there and back: {operations / 1e6:.1f} million operations")
print(
    f"an epoch: {epoch_operations / 1e12:.2f} trillion; "
    f"the bare script makes {bare_rate:.0f} billion a second"
)


# %% [markdown]
# Is that much? Ask the processor. A **roofline** is a picture of two limits: how many operations a
# second the arithmetic units can do, and how many bytes a second the memory can bring. A
# computation that does few operations with each byte waits for the memory; one that does many is
# limited by arithmetic ({{ cite("williams2009") }}). Both limits are measured here, with all cores
# at work: by products of large matrices, and by sums over arrays that are too large for a cache,
# the small memory on the processor itself.


# %% tags=["hide-input"]
def per_second(operation, inputs, amount):
    """Billions done in a second, if the cores share the inputs.

    The best of five measurements.
    """
    function = tf.function(lambda: [operation(value) for value in inputs])
    compute = function.get_concrete_function()
    compute()
    seconds = []
    for _ in range(5):
        begin = time.perf_counter()
        compute()
        seconds.append(time.perf_counter() - begin)
    return amount / min(seconds) / 1e9


BATCHES, BATCH = 32, 64
cores = graphs.count_cores()
matrices = [tf.random.normal((1_500, 1_500)) for _ in range(cores)]
amount = cores * 2 * 1_500**3
peak = per_second(lambda matrix: matrix @ matrix, matrices, amount)
arrays = [tf.zeros(40_000_000) for _ in range(cores)]
bandwidth = per_second(tf.reduce_sum, arrays, cores * 4 * 40_000_000)
del arrays

rows = {}
cnn = models.build_cnn()
described = models.describe_layers(cnn)
names = iter(
    [
        "first convolution",
        "second convolution",
        "first dense layer",
        "second dense layer",
    ]
)
for layer, (_, row) in zip(cnn.layers, described.iterrows(), strict=True):
    if row["multiply-adds"] == 0:
        continue
    shape = layer.input.shape[1:]
    inputs = [tf.random.normal((BATCH, *shape)) for _ in range(BATCHES)]
    in_and_out = np.prod(shape) + np.prod(layer.output.shape[1:])
    values = BATCH * in_and_out + row["parameters"]
    layer_operations = BATCH * 2 * row["multiply-adds"]
    rows[next(names)] = {
        "intensity": layer_operations / (4 * values),
        "rate": per_second(layer, inputs, BATCHES * layer_operations),
    }
layer_rates = pd.DataFrame(rows).T

# %% mystnb={"figure": {"caption": "Roofline of the machine on which this page was run: the layers of the book's CNN, going forward. The first convolution has only one channel to read, so it does few operations with each byte, and so does the last layer. The second convolution does many. How far a point lies below the roof is what is left to gain, if its operations are long enough to be worth a call.", "name": "fig-fast-roofline"}} tags=["nbval-ignore-output"]
plots.roofline(layer_rates, peak=peak, bandwidth=bandwidth)

# %% tags=["pipeline"]
assert min(peak, bandwidth) > 0.1
last = cnn.layers[-1]
shape = (64 * BATCH, *last.input.shape[1:])
inputs = [tf.random.normal(shape) for _ in range(BATCHES)]
amount = BATCHES * 64 * layer_operations
in_large_batches = per_second(last, inputs, amount)
last_rate = rows["second dense layer"]["rate"]
page.measure(
    processor=training.processor(),
    peak=peak,
    epoch_at_peak=epoch_operations / 1e9 / peak,
    last_in_large_batches=in_large_batches / last_rate,
)
page.add(
    bare=bare.to_dict(),
    bare_rate=bare_rate,
    intensity={
        name: float(row["intensity"]) for name, row in layer_rates.iterrows()
    },
)
page.claim(
    "does the most with each byte",
    layer_rates["intensity"].idxmax() == "second convolution",
)

# %% [markdown]
# The second convolution, where most of the arithmetic is,
# {{ claim("does the most with each byte") }}:
# {{ fast.intensity["second convolution"] | decimals(0) }} operations, against
# {{ fast.intensity["first convolution"] | decimals(1) }} of the first. The last layer has so little
# to compute that the time for calling it counts, too: when this page was run, the layer did
# {{ fast.last_in_large_batches | decimals(1) }} times as much a second when many batches were
# joined into one. On large matrices the processor reached {{ fast.peak | decimals(0) }} billion
# operations a second; at that rate an epoch would take {{ fast.epoch_at_peak | decimals(1) }}
# seconds. The bare script makes {{ fast.bare_rate | decimals(0) }} billion. What keeps it from
# more?
#
# ## A step, taken apart
#
# A **graph** is TensorFlow's record of a computation, which runs without a word of Python. One
# step, on 32 images, built up stage by stage inside one graph: take the batch; go forward to the
# loss; go backward to the gradients; let Adam move the weights. Then the same step called from
# Python, and at last through Keras's `fit`. Each line includes those above it
# (`python benchmarks/step_profile.py`).

# %%
profile = reference.load_timings("step_profile")
step_milliseconds = profile.pivot(
    index="stage", columns="setting", values="milliseconds"
)
stages, settings = profile["stage"].unique(), profile["setting"].unique()
step_milliseconds = step_milliseconds.loc[stages, settings]
step_milliseconds.round(2)

# %% tags=["pipeline"]
as_it_comes, without, one_thread, cut, side = (
    step_milliseconds[setting] for setting in step_milliseconds
)
backward = as_it_comes["backward"] - as_it_comes["forward"]
page.add(
    step={
        setting: {
            stage: float(value) for stage, value in stages.dropna().items()
        }
        for setting, stages in step_milliseconds.items()
    },
    fit_share=float(1 - as_it_comes["Adam"] / as_it_comes["through fit"]),
    backward_share=float(backward / as_it_comes["Adam"]),
    second_core=float(one_thread["Adam"] / as_it_comes["Adam"]),
    second_core_side_by_side=float(one_thread["Adam"] / side["Adam"]),
    onednn=float(without["Adam"] / as_it_comes["Adam"]),
    cut_alone=float(cut["Adam"]),
)
page.claim("gains nothing", cut["Adam"] > 0.98 * as_it_comes["Adam"])
page.claim(
    "gives more when it has a part of its own",
    side["Adam"] < as_it_comes["Adam"],
)
page.claim("worth having", without["Adam"] > as_it_comes["Adam"])

# %% [markdown]
# - **Waiting.** Of the {{ fast.step["as it comes"]["through fit"] | decimals(1) }} milliseconds
#   that a step takes through `fit`, {{ fast.fit_share | percent(0) }} are not spent on the step
#   itself, but on preparing batches, on going back and forth between Python and the graph, and on
#   the accuracy that `fit` keeps.
# - **Routines.** Inside the graph, the way back takes {{ fast.backward_share | percent(0) }} of the
#   time. The convolutions are computed by oneDNN, a library of layers for processors, which is
#   {{ claim("worth having") }}: without it a step takes {{ fast.onednn | decimals(1) }} times as
#   long.
# - **Threads.** With both cores on each operation, the graph runs
#   {{ fast.second_core | decimals(2) }} times as fast as on one core. With a part of the batch for
#   each core, and one thread for each operation, it is
#   {{ fast.second_core_side_by_side | decimals(2) }} times. So the second core
#   {{ claim("gives more when it has a part of its own") }}. To cut the batch in parts and leave the
#   threads as they come {{ claim("gains nothing") }}: {{ fast.cut_alone | decimals(2) }}
#   milliseconds in place of {{ fast.step["as it comes"]["Adam"] | decimals(2) }}.
#
# ## The same mathematics, faster
#
# First, change nothing of what is computed: the same network, batches of the same size, Adam, a
# random order of the images. (Only the accuracy on the training images, which `fit` counts as it
# goes, is left out.) `digitlib.speed.graphs` makes an epoch one graph: TensorFlow gets the order of
# the images and comes back when the epoch is over. And it cuts each batch in parts, one for each
# core. The gradient of a sum is the sum of the gradients, so the parts' gradients are added, and
# the step is what it was. This is all of it:

# %%
print(inspect.getsource(graphs.compile_epoch))

# %% [markdown]
# By default TensorFlow also splits each single operation over all cores. On sixteen or thirty-two
# small images an operation is over before the cores have shared it out. So the line at the top of
# the page gave each operation one thread, and lets as many operations run at once as there are
# cores.
#
# Is it really the same? Give Keras's own `fit` the same images in the same order, and compare the
# weights after twenty steps.

# %%
(X_train, y_train), (X_test, y_test) = data.load_mnist()
X_train, y_train = choices.draw_examples(
    X_train, y_train, count=training_images, seed=1
)
X_train, X_test = data.scale_pixels(X_train), data.scale_pixels(X_test)

keras.utils.set_random_seed(1)
by_keras = models.build_cnn()
start = by_keras.get_weights()
order = np.random.default_rng(1).permutation(640)
by_keras.compile(**training.SETTINGS)
by_keras.fit(
    X_train[:640][order], y_train[:640][order], shuffle=False, verbose=0
)

in_one_graph = models.build_cnn()
in_one_graph.set_weights(start)
for _ in graphs.epochs(
    in_one_graph,
    X_train[:640],
    y_train[:640],
    count=1,
    optimizer=keras.optimizers.Adam(),
    seed=1,
    parts=2,
):
    pass  # the loop is the training


def largest_difference(weights, others):
    """The largest difference between two lists of weights."""
    return max(
        np.abs(one - other).max()
        for one, other in zip(weights, others, strict=True)
    )


moved = largest_difference(by_keras.get_weights(), start)
apart = largest_difference(by_keras.get_weights(), in_one_graph.get_weights())
print(
    f"the weights moved by more than 0.01: {moved > 0.01}; "
    f"they are closer together than 0.0001: {apart < 0.0001}"
)

# %% [markdown]
# {{ claim("Only the rounding differs") }}, because sums are added in another order. Over many steps
# such differences grow, as they do between any two machines: the runs become siblings, not twins.
# So compare their seconds, and then their accuracies over many seeds.

# %%
compared = summary.loc[
    ["bare script", "an epoch as one graph", "two parts side by side"],
    ["seeds", "set-up", "training", "processor", "times faster"],
]
compared.round({"set-up": 2, "training": 1, "processor": 1, "times faster": 2})

# %% tags=["pipeline"]
same, graph = summary.loc[
    ["two parts side by side", "an epoch as one graph"], "times faster"
]
in_parts_seconds = timings.seconds(runs, "two parts side by side")
in_each_round = timings.seconds(runs, "bare script") / in_parts_seconds
training_in_parts = summary.loc["two parts side by side", "training"]
page.add(
    same_times=same,
    same_range=[float(in_each_round.min()), float(in_each_round.max())],
    graph_times=graph,
    same_rate=10 * epoch_operations / training_in_parts / 1e9,
)
page.claim("more than one and a half times as fast", same > 1.5)
page.claim("Only the rounding differs", apart < 0.0001 < moved)

# %% [markdown]
# One graph alone is {{ fast.graph_times | decimals(2) }} times as fast as the bare script, and with
# two parts side by side it is {{ fast.same_times | decimals(2) }} times:
# {{ claim("more than one and a half times as fast") }} ({{ fast.same_range[0] | decimals(1) }} to
# {{ fast.same_range[1] | decimals(1) }} in single rounds), at {{ fast.same_rate | decimals(0) }}
# billion operations a second.
#
# The accuracies held a surprise. The bare script sets a seed, so that its runs can be repeated.
# Once a seed is set, Keras's `fit` shows the images in *the same order in every epoch*: on
# TensorFlow it draws the order inside a data pipeline, and a pipeline that starts anew starts from
# its seed again ([a known issue](https://github.com/tensorflow/tensorflow/issues/35682)). This is
# the line that `fit` runs at the start of each epoch, on ten images:

# %%
keras.utils.set_random_seed(1)
once = tf.data.Dataset.range(1)
orders = once.map(lambda _: tf.random.shuffle(tf.range(10)))
for epoch in (1, 2, 3):
    print(f"epoch {epoch}:", *(order.numpy() for order in orders))

# %% [markdown]
# `digitlib.speed.graphs` makes a new order for each epoch, as `fit` does when no seed is set. So
# there are two questions. Is the accuracy the same if the order is repeated, too? And what does a
# new order change?

# %%
siblings = reference.load_timings("siblings")
ORDERS = {
    "bare script": "the bare script, its order repeated",
    "the same order each epoch": "two parts side by side, the order repeated",
    "two parts side by side": "two parts side by side, a new order each epoch",
}
by_epoch = {name: timings.by_epoch(siblings, name) for name in ORDERS}
measures = {
    "after the last epoch": {
        name: table[10] for name, table in by_epoch.items()
    },
    "mean of epochs 2 to 10": {
        name: table.loc[:, 2:].mean(axis=1) for name, table in by_epoch.items()
    },
}
changes = {}
for measure, accuracies in measures.items():
    print(measure)
    for name, label in ORDERS.items():
        mean = statistics.mean_over_seeds(accuracies[name])
        print(f"  {label:46} {statistics.in_words(mean, digits=2)}")
    by_fit, in_parts, in_new_order = accuracies.values()
    changes[measure] = {
        "in parts": statistics.compare_over_seeds(by_fit, in_parts),
        "a new order": statistics.compare_over_seeds(in_parts, in_new_order),
    }
    for change, comparison in changes[measure].items():
        in_words = statistics.difference_in_words(comparison)
        print(f"    {change + ':':44} {in_words}")

# %% tags=["pipeline"]
after_last, over_epochs = changes.values()
page.add(
    in_parts=over_epochs["in parts"],
    new_order=over_epochs["a new order"],
    in_parts_at_last=after_last["in parts"],
    new_order_at_last=after_last["a new order"],
)
page.claim(
    "neither shows a difference, and a gain of a tenth of a point from "
    "computing in parts is not ruled out",
    after_last["in parts"].low < 0
    and after_last["in parts"].high > 0.001
    and after_last["a new order"].low < 0 < after_last["a new order"].high,
)
page.claim(
    "computing in parts changes nothing that shows",
    over_epochs["in parts"].p_value > 0.05,
)
page.claim(
    "a new order in each epoch helps a little",
    over_epochs["a new order"].low > 0,
)

# %% [markdown]
# What had been asked first was the accuracy after the last epoch. By it computing in parts makes a
# difference of {{ fast.in_parts_at_last | difference_in_words(digits=3) }}, and a new order one of
# {{ fast.new_order_at_last | difference_in_words(digits=3) }}:
# {{ claim("neither shows a difference, and a gain of a tenth of a point from computing in parts is not ruled out") }}.
# Only then did we look at the mean of epochs 2 to 10, which is steadier. (In the first epoch no
# order has been repeated yet.) By that,
# {{ claim("computing in parts changes nothing that shows") }}
# ({{ fast.in_parts | difference_in_words }}), and
# {{ claim("a new order in each epoch helps a little") }}
# ({{ fast.new_order | difference_in_words }}). That measure was chosen after seeing the data, so
# take both as hints. In ten runs that were declared for the new order, the difference after the
# last epoch is {{ normal.new_order | difference_in_words }} ([chapter 8](08_normal.ipynb)).
#
# ## Needing less
#
# From here on the training itself changes. Its goal: a mean over seeds of `0.99` on the test set.
# All choices were made on the last {{ fast.held_out | thousands }} training images, held out; the
# recipes that came out were written down, and only then scored on the test set. (Those last images
# are no fair sample, as [chapter 1](01_dataset.ipynb) shows. So below, what was tried is scored
# once more, on the digits of other writers.)
#
# 1. **A rate that rises and falls.** While the weights are still raw, large steps do harm; in the
#    middle of a training they save time; at its end they keep the network from settling. A
#    **one-cycle rate** rises in a straight line to a peak, here {{ fast.peak_rate | words }} times
#    the usual rate, and then falls to zero ({{ cite("smith2018") }}). The network settles at the
#    end of the training, whenever that is, and the training can be cut to
#    {{ fast.epochs["one-cycle rate"] | words }} epochs.
# 2. **Smoothed labels.** Ask the network for a little less than certainty: nine tenths of the
#    target for the digit, the rest spread over all ten ({{ cite("szegedy2016") }}). It stops
#    pushing answers that are right already, and the training is cut to
#    {{ fast.epochs["smoothed labels"] | words }} epochs.
# 3. **Larger steps, larger batches.** {{ fast.larger_rate | words | capitalize }} times the rate,
#    in one epoch of the same cycle; {{ fast.larger_batch | words }} times as many images a step, so
#    that the steps are fewer and less noisy; and a shorter memory of Adam's for squared gradients,
#    as there are fewer steps to remember.
# 4. **A smaller network.** Most of the arithmetic is in the second convolution. In the race's
#    network the first convolution looks at every second place only, with larger kernels and half
#    the filters, so there is nothing left to pool before the second, which has half the filters,
#    too, and {{ fast.small_second | percent(0) }} of the multiply-adds. Pooling stands before ReLU:
#    the result is the same, and ReLU has a quarter of the values to go through. The pixels are
#    standardized, and the dense layer is wider, which costs little.
#
# None of this is new. One-cycle rates, large batches, a large first kernel, pooling before ReLU and
# a single epoch came together in a script that reads {{ fact.fast_script_accuracy }} of the test
# digits after {{ fact.fast_script_seconds }} on a graphics card ({{ cite("oikarinen2021") }}; it
# was tuned on the test set). Racing with the mean of many runs as the judge was taken further on
# another dataset ({{ cite("jordan2024") }}). What is ours is the processor: how far two cores get.

# %% mystnb={"figure": {"caption": "Seconds of a whole training, set-up included, on a logarithmic axis, one step after another. Below each name: the mean accuracy on the test set, with its 95 % interval.", "name": "fig-fast-waterfall"}}
GOAL = 0.99
LADDER = {
    "bare script": "bare script",
    "two parts side by side": "two parts side by side",
    "one-cycle rate": "one-cycle rate",
    "smoothed labels": "smoothed labels",
    "larger steps and batches": "larger batches",
    "smaller network": "race to 99 %",
}
seconds = {
    name: timings.seconds(runs, contestant)
    for name, contestant in LADDER.items()
}
reached = {
    name: timings.accuracy(
        siblings if contestant in ORDERS else runs, contestant
    )  # thirty seeds where there are thirty
    for name, contestant in LADDER.items()
}
steps = pd.DataFrame(
    {
        "value": {name: of_one.median() for name, of_one in seconds.items()},
        "note": {
            name: statistics.in_words(estimate, digits=2)
            for name, estimate in reached.items()
        },
    }
)
plots.waterfall(
    steps, subject="Seconds of a training", xlabel="seconds, set-up included"
)

# %% [markdown]
# Seconds belong to a machine. Operations do not: those of the table below are what the network and
# the recipe ask for, on whatever processor.

# %%
by_recipe_name = {
    "bare script": "the book's own",
    "two parts side by side": "the book's own",
    "larger steps and batches": "larger batches",
    "smaller network": "race to 99 %",
}
rows = {}
for name in LADDER:
    recipe = recipes.RECIPES[by_recipe_name.get(name, name)]
    work = models.describe_layers(recipe.build())["multiply-adds"]
    an_image = 2 * (3 * work.sum() - work.iloc[0])
    rows[name] = {
        "epochs": recipe.epochs,
        "trillion operations": recipe.epochs * 60_000 * an_image / 1e12,
        "seconds": seconds[name].median(),
    }
ladder = pd.DataFrame(rows).T
ladder.round({"epochs": 0, "trillion operations": 2, "seconds": 1})

# %% tags=["pipeline"]
race = summary.loc["race to 99 %"]
race_runs = runs[runs["contestant"] == "race to 99 %"]
race_accuracies = timings.by_epoch(runs, "race to 99 %").iloc[:, -1]
race_range = statistics.prediction_interval(race_accuracies, confidence=0.95)
times = seconds["bare script"] / seconds["smaller network"]
medians = steps["value"]
in_large_steps = medians["larger steps and batches"]
fewer_steps = medians["two parts side by side"] / in_large_steps
smaller = in_large_steps / medians["smaller network"]
usual = recipes.RECIPES["the book's own"]
one_cycle = recipes.RECIPES["one-cycle rate"]
larger = recipes.RECIPES["larger batches"]
small_second, second = (
    models.describe_layers(build())["multiply-adds"].max()
    for build in (recipes.build_small, models.build_cnn)
)
page.add(
    operations=ladder["trillion operations"].to_dict(),
    epochs={name: recipe.epochs for name, recipe in recipes.RECIPES.items()},
    peak_rate=round(one_cycle.rate / usual.rate),
    larger_rate=round(larger.rate / one_cycle.rate),
    larger_batch=larger.batch_size // one_cycle.batch_size,
    small_second=int(small_second) / int(second),
    bare_accuracy=reached["bare script"],
    bare_seeds=reached["bare script"].count,
    seconds=steps["value"].to_dict(),
    times=float(times.median()),
    times_range=[float(times.min()), float(times.max())],
    fewer_steps=fewer_steps,
    smaller=smaller,
    race=race.to_dict(),
    race_accuracy=reached["smaller network"],
    race_range=list(race_range),
    race_load=float(race_runs["load_seconds"].median()),
    race_setup=float(race_runs["setup_seconds"].median()),
    race_parameters=recipes.build_small().count_params(),
)
page.claim("The goal is reached", race["value"] >= GOAL)
page.claim(
    "So is it by every step after the first",
    all(one.value >= GOAL for one in list(reached.values())[1:]),
)
page.claim(
    "after none of its ten epochs",
    timings.epochs_to(siblings, "bare script", GOAL) is None,
)
page.claim("Most of it came from needing fewer steps", fewer_steps > smaller)

# %% [markdown]
# {{ claim("The goal is reached") }}: {{ fast.race_accuracy | in_words(digits=2) }}, with
# {{ fast.race_parameters | thousands }} parameters, in {{ fast.race.total | decimals(1) }} seconds.
# {{ claim("So is it by every step after the first") }}. The bare script's ten epochs take
# {{ fast.times | decimals(0) }} times as long ({{ fast.times_range[0] | decimals(0) }} to
# {{ fast.times_range[1] | decimals(0) }} in single rounds), and its mean over {{ fast.bare_seeds }}
# seeds reaches the goal {{ claim("after none of its ten epochs") }}: it is
# {{ fast.bare_accuracy | in_words(digits=2) }} after the last. (See whether this interval holds the
# goal.)
#
# Of the seconds of the race, {{ fast.race_load | decimals(1) }} load the images,
# {{ fast.race_setup | decimals(1) }} build the network and its graph, and only
# {{ fast.race.training | decimals(1) }} train.
#
# {{ claim("Most of it came from needing fewer steps") }}: a factor of
# {{ fast.fewer_steps | decimals(1) }}, against {{ fast.smaller | decimals(1) }} for the smaller
# network. Whoever races on another machine may compare operations: from
# {{ fast.operations["bare script"] | decimals(1) }} trillion to
# {{ fast.operations["smaller network"] | decimals(2) }}.
#
# ## Further up
#
# The same race to `0.994`, and the most accurate network that we found for the time of the bare
# script's ten epochs. Both have five convolutions with **batch normalization**, and see each image
# turned, scaled, sheared and moved a little, anew each time. The last one also answers from several
# views: by the mean of its probabilities for an image and seven slightly changed views of it. That
# costs time for each answer, and is counted.

# %%
contestants = [
    "bare script",
    "race to 99 %",
    "race to 99.4 %",
    "most accurate",
]
decimals = {"seeds": 0, "set-up": 2, "training": 2, "total": 2}
decimals |= {"times faster": 1, "value": 4, "low": 4, "high": 4}
table = summary.loc[contestants, list(decimals)]
table.round(decimals)

# %% mystnb={"figure": {"caption": "Accuracy on the test set against the seconds of set-up and training, on a logarithmic axis: means over seeds, with 95 % intervals. What lies further up and further left is better.", "name": "fig-fast-points"}}
shown = [*LADDER.values(), "race to 99.4 %", "most accurate"]
plots.labelled_points(
    summary.loc[shown].rename(columns={"total": "x"}),
    subject="Accuracy on the test set",
    xlabel="seconds, set-up included",
    ylabel="accuracy",
)

# %% tags=["pipeline"]
accurate = runs[runs["contestant"] == "most accurate"]
views_accuracy = accurate["right_by_views"] / accurate["scored"]
views = statistics.mean_over_seeds(views_accuracy)
views_seconds = accurate["views_seconds"].median()
with_views = summary.loc["most accurate", "total"] + views_seconds
page.add(
    race_further=timings.accuracy(runs, "race to 99.4 %"),
    race_further_seconds=summary.loc["race to 99.4 %", "total"],
    accurate=timings.accuracy(runs, "most accurate"),
    accurate_share=with_views / bare["total"],
    accurate_parameters=recipes.build_deep().count_params(),
    views=views,
    views_gain=statistics.compare_over_seeds(
        timings.by_epoch(runs, "most accurate").iloc[:, -1],
        views_accuracy.set_axis(accurate["seed"]),
    ),
)
page.claim("reaches it", summary.loc["race to 99.4 %", "value"] >= 0.994)
page.claim("within the time of the bare script", with_views <= bare["total"])

# %% [markdown]
# The first {{ claim("reaches it") }}: {{ fast.race_further | in_words(digits=2) }} in
# {{ fast.race_further_seconds | decimals(1) }} seconds. The second gets to
# {{ fast.accurate | in_words(digits=2) }} alone and to {{ fast.views | in_words(digits=2) }} from
# eight views, a difference of {{ fast.views_gain | difference_in_words }}. It has
# {{ fast.accurate_parameters | thousands }} parameters, fewer than the book's network, and stays
# {{ claim("within the time of the bare script") }}, {{ fast.accurate_share | percent(0) }} of it.
#
# ## What was tried
#
# What was tried on the way to the two recipes, trained and scored anew on the split of
# [chapter 1](01_dataset.ipynb), where no writer is on both sides (`python benchmarks/tried.py`):

# %%
tried = reference.load_timings("tried")
tried["accuracy"] = tried["right"] / tried["scored"]
by_recipe = {
    name: part.set_index("seed")
    for name, part in tried.groupby("recipe", sort=False)
}
tried_accuracies = {
    name: statistics.mean_over_seeds(part["accuracy"])
    for name, part in by_recipe.items()
}
tried_table = pd.DataFrame(
    {name: estimate._asdict() for name, estimate in tried_accuracies.items()}
).T
tried_table["seconds"] = tried.groupby("recipe")["seconds"].median()
tried_table[["count", "seconds", "value", "low", "high"]].round(
    {"count": 0, "seconds": 2, "value": 4, "low": 4, "high": 4}
)

# %% [markdown]
# The first line is the race's recipe. On the last images of the file it had
# {{ edition.first.fast.tried["race to 99 %"].value | percent(2) }}, so its margin over the goal was
# theirs. (On the test set it was trained with all images: [the figure](#fig-fast-waterfall).) In
# the lines below it one thing is changed, or two where the name says so (with a constant rate, and
# with batches of `32`, the rate has to come down, too). Against the race, over the same seeds:

# %%
against_race = {
    name: statistics.compare_over_seeds(
        by_recipe["race to 99 %"]["accuracy"], by_recipe[name]["accuracy"]
    )
    for name in list(by_recipe)[1:]
}
for name, comparison in against_race.items():
    ratio = by_recipe[name]["seconds"] / by_recipe["race to 99 %"]["seconds"]
    print(
        f"{name:35} {ratio.median():.2f} times the seconds; "
        f"{statistics.difference_in_words(comparison)}"
    )

# %% tags=["pipeline"]
race_seconds = by_recipe["race to 99 %"]["seconds"]
small_batch_times = by_recipe["batches of 32"]["seconds"] / race_seconds
in_small_batches = statistics.compare_over_seeds(
    by_recipe["the book's network"]["accuracy"],
    by_recipe["the book's network, batches of 32"]["accuracy"],
)
page.add(
    tried=tried_accuracies,
    held_out=int(tried["scored"].max()),
    against_race=against_race,
    in_small_batches=in_small_batches,
    small_batch_times=small_batch_times.median(),
)
page.claim(
    "not what makes one epoch enough",
    against_race["batches of 32"].low < 0 < against_race["batches of 32"].high
    and in_small_batches.low < 0 < in_small_batches.high,
)
page.claim(
    "The cycle of the rate and the smoothed labels are what is missed",
    all(
        against_race[name].high < 0
        for name in ("constant rate", "plain labels")
    ),
)
corrected = statistics.holm(
    {name: comparison.p_value for name, comparison in against_race.items()}
)
more_accurate = [
    name
    for name, comparison in against_race.items()
    if statistics.verdict(comparison, corrected[name]) == "helps"
]
less_accurate = [
    name
    for name, comparison in against_race.items()
    if statistics.verdict(comparison, corrected[name]) == "hurts"
]
page.add(more_accurate=more_accurate, less_accurate=less_accurate)

# %% [markdown]
# {% if fast.more_accurate %}
# Shown to be more accurate: {{ fast.more_accurate | join("; ") }}.
# {% else %}
# None of them is shown to be more accurate.
# {% endif %}
# Shown to be less accurate:
# {{ fast.less_accurate | join("; ") if fast.less_accurate else "none" }}. (Pairs of seeds, with
# Holm's correction, as the first edition had declared; [What helps?](16_exploring.ipynb) shows that
# another test may name others.)
#
# {{ claim("The cycle of the rate and the smoothed labels are what is missed") }}:
# {{ fast.against_race["constant rate"] | difference_in_words }} without the one,
# {{ fast.against_race["plain labels"] | difference_in_words }} without the other. The larger
# batches are {{ claim("not what makes one epoch enough") }}: with batches of `32` and a lower rate
# it is as accurate, as far as these seeds can tell, in the race's network
# ({{ fast.against_race["batches of 32"] | difference_in_words }}) and in the book's
# ({{ fast.in_small_batches | difference_in_words }}). They save time, in the race's network:
# without them a training takes {{ fast.small_batch_times | decimals(1) }} times as long.

# %% [markdown]
# ## Now you
#
# Train it, here and now. Nothing in this chapter names a processor, so on a GPU the same cell
# should run unchanged, with each batch in one part; for this page it ran on none.

# %% tags=["nbval-ignore-output"]
begin = time.perf_counter()
recipe, seed = recipes.RECIPES["race to 99 %"], int(begin) % 1_000
model, epochs = recipes.start(recipe, X_train, y_train, seed=seed)
print(f"set-up: {time.perf_counter() - begin:.2f} s")
for epoch in epochs:
    print(f"epoch {epoch.number}: {epoch.seconds:.2f} s")
trained = time.perf_counter() - begin
predicted = training.predict_probabilities(model, X_test).argmax(axis=1)
live_accuracy = float((predicted == y_test).mean())
print(f"test accuracy: {live_accuracy:.4f}")

# %% tags=["pipeline"]
assert live_accuracy > (0.985 if training_images == 60_000 else 0.5)
# Twenty seeds: see race_range.
page.add(live_accuracy=live_accuracy, atol=0.005)
page.measure(live_seconds=trained)

# %% [markdown]
# When this page was run, it took {{ fast.live_seconds | decimals(1) }} seconds and reached
# {{ fast.live_accuracy | percent(2) }}. Your seed is another one, drawn from the clock. By the
# twenty stored runs, nineteen of twenty further runs come out between
# {{ fast.race_range[0] | percent(2) }} and {{ fast.race_range[1] | percent(2) }}.
#
# **Elsewhere.** {{ cite("coleman2017") }} made time to a fixed accuracy a contest;
# {{ cite("muller2019") }} look at what smoothed labels do to the layer before the last: each class
# draws together.
#
# ## Summary
#
# - Measure before you change anything: what limits the computation, arithmetic, memory or waiting?
# - The same mathematics ran {{ fast.same_times | decimals(1) }} times as fast, by waiting less and
#   by keeping both cores busy.
# - A rate that rises and falls, smoothed labels, larger steps and larger batches made the training
#   {{ fast.fewer_steps | decimals(0) }} times shorter, and a smaller network
#   {{ fast.smaller | decimals(0) }} times.
# - Choose on held-out images, write the recipe down, and score it on the test set over many seeds.
#
# ## Questions to think about
#
# **A layer does `2` operations with each byte. The processor could do `100` billion operations a
# second, and its memory brings `20` billion bytes. What limits the layer?**
#
# <details><summary>The arithmetic: a hundred is what the processor can do at most</summary>
#
# To keep it busy, the memory would have to bring `50` billion bytes a second. It brings `20`.
#
# </details>
#
# <details><summary>The memory: it feeds `40` billion operations a second</summary>
#
# Right. A faster processor would wait just as long. More operations with each byte would help, or
# fewer bytes.
#
# </details>
#
# <details><summary>Neither: operations and bytes cannot be compared</summary>
#
# The number of operations for each byte makes them comparable. That is what the roofline's axis is
# for.
#
# </details>
#
# **For which network is the step not the same, if the batch is cut in two parts and the gradients
# are put together?**
#
# <details><summary>One with pooling</summary>
#
# Pooling looks at one image at a time. It does not matter which others are in its part.
#
# </details>
#
# <details><summary>One with batch normalization</summary>
#
# Right. It takes mean and spread from the images around, and these are others in half a batch.
#
# </details>
#
# <details><summary>One with very many parameters</summary>
#
# However many: each entry of the gradient is a mean over images, and means over parts can be put
# together again.
#
# </details>
#
# **Pooling and ReLU may change places: the result is the same. Would that hold with average
# pooling, too?**
#
# <details><summary>Yes: a mean lies between the smallest and the largest value, and so does the
# maximum</summary>
#
# That is true of both, and not enough. Take the values -1 and 1: the mean first, and then ReLU; now
# the other way round.
#
# </details>
#
# <details><summary>Yes: both poolings are linear</summary>
#
# The mean is linear, the maximum is not. But ReLU is not linear either, and that is what matters
# here.
#
# </details>
#
# <details><summary>No: ReLU keeps the order of values, which is all the maximum looks at; the mean
# needs more</summary>
#
# Right. The mean of -1 and 1 is 0; after ReLU they are 0 and 1, and their mean is a half.
#
# </details>
#
# **A fast training invites you to try many recipes. Why not score each of them on the test set?**
#
# <details><summary>Because the network would learn from the test images</summary>
#
# Scoring changes no weight. It is you who would learn from them: which recipe to keep.
#
# </details>
#
# <details><summary>Because one of many comes out on top by luck, and its score then promises too
# much</summary>
#
# Right. Held-out images suffer from the same, but the test set stays fresh for the one recipe that
# you declare. [What helps?](16_exploring.ipynb) goes that way.
#
# </details>
#
# <details><summary>Because scoring takes longer than such a short training</summary>
#
# It takes a moment. What is lost is not time but the value of the score.
#
# </details>
#
# ## Exercises
#
# {{ how_to_answer("fast.1") }}

# %%
from digitlib import check, hint

# %% [markdown]
# **Exercise 1** (a few minutes). Write `roof`: the operations a second that a computation can reach
# at most, from its intensity (operations a byte), the peak of the arithmetic units (operations a
# second) and the bandwidth of the memory (bytes a second). For which layers of the book's network
# would a processor with a peak of `100` billion wait for a memory that brings `20` billion bytes?


# %%
def roof(intensity, peak, bandwidth):
    """The highest rate that arithmetic and memory allow."""
    ...
    ### BEGIN SOLUTION
    return min(peak, intensity * bandwidth)
    ### END SOLUTION


check("fast.1", roof)
### BEGIN SOLUTION

for layer_name, intensity in layer_rates["intensity"].items():
    rate = roof(intensity, 100, 20)
    waits_for = "memory" if rate < 100 else "arithmetic"
    print(
        f"{layer_name:20} {rate:4.0f} billion a second; "
        f"waits for the {waits_for}"
    )
### END SOLUTION

# %% [markdown]
# **Exercise 2** (ten minutes). A part of the work gets faster; how much faster does the whole get?
# Write `speed_up`. It takes arrays: the share of each part in the time, which add up to one, and
# how many times as fast each becomes. What would the training gain, step by step through `fit`, if
# the graph ran twice, ten or a thousand times as fast, and nothing else changed?


# %%
def speed_up(shares, factors):
    """How many times as fast the whole becomes."""
    ...
    ### BEGIN SOLUTION
    return 1 / (shares / factors).sum()
    ### END SOLUTION


check("fast.2", speed_up)
### BEGIN SOLUTION

step = step_milliseconds["as it comes"]
graph_share = step["Adam"] / step["through fit"]
for factor in (2, 10, 1_000):
    shares = np.array([graph_share, 1 - graph_share])
    whole = speed_up(shares, np.array([factor, 1]))
    print(
        f"the graph {factor:5,} times as fast: the training {whole:.2f} times"
    )
### END SOLUTION

# %% [markdown]
# **Exercise 3** (a quarter of an hour). The parts of a batch need not be of one size: thirty-two
# images on three cores are not. Write `whole_gradient`, which takes the gradients of the parts'
# mean losses, a row for each part, and the sizes of the parts, and returns the gradient of the mean
# loss of the whole batch. Try it on a straight line through points, where you can write the
# gradient down.


# %%
def whole_gradient(gradients, sizes):
    """The gradient of a batch's mean, from those of its parts' means."""
    ...
    ### BEGIN SOLUTION
    return np.average(gradients, axis=0, weights=sizes)
    ### END SOLUTION


check("fast.3", whole_gradient)
### BEGIN SOLUTION

random = np.random.default_rng(3)
features = random.normal(size=(32, 2))
targets = random.normal(size=32)
line = random.normal(size=2)


def gradient(rows):
    """Of the mean squared error of the line at these points."""
    errors = features[rows] @ line - targets[rows]
    return 2 * errors @ features[rows] / len(rows)


three_parts = np.array_split(np.arange(32), 3)
sizes = [len(rows) for rows in three_parts]
gradients = np.stack([gradient(rows) for rows in three_parts])
put_together = whole_gradient(gradients, np.array(sizes))
same = np.allclose(put_together, gradient(np.arange(32)))
print(f"sizes {sizes}; the same: {same}")
### END SOLUTION

# %% [markdown]
# **Exercise 4** (a quarter of an hour). Write `one_cycle`: the rate at a step, or at each of an
# array of steps, in a training of so many `steps`. It is 0 at step `0`, rises in a straight line to
# the peak at the share `rise` of all steps, and falls in a straight line to 0 at the last. What is
# its mean over the training, and how does that depend on `rise`?


# %% mystnb={"figure": {"caption": "A one-cycle rate with its peak after a quarter of the training, and the constant rate that has the same mean.", "name": "fig-fast-one-cycle"}}
def one_cycle(step, steps, peak, rise):
    """The rate at a step, 0 to steps."""
    ...
    ### BEGIN SOLUTION
    return np.interp(step, [0, rise * steps, steps], [0, peak, 0])
    ### END SOLUTION


check("fast.4", one_cycle)
### BEGIN SOLUTION

for rise in (0.1, 0.25, 0.5):
    middle_of_steps = np.arange(400) + 0.5
    mean_rate = one_cycle(middle_of_steps, 400, 0.01, rise).mean()
    print(f"peak 0.01 at {rise:.0%} of the steps: mean rate {mean_rate:.4f}")

every_tenth = np.arange(0, 401, 10)
plots.lines(
    {
        "one cycle": one_cycle(every_tenth, 400, 0.01, 0.25),
        "constant": np.full(len(every_tenth), 0.01 / 2),
    },
    x=every_tenth,
    subject="Two learning rates",
    xlabel="step",
    ylabel="rate",
)
### END SOLUTION

# %% [markdown]
# **Exercise 5** (an hour). Write `smoothed_loss`: the mean cross-entropy of rows of ten
# `probabilities` with smoothed labels. A share `smoothing` of the target is taken from the right
# digit, and spread over all ten alike. Then find out what the race's recipe,
# `recipes.RECIPES["race to 99 %"]`, owes to it. `dataclasses.replace(recipe, label_smoothing=0.0)`
# is the same recipe with plain labels. Undo one of its four changes at a time (a constant rate, or
# batches of `32`, need a lower rate as well: `0.003`), and train (`recipes.start`, and a loop over
# its epochs) without the last sixth of the images, which you score it on. Which one is missed most?


# %% nbval={"atol": 0.005}
def smoothed_loss(probabilities, labels, smoothing):
    """The mean cross-entropy with smoothed labels."""
    ...
    ### BEGIN SOLUTION
    targets = (1 - smoothing) * np.eye(10)[labels] + smoothing / 10
    return -(targets * np.log(probabilities)).sum(axis=1).mean()
    ### END SOLUTION


check("fast.5", smoothed_loss)
### BEGIN SOLUTION

from dataclasses import replace

(kept, kept_labels), (held, held_labels) = data.hold_out(*data.load_mnist()[0])
kept = data.scale_pixels(kept[:training_images])
kept_labels, held = kept_labels[:training_images], data.scale_pixels(held)
recipe = recipes.RECIPES["race to 99 %"]
undone = {
    "as it is": recipe,
    "book's network": replace(recipe, build=models.build_cnn),
    "constant rate": replace(recipe, one_cycle=False, rate=0.003),
    "plain labels": replace(recipe, label_smoothing=0.0),
    "batches of 32": replace(recipe, batch_size=32, rate=0.003),
}
for name, changed in undone.items():
    model, epochs = recipes.start(changed, kept, kept_labels, seed=1)
    for _ in epochs:
        pass
    predicted = training.predict_probabilities(model, held).argmax(axis=1)
    share = (predicted == held_labels).mean()
    print(f"{name:14} {share:.4f}")
# One seed each: differences below 0.002 say nothing.
### END SOLUTION

# %% tags=["pipeline"]
page.save()
