# %% [markdown]
# # The architecture
#
# *{{ minutes_to_read.architecture }} minutes to read, about
# {{ minutes_with_exercises.architecture }} with the exercises; our run took
# {{ runs.architecture.seconds | minutes }} on {{ training.processor }}.*
#
# The network of this book has seven layers. You meet them one by one, compute each with NumPy, and
# see that Keras gets the same numbers. [A 7 goes first](#fig-passage), through a copy of the
# network that is already trained.

# %% mystnb={"figure": {"caption": "A 7 goes through the seven layers of the book's network, as chapter 4 trains it. Each row shows what one layer puts out, dark where its numbers are large. Of 32 or 64 maps in a row you see seven.", "name": "fig-passage"}}
from digitlib import plots, reference
from digitlib.data import load_mnist, scale_pixels

_, (X_test, y_test) = load_mnist()
images = scale_pixels(X_test[:100])
plots.passage(reference.load_model("cnn"), images[0])

# %% [markdown]
# **After this chapter you can**
#
# - write the network in Keras and say what each argument does;
# - compute a convolution, a pooling, a dense layer and a softmax yourself;
# - count parameters and multiply-adds, and say where most of them sit;
# - tell how much of the image one unit sees.

# %% tags=["pipeline"]
from page_results import Page

page = Page("02_architecture")

# %% [markdown]
# ## The network
#
# A **layer** is a function from arrays to arrays, with numbers inside that training adjusts: its
# **parameters**. A network is a row of layers.

# %%
import keras
from keras import layers, models

keras.utils.set_random_seed(0)
cnn = models.Sequential(
    [
        keras.Input(shape=(28, 28, 1)),
        layers.Conv2D(32, (3, 3), activation="relu", name="convolution_1"),
        layers.MaxPooling2D((2, 2), name="pooling_1"),
        layers.Conv2D(64, (3, 3), activation="relu", name="convolution_2"),
        layers.MaxPooling2D((2, 2), name="pooling_2"),
        layers.Flatten(name="flatten"),
        layers.Dense(64, activation="relu", name="dense"),
        layers.Dense(10, activation="softmax", name="output"),
    ],
    name="cnn",
)
cnn.summary(line_length=70, print_fn=print)  # print_fn: as plain text

# %% [markdown]
# `Input` states the shape of one image: height, width, channels. A **channel** is one number for
# each pixel: a grey image has one channel, a colour image three.
#
# `Output Shape` is what leaves a layer, `Param #` counts its parameters. `None` stands for the
# number of images: a network takes as many at once as you like, a **batch**.
# [The same as a picture](#fig-network), for one image:

# %% mystnb={"figure": {"caption": "The network: arrays, and the layers between them. Squares are as large as the maps are high and wide; bars are rows of numbers.", "name": "fig-network"}}
plots.network(cnn)

# %% tags=["pipeline"]
from digitlib.models import describe_layers

table = describe_layers(cnn)
total = cnn.count_params()
named = {
    "first convolution": "convolution_1",
    "first pooling": "pooling_1",
    "second convolution": "convolution_2",
    "second pooling": "pooling_2",
    "flatten": "flatten",
    "dense": "dense",
    "output": "output",
}
parameters = {name: table["parameters"][own] for name, own in named.items()}
work = {name: table["multiply-adds"][own] for name, own in named.items()}
all_work = sum(work.values())
convolution_work = work["first convolution"] + work["second convolution"]
page.add(
    parameters=total,
    parameters_by_layer=parameters,
    multiply_adds=all_work,
    multiply_adds_by_layer=work,
    dense_share=parameters["dense"] / total,
    dense_work_share=work["dense"] / all_work,
    convolution_parameters=parameters["first convolution"]
    + parameters["second convolution"],
    convolution_work_share=convolution_work / all_work,
    second_work_share=work["second convolution"] / all_work,
    map_side=cnn.layers[0].output.shape[1],
    flat=cnn.layers[4].output.shape[1],
)

