"""Wrong answers that were written apart from the declarations, and those to exercises that have a judge of their own.

Of the declared exercises a few stand here: those that come to the answer in another way than the declaration does.
"""

import math

import numpy as np
from keras import Input, Sequential, layers, ops, random
from scipy import ndimage, optimize, special, stats

from digitlib.data import move

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


def _moving(*hidden):
    return Sequential([Input((28, 28, 1)), *hidden, layers.Dense(10, activation="softmax")])


COMPARISON = {
    "comparison.2": {
        "pixels first": lambda images, permutation: images.reshape(-1, len(images))[np.argsort(permutation)].reshape(
            images.shape
        ),
        "undone and turned round": lambda images, permutation: images.reshape(len(images), -1)[
            :, np.argsort(permutation)[::-1]
        ].reshape(images.shape),
    },
    "comparison.3": {
        "the same wrong answer": lambda labels, first, second: (
            ((first == second) & (first != labels)).sum(),
            (first != labels).mean() * (second != labels).sum(),
        ),
        "either": lambda labels, first, second: (((first != labels) | (second != labels)).sum(), 0),
        "of the first's errors": lambda labels, first, second: (
            ((first != labels) & (second != labels)).sum(),
            (first != labels).sum(),
        ),
        "none": lambda labels, first, second: (0, 0),
    },
    "comparison.4": {
        "moved twice": lambda function, images: np.abs(
            function(np.roll(images, 1, axis=2)) - np.roll(function(np.roll(images, 1, axis=2)), 1, axis=2)
        ).max(),
        "no moves": lambda function, images: 0.0,
    },
    "comparison.5": {
        "flattened": _moving(layers.Conv2D(4, 3), layers.Flatten()),
        "pooled by two": _moving(
            layers.ZeroPadding2D(8),
            layers.Conv2D(4, 3),
            layers.MaxPooling2D(),
            layers.Conv2D(8, 3),
            layers.GlobalMaxPooling2D(),
        ),
        "no paper around": _moving(layers.Conv2D(4, 3, activation="relu"), layers.GlobalAveragePooling2D()),
        "ink alone": _moving(layers.GlobalAveragePooling2D()),
        "no softmax": Sequential(
            [Input((28, 28, 1)), layers.ZeroPadding2D(2), layers.Conv2D(10, 3), layers.GlobalMaxPooling2D()]
        ),
        "the same for all": _moving(layers.Rescaling(0.0), layers.Conv2D(4, 3), layers.GlobalMaxPooling2D()),
    },
}


def _dropped(factor, share_of=lambda share: share, shape=np.shape):
    """Dropout with another factor, another share or coarser draws."""
    return lambda values, share, random: values * (random.random(shape(values)) >= share_of(share)) * factor(share)


def _same_mean(values, share, random):
    kept = values * (random.random(values.shape) >= share)
    return kept * values.mean() / kept.mean()


def _moved(draw, by=lambda image, down, right: move(image[None], down=down, right=right)[0]):
    """Each image moved by what `draw` makes of the most and a generator."""
    return lambda images, most, random: np.stack([by(image, *draw(most, random)) for image in images])


def _two(most, random):
    return random.integers(-most, most + 1, 2)


def _all_alike(images, most, random):
    down, right = _two(most, random)
    return move(images, down=down, right=right)


SHARED = layers.Dense(10, activation="softmax")


def _own(*hidden, last=SHARED):
    return Sequential([Input((28, 28, 1)), layers.Flatten(), *hidden, last])


def _softmax(**options):
    return layers.Dense(10, activation="softmax", **options)


