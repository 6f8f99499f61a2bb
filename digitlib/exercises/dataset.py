"""Exercises of the chapter on the dataset."""

import numpy as np
import pandas as pd
from scipy import ndimage
from sklearn.dummy import DummyClassifier
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid

from digitlib.exercises.answers import close
from digitlib.exercises.declarations import ANOTHER_SHAPE, OTHERWISE, RIGHT, OneOf, When, exercise


def _two_sets():
    random = np.random.default_rng(1)
    first = random.permutation(np.repeat([3, 7, 1], [50, 30, 20]))
    return first, random.permutation(np.repeat([3, 7, 1, 0], [8, 22, 5, 5]))


@exercise(
    "dataset.1",
    "Two steps: find the label that occurs most often in the one set, then see how often it occurs in the other.",
    "np.bincount counts how often each label occurs; argmax says which count is largest.",
    "The accuracy is the mean of test_labels == commonest.",
    cases=(_two_sets,),
    remark="An accuracy means nothing without this one beside it.",
)
def guess_accuracy(train, test):
    right = DummyClassifier(strategy="most_frequent").fit(train[:, None], train).score(test[:, None], test)
    return {
        RIGHT: right,
        "This chooses its answer with the test labels. It may not see them.": (test == 7).mean(),
        "This is its accuracy on the training labels: measure it on the others.": (train == 3).mean(),
        "This counts the right answers. What share of all is that?": right * len(test),
        "One in ten would be right if all ten digits were equally common. Count them.": 1 / 10,
        "Choose the commonest training label; of the test labels, what share is it?": OTHERWISE,
    }


def _writers():
    """Some writers with all their images in one part, others with images in both, in no order."""
    random = np.random.default_rng(2)
    writers = random.permutation(np.repeat(range(60, 80), range(3, 23)))
    return writers, np.where(writers < 66, random.random(len(writers)) < 0.4, writers % 3 == 0)


@exercise(
    "dataset.2",
    "writers[held] are the writers of the images that are held out, writers[~held] those of the others.",
    "Whose hand is known? Those in writers[~held]. A set of them is searched quickly: set(writers[~held]).",
    "For each writer in writers[held], is it among the known ones? The share is the mean of these answers.",
    cases=(_writers,),
    remark="Nearly every hand is known if images are held out at random, and none if whole writers are.",
)
def share_by_known_hands(writers, held):
    table = pd.DataFrame({"writer": writers, "held": held})
    of_writer = table.groupby("writer")["held"].agg(["sum", "count"])
    in_both = (of_writer["sum"] > 0) & (of_writer["sum"] < of_writer["count"])
    held_of_both, others_of_both = (in_both * of_writer["sum"]).sum(), (in_both * of_writer["count"]).sum()
    right = held_of_both / held.sum()
    return {
        RIGHT: right,
        "This is the share by hands that are not known.": 1 - right,
        "This counts images. What share of those held out are they?": OneOf(held_of_both, held.sum() - held_of_both),
        "This is a share of all images. Divide by the number of those that are held out.": held_of_both / len(held),
        "This is a share of the writers. Count each image that is held out.": (
            OneOf(in_both.sum() / (of_writer["sum"] > 0).sum(), in_both.mean())
        ),
        "The parts are exchanged: of the images that are held out, how many are by somebody in the other part?": (
            (others_of_both - held_of_both) / (~held).sum()
        ),
        "Every writer is among all writers. Look among those of the images that are not held out.": 1,
        "For each image that is held out: did its writer also write one that is not? The mean says the share.": (
            OTHERWISE
        ),
    }


IMAGES = np.random.default_rng(3).integers(1, 256, size=(3, 5, 6)).astype(np.uint8)


@exercise(
    "dataset.3",
    "Begin with an array of zeros of the same shape, and copy into it what stays in the frame.",
    "Columns are the last axis. The column that was first lies at `by` afterwards.",
    "moved[:, :, by:] has room for all columns of images but the last `by`. What does your slice take if by is 0?",
    cases=((IMAGES, 2), (IMAGES, 1), (IMAGES, 0)),
)
def move_right(images, by):
    def moved(down, right, **margin):
        return ndimage.shift(images, (0, down, right), order=0, **margin)

    return {
        RIGHT: moved(0, by),
        f"What move_right returns if by is {by} should be an array of shape {images.shape}; its shape is "
        "{answer.shape}.": ANOTHER_SHAPE,
        "The images have not moved.": images,
        "What leaves on the right comes in again on the left.": np.roll(images, by, axis=2),
        "This moves to the left.": moved(0, -by),
        "This moves down. Which axis holds the columns?": OneOf(moved(by, 0), np.roll(images, by, axis=1)),
        "What comes in from the left repeats the margin. It should be paper.": moved(0, by, mode="nearest"),
        "A pixel of column c should come to lie in column c + by, and paper in the columns that get none.": OTHERWISE,
    }


