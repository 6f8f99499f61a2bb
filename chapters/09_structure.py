# %% [markdown]
# # Does the CNN use the structure of space?
#
# *{{ minutes_to_read.structure }} minutes to read, about {{ minutes_with_exercises.structure }}
# with the exercises; our run took {{ runs.structure.seconds | minutes }} on
# {{ training.processor }}.*
#
# "Convolutional networks take advantage of the spatial structure of images." If that is true, a CNN
# must suffer when the structure is destroyed, and a fully connected network must not. Here it is
# destroyed in four ways, one more thorough than the other, and each network is trained anew on what
# is left.
#
# **After this chapter you can**
#
# - destroy one kind of structure and keep another;
# - say which kind the CNN lives on, and how far it gets without;
# - explain why a fully connected network cannot care.

# %% tags=["pipeline"]
from page_results import Page

page = Page("09_structure")

# %%
import numpy as np
import pandas as pd

from digitlib import data, plots, reference, statistics
from digitlib.experiments import choices

_, (X_test, y_test) = data.load_mnist()
runs = pd.concat(
    [reference.load_sweep("headline"), reference.load_sweep("permutation")]
)
runs = runs[runs["seed"] <= 5]

# %% [markdown]
# ## Four ways to shuffle an image
#
# A **permutation** gives every pixel a new place.
# [The same permutation is applied to all images](#fig-structure-examples), for training and for
# testing, so no information is lost: whoever knows the permutation can undo it. Only neighbourhoods
# change.
#
# - **Blocks permuted**: sixteen blocks of 7x7 pixels change places. Within a block, neighbours stay
#   neighbours.
# - **Rows permuted**: rows stay whole. Neighbours to the left and right remain, those above and
#   below do not.
# - **Permuted within blocks**: each block stays in its place; within each, pixels are shuffled, in
#   all blocks alike. The coarse picture remains, the fine one is gone.
# - **Pixels permuted**: every pixel goes anywhere.

# %% mystnb={"figure": {"caption": "A digit as it is, and in the four rearrangements. Each row holds the same pixels.", "name": "fig-structure-examples"}}
names = [
    "none",
    "blocks permuted",
    "rows permuted",
    "permuted within blocks",
    "pixels permuted",
]
examples = [choices.TRANSFORMATIONS[name](X_test[:5]) for name in names]
plots.image_grid(
    np.concatenate(examples),
    subject="Five digits, row by row as they are, with blocks permuted, "
    "with rows permuted, permuted within blocks, with all pixels permuted",
    columns=5,
)

# %% [markdown]
# ## What is left
#
# The CNN was trained anew from {{ structure.seeds | words }} seeds on each kind of images, with the
# {{ structure.epochs }} epochs of the book. Each seed draws a permutation of its own, so the
# intervals cover that choice, too. The matched fully connected network was trained anew, too, on
# images as they are and on those with all pixels permuted. The runs were declared beforehand, so
# they are scored on the test images, permuted in the same way. Each row can be repeated with
# [the experiment page](07_experiment.ipynb).

# %%
groups = runs.groupby(["network", "transformation"])["accuracy"]
estimates = {
    key: statistics.mean_over_seeds(values)
    for key, values in groups
    if key[0] != "fully connected"
}
table = pd.DataFrame(
    {key: estimate._asdict() for key, estimate in estimates.items()}
).T
table.sort_values("value", ascending=False).round(4)

# %% mystnb={"figure": {"caption": "Test accuracy of five trainings each of the CNN, on images rearranged in four ways. The line is the fully connected network, for which all of them are alike.", "name": "fig-structure-accuracy"}}
cnn_table = table.loc["cnn"].loc[names].rename(index={"none": "as they are"})
plots.intervals(
    {"CNN": cnn_table},
    subject="Accuracy of the CNN by kind of images",
    xlabel="test accuracy",
    reference=table.loc[("matched", "none"), "value"],
)

