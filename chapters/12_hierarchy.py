# %% [markdown]
# # Is there a hierarchy of features?
#
# *{{ minutes_to_read.hierarchy }} minutes to read, about {{ minutes_with_exercises.hierarchy }}
# with the exercises; our run took {{ runs.hierarchy.seconds | minutes }} on
# {{ training.processor }}.*
#
# "The first layer finds edges, the next ones corners, then parts, then whole digits." It is a
# beautiful story, and it is easy to see in pictures what one hopes to see. So most pictures here
# come with a number, and each number with a control: the same network with random weights, before
# any training. The trained network is that of the training chapter, one of many possible ones.
#
# **After this chapter you can**
#
# - look at kernels and feature maps, and say what is more than chance in them;
# - find the patches that excite a unit, and the size of what it sees;
# - measure with a linear probe how much each layer knows about the digit;
# - draw occlusion and Grad-CAM maps, and say what they do not tell.

# %% tags=["pipeline"]
from page_results import Page

page = Page("12_hierarchy")

# %%
import keras
import numpy as np
import pandas as pd
import tensorflow as tf
from sklearn.linear_model import RidgeClassifierCV

from digitlib import data, evaluation, models, plots, reference, training

(X_train, y_train), (X_test, y_test) = data.load_mnist()
digits = data.scale_pixels(X_test[:2_000])
trained = reference.load_model("cnn")


def untrained(seed):
    """The same network with random weights."""
    keras.utils.set_random_seed(seed)
    return models.build_cnn()


def up_to(network, layer):
    """The network's first layers as a model of their own."""
    return keras.Sequential(
        [keras.Input(shape=(28, 28, 1)), *network.layers[: layer + 1]]
    )


controls = [untrained(seed) for seed in (1, 2, 3)]

# %% [markdown]
# ## Are the kernels edge detectors?

# %% mystnb={"figure": {"caption": "The kernels of the first convolution: orange weights are negative, purple ones positive. Some have a light and a dark side, as an edge detector has.", "name": "fig-hierarchy-kernels"}}
plots.kernels(trained.layers[0].get_weights()[0])


# %% [markdown]
# A simple edge detector has weights that rise steadily in one direction: a slope. How much of a
# kernel is such a slope? Fit a plane to its nine weights, and take the share of their variance that
# the plane explains. Random numbers will also show a slope of some kind. Of nine numbers around
# their mean there are eight directions to vary in, and a plane has two of them, so a quarter is to
# be expected by chance.


# %%
def share_of_slope(network):
    """For each first kernel, the share of variance that a plane explains."""
    kernels = network.layers[0].get_weights()[0].reshape(9, 32)
    kernels = kernels - kernels.mean(axis=0)
    down, right = (axis.ravel() / np.sqrt(6) for axis in np.mgrid[-1:2, -1:2])
    of_the_plane = (down @ kernels) ** 2 + (right @ kernels) ** 2
    return of_the_plane / (kernels**2).sum(axis=0)


slopes = {
    "trained": share_of_slope(trained),
    "untrained": np.concatenate([share_of_slope(one) for one in controls]),
}
for name, shares in slopes.items():
    print(
        f"{name:9} mean share of slope {shares.mean():.2f}, "
        f"kernels with over half: {(shares > 0.5).mean():.2f}"
    )

# %% tags=["pipeline"]
page.claim(
    "The trained kernels are slopes far more often than chance",
    slopes["trained"].mean() > slopes["untrained"].mean() + 0.1,
)
page.claim(
    "the plane explains less than half",
    (slopes["trained"] < 0.5).mean() > 0.25,
)
page.add(
    slope={name: shares.mean() for name, shares in slopes.items()},
    mostly_slope={
        name: (shares > 0.5).mean() for name, shares in slopes.items()
    },
)

