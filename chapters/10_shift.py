# %% [markdown]
# # What happens when the digit moves?
#
# *{{ minutes_to_read.shift }} minutes to read; its run took {{ runs.shift.seconds | minutes }} on {{ training.processor }}.*
#
# "CNNs are shift-invariant" stands in many courses: move the digit, and the answer stays the same. MNIST cannot tell whether it is true, since all
# its digits are centred. So move them, and count.
#
# **After this chapter you can**
#
# - tell equivariance from invariance, and check the first to the last bit that counts;
# - say how far a digit may move before each network fails;
# - name what cures it, and what that costs.

# %% tags=["remove-cell"]
from digitlib.results import Page

page = Page("10_shift")

# %%
import keras
import numpy as np
import pandas as pd

from digitlib import data, plots, reference, statistics, transformations

_, (X_test, y_test) = data.load_mnist()
cnn = reference.load_model("cnn")

# %% [markdown]
# ## A convolution is equivariant
#
# A layer is **equivariant** if moving its input moves its output by as much, and changes nothing else. The first convolution applies the same kernels
# everywhere, so it should be. To check it well, compute in double precision, where rounding errors are about a
# billion times smaller.

# %%
kernel, bias = (weights.astype(np.float64) for weights in cnn.layers[0].get_weights())
double = keras.layers.Conv2D(32, (3, 3), activation="relu", dtype="float64")
images = data.scale_pixels(X_test[:200]).astype(np.float64)
double.build(images.shape)
double.set_weights([kernel, bias])
moved = data.move(images, down=2, right=3)
maps, moved_maps = np.asarray(double(images)), np.asarray(double(moved))
difference = np.abs(moved_maps[:, 2:, 3:] - maps[:, :-2, :-3]).max()
print("the map of the moved image is the moved map, to machine precision:", bool(difference < 1e-14))

# %% [markdown]
# What stays at the margin is left out, since new paper comes in there. Note that the pooling after it is equivariant only in steps of two: a move by one
# pixel changes which values fall into one 2x2 window.

# %%
pool = keras.layers.MaxPooling2D((2, 2), dtype="float64")
for pixels in (1, 2):
    moved_maps = np.asarray(pool(double(data.move(images, right=pixels))))
    maps = np.asarray(pool(double(images)))
    steps = pixels // 2
    same = np.abs(moved_maps[:, :, steps:] - maps[:, :, : maps.shape[2] - steps]).max() < 1e-14
    print(f"after a move by {pixels}, the pooled map is the old one moved by {steps}: {same}")

# %% [markdown]
# ## Is the whole network invariant?
#
# A network is **invariant** if its answer does not change at all. To see, [the test images are moved](#fig-shift-examples) by 0 to 8 pixels, an eighth of them in each
# of the eight directions. Along a diagonal, that is so many pixels across and as many up or down. The digits fill a box of 20x20 pixels in an image of 28x28, so up to 4 pixels nearly all of the ink stays in the picture; beyond, some of it is lost.

# %% mystnb={"figure": {"caption": "Eight digits, each moved in another direction: not at all, by 4 pixels, and by 8.", "name": "fig-shift-examples"}}
rows = [transformations.move_all_ways(X_test[:8], pixels) for pixels in (0, 4, 8)]
plots.image_grid(
    np.concatenate(rows), subject="Eight digits, in place above, moved by 4 pixels in the middle, by 8 below", columns=8
)

# %% [markdown]
# Six kinds of network are compared: the CNN and the fully connected network, from {{ shift.runs["CNN"] | words }} seeds each; the locally connected network and the CNN with global average
# pooling ([the chapter before](09_sharing.ipynb)), the second of which throws away the place of what it found, from {{ shift.runs["global pooling"] | words }} each; and the CNN trained
# on images moved at random by up to 4 and up to 8 pixels, from {{ shift.runs["CNN, moved by up to 4"] | words }} each. All had the same {{ shift.epochs }} epochs, and
# [one experiment](06_experiment.ipynb) repeats any of them.

