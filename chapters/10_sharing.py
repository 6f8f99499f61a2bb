# %% [markdown]
# # What does sharing parameters bring?
#
# *{{ minutes_to_read.sharing }} minutes to read, about {{ minutes_with_exercises.sharing }} with
# the exercises; our run took {{ runs.sharing.seconds | minutes }} on {{ training.processor }}.*
#
# A convolution uses the same few weights at every place of the image. It is said that this saves
# parameters, and that the saving is why CNNs do well. Two claims, and both can be measured: with a
# network that is the CNN in everything but the sharing.
#
# **After this chapter you can**
#
# - say where the parameters of a CNN are, and where its work is;
# - build a layer that looks at patches without sharing weights;
# - tell what sharing saves from what it brings.

# %% tags=["pipeline"]
from page_results import Page

page = Page("10_sharing")

# %%
import numpy as np
import pandas as pd
from keras import layers, ops

from digitlib import models, plots, reference, statistics
from digitlib.experiments import variations
from digitlib.experiments.locally_connected import LocallyConnected2D

# %% [markdown]
# ## Where the parameters are

# %%
cnn = models.build_cnn()
counts = models.describe_layers(cnn)
counts

# %% tags=["pipeline"]
dense, convolutions = (
    counts.loc[[layer.name for layer in cnn.layers if isinstance(layer, kind)]]
    for kind in (layers.Dense, layers.Conv2D)
)
page.add(
    parameters=counts["parameters"].sum(),
    largest=counts["parameters"].max(),
    largest_share=counts["parameters"].max() / counts["parameters"].sum(),
    convolution_parameters=convolutions["parameters"].sum(),
    convolution_work=convolutions["multiply-adds"].sum()
    / counts["multiply-adds"].sum(),
)


# %% [markdown]
# {{ sharing.largest_share | percent(0) }} of the CNN's {{ sharing.parameters | thousands }}
# parameters sit in its first *dense* layer ({{ sharing.largest | thousands }}). The two
# convolutions have {{ sharing.convolution_parameters | thousands }} together, and do
# {{ sharing.convolution_work | percent(0) }} of the multiply-adds. So "a CNN has few parameters
# because it shares them" is true of its convolutions, and they are the small part of this network.
#
# ## The same network, without sharing
#
# A **locally connected** layer looks at patches as a convolution does, but has a kernel of its own
# at every place. Keras dropped its layer with version 3; here is all that it computes.


# %%
def locally_connected(images, kernels, biases):
    """Like a convolution; the kernels are (places, 9 x channels, filters)."""
    patches = ops.image.extract_patches(
        images, (3, 3), strides=1, padding="valid"
    )
    height, width, patch = patches.shape[1:]
    by_image = ops.reshape(patches, (-1, height * width, patch))
    by_place = ops.transpose(by_image, (1, 0, 2))
    sums = ops.matmul(by_place, kernels)  # one matrix product for each place
    maps = ops.transpose(sums, (1, 0, 2)) + biases
    return ops.reshape(maps, (-1, height, width, kernels.shape[-1]))


# %% [markdown]
# If all its kernels are equal, it is a convolution. That is a good test of it.

# %%
images = np.random.default_rng(1).random((5, 28, 28, 1), dtype=np.float32)
convolution = layers.Conv2D(32, (3, 3))
expected = convolution(images)
kernel, bias = convolution.get_weights()
kernels = np.repeat(kernel.reshape(1, 9, 32), 26 * 26, axis=0)
difference = np.abs(locally_connected(images, kernels, bias) - expected)
print("equal kernels make it a convolution:", bool(ops.max(difference) < 1e-5))

layer = LocallyConnected2D(32, (3, 3))
layer(images)
layer.set_weights([kernels, np.repeat(bias[np.newaxis], 26 * 26, axis=0)])
difference = np.abs(layer(images) - expected).max()
print("and so does digitlib's layer:       ", difference < 1e-5)