# %% [markdown]
# The parameters of `cnn` are random, since nobody has trained it: its answers mean nothing yet. Its
# arithmetic is what it will be.
#
# ## Convolution
#
# Lay a window of 3x3 pixels on the image. Multiply each pixel in it by a number of its own, and add
# up the nine products: [one sum](#fig-window). The nine multipliers are called **weights**, their
# table a **kernel**.

# %% mystnb={"figure": {"caption": "A window on a 7, and the nine products of its pixels (0 to 255, not yet scaled) with a kernel. Their sum is one value of the feature map. Tables are orange below zero and purple above.", "name": "fig-window"}}
import numpy as np

edge_kernel = np.array([[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]])
plots.window_on_image(X_test[0], edge_kernel, row=11, column=17)

# %% [markdown]
# This kernel takes the right column minus the left one. So its sum is large at the left edge of a
# stroke.
#
# Move the window one pixel on and do it again with the same weights, row by row. The sums form a
# new image, the **feature map**. How far the window moves each time is the **stride**, here 1.


# %%
def slide(image, kernel):
    """Slide a 3x3 kernel over an image: a sum of products at each place."""
    rows, columns = image.shape[0] - 2, image.shape[1] - 2
    feature_map = np.zeros((rows, columns))
    for row in range(rows):
        for column in range(columns):
            window = image[row : row + 3, column : column + 3]
            feature_map[row, column] = (window * kernel).sum()
    return feature_map


patch = np.array([[0, 0, 1, 1], [0, 0, 1, 1], [0, 0, 1, 1], [0, 0, 1, 1]])
print(slide(patch, edge_kernel))

# %% [markdown]
# Check it on paper: each window has three products of 1, and zeros. A 3x3 window has only two
# places a side in a 4x4 image, so the map is 2x2. Each map is smaller by 2 than its image:
# {{ architecture.map_side }} instead of 28.
#
# If the map should be as large as the image, put a frame of zeros around the image first:
# **padding**. `Conv2D` does so with `padding="same"`; our network goes without.

# %%
print(slide(np.pad(patch, 1), edge_kernel))

# %% [markdown]
# At the right, where ink meets the frame of zeros, values are below zero.
#
# Other weights respond to other things, as [these three kernels](#fig-maps) do.

# %% mystnb={"figure": {"caption": "Three kernels, and the map that each makes of the 7, purple positive, orange negative. The first responds to edges, the second to strokes that rise to the right, the third adds up its window and blurs.", "name": "fig-maps"}}
kernels = {
    "upright edges": edge_kernel,
    "slanted strokes": np.array([[-1, -1, 2], [-1, 2, -1], [2, -1, -1]]),
    "all nine alike": np.ones((3, 3)),
}
seven = images[0, :, :, 0]
maps = {name: slide(seven, kernel) for name, kernel in kernels.items()}
plots.kernels_with_maps(kernels, maps)

# %% [markdown]
# These weights are made up. A network finds its own by training.
#
# ## All channels are summed
#
# The second convolution gets not one image but 32 maps: they are its channels. Its kernel has a 3x3
# table *for each channel*, and the products of *all* channels go into *one* sum. To every sum one
# more parameter is added, the **bias**. [With two channels](#fig-channels):

# %% mystnb={"figure": {"caption": "One value of a convolution on two channels: each has its own weights, and all products are added up, with the bias, to one number.", "name": "fig-channels"}}
window = np.zeros((3, 3, 2))
window[:, :, 0] = [[0, 1, 2], [0, 1, 2], [0, 1, 2]]
window[:, :, 1] = [[1, 0, 2], [0, 3, 1], [1, 2, 0]]
kernel = np.zeros((3, 3, 2))
kernel[:, :, 0] = edge_kernel
kernel[:, :, 1] = [[0, 1, 0], [1, -2, 1], [0, 1, 0]]
plots.channel_sum(window, kernel, bias=1)

