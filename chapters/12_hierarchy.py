# %% [markdown]
# # Is there a hierarchy of features?
#
# *{{ minutes_to_read.hierarchy }} minutes to read, about {{ minutes_with_exercises.hierarchy }}
# with the exercises; our run took {{ runs.hierarchy.seconds | minutes }} on
# {{ training.processor }}.*
#
# "The first layer finds edges, the next ones corners, then parts, then whole digits." It is a
# beautiful story, and it is easy to see in pictures what one hopes to see. So the pictures here
# come with numbers, and the numbers with a control: networks with random weights, before any
# training. The pictures show the network of [chapter 4](04_training.ipynb). The numbers come from
# {{ hierarchy.networks | words }} more, trained as it was, from other seeds, and from
# {{ hierarchy.untrained_networks | words }} untrained ones.
#
# **After this chapter you can**
#
# - look at kernels and feature maps, and say what is more than chance in them;
# - find the patches that excite a unit, and the size of what it sees;
# - measure with a linear probe how much each layer knows about the digit;
# - build controls that tell apart what size, neighbourhood, depth and training bring.

# %% tags=["pipeline"]
from page_results import Page

page = Page("12_hierarchy")

# %%
import keras
import numpy as np
import pandas as pd
from keras import layers
from sklearn.linear_model import RidgeClassifierCV

from digitlib import data, models, plots, reference

(X_train, y_train), (X_test, y_test) = data.load_mnist()
digits = data.scale_pixels(X_test[:2_000])
of_the_book = reference.load_model("cnn")


def untrained(seed):
    """The same network with random weights."""
    keras.utils.set_random_seed(seed)
    return models.build_cnn()


def up_to(network, layer):
    """The network's first layers as a model of their own."""
    return keras.Sequential(
        [keras.Input(shape=(28, 28, 1)), *network.layers[: layer + 1]]
    )


kinds = {
    "trained": reference.load_networks(),
    "untrained": [untrained(seed) for seed in (1, 2, 3)],
}

# %% tags=["pipeline"]
page.add(
    networks=len(kinds["trained"]), untrained_networks=len(kinds["untrained"])
)

# %% [markdown]
# ## Are the kernels edge detectors?

# %% mystnb={"figure": {"caption": "The kernels of the first convolution: orange weights are negative, purple ones positive. An edge detector would have an orange and a purple side.", "name": "fig-hierarchy-kernels"}}
plots.kernels(of_the_book.layers[0].get_weights()[0])


# %% [markdown]
# A simple edge detector has weights that rise steadily in one direction: a slope. How much of a
# kernel is such a slope? Think of each weight as a height above its place in the 3x3 square. Lay
# the flat, tilted board through these heights that fits best, and take the share of their variance
# that this plane explains. Random numbers will also show a slope of some kind. Nine numbers around
# their mean are fixed by eight of them; a tilt is fixed by two, how steeply it falls and how
# steeply it goes to the right. So by chance, two parts of eight are to be expected.


# %%
def share_of_slope(network):
    """For each first kernel, the share of variance that a plane explains."""
    kernels = network.layers[0].get_weights()[0].reshape(9, 32)
    kernels = kernels - kernels.mean(axis=0)
    # Of length 1: then the square of a product is the variance it explains.
    down, right = (axis.ravel() / np.sqrt(6) for axis in np.mgrid[-1:2, -1:2])
    of_the_plane = (down @ kernels) ** 2 + (right @ kernels) ** 2
    return of_the_plane / (kernels**2).sum(axis=0)


slopes = {
    kind: np.concatenate([share_of_slope(network) for network in networks])
    for kind, networks in kinds.items()
}
for name, shares in slopes.items():
    print(
        f"{name:9} mean share of slope {shares.mean():.2f}, "
        f"kernels with over half: {(shares > 0.5).mean():.2f}"
    )

