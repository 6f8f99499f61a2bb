# %% [markdown]
# # One experiment
#
# *{{ minutes_to_read.experiment }} minutes to read, about {{ minutes_with_exercises.experiment }}
# with the exercises; our run took {{ runs.experiment.seconds | minutes }} on
# {{ experiment.processor }}.*
#
# Many of the chapters that follow rest on {{ experiment.runs }} stored trainings. Every one of
# these was made by this page, with other parameters. So you can repeat any of them: open the page
# in Colab, type its parameters into the first cell, and run it.
#
# **After this chapter you can**
#
# - repeat any training of the book, and say whether your result agrees;
# - run an experiment of your own, from one seed or from many.

# %% [markdown]
# ## The parameters
#
# | Parameter | What it sets |
# |---|---|
# | `network` | a name in `experiment.NETWORKS`: the CNN, its rivals, and its variations |
# | `seed` | the weights, the order of the images, which are drawn, how they are rearranged |
# | `epochs`, `batch_size`, `learning_rate`, `weight_decay` | the training, with Adam |
# | `schedule` | whether the learning rate stays, or falls to zero |
# | `average_weights` | use the mean of the weights over the last thousand steps or so |
# | `new_order` | draw another order of the images for each epoch |
# | `training_images` | how many are drawn, each digit as often as in the whole |
# | `transformation` | a rearrangement of all images, for training and scoring alike |
# | `augmentation` | random changes of the training images |
# | `scored_on` | `"test"`, or `"validation"`: the training images held out |
# | `moved` | score digits that were moved off centre, too |
# | `corrupted` | score digits with noise, blur, fog and the like, too |
# | `confidences` | keep how sure the network was of each answer |
# | `each_epoch` | score after each epoch, too |

# %% tags=["parameters"]
network = "fully connected"
seed = 1
epochs = 10
batch_size = 32
learning_rate = 0.001
weight_decay = 0.0
schedule = "constant"
average_weights = False
new_order = False
training_images = 60_000
transformation = "none"
augmentation = "none"
scored_on = "test"
moved = False
corrupted = False
confidences = False
each_epoch = False

# %% tags=["pipeline"]
from page_results import Page

page = Page("07_experiment")

# %% [markdown]
# ## The images
#
# A choice between networks is made on held-out training images. The test set is for runs that were
# declared beforehand. (The project's history shows it for the sweeps `spread`, `permutation` and
# `equal_steps`, whose results came in later commits. For the older ones you have our word.)

# %%
import json
from functools import partial

import keras
import numpy as np

from digitlib import data, files, reference, statistics, training
from digitlib.experiments import choices, corruptions, transformations

(X_train, y_train), (X_test, y_test) = data.load_mnist()
if choices.choose({"test": False, "validation": True}, scored_on, "scored_on"):
    (X_train, y_train), (X_test, y_test) = data.hold_out(X_train, y_train)
X_train, y_train = choices.draw_examples(
    X_train, y_train, count=training_images, seed=seed
)
transform = partial(
    choices.choose(choices.TRANSFORMATIONS, transformation, "transformation"),
    seed=seed,
)
print(f"{len(X_train):,} images to train on, {len(X_test):,} to score")

# %% [markdown]
# ## The training

# %%
steps = epochs * int(np.ceil(len(X_train) / batch_size))
schedules = {
    "constant": learning_rate,
    # To zero, along half a wave of a cosine.
    "decaying": keras.optimizers.schedules.CosineDecay(learning_rate, steps),
}
optimizer = keras.optimizers.Adam(
    choices.choose(schedules, schedule, "schedule"),
    weight_decay=weight_decay or None,
    use_ema=average_weights,
    ema_momentum=0.999,  # what is 1,000 steps old counts e times less
)
model, run = training.train(
    lambda: choices.build(network, augmentation=augmentation),
    data.scale_pixels(transform(X_train)),
    y_train,
    seed=seed,
    epochs=epochs,
    batch_size=batch_size,
    optimizer=optimizer,
    new_order=new_order,
    # Nothing is chosen by these scores.
    validation_data=(data.scale_pixels(transform(X_test)), y_test)
    if each_epoch
    else None,
)
print(f"{model.name}: {model.count_params():,} parameters, {epochs} epochs")


# %% [markdown]
# ## The score


# %% nbval={"atol": 0.005}
def predict(images):
    """Class probabilities of stored images."""
    return training.predict_probabilities(
        model, data.scale_pixels(transform(images))
    )


def count_right(images):
    """How many of the scored images, changed somehow, are answered right."""
    return int((predict(images).argmax(axis=1) == y_test).sum())


probabilities = predict(X_test)
predicted = probabilities.argmax(axis=1)
right = int((predicted == y_test).sum())
accuracy = right / len(y_test)
print(f"accuracy {accuracy:.4f}")