# %% [markdown]
# {{ claim("The trained kernels are slopes far more often than chance") }}: a plane explains
# {{ hierarchy.slope.trained | percent(0) }} of their variance on average, and
# {{ hierarchy.slope.untrained | percent(0) }} of that of random ones. So edge detection is learned.
# But it is not all: in {{ (1 - hierarchy.mostly_slope.trained) | percent(0) }} of the kernels
# {{ claim("the plane explains less than half") }}. What they respond to may be spots, or lines, or
# something that has no name.
#
# ## Feature maps
#
# What do the layers make of a digit? These are the 32 maps of the first convolution and the 64 of
# the second, for the same 7.

# %% mystnb={"figure": {"caption": "Feature maps of the first convolution for a 7. Different maps mark different sides of the strokes.", "name": "fig-hierarchy-first"}}
maps = up_to(trained, 0)(digits[:1])[0].numpy()
plots.feature_maps(maps, layer="the first convolution")

# %% mystnb={"figure": {"caption": "Feature maps of the second convolution for the same 7. Each marks few places.", "name": "fig-hierarchy-second"}}
maps = up_to(trained, 2)(digits[:1])[0].numpy()
plots.feature_maps(maps, layer="the second convolution", columns=16)

# %% [markdown]
# A unit that looks for something rare is silent most of the time. Count how often units answer at
# all.


# %% nbval={"atol": 0.01}
def share_active(network, layer):
    """The share of the layer's outputs that are positive."""
    return (up_to(network, layer)(digits[:500]).numpy() > 0).mean()


kinds = {"trained": [trained], "untrained": controls}
convolutions = {"first convolution": 0, "second convolution": 2}
active = pd.DataFrame(
    {
        name: {
            layer: np.mean([share_active(one, index) for one in networks])
            for layer, index in convolutions.items()
        }
        for name, networks in kinds.items()
    }
)
active.round(2)

# %% tags=["pipeline"]
in_first = active.loc["first convolution"]
in_second = active.loc["second convolution"]
page.claim(
    "Training makes the second layer quiet",
    in_second["trained"] < in_second["untrained"] / 2,
)
page.claim(
    "the first layer has hardly changed",
    abs(in_first["trained"] - in_first["untrained"]) < 0.1,
)
page.add(
    active={name: column.to_dict() for name, column in active.items()},
    atol=0.001,
)

# %% [markdown]
# {{ claim("Training makes the second layer quiet") }}:
# {{ hierarchy.active.trained["second convolution"] | percent(0) }} of its outputs are positive,
# against {{ hierarchy.active.untrained["second convolution"] | percent(0) }} before. In that
# respect {{ claim("the first layer has hardly changed") }}
# ({{ hierarchy.active.trained["first convolution"] | percent(0) }} and
# {{ hierarchy.active.untrained["first convolution"] | percent(0) }}). Units of the second layer
# have become choosy.
#
# ## What excites a unit?
#
# The **receptive field** of a unit is the part of the image that can change its value. A unit of
# the second convolution sees 3x3 values of the pooled map. Each of those is the largest of 2x2
# values of the first map, and each of those saw 3x3 pixels. Put together, that is a patch of 8x8
# pixels: large enough for a stroke's end or a bend, too small for a digit.
#
# Take eight units, those that reach highest, and find the patches among two thousand test images
# that [excite them most](#fig-hierarchy-patches).

# %%
second = up_to(trained, 2)(digits).numpy()  # images x 11 x 11 x 64


def most_exciting(unit, count=8):
    """The 8x8 patches, of different images, to which the unit answers most."""
    strongest = second[..., unit].reshape(len(second), -1)
    images = np.argsort(-strongest.max(axis=1))[:count]
    tops, lefts = np.divmod(strongest[images].argmax(axis=1), second.shape[2])
    return [
        X_test[image, 2 * top : 2 * top + 8, 2 * left : 2 * left + 8]
        for image, top, left in zip(images, tops, lefts, strict=True)
    ]


# %% mystnb={"figure": {"caption": "For each of eight units of the second convolution (a row each), the eight patches that excite it most. Within most rows the patches are alike: a bend, an end, a slanted stroke.", "name": "fig-hierarchy-patches"}}
units = np.argsort(-second.max(axis=(0, 1, 2)))[:8]
patches = [patch for unit in sorted(units) for patch in most_exciting(unit)]
plots.image_grid(
    np.array(patches),
    subject="Patches that excite eight units of the second convolution most, "
    "a row a unit",
    columns=8,
)