# %% [markdown]
# A kernel with its bias is a **filter**. It makes *one* map, however many channels come in.
# `Conv2D(64, (3, 3))` has 64 filters: that is how 32 maps become 64. In a formula, for filter $f$,
# with input $x$ and weights $w$, summed over the channels $c$:
#
# $$y_{ijf} = b_f + \sum_{c} \sum_{u=0}^{2} \sum_{v=0}^{2} w_{uvcf}\; x_{i+u,\; j+v,\; c}$$
#
# Keras keeps a layer's kernels in one array.

# %%
kernels1, biases1 = cnn.get_layer("convolution_1").get_weights()
kernels2, biases2 = cnn.get_layer("convolution_2").get_weights()
print("height, width, channels in, filters:")
print(kernels1.shape)
print(kernels2.shape)

# %% [markdown]
# For a whole batch, loop over the nine places *in* the window instead of the many places *of* the
# window:


# %%
def convolve(images, kernels, biases):
    """Convolve images with kernels and add the biases.

    The images' shape is (n, height, width, channels), that of the kernels
    (3, 3, channels, filters).
    """
    size = kernels.shape[0]
    height, width = images.shape[1] - size + 1, images.shape[2] - size + 1
    maps = np.zeros((len(images), height, width, kernels.shape[3]))
    for row in range(size):
        for column in range(size):
            # The pixels at this place in the window, for all windows at once.
            shifted = images[:, row : row + height, column : column + width, :]
            # Times their weights, summed over the channels, for each filter:
            # a product of matrices, which NumPy writes as @.
            maps += shifted @ kernels[row, column]
    return maps + biases


# %% [markdown]
# ## ReLU
#
# `activation="relu"` sets negative numbers to zero and leaves the others alone. Why? A weighted sum
# of weighted sums is again a weighted sum: layers that only sum are **linear**, and two in a row do
# no more than one. ReLU bends at zero, so it is not linear. Such a function between sums is an
# **activation function**. Four maps at one place:


# %% nbval={"atol": 0.001}
def relu(values):
    """Replace negative values by zero."""
    return np.maximum(values, 0)


maps1 = relu(convolve(images, kernels1, biases1))
keras_maps1 = cnn.get_layer("convolution_1")(images).numpy()
print("NumPy:", maps1[0, 7, 12, :4].round(3))
print("Keras:", keras_maps1[0, 7, 12, :4].round(3))

# %% [markdown]
# ## Pooling
#
# Cut a map into squares of 2x2, and [keep the largest value of each](#fig-pooling).
# `MaxPooling2D((2, 2))` does so, with a stride of 2. An odd last row or column is dropped.

# %% mystnb={"figure": {"caption": "Pooling. Each colour is a square of 2x2; its largest value, in the frame, is kept.", "name": "fig-pooling"}}
plots.pooling([[1, 0, 2, 3], [4, 6, 6, 8], [3, 1, 1, 0], [1, 2, 2, 4]])

# %% tags=["pipeline"]
unpooled = models.Sequential(
    [
        keras.Input(shape=(28, 28, 1)),
        *(
            layer.__class__.from_config(layer.get_config())
            for layer in cnn.layers
            if not isinstance(layer, layers.MaxPooling2D)
        ),
    ]
)
page.add(
    unpooled_parameters=unpooled.count_params(),
    two_windows=2 * kernels1[:, :, 0, 0].size,
    one_window=(2 * len(kernels1) - 1) ** 2,
)

# %% [markdown]
# Why pool? The map shrinks to half its height and width. Without its poolings the network would
# have {{ architecture.unpooled_parameters | thousands }} parameters instead of
# {{ architecture.parameters | thousands }}. The price: you lose in which of the four places the
# value stood.


# %% nbval={"atol": 0.001}
def max_pool(maps):
    """Keep the largest value of each 2x2 square of maps.

    Their shape is (n, height, width, channels).
    """
    rows = maps.shape[1] // 2 * 2  # without an odd last row
    columns = maps.shape[2] // 2 * 2
    upper = np.maximum(
        maps[:, 0:rows:2, 0:columns:2], maps[:, 0:rows:2, 1:columns:2]
    )
    lower = np.maximum(
        maps[:, 1:rows:2, 0:columns:2], maps[:, 1:rows:2, 1:columns:2]
    )
    return np.maximum(upper, lower)


