# %% [markdown]
# # The dataset
#
# *{{ minutes_to_read.dataset }} minutes to read, about {{ minutes_with_exercises.dataset }} with
# the exercises; our run took {{ runs.dataset.seconds | minutes }} on {{ training.processor }}.*
#
# Before you train anything, look at the data: MNIST, a set of grey images of handwritten digits.
# Here are [some of them](#fig-digits).

# %% mystnb={"figure": {"caption": "Four training images of each digit, one column per digit. The same digit looks different from hand to hand.", "name": "fig-digits"}}
import numpy as np

from digitlib import plots
from digitlib.data import load_mnist

(X_train, y_train), (X_test, y_test) = load_mnist()
picked = []
for row in range(4):
    for digit in range(10):
        places_of_digit = np.flatnonzero(y_train == digit)
        picked.append(places_of_digit[row])

plots.image_grid(
    X_train[picked],
    subject="The first four training images of each digit, "
    "one column per digit",
)

# %% [markdown]
# **After this chapter you can**
#
# - load MNIST, and say what its four arrays hold;
# - draw an image, scale its numbers, and give it a channel axis;
# - read digits by the nearest mean image, and say what its accuracy is worth;
# - explain how the digits were centred, and check it on the data;
# - say what training, validation and test sets are for, and whether a split is fair.

# %% tags=["pipeline"]
from page_results import Page

page = Page("01_dataset")

# %% [markdown]
# ## Load it
#
# `load_mnist` has returned four arrays. (`keras.datasets.mnist.load_data()` fetches the same four
# from the internet.)

# %%
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
# {{ dataset.test_images | thousands }} test images. Each is 28 pixels high and 28 wide. The type
# `uint8` holds whole numbers from 0 to 255.
#
# To each image belongs a **label**: the digit that its writer meant. Each possible answer, here
# each of the ten digits, is a **class**.
#
# ## One image is a table of numbers
#
# `plt.imshow` draws a table of numbers as a picture. `gray_r` gives 0 the colour of paper, and
# large numbers that of ink. [Here is the first image](#fig-first-image).

# %% mystnb={"figure": {"caption": "The first training image. The numbers at its sides count rows and columns, from 0.", "name": "fig-first-image"}}
import matplotlib.pyplot as plt

plt.style.use(plots.STYLE)  # how the figures of this book look
plt.figure(figsize=(2.6, 2.6))
plt.imshow(X_train[0], cmap="gray_r")
plt.grid(False)
# Say in words what the picture shows, for those who cannot see it.
plots.Drawing(plt.gca(), f"A handwritten digit with the label {y_train[0]}.")

# %% [markdown]
# And here are its numbers, with every second row and column left out. Zero is paper, 255 is full
# ink.

# %%
for row in X_train[0][::2, ::2]:
    print(" ".join(f"{pixel:3d}" for pixel in row))

# %% [markdown]
# You can make out the 5. A computer never sees anything but such a table.
#
# ## Scale the numbers, add a channel
#
# Networks are usually given numbers from 0 to 1. (Chapter 6 tries others.) So divide by 255. The
# type `float32` holds fractions.

# %%
images = X_train.astype("float32") / 255
test_images = X_test.astype("float32") / 255
print("before:", X_train.dtype, "from", X_train.min(), "to", X_train.max())
print("after: ", images.dtype, "from", images.min(), "to", images.max())

# %% [markdown]
# Nothing is lost: multiply by 255, and you have the old numbers.
#
# A colour image has three numbers for each pixel: red, green and blue. These are its **channels**.
# A grey image has one channel. Keras expects an axis for them, the last, even if its length is 1.
# `np.newaxis` makes such an axis, and `...` stands for all that were there.

# %%
with_channel = images[..., np.newaxis]
print("without channel axis:", images.shape)
print("with channel axis:   ", with_channel.shape)

# %% [markdown]
# Later chapters write `scale_pixels(X_train)` for both steps together.
#
# ## Are all digits equally common?
#
# If one digit was much more common than the others, you could do well by always answering it. So
# [count](#fig-balance).

# %% mystnb={"figure": {"caption": "Training images of each digit. The classes are close to balanced, not equal.", "name": "fig-balance"}}
counts = np.bincount(y_train)
plots.bars(
    dict(enumerate(counts)),
    subject="Training images per digit",
    xlabel="digit",
    ylabel="images",
)

