# %% [markdown]
# # How a network learns
#
# *{{ minutes_to_read.learning }} minutes to read, about {{ minutes_with_exercises.learning }} with
# the exercises; our run took {{ runs.learning.seconds | minutes }} on {{ training.processor }}.*
#
# In the last chapter the weights of the network were random. Here you find out how they become good
# ones: first a single number learns, then nine, then the whole network, in NumPy alone. Keras will
# do the same, step for step.
#
# Here is what the single number is to mend: somebody has [faded an image](#fig-faded).

# %% mystnb={"figure": {"caption": "A digit, and the same digit faded: every pixel was divided by the same number.", "name": "fig-faded"}}
import numpy as np

from digitlib import plots
from digitlib.data import load_mnist

(X_train, y_train), _ = load_mnist()
image = X_train[0].astype("float64") / 255
faded = image / 4
plots.image_grid(
    np.stack([image, faded]),
    subject="A 5",
    titles=["as it was", "faded"],
)

# %% [markdown]
# **After this chapter you can**
#
# - say what a loss, a slope and a learning rate are, and take the steps yourself;
# - carry a slope backwards through several steps of a computation;
# - write the backward step of every layer of the network;
# - say why training uses small batches, and what momentum and Adam add.

# %% tags=["pipeline"]
from page_results import Page

page = Page("03_learning")

# %% [markdown]
# ## One number learns
#
# By which `w` must you multiply the faded image to get the old one back? Suppose that you cannot
# divide one by the other, and that all you can do is try.


# %%
def loss(w):
    """How far the multiplied image is from what it should be."""
    return ((w * faded - image) ** 2).sum()


for w in (0, 1, 2, 3, 5):
    print(f"w = {w}: loss {loss(w):5.1f}")

# %% [markdown]
# One number now says how wrong `w` is: subtract pixel by pixel, square, add up. Such a number is
# called a **loss**. Learning means to make it small.
#
# In which direction should `w` go? Nudge it a little, and see what the loss does. The change of the
# loss, divided by the nudge, is the **slope** (in mathematics, the **derivative**). If it is
# negative, the loss falls as `w` grows.

# %%
nudge = 0.001
print("at 1:", (loss(1 + nudge) - loss(1)) / nudge)
print("at 5:", (loss(5 + nudge) - loss(5)) / nudge)


# %% [markdown]
# You need not try. Calculus gives the slope of a square: twice what is squared, times how fast that
# changes with `w`. So each pixel gives `2 * (w * faded - image) * faded`.


# %%
def slope(w):
    """How fast the loss changes as w grows."""
    return (2 * (w * faded - image) * faded).sum()


print("at 1:", slope(1))
print("at 5:", slope(5))

# %% [markdown]
# The small difference between the two results is the nudge's fault: the slope changes on the way.
#
# Now learn. Take a step *against* the slope, again and again: a long step where the curve is steep,
# a short one where it is flat. A factor that you choose decides how long: the **learning rate**.
# The method is called **gradient descent**, and you see it [at work here](#fig-descent).

# %% mystnb={"figure": {"caption": "The loss for every w, and five steps of gradient descent from w = 0. The slope shrinks on the way down, and so do the steps.", "name": "fig-descent"}}
learning_rate = 0.05
w = 0.0
path = [w]
for _ in range(5):
    w = w - learning_rate * slope(w)
    path.append(w)

print("w:", np.round(path, 2))
plots.descent(
    loss,
    path,
    subject="Gradient descent towards the right factor",
    xlabel="w",
    ylabel="loss",
)

# %% [markdown]
# ## Nine numbers learn
#
# In the last chapter somebody had thought up a kernel that responds to vertical edges. Let us
# pretend that the kernel was lost. All that is left is an image and the map that the kernel made of
# it. Can nine numbers find it again?

# %%
lost_kernel = np.array([[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]])


def convolve_image(image, kernel):
    """Slide a 3x3 kernel over an image of 28x28."""
    result = np.zeros((26, 26))
    for row in range(3):
        for column in range(3):
            shifted = image[row : row + 26, column : column + 26]
            result += kernel[row, column] * shifted
    return result


wanted = convolve_image(image, lost_kernel)

