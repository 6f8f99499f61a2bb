# %% [markdown]
# # Your own handwriting
#
# *{{ minutes_to_read.handwriting }} minutes to read, about {{ minutes_with_exercises.handwriting }}
# with the exercises; our run took {{ runs.handwriting.seconds | minutes }} on
# {{ training.processor }}.*
#
# "It reads nearly all test digits, but not my 7." Readers of digit tutorials complain of that again
# and again. Often the network is not to blame: it was given an image that looks like none it has
# ever seen. This chapter goes from a photo of your digits to their accuracy, step by step.
#
# **After this chapter you can**
#
# - turn a photo or a scan into images like MNIST's;
# - say what each step of the preparation is worth;
# - measure the accuracy on your own digits, with its interval, and say whether it differs from the
#   test set's;
# - explain what a distribution shift is.

# %% tags=["parameters"]
sheets_of_each = 25

# %% tags=["pipeline"]
from page_results import Page

page = Page("17_handwriting")

# %%
import numpy as np
import pandas as pd

from digitlib import data, evaluation, plots, reference, training
from digitlib.handwriting import normalization, photos, sheets

_, (X_test, y_test) = data.load_mnist()
cnn = reference.load_model("cnn")


def read(images):
    """The CNN's answers to stored images, if there are any."""
    return training.classify(cnn, data.scale_pixels(images))


# %% [markdown]
# ## A sheet of digits
#
# Your handwriting is yours, so this chapter cannot show it. In its place stands a sheet that is
# made of MNIST's test digits: they are enlarged, put on paper, lit unevenly, turned, blurred, and
# given the noise of a camera. That is not a real photo, and real ones have troubles of their own.
# But here everybody knows what was written.

# %%
photo = sheets.make_sheet(X_test[:20], **sheets.DEGREES["moderate"], seed=1)
reading = photos.read_photo(photo)
answers = read(reading.images)
height, width = photo.shape[:2]
print(f"{height} by {width} pixels, {len(reading.images)} digits found")
print(*reading.doubts or ["nothing left out, nothing doubtful"], sep="\n")

# %% mystnb={"figure": {"caption": "The sheet, each digit that was found in its box, with the CNN's answer beside it.", "name": "fig-handwriting-sheet"}}
photos.draw_reading(reading, answers=answers)

# %% tags=["pipeline"]
written = y_test[:20]
all_found = len(reading.images) == len(written)
page.add(
    sheet_digits=len(written),
    sheet_found=len(reading.images),
    sheet_right=int((answers == written).sum()) if all_found else 0,
)
page.claim("All of them were found", all_found)

# %% [markdown]
# {{ claim("All of them were found") }}, and {{ handwriting.sheet_right | words }} of
# {{ handwriting.sheet_digits | words }} were read correctly. To read your own, write digits with a
# thick pen on plain paper, leave room between them, and photograph the sheet from above:
#
# ```python
# reading = photos.read_photo("my_digits.jpg")
# photos.draw_reading(reading, answers=read(reading.images))
# ```
#
# (In Colab, the folder symbol at the left lets you upload the file.) Digits that touch are taken
# for one, and the lines of ruled paper run into the digits, so neither works.
#
# No program finds everything. So the reading says, in a few sentences, what it left out and what it
# is not sure of: a frame, a blot, a line across the photo, digits in fainter ink or of another
# size, a digit at the photo's edge, or one so wide that it may be two. The figure shows these
# sentences above the photo, and draws a dashed box around what was left out. In Python they are in
# `reading.doubts`, which is empty if there is nothing to say, as for the sheet above.
#
# ## Step by step
#
# What happened to the photo? Take the first digit.
#
# 1. **Find the ink.** Paper is not equally bright everywhere. So the brightness of the paper is
#    estimated around each pixel, and what a pixel lacks of it is its ink. A threshold tells marks
#    from the grain of the paper; inside a mark, grey levels are kept.
# 2. **Find the digits.** What is connected is a digit, with small parts near it, such as the bar of
#    a 5. Strokes of a very thin pen are widened.
# 3. **Crop** to the ink.
# 4. **Fit** into 20x20 pixels, by averaging over areas, as MNIST did.
# 5. **Centre**: move by whole pixels until the centre of mass lies in the middle of 28x28.
#
# Steps 3 to 5 are MNIST's own ({{ cite("lecun1998") }}). They are easily forgotten.

