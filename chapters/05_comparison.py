# %% [markdown]
# # Convolutional and fully connected networks
#
# *{{ minutes_to_read.comparison }} minutes to read, about {{ minutes_with_exercises.comparison }}
# with the exercises; our run took {{ runs.comparison.seconds | minutes }} on
# {{ training.processor }}.*
#
# Why convolutions? Three reasons are always given: they use the spatial structure of images, they
# share parameters, and they build a hierarchy of features. Here you train a fully connected network
# beside the convolutional one and look at each reason: who gives it, and what you can see of it.
#
# [A riddle](#fig-permuted) first. Below six digits stand the same six, with their pixels in other
# places, the same in each. One kind of network can learn either row equally well. Which one?

# %% mystnb={"figure": {"caption": "Six digits, and the same six with their pixels permuted. Nothing is lost but the neighbourhood.", "name": "fig-permuted"}}
import numpy as np

from digitlib import data, plots

(X_train, y_train), (X_test, y_test) = data.load_mnist()
X_train = data.scale_pixels(X_train)
X_test = data.scale_pixels(X_test)

permutation = np.random.default_rng(0).permutation(784)  # 0 to 783, mixed


def permute_pixels(images):
    """Give every pixel its new place, the same in all images."""
    rows = images.reshape(len(images), 784)  # an image becomes a row
    return rows[:, permutation].reshape(images.shape)


six = X_train[:6]
plots.image_grid(
    np.concatenate([six, permute_pixels(six)])[:, :, :, 0],
    subject="Six digits above, the same digits with permuted pixels below",
    columns=6,
)

# %% tags=["parameters"]
epochs = 10  # for the two networks compared with the convolutional one
training_images = 60_000
variation_epochs = 3  # for the networks with permuted pixels
variation_images = 15_000
seed = 0

# %% tags=["pipeline"]
from page_results import Page

page = Page("05_comparison")

# %% [markdown]
# **After this chapter you can**
#
# - compare networks fairly: same data, same training, several costs;
# - tell what survives when all pixels change places;
# - explain the difference between *equivariant* and *invariant*, and measure both;
# - use an untrained network as a control, and say what is learned and what was there before.
#
# ## Three networks
#
# A **fully connected network** takes the image as one row of 784 numbers. Each of its hidden units
# has a weight for every one of them.

# %%
import keras
import pandas as pd
from keras import layers

from digitlib import evaluation, models, reference, training


def build_fully_connected(units):
    """A network with one hidden layer, not yet compiled."""
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            layers.Flatten(),
            layers.Dense(units, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ],
        name=f"fully_connected_{units}",
    )


cnn = reference.load_model("cnn")  # as the last chapter trained it
per_unit = 784 + 1 + 10  # its weights, its bias, a weight of each output
print(f"parameters of the CNN: {cnn.count_params():,}")
without_output_biases = cnn.count_params() - 10
print(f"units for as many:     {without_output_biases / per_unit:.1f}")


# %% [markdown]
# So {{ comparison.matched_units }} units give it nearly as many parameters as the convolutional
# network (CNN) has: call this one *matched*. Another, just called *fully connected*, has
# {{ comparison.plain_units }}, a customary number. `training.train` builds, compiles and fits in
# one call, with the settings that the CNN had.


# %%
def build_plain():
    return build_fully_connected(128)


def build_matched():
    return build_fully_connected(153)


# All 60,000 images, unless you chose fewer above.
X_all, y_all = X_train[:training_images], y_train[:training_images]
plain, plain_run = training.train(
    build_plain, X_all, y_all, seed=seed, epochs=epochs, test_images=X_test
)
matched, matched_run = training.train(
    build_matched, X_all, y_all, seed=seed, epochs=epochs, test_images=X_test
)

# %% tags=["pipeline"]
page.keep("fully_connected", plain, plain_run)
page.keep("matched", matched, matched_run)

# %% [markdown]
# Each run holds the answers to the test images.

# %% nbval={"atol": 0.005, "count_atol": 50}
cnn_run = reference.load_run("cnn")
runs = {"CNN": cnn_run, "fully connected": plain_run, "matched": matched_run}
rows = []
for name, run in runs.items():
    score = evaluation.accuracy(y_test, run.predictions)
    errors = score.count - score.correct
    rows.append([name, score.value, score.low, score.high, errors])
