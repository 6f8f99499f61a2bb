# %% [markdown]
# # What does sharing parameters bring?
#
# *{{ minutes_to_read.sharing }} minutes to read; its run took {{ runs.sharing.seconds | minutes }} on {{ training.processor }}.*
#
# A convolution uses the same few weights at every place of the image. It is said that this saves parameters, and
# that the saving is why CNNs do well. Two claims, and both can be measured: with a network that is the CNN in
# everything but the sharing, and with one that is nothing but its convolutions.
#
# **After this chapter you can**
#
# - say where the parameters of a CNN are, and where its work is;
# - build a layer that looks at patches without sharing weights;
# - tell what sharing saves from what it brings.

# %% tags=["remove-cell"]
from digitlib.results import Page

page = Page("09_sharing")

# %%
import numpy as np
import pandas as pd
from keras import layers, ops

from digitlib import models, plots, reference, statistics
from digitlib.locally_connected import LocallyConnected2D

# %% [markdown]
# ## Where the parameters are

# %%
cnn = models.build_cnn()
counts = models.describe_layers(cnn)
counts

# %% tags=["remove-cell"]
dense = counts.loc[[layer.name for layer in cnn.layers if isinstance(layer, layers.Dense)]]
convolutions = counts.loc[[layer.name for layer in cnn.layers if isinstance(layer, layers.Conv2D)]]
page.add(
    parameters=counts["parameters"].sum(),
    largest=counts["parameters"].max(),
    largest_share=counts["parameters"].max() / counts["parameters"].sum(),
    convolution_parameters=convolutions["parameters"].sum(),
    convolution_work=convolutions["multiply-adds"].sum() / counts["multiply-adds"].sum(),
)

# %% [markdown]
# {{ sharing.largest_share | percent(0) }} of the CNN's {{ sharing.parameters | thousands }} parameters sit in its first *dense* layer
# ({{ sharing.largest | thousands }}). The two convolutions have {{ sharing.convolution_parameters | thousands }} together, and do
# {{ sharing.convolution_work | percent(0) }} of the multiply-adds. So "a CNN has few parameters because it shares them" is true of its
# convolutions, and they are the small part of this network.
#
# ## The same network, without sharing
#
# A **locally connected** layer looks at patches as a convolution does, but has a kernel of its own at every place. Keras
# dropped its layer with version 3; here is all that it computes.


# %%
def locally_connected(images, kernels, biases):
    """Like a convolution, with kernels of shape (places, 9 x channels, filters)."""
    patches = ops.image.extract_patches(images, (3, 3), strides=1, padding="valid")
    height, width, patch = patches.shape[1:]
    by_place = ops.transpose(ops.reshape(patches, (-1, height * width, patch)), (1, 0, 2))
    sums = ops.matmul(by_place, kernels)  # one matrix product for each place
    return ops.reshape(ops.transpose(sums, (1, 0, 2)) + biases, (-1, height, width, kernels.shape[-1]))


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
print("and so does digitlib's layer:       ", np.abs(layer(images) - expected).max() < 1e-5)

# %% [markdown]
# ## Nothing but convolutions
#
# The other way round: keep the two convolutions and drop the dense layer of 64 units. **Global average pooling** reduces each of
# the 64 feature maps to its mean, and one small dense layer turns the 64 means into ten probabilities.
#
# ## Five networks
#
# The CNN and the fully connected networks were trained from {{ sharing.seeds.cnn | words }} seeds, the two new ones from {{ sharing.seeds["global pooling"] | words }}, all for
# {{ sharing.epochs }} epochs. [One experiment](06_experiment.ipynb) repeats any row.

# %%
runs = pd.concat([reference.load_sweep("headline"), reference.load_sweep("sharing")])
networks = {
    "fully connected": models.build_fully_connected,
    "matched": models.build_matched,
    "global pooling": models.build_global_pooling,
    "cnn": models.build_cnn,
    "locally connected": models.build_locally_connected,
}
estimates = {name: statistics.mean_over_seeds(part["accuracy"]) for name, part in runs.groupby("network")}
table = pd.DataFrame({name: estimates[name]._asdict() for name in networks}).T
built = {name: models.describe_layers(build()) for name, build in networks.items()}
table["parameters"] = {name: layers["parameters"].sum() for name, layers in built.items()}
table["multiply-adds"] = {name: layers["multiply-adds"].sum() for name, layers in built.items()}
table["seconds"] = runs.groupby("network")["cpu_seconds"].median()
table.drop(columns="seconds").round(4)

# %% mystnb={"figure": {"caption": "Accuracy against the number of parameters. More parameters do not make a network more accurate: the one with the most shares nothing.", "name": "fig-sharing-parameters"}}
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