# %% [markdown]
# ## Four networks
#
# The CNN and the fully connected networks were trained from {{ sharing.seeds.cnn | words }} seeds,
# the locally connected one from {{ sharing.seeds["locally connected"] | words }}, all for
# {{ sharing.epochs }} epochs. [One experiment](07_experiment.ipynb) repeats any row.

# %%
runs = pd.concat(
    [reference.load_sweep("headline"), reference.load_sweep("sharing")]
)
networks = {
    "fully connected": models.build_fully_connected,
    "matched": models.build_matched,
    "cnn": models.build_cnn,
    "locally connected": variations.without_sharing,
}
estimates = {
    name: statistics.mean_over_seeds(part["accuracy"])
    for name, part in runs.groupby("network")
}
table = pd.DataFrame({name: estimates[name]._asdict() for name in networks}).T
built = {
    name: models.describe_layers(build()) for name, build in networks.items()
}
for column in ("parameters", "multiply-adds"):
    table[column] = {name: part[column].sum() for name, part in built.items()}
table["seconds"] = runs.groupby("network")["cpu_seconds"].median()
table.drop(columns="seconds").round(4)

# %% mystnb={"figure": {"caption": "Accuracy against the number of parameters. The locally connected network {{ claim(\"has twenty times the parameters\") }} of the CNN, {{ claim(\"and is less accurate\") }}.", "name": "fig-sharing-parameters"}}
plots.labelled_points(
    table.rename(columns={"parameters": "x"}),
    subject="Accuracy by parameters",
    xlabel="parameters",
    ylabel="test accuracy",
)

# %% mystnb={"figure": {"caption": "Accuracy against the work for one image. Convolutions are dear in multiply-adds, shared or not.", "name": "fig-sharing-work"}}
plots.labelled_points(
    table.rename(columns={"multiply-adds": "x"}),
    subject="Accuracy by multiply-adds",
    xlabel="multiply-adds for one image",
    ylabel="test accuracy",
)

# %% [markdown]
# All were trained at Adam's usual rate, with which the CNN does well. Another network may want
# another rate. So three rates were tried with the CNN and with the locally connected network, for
# three epochs, on [held-out digits](04_training.ipynb):

# %%
exploring = reference.load_sweep("exploring")
usual = exploring["batch_size"].eq(32) & exploring["weight_decay"].eq(0)
usual &= exploring["augmentation"].eq("none") & exploring["network"].eq("cnn")
tried = pd.concat([reference.load_sweep("local_rates"), exploring[usual]])
by_rate = tried.groupby(["network", "learning_rate"])["accuracy"].agg(
    ["mean", "std", "count"]
)
by_rate.round(4)

# %% tags=["pipeline"]
best_rates = by_rate["mean"].unstack("learning_rate").idxmax(axis=1)
by_run = tried.set_index(["network", "learning_rate", "seed"])["accuracy"]
at_own_rate = {
    name: by_run.loc[name, rate] for name, rate in best_rates.items()
}
by_seed = {
    name: part.set_index("seed")["accuracy"].loc[:5]
    for name, part in runs.groupby("network")
}
comparisons = {
    "sharing, own rates": statistics.compare_over_seeds(
        at_own_rate["locally connected"], at_own_rate["cnn"]
    ),
    "sharing": statistics.compare_over_seeds(
        by_seed["locally connected"], by_seed["cnn"]
    ),
    "locality": statistics.compare_over_seeds(
        by_seed["matched"], by_seed["locally connected"]
    ),
}
corrected = statistics.holm(
    {name: comparison.p_value for name, comparison in comparisons.items()}
)
page.add(
    epochs=runs["epochs"].iloc[0],
    seeds=runs["network"].value_counts().to_dict(),
    estimates={name: estimates[name] for name in networks},
    counts=table["parameters"].astype(int).to_dict(),
    work=table["multiply-adds"].astype(int).to_dict(),
    seconds=table["seconds"].to_dict(),
    comparisons=comparisons,
    corrected=corrected,
    rates=dict(best_rates),
    held_out={
        name: statistics.mean_over_seeds(accuracies)
        for name, accuracies in at_own_rate.items()
    },
)
verdicts = {
    name: statistics.verdict(comparison, corrected[name])
    for name, comparison in comparisons.items()
}
parameters, work = table["parameters"], table["multiply-adds"]
last_losses = {
    name: part["loss"].str[-1] for name, part in runs.groupby("network")
}
page.claim(
    "has twenty times the parameters",
    20 < parameters["locally connected"] / parameters["cnn"] < 22,
)
page.claim(
    "the same multiply-adds",
    work["locally connected"] == work["cnn"],
)
page.claim("and is less accurate", verdicts["sharing"] == "helps")
page.claim(
    "sharing helps at these rates, too",
    verdicts["sharing, own rates"] == "helps",
)
page.claim(
    "still more accurate than the matched network",
    verdicts["locality"] == "helps",
)
page.claim(
    "its loss ends higher than the CNN's",
    last_losses["locally connected"].min() > last_losses["cnn"].max(),
)
page.claim(
    "many times as long",
    table["seconds"]["locally connected"] > 2.5 * table["seconds"]["cnn"],
)

