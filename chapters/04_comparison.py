# %% [markdown]
# # Convolutional and fully connected networks
#
# *{{ minutes_to_read.comparison }} minutes to read; its run took {{ runs.comparison.seconds | minutes }} on {{ training.processor }}.*
#
# Why convolutions? Three reasons are always given: they use the spatial structure of
# images, they share parameters, and they build a hierarchy of features. Here you train
# a fully connected network beside the convolutional one and look at each reason. Each
# holds some truth, and each is often overstated.
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

# %% tags=["remove-cell"]
from digitlib.results import Page

page = Page("04_comparison")

# %%
import keras
import numpy as np
import pandas as pd

from digitlib import data, evaluation, models, plots, reference, training

(X_train, y_train), (X_test, y_test) = data.load_mnist()
X_train, y_train = data.scale_pixels(X_train[:training_images]), y_train[:training_images]
X_test_scaled = data.scale_pixels(X_test)

# %% [markdown]
# ## Three networks
#
# A **fully connected network** takes the image as one row of 784 numbers, and each of its
# units has a weight for every one of them. The plain one has a hidden layer of
# {{ comparison.plain_units }} units, as a newcomer would write it. The matched one has {{ comparison.matched_units }} units, which gives it nearly as
# many parameters as the convolutional network (CNN) has. Both train as the CNN did.

# %%
plain, plain_run = training.train(
    models.build_fully_connected, X_train, y_train, seed=seed, epochs=epochs, test_images=X_test_scaled
)
matched, matched_run = training.train(
    models.build_matched, X_train, y_train, seed=seed, epochs=epochs, test_images=X_test_scaled
)

# %% tags=["remove-cell"]
page.keep("fully_connected", plain, plain_run)
page.keep("matched", matched, matched_run)

# %% [markdown]
# The CNN was trained in the previous chapter for {{ comparison.epochs }} epochs, so its weights
# and the record of its training are loaded.

# %% nbval={"atol": 0.005}
cnn, cnn_run = reference.load_model("cnn"), reference.load_run("cnn")
networks = {"CNN": cnn, "fully connected": plain, "matched": matched}
runs = {"CNN": cnn_run, "fully connected": plain_run, "matched": matched_run}
scores = {name: evaluation.accuracy(y_test, run.predicted()) for name, run in runs.items()}
comparison = pd.DataFrame(
    {
        "accuracy": {name: round(score.value, 4) for name, score in scores.items()},
        "from": {name: round(score.low, 4) for name, score in scores.items()},
        "to": {name: round(score.high, 4) for name, score in scores.items()},
        "parameters": {name: network.count_params() for name, network in networks.items()},
        "multiply-adds": {
            name: models.describe_layers(network)["multiply-adds"].sum() for name, network in networks.items()
        },
    }
)
comparison

# %% tags=["nbval-ignore-output"]
seconds = pd.Series({name: round(run.seconds, 1) for name, run in runs.items()}, name="seconds of training")
assert (seconds > 0).all()
seconds

# %% tags=["remove-cell"]
errors = {name: score.count - score.correct for name, score in scores.items()}
page.add(
    epochs=epochs,
    plain_units=models.PLAIN_HIDDEN_UNITS,
    matched_units=models.MATCHED_HIDDEN_UNITS,
    accuracy={name: score.value for name, score in scores.items()},
    errors=errors,
    parameters={name: network.count_params() for name, network in networks.items()},
    multiply_adds={name: int(comparison.loc[name, "multiply-adds"]) for name in networks},
    seconds={name: run.seconds for name, run in runs.items()},
    work_ratio=comparison.loc["CNN", "multiply-adds"] / comparison.loc["matched", "multiply-adds"],
    plain_low=scores["fully connected"].low,
    plain_high=scores["fully connected"].high,
)
page.claim(
    "The CNN makes fewer than two thirds of the errors of either",
    errors["CNN"] < min(errors["matched"], errors["fully connected"]) * 2 / 3,
)
page.claim(
    "no overlap between its interval and theirs",
    scores["CNN"].low > max(scores["matched"].high, scores["fully connected"].high),
)
page.claim("right about more than nineteen digits in twenty", scores["fully connected"].low > 0.95)
page.claim("It also takes longer to train", cnn_run.seconds > max(plain_run.seconds, matched_run.seconds))