# %%
most, least = counts.argmax(), counts.argmin()
print(f"most common:  {most}, in {counts[most]} images")
print(f"least common: {least}, in {counts[least]} images")
right = y_test == most  # True where this answer is right; True counts as 1
print(f"share of right answers, if the answer is always {most}: ", end="")
print(f"{right.mean():.4f}")

# %% tags=["pipeline"]
page.add(
    most_common=most,
    least_common=least,
    most_common_images=counts[most],
    least_common_images=counts[least],
    guess_accuracy=right.mean(),
)
page.claim(
    "the rarest digit is not rare", counts[least] > 0.8 * len(y_train) / 10
)

# %% [markdown]
# So {{ claim("the rarest digit is not rare") }}. The share of right answers is called **accuracy**.
# Always answering "{{ dataset.most_common }}" has an accuracy of
# {{ dataset.guess_accuracy | percent }} on the test images. Keep that figure in mind: an accuracy
# means nothing without the one that takes no skill.
#
# ## How much ink is there?

# %%
has_ink = X_train > 0
print(f"share of pixels without ink: {1 - has_ink.mean():.3f}")
times_inked = has_ink.sum(axis=0)  # for each position, in how many images
never = (times_inked == 0).sum()
print(f"positions without ink in any image: {never} of {times_inked.size}")

# %% tags=["pipeline"]
page.add(blank_share=1 - has_ink.mean(), never_inked=never)
page.claim("most of an image is paper", has_ink.mean() < 0.5)

# %% [markdown]
# {{ dataset.blank_share | percent }} of all pixels are zero:
# {{ claim("most of an image is paper") }}. {{ dataset.never_inked }} of the {{ dataset.pixels }}
# positions are paper in every training image, so they can teach nothing.
# [Here are the other pixels](#fig-values).

# %% mystnb={"figure": {"caption": "The values of all pixels with ink. Full ink stands out at the right; the lighter greys are the edges of strokes.", "name": "fig-values"}}
plots.histogram(
    X_train[has_ink],
    subject="Pixels with ink, of all training images",
    xlabel="pixel value",
    ylabel="pixels",
)

# %% [markdown]
# ## The average digit
#
# Average all images of one class, pixel by pixel: that is its **mean image**. Where it is sharp,
# writers agree. [The standard deviation of each pixel](#fig-means) shows where they do not.


# %%
def mean_images(images, labels):
    """The mean image of each class, in an array of shape (10, 28, 28)."""
    means = np.zeros((10, 28, 28), dtype="float32")
    for digit in range(10):
        means[digit] = images[labels == digit].mean(axis=0)
    return means


means = mean_images(images, y_train)

# %% mystnb={"figure": {"caption": "Mean image of each class (above) and standard deviation of each pixel (below), each in a scale of its own. The outlines of the 1 are sharp; it is its slant that varies.", "name": "fig-means"}}
deviations = np.zeros((10, 28, 28))
for digit in range(10):
    deviations[digit] = images[y_train == digit].std(axis=0)

plots.image_grid(
    np.concatenate([means, deviations]),
    subject="Mean image of each digit from 0 to 9 in the first row, "
    "standard deviation of its pixels in the second",
    shared_scale=False,
)

# %% [markdown]
# Mean images can read. Give a new image the class of the mean image that is nearest to it. How far
# apart are two images? Subtract pixel by pixel, square, add up. Try it with one test image:

# %%
print("label:", y_test[0])
for digit in range(10):
    difference = test_images[0] - means[digit]
    print(f"distance from the mean {digit}: {(difference**2).sum():5.1f}")

# %% tags=["pipeline"]
first_distances = ((means - test_images[0]) ** 2).sum(axis=(1, 2))
page.claim(
    "the smallest distance is the one from its own class",
    first_distances.argmin() == y_test[0],
)

# %% [markdown]
# Here {{ claim("the smallest distance is the one from its own class") }}. Now all test images.


# %%
def nearest_mean(images, means):
    """For each image, the digit whose mean image is nearest."""
    distances = np.zeros((len(images), 10))
    for digit in range(10):
        differences = images - means[digit]
        distances[:, digit] = (differences**2).sum(axis=(1, 2))
    return distances.argmin(axis=1)  # where the smallest of the ten stands


right_in_test = nearest_mean(test_images, means) == y_test
print(f"accuracy of the nearest mean image: {right_in_test.mean():.4f}")

# %% tags=["pipeline"]
page.add(nearest_mean_accuracy=right_in_test.mean())
page.claim(
    "far from blind guessing and far from good",
    0.7 < right_in_test.mean() < 0.9,
)

