# %% [markdown]
# # The dataset
#
# *{{ minutes_to_read.dataset }} minutes to read, about {{ minutes_with_exercises.dataset }} with
# the exercises; its run took {{ runs.dataset.seconds | minutes }} on {{ training.processor }}.*
#
# Before you train anything, look at the data. This chapter does that with the handwritten digits of
# MNIST: what one image is, how many there are of each digit, how they were prepared, and which of
# them even people argue about.
#
# **After this chapter you can**
#
# - load MNIST and say what its four arrays hold;
# - describe an image as numbers, and scale the numbers for a network;
# - explain how the digits were centred, and check it on the data;
# - say what training, validation and test sets are for;
# - read the raw files yourself, byte by byte.

# %% tags=["pipeline"]
from page_results import Page

page = Page("01_dataset")

# %% [markdown]
# ## Load it
#
# MNIST is a set of grey images of handwritten digits, each with a **label**: the digit that the
# writer meant. It was put together by {{ cite("lecun1998") }} from two collections of the US
# National Institute of Standards and Technology. One, SD-3, was written by staff of the Census
# Bureau, and the other, SD-1, by high-school students. {{ fact.per_source_train }} training images
# and {{ fact.per_source_test }} test images come from each. The writers of the test images wrote
# none of the training images.
#
# The files are part of the book's helper package, so nothing is downloaded. Keras's
# `keras.datasets.mnist.load_data()` returns the same arrays.

# %%
from digitlib.data import load_mnist

(X_train, y_train), (X_test, y_test) = load_mnist()
print("training images", X_train.shape, X_train.dtype)
print("training labels", y_train.shape, y_train.dtype)
print("test images    ", X_test.shape, X_test.dtype)
print("test labels    ", y_test.shape, y_test.dtype)

# %% tags=["pipeline"]
page.add(
    train_images=len(X_train), test_images=len(X_test), pixels=X_train[0].size
)

# %% [markdown]
# There are {{ dataset.train_images | thousands }} training images and
# {{ dataset.test_images | thousands }} test images. Each is 28 pixels high and 28 wide,
# {{ dataset.pixels }} pixels in all. The type `uint8` holds whole numbers from 0 to 255.
#
# ## One image is a table of numbers
#
# Here is the first training image, with every second row and column printed. Zero is paper; the
# largest value is full ink.

# %%
print("label:", y_train[0])
for row in X_train[0][::2, ::2]:
    print(" ".join(f"{pixel:3d}" for pixel in row))

# %% [markdown]
# You can make out the 5. A network never sees anything but such a table. Drawn as
# [images](#fig-digits), the first digits look like this.

# %% mystnb={"figure": {"caption": "Four training images of each digit, one column per digit. The same digit looks different from hand to hand.", "name": "fig-digits"}}
import numpy as np

from digitlib import plots

first = [np.flatnonzero(y_train == digit)[:4] for digit in range(10)]
plots.image_grid(
    X_train[np.transpose(first).ravel()],
    subject="The first four training images of each digit, "
    "one column per digit",
)

# %% [markdown]
# ## Are all digits equally common?
#
# A **class** is one of the ten possible answers. If one class were much more common than the
# others, a network could score well by always guessing it. So [count](#fig-balance).

# %% mystnb={"figure": {"caption": "Training images of each digit. The classes are close to balanced, not equal.", "name": "fig-balance"}}
counts = np.bincount(y_train)
plots.bars(
    dict(enumerate(counts)),
    subject="Training images per digit",
    xlabel="digit",
    ylabel="images",
)

# %% tags=["pipeline"]
test_counts = np.bincount(y_test)
most, least = counts.argmax(), counts.argmin()
page.add(
    most_common=most,
    least_common=least,
    most_common_images=counts[most],
    least_common_images=counts[least],
    guess_accuracy=test_counts[most] / len(y_test),
)
page.claim(
    "the rarest digit is not rare", counts[least] > 0.8 * len(y_train) / 10
)

# %% [markdown]
# The commonest digit is the {{ dataset.most_common }}, with
# {{ dataset.most_common_images | thousands }} images; the least common is the
# {{ dataset.least_common }}, with {{ dataset.least_common_images | thousands }}. So
# {{ claim("the rarest digit is not rare") }}. Always answering "{{ dataset.most_common }}" would be
# right for {{ dataset.guess_accuracy | percent }} of the test images. Keep that figure in mind: an
# accuracy means nothing without the one that takes no skill.
#
# ## How much ink is there?