# %% [markdown]
# Do units stand for digits? For each unit take the hundred images that excite it most, and the
# share of the commonest digit among them. If the unit cared nothing for digits, it would be above a
# tenth all the same, as the commonest of ten always is. But a stroke that some digits have and
# others have not is enough to raise it, so compare with untrained units.


# %% nbval={"atol": 0.02}
def purity(maps):
    """Share of the commonest digit among the hundred most exciting images.

    It is the mean over the units.
    """
    strongest = maps.reshape(len(maps), -1, maps.shape[-1]).max(axis=1)
    top = np.argsort(-strongest, axis=0)[:100]
    commonest = [np.bincount(y_test[images]).max() for images in top.T]
    return np.mean(np.array(commonest) / 100)


layers = {"first convolution": 0, "second convolution": 2, "dense layer": 5}
purities = pd.DataFrame(
    {
        name: {
            layer: np.mean(
                [purity(up_to(one, index)(digits).numpy()) for one in networks]
            )
            for layer, index in layers.items()
        }
        for name, networks in kinds.items()
    }
)
purities.round(2)

# %% tags=["pipeline"]
of_second = purities.loc["second convolution"]
of_dense = purities.loc["dense layer"]
page.claim(
    "care little more for digits than random units do",
    of_second["trained"] - of_second["untrained"] < 0.1,
)
page.claim(
    "The units of the dense layer do",
    of_dense["trained"] > of_dense["untrained"] + 0.05,
)
page.add(
    purity={name: column.to_dict() for name, column in purities.items()},
    atol=0.001,
)

# %% [markdown]
# The units of the second convolution
# {{ claim("care little more for digits than random units do") }}: on average the commonest digit
# has {{ hierarchy.purity.trained["second convolution"] | percent(0) }} of the hundred, against
# {{ hierarchy.purity.untrained["second convolution"] | percent(0) }}. Perhaps they stand for pieces
# of strokes, which many digits share. {{ claim("The units of the dense layer do") }}:
# {{ hierarchy.purity.trained["dense layer"] | percent(0) }}, against
# {{ hierarchy.purity.untrained["dense layer"] | percent(0) }}.
#
# ## What does each layer know?
#
# A **linear probe** is a linear classifier trained on the outputs of a layer
# ({{ cite("alain2016") }}). If it can read the digit from them, the information is there in a
# simple form. Each probe here sees all outputs of its layer for
# {{ hierarchy.probe_images | thousands }} training images, and is scored on all
# {{ hierarchy.test_images | thousands }} test images. It fits by least squares, with a penalty on
# large weights; how strong a penalty, is chosen on the training images alone.

# %% nbval={"atol": 0.01}
probe_images = 2_000
X_train_scaled = data.scale_pixels(X_train[:probe_images])
X_test_scaled = data.scale_pixels(X_test)
depths = {
    "first convolution": 0,
    "first pooling": 1,
    "second convolution": 2,
    "second pooling": 3,
    "dense layer": 5,
}


def outputs_by_depth(network, images):
    """The pixels, and what these layers make of them, one row an image."""
    of_layers = [network.layers[depth].output for depth in depths.values()]
    look = keras.Model(network.inputs, of_layers)
    outputs = {"pixels": images} | dict(zip(depths, look(images), strict=True))
    return {
        name: np.reshape(output, (len(images), -1))
        for name, output in outputs.items()
    }


def probe(network):
    """By depth, the test accuracy of a linear classifier on its outputs."""
    probes = {
        name: RidgeClassifierCV(alphas=np.logspace(-1, 4, 6)).fit(
            outputs, y_train[:probe_images]
        )
        for name, outputs in outputs_by_depth(network, X_train_scaled).items()
    }
    predicted = {name: [] for name in probes}
    for part in np.array_split(X_test_scaled, 10):
        for name, outputs in outputs_by_depth(network, part).items():
            predicted[name].extend(probes[name].predict(outputs))
    return {
        name: evaluation.accuracy(y_test, np.array(answers)).value
        for name, answers in predicted.items()
    }


