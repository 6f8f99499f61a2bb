# %% [markdown]
# # What it costs
#
# *{{ minutes_to_read.cost }} minutes to read, about {{ minutes_with_exercises.cost }} with the
# exercises; our run took {{ runs.cost.seconds | minutes }} on {{ training.processor }}.*
#
# [The last chapter](19_fast.ipynb) made a training fast by changing its code. This one asks what
# you pay without touching it: for more images, for larger batches, for a single answer, for a file
# that fits on a phone. [Time and memory](#fig-cost-images) first.

# %% mystnb={"figure": {"caption": "Seconds of one epoch and the process's peak of memory against the number of images, both axes logarithmic. At first memory hardly grows: most of it is TensorFlow itself.", "name": "fig-cost-images"}}
import time

import numpy as np
import pandas as pd
import tensorflow as tf
from scipy import stats

from digitlib import data, plots, reference
from digitlib.speed import timings

growth = reference.load_timings("growth")
by_images = growth[growth["batch_size"] == 32]
by_batch = growth[growth["images"] == 20_000]
plots.lines(
    {"seconds": by_images["seconds"], "gigabytes": by_images["gigabytes"]},
    x=by_images["images"],
    subject="One epoch",
    xlabel="training images",
    ylabel="seconds, gigabytes",
    logarithmic=True,
)

# %% [markdown]
# **After this chapter you can**
#
# - say how time and memory grow with the images and with the batch;
# - know which settings of Keras save time on a processor, and which do not;
# - choose a way to run a trained network, for one image and for many;
# - choose the format of its file.

# %% tags=["pipeline"]
from page_results import Page

page = Page("20_cost")

# %% [markdown]
# ## Growth
#
# How do time and memory grow? One epoch of the book's network through `training.train`, each point
# in a process of its own (`python benchmarks/growth.py`). Beyond sixty thousand, the images are
# changed copies of these. If the seconds grow as a power of the size, $c \cdot n^b$, then $b$ is
# the exponent: 1 means in proportion, 0 not at all.

# %%
large = by_images[by_images["images"] >= 30_000]
small = by_batch[by_batch["batch_size"] <= 128]


def slope(x, y):
    """Slope of the line through points, and half the width of its interval."""
    fit = stats.linregress(x, y)
    return fit.slope, stats.t.ppf(0.975, len(x) - 2) * fit.stderr


time_slope = slope(np.log(large["images"]), np.log(large["seconds"]))
batch_slope = slope(np.log(small["batch_size"]), np.log(small["seconds"]))
# Gigabytes to kilobytes.
memory = slope(large["images"], 1e6 * large["gigabytes"])
batch_memory = slope(by_batch["batch_size"], 1e6 * by_batch["gigabytes"])
slopes = {
    "exponent of the seconds over the images": time_slope,
    "exponent of the seconds over the batch size": batch_slope,
    "kilobytes for each image": memory,
    "kilobytes for each image of a batch": batch_memory,
}
for name, (value, reach) in slopes.items():
    print(
        f"{name:43} {value:7.2f} ({value - reach:.2f} to {value + reach:.2f})"
    )

# %% mystnb={"figure": {"caption": "Seconds of one epoch over twenty thousand images, and the process's peak of memory, against the batch size, both axes logarithmic.", "name": "fig-cost-batch"}}
plots.lines(
    {
        "seconds": by_batch["seconds"],
        "processor seconds": by_batch["cpu_seconds"],
        "gigabytes": by_batch["gigabytes"],
    },
    x=by_batch["batch_size"],
    subject="One epoch over 20,000 images",
    xlabel="images a batch",
    ylabel="seconds, gigabytes",
    logarithmic=True,
)

# %% tags=["pipeline"]
time_exponent, _ = time_slope
batch_exponent, batch_reach = batch_slope
kilobytes, _ = memory
batch_kilobytes, _ = batch_memory
kilobytes_of_an_image = 28 * 28 * 4 / 1_000
page.add(
    time_exponent=time_exponent,
    batch_exponent=batch_exponent,
    kilobytes_of_an_image=kilobytes_of_an_image,
    kilobytes_per_image=kilobytes,
    copies=round(kilobytes / kilobytes_of_an_image),
    batch_kilobytes=batch_kilobytes,
    fastest_batch=int(by_batch.set_index("batch_size")["seconds"].idxmin()),
)
page.claim("in proportion to the images", 0.9 < time_exponent < 1.1)
page.claim(
    "the time falls, but slowly",
    -0.6 < batch_exponent < batch_exponent + batch_reach < 0,
)

