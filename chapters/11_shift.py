# %% [markdown]
# # What happens when the digit moves?
#
# *{{ minutes_to_read.shift }} minutes to read, about {{ minutes_with_exercises.shift }} with the
# exercises; our run took {{ runs.shift.seconds | minutes }} on {{ training.processor }}.*
#
# "CNNs are shift-invariant" stands in many courses: move the digit, and the answer stays the same.
# MNIST cannot tell whether it is true, since all its digits are centred. So move them, and count.
#
# **After this chapter you can**
#
# - tell equivariance from invariance, and check the first to the last bit that counts;
# - say for each network how far a digit may move before the answers become unreliable;
# - name what cures it, and what that costs.

# %% tags=["pipeline"]
from page_results import Page

page = Page("11_shift")

# %%
import keras
import numpy as np
import pandas as pd

from digitlib import data, plots, reference, statistics
from digitlib.experiments import transformations

_, (X_test, y_test) = data.load_mnist()
cnn = reference.load_model("cnn")

# %% [markdown]
# ## A convolution is equivariant
#
# A layer is **equivariant** if moving its input moves its output by as much, and changes nothing
# else. The first convolution applies the same kernels everywhere, so it should be. To check it
# well, compute in double precision, where rounding errors are far smaller.

# %%
kernel, bias = (
    weights.astype(np.float64) for weights in cnn.layers[0].get_weights()
)
double = keras.layers.Conv2D(32, (3, 3), activation="relu", dtype="float64")
images = data.scale_pixels(X_test[:200]).astype(np.float64)
double.build(images.shape)
double.set_weights([kernel, bias])
moved = data.move(images, down=2, right=3)
maps, moved_maps = np.asarray(double(images)), np.asarray(double(moved))
difference = np.abs(moved_maps[:, 2:, 3:] - maps[:, :-2, :-3]).max()
equal = bool(difference < 1e-14)
print(
    "the map of the moved image is the moved map, to machine precision:", equal
)

# %% [markdown]
# What stays at the margin is left out, since new paper comes in there. Note that the pooling after
# it is equivariant only in steps of two: a move by one pixel changes which values fall into one 2x2
# window.

# %%
pool = keras.layers.MaxPooling2D((2, 2), dtype="float64")
for pixels in (1, 2):
    moved_maps = np.asarray(pool(double(data.move(images, right=pixels))))
    maps = np.asarray(pool(double(images)))
    steps = pixels // 2
    kept = maps[:, :, : maps.shape[2] - steps]
    same = np.abs(moved_maps[:, :, steps:] - kept).max() < 1e-14
    print(
        f"after a move by {pixels}, "
        f"the pooled map is the old one moved by {steps}: {same}"
    )

# %% [markdown]
# ## Is the whole network invariant?
#
# A network is **invariant** if its answer does not change at all. To see,
# [the test images are moved](#fig-shift-examples) by 0 to 8 pixels, an eighth of them in each of
# the eight directions. Along a diagonal, that is so many pixels across and as many up or down. The
# digits fill a box of 20x20 pixels in an image of 28x28, so up to 4 pixels nearly all of the ink
# stays in the picture; beyond, some of it is lost.

# %% mystnb={"figure": {"caption": "Eight digits, each moved in another direction: not at all, by 4 pixels, and by 8.", "name": "fig-shift-examples"}}
rows = [
    transformations.move_all_ways(X_test[:8], pixels) for pixels in (0, 4, 8)
]
plots.image_grid(
    np.concatenate(rows),
    subject="Eight digits, in place above, moved by 4 pixels in the middle, "
    "by 8 below",
    columns=8,
)

# %% [markdown]
# Six kinds of network are compared: the CNN and the fully connected network, from
# {{ shift.runs["CNN"] | words }} seeds each; the locally connected network of
# [the chapter before](10_sharing.ipynb), and a CNN with **global average pooling**, which reduces
# each of the 64 maps of the second convolution to its mean and so throws away the place of what it
# found, from {{ shift.runs["global pooling"] | words }} each; and the CNN trained on images moved
# at random by up to 4 and up to 8 pixels, from {{ shift.runs["CNN, moved by up to 4"] | words }}
# each. All had the same {{ shift.epochs }} epochs, and [one experiment](07_experiment.ipynb)
# repeats any of them.