# %% [markdown]
# {{ claim("The CNN makes fewer than two thirds of the errors of either") }}:
# {{ comparison.errors["CNN"] }} against {{ comparison.errors["fully connected"] }} (plain) and
# {{ comparison.errors["matched"] }} (matched), with {{ claim("no overlap between its interval and theirs") }}.
# These are single runs; the intervals cover the choice of test images, not of seeds. [Ten seeds of
# each](07_normal.ipynb) say the same: {{ normal.comparisons["CNN - matched"] | difference_in_words }} for the CNN.
#
# It pays with arithmetic: one image costs it {{ comparison.work_ratio | decimals(0) }} times the multiply-adds
# of the matched network. {{ claim("It also takes longer to train") }}:
# {{ comparison.seconds["CNN"] | minutes }} against
# {{ comparison.seconds["matched"] | minutes }} on the machine that made this page.
#
# **A correction.** It is often said that fully connected networks need *feature engineering*: that
# somebody has to invent useful measurements (loops, strokes, slants) before the network can learn.
# The plain network above got nothing but raw pixels, and was
# {{ claim("right about more than nineteen digits in twenty") }}:
# {{ comparison.accuracy["fully connected"] | percent }} (interval
# {{ comparison.plain_low | percent }} to {{ comparison.plain_high | percent }}). It finds its own features. The CNN
# finds better ones, because more about images is built into it.
#
# ## First reason: spatial structure
#
# A convolution looks at neighbouring pixels together. A fully connected network has no notion of a
# neighbour: to its first layer, the pixels are just 784 inputs in some order. You can test both
# statements at once. [Shuffle the pixels](#fig-permuted) of every image by one fixed **permutation**, and train again.

# %%
permutation = np.random.default_rng(seed).permutation(28 * 28)


def permute_pixels(images):
    """Give every pixel its new place, the same in all images."""
    return images.reshape(len(images), -1)[:, permutation].reshape(images.shape)


# %% mystnb={"figure": {"caption": "Six digits, and the same six with their pixels permuted. Nothing is lost but the neighbourhood.", "name": "fig-permuted"}}
examples = X_train[:6]
plots.image_grid(
    np.concatenate([examples, permute_pixels(examples)])[..., 0],
    subject="Six digits above, the same digits with permuted pixels below",
    columns=6,
)

# %% [markdown]
# This is an exploration, so it is scored on held-out images, and to keep it short it takes
# {{ comparison.variation_epochs | words }} epochs on {{ comparison.variation_images | thousands }} images.

