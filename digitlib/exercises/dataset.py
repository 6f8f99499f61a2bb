"""Exercises of the chapter on the dataset."""

import numpy as np
from scipy import ndimage
from sklearn.dummy import DummyClassifier
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid

from digitlib.exercises import exercise
from digitlib.exercises.answers import array, call, close, number, wrong_if


@exercise(
    "dataset.1",
    "Two steps: find the label that occurs most often in the one set, then see how often it occurs in the other.",
    "np.bincount counts how often each label occurs; argmax says which count is largest.",
    "The accuracy is the mean of test_labels == commonest.",
)
def guess_accuracy(answer):
    random = np.random.default_rng(1)
    train = random.permutation(np.repeat([3, 7, 1], [50, 30, 20]))
    test = random.permutation(np.repeat([3, 7, 1, 0], [8, 22, 5, 5]))
    result = number(call(answer, train, test, what="guess_accuracy"), "what guess_accuracy returns")
    expected = DummyClassifier(strategy="most_frequent").fit(train[:, None], train).score(test[:, None], test)
    wrong_if(close(result, (test == 7).mean()), "This chooses its answer with the test labels. It may not see them.")
    wrong_if(close(result, (train == 3).mean()), "This is its accuracy on the training labels: score on the others.")
    wrong_if(close(result, expected * len(test)), "This counts the right answers. What share of all is that?")
    wrong_if(close(result, 1 / 10), "One in ten would be right if all ten digits were equally common. Count them.")
    wrong_if(not close(result, expected), "Choose the commonest training label; of the test labels, what share is it?")
    return "An accuracy means nothing without this one beside it."


@exercise(
    "dataset.2",
    "images[labels == 3] are the images of the 3.",
    "The mean of all pixels of these images, over images, rows and columns at once, is images[labels == 3].mean().",
    "Do that for the ten digits, and divide by the value of full ink.",
)
def mean_ink(answer):
    random = np.random.default_rng(2)
    labels = random.permutation(np.repeat(range(10), range(2, 12)))
    images = random.integers(1, 256, size=(len(labels), 6, 5)) * (random.random((len(labels), 6, 5)) < 0.4)
    images = images.astype(np.uint8)
    result = array(call(answer, images, labels, what="mean_ink"), "what mean_ink returns", shape=(10,))
    expected = _means(images / 255, labels)
    images_of_each = np.bincount(labels)
    wrong_if(close(result, expected * 255), "These are pixel values up to 255. What share of full ink are they?")
    wrong_if(close(result, expected * 100), "These are percentages. Return shares, 0 to 1.")
    wrong_if(
        close(result, _means(images > 0, labels)), "This counts the inked pixels. Count each pixel by how dark it is."
    )
    wrong_if(
        close(result, expected * images_of_each * 30) or close(result, expected * images_of_each),
        "This adds up the images of a digit, so a common digit gets more. Take their mean.",
    )
    wrong_if(
        close(result, expected * images_of_each / len(labels)),
        "You divide by the number of all images. How many show this digit?",
    )
    wrong_if(close(result, expected * 30), "This is the ink of an image. Divide by the number of its pixels as well.")
    wrong_if(not close(result, expected), "For each digit, take the mean over all pixels of all its images.")


@exercise(
    "dataset.3",
    "Begin with an array of zeros of the same shape, and copy into it what stays in the frame.",
    "Columns are the last axis. The column that was first lies at `by` afterwards.",
    "moved[:, :, by:] has room for all columns of images but the last `by`. What does your slice take if by is 0?",
)
def move_right(answer):
    images = np.random.default_rng(3).integers(1, 256, size=(3, 5, 6)).astype(np.uint8)

    def moved(by):
        what = f"what move_right returns if by is {by}"
        return array(call(answer, images, by, what="move_right"), what, shape=images.shape)

    result = moved(2)
    wrong_if(close(result, images), "The images have not moved.")
    wrong_if(close(result, np.roll(images, 2, axis=2)), "What leaves on the right comes in again on the left.")
    wrong_if(close(result, ndimage.shift(images, (0, 0, -2), order=0)), "This moves to the left.")
    wrong_if(
        close(result, ndimage.shift(images, (0, 2, 0), order=0)) or close(result, np.roll(images, 2, axis=1)),
        "This moves down. Which axis holds the columns?",
    )
    wrong_if(
        close(result, ndimage.shift(images, (0, 0, 2), order=0, mode="nearest")),
        "What comes in from the left repeats the margin. It should be paper.",
    )
    wrong_if(
        not close(result, ndimage.shift(images, (0, 0, 2), order=0))
        or any(not close(moved(by), ndimage.shift(images, (0, 0, by), order=0)) for by in (1, 0)),
        "A pixel of column c should come to lie in column c + by, and paper in the columns that get none.",
    )


