# %% [markdown]
# # Convolutional and fully connected networks
#
# *{{ minutes_to_read.comparison }} minutes to read, about {{ minutes_with_exercises.comparison }}
# with the exercises; its run took {{ runs.comparison.seconds | minutes }} on
# {{ training.processor }}.*
#
# Why convolutions? Three reasons are always given: they use the spatial structure of images, they
# share parameters, and they build a hierarchy of features. Here you train a fully connected network
# beside the convolutional one and look at each reason. Each holds some truth, and each is often
# overstated.
#
# **After this chapter you can**
#
# - compare networks fairly: same data, same training, several costs;
# - tell what survives when all pixels change places;
# - explain the difference between *equivariant* and *invariant*, and measure both;
# - say what kind of features each network learns.

# %% tags=["parameters"]
epochs = 10  # for the two networks compared with the convolutional one
training_images = 60_000
variation_epochs = 3  # for the networks with permuted pixels
variation_images = 20_000
seed = 0

# %% tags=["pipeline"]
from page_results import Page

page = Page("05_comparison")

# %%
import keras
import numpy as np
import pandas as pd

from digitlib import data, evaluation, models, plots, reference, training

(X_train, y_train), (X_test, y_test) = data.load_mnist()
X_train = data.scale_pixels(X_train[:training_images])
y_train = y_train[:training_images]
X_test_scaled = data.scale_pixels(X_test)

# %% [markdown]
# ## Three networks
#
# A **fully connected network** takes the image as one row of 784 numbers, and each of its units has
# a weight for every one of them. The plain one has a hidden layer of {{ comparison.plain_units }}
# units, as a newcomer would write it. The matched one has {{ comparison.matched_units }} units,
# which gives it nearly as many parameters as the convolutional network (CNN) has. Both train as the
# CNN did.

# %%
plain, plain_run = training.train(
    models.build_fully_connected,
    X_train,
    y_train,
    seed=seed,
    epochs=epochs,
    test_images=X_test_scaled,
)
matched, matched_run = training.train(
    models.build_matched,
    X_train,
    y_train,
    seed=seed,
    epochs=epochs,
    test_images=X_test_scaled,
)

# %% tags=["pipeline"]
page.keep("fully_connected", plain, plain_run)
page.keep("matched", matched, matched_run)

# %% [markdown]
# The CNN was trained in the previous chapter for {{ comparison.epochs }} epochs, so its weights and
# the record of its training are loaded.

# %% nbval={"atol": 0.005}
cnn, cnn_run = reference.load_model("cnn"), reference.load_run("cnn")
networks = {"CNN": cnn, "fully connected": plain, "matched": matched}
runs = {"CNN": cnn_run, "fully connected": plain_run, "matched": matched_run}
scores = {
    name: evaluation.accuracy(y_test, run.predictions)
    for name, run in runs.items()
}
comparison = pd.DataFrame(
    {
        "accuracy": {
            name: round(score.value, 4) for name, score in scores.items()
        },
        "from": {name: round(score.low, 4) for name, score in scores.items()},
        "to": {name: round(score.high, 4) for name, score in scores.items()},
        "parameters": {
            name: network.count_params() for name, network in networks.items()
        },
        "multiply-adds": {
            name: models.describe_layers(network)["multiply-adds"].sum()
            for name, network in networks.items()
        },
    }
)
comparison

# %% tags=["nbval-ignore-output"]
seconds = pd.Series(
    {name: round(run.seconds, 1) for name, run in runs.items()},
    name="seconds of training",
)
seconds