# %% [markdown]
# The loss is the mean of the squared differences between the map we have and the map we want. It
# now depends on nine numbers, so there are nine slopes, one for each: what does the loss do if this
# weight alone grows a little? Together they are called the **gradient**. We take the mean, not the
# sum as before, so the slopes are smaller and the learning rate may be larger.
#
# The slope of one weight follows the rule from above: twice the difference, times how fast the map
# changes with that weight. The map is that weight times a shifted image, plus other things. So the
# second factor is the shifted image. The nine weights start at random, as those of a network do.


# %%
def kernel_gradient(kernel):
    """The slope of the mean squared difference for each weight."""
    difference = convolve_image(image, kernel) - wanted
    gradient = np.zeros((3, 3))
    for row in range(3):
        for column in range(3):
            shifted = image[row : row + 26, column : column + 26]
            gradient[row, column] = (2 * difference * shifted).mean()
    return gradient


def kernel_loss(kernel):
    """The mean squared difference between the two maps."""
    return ((convolve_image(image, kernel) - wanted) ** 2).mean()


random_start = np.random.default_rng(0).normal(scale=0.1, size=(3, 3))

learning_rate = 1.0
kernel = random_start
seen = {}
for step in range(301):
    if step in (0, 1, 3, 10, 30, 300):
        seen[step] = kernel
    kernel = kernel - learning_rate * kernel_gradient(kernel)

difference = np.abs(seen[300] - lost_kernel).max()
print(f"largest difference from the lost kernel: {difference:.3f}")

# %% tags=["pipeline"]
page.claim("It is the lost kernel", difference < 0.005)

# %% [markdown]
# {{ claim("It is the lost kernel") }}, and nobody told the program what an edge is. It had an
# image, a map, and a loss. [Look at it on its way](#fig-kernel).

# %% mystnb={"figure": {"caption": "The nine weights on their way, after the steps named, and the kernel that was lost. Purple is positive, orange negative; what is near zero has the colour of the page.", "name": "fig-kernel"}}
plots.image_grid(
    np.stack([*seen.values(), lost_kernel]),
    subject="A kernel that is learned, and the lost one",
    titles=[*(f"step {step}" for step in seen), "lost"],
    columns=4,
    cmap="PuOr",
    symmetric=True,
)

# %% [markdown]
# This is all that a convolutional network does when it learns. It only has more numbers, and more
# than one layer between them and the loss.
#
# ## The learning rate
#
# The rate of `1.0` was no accident. [Here](#fig-rates) are the first steps with a rate that is too
# small, with this one, and with one that is too large.


# %% mystnb={"figure": {"caption": "The loss before each of the first steps, for three learning rates. The axis of the loss is logarithmic.", "name": "fig-rates"}}
def losses_with(rate, steps):
    """The loss before each step of gradient descent."""
    kernel = random_start
    losses = []
    for _ in range(steps):
        losses.append(kernel_loss(kernel))
        kernel = kernel - rate * kernel_gradient(kernel)
    return losses


by_rate = {
    "too small: 0.02": losses_with(0.02, 20),
    "good: 1.0": losses_with(1.0, 20),
    "too large: 1.5": losses_with(1.5, 20),
}
plots.lines(
    by_rate,
    subject="Loss with three learning rates",
    xlabel="steps taken",
    ylabel="loss",
    x=range(20),
    logarithmic="y",
)

# %% tags=["pipeline"]
small, good, large = by_rate.values()
shifts = np.stack(
    [
        image[row : row + 26, column : column + 26].ravel()
        for row in range(3)
        for column in range(3)
    ]
)
changes = np.linalg.eigvalsh(2 * shifts @ shifts.T / shifts.shape[1])
page.add(rate_limit=2 / changes[-1])
page.claim("at first falls even faster", large[2] < good[2])
page.claim("hardly moves", small[-1] > 0.8 * small[0])
page.claim("ends far above where it began", large[-1] > 10 * large[0])
page.claim("is nearly there", good[-1] < 0.01 * good[0])