scores = {
    name: pd.DataFrame([probe(network) for network in networks])
    for name, networks in kinds.items()
}
probes = {
    name: table.agg(["median", "min", "max"]).T.set_axis(
        ["value", "low", "high"], axis=1
    )
    for name, table in scores.items()
}
pd.concat(probes, axis=1).round(3)

# %% mystnb={"figure": {"caption": "What a linear probe reads from the outputs of each layer of the trained network, and of three untrained ones: the middle one, with an interval from the lowest to the highest.", "name": "fig-hierarchy-probes"}} nbval={"atol": 0.005}
plots.intervals(
    probes,
    subject="Accuracy of linear probes by depth",
    xlabel="test accuracy of the probe",
)

# %% tags=["pipeline"]
page.add(
    probe_images=probe_images,
    test_images=len(y_test),
    flattened=trained.layers[4].output.shape[-1],
)
page.add(
    probes={name: table["value"].to_dict() for name, table in probes.items()},
    atol=0.001,
)
for_trained, for_untrained = probes["trained"]["value"], probes["untrained"]
at_second = for_trained["second convolution"]
page.claim(
    "The probe of each convolution reads more than that of the layers before",
    for_trained["pixels"] + 0.05 < for_trained["first convolution"]
    and for_trained["first pooling"] + 0.01 < at_second,
)
page.claim(
    "more than four fifths of the way from the pixels to there",
    for_untrained.loc["second convolution", "value"] - for_trained["pixels"]
    > 0.8 * (at_second - for_trained["pixels"]),
)
page.claim(
    "Training adds something",
    at_second > for_untrained.loc["second convolution", "high"],
)
page.claim(
    "The dense layer is where learning shows",
    for_trained["dense layer"]
    > for_untrained.loc["dense layer", "high"] + 0.05,
)


# %% [markdown]
# From the pixels a linear classifier reads {{ hierarchy.probes.trained.pixels | percent(1) }}.
# {{ claim("The probe of each convolution reads more than that of the layers before") }}:
# {{ hierarchy.probes.trained["first convolution"] | percent(1) }} from the first,
# {{ hierarchy.probes.trained["second convolution"] | percent(1) }} from the second. So far, this is
# the hierarchy of the story.
#
# But look at the control. From a second convolution that was never trained, the probe reads
# {{ hierarchy.probes.untrained["second convolution"] | percent(1) }}: that is
# {{ claim("more than four fifths of the way from the pixels to there") }}. Thousands of random
# mixtures of neighbouring pixels, without their negative parts, are good features for a linear
# classifier. {{ claim("Training adds something") }}, but depth and the shape of the network bring
# most of it.
#
# {{ claim("The dense layer is where learning shows") }}:
# {{ hierarchy.probes.trained["dense layer"] | percent(1) }} against
# {{ hierarchy.probes.untrained["dense layer"] | percent(1) }}. It has only 64 outputs, where the
# layer before it has {{ hierarchy.flattened | thousands }}. With random weights, so few outputs
# cannot keep everything that was there; after training, they keep what tells the digits apart.

# %% [markdown]
# ## Where does it look?
#
# Two ways to ask which part of an image an answer depends on.
#
# **Occlusion** ({{ cite("zeiler2014") }}): cover a patch of 5x5 pixels with paper, see how far the
# loss (minus the logarithm of the answer's probability) rises, and move on to the next place.
#
# **Grad-CAM** ({{ cite("selvaraju2017") }}): take the gradient of the answer's score with respect
# to the maps of the last convolution. Its mean over a map says how much that map speaks for the
# answer. Add the maps up with these weights, and keep what is positive.