# %% tags=["pipeline"]
by_seed = {
    key: part.set_index("seed")["accuracy"]
    for key, part in runs.groupby(["network", "transformation"])
}
losses = {
    name: statistics.compare_over_seeds(
        by_seed["cnn", "none"], by_seed["cnn", name]
    )
    for name in names[1:]
}
matched_loss = statistics.compare_over_seeds(
    by_seed["matched", "none"], by_seed["matched", "pixels permuted"]
)
against_matched = statistics.compare_over_seeds(
    by_seed["matched", "pixels permuted"], by_seed["cnn", "pixels permuted"]
)
corrected = statistics.holm(
    {name: loss.p_value for name, loss in losses.items()}
)
to_the_worst = {
    name: statistics.compare_over_seeds(
        by_seed["cnn", name], by_seed["cnn", "pixels permuted"]
    )
    for name in losses
    if name != "pixels permuted"
}
corrected_worst = statistics.holm(
    {name: further.p_value for name, further in to_the_worst.items()}
)
page.add(
    epochs=runs["epochs"].iloc[0],
    seeds=runs["seed"].nunique(),
    cnn={name: estimates["cnn", name] for name in names},
    matched={
        name: estimates["matched", name]
        for name in ("none", "pixels permuted")
    },
    losses=losses,
    matched_loss=matched_loss,
    against_matched=against_matched,
)
verdicts = {
    name: statistics.verdict(losses[name], corrected[name]) for name in losses
}
page.claim(
    "Each of the four costs the CNN accuracy",
    all(verdict == "hurts" for verdict in verdicts.values()),
)
page.claim(
    "permuting all pixels costs the most",
    all(
        statistics.verdict(to_the_worst[name], corrected_worst[name])
        == "hurts"
        for name in to_the_worst
    ),
)
page.claim(
    "no difference can be shown",
    statistics.verdict(matched_loss) == "no difference shown",
)
page.claim(
    "falls behind the fully connected network",
    statistics.verdict(against_matched) == "hurts",
)
page.claim(
    "still right about more than nineteen permuted digits in twenty",
    estimates["cnn", "pixels permuted"].low > 0.95,
)
among_three = {
    name: statistics.compare_over_seeds(
        by_seed["cnn", "permuted within blocks"], by_seed["cnn", name]
    )
    for name in ("blocks permuted", "rows permuted")
}
corrected_three = statistics.holm(
    {name: found.p_value for name, found in among_three.items()}
)
page.add(among_three=among_three)
page.claim(
    "whole blocks and whole rows cost less than pixels permuted within blocks",
    all(
        statistics.verdict(among_three[name], corrected_three[name]) == "helps"
        for name in among_three
    ),
)

