# %% [markdown]
# # Going further
#
# *{{ minutes_to_read.going_further }} minutes to read, about
# {{ minutes_with_exercises.going_further }} with the exercises; its run took
# {{ runs.going_further.seconds | minutes }} on {{ training.processor }}.*
#
# The network works. Can it be better, or smaller, or quicker? This chapter changes one thing at a
# time and looks at what it does: the learning rate, the batch size, dropout, augmentation, one more
# layer. The runs are small on purpose, so that you can change them and run them again.
#
# **After this chapter you can**
#
# - set up a comparison in which only one thing changes;
# - use dropout and augmentation, and say what each is for;
# - tell a difference from noise, and say so when you cannot;
# - make choices without touching the test set.

# %% tags=["parameters"]
variation_epochs = 3
variation_images = 12_000
seed = 0

# %% tags=["pipeline"]
from page_results import Page

page = Page("06_going_further")

# %%
import keras
import numpy as np
import pandas as pd
from keras import layers

from digitlib import data, evaluation, models, plots, training

(X_train, y_train), _ = data.load_mnist()
(X_fit, y_fit), (X_held, y_held) = data.hold_out(X_train, y_train)
X_few, y_few = X_fit[:variation_images], y_fit[:variation_images]

# %% tags=["pipeline"]
page.add(
    variation_epochs=variation_epochs,
    variation_images=len(X_few),
    held_out=len(X_held),
)


# %% [markdown]
# The test set is not even loaded into a variable here: `_` throws it away. Every run trains on
# {{ going_further.variation_images | thousands }} images for
# {{ going_further.variation_epochs | words }} epochs and is scored on the
# {{ going_further.held_out | thousands }} held-out images.
#
# ## What to change
#
# Each variation is a function that builds a network, and the options of its training.
#
# **The learning rate** is how far each step goes. Too small, and three epochs are not enough; too
# large, and the steps overshoot.
#
# **The batch size** is how many images share a step. Larger batches make fewer, steadier steps, and
# keep most machines busier.
#
# **Dropout** ({{ cite("srivastava2014") }}) sets numbers of a layer's input to zero at random, each
# with the same probability, for each image and in each step anew, in training only. No unit can
# then rely on a particular other one. It is a **regularization**: a means against over-fitting.


# %%
def build_with_dropout():
    """The CNN with dropout before its last layer."""
    cnn = models.build_cnn()
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            *cnn.layers[:-1],
            layers.Dropout(0.5),
            cnn.layers[-1],
        ]
    )


# %% [markdown]
# **Augmentation** shows the network changed copies of the training images, here moved at random by
# up to two pixels in each direction. The labels stay the same, so the network learns what does not
# matter. It has to happen in training only; Keras's layer takes care of that.


# %%
def build_with_shifts():
    """The CNN behind a layer that moves training images up to two pixels."""
    moves = layers.RandomTranslation(
        2 / 28, 2 / 28, fill_mode="constant", interpolation="nearest"
    )
    return keras.Sequential(
        [keras.Input(shape=(28, 28, 1)), moves, *models.build_cnn().layers]
    )


# %% [markdown]
# **One more layer**: a second dense layer of 64 units before the output. **A smaller network**:
# half the filters in each convolution, and half the units in the dense layer.


# %%
def build_deeper():
    """The CNN with one more dense layer."""
    cnn = models.build_cnn()
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            *cnn.layers[:-1],
            layers.Dense(64, activation="relu"),
            cnn.layers[-1],
        ]
    )


def build_half():
    """The CNN with half the filters and half the hidden units."""
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            layers.Conv2D(16, (3, 3), activation="relu"),
            layers.MaxPooling2D((2, 2)),
            layers.Conv2D(32, (3, 3), activation="relu"),
            layers.MaxPooling2D((2, 2)),
            layers.Flatten(),
            layers.Dense(32, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )


# %% [markdown]
# ## Run them
#
# The **baseline** is the book's network as it is. One more run takes the baseline with raw pixels
# from 0 to 255, to settle what scaling is worth: a layer multiplies the scaled pixels back.