# %%
ink = X_train > 0
print(f"pixels without ink:    {(~ink).mean():.3f}")
print(f"pixels at full ink:    {(X_train == 255).mean():.3f}")
print(f"mean of all pixels:    {X_train.mean() / 255:.4f} of full ink")
print(f"standard deviation:    {X_train.std() / 255:.4f} of full ink")
never_inked = (~ink).all(axis=0).sum()
print(f"never inked positions: {never_inked} of {X_train[0].size}")

# %% tags=["pipeline"]
page.add(
    blank_share=(~ink).mean(),
    pixel_mean=X_train.mean() / 255,
    pixel_deviation=X_train.std() / 255,
    never_inked=(~ink).all(axis=0).sum(),
)
page.claim("most of an image is paper", (~ink).mean() > 0.5)

# %% [markdown]
# We see that {{ claim("most of an image is paper") }}: {{ dataset.blank_share | percent }} of all
# pixels are zero. {{ dataset.never_inked }} of the {{ dataset.pixels }} positions hold no ink in
# any training image, so they can teach a network nothing.
#
# How the other values are spread shows [the next figure](#fig-values). Its vertical axis is
# logarithmic, since zero is so common.

# %% mystnb={"figure": {"caption": "All pixel values of the training images. Two peaks: paper at the left, full ink at the right, and the grey edges of strokes in between.", "name": "fig-values"}}
plots.histogram(
    X_train,
    subject="Pixel values of the training images",
    xlabel="pixel value",
)

# %% [markdown]
# ## The average digit
#
# Add up all images of one class and divide by their number: the **mean image**. Where it is sharp,
# writers agree. [The standard deviation of each pixel](#fig-means) shows where they do not.

# %% mystnb={"figure": {"caption": "Mean image of each class (above) and standard deviation of each pixel (below). The outlines of the 1 are sharp; it is its slant that varies.", "name": "fig-means"}}
mean_images = np.stack(
    [X_train[y_train == digit].mean(axis=0) for digit in range(10)]
)
deviations = np.stack(
    [X_train[y_train == digit].std(axis=0) for digit in range(10)]
)
plots.image_grid(
    np.concatenate([mean_images, deviations]),
    subject="Mean image of each digit from 0 to 9 in the first row, "
    "standard deviation of its pixels in the second",
)

# %% [markdown]
# Mean images are a classifier already: give a new image the class whose mean it is closest to. It
# costs three lines and no training. Distance here is the usual one: subtract pixel by pixel,
# square, add up.

# %%
flat_means = mean_images.reshape(10, -1)
flat_test = X_test.reshape(len(X_test), -1).astype(np.float64)
distances = (
    (flat_test**2).sum(axis=1)[:, None]
    - 2 * flat_test @ flat_means.T
    + (flat_means**2).sum(axis=1)
)
nearest_mean_accuracy = (distances.argmin(axis=1) == y_test).mean()
print(f"accuracy of the nearest mean image: {nearest_mean_accuracy:.4f}")

# %% tags=["pipeline"]
page.add(nearest_mean_accuracy=nearest_mean_accuracy)
page.claim(
    "far from blind guessing and far from good",
    0.7 < nearest_mean_accuracy < 0.9,
)


# %% [markdown]
# {{ dataset.nearest_mean_accuracy | percent }} right is
# {{ claim("far from blind guessing and far from good") }}. The networks of the following chapters
# have to exceed that to be worth their trouble.
#
# ## How the digits were prepared
#
# The digits fill the images in a suspiciously even way. That is no accident.
# {{ cite("lecun1998") }} report that each digit was fitted into a box of 20x20 pixels, keeping its
# proportions, and then placed so that its **centre of mass**, the average position of its ink, fell
# on the centre of the 28x28 image.
#
# You need not believe that; you can measure it. `longer_side` is the height or width of the ink,
# whichever is greater. `centre` is the average position of the ink, rows first, counted from 0.


