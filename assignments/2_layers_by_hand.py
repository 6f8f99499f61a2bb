# %% [markdown]
# # Assignment 2: the layers, by hand and in Keras
#
# The chapter "The architecture" works out one network with kernels of 3 by 3, steps of one pixel and squares of 2 by 2;
# "Training and evaluation" says what loss and gradient are. Here you write layers that take other kernels, longer steps
# and padding, compute a loss and a gradient, and hold all of it against Keras. What is left of "deep learning is a
# black box" after that fits on a page of NumPy.
#
# **After this assignment you can**
#
# - compute convolutions and poolings of any kernel, step and padding, and say what comes out before computing it;
# - compute softmax and cross-entropy so that no score, however large, breaks them;
# - derive a gradient, and test it without trusting your derivation;
# - count a network's parameters layer by layer;
# - build the same network in Keras, and show that it is the same.
#
# **Time**: about 8 hours. **Points**: 25.
#
# | | full points | half of them or less |
# |---|---|---|
# | Code (22 points) | right for other shapes, steps and channels | right for the shapes of the checks alone |
# | In words (3 points) | explains by shapes, counts or formulas, and shows them | right, but not explained |
#
# Each question has a cell for your answer and a check below it, which runs a few small tests. Your work is graded by
# other tests of the same kind, with arrays of other shapes and other values. Use NumPy alone for questions 1 to 6.
#
# Images and maps have the shape (n, height, width, channels) throughout, as in Keras.

# %%
import keras
import numpy as np
from keras import layers

# %% [raw]
# # BEGIN QUESTION
# name: q1
# points: 5

# %% [markdown]
# **Question 1** (5 points, two hours). Write `convolve`. Its arguments:
#
# - `images`, shape (n, height, width, channels);
# - `kernels`, shape (kernel height, kernel width, channels, filters); height and width may differ;
# - `biases`, shape (filters,);
# - `stride`, how many pixels the kernel moves on at each step, down and right alike;
# - `padding`, `"valid"` for none, or `"same"`.
#
# It returns the maps, shape (n, height of the maps, width of the maps, filters). As in deep learning everywhere,
# kernels are not flipped.
#
# With `"same"`, zeros are put around the images, so that there is a position of the kernel for every `stride`-th pixel:
# $\lceil h / s \rceil$ positions along a side of $h$ pixels with a stride of $s$. A kernel of size $k$ then needs
# $(\lceil h / s \rceil - 1)\, s + k$ pixels. If that is more than $h$, the difference is added as zeros, half of them
# before the image and half of them after it; of an odd number, the odd one goes after it. That is Keras's rule.

# %% [raw]
# # BEGIN SOLUTION


