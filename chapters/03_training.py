# %% [markdown]
# # Training and evaluation
#
# *{{ minutes_to_read.training }} minutes to read; its run took {{ runs.training.seconds | minutes }} on {{ training.processor }}.*
#
# Here the network learns. You train it twice: once with images held out, to see how it
# learns and to make choices, and once on everything, to see how good it is. Then you look
# at what it gets wrong.
#
# **After this chapter you can**
#
# - say what loss, epoch, batch and optimizer mean, and compute a loss yourself;
# - read learning curves and see over-fitting in them;
# - report an accuracy with its interval, and say what the interval covers;
# - read a confusion matrix, precision and recall;
# - save a trained network and load it again.

# %% tags=["parameters"]
epochs = 10  # passes over the training images
training_images = 60_000  # fewer for a quick look
seed = 0  # of the initial weights and of the order of the images

# %% tags=["remove-cell"]
from digitlib.results import Page

page = Page("03_training")

# %%
import keras
import numpy as np

from digitlib import data, evaluation, models, plots, reference, statistics, training

(X_train, y_train), (X_test, y_test) = data.load_mnist()
X_train, y_train = data.scale_pixels(X_train[:training_images]), y_train[:training_images]
X_test_scaled = data.scale_pixels(X_test)

# %% [markdown]
# ## What the network tries to make small
#
# Training needs one number that says how wrong the network is: the **loss**. For one
# image, take the probability $p$ that the network gave to the right digit. The
# **cross-entropy** loss is
#
# $$L = -\ln p$$
#
# If the network was sure and right, $p$ is nearly 1 and the loss nearly 0. If it was sure
# and wrong, $p$ is nearly 0 and the loss is large. The loss of many images is the mean.
# Guessing, with a probability of one tenth for each digit, costs $\ln 10$.

# %%
given_to_the_right_digit = np.array([0.99, 0.5, 0.1, 0.001])
print("p:   ", given_to_the_right_digit)
print("loss:", (-np.log(given_to_the_right_digit)).round(3))

# %% [markdown]
# Keras calls it `sparse_categorical_crossentropy`: sparse, because the label is a single
# number like 7 and not a row of zeros with a 1 in it. Check it on the untrained network: its
# loss should be near that of guessing.

# %%
keras.utils.set_random_seed(seed)
untrained = models.build_cnn()
probabilities = training.predict_probabilities(untrained, X_test_scaled[:1000])
by_hand = -np.log(probabilities[np.arange(1000), y_test[:1000]]).mean()
by_keras = float(keras.losses.SparseCategoricalCrossentropy()(y_test[:1000], probabilities))
print("by hand and by Keras agree:", bool(np.isclose(by_hand, by_keras, atol=1e-5)))
print(f"guessing: {np.log(10):.3f}")

# %% tags=["remove-cell"]
page.claim("no better than a guess", abs(by_hand - np.log(10)) < 0.1)

# %% [markdown]
# The untrained network is {{ claim("no better than a guess") }}, as it should be.
#
# ## How it learns
#
# The loss depends on all the parameters. Calculus gives, for each of them, the **gradient**:
# how much the loss would change if that parameter grew a little. Step each parameter a little
# against its gradient, and the loss shrinks. That is **gradient descent**.
#
# Computing the gradient on all images for every step would be slow, so each step uses a
# **batch** of 32. One pass over all batches is an **epoch**. With
# {{ training.training_images | thousands }} images an epoch has {{ training.steps | thousands }}
# steps.
#
# The rule for the size of the steps is the **optimizer**. **Adam**
# ({{ cite("kingma2015") }}) keeps two running averages for each parameter: $m$ of its gradient
# $g$, and $v$ of the square of its gradient. It steps by their ratio, so that parameters with
# small gradients move as far as those with large ones:
#
# $$\begin{aligned}
# m &\leftarrow \beta_1 m + (1 - \beta_1)\, g \\
# v &\leftarrow \beta_2 v + (1 - \beta_2)\, g^2 \\
# w &\leftarrow w - \alpha\, \frac{\hat m}{\sqrt{\hat v} + \epsilon}
# \end{aligned}$$
#
# The hats correct for averages that started from zero: $\hat m = m / (1 - \beta_1^t)$ after $t$
# steps, and likewise for $v$. The usual values are $\beta_1$ = {{ fact.adam_decay_mean }},
# $\beta_2$ = {{ fact.adam_decay_square }} and a **learning rate** $\alpha$ of
# {{ fact.adam_rate }}. In code, minimising $(w - 3)^2$:

# %%
w, m, v = 0.0, 0.0, 0.0
keras_w = keras.Variable(0.0)
optimizer = keras.optimizers.Adam(learning_rate=0.1)
for t in range(1, 101):
    gradient = 2 * (w - 3)
    m = 0.9 * m + 0.1 * gradient
    v = 0.999 * v + 0.001 * gradient**2
    w -= 0.1 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-7)
    optimizer.apply([2 * (keras_w - 3)], [keras_w])
