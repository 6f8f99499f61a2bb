# %% [markdown]
# # Going further
#
# *{{ minutes_to_read.going_further }} minutes to read, about
# {{ minutes_with_exercises.going_further }} with the exercises; our run took
# {{ runs.going_further.seconds | minutes }} on {{ training.processor }}.*
#
# Can the network be better, or smaller? You change one thing at a time, such as
# [the images it sees](#fig-moves), and find out what each change does. At the end you choose a
# network, and test it once.

# %% mystnb={"figure": {"caption": "A training image, and nine copies of it that a layer of Keras has moved at random, by up to two pixels each way.", "name": "fig-moves"}}
import keras
import numpy as np
import pandas as pd
from keras import layers

from digitlib import data, evaluation, plots, statistics

(X_train, y_train), _ = data.load_mnist()
# Up to 2 of 28 pixels, down and across; what comes in is paper.
moves = layers.RandomTranslation(
    2 / 28, 2 / 28, fill_mode="constant", interpolation="nearest", seed=0
)
ten_times = np.repeat(X_train[:1, :, :, np.newaxis], 10, axis=0)
# training=True: the layer moves nothing when a network predicts.
copies = moves(ten_times, training=True).numpy()[:, :, :, 0]
copies[0] = X_train[0]
plots.image_grid(
    copies, subject="A 5, and nine copies of it", columns=5, cmap="gray"
)

# %% [markdown]
# **After this chapter you can**
#
# - compare a network with and without a change, over several seeds;
# - use dropout, batch normalization, weight decay, augmentation and early stopping, and say what
#   each does;
# - tell a difference from chance, and say so when you cannot;
# - choose a network without touching the test set.

# %% tags=["parameters"]
variation_epochs = 3
variation_images = 2_000
variation_seeds = 5

# %% tags=["pipeline"]
from page_results import Page

page = Page("06_going_further")

# %% [markdown]
# ## One training
#
# Each network trains briefly on few images, so that you can repeat all of it in minutes, and is
# scored on the held-out images. The test set is not even kept: `_` threw it away.

# %%
(X_fit, y_fit), (X_held, y_held) = data.hold_out(X_train, y_train)
X_fit = data.scale_pixels(X_fit)
X_held = data.scale_pixels(X_held)
X_held, y_held = X_held[::4], y_held[::4]  # every fourth one is enough here
X_few, y_few = X_fit[:variation_images], y_fit[:variation_images]
steps = variation_epochs * int(np.ceil(len(X_few) / 32))
print(f"training: {len(X_few)} images, {variation_epochs} epochs")
print(f"steps of 32 images: {steps}")
print(f"held-out: {len(X_held)} images")


# %% [markdown]
# Here are the **baseline**, the book's network as it is, and the function that trains it. What you
# change becomes an argument of `train`.


# %%
def on_images(*stacked):  # * collects any number of layers
    """A network of these layers that takes images of 28x28."""
    return keras.Sequential([keras.Input(shape=(28, 28, 1)), *stacked])


def build_cnn():
    """The book's network."""
    return on_images(
        layers.Conv2D(32, (3, 3), activation="relu"),
        layers.MaxPooling2D((2, 2)),
        layers.Conv2D(64, (3, 3), activation="relu"),
        layers.MaxPooling2D((2, 2)),
        layers.Flatten(),
        layers.Dense(64, activation="relu"),
        layers.Dense(10, activation="softmax"),
    )