# %% [markdown]
# An accuracy of {{ dataset.nearest_mean_accuracy | percent }} is
# {{ claim("far from blind guessing and far from good") }}. The networks of the following chapters
# have to exceed it.
#
# ## How the digits were prepared
#
# The digits fill the images in a suspiciously even way. {{ cite("lecun1998") }} report why: each
# was fitted into a box of 20x20 pixels, and then placed so that its **centre of mass**, the average
# position of its ink, fell on the centre of the image. Is that so?


# %%
def longer_side(image):
    """The height or the width of the ink, whichever is greater."""
    rows, columns = np.nonzero(image)  # where there is ink
    height = rows.max() - rows.min() + 1
    width = columns.max() - columns.min() + 1
    return max(height, width)


def centre(image):
    """The centre of mass: its row and its column, counted from 0."""
    ink = image.sum()
    row = (image.sum(axis=1) * np.arange(28)).sum() / ink
    column = (image.sum(axis=0) * np.arange(28)).sum() / ink
    return row, column


# %%
some = X_train[:10_000]
fitted, centred = 0, 0
for image in some:
    row, column = centre(image)
    if longer_side(image) == 20:
        fitted += 1
    # MNIST's makers aimed at 14, not at the middle between 0 and 27.
    if abs(row - 14) <= 0.5 and abs(column - 14) <= 0.5:
        centred += 1

print(f"longer side of 20 pixels: {fitted} of {len(some)} images")
print(f"centred within half a pixel: {centred} of {len(some)} images")

# %% tags=["pipeline"]
page.add(looked_at=len(some), fitted=fitted, centred=centred)
page.claim(
    "The report is right, but for a handful of digits",
    fitted > 0.999 * len(some) and centred > 0.999 * len(some),
)

# %% [markdown]
# {{ claim("The report is right, but for a handful of digits") }}. Remember it when you try your own
# handwriting: who has learned from digits in the middle has never seen one in a corner.
#
# ## Training, validation and test
#
# Three sets of images serve three purposes.
#
# - The **training set** is what a network learns from.
# - The **validation set** is what you look at while you make choices, such as which of two networks
#   to keep. It is held out from training: a network may remember its training images without being
#   able to read others.
# - The **test set** is for one question, asked once, at the very end: how good is the network that
#   you have chosen?
#
# Why not choose with the test set? Pick the winner among twenty networks by their test accuracy,
# and part of that accuracy is luck that will not come again.
#
# MNIST comes without a validation set, so take one from the training set. Which images?
#
# ## Are the last images a fair sample?
#
# It is usual to hold out the last images; Keras does so if you pass `validation_split` to `fit`.
# Would any other images do as well? Cut the training images into [ten blocks](#fig-blocks). Hold
# out each in turn, and read it with the mean images of the other nine.

# %% mystnb={"figure": {"caption": "Accuracy of the nearest mean image on each block of the training images, in the order of the file. The axis does not begin at zero.", "name": "fig-blocks"}}
places = np.arange(60_000)  # 0 to 59,999: where an image stands
right = np.zeros(60_000, dtype=bool)  # becomes True where an answer is right
accuracies = []
for block in range(10):
    held = places // 6_000 == block  # True for the images of this block
    # ~held is True where held is False: for all other images.
    means_of_rest = mean_images(images[~held], y_train[~held])
    right[held] = nearest_mean(images[held], means_of_rest) == y_train[held]
    accuracies.append(right[held].mean())
    print(f"block {block + 1:2}: accuracy {accuracies[-1]:.4f}")

plots.lines(
    {"nearest mean image": accuracies},
    subject="Accuracy on each block of training images",
    xlabel="block",
    ylabel="accuracy",
)

# %% tags=["pipeline"]
*other_blocks, last_block = (float(accuracy) for accuracy in accuracies)
page.add(
    other_blocks=other_blocks,
    last_block=last_block,
    highest_other=max(other_blocks),
    lowest_other=min(other_blocks),
)

# %% [markdown]
# The last block, {{ dataset.last_block | percent(2) }}, lies
# {{ dataset.last_block | place_in_words(dataset.other_blocks) }} others. They range from
# {{ dataset.lowest_other | percent(2) }} to {{ dataset.highest_other | percent(2) }}. Why?
#
# ## Who wrote the digits?
#
# {{ cite("lecun1998") }} put MNIST together from two series. One, SD-3, was written by staff of the
# US Census Bureau, the other, SD-1, by high-school students. {{ cite("yadav2019") }} found out who
# wrote each image ([their lists](https://github.com/facebookresearch/qmnist)). In the training set,
# the students' images stand at the even places below `58_100`, the staff's at all others.
# [Compare their sevens](#fig-series).