# %% tags=["pipeline"]
assert (seconds > 0).all()
work = comparison["multiply-adds"]
errors = {name: score.count - score.correct for name, score in scores.items()}
page.add(
    epochs=epochs,
    plain_units=models.PLAIN_HIDDEN_UNITS,
    matched_units=models.MATCHED_HIDDEN_UNITS,
    parameters={
        name: network.count_params() for name, network in networks.items()
    },
    multiply_adds={name: int(work[name]) for name in networks},
    work_ratio=work["CNN"] / work["matched"],
)
page.add(  # the standard deviation over ten seeds is 0.002
    accuracy={name: score.value for name, score in scores.items()},
    errors=errors,
    plain_low=scores["fully connected"].low,
    plain_high=scores["fully connected"].high,
    atol=0.005,
    count_atol=50,
)
page.claim(
    "The CNN makes fewer than two thirds of the errors of either",
    errors["CNN"] < min(errors["matched"], errors["fully connected"]) * 2 / 3,
)
page.claim(
    "no overlap between its interval and theirs",
    scores["CNN"].low
    > max(scores["matched"].high, scores["fully connected"].high),
)
page.claim(
    "right about more than nineteen digits in twenty",
    scores["fully connected"].low > 0.95,
)
# The CNN of this page was trained elsewhere, perhaps on another machine:
# compare trainings of the same one.
headline = reference.load_sweep("headline")
usual_seconds = headline.groupby("network")["cpu_seconds"].median()
page.add(usual_seconds=usual_seconds[["cnn", "matched"]].to_dict())
page.claim(
    "It also takes longer to train",
    usual_seconds["cnn"] > usual_seconds.drop("cnn").max(),
)

# %% [markdown]
# {{ claim("The CNN makes fewer than two thirds of the errors of either") }}:
# {{ comparison.errors["CNN"] }} against {{ comparison.errors["fully connected"] }} (plain) and
# {{ comparison.errors["matched"] }} (matched), with
# {{ claim("no overlap between its interval and theirs") }}. These are single runs; the intervals
# cover the choice of test images, not of seeds. [Ten seeds of each](08_normal.ipynb) say the same:
# {{ normal.comparisons["CNN - matched"] | difference_in_words }} for the CNN.
#
# It pays with arithmetic: one image costs it {{ comparison.work_ratio | decimals(0) }} times the
# multiply-adds of the matched network. {{ claim("It also takes longer to train") }}:
# {{ comparison.usual_seconds["cnn"] | minutes }} of processor time against
# {{ comparison.usual_seconds["matched"] | minutes }}, the medians of
# {{ training.repetitions | words }} stored trainings of each.
#
# **A correction.** It is often said that fully connected networks need *feature engineering*: that
# somebody has to invent useful measurements (loops, strokes, slants) before the network can learn.
# The plain network above got nothing but raw pixels, and was
# {{ claim("right about more than nineteen digits in twenty") }}:
# {{ comparison.accuracy["fully connected"] | percent }} (interval
# {{ comparison.plain_low | percent }} to {{ comparison.plain_high | percent }}). It finds its own
# features. The CNN finds better ones, because more about images is built into it.
#
# ## First reason: spatial structure
#
# A convolution looks at neighbouring pixels together. A fully connected network has no notion of a
# neighbour: to its first layer, the pixels are just 784 inputs in some order. You can test both
# statements at once. [Shuffle the pixels](#fig-permuted) of every image by one fixed
# **permutation**, and train again.

# %%
permutation = np.random.default_rng(seed).permutation(28 * 28)


def permute_pixels(images):
    """Give every pixel its new place, the same in all images."""
    flat = images.reshape(len(images), -1)
    return flat[:, permutation].reshape(images.shape)


# %% mystnb={"figure": {"caption": "Six digits, and the same six with their pixels permuted. Nothing is lost but the neighbourhood.", "name": "fig-permuted"}}
examples = X_train[:6]
plots.image_grid(
    np.concatenate([examples, permute_pixels(examples)])[..., 0],
    subject="Six digits above, the same digits with permuted pixels below",
    columns=6,
)

# %% [markdown]
# This is an exploration, so it is scored on held-out images, and to keep it short it takes
# {{ comparison.variation_epochs | words }} epochs on {{ comparison.variation_images | thousands }}
# images.

# %% nbval={"atol": 0.02}
(X_fit, y_fit), (X_held, y_held) = data.hold_out(
    X_train, y_train, count=len(X_train) // 10
)
X_few, y_few = X_fit[:variation_images], y_fit[:variation_images]
builders = {"CNN": models.build_cnn, "matched": models.build_matched}
orders = {"in place": lambda images: images, "permuted": permute_pixels}
held_scores = {}
for name, build in builders.items():
    for pixels, arrange in orders.items():
        network, _ = training.train(
            build, arrange(X_few), y_few, seed=seed, epochs=variation_epochs
        )
        answers = training.classify(network, arrange(X_held))
        score = evaluation.accuracy(y_held, answers)
        held_scores[name, pixels] = score.value