# %%
# BEGIN SOLUTION NO PROMPT
def pad(images, kernel, stride):
    """Put zeros around images so that there is an output for every `stride`-th pixel."""
    widths = [(0, 0)]
    for side, size in zip(images.shape[1:3], kernel, strict=True):
        missing = max((-(-side // stride) - 1) * stride + size - side, 0)
        widths.append((missing // 2, missing - missing // 2))
    return np.pad(images, [*widths, (0, 0)])


# END SOLUTION
def convolve(images, kernels, biases, stride=1, padding="valid"):
    """Convolve images with kernels, and add the biases."""
    # BEGIN SOLUTION
    if padding == "same":
        images = pad(images, kernels.shape[:2], stride)
    patches = np.lib.stride_tricks.sliding_window_view(images, kernels.shape[:2], axis=(1, 2))
    return np.einsum("nyxcij,ijcf->nyxf", patches[:, ::stride, ::stride], kernels) + biases
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_by_paper(convolve):
    import numpy as np

    image = np.arange(12.0).reshape(1, 3, 4, 1)
    kernels = np.array([[0.0, 1.0], [10.0, 100.0]]).reshape(2, 2, 1, 1)
    maps = convolve(image, kernels, np.array([0.5]))
    assert maps is not None, "not solved yet: convolve returns None"
    assert maps.shape == (1, 2, 3, 1), f"a 2x2 kernel fits in 2 by 3 places of a 3x4 image; your maps are {maps.shape}"
    first = maps[0, 0, 0, 0]
    assert first != 14.5, "your kernel is flipped: lay it on the image as it is"
    assert first == 541.5, f"at the upper left 1 * 1 + 10 * 4 + 100 * 5 + 0.5 = 541.5, not {first}"
    assert maps[0, 1, 2, 0] == 1207.5, f"at the lower right 7 + 10 * 10 + 100 * 11 + 0.5, not {maps[0, 1, 2, 0]}"


# %%
def test_channels(convolve):
    import numpy as np

    images = np.stack([np.ones((2, 5, 5)), np.full((2, 5, 5), 10.0)], axis=-1)
    kernels = np.ones((3, 3, 2, 4))
    maps = convolve(images, kernels, np.arange(4.0))
    assert maps.shape == (2, 3, 3, 4), f"two images and four filters give (2, 3, 3, 4), not {maps.shape}"
    assert maps[0, 0, 0, 0] == 99, f"nine ones of a channel and nine tens of the other make 99, not {maps[0, 0, 0, 0]}"
    assert maps[0, 0, 0, 3] == 102, "the last filter's bias is 3"


# %%
def test_stride_and_padding(convolve):
    import numpy as np

    images = np.ones((1, 6, 6, 1))
    kernels = np.ones((3, 3, 1, 1))
    strided = convolve(images, kernels, np.zeros(1), 2)
    assert strided.shape == (1, 2, 2, 1), f"a 3x3 kernel in steps of 2 fits in 2 by 2 places, not {strided.shape[1:3]}"
    same = convolve(images, kernels, np.zeros(1), 2, "same")[0, :, :, 0]
    assert same.shape == (3, 3), f'with "same" there are as many places as every second pixel of 6, not {same.shape}'
    assert same[0, 0] == 9, f"only one row and column of zeros is needed, and it goes after the image; got {same[0, 0]}"
    assert same[2, 2] == 4, f"at the lower right the kernel covers 2x2 pixels of the image, not {same[2, 2]:.0f}"


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [raw]
# # BEGIN QUESTION
# name: q2
# points: 3

# %% [markdown]
# **Question 2** (3 points, an hour). Write `max_pool`, which takes maps, the side `size` of its squares and the
# `stride` from each square to the next, and returns the largest value of each square in each channel. Squares may
# overlap. A square that does not fit wholly into the map is left out.

# %% [raw]
# # BEGIN SOLUTION


# %%
def max_pool(maps, size, stride):
    """Keep the largest value of each square."""
    # BEGIN SOLUTION
    squares = np.lib.stride_tricks.sliding_window_view(maps, (size, size), axis=(1, 2))
    return squares[:, ::stride, ::stride].max(axis=(-2, -1))
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_pooling(max_pool):
    import numpy as np

    maps = np.arange(25.0).reshape(1, 5, 5, 1)
    pooled = max_pool(maps, 2, 2)
    assert pooled is not None, "not solved yet: max_pool returns None"
    assert pooled.shape == (1, 2, 2, 1), f"two squares of 2 fit into 5 pixels a side; your result is {pooled.shape}"
    assert pooled[0, :, :, 0].tolist() == [[6, 8], [16, 18]], f"expected 6, 8, 16, 18, got {pooled.ravel().tolist()}"
    overlapping = max_pool(maps, 3, 2)[0, :, :, 0].tolist()
    assert overlapping == [[12, 14], [22, 24]], f"squares of 3 in steps of 2: 12, 14, 22, 24, not {overlapping}"


# %%
def test_negative(max_pool):
    import numpy as np

    assert max_pool(np.full((1, 2, 2, 1), -5.0), 2, 2).item() == -5, "the largest of four times -5 is -5: is there a 0?"


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [raw]
# # BEGIN QUESTION
# name: q3
# points: 2

# %% [markdown]
# **Question 3** (2 points, half an hour). Write `softmax`. The scores of one example lie along the last axis; there may
# be any number of axes before it, none included. It must work for scores of a thousand and more.

# %% [raw]
# # BEGIN SOLUTION


# %%
def softmax(scores):
    """Turn scores along the last axis into probabilities."""
    # BEGIN SOLUTION
    exponentials = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_softmax(softmax):
    import numpy as np

    probabilities = softmax(np.log([[1.0, 3.0], [3.0, 5.0]]))
    assert probabilities is not None, "not solved yet: softmax returns None"
    assert not np.allclose(probabilities.sum(axis=0), 1), "it is the rows that must add up to 1, not the columns"
    assert np.allclose(probabilities, [[0.25, 0.75], [0.375, 0.625]]), f"expected 1/4, 3/4, 3/8, 5/8: {probabilities}"


# %%
def test_large_scores(softmax):
    import numpy as np

    large = softmax(np.array([1000.0, 1000.0]))
    assert np.allclose(large, 0.5), f"two equal scores are equally likely, however large; got {large}"


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [raw]
# # BEGIN QUESTION
# name: q4
# points: 3

# %% [markdown]
# **Question 4** (3 points, an hour). An example's **cross-entropy** loss is $-\ln p$, where $p$ is the probability that
# softmax gives to its right class. Write `cross_entropy`, the mean loss of a batch, a `float`, from its **scores**,
# shape (n, classes), before any softmax, and its labels, shape (n,). If a right answer's score is a thousand below the
# largest, its probability is rounded to 0, and the logarithm of that is minus infinity. The loss is a thousand. So do
# not take the logarithm of a probability: simplify the formula first.

# %% [raw]
# # BEGIN SOLUTION


# %%
def cross_entropy(scores, labels):
    """The mean cross-entropy of scores."""
    # BEGIN SOLUTION
    shifted = scores - scores.max(axis=1, keepdims=True)
    losses = np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels]
    return float(losses.mean())
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_loss(cross_entropy):
    import numpy as np

    loss = cross_entropy(np.zeros((4, 10)), np.array([0, 3, 3, 9]))
    assert loss is not None, "not solved yet: cross_entropy returns None"
    assert np.ndim(loss) == 0, f"return one number, the mean of the batch, not shape {np.shape(loss)}"
    assert not np.isclose(loss, 4 * np.log(10)), "return the mean of the losses, not their sum"
    assert np.isclose(loss, np.log(10)), f"ten equal scores cost the logarithm of 10, 2.303, not {loss}"
    loss = cross_entropy(np.array([[0.0, 1000.0]]), np.array([0]))
    assert np.isclose(loss, 1000), f"a right answer that lies a thousand below the largest costs a thousand, not {loss}"


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [raw]
# # BEGIN QUESTION
# name: q5
# points: 3

# %% [markdown]
# **Question 5** (3 points, an hour and a half). Take a dense layer without activation, `vectors @ weights + biases`,
# whose results are scores, and the mean cross-entropy of these. Write `output_gradient`, which returns the loss's
# **gradient** as two arrays: the derivative by each weight, in the shape of the weights, and by each bias, in the shape
# of the biases.
#
# Derive first how one example's loss depends on its scores; the result is short. Then test it without trusting it: move
# one weight by a little, and see by how much the loss changes. The check does the same.

# %% [raw]
# # BEGIN SOLUTION


# %%
def output_gradient(vectors, weights, biases, labels):
    """The gradient of the mean cross-entropy with respect to weights and biases."""
    # BEGIN SOLUTION
    # For one example it is p - 1 at the right answer's score and p at the others.
    by_score = softmax(vectors @ weights + biases)
    by_score[np.arange(len(labels)), labels] -= 1
    by_score /= len(labels)
    return vectors.T @ by_score, by_score.sum(axis=0)
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_gradient(output_gradient, cross_entropy):
    import numpy as np

    vectors, labels = np.array([[1.0, 2.0], [0.0, -1.0], [3.0, 1.0]]), np.array([2, 0, 1])
    weights, biases, step = np.array([[0.1, -0.2, 0.3], [0.0, 0.5, -0.4]]), np.array([0.1, 0.0, -0.1]), 1e-6
    answer = output_gradient(vectors, weights, biases, labels)
    assert answer is not None, "not solved yet: output_gradient returns None"
    by_weight, by_bias = answer
    assert by_weight.shape == (2, 3), f"the weights have shape (2, 3), your gradient {by_weight.shape}"
    assert by_bias.shape == (3,), f"the biases have shape (3,), your gradient {by_bias.shape}"
    moved = weights.copy()
    moved[1, 2] += step
    change = cross_entropy(vectors @ moved + biases, labels) - cross_entropy(vectors @ weights + biases, labels)
    measured = change / step
    assert not np.isclose(by_weight[1, 2], 3 * measured, atol=1e-4), "the loss is a mean over the batch, not a sum"
    assert not np.isclose(by_weight[1, 2], -measured, atol=1e-4), "the sign is wrong: this is how fast the loss falls"
    assert np.isclose(by_weight[1, 2], measured, atol=1e-4), f"measured {measured:.4f}, you say {by_weight[1, 2]:.4f}"


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [raw]
# # BEGIN QUESTION
# name: q6
# points: 3

# %% [markdown]
# **Question 6** (3 points, an hour). Work out a network on paper, by program. `describe` takes the shape of one image,
# a tuple (height, width, channels), and a list of layers, each one a dict of one of these kinds:
#
# - `{"kind": "convolution", "kernel": (3, 5), "filters": 8, "stride": 2, "padding": "same"}`
# - `{"kind": "pooling", "size": 2, "stride": 2}`
# - `{"kind": "flatten"}`
# - `{"kind": "dense", "units": 10}`
#
# It returns a list with a tuple for each layer: the shape that comes out, a tuple of `int`, and the number of its
# parameters, an `int`. Padding is that of question 1, pooling that of question 2.

# %% [raw]
# # BEGIN SOLUTION


# %%
# BEGIN SOLUTION NO PROMPT
def describe_layer(shape, layer):
    """The shape that comes out of one layer, and its parameters."""
    match layer:
        case {"kind": "convolution", "kernel": kernel, "filters": filters, "stride": stride, "padding": padding}:
            sides = zip(shape, kernel, strict=False)
            places = [-(-side // stride) if padding == "same" else (side - size) // stride + 1 for side, size in sides]
            return (*places, filters), (kernel[0] * kernel[1] * shape[2] + 1) * filters
        case {"kind": "pooling", "size": size, "stride": stride}:
            return (*((side - size) // stride + 1 for side in shape[:2]), shape[2]), 0
        case {"kind": "flatten"}:
            return (int(np.prod(shape)),), 0
        case {"kind": "dense", "units": units}:
            return (units,), (shape[0] + 1) * units


# END SOLUTION
def describe(shape, network):
    """For each layer the shape that comes out, and the number of its parameters."""
    # BEGIN SOLUTION
    described = []
    for layer in network:
        shape, parameters = describe_layer(shape, layer)
        described.append((shape, parameters))
    return described
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_the_books_network(describe):
    convolution = {"kind": "convolution", "kernel": (3, 3), "filters": 32, "stride": 1, "padding": "valid"}
    pooling = {"kind": "pooling", "size": 2, "stride": 2}
    answer = describe((28, 28, 1), [convolution, pooling, convolution | {"filters": 64}, pooling, {"kind": "flatten"}])
    assert answer is not None, "not solved yet: describe returns None"
    shapes, counts = [shape for shape, _ in answer], [count for _, count in answer]
    expected = [(26, 26, 32), (13, 13, 32), (11, 11, 64), (5, 5, 64), (1600,)]
    assert shapes == expected, f"the shapes are {expected}, yours {shapes}"
    assert not any(isinstance(size, float) for shape in shapes for size in shape), f"sizes are of type int: {shapes}"
    assert counts[0] != 288, "each filter has a bias, too"
    assert counts[2] != 640, "each filter of the second convolution has a kernel for every one of 32 channels"
    assert counts == [320, 0, 18_496, 0, 0], f"the parameters are 320, 0, 18496, 0 and 0, yours {counts}"


# %%
def test_stride(describe):
    strided = {"kind": "convolution", "kernel": (3, 5), "filters": 2, "stride": 2, "padding": "same"}
    [(shape, count)] = describe((9, 10, 3), [strided])
    assert shape == (5, 5, 2), f'every second of 9 and of 10 pixels are 5 and 5 with "same" padding, you say {shape}'
    assert not any(isinstance(size, float) for size in shape), f"sizes must be of type int, yours are {shape}"
    assert count == 92, f"(3 * 5 * 3 + 1) * 2 = 92 parameters, you say {count}"


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [raw]
# # BEGIN QUESTION
# name: q7
# points: 3

# %% [markdown]
# **Question 7** (3 points, an hour). Now the whole network, twice: once of your functions, once in Keras. Its layers:
# convolution and ReLU, pooling of 2x2 squares, convolution and ReLU, pooling, flatten, dense and ReLU, dense and
# softmax; all convolutions without padding and with a stride of 1. Both functions take images, and a list of eight
# arrays in the order in which Keras's `get_weights` gives them: kernels and biases of the two convolutions, weights and
# biases of the two dense layers. The sizes of kernels, filters, units and images follow from the arrays; they differ
# from call to call. Both return the probabilities, shape (n, classes).

# %% [raw]
# # BEGIN SOLUTION


# %%
def by_hand(images, arrays):
    """The network's probabilities, from your own functions."""
    # BEGIN SOLUTION
    kernels1, biases1, kernels2, biases2, hidden_weights, hidden_biases, output_weights, output_biases = arrays
    maps = max_pool(np.maximum(convolve(images, kernels1, biases1), 0), 2, 2)
    maps = max_pool(np.maximum(convolve(maps, kernels2, biases2), 0), 2, 2)
    units = np.maximum(maps.reshape(len(maps), -1) @ hidden_weights + hidden_biases, 0)
    return softmax(units @ output_weights + output_biases)
    # END SOLUTION


def by_keras(images, arrays):
    """The network's probabilities, from a Keras model with these weights."""
    # BEGIN SOLUTION
    kernels1, _, kernels2, _, hidden_weights, _, output_weights, _ = arrays
    model = keras.Sequential(
        [
            keras.Input(shape=images.shape[1:]),
            layers.Conv2D(kernels1.shape[3], kernels1.shape[:2], activation="relu"),
            layers.MaxPooling2D((2, 2)),
            layers.Conv2D(kernels2.shape[3], kernels2.shape[:2], activation="relu"),
            layers.MaxPooling2D((2, 2)),
            layers.Flatten(),
            layers.Dense(hidden_weights.shape[1], activation="relu"),
            layers.Dense(output_weights.shape[1], activation="softmax"),
        ]
    )
    model.set_weights(arrays)
    return model.predict(images, verbose=0)
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_they_agree(by_hand, by_keras):
    import numpy as np

    random = np.random.default_rng(0)
    shapes = [(3, 3, 1, 4), (4,), (3, 3, 4, 6), (6,), (6, 7), (7,), (7, 10), (10,)]
    arrays = [random.normal(scale=0.5, size=shape).astype("float32") for shape in shapes]
    images = random.random((5, 12, 11, 1)).astype("float32")
    probabilities = by_hand(images, arrays)
    assert probabilities is not None, "not solved yet: by_hand returns None"
    assert by_keras(images, arrays) is not None, "not solved yet: by_keras returns None"
    assert probabilities.shape == (5, 10), f"five images and ten classes, not {probabilities.shape}"
    assert np.allclose(probabilities.sum(axis=1), 1), "the probabilities of an image must add up to 1"
    difference = np.abs(probabilities - by_keras(images, arrays)).max()
    assert difference < 1e-4, f"your two networks differ by {difference:.4f}: is a ReLU or a bias missing in one?"


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [raw]
# # BEGIN QUESTION
# name: q8
# points: 3
# manual: true

# %% [markdown]
# **Question 8** (3 points, half an hour). In at most 200 words: in the book's network, why does the first dense layer
# hold most of the parameters and the second convolution do most of the multiplications? Which single change of the
# network would halve the parameters, and what do you expect it to cost? Count parameters with `describe`, and
# multiplications on paper.

# %% [raw]
# # BEGIN SOLUTION

# %% [markdown]
# A convolution stores a kernel once and uses it at every position: 18,496 parameters, at 11 x 11 places. The dense
# layer has a weight for each of 1,600 inputs and each of 64 units, more than 100,000, and uses each once. So the second
# convolution multiplies 18,432 x 121 = 2,230,272 times an image, the dense layer 102,400 times. With 26 units in place
# of 64 the network has 60,712 parameters in place of 121,930. What that costs must be measured on held-out images, from
# several seeds; "Going further" says what halving every layer did.

# %% [raw]
# # END SOLUTION

# %% [raw]
# # END QUESTION

# %% tags=["hidden-tests"]
LIMITS = {"seconds": 180, "gigabytes": 3}


def drawn_convolution(random, stride, padding):
    """Images, kernels and biases of shapes in which no two sizes are equal."""
    height, width, rows, columns = (
        random.permutation([7, 8, 9, 10])[:2].tolist() + random.permutation([1, 2, 3, 4])[:2].tolist()
    )
    channels, filters = random.permutation([2, 3, 5])[:2]
    images = random.normal(size=(2, height, width, channels))
    kernels = random.normal(size=(rows, columns, channels, filters))
    return images, kernels, random.normal(size=filters), stride, padding


@hidden(
    "q1", function="convolve", points=2, tolerance=1e-4, feedback="Kernels need not be square, nor channels be one."
)
def test_other_shapes(random):
    """Kernels of other shapes, and longer steps."""
    return [drawn_convolution(random, stride, "valid") for stride in (1, 2, 3)]


@hidden(
    "q1", function="convolve", points=3, tolerance=1e-4, feedback="How many zeros, and how many of them come first?"
)
def test_padding(random):
    """Padded images, with kernels of even and odd sizes and several steps."""
    cases = [drawn_convolution(random, stride, "same") for stride in (1, 2, 3)]
    images, kernels, biases, *_ = drawn_convolution(random, 4, "same")
    return [*cases, (images, kernels[:1, :1], biases, 4, "same")]


@hidden(
    "q2", function="max_pool", points=3, tolerance=1e-4, feedback="Try odd sizes, overlap, gaps and negative values."
)
def test_other_pooling(random):
    """Maps of odd sizes, squares that overlap or leave gaps, negative values."""
    cases = []
    for size, stride in ((2, 2), (3, 2), (3, 3), (2, 3)):
        height, width = random.permutation([6, 7, 8, 9, 11])[:2]
        cases.append((random.normal(loc=-3, size=(2, height, width, 3)), size, stride))
    return cases


@hidden("q3", function="softmax", points=2, tolerance=1e-5, feedback="The last axis adds up to 1; subtract what first?")
def test_other_scores(random):
    """Scores of one to three axes, small and huge."""
    shapes = [(int(random.integers(2, 9)),), (4, 7), (2, 3, 5)]
    return [(random.normal(scale=scale, size=shape),) for shape in shapes for scale in (1, 2_000)]


@hidden(
    "q4",
    function="cross_entropy",
    points=3,
    tolerance=1e-3,
    feedback="Write the logarithm of a quotient as a difference.",
)
def test_other_losses(random):
    """Other batches, scores of several thousand included."""
    cases = []
    for count, classes, scale in ((6, 10, 1), (3, 4, 5), (5, 7, 3_000)):
        cases.append((random.normal(scale=scale, size=(count, classes)), random.integers(classes, size=count)))
    return cases


@hidden("q5", function="output_gradient", points=3, tolerance=1e-5, feedback="Compare each entry with a small step.")
def test_other_gradients(random):
    """Other batches, numbers of inputs and classes."""
    cases = []
    for count, inputs, classes in ((6, 4, 3), (1, 2, 5), (9, 7, 10)):
        vectors, weights = random.normal(size=(count, inputs)), random.normal(size=(inputs, classes))
        cases.append((vectors, weights, random.normal(size=classes), random.integers(classes, size=count)))
    return cases


@hidden("q6", function="describe", points=3, feedback="What does each layer see: which sides, how many channels?")
def test_other_networks(random):
    """Other networks: kernels that are not square, strides, both paddings."""
    cases = []
    for padding in ("valid", "same", "valid"):
        rows, columns, filters, more, units = (int(number) for number in random.integers(2, 6, size=5))
        first = {"kind": "convolution", "kernel": (rows, columns), "filters": filters, "stride": 2, "padding": padding}
        second = {"kind": "convolution", "kernel": (2, 3), "filters": more, "stride": 1, "padding": "same"}
        pooling = {"kind": "pooling", "size": 3, "stride": 2}
        shape = tuple(int(side) for side in random.integers(21, 40, size=2))
        rest = [{"kind": "flatten"}, {"kind": "dense", "units": units}, {"kind": "dense", "units": 10}]
        cases.append(((*shape, int(random.integers(1, 4))), [first, pooling, second, pooling, *rest]))
    return cases


def drawn_network(random):
    """Images and the eight arrays of a network that takes them."""
    rows, columns, channels, filters, more, units = (int(number) for number in random.integers(2, 5, size=6))
    height, width = (int(side) for side in random.integers(18, 23, size=2))
    rows_left, columns_left = (((side - size + 1) // 2 - 2) // 2 for side, size in ((height, rows), (width, columns)))
    shapes = [(rows, columns, channels, filters), (3, 3, filters, more), (rows_left * columns_left * more, units)]
    arrays = []
    for shape in [*shapes, (units, int(random.integers(3, 11)))]:
        arrays += [random.normal(scale=0.4, size=shape), random.normal(scale=0.4, size=shape[-1])]
    return random.random((3, height, width, channels)).astype("f4"), [array.astype("f4") for array in arrays]


@hidden("q7", function="by_hand", points=2, tolerance=1e-4, feedback="Every size must come from the arrays.")
def test_your_network(random):
    """Networks of other sizes, from your functions."""
    return [drawn_network(random) for _ in range(3)]


@hidden("q7", function="by_keras", points=1, tolerance=1e-4, feedback="Every size must come from the arrays.")
def test_keras_network(random):
    """Networks of other sizes, in Keras."""
    return [drawn_network(random) for _ in range(2)]
