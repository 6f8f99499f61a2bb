# %% [markdown]
# # One experiment
#
# *{{ minutes_to_read.experiment }} minutes to read; its run took {{ runs.experiment.seconds | minutes }} on {{ experiment.processor }}.*
#
# The chapters that follow rest on {{ experiment.runs }} trainings. Every one of them was made by this
# page, with other parameters. So you can repeat any row of any table: open the page in Colab,
# type the row's parameters into the first cell, and run it.
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
# | `seed` | the initial weights, the order of the images, and which of them are drawn |
# | `epochs`, `batch_size`, `learning_rate`, `weight_decay` | the training, with Adam |
# | `training_images` | how many are drawn, each digit as often as in the whole |
# | `transformation` | a rearrangement of all images, for training and scoring alike |
# | `augmentation` | random changes of the training images |
# | `scored_on` | `"test"`, or `"validation"`: the last training images, held out |
# | `moved` | score digits that were moved off centre, too |
# | `corrupted` | score digits with noise, blur, fog and the like, too |
# | `confidences` | keep how sure the network was of each answer |

# %% tags=["parameters"]
network = "fully connected"
seed = 1
epochs = 10
batch_size = 32
learning_rate = 0.001
weight_decay = 0.0
training_images = 60_000
transformation = "none"
augmentation = "none"
scored_on = "test"
moved = False
corrupted = False
confidences = False

# %% tags=["remove-cell"]
from digitlib.results import Page

page = Page("06_experiment")

# %% [markdown]
# ## The images
#
# A choice between networks is made on held-out training images. The test set is for runs
# that were declared beforehand.

# %%
import json

import keras
import numpy as np

from digitlib import corruptions, data, experiment, files, reference, statistics, training, transformations

(X_train, y_train), (X_test, y_test) = data.load_mnist()
if experiment.choose({"test": False, "validation": True}, scored_on, "scored_on"):
    (X_train, y_train), (X_test, y_test) = data.hold_out(X_train, y_train, count=10_000)
X_train, y_train = experiment.draw_examples(X_train, y_train, count=training_images, seed=seed)
transform = experiment.choose(experiment.TRANSFORMATIONS, transformation, "transformation")
print(f"{len(X_train):,} images to train on, {len(X_test):,} to score")

# %% [markdown]
# ## The training

# %%
model, run = training.train(
    lambda: experiment.build(network, augmentation=augmentation),
    data.scale_pixels(transform(X_train)),
    y_train,
    seed=seed,
    epochs=epochs,
    batch_size=batch_size,
    optimizer=keras.optimizers.Adam(learning_rate, weight_decay=weight_decay or None),
)
print(f"{model.name}: {model.count_params():,} parameters, {epochs} epochs")

# %% [markdown]
# ## The score


# %% nbval={"atol": 0.005}
def predict(images):
    """Class probabilities of stored images."""
    return training.predict_probabilities(model, data.scale_pixels(transform(images)))


def count_right(images):
    """How many of the scored images, changed in some way, get the right answer."""
    return int((predict(images).argmax(axis=1) == y_test).sum())


probabilities = predict(X_test)
predicted = probabilities.argmax(axis=1)
right = int((predicted == y_test).sum())
accuracy = right / len(y_test)
print(f"accuracy {accuracy:.4f}")

# %% [markdown]
# The other scores are taken only if they are asked for. A confidence very close to 1 is hard to read,
# so it is kept as its number of nines: `0.99` has two, `0.999` has three.

# %%
outcome = {"images": len(y_test), "right": right, "predictions": "".join(map(str, predicted))}
if moved:
    outcome["right_moved"] = [count_right(transformations.move_all_ways(X_test, pixels)) for pixels in range(9)]
if corrupted:
    outcome["right_corrupted"] = {name: count_right(corruptions.corrupt(X_test, name)) for name in corruptions.NAMES}
if confidences:
    doubt = np.sort(probabilities.astype(float), axis=1)[:, :-1].sum(axis=1)
    outcome["nines"] = (-np.log10(np.maximum(doubt, 1e-8))).round(3).tolist()

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
    "training_images": training_images,
    "transformation": transformation,
    "augmentation": augmentation,
    "scored_on": scored_on,
    "moved": moved,
    "corrupted": corrupted,
    "confidences": confidences,
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
# The book keeps the record of each of its own runs. Those that differ from this one in the seed
# alone say what to expect.