columns = ["network", "accuracy", "from", "to", "errors"]
pd.DataFrame(rows, columns=columns).round(4)

# %% [markdown]
# And what do they cost?

# %%
networks = {"CNN": cnn, "fully connected": plain, "matched": matched}
costs = []
for name, network in networks.items():
    work = models.describe_layers(network)["multiply-adds"].sum()
    costs.append([name, network.count_params(), work])
pd.DataFrame(costs, columns=["network", "parameters", "multiply-adds"])

# %% tags=["pipeline"]
scores = {
    name: evaluation.accuracy(y_test, run.predictions)
    for name, run in runs.items()
}
errors = {name: score.count - score.correct for name, score in scores.items()}
multiply_adds = {name: int(work) for name, _, work in costs}
page.add(
    epochs=epochs,
    plain_units=models.PLAIN_HIDDEN_UNITS,
    matched_units=models.MATCHED_HIDDEN_UNITS,
    parameters={name: count for name, count, _ in costs},
    multiply_adds=multiply_adds,
    work_ratio=multiply_adds["CNN"] / multiply_adds["matched"],
)
assert plain.layers[1].units == models.PLAIN_HIDDEN_UNITS
assert matched.layers[1].units == models.MATCHED_HIDDEN_UNITS
page.add(  # the standard deviation over ten seeds is 0.002
    accuracy={name: score.value for name, score in scores.items()},
    errors=errors,
    error_share={
        name: errors["CNN"] / count
        for name, count in errors.items()
        if name != "CNN"
    },
    plain_low=scores["fully connected"].low,
    plain_high=scores["fully connected"].high,
    atol=0.005,
    count_atol=50,
)
page.claim(
    "Its interval does not overlap with theirs",
    scores["CNN"].low
    > max(scores["matched"].high, scores["fully connected"].high),
)

# %% [markdown]
# The CNN makes {{ comparison.errors["CNN"] }} errors:
# {{ comparison.error_share["matched"] | share_in_words }} as many as the matched network, and
# {{ comparison.error_share["fully connected"] | share_in_words }} as many as the smaller one.
# {{ claim("Its interval does not overlap with theirs") }}.
#
# These are single runs, and an interval says nothing of other seeds. Here are
# {{ comparison.repetitions | words }} more trainings of each:

# %%
headline = reference.load_sweep("headline")
# The means of these two columns over the rows of each network.
means = headline.groupby("network")[["accuracy", "cpu_seconds"]].mean()
gain = means.loc["cnn", "accuracy"] - means.loc["matched", "accuracy"]
print(f"CNN against matched: {100 * gain:+.2f} percentage points")
means.round(4)

# %% tags=["pipeline"]
page.add(
    repetitions=int((headline["network"] == "cnn").sum()),
    gain=gain,
    mean_seconds=means["cpu_seconds"].to_dict(),
)

# %% [markdown]
# On average the CNN lies {{ (100 * comparison.gain) | abs | decimals }} percentage points
# {{ comparison.gain | by_sign("above", "below", "away from") }} the *matched* network.
# [Is your result normal?](08_normal.ipynb) adds the interval.
#
# The CNN pays with arithmetic: {{ comparison.work_ratio | decimals(0) }} times the multiply-adds of
# the matched network for an image. In the table, `cpu_seconds` is the processor time of a training:
# it grows far less, since much of a step is not multiplying.
#
# ## Must somebody invent features first?
#
# Fully connected networks are said to need *feature engineering*: somebody invents measurements
# (loops, strokes, slants), and the network learns from these. So they were used once, write
# {{ cite("lecun1998") }}, who add that nearly raw pixels work, too, "with some success". Ours got
# nothing else, and was right about {{ comparison.accuracy["fully connected"] | percent }}. What
# features it needs, it finds; you will see some below.
#
# ## First reason: spatial structure
#
# To the first layer of a fully connected network, the pixels are 784 inputs in some order. They may
# come "in any (fixed) order without affecting the outcome of the training", say
# {{ cite("lecun1998") }}. A convolution, however, looks at neighbours together. Test both with a
# fixed **permutation** of the pixels, [as at the top](#fig-permuted).
#
# This is an exploration, so it is scored on held-out images. To keep it short, train for
# {{ comparison.variation_epochs | words }} epochs on {{ comparison.variation_images | thousands }}
# images.