# %%
sweeps = [
    reference.load_sweep("headline"),
    reference.load_sweep("sharing"),
    reference.load_sweep("augmentation"),
]
runs = pd.concat(sweeps)
augmentation = runs["augmentation"]
kinds = {
    "CNN": runs[(runs["network"] == "cnn") & (augmentation == "none")],
    "fully connected": runs[runs["network"] == "fully connected"],
    "locally connected": runs[runs["network"] == "locally connected"],
    "global pooling": runs[runs["network"] == "global pooling"],
    "CNN, moved by up to 4": runs[augmentation == "moved by up to 4 pixels"],
    "CNN, moved by up to 8": runs[augmentation == "moved by up to 8 pixels"],
}
curves = {
    name: np.array(part["right_moved"].tolist()) / part[["images"]].to_numpy()
    for name, part in kinds.items()
}
table = pd.DataFrame(
    {name: curve.mean(axis=0) for name, curve in curves.items()}
)
table.rename_axis("pixels").round(3)

# %% mystnb={"figure": {"caption": "Accuracy on moved test images: means over seeds, in bands from the lowest to the highest run.", "name": "fig-shift-curves"}}
shown = {
    name: curve
    for name, curve in curves.items()
    if name != "locally connected"
}
plots.bands(
    shown,
    x=range(9),
    subject="Accuracy on moved digits",
    xlabel="pixels, in eight directions",
    ylabel="accuracy",
)

# %% tags=["pipeline"]
at = {
    name: [statistics.mean_over_seeds(curve[:, pixels]) for pixels in range(9)]
    for name, curve in curves.items()
}
page.add(
    at=at,
    runs={name: len(curve) for name, curve in curves.items()},
    epochs=runs["epochs"].iloc[0],
)
page.claim("The CNN is not invariant", at["CNN"][4].high < 0.6)
page.claim(
    "a single step along a side or a diagonal costs it about a point",
    0.003 < at["CNN"][0].value - at["CNN"][1].value < 0.02,
)
commonest_digit = np.bincount(y_test).max() / len(y_test)
page.claim("no better than guessing", at["CNN"][8].low < commonest_digit)
page.claim(
    "The fully connected network falls sooner",
    at["fully connected"][2].high < at["CNN"][2].low - 0.1,
)
page.claim(
    "it is the least accurate of all in place",
    at["global pooling"][0].high
    < min(at[name][0].low for name in at if name != "global pooling"),
)
page.claim(
    "between the two",
    at["fully connected"][2].high < at["locally connected"][2].low
    and at["locally connected"][2].high < at["CNN"][2].low,
)
page.claim(
    "worse than the CNN at 2 pixels",
    at["global pooling"][2].high < at["CNN"][2].low,
)
page.claim(
    "better from 4 pixels on",
    all(
        at["global pooling"][pixels].low > at["CNN"][pixels].high
        for pixels in range(4, 9)
    ),
)
page.claim(
    "Showing moved digits in training cures it",
    at["CNN, moved by up to 4"][4].low > 0.93,
)
page.claim(
    "Beyond what it was shown, it fails too",
    at["CNN, moved by up to 4"][8].high < 0.6,
)
page.claim(
    "keeps most of its accuracy even there",
    at["CNN, moved by up to 8"][8].low > 0.8,
)


# %% [markdown]
# {{ claim("The CNN is not invariant") }}. Moved by 1 pixel it is right about
# {{ shift.at["CNN"][1] | in_words }}, so
# {{ claim("a single step along a side or a diagonal costs it about a point") }}; by 2,
# {{ shift.at["CNN"][2] | in_words }}; by 4, when nearly all of the ink is still in the picture,
# {{ shift.at["CNN"][4] | in_words }}. By 8 pixels it is {{ claim("no better than guessing") }}:
# {{ shift.at["CNN"][8] | in_words }}.
#
# {{ claim("The fully connected network falls sooner") }}:
# {{ shift.at["fully connected"][2] | in_words }} at 2 pixels. So convolution and pooling do bring
# something: about one pixel more of tolerance at the same accuracy. The locally connected network
# of the chapter before has the same poolings and shares nothing:
# {{ shift.at["locally connected"][2] | in_words }} at 2 pixels, {{ claim("between the two") }}. So
# patches and pooling bring a part of the tolerance, and sharing a part. What pooling brings by
# itself was not measured.
#
# ## Why global pooling is not enough
#
# A mean over the whole map does not know where its values were. So the network with global average
# pooling should be invariant, at least for moves by 2 pixels. It is not:
# {{ claim("it is the least accurate of all in place") }}
# ({{ shift.at["global pooling"][0] | in_words }}), {{ claim("worse than the CNN at 2 pixels") }}
# ({{ shift.at["global pooling"][2] | in_words }}), and only {{ claim("better from 4 pixels on") }}
# ({{ shift.at["global pooling"][4] | in_words }} at 4). Why?
#
# The map ends where the picture ends. Its units look at patches of 8x8 pixels, and those that would
# see the edge of a digit from outside are missing as soon as the digit comes near the margin. To
# check this explanation, put the digits on a larger sheet of paper, with 8 more pixels on every
# side, and compare what a move by 2 pixels does to the means of the maps.