# %%
box = reading.boxes[0]
rows = slice(box.top - 12, box.bottom + 12)
columns = slice(box.left - 12, box.right + 12)
around = (rows, columns)
ink = reading.ink[box.top : box.bottom, box.left : box.right]
whole = normalization.normalize(
    reading.ink[around], crop=False, fit=False, center=False
)
prepared = normalization.normalize(ink)
steps = {
    "photo": 255 - reading.photo[around],
    "ink": reading.ink[around],
    "shrunk only": whole,
    "cropped, fitted": normalization.normalize(ink, center=False),
    "centred": prepared,
}


def enlarged(image, side=112):
    """An image as a square of one size, so that all can stand in a row."""
    rows, columns = (np.arange(side) * size // side for size in image.shape)
    return image[np.ix_(rows, columns)]


# %% mystnb={"figure": {"caption": "From the photo to the network's input. The last image is what the network sees; the third is what it would see without the preparation.", "name": "fig-handwriting-steps"}}
plots.image_grid(
    np.stack([enlarged(image) for image in steps.values()]),
    subject="One digit on its way from the photo to the network",
    titles=list(steps),
    columns=5,
)


# %% [markdown]
# ## What each step is worth
#
# Put a thousand test digits somewhere into a large empty square, each of another size. Prepare them
# with all steps, and with one left out. Nothing else is changed: no photo, no blur, the same
# digits.


# %%
def scatter(images, *, side=160, seed=0):
    """Each image enlarged or not, somewhere in a square."""
    rng = np.random.default_rng(seed)
    scattered = np.zeros((len(images), side, side), np.uint8)
    for place, image in zip(scattered, images, strict=True):
        times = int(rng.integers(1, 6))
        enlarged = np.kron(image, np.ones((times, times), np.uint8))
        top, left = rng.integers(0, side - 28 * times + 1, size=2)
        place[top : top + 28 * times, left : left + 28 * times] = enlarged
    return scattered


left_out = {
    "all steps": {},
    "not centred": {"center": False},
    "not fitted": {"fit": False},
    "not cropped": {"crop": False},
    "none": {"crop": False, "fit": False, "center": False},
}
scattered, labels = scatter(X_test[:1_000]), y_test[:1_000]
by_step = {}
for name, options in left_out.items():
    images = [normalization.normalize(image, **options) for image in scattered]
    by_step[name] = evaluation.accuracy(labels, read(np.stack(images)))
step_table = pd.DataFrame(
    {name: result._asdict() for name, result in by_step.items()}
).T

# %% nbval={"atol": 0.005}
step_table[["value", "low", "high"]].astype(float).round(3)

# %% mystnb={"figure": {"caption": "Accuracy on a thousand scattered test digits, with all steps of the preparation and with one or all left out. Intervals are Wilson's.", "name": "fig-handwriting-without"}} nbval={"atol": 0.005}
plots.intervals(
    {"CNN": step_table.astype(float)},
    subject="Accuracy with all steps and with some left out",
    xlabel="accuracy",
)

# %% tags=["pipeline"]
# The weights are stored: another processor moves an answer or two.
page.add(by_step=by_step, atol=0.003, count_atol=3)
page.add(scattered=len(labels))
page.claim(
    "Without any preparation, most of them are read wrongly",
    by_step["none"].high < 0.5,
)
all_steps, *others = by_step.values()
page.claim(
    "each step that is left out costs accuracy",
    max(accuracy.high for accuracy in others) < all_steps.low,
)

# %% [markdown]
# With all steps the CNN is right about {{ handwriting.by_step["all steps"].value | percent }}
# (interval {{ handwriting.by_step["all steps"].low | percent }} to
# {{ handwriting.by_step["all steps"].high | percent }}).
# {{ claim("Without any preparation, most of them are read wrongly") }}:
# {{ handwriting.by_step.none.value | percent }} right. And
# {{ claim("each step that is left out costs accuracy") }}: to
# {{ handwriting.by_step["not centred"].value | percent }} without centring,
# {{ handwriting.by_step["not fitted"].value | percent }} without fitting,
# {{ handwriting.by_step["not cropped"].value | percent }} without cropping. On the page [Draw a
# digit](draw.md) you can switch off each step for your own drawing.
#
# ## How bad may the photo be?
#
# Now {{ handwriting.sheets_of_each | words }} sheets of twenty test digits each, in five degrees
# from a scan to a bad photo:

# %%
pd.DataFrame(sheets.DEGREES).T.astype(float).fillna(0).rename_axis("degree")


# %% [markdown]
# How a sheet is scored was decided beforehand: a digit counts as right if it was found in its place
# and read correctly. On a sheet where another number of digits was found than was written, none
# counts.


# %%
def read_sheets(degree):
    """Right or wrong, digit by digit; and how many sheets are complete."""
    found = []
    for sheet in range(sheets_of_each):
        written = X_test[20 * sheet : 20 * sheet + 20]
        photo = sheets.make_sheet(
            written, **sheets.DEGREES[degree], seed=sheet
        )
        found.append(photos.read_photo(photo).images)
    complete = np.array([len(images) == 20 for images in found])
    blank = np.zeros((20, 28, 28), np.uint8)  # in place of an incomplete sheet
    kept = [images if len(images) == 20 else blank for images in found]
    right = read(np.concatenate(kept)) == y_test[: 20 * sheets_of_each]
    return right & np.repeat(complete, 20), int(complete.sum())


digits = 20 * sheets_of_each
right = {"as in the test set": read(X_test[:digits]) == y_test[:digits]}
complete = {}
for degree in sheets.DEGREES:
    right[degree], complete[degree] = read_sheets(degree)
print("sheets on which all digits were found:", complete)
by_degree = {
    name: evaluation.accuracy_of_counts(is_right.sum(), digits)
    for name, is_right in right.items()
}
degree_table = pd.DataFrame(
    {name: result._asdict() for name, result in by_degree.items()}
).T

# %% nbval={"atol": 0.005}
degree_table[["value", "low", "high"]].astype(float).round(3)

# %% mystnb={"figure": {"caption": "Accuracy on the same test digits, as they are and from photos of sheets, from good to bad. Intervals are Wilson's.", "name": "fig-handwriting-degrees"}} nbval={"atol": 0.005}
plots.intervals(
    {"CNN": degree_table.astype(float)},
    subject="Accuracy by degree of distortion",
    xlabel="accuracy",
)

# %% tags=["pipeline"]
page.add(by_degree=by_degree, atol=0.003, count_atol=3)
page.add(digits=digits, sheets_of_each=sheets_of_each)
page.claim(
    "On every sheet all digits were found",
    min(complete.values()) == sheets_of_each,
)
as_they_are = by_degree["as in the test set"]
page.claim(
    "Only the severe photos cost accuracy that this many digits can show",
    all(
        (by_degree[degree].high < as_they_are.low) == (degree == "severe")
        for degree in sheets.DEGREES
    ),
)

# %% [markdown]
# Of the same {{ handwriting.digits | thousands }} digits the CNN reads
# {{ handwriting.by_degree["as in the test set"].value | percent }} when it gets them from the test
# set, {{ handwriting.by_degree["as scanned"].value | percent }} from the scan,
# {{ handwriting.by_degree.moderate.value | percent }} from a moderate photo and
# {{ handwriting.by_degree.severe.value | percent }} from a severe one.
#
# {{ claim("On every sheet all digits were found") }}, so what is lost is lost in the reading.
# {{ claim("Only the severe photos cost accuracy that this many digits can show") }}: their interval
# lies below that of the test set. These sheets have room between the digits and no lines; on others
# the search fails first.
#
# Images that are drawn from another distribution than those a network was trained on are a
# **distribution shift**. Turned and blurred digits are one. Your own handwriting is another:
# another pen, another paper, another country's way to write a 1 or a 7. MNIST was written in the
# United States ({{ cite("lecun1998") }}).
#
# ## Your own digits
#
# Write each digit ten times, photograph the sheet, and type what you wrote, line by line. Then the
# accuracy on your hand is a few lines:
#
# ```python
# reading = photos.read_photo("my_digits.jpg")
# written = np.array(list("0123456789" * 10)).astype(int)
# assert len(reading.images) == len(written), f"look at the figure: what was not found? {reading.doubts}"
# mine = evaluation.accuracy(written, read(reading.images))
# print(f"{mine.value:.2f} ({mine.low:.2f} to {mine.high:.2f})")
# ```
#
# Without a camera, draw in the notebook. The widget hands the pixels to Python, and works in
# Jupyter and in Colab:
#
# ```python
# from digitlib.web.widget import DrawingPad
#
# pad = DrawingPad()
# pad   # draw a digit here
# ```
#
# Then, in the next cell (it raises an error as long as nothing is drawn):
#
# ```python
# read(pad.images)
# ```
#
# Mind the interval. With a hundred digits and no error at all, this is what you know:

# %%
perfect = evaluation.accuracy_of_counts(100, 100)
print(
    f"100 of 100 right: {perfect.value:.3f} "
    f"(95 % interval {perfect.low:.3f} to {perfect.high:.3f})"
)

# %% tags=["pipeline"]
page.add(perfect_low=perfect.low)

# %% [markdown]
# A perfect score on a hundred digits is compatible with a true accuracy of
# {{ handwriting.perfect_low | percent }}. So it does not show that the network reads you as well as
# it reads the test set.
#
# ## Summary
#
# - A network reads images like those it was trained on. Prepare yours in the same way: crop, fit,
#   centre.
# - Leave the preparation out, and the accuracy on scattered digits falls from
#   {{ handwriting.by_step["all steps"].value | percent }} to
#   {{ handwriting.by_step.none.value | percent }}.
# - Good light and plain paper make a photo nearly as good as a scan. Turned and blurred digits are
#   a distribution shift.
# - A hundred digits give a wide interval. State it.
#
# ## Questions to think about
#
# **The network reads nearly all test digits, but not your 7. What do you do first?**
#
# <details><summary>Train for more epochs</summary>
#
# It reads the test digits already. More of the same training teaches it nothing about your 7.
#
# </details>
#
# <details><summary>Look at the 28x28 pixels that the network was given, beside those of a 7 that it
# reads</summary>
#
# Right. Is the ink light, does the digit fill its 20x20, is its mass in the middle? Most of the
# time the picture tells.
#
# </details>
#
# <details><summary>Take a larger network</summary>
#
# A larger network learns the same images. If yours is unlike all of them, its size is of no help.
#
# </details>
#
# **The digit 7 has a bar at its top and only a thin leg below. MNIST centres by mass. Where does
# the 7 lie in its image, compared with one that is centred by the box around it?**
#
# <details><summary>Further up</summary>
#
# Its mass lies above the middle of its box. To bring the mass to the middle of the image, which way
# must it go?
#
# </details>
#
# <details><summary>In the same place</summary>
#
# Only if mass and box have the same middle, as in a 0 or an 8. In a 7 most of the ink is above.
#
# </details>
#
# <details><summary>Further down</summary>
#
# Right. Its mass lies above the middle of its box, and is moved down to the middle of the image.
#
# </details>
#
# **On a sheet where another number of digits was found than was written, none counts as right. Why
# so strict?**
#
# <details><summary>Because the digits that were found would be a choice of the easy ones, and
# nobody knows which label belongs to which</summary>
#
# Right. What is hard to find is hard to read, too. Leave it out, and the accuracy answers another
# question.
#
# </details>
#
# <details><summary>Because a digit that was not found was read wrongly</summary>
#
# That would be a reason to count this one digit as wrong, but not the others of its sheet.
#
# </details>
#
# <details><summary>Because the interval needs sheets of equal size</summary>
#
# Wilson's interval takes any number of digits. The question is which digits.
#
# </details>
#
# **All hundred digits of yours were read correctly. What do you know?**
#
# <details><summary>That the network reads your hand as well as the test set, or better</summary>
#
# The interval reaches further down than the accuracy on the test set. You have seen no error, but
# only in a hundred digits.
#
# </details>
#
# <details><summary>Nothing: a hundred digits are too few to say anything</summary>
#
# They say a lot: an accuracy of `0.9` would hardly let a hundred digits pass without an error.
#
# </details>
#
# <details><summary>That your accuracy is most probably above the lower end of the
# interval</summary>
#
# Right, and that is all: for digits that you write as you wrote these, and photograph as you
# photographed them.
#
# </details>
#
# ## Exercises
#
# {{ how_to_answer("handwriting.1") }}

# %%
from digitlib import check, hint

# %% [markdown]
# **Exercise 1** (a few minutes). The commonest mistake of all: the network wants light ink on dark
# ground. Write `light_ink`, which takes stored images, some with dark ink on light paper and some
# the other way round, and returns them all with light ink. It has to find out for each image. What
# does the network make of the test digits with dark ink?


# %% nbval={"atol": 0.005}
def light_ink(images):
    """The images, each with light ink on dark paper."""
    ...
    ### BEGIN SOLUTION
    paper = np.median(images, axis=(1, 2), keepdims=True)
    return np.where(paper > 127, 255 - images, images)
    ### END SOLUTION


check("handwriting.1", light_ink)
### BEGIN SOLUTION

dark_ink = 255 - X_test[:1_000]  # `classify` warns of such images
inks = {"dark ink": dark_ink, "light ink again": light_ink(dark_ink)}
for name, images in inks.items():
    result = evaluation.accuracy(y_test[:1_000], read(images))
    print(
        f"{name}: accuracy {result.value:.3f} "
        f"({result.low:.3f} to {result.high:.3f})"
    )
### END SOLUTION

# %% [markdown]
# **Exercise 2** (ten minutes). Your CNN is right about ninety-nine in a hundred test digits. You
# write some of your own, and it is right about a share of `0.95`. From how many digits on is that
# more than chance? Write `digits_needed`: the least count with which Wilson's interval around a
# share ends below another accuracy. `statsmodels` has the interval:
# `proportion_confint(share * count, count, method="wilson")`.

# %%
### BEGIN SOLUTION
from statsmodels.stats.proportion import proportion_confint


### END SOLUTION
def digits_needed(share, other):
    """The least count of digits whose interval ends below the other share."""
    ...
    ### BEGIN SOLUTION
    count, high = 0, 1.0
    while high >= other:
        count += 1
        _, high = proportion_confint(share * count, count, method="wilson")
    return count
    ### END SOLUTION


check("handwriting.2", digits_needed)
### BEGIN SOLUTION
for share in (0.9, 0.95, 0.97, 0.98, 0.985):
    print(f"{share} instead of 0.99: {digits_needed(share, 0.99):5} digits")
### END SOLUTION

# %% [markdown]
# **Exercise 3** (a quarter of an hour). Write `shrink`, which makes an image smaller by a whole
# factor: each new pixel is the mean of a square of old ones. Height and width are multiples of the
# factor. It needs no loop. Then compare it, on a thin stroke, with the quick way: to keep every
# fourth pixel.


# %% mystnb={"figure": {"caption": "A thin stroke, shrunk to a quarter by the mean of squares and by keeping every fourth pixel.", "name": "fig-handwriting-shrunk"}}
def shrink(image, factor):
    """The image, smaller by this factor: the mean of each square."""
    ...
    ### BEGIN SOLUTION
    height, width = image.shape
    rows, columns = height // factor, width // factor
    squares = image.reshape(rows, factor, columns, factor)
    return squares.mean(axis=(1, 3))
    ### END SOLUTION


check("handwriting.3", shrink)
### BEGIN SOLUTION

stroke = np.zeros((112, 112))
for row in range(10, 100):
    stroke[row, 60 - row // 4 : 62 - row // 4] = 1
ways = [stroke, enlarged(shrink(stroke, 4)), enlarged(stroke[::4, ::4])]
plots.image_grid(
    np.stack(ways),
    subject="A thin stroke and two ways to shrink it",
    titles=["as it is", "mean", "every fourth"],
    columns=3,
)
### END SOLUTION

# %% [markdown]
# **Exercise 4** (half an hour). Dirt on the paper becomes ink. A cure: write `largest_piece`, which
# takes a stored image with some ink, keeps the piece of connected ink that has the most pixels,
# grey levels and all, and makes paper of everything else. Every value above 0 is ink, and pixels
# that touch at a side or at a corner are connected. `scipy.ndimage.label` numbers the pieces. Then
# see what the cure costs: how many test digits lose ink by it, and what does the network make of
# them before and after?

# %% nbval={"count_atol": 30}
### BEGIN SOLUTION
from scipy import ndimage


### END SOLUTION
def largest_piece(image):
    """The image with its largest connected piece of ink alone."""
    ...
    ### BEGIN SOLUTION
    pieces, _ = ndimage.label(image, structure=np.ones((3, 3)))
    sizes = np.bincount(pieces.ravel())
    largest = 1 + sizes[1:].argmax()  # piece 0 is the paper
    return np.where(pieces == largest, image, 0)
    ### END SOLUTION


check("handwriting.4", largest_piece)
### BEGIN SOLUTION

cleaned = np.stack([largest_piece(image) for image in X_test])
changed = (cleaned != X_test).any(axis=(1, 2))
versions = {"as they are": X_test[changed], "cleaned": cleaned[changed]}
for name, images in versions.items():
    right = (read(images) == y_test[changed]).sum()
    print(
        f"{name}: {right} of {changed.sum()} test digits in pieces "
        "are read correctly"
    )
# The bar of a 5 is no dirt. So this chapter's program keeps small parts that
# lie near a digit.
### END SOLUTION

# %% [markdown]
# **Exercise 5** (three quarters of an hour). Pens differ. Write `thicken`: each pixel becomes the
# maximum of itself and of its four neighbours above, below, left and right, and outside the image
# there is paper. It takes stored images. How do you get a thinner pen with the same function?
# Measure what the network makes of thicker and of thinner test digits, prepared again as your own
# digits are.


# %% nbval={"atol": 0.005}
def thicken(images):
    """Each stroke thicker by one pixel on all sides."""
    ...
    ### BEGIN SOLUTION
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    middle = slice(1, -1)
    return np.maximum.reduce(
        [
            images,
            padded[:, :-2, middle],
            padded[:, 2:, middle],
            padded[:, middle, :-2],
            padded[:, middle, 2:],
        ]
    )
    ### END SOLUTION


check("handwriting.5", thicken)
### BEGIN SOLUTION

pens = {
    "as it is": X_test[:1_000],
    "thicker": thicken(X_test[:1_000]),
    "thinner": 255 - thicken(255 - X_test[:1_000]),
}
for name, images in pens.items():
    again = np.stack([normalization.normalize(image) for image in images])
    result = evaluation.accuracy(y_test[:1_000], read(again))
    print(
        f"{name}: accuracy {result.value:.3f} "
        f"({result.low:.3f} to {result.high:.3f})"
    )
### END SOLUTION

# %% tags=["pipeline"]
page.save()
