# %% [markdown]
# # Does the CNN use the structure of space?
#
# *{{ minutes_to_read.structure }} minutes to read; its run took {{ runs.structure.seconds | minutes }} on {{ training.processor }}.*
#
# "Convolutional networks take advantage of the spatial structure of images." If that is true, a CNN must suffer
# when the structure is destroyed, and a fully connected network must not. Here it is destroyed in
# four ways, one more thorough than the other, and each network is trained anew on what is left.
#
# **After this chapter you can**
#
# - destroy one kind of structure and keep another;
# - say which kind the CNN lives on, and how far it gets without;
# - explain why a fully connected network cannot care.

# %% tags=["remove-cell"]
from digitlib.results import Page

page = Page("08_structure")

# %%
import numpy as np
import pandas as pd

from digitlib import data, experiment, plots, reference, statistics

_, (X_test, y_test) = data.load_mnist()
runs = pd.concat([reference.load_sweep("headline"), reference.load_sweep("permutation")])
runs = runs[runs["seed"] <= 5]

# %% [markdown]
# ## Four ways to shuffle an image
#
# A **permutation** gives every pixel a new place. [The same permutation is applied to all images](#fig-structure-examples), for
# training and for testing, so no information is lost: whoever knows the permutation can undo it. Only
# neighbourhoods change.
#
# - **Blocks permuted**: sixteen blocks of 7x7 pixels change places. Within a block, neighbours stay neighbours.
# - **Rows permuted**: rows stay whole. Neighbours to the left and right remain, those above and below do not.
# - **Permuted within blocks**: each block stays in its place; within each, pixels are shuffled, in all
#   blocks alike. The coarse picture remains, the fine one is gone.
# - **Pixels permuted**: every pixel goes anywhere.

# %% mystnb={"figure": {"caption": "A digit as it is, and in the four rearrangements. Each row holds the same pixels.", "name": "fig-structure-examples"}}
names = ["none", "blocks permuted", "rows permuted", "permuted within blocks", "pixels permuted"]
examples = np.concatenate([experiment.TRANSFORMATIONS[name](X_test[:5]) for name in names])
plots.image_grid(
    examples,
    subject="Five digits, row by row as they are, with blocks permuted, with rows permuted, permuted within blocks, with all pixels permuted",
    columns=5,
)

# %% [markdown]
# ## What is left
#
# The CNN was trained anew from five seeds on each kind of images, with the {{ structure.epochs }} epochs of the book. So was the
# matched fully connected network, on images as they are and on those with all pixels permuted. The runs were declared beforehand, so they are scored on the test
# images, permuted alike. Each row can be repeated with [the experiment page](06_experiment.ipynb).

# %%
groups = runs.groupby(["network", "transformation"])["accuracy"]
estimates = {key: statistics.mean_over_seeds(values) for key, values in groups if key[0] != "fully connected"}
table = pd.DataFrame({key: estimate._asdict() for key, estimate in estimates.items()}).T
table.sort_values("value", ascending=False).round(4)

# %% mystnb={"figure": {"caption": "Test accuracy of five trainings each of the CNN, on images rearranged in four ways. The line is the fully connected network, for which all of them are alike.", "name": "fig-structure-accuracy"}}
cnn_table = table.loc["cnn"].loc[names].rename(index={"none": "as they are"})
plots.intervals(
    {"CNN": cnn_table},
    subject="Accuracy of the CNN by kind of images",
    xlabel="test accuracy",
    reference=table.loc[("matched", "none"), "value"],
)

# %% tags=["remove-cell"]
by_seed = {key: part.set_index("seed")["accuracy"] for key, part in runs.groupby(["network", "transformation"])}
losses = {name: statistics.compare_over_seeds(by_seed["cnn", "none"], by_seed["cnn", name]) for name in names[1:]}
matched_loss = statistics.compare_over_seeds(by_seed["matched", "none"], by_seed["matched", "pixels permuted"])
against_matched = statistics.compare_over_seeds(
    by_seed["matched", "pixels permuted"], by_seed["cnn", "pixels permuted"]
)
corrected = statistics.holm({name: loss.p_value for name, loss in losses.items()})
to_the_worst = {
    name: statistics.compare_over_seeds(by_seed["cnn", name], by_seed["cnn", "pixels permuted"])
    for name in losses
    if name != "pixels permuted"
}
corrected_worst = statistics.holm({name: further.p_value for name, further in to_the_worst.items()})
page.add(
    epochs=runs["epochs"].iloc[0],
    cnn={name: estimates["cnn", name] for name in names},
    matched={name: estimates["matched", name] for name in ("none", "pixels permuted")},
    losses=losses,
    matched_loss=matched_loss,
    against_matched=against_matched,
)
page.claim(
    "Each of the four costs the CNN accuracy",
    all(statistics.verdict(losses[name], corrected[name]) == "hurts" for name in losses),
)
page.claim(
    "permuting all pixels costs the most",
    all(statistics.verdict(to_the_worst[name], corrected_worst[name]) == "hurts" for name in to_the_worst),
)
page.claim("no difference can be shown", statistics.verdict(matched_loss) == "no difference shown")
page.claim("falls behind the fully connected network", statistics.verdict(against_matched) == "hurts")
page.claim(
    "still right about more than nineteen permuted digits in twenty", estimates["cnn", "pixels permuted"].low > 0.95
)
page.claim(
    "these three lie within half a point of each other",
    max(estimates["cnn", name].value for name in names[1:4]) - min(estimates["cnn", name].value for name in names[1:4])
    < 0.005,
)