# %%
def change_of_means(margin):
    """Relative change of the second maps' means if digits move by 2 pixels."""
    around = ((0, 0), (margin, margin), (margin, margin))
    sheets = np.pad(images[..., 0], around)[..., np.newaxis]
    side = 28 + 2 * margin
    layers = [
        keras.layers.Conv2D(32, 3, activation="relu"),
        keras.layers.MaxPooling2D(2),
        keras.layers.Conv2D(64, 3, activation="relu"),
    ]
    maps = keras.Sequential(
        [keras.Input((side, side, 1), dtype="float64"), *layers],
        name=f"margin_{margin}",
    )
    maps.set_weights(cnn.get_weights()[:4])
    before, after = (
        np.asarray(maps(sheet)).mean(axis=(1, 2))
        for sheet in (sheets, data.move(sheets, right=2))
    )
    return np.abs(after - before).sum() / np.abs(before).sum()


for margin in (0, 8):
    change = change_of_means(margin)
    print(
        f"{margin} more pixels on each side: the means change by {change:.1%}"
    )

# %% tags=["pipeline"]
page.add(means_changed=change_of_means(0))
page.claim(
    "On the larger sheet the means stay as they were",
    change_of_means(8) < 1e-5,
)

# %% [markdown]
# {{ claim("On the larger sheet the means stay as they were") }}; in the 28x28 picture they change
# by {{ shift.means_changed | percent(0) }}. So the picture's edge does change the means. (The
# kernels here are those of the CNN, and how much of the lost accuracy this explains was not
# measured.) Textbooks draw infinite planes; images end.
#
# ## What cures it
#
# {{ claim("Showing moved digits in training cures it") }}. The CNN that saw digits moved by up to 4
# pixels is right about {{ shift.at["CNN, moved by up to 4"][4] | in_words }} at 4 pixels, and about
# {{ shift.at["CNN, moved by up to 4"][0] | in_words }} in place.
# {{ claim("Beyond what it was shown, it fails too") }}:
# {{ shift.at["CNN, moved by up to 4"][8] | in_words }} at
# 8. The one that saw moves by up to 8 {{ claim("keeps most of its accuracy even there") }}:
#    {{ shift.at["CNN, moved by up to 8"][8] | in_words }}, though parts of the digits are out of
#    the picture.
#
# Nothing about the layers is different. The network learned that place does not matter, because it
# was taught. Others have put it so: CNNs are not invariant to translation, but they can learn to be
# ({{ cite("biscione2021") }}).
#
# **Elsewhere.** {{ cite("azulay2019") }} show for large networks that leaving out places, as
# pooling does, breaks the indifference to moves, and that augmentation teaches it only for images
# like those in training. {{ cite("kayhan2020") }} show that at the border, filters can tell where
# they are.
#
# ## Summary
#
# - Convolution is equivariant, to machine precision. Pooling by two is so in steps of two.
# - The network is not invariant: 4 pixels leave {{ shift.at["CNN"][4].value | percent(0) }}.
# - Global average pooling is no cure in so small a picture; its edge is felt. Augmentation is one.
#
# ## Questions to think about
#
# **Why is the first convolution equivariant only away from the margin?**
#
# <details><summary>At the margin it uses other weights</summary>
#
# No: it slides the same kernels over the whole image. That is what makes it equivariant anywhere.
#
# </details>
#
# <details><summary>At the margin, ink leaves the picture and paper comes in</summary>
#
# Right. The map there is computed from other values, not from moved ones. No kernel can know what
# lay outside.
#
# </details>
#
# <details><summary>Rounding errors add up there</summary>
#
# Rounding was made so small here that it plays no part. And it is no greater at the margin than in
# the middle.
#
# </details>
#
# **On the larger sheet, the means over the second convolution's maps stayed the same when the
# digits moved by 2 pixels. And if they move by 1?**
#
# <details><summary>The same: a mean does not know where its values were</summary>
#
# It does not. But it does know which values they are, and these are others now: look at what the
# pooling before it takes.
#
# </details>
#
# <details><summary>They change, because the digits come near the margin</summary>
#
# The sheet has 8 more pixels on every side, so the margin is still far away. Something else has
# changed.
#
# </details>
#
# <details><summary>They change, because the windows of the pooling hold other values</summary>
#
# Right. The pooling keeps one value of each 2x2 window, and after a move by 1 the windows are
# filled differently. So the second convolution gets another map, and not a moved one.
#
# </details>
#
# **You train the same layers on moved digits, and the network becomes tolerant. What has changed in
# it?**
#
# <details><summary>Its convolutions have become equivariant</summary>
#
# They were so before any training: it follows from their form, whatever the weights.
#
# </details>
#
# <details><summary>The weights, so that moved digits lead to the same answer</summary>
#
# Right. The form of the network allowed it all the time and did not demand it. The training images
# did.
#
# </details>
#
# <details><summary>It has learned to move a digit back to the middle before it looks</summary>
#
# None of its layers can do that: a convolution looks at every place in the same way, and so does
# the pooling. Preparation can do it, as in Exercise 4.
#
# </details>
#
# **Global average pooling turns each map into its mean. Which of these can the network not know
# afterwards?**
#
# <details><summary>Whether a loop lies above or below a stem, if no unit sees both at
# once</summary>
#
# Right. That there is a loop and that there is a stem may still show in the means. Where they lie
# does not.
#
# </details>
#
# <details><summary>How much of the image a feature covers</summary>
#
# The mean tells just that: the more places answer, the more it grows.
#
# </details>
#
# <details><summary>Which of the 64 features there were</summary>
#
# Each map has a mean of its own, so this is kept.
#
# </details>
#
# ## Exercises
#
# {{ how_to_answer("shift.1") }}