permuted_table = pd.Series(held_scores).unstack().round(3)
permuted_table

# %% tags=["pipeline"]
lost = {
    name: held_scores[name, "in place"] - held_scores[name, "permuted"]
    for name in ("CNN", "matched")
}
page.add(
    variation_epochs=variation_epochs,
    variation_images=len(X_few),
    held_out=len(X_held),
)
page.add(
    cnn_in_place=held_scores["CNN", "in place"],
    cnn_permuted=held_scores["CNN", "permuted"],
    matched_in_place=held_scores["matched", "in place"],
    matched_permuted=held_scores["matched", "permuted"],
    atol=0.02,
)
page.claim("The CNN loses several points", lost["CNN"] > 0.02)
page.claim(
    "the fully connected network hardly changes", abs(lost["matched"]) < 0.01
)
page.claim(
    "Permuting the pixels costs the CNN its advantage",
    held_scores["CNN", "permuted"] < held_scores["matched", "permuted"],
)
page.claim("the CNN still learns", held_scores["CNN", "permuted"] > 0.8)

# %% [markdown]
# {{ claim("The CNN loses several points") }} ({{ comparison.cnn_in_place | percent }} to
# {{ comparison.cnn_permuted | percent }}), while
# {{ claim("the fully connected network hardly changes") }}
# ({{ comparison.matched_in_place | percent }} to {{ comparison.matched_permuted | percent }}; what
# is left is the chance of one run on {{ comparison.held_out | thousands }} images). So the first
# reason is true: the CNN uses neighbourhood, and the other network cannot. Note also what the
# folklore leaves out: with all neighbourhood destroyed, {{ claim("the CNN still learns") }}. Its
# last layers are fully connected and make something of almost any input. [Does the CNN use the
# structure of space?](09_structure.ipynb) repeats this with full trainings, several seeds and three
# milder ways to shuffle.
#
# ## Second reason: shared parameters
#
# A convolution uses the same weights at every place. How much does that save? Compare the first
# convolution with a dense layer that produces maps of the same size.

# %%
first_maps = 26 * 26 * 32
shared = (3 * 3 * 1 + 1) * 32
unshared = (28 * 28 + 1) * first_maps
print(f"convolution: {shared:11,} parameters")
print(f"dense layer: {unshared:11,} parameters for outputs of the same number")

# %% tags=["pipeline"]
page.add(shared=shared, unshared=unshared)
page.claim(
    "the plain fully connected network has fewer parameters than the CNN",
    plain.count_params() < cnn.count_params(),
)

# %% [markdown]
# {{ comparison.shared }} against {{ comparison.unshared | thousands }}. For one layer the saving is
# enormous. For a whole network, look again at the first table:
# {{ claim("the plain fully connected network has fewer parameters than the CNN") }}. It is not true
# that fully connected means more parameters; it depends on how wide you make the layers. What
# sharing gave the CNN is many wide maps for few parameters. [A network that is the CNN without
# sharing](10_sharing.ipynb) shows what it is worth.
#
# Sharing has a second consequence. If the image moves by a pixel, the feature map moves by a pixel
# and is otherwise the same. That is called **equivariance**. Check it on the first layer of the
# trained CNN:

# %%
first_layer = keras.Sequential([keras.Input(shape=(28, 28, 1)), cnn.layers[0]])
sample = X_test_scaled[:200]
# The margins are blank, so nothing wraps round.
moved = np.roll(sample, 1, axis=2)
maps, moved_maps = first_layer(sample).numpy(), first_layer(moved).numpy()
largest = np.abs(maps[:, :, :-1] - moved_maps[:, :, 1:]).max()
print("the map of the moved image is the moved map:", bool(largest < 1e-6))

# %% [markdown]
# Often this is put as "CNNs are translation-invariant": that a moved image gets the *same answer*.
# That is a different property, **invariance**, and it does not follow. After the last pooling the
# position of a feature decides which weights of the dense layer it meets. So [move the test
# images](#fig-shift) to the right, and see.

# %% mystnb={"figure": {"caption": "Test accuracy when the images are moved to the right, for networks that were trained on centred digits only. {{ claim(\"The fully connected network suffers sooner\") }}.", "name": "fig-shift"}} tags=["nbval-ignore-output"]
shifts = [0, 1, 2, 3, 4, 5, 6]
shifted_accuracy = {"CNN": [], "fully connected": []}
for shift in shifts:
    shifted = data.move(X_test_scaled, right=shift)
    for name, values in shifted_accuracy.items():
        answers = training.classify(networks[name], shifted)
        values.append(evaluation.accuracy(y_test, answers).value)