# %% [markdown]
# With the small rate the loss {{ claim("hardly moves") }}; with the good one it
# {{ claim("is nearly there") }} after twenty steps. With the large one it
# {{ claim("at first falls even faster") }}, and {{ claim("ends far above where it began") }}. What
# happened? A direction is one way to change all nine weights together. In one direction the valley
# is narrow: each step jumps across it, and lands higher on the other side than it started. That
# part grows with every step, until it outweighs all else.
#
# So the narrowest direction sets the limit, the one in which the slope itself changes fastest: the
# rate has to stay below 2 divided by that change, here {{ learning.rate_limit | decimals }}. Where
# the valley is wide, the same rate makes slow progress. Remember that; it comes back at the end of
# this chapter.
#
# ## Backwards through two steps
#
# In a network, a weight does not act on the loss directly. It changes a map, which changes the next
# map, and so on. So ask for each step alone: if what goes in grows a little, how much faster does
# what comes out grow? Then multiply.
#
# Take two steps that you can check in your head. A weight is multiplied by 3; the answer should
# have been 4, and the loss is the square of the difference.

# %%
w = 2
p = 3 * w
L = (p - 4) ** 2
print("forwards: ", w, p, L)

slope_of_p = 2 * (p - 4)  # how fast L grows, if p grows
slope_of_w = slope_of_p * 3  # p grows 3 times as fast as w
print("backwards:", slope_of_p, slope_of_w)

# %% [markdown]
# The last line is the **chain rule**: slopes of steps that follow one another are multiplied.
# [The picture](#fig-chain) shows how it is used: values go forwards, then slopes go backwards, and
# each step multiplies the slope that reaches it by its own. It starts with 1: the loss grows as
# fast as itself.
#
# One thing is missing. If a number acts on the loss along several paths, multiply along each path,
# and *add* what comes out.

# %% mystnb={"figure": {"caption": "Two steps of a computation. Above, values from left to right; below, slopes of the loss from right to left, each times the slope of one step.", "name": "fig-chain"}}
plots.chain(
    [("w", w, slope_of_w), ("p = 3w", p, slope_of_p), ("L = (p - 4)²", L, 1)],
    factors=[3, slope_of_p],
)

# %% [markdown]
# Going backwards is called **back-propagation**. Why backwards? Because all weights share the loss.
# One walk from the loss to the image meets every layer once, and hands each its slopes. Nudging
# {{ architecture.parameters | thousands }} weights one after the other would take as many walks.
#
# ## Each layer, forwards and backwards
#
# A layer has to answer two questions. It is given the slope of the loss for each number that it put
# out; call this array `slopes`.
#
# - What is the slope for each of my *weights*? With it, they learn.
# - What is the slope for each number that *came in*? It goes to the layer before.
#
# ## Dense
#
# Each output is a sum of inputs times weights. If a weight grows a little, the output grows *input*
# times as fast; if an input grows, *weight* times as fast. An input goes into every unit, so its
# slope is the sum over all units. A weight works for every image of a batch, so its slope is the
# sum over all images. Both sums are matrix products.


# %%
def dense(inputs, weights, biases):
    return inputs @ weights + biases


def dense_backward(slopes, inputs, weights):
    """Slopes for the inputs, the weights and the biases."""
    return slopes @ weights.T, inputs.T @ slopes, slopes.sum(axis=0)


# %% [markdown]
# ## ReLU
#
# What was positive went through unchanged, and so does its slope. What was negative became zero,
# and nudging it changes nothing: its slope is zero.


# %%
def relu(inputs):
    return np.maximum(inputs, 0)


def relu_backward(slopes, inputs):
    return slopes * (inputs > 0)


# %% [markdown]
# ## Pooling
#
# Only the largest of the four values in a square got through, so the whole slope goes back to its
# place, and the three others get zero. If two are equally large, the first one gets it, as in
# TensorFlow.


# %%
def max_pool(maps):
    rows = maps.shape[1] // 2 * 2  # without an odd last row
    columns = maps.shape[2] // 2 * 2
    upper = np.maximum(
        maps[:, 0:rows:2, 0:columns:2], maps[:, 0:rows:2, 1:columns:2]
    )
    lower = np.maximum(
        maps[:, 1:rows:2, 0:columns:2], maps[:, 1:rows:2, 1:columns:2]
    )
    return np.maximum(upper, lower)