# %% [markdown]
# ## What sharing brings
#
# The locally connected network {{ claim("has twenty times the parameters") }} of the CNN
# ({{ sharing.counts["locally connected"] | thousands }}), needs
# {{ claim("the same multiply-adds") }}, {{ claim("and is less accurate") }}:
# {{ sharing.estimates["locally connected"] | in_words(digits=2) }} against
# {{ sharing.estimates.cnn | in_words(digits=2) }}. Seed by seed, sharing is worth
# {{ sharing.comparisons.sharing | difference_in_words }}. (Only the five seeds that both have are
# compared, so it is not quite the difference of the two means.)
#
# Is that the sharing, or a rate that suits only one of the two? By the means above, the locally
# connected network's own rate is {{ sharing.rates["locally connected"] }}, and the CNN's
# {{ sharing.rates.cnn }}. With these, after three epochs, they read
# {{ sharing.held_out["locally connected"] | in_words(digits=2) }} and
# {{ sharing.held_out.cnn | in_words(digits=2) }} of the held-out digits. So
# {{ claim("sharing helps at these rates, too") }}:
# {{ sharing.comparisons["sharing, own rates"] | difference_in_words }}. (Both rates lie at the
# ends of what was tried, so better ones may lie outside.)
#
# A likely reason: what is learned in one place is known in all others. Each kernel of the CNN is
# trained on every place of every image, each kernel of the other on one place. So it also learns
# more slowly: at the common rate {{ claim("its loss ends higher than the CNN's") }}, on the
# training digits themselves. With more epochs the difference may shrink. That was not tried.
#
# And yet, at the common rate, the locally connected network is
# {{ claim("still more accurate than the matched network") }}, by
# {{ sharing.comparisons.locality | difference_in_words }}. It has patches, pooling and more layers.
# But it also has far more parameters and does far more work, so this does not tell which of them
# brings it. It took {{ claim("many times as long") }} to train as the CNN:
# {{ sharing.seconds["locally connected"] | minutes }} against
# {{ sharing.seconds.cnn | minutes }} on one core. Why was not measured: there are more weights to
# update, and our layer is not as well made as Keras's convolution.
#
# ## Summary
#
# - {{ sharing.largest_share | percent(0) }} of this CNN's parameters are in a dense layer and are
#   not shared at all.
# - Sharing is worth {{ sharing.comparisons.sharing | difference_in_words }} at the common rate.
#   With a rate for each network, {{ claim("sharing helps at these rates, too") }}. The network
#   without it {{ claim("has twenty times the parameters") }}.
# - Fewer parameters do not make a network cheap: count the multiply-adds, too.
#
# ## Questions to think about
#
# **A locally connected layer has hundreds of times the parameters of the convolution that it
# replaces, and takes as many multiply-adds. How does that go together?**
#
# <details><summary>Most of its weights become zero and need not be multiplied</summary>
#
# Nothing makes them zero, and a zero would be multiplied like any other number.
#
# </details>
#
# <details><summary>A convolution computes its kernel once, and then copies the result</summary>
#
# The weights are the same everywhere, but the pixels are not. Each place needs its own sum.
#
# </details>
#
# <details><summary>Both look at as many patches, and multiply each patch by as many
# weights</summary>
#
# Right. Whether the weights for the next patch are the same ones or others makes no difference to
# the count. It does to memory.
#
# </details>
#
# **On which images would a locally connected network be the right choice?**
#
# <details><summary>On photos of streets, since every part of a street looks different</summary>
#
# It does, but a wheel or a window may appear anywhere. What is learned about it in one place should
# serve in all.
#
# </details>
#
# <details><summary>On scanned forms that all have the same boxes in the same places</summary>
#
# Right. Each place has a meaning of its own, always the same one, so what is learned in one place
# need not hold in another.
#
# </details>
#
# <details><summary>On none: a layer that stores so much must overfit</summary>
#
# Parameters alone decide nothing. With enough images, and places that differ in meaning, freedom at
# each place may pay.
#
# </details>
#
# **All test digits are moved three pixels to the right; training had them in the middle. Which of
# the two networks has reason to suffer, the CNN or the locally connected one?**
#
# <details><summary>The locally connected one alone: to a CNN, all places are alike</summary>
#
# To its convolutions they are. But its first dense layer has weights of its own for each place of
# the last maps.
#
# </details>
#
# <details><summary>Both, but the CNN's kernels at least find the strokes where they are
# now</summary>
#
# Right. Its maps move with the digit. What the dense layer then does with moved maps, it was never
# taught.
#
# </details>
#
# <details><summary>Neither: max pooling makes up for such moves</summary>
#
# A pooling forgives a pixel, sometimes, and two of them a little more. Three pixels are too many
# for that.
#
# </details>
#
# ## Exercises
#
# {{ how_to_answer("sharing.1") }}