# %%
def build_unscaled():
    """The CNN on raw pixels from 0 to 255."""
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            layers.Rescaling(255.0),
            *models.build_cnn().layers,
        ]
    )


def adam(learning_rate):
    return {"optimizer": keras.optimizers.Adam(learning_rate)}


variations = {
    "baseline": (models.build_cnn, {}),
    "baseline, another seed": (models.build_cnn, {"seed": seed + 1}),
    "learning rate ten times larger": (models.build_cnn, adam(0.01)),
    "learning rate ten times smaller": (models.build_cnn, adam(0.0001)),
    "batches of 128": (models.build_cnn, {"batch_size": 128}),
    "dropout": (build_with_dropout, {}),
    "images moved at random": (build_with_shifts, {}),
    "one more dense layer": (build_deeper, {}),
    "half of everything": (build_half, {}),
    "raw pixels": (build_unscaled, {}),
}

# %%
trained, runs = {}, {}
for name, (build, options) in variations.items():
    options = {"seed": seed, "epochs": variation_epochs} | options
    trained[name], runs[name] = training.train(
        build, data.scale_pixels(X_few), y_few, **options
    )
print(f"{len(trained)} networks trained")

# %% nbval={"atol": 0.02}
X_held_scaled = data.scale_pixels(X_held)
answers = {
    name: training.predict_probabilities(network, X_held_scaled).argmax(axis=1)
    for name, network in trained.items()
}
scores = {
    name: evaluation.accuracy(y_held, answer)
    for name, answer in answers.items()
}
table = pd.DataFrame(
    {
        "held-out score": {
            name: round(score.value, 3) for name, score in scores.items()
        },
        "from": {name: round(score.low, 3) for name, score in scores.items()},
        "to": {name: round(score.high, 3) for name, score in scores.items()},
        "parameters": {
            name: network.count_params() for name, network in trained.items()
        },
    }
)
table

# %% tags=["nbval-ignore-output"]
seconds = pd.Series(
    {name: round(run.seconds, 1) for name, run in runs.items()},
    name="seconds of training",
)
seconds

# %% tags=["pipeline"]
assert (seconds > 0).all()
value = {name: score.value for name, score in scores.items()}
base = scores["baseline"]
page.add(
    scores=value,
    base=base.value,
    base_low=base.low,
    base_high=base.high,
    width=base.high - base.low,
    seed_difference=abs(value["baseline"] - value["baseline, another seed"]),
    atol=0.02,
)
page.add(
    half_parameters=trained["half of everything"].count_params(),
    parameters=trained["baseline"].count_params(),
    variations=len(variations),
)
page.claim(
    "A learning rate ten times smaller is too small for so few epochs",
    value["learning rate ten times smaller"] < base.low,
)
page.claim(
    "Most of the others lie within a percentage point of the baseline",
    sum(abs(score - base.value) <= 0.01 for score in value.values())
    > len(value) / 2,
)
page.claim(
    "Moving the training images at random helped",
    value["images moved at random"] > base.value,
)

# %% [markdown]
# ## What can be said
#
# Look at the baseline first: {{ going_further.base | percent }}, with an interval from
# {{ going_further.base_low | percent }} to {{ going_further.base_high | percent }}. There its true
# accuracy may lie, as far as these held-out images tell. Another seed moved it by
# {{ going_further.seed_difference | percent(2) }}. A variation within such a distance of the
# baseline has shown nothing, in either direction.
#
# {{ claim("A learning rate ten times smaller is too small for so few epochs") }}:
# {{ going_further.scores["learning rate ten times smaller"] | percent }}.
# {{ claim("Most of the others lie within a percentage point of the baseline") }}. Some of them may
# help, some may hurt; one run each on {{ going_further.held_out | thousands }} images cannot tell.
# That is the honest reading of most tables of this kind, wherever you meet them. To know, repeat
# each row from several seeds; [one experiment](07_experiment.ipynb) says how.
#
# {{ claim("Moving the training images at random helped") }}:
# {{ going_further.scores["images moved at random"] | percent }}. With so few training images, every
# changed copy is nearly a new one.
#
# And the raw pixels? {{ going_further.scores["raw pixels"] | percent }}. The network learns from
# them too: Adam fits the length of its steps to each parameter, which mends much of what a missing
# scaling breaks. Plain gradient descent with one length for all would be less forgiving.
#
# Small differences in accuracy are not all there is to choose by. The smaller network has
# {{ going_further.half_parameters | thousands }} parameters instead of
# {{ going_further.parameters | thousands }} and scored
# {{ going_further.scores["half of everything"] | percent }}. For a phone that may be the better
# bargain.
#
# ## What augmentation is for
#
# The table asked about centred digits only, since all of MNIST is centred. The previous chapter
# showed what moved ones do to the CNN. [Ask about those](#fig-augmented).