# %%
sweeps = [reference.load_sweep("headline"), reference.load_sweep("sharing"), reference.load_sweep("augmentation")]
runs = pd.concat(sweeps)
kinds = {
    "CNN": runs[(runs["network"] == "cnn") & (runs["augmentation"] == "none")],
    "fully connected": runs[runs["network"] == "fully connected"],
    "locally connected": runs[runs["network"] == "locally connected"],
    "global pooling": runs[runs["network"] == "global pooling"],
    "CNN, moved by up to 4": runs[runs["augmentation"] == "moved by up to 4 pixels"],
    "CNN, moved by up to 8": runs[runs["augmentation"] == "moved by up to 8 pixels"],
}
curves = {name: np.array(part["right_moved"].tolist()) / part[["images"]].to_numpy() for name, part in kinds.items()}
table = pd.DataFrame({name: curve.mean(axis=0) for name, curve in curves.items()})
table.rename_axis("pixels").round(3)

# %% mystnb={"figure": {"caption": "Accuracy on moved test images: means over seeds, in bands from the lowest to the highest run.", "name": "fig-shift-curves"}}
shown = {name: curve for name, curve in curves.items() if name != "locally connected"}
plots.bands(
    shown, x=range(9), subject="Accuracy on moved digits", xlabel="pixels, in eight directions", ylabel="accuracy"
)

# %% tags=["remove-cell"]
at = {name: [statistics.mean_over_seeds(curve[:, pixels]) for pixels in range(9)] for name, curve in curves.items()}
page.add(at=at, runs={name: len(curve) for name, curve in curves.items()}, epochs=runs["epochs"].iloc[0])
page.claim("The CNN is not invariant", at["CNN"][4].high < 0.6)
page.claim(
    "a single step along a side or a diagonal costs it about a point",
    0.003 < at["CNN"][0].value - at["CNN"][1].value < 0.02,
)
commonest_digit = np.bincount(y_test).max() / len(y_test)
page.claim("no better than guessing", at["CNN"][8].low < commonest_digit)
page.claim("The fully connected network falls sooner", at["fully connected"][2].high < at["CNN"][2].low - 0.1)
page.claim(
    "it is the least accurate of all in place",
    at["global pooling"][0].high < min(at[name][0].low for name in at if name != "global pooling"),
)
page.claim(
    "between the two",
    at["fully connected"][2].high < at["locally connected"][2].low
    and at["locally connected"][2].high < at["CNN"][2].low,
)
page.claim("worse than the CNN at 2 pixels", at["global pooling"][2].high < at["CNN"][2].low)
page.claim(
    "better from 4 pixels on", all(at["global pooling"][pixels].low > at["CNN"][pixels].high for pixels in range(4, 9))
)
page.claim("Showing moved digits in training cures it", at["CNN, moved by up to 4"][4].low > 0.93)
page.claim("Beyond what it was shown, it fails too", at["CNN, moved by up to 4"][8].high < 0.6)
page.claim("keeps most of its accuracy even there", at["CNN, moved by up to 8"][8].low > 0.8)

# %% [markdown]
# {{ claim("The CNN is not invariant") }}. Moved by 1 pixel it is right about {{ shift.at["CNN"][1] | in_words }}, so
# {{ claim("a single step along a side or a diagonal costs it about a point") }}; by 2, {{ shift.at["CNN"][2] | in_words }}; by 4, when nearly all of the ink is
# still in the picture, {{ shift.at["CNN"][4] | in_words }}. By 8 pixels it is
# {{ claim("no better than guessing") }}: {{ shift.at["CNN"][8] | in_words }}.
#
# {{ claim("The fully connected network falls sooner") }}: {{ shift.at["fully connected"][2] | in_words }} at 2 pixels. So convolution and pooling do bring something: about one pixel
# more of tolerance at the same accuracy. The locally connected network of the chapter before has the same poolings and shares nothing: {{ shift.at["locally connected"][2] | in_words }} at 2 pixels,
# {{ claim("between the two") }}. So patches and pooling bring a part of the tolerance, and sharing a part. What pooling brings by itself was not measured.
#
# ## Why global pooling is not enough
#
# A mean over the whole map does not know where its values were. So the network with **global average pooling** should be invariant, at least for moves by 2 pixels. It is not:
# {{ claim("it is the least accurate of all in place") }} ({{ shift.at["global pooling"][0] | in_words }}), {{ claim("worse than the CNN at 2 pixels") }}
# ({{ shift.at["global pooling"][2] | in_words }}), and only {{ claim("better from 4 pixels on") }} ({{ shift.at["global pooling"][4] | in_words }} at 4). Why?
#
# The map ends where the picture ends. Its units look at patches of 8x8 pixels, and those that would see the edge of a digit from outside are missing as soon as the digit comes near the margin. To check
# this explanation, put the digits on a larger sheet of paper, with 8 more pixels on every side, and compare what a move by 2 pixels does to the means of the maps.