# %%
from digitlib import check, hint

# %% [markdown]
# **Exercise 1** (a few minutes). Count the parameters of the whole locally connected network by
# hand. It is the CNN with a kernel and a bias for each filter at each place.

# %%
parameters_unshared = ...
### BEGIN SOLUTION
first = 26 * 26 * (3 * 3 * 1 + 1) * 32
second = 11 * 11 * (3 * 3 * 32 + 1) * 64
rest = (5 * 5 * 64 + 1) * 64 + (64 + 1) * 10
parameters_unshared = first + second + rest
print(f"{first:,} + {second:,} + {rest:,} = {parameters_unshared:,}")
counted = variations.without_sharing().count_params()
print("Keras agrees:", counted == parameters_unshared)
### END SOLUTION
check("sharing.1", parameters_unshared)


# %% [markdown]
# **Exercise 2** (ten minutes). Write `stored_and_done`, which returns the number of parameters and
# the number of multiply-adds for one image, of a convolution without padding: for images of `side`
# x `side` pixels with so many `channels`, kernels of `kernel` x `kernel`, and so many `filters`. In
# how many multiply-adds does one weight of the CNN take part, layer by layer?


# %%
def stored_and_done(side, kernel, channels, filters):
    """Parameters and multiply-adds of a convolution."""
    ...
    ### BEGIN SOLUTION
    patch, places = kernel**2 * channels, (side - kernel + 1) ** 2
    return (patch + 1) * filters, places * patch * filters
    ### END SOLUTION


### BEGIN SOLUTION
sizes_of_both = {
    "first convolution": (28, 3, 1, 32),
    "second convolution": (13, 3, 32, 64),
}
for name, sizes in sizes_of_both.items():
    stored, done = stored_and_done(*sizes)
    per_weight = done / (stored - sizes[3])
    print(f"{name:18} {per_weight:4.0f} multiply-adds for a weight")
print(f"{'dense layers':18} {1:4} for a weight: each of theirs is used once")
### END SOLUTION
check("sharing.2", stored_and_done)


# %% [markdown]
# **Exercise 3** (a quarter of an hour). If an image moves, the map of a convolution moves with it.
# Write `shift_error`, which measures how far that fails. It takes a `layer`, a function from images
# to maps without padding, and `images`, whose axes are image, row, column and perhaps channel. It
# moves the images one pixel to the right, and returns by how much, at most, the map differs from
# the moved map of before. Leave out the column that rests on pixels which were not in the image.
# What does it say of the chapter's layers?