def max_pool_backward(slopes, maps):
    largest = max_pool(maps)
    # Squares whose largest value is not found yet: of equals the first counts.
    waiting = np.ones(slopes.shape, dtype=bool)
    back = np.zeros_like(maps)
    height, width = 2 * slopes.shape[1], 2 * slopes.shape[2]
    for row in range(2):
        for column in range(2):
            place = maps[:, row:height:2, column:width:2]
            wins = waiting & (place == largest)
            back[:, row:height:2, column:width:2] = slopes * wins
            waiting = waiting & ~wins
    return back


# %% [markdown]
# ## Convolution
#
# You have met the slopes of its weights already: the slopes of the map, times the shifted image,
# added up over all places. Now they are added up over all images, too. A number that came in took
# part in up to nine sums of each filter, one for each place that it had in the window. Its slope is
# the sum of what comes back from all of them.


# %%
def convolve(images, kernels, biases):
    n, height, width, _ = images.shape
    height, width = height - 2, width - 2
    maps = np.zeros((n, height, width, kernels.shape[3]))
    for row in range(3):
        for column in range(3):
            shifted = images[:, row : row + height, column : column + width]
            maps += shifted @ kernels[row, column]
    return maps + biases


def convolve_backward(slopes, images, kernels):
    """Slopes for the images, the kernels and the biases."""
    _, height, width, _ = slopes.shape
    back, for_kernels = np.zeros_like(images), np.zeros_like(kernels)
    for row in range(3):
        for column in range(3):
            window = (  # all images; the rows and columns of this shift
                slice(None),
                slice(row, row + height),
                slice(column, column + width),
            )
            # Summed over images n, rows i and columns j.
            for_kernels[row, column] = np.einsum(
                "nijc,nijf->cf", images[window], slopes, optimize=True
            )
            back[window] += slopes @ kernels[row, column].T
    return back, for_kernels, slopes.sum(axis=(0, 1, 2))


# %% [markdown]
# ## Softmax and the loss of a classifier
#
# The network's ten last sums are called **logits**, or scores. Softmax makes probabilities of them,
# and the loss looks at one: the probability `p` that the right digit got. The loss of the image is
# `-log(p)`, and that of a batch is the mean. If `p` is 1, the loss is 0; the smaller `p`, the
# larger the loss. The next chapter says more about it.
#
# Take the two together. For the right digit $r$, the loss is the logarithm of a sum minus a score:
#
# $$-\ln p_r = \ln \sum_{j=0}^{9} e^{s_j} - s_r$$
#
# If the score $s_k$ grows, the first part grows $e^{s_k} / \sum_j e^{s_j}$ times as fast, and that
# is $p_k$. The second part matters for $k = r$ alone, and its slope is $-1$. So the slopes are what
# was answered minus what was right: $p_r - 1$ for the right digit, its own probability for each
# other. A step against it raises the right score and lowers the others.


# %%
def softmax(scores):
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def mean_loss(scores, labels):
    right = softmax(scores)[np.arange(len(labels)), labels]
    return -np.log(right).mean()


def mean_loss_backward(scores, labels):
    """Slopes of the mean loss for the scores."""
    slopes = softmax(scores)
    slopes[np.arange(len(labels)), labels] -= 1
    return slopes / len(labels)


# %% [markdown]
# `Flatten` computes nothing, so its backward step is to put the slopes into the old shape.
#
# ## The whole network
#
# Forwards, layer after layer, and keep what went into each; the way back needs it. Backwards in the
# opposite order. `weights` is a list of eight arrays, as `model.get_weights()` gives it in Keras.


# %%
def forward(images, weights):
    """What each of the layers puts out, the images first."""
    kernels1, biases1, kernels2, biases2, dense1, b1, dense2, b2 = weights
    sums1 = convolve(images, kernels1, biases1)
    pooled1 = max_pool(relu(sums1))
    sums2 = convolve(pooled1, kernels2, biases2)
    pooled2 = max_pool(relu(sums2))
    flat = pooled2.reshape(len(images), -1)
    sums3 = dense(flat, dense1, b1)
    hidden = relu(sums3)
    scores = dense(hidden, dense2, b2)
    return images, sums1, pooled1, sums2, pooled2, flat, sums3, hidden, scores