# %% tags=["pipeline"]
page.claim(
    "The trained kernels are more of a slope than random ones",
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
# {{ claim("The trained kernels are more of a slope than random ones") }}: on average a plane
# explains {{ hierarchy.slope.trained | percent(0) }} of their variance, and
# {{ hierarchy.slope.untrained | percent(0) }} of that of random ones. So edge detection is learned.
# ([Chapter 5](05_comparison.ipynb) found that much of a first pattern stays. Both can be true: a
# kernel may turn into a slope step by step.) But it is not all: in
# {{ (1 - hierarchy.mostly_slope.trained) | percent(0) }} of the kernels
# {{ claim("the plane explains less than half") }}. What they respond to may be spots, or lines, or
# something that has no name.
#
# ## Feature maps
#
# What do the layers make of a digit? These are the 32 maps of the first convolution and the 64 of
# the second, for the same 7.

# %% mystnb={"figure": {"caption": "Feature maps of the first convolution for a 7. Different maps mark different sides of the strokes.", "name": "fig-hierarchy-first"}}
maps = up_to(of_the_book, 0)(digits[:1])[0].numpy()
plots.feature_maps(maps, layer="the first convolution")

# %% mystnb={"figure": {"caption": "Feature maps of the second convolution for the same 7. Each marks few places.", "name": "fig-hierarchy-second"}}
maps = up_to(of_the_book, 2)(digits[:1])[0].numpy()
plots.feature_maps(maps, layer="the second convolution", columns=16)

# %% [markdown]
# A unit that looks for something rare is silent most of the time. (A silent unit need not look for
# something rare.) Count how often units answer at all.


# %% nbval={"atol": 0.01}
def share_active(network, layer):
    """The share of the layer's outputs that are positive."""
    return (up_to(network, layer)(digits[:500]).numpy() > 0).mean()


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
# {{ hierarchy.active.untrained["first convolution"] | percent(0) }}). Next, see what makes these
# units answer.
#
# ## What excites a unit?
#
# The **receptive field** of a unit is the part of the image that can change its value. A unit of
# the second convolution sees 3x3 values of the pooled map. Each of those is the largest of 2x2
# values of the first map, and each of those saw 3x3 pixels. Put together, that is a patch of 8x8
# pixels: large enough for a stroke's end or a bend, too small for a digit.
#
# Take eight units of the book's network, those that reach highest, and find the patches among two
# thousand test images that [excite them most](#fig-hierarchy-patches).

# %%
second = up_to(of_the_book, 2)(digits).numpy()  # images x 11 x 11 x 64


def most_exciting(unit, count=8):
    """The 8x8 patches, of different images, to which the unit answers most."""
    strongest = second[..., unit].reshape(len(second), -1)
    images = np.argsort(-strongest.max(axis=1))[:count]
    tops, lefts = np.divmod(strongest[images].argmax(axis=1), second.shape[2])
    return [
        X_test[image, 2 * top : 2 * top + 8, 2 * left : 2 * left + 8]
        for image, top, left in zip(images, tops, lefts, strict=True)
    ]


# %% mystnb={"figure": {"caption": "For each of eight units of the second convolution (a row each), the eight patches that excite it most. Are those of a row alike?", "name": "fig-hierarchy-patches"}}
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
#
# One trap: some units of the dense layer are 0 for all of these images. Such a **dead unit** gets
# only negative sums. There ReLU is flat, so its own weights get no gradient, and it hardly ever
# wakes. "The hundred images that excite it most" then means nothing. So ask only units that answer
# to a hundred images or more.


# %% nbval={"atol": 0.02}
def purity(maps):
    """Share of the commonest digit among the hundred most exciting images.

    It is the mean over the units that answer to at least a hundred images.
    """
    strongest = maps.reshape(len(maps), -1, maps.shape[-1]).max(axis=1)
    strongest = strongest[:, (strongest > 0).sum(axis=0) >= 100]
    top = np.argsort(-strongest, axis=0)[:100]
    commonest = [np.bincount(y_test[images]).max() for images in top.T]
    return np.mean(np.array(commonest) / 100)


asked = {"first convolution": 0, "second convolution": 2, "dense layer": 5}
purities = pd.DataFrame(
    {
        name: {
            layer: np.mean(
                [purity(up_to(one, index)(digits).numpy()) for one in networks]
            )
            for layer, index in asked.items()
        }
        for name, networks in kinds.items()
    }
)
purities.round(2)

# %%
dead = [
    int((up_to(network, 5)(digits).numpy() == 0).all(axis=0).sum())
    for network in kinds["trained"]
]
print("dead units among the 64 of the dense layer, by network:", dead)

# %% tags=["pipeline"]
of_second = purities.loc["second convolution"]
of_dense = purities.loc["dense layer"]
page.claim(
    "care little more for digits than random units do",
    of_second["trained"] - of_second["untrained"] < 0.1,
)
page.claim(
    "The units of the dense layer care more for digits than random ones",
    of_dense["trained"] > of_dense["untrained"] + 0.05,
)
page.add(
    purity={name: column.to_dict() for name, column in purities.items()},
    atol=0.001,
)
page.add(fewest_dead=min(dead), most_dead=max(dead))

# %% [markdown]
# The units of the second convolution
# {{ claim("care little more for digits than random units do") }}: on average the commonest digit
# has {{ hierarchy.purity.trained["second convolution"] | percent(0) }} of the hundred, against
# {{ hierarchy.purity.untrained["second convolution"] | percent(0) }}. Perhaps they stand for pieces
# of strokes, which many digits share.
# {{ claim("The units of the dense layer care more for digits than random ones") }}:
# {{ hierarchy.purity.trained["dense layer"] | percent(0) }}, against
# {{ hierarchy.purity.untrained["dense layer"] | percent(0) }}. (That is without the dead ones:
# {{ hierarchy.fewest_dead }} to {{ hierarchy.most_dead }} of the 64, by network.)
#
# ## What does each layer know?
#
# A **linear probe** is a linear classifier trained on the outputs of a layer
# ({{ cite("alain2016") }}). If it can read the digit from them, the information is there in a
# simple form. Each probe here sees all outputs of its layer for
# {{ hierarchy.probe_images | thousands }} training images, and is scored on all
# {{ hierarchy.test_images | thousands }} test images. It fits by least squares, with a penalty on
# large weights; how strong a penalty, is chosen on the training images alone. (The trained networks
# had seen these images before. How much that matters was not measured.)


# %%
probe_images = 1_000
X_probe = data.scale_pixels(X_train[:probe_images])
y_probe = y_train[:probe_images]
X_scored = data.scale_pixels(X_test)


def probe(network):
    """Test accuracy of a linear classifier on a network's outputs."""

    def outputs(images):
        return np.reshape(network(images), (len(images), -1))

    classifier = RidgeClassifierCV(alphas=np.logspace(-1, 4, 6))
    classifier.fit(outputs(X_probe), y_probe)
    predicted = [
        classifier.predict(outputs(part))
        for part in np.array_split(X_scored, 10)
    ]
    return (np.concatenate(predicted) == y_test).mean()


depths = {"first pooling": 1, "second convolution": 2, "dense layer": 5}
scores = {
    kind: pd.DataFrame(
        {
            name: [probe(up_to(network, depth)) for network in networks]
            for name, depth in depths.items()
        }
    )
    for kind, networks in kinds.items()
}

# %% [markdown]
# The layers differ in size as well: the second convolution has {{ hierarchy.outputs | thousands }}
# outputs, where an image has 784 pixels. More outputs alone bring nothing: a sum of sums of pixels
# is a sum of pixels. But many sums, each bent by ReLU, may be easier to read than the pixels even
# if nobody chose them. So two more controls have just as many outputs, each a random sum bent by
# ReLU, from one layer that nobody trains:
#
# - sums over *all pixels*: many bent sums, but no neighbourhood;
# - sums over *patches of 8x8*, the same ones at every second pixel: a convolution that sees as much
#   as a unit of the second one does. Neighbourhood, but no depth.


# %% nbval={"atol": 0.01}
def random_layer(kind, seed):
    keras.utils.set_random_seed(seed)
    stacked = {
        "pixels": [layers.Flatten()],
        "random, all pixels": [
            layers.Flatten(),
            layers.Dense(64 * 11 * 11, activation="relu"),
        ],
        "random, patches": [
            layers.Conv2D(64, (8, 8), strides=2, activation="relu")
        ],
    }
    return keras.Sequential([keras.Input(shape=(28, 28, 1)), *stacked[kind]])


scores["one layer"] = pd.DataFrame(
    {
        kind: [probe(random_layer(kind, seed)) for seed in (1, 2, 3)]
        for kind in ("pixels", "random, all pixels", "random, patches")
    }
)
probes = {
    kind: table.agg(["median", "min", "max"]).T.set_axis(
        ["value", "low", "high"], axis=1
    )
    for kind, table in scores.items()
}
pd.concat(probes).round(3)

# %% mystnb={"figure": {"caption": "What a linear probe reads: from single layers that nobody trained, and from layers of untrained and of trained networks. The network in the middle, with strokes from the lowest to the highest; these are ranges, not 95 % intervals.", "name": "fig-hierarchy-probes"}}
rows = [*probes["one layer"].index, *depths]
plots.intervals(
    {
        kind: probes[kind].reindex(rows)
        for kind in ("one layer", "untrained", "trained")
    },
    subject="Accuracy of linear probes",
    xlabel="test accuracy of the probe",
)

# %% tags=["pipeline"]
page.add(
    probe_images=probe_images,
    test_images=len(y_test),
    outputs=int(np.prod(of_the_book.layers[2].output.shape[1:])),
    flattened=of_the_book.layers[4].output.shape[-1],
)
page.add(
    probes={kind: table["value"].to_dict() for kind, table in probes.items()},
    atol=0.005,
)
pixels, wide, local = probes["one layer"]["value"]
for_untrained, for_trained = probes["untrained"], probes["trained"]
deep = for_untrained.loc["second convolution", "value"]
at_second = for_trained.loc["second convolution", "value"]
page.claim(
    "Many bent sums alone bring more than half of the way",
    wide - pixels > 0.5 * (at_second - pixels),
)
page.claim(
    "each of the four steps reads more than the one before it",
    pixels < wide < local < deep < at_second,
)
page.claim(
    "The five trained ones all lie above the untrained",
    for_trained.loc["second convolution", "low"]
    > for_untrained.loc["second convolution", "high"],
)
page.claim(
    "The dense layer is where learning shows",
    for_trained.loc["dense layer", "low"]
    > for_untrained.loc["dense layer", "high"] + 0.05,
)
page.add(
    way={
        "size": (wide - pixels) / (at_second - pixels),
        "neighbourhood": (local - wide) / (at_second - pixels),
        "depth": (deep - local) / (at_second - pixels),
        "training": (at_second - deep) / (at_second - pixels),
    },
    atol=0.03,
)


# %% [markdown]
# From the pixels a linear classifier reads {{ hierarchy.probes["one layer"].pixels | percent(1) }},
# from the second convolution of trained networks
# {{ hierarchy.probes.trained["second convolution"] | percent(1) }}. This looks like the hierarchy
# of the story. Now take the way apart:
#
# - **Many bent sums.** {{ claim("Many bent sums alone bring more than half of the way") }}: those
#   of all pixels give {{ hierarchy.probes["one layer"]["random, all pixels"] | percent(1) }}, and
#   they know of no neighbours.
# - **Neighbourhood.** Bent sums of patches give
#   {{ hierarchy.probes["one layer"]["random, patches"] | percent(1) }}.
# - **Depth.** Two convolutions with a pooling between them, untrained, give
#   {{ hierarchy.probes.untrained["second convolution"] | percent(1) }}.
# - **Training** brings the rest. {{ claim("The five trained ones all lie above the untrained") }}.
#
# Here {{ claim("each of the four steps reads more than the one before it") }}. In shares of the
# way: {{ hierarchy.way.size | percent(0) }}, {{ hierarchy.way.neighbourhood | percent(0) }},
# {{ hierarchy.way.depth | percent(0) }} and {{ hierarchy.way.training | percent(0) }}. These are
# shares in this order; in another order they would be others. And a step may bring more than its
# name: patches share their weights, and depth comes with pooling.
#
# {{ claim("The dense layer is where learning shows") }}:
# {{ hierarchy.probes.trained["dense layer"] | percent(1) }} against
# {{ hierarchy.probes.untrained["dense layer"] | percent(1) }}. It has only 64 outputs, where the
# layer before it has {{ hierarchy.flattened | thousands }}. With random weights, so few outputs
# cannot keep everything that was there; after training, they keep what tells the digits apart.
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
#   measured. Its units are hardly more tied to single digits than random ones.
# - A linear probe reads more from a trained convolution than from the pixels. More than half of the
#   gain is there with random sums of all pixels, bent by ReLU. Training decides what the dense
#   layer keeps.
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
# **A probe reads more from a layer with ten times as many outputs than from the pixels. Why is that
# no sign of good features yet?**
#
# <details><summary>Random sums of all pixels, just as many, are easier to read, too</summary>
#
# Right. Many random sums, each bent by ReLU, let a linear classifier draw curved borders between
# the digits. So compare with as many random ones.
#
# </details>
#
# <details><summary>A linear classifier with more weights learns its images by heart</summary>
#
# It was scored on images that it had not seen, and a penalty kept its weights small.
#
# </details>
#
# <details><summary>The outputs of a layer hold less than the pixels, since they are computed from
# them</summary>
#
# They hold no more. But a linear classifier cannot use all that pixels hold. What it *can read* may
# grow.
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

kernels = of_the_book.layers[0].get_weights()[0][:, :, 0]
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
# probable. It should be right to within `0.005`; draw at random as often as that takes. By how much
# does the purity of the untrained units exceed it?


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
# each output, a column for each digit) and intercepts that make this sum as small as possible: all
# squared distances of `outputs @ weights + intercepts` from the targets, plus the penalty times all
# squared weights. The intercepts carry no penalty. It should also work with fewer images than
# outputs. How much does the probe of the dense layer owe to the number of images it is trained on?
# Take a 1 for the right digit and 0 for the others, a penalty of `100`, and train it on `400`
# images and on all of `X_probe`.


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

dense = up_to(of_the_book, 5)
seen = dense(X_probe).numpy().astype(float)
unseen = dense(X_scored).numpy().astype(float)
for count in (400, probe_images):
    targets = np.eye(10)[y_train[:count]]
    weights, intercepts = ridge(seen[:count], targets, 100.0)
    right = (unseen @ weights + intercepts).argmax(axis=1) == y_test
    print(f"{count:5,} images: right about {right.mean():.3f}")
### END SOLUTION

# %% tags=["pipeline"]
page.save()