GOING_FURTHER = {
    "going_further.1": {
        "not made larger": _dropped(lambda share: 1),
        "made smaller": _dropped(lambda share: 1 - share),
        "divided by the share dropped": _dropped(lambda share: 1 / share),
        "a little larger": _dropped(lambda share: 1 + share),
        "the other share": _dropped(lambda share: 1 / share, share_of=lambda share: 1 - share),
        "whole columns": _dropped(lambda share: 1 / (1 - share), shape=lambda values: values.shape[1:]),
        "the mean of each draw": _same_mean,
        "always one half": _dropped(lambda share: 1 / (1 - share), share_of=lambda share: 0.5),
    },
    "going_further.2": {
        "all alike": _all_alike,
        "upper end left out": _moved(lambda most, random: random.integers(-most, most, 2)),
        "down and right": _moved(lambda most, random: random.integers(0, most + 1, 2)),
        "one axis": _moved(lambda most, random: (0, random.integers(-most, most + 1))),
        "one number for both": _moved(lambda most, random: [random.integers(-most, most + 1)] * 2),
        "wraps round": _moved(_two, by=lambda image, down, right: np.roll(image, (down, right), axis=(0, 1))),
        "rounded normal": _moved(
            lambda most, random: np.clip(np.rint(random.normal(0, 1, 2)), -most, most).astype(int)
        ),
        "a generator of its own": lambda images, most, _: _moved(_two)(images, most, np.random.default_rng(0)),
    },
    "going_further.4": {
        "the range": lambda networks, images, accuracy: (
            np.ptp(np.random.default_rng(0).binomial(images, accuracy, size=(20_000, networks)), axis=1).mean() / images
        ),
    },
    "going_further.5": {
        "a shared layer": lambda: _own(layers.Dropout(0.2)),
        "no noise": lambda: _own(layers.BatchNormalization(), last=_softmax()),
        "too large": lambda: _own(layers.Dense(128), layers.Dropout(0.2), last=_softmax()),
        "no softmax": lambda: _own(layers.Dropout(0.2), last=layers.Dense(10)),
        "noisy when it predicts": lambda: _own(
            layers.Lambda(lambda values: values + random.normal(ops.shape(values))), last=_softmax()
        ),
        "one answer for all": lambda: _own(layers.Dropout(0.2), last=_softmax(kernel_initializer="zeros")),
    },
}


def _sweep(**changes):
    grid = {
        "network": "cnn",
        "training_images": 1_000,
        "augmentation": ["none", "noise"],
        "seed": [1, 2, 3, 4, 5],
        "scored_on": "validation",
    }
    return [grid | changes]


def _predicted(values, reach):
    reach *= values.std(ddof=1) * np.sqrt(1 + 1 / len(values))
    return values.mean() - reach, values.mean() + reach


EXPERIMENT = {
    "experiment.3": {
        "twice as wide": lambda values, confidence: _predicted(values, 2 * stats.t.ppf((1 + confidence) / 2, 5)),
        "always five degrees": lambda values, confidence: _predicted(values, stats.t.ppf((1 + confidence) / 2, 5)),
    },
    "experiment.4": {
        "the mean is looked for": lambda past, further, interval: np.mean(
            [interval(row)[0] <= row.mean() <= interval(row)[1] for row in past]
        ),
    },
    "experiment.5": {
        "scored on the test set": _sweep(scored_on="test"),
        "a single seed": _sweep(seed=1),
        "nothing to compare with": _sweep(augmentation=["noise", "moved by up to 2 pixels"]),
        "nothing augmented": _sweep(augmentation="none"),
        "more epochs for one side": [*_sweep(augmentation="none"), *_sweep(augmentation="noise", epochs=47)],
        "other seeds on either side": [
            *_sweep(augmentation="none"),
            *_sweep(augmentation="noise", seed=[6, 7, 8, 9, 10]),
        ],
        "all training images": _sweep(training_images=60_000),
        "a kind that there is not": _sweep(augmentation=["none", "turned"]),
    },
}


def _simulation(critical=lambda seeds: stats.t.ppf(0.975, seeds - 1), widen=1, root=0.5):
    """The power of the paired t test, with one thing changed."""

    def power(difference, spread, seeds):
        drawn = np.random.default_rng(0).normal(difference, widen * spread, size=(20_000, seeds))
        return np.mean(abs(drawn.mean(axis=1) / (drawn.std(axis=1, ddof=1) / seeds**root)) > critical(seeds))

    return power