# %% tags=["remove-cell"]
by_seed = {name: part.set_index("seed")["accuracy"].loc[:5] for name, part in runs.groupby("network")}
comparisons = {
    "sharing": statistics.compare_over_seeds(by_seed["locally connected"], by_seed["cnn"]),
    "dense": statistics.compare_over_seeds(by_seed["global pooling"], by_seed["cnn"]),
    "locality": statistics.compare_over_seeds(by_seed["matched"], by_seed["locally connected"]),
    "pooling": statistics.compare_over_seeds(by_seed["matched"], by_seed["global pooling"]),
}
corrected = statistics.holm({name: comparison.p_value for name, comparison in comparisons.items()})
page.add(
    epochs=runs["epochs"].iloc[0],
    seeds=runs["network"].value_counts().to_dict(),
    estimates={name: estimates[name] for name in networks},
    counts=table["parameters"].astype(int).to_dict(),
    work=table["multiply-adds"].astype(int).to_dict(),
    seconds=table["seconds"].to_dict(),
    comparisons=comparisons,
    corrected=corrected,
)
page.claim(
    "has twenty times the parameters",
    20 < table.loc["locally connected", "parameters"] / table.loc["cnn", "parameters"] < 22,
)
page.claim(
    "the same multiply-adds", table.loc["locally connected", "multiply-adds"] == table.loc["cnn", "multiply-adds"]
)
page.claim("and is less accurate", statistics.verdict(comparisons["sharing"], corrected["sharing"]) == "helps")
page.claim(
    "still more accurate than the matched network",
    statistics.verdict(comparisons["locality"], corrected["locality"]) == "helps",
)
page.claim(
    "a sixth of the CNN's parameters",
    5.5 < table.loc["cnn", "parameters"] / table.loc["global pooling", "parameters"] < 6.5,
)
page.claim(
    "not even reach the fully connected network",
    statistics.verdict(comparisons["pooling"], corrected["pooling"]) == "hurts",
)
page.claim("many times as long", table.loc["locally connected", "seconds"] > 2.5 * table.loc["cnn", "seconds"])

# %% [markdown]
# ## What sharing brings
#
# The locally connected network {{ claim("has twenty times the parameters") }} of the CNN ({{ sharing.counts["locally connected"] | thousands }}), needs
# {{ claim("the same multiply-adds") }}, {{ claim("and is less accurate") }}: {{ sharing.estimates["locally connected"] | in_words(digits=2) }} against
# {{ sharing.estimates.cnn | in_words(digits=2) }}. Seed by seed, sharing is worth {{ sharing.comparisons.sharing | difference_in_words }}. (The five seeds that both have; so it is not quite the difference of the two means.) So sharing does not only save, it helps. A likely reason: what is learned in one place is known in all
# others. Each kernel of the CNN is trained on every place of every image, each kernel of the other on one place.
#
# And yet that network is {{ claim("still more accurate than the matched network") }}, by {{ sharing.comparisons.locality | difference_in_words }}. This design, with patches, pooling and more layers,
# is worth something even where nothing is shared. (It is also much larger, so this is not a fair comparison of sizes, only of designs.) It took {{ claim("many times as long") }} to train as the
# CNN: {{ sharing.seconds["locally connected"] | minutes }} against {{ sharing.seconds.cnn | minutes }} on one core. Why was not measured: there are more weights to update, and our layer is not as well made as Keras's convolution.
#
# ## What the dense layer brings
#
# The network with global average pooling has {{ sharing.counts["global pooling"] | thousands }} parameters, {{ claim("a sixth of the CNN's parameters") }}. It reaches
# {{ sharing.estimates["global pooling"] | in_words(digits=2) }}: the CNN is ahead by {{ sharing.comparisons.dense | difference_in_words }}. Over ten epochs it does
# {{ claim("not even reach the fully connected network") }}. Three things differ from the CNN: there is no dense layer of 64 units, no second max pooling, and the mean forgets *where* a stroke lies. Which of
# them matters, this does not say; nor whether longer training would close the gap. But as the networks stand, the {{ sharing.largest_share | percent(0) }} of parameters in the dense layer are not wasted.
#
# ## Summary
#
# - {{ sharing.largest_share | percent(0) }} of this CNN's parameters are in a dense layer and are not shared at all.
# - Sharing is worth {{ sharing.comparisons.sharing | difference_in_words }}, for a twentieth of the parameters.
# - The network with the most parameters was not the most accurate, and fewer do not make one cheap: count the multiply-adds, too.
#
# ## Exercises
#
# **Exercise 1.** Count the parameters of the locally connected network by hand.

# %% tags=["hide-cell"]
### BEGIN SOLUTION
first = 26 * 26 * (3 * 3 * 1 + 1) * 32
second = 11 * 11 * (3 * 3 * 32 + 1) * 64
rest = (5 * 5 * 64 + 1) * 64 + (64 + 1) * 10
print(f"{first:,} + {second:,} + {rest:,} = {first + second + rest:,}")
print("Keras agrees:", models.build_locally_connected().count_params() == first + second + rest)
### END SOLUTION

# %% [markdown]
# **Exercise 2.** How many multiply-adds does one parameter of the first convolution take part in, and one of the dense layer?

# %% tags=["hide-cell"]
### BEGIN SOLUTION
for name in counts.index[[0, 5]]:
    print(
        f"{name}: {counts.loc[name, 'multiply-adds'] / counts.loc[name, 'parameters']:.1f} multiply-adds for a parameter"
    )
### END SOLUTION

# %% [markdown]
# **Exercise 3.** On which images would you expect a locally connected network to be the right choice?
#
# <details><summary>A thought</summary>
#
# On images in which each place has a meaning of its own and always the same one: faces cut out and aligned, forms, spectrograms. There, what is learned in one
# place need not hold in another.
#
# </details>

# %% tags=["remove-cell"]
page.save()