# %% mystnb={"figure": {"caption": "Sevens of the training set in their order: the students' in the two upper rows, the staff's in the two lower ones. Above, each comes from another hand. Below, neighbours look as if one person wrote them.", "name": "fig-series"}}
# True where both sides of & are true: at even places below 58,100.
students = (places % 2 == 0) & (places < 58_100)
by_students = np.flatnonzero((y_train == 7) & students)[:20]
by_staff = np.flatnonzero((y_train == 7) & ~students)[:20]
plots.image_grid(
    X_train[np.concatenate([by_students, by_staff])],
    subject="The first sevens by students in two rows, "
    "the first by staff in the next two",
)

# %% [markdown]
# Which series is easier? [Split the answers](#fig-writers) from above by series.

# %% mystnb={"figure": {"caption": "The accuracy on each of the ten blocks, for the images of students and of staff apart.", "name": "fig-writers"}}
by_series = {"staff": [], "students": []}
for block in range(10):
    in_block = places // 6_000 == block
    by_series["staff"].append(right[in_block & ~students].mean())
    by_series["students"].append(right[in_block & students].mean())
    print(f"block {block + 1:2}: {(in_block & ~students).sum()} by staff")

print(f"accuracy on all images by students: {right[students].mean():.3f}")
print(f"accuracy on all images by staff:    {right[~students].mean():.3f}")
plots.lines(
    by_series,
    subject="Accuracy on each block of training images",
    xlabel="block",
    ylabel="accuracy",
)

# %% tags=["pipeline"]
*other_staff, last_staff = by_series["staff"]
page.claim(
    "the staff's digits are easier in every block",
    np.greater(by_series["staff"], by_series["students"]).all(),
)
page.claim(
    "reads those of the last block better than those of any other",
    last_staff > max(other_staff),
)
page.claim(
    "their curve is flatter",
    np.std(by_series["students"]) < 0.6 * np.std(by_series["staff"]),
)

# %% [markdown]
# For the nearest mean, {{ claim("the staff's digits are easier in every block") }}. That is one
# cause: the last images of the file are all the staff's, so the last block has more of them than
# the others.
#
# The other cause: the staff's images stand in the order of their writers, so a block holds only
# some of their hands. The nearest mean
# {{ claim("reads those of the last block better than those of any other") }}. The students' images
# are mixed. Each block holds all of their hands, and {{ claim("their curve is flatter") }}.
#
# ## Hold out whole writers
#
# Could you hold out images at random? Both series would be there in about the right proportion. But
# {{ fact.train_writers }} people wrote the training images, about {{ fact.digits_a_writer }} each.
# You would hold out some digits by nearly everyone, and learn from their other digits. So you would
# ask about hands that were seen in training. The test set asks about others: its
# {{ fact.test_writers }} writers wrote none of the training images.
#
# A validation set should ask what the test set asks. So hold out whole writers, until there are as
# many images of each series as in the test set. This book comes with a list that does so: `True`
# for each image by one of {{ fact.held_writers }} writers, `False` for all others.

# %%
from digitlib.data import HELD_OUT_FILE, MNIST_FOLDER, hold_out, read_idx

held = read_idx(MNIST_FOLDER / HELD_OUT_FILE) == 1  # stored as 1 and 0
print("held out:", held.sum(), "images")
print("by students:", (held & students).sum())
print("by staff:", (held & ~students).sum())

X_fit, y_fit = X_train[~held], y_train[~held]  # to learn from
X_validation, y_validation = X_train[held], y_train[held]

# The same in one line, as the later chapters have it:
(X_fit, y_fit), (X_validation, y_validation) = hold_out(X_train, y_train)
print("shapes:", X_fit.shape, X_validation.shape)

# %% tags=["pipeline"]
assert np.array_equal(X_validation, X_train[held])
page.add(fit_images=len(X_fit), validation_images=len(X_validation))

# %% [markdown]
# What would each split have told you about the test set? (It may be asked: nothing is chosen by
# what it says here.)

# %%
splits = {"the last 6,000 held out": places >= 54_000, "whole writers": held}
told = {}
for name, out in splits.items():
    means_of_rest = mean_images(images[~out], y_train[~out])
    validated = nearest_mean(images[out], means_of_rest) == y_train[out]
    tested = nearest_mean(test_images, means_of_rest) == y_test
    told[name] = validated.mean() - tested.mean()
    print(name)
    print(f"  validation accuracy {validated.mean():.4f}")
    print(f"  test accuracy       {tested.mean():.4f}")