def backward(outputs, labels, weights):
    """Slopes of the mean loss for each of the eight arrays of weights."""
    images, sums1, pooled1, sums2, pooled2, flat, sums3, hidden, scores = (
        outputs
    )
    kernels1, _, kernels2, _, dense1, _, dense2, _ = weights
    slopes = mean_loss_backward(scores, labels)
    slopes, for_dense2, for_b2 = dense_backward(slopes, hidden, dense2)
    slopes = relu_backward(slopes, sums3)
    slopes, for_dense1, for_b1 = dense_backward(slopes, flat, dense1)
    slopes = slopes.reshape(pooled2.shape)
    slopes = max_pool_backward(slopes, relu(sums2))
    slopes = relu_backward(slopes, sums2)
    slopes, for_kernels2, for_biases2 = convolve_backward(
        slopes, pooled1, kernels2
    )
    slopes = max_pool_backward(slopes, relu(sums1))
    slopes = relu_backward(slopes, sums1)
    _, for_kernels1, for_biases1 = convolve_backward(slopes, images, kernels1)
    first_half = [for_kernels1, for_biases1, for_kernels2, for_biases2]
    return [*first_half, for_dense1, for_b1, for_dense2, for_b2]


# %% [markdown]
# Is it right? TensorFlow finds gradients by itself: whatever is computed inside the `with` block of
# a `GradientTape`, it can walk back through. So build the network in Keras, take over its weights,
# and compare. (The last layer has no softmax here; `from_logits=True` tells the loss to apply it.)
# Keras computes with 32 bits a number unless told otherwise; here it gets 64, as NumPy has.

# %%
import keras
import tensorflow as tf
from keras import layers


def build(seed):
    """The network of this book, up to the scores."""
    keras.utils.set_random_seed(seed)
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1), dtype="float64"),
            layers.Conv2D(32, (3, 3), activation="relu", dtype="float64"),
            layers.MaxPooling2D((2, 2), dtype="float64"),
            layers.Conv2D(64, (3, 3), activation="relu", dtype="float64"),
            layers.MaxPooling2D((2, 2), dtype="float64"),
            layers.Flatten(dtype="float64"),
            layers.Dense(64, activation="relu", dtype="float64"),
            layers.Dense(10, dtype="float64"),
        ]
    )


cross_entropy = keras.losses.SparseCategoricalCrossentropy(
    from_logits=True, dtype="float64"
)


def gradient_by_tensorflow(model, images, labels):
    """The loss of a batch, and its slopes for the model's weights."""
    with tf.GradientTape() as tape:
        loss = cross_entropy(labels, model(images))
    return float(loss), tape.gradient(loss, model.trainable_variables)


images = X_train[:4000, :, :, np.newaxis].astype("float64") / 255
labels = y_train[:4000]

model = build(seed=0)
weights = model.get_weights()
outputs = forward(images[:32], weights)
by_hand = backward(outputs, labels[:32], weights)
keras_loss, by_tensorflow = gradient_by_tensorflow(
    model, images[:32], labels[:32]
)
loss_difference = abs(mean_loss(outputs[-1], labels[:32]) - keras_loss)
print(f"the loss differs by {loss_difference:.6f}")

# %%
import pandas as pd

names = [
    *("first kernels", "first biases", "second kernels", "second biases"),
    *("dense weights", "dense biases", "output weights", "output biases"),
]
largest = {
    name: {
        "numbers": ours.size,
        "largest slope": np.abs(ours).max(),
        "differs by less than 1e-5": np.abs(ours - theirs.numpy()).max()
        < 1e-5,
    }
    for name, ours, theirs in zip(names, by_hand, by_tensorflow, strict=True)
}
pd.DataFrame(largest).T

# %% tags=["pipeline"]
differences = [
    np.abs(ours - theirs.numpy()).max()
    for ours, theirs in zip(by_hand, by_tensorflow, strict=True)
]
page.claim("they agree", max(differences) < 1e-5 and loss_difference < 1e-5)
page.add(parameters=sum(array.size for array in weights))

# %% [markdown]
# For all {{ learning.parameters | thousands }} weights {{ claim("they agree") }}.
#
# ## Train it
#
# One step: take some images, go forwards, go backwards, and move every weight against its slope. Do
# it for all of them in turn, a **batch** of 32 at a time. Keras takes the same steps alongside,
# from the same weights, with its own gradients and its own optimizer.