# %%
def longer_side(images):
    """The greater of height and width of each image's ink, in pixels."""

    def extent(inked):
        before, behind = inked.argmax(axis=1), inked[:, ::-1].argmax(axis=1)
        return inked.shape[1] - before - behind

    ink = images > 0
    return np.maximum(extent(ink.any(axis=2)), extent(ink.any(axis=1)))


def centre(images):
    """The centre of mass of each image: row and column, in pixels from 0."""
    images = images.astype(np.float64)
    mass = images.sum(axis=(1, 2))
    positions = np.arange(28)
    rows = (images.sum(axis=2) * positions).sum(axis=1) / mass
    columns = (images.sum(axis=1) * positions).sum(axis=1) / mass
    return np.stack([rows, columns], axis=1)


for name, images in {"training": X_train, "test": X_test}.items():
    fits = longer_side(images) == 20
    centred = (np.abs(centre(images) - 14) <= 0.5).all(axis=1)
    print(
        f"{name}: longer side of 20 pixels in {fits.sum()} of {len(images)}, "
        f"centre at 14 in {centred.sum()}"
    )

# %% tags=["pipeline"]
test_sides, test_centres = longer_side(X_test), centre(X_test)
test_fits = (test_sides == 20).sum()
test_centred = (np.abs(test_centres - 14) <= 0.5).all(axis=1).sum()
page.add(test_fits=test_fits, test_centred=test_centred)
page.claim(
    "The report is right",
    test_fits > 0.999 * len(X_test) and test_centred == len(X_test),
)

# %% [markdown]
# {{ claim("The report is right") }}: in {{ dataset.test_fits | thousands }} of the
# {{ dataset.test_images | thousands }} test images the longer side of the ink is exactly that of
# the box, and in {{ dataset.test_centred | thousands }} the centre of mass lies within half a pixel
# of the point where it should be. (You may read elsewhere that the images were trimmed from a
# larger size. They were not; they were fitted and centred.)
#
# This matters as soon as you try your own handwriting. A network trained on digits that are all
# centred by mass has never seen one in a corner. Prepare your digit in the same way, or the network
# will fail for a reason that has nothing to do with your hand.
#
# ## The raw files
#
# MNIST is distributed as four files in the **IDX** format. The format is so simple that you can
# read it by hand. Two bytes of zero; one byte for the type of the numbers (8 stands for `uint8`);
# one byte for the number of axes; then the length of each axis, four bytes each, most significant
# byte first; then the numbers.

# %%
import gzip

from digitlib.data import MNIST_FOLDER

packed = (MNIST_FOLDER / "t10k-images-idx3-ubyte.gz").read_bytes()
content = gzip.decompress(packed)
print("first four bytes:", list(content[:4]))
axes = content[3]
lengths = [
    int.from_bytes(content[4 + 4 * axis : 8 + 4 * axis], "big")
    for axis in range(axes)
]
print("lengths of the axes:", lengths)
pixels = np.frombuffer(content, dtype=np.uint8, offset=4 + 4 * axes)
by_hand = pixels.reshape(lengths)
print("equal to what load_mnist returned:", np.array_equal(by_hand, X_test))

# %% [markdown]
# `digitlib.data.read_idx` does the same for any file of this format, Fashion-MNIST's included, and
# says what is wrong when a file is damaged. `load_mnist` also compares every file with a stored
# SHA-256 **digest**, a fingerprint that changes if a single bit does. You are looking at the very
# digits that were published.
#
# ## Scaling
#
# A network starts with small random weights and takes small steps. Inputs of up to 255 would make
# its first sums hundreds of times too large for those weights, and the first steps wild. So divide
# by 255: every pixel then lies in [0, 1]. Nothing is lost, since the division can be undone.
#
# Convolutions also want to know how many **channels** an image has: three for a colour image, one
# for grey. That is one more axis at the end.

# %%
from digitlib.data import scale_pixels

scaled = scale_pixels(X_train)
print(scaled.shape, scaled.dtype, scaled.min(), scaled.max())
undone = np.rint(scaled[..., 0] * 255).astype(np.uint8)
print("can be undone:", np.array_equal(undone, X_train))