# %% mystnb={"figure": {"caption": "Accuracy on held-out digits that were moved to the right. The network that saw moved digits in training keeps its accuracy for longer.", "name": "fig-augmented"}} tags=["nbval-ignore-output"]
shifts = [0, 1, 2, 3, 4, 5]
curves = {"baseline": [], "images moved at random": []}
for shift in shifts:
    moved = data.move(X_held_scaled, right=shift)
    for name, values in curves.items():
        predicted = training.classify(trained[name], moved)
        values.append(evaluation.accuracy(y_held, predicted).value)
plots.lines(
    curves,
    x=shifts,
    subject="Accuracy on moved held-out digits",
    xlabel="pixels to the right",
    ylabel="accuracy",
)

# %% tags=["pipeline"]
assert curves["baseline"][0] == base.value
augmented = curves["images moved at random"]
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
# right about {{ going_further.base_moved["3"] | percent(0) }}, the augmented network about
# {{ going_further.augmented_moved["3"] | percent(0) }}. Nothing about its layers is different. It
# was taught that position does not matter.
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
# | DropConnect | {{ fact.dropconnect_error }} | {{ cite("wan2013") }} |
# | ensemble of simple CNNs, chosen on the test set | {{ fact.ensemble_error }} | {{ cite("an2020") }} |
#
# Our own network makes about {{ (1 - training.repeated_mean) | percent(1) }} errors, so it stands
# beside LeNet-5. At the end of the table, the doubtful labels of the first chapter are a large part
# of what is left, and a choice made on the test set is another.
#
# ## Where to go from here
#
# - **Repeat.** Take the two variations that interest you most, five seeds each, and compare.
#   [What helps?](16_exploring.ipynb) does so with many.
# - **Combine.** Dropout and augmentation together, for more epochs: regularization needs time to
#   pay. One combination, [chosen on held-out images](16_exploring.ipynb), is right about
#   {{ exploring.final | in_words(digits=2) }} of the test images.
# - **Change the data.** Fashion-MNIST has the same shapes; `digitlib.data.read_idx` reads its
#   files.
# - **Draw your own digits**, centre them as the first chapter showed, and find out which ones fail.
#
# ## Summary
#
# - Change one thing at a time, choose on held-out images, and state the noise.
# - At this size most of the usual advice makes a difference too small to see in one run.
# - Augmentation teaches the network what does not matter; test it where that varies.
#
# ## Questions to think about
#
# **Two variations were scored on the same images, and their intervals overlap. What follows?**
#
# <details><summary>The two are equally good</summary>
#
# That does not follow: not having seen a difference is not having seen that there is none.
#
# </details>
#
# <details><summary>Nothing yet: look at the images that only one of the two gets right</summary>
#
# Right. Each interval allows for other images, but both had the same ones, easy and hard alike. A
# paired test can find a difference that separate intervals hide. Exercise 3 is one.
#
# </details>
#
# <details><summary>The one with the higher score is to be preferred, since it is the better
# guess</summary>
#
# As a guess it may do. But if it costs more arithmetic, or if you report a gain, you should have
# more than a guess.
#
# </details>
#
# **You try twenty variations which, in truth, change nothing, and test each against the baseline at
# a level of one in twenty. How many will look like a discovery?**
#
# <details><summary>None, since none changes anything</summary>
#
# The test allows itself a false alarm in one of twenty cases, and here are twenty.
#
# </details>
#
# <details><summary>About one</summary>
#
# Right. That is what a level of one in twenty means. Who reports only that one, and not the other
# nineteen, will believe in it, and so will the readers.
#
# </details>
#
# <details><summary>One in twenty of the held-out images will</summary>
#
# The level is about tests, not about images: of many tests in which there is nothing to find, one
# in twenty gives an alarm.
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
# Right. Half a turn makes a 9 of a 6, with the label of the 6. An augmentation may only change what
# does not change the label.
#
# </details>
#
# **Dropout of one half is switched off when the network predicts. Twice as many units then feed the
# last layer. Why are its sums not twice as large as in training?**
#
# <details><summary>They are, but softmax does not mind</summary>
#
# Softmax does not mind what is added to all scores. If all are doubled, it becomes much surer.
#
# </details>
#
# <details><summary>In training, what is left was doubled</summary>
#
# Right. Keras divides by the share of inputs that it keeps, so the sums have the same mean in
# training as afterwards.
#
# </details>
#
# <details><summary>The weights are halved when training ends</summary>
#
# So it was done when dropout was invented, and it comes to the same. Keras leaves the weights
# alone.
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