NORMAL = {
    "normal.2": {
        "all errors counted": lambda answers, labels: ((answers != labels).sum(), 0),
        "any network": lambda answers, labels: ((answers != labels).any(axis=0).sum(), 0),
        "none": lambda answers, labels: (0, 0),
    },
    "normal.3": {
        "the second network's count": lambda first, second: min(
            1, 2 * stats.binom.cdf((second & ~first).sum(), (first != second).sum(), 0.5)
        ),
        "not cut off": lambda first, second: (
            2 * stats.binom.cdf(min((second & ~first).sum(), (first & ~second).sum()), (first != second).sum(), 0.5)
        ),
    },
    "normal.4": {
        "twice as wide": lambda first, second: stats.norm.interval(
            0.99, (second - first).mean(), 2 * stats.sem(second - first)
        ),
    },
    "normal.5": {
        "1.96 for any number of seeds": _simulation(critical=lambda seeds: 1.96),
        "spread of the differences taken for that of the runs": _simulation(widen=np.sqrt(2)),
        "spread of single differences": _simulation(root=0),
    },
}

SHIFT = {
    "shift.3": {
        "turned round, as if it only fell": lambda accuracies, level: np.interp(-level, np.sort(-accuracies), range(9)),
    },
    "shift.4": {
        "cut off": lambda images: np.concatenate(
            [
                move(image[None], **{way: int(14 - at) for way, at in zip(("down", "right"), mass, strict=True)})
                for image, mass in zip(images, map(ndimage.center_of_mass, images), strict=True)
            ]
        ),
    },
    "shift.5": {
        "corner as the middle": lambda images, kernel: sum(
            kernel[place] * np.roll(images, (-place[0], -place[1]), axis=(1, 2)) for place in np.ndindex(3, 3)
        ),
    },
}


def _counts(count, classes):
    return np.random.default_rng(1).multinomial(count, [1 / classes] * classes, size=4_000)


HIERARCHY = {
    "hierarchy.2": {
        "numbers of one side": lambda side: 2 / (2 * side),
    },
    "hierarchy.4": {
        "one class": lambda count, classes: _counts(count, classes).mean(axis=0).max() / count,
        "always a hundred": lambda count, classes: _counts(100, classes).max(axis=1).mean() / 100,
        "most extreme draw": lambda count, classes: _counts(count, classes).max() / count,
    },
    "hierarchy.5": {
        "intercepts forgotten": lambda outputs, targets, penalty: (
            np.linalg.solve(
                np.cov(outputs.T) * (len(outputs) - 1) + penalty * np.eye(outputs.shape[1]),
                (outputs - outputs.mean(axis=0)).T @ targets,
            ),
            [0.0] * 3,
        ),
        "half the penalty": lambda outputs, targets, penalty: (
            np.linalg.solve(outputs.T @ outputs + penalty / 2 * np.eye(outputs.shape[1]), outputs.T @ targets),
            targets.mean(axis=0),
        ),
    },
}


def _law(sizes, errors):
    slope, intercept = np.polyfit(np.log(sizes), np.log(errors), 1)
    return np.exp(intercept), -slope