# %%
def occlusion_map(image, answer, size=5):
    """How much the loss rises when the patch around each pixel is covered."""
    covered = np.repeat(image[np.newaxis], 28 * 28, axis=0)
    for place, (row, column) in enumerate(np.ndindex(28, 28)):
        rows = slice(max(row - size // 2, 0), row + size // 2 + 1)
        columns = slice(max(column - size // 2, 0), column + size // 2 + 1)
        covered[place, rows, columns] = 0
    covered = np.concatenate([image[np.newaxis], covered])
    probability = training.predict_probabilities(trained, covered)[:, answer]
    loss = -np.log(probability + 1e-12)
    return (loss[1:] - loss[0]).reshape(28, 28)


def grad_cam(image, answer):
    """Where the maps of the second convolution speak for the answer, 11x11."""
    body, head = up_to(trained, 2), keras.Sequential(trained.layers[3:])
    maps = tf.convert_to_tensor(body(image[np.newaxis]))
    with tf.GradientTape() as tape:
        tape.watch(maps)
        score = tf.math.log(head(maps)[:, answer] + 1e-12)
    weights = tf.reduce_mean(tape.gradient(score, maps), axis=(1, 2))
    return np.maximum((maps[0] * weights[0]).numpy().sum(axis=-1), 0)


probabilities = training.predict_probabilities(trained, X_test_scaled)
predicted = probabilities.argmax(axis=1)
errors = evaluation.most_confident_errors(y_test, probabilities, count=2).index
right = [int(np.argmax(y_test == digit)) for digit in (2, 4, 7, 8)]
examples = right + errors.tolist()
occlusions = [
    occlusion_map(X_test_scaled[image], predicted[image]) for image in examples
]
cams = [
    np.kron(grad_cam(X_test_scaled[image], predicted[image]), np.ones((2, 2)))
    for image in examples
]

# %% mystnb={"figure": {"caption": "Six digits, the last two of them errors; below each, where covering it makes the answer less probable; and where Grad-CAM sees support for it.", "name": "fig-hierarchy-maps"}} tags=["nbval-ignore-output"]
# The maps cover the middle 22 pixels of the 28.
padded = [np.pad(cam, 3) for cam in cams]
rows = [X_test_scaled[examples][..., 0], np.maximum(occlusions, 0), padded]
titles = [f"{y_test[image]} as {predicted[image]}" for image in examples]
titles += ["occlusion"] * 6 + ["Grad-CAM"] * 6
plots.image_grid(
    np.concatenate(rows),
    subject="Digits above, occlusion maps in the middle, Grad-CAM maps below",
    titles=titles,
    columns=6,
    shared_scale=False,
)

# %% tags=["pipeline"]
assert all(map_.shape == (28, 28) for map_ in occlusions)

# %% [markdown]
# The occlusion maps pick out a few places on the ink, where covering a stroke raises the loss.
# Grad-CAM is coarser. Be careful with both. A patch of paper over a stroke makes an image that the
# network has never seen, and a gradient says what a small change would do, not what the answer
# rests on. Above all, six pictures chosen by somebody prove nothing. They are good for asking a
# question, which then has to be measured.
#
# **Elsewhere.** That untrained filters go far is known from {{ cite("jarrett2009") }} and
# {{ cite("saxe2011") }}; {{ cite("rahimi2008") }} give random features with a trained sum a theory.
# And {{ cite("adebayo2018") }} ask of each picture that explains a network whether it changes when
# the weights are drawn anew.
#
# ## Summary
#
# - The first layer does learn edges: its kernels are more of a slope than chance would make them.
#   Many have no name all the same.
# - The second layer answers seldom, and in the pictures to bends and ends of strokes, which was not
#   measured. Its units do not stand for digits.
# - A linear probe reads more from each convolution than from the layers before, with or without
#   training. Training decides what the dense layer keeps.
# - "Edges, corners, parts, digits" is half a truth here: two layers and patches of 8x8 pixels have
#   no room for more.
#
# ## Questions to think about
#
# **A linear probe reads the digit from a layer's outputs with high accuracy. What does that show?**
#
# <details><summary>The layer has learned to represent digits</summary>
#
# Not by itself. A layer with random weights, which has learned nothing, must be asked as well. That
# is what the control is for.
#
# </details>
#
# <details><summary>What tells the digits apart is still there, in a form that a linear classifier
# can read</summary>
#
# Right, and no more. Where it comes from, and whether anybody uses it, are other questions.
#
# </details>
#
# <details><summary>The network decides by what the probe reads</summary>
#
# The probe is trained apart from the network. It may find something useful that the layers above
# ignore.
#
# </details>
#
# **The eight patches that excite a unit most all show a bend. What do you know?**
#
# <details><summary>The unit detects bends</summary>
#
# You have seen only the top. It may stay silent for most bends, and answer to many other things a
# little less.
#
# </details>
#
# <details><summary>Among these images, what excites it most are bends of that kind</summary>
#
# Right. To claim more, you would have to collect bends by some rule, and count for how many of them
# it answers.
#
# </details>
#
# <details><summary>Nothing, since any unit has eight patches that excite it most</summary>
#
# It has. But that all eight look alike is something, and you can ask whether a random unit's do,
# too.
#
# </details>
#
# **Covering the middle of an 8 makes the loss rise steeply. Why does that not prove that the
# network's answer rests on the middle?**
#
# <details><summary>A covered digit is an image of a kind that the network has never seen</summary>
#
# Right. The loss may rise because the middle is missing, or because the gap makes new ends of
# strokes that look like another digit. The map cannot tell you which.
#
# </details>
#
# <details><summary>The loss is a logarithm, and not a probability</summary>
#
# Where the loss rises, the probability falls. The logarithm changes the scale, and not what can be
# concluded.
#
# </details>
#
# <details><summary>The patch is small, so it cannot hide much</summary>
#
# If the loss rises, it hid enough. The question is what the rise means.
#
# </details>
#
# ## Exercises
#
# {{ how_to_answer("hierarchy.1") }}

# %%
from digitlib import check, hint

# %% [markdown]
# **Exercise 1** (a few minutes). Write `receptive_field`. It takes a list of layers in their order,
# each as a pair of its window's side and its stride, such as `[(3, 1), (2, 2)]` for a 3x3
# convolution and a pooling by 2x2. It returns the side, in pixels, of the square that a unit of the
# last one sees. What does a unit after the second pooling see?


# %%
def receptive_field(layers):
    """Side of the square of pixels that a unit after these layers sees."""
    ...
    ### BEGIN SOLUTION
    size, step = 1, 1
    for window, stride in layers:
        size += (window - 1) * step
        step *= stride
    return size
    ### END SOLUTION


check("hierarchy.1", receptive_field)
### BEGIN SOLUTION
stack = [(3, 1), (2, 2), (3, 1), (2, 2)]
for depth, (window, stride) in enumerate(stack, start=1):
    side = receptive_field(stack[:depth])
    print(
        f"after a window of {window} with stride {stride}: "
        f"{side} pixels a side"
    )
### END SOLUTION

# %% [markdown]
# **Exercise 2** (ten minutes). By chance, a plane explains a quarter of the variance of a 3x3
# kernel. And of a larger one? Write `expected_share`, which takes the side of a square kernel of
# independent random numbers and returns the expected share. Reason first; then check it with random
# numbers.


# %%
def expected_share(side):
    """Mean share of the variance of random numbers that a plane explains."""
    ...
    ### BEGIN SOLUTION
    return 2 / (side**2 - 1)
    ### END SOLUTION


check("hierarchy.2", expected_share)
### BEGIN SOLUTION
for side in (3, 5, 7):
    noise = np.random.default_rng(0).normal(size=(side**2, 20_000))
    noise -= noise.mean(axis=0)
    plane = np.mgrid[:side, :side].reshape(2, -1) - (side - 1) / 2
    plane /= np.linalg.norm(plane, axis=1, keepdims=True)
    shares = ((plane @ noise) ** 2).sum(axis=0) / (noise**2).sum(axis=0)
    print(
        f"{side}x{side}: expected {expected_share(side):.3f}, "
        f"seen {shares.mean():.3f}"
    )
### END SOLUTION

# %% [markdown]
# **Exercise 3** (ten minutes). For units of the second convolution you searched images for the
# patches that excite them most. For the first convolution you can work them out. Write
# `most_exciting_patch`: of all patches whose pixels lie between 0 and 1, which one makes the sum of
# weights times pixels as large as it can be? Draw them for all 32 kernels. Do you know any of these
# patches from real digits?


# %% mystnb={"figure": {"caption": "The patch that each of the 32 kernels of the first convolution answers to most, among all patches from paper to full ink, each in a grey frame.", "name": "fig-hierarchy-ideal"}}
def most_exciting_patch(kernel):
    """The patch of pixels from 0 to 1 to which the kernel answers most."""
    ...
    ### BEGIN SOLUTION
    return (kernel > 0).astype(float)
    ### END SOLUTION


check("hierarchy.3", most_exciting_patch)
### BEGIN SOLUTION

kernels = trained.layers[0].get_weights()[0][:, :, 0]
patches = [most_exciting_patch(kernels[:, :, unit]) for unit in range(32)]
framed = [np.pad(patch, 1, constant_values=0.3) for patch in patches]
plots.image_grid(
    np.stack(framed),
    subject="The patches that excite the kernels of the first convolution "
    "most",
    columns=8,
)
### END SOLUTION

# %% [markdown]
# **Exercise 4** (half an hour). If units cared nothing for digits, the commonest digit among a
# hundred images would have more than a tenth of them all the same. How much, on average? Write
# `chance_purity`, which takes how many images are drawn, and the number of classes, all equally
# probable. It should be right to within `0.005`; draw at random as often as that takes. How much of
# the purity of the untrained units is chance?


# %%
def chance_purity(count, classes):
    """Mean share of the commonest class among images drawn at random."""
    ...
    ### BEGIN SOLUTION
    random, chances = np.random.default_rng(1), np.full(classes, 1 / classes)
    draws = random.multinomial(count, chances, size=10_000)
    return draws.max(axis=1).mean() / count
    ### END SOLUTION


check("hierarchy.4", chance_purity)
### BEGIN SOLUTION
for count in (10, 100, 1_000):
    print(f"{count:5,} images: {chance_purity(count, 10):.2f}")
# The purity of untrained units lies above it: strokes that some digits have
# and others have not are enough. So chance alone would be too mild a control.
### END SOLUTION

# %% [markdown]
# **Exercise 5** (an hour). Build the probe yourself. Write `ridge`, which takes outputs of a layer,
# one row an image, and targets, one column a digit, and a penalty. It returns weights (a row for
# each output, a column for each digit) and intercepts that make this as small as possible: the
# squared distances of `outputs @ weights + intercepts` from the targets, plus the penalty times the
# squared weights. The intercepts carry no penalty. It should also work with fewer images than
# outputs. How much does the probe of the dense layer owe to the number of images it is trained on?
# Give it four hundred, and all two thousand.


# %% nbval={"atol": 0.03}
def ridge(outputs, targets, penalty):
    """Weights and intercepts of penalised least squares."""
    ...
    ### BEGIN SOLUTION
    centre, middle = outputs.mean(axis=0), targets.mean(axis=0)
    centred = outputs - centre
    products = centred.T @ centred + penalty * np.eye(outputs.shape[1])
    weights = np.linalg.solve(products, centred.T @ (targets - middle))
    return weights, middle - centre @ weights
    ### END SOLUTION


check("hierarchy.5", ridge)
### BEGIN SOLUTION

dense = up_to(trained, 5)
seen = dense(X_train_scaled).numpy().astype(float)
unseen = dense(X_test_scaled).numpy().astype(float)
for count in (400, probe_images):
    targets = np.eye(10)[y_train[:count]]
    weights, intercepts = ridge(seen[:count], targets, 100.0)
    right = (unseen @ weights + intercepts).argmax(axis=1) == y_test
    print(f"{count:5,} images: right about {right.mean():.3f}")
### END SOLUTION

# %% tags=["pipeline"]
page.save()
