# %% [markdown]
# # Training and evaluation
#
# *{{ minutes_to_read.training }} minutes to read, about {{ minutes_with_exercises.training }} with
# the exercises; our run took {{ runs.training.seconds | minutes }} on {{ training.processor }}.*
#
# In the last chapter you took the steps by hand. Here Keras takes them, and you train the network
# in full, twice: once with images held out, to make choices, and once on everything, to see how
# good it is. Then you look at what it gets wrong. [It starts like this](#fig-untrained).

# %% mystnb={"figure": {"caption": "A 7, and what an untrained network says of it: it spreads its probabilities over all digits.", "name": "fig-untrained"}} nbval={"atol": 0.001}
import keras

from digitlib import plots
from digitlib.data import load_mnist, scale_pixels
from digitlib.models import build_cnn  # the seven layers of chapter 2

(X_train, y_train), (X_test, y_test) = load_mnist()
X_train, X_test = scale_pixels(X_train), scale_pixels(X_test)

keras.utils.set_random_seed(0)
untrained = build_cnn()
probabilities = untrained.predict(X_test[:1], verbose=0)
plots.answer(
    X_test[0], probabilities[0], subject="An untrained network sees a 7"
)

# %% [markdown]
# **After this chapter you can**
#
# - train a network with `compile` and `fit`, stop it at its best, and save it;
# - read learning curves and see over-fitting in them;
# - report an accuracy with its interval, and say what the interval covers;
# - read a confusion matrix, precision and recall.

# %% tags=["parameters"]
epochs = 10  # passes over the training images
training_images = 60_000  # fewer for a quick look
seed = 0  # of the initial weights and of the order of the images

# %% tags=["pipeline"]
from page_results import Page

page = Page("04_training")

# %% [markdown]
# ## What a guess costs
#
# The loss of [chapter 3](03_learning.ipynb) looks at one of the ten probabilities: the $p$ that the
# right digit got. It is called **cross-entropy**:
#
# $$L = -\ln p$$
#
# Whoever is sure and right pays almost nothing. Whoever is sure and wrong pays a lot.

# %%
import numpy as np

for p in (0.99, 0.5, 0.1, 0.001):
    print(f"p = {p}: loss {-np.log(p):.3f}")

# %% [markdown]
# A guess gives a tenth to each digit, and costs $\ln 10$. An untrained network should cost about as
# much. Try it on the validation images of [chapter 1](01_dataset.ipynb):
# {{ training.held_out | thousands }} training images, by people who wrote none of the others.

# %% nbval={"atol": 0.005}
from digitlib.data import hold_out

(X_fit, y_fit), (X_held, y_held) = hold_out(X_train, y_train)
X_fit, y_fit = X_fit[:training_images], y_fit[:training_images]

probabilities = untrained.predict(X_held, verbose=0)
# In each row, the probability of the right digit.
given = probabilities[np.arange(len(y_held)), y_held]
print(f"untrained: loss {-np.log(given).mean():.3f}")
print(f"a guess:   loss {np.log(10):.3f}")

# %% tags=["pipeline"]
page.claim(
    "about as much as a guess", abs(-np.log(given).mean() - np.log(10)) < 0.1
)

# %% [markdown]
# It costs {{ claim("about as much as a guess") }}.
#
# ## First with images held out
#
# `compile` says how to learn. The rule that makes steps of slopes is the **optimizer**: Adam
# ({{ cite("kingma2015") }}), at its usual rate of {{ fact.adam_rate }}. The loss is the
# cross-entropy; `sparse` means that a label is one number, such as 7, and not a row of zeros with a
# 1 in it. `metrics` are reported besides.

# %%
from keras import layers