# %% [markdown]
# Chapter 6 leaves the scaling out once, so that you can see what happens.
#
# ## Training, validation and test
#
# Three sets of images serve three purposes.
#
# - The **training set** is what the network learns from.
# - The **validation set** is what you look at while you make choices: how many epochs, how large a
#   layer. It has to be held out from training, since a network may remember its training images
#   without having understood anything.
# - The **test set** is for one question, asked once, at the very end: how good is the network that
#   you have chosen?
#
# Why not choose with the test set? Because a choice fits, a little, whatever it was made with. Pick
# the winner among twenty networks by its test score, and that score is partly luck that will not
# come again. MNIST comes without a validation set, so this book takes one from the training set:
# its last {{ dataset.validation_images | thousands }} images. Every choice in this book is made on
# those. The test set scores runs that were declared beforehand.
#
# Are the last images a fair sample? They are if their classes are spread like those of the rest. A
# chi-squared test compares the two: it gives the probability of a difference at least this large,
# if there were no difference but chance.

# %%
from scipy.stats import chi2_contingency

from digitlib.data import hold_out

(X_fit, y_fit), (X_validation, y_validation) = hold_out(X_train, y_train)
balance = chi2_contingency([np.bincount(y_fit), np.bincount(y_validation)])
print(
    f"{len(X_fit)} to train on, {len(X_validation)} to validate; "
    f"p = {balance.pvalue:.2f}"
)

# %% tags=["pipeline"]
page.add(
    fit_images=len(X_fit),
    validation_images=len(X_validation),
    balance_p=balance.pvalue,
)
page.claim("no sign that they differ", balance.pvalue > 0.05)

# %% [markdown]
# There is {{ claim("no sign that they differ") }} (p = {{ dataset.balance_p | decimals }}).
#
# ## Hard digits, wrong labels
#
# Some labels are doubtful. {{ cite("northcutt2021") }} let a program flag {{ fact.flagged_labels }}
# test images of MNIST and showed each to five people. For {{ fact.confirmed_labels }} of them,
# fewer than three of the five agreed with the label. Here [they are](#fig-disputed), with MNIST's
# label and the other candidate.

# %% mystnb={"figure": {"caption": "The disputed test images: MNIST's label, then the other candidate. Decide for yourself before you read the labels.", "name": "fig-disputed"}}
from digitlib.data import load_disputed_labels

disputed = load_disputed_labels()
plots.image_grid(
    X_test[disputed.index],
    subject="Test images with disputed labels",
    titles=[f"{row.given} or {row.guessed}?" for row in disputed.itertuples()],
    columns=5,
)

# %%
none_neither = disputed["votes guessed"] == 5 - disputed["votes neither"]
disputed[none_neither].query("`votes given` == 0")

# %% tags=["pipeline"]
unanimous = disputed[disputed["votes guessed"] == 5]
page.add(
    disputed=len(disputed),
    unanimous=len(unanimous),
    unanimous_images=[int(i) for i in unanimous.index],
)
page.claim(
    "labels in the table match the files",
    (y_test[disputed.index] == disputed["given"]).all(),
)