# %%
learning_rate = 0.1
optimizer = keras.optimizers.SGD(learning_rate)
numpy_losses, keras_losses = [], []
for start in range(0, len(images), 32):
    batch = images[start : start + 32]
    batch_labels = labels[start : start + 32]

    outputs = forward(batch, weights)
    numpy_losses.append(mean_loss(outputs[-1], batch_labels))
    gradient = backward(outputs, batch_labels, weights)
    weights = [
        array - learning_rate * slopes
        for array, slopes in zip(weights, gradient, strict=True)
    ]

    keras_loss, gradient = gradient_by_tensorflow(model, batch, batch_labels)
    keras_losses.append(keras_loss)
    optimizer.apply(gradient, model.trainable_variables)

gaps = np.abs(np.array(numpy_losses) - keras_losses)
print("steps:", len(gaps))
print(f"the two losses differ by at most {gaps.max():.4f}")

# %% mystnb={"figure": {"caption": "The loss of each batch, every fifth step: NumPy and Keras, from the same start. The curves cover each other.", "name": "fig-beside"}} nbval={"atol": 0.03}
plots.lines(
    {"NumPy": numpy_losses[::5], "Keras": keras_losses[::5]},
    x=range(1, len(gaps) + 1, 5),
    subject="Loss of the batch at each fifth step",
    xlabel="step",
    ylabel="loss",
)

# %% [markdown]
# Here are a thousand training images that took no part. How many of them does the network read, now
# that it has learned in NumPy alone?

# %% nbval={"atol": 0.005, "count_atol": 5}
new_images = X_train[50_000:51_000, :, :, np.newaxis] / 255
answers = forward(new_images, weights)[-1].argmax(axis=1)
right_answers = (answers == y_train[50_000:51_000]).sum()
print(f"right: {right_answers} of {len(answers)}")

# %% tags=["pipeline"]
page.claim("step for step the same losses", gaps[:50].max() < 1e-4)
# The two trainings part by rounding alone, which no run has seen exceed 1e-6.
page.add(right_answers=right_answers, count_atol=5)
page.add(steps=len(gaps), held=len(answers), images=len(images))

# %% [markdown]
# NumPy and Keras have {{ claim("step for step the same losses") }}. After {{ learning.steps }}
# steps the network reads {{ learning.right_answers }} of {{ learning.held | thousands }} images
# that it has not seen. It has seen {{ learning.images | thousands }}, once each. There is no secret
# left in it. What Keras adds is speed and convenience.
#
# ## Why batches?
#
# The slope that counts is that of *all* images. Each step used only 32, so its gradient was not
# quite the true one. How far off? Take the gradient of the untrained network as an arrow, and
# compare directions: 1 if two arrows point the same way, 0 if they stand at a right angle. (It is
# the cosine of the angle.)

# %% nbval={"atol": 0.03}
start = build(seed=0).get_weights()


def arrow(first, count):
    """The gradient of some images, all its numbers in one row."""
    outputs = forward(images[first : first + count], start)
    gradient = backward(outputs, labels[first : first + count], start)
    return np.concatenate([slopes.ravel() for slopes in gradient])


many = range(0, 2048, 32)  # where each of 64 batches begins
of_all = np.mean([arrow(first, 32) for first in many], axis=0)
agreement = {}
for count in (1, 8, 32, 128):
    others = range(2048, 2048 + 8 * count, count)
    arrows = [arrow(first, count) for first in others]
    agreement[count] = np.mean(
        [
            one @ of_all / np.linalg.norm(one) / np.linalg.norm(of_all)
            for one in arrows
        ]
    )
    print(f"{count:4} images: direction agrees by {agreement[count]:.2f}")

# %% tags=["pipeline"]
page.add(
    all_images=32 * len(many),
    agreement_of_batch=agreement[32],
    atol=0.03,
)
page.claim("a small batch points roughly downhill", 0.2 < agreement[32] < 0.9)
page.claim(
    "more images point better, but not in proportion",
    agreement[1] < agreement[8] < agreement[32] < agreement[128]
    and agreement[128] < 4 * agreement[32],
)