plots.lines(
    shifted_accuracy,
    x=shifts,
    subject="Test accuracy of moved digits",
    xlabel="pixels to the right",
    ylabel="accuracy",
)

# %% tags=["pipeline"]
assert shifted_accuracy["CNN"][0] == scores["CNN"].value
# The CNN's weights are stored: another processor moves an answer or two. The
# other network's ten seeds lie up to 0.06 apart on moved digits.
cnn_moved, plain_moved = (
    dict(zip(shifts, values, strict=True))
    for values in shifted_accuracy.values()
)
page.add(cnn_moved=cnn_moved, atol=0.0005)
page.measure(plain_moved=plain_moved)
page.claim(
    "A move of two pixels hardly hurts the CNN",
    shifted_accuracy["CNN"][2] > 0.9,
)
page.claim("a move of six ruins it", shifted_accuracy["CNN"][6] < 0.6)
page.claim(
    "The fully connected network suffers sooner",
    shifted_accuracy["fully connected"][2] < shifted_accuracy["CNN"][2] - 0.05,
)

# %% [markdown]
# {{ claim("A move of two pixels hardly hurts the CNN") }}
# ({{ comparison.cnn_moved["2"] | percent }}), but {{ claim("a move of six ruins it") }}
# ({{ comparison.cnn_moved["6"] | percent }}).
# {{ claim("The fully connected network suffers sooner") }}
# ({{ comparison.plain_moved["2"] | percent }} at two pixels). So convolution and pooling buy
# tolerance of small moves, not invariance. CNNs are not invariant to translation, but they can
# learn to be, if they are shown moved images ({{ cite("biscione2021") }}); the next chapter tries
# it, and [a later one](11_shift.ipynb) measures it in all directions.
#
# ## Third reason: a hierarchy of features
#
# The first layer of a CNN is said to find edges and corners, and deeper layers to combine them. One
# way to put a number on "more complex" is to count how often a unit answers at all. A unit that
# looks for something rare is silent most of the time.

# %%
second_layer = keras.Sequential(
    [keras.Input(shape=(28, 28, 1)), *cnn.layers[:3]]
)
first_active = float((first_layer(X_test_scaled[:500]).numpy() > 0).mean())
second_active = float((second_layer(X_test_scaled[:500]).numpy() > 0).mean())
print(
    f"share of positive outputs: first layer {first_active:.3f}, "
    f"second layer {second_active:.3f}"
)

# %% tags=["pipeline"]
page.add(first_active=first_active, second_active=second_active, atol=0.0005)
page.claim(
    "The second layer answers more rarely than the first",
    second_active < first_active,
)

# %% [markdown]
# {{ claim("The second layer answers more rarely than the first") }}:
# {{ comparison.second_active | percent(0) }} of its outputs are positive, against
# {{ comparison.first_active | percent(0) }}. That fits the story. But "edges, then corners, then
# parts" is a way of speaking: nothing in the training asks for it. [Is there a hierarchy of
# features?](12_hierarchy.ipynb) looks at kernels, feature maps and patches, and puts numbers on
# them.
#
# And the fully connected network? It has features too. Each of its hidden units holds 784 weights,
# one for each pixel, so they can be [drawn as an image](#fig-units).

# %% mystnb={"figure": {"caption": "Weights of the first sixteen hidden units of the plain fully connected network. Each unit covers the whole image, in blotches that one could hardly name.", "name": "fig-units"}} tags=["nbval-ignore-output"]
unit_weights = plain.layers[1].get_weights()[0].T[:16].reshape(-1, 28, 28)
plots.image_grid(
    unit_weights,
    subject="Weights of hidden units of the fully connected network, "
    "orange below zero, purple above",
    columns=8,
    cmap=plots.SIGNED,
    symmetric=True,
)

# %% tags=["pipeline"]
assert unit_weights.shape == (16, 28, 28)