# %% tags=["pipeline"]
by_last, by_writers = told.values()
page.add(
    promised_by_last=100 * by_last,
    promised_by_writers=100 * by_writers,
    spread_of_blocks=100 * (max(other_blocks) - min(other_blocks)),
)
page.claim("comes nearer", abs(by_writers) < abs(by_last))

# %% [markdown]
# The last images promise {{ dataset.promised_by_last | abs | decimals }} percentage points
# {{ dataset.promised_by_last | by_sign("more", "less", "neither more nor less") }} than the test
# set gives, the whole writers {{ dataset.promised_by_writers | abs | decimals }}
# {{ dataset.promised_by_writers | by_sign("more", "less", "neither more nor less") }}. The second
# split {{ claim("comes nearer") }}, but do not trust it for that: other writers would have given
# another figure. Even the first nine blocks, each half by students, lie up to
# {{ dataset.spread_of_blocks | decimals }} points apart. Trust a split for how it was made: no hand
# in both parts, and the mixture of the test set.
#
# From here on, the validation set is these {{ dataset.validation_images | thousands }} images.
#
# In the test set, the students' images come first, and the staff's from place `5_001` on.

# %%
print(f"test, students: accuracy {right_in_test[:5_001].mean():.4f}")
print(f"test, staff:    accuracy {right_in_test[5_001:].mean():.4f}")

# %% tags=["pipeline"]
page.add(
    test_students=right_in_test[:5_001].mean(),
    test_staff=right_in_test[5_001:].mean(),
)
page.claim(
    "For the nearest mean it is the other way round",
    right_in_test[5_001:].mean() > right_in_test[:5_001].mean() + 0.03,
)

# %% [markdown]
# The page from which MNIST was distributed ({{ cite("lecunpage") }}) calls the first half of the
# test set the easier one. {{ claim("For the nearest mean it is the other way round") }}. Check what
# you read.
#
# ## Hard digits, wrong labels
#
# Some labels are doubtful. {{ cite("northcutt2021") }} let a program flag {{ fact.flagged_labels }}
# test images and showed each to five people. For {{ fact.confirmed_labels }} of them, fewer than
# three of the five agreed with the label. Here [they are](#fig-disputed).

# %% mystnb={"figure": {"caption": "The disputed test images: MNIST's label, then the other candidate. Decide for yourself before you read the labels.", "name": "fig-disputed"}}
from digitlib.data import load_disputed_labels

disputed = load_disputed_labels()
plots.image_grid(
    X_test[disputed.index],
    subject="Test images with disputed labels",
    titles=[f"{row.given} or {row.guessed}?" for row in disputed.itertuples()],
    columns=5,
)

# %% [markdown]
# `disputed` is a table of pandas. In brackets, a condition picks rows: those for which nobody voted
# for MNIST's label.

# %%
disputed[disputed["votes given"] == 0]

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
# In only {{ dataset.unanimous | words }} cases, images
# {{ dataset.unanimous_images | join(" and ") }}, did all five people settle on the same other
# digit. So whoever is right about everything people agree on is still marked wrong for those.
#
# And Yadav and Bottou found {{ fact.lost_digits }} more test digits that had been lost. A network
# with {{ fact.usual_error }} of errors on the usual ones had {{ fact.lost_error }} on those, and
# the order of networks hardly changed: so much used, the test set promises a little too much, but
# ranks fairly.
#
# ## Summary
#
# - An image is a table of 28x28 whole numbers. Divide by 255, and add a channel axis.
# - Always giving one answer is right for up to {{ dataset.guess_accuracy | percent }} of the test
#   images, the nearest mean image for {{ dataset.nearest_mean_accuracy | percent }}.
# - {{ dataset.fitted | thousands }} of {{ dataset.looked_at | thousands }} digits fill a box of
#   20x20 pixels. They are centred by mass; your own should be, too.
# - A validation set asks what the test set asks: hands that were not seen, and the same mixture of
#   writers. Leave the test set alone until the end.
# - A few labels are wrong or doubtful.
#
# ## Questions to think about
#
# **A friend's network is right about eleven in a hundred test images. What has it learned?**
#
# <details><summary>A little: among ten classes, chance gives a tenth</summary>
#
# Chance gives a tenth if you guess evenly. But it takes no skill to always give one answer, and one
# is right for {{ dataset.guess_accuracy | percent }} of the test images.
#
# </details>
#
# <details><summary>Nothing that can be seen from this figure</summary>
#
# Right. Always answering the commonest digit does as well. Compare with what takes no skill before
# you praise an accuracy.
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
# **Thirty friends write fifty digits each for you. Your program shall read the digits of people it
# has never met. Which digits do you hold out?**
#
# <details><summary>Every tenth digit, at random</summary>
#
# Then it has met every hand that you ask about. That is an easier question than the one you mean.
#
# </details>
#
# <details><summary>The last five digits of each friend</summary>
#
# Each friend counts equally then. But each hand is still on both sides.
#
# </details>
#
# <details><summary>All digits of some friends</summary>
#
# Right. Those friends are strangers to the program, as its later users will be. With only a few of
# them, though, much depends on whom you happen to choose.
#
# </details>
#
# ## Exercises
#
# {{ how_to_answer("dataset.1") }}