pooled1 = max_pool(maps1)
maps2 = relu(convolve(pooled1, kernels2, biases2))
pooled2 = max_pool(maps2)
keras_pooled2 = keras.Sequential(cnn.layers[:4])(images).numpy()
print("shapes:", pooled1.shape, maps2.shape, pooled2.shape)
print("NumPy: ", pooled2[0, 2, 3, :4].round(3))
print("Keras: ", keras_pooled2[0, 2, 3, :4].round(3))

# %% [markdown]
# ## Flatten and dense
#
# The second pooling leaves 5x5 places with 64 channels each. `Flatten` writes them in one row of
# {{ architecture.flat | thousands }} numbers. Nothing is computed.
#
# A **unit** is one number that a layer puts out. In a **dense**, or fully connected, layer each
# unit has a weight for *every* number that comes in, and a bias: a matrix product. `Dense(64)` has
# 64 units. It is a **hidden layer**: its output is not yet the answer.


# %%
def dense(vectors, weights, biases):
    """Multiply vectors by weights and add the biases.

    The vectors' shape is (n, inputs), that of the weights (inputs, units).
    """
    return vectors @ weights + biases  # @ is the product of matrices


dense_weights, dense_biases = cnn.get_layer("dense").get_weights()
output_weights, output_biases = cnn.get_layer("output").get_weights()
flat = pooled2.reshape(len(pooled2), -1)
hidden = relu(dense(flat, dense_weights, dense_biases))
logits = dense(hidden, output_weights, output_biases)
print("shapes:", flat.shape, hidden.shape, logits.shape)

# %% [markdown]
# ## Softmax
#
# The last layer has a unit for each digit. Its ten sums, called **logits** or scores, may be any
# numbers. **Softmax** turns them into probabilities: take the exponential of each, which is
# positive, and divide by their total, so that they add up to 1.
#
# $$p_k = \frac{e^{s_k}}{\sum_{j=0}^{9} e^{s_j}}$$
#
# The digit with the highest probability is the answer.


# %%
def softmax(scores):
    """Turn each row of scores into probabilities."""
    # Less the largest, no score is too large for exp. Above and below the
    # line everything shrinks by the same factor: the quotient stays.
    # (keepdims leaves a column, so that each row meets its own maximum.)
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


print(softmax(np.array([[2.0, 1.0, 0.0]])).round(3))

# %% [markdown]
# ## The whole network
#
# Seven layers, five functions. If they are right, NumPy and Keras agree on every image.

# %%
probabilities = softmax(logits)
keras_probabilities = cnn.predict(images, verbose=0)
answers = probabilities.argmax(axis=1)
same_answers = (answers == keras_probabilities.argmax(axis=1)).sum()
difference = np.abs(probabilities - keras_probabilities).max()
print(f"same answer on {same_answers} of {len(images)} images")
print(f"largest difference of two probabilities: {difference:.5f}")

# %% tags=["pipeline"]
page.add(compared_images=len(images), same_answers=same_answers)
page.claim(
    "They agree on every one",
    same_answers == len(images) and difference < 1e-6,
)

# %% [markdown]
# {{ claim("They agree on every one") }} of {{ architecture.compared_images }}, but for rounding. Go
# back to [the 7 at the top](#fig-passage): now you know how each row comes from the one before.
#
# ## What the bends are worth
#
# Between the sums of this network stand two things that are no sums: ReLU, and the largest of four.
# Take out either or both, and train. Where pooling is out, a stride of 2 shrinks the maps. Chapter
# 4 explains `compile` and `fit`.

# %% nbval={"atol": 0.015}
from digitlib.data import hold_out

(X_train, y_train), _ = load_mnist()
(X_fit, y_fit), (X_held, y_held) = hold_out(X_train, y_train)
X_few, y_few = scale_pixels(X_fit[:6_000]), y_fit[:6_000]
X_held = scale_pixels(X_held)