# %% [markdown]
# {{ claim("Each of the four costs the CNN accuracy") }}, and
# {{ claim("permuting all pixels costs the most") }}:
# {{ structure.losses["pixels permuted"] | difference_in_words }}. So the claim is true: the CNN
# uses the structure of space.
#
# For the fully connected network {{ claim("no difference can be shown") }}:
# {{ structure.matched_loss | difference_in_words }}. In theory there is none. Each unit of its
# first layer has a weight for each pixel, and all are drawn from the same distribution. If the
# pixels change places, the weights may change places with them, and nothing else is different. With
# permuted pixels the CNN, at {{ structure.cnn["pixels permuted"] | in_words }},
# {{ claim("falls behind the fully connected network") }}, at
# {{ structure.matched["pixels permuted"] | in_words }}.
#
# ## What survives, and why
#
# Now the part that is often left out. With *all* neighbourhood gone, the CNN is
# {{ claim("still right about more than nineteen permuted digits in twenty") }}. Structure is worth
# {{ (100 * -structure.losses["pixels permuted"].difference) | decimals(1) }} points to it, not
# everything. A convolution on permuted pixels is still a set of sums over nine fixed pixels, and
# the dense layer after it sees all of those sums and learns what they mean. How much structure is
# worth on other data, this does not say.
#
# The three milder rearrangements lie between:
#
# - with blocks permuted, {{ structure.cnn["blocks permuted"] | in_words }};
# - with rows permuted, {{ structure.cnn["rows permuted"] | in_words }};
# - permuted within blocks, {{ structure.cnn["permuted within blocks"] | in_words }}.
#
# So {{ claim("whole blocks and whole rows cost less than pixels permuted within blocks") }}:
# {{ structure.among_three["blocks permuted"] | difference_in_words }} and
# {{ structure.among_three["rows permuted"] | difference_in_words }}. Within a block, strokes are
# intact up to 7 pixels, which is more than the 3x3 kernels see. The second convolution sees 8
# pixels across, so each of its windows crosses a seam, and beyond a seam lie pixels from elsewhere.
# Permuted rows keep what lies left and right. Within blocks only the coarse picture is left. These
# are guesses; the runs do not say why.
#
# (With one permutation of each kind, the same for all seeds, the three had come out within half a
# point of each other, and we had found reasons for it. It was the luck of three draws.)
#
# **Elsewhere.** {{ cite("dascoli2019") }} write a trained CNN as a fully connected network and
# train on: it stays near the CNN, where a training from scratch does not lead.
# {{ cite("neyshabur2020") }} finds a way of training by which a fully connected network learns
# local connections.
#
# ## Summary
#
# - The CNN uses neighbourhood: with all pixels permuted, its accuracy is
#   {{ (100 * -structure.losses["pixels permuted"].difference) | decimals(1) }} points down, and it
#   {{ claim("falls behind the fully connected network") }}.
# - A fully connected network cannot tell permuted pixels from others.
# - "CNNs need spatial structure" is an overstatement at this size. They profit from it.
#
# ## Questions to think about
#
# **You take networks that were trained on images as they are, and permute the pixels of the test
# images alone. What do you expect of the fully connected one?**
#
# <details><summary>Nothing changes: it cannot tell permuted pixels from others</summary>
#
# It cannot tell them while it learns. Once it has learnt, each weight belongs to one place, and
# another pixel has come to it.
#
# </details>
#
# <details><summary>It loses a little, the CNN a lot</summary>
#
# Both have learnt what digits look like unpermuted, and neither was given a chance to learn
# anything else.
#
# </details>
#
# <details><summary>It does little better there than guessing, and so does the CNN</summary>
#
# Right. The experiments of this chapter trained each network anew on what it was tested on. That is
# what makes them fair.
#
# </details>
#
# **You mirror all images, left and right, for training and for testing. What should that cost the
# CNN?**
#
# <details><summary>About as much as permuted rows: every pixel gets a new place</summary>
#
# Nearly every pixel does, but neighbours remain neighbours. How far pixels travel does not matter.
#
# </details>
#
# <details><summary>Nothing to speak of</summary>
#
# Right. A kernel that is mirrored, too, finds the mirrored stroke, and is as easy to learn.
#
# </details>
#
# <details><summary>A lot: mirrored digits are no digits any more</summary>
#
# To you, since you know how they should look. The network sees them for the first time either way.
#
# </details>
#
# **Suppose a CNN gets nine digits in ten right after training on permuted pixels. Does that refute
# that it uses the structure of space?**
#
# <details><summary>No: it shows that the network can use other things as well</summary>
#
# Right. Which pixels are light says much about the digit, wherever they lie, and the dense layers
# can learn that.
#
# </details>
#
# <details><summary>Yes: if it did, nothing would be left without that structure</summary>
#
# One may use a thing and do tolerably without it. How much it is used shows in what is lost.
#
# </details>
#
# <details><summary>No: with permuted pixels many kernels meet neighbours all the same, by
# chance</summary>
#
# A few pixels stay beside a neighbour of theirs by chance, far too few to rest a result on.
#
# </details>
#
# **A CNN with kernels of 7x7 is trained on permuted blocks. Would it lose more than one with 3x3?**
#
# <details><summary>More, surely: nearly each of its windows lies across a seam</summary>
#
# True of the windows; exercise 1 counts them. But at sixteen places its kernel covers one whole
# block, and sees more of it than 3x3 pixels at once.
#
# </details>
#
# <details><summary>Less, surely: a block is just as large as its kernel</summary>
#
# At sixteen places it is. At all others the kernel sees strangers side by side, already in the
# first layer.
#
# </details>
#
# <details><summary>Arguments go both ways, so one has to run it</summary>
#
# Right. Add such a network to `digitlib.experiments.choices` and repeat the sweep, if you want to
# know.
#
# </details>
#
# ## Exercises
#
# {{ how_to_answer("structure.1") }}

# %%
from digitlib import check, hint

# %% [markdown]
# **Exercise 1** (a few minutes). The blocks of 7x7 have changed places. A 3x3 kernel slides over
# the image, without padding. At which share of its places does it lie within a single block, where
# all nine pixels are true neighbours?