# %%
from digitlib import check, hint

# %% [markdown]
# **Exercise 1** (a few minutes). The first pooling follows moves of 2 pixels. And the whole stack
# of convolutions and poolings? Write `smallest_step`, which takes the strides of the layers in
# their order, such as `(1, 2, 1, 2)`, and returns the shortest move, in pixels of the image, that
# every layer's map follows exactly.


# %%
def smallest_step(strides):
    """Pixels of the smallest move that moves the last map by whole steps."""
    ...
    ### BEGIN SOLUTION
    step = 1
    for stride in strides:
        step *= stride
    return step
    ### END SOLUTION


check("shift.1", smallest_step)
### BEGIN SOLUTION
step = smallest_step((1, 2, 1, 2))
print(step, "pixels for the two convolutions and two poolings of the CNN")
### END SOLUTION

# %% [markdown]
# **Exercise 2** (ten minutes). Does it matter in which direction a digit moves? After
# `transformations.move_all_ways`, image 0 was moved in direction 0, image 1 in direction 1, and so
# on; image 8 begins again with direction 0. Write `by_direction`, which takes the answers and the
# labels and returns the eight accuracies. What do you see for the CNN, when digits move by 3
# pixels?


# %% nbval={"atol": 0.005}
def by_direction(predicted, true):
    """Accuracies by direction, an array of 8."""
    ...
    ### BEGIN SOLUTION
    right = predicted == true
    return np.array([right[turn::8].mean() for turn in range(8)])
    ### END SOLUTION


check("shift.2", by_direction)
### BEGIN SOLUTION

from digitlib import training

moved_by_3 = data.scale_pixels(transformations.move_all_ways(X_test, 3))
predicted = training.predict_probabilities(cnn, moved_by_3).argmax(axis=1)
directions = transformations.DIRECTIONS
accuracies = by_direction(predicted, y_test)
for (down, right), accuracy in zip(directions, accuracies, strict=True):
    print(
        f"{3 * down:2} down, {3 * right:2} to the right: "
        f"accuracy {accuracy:.3f}"
    )
### END SOLUTION

