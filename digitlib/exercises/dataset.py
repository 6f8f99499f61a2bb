"""Exercises of the chapter on the dataset."""

import numpy as np
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
        "This is its accuracy on the training labels: score on the others.": (train == 3).mean(),
        "This counts the right answers. What share of all is that?": right * len(test),
        "One in ten would be right if all ten digits were equally common. Count them.": 1 / 10,
        "Choose the commonest training label; of the test labels, what share is it?": OTHERWISE,
    }


def _inked_images():
    random = np.random.default_rng(2)
    labels = random.permutation(np.repeat(range(10), range(2, 12)))
    images = random.integers(1, 256, size=(len(labels), 6, 5)) * (random.random((len(labels), 6, 5)) < 0.4)
    return images.astype(np.uint8), labels


@exercise(
    "dataset.2",
    "images[labels == 3] are the images of the 3.",
    "The mean of all pixels of these images, over images, rows and columns at once, is images[labels == 3].mean().",
    "Do that for the ten digits, and divide by the value of full ink.",
    cases=(_inked_images,),
)
def mean_ink(images, labels):
    def of_each_digit(pixels):
        return ndimage.mean(pixels, np.broadcast_to(labels[:, None, None], images.shape), range(10))

    right, counts, pixels = of_each_digit(images / 255), np.bincount(labels), images[0].size
    return {
        RIGHT: right,
        "These are pixel values up to 255. What share of full ink are they?": right * 255,
        "These are percentages. Return shares, 0 to 1.": right * 100,
        "This counts the inked pixels. Count each pixel by how dark it is.": of_each_digit(images > 0),
        "This adds up the images of a digit, so a common digit gets more. Take their mean.": (
            OneOf(right * counts * pixels, right * counts)
        ),
        "You divide by the number of all images. How many show this digit?": right * counts / len(labels),
        "This is the ink of an image. Divide by the number of its pixels as well.": right * pixels,
        "For each digit, take the mean over all pixels of all its images.": OTHERWISE,
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
    "The function centre of this chapter does half of the work. It takes several images, so pass image[np.newaxis].",
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
    "The three lines that classify by the nearest mean do nearly all of it. What takes the place of the mean images?",
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
