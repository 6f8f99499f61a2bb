"""Wrong answers that were written apart from the declarations, and those to exercises that have a judge of their own.

Of the declared exercises a few stand here: those that come to the answer in another way than the declaration does.
"""

import numpy as np
from keras import Input, Sequential, layers
from scipy import ndimage, special, stats

STRUCTURE = {
    "structure.3": {
        "read backwards": lambda permuted, permute: permuted[:, ::-1, ::-1],
        "numbered in bytes": lambda permuted, permute: np.take(
            permuted.reshape(len(permuted), -1),
            permute(np.arange(permuted[0].size).astype(np.uint8).reshape(1, *permuted.shape[1:])),
            axis=1,
        ).reshape(permuted.shape),
    },
    "structure.4": {
        "image by image": lambda images: np.mean(
            [np.corrcoef(image[:, :-1].ravel(), image[:, 1:].ravel())[0, 1] for image in images]
        ),
    },
    "structure.5": {
        "the mean": lambda images: images.mean(axis=(1, 2)),
        "mean and standard deviation": lambda images: np.stack(
            [images.mean(axis=(1, 2)), images.std(axis=(1, 2))], axis=1
        ),
        "sorted within rows": lambda images: np.sort(images, axis=2),
        "sorted across images": lambda images: np.sort(images.reshape(len(images), -1), axis=0),
        "ten bins": lambda images: [np.histogram(image, bins=10, range=(0, 256))[0] for image in images],
        "which shades there are": lambda images: [np.isin(np.arange(256), image) for image in images],
        "as they are": lambda images: images,
    },
}

FAST = {
    "fast.1": {
        "both limits added": lambda intensity, peak, bandwidth: 1 / (1 / peak + 1 / (intensity * bandwidth)),
    },
    "fast.4": {
        "falls too slowly": lambda step, steps, peak, rise: (
            peak * np.minimum(step / (rise * steps), 1 - np.maximum(step / steps - rise, 0))
        ),
        "a cosine": lambda step, steps, peak, rise: np.where(
            step <= rise * steps,
            peak * step / (rise * steps),
            peak * (1 + np.cos(np.pi * np.clip((step / steps - rise) / (1 - rise), 0, 1))) / 2,
        ),
    },
}


def _network(*hidden):
    return Sequential([Input((28, 28, 1)), *hidden, layers.Flatten(), layers.Dense(10, activation="softmax")])


ARCHITECTURE = {
    "architecture.3": {
        "units added": lambda first, biases, second, own: (first.sum(axis=1)[:, None] * second.sum(axis=0), own),
    },
    "architecture.4": {
        "down the columns": lambda s: s - special.logsumexp(s, axis=0),
        "no subtraction": lambda s: s - np.log(np.exp(s).sum(axis=1, keepdims=True)),
        "by way of the probability": lambda s: np.log(special.softmax(s, axis=1)),
    },
    "architecture.5": {
        "the book's network": _network(
            layers.Conv2D(32, 3), layers.MaxPooling2D(), layers.Conv2D(64, 3), layers.MaxPooling2D(), layers.Dense(64)
        ),
        "wide and shallow": _network(layers.Conv2D(32, 3)),
        "dense only": _network(),
        "no softmax": Sequential([Input((28, 28, 1)), layers.Conv2D(4, 21), layers.Flatten(), layers.Dense(10)]),
    },
}


def _squares(images, known):
    return ((images[:, None].astype(float) - known) ** 2).sum(axis=(2, 3))


DATASET = {
    "dataset.3": {
        "one slice for 0 as well": lambda images, by: np.pad(images, ((0, 0), (0, 0), (by, 0)))[:, :, :-by],
    },
    "dataset.5": {
        "places": lambda images, known, labels: _squares(images, known).argmin(axis=1),
        "nearest mean": lambda images, known, labels: _squares(
            images, np.stack([known[labels == digit].mean(axis=0) for digit in range(10)])
        ).argmin(axis=1),
        "uint8": lambda images, known, labels: labels[((images[:, None] - known) ** 2).sum(axis=(2, 3)).argmin(axis=1)],
    },
}