# %% nbval={"atol": 0.02}
(X_fit, y_fit), (X_held, y_held) = data.hold_out(X_train, y_train)
X_few, y_few = X_fit[:variation_images], y_fit[:variation_images]


def short_training(build, images, held_images):
    """Accuracy on the held-out images."""
    network, _ = training.train(
        build, images, y_few, seed=seed, epochs=variation_epochs
    )
    answers = training.classify(network, held_images)
    return (answers == y_held).mean()


P_few, P_held = permute_pixels(X_few), permute_pixels(X_held)
cnn_in_place = short_training(models.build_cnn, X_few, X_held)
cnn_permuted = short_training(models.build_cnn, P_few, P_held)
matched_in_place = short_training(build_matched, X_few, X_held)
matched_permuted = short_training(build_matched, P_few, P_held)
rows = [
    ["CNN", cnn_in_place, cnn_permuted],
    ["matched", matched_in_place, matched_permuted],
]
pd.DataFrame(rows, columns=["network", "in place", "permuted"]).round(3)

# %% tags=["pipeline"]
page.add(
    variation_epochs=variation_epochs,
    variation_images=len(X_few),
    held_out=len(X_held),
)
page.add(
    cnn_in_place=cnn_in_place,
    cnn_permuted=cnn_permuted,
    matched_in_place=matched_in_place,
    matched_permuted=matched_permuted,
    atol=0.02,
)
page.claim(
    "the CNN does worse without neighbourhood",
    cnn_permuted < cnn_in_place - 0.01,
)

# %% [markdown]
# On permuted images the CNN is
# {{ (comparison.cnn_permuted - comparison.matched_permuted) | by_sign("above", "below", "level with") }}
# the matched network.
#
# The matched network's two figures need not be quite the same, since after the permutation each
# pixel meets other initial weights. Take this chance away: let each weight of the trained network
# move to the new place of its pixel.

# %% nbval={"count_atol": 2}
weights = matched.get_weights()
# A row of weights for each pixel. At place j there is now the pixel that was
# at permutation[j].
weights[0] = weights[0][permutation]
moved_along = build_matched()
moved_along.set_weights(weights)
answers = training.classify(moved_along, permute_pixels(X_test))
same = (answers == matched_run.predictions).sum()
print(f"same answers: {same} of {len(answers)}")

# %% tags=["pipeline"]
page.add(same_answers=int(same), count_atol=2)
page.add(test_images=len(answers))

# %% [markdown]
# It gives {{ comparison.same_answers | thousands }} of {{ comparison.test_images | thousands }}
# permuted images the answer that they got in place. That solves the riddle: it is the fully
# connected network. And {{ claim("the CNN does worse without neighbourhood") }}: the first reason
# is true.
#
# Often left out: with all neighbourhood destroyed, the CNN is still right about
# {{ comparison.cnn_permuted | percent }}. Its last layers are dense and make something of almost
# any input. [Does the CNN use the structure of space?](09_structure.ipynb) repeats the experiment
# with full trainings, several seeds and three milder ways to shuffle.
#
# ## Second reason: shared parameters
#
# "Compared to standard feedforward neural networks with similarly-sized layers, CNNs have much
# fewer connections and parameters" ({{ cite("krizhevsky2012") }}). Check one layer: our first
# convolution, and a dense layer that puts out as many numbers.

# %%
shared = (3 * 3 * 1 + 1) * 32
unshared = (28 * 28 + 1) * (26 * 26 * 32)
print(f"convolution: {shared:11,} parameters")
print(f"dense layer: {unshared:11,} parameters")

# %% tags=["pipeline"]
page.add(shared=shared, unshared=unshared)
page.claim(
    "the plain fully connected network has fewer parameters than the CNN",
    plain.count_params() < cnn.count_params(),
)