def build(activation, pooling):
    """This chapter's network, with a stride of 2 if not with pooling."""
    network = models.Sequential([keras.Input(shape=(28, 28, 1))])
    for filters in (32, 64):
        stride = 1 if pooling else 2
        network.add(
            layers.Conv2D(filters, 3, strides=stride, activation=activation)
        )
        if pooling:
            network.add(layers.MaxPooling2D(2))
    network.add(layers.Flatten())
    network.add(layers.Dense(64, activation=activation))
    network.add(layers.Dense(10, activation="softmax"))
    return network


keras.utils.set_random_seed(0)
networks = {
    "ReLU and pooling": build("relu", pooling=True),
    "ReLU alone": build("relu", pooling=False),
    "pooling alone": build(None, pooling=True),
    "neither": build(None, pooling=False),
    "one dense layer": models.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            layers.Flatten(),
            layers.Dense(10, activation="softmax"),
        ]
    ),
}
right = {}
for name, network in networks.items():
    network.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    network.fit(X_few, y_few, epochs=3, verbose=0)
    answers = network.predict(X_held, verbose=0).argmax(axis=1)
    right[name] = (answers == y_held).mean()
    print(f"{name}: {right[name]:.3f} of the held-out images right")

# %% tags=["pipeline"]
page.add(bend_images=len(X_few))
page.add(bends=right, atol=0.015)  # three seeds lie up to 0.01 apart
gained = right["ReLU and pooling"] - right["neither"]
page.claim(
    "Pooling alone does most of what the two do together",
    right["pooling alone"] - right["neither"] > 0.7 * gained,
)
page.claim(
    "With neither, all layers together do what one does",
    abs(right["neither"] - right["one dense layer"]) < 0.02,
)

# %% [markdown]
# {{ claim("With neither, all layers together do what one does") }}, since a sum of sums is a sum.
# {{ claim("Pooling alone does most of what the two do together") }}. Something has to bend; it need
# not be ReLU.
#
# Do not trust small differences here: it is one run each, on
# {{ architecture.bend_images | thousands }} images, and networks without pooling have other strides
# and more weights.
#
# ## Why these sizes?
#
# A window of 3x3 has a middle, and a neighbour of it on every side; no smaller one has both. Two
# convolutions in a row see 5x5 pixels. On one channel that takes {{ architecture.two_windows }}
# weights; a single window of 5x5 would need {{ architecture.one_window }}. The 32 and 64 are
# customary; [What helps?](16_exploring.ipynb) tries others.
#
# ## Where the parameters are
#
# Each filter has its weights and a bias, and so has each unit of a dense layer.

# %%
by_hand = {  # (weights + bias) x filters or units
    "convolution_1": (3 * 3 * 1 + 1) * 32,
    "convolution_2": (3 * 3 * 32 + 1) * 64,
    "dense": (5 * 5 * 64 + 1) * 64,
    "output": (64 + 1) * 10,
}
for layer, count in by_hand.items():
    print(f"{layer:13} {count:7,}")
print(f"{'in all':13} {sum(by_hand.values()):7,}")

# %% tags=["pipeline"]
assert sum(by_hand.values()) == total
page.claim(
    "most of its parameters sit in one dense layer",
    parameters["dense"] > 0.5 * total,
)
page.claim(
    "most of its multiplications happen in the convolutions",
    convolution_work > 0.5 * all_work,
)

# %% [markdown]
# The network is called convolutional, but
# {{ claim("most of its parameters sit in one dense layer") }}:
# {{ architecture.dense_share | percent(0) }}.
#
# A convolution uses the same few weights at every place; the dense layer has its own for each of
# 5x5 places. To it, a stroke one place further on is something quite unlike. Chapter 5 puts this to
# the test.
#
# ## Where the work is
#
# Count a multiplication and the addition that follows it as one **multiply-add**. A unit costs one
# for each weight in its sum.

# %%
from digitlib.models import describe_layers