# %% [markdown]
# The other scores are taken only if they are asked for. A confidence very close to 1 is hard to
# read, so it is kept as its number of nines: `0.99` has two, `0.999` has three.

# %%
outcome = {
    "images": len(y_test),
    "right": right,
    "predictions": "".join(map(str, predicted)),
}
if moved:
    outcome["right_moved"] = [
        count_right(transformations.move_all_ways(X_test, pixels))
        for pixels in range(9)
    ]
if corrupted:
    outcome["right_corrupted"] = {
        name: count_right(corruptions.corrupt(X_test, name))
        for name in corruptions.NAMES
    }
if confidences:
    doubt = np.sort(probabilities.astype(float), axis=1)[:, :-1].sum(axis=1)
    outcome["nines"] = (-np.log10(np.maximum(doubt, 1e-8))).round(3).tolist()
if each_epoch:
    outcome["right_by_epoch"] = [
        round(share * len(y_test)) for share in run.history["val_accuracy"]
    ]

# %% [markdown]
# ## The record
#
# Parameters, outcome and circumstances go into one file.

# %%
parameters = {
    "network": network,
    "seed": seed,
    "epochs": epochs,
    "batch_size": batch_size,
    "learning_rate": learning_rate,
    "weight_decay": weight_decay,
    "schedule": schedule,
    "average_weights": average_weights,
    "new_order": new_order,
    "training_images": training_images,
    "transformation": transformation,
    "augmentation": augmentation,
    "scored_on": scored_on,
    "moved": moved,
    "corrupted": corrupted,
    "confidences": confidences,
    "each_epoch": each_epoch,
}
circumstances = {
    "loss": [round(loss, 5) for loss in run.history["loss"]],
    "parameter_count": model.count_params(),
    "seconds": round(run.seconds, 1),
    "cpu_seconds": round(run.cpu_seconds, 1),
    "processor": run.processor,
    "versions": run.versions,
}
record = parameters | outcome | circumstances
files.write_text(json.dumps(record) + "\n", "results/run.json")

# %% [markdown]
# ## Does it agree?
#
# The book keeps the record of each of its own runs. Those that differ from this one in the seed,
# and in nothing else, say what to expect.

# %% nbval={"atol": 0.005}
same = reference.repetitions(reference.load_sweeps(), parameters)
stored = same.loc[same["seed"] != seed, "accuracy"]
if len(stored) >= 2:
    low, high = statistics.prediction_interval(stored)
    print(
        f"{len(stored)} stored runs, "
        f"accuracies from {stored.min():.4f} to {stored.max():.4f}"
    )
    inside = low <= accuracy <= high
    wide = (high - low) / 2 / stored.std()
    print(f"the interval: {wide:.1f} standard deviations to either side")
    print("this one lies in their 99.9 % prediction interval:", inside)
else:
    print("The book has no runs of these parameters.")

# %% tags=["pipeline"]
everything = reference.load_sweeps()
page.add(
    seed=seed,
    epochs=epochs,
    network=network,
    stored=len(stored),
    sweeps=everything.index.get_level_values("sweep").nunique(),
    runs=len(everything),
    hours=everything["cpu_seconds"].sum() / 3600,
)
page.add(accuracy=accuracy, atol=0.005)
page.measure(processor=run.processor)
page.claim(
    "it agrees with those from other seeds",
    len(stored) >= 2 and low <= accuracy <= high,
)

# %% [markdown]
# The run on this page was the {{ experiment.network }} network from seed {{ experiment.seed }}:
# {{ experiment.accuracy | percent(2) }} after {{ experiment.epochs }} epochs, and
# {{ claim("it agrees with those from other seeds") }}. The interval is wide on purpose: of a
# thousand honest repetitions, about one falls outside. It is wider still where few runs are stored:
# from five, only a broken training would be noticed. (A **prediction interval** says where one
# further run will fall; a confidence interval says where the mean of all runs lies.)
#
# The same seed on the same machine gives the same network. On another processor it gives another
# one, which may come out close to the row or not. So compare with the interval.
#
# ## Many runs
#
# A **sweep** is a list of such experiments. It is written as a small file:
#
# ```yaml
# about: Does dropout help?
# runs:
#   - network: [cnn, dropout]
#     seed: [1, 2, 3, 4, 5]
#     epochs: 3
#     training_images: 50000
#     scored_on: validation
# ```
#
# Lists stand for all their combinations, so this file asks for two networks from five seeds each.
# In a clone of the book, one command runs it:
#
# ```sh
# python tools/run_sweep.py my_sweep.yml
# ```
#
# Each run is this page, executed by papermill in a process of its own, on one thread. Two such
# processes side by side get through more work than one process on two threads. What is finished is
# kept, so you may stop at any time; the same command goes on. With more computers, start a
# [dask](https://distributed.dask.org) cluster and add `--scheduler` with its address. (Do so in a
# network that you trust: whoever reaches the scheduler can run code on it.)
#
# The book's own {{ experiment.sweeps | words }} sweeps lie in `sweeps/`: {{ experiment.runs }}
# runs, {{ experiment.hours | decimals(1) }} hours of training on one core. Their results come with
# the package:

# %%
columns = ["network", "seed", "epochs", "right"]
reference.load_sweeps()[columns].groupby(level="sweep").head(1)

# %% [markdown]
# ## Summary
#
# - A result that others can repeat needs all its parameters, its seed among them.
# - One further run is judged by a prediction interval.
# - Every stored run of a sweep can be repeated here. Some chapters have measurements of their own
#   besides, and say how those were made.
#
# ## Questions to think about
#
# **You repeat a row of a table on your own computer, with the same seed. Your accuracy differs from
# the book's by a few digits in ten thousand. What do you conclude?**
#
# <details><summary>The seed was not used, or the experiment page has a mistake</summary>
#
# It was used. But a seed fixes the random numbers, not the rounding of every sum, and processors
# add in different orders. Small differences grow over thousands of steps.
#
# </details>
#
# <details><summary>Nothing yet: on another processor, the same seed gives another network</summary>
#
# Right. Treat your run as one from another seed, and ask whether it lies in the prediction
# interval.
#
# </details>
#
# <details><summary>Your computer is less exact, so the book's number is the true one</summary>
#
# Neither is truer. Both are single draws from what this training may give.
#
# </details>
#
# **You make the ten stored runs a hundred. What happens to the two intervals?**
#
# <details><summary>The confidence interval shrinks towards nothing, the prediction interval only to
# what one run strays</summary>
#
# Right. The mean becomes known; the spread from seed to seed stays, and one further run has all of
# it.
#
# </details>
#
# <details><summary>Both shrink towards nothing</summary>
#
# Only the one of the mean does. A single further run goes on straying, however well you know the
# mean.
#
# </details>
#
# <details><summary>Both stay: the spread of the runs is what it is</summary>
#
# The spread stays, but a mean of many runs strays less from the truth than a mean of few.
#
# </details>
#
# **You have tried twenty learning rates and keep the one that came first. Why should its accuracy
# not be measured on the test set while you choose?**
#
# <details><summary>Because the network would have been trained on the test images</summary>
#
# No weight was adjusted to them. But a choice was, and a choice learns from images as well.
#
# </details>
#
# <details><summary>Because whoever is first of many was probably lucky with these images,
# too</summary>
#
# Right. The winner's score flatters it. Choose on held-out images, then score your choice once on
# the test set.
#
# </details>
#
# <details><summary>Because ten thousand images are too few to tell learning rates apart</summary>
#
# Whether they are is another question, and the held-out images are no more. The trouble is to
# choose and to score on the same ones.
#
# </details>
#
# **A sweep may be interrupted at any time. May you end it once the network you hope for is ahead?**
#
# <details><summary>Yes: what is finished is valid, so the result is, too</summary>
#
# Each run is valid. But the moment to stop was picked by its result, and a lead that comes and goes
# by chance is there at some moment.
#
# </details>
#
# <details><summary>Yes, if you state how many runs there were</summary>
#
# That helps a reader little: it does not say that you would have gone on, had the other network
# been ahead.
#
# </details>
#
# <details><summary>No: which runs there are should be settled before their results are
# seen</summary>
#
# Right. That is why a sweep is written down first. Interrupt it when you need the computer, and go
# on later.
#
# </details>
#
# ## Exercises
#
# {{ how_to_answer("experiment.1") }}

# %%
from scipy import stats

from digitlib import check, hint

# %% [markdown]
# **Exercise 1** (a few minutes). How many runs does this sweep stand for?
#
# ```yaml
# runs:
#   - network: [cnn, dropout]
#     seed: [1, 2, 3, 4, 5]
#     training_images: [300, 1000, 3000]
#     epochs: 100
#   - network: matched
#     seed: [1, 2, 3]
#     learning_rate: [0.001, 0.01]
# ```

# %%
number_of_runs = ...
### BEGIN SOLUTION
# Within a grid lists are combined, and grids follow one another.
number_of_runs = 2 * 5 * 3 + 3 * 2

from sklearn.model_selection import ParameterGrid