# %% [markdown]
# Time grows {{ claim("in proportion to the images") }} (exponent
# {{ cost.time_exponent | decimals(2) }}), and memory by
# {{ cost.kilobytes_per_image | decimals(1) }} kilobytes for each. An image as `float32` takes
# {{ cost.kilobytes_of_an_image | decimals(1) }}, so at its peak the process takes as much as
# {{ cost.copies | words }} copies of the images would. With larger batches
# {{ claim("the time falls, but slowly") }} (exponent {{ cost.batch_exponent | decimals(2) }} up to
# `128`): the waiting shrinks, the arithmetic stays. It was shortest with {{ cost.fastest_batch }}
# images a batch. Each image of a batch takes {{ cost.batch_kilobytes | decimals(0) }} kilobytes
# more. Among them are the maps that wait for the way back; Exercise 3 counts those. The rest goes
# to gradients and working memory, which we did not take apart.
#
# ## Settings
#
# What can you have without new code? Keras's own `fit` with one setting changed. Shown is the
# second of two epochs, in which nothing is compiled any more:

# %%
runs = reference.load_timings("speed")
summary = timings.summarize(runs)
VARIANTS = [
    "one epoch as it is",
    "fifty steps a call",
    "bfloat16",
    "two virtual devices",
    "XLA",
]
second_epoch = {}
for name in VARIANTS:
    of_one = runs[runs["contestant"] == name].set_index("seed")
    second_epoch[name] = of_one["epoch_seconds"].str[1]  # of each list
ratios = {
    name: second_epoch[VARIANTS[0]] / second_epoch[name] for name in VARIANTS
}
variants = {
    name: {
        "seconds": second_epoch[name].median(),
        "times faster": ratios[name].median(),
        "lowest": ratios[name].min(),
        "highest": ratios[name].max(),
        "accuracy": timings.accuracy(runs, name).value,
    }
    for name in VARIANTS
}
variants = pd.DataFrame(variants).T
variants.rename(index={VARIANTS[0]: "as it is"}).round(
    {"seconds": 1, "times faster": 2, "lowest": 2, "highest": 2, "accuracy": 4}
)

# %% tags=["pipeline"]
page.add(
    variants=variants.to_dict("index"),
    variant_seeds=len(second_epoch[VARIANTS[0]]),
    faster_rounds={
        name: int((ratio > 1).sum()) for name, ratio in ratios.items()
    },
)
page.claim(
    "slower in every round",
    (variants.loc[["two virtual devices", "XLA"], "highest"] < 1).all(),
)

# %% [markdown]
# "Times faster" compares with the same script as it is, in the second epoch of the same round (one
# run of each, by turns, from one seed). It is the median of {{ cost.variant_seeds | words }} such
# ratios, so it is not the ratio of the medians beside it. The columns `lowest` and `highest` are
# single rounds, and show how uneven so short a measurement is. The accuracy is that after two
# epochs.
#
# - **Fifty steps a call** (`steps_per_execution`) saves returns to Python, and costs one word:
#   {{ cost.variants["fifty steps a call"]["times faster"] | decimals(1) }} times as fast in the
#   median, faster in {{ cost.faster_rounds["fifty steps a call"] | words }} rounds of
#   {{ cost.variant_seeds | words }}.
# - **Short numbers** (`mixed_bfloat16`, with sixteen bits) are what it computes with, so the maps
#   take half the bytes; the weights themselves stay `float32`:
#   {{ cost.variants.bfloat16["times faster"] | decimals(1) }} times, faster in
#   {{ cost.faster_rounds.bfloat16 | words }} rounds.
# - **Two virtual devices** (`MirroredStrategy`) are TensorFlow's own way to share a batch. It is
#   made for several graphics cards in one machine.
# - **XLA** (`jit_compile=True`), a compiler, fuses operations, and on a processor replaces
#   TensorFlow's convolutions by its own. These last two are {{ claim("slower in every round") }},
#   at {{ cost.variants["two virtual devices"]["times faster"] | decimals(1) }} and
#   {{ cost.variants.XLA["times faster"] | decimals(1) }} times the speed.
#
# Another framework? The same ten epochs of the same network in PyTorch (channels last, fused Adam)
# and in Keras on JAX:

# %%
peers = summary.loc[
    ["bare script", "PyTorch", "Keras on JAX", "two parts side by side"]
]
decimals = {"seeds": 0, "set-up": 2, "training": 1, "processor": 1}
decimals |= {"times faster": 2, "value": 4}
peers[list(decimals)].round(decimals)

# %% tags=["pipeline"]
page.add(
    peers=peers["times faster"].to_dict(),
    peer_seeds=peers["seeds"].astype(int).to_dict(),
)

# %% [markdown]
# Ten epochs in PyTorch are {{ cost.peers["PyTorch"] | decimals(2) }} times as fast as the bare
# script ({{ cost.peer_seeds["PyTorch"] | words }} seeds), and in Keras on JAX
# {{ cost.peers["Keras on JAX"] | decimals(2) }} times
# ({{ cost.peer_seeds["Keras on JAX"] | words }} seed; its convolutions on a processor are XLA's).
# [Two parts side by side](19_fast.ipynb), TensorFlow comes to
# {{ cost.peers["two parts side by side"] | decimals(2) }}. One or three seeds are too few for an
# interval: do not read the second decimal. (Here "times faster" compares whole trainings, set-up
# included, with the last chapter's plain script, the bare script.)
#
# ## Using the trained network
#
# A trained network is used far more often than it is trained. Images a second on the same machine,
# by way and by batch size, and what a smaller file costs (`python benchmarks/inference.py`). LiteRT
# is TensorFlow's runtime for phones and small boards, ONNX Runtime one for networks of any
# framework:

# %%
_, (X_test, y_test) = data.load_mnist()
X_test = data.scale_pixels(X_test)
inference = reference.load_timings("inference")
rates = inference.pivot(index="way", columns="batch_size", values="rate")
rates = rates.reindex(inference["way"].unique())
rates.rename(columns=lambda size: f"batch of {size:,}").round(-1).astype(int)

# %%
formats = reference.load_timings("formats").set_index("format")
formats["accuracy"] = formats["right"] / len(X_test)
formats[["kilobytes", "accuracy"]].round({"kilobytes": 0, "accuracy": 4})

# %% tags=["pipeline"]
one = rates[1]
page.add(
    formats={
        name: {
            "kilobytes": float(row["kilobytes"]),
            "accuracy": float(row["accuracy"]),
        }
        for name, row in formats.iterrows()
    },
    predict_milliseconds=float(1_000 / one["model.predict"]),
    predict_many=float(rates.loc["model.predict", 1_024] / 1_000),
    lite_one=float(one["LiteRT"] / 1_000),
)
page.claim(
    "more than a hundred times as many as `predict`",
    one["LiteRT"] > 100 * one["model.predict"],
)
right = formats["right"]
page.claim(
    "costs next to nothing", abs(right["float16"] - right["float32"]) <= 2
)

# %% [markdown]
# - **Many images at once**: `model.predict` is made for that. A call has a price,
#   {{ cost.predict_milliseconds | decimals(0) }} milliseconds even for a single image, which many
#   images share: with a thousand or so, {{ cost.predict_many | decimals(0) }} thousand a second.
# - **One image, again and again**: not `predict`, which prepares a pipeline for each call. LiteRT
#   reads {{ cost.lite_one | decimals(0) }} thousand images a second one by one,
#   {{ claim("more than a hundred times as many as `predict`") }}. If you stay in TensorFlow, wrap
#   the model in `tf.function`.
# - **A gradient through the answer**, or a look inside: call `model(images)`.
# - **A phone or a small board**: LiteRT, and weights as `float16`: the file shrinks, from
#   {{ cost.formats.float32.kilobytes | decimals(0) }} to
#   {{ cost.formats.float16.kilobytes | decimals(0) }} kB, and it
#   {{ claim("costs next to nothing") }} in accuracy
#   ({{ cost.formats.float32.accuracy | percent(2) }} and
#   {{ cost.formats.float16.accuracy | percent(2) }}). Computing in integers (`int8`), it is
#   {{ cost.formats.int8.kilobytes | decimals(0) }} kB, at
#   {{ cost.formats.int8.accuracy | percent(2) }}.
#
# On your own machine, one image at a time:

# %% tags=["nbval-ignore-output"]
network = reference.load_model("cnn")
compiled = tf.function(network, reduce_retracing=True)
ways = {
    "model.predict": lambda image: network.predict(image, verbose=0),
    "model(image)": network,
    "compiled function": compiled,
}
measured = {}
for name, read in ways.items():
    read(X_test[:1])
    begin = time.perf_counter()
    for number in range(20):
        read(X_test[number : number + 1])
    measured[name] = 20 / (time.perf_counter() - begin)
rounded = {name: round(rate) for name, rate in measured.items()}
print("images a second:", rounded)

# %% tags=["pipeline"]
assert measured["compiled function"] > measured["model.predict"]

# %% [markdown]
# ## Summary
#
# - Time grows {{ claim("in proportion to the images") }}; larger batches save some, up to a point.
# - Settings of Keras are worth a try, and a measurement: two of four were
#   {{ claim("slower in every round") }}.
# - For one image after the other use a compiled function or LiteRT, and `predict` for many at once.
# - With `float16` half of the file goes, which {{ claim("costs next to nothing") }}.
#
# ## Questions to think about
#
# **An epoch over two hundred images takes more than a hundredth of the time of one over twenty
# thousand. Why?**
#
# <details><summary>Part of the time does not depend on the images: the graph is built
# first</summary>
#
# Right. The exponent is near 1 only where the images' share is the larger one. So never measure
# with few and multiply.
#
# </details>
#
# <details><summary>Few images make worse gradients, so each step takes longer</summary>
#
# A step on 32 images takes its time, whatever the images are.
#
# </details>
#
# <details><summary>The memory is not yet warm, so each image is read from the disk</summary>
#
# All images are in memory before the epoch begins.
#
# </details>
#
# **Suppose batches of a thousand took less time an epoch than batches of 32. Why not always train
# with them?**
#
# <details><summary>The memory would not suffice</summary>
#
# Each image of a batch takes {{ cost.batch_kilobytes | decimals(0) }} kB more. There is room for a
# thousand of those.
#
# </details>
#
# <details><summary>An epoch has fewer steps then, so it may take more epochs to get as
# far</summary>
#
# Right. What counts is the time to an accuracy, and not the time of an epoch.
#
# </details>
#
# <details><summary>The gradient of a thousand images is wrong</summary>
#
# It is closer to that of all images than the gradient of 32.
#
# </details>
#
# **A program reads one digit at a time, by `model.predict`, and feels slow. What do you change
# first?**
#
# <details><summary>The network: a smaller one needs fewer multiply-adds</summary>
#
# The arithmetic is a small part of the time. Look at the table: nearly all of it is the price of
# the call.
#
# </details>
#
# <details><summary>The call: a compiled function or LiteRT, with the same weights</summary>
#
# Right. Measure where the time goes before you make anything smaller.
#
# </details>
#
# <details><summary>The file: half precision is read twice as fast</summary>
#
# The file is read once, when the program starts.
#
# </details>
#
# ## Exercises
#
# {{ how_to_answer("cost.1") }}

# %%
from digitlib import check, hint

# %% [markdown]
# **Exercise 1** (a few minutes). A call has a price, `call` milliseconds, whatever it is called
# with; each image of the batch adds `image` milliseconds. Write `images_a_second` for a `batch`.
# Then find `call` and `image` for `model.predict` from its rates in the table, at batches of `1`
# and of `1_024`: two equations, two unknowns. At which batch is half of the time spent on the call?


# %%
def images_a_second(batch, call, image):
    """How many images a second are read, in batches of this size."""
    ...
    ### BEGIN SOLUTION
    return 1_000 * batch / (call + batch * image)
    ### END SOLUTION


check("cost.1", images_a_second)
### BEGIN SOLUTION

one_by_one = 1_000 / rates.loc["model.predict", 1]
among_many = 1_000 / rates.loc["model.predict", 1_024]
# call + image, and call / 1,024 + image:
call = (one_by_one - among_many) / (1 - 1 / 1_024)
image = one_by_one - call
print(f"half of the time on the call: batch of {call / image:.0f}")
### END SOLUTION