def train(
    seed,
    build=build_cnn,
    learning_rate=0.001,
    weight_decay=None,
    images=X_few,
    labels=y_few,
    epochs=variation_epochs,
    **more,  # ** collects whatever else fit is to know
):
    """Build a network and train it."""
    keras.utils.set_random_seed(seed)
    network = build()
    network.compile(
        optimizer=keras.optimizers.Adam(
            learning_rate, weight_decay=weight_decay
        ),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    network.fit(images, labels, epochs=epochs, verbose=0, **more)
    return network


# %% tags=["pipeline"]
page.add(
    variation_epochs=variation_epochs,
    variation_images=len(X_few),
    seeds=variation_seeds,
    held_out=len(X_held),
    steps=steps,
)

# %% [markdown]
# ## What to change
#
# **The learning rate** is how far each step goes. Too small, and
# {{ going_further.steps | thousands }} steps do not get there; too large, and they jump across the
# valley ([chapter 3](03_learning.ipynb)). We try both: `0.003` and `0.0003`.
#
# **Augmentation** trains on changed copies of the images, such as [those above](#fig-moves), with
# new moves in every epoch. The labels stay, so the network learns what does *not* matter.
#
# **Dropout** ({{ cite("srivastava2014") }}) sets numbers to zero at random, in training only. No
# unit can then rely on a particular other one. Watch it on ones, two images with eight numbers
# each:

# %%
half_dropped = layers.Dropout(0.5, seed=0)
ones = np.ones((2, 8), "float32")
print("in training:\n", half_dropped(ones, training=True).numpy())
print("once more:\n", half_dropped(ones, training=True).numpy())
print("when it predicts:\n", half_dropped(ones, training=False).numpy())

# %% [markdown]
# Each number is drawn for by itself, and anew in each step. What is kept is divided by the share
# that is kept: on average, the sums of the next layer stay what they were.
#
# **Batch normalization** ({{ cite("ioffe2015") }}) was made against another trouble: while the
# first layers learn, what they hand on changes its size, and the next layers must follow. So it
# brings each channel to mean 0 and standard deviation 1 over the batch. Whether this is why it
# works is disputed ({{ cite("santurkar2018") }}).

# %%
batch = np.array([[1.0, 200], [2, 600], [6, 100]])  # 3 images, 2 channels
normalized = (batch - batch.mean(axis=0)) / batch.std(axis=0)
print(normalized.round(2))

# %% [markdown]
# After a convolution, mean and deviation are taken over all places of the map, too. Two parameters
# for each channel then scale and shift the result, so that training can undo it.
#
# At prediction the layer uses running averages from training. `momentum` (not that of chapter 3)
# says how much of its old value an average keeps at each step. Keras's `0.99` is made for long
# trainings, and ours is short:

# %%
for momentum in (0.99, 0.9):
    left = momentum**steps
    print(f"momentum {momentum}: {left:.1%} of the first value is left")

# %% [markdown]
# So we ask for `momentum=0.9`.
#
# **Weight decay** ({{ cite("loshchilov2019") }}) makes each weight a little smaller at each step,
# by the share `learning_rate * weight_decay`. Where the loss does not pull against it, a weight
# shrinks. We take much, `1.0`, since the training is short.

# %%
weight_decay = 1.0
left = (1 - 0.001 * weight_decay) ** steps
print(f"left of such a weight at the end: {left:.0%}")

# %% [markdown]
# Dropout, weight decay and augmentation are means against over-fitting: **regularization**. Last
# come two other networks: one with half of all filters and hidden units, and one that multiplies
# the scaled pixels by 255 again, to see what scaling is worth.


# %%
def build_dropout():
    *before, last = build_cnn().layers  # all but the last, and the last
    return on_images(*before, layers.Dropout(0.5), last)


def build_normalized():
    return on_images(
        layers.Conv2D(32, (3, 3)),
        layers.BatchNormalization(momentum=0.9),
        layers.Activation("relu"),
        layers.MaxPooling2D((2, 2)),
        layers.Conv2D(64, (3, 3)),
        layers.BatchNormalization(momentum=0.9),
        layers.Activation("relu"),
        *build_cnn().layers[3:],  # from the second pooling on
    )


def build_moved():
    moves = layers.RandomTranslation(
        2 / 28, 2 / 28, fill_mode="constant", interpolation="nearest"
    )
    return on_images(moves, *build_cnn().layers)


# %%
def build_half():
    return on_images(
        layers.Conv2D(16, (3, 3), activation="relu"),
        layers.MaxPooling2D((2, 2)),
        layers.Conv2D(32, (3, 3), activation="relu"),
        layers.MaxPooling2D((2, 2)),
        layers.Flatten(),
        layers.Dense(32, activation="relu"),
        layers.Dense(10, activation="softmax"),
    )


def build_unscaled():
    return on_images(layers.Rescaling(255.0), *build_cnn().layers)


changes = {
    "learning rate x 3": {"learning_rate": 0.003},
    "learning rate / 3": {"learning_rate": 0.0003},
    "images moved": {"build": build_moved},
    "dropout": {"build": build_dropout},
    "batch normalization": {"build": build_normalized},
    "weight decay": {"weight_decay": 1.0},
    "half of everything": {"build": build_half},
    "raw pixels": {"build": build_unscaled},
}
print("parameters of the baseline:   ", build_cnn().count_params())
print("parameters of half everything:", build_half().count_params())

# %% [markdown]
# ## Several seeds
#
# A score is partly luck. To see how much, train each network from {{ going_further.seeds | words }}
# seeds.

# %% nbval={"atol": 0.03}
answers = {}  # of each network, to the held-out images
first_networks = {}  # those of the first seed are kept
for name, change in {"baseline": {}, **changes}.items():
    for seed in range(variation_seeds):
        # ** turns the entries of the dictionary into named arguments.
        network = train(seed, **change)
        probabilities = network.predict(X_held, batch_size=1000, verbose=0)
        answers[name, seed] = probabilities.argmax(axis=1)
        if seed == 0:
            first_networks[name] = network

scores = pd.DataFrame(
    {
        name: [
            (answers[name, seed] == y_held).mean()
            for seed in range(variation_seeds)
        ]
        for name in ["baseline", *changes]
    }
)
base = scores["baseline"]
print("baseline:", base.round(3).tolist())
print("from the lowest to the highest:", round(base.max() - base.min(), 3))

# %% tags=["pipeline"]
page.add(
    scores=scores.mean().to_dict(),
    base=base.mean(),
    base_low=base.min(),
    base_high=base.max(),
    seed_difference=base.max() - base.min(),
    atol=0.02,
)
page.add(changes=len(changes))

# %% [markdown]
# Nothing but the seed differs, and yet the scores lie up to
# {{ (100 * going_further.seed_difference) | decimals(1) }} percentage points apart.
#
# So subtract the baseline seed by seed: from one seed, both networks get the images in the same
# order. Where a seed does the same to both, its luck drops out. Where it does not, the differences
# may scatter more than the scores did. Here for the moved images:

# %% nbval={"atol": 0.03}
differences = scores["images moved"] - base
print("seed by seed:", differences.round(3).tolist())
print("mean:        ", round(differences.mean(), 3))

# %% [markdown]
# The interval of this mean says where the true mean may lie, that of very many seeds. It is the
# mean, plus and minus a multiple of the spread over the root of the number of seeds, and assumes
# that the differences scatter as a bell curve does.
#
# A 95 % interval misses the truth in one case of twenty, and here are
# {{ going_further.changes | words }} intervals: a false alarm would not be rare. So divide that
# risk among them.

# %% nbval={"atol": 0.03}
confidence = 1 - 0.05 / len(changes)
print(f"confidence of each interval: {confidence}")
rows = {}
for name in changes:
    estimate = statistics.mean_over_seeds(
        scores[name] - base, confidence=confidence
    )
    rows[name] = {
        "share right": scores[name].mean(),
        "difference": estimate.value,
        "from": estimate.low,
        "to": estimate.high,
    }
table = pd.DataFrame(rows).T
table.round(3)

# %% mystnb={"figure": {"caption": "What each change does: mean difference to the baseline over the seeds, with its interval. Where an interval crosses the line, no difference is shown.", "name": "fig-changes"}} nbval={"atol": 0.03}
shown = table.rename(
    columns={"difference": "value", "from": "low", "to": "high"}
)
plots.intervals(
    {"change": shown},
    subject="Share right minus that of the baseline",
    xlabel="difference to the baseline",
    reference=0,
)

# %% tags=["pipeline"]
comparisons = {
    name: statistics.compare_over_seeds(base, scores[name]) for name in changes
}
# An interval of this confidence leaves out zero just when its p-value, times
# the number of changes, is at most 0.05.
verdicts = {
    name: statistics.verdict(
        comparison, min(1.0, len(changes) * comparison.p_value)
    )
    for name, comparison in comparisons.items()
}
for name, found in verdicts.items():
    leaves_out_zero = table["from"][name] > 0 or table["to"][name] < 0
    assert leaves_out_zero == (found != "no difference shown")
page.add(
    differences={name: table["difference"][name] for name in changes},
    atol=0.03,
)
page.measure(verdicts=verdicts)
for word in ("helps", "hurts", "no difference shown"):
    named = [name for name, found in verdicts.items() if found == word]
    page.measure(**{word.replace(" ", "_"): named})
page.claim(
    "The smaller rate is too small for so few steps",
    verdicts["learning rate / 3"] == "hurts",
)

# %% [markdown]
# ## What can be said
#
# Read [the figure](#fig-changes) row by row.
#
# - Shown to help: {{ going_further.helps | join("; ") if going_further.helps else "none" }}.
# - Shown to hurt: {{ going_further.hurts | join("; ") if going_further.hurts else "none" }}.
# - No difference shown: {{ going_further.no_difference_shown | join("; ") }}.
#
# "No difference shown" does not say that there is none: all that an interval covers may be true.
#
# **The learning rate.** {{ claim("The smaller rate is too small for so few steps") }}. For the
# larger one the verdict is "{{ going_further.verdicts["learning rate x 3"] }}". Two things pull
# against each other: long steps get far in little time, but near the floor of the valley they jump
# across it. The longer the training, the more the second should count.
#
# **Dropout and weight decay** make training harder first, and are meant to pay when a long training
# would over-fit. So few epochs cannot show what they are for.
#
# **Raw pixels** still give {{ going_further.scores["raw pixels"] | percent }}: probably because
# Adam fits the length of its steps to each weight.
#
# All this holds for so few images and epochs, and the intervals cover the seeds alone.
# [What helps?](16_exploring.ipynb) asks again with {{ exploring.training_images | thousands }}
# images.
#
# ## What augmentation is for
#
# The table asked about centred digits only. [Ask about moved ones](#fig-augmented).

# %% mystnb={"figure": {"caption": "Accuracy on held-out digits that were moved to the right. The network that saw moved digits in training keeps its accuracy for longer.", "name": "fig-augmented"}} tags=["nbval-ignore-output"]
shifts = [0, 1, 2, 3, 4, 5]
curves = {"baseline": [], "images moved": []}
for shift in shifts:
    moved = data.move(X_held, right=shift)
    for name, values in curves.items():
        network = first_networks[name]
        probabilities = network.predict(moved, batch_size=1000, verbose=0)
        right = probabilities.argmax(axis=1) == y_held
        values.append(right.mean())
plots.lines(
    curves,
    x=shifts,
    subject="Accuracy on moved held-out digits",
    xlabel="pixels to the right",
    ylabel="accuracy",
)

# %% tags=["pipeline"]
assert curves["baseline"][0] == scores["baseline"][0]
augmented = curves["images moved"]
# Full trainings from ten seeds lie up to 0.05 apart on moved digits, short
# ones farther.
page.measure(
    base_moved=dict(zip(shifts, curves["baseline"], strict=True)),
    augmented_moved=dict(zip(shifts, augmented, strict=True)),
)
page.claim(
    "Now the difference is plain",
    augmented[3] > curves["baseline"][3] + 0.05,
)

# %% [markdown]
# {{ claim("Now the difference is plain") }}: with digits three pixels off centre, the baseline is
# right for {{ going_further.base_moved["3"] | share_in_words }}, the augmented network for
# {{ going_further.augmented_moved["3"] | share_in_words }}. It was taught that small moves do not
# matter. (One network each: take it as an example. But seeds lie much closer together above.)
#
# ## Early stopping
#
# How many epochs? As in [chapter 4](04_training.ipynb), let **early stopping** watch the loss on
# the held-out images.

# %% nbval={"atol": 0.03, "count_atol": 6}
X_more, y_more = X_fit[: 2 * variation_images], y_fit[: 2 * variation_images]


def train_until_best(seed, **change):
    """Train on more images, and stop early."""
    stop = keras.callbacks.EarlyStopping(
        monitor="val_loss", patience=3, restore_best_weights=True
    )
    return train(
        seed,
        images=X_more,
        labels=y_more,
        epochs=12,
        validation_data=(X_held, y_held),
        callbacks=[stop],
        **change,
    )


stopped = train_until_best(seed=0)
history = stopped.history.history
losses = history["val_loss"]
best = int(np.argmin(losses))
print("epochs trained:", len(losses))
print("best epoch:", best + 1)
print(f"loss there {losses[best]:.3f}, in the last epoch {losses[-1]:.3f}")

# %% mystnb={"figure": {"caption": "The loss of the baseline by epoch, until early stopping ended its training.", "name": "fig-stopped"}} tags=["nbval-ignore-output"]
plots.lines(
    {"training images": history["loss"], "held-out images": losses},
    subject="Loss by epoch",
    xlabel="epoch",
    ylabel="loss",
)

# %% tags=["pipeline"]
assert len(history["loss"]) == len(losses)
page.add(more_images=len(X_more))
page.add(
    trained_epochs=len(losses),
    best_epoch=best + 1,
    count_atol=6,
)
page.add(best_loss=losses[best], last_loss=losses[-1], atol=0.03)

# %% [markdown]
# [Here](#fig-stopped) it went back to epoch {{ going_further.best_epoch }}. The held-out images
# chose the number of epochs. That is why the test images must not be the ones that are watched.
#
# ## A network of your own
#
# The rule, before anything is tested: *take the network with the top mean accuracy over the seeds,
# the baseline included.* You may choose without having shown a difference. You may only not claim
# one.

# %%
chosen = scores.mean().idxmax()  # its name

# %% tags=["pipeline"]
page.measure(chosen=chosen)

# %% [markdown]
# By the table above it is "{{ going_further.chosen }}". Its mean flatters it a little, since it was
# chosen for being high. Train it as you just trained the baseline, on more images than in the
# table. Then, for the first and the last time, ask the test images about both.

# %% nbval={"atol": 0.02, "count_atol": 6}
change = changes.get(chosen, {})  # {} if the baseline was chosen
chosen_network = train_until_best(seed=0, **change)
chosen_epochs = len(chosen_network.history.history["loss"])
print("epochs trained:", chosen_epochs)

_, (X_test, y_test) = data.load_mnist()
X_test = data.scale_pixels(X_test)
tested = {}
for name, network in {"chosen": chosen_network, "baseline": stopped}.items():
    probabilities = network.predict(X_test, batch_size=1000, verbose=0)
    score = evaluation.accuracy(y_test, probabilities.argmax(axis=1))
    tested[name] = score
    print(f"{name}: {score.value:.3f} ({score.low:.3f} to {score.high:.3f})")

# %% tags=["pipeline"]
page.add(
    tested={name: score.value for name, score in tested.items()},
    tested_low=tested["chosen"].low,
    tested_high=tested["chosen"].high,
    atol=0.02,
)
page.add(chosen_epochs=chosen_epochs, count_atol=6)

# %% [markdown]
# On the test images the chosen network is right about {{ going_further.tested.chosen | percent }},
# the baseline about {{ going_further.tested.baseline | percent }}. But this is about two
# *networks*, one seed each. Of the *recipes*, only several seeds can tell.
#
# You cannot go back now, change something, and test again: then the test set would be choosing. And
# mind the price of few images: trained on all of them, the book's network is right about
# {{ training.repeated_mean | percent(1) }}.
#
# ## What others have reached
#
# | Method | Test error | Source |
# |---|---|---|
# | linear classifier | {{ fact.linear_error }} | {{ cite("lecun1998") }} |
# | nearest neighbour | {{ fact.nearest_neighbour_error }} | {{ cite("lecun1998") }} |
# | fully connected, three hundred hidden units | {{ fact.two_layer_error }} | {{ cite("lecun1998") }} |
# | LeNet-5 | {{ fact.lenet5_error }} | {{ cite("lecun1998") }} |
# | LeNet-5, distorted training images | {{ fact.lenet5_distorted_error }} | {{ cite("lecun1998") }} |
# | CNN, elastic distortions | {{ fact.elastic_error }} | {{ cite("simard2003") }} |
# | DropConnect, several networks voting | {{ fact.dropconnect_error }} | {{ cite("wan2013") }} |
# | ensemble of simple CNNs, chosen on the test set | {{ fact.ensemble_error }} | {{ cite("an2020") }} |
#
# Our own network errs on about {{ (1 - training.repeated_mean) | percent(1) }}, so it stands beside
# LeNet-5. Our fully connected one errs on
# {{ (1 - comparison.accuracy["fully connected"]) | percent(1) }} with fewer hidden units than
# theirs: how such layers are trained has changed since.
#
# ## Summary
#
# - Change one thing at a time, compare seed by seed, and give the difference its interval.
# - The more changes you try, the surer each interval must be.
# - "No difference shown" is the usual outcome of a small comparison.
# - Augmentation teaches what does not matter; test it where that varies.
# - Choose on held-out images by a rule, and ask the test set once.
#
# ## Questions to think about
#
# **Two variations were scored on the same images, and their intervals overlap. What follows?**
#
# <details><summary>The two are equally good</summary>
#
# Not having seen a difference is not having seen that there is none.
#
# </details>
#
# <details><summary>Nothing yet: look at the images that only one of the two gets right</summary>
#
# Right. Both had the same images, easy and hard alike. A paired test, as in exercise 3, can find a
# difference that separate intervals hide.
#
# </details>
#
# <details><summary>The one with the higher score is to be preferred, since it is the better
# guess</summary>
#
# As a guess it may do. But to report a gain you need more than a guess.
#
# </details>
#
# **Which augmentation would teach the network something wrong about digits?**
#
# <details><summary>Turning images by up to ten degrees</summary>
#
# People do write at such a slant, and a digit keeps its meaning.
#
# </details>
#
# <details><summary>Making the strokes a little thicker or thinner</summary>
#
# Pens differ, and the label stays right.
#
# </details>
#
# <details><summary>Turning images by any angle</summary>
#
# Right. Half a turn makes a 9 of a 6, with the label of the 6. An augmentation may change only what
# leaves the label right.
#
# </details>
#
# ## Exercises
#
# {{ how_to_answer("going_further.1") }}

# %%
from digitlib import check, hint

# %% [markdown]
# **Exercise 1** (ten minutes). Write `dropout` as it works in training: each number is set to zero
# with the probability `share`, each on its own, and the others are made larger so that the mean
# stays what it was. `random` is a generator of NumPy's. Then find out whether Keras's dropout is
# active when the network predicts.


# %%
def dropout(values, share, random):
    """The values after dropout, as in training."""
    ...
    ### BEGIN SOLUTION
    kept = random.random(values.shape) >= share
    return values * kept / (1 - share)
    ### END SOLUTION


check("going_further.1", dropout)
### BEGIN SOLUTION

with_dropout, images = first_networks["dropout"], X_held[:50]
once, twice = (with_dropout.predict(images, verbose=0) for _ in range(2))
print("two predictions are equal:       ", np.array_equal(once, twice))
in_training = [with_dropout(images, training=True).numpy() for _ in range(2)]
print("two passes in training are equal:", np.array_equal(*in_training))
### END SOLUTION

# %% [markdown]
# **Exercise 2** (a quarter of an hour). Write an augmentation yourself: `move_at_random` moves each
# image by a number of pixels of its own, down or up, and by another, right or left. Both are whole
# numbers from `-most` to `most`, all equally likely. What leaves the frame is lost, what comes in
# is paper; `data.move` may help.


# %% mystnb={"figure": {"caption": "One training image and nine copies of it, each moved at random by up to four pixels. For the network, nearly ten images. The paper is filled, so that you see the frames.", "name": "fig-copies"}}
def move_at_random(images, most, random):
    """Images (n, rows, columns), each moved by its own number of pixels."""
    ...
    ### BEGIN SOLUTION
    shape = (len(images), 2)
    distances = random.integers(-most, most, size=shape, endpoint=True)
    return np.concatenate(
        [
            data.move(image[np.newaxis], down=down, right=right)
            for image, (down, right) in zip(images, distances, strict=True)
        ]
    )
    ### END SOLUTION


check("going_further.2", move_at_random)
### BEGIN SOLUTION

nine = np.repeat(X_train[:1], 9, axis=0)
copies = move_at_random(nine, 4, np.random.default_rng(0))
plots.image_grid(
    np.concatenate([X_train[:1], copies]),
    subject="A 5, and nine copies moved at random",
    columns=5,
    cmap="gray",
)
### END SOLUTION

# %% [markdown]
# **Exercise 3** (a quarter of an hour). Two networks answer the same images. Only those that one
# gets right and the other wrong can tell them apart. If the networks are equally good, each of
# these is a toss of a coin. Write `paired_p_value`: the probability of a division at least as
# uneven as the one found, to either side. `binomtest` knows about coins. This is McNemar's test.

# %% nbval={"atol": 0.03}
from scipy.stats import binomtest


def paired_p_value(labels, first_answers, second_answers):
    """Chance of a division so uneven between two equally good networks."""
    ...
    ### BEGIN SOLUTION
    first_right = first_answers == labels
    second_right = second_answers == labels
    only_first = (first_right & ~second_right).sum()
    only_second = (second_right & ~first_right).sum()
    return binomtest(int(only_first), int(only_first + only_second)).pvalue
    ### END SOLUTION


check("going_further.3", paired_p_value)
### BEGIN SOLUTION

base_right = answers["baseline", 0] == y_held
other_right = answers["baseline", 1] == y_held
print(f"only seed 0 is right: {(base_right & ~other_right).mean():.3f}")
print(f"only seed 1 is right: {(other_right & ~base_right).mean():.3f}")
slow_answers = answers["learning rate / 3", 0]
slow = paired_p_value(y_held, answers["baseline", 0], slow_answers)
below = bool(slow < 0.001)
print("the smaller learning rate, p below one in a thousand:", below)
### END SOLUTION

# %% [markdown]
# **Exercise 4** (half an hour). Several networks are equally good: each is right about any image
# with the probability `accuracy`. You score all of them on `images` images, and keep the one that
# scores highest. By how much does its score exceed `accuracy`, on average? Write `luck`, by
# simulation or by calculation; we allow for three parts in a hundred. Suppose that the networks err
# independently.


# %%
def luck(networks, images, accuracy):
    """Mean of the highest score of equally good networks, minus accuracy."""
    ...
    ### BEGIN SOLUTION
    random = np.random.default_rng(0)
    right = random.binomial(images, accuracy, size=(20_000, networks))
    scores_of_all = right / images
    return scores_of_all.max(axis=1).mean() - accuracy
    ### END SOLUTION


check("going_further.4", luck)
### BEGIN SOLUTION

for networks in (1, 2, 10, 100):
    by_luck = luck(networks, 10_000, 0.98)
    print(f"{networks:3d} networks on 10,000 images: {by_luck:.4f}")
### END SOLUTION

# %% [markdown]
# **Exercise 5** (an hour). Add a change of your own. `build_own` should return a new network each
# time it is called, with at most half of the baseline's parameters, and something in it that makes
# training noisy, such as dropout or moved images. Write down beforehand what you expect. Then train
# it from the same seeds as the others, compare seed by seed with the baseline, and give the mean
# difference its interval. How sure should that be, now that you have tried one change more?


# %% nbval={"atol": 0.02}
def build_own():
    """A smaller network that is trained with noise."""
    ...
    ### BEGIN SOLUTION
    moves = layers.RandomTranslation(
        2 / 28, 2 / 28, fill_mode="constant", interpolation="nearest"
    )
    half = build_half().layers
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            moves,
            *half[:-1],
            layers.Dropout(0.2),
            half[-1],
        ]
    )
    ### END SOLUTION


check("going_further.5", build_own)
### BEGIN SOLUTION

own_scores = []
for seed in range(variation_seeds):
    own = train(seed, build=build_own)
    own_answers = own.predict(X_held, batch_size=1000, verbose=0).argmax(
        axis=1
    )
    own_scores.append((own_answers == y_held).mean())
estimate = statistics.mean_over_seeds(
    own_scores - base, confidence=1 - 0.05 / (len(changes) + 1)
)
print(
    f"difference {estimate.value:.3f}, "
    f"from {estimate.low:.3f} to {estimate.high:.3f}"
)
### END SOLUTION

# %% tags=["pipeline"]
page.save()
