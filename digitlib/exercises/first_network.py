"""Exercises of the page on the first network."""

import numpy as np
from sklearn import metrics

from digitlib import data
from digitlib.exercises import judged
from digitlib.exercises.answers import call, close, wrong_if, wrong_unless_for_digits
from digitlib.exercises.declarations import OTHERWISE, RIGHT, OneOf, exercise

GUESSING, ENOUGH = 0.3, 0.85  # shares of right answers
IMAGES = 5_000


def _stored_image():
    return (np.random.default_rng(1).integers(0, 256, (28, 28)).astype(np.uint8),)


@exercise(
    "first_network.1",
    "Two things are missing: two axes of length 1, and the right range. One line for each will do.",
    "image.reshape(...) gives an array another shape without changing its values. Which four lengths should it have?",
    "image.reshape(1, 28, 28, 1) has the shape. What is left is a division by the value of full ink.",
    cases=(_stored_image,),
)
def as_batch(image):
    right = np.multiply.outer(image, [[1 / 255]]).transpose(2, 0, 1, 3)
    scaled = right[0, :, :, 0]
    return {
        RIGHT: right,
        "The values run from 0 to 255 as before: scale them.": right * 255,
        "This is an image, and not yet a batch: the axis that counts images is missing.": scaled[:, :, None],
        "The last axis is missing, the one that counts the values of a pixel.": scaled[None],
        "It has the shape that it had. A batch has an axis before the rows, and one after the columns.": (
            OneOf(scaled, image)
        ),
        "The largest value should be 1. Which number divided by what gives 1?": right * 255 / 256,
        "A whole number is left of each division. Divide by / and not by //.": np.floor(right),
        "Ink and paper have changed places.": 1 - right,
        "The image lies on its side: rows have become columns.": right.transpose(0, 2, 1, 3),
        "The shape is right. The values should be those of the image, each divided by the same number.": OTHERWISE,
    }


def _rows_and_labels():
    random = np.random.default_rng(2)
    labels = random.integers(0, 10, 200)
    return random.dirichlet(np.full(10, 0.3), size=200) * 0.6 + np.eye(10)[labels] * 0.4, labels


@exercise(
    "first_network.2",
    "What does the network answer for each image? argmax says where a row is largest.",
    "Compare the answers with the labels: that gives True or False for each image. What is their mean?",
    "np.mean(answers == labels), where the answers are probabilities.argmax(axis=1).",
    cases=(_rows_and_labels,),
    remark="One line of NumPy does what evaluate does.",
)
def accuracy_by_hand(probabilities, labels):
    answers = [max(range(10), key=row.__getitem__) for row in probabilities]
    right = metrics.accuracy_score(labels, answers)
    of_right_digit = probabilities[np.arange(len(labels)), labels]
    return {
        RIGHT: right,
        "This is the number of right answers. What share of all is it?": right * len(labels),
        "This is the share of wrong answers.": 1 - right,
        "This is a percentage. Return a share.": 100 * right,
        "This is the mean probability of the right digit. An answer is right or wrong, however sure it is.": (
            of_right_digit.mean()
        ),
        "This is the mean of the tallest bars. Look at where they stand, not at how tall they are.": (
            probabilities.max(axis=1).mean()
        ),
        "This counts an answer only if it has more than half of the probability. The tallest bar may be lower.": (
            np.mean(of_right_digit > 0.5)
        ),
        "This looks for the shortest bar.": np.mean(probabilities.argmin(axis=1) == labels),
        "For each image: is its label the digit with the tallest bar? Return the share of those for which it is.": (
            OTHERWISE
        ),
    }


@judged(
    "first_network.3",
    "All the lines that you need stand on this page. Put them into the function, and return the network at the end.",
    "Begin with one hidden layer: keras.layers.Flatten(), then Dense with relu, then the last layer of the page.",
    "After keras.Sequential([...]) come compile as on this page, fit(images, labels, epochs=5), and return.",
)
def train_own(answer):
    import keras

    (images, labels), _ = data.load_mnist()
    new = slice(-IMAGES, None)
    keras.utils.set_random_seed(3)
    network = call(answer, data.scale_pixels(images[:IMAGES]), labels[:IMAGES].copy(), what="train_own")
    wrong_if(
        not isinstance(network, keras.Model) or not network.built,
        "train_own should return the network. fit returns a record of the training: leave that aside.",
    )
    wrong_unless_for_digits(network)
    wrong_if(not network.compiled, "It is not compiled. Without compile, neither fit nor evaluate can do anything.")
    images = data.scale_pixels(images[new])
    rows = network.predict(images, batch_size=500, verbose=0)
    wrong_if(not close(rows.sum(axis=1), 1, within=1e-4), "Its ten numbers should add up to 1: end with a softmax.")
    reported = network.evaluate(images[:32], labels[new][:32], verbose=0, return_dict=True)
    wrong_if("accuracy" not in reported, "evaluate reports its loss alone. What did compile say besides, on this page?")
    share = np.mean(rows.argmax(axis=1) == labels[new])
    wrong_if(share < GUESSING, f"It reads {share:.0%} of the other images, hardly more than a guess. Is fit called?")
    wrong_if(share < ENOUGH, f"It reads {share:.0%} of the other images. Train it longer, or give it more units.")
    return f"Of images that it was not trained on, it reads a share of {share:.3f}."
