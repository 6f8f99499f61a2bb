# %% [markdown]
# # Training and evaluation
#
# *{{ minutes_to_read.training }} minutes to read, about {{ minutes_with_exercises.training }} with
# the exercises; its run took {{ runs.training.seconds | minutes }} on {{ training.processor }}.*
#
# Here the network learns. You train it twice: once with images held out, to see how it learns and
# to make choices, and once on everything, to see how good it is. Then you look at what it gets
# wrong.
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

# %% tags=["pipeline"]
from page_results import Page

page = Page("04_training")

# %%
import keras
import numpy as np

from digitlib import data, evaluation, models, plots, reference, training

(X_train, y_train), (X_test, y_test) = data.load_mnist()
X_train = data.scale_pixels(X_train[:training_images])
y_train = y_train[:training_images]
X_test_scaled = data.scale_pixels(X_test)

# %% [markdown]
# ## What the network tries to make small
#
# Training needs one number that says how wrong the network is: the **loss**. For one image, take
# the probability $p$ that the network gave to the right digit. The **cross-entropy** loss is
#
# $$L = -\ln p$$
#
# If the network was sure and right, $p$ is nearly 1 and the loss nearly 0. If it was sure and
# wrong, $p$ is nearly 0 and the loss is large. The loss of many images is the mean. Guessing, with
# a probability of one tenth for each digit, costs $\ln 10$.

# %%
given_to_the_right_digit = np.array([0.99, 0.5, 0.1, 0.001])
print("p:   ", given_to_the_right_digit)
print("loss:", (-np.log(given_to_the_right_digit)).round(3))

# %% [markdown]
# Keras calls it `sparse_categorical_crossentropy`: sparse, because the label is a single number
# like 7 and not a row of zeros with a 1 in it. Check it on the untrained network: its loss should
# be near that of guessing.

# %%
keras.utils.set_random_seed(seed)
untrained = models.build_cnn()
probabilities = training.predict_probabilities(untrained, X_test_scaled[:1000])
by_hand = -np.log(probabilities[np.arange(1000), y_test[:1000]]).mean()
cross_entropy = keras.losses.SparseCategoricalCrossentropy()
by_keras = float(cross_entropy(y_test[:1000], probabilities))
agree = bool(np.isclose(by_hand, by_keras, atol=1e-5))
print("by hand and by Keras agree:", agree)
print(f"guessing: {np.log(10):.3f}")

# %% tags=["pipeline"]
page.claim("no better than a guess", abs(by_hand - np.log(10)) < 0.1)

# %% [markdown]
# The untrained network is {{ claim("no better than a guess") }}, as it should be.
#
# ## How it learns
#
# It takes the steps of [the last chapter](03_learning.ipynb): forwards, backwards, and each weight
# a little against its slope.
#
# Each step uses a batch of 32 images. With {{ training.training_images | thousands }} images an
# epoch has {{ training.steps | thousands }} steps.
#
# The rule that makes steps of slopes is the **optimizer**, here **Adam**
# ({{ cite("kingma2015") }}). With $m$ and $v$, the running averages of the slope $g$ and of its
# square, its formulas are:
#
# $$\begin{aligned}
# m &\leftarrow \beta_1 m + (1 - \beta_1)\, g \\
# v &\leftarrow \beta_2 v + (1 - \beta_2)\, g^2 \\
# w &\leftarrow w - \alpha\, \frac{\hat m}{\sqrt{\hat v} + \epsilon}
# \end{aligned}$$
#
# The hats correct for averages that started from zero: $\hat m = m / (1 - \beta_1^t)$ after $t$
# steps, and likewise for $v$. The usual values are $\beta_1$ = {{ fact.adam_decay_mean }},
# $\beta_2$ = {{ fact.adam_decay_square }} and a **learning rate** $\alpha$ of {{ fact.adam_rate }}.
# In code, minimising $(w - 3)^2$:

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
held_out = len(X_train) // 10
(X_fit, y_fit), validation = data.hold_out(X_train, y_train, count=held_out)
_, first_run = training.train(
    models.build_cnn,
    X_fit,
    y_fit,
    seed=seed,
    epochs=epochs,
    validation_data=validation,
    verbose=2,
)