describe_layers(cnn)

# %% [markdown]
# One image takes {{ architecture.multiply_adds | thousands }} multiply-adds, and
# {{ claim("most of its multiplications happen in the convolutions") }}:
# {{ architecture.convolution_work_share | percent(0) }} of them,
# {{ architecture.second_work_share | percent(0) }} in the second alone. For a smaller file, look at
# the dense layer; for a faster network, at the second convolution.
#
# ## How much one unit sees
#
# The **receptive field** of a unit is the part of the image that can change its value. In the first
# map it is 3x3 pixels, and the unit beside it sees the same one pixel further on. A pooling takes
# two such neighbours a side, so it sees one pixel more: 4. Its own units lie two pixels apart.
#
# So the rule: a window of 3 adds two steps, a window of 2 adds one. A step is one pixel at first;
# after a stride of 2, each step is twice as long.

# %%
windows = {  # width of the window, stride
    "convolution_1": (3, 1),
    "pooling_1": (2, 2),
    "convolution_2": (3, 1),
    "pooling_2": (2, 2),
}
side, step = 1, 1
for layer, (width, stride) in windows.items():
    side = side + (width - 1) * step
    step = step * stride
    print(f"{layer:13} sees {side:2} pixels a side, in steps of {step}")

# %% tags=["pipeline"]
# One bright pixel at every place of an empty image in turn: with all weights
# set to 1 nothing can cancel.
bright = np.eye(28 * 28).reshape(-1, 28, 28, 1)
seen = max_pool(convolve(bright, np.ones_like(kernels1), 0))
seen = max_pool(convolve(seen, np.ones_like(kernels2), 0))[:, 2, 2, 0]
assert (seen.reshape(28, 28) > 0).any(axis=1).sum() == side
page.add(last_field=side)
page.claim("no unit before the dense layer sees a whole digit", side < 20)

# %% [markdown]
# Digits measure up to 20x20: {{ claim("no unit before the dense layer sees a whole digit") }}. The
# dense layer puts the parts together.
#
# ## Summary
#
# - A convolution sums products over its window and over all channels; each filter makes one map.
# - Something has to bend between the sums: ReLU, or pooling.
# - Most parameters sit in the dense layer, most of the work in the convolutions.
# - A unit of the last map sees {{ architecture.last_field }} pixels a side.
#
# ## Questions to think about
#
# **A colleague says: "Pooling keeps the most relevant information." What does it keep, strictly?**
#
# <details><summary>The largest value of each square, and where in the square it stood</summary>
#
# The largest value stays, but its place is lost.
#
# </details>
#
# <details><summary>The largest value of each square, and nothing else</summary>
#
# Right. Whether that was relevant is up to the layers around it.
#
# </details>
#
# <details><summary>The mean of each square</summary>
#
# That would be average pooling. `MaxPooling2D` takes the maximum.
#
# </details>
#
# **You double the height and width of the images. Which layer's parameters change in number?**
#
# <details><summary>The convolutions'</summary>
#
# A kernel stays 3x3, however large the image.
#
# </details>
#
# <details><summary>The first dense layer's</summary>
#
# Right. It has weights for each position that is left, and now more are left.
#
# </details>
#
# <details><summary>All layers'</summary>
#
# The output layer, for one, still gets 64 numbers.
#
# </details>
#
# **Without ReLU, what could this network of seven layers still learn?**
#
# <details><summary>Only what one dense layer with a softmax could learn</summary>
#
# That would be so if nothing else bent. But the largest of four sums is no sum.
#
# </details>
#
# <details><summary>Most of what it learns with ReLU</summary>
#
# Right. The poolings bend, too.
#
# </details>
#
# <details><summary>Nothing: without ReLU no training gets anywhere</summary>
#
# Even one dense layer, which bends nowhere, gets most digits right.
#
# </details>
#
# ## Exercises
#
# {{ how_to_answer("architecture.1") }}

# %%
from digitlib import check, hint

