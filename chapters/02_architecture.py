# %% [markdown]
# # The architecture
#
# *{{ minutes_to_read.architecture }} minutes to read, about
# {{ minutes_with_exercises.architecture }} with the exercises; its run took
# {{ runs.architecture.seconds | minutes }} on {{ training.processor }}.*
#
# The network of this book has seven layers. Here you meet them one by one, work each out by hand
# with NumPy, and see that Keras gets the same numbers. At the end no layer is a black box.
#
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
# **parameters**, or **weights**. A network is layers applied one after the other.

# %%
import keras
from keras import layers, models

keras.utils.set_random_seed(0)
cnn = models.Sequential(
    [
        keras.Input(shape=(28, 28, 1)),
        layers.Conv2D(filters=32, kernel_size=(3, 3), activation="relu"),
        layers.MaxPooling2D((2, 2)),
        layers.Conv2D(filters=64, kernel_size=(3, 3), activation="relu"),
        layers.MaxPooling2D((2, 2)),
        layers.Flatten(),
        layers.Dense(64, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ]
)

# %% [markdown]
# `Input` states the shape of one image: height, width, channels. (Older texts pass `input_shape` to
# the first layer instead; Keras 3 warns about that. The network is the same.) The weights are
# random until the next chapter trains them, so for now the network's answers mean nothing. Its
# arithmetic is already what it will be.
#
# What goes out of each layer?

# %%
from digitlib.models import describe_layers

table = describe_layers(cnn).reset_index(drop=True)
table.index = [
    "first convolution",
    "first pooling",
    "second convolution",
    "second pooling",
    "flatten",
    "dense",
    "output",
]
table

# %% tags=["pipeline"]
total = cnn.count_params()
parameters = table["parameters"]
work = table["multiply-adds"]
convolutions = ["first convolution", "second convolution"]
page.add(
    parameters=total,
    parameters_by_layer=dict(parameters.items()),
    multiply_adds=work.sum(),
    multiply_adds_by_layer=dict(work.items()),
    dense_share=parameters["dense"] / total,
    dense_work_share=work["dense"] / work.sum(),
    convolution_parameters=parameters[convolutions].sum(),
    convolution_work_share=work[convolutions].sum() / work.sum(),
    second_work_share=work["second convolution"] / work.sum(),
    flat=cnn.layers[4].output.shape[1],
)

# %% [markdown]
# We take it from the top, with a handful of test images and the weights of the network as NumPy
# arrays.

# %%
import numpy as np

from digitlib.data import load_mnist, scale_pixels

_, (X_test, y_test) = load_mnist()
images = scale_pixels(X_test[:100])
weights = [layer.get_weights() for layer in cnn.layers if layer.get_weights()]
(kernels1, biases1), (kernels2, biases2) = weights[:2]
(dense_weights, dense_biases), (output_weights, output_biases) = weights[2:]
print("kernels of the first convolution: ", kernels1.shape)
print("kernels of the second convolution:", kernels2.shape)

# %% [markdown]
# ## Convolution
#
# A **kernel** is a small table of weights, here 3x3. Lay it on a patch of the image, multiply each
# weight by the pixel under it, and add up the products: one number. Move the kernel one pixel on
# and do it again. The numbers form a new image, the **feature map**: it is large where the patch
# resembles the kernel. (Mathematicians would flip the kernel first. Deep learning leaves the flip
# out and keeps the name.)
#
# In a formula, with image $x$, kernel $w$ and a **bias** $b$, a number added to every sum:
#
# $$y_{ij} = b + \sum_{u=0}^{2} \sum_{v=0}^{2} w_{uv}\, x_{i+u,\, j+v}$$
#
# Here is one you can check on paper. The kernel takes the right column minus the left column, so it
# answers to vertical edges.

# %%
patch = np.array(
    [
        [0, 0, 1, 1],
        [0, 0, 1, 1],
        [0, 0, 1, 1],
        [0, 0, 1, 1],
    ]
)
edge_kernel = np.array(
    [
        [-1, 0, 1],
        [-1, 0, 1],
        [-1, 0, 1],
    ]
)
for row in range(2):
    rows = patch[row : row + 3]
    windows = [rows[:, column : column + 3] for column in range(2)]
    print([int((edge_kernel * window).sum()) for window in windows])


# %% [markdown]
# Three products of 1 in each patch and zeros elsewhere: 3 everywhere. Note the size: a 4x4 image
# gives a 2x2 map, because a 3x3 kernel fits only in two places a side. So a convolution without
# padding makes the image smaller by 2 in each direction.
#
# A layer has many kernels, and each has one 3x3 table for *every* channel that comes in.
# `filters=32` asks for 32 kernels and gives a map for each. Written for a whole batch of images,
# with a loop over the nine places of the kernel:


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
            shifted = images[:, row : row + height, column : column + width, :]
            maps += shifted @ kernels[row, column]
    return maps + biases


# %% [markdown]
# ## ReLU
#
# `activation="relu"` sets negative numbers to zero and leaves the others alone. Without such a bend
# between them, two layers in a row would be no more than one: a sum of sums is a sum.


# %%
def relu(values):
    """Replace negative values by zero."""
    return np.maximum(values, 0)


maps1 = relu(convolve(images, kernels1, biases1))
keras_maps1 = cnn.layers[0](images).numpy()
print("shape:", maps1.shape)
print("equal to Keras:", np.allclose(maps1, keras_maps1, atol=1e-5))


# %% [markdown]
# ## Pooling
#
# `MaxPooling2D((2, 2))` cuts each map into squares of 2x2 and keeps the largest value of each. The
# map shrinks to half its height and width, and the work of the next layer to a quarter. It is often
# said that pooling "retains the most relevant information". What it retains is the largest of four
# values, and not which of the four places it came from; whether that was relevant is up to the
# layers around it. If the size is odd, the last row and column are dropped.


# %%
def max_pool(maps):
    """Keep the largest value of each 2x2 square of maps.

    Their shape is (n, height, width, channels).
    """
    n, height, width, channels = maps.shape
    rows, columns = height // 2, width // 2
    cropped = maps[:, : 2 * rows, : 2 * columns]
    squares = cropped.reshape(n, rows, 2, columns, 2, channels)
    return squares.max(axis=(2, 4))


pooled1 = max_pool(maps1)
maps2 = relu(convolve(pooled1, kernels2, biases2))
pooled2 = max_pool(maps2)
keras_pooled2 = keras.Sequential(cnn.layers[:4])(images).numpy()
print("shapes:", pooled1.shape[1:], maps2.shape[1:], pooled2.shape[1:])
print("equal to Keras:", np.allclose(pooled2, keras_pooled2, atol=1e-5))


# %% [markdown]
# ## Flatten
#
# The second pooling leaves 5x5 positions with 64 channels each. `Flatten` writes them in one row,
# {{ architecture.flat | thousands }} numbers, for the layers that follow. Nothing is computed.
#
# ## Dense
#
# A **dense**, or fully connected, layer gives each of its units one weight for *every* number that
# comes in, and a bias: a matrix product. `Dense(64, activation="relu")` has 64 such units.


# %%
def dense(vectors, weights, biases):
    """Multiply vectors by weights and add the biases.

    The vectors' shape is (n, inputs), that of the weights (inputs, units).
    """
    return vectors @ weights + biases


flat = pooled2.reshape(len(pooled2), -1)
hidden = relu(dense(flat, dense_weights, dense_biases))
scores = dense(hidden, output_weights, output_biases)
print("shapes:", flat.shape, hidden.shape, scores.shape)


# %% [markdown]
# ## Softmax
#
# The last layer has a unit per digit. Its ten sums may be any numbers. **Softmax** turns them into
# probabilities: take the exponential of each, which makes it positive, and divide by their total,
# which makes them add up to 1.
#
# $$p_k = \frac{e^{s_k}}{\sum_{j=0}^{9} e^{s_j}}$$
#
# Subtracting the largest score first changes nothing in the result, since numerator and denominator
# shrink by the same factor, and keeps the exponentials from growing beyond what a computer can
# hold. The digit with the highest probability is the network's answer.


# %%
def softmax(scores):
    """Turn each row of scores into probabilities."""
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


print(softmax(np.array([[2.0, 1.0, 0.0]])).round(3))

# %% [markdown]
# ## The whole network
#
# Seven layers, five functions. If they are right, the NumPy network and Keras agree on every image.

# %%
probabilities = softmax(scores)
keras_probabilities = cnn.predict(images, verbose=0)
answers = probabilities.argmax(axis=1)
same_answers = (answers == keras_probabilities.argmax(axis=1)).sum()
difference = np.abs(probabilities - keras_probabilities).max()
print(f"same answer on {same_answers} of {len(images)} images")
print("largest difference below one in a million:", difference < 1e-6)

# %% tags=["pipeline"]
page.add(compared_images=len(images), same_answers=same_answers)
page.claim(
    "They agree on every one",
    same_answers == len(images) and difference < 1e-6,
)

# %% [markdown]
# {{ claim("They agree on every one") }} of {{ architecture.compared_images }}. What is left of a
# difference is rounding: Keras computes with 32 bits a number, NumPy here with 64.
#
# ## Where the parameters are
#
# A convolution has (kernel height) x (kernel width) x (channels in) weights per filter, and a bias.
# A dense layer has one weight per input and unit, and a bias per unit. So:

# %%
by_hand = {
    "first convolution": (3 * 3 * 1 + 1) * 32,
    "second convolution": (3 * 3 * 32 + 1) * 64,
    "dense": (5 * 5 * 64 + 1) * 64,
    "output": (64 + 1) * 10,
}
for layer, count in by_hand.items():
    print(f"{layer:18} {count:7,}")
print(f"{'in all':18} {sum(by_hand.values()):7,}")
print("as Keras counts:", sum(by_hand.values()) == cnn.count_params())

# %% tags=["pipeline"]
page.claim(
    "most of its parameters sit in one dense layer",
    parameters["dense"] > 0.5 * total,
)
page.claim(
    "most of its multiplications happen in the convolutions",
    work["first convolution"] + work["second convolution"] > 0.5 * work.sum(),
)

# %% [markdown]
# The network has {{ architecture.parameters | thousands }} parameters, and one thing stands out:
# {{ claim("most of its parameters sit in one dense layer") }}. It holds
# {{ architecture.parameters_by_layer.dense | thousands }} of them, or
# {{ architecture.dense_share | percent(0) }}; the two convolutions together hold
# {{ architecture.convolution_parameters | thousands }}.
#
# Why so lopsided? A convolution uses the same few weights at every position of the image. The dense
# layer has its own weights for each of the 5x5 positions that are left, times 64 channels, times 64
# units. It also means that this layer treats a feature at one position as something quite unlike
# the same feature one position further on. A network called convolutional is, by weight, largely a
# fully connected one. Keep that in mind in chapter 4, when the picture is moved.
#
# ## Where the work is
#
# Count a multiplication and the addition that follows it as one **multiply-add**. Every output of a
# convolution costs one for each weight of its kernel; every unit of a dense layer costs one for
# each input. The last column of the table above has them.

# %%
shares = table[["parameters", "multiply-adds"]]
shares = (shares / shares.sum()).loc[list(by_hand)]
shares.map("{:.1%}".format)


# %% [markdown]
# One image takes {{ architecture.multiply_adds | thousands }} multiply-adds, and
# {{ claim("most of its multiplications happen in the convolutions") }}:
# {{ architecture.convolution_work_share | percent(0) }} of them,
# {{ architecture.second_work_share | percent(0) }} in the second alone. Parameters and work sit in
# different places. If you want a smaller file, look at the dense layer; if you want a faster
# network, look at the second convolution.
#
# ## How much one unit sees
#
# The **receptive field** of a unit is the part of the image that can change its value. A unit of
# the first map sees 3x3 pixels. For deeper layers you can work it out (each convolution adds two
# steps, and after a pooling each step is twice as long) or find out: put a single bright pixel at
# every place of an empty image in turn, and note where the unit answers. With all weights set to 1
# nothing can cancel.


# %%
def receptive_field(depth):
    """Side of the square of pixels that a central unit can see.

    The unit lies behind the first `depth` layers.
    """
    ones1, ones2 = np.ones_like(kernels1), np.ones_like(kernels2)
    steps = [
        lambda x: convolve(x, ones1, 0),
        max_pool,
        lambda x: convolve(x, ones2, 0),
        max_pool,
    ]
    # One image per place of the bright pixel.
    values = np.eye(28 * 28).reshape(-1, 28, 28, 1)
    for step in steps[:depth]:
        values = step(values)
    middle = values.shape[1] // 2
    answers = values[:, middle, middle, 0].reshape(28, 28) > 0
    return int(answers.any(axis=1).sum())


sides = {
    name: receptive_field(depth)
    for depth, name in enumerate(table.index[:4], start=1)
}
for name, side in sides.items():
    print(f"{name:18} {side:2} x {side}")

# %% tags=["pipeline"]
page.add(last_field=sides["second pooling"])
page.claim(
    "no unit before the dense layer sees a whole digit",
    sides["second pooling"] < 20,
)

# %% [markdown]
# After the second pooling a unit sees {{ architecture.last_field }} pixels a side, while digits
# measure up to 20x20: {{ claim("no unit before the dense layer sees a whole digit") }}. The
# convolutions find strokes and corners and where they are; it is the dense layer that puts them
# together.
#
# ## Summary
#
# - Convolution, ReLU, pooling, dense and softmax are a few lines of NumPy each, and Keras does
#   nothing else.
# - {{ architecture.parameters | thousands }} parameters,
#   {{ architecture.dense_share | percent(0) }} of them in one dense layer;
#   {{ architecture.multiply_adds | thousands }} multiply-adds an image,
#   {{ architecture.convolution_work_share | percent(0) }} of them in the convolutions.
# - A unit of the last map sees {{ architecture.last_field }} pixels a side.
#
# ## Questions to think about
#
# **A colleague says: "Pooling keeps the most relevant information." What does it keep, strictly?**
#
# <details><summary>The largest value of each square, and where in the square it stood</summary>
#
# Only half right: the largest value stays, its place in the square is lost.
#
# </details>
#
# <details><summary>The largest value of each square, and nothing else</summary>
#
# Right. Whether that was the relevant part is decided by the layers around it, which are trained to
# make it so.
#
# </details>
#
# <details><summary>The mean of each square</summary>
#
# That would be average pooling, which exists too. `MaxPooling2D` takes the maximum.
#
# </details>
#
# **You double the height and width of the images. Which layer's parameters change in number?**
#
# <details><summary>The convolutions'</summary>
#
# No: a kernel stays 3x3, however large the image it slides over.
#
# </details>
#
# <details><summary>The first dense layer's</summary>
#
# Right. It has its own weights for each position that is left, and there are more positions.
#
# </details>
#
# <details><summary>All layers'</summary>
#
# Only layers that look at whole maps care about their size. Even the output layer still gets 64
# numbers.
#
# </details>
#
# **Without ReLU, what could this network of seven layers still learn?**
#
# <details><summary>Only what one linear layer and a softmax could learn</summary>
#
# Nearly. Convolution, flatten and dense are linear, and merge into one. But a maximum is not
# linear, so the poolings would still be a bend. Exercise 3 merges two layers that have none between
# them.
#
# </details>
#
# <details><summary>A little more than one linear layer: the poolings are not linear</summary>
#
# Right: the largest of four sums is not a sum.
#
# </details>
#
# <details><summary>The same as with ReLU, but slower</summary>
#
# No. Where nothing bends, depth adds nothing, however long you train.
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
# (large values) above, paper (zero) below. On a plain area its map should be zero. Where is the map
# of a test image largest?

# %% mystnb={"figure": {"caption": "A test digit, and the map of a kernel for the lower edges of its strokes: dark where a stroke ends below.", "name": "fig-edges"}}
lower_edges = ...
### BEGIN SOLUTION
lower_edges = np.array([[1, 1, 1], [0, 0, 0], [-1, -1, -1]])
### END SOLUTION
check("architecture.2", lower_edges)
### BEGIN SOLUTION

from digitlib import plots

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
# by one. Write `merge`, which takes the weights and biases of both and returns the weights and
# biases of that one. A layer computes `vectors @ weights + biases`.


# %%
def merge(first, first_biases, second, second_biases):
    """One layer's weights and biases that do what two layers do."""
    ...
    ### BEGIN SOLUTION
    return first @ second, first_biases @ second + second_biases
    ### END SOLUTION


check("architecture.3", merge)


# %% [markdown]
# **Exercise 4** (half an hour). For training, Keras needs the logarithm of the probabilities. Write
# `log_softmax` for rows of scores. It should be right if all scores are near a thousand, and if one
# lies a thousand below the others.


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
# **Exercise 5** (an hour). No unit before the dense layer of this chapter's network sees a whole
# digit. Design a network with at most `60_000` parameters, made with `keras.Sequential`, whose last
# map has units that do: they see at least `20` pixels a side. You need not train it. (Would you
# expect it to be more accurate? The chapter on the hierarchy of features has its doubts.)

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