# %%
from digitlib import check, hint

# %% [markdown]
# **Exercise 1** (a few minutes). The simplest way to answer is always to give the commonest
# training label. Write `guess_accuracy`, which returns the accuracy of that on test labels.


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
# **Exercise 2** (a quarter of an hour). Somebody has held out images and tells you who wrote what.
# Write `share_by_known_hands`. Of the images that are held out, it returns the share whose writer
# also wrote some of the others. `writers` holds a number for the writer of each image; `held` is
# `True` where an image is held out. Then try it: `500` people write `120` images each, and one
# image in six is held out by chance.


# %%
def share_by_known_hands(writers, held):
    """Of the held-out images, the share whose writer is in both parts."""
    ...
    ### BEGIN SOLUTION
    known = set(writers[~held])
    by_known_hand = [writer in known for writer in writers[held]]
    return np.mean(by_known_hand)
    ### END SOLUTION


check("dataset.2", share_by_known_hands)
### BEGIN SOLUTION

writers = np.repeat(np.arange(500), 120)  # 0, 0, ..., 499
at_random = np.random.default_rng(0).random(len(writers)) < 1 / 6
by_writer = writers % 6 == 0
for name, out in {"images": at_random, "writers": by_writer}.items():
    share = share_by_known_hands(writers, out)
    print(f"one in six {name} held out: by known hands {share:.3f}")
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
    answers = nearest_mean(move_right(test_images, by), means)
    accuracies.append((answers == y_test).mean())

plots.lines(
    {"nearest mean image": accuracies},
    x=range(7),
    subject="Test accuracy of moved digits",
    xlabel="pixels to the right",
    ylabel="accuracy",
)
### END SOLUTION

# %% [markdown]
# **Exercise 4** (half an hour). You have a digit of your own, 28x28 pixels, in which paper is 0
# already. It sits in a corner. Write `centre_by_mass`. It moves the digit by whole pixels, so that
# its centre of mass comes as near as it can to row `14` and column `14`, counted from 0. No ink
# should be lost or changed.


# %% mystnb={"figure": {"caption": "A digit that was moved into a corner, and the same digit centred again by its mass. The colours are reversed, so that you see the frame.", "name": "fig-centred"}}
def centre_by_mass(image):
    """The image, its centre of mass within half a pixel of [14, 14]."""
    ...
    ### BEGIN SOLUTION
    row, column = centre(image)
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
# with the images themselves: write `nearest_labels`, which gives each image the label of the known
# image that is nearest to it, by the distance of this chapter. Then find its accuracy on some
# hundred validation images. A few thousand known images will do.


# %%
def nearest_labels(images, known_images, known_labels):
    """For each image, the label of the known image that is nearest to it."""
    ...
    ### BEGIN SOLUTION
    labels = np.zeros(len(images), dtype=int)
    known = known_images.astype("float32")  # uint8 holds nothing below 0
    for place, image in enumerate(images):
        distances = ((known - image) ** 2).sum(axis=(1, 2))
        labels[place] = known_labels[distances.argmin()]
    return labels
    ### END SOLUTION


check("dataset.5", nearest_labels)
### BEGIN SOLUTION

few, labels_of_few = X_validation[:500], y_validation[:500]
for known in (500, 1_000, 2_000):
    answers = nearest_labels(few, X_fit[:known], y_fit[:known])
    share_right = (answers == labels_of_few).mean()
    print(f"{known:5,} known images: accuracy {share_right:.3f}")
### END SOLUTION

# %% tags=["pipeline"]
page.save()