# %% nbval={"atol": 0.02}
(X_fit, y_fit), (X_held, y_held) = data.hold_out(X_train, y_train, count=len(X_train) // 10)
X_few, y_few = X_fit[:variation_images], y_fit[:variation_images]
held_scores = {}
for name, build in {"CNN": models.build_cnn, "matched": models.build_matched}.items():
    for pixels, arrange in {"in place": lambda images: images, "permuted": permute_pixels}.items():
        network, _ = training.train(build, arrange(X_few), y_few, seed=seed, epochs=variation_epochs)
        answers = training.predict_probabilities(network, arrange(X_held)).argmax(axis=1)
        held_scores[name, pixels] = evaluation.accuracy(y_held, answers).value
permuted_table = pd.Series(held_scores).unstack().round(3)
permuted_table

# %% tags=["remove-cell"]
lost = {name: held_scores[name, "in place"] - held_scores[name, "permuted"] for name in ("CNN", "matched")}
page.add(
    variation_epochs=variation_epochs,
    variation_images=len(X_few),
    held_out=len(X_held),
    cnn_in_place=held_scores["CNN", "in place"],
    cnn_permuted=held_scores["CNN", "permuted"],
    matched_in_place=held_scores["matched", "in place"],
    matched_permuted=held_scores["matched", "permuted"],
)
page.claim("The CNN loses several points", lost["CNN"] > 0.02)
page.claim("the fully connected network hardly changes", abs(lost["matched"]) < 0.01)
page.claim(
    "Permuting the pixels costs the CNN its advantage",
    held_scores["CNN", "permuted"] < held_scores["matched", "permuted"],
)
page.claim("the CNN still learns", held_scores["CNN", "permuted"] > 0.8)

# %% [markdown]
# {{ claim("The CNN loses several points") }} ({{ comparison.cnn_in_place | percent }} to
# {{ comparison.cnn_permuted | percent }}), while {{ claim("the fully connected network hardly changes") }}
# ({{ comparison.matched_in_place | percent }} to {{ comparison.matched_permuted | percent }}; what is left is the
# chance of one run on {{ comparison.held_out | thousands }} images). So the first reason is true: the CNN
# uses neighbourhood, and the other network cannot. Note also what the folklore leaves out:
# with all neighbourhood destroyed, {{ claim("the CNN still learns") }}. Its last layers are fully
# connected and make something of almost any input. [Does the CNN use the structure of space?](08_structure.ipynb)
# repeats this with full trainings, several seeds and three milder ways to shuffle.
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

# %% tags=["remove-cell"]
page.add(shared=shared, unshared=unshared)
page.claim(
    "the plain fully connected network has fewer parameters than the CNN", plain.count_params() < cnn.count_params()
)

# %% [markdown]
# {{ comparison.shared }} against {{ comparison.unshared | thousands }}. For one layer the saving is enormous. For a
# whole network, look again at the first table: {{ claim("the plain fully connected network has fewer parameters than the CNN") }}.
# It is not true that fully connected means more parameters; it depends on how wide you make the
# layers. What sharing gave the CNN is many wide maps for few parameters. [A network that is the CNN
# without sharing](09_sharing.ipynb) shows what it is worth.
#
# Sharing has a second consequence. If the image moves by a pixel, the feature map moves by a pixel
# and is otherwise the same. That is called **equivariance**. Check it on the first layer of the
# trained CNN:

# %%
first_layer = keras.Sequential([keras.Input(shape=(28, 28, 1)), cnn.layers[0]])
sample = X_test_scaled[:200]
moved = np.roll(sample, 1, axis=2)  # the margins are blank, so nothing wraps round
maps, moved_maps = first_layer(sample).numpy(), first_layer(moved).numpy()
largest = np.abs(maps[:, :, :-1] - moved_maps[:, :, 1:]).max()
print("the map of the moved image is the moved map:", bool(largest < 1e-6))

# %% [markdown]
# Often this is put as "CNNs are translation-invariant": that a moved image gets the *same answer*.
# That is a different property, **invariance**, and it does not follow. After the last pooling the
# position of a feature decides which weights of the dense layer it meets. So [move the test images](#fig-shift) to the right, and see.

# %% mystnb={"figure": {"caption": "Test accuracy when the images are moved to the right, for networks that were trained on centred digits only. Both fall; the CNN falls later.", "name": "fig-shift"}} tags=["nbval-ignore-output"]
shifts = [0, 1, 2, 3, 4, 5, 6]
shifted_accuracy = {"CNN": [], "fully connected": []}
for shift in shifts:
    shifted = data.move(X_test_scaled, right=shift)
    for name, values in shifted_accuracy.items():
        answers = training.predict_probabilities(networks[name], shifted).argmax(axis=1)
        values.append(evaluation.accuracy(y_test, answers).value)
assert shifted_accuracy["CNN"][0] == scores["CNN"].value
plots.lines(
    shifted_accuracy, x=shifts, subject="Test accuracy of moved digits", xlabel="pixels to the right", ylabel="accuracy"
)

# %% tags=["remove-cell"]
page.add(
    cnn_moved={shift: value for shift, value in zip(shifts, shifted_accuracy["CNN"], strict=True)},
    plain_moved={shift: value for shift, value in zip(shifts, shifted_accuracy["fully connected"], strict=True)},
)
page.claim("A move of two pixels hardly hurts the CNN", shifted_accuracy["CNN"][2] > 0.9)
page.claim("a move of six ruins it", shifted_accuracy["CNN"][6] < 0.6)
page.claim(
    "The fully connected network suffers sooner",
    shifted_accuracy["fully connected"][2] < shifted_accuracy["CNN"][2] - 0.05,
)

# %% [markdown]
# {{ claim("A move of two pixels hardly hurts the CNN") }} ({{ comparison.cnn_moved["2"] | percent }}), but
# {{ claim("a move of six ruins it") }} ({{ comparison.cnn_moved["6"] | percent }}).
# {{ claim("The fully connected network suffers sooner") }} ({{ comparison.plain_moved["2"] | percent }} at two
# pixels). So convolution and pooling buy tolerance of small moves, not invariance. CNNs are not
# invariant to translation, but they can learn to be, if they are shown moved images
# ({{ cite("biscione2021") }}); the next chapter tries it, and [a later one](10_shift.ipynb) measures it in all
# directions.
#
# ## Third reason: a hierarchy of features
#
# The first layer of a CNN is said to find edges and corners, and deeper layers to combine them. One way to put
# a number on "more complex" is to count how often a unit answers at all. A unit that looks for something rare is silent
# most of the time.

# %%
second_layer = keras.Sequential([keras.Input(shape=(28, 28, 1)), *cnn.layers[:3]])
first_active = float((first_layer(X_test_scaled[:500]).numpy() > 0).mean())
second_active = float((second_layer(X_test_scaled[:500]).numpy() > 0).mean())
print(f"share of positive outputs: first layer {first_active:.3f}, second layer {second_active:.3f}")

# %% tags=["remove-cell"]
page.add(first_active=first_active, second_active=second_active)
page.claim("The second layer answers more rarely than the first", second_active < first_active)

# %% [markdown]
# {{ claim("The second layer answers more rarely than the first") }}: {{ comparison.second_active | percent(0) }} of its
# outputs are positive, against {{ comparison.first_active | percent(0) }}. That fits the story. But "edges, then
# corners, then parts" is a way of speaking: nothing in the training asks for it. [Is there a hierarchy of
# features?](11_hierarchy.ipynb) looks at kernels, feature maps and patches, and puts numbers on them.
#
# And the fully connected network? It has features too. Each of its hidden units holds 784
# weights, one for each pixel, so they can be [drawn as an image](#fig-units).

# %% mystnb={"figure": {"caption": "Weights of the first sixteen hidden units of the plain fully connected network. Each unit covers the whole image, in blotches that one could hardly name.", "name": "fig-units"}} tags=["nbval-ignore-output"]
unit_weights = plain.layers[1].get_weights()[0].T[:16].reshape(-1, 28, 28)
assert unit_weights.shape == (16, 28, 28)
plots.image_grid(
    unit_weights,
    subject="Weights of hidden units of the fully connected network, orange below zero, purple above",
    columns=8,
    cmap=plots.SIGNED,
    symmetric=True,
)

# %% [markdown]
# So the difference is not that one network has features and the other has none. The CNN's are local,
# shared and stacked; the other's span the whole image, in a single step.
#
# ## Summary
#
# - With equal parameters the CNN made {{ comparison.errors["CNN"] }} errors and the fully connected network
#   {{ comparison.errors["matched"] }}, for {{ comparison.work_ratio | decimals(0) }} times the multiply-adds.
# - Fully connected networks need no feature engineering to reach
#   {{ comparison.accuracy["fully connected"] | percent(0) }}.
# - {{ claim("Permuting the pixels costs the CNN its advantage") }}, and the other network nothing.
# - Convolution is equivariant. The network is not invariant: six pixels to the right leave
#   {{ comparison.cnn_moved["6"] | percent(0) }}.
# - Features are learned by both; locality and sharing are what the CNN adds.
#
# ## Exercises
#
# **Exercise 1.** How many hidden units may a fully connected network have before it needs more
# multiply-adds than the CNN?

# %% tags=["hide-cell"]
### BEGIN SOLUTION
# Each hidden unit costs 784 multiply-adds on its input side and 10 on its output side.
budget = models.describe_layers(cnn)["multiply-adds"].sum()
units = int(budget // (784 + 10))
widest = models.describe_layers(models.build_fully_connected(units))
print(f"{units:,} units, {widest['multiply-adds'].sum():,} multiply-adds, {widest['parameters'].sum():,} parameters")
### END SOLUTION

# %% [markdown]
# **Exercise 2.** Permute the pixels of the test images only, and give them to the CNN as trained. What
# accuracy do you expect? And after undoing the permutation?

# %% nbval={"atol": 0.005} tags=["hide-cell"]
### BEGIN SOLUTION
scrambled = permute_pixels(X_test_scaled)
restored = scrambled.reshape(len(scrambled), -1)[:, np.argsort(permutation)].reshape(scrambled.shape)
for name, images in {"permuted": scrambled, "restored": restored}.items():
    answers = training.predict_probabilities(cnn, images).argmax(axis=1)
    print(f"{name}: accuracy {evaluation.accuracy(y_test, answers).value:.3f}")
### END SOLUTION

# %% [markdown]
# **Exercise 3.** Do the CNN and the matched network fail on the same digits? Count the test images that
# both, only one, or neither got right. What would the counts be if errors fell independently?

# %% tags=["hide-cell", "nbval-ignore-output"]
### BEGIN SOLUTION
cnn_right, matched_right = (runs[name].predicted() == y_test for name in ("CNN", "matched"))
together = pd.crosstab(pd.Series(cnn_right, name="CNN right"), pd.Series(matched_right, name="matched right"))
independent = (1 - cnn_right.mean()) * (1 - matched_right.mean()) * len(y_test)
assert together.to_numpy().sum() == len(y_test)
print(f"both wrong if independent: {independent:.1f}")
together
### END SOLUTION

# %% tags=["remove-cell"]
page.claim("both networks stumble over the same digits", (~cnn_right & ~matched_right).sum() > 3 * independent)

# %% [markdown]
# <details><summary>What it shows</summary>
#
# Far more images are missed by both than chance would give:
# {{ claim("both networks stumble over the same digits") }}. Hard digits are hard for any network.
#
# </details>

# %% tags=["remove-cell"]
page.save()