# %% tags=["pipeline"]
assert len(first_run.history["val_loss"]) == epochs

# %% mystnb={"figure": {"caption": "Loss by epoch, on the images trained on and on the images held out: there it is {{ claim(\"best before the last epoch\") }}.", "name": "fig-loss"}} nbval={"atol": 0.03}
history = first_run.history
plots.learning_curves(history, metric="loss")

# %% mystnb={"figure": {"caption": "Accuracy by epoch. Nearly all of the learning happens in the first epochs.", "name": "fig-accuracy"}} nbval={"atol": 0.005}
plots.learning_curves(history, metric="accuracy")

# %% tags=["pipeline"]
best_epoch = int(np.argmin(history["val_loss"])) + 1
page.add(
    epochs=epochs,
    training_images=len(X_train),
    steps=-(-len(X_train) // 32),
    fit_images=len(X_fit),
    held_out=len(validation[0]),
)
# Ten seeds (the sweep "headline") lie within 0.004 in accuracy and within
# 0.012 in loss.
page.add(
    first_accuracy=history["val_accuracy"][0],
    last_accuracy=history["val_accuracy"][-1],
    atol=0.005,
)
page.add(
    first_loss=history["loss"][0],
    last_loss=history["loss"][-1],
    best_validation_loss=min(history["val_loss"]),
    last_validation_loss=history["val_loss"][-1],
    best_epoch=best_epoch,
    atol=0.03,
    count_atol=4,
)
page.claim(
    "at the end it is several times that of the training images",
    history["val_loss"][-1] > 3 * history["loss"][-1],
)
page.claim(
    "lower than the validation accuracy after it",
    history["accuracy"][0] < history["val_accuracy"][0],
)
page.claim("best before the last epoch", best_epoch < epochs)
page.claim(
    "and no longer falls", history["val_loss"][-1] > min(history["val_loss"])
)

# %% [markdown]
# [After one epoch](#fig-accuracy) the network is right about
# {{ training.first_accuracy | percent }} of the {{ training.held_out | thousands }} held-out
# images, after {{ training.epochs }} about {{ training.last_accuracy | percent }}.
#
# Now look at [the loss](#fig-loss). On the images it is trained on it falls from
# {{ training.first_loss | decimals(3) }} to {{ training.last_loss | decimals(3) }}. On the held-out
# images it is {{ claim("best before the last epoch") }}
# ({{ training.best_validation_loss | decimals(3) }}, in epoch {{ training.best_epoch }})
# {{ claim("and no longer falls") }};
# {{ claim("at the end it is several times that of the training images") }}. The network has begun
# to learn its training images by heart: **over-fitting**. The accuracy hides it, since a digit
# counts as right however narrowly it was right. But where the network is wrong, it is now wrong
# with more confidence, and that is what the loss punishes.
#
# Would you stop earlier? That is a choice, so it is made on the held-out images, here. We keep the
# {{ training.epochs }} epochs that were announced.
#
# ## Then on all images
#
# With the choices made, train on all {{ training.training_images | thousands }} images, and test
# once. Here it is without helpers, as you would write it yourself. The recorder only takes notes.
# (Once a seed is set, `fit` repeats the order of the images in every epoch; the chapter on speed
# measures what that changes.)

# %% tags=["nbval-ignore-output"]
keras.utils.set_random_seed(seed)
cnn = models.build_cnn()
cnn.compile(
    optimizer="adam",
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
recorder = training.Recorder(seed=seed)
history = cnn.fit(
    X_train, y_train, epochs=epochs, callbacks=[recorder], verbose=2
)
run = recorder.run(
    batch_size=32, training_images=len(X_train), test_images=X_test_scaled
)

# %% tags=["pipeline"]
assert history.epoch == list(range(epochs))
page.keep("cnn", cnn, run)

# %% [markdown]
# ## How good is it?

# %% nbval={"atol": 0.005, "count_atol": 50}
probabilities = training.predict_probabilities(cnn, X_test_scaled)
predicted = probabilities.argmax(axis=1)
accuracy = evaluation.accuracy(y_test, predicted)
print(f"right: {accuracy.correct}")
print(
    f"test accuracy {accuracy.value:.4f}, "
    f"95 % interval {accuracy.low:.4f} to {accuracy.high:.4f}"
)

# %% tags=["pipeline"]
page.add(  # ten seeds lie within 40 errors
    test_accuracy=accuracy.value,
    test_low=accuracy.low,
    test_high=accuracy.high,
    test_errors=accuracy.count - accuracy.correct,
    atol=0.005,
    count_atol=50,
)
page.measure(seconds=run.seconds, processor=run.processor)
page.add(test_images=accuracy.count)

# %% [markdown]
# **Accuracy** is the share of right answers: {{ training.test_accuracy | percent(2) }}, or
# {{ training.test_errors }} errors among {{ training.test_images | thousands }} digits.
#
# That is its accuracy on these images. On all digits of this kind it has a true accuracy, which
# nobody knows. The **interval** says where that may lie: from {{ training.test_low | percent(2) }}
# to {{ training.test_high | percent(2) }} ({{ cite("wilson1927") }}). It is a 95 % interval: of
# many made in this way, that share holds the true value. It assumes that the images were drawn
# independently; images by one hand are alike, so in truth it should be wider still. It is already
# wider than many people think. Two networks whose accuracies differ by a tenth of a percentage
# point cannot be told apart by looking at two such numbers.
#
# There is a second source of chance, the seed. The same training was repeated from
# {{ training.repetitions | words }} other seeds, declared beforehand:

# %%
from digitlib import statistics

headline = reference.load_sweep("headline")
repeated = headline.loc[headline["network"] == "cnn", "accuracy"].to_numpy()
print("test accuracies of the repetitions:", np.sort(repeated).round(4))
mean = statistics.mean_over_seeds(repeated)
print("mean:", statistics.in_words(mean, digits=2))

# %% tags=["pipeline"]
page.add(
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
# They range from {{ training.repeated_low | percent(2) }} to
# {{ training.repeated_high | percent(2) }}.
# {{ claim("The run on this page lies among them or close by") }};
# [a later chapter](08_normal.ipynb) tells how to judge that. Running this page twice on one
# computer gave the very same weights each time. On another processor, or with another number of
# cores, sums are added in another order; their last digits differ, and training makes the
# difference grow. So do not expect our figures to the last digit even from our seed.
#
# ## Which digits does it confuse?
#
# A **confusion matrix** counts, for every true digit (row), what it was taken for (column). Right
# answers lie on [the diagonal](#fig-confusion).

# %% mystnb={"figure": {"caption": "Confusion matrix of the test images. Rows are true digits, columns the network's answers; everything off the diagonal is an error.", "name": "fig-confusion"}} nbval={"count_atol": 50}
matrix = evaluation.confusion_matrix(y_test, predicted)
plots.confusion_heat_map(matrix)

# %% [markdown]
# The digits are not equally common, so counts of different rows cannot be compared directly.
# [Divide each row by its sum](#fig-confusion-shares), and they can.

# %% mystnb={"figure": {"caption": "The same matrix with each row as shares of its digit. The diagonal is the recall of each digit.", "name": "fig-confusion-shares"}} nbval={"atol": 0.03}
shares = evaluation.confusion_matrix(y_test, predicted, normalize="true")
plots.confusion_heat_map(shares)

# %% nbval={"atol": 0.03, "count_atol": 50}
matrix

# %% [markdown]
# Two questions can be asked of each digit. **Recall**: of all the sevens, how many were found?
# **Precision**: of all the images called seven, how many were sevens? (If there are no sevens, or
# if no image is called seven, there is nothing to divide by, and the table shows `NaN`.)

# %% nbval={"atol": 0.03}
evaluation.per_class(y_test, predicted).round(3)

# %% tags=["nbval-ignore-output"]
pairs = evaluation.most_confused_pairs(y_test, predicted)
pairs

# %% tags=["pipeline"]
assert pairs["images"].is_monotonic_decreasing
assert matrix.to_numpy().sum() == len(y_test)
top = pairs.iloc[0]
# Ten seeds name eight pairs.
page.measure(pair_true=top["true"], pair_predicted=top["predicted"])
page.add(pair_images=top["images"], count_atol=20)  # in ten seeds 5 to 19
page.add(matrix_total=matrix.to_numpy().sum())
errors = len(y_test) - accuracy.correct
page.claim(
    "The errors are not spread evenly",
    pairs["images"].head(5).sum() > 2 * 5 * errors / 90,
)

# %% [markdown]
# {{ claim("The errors are not spread evenly") }} over the ninety ways to be wrong. In this run a
# {{ training.pair_true }} was taken for a {{ training.pair_predicted }} {{ training.pair_images }}
# times, more often than any other pair. Such rankings change from run to run; do not build on the
# order of pairs that occur a few times each.
#
# ## The errors, one by one
#
# [These](#fig-errors) are the test digits that the network got wrong while it was surest of itself.

# %% mystnb={"figure": {"caption": "The most confident errors of this run: true digit, answer, and the probability the network gave to it.", "name": "fig-errors"}} tags=["nbval-ignore-output"]
errors = evaluation.most_confident_errors(y_test, probabilities)
plots.error_gallery(X_test, errors)

# %% tags=["pipeline"]
assert (y_test[errors.index] != predicted[errors.index]).all()

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
mostly_sure = (confidence[wrong] > 0.5).mean() > 0.5
print(f"errors made with over half the probability: {mostly_sure}")

# %% tags=["pipeline"]
# In ten seeds 40 to 62.
page.add(sure_errors=(confidence[wrong] > 0.9).sum(), count_atol=30)
page.add(right_median=np.median(confidence[~wrong]), atol=0.001)
# In ten seeds 0.84 to 0.96, by no more than a claim.
page.measure(wrong_median=np.median(confidence[wrong]))
# In ten seeds 9 to 13.
page.add(doubted_errors=wrong[doubted].sum(), count_atol=5)
page.add(doubted=len(doubted))
page.claim(
    "less sure when it is wrong",
    np.median(confidence[wrong]) < np.median(confidence[~wrong]),
)
page.claim(
    "often quite sure all the same", (confidence[wrong] > 0.9).mean() > 0.2
)

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
after = training.predict_probabilities(loaded, X_test_scaled)
print("same answers after loading:", np.array_equal(after, probabilities))

# %% [markdown]
# ## What it took

# %% tags=["nbval-ignore-output"]
print(f"{run.seconds:.0f} s on {run.processor}")
print(run.versions)

# %% tags=["pipeline"]
assert run.seconds > 0

# %% [markdown]
# ## Summary
#
# - Training makes the cross-entropy loss small, batch by batch, with Adam's steps.
# - On held-out images the loss is {{ claim("best before the last epoch") }}
#   {{ claim("and no longer falls") }}: over-fitting.
# - The network of this run is right about {{ training.test_accuracy | percent(2) }} of the test
#   images (interval {{ training.test_low | percent(2) }} to {{ training.test_high | percent(2) }});
#   {{ training.repetitions | words }} other seeds gave {{ training.repeated_low | percent(2) }} to
#   {{ training.repeated_high | percent(2) }}.
# - An accuracy without its interval and its seeds is half a result.
#
# ## Questions to think about
#
# **The training accuracy that Keras prints for the first epoch is
# {{ claim("lower than the validation accuracy after it") }}. Why?**
#
# <details><summary>The held-out images happen to be easier</summary>
#
# They come from the same collection, and would be no easier on average. Another cause is at work in
# every training.
#
# </details>
#
# <details><summary>The network has begun to over-fit</summary>
#
# Over-fitting has the opposite sign: then it does well on the training images, and less well on
# others.
#
# </details>
#
# <details><summary>It is a mean over the epoch, the first batches included</summary>
#
# Right. In those, the network knew next to nothing. The validation accuracy is measured once, at
# the end of the epoch.
#
# </details>
#
# **Late in a training the validation loss rises, while the validation accuracy stays where it is.
# What is going on?**
#
# <details><summary>About as many images are wrong as before, but the network is surer of its wrong
# answers</summary>
#
# Right. An answer is right or wrong, however sure it is. The loss looks at the probability of the
# right digit, and that has no lower end to fall to.
#
# </details>
#
# <details><summary>More and more images are wrong, but the curve is too coarse to show it</summary>
#
# Then the accuracy would fall. Where some answers change for the better and as many for the worse,
# it stays where it is.
#
# </details>
#
# <details><summary>Something is broken: loss and accuracy measure the same thing</summary>
#
# They do not. Of two answers that are both right, the one with the higher probability has the lower
# loss.
#
# </details>
#
# **You are told a test accuracy and its interval. Training is repeated from another seed, and
# tested on the same images. What does this repetition show that the interval could not?**
#
# <details><summary>How far the accuracy would move with other test images</summary>
#
# Other images are the interval's business: it allows for them when it says where the true accuracy
# may lie. The repetition was tested on the same images, so it cannot tell.
#
# </details>
#
# <details><summary>How far the accuracy moves if only the chance in training changes</summary>
#
# Right. The interval knows of one trained network. That another seed would have given another
# network, it cannot know.
#
# </details>
#
# <details><summary>Whether the interval was computed correctly: the second accuracy has to lie in
# it</summary>
#
# It need not. The interval is about the true accuracy of one network. The repetition trained
# another.
#
# </details>
#
# **A network becomes more generous with one digit: it now says 8 to every image of which it is in
# doubt. What happens to the precision and the recall of the 8?**
#
# <details><summary>Both rise, since more eights are found</summary>
#
# More eights are found, so the recall rises. But what else has been called an 8?
#
# </details>
#
# <details><summary>The recall rises, the precision falls</summary>
#
# Right. It misses fewer eights, and more of what it calls an 8 is something else. Either alone can
# be had for nothing.
#
# </details>
#
# <details><summary>The precision rises, the recall falls</summary>
#
# That is what happens if it becomes stingy: it then calls only the plainest images an 8, and misses
# the others.
#
# </details>
#
# ## Exercises
#
# {{ how_to_answer("training.1") }}

# %%
from digitlib import check, hint

# %% [markdown]
# **Exercise 1** (ten minutes). A network is right about ninety-nine images in a hundred. It always
# gives `0.999` to its answer, and shares the rest evenly among the nine other digits. What is its
# mean loss, to three digits behind the point? And what do you expect it to be if the network were
# as sure as it is right?

# %%
sure_loss = ...
### BEGIN SOLUTION
losses = {
    stated: -0.99 * np.log(stated) - 0.01 * np.log((1 - stated) / 9)
    for stated in (0.999, 0.99)
}
for stated, loss in losses.items():
    print(f"sure with probability {stated}: loss {loss:.3f}")
sure_loss = losses[0.999]
### END SOLUTION
check("training.1", sure_loss)


# %% [markdown]
# **Exercise 2** (ten minutes). Write `precision_and_recall`, which takes a confusion matrix as a
# NumPy array (rows are true digits) and returns two arrays: the precision of each digit, and its
# recall.


# %% nbval={"atol": 0.03}
def precision_and_recall(counts):
    """Precision and recall of each digit, from 0 to 9."""
    ...
    ### BEGIN SOLUTION
    found = np.diag(counts)
    return found / counts.sum(axis=0), found / counts.sum(axis=1)
    ### END SOLUTION


check("training.2", precision_and_recall)
### BEGIN SOLUTION

precision, recall = precision_and_recall(matrix.to_numpy())
print(
    f"of all that was called an 8, a share of {precision[8]:.2f} were eights"
)
print(f"of all eights, a share of {recall[8]:.2f} were found")
### END SOLUTION

# %% [markdown]
# **Exercise 3** (a quarter of an hour). Two networks are both right about ninety-nine images in a
# hundred. One was tested on a thousand images, the other on ten thousand. How wide are their
# intervals? Write `wilson_interval`, which returns the two ends of this chapter's interval. If $p$
# is the share of right answers among $n$, they are
#
# $$\frac{p + \frac{z^2}{2n} \pm z \sqrt{\frac{p (1 - p)}{n} + \frac{z^2}{4n^2}}}{1 + \frac{z^2}{n}}$$
#
# Find out which $z$ leaves one case in twenty outside, half of them on either side: `norm.ppf`
# knows.

# %%
from scipy.stats import norm


def wilson_interval(right, count):
    """Ends of the 95 % interval for a share of right answers."""
    ...
    ### BEGIN SOLUTION
    # 0.025 of the cases lie above z, and as many below -z.
    z = norm.ppf(0.975)
    share = right / count
    middle = share + z**2 / (2 * count)
    half = z * np.sqrt(share * (1 - share) / count + z**2 / (4 * count**2))
    scale = 1 + z**2 / count
    return (middle - half) / scale, (middle + half) / scale
    ### END SOLUTION


check("training.3", wilson_interval)
### BEGIN SOLUTION

for right, count in [(990, 1_000), (9_900, 10_000)]:
    low, high = wilson_interval(right, count)
    print(
        f"{right:5,} of {count:6,}: {low:.4f} to {high:.4f}, "
        f"{high - low:.4f} wide"
    )
# Ten times the images make the interval about the square root of ten narrower.
### END SOLUTION

# %% [markdown]
# **Exercise 4** (half an hour). A sorting machine may hand doubtful letters to a person. Write
# `accuracy_when_refusing`: the network gives no answer to a share of the images, those it is least
# sure of. How accurate are its other answers? Try it with a few shares of the test images.


# %% nbval={"atol": 0.005}
def accuracy_when_refusing(labels, class_probabilities, refused):
    """Accuracy of the answers left if a share of the images is refused."""
    ...
    ### BEGIN SOLUTION
    sureness = class_probabilities.max(axis=1)
    answered = sureness >= np.quantile(sureness, refused)
    answers = class_probabilities[answered].argmax(axis=1)
    return (answers == labels[answered]).mean()
    ### END SOLUTION


check("training.4", accuracy_when_refusing)
### BEGIN SOLUTION

for refused in (0.0, 0.02, 0.05, 0.1, 0.2):
    left = accuracy_when_refusing(y_test, probabilities, refused)
    print(f"refused {refused}: accuracy {left:.4f}")
### END SOLUTION

# %% [markdown]
# **Exercise 5** (an hour). Every training begins with one gradient: how does the mean loss change
# with each of the scores that go into the last softmax? Work it out on paper, and write
# `score_gradient`. It takes a row of ten scores for each image, and returns an array of the same
# shape. Then use it to train a network of a single layer, without Keras: its scores are
# `pixels @ weights`, so the gradient of its weights is `pixels.T @ score_gradient(labels, scores)`.


# %% nbval={"atol": 0.005}
def score_gradient(labels, scores):
    """Gradient of a batch's mean cross-entropy with respect to its scores."""
    ...
    ### BEGIN SOLUTION
    class_probabilities = np.exp(scores - scores.max(axis=1, keepdims=True))
    class_probabilities /= class_probabilities.sum(axis=1, keepdims=True)
    # In each row a 1 at the right digit.
    right = np.eye(scores.shape[1])[labels]
    return (class_probabilities - right) / len(labels)
    ### END SOLUTION


check("training.5", score_gradient)
### BEGIN SOLUTION

pixels = X_fit[:1_500].reshape(-1, 784).astype(np.float64)
labels = y_fit[:1_500]
held_pixels, held_labels = validation[0].reshape(-1, 784), validation[1]
weights = np.zeros((784, 10))
for step in range(201):
    if step % 50 == 0:
        answers = (held_pixels @ weights).argmax(axis=1)
        held_accuracy = (answers == held_labels).mean()
        print(
            f"after {step:3d} steps: accuracy {held_accuracy:.3f} "
            "on held-out images"
        )
    weights -= 0.5 * pixels.T @ score_gradient(labels, pixels @ weights)
### END SOLUTION

# %% tags=["pipeline"]
page.save()