# %% [markdown]
# For layers of the same size the saving is enormous. For networks it need not exist. Look again at
# the costs: {{ claim("the plain fully connected network has fewer parameters than the CNN") }}.
# What sharing gave the CNN is many large maps for few parameters.
# [A network that is the CNN without sharing](10_sharing.ipynb) shows what that is worth.
#
# Sharing has a second consequence. If the image moves, the feature map moves by as much, and is
# otherwise [the same](#fig-equivariance). That is called **equivariance**.

# %% mystnb={"figure": {"caption": "Four feature maps of a 7 above, and those of the same 7, four pixels further right, below. The maps have moved along.", "name": "fig-equivariance"}}
sample = X_test[:200]
moved = data.move(sample, right=4)
first_layer = cnn.layers[0]
maps = first_layer(sample).numpy()
moved_maps = first_layer(moved).numpy()
# Column 4 of the moved maps should be column 0 of the maps, and so on.
difference = np.abs(moved_maps[:, :, 4:] - maps[:, :, :-4]).max()
print(f"largest value: {maps.max():.2f}, largest difference: {difference:.5f}")

pairs = np.concatenate([maps[0, :, :, :4], moved_maps[0, :, :, :4]], axis=2)
plots.feature_maps(
    pairs,
    layer="the first convolution for a 7, and for a moved 7",
    columns=4,
)

# %% [markdown]
# Often this is put as "CNNs are translation-invariant": a moved image gets the *same answer*. That
# is another property, **invariance**. Already {{ cite("lecun1998") }} say both: that sharing makes
# shift invariance "automatically", and that their networks have "some degree" of it. It does not
# follow from equivariance. After the last pooling, the place of a feature decides which weights of
# the dense layer it meets. So [move the test images](#fig-shift) to the right, and see.


# %% nbval={"atol": 0.005}
def accuracy_when_moved(network):
    """Test accuracy after moves of 0, 1, ... 6 pixels to the right."""
    accuracies = []
    for shift in range(7):
        moved = data.move(X_test, right=shift)
        answers = training.classify(network, moved)
        accuracies.append((answers == y_test).mean())
    return accuracies


cnn_moved = accuracy_when_moved(cnn)
print("CNN:", np.round(cnn_moved, 3))

# %% mystnb={"figure": {"caption": "Test accuracy when the images are moved to the right, for networks that were trained on centred digits only. {{ claim(\"The fully connected network lies below the CNN at every move\") }}.", "name": "fig-shift"}} tags=["nbval-ignore-output"]
plain_moved = accuracy_when_moved(plain)
plots.lines(
    {"CNN": cnn_moved, "fully connected": plain_moved},
    x=range(7),
    subject="Test accuracy of moved digits",
    xlabel="pixels to the right",
    ylabel="accuracy",
)

# %% tags=["pipeline"]
assert cnn_moved[0] == scores["CNN"].value
# The CNN's weights are stored: another processor moves an answer or two. The
# other network's ten seeds lie up to 0.06 apart on moved digits.
page.add(cnn_moved=dict(enumerate(cnn_moved)), atol=0.0005)
page.claim(
    "The fully connected network lies below the CNN at every move",
    all(
        below < above
        for below, above in zip(plain_moved[1:], cnn_moved[1:], strict=True)
    ),
)

# %% [markdown]
# Two pixels leave the CNN {{ comparison.cnn_moved["2"] | percent }}, six
# {{ comparison.cnn_moved["6"] | percent }}: some tolerance of small moves, but no invariance. Large
# CNNs have none either ({{ cite("zhang2019") }}). They can learn it from moved images
# ({{ cite("biscione2021") }}): the next chapter tries it, and [a later one](11_shift.ipynb)
# measures it in all directions.
#
# ## Third reason: a hierarchy of features
#
# The first layer can extract edges, end points or corners, and later layers combine them into
# features of higher order: so {{ cite("lecun1998") }}. {{ cite("zeiler2014") }} show such features
# in a CNN for photographs. Here are [our kernels](#fig-kernels). To know what is learned you need a
# **control**: the same network before its training.