# %% [markdown]
# **Exercise 3** (a quarter of an hour). "One pixel more of tolerance at the same accuracy" was read
# off the table by eye. Write `tolerance`, which takes the accuracies for 0 to 8 pixels and a level,
# and returns by how many pixels a digit may move until the accuracy first falls to the level.
# Between whole pixels, go along a straight line. You may rely on it that the accuracy begins above
# the level and falls below it somewhere.


# %%
def tolerance(accuracies, level):
    """Pixels at which the accuracy first falls to the level."""
    ...
    ### BEGIN SOLUTION
    after = np.argmax(accuracies <= level)
    before = after - 1
    fall = accuracies[before] - accuracies[after]
    return before + (accuracies[before] - level) / fall
    ### END SOLUTION


check("shift.3", tolerance)
### BEGIN SOLUTION
for level in (0.9, 0.5):
    for name in ("CNN", "locally connected", "fully connected"):
        tolerated = tolerance(curves[name].mean(axis=0), level)
        print(f"{name:17} falls to {level} at {tolerated:.1f} pixels")
### END SOLUTION

# %% [markdown]
# **Exercise 4** (half an hour). A cure without training: before you classify an image, move its
# centre of mass to row `14` and column `14`, counted from `0`, as MNIST's makers did. Write
# `centre`, which moves each of several stored images of 28x28 pixels, to the nearest whole pixel.
# Ink that leaves the picture is lost, and paper comes in. By how many pixels may a digit be moved
# now?

# %% nbval={"atol": 0.005}
### BEGIN SOLUTION
from scipy import ndimage

from digitlib import training


### END SOLUTION
def centre(images):
    """Stored images (n, 28, 28) with centres of mass where MNIST has them."""
    ...
    ### BEGIN SOLUTION
    centred = np.empty_like(images)
    for index, image in enumerate(images):
        move = 14 - np.array(ndimage.center_of_mass(image))
        down, right = np.rint(move).astype(int)
        moved = data.move(image[np.newaxis], down=down, right=right)
        centred[index] = moved[0]
    return centred
    ### END SOLUTION


check("shift.4", centre)
### BEGIN SOLUTION

few, labels = X_test[:2_000], y_test[:2_000]
for pixels in (0, 4, 8):
    away = transformations.move_all_ways(few, pixels)
    for name, stored in {"as it is": away, "centred": centre(away)}.items():
        answers = training.classify(cnn, data.scale_pixels(stored))
        accuracy = (answers == labels).mean()
        print(f"moved by {pixels}, {name:8}: accuracy {accuracy:.3f}")
# Centring undoes a move as long as the ink stays in the picture. Knowledge
# about the data can be put into the preparation, into the layers, or into the
# training images.
### END SOLUTION

# %% [markdown]
# **Exercise 5** (an hour). If it is the edge that spoils equivariance, do away with it. Bend the
# sheet so that its right edge meets its left one, and its lower edge the upper one: nothing ends
# any more. Write `circular_map` for images `(n, height, width)` and a 3x3 kernel. Each value of the
# map is the sum of the nine weights times the pixel and its eight neighbours, where the row after
# the last is the first one, and likewise for columns. The map has the size of the image. Then move
# images with `np.roll`, by as much as you like: does the map follow? Does the mean of the map after
# ReLU change?


# %%
def circular_map(images, kernel):
    """Maps (n, height, width) of a 3x3 kernel over images without an edge."""
    ...
    ### BEGIN SOLUTION
    return sum(
        kernel[row, column]
        * np.roll(images, (1 - row, 1 - column), axis=(1, 2))
        for row in range(3)
        for column in range(3)
    )
    ### END SOLUTION


check("shift.5", circular_map)
### BEGIN SOLUTION

move = (5, -9)
flat, weights = images[..., 0], kernel[:, :, 0, 0]
before = circular_map(flat, weights)
after = circular_map(np.roll(flat, move, axis=(1, 2)), weights)
rolled = np.roll(before, move, axis=(1, 2))
means_before, means_after = (
    np.maximum(maps, 0).mean(axis=(1, 2)) for maps in (before, after)
)
exactly = {"rtol": 0, "atol": 1e-14}
print("the map follows:", np.allclose(rolled, after, **exactly))
print("the means stay:", np.allclose(means_before, means_after, **exactly))
### END SOLUTION

# %% tags=["pipeline"]
page.save()