# %% [markdown]
# So the difference is not that one network has features and the other has none. The CNN's are
# local, shared and stacked; the other's span the whole image, in a single step.
#
# ## Summary
#
# - With equal parameters the CNN made {{ comparison.errors["CNN"] }} errors and the fully connected
#   network {{ comparison.errors["matched"] }}, for {{ comparison.work_ratio | decimals(0) }} times
#   the multiply-adds.
# - Fully connected networks need no feature engineering to reach
#   {{ comparison.accuracy["fully connected"] | percent(0) }}.
# - {{ claim("Permuting the pixels costs the CNN its advantage") }}, and the other network nothing.
# - Convolution is equivariant. The network is not invariant: six pixels to the right leave
#   {{ comparison.cnn_moved["6"] | percent(0) }}.
# - Features are learned by both; locality and sharing are what the CNN adds.
#
# ## Questions to think about
#
# **One fixed permutation moves the pixels of all images, of training and of test. Why does the
# fully connected network not mind?**
#
# <details><summary>It looks at the total ink, which the permutation leaves as it is</summary>
#
# With ink alone it could not tell a 2 from a 5. It does use each pixel, and the pixels have all
# moved.
#
# </details>
#
# <details><summary>Each of its weights belongs to one pixel, and would be learned at the pixel's
# new place</summary>
#
# Right. Permute the rows of the first layer's weights in the same way, and the network computes
# what it did before. The order of its inputs means nothing to it.
#
# </details>
#
# <details><summary>It puts the pixels back in their order while it learns</summary>
#
# Nothing tells it what the order was, and it has no use for one.
#
# </details>
#
# **A digit moves by a pixel. The feature maps move by a pixel as well, and the answer stays what it
# was. Which is which?**
#
# <details><summary>The maps are equivariant, the answer is invariant</summary>
#
# Right. Equivariant is what moves along, invariant is what stays. A convolution gives you the
# first, for nothing; the second has to come from the layers behind it, or from training.
#
# </details>
#
# <details><summary>The maps are invariant, the answer is equivariant</summary>
#
# The other way round: an invariant map would be the same after the move as before.
#
# </details>
#
# <details><summary>Both are invariant, since the network still recognises the digit</summary>
#
# That the digit is recognised is said of the answer alone. The maps have changed: they have moved.
#
# </details>
#
# **The convolutional network and the matched one have nearly the same number of parameters, yet an
# image costs the one {{ comparison.work_ratio | decimals(0) }} times the multiply-adds of the
# other. How can that be?**
#
# <details><summary>The poolings take the additional multiply-adds</summary>
#
# A pooling compares numbers. It multiplies nothing, and has no parameters.
#
# </details>
#
# <details><summary>The convolutional network has more layers</summary>
#
# More layers of the same parameters would cost no more: in a dense layer each weight is used once
# for an image, whatever layer it stands in.
#
# </details>
#
# <details><summary>A kernel's weights are used at every place of the image</summary>
#
# Right. A dense layer uses each weight once for an image; the first convolution uses each of its
# weights at 26x26 places.
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
# neighbours belong together. Both are true of images. Of such a table, neither is.
#
# </details>
#
# <details><summary>It makes no difference: a network can learn anything from anything</summary>
#
# The permuted pixels show that it can learn something even so, and that it pays for a wrong
# assumption.
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
widest = models.describe_layers(models.build_fully_connected(affordable_units))
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

permuted_images = permute_pixels(X_test_scaled)
images_put_back = put_back(permuted_images, permutation)
both_kinds = {"permuted": permuted_images, "put back": images_put_back}
for name, images in both_kinds.items():
    answers = training.predict_probabilities(cnn, images).argmax(axis=1)
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
# Keras returns into an array. Compare the maps of the images moved one pixel to the right with the
# maps themselves moved one pixel to the right, and return the maximum of the absolute differences.
# Move with `np.roll`, so that nothing leaves the frame. Then ask about the first layer of the CNN,
# and about the first two, with digits narrow enough to leave the margins blank.


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

ones = X_test_scaled[y_test == 1][:20]  # narrow enough for blank margins
with_pooling = keras.Sequential(
    [keras.Input(shape=(28, 28, 1)), *cnn.layers[:2]]
)
gaps = [equivariance_gap(part, ones) for part in (first_layer, with_pooling)]
print("the convolution is equivariant:", bool(gaps[0] < 1e-5))
print("with the pooling behind it:    ", bool(gaps[1] < 1e-5))
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