# %% [markdown]
# **Exercise 2** (ten minutes). If seconds grow as a power of the size, they lie on a straight line
# once both axes are logarithmic. Write `exponent` for arrays of `sizes` and `seconds`: the slope of
# the line that fits best, by least squares. Try it on the points below thirty thousand images.


# %%
def exponent(sizes, seconds):
    """By which power of the size the seconds grow."""
    ...
    ### BEGIN SOLUTION
    slope, _ = np.polyfit(np.log(sizes), np.log(seconds), 1)
    return slope
    ### END SOLUTION


check("cost.2", exponent)
### BEGIN SOLUTION

few = by_images[by_images["images"] < 30_000]
print(f"below thirty thousand: {exponent(few['images'], few['seconds']):.2f}")
print(f"from there on: {exponent(large['images'], large['seconds']):.2f}")
### END SOLUTION

# %% [markdown]
# **Exercise 3** (ten minutes). For the way back, training keeps what each layer has put out. Write
# `kilobytes_kept` for the `shapes` of these outputs (for one image, such as `(26, 26, 32)`) and a
# `batch`: each number is a `float32`, of four bytes, and a kilobyte has a thousand. Compare it with
# what was measured.


# %%
def kilobytes_kept(shapes, batch):
    """Memory for the outputs of all layers, for a batch of images."""
    ...
    ### BEGIN SOLUTION
    return 4 * batch * sum(np.prod(shape) for shape in shapes) / 1_000
    ### END SOLUTION


check("cost.3", kilobytes_kept)
### BEGIN SOLUTION

kept = [layer.output.shape[1:] for layer in network.layers]
print(f"outputs of the book's network: {kilobytes_kept(kept, 1):.0f} kB")
print(f"measured: {batch_memory[0]:.0f} kB for each image of a batch")
### END SOLUTION

# %% [markdown]
# **Exercise 4** (a quarter of an hour). A file of integers: write `to_int8`, which turns an array
# of weights into whole numbers from `-127` to `127` and a scale, such that `codes * scale` is as
# close to the weights as these numbers allow. A weight of the greatest size, whatever its sign,
# gets `127` or `-127`. By how much is any weight of the book's network moved at most?


# %%
def to_int8(weights):
    """Whole numbers from -127 to 127, and the scale they are multiplied by."""
    ...
    ### BEGIN SOLUTION
    scale = np.abs(weights).max() / 127
    return np.round(weights / scale), scale
    ### END SOLUTION


check("cost.4", to_int8)
### BEGIN SOLUTION

for weights in network.get_weights()[::2]:
    codes, scale = to_int8(weights)
    moved = np.abs(codes * scale - weights).max()
    print(f"{weights.shape!s:16} moved by at most {moved:.4f}")
### END SOLUTION

# %% [markdown]
# **Exercise 5** (half an hour). Are all weights needed? Write `prune`, which sets the given `share`
# of an array's weights to zero, those that are smallest in size, positive or negative, and returns
# a new array. If that is no whole number of weights, round it. Then prune the two convolutions and
# the first dense layer of the book's network, and watch its accuracy on some training images, not
# on the test set. (It was trained on them, so compare the rows only with each other.) In steps of a
# tenth, how far can you go until it costs a percentage point there?


# %% nbval={"atol": 0.02}
def prune(weights, share):
    """The weights, with a share of them set to zero."""
    ...
    ### BEGIN SOLUTION
    pruned = weights.copy()
    smallest = np.argsort(np.abs(weights), axis=None)
    pruned.flat[smallest[: round(share * weights.size)]] = 0
    return pruned
    ### END SOLUTION


check("cost.5", prune)
### BEGIN SOLUTION

_, (X_held, y_held) = data.hold_out(*data.load_mnist()[0])
X_held, y_held = data.scale_pixels(X_held[::4]), y_held[::4]
for share in (0, 0.5, 0.7, 0.9):
    pruned = reference.load_model("cnn")
    kernels = pruned.get_weights()
    for place in (0, 2, 4):  # the biases between them stay
        kernels[place] = prune(kernels[place], share)
    pruned.set_weights(kernels)
    answers = pruned.predict(X_held, batch_size=1_000, verbose=0).argmax(
        axis=1
    )
    print(f"{share:.0%} pruned: right about {(answers == y_held).mean():.3f}")
# The network was trained on these images too, so compare the rows only with
# each other.
### END SOLUTION

# %% tags=["pipeline"]
page.save()