# %% [markdown]
# Compared with the arrow of {{ learning.all_images | thousands }} other images,
# {{ claim("a small batch points roughly downhill") }}: by
# {{ learning.agreement_of_batch | decimals }}, on average over eight batches of 32. And
# {{ claim("more images point better, but not in proportion") }} to what they cost. So it pays to
# take many rough steps instead of a few exact ones. This is called **stochastic gradient descent**.
# One pass over all batches is an **epoch**.
#
# ## Momentum and Adam
#
# Back to the nine numbers. The narrowest direction set a limit to the learning rate, and in wide
# directions the weights crept. Two remedies are in wide use.
#
# **Momentum** lets the weights roll. Keep `0.9` of the last step, and add the new one. Where slopes
# agree from step to step, the steps grow; where they change sign each time, they cancel.
#
# **Adam** ({{ cite("kingma2015") }}) gives each weight a step length of its own. It keeps two
# running averages for each weight, `m` of its slope and `v` of the square of its slope. A running
# average keeps most of its old value and takes in a little of the new one. The step is the rate
# times `m` divided by the root of `v`: while its slopes keep their sign, a weight with small slopes
# moves about as far as one with large ones. (Both averages start from zero, so in the beginning
# they are too small; dividing by `1 - 0.9**t` and `1 - 0.999**t` at step `t` makes up for it.
# `1e-7` keeps the step from dividing by zero.)


# %% mystnb={"figure": {"caption": "The loss of the kernel that is learned again, with three ways of taking steps. The axis of the loss is logarithmic.", "name": "fig-optimizers"}}
def momentum(rate, steps):
    kernel, step = random_start, 0
    losses = []
    for _ in range(steps):
        losses.append(kernel_loss(kernel))
        step = 0.9 * step - rate * kernel_gradient(kernel)
        kernel = kernel + step
    return losses


def adam(rate, steps):
    kernel, m, v = random_start, 0, 0
    losses = []
    for t in range(1, steps + 1):
        losses.append(kernel_loss(kernel))
        gradient = kernel_gradient(kernel)
        m = 0.9 * m + 0.1 * gradient
        v = 0.999 * v + 0.001 * gradient**2
        m_hat, v_hat = m / (1 - 0.9**t), v / (1 - 0.999**t)
        kernel = kernel - rate * m_hat / (np.sqrt(v_hat) + 1e-7)
    return losses


three_ways = {
    "plain": losses_with(1.0, 201)[::5],
    "momentum": momentum(0.3, 201)[::5],
    "Adam": adam(0.05, 201)[::5],
}
plots.lines(
    three_ways,
    x=range(0, 201, 5),
    subject="Loss of the kernel with three optimizers",
    xlabel="steps taken",
    ylabel="loss",
    logarithmic="y",
)

# %% tags=["pipeline"]
page.claim(
    "both remedies end far lower than plain steps",
    max(three_ways["momentum"][-1], three_ways["Adam"][-1])
    < 0.1 * three_ways["plain"][-1],
)
page.claim(
    "In the beginning the plain steps are ahead",
    three_ways["plain"][4]
    < min(three_ways["momentum"][4], three_ways["Adam"][4]),
)