# %%
def change_of_means(margin):
    """Relative change of the means over the second convolution's maps when digits move by 2 pixels."""
    sheets = np.pad(images[..., 0], ((0, 0), (margin, margin), (margin, margin)))[..., np.newaxis]
    side = 28 + 2 * margin
    layers = [
        keras.layers.Conv2D(32, 3, activation="relu"),
        keras.layers.MaxPooling2D(2),
        keras.layers.Conv2D(64, 3, activation="relu"),
    ]
    maps = keras.Sequential([keras.Input((side, side, 1), dtype="float64"), *layers], name=f"margin_{margin}")
    maps.set_weights(cnn.get_weights()[:4])
    before, after = (np.asarray(maps(sheet)).mean(axis=(1, 2)) for sheet in (sheets, data.move(sheets, right=2)))
    return np.abs(after - before).sum() / np.abs(before).sum()


for margin in (0, 8):
    print(f"{margin} more pixels on each side: the means change by {change_of_means(margin):.1%}")

# %% tags=["remove-cell"]
page.add(means_changed=change_of_means(0))
page.claim("On the larger sheet the means stay as they were", change_of_means(8) < 1e-5)

# %% [markdown]
# {{ claim("On the larger sheet the means stay as they were") }}; in the 28x28 picture they change by {{ shift.means_changed | percent(0) }}. So the picture's edge
# does change the means. (The kernels here are those of the CNN, and how much of the lost accuracy this explains was not measured.) Textbooks draw infinite planes; images end.
#
# ## What cures it
#
# {{ claim("Showing moved digits in training cures it") }}. The CNN that saw digits moved by up to 4 pixels is right about {{ shift.at["CNN, moved by up to 4"][4] | in_words }} at 4 pixels, and
# about {{ shift.at["CNN, moved by up to 4"][0] | in_words }} in place. {{ claim("Beyond what it was shown, it fails too") }}: {{ shift.at["CNN, moved by up to 4"][8] | in_words }} at
# 8. The one that saw moves by up to 8 {{ claim("keeps most of its accuracy even there") }}: {{ shift.at["CNN, moved by up to 8"][8] | in_words }}, though parts of the digits are out of the picture.
#
# Nothing about the layers is different. The network learned that place does not matter, because it was taught. Others have put it so: CNNs are not invariant to translation, but they
# can learn to be ({{ cite("biscione2021") }}).
#
# ## Summary
#
# - Convolution is equivariant, to machine precision. Pooling by two is so in steps of two.
# - The network is not invariant: 4 pixels leave {{ shift.at["CNN"][4].value | percent(0) }}.
# - Global average pooling is no cure in so small a picture; its edge is felt. Augmentation is one.
#
# ## Exercises
#
# **Exercise 1.** Does it matter in which direction the digit moves? Use the CNN of the training chapter.

# %% nbval={"atol": 0.005} tags=["hide-cell"]
### BEGIN SOLUTION
labels = y_test[:2_000]
for name, moved in {
    "right": data.move(X_test[:2_000], right=3),
    "left": data.move(X_test[:2_000], right=-3),
    "down": data.move(X_test[:2_000], down=3),
    "up": data.move(X_test[:2_000], down=-3),
}.items():
    answers = cnn.predict(data.scale_pixels(moved), batch_size=1_000, verbose=0).argmax(axis=1)
    print(f"{name:5} accuracy {(answers == labels).mean():.3f}")
### END SOLUTION

# %% [markdown]
# **Exercise 2.** A cure without training: before classifying an image, move its centre of mass to the middle, as MNIST's makers did. By how many pixels may a digit then be moved?
#
# <details><summary>Solution</summary>
#
# By any number that leaves its ink in the picture: centring undoes the move, to the nearest pixel. It is what the first chapter's preparation does. Knowledge about the
# data can be put into the preparation, into the layers, or into the training images.
#
# </details>
#
# **Exercise 3.** Why is the first convolution only equivariant away from the margin?
#
# <details><summary>Solution</summary>
#
# At the margin, pixels leave the picture and paper comes in from outside. The map there is computed from other
# values, not from moved ones.
#
# </details>

# %% tags=["remove-cell"]
page.save()