# %% mystnb={"figure": {"caption": "The 32 kernels of the first layer after the training, and the same before it. What is near zero has the colour of the page. Each half has a scale of its own: before the training the weights were smaller.", "name": "fig-kernels"}}
def as_images(columns, side):
    """A square image for each entry of the last axis, such as a unit."""
    return np.moveaxis(columns.reshape(side, side, -1), -1, 0)


keras.utils.set_random_seed(cnn_run.seed)
untrained = models.build_cnn()  # the weights from which the CNN started
after = cnn.layers[0].get_weights()[0]  # shape (3, 3, 1, 32)
before = untrained.layers[0].get_weights()[0]
correlation = np.corrcoef(after.ravel(), before.ravel())[0, 1]
print(f"correlation of weights before and after: {correlation:.2f}")
plots.image_blocks(
    {"after": as_images(after, 3), "before": as_images(before, 3)},
    subject="Kernels, orange below zero, purple above",
    columns=16,
    cmap=plots.SIGNED,
    symmetric=True,
    gap=0.3,
)

# %% [markdown]
# Some kernels have an orange side and a purple one, as an edge detector has. But so have some that
# nobody trained. On the whole the pattern was kept: weights before and after have a correlation of
# {{ comparison.kernel_correlation | decimals }}, where 1 would be no change of pattern, and 0
# nothing in common. Now compare the [feature maps](#fig-control-maps).

# %% mystnb={"figure": {"caption": "Sixteen feature maps of a 7 after the training, and what the same kernels made of it before.", "name": "fig-control-maps"}}
seven = X_test[:1]
maps_after = cnn.layers[0](seven).numpy()[0]  # shape (26, 26, 32)
maps_before = untrained.layers[0](seven).numpy()[0]
plots.image_blocks(
    {
        "after": as_images(maps_after[:, :, :16], 26),
        "before": as_images(maps_before[:, :, :16], 26),
    },
    subject="Feature maps of a 7",
)

# %% [markdown]
# Untrained kernels mark the sides of strokes as well. So such a picture does not show that anything
# was learned.
#
# And the fully connected network? Each of its hidden units holds 784 weights, one for each pixel,
# so they can be [drawn as an image](#fig-units).

# %% mystnb={"figure": {"caption": "Weights of sixteen hidden units of the fully connected network after the training, and of the same units before it. What is near zero has the colour of the page. Each half has a scale of its own.", "name": "fig-units"}} tags=["nbval-ignore-output"]
keras.utils.set_random_seed(seed)
before = as_images(build_plain().layers[1].get_weights()[0], 28)
after = as_images(plain.layers[1].get_weights()[0], 28)
plots.image_blocks(
    {"after": after[:16], "before": before[:16]},
    subject="Weights of hidden units, orange below zero, purple above",
    columns=8,
    cmap=plots.SIGNED,
    symmetric=True,
)

# %% tags=["pipeline"]
assert after.shape == before.shape == (128, 28, 28)
page.add(kernel_correlation=correlation)

# %% [markdown]
# Here the control is noise, and training has made blotches of it. How alike are a weight and its
# neighbour on the right?

# %% nbval={"atol": 0.03}
neighbours = {}
for name, images in {"after": after, "before": before}.items():
    left, right = images[:, :, :-1].ravel(), images[:, :, 1:].ravel()
    neighbours[name] = np.corrcoef(left, right)[0, 1]
    print(f"correlation of neighbours {name}: {neighbours[name]:.2f}")

# %% tags=["pipeline"]
page.add(neighbours=neighbours, atol=0.03)