# %% [markdown]
# The table lists the images for which nobody voted for MNIST's label. In only
# {{ dataset.unanimous | words }} cases, images {{ dataset.unanimous_images | join(" and ") }}, did
# all five people settle on the same other digit. So a classifier that is right about everything
# people agree on would still be marked wrong a few times. No accuracy on this test set should be
# believed to the last digit.
#
# There is a second limit. The test set has been used by everybody for decades.
# {{ cite("yadav2019") }} found {{ fact.lost_digits }} further test digits that had been lost.
# Networks that made {{ fact.usual_error }} errors on the usual test set made {{ fact.lost_error }}
# on the new ones: more, though the order of the networks hardly changed.
#
# ## Summary
#
# - MNIST has {{ dataset.train_images | thousands }} training and
#   {{ dataset.test_images | thousands }} test images, 28x28 pixels, `uint8`, nearly balanced over
#   ten classes.
# - Guessing the commonest class is right for {{ dataset.guess_accuracy | percent }}, the nearest
#   mean image for {{ dataset.nearest_mean_accuracy | percent }}.
# - Digits fit a 20x20 box and are centred by mass; your own digits must be too.
# - Divide by 255, add a channel axis, hold out {{ dataset.validation_images | thousands }} images
#   for validation, and leave the test set alone.
# - A handful of labels are wrong or doubtful.
#
# ## Questions to think about
#
# **A friend's network is right about eleven in a hundred test images. What has it learned?**
#
# <details><summary>A little: among ten classes, chance gives a tenth</summary>
#
# Chance gives a tenth if you guess evenly. But it takes no skill to always give one answer, and the
# right one does for {{ dataset.guess_accuracy | percent }} of the test images.
#
# </details>
#
# <details><summary>Nothing that can be seen from this figure</summary>
#
# Right. Always answering the commonest digit scores the same. Compare with what takes no skill
# before you praise a score.
#
# </details>
#
# <details><summary>The opposite of what it should: it must be confusing all classes</summary>
#
# Confusing everything would give about a tenth. Having learned the opposite would give next to
# zero.
#
# </details>
#
# **The centre of mass of a digit need not lie on ink. For which digit would you expect that most?**
#
# <details><summary>For the 1, because it has so little ink</summary>
#
# Little ink, but all of it in one stroke, and the middle of the stroke is where the average falls.
#
# </details>
#
# <details><summary>For the 0</summary>
#
# Right. Its ink surrounds its centre. An average of positions can lie where there is nothing, as
# the average of a ring does.
#
# </details>
#
# <details><summary>For none: an average of ink positions is a position of ink</summary>
#
# The average of 2 and 4 is 3, even if there is nothing at 3. Think of a ring.
#
# </details>
#
# **Somebody divides each image by its own maximum, instead of all images by 255. What changes?**
#
# <details><summary>Nothing: full ink is 255 in every image</summary>
#
# It nearly is in MNIST, but not in every image. And think of a faint pencil stroke on a photo of
# your own.
#
# </details>
#
# <details><summary>The pixels no longer lie between 0 and 1</summary>
#
# They do: no pixel of an image exceeds its own maximum, so no quotient exceeds 1.
#
# </details>
#
# <details><summary>An image without full ink is made darker, and one cannot tell any more how faint
# it was</summary>
#
# Right. The factor is now another one for each image, so the division cannot be undone. That may
# even be wanted, but it is a different preparation from the one in this book.
#
# </details>
#
# **You train twenty networks, keep the one that scores highest on the test set, and report that
# score. Is it a fair estimate of how the network will do on new digits?**
#
# <details><summary>Yes: no network was trained on the test images</summary>
#
# None was, but one was chosen with them. The choice has learned from the test set, even if the
# weights have not.
#
# </details>
#
# <details><summary>No: on average it promises too much</summary>
#
# Right. The top one of twenty scores is partly good luck with just these images, and the luck will
# not come again. Choose on validation images, then test once.
#
# </details>
#
# <details><summary>No: on average it promises too little, since new digits may be easier</summary>
#
# New digits of the same kind are neither easier nor harder on average. It is the choice that tilts
# the score, and upwards.
#
# </details>
#
# ## Exercises
#
# {{ how_to_answer("dataset.1") }}

# %%
from digitlib import check, hint

# %% [markdown]
# **Exercise 1** (a few minutes). The simplest classifier looks at the training labels, and from
# then on always gives the commonest one. Write `guess_accuracy`, which returns the accuracy it
# reaches on test labels.


# %%
def guess_accuracy(train_labels, test_labels):
    """Accuracy of always answering the commonest training label."""
    ...
    ### BEGIN SOLUTION
    commonest = np.bincount(train_labels).argmax()
    return (test_labels == commonest).mean()
    ### END SOLUTION


check("dataset.1", guess_accuracy)
### BEGIN SOLUTION

print(f"accuracy without skill: {guess_accuracy(y_train, y_test):.4f}")
### END SOLUTION

# %% [markdown]
# **Exercise 2** (ten minutes). Which digit carries the least ink on average, and which the most?
# Guess from [the mean images](#fig-means). Then write `mean_ink`, which returns ten numbers: for
# each digit from 0 to 9, the mean of all pixels of its images, as a share of full ink.


# %%
def mean_ink(images, labels):
    """Mean pixel of each class, 0 for paper to 1 for full ink."""
    ...
    ### BEGIN SOLUTION
    return np.array(
        [images[labels == digit].mean() / 255 for digit in range(10)]
    )
    ### END SOLUTION


check("dataset.2", mean_ink)
### BEGIN SOLUTION