# %% [markdown]
# {{ claim("In the beginning the plain steps are ahead") }}, [as you see](#fig-optimizers); momentum
# even rolls too far and comes back. But
# {{ claim("both remedies end far lower than plain steps") }}. Each has a learning rate of its own,
# since each means something else by it; these were chosen by trying a few.
#
# The next chapter trains with Adam at its usual rate of {{ fact.adam_rate }}, which in Keras is one
# word. You know now what that word does.
#
# ## Summary
#
# - A loss says how wrong the numbers are. Its slope says where to go, the learning rate how far.
# - Back-propagation carries slopes from the loss to every weight, by multiplying the slopes of
#   single steps and adding over the paths. Each layer has a backward step of a few lines.
# - The network of this book learns in NumPy alone, with
#   {{ claim("step for step the same losses") }} as in Keras.
# - Small batches give rough directions cheaply. Momentum and Adam are made for valleys that are
#   narrow in some directions and wide in others.
#
# ## Questions to think about
#
# **The slope of the loss for a weight is negative. What does gradient descent do with the weight?**
#
# <details><summary>It makes it larger</summary>
#
# Right. If the slope is negative, the loss falls as the weight grows, and the step goes against the
# slope.
#
# </details>
#
# <details><summary>It makes it smaller</summary>
#
# That would be a step along the slope, uphill. The step is *minus* the rate times the slope.
#
# </details>
#
# <details><summary>It sets it to zero</summary>
#
# A negative slope says nothing about the sign of the weight, only in which direction the loss
# falls.
#
# </details>
#
# **In a batch, one unit's sum before ReLU is negative for every image. What do the weights that
# feed it learn from this batch?**
#
# <details><summary>To be larger, so that the unit wakes up</summary>
#
# Nothing tells them to. A small nudge leaves the output at zero, so the loss does not change.
#
# </details>
#
# <details><summary>Nothing: their slopes are zero</summary>
#
# Right. ReLU passes no slope back where its input was negative. If that holds for all images, for
# good, the unit is called dead.
#
# </details>
#
# <details><summary>To be smaller, since the unit was not needed</summary>
#
# The loss does not change if they grow or shrink a little. There is no reason to move either way.
#
# </details>
#
# **You double the number of images in a batch, and the loss is a mean. What happens to the length
# of a step, on average and roughly?**
#
# <details><summary>It is twice as long, since twice as many slopes are added up</summary>
#
# They are added up and then divided by their number: the loss is a mean.
#
# </details>
#
# <details><summary>It shrinks, but not to half, and points better</summary>
#
# Right. What was chance in the slopes cancels in part; what all images agree on stays. The larger
# the batch already is, the less changes.
#
# </details>
#
# <details><summary>It halves, so the learning rate has to be doubled to make up for it</summary>
#
# It would not halve even if the slopes were all chance. And the part that all images agree on does
# not shrink at all.
#
# </details>
#
# ## Exercises
#
# {{ how_to_answer("learning.1") }}

# %%
from digitlib import check, hint

# %% [markdown]
# **Exercise 1** (a few minutes). A weight `w = 3` is multiplied by 2, and 1 is subtracted, which
# gives `p`. The loss is `p` squared. What is the slope of the loss for `w`? Work it out on paper,
# backwards.

# %%
slope_for_w = ...
### BEGIN SOLUTION
# Forwards: p = 5, loss 25. Backwards: 2 * p = 10, times 2.
slope_for_w = 2 * 5 * 2
### END SOLUTION
check("learning.1", slope_for_w)


# %% [markdown]
# **Exercise 2** (ten minutes). Write `numerical_slope`, which finds the slope of any function of
# one number at a place by nudging. The slope on the right of the place and the slope on the left
# differ a little; nudge to both sides, and you get their mean. Your result should be right to four
# digits behind the point.


# %%
def numerical_slope(function, place):
    """The slope of a function of one number at a place."""
    ...
    ### BEGIN SOLUTION
    nudge = 1e-5
    return (function(place + nudge) - function(place - nudge)) / (2 * nudge)
    ### END SOLUTION


check("learning.2", numerical_slope)

# %% [markdown]
# **Exercise 3** (a quarter of an hour). Some networks take the mean of each 2x2 square instead of
# the largest value: average pooling. Write its backward step. `slopes` has the shape
# `(n, height, width, channels)`; what you return has twice the height and twice the width.


# %%
def average_pool_backward(slopes):
    """Slopes for the maps that were pooled by their mean."""
    ...
    ### BEGIN SOLUTION
    return slopes.repeat(2, axis=1).repeat(2, axis=2) / 4
    ### END SOLUTION


check("learning.3", average_pool_backward)


# %% [markdown]
# **Exercise 4** (half an hour). Before ReLU, units were bent by the **sigmoid**,
# `1 / (1 + exp(-x))`. Write its backward step: it takes the slopes of the outputs, and what went
# in. Then find out why deep networks of sigmoids learned so slowly: by which factor, at most, can
# it multiply a slope on its way back?


# %%
def sigmoid_backward(slopes, inputs):
    """Slopes for the inputs of a sigmoid."""
    ...
    ### BEGIN SOLUTION
    outputs = 1 / (1 + np.exp(-inputs))
    return slopes * outputs * (1 - outputs)
    ### END SOLUTION


check("learning.4", sigmoid_backward)
### BEGIN SOLUTION

places = np.linspace(-6, 6, 1001)
factors = sigmoid_backward(1.0, places)
print(f"largest factor: {factors.max():.2f}, at {places[factors.argmax()]}")
print(f"left after five layers, at best: {factors.max() ** 5:.4f}")
### END SOLUTION

# %% tags=["pipeline"]
page.save()