SHARING = {
    "sharing.3": {
        "margin compared": lambda layer, images: np.abs(
            layer(np.roll(images, 1, axis=2)) - np.roll(layer(images), 1, axis=2)
        ).max(),
        "signs kept": lambda layer, images: (
            layer(np.roll(images, 1, axis=2))[:, :, 1:] - layer(images)[:, :, :-1]
        ).max(),
    },
    "sharing.5": {
        "a gradient for each image": lambda images, gradients: [
            [[(image[row:, column:][:6, :5] * own).sum() for column in range(3)] for row in range(3)]
            for image, own in zip(images, gradients, strict=True)
        ],
    },
}

NO_DIGIT = {
    "no_digit.2": {
        "ties lost": lambda digits, others: np.mean([one > other for one in digits for other in others]),
        "pair by pair": lambda digits, others: (digits[: len(others)] > others).mean(),
    },
    "no_digit.3": {
        "from the upper end": lambda scores, refused: np.quantile(scores, 1 - refused),
        "mean minus deviations": lambda scores, refused: scores.mean() - 2 * scores.std(),
        "the share itself": lambda scores, refused: refused,
        "one too many": lambda scores, refused: np.sort(scores)[int(refused * len(scores)) + 1],
        "one too few": lambda scores, refused: np.sort(scores)[int(refused * len(scores)) - 1],
        "the lowest score": lambda scores, refused: scores.min(),
    },
    "no_digit.5": {
        "taught with all": lambda drawings, teach, judge: [
            judge(teach(np.concatenate([*drawings.values()])), drawn) for drawn in drawings.values()
        ],
    },
}

TRAINING = {
    "training.2": {
        "a mean of both for precision": lambda counts: (
            2 * np.diag(counts) / (counts.sum(axis=0) + counts.sum(axis=1)),
            np.diag(counts) / counts.sum(axis=1),
        ),
    },
    "training.3": {
        "a square forgotten": lambda right, count: (
            (right + 1.92 - 1.96 * np.sqrt(right * (1 - right / count) + 0.96 * count)) / (count + 3.84),
            (right + 1.92 + 1.96 * np.sqrt(right * (1 - right / count) + 0.96 * count)) / (count + 3.84),
        ),
        "two standard errors": lambda right, count: stats.norm.interval(
            0.95, right / count, np.sqrt(right * (count - right) / count**3)
        ),
    },
    "training.4": {
        "by the right digit": lambda labels, rows, refused: (rows.argmax(axis=1) == labels)[
            np.argsort(-rows[np.arange(200), labels])[:150]
        ].mean(),
        "by the margin to a half": lambda labels, rows, refused: (rows.argmax(axis=1) == labels)[
            np.argsort(abs(rows.max(axis=1) - 0.5))[:150]
        ].mean(),
    },
    "training.5": {
        "sum": lambda labels, scores: special.softmax(scores, axis=1) - np.eye(10)[labels],
    },
}


def _in_place(images):
    for row, column in np.ndindex(27, 27):
        around = images[:, row + 1, column + 1], images[:, row, column + 1], images[:, row + 1, column]
        images[:, row + 1, column + 1] = np.maximum.reduce(around)
    return images


HANDWRITING = {
    "handwriting.1": {
        "decided for the batch": lambda images: images if np.median(images) < 128 else 255 - images,
    },
    "handwriting.3": {
        "mean of the corners": lambda image, factor: (
            (image[::factor, ::factor] + image[factor - 1 :: factor, factor - 1 :: factor]) / 2
        ),
        "rows alone": lambda image, factor: image.reshape(2, factor, 12).mean(axis=1),
    },
    "handwriting.4": {
        "specks alone removed": lambda image: np.where(ndimage.median_filter(image, 3) > 0, image, 0),
    },
    "handwriting.5": {
        "in place": _in_place,
    },
}

WRONG = STRUCTURE | FAST | ARCHITECTURE | DATASET | SHARING | NO_DIGIT | TRAINING | HANDWRITING