# %% [markdown]
# {{ claim("Each of the four costs the CNN accuracy") }}, and {{ claim("permuting all pixels costs the most") }}:
# {{ structure.losses["pixels permuted"] | difference_in_words }}. So the claim is true: the CNN uses the structure of space.
#
# For the fully connected network {{ claim("no difference can be shown") }}: {{ structure.matched_loss | difference_in_words }}. It could not be otherwise.
# Its first layer has a weight for each pixel, drawn at random from the same distribution; if the pixels change places, the weights may change places with
# them, and nothing else is different. With permuted pixels the CNN, at {{ structure.cnn["pixels permuted"] | in_words }},
# {{ claim("falls behind the fully connected network") }}, at {{ structure.matched["pixels permuted"] | in_words }}.
#
# ## What survives, and why
#
# Now the part that is often left out. With *all* neighbourhood gone, the CNN is {{ claim("still right about more than nineteen permuted digits in twenty") }}.
# Structure is worth {{ (100 * -structure.losses["pixels permuted"].difference) | decimals(1) }} points to it, not everything. A convolution on permuted pixels is still a
# set of sums over nine fixed pixels, and the dense layer after it sees all of those sums and learns what they mean. How much structure is worth on other
# data, this does not say.
#
# The three milder rearrangements lie between:
#
# - with blocks permuted, {{ structure.cnn["blocks permuted"] | in_words }};
# - with rows permuted, {{ structure.cnn["rows permuted"] | in_words }};
# - permuted within blocks, {{ structure.cnn["permuted within blocks"] | in_words }}.
#
# It may surprise that {{ claim("these three lie within half a point of each other") }}. In blocks, strokes are intact up to 7 pixels, which is more than the 3x3 kernels
# see; but the second convolution looks across the seams between blocks, and there it meets neighbours that are none. Permuted rows keep what lies left and right. And within blocks only the coarse
# picture is left, which is enough to come as far. These are guesses; the runs do not say why.
# One permutation of each kind was drawn, and the intervals do not cover that another might give other numbers.
#
# ## Summary
#
# - The CNN uses neighbourhood: without it, it loses {{ (100 * -structure.losses["pixels permuted"].difference) | decimals(1) }} points and falls behind.
# - A fully connected network cannot tell permuted pixels from others.
# - "CNNs need spatial structure" is an overstatement at this size. They profit from it.
#
# ## Exercises
#
# **Exercise 1.** Undo a permutation: from the permuted test images, make the originals.

# %% tags=["hide-cell"]
### BEGIN SOLUTION
numbered = np.arange(28 * 28).reshape(1, 28, 28)
came_from = experiment.TRANSFORMATIONS["pixels permuted"](numbered).ravel()
restored = np.empty_like(X_test).reshape(len(X_test), -1)
restored[:, came_from] = experiment.TRANSFORMATIONS["pixels permuted"](X_test).reshape(len(X_test), -1)
print("restored:", np.array_equal(restored.reshape(X_test.shape), X_test))
### END SOLUTION

# %% [markdown]
# **Exercise 2.** Show by arithmetic that a dense layer gives the same sums if pixels and weights are permuted alike.

# %% tags=["hide-cell"]
### BEGIN SOLUTION
rng = np.random.default_rng(0)
pixels, weights, order = rng.random(784), rng.random((784, 5)), rng.permutation(784)
print("same sums:", np.allclose(pixels @ weights, pixels[order] @ weights[order]))
### END SOLUTION

# %% [markdown]
# **Exercise 3.** Before you look: would you expect a CNN with 7x7 kernels to lose more or less from permuted blocks? Say why.
#
# <details><summary>A thought</summary>
#
# Nearly every 7x7 window lies across a seam, so its kernels would see strangers side by side already in the first layer. But each
# kernel would also cover a whole block at some of its places. Arguments go both ways, which is a good reason to run it:
# add such a network to `digitlib.experiment` and repeat the sweep.
#
# </details>

# %% tags=["remove-cell"]
page.save()