keras.utils.set_random_seed(seed)
network = keras.Sequential(
    [
        keras.Input(shape=(28, 28, 1)),
        layers.Conv2D(32, (3, 3), activation="relu"),
        layers.MaxPooling2D((2, 2)),
        layers.Conv2D(64, (3, 3), activation="relu"),
        layers.MaxPooling2D((2, 2)),
        layers.Flatten(),
        layers.Dense(64, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ]
)
network.compile(
    optimizer="adam",
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)

# %% [markdown]
# `fit` learns, with 32 images in a batch: {{ training.fit_images | thousands }} images make
# {{ training.steps | thousands }} steps an epoch. After each epoch it scores the network on
# `validation_data`, from which it does not learn.
#
# A **callback** is an object that Keras calls while it trains. This one saves the network after
# each epoch.

# %% tags=["nbval-ignore-output"]
# Keras fills in the number of the epoch.
save_each = keras.callbacks.ModelCheckpoint("epoch{epoch:02}.keras")
history = network.fit(
    X_fit,
    y_fit,
    epochs=epochs,
    validation_data=(X_held, y_held),
    callbacks=[save_each],
    verbose=2,
)

# %% tags=["pipeline"]
assert len(history.history["val_loss"]) == epochs

# %% [markdown]
# `fit` returns a record. Its `history` has a list for each thing reported, here drawn as curves:
# [the loss](#fig-loss) and [the accuracy](#fig-accuracy).

# %% mystnb={"figure": {"caption": "Loss by epoch, on the images trained on and on the images held out.", "name": "fig-loss"}} nbval={"atol": 0.03}
seen = history.history
plots.lines(
    {"training images": seen["loss"], "held-out images": seen["val_loss"]},
    subject="Loss by epoch",
    xlabel="epoch",
    ylabel="loss",
)

# %% mystnb={"figure": {"caption": "Accuracy by epoch, on the images trained on and on the images held out.", "name": "fig-accuracy"}} nbval={"atol": 0.005}
plots.lines(
    {
        "training images": seen["accuracy"],
        "held-out images": seen["val_accuracy"],
    },
    subject="Accuracy by epoch",
    xlabel="epoch",
    ylabel="accuracy",
)

# %% tags=["pipeline"]
page.add(
    epochs=epochs,
    training_images=len(X_train[:training_images]),
    steps=-(-len(X_fit) // 32),
    fit_images=len(X_fit),
    held_out=len(X_held),
)
# Ten seeds (the sweep "headline") lie within 0.004 in accuracy and within
# 0.012 in loss.
page.add(
    first_accuracy=seen["val_accuracy"][0],
    last_accuracy=seen["val_accuracy"][-1],
    atol=0.005,
)
page.add(
    first_loss=seen["loss"][0],
    last_loss=seen["loss"][-1],
    first_validation_loss=seen["val_loss"][0],
    best_validation_loss=min(seen["val_loss"]),
    last_validation_loss=seen["val_loss"][-1],
    best_epoch=np.argmin(seen["val_loss"]) + 1,
    atol=0.03,
    count_atol=9,
)
page.claim(
    "at the end it is several times that of the training images",
    seen["val_loss"][-1] > 3 * seen["loss"][-1],
)
page.claim(
    "lower than the validation accuracy after it",
    seen["accuracy"][0] < seen["val_accuracy"][0],
)

# %% [markdown]
# After one epoch the network is right about {{ training.first_accuracy | percent }} of the held-out
# images, after {{ training.epochs }} about {{ training.last_accuracy | percent }}.
#
# Now the loss. On the images it is trained on, it goes from {{ training.first_loss | decimals(3) }}
# to {{ training.last_loss | decimals(3) }}. On the held-out images it is
# {{ training.best_validation_loss | decimals(3) }} at its lowest, in epoch
# {{ training.best_epoch }}, and {{ training.last_validation_loss | decimals(3) }} after the last;
# {{ claim("at the end it is several times that of the training images") }}. The network learns its
# training images by heart: **over-fitting**.
#
# The accuracy hides it. Look at three of the saved networks.

# %% nbval={"atol": 0.03, "count_atol": 50}
best_epoch = np.argmin(seen["val_loss"]) + 1
wrong_at, sure_at = {}, {}
for epoch in (1, best_epoch, epochs):
    saved = keras.models.load_model(f"epoch{epoch:02}.keras")
    loss, accuracy = saved.evaluate(X_held, y_held, verbose=0)
    probabilities = saved.predict(X_held, verbose=0)
    wrong = probabilities.argmax(axis=1) != y_held
    sure = probabilities.max(axis=1) > 0.9
    wrong_at[epoch] = wrong.sum()
    sure_at[epoch] = (wrong & sure).sum()
    print(f"epochs trained: {epoch}, loss {loss:.3f}")
    print(f"  wrong: {wrong_at[epoch]}")
    print(f"  wrong, with a probability above 0.9: {sure_at[epoch]}")

# %% tags=["pipeline"]
page.add(
    first_wrong=wrong_at[1],
    best_wrong=wrong_at[best_epoch],
    last_wrong=wrong_at[epochs],
    first_sure=sure_at[1],
    last_sure=sure_at[epochs],
    count_atol=50,
)
page.claim(
    "a larger share of the wrong answers is sure",
    sure_at[epochs] / wrong_at[epochs] > sure_at[1] / wrong_at[1],
)

# %% [markdown]
# Call an answer sure if it got more than nine tenths of the probability. From the first epoch to
# the last, {{ (training.first_wrong - training.last_wrong) | abs }} answers
# {{ (training.first_wrong - training.last_wrong) | by_sign("fewer", "more", "more or fewer") }} are
# wrong, but {{ claim("a larger share of the wrong answers is sure") }}, and those are dear. The
# accuracy counts an answer as right or wrong, however sure it is. The loss sees the difference.
#
# ## Would you stop earlier?
#
# While it trains, nobody knows whether the loss will reach another low. But you can wait: if some
# epochs in a row bring none, stop, and go back to the last low. How many epochs to wait for is a
# choice, the patience.


# %% nbval={"count_atol": 9}
def stop_early(losses, patience):
    """After how many epochs it stops, and to which it goes back."""
    lowest, waited = np.inf, 0
    for epoch, loss in enumerate(losses, start=1):
        if loss < lowest:
            lowest, best_epoch, waited = loss, epoch, 0
        else:
            waited += 1
        if waited == patience:
            break
    return epoch, best_epoch


for patience in (1, 3, 5):
    stopped, back = stop_early(seen["val_loss"], patience)
    print(f"patience {patience}, stops after: {stopped}, back to: {back}")

# %% tags=["pipeline"]
stopped, back = stop_early(seen["val_loss"], 3)
page.add(stopped=stopped, back=back, count_atol=9)

# %% [markdown]
# This is **early stopping**. Keras has a callback for it,
# `keras.callbacks.EarlyStopping(patience=3, restore_best_weights=True)`. You will use it in
# Exercise 5.
#
# In the list `callbacks` it would have ended our training after epoch {{ training.stopped }} and
# gone back to epoch {{ training.back }}; compare that with the low of the whole training, in epoch
# {{ training.best_epoch }}. Curves are jagged: whoever has too little patience takes a bump for the
# end.
#
# So would you stop? If you need the probabilities, go where the loss is low: it judges them. If you
# need the answers alone, count the wrong ones, as above. If such counts are close, one run cannot
# decide. This book keeps to {{ training.epochs }} epochs, so that its runs can be compared.
#
# Whatever you choose, choose it here, with the held-out images. The test images stay out of it.
#
# ## Then on all images
#
# Now train anew, on all {{ training.training_images | thousands }} images. `training.train` does it
# in one call: it sets the seed, builds the network, calls `compile` and `fit`, and returns the
# network with a record. On the same images, from one seed, both ways give the same weights.

# %% tags=["nbval-ignore-output"]
from digitlib import training

cnn, run = training.train(
    build_cnn,
    X_train[:training_images],
    y_train[:training_images],
    seed=seed,
    epochs=epochs,
)
print(f"{run.seconds:.0f} s on {run.processor}")
print(run.versions)

# %% tags=["pipeline"]
assert run.seconds > 0
page.measure(seconds=run.seconds, processor=run.processor)

# %% [markdown]
# ## How good is it?
#
# Test it, once.

# %% nbval={"atol": 0.005}
loss, accuracy = cnn.evaluate(X_test, y_test, verbose=0)
print(f"test accuracy {accuracy:.4f}")

# %% [markdown]
# **Accuracy** is the share of right answers. On whose digits, though? Students wrote the first half
# of them, and staff of the Census Bureau the second, but for one image
# ([chapter 1](01_dataset.ipynb)).

# %% nbval={"count_atol": 50}
predicted = cnn.predict(X_test, verbose=0).argmax(axis=1)
wrong = predicted != y_test
print(f"errors in the first half:  {wrong[:5000].sum()}")
print(f"errors in the second half: {wrong[5000:].sum()}")

# %% tags=["pipeline"]
from dataclasses import replace

page.keep("cnn", cnn, replace(run, predictions=predicted))
page.add(
    student_errors=wrong[:5000].sum(),
    staff_errors=wrong[5000:].sum(),
    count_atol=50,
)
page.claim(
    "The students' digits are the harder ones",
    wrong[:5000].sum() > wrong[5000:].sum(),
)

# %% [markdown]
# {{ claim("The students' digits are the harder ones") }}. So an accuracy belongs to a network *and*
# to the images it was tested on.
#
# Even with writers of the same kind, chance chose these images and not others. How far may that
# have moved the result?

# %% nbval={"atol": 0.005, "count_atol": 50}
from digitlib import evaluation

score = evaluation.accuracy(y_test, predicted)
print(f"right: {score.correct}")
print(f"wrong: {score.count - score.correct}")
print(
    f"test accuracy {score.value:.4f}, "
    f"95 % interval {score.low:.4f} to {score.high:.4f}"
)

# %% tags=["pipeline"]
page.add(  # ten seeds lie within 40 errors
    test_accuracy=score.value,
    test_low=score.low,
    test_high=score.high,
    test_errors=score.count - score.correct,
    atol=0.005,
    count_atol=50,
)
page.add(test_images=score.count)

# %% [markdown]
# The network is right about {{ training.test_accuracy | percent(2) }} of these digits. On all
# digits drawn like these it has a true accuracy, which nobody knows. The **interval** says where
# that may lie: from {{ training.test_low | percent(2) }} to {{ training.test_high | percent(2) }}
# ({{ cite("wilson1927") }}). It is a 95 % interval: of many made in this way, that share holds the
# true value.
#
# So the interval is about the true accuracy of this one network, and not about its accuracy on the
# next sample, where chance has its say once more.
#
# And it assumes that the images were drawn independently. They were not: digits by one hand are
# alike. If whole people are drawn instead, as in [chapter 8](08_normal.ipynb), the interval is
# wider: {{ normal.by_writer["the book's CNN"].low | percent(2) }} to
# {{ normal.by_writer["the book's CNN"].high | percent(2) }}. Two networks whose accuracies differ
# by a tenth of a percentage point cannot be told apart by two such numbers.
#
# There is a second source of chance, the seed. The same training was repeated from
# {{ training.repetitions | words }} other seeds, chosen beforehand:

# %%
from digitlib import reference

# Ten stored trainings of each of the book's networks.
headline = reference.load_sweep("headline")
repeated = headline.loc[headline["network"] == "cnn", "accuracy"].to_numpy()
print("test accuracies of the repetitions:", np.sort(repeated).round(4))
print(f"mean: {repeated.mean():.4f}")

# %% tags=["pipeline"]
page.add(
    repetitions=len(repeated),
    repeated=repeated,
    repeated_mean=repeated.mean(),
    repeated_low=repeated.min(),
    repeated_high=repeated.max(),
)

# %% [markdown]
# They range from {{ training.repeated_low | percent(2) }} to
# {{ training.repeated_high | percent(2) }}. The run on this page lies
# {{ training.test_accuracy | place_in_words(training.repeated) }};
# [a later chapter](08_normal.ipynb) says whether that is normal. Do not expect our figures to the
# last digit, even from our seed: another processor adds in another order, and training makes the
# tiny difference grow.
#
# ## One digit, ten probabilities
#
# `predict` takes a batch. A single image has three axes; `np.newaxis` puts another before them, for
# a batch of one. Compare [the answer](#fig-trained) with [that of the beginning](#fig-untrained).

# %% mystnb={"figure": {"caption": "The 7 again, and what the trained network says of it.", "name": "fig-trained"}} nbval={"atol": 0.03}
image = X_test[0]
batch = image[np.newaxis]
print("image:", image.shape)
print("batch:", batch.shape)
probabilities = cnn.predict(batch, verbose=0)
plots.answer(image, probabilities[0], subject="A trained network sees a 7")

# %% [markdown]
# Put other numbers in the place of the 0. Which digit leaves it in doubt?
#
# ## Which digits does it confuse?
#
# A **confusion matrix** counts, for every true digit (row), what it was taken for (column). Right
# answers lie on [the diagonal](#fig-confusion).

# %% mystnb={"figure": {"caption": "Confusion matrix of the test images. Rows are true digits, columns the network's answers; everything off the diagonal is an error. The colours are spread so that single errors show.", "name": "fig-confusion"}} nbval={"count_atol": 50}
matrix = evaluation.confusion_matrix(y_test, predicted)
plots.confusion_heat_map(matrix)

# %% [markdown]
# Behind each number are images. [Here](#fig-confused) are those of the fullest cell off the
# diagonal.

# %% mystnb={"figure": {"caption": "Test images of a {{ training.pair_true }} that the network took for a {{ training.pair_predicted }}.", "name": "fig-confused"}} tags=["nbval-ignore-output"]
errors_only = matrix.to_numpy().copy()
np.fill_diagonal(errors_only, 0)
fullest = errors_only.argmax()  # counted row by row
true, answer = np.unravel_index(fullest, errors_only.shape)
confused = (y_test == true) & (predicted == answer)
plots.image_grid(
    X_test[confused][:30, :, :, 0],
    subject=f"Test images of a {true} taken for a {answer}",
)

# %% tags=["pipeline"]
assert errors_only.sum() == wrong.sum()
# Ten seeds name eight pairs.
page.measure(pair_true=true, pair_predicted=answer)
page.add(pair_images=confused.sum(), count_atol=20)  # in ten seeds 5 to 19
page.add(matrix_total=matrix.to_numpy().sum())

# %% [markdown]
# Another seed may put another pair first: do not build on the order of cells that hold a few images
# each.
#
# Two questions can be asked of each digit. **Recall**: of all the sevens, how many were found?
# **Precision**: of all the images called seven, how many were sevens?

# %% nbval={"atol": 0.03}
is_seven, called_seven = y_test == 7, predicted == 7
both = is_seven & called_seven
print(f"recall:    {both.sum() / is_seven.sum():.3f}")
print(f"precision: {both.sum() / called_seven.sum():.3f}")

# %% [markdown]
# The same for all ten digits:

# %% nbval={"atol": 0.03}
evaluation.per_class(y_test, predicted).round(3)

# %% [markdown]
# ## The errors, one by one
#
# [These](#fig-errors) are digits that the network got wrong, first those of which it was surest.

# %% mystnb={"figure": {"caption": "Errors of this run, from the surest to the one most in doubt. Above each image, the network's answer with its probability, and the label with its own.", "name": "fig-errors"}} tags=["nbval-ignore-output"]
probabilities = cnn.predict(X_test, verbose=0)
confidence = probabilities.max(axis=1)
order = np.argsort(-confidence)  # the surest first
errors = order[wrong[order]]
places = np.linspace(0, len(errors) - 1, 12).astype(int)
titles = [
    f"{predicted[i]}: {probabilities[i, predicted[i]]:.0%}\n"
    f"label {y_test[i]}: {probabilities[i, y_test[i]]:.0%}"
    for i in errors[places]
]
plots.image_grid(
    X_test[errors[places], :, :, 0],
    subject="Misclassified digits",
    titles=titles,
    columns=6,
)

# %% tags=["pipeline"]
assert wrong[errors].all()

# %% [markdown]
# Some you would have got wrong too. Some may be on the list of doubtful labels of
# [chapter 1](01_dataset.ipynb). How sure is the network when it is wrong?

# %% nbval={"atol": 0.005, "count_atol": 30}
from digitlib.data import load_disputed_labels

sure = confidence > 0.9
disputed = load_disputed_labels().index
print(f"share of the right answers above 0.9: {sure[~wrong].mean():.3f}")
print(f"errors: {wrong.sum()}")
print(f"errors with a probability above 0.9: {wrong[sure].sum()}")
print(
    f"errors on the {len(disputed)} disputed labels: {wrong[disputed].sum()}"
)

# %% tags=["pipeline"]
# In ten seeds 40 to 62.
page.add(sure_errors=wrong[sure].sum(), count_atol=30)
page.add(right_sure=sure[~wrong].mean(), atol=0.005)
# In ten seeds 9 to 13.
page.add(doubted_errors=wrong[disputed].sum(), count_atol=5)
page.add(doubted=len(disputed))

# %% [markdown]
# It was sure of {{ training.right_sure | percent }} of its right answers, but also of
# {{ (training.sure_errors / training.test_errors) | share_in_words }} of its wrong ones. Sure is
# not right. [A later chapter](14_errors.ipynb) measures how far its probabilities may be trusted.
# And where a label is disputed, the network may be right and the label wrong.
#
# ## Save it, load it
#
# A file holds the whole network: its layers, its weights, and what `compile` was told.

# %% nbval={"atol": 1e-05}
cnn.save("digits.keras")
loaded = keras.models.load_model("digits.keras")
again = loaded.predict(X_test, verbose=0)
difference = np.abs(again - probabilities).max()
print(f"largest difference between two probabilities: {difference:.6f}")

# %% [markdown]
# ## Summary
#
# - `compile` says how to learn, `fit` learns, `evaluate` scores, `predict` answers.
# - The loss on held-out images shows over-fitting; early stopping goes back to its lowest point so
#   far.
# - This network is right about {{ training.test_accuracy | percent(2) }} of the test images
#   (interval over writers {{ normal.by_writer["the book's CNN"].low | percent(2) }} to
#   {{ normal.by_writer["the book's CNN"].high | percent(2) }});
#   {{ training.repetitions | words }} other seeds gave {{ training.repeated_low | percent(2) }} to
#   {{ training.repeated_high | percent(2) }}.
# - An accuracy without its images, its interval and its seeds is half a result.
#
# ## Questions to think about
#
# **The training accuracy that Keras prints for the first epoch is
# {{ claim("lower than the validation accuracy after it") }}. Why?**
#
# <details><summary>The held-out images happen to be easier</summary>
#
# They come from the same collection, and would be no easier on average.
#
# </details>
#
# <details><summary>The network has begun to over-fit</summary>
#
# Over-fitting goes the other way: the network reads its training images well, and others less well.
#
# </details>
#
# <details><summary>It is a mean over the epoch, the first batches included</summary>
#
# Right. In those, the network knew next to nothing. The validation accuracy is measured at the end
# of the epoch.
#
# </details>
#
# **You are told the accuracy of a network on ten thousand test digits, with its 95 % interval. What
# may you say?**
#
# <details><summary>Its accuracy on the next ten thousand such digits will lie in there in nineteen
# cases of twenty</summary>
#
# Less often, in about five cases of six: chance moved the first sample, and will move the next one,
# too.
#
# </details>
#
# <details><summary>Of many intervals made in this way, nineteen in twenty hold the true
# accuracy</summary>
#
# Right, if the digits were drawn independently.
#
# </details>
#
# <details><summary>Trained from another seed, it would score in there in nineteen cases of
# twenty</summary>
#
# The interval knows of one trained network. Another seed gives another network.
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
# Right. It misses fewer eights, and more of what it calls an 8 is something else.
#
# </details>
#
# <details><summary>The precision rises, the recall falls</summary>
#
# That happens if it becomes stingy, and calls only the plainest images an 8.
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
# mean loss, to three digits behind the point? And what would it be if the network were as sure as
# it is right?

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
# **Exercise 4** (half an hour). Now all by yourself. Write `train_and_score`, which takes images
# and labels to train on, and images and labels that are held out. It builds a network of your own,
# compiles it, trains it, and returns three things: the network, and its loss and its accuracy on
# the held-out images. The check hands it a thousand training images. It should read at least `0.88`
# of the held-out ones.


# %%
def train_and_score(images, labels, held_images, held_labels):
    """A network of your own, and its loss and accuracy where held out."""
    ...
    ### BEGIN SOLUTION
    own = keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            layers.Conv2D(16, (5, 5), strides=2, activation="relu"),
            layers.MaxPooling2D((2, 2)),
            layers.Conv2D(32, (3, 3), activation="relu"),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    own.compile(
        optimizer="adam",
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    own.fit(images, labels, epochs=10, verbose=0)
    own_loss, own_accuracy = own.evaluate(held_images, held_labels, verbose=0)
    return own, own_loss, own_accuracy
    ### END SOLUTION


check("training.4", train_and_score)


# %% [markdown]
# **Exercise 5** (half an hour). Let Keras stop. Write `fit_until_best`, which takes a compiled
# network, images and labels to train on, and images and labels that are held out. It trains for at
# most `20` epochs, and stops as soon as 3 epochs in a row have brought no new lowest loss on the
# held-out images. The network gets the weights of its best epoch back. Return what `fit` returns.
# Then try it on this chapter's network with a thousand images.


# %% nbval={"count_atol": 10}
def fit_until_best(network, images, labels, held_images, held_labels):
    """Train with early stopping, and return the record of the training."""
    ...
    ### BEGIN SOLUTION
    stop = keras.callbacks.EarlyStopping(patience=3, restore_best_weights=True)
    return network.fit(
        images,
        labels,
        epochs=20,
        validation_data=(held_images, held_labels),
        callbacks=[stop],
        verbose=0,
    )
    ### END SOLUTION


check("training.5", fit_until_best)
### BEGIN SOLUTION

keras.utils.set_random_seed(0)
small = build_cnn()
small.compile(
    optimizer="adam",
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
record = fit_until_best(
    small, X_fit[:1000], y_fit[:1000], X_held[:1000], y_held[:1000]
)
losses = record.history["val_loss"]
print(f"epochs trained: {len(losses)}")
print(f"goes back to number: {np.argmin(losses) + 1}")
### END SOLUTION

# %% tags=["pipeline"]
page.save()