@exercise(
    "dataset.4",
    "The function centre of this chapter does half of the work. It takes several images, so pass image[np.newaxis].",
    "From the row of the centre to 14, how far is it? Round that to whole pixels, and do the same for the columns.",
    "np.roll moves an image by rows and columns at once: np.roll(image, (down, right), axis=(0, 1)).",
)
def centre_by_mass(answer):
    image = np.zeros((28, 28), np.uint8)
    # Uneven ink, so that each way of going wrong ends at a place of its own.
    image[2:11, 16:25] = 150 * np.outer(np.linspace(0.82, 1.18, 9), np.linspace(0.58, 1.42, 9))
    mass, middle_of_ink = np.array(ndimage.center_of_mass(image)), np.array(ndimage.center_of_mass(image > 0))
    result = array(call(answer, image, what="centre_by_mass"), "what centre_by_mass returns", shape=image.shape)

    def moved_by(distances):
        return close(result, np.roll(image, np.rint(distances).astype(int), axis=(0, 1)))

    wrong_if(moved_by(0), "The image has not moved.")
    wrong_if(
        not close(np.sort(result, axis=None), np.sort(image, axis=None)),
        "Some ink was lost or changed. Move by whole pixels, and leave the size of the digit as it is.",
    )
    wrong_if(moved_by(mass - 14), "This moves the digit away from the middle.")
    wrong_if(moved_by((14 - mass)[::-1]), "Rows and columns are exchanged: the centre's row says how far down to go.")
    wrong_if(
        moved_by(14 - middle_of_ink),
        "This centres the box around the ink. Each pixel should pull as strongly as it is dark.",
    )
    wrong_if(
        moved_by(13.5 - mass),
        "This aims at the point between the four middle pixels. MNIST's digits are centred half a pixel further.",
    )
    wrong_if(
        moved_by(np.trunc(14 - mass)),
        "This cuts off what is behind the point. Round to the nearest whole pixel.",
    )
    wrong_if(not moved_by(14 - mass), "The centre of mass is still more than half a pixel away from row 14, column 14.")


@exercise(
    "dataset.5",
    "The three lines that classify by the nearest mean do nearly all of it. What takes the place of the mean images?",
    "argmin says which known image is nearest. The answer is the label which that image has.",
    "uint8 cannot hold a difference below zero, nor a square above 255: turn the pixels into floats first.",
)
def nearest_labels(answer):
    random = np.random.default_rng(5)
    known_labels = random.permutation(np.repeat(range(10), 4))
    known_images, images = (random.integers(0, 256, size=(count, 4, 4)).astype(float) for count in (40, 30))
    flat_known, flat = known_images.reshape(40, -1), images.reshape(30, -1)

    def labels_for(kind):
        arguments = images.astype(kind), known_images.astype(kind), known_labels
        return array(call(answer, *arguments, what="nearest_labels"), "what nearest_labels returns", shape=(30,))

    def said_by(classifier):
        return classifier.fit(flat_known, known_labels).predict(flat)

    result = labels_for(float)
    nearest = KNeighborsClassifier(1).fit(flat_known, known_labels)
    expected = nearest.predict(flat)
    places = nearest.kneighbors(flat, return_distance=False)[:, 0]
    farthest = nearest.kneighbors(flat, n_neighbors=40, return_distance=False)[:, -1]
    wrong_if(close(result, places), "These are the places of the nearest known images. Which labels stand there?")
    wrong_if(close(result, known_labels[farthest]), "This takes the known image that is farthest away.")
    wrong_if(
        close(result, said_by(NearestCentroid())),
        "This takes the nearest mean image. Compare with each known image on its own.",
    )
    wrong_if(
        close(result, said_by(KNeighborsClassifier(1, metric="manhattan"))),
        "This adds up the differences without their signs. The distance of this chapter adds up their squares.",
    )
    wrong_if(
        not close(result, expected), "For each image, find the known one whose squared differences add up to least."
    )
    wrong_if(
        not close(labels_for(np.uint8), expected),
        "It is right for floats, but not for uint8, which holds nothing below 0 and nothing above 255. The squares are "
        "too large for the next wider type as well.",
    )


def _means(images, labels):
    """The mean pixel of each class."""
    return ndimage.mean(images, np.broadcast_to(labels[:, None, None], images.shape), range(10))