# %% nbval={"atol": 0.005}
stored = reference.repetitions(reference.load_sweeps(), parameters)["accuracy"]
if len(stored) >= 2:
    low, high = statistics.prediction_interval(stored)
    print(f"{len(stored)} stored runs, accuracies from {stored.min():.4f} to {stored.max():.4f}")
    print("this one lies in their 99.9 % prediction interval:", low <= accuracy <= high)
else:
    print("The book has no runs of these parameters.")

# %% tags=["remove-cell"]
everything = reference.load_sweeps()
page.add(
    seed=seed,
    epochs=epochs,
    network=network,
    accuracy=accuracy,
    stored=len(stored),
    processor=run.processor,
    sweeps=everything.index.get_level_values("sweep").nunique(),
    runs=len(everything),
    hours=everything["cpu_seconds"].sum() / 3600,
)
page.claim("it agrees with those from other seeds", len(stored) < 2 or low <= accuracy <= high)

# %% [markdown]
# The run on this page was the {{ experiment.network }} network from seed {{ experiment.seed }}:
# {{ experiment.accuracy | percent(2) }} after {{ experiment.epochs }} epochs, and
# {{ claim("it agrees with those from other seeds") }}. The interval is wide on purpose: of a thousand
# honest repetitions, about one falls outside. (A **prediction interval** says where one further run
# will fall; a confidence interval says where the mean of all runs lies.)
#
# The same seed on the same machine gives the same network. On another processor it gives another
# one, as good as one from another seed. So compare with the interval, and not with the row.
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
# python tools/sweep.py my_sweep.yml
# ```
#
# Each run is this page, executed by papermill in a process of its own, on one thread. Two such
# processes side by side get through more work than one process on two threads. What is
# finished is kept, so you may stop at any time; the same command goes on. With more computers, start
# a [dask](https://distributed.dask.org) cluster and add `--scheduler` with its address. (Do so in a network that you
# trust: whoever reaches the scheduler can run code on it.)
#
# The book's own {{ experiment.sweeps | words }} sweeps lie in `sweeps/`: {{ experiment.runs }} runs,
# {{ experiment.hours | decimals(1) }} hours of training on one core. Their results come with
# the package:

# %%
columns = ["network", "seed", "epochs", "right"]
reference.load_sweeps()[columns].groupby(level="sweep").head(1)

# %% [markdown]
# ## Summary
#
# - A result that others can repeat needs all its parameters, its seed among them.
# - One further run is judged by a prediction interval.
# - Every row of every table in the next chapters can be repeated here.
#
# ## Exercises
#
# **Exercise 1.** Which of the stored runs of the CNN got the most test digits right? What would you type into the
# first cell to repeat it?

# %% tags=["hide-cell"]
### BEGIN SOLUTION
tested = reference.load_sweeps().query("network == 'cnn' and scored_on == 'test'")
best = tested.loc[tested["right"].idxmax()]
print(best[reference.parameter_names(tested)].to_string())
print(f"{best['right']} right. (It was chosen on the test set, so do not expect its recipe to do it again.)")
### END SOLUTION

# %% [markdown]
# **Exercise 2.** Ten stored accuracies have the mean `0.990` and the standard deviation `0.0005`. A run of
# yours gives `0.985`. Is that bad luck?

# %% tags=["hide-cell"]
### BEGIN SOLUTION
from scipy import stats

half = stats.t.ppf(0.9995, df=9) * 0.0005 * np.sqrt(1 + 1 / 10)
print(f"expected: {0.990 - half:.4f} to {0.990 + half:.4f}")
# No: something else is different. Look at the parameters first.
### END SOLUTION

# %% [markdown]
# **Exercise 3.** Write a sweep that asks whether a network trained on a thousand images is better off with
# augmentation. How many runs does it stand for?
#
# <details><summary>Solution</summary>
#
# ```yaml
# runs:
#   - network: cnn
#     training_images: 1000
#     epochs: 47
#     augmentation: [none, "moved by up to 2 pixels"]
#     seed: [1, 2, 3, 4, 5]
# ```
#
# Two augmentations times five seeds make ten runs. The number of epochs keeps the number of
# steps near that of the other experiments on little data.
#
# </details>

# %% tags=["remove-cell"]
page.save()