# %%
def shift_error(layer, images):
    """Largest difference between the moved images' map and the moved map."""
    ...
    ### BEGIN SOLUTION
    before = np.asarray(layer(images))
    after = np.asarray(layer(np.roll(images, 1, axis=2)))
    return np.abs(after[:, :, 1:] - before[:, :, :-1]).max()
    ### END SOLUTION


### BEGIN SOLUTION
candidates = {
    "a convolution": convolution,
    "locally connected, equal kernels": layer,
    "locally connected, as it starts": LocallyConnected2D(32, (3, 3)),
}
for name, candidate in candidates.items():
    follows = shift_error(candidate, images) < 1e-5
    print(f"{name:33} its map moves with the image: {follows}")
### END SOLUTION
check("sharing.3", shift_error)


# %% [markdown]
# **Exercise 4** (half an hour). A convolution is a dense layer, most of whose weights are zero and
# the rest of which are shared. Write `as_matrix` for a `kernel` of 3x3 and images of `side` x
# `side` pixels with one channel. It returns the matrix that turns flat images into flat maps:
# `images.reshape(n, -1) @ matrix`. As in Keras, a convolution does not turn its kernel. How many of
# the weights are zero, and how many different ones are there?


# %%
def as_matrix(kernel, side):
    """The convolution as a dense layer's weights.

    They have a row for each pixel and a column for each place.
    """
    ...
    ### BEGIN SOLUTION
    places = side - 2
    matrix = np.zeros((side, side, places, places))
    for row in range(places):
        for column in range(places):
            matrix[row : row + 3, column : column + 3, row, column] = kernel
    return matrix.reshape(side**2, places**2)
    ### END SOLUTION


### BEGIN SOLUTION
matrix = as_matrix(np.random.default_rng(4).normal(size=(3, 3)), 28)
not_zero = matrix[matrix != 0]
print(
    f"{matrix.size:,} weights, {not_zero.size:,} of them not zero, "
    f"{len(np.unique(not_zero))} different ones"
)
### END SOLUTION
check("sharing.4", as_matrix)


# %% [markdown]
# **Exercise 5** (an hour). How does a shared weight learn? Take a convolution with one kernel of
# 3x3, on images of shape `(n, height, width)`. Training has found the `gradients`: by how much the
# loss grows for each number of the maps, if that number grows. Their shape is that of the maps,
# `(n, height - 2, width - 2)`. Write `kernel_gradient`, which returns the gradient of the loss for
# the kernel. What would it be if the kernels were not shared?


# %%
def kernel_gradient(images, gradients):
    """By how much the loss grows with each of the nine weights."""
    ...
    ### BEGIN SOLUTION
    height, width = gradients.shape[1:]
    by_weight = np.zeros((3, 3))
    for row in range(3):
        for column in range(3):
            seen = images[:, row : row + height, column : column + width]
            by_weight[row, column] = (gradients * seen).sum()
    return by_weight
    ### END SOLUTION


### BEGIN SOLUTION
# Without sharing, each place would have its own term,
# images[:, row:row + 3, column:column + 3] weighted with
# gradients[:, row, column], and keep it to itself. Shared, all terms add up.
import tensorflow as tf

random = np.random.default_rng(5)
pixels = random.normal(size=(6, 8, 7, 1))
gradients = random.normal(size=(6, 6, 5, 1))
weights = tf.Variable(random.normal(size=(3, 3, 1, 1)))
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(tf.nn.conv2d(pixels, weights, 1, "VALID") * gradients)
by_tensorflow = tape.gradient(loss, weights)[:, :, 0, 0]
ours = kernel_gradient(pixels[..., 0], gradients[..., 0])
print("as TensorFlow finds it:", np.allclose(ours, by_tensorflow))
### END SOLUTION
check("sharing.5", kernel_gradient)

# %% tags=["pipeline"]
page.save()