with_dropout, images = trained["dropout"], X_held_scaled[:50]
once, twice = (
    training.predict_probabilities(with_dropout, images) for _ in range(2)
)
print("two predictions are equal:       ", np.array_equal(once, twice))
in_training = [with_dropout(images, training=True).numpy() for _ in range(2)]
print("two passes in training are equal:", np.array_equal(*in_training))
### END SOLUTION

# %% [markdown]
# **Exercise 2** (a quarter of an hour). Write an augmentation yourself: `move_at_random` moves each
# image by a number of pixels of its own, down or up, and by another, right or left. Both are whole
# numbers from `-most` to `most`, all equally likely. What leaves the frame is lost, what comes in
# is paper; `data.move` may help.


# %% mystnb={"figure": {"caption": "One training image and nine copies of it, each moved at random by up to four pixels. For the network, nearly ten images. Ink is white here, so that you see the frames.", "name": "fig-copies"}}
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
copies = move_at_random(nine, 4, np.random.default_rng(seed))
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
# uneven as the one found, to either side. `binomtest` knows about coins. (The result is known as
# McNemar's test.)

# %% nbval={"count_atol": 50}
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

base_right = answers["baseline"] == y_held
other_right = answers["baseline, another seed"] == y_held
print(f"only the baseline is right: {(base_right & ~other_right).sum()}")
print(f"only the other seed is:     {(other_right & ~base_right).sum()}")
slow_answers = answers["learning rate ten times smaller"]
slow = paired_p_value(y_held, answers["baseline"], slow_answers)
below = bool(slow < 0.001)
print("the smaller learning rate, p below one in a thousand:", below)
### END SOLUTION

# %% [markdown]
# **Exercise 4** (half an hour). Several networks are equally good: each is right about any image
# with the probability `accuracy`. You score all of them on `images` images, and keep the one that
# scores highest. By how much does its score exceed `accuracy`, on average? Write `luck`, by
# simulation or by calculation; we allow for three parts in a hundred. (Take it that the networks
# err independently.)


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
    by_luck = luck(networks, 6_000, 0.98)
    print(f"{networks:3d} networks on 6,000 images: {by_luck:.4f}")
### END SOLUTION

# %% [markdown]
# **Exercise 5** (an hour). Add a variation of your own. `build_own` should return a new network
# each time it is called, with at most half of the baseline's parameters, and something in it that
# makes training noisy, such as dropout or moved images. Write down beforehand what you expect,
# since it is too easy to have known it afterwards. Then train it as the others were trained and
# compare.


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

own, _ = training.train(
    build_own,
    data.scale_pixels(X_few),
    y_few,
    seed=seed,
    epochs=variation_epochs,
)
own_answers = training.predict_probabilities(own, X_held_scaled).argmax(axis=1)
own_score = evaluation.accuracy(y_held, own_answers)
print(
    f"held-out score {own_score.value:.3f}, "
    f"from {own_score.low:.3f} to {own_score.high:.3f}"
)
### END SOLUTION

# %% tags=["pipeline"]
page.save()