# %%
share_within_blocks = ...
### BEGIN SOLUTION
# Along a side: four blocks, five places in each, 26 places in all.
share_within_blocks = (4 * 5) ** 2 / 26**2
for side in (3, 5, 7):
    share = (4 * (7 - side + 1)) ** 2 / (28 - side + 1) ** 2
    print(f"a kernel of {side}x{side}: {share:.3f}")
### END SOLUTION
check("structure.1", share_within_blocks)


# %% [markdown]
# **Exercise 2** (ten minutes). A dense layer computes `images @ weights` for flat images. Now the
# pixels of all images are permuted: `images[:, order]`. Write `permute_weights`, which returns
# weights that give the same sums as before.


# %%
def permute_weights(weights, order):
    """Weights that give for images[:, order] what these gave for images."""
    ...
    ### BEGIN SOLUTION
    return weights[order]
    ### END SOLUTION


check("structure.2", permute_weights)


# %% [markdown]
# **Exercise 3** (a quarter of an hour). Someone hands you permuted images of shape
# `(n, height, width)`, and the function that permuted them, such as those in
# `experiment.TRANSFORMATIONS`. It does the same to all images, of any number. Write `undo`, which
# makes the originals, for whichever function it is.


# %%
def undo(permuted, permute):
    """The images that the function permute turned into the permuted ones."""
    ...
    ### BEGIN SOLUTION
    flat = permuted.reshape(len(permuted), -1)
    numbered = np.arange(flat.shape[1]).reshape(1, *permuted.shape[1:])
    came_from = permute(numbered).ravel()
    restored = np.empty_like(flat)
    restored[:, came_from] = flat
    return restored.reshape(permuted.shape)
    ### END SOLUTION


### BEGIN SOLUTION
for name in names[1:]:
    permute = choices.TRANSFORMATIONS[name]
    undone = undo(permute(X_test), permute)
    print(f"{name:23} undone: {np.array_equal(undone, X_test)}")
### END SOLUTION
check("structure.3", undo)


# %% [markdown]
# **Exercise 4** (half an hour). How much do neighbours have in common? Write
# `neighbour_correlation` for images of shape `(n, height, width)`: the correlation coefficient
# between a pixel and its right neighbour, over all pixels that have one, in all images together.
# Then compare the five kinds of images, to the right and downwards. Which numbers did you expect to
# stay as they are?


# %%
def neighbour_correlation(images):
    """Correlation of pixels with their right neighbours."""
    ...
    ### BEGIN SOLUTION
    left, right = images[:, :, :-1].ravel(), images[:, :, 1:].ravel()
    return np.corrcoef(left, right)[0, 1]
    ### END SOLUTION


### BEGIN SOLUTION
correlations = {}
for name in names:
    transformed = choices.TRANSFORMATIONS[name](X_test)
    downwards = neighbour_correlation(transformed.swapaxes(1, 2))
    correlations[name] = {
        "to the right": neighbour_correlation(transformed),
        "downwards": downwards,
    }
print(pd.DataFrame(correlations).T.round(2).to_string())
### END SOLUTION
check("structure.4", neighbour_correlation)


# %% [markdown]
# **Exercise 5** (an hour). Now let each image have a permutation of its own, and nobody knows it.
# What can any network still use? Write `order_free`. For images of shape `(n, height, width)` it
# returns an array with a row for each image: numbers that stay the same however the pixels of that
# image change places, and that keep all that survives, so that two images get the same numbers only
# if one is a rearrangement of the other. How far does a nearest-neighbour classifier come with
# them?


# %% nbval={"atol": 0.003}
def order_free(images):
    """What no permutation of an image's pixels can change."""
    ...
    ### BEGIN SOLUTION
    return np.sort(images.reshape(len(images), -1), axis=1)
    ### END SOLUTION


### BEGIN SOLUTION
from sklearn.neighbors import KNeighborsClassifier

(X_train, y_train), _ = data.load_mnist()
neighbours = KNeighborsClassifier(20)
neighbours.fit(order_free(X_train[:10_000]), y_train[:10_000])
score = neighbours.score(order_free(X_test[:2_000]), y_test[:2_000])
print(f"right by ink alone: {score:.3f}")
### END SOLUTION
check("structure.5", order_free)

# %% tags=["pipeline"]
page.save()