def _digit():
    """An image with uneven ink, so that each way of going wrong ends at a place of its own."""
    image = np.zeros((28, 28), np.uint8)
    image[2:11, 16:25] = 150 * np.outer(np.linspace(0.82, 1.18, 9), np.linspace(0.58, 1.42, 9))
    return (image,)


@exercise(
    "dataset.4",
    "The function centre of this chapter does half of the work: it says where the centre of mass is now.",
    "From the row of the centre to 14, how far is it? Round that to whole pixels, and do the same for the columns.",
    "np.roll moves an image by rows and columns at once: np.roll(image, (down, right), axis=(0, 1)).",
    cases=(_digit,),
)
def centre_by_mass(image):
    def by(distances):
        return np.roll(image, np.rint(distances).astype(int), axis=(0, 1))

    def has_other_ink(result):
        return not close(np.sort(result, axis=None), np.sort(image, axis=None))

    mass, middle_of_ink = np.array(ndimage.center_of_mass(image)), np.array(ndimage.center_of_mass(image > 0))
    between_pixels = ndimage.shift(image.astype(float), 14 - mass, order=1)
    return {
        RIGHT: by(14 - mass),
        "The image has not moved.": image,
        "Some ink was lost or changed. Move by whole pixels, and leave the size of the digit as it is.": (
            When(has_other_ink, between_pixels)
        ),
        "This moves the digit away from the middle.": by(mass - 14),
        "Rows and columns are exchanged: the centre's row says how far down to go.": by((14 - mass)[::-1]),
        "This centres the box around the ink. Each pixel should pull as strongly as it is dark.": by(
            14 - middle_of_ink
        ),
        "This aims at the point between the four middle pixels. MNIST's digits are centred half a pixel further.": (
            by(13.5 - mass)
        ),
        "This cuts off what is behind the point. Round to the nearest whole pixel.": by(np.trunc(14 - mass)),
        "The centre of mass is still more than half a pixel away from row 14, column 14.": OTHERWISE,
    }


def _images(kind):
    random = np.random.default_rng(5)
    labels = random.permutation(np.repeat(range(10), 4))
    known, images = (random.integers(0, 256, size=(count, 4, 4)).astype(kind) for count in (40, 30))
    return images, known, labels


@exercise(
    "dataset.5",
    "Take the images one by one. How far is each known image from this one? Subtract, square, add up.",
    "argmin says which known image is nearest. The answer is the label which that image has.",
    "uint8 cannot hold a difference below zero, nor a square above 255: turn the pixels into floats first.",
    cases=(lambda: _images(float), lambda: _images(np.uint8)),
)
def nearest_labels(images, known, labels):
    flat, flat_known = (some.reshape(len(some), -1).astype(float) for some in (images, known))

    def said_by(classifier):
        return classifier.fit(flat_known, labels).predict(flat)

    nearest = KNeighborsClassifier(1).fit(flat_known, labels)
    places = nearest.kneighbors(flat, n_neighbors=len(known), return_distance=False)
    last = "For each image, find the known one whose squared differences add up to least."
    if images.dtype == np.uint8:
        last = "It is right for floats, but not for uint8, which holds nothing below 0 and nothing above 255. The "
        last += "squares are too large for the next wider type as well."
    return {
        RIGHT: nearest.predict(flat),
        "These are the places of the nearest known images. Which labels stand there?": places[:, 0],
        "This takes the known image that is farthest away.": labels[places[:, -1]],
        "This takes the nearest mean image. Compare with each known image on its own.": said_by(NearestCentroid()),
        "This adds up the differences without their signs. The distance of this chapter adds up their squares.": (
            said_by(KNeighborsClassifier(1, metric="manhattan"))
        ),
        last: OTHERWISE,
    }