# %% [markdown]
# Their correlation has gone from {{ comparison.neighbours["before"] | decimals }} to
# {{ comparison.neighbours["after"] | decimals }}. Nobody told this network which pixels are
# neighbours. But neighbours are often inked together, so their weights take similar steps.
#
# So both networks have features: the CNN's local, shared and stacked, the other's as large as the
# image. But is the second layer's feature more complex than the first one's, and is it made of
# those? A picture cannot say. [Is there a hierarchy of features?](12_hierarchy.ipynb) measures it
# beside untrained controls, and also how far the kernels are edge detectors.
#
# ## Summary
#
# - With nearly equal parameters the CNN made {{ comparison.errors["CNN"] }} errors and the matched
#   network {{ comparison.errors["matched"] }}, for {{ comparison.work_ratio | decimals(0) }} times
#   the multiply-adds.
# - A fully connected network finds features of its own.
# - To a fully connected network the order of the pixels means nothing; the CNN came down from
#   {{ comparison.cnn_in_place | percent }} to {{ comparison.cnn_permuted | percent }} when they
#   were permuted.
# - Sharing saves parameters between layers of the same size. It makes a convolution equivariant,
#   but not the network invariant.
# - What is learned shows only beside an untrained network. Whether the layers make a hierarchy does
#   not show in pictures at all.
#
# ## Questions to think about
#
# **Each image gets a permutation of its own, drawn anew. Which network can then learn to read new
# images?**
#
# <details><summary>The fully connected one: it has no use for neighbours</summary>
#
# But each weight belongs to one place, and what stands there is now drawn by lot.
#
# </details>
#
# <details><summary>Neither: only how many pixels are how dark is left</summary>
#
# Right: no shape is left. Large CNNs learn even such training images by heart
# ({{ cite("zhang2017") }}), but new images are another matter.
#
# </details>
#
# <details><summary>The convolutional one: its kernels do the same at every place</summary>
#
# They do. But what they add up has been thrown together anew in each image.
#
# </details>
#
# **A digit moves by a pixel. The feature maps move by a pixel as well, and the answer stays what it
# was. Which is which?**
#
# <details><summary>The maps are equivariant, the answer is invariant</summary>
#
# Right. Equivariant is what moves along, invariant is what stays. Convolution gives you only the
# first.
#
# </details>
#
# <details><summary>The maps are invariant, the answer is equivariant</summary>
#
# An invariant map would be the same after the move.
#
# </details>
#
# <details><summary>Both are invariant, since the network still recognises the digit</summary>
#
# The answer is. The maps have changed: they have moved.
#
# </details>
#
# **Somebody has 784 blood values of each patient, in alphabetical order, and wants to use a
# convolutional network, since sharing saves parameters. What do you say?**
#
# <details><summary>A good idea: fewer parameters over-fit less</summary>
#
# Fewer parameters help if what is shared means the same everywhere. Does it here?
#
# </details>
#
# <details><summary>Not a good idea: neighbours in the alphabet have nothing to do with each
# other</summary>
#
# Right. Sharing says that a pattern means the same wherever it stands, and small kernels say that
# neighbours belong together. Of such a table, neither is true.
#
# </details>
#
# <details><summary>It makes no difference: a network can learn anything from anything</summary>
#
# The permuted pixels show that it can learn something even so, but pays for a wrong assumption.
#
# </details>
#
# ## Exercises
#
# {{ how_to_answer("comparison.1") }}

# %%
from digitlib import check, hint

# %% [markdown]
# **Exercise 1** (ten minutes). How many units may the hidden layer of a fully connected network
# have before it needs more multiply-adds for an image than the convolutional network does? Biases
# are not multiplied, so they do not count.