print(f"after 100 steps: w = {w:.3f}")
print("equal to Keras:", bool(np.isclose(w, float(keras_w), atol=1e-4)))

# %% [markdown]
# ## First with images held out
#
# `digitlib.training.train` sets the seed, builds the network, calls Keras's `compile` and `fit`,
# and keeps what happened. The last images of the training set are held out for validation.

# %% tags=["nbval-ignore-output"]
(X_fit, y_fit), validation = data.hold_out(X_train, y_train, count=len(X_train) // 10)
_, first_run = training.train(
    models.build_cnn, X_fit, y_fit, seed=seed, epochs=epochs, validation_data=validation, verbose=2
)
assert len(first_run.history["val_loss"]) == epochs

# %% mystnb={"figure": {"caption": "Loss by epoch, on the images trained on and on the images held out. The first keeps falling; the second stops.", "name": "fig-loss"}} nbval={"atol": 0.03}
history = first_run.history
plots.learning_curves(history, metric="loss")

# %% mystnb={"figure": {"caption": "Accuracy by epoch. Nearly all of the learning happens in the first epochs.", "name": "fig-accuracy"}} nbval={"atol": 0.005}
plots.learning_curves(history, metric="accuracy")

# %% tags=["remove-cell"]
best_epoch = int(np.argmin(history["val_loss"])) + 1
page.add(
    epochs=epochs,
    training_images=len(X_train),
    steps=-(-len(X_train) // 32),
    fit_images=len(X_fit),
    held_out=len(validation[0]),
    first_accuracy=history["val_accuracy"][0],
    last_accuracy=history["val_accuracy"][-1],
    first_loss=history["loss"][0],
    last_loss=history["loss"][-1],
    best_validation_loss=min(history["val_loss"]),
    last_validation_loss=history["val_loss"][-1],
    best_epoch=best_epoch,
)
page.claim(
    "at the end it is several times that of the training images", history["val_loss"][-1] > 3 * history["loss"][-1]
)
page.claim("lower than the validation accuracy after it", history["accuracy"][0] < history["val_accuracy"][0])
page.claim("best before the last epoch", best_epoch < epochs)
page.claim("and no longer falls", history["val_loss"][-1] > min(history["val_loss"]))

# %% [markdown]
# [After one epoch](#fig-accuracy) the network is right about {{ training.first_accuracy | percent }} of the
# {{ training.held_out | thousands }} held-out images, after {{ training.epochs }} about
# {{ training.last_accuracy | percent }}.
#
# Now look at [the loss](#fig-loss). On the images it is trained on it falls from
# {{ training.first_loss | decimals(3) }} to {{ training.last_loss | decimals(3) }}. On the
# held-out images it is {{ claim("best before the last epoch") }}
# ({{ training.best_validation_loss | decimals(3) }}, in epoch {{ training.best_epoch }})
# {{ claim("and no longer falls") }};
# {{ claim("at the end it is several times that of the training images") }}.
# The network has begun to learn its training images by heart: **over-fitting**. Its accuracy
# hardly suffers, since a digit counts as right however narrowly it was right. But where the
# network is wrong, it is now wrong with more confidence, and that is what the loss punishes.
#
# Would you stop earlier? That is a choice, so it is made on the held-out images, here. We
# keep the {{ training.epochs }} epochs that were announced.
#
# ## Then on all images
#
# With the choices made, train on all {{ training.training_images | thousands }} images, and
# test once. Here it is without helpers, as you would write it yourself. The recorder only
# takes notes.

# %% tags=["nbval-ignore-output"]
keras.utils.set_random_seed(seed)
cnn = models.build_cnn()
cnn.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
recorder = training.Recorder(seed=seed)
history = cnn.fit(X_train, y_train, epochs=epochs, callbacks=[recorder], verbose=2)
assert history.epoch == list(range(epochs))

# %% tags=["remove-cell"]
run = recorder.run(batch_size=32, training_images=len(X_train), test_images=X_test_scaled)
page.keep("cnn", cnn, run)

# %% [markdown]
# ## How good is it?

# %% nbval={"atol": 0.005, "count_atol": 50}
probabilities = training.predict_probabilities(cnn, X_test_scaled)
predicted = probabilities.argmax(axis=1)
accuracy = evaluation.accuracy(y_test, predicted)
print(f"right: {accuracy.correct}")
print(f"test accuracy {accuracy.value:.4f}, 95 % interval {accuracy.low:.4f} to {accuracy.high:.4f}")

# %% tags=["remove-cell"]
headline = reference.load_sweep("headline")
repeated = headline.loc[headline["network"] == "cnn", "accuracy"].to_numpy()
page.add(
    test_accuracy=accuracy.value,
    test_low=accuracy.low,
    test_high=accuracy.high,
    test_images=accuracy.count,
    test_errors=accuracy.count - accuracy.correct,
    seconds=run.seconds,
    processor=run.processor,
    repetitions=len(repeated),
    repeated_mean=repeated.mean(),
    repeated_low=repeated.min(),
    repeated_high=repeated.max(),
)
page.claim(
    "The run on this page lies among them or close by",
    abs(accuracy.value - repeated.mean()) < 0.005,
)

# %% [markdown]
# **Accuracy** is the share of right answers: {{ training.test_accuracy | percent(2) }}, or
# {{ training.test_errors }} errors among {{ training.test_images | thousands }} digits.
#
# The **interval** says how far chance could have moved that figure, had other test images
# been drawn: from {{ training.test_low | percent(2) }} to {{ training.test_high | percent(2) }}
# ({{ cite("wilson1927") }}). It is wider than many people think. Two networks whose accuracies
# differ by a tenth of a percentage point cannot be told apart by looking at two such numbers.
#
# There is a second source of chance, the seed. The same training was repeated from
# {{ training.repetitions | words }} other seeds, declared beforehand:

# %%
print("test accuracies of the repetitions:", np.sort(repeated).round(4))
print("mean:", statistics.in_words(statistics.mean_over_seeds(repeated), digits=2))

# %% [markdown]
# They range from {{ training.repeated_low | percent(2) }} to
# {{ training.repeated_high | percent(2) }}. {{ claim("The run on this page lies among them or close by") }};
# [a later chapter](07_normal.ipynb) tells how to judge that.
# Running this page twice on one computer gave the very same weights each time. On another processor, or with
# another number of cores, sums are added in another order; their last digits differ, and training makes the
# difference grow. So do not expect our figures to the last digit even from our seed.
#
# ## Which digits does it confuse?
#
# A **confusion matrix** counts, for every true digit (row), what it was taken for (column). Right answers lie on [the diagonal](#fig-confusion).

# %% mystnb={"figure": {"caption": "Confusion matrix of the test images. Rows are true digits, columns the network's answers; everything off the diagonal is an error.", "name": "fig-confusion"}} nbval={"count_atol": 50}
matrix = evaluation.confusion_matrix(y_test, predicted)
plots.confusion_matrix(matrix)

# %% [markdown]
# The digits are not equally common, so counts of different rows cannot be compared directly.
# [Divide each row by its sum](#fig-confusion-shares), and they can.

# %% mystnb={"figure": {"caption": "The same matrix with each row as shares of its digit. The diagonal is the recall of each digit.", "name": "fig-confusion-shares"}} nbval={"atol": 0.03}
shares = evaluation.confusion_matrix(y_test, predicted, normalized=True)
plots.confusion_matrix(shares)

# %% nbval={"atol": 0.03, "count_atol": 50}
matrix

# %% [markdown]
# Two questions can be asked of each digit. **Recall**: of all the sevens, how many were found?
# **Precision**: of all the images called seven, how many were sevens?

# %% nbval={"atol": 0.03}
evaluation.per_class(y_test, predicted).round(3)

# %% tags=["nbval-ignore-output"]
pairs = evaluation.most_confused_pairs(y_test, predicted)
assert pairs["images"].is_monotonic_decreasing
pairs

# %% tags=["remove-cell"]
assert matrix.to_numpy().sum() == len(y_test)
top = pairs.iloc[0]
page.add(
    pair_true=top["true"],
    pair_predicted=top["predicted"],
    pair_images=top["images"],
    matrix_total=matrix.to_numpy().sum(),
)
page.claim(
    "The errors are not spread evenly", pairs["images"].head(5).sum() > 2 * 5 * (len(y_test) - accuracy.correct) / 90
)

# %% [markdown]
# {{ claim("The errors are not spread evenly") }} over the ninety ways to be wrong. In this run a
# {{ training.pair_true }} was taken for a {{ training.pair_predicted }}
# {{ training.pair_images }} times, more often than any other pair. Such rankings change from run
# to run; do not build on the order of pairs that occur a few times each.
#
# ## The errors, one by one
#
# [These](#fig-errors) are the test digits that the network got wrong while it was surest of itself.

# %% mystnb={"figure": {"caption": "The most confident errors of this run: true digit, answer, and the probability the network gave to it.", "name": "fig-errors"}} tags=["nbval-ignore-output"]
errors = evaluation.most_confident_errors(y_test, probabilities)
assert (y_test[errors.index] != predicted[errors.index]).all()
plots.error_gallery(X_test, errors)

# %% [markdown]
# Some you would have got wrong too. A few may be on the list of doubtful labels of the first
# chapter.
#
# How sure is the network when it is wrong, compared with when it is right?

# %% nbval={"atol": 0.03}
confidence = probabilities.max(axis=1)
wrong = predicted != y_test
doubted = data.load_disputed_labels().index
print(f"median confidence when right: {np.median(confidence[~wrong]):.3f}")
print(f"errors made with over half the probability: {(confidence[wrong] > 0.5).mean() > 0.5}")

# %% tags=["remove-cell"]
page.add(
    sure_errors=(confidence[wrong] > 0.9).sum(),
    right_median=np.median(confidence[~wrong]),
    wrong_median=np.median(confidence[wrong]),
    doubted_errors=wrong[doubted].sum(),
    doubted=len(doubted),
)
page.claim("less sure when it is wrong", np.median(confidence[wrong]) < np.median(confidence[~wrong]))
page.claim("often quite sure all the same", (confidence[wrong] > 0.9).mean() > 0.2)

# %% [markdown]
# It is {{ claim("less sure when it is wrong") }}, but {{ claim("often quite sure all the same") }}:
# {{ training.sure_errors }} of its {{ training.test_errors }} errors were made with more than nine
# tenths of the probability on the wrong digit. The median confidence is
# {{ training.right_median | decimals(3) }} for right answers and
# {{ training.wrong_median | decimals(3) }} for wrong ones. Do not read the probability of an
# over-fitted network as the chance that it is right.
#
# Of the {{ training.doubted }} test images with disputed labels, this network was marked wrong on
# {{ training.doubted_errors }}.
#
# ## Save it, load it
#
# A trained network is its layers and its weights. Keras keeps both in one file.

# %%
cnn.save("digits.keras")
loaded = keras.saving.load_model("digits.keras")
print(
    "same answers after loading:", np.array_equal(training.predict_probabilities(loaded, X_test_scaled), probabilities)
)

# %% [markdown]
# ## What it took

# %% tags=["nbval-ignore-output"]
print(f"{run.seconds:.0f} s on {run.processor}")
print(run.versions)
assert run.seconds > 0

# %% [markdown]
# ## Summary
#
# - Training makes the cross-entropy loss small, batch by batch, with Adam's steps.
# - On held-out images the loss stops falling long before the training loss does: over-fitting.
# - The network of this run is right about {{ training.test_accuracy | percent(2) }} of the test
#   images (interval {{ training.test_low | percent(2) }} to
#   {{ training.test_high | percent(2) }}); {{ training.repetitions | words }} other seeds gave
#   {{ training.repeated_low | percent(2) }} to {{ training.repeated_high | percent(2) }}.
# - An accuracy without its interval and its seeds is half a result.
#
# ## Exercises
#
# **Exercise 1.** Two networks are both right about ninety-nine images in a hundred. One was tested
# on a thousand images, the other on ten thousand. How wide are their intervals?

# %% tags=["hide-cell"]
### BEGIN SOLUTION
for right, count in [(990, 1_000), (9_900, 10_000)]:
    answers = np.arange(count) < right
    score = evaluation.accuracy(np.ones(count), answers.astype(float))
    print(f"{right} of {count}: {score.low:.4f} to {score.high:.4f}, {score.high - score.low:.4f} wide")
# Ten times the images make the interval about the square root of ten narrower.
### END SOLUTION

# %% [markdown]
# **Exercise 2.** Compute precision and recall of the digit 8 from the confusion matrix, without
# scikit-learn.

# %% tags=["hide-cell"]
### BEGIN SOLUTION
counts = matrix.to_numpy()
found, called, there = counts[8, 8], counts[:, 8].sum(), counts[8].sum()
table = evaluation.per_class(y_test, predicted)
print("precision agrees:", bool(np.isclose(found / called, table.loc[8, "precision"])))
print("recall agrees:   ", bool(np.isclose(found / there, table.loc[8, "recall"])))
### END SOLUTION

# %% [markdown]
# **Exercise 3.** If you refused to answer for the tenth of the test images that the network is least
# sure of, how accurate would the other answers be?

# %% nbval={"atol": 0.005} tags=["hide-cell"]
### BEGIN SOLUTION
answered = confidence >= np.quantile(confidence, 0.1)
selective = evaluation.accuracy(y_test[answered], predicted[answered])
print(f"answered {answered.mean():.3f} of the images, accuracy {selective.value:.4f}")
### END SOLUTION

# %% [markdown]
# **Exercise 4.** The training accuracy that Keras prints for the first epoch is
# {{ claim("lower than the validation accuracy after it") }}. Why?
#
# <details><summary>Solution</summary>
#
# The printed training accuracy is a mean over the epoch, and includes the first batches, when
# the network knew next to nothing. The validation accuracy is measured at the end of the epoch.
#
# </details>

# %% tags=["remove-cell"]
page.claim("refusing helps", selective.value > accuracy.value)
page.save()
