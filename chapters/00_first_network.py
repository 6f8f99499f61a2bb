# %% [markdown]
# # Your first network
#
# *{{ minutes_to_read.first_network }} minutes to read, about
# {{ minutes_with_exercises.first_network }} with the exercises; our run took
# {{ runs.first_network.seconds | minutes }} on {{ training.processor }}.*
#
# On this page you train a network that reads handwritten digits, in some fifty lines of Python.
# Most of them call Keras, a library that builds and trains networks. Run the cells from top to
# bottom, and look at what comes out. You need not understand every word yet: all the chapters after
# this page explain its lines. Here are [ten of the images](#fig-first-digits) to learn from, each
# below the answer that the network should give.

# %% mystnb={"figure": {"caption": "The first ten training images, each with its label: the digit that somebody meant.", "name": "fig-first-digits"}}
import keras
import numpy as np

from digitlib import plots
from digitlib.data import load_mnist

(X_train, y_train), (X_test, y_test) = load_mnist()
plots.image_grid(
    X_train[:10], subject="The first ten training images", titles=y_train[:10]
)

# %% tags=["pipeline"]
from page_results import Page

page = Page("00_first_network")
page.add(train_images=len(X_train), test_images=len(X_test))

# %% [markdown]
# `load_mnist` returns what `keras.datasets.mnist.load_data()` returns. It takes the images from the
# package that comes with this book, so nothing is downloaded. All else on this page is plain Keras
# and NumPy, but for two functions that draw.
#
# ## Prepare the images
#
# An image is a table of 28x28 whole numbers, from 0 for paper to 255 for full ink. The network
# wants numbers from 0 to 1, so divide by 255. And it wants to know how many values each pixel has.
# A grey image has one, a coloured image three. So a last axis is added, of length 1.

# %%
X_train = X_train[..., np.newaxis].astype("float32") / 255
X_test = X_test[..., np.newaxis].astype("float32") / 255
print("training images:", X_train.shape)
print("test images:    ", X_test.shape)

# %% [markdown]
# ## Build the network
#
# Seven layers, one after the other. Each takes the numbers that the layer before it puts out. The
# last one puts out ten: a probability for each digit.