# %%
affordable_units = ...
### BEGIN SOLUTION
# Each hidden unit costs 784 multiply-adds on its input side and 10 on its
# output side.
budget = models.describe_layers(cnn)["multiply-adds"].sum()
affordable_units = int(budget // (784 + 10))
widest = models.describe_layers(build_fully_connected(affordable_units))
work_of_widest = widest["multiply-adds"].sum()
print(
    f"{affordable_units:,} units: "
    f"{work_of_widest:,} of {budget:,} multiply-adds"
)
print(
    f"and {widest['parameters'].sum():,} parameters "
    f"against {cnn.count_params():,}"
)
### END SOLUTION
check("comparison.1", affordable_units)


# %% [markdown]
# **Exercise 2** (ten minutes). Somebody sends you images whose pixels were permuted as in this
# chapter, and the permutation. Write `put_back`, which gives every pixel its old place, for images
# of any size. What accuracy do you expect of the CNN, as trained, on permuted test images? And on
# those that were put back?


# %% nbval={"atol": 0.005}
def put_back(images, permutation):
    """Undo a permutation of the pixels."""
    ...
    ### BEGIN SOLUTION
    restored = np.empty_like(images).reshape(len(images), -1)
    restored[:, permutation] = images.reshape(len(images), -1)
    return restored.reshape(images.shape)
    ### END SOLUTION


check("comparison.2", put_back)
### BEGIN SOLUTION

permuted_images = permute_pixels(X_test)
images_put_back = put_back(permuted_images, permutation)
both_kinds = {"permuted": permuted_images, "put back": images_put_back}
for name, images in both_kinds.items():
    answers = training.classify(cnn, images)
    print(f"{name}: accuracy {evaluation.accuracy(y_test, answers).value:.3f}")
### END SOLUTION

# %% [markdown]
# **Exercise 3** (a quarter of an hour). Do two networks fail on the same digits? Write
# `missed_by_both`, which returns two numbers: how many images both networks got wrong, and how many
# you would expect, not rounded, if the errors of the one had nothing to do with those of the other.
# What do the CNN and the matched network give?


# %% nbval={"count_atol": 20}
def missed_by_both(labels, first_answers, second_answers):
    """How many images both got wrong, and how many are to be expected."""
    ...
    ### BEGIN SOLUTION
    first_wrong = first_answers != labels
    second_wrong = second_answers != labels
    share = first_wrong.mean() * second_wrong.mean()  # if independent
    return (first_wrong & second_wrong).sum(), share * len(labels)
    ### END SOLUTION


check("comparison.3", missed_by_both)
### BEGIN SOLUTION

both, expected = missed_by_both(
    y_test, cnn_run.predictions, matched_run.predictions
)
print(f"missed by both: {both}, if independent: {expected:.0f}")
# What makes a digit hard for one network often makes it hard for the other.
### END SOLUTION

# %% [markdown]
# **Exercise 4** (half an hour). How far is a layer from being equivariant? Write
# `equivariance_gap`. Its first argument is a function that makes maps from images, such as a layer
# of Keras. Images and maps are of shape (images, rows, columns, channels); `np.asarray` turns what
# Keras returns into an array. Compare the maps of the moved images with the moved maps, and return
# the maximum of the absolute differences. Move one pixel to the right, with `np.roll`, so that
# nothing leaves the frame. Then ask about the first layer of the CNN, and about the first two, with
# twenty ones: `X_test[y_test == 1][:20]` leaves the margins blank.


# %%
def equivariance_gap(function, images):
    """Largest difference between maps of moved images and moved maps."""
    ...
    ### BEGIN SOLUTION
    maps_of_moved = np.asarray(function(np.roll(images, 1, axis=2)))
    moved_maps = np.roll(np.asarray(function(images)), 1, axis=2)
    return np.abs(maps_of_moved - moved_maps).max()
    ### END SOLUTION


check("comparison.4", equivariance_gap)
### BEGIN SOLUTION

ones = X_test[y_test == 1][:20]
with_pooling = keras.Sequential(cnn.layers[:2])
print(f"the convolution:         {equivariance_gap(first_layer, ones):.4f}")
print(f"with the pooling behind: {equivariance_gap(with_pooling, ones):.4f}")
# The pooling halves the map: only a move of two pixels is a move of its map,
# by one.
### END SOLUTION

# %% [markdown]
# **Exercise 5** (an hour). Build a network whose answer cannot change at all if a digit moves,
# whatever its weights, as long as all ink stays in the frame. Made with `keras.Sequential`, it
# takes images of 28x28 pixels with one channel, and gives ten probabilities. It should still see
# shapes: if the same pixels stand in other places among each other, the answer should change. You
# need not train it.

# %%
unmoved_network = ...
### BEGIN SOLUTION
# A unit of the last map sees 5x5 pixels. With four rows of paper around the
# frame, every 5x5 square that touches the ink is looked at, wherever the digit
# stands. Then the places are forgotten.
unmoved_network = keras.Sequential(
    [
        keras.Input(shape=(28, 28, 1)),
        keras.layers.ZeroPadding2D(4),
        keras.layers.Conv2D(32, (3, 3), activation="relu"),
        keras.layers.Conv2D(64, (3, 3), activation="relu"),
        keras.layers.GlobalMaxPooling2D(),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
### END SOLUTION
check("comparison.5", unmoved_network)

# %% tags=["pipeline"]
page.save()