ink_of_digits = mean_ink(X_train, y_train)
print(f"least ink: {ink_of_digits.argmin()} ({ink_of_digits.min():.3f})")
print(f"most ink:  {ink_of_digits.argmax()} ({ink_of_digits.max():.3f})")
### END SOLUTION

# %% [markdown]
# **Exercise 3** (a quarter of an hour). Write `move_right`, which moves images by some pixels, 0 or
# more. What leaves on the right is lost, what comes in from the left is paper. How does the
# accuracy of the nearest mean image suffer, pixel by pixel, and why?


# %% mystnb={"figure": {"caption": "Accuracy of the nearest mean image on test digits that were moved to the right. Distance compares positions, not shapes: a stroke that has moved meets another part of the mean image, or none.", "name": "fig-moved-means"}}
def move_right(images, by):
    """The images, moved to the right by so many pixels."""
    ...
    ### BEGIN SOLUTION
    moved = np.zeros_like(images)
    moved[:, :, by:] = images[:, :, : images.shape[2] - by]
    return moved
    ### END SOLUTION


check("dataset.3", move_right)
### BEGIN SOLUTION

accuracies = []
for by in range(7):
    moved = move_right(X_test, by)
    flat_moved = moved.reshape(len(X_test), -1).astype(np.float64)
    products = 2 * flat_moved @ flat_means.T
    moved_distances = (flat_means**2).sum(axis=1) - products
    accuracies.append((moved_distances.argmin(axis=1) == y_test).mean())
plots.lines(
    {"nearest mean image": accuracies},
    x=range(7),
    subject="Test accuracy of moved digits",
    xlabel="pixels to the right",
    ylabel="accuracy",
)
### END SOLUTION

# %% [markdown]
# **Exercise 4** (half an hour). You have a digit of your own, 28x28 pixels, with light paper
# already turned to
# 0. It sits in a corner. Write `centre_by_mass`, which moves it by whole pixels so that its centre
#    of mass comes as near as it can to row `14` and column `14`, counted from 0. No ink should be
#    lost or changed.


# %% mystnb={"figure": {"caption": "A digit that was moved into a corner, and the same digit centred again by its mass. Ink is white here, so that you see the frame.", "name": "fig-centred"}}
def centre_by_mass(image):
    """The image, its centre of mass within half a pixel of [14, 14]."""
    ...
    ### BEGIN SOLUTION
    row, column = centre(image[np.newaxis])[0]
    return np.roll(image, (round(14 - row), round(14 - column)), axis=(0, 1))
    ### END SOLUTION


check("dataset.4", centre_by_mass)
### BEGIN SOLUTION

# Its margins are blank, so nothing wraps round.
in_a_corner = np.roll(X_train[0], (3, -4), axis=(0, 1))
plots.image_grid(
    np.stack([in_a_corner, centre_by_mass(in_a_corner)]),
    subject="A 5 in a corner, and in the middle",
    titles=["in a corner", "centred by mass"],
    columns=2,
    cmap="gray",
)
### END SOLUTION

# %% [markdown]
# **Exercise 5** (an hour). A mean image forgets how different the images of a class are. So compare
# with the images themselves: write `nearest_labels`, which gives each image the label of the one
# known image that is nearest to it, by the distance of this chapter. Then ask how accurate that is
# on validation images. A few thousand known images will do; with all of them you would wait long.


# %%
def nearest_labels(images, known_images, known_labels):
    """For each image, the label of the known image that is nearest to it."""
    ...
    ### BEGIN SOLUTION
    flat = images.reshape(len(images), -1).astype(np.float64)
    flat_known = known_images.reshape(len(known_images), -1).astype(np.float64)
    # The square of each image itself is the same for all known ones,
    # so it may be left out.
    distances = (flat_known**2).sum(axis=1) - 2 * flat @ flat_known.T
    return known_labels[distances.argmin(axis=1)]
    ### END SOLUTION


check("dataset.5", nearest_labels)
### BEGIN SOLUTION

few = X_validation[:2_000]
for known in (500, 1_000, 2_000, 5_000):
    answered = nearest_labels(few, X_fit[:known], y_fit[:known])
    share_right = (answered == y_validation[:2_000]).mean()
    print(f"{known:5,} known images: accuracy {share_right:.3f}")
### END SOLUTION

# %% tags=["pipeline"]
page.save()