# %%
keras.utils.set_random_seed(0)  # the same random numbers in every run
cnn = keras.Sequential(
    [
        keras.Input(shape=(28, 28, 1)),
        keras.layers.Conv2D(32, kernel_size=3, activation="relu"),
        keras.layers.MaxPooling2D(pool_size=2),
        keras.layers.Conv2D(64, kernel_size=3, activation="relu"),
        keras.layers.MaxPooling2D(pool_size=2),
        keras.layers.Flatten(),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
cnn.summary(print_fn=print)  # as plain text

# %% tags=["pipeline"]
page.add(parameters=cnn.count_params())

# %% [markdown]
# `summary` shows what each layer puts out, and how many **parameters** it has (most are called
# **weights**). These are the numbers that training will set:
# {{ first_network.parameters | thousands }} in all. `None` stands for the number of images, which
# is left open.
#
# ## Train it
#
# `compile` says how to learn: which rule changes the parameters, what to make small (the **loss**),
# and what to report. `fit` does it. It shows the network all
# {{ first_network.train_images | thousands }} training images with their labels, 32 at a time: a
# **batch**. One such pass is an **epoch**.

# %% tags=["parameters"]
epochs = 1  # passes over the training images
training_images = 60_000  # fewer for a quick look

# %% tags=["nbval-ignore-output"]
cnn.compile(
    optimizer="adam",
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
history = cnn.fit(
    X_train[:training_images],
    y_train[:training_images],
    epochs=epochs,
    verbose=2,
)

# %% tags=["pipeline"]
assert history.epoch == list(range(epochs))

# %% [markdown]
# ## Test it
#
# Can it read digits that it has never seen? The test images were kept apart for this question.

# %% nbval={"atol": 0.005}
loss, accuracy = cnn.evaluate(X_test, y_test, verbose=0)
print(f"accuracy on the test images: {accuracy:.4f}")

# %% tags=["pipeline"]
page.add(test_accuracy=accuracy, atol=0.005)  # five seeds lie within 0.002
page.add(guess_loss=np.log(10))

# %% [markdown]
# For {{ first_network.test_accuracy | percent }} of the {{ first_network.test_images | thousands }}
# test images its answer is the label. Whoever always answers "{{ dataset.most_common }}" is right
# about {{ dataset.guess_accuracy | percent }}.
#
# One rule now, though its reasons come later. This first try is scored once, and nothing on this
# page is chosen by that score. To choose between networks, score them on other images.
# [The first chapter](01_dataset.ipynb) says which.
#
# ## Ask it about one digit
#
# `predict` wants a batch of images, even if it is a batch of one. `X_test[0]` has the shape
# `(28, 28, 1)`, and Keras refuses it. The slice `X_test[:1]` has the shape `(1, 28, 28, 1)`: one
# image, 28 rows, 28 columns, one value a pixel. The answer is a batch as well, with a row of ten
# probabilities for each image.

# %%
answer = cnn.predict(X_test[:1], verbose=0)
print("images: ", X_test[:1].shape)
print("answers:", answer.shape)

# %% [markdown]
# [Here](#fig-first-answer) is a test image, and all that the network says of it.

# %% mystnb={"figure": {"caption": "A test image, and the probability that the network gives to each digit.", "name": "fig-first-answer"}} tags=["nbval-ignore-output"]
which = 62  # any from 0 to 9999
image = X_test[which : which + 1]
probabilities = cnn.predict(image, verbose=0)[0]
print("label:", y_test[which])
plots.answer(image[0], probabilities, subject="A test image and its answer")

# %% tags=["pipeline"]
assert image.shape == (1, 28, 28, 1)
assert abs(probabilities.sum() - 1) < 1e-5
# In five seeds from 0.39 to 0.68.
page.claim("in doubt about this one", probabilities.max() < 0.9)

# %% [markdown]
# The heights of the ten bars add up to 1. The network's answer is the digit with the tallest bar,
# but it is {{ claim("in doubt about this one") }}. Can you see why? Now set `which = 0` and run the
# cell again: is it in doubt there as well?
#
# That was all: load, scale, build, compile, fit, evaluate, predict.
#
# ## Where each line is explained
#
# | The line | The chapter |
# |---|---|
# | `load_mnist`, `/ 255` | [The dataset](01_dataset.ipynb): what these images are, and what the test images are for |
# | `Conv2D` to `Dense`, `summary` | [The architecture](02_architecture.ipynb): each layer by hand, and how its parameters are counted |
# | `compile`, `fit` | [How a network learns](03_learning.ipynb): the steps, by hand; [Training and evaluation](04_training.ipynb): ten epochs, and when to stop |
# | `evaluate` | the same chapter, and [Is your result normal?](08_normal.ipynb): how far to trust an accuracy |
# | `predict` | [Which digits go wrong?](14_errors.ipynb): how far to trust a probability |
# | the choice of the layers | [Convolutional and fully connected networks](05_comparison.ipynb), [Going further](06_going_further.ipynb) |
#
# If a cell complained, or the accuracy hardly rose, see [Troubleshooting](troubleshooting.md).
#
# ## Questions to think about
#
# **`cnn.predict(X_test[:1])` works, `cnn.predict(X_test[0])` does not. Why?**
#
# <details><summary>The network reads several images at a time and refuses a single one</summary>
#
# It takes a single one, as long as it comes as a batch. What does the slice keep that the index
# drops?
#
# </details>
#
# <details><summary>The slice keeps the first axis, the one that counts the images</summary>
#
# Right. `X_test[:1]` is a batch in which there is one image. `X_test[0]` is an image without a
# batch.
#
# </details>
#
# <details><summary>The first image has not been scaled</summary>
#
# All test images were scaled in one line. Besides, Keras takes unscaled numbers without a word.
#
# </details>
#
# **You run the cell with `fit` again, and no other cell. What happens to the network?**
#
# <details><summary>It learns from the beginning once more and ends where it ended before</summary>
#
# For that it would need its first weights back. Which cell made them?
#
# </details>
#
# <details><summary>Nothing, since it has seen all the images</summary>
#
# `fit` does not know what a network has seen. It makes the loss smaller, whatever was done before.
#
# </details>
#
# <details><summary>It learns on from where it was, and has then seen each image twice</summary>
#
# Right. The weights stay in the network until the cell that builds it is run again. So a notebook
# whose cells were run in another order tells another story.
#
# </details>
#
# ## Exercises
#
# {{ how_to_answer("first_network.1") }}

# %%
from digitlib import check, hint

# %% [markdown]
# **Exercise 1** (a few minutes). Write `as_batch`, which takes one stored image, 28x28 whole
# numbers from 0 to 255, and returns what `predict` wants: a batch of one, with a last axis of
# length 1, and values from 0 to 1.


# %%
def as_batch(image):
    """A stored image as a batch of one."""
    ...
    ### BEGIN SOLUTION
    return image.reshape(1, 28, 28, 1) / 255
    ### END SOLUTION


check("first_network.1", as_batch)


# %% [markdown]
# **Exercise 2** (ten minutes). Write `accuracy_by_hand`, which takes a row of ten probabilities for
# each image, and the labels. It returns what `evaluate` calls the accuracy: the share of images
# whose label has the tallest bar.


# %%
def accuracy_by_hand(probabilities, labels):
    """The share of right answers."""
    ...
    ### BEGIN SOLUTION
    return np.mean(probabilities.argmax(axis=1) == labels)
    ### END SOLUTION


check("first_network.2", accuracy_by_hand)


# %% [markdown]
# **Exercise 3** (a quarter of an hour). Now a network of your own. Write `train_own`, which takes
# images and labels, builds a network of any layers that you like, compiles it, trains it and
# returns it. Let it report its accuracy, and end with a softmax. The check hands it five thousand
# training images, and scores the network on five thousand others. When your function is accepted,
# train a network on the first ten thousand training images, and evaluate it on the last ten
# thousand. It has not seen those, and they are not kept for the test.


# %% nbval={"atol": 0.005}
def train_own(images, labels):
    """A network of your own, trained on these images."""
    ...
    ### BEGIN SOLUTION
    own = keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    own.compile(
        optimizer="adam",
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    own.fit(images, labels, epochs=5, verbose=0)
    return own
    ### END SOLUTION


check("first_network.3", train_own)
### BEGIN SOLUTION
own = train_own(X_train[:10_000], y_train[:10_000])
loss, accuracy = own.evaluate(X_train[-10_000:], y_train[-10_000:], verbose=0)
print(f"share of the last training images read: {accuracy:.3f}")
### END SOLUTION

# %% tags=["pipeline"]
page.save()