# %% [markdown]
# **Exercise 1** (a few minutes). Pass `padding="same"` to both convolutions. How many parameters
# has the network then? Work it out on paper before you let Keras count.

# %%
padded_parameters = ...
### BEGIN SOLUTION
# 28 -> 28 -> 14 -> 14 -> 7: the convolutions keep their parameters, the dense
# layer now has 7 x 7 positions to connect instead of 5 x 5.
padded_parameters = (
    (9 * 1 + 1) * 32
    + (9 * 32 + 1) * 64
    + (7 * 7 * 64 + 1) * 64
    + (64 + 1) * 10
)
padded = models.Sequential(
    [
        keras.Input(shape=(28, 28, 1)),
        layers.Conv2D(32, (3, 3), activation="relu", padding="same"),
        layers.MaxPooling2D((2, 2)),
        layers.Conv2D(64, (3, 3), activation="relu", padding="same"),
        layers.MaxPooling2D((2, 2)),
        layers.Flatten(),
        layers.Dense(64, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ]
)
same_count = padded_parameters == padded.count_params()
print(f"{padded_parameters:,}, as Keras counts: {same_count}")
### END SOLUTION
check("architecture.1", padded_parameters)

# %% [markdown]
# **Exercise 2** (ten minutes). Write a 3x3 kernel that answers to the lower edges of strokes: ink
# (large values) above, paper (zero) below. On a plain area its map should be zero.

# %% mystnb={"figure": {"caption": "A test digit, and the map of a kernel for the lower edges of its strokes: dark where a stroke ends below.", "name": "fig-edges"}}
lower_edges = ...
### BEGIN SOLUTION
lower_edges = np.array([[1, 1, 1], [0, 0, 0], [-1, -1, -1]])
### END SOLUTION
check("architecture.2", lower_edges)
### BEGIN SOLUTION

edge_kernels = lower_edges.reshape(3, 3, 1, 1)
edge_map = relu(convolve(images[:1], edge_kernels, 0))[0, :, :, 0]
plots.image_grid(
    np.stack([images[0, 1:-1, 1:-1, 0], edge_map / edge_map.max()]),
    subject="A 7 and the lower edges of its strokes",
    titles=["test image", "feature map"],
    columns=2,
)
### END SOLUTION

# %% [markdown]
# **Exercise 3** (a quarter of an hour). Two dense layers without ReLU between them can be replaced
# by one. Write `merge`, which takes the weights and biases of both and returns those of the one. A
# layer computes `vectors @ weights + biases`.


# %%
def merge(first, first_biases, second, second_biases):
    """One layer's weights and biases that do what two layers do."""
    ...
    ### BEGIN SOLUTION
    return first @ second, first_biases @ second + second_biases
    ### END SOLUTION


check("architecture.3", merge)


# %% [markdown]
# **Exercise 4** (half an hour). Training needs the logarithms of the probabilities. Write
# `log_softmax` for rows of scores. It should be right even if all scores are near a thousand, or
# one lies a thousand below the others.


# %%
def log_softmax(scores):
    """Logarithms of the probabilities, a row for each row of scores."""
    ...
    ### BEGIN SOLUTION
    shifted = scores - scores.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    ### END SOLUTION


check("architecture.4", log_softmax)

# %% [markdown]
# **Exercise 5** (an hour). Design a network with at most `60_000` parameters, made with
# `keras.Sequential`, in whose last map a unit sees a whole digit: at least `20` pixels a side. You
# need not train it.

# %%
small_network = ...
### BEGIN SOLUTION
small_network = models.Sequential(
    [
        keras.Input(shape=(28, 28, 1)),
        layers.Conv2D(16, (3, 3), activation="relu"),
        layers.MaxPooling2D((2, 2)),
        layers.Conv2D(32, (5, 5), activation="relu"),
        layers.MaxPooling2D((2, 2)),
        layers.Conv2D(64, (3, 3), activation="relu"),
        layers.Flatten(),
        layers.Dense(32, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ]
)
### END SOLUTION
check("architecture.5", small_network)

# %% tags=["pipeline"]
page.save()