grids = [
    {
        "network": ["cnn", "dropout"],
        "seed": [1, 2, 3, 4, 5],
        "training_images": [300, 1_000, 3_000],
        "epochs": [100],
    },
    {
        "network": ["matched"],
        "seed": [1, 2, 3],
        "learning_rate": [0.001, 0.01],
    },
]
print("as scikit-learn counts:", len(ParameterGrid(grids)))
### END SOLUTION
check("experiment.1", number_of_runs)


# %% [markdown]
# **Exercise 2** (ten minutes). Write `choose_network`, which takes a table of runs with the columns
# `network`, `seed`, `scored_on` and `accuracy`, and returns the name of the network that you would
# use. Some networks have more runs than others. The runs are those of some sweeps; not all of them
# are fit to choose by.


# %%
def choose_network(runs):
    """The name of the network to use."""
    ...
    ### BEGIN SOLUTION
    held_out = runs[runs["scored_on"] == "validation"]
    return held_out.groupby("network")["accuracy"].mean().idxmax()
    ### END SOLUTION


check("experiment.2", choose_network)


# %% [markdown]
# **Exercise 3** (a quarter of an hour). Ten accuracies have a mean of `0.990`, with a standard
# deviation of `0.0005`. A run of yours gives `0.985`. Is that bad luck? To answer it, write
# `prediction_interval`, which takes an array of accuracies and a confidence such as `0.95`, and
# returns the low and the high end. Use NumPy and `scipy.stats`, not `digitlib`. Results of a
# training are taken to be normally distributed over seeds.


# %%
def prediction_interval(values, confidence):
    """Low and high end of what one further run gives."""
    ...
    ### BEGIN SOLUTION
    count = len(values)
    t = stats.t.ppf((1 + confidence) / 2, df=count - 1)
    reach = t * values.std(ddof=1) * np.sqrt(1 + 1 / count)
    return values.mean() - reach, values.mean() + reach
    ### END SOLUTION


### BEGIN SOLUTION
ten = np.linspace(-1, 1, 10)
# Ten accuracies of that mean and spread.
ten = 0.990 + 0.0005 * ten / ten.std(ddof=1)
low_end, high_end = prediction_interval(ten, 0.999)
print(
    "of a thousand runs, about one lies outside "
    f"{low_end:.4f} to {high_end:.4f}"
)
# 0.985 does, so do not call it bad luck. Look at the parameters first.
### END SOLUTION
check("experiment.3", prediction_interval)


# %% [markdown]
# **Exercise 4** (a quarter of an hour). Does such an interval keep its promise? Write `coverage`.
# It takes `past`, an array with a row of results for each of many experiments; `further`, one
# further result of each; and `interval`, a function that takes a row and returns a low and a high
# end. It returns the share of the further results that lie in the interval of their own row. Then
# draw experiments of five runs each from a normal distribution, and compare the prediction interval
# with the confidence interval of the mean.


# %%
def coverage(past, further, interval):
    """Share of the further results that lie in the interval of their row."""
    ...
    ### BEGIN SOLUTION
    ends = np.array([interval(row) for row in past])
    return np.mean((ends[:, 0] <= further) & (further <= ends[:, 1]))
    ### END SOLUTION


### BEGIN SOLUTION
random = np.random.default_rng(0)
past = random.normal(0.99, 0.0005, size=(2_000, 5))
further = random.normal(0.99, 0.0005, size=2_000)


def interval_of_one_run(row):
    return statistics.prediction_interval(row, confidence=0.95)


def interval_of_the_mean(row):
    return statistics.mean_over_seeds(row, confidence=0.95)[1:3]


of_one_run = coverage(past, further, interval_of_one_run)
of_the_mean = coverage(past, further, interval_of_the_mean)
print(f"caught by the prediction interval: {of_one_run:.2f}")
print(f"caught by the confidence interval: {of_the_mean:.2f}")
### END SOLUTION
check("experiment.4", coverage)

# %% [markdown]
# **Exercise 5** (an hour, if you run it). Design a sweep: should a network that is trained on a
# thousand images be trained with augmentation? Choose a network, an augmentation, at least five
# seeds, and what else must be said, so that the answer can be trusted. Write it as the list of
# grids that stands under `runs:`, each a dict from parameters of the first cell to a value or a
# list of values. What you leave out keeps the value of the first cell. To run it, write it into a
# file as above, and compare both sides with `statistics.compare_over_seeds`.

# %%
augmentation_sweep = ...
### BEGIN SOLUTION
augmentation_sweep = [
    {
        "network": "cnn",
        "training_images": 1_000,
        "epochs": 47,  # about 1,500 steps
        "augmentation": ["none", "moved by up to 2 pixels"],
        "seed": [1, 2, 3, 4, 5],
        "scored_on": "validation",  # the answer is going to be a choice
    }
]
### END SOLUTION
check("experiment.5", augmentation_sweep)

# %% tags=["pipeline"]
page.save()