DATA_SIZE = {
    "data_size.1": {
        "at most ten": lambda images, batch, least: min(-(-least // -(-images // batch)), 10),
    },
    "data_size.3": {
        "distances of errors": lambda sizes, errors: optimize.curve_fit(
            lambda n, a, b: a * n**-b, sizes, errors, p0=(1, 0.5)
        )[0],
    },
    "data_size.4": {
        "two standard errors": lambda values: stats.norm.interval(0.95, values.mean(), stats.sem(values)),
        "one draw": lambda values: (values.mean() - 0.001, values.mean() + 0.001),
    },
    "data_size.5": {
        "no floor": lambda sizes, errors: (*_law(sizes, errors), 0),
        "floor at the smallest error": lambda sizes, errors: (
            *_law(sizes[:-1], errors[:-1] - errors[-1]),
            errors[-1],
        ),
        "half the smallest error": lambda sizes, errors: (1.8, 0.55, errors.min() / 2),
    },
}

ERRORS = {
    "errors.1": {
        "all networks together": lambda answers: np.full(60, np.bincount(answers.ravel()).argmax()),
    },
    "errors.2": {
        "rights for wrongs": lambda wrong: (
            wrong.shape[1] * stats.binom.pmf(np.arange(len(wrong) + 1), len(wrong), (~wrong).mean())
        ),
        "named networks": lambda wrong: (
            wrong.shape[1] * wrong.mean() ** np.arange(8) * (1 - wrong.mean()) ** np.arange(7, -1, -1)
        ),
    },
    "errors.4": {
        "in the order of the images": lambda doubts, wrongs: (doubts[wrongs] > doubts[~wrongs][: wrongs.sum()]).mean(),
    },
    "errors.5": {
        "on half of the labels": lambda scores, labels: (
            1.2
            * optimize.minimize_scalar(
                lambda t: -special.log_softmax(scores[::2] / t, axis=1)[np.arange(200), labels[::2]].mean(),
                bounds=(0.05, 20),
                method="bounded",
            ).x
        ),
    },
}


def _hide(images, tops, lefts, side=8, value=0):
    hidden = images.copy()
    for image, top, left in zip(hidden, tops, lefts, strict=True):
        image[max(top, 0) : top + side, max(left, 0) : left + side] = value
    return hidden


def _draw(images, seed, low=0, high=21):
    return np.random.default_rng(seed).integers(low, high, size=(2, len(images)))


ROBUSTNESS = {
    "robustness.1": {
        "only pixels with ink": lambda images, corrupted: np.abs(corrupted / 255 - images / 255)[images > 127].mean(),
    },
    "robustness.2": {
        "choices of one side": lambda few, many: 2 / math.comb(many, min(few, many)),
    },
    "robustness.3": {
        "ratios of single runs": lambda one, base: ((1 - one) / (1 - base[:5])).mean(),
    },
    "robustness.5": {
        "unseeded": lambda images, seed: _hide(images, *_draw(images, None)),
        "seed ignored": lambda images, seed: _hide(images, *_draw(images, 0)),
        "cut off at the margin": lambda images, seed: _hide(images, *_draw(images, seed, 0, 28)),
        "last place forgotten": lambda images, seed: _hide(images, *_draw(images, seed, 0, 20)),
        "one place for all": lambda images, seed: _hide(images, *np.repeat(_draw(images[:1], seed), len(images), 1)),
        "on the diagonal": lambda images, seed: _hide(images, *[_draw(images, seed)[0]] * 2),
        "moved in from the margin": lambda images, seed: _hide(images, *_draw(images, seed, -4, 24).clip(0, 20)),
        "one pixel too large": lambda images, seed: _hide(images, *_draw(images, seed, 0, 20), side=9),
        "ink": lambda images, seed: _hide(images, *_draw(images, seed), value=255),
    },
}

EXPLORING = {
    "exploring.2": {
        "sign kept": lambda before, after: (
            2 * stats.t.sf((after - before).mean() / stats.sem(after - before), len(before) - 1)
        ),
    },
    "exploring.4": {
        "power forgotten": lambda effect, level: math.ceil((stats.norm.isf(level / 2) / effect) ** 2),
    },
    "exploring.5": {
        "down the columns": lambda true, spread, random: (
            (true + spread * random.normal(size=(20_000, len(true)))).max(axis=0) - true
        ).mean(),
        "the winning score": lambda true, spread, random: (
            (true + spread * random.normal(size=(20_000, len(true)))).max(axis=1).mean()
        ),
    },
}

WRONG = STRUCTURE | FAST | ARCHITECTURE | DATASET | SHARING | NO_DIGIT | TRAINING | HANDWRITING | COMPARISON
WRONG |= GOING_FURTHER | EXPERIMENT | NORMAL | SHIFT | HIERARCHY | DATA_SIZE | ERRORS | ROBUSTNESS | EXPLORING
