"""Wrong answers that were written apart from the declarations."""

import math

import numpy as np
from keras import Input, Sequential, callbacks, layers, ops, random
from scipy import ndimage, optimize, special, stats

from digitlib.data import move


def _network(*hidden, last=None):
    return Sequential([Input((28, 28, 1)), *hidden, last or layers.Dense(10, activation="softmax")])


def _in_place(images):
    for row, column in np.ndindex(27, 27):
        around = images[:, row + 1, column + 1], images[:, row, column + 1], images[:, row + 1, column]
        images[:, row + 1, column + 1] = np.maximum.reduce(around)
    return images


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


def _taught(*, last=None, metrics=("accuracy",), **options):
    """A function that trains a network of one layer, with what `compile` and `fit` are told besides."""

    def train(images, labels):
        network = _network(layers.Flatten(), last=last and type(last).from_config(last.get_config()))
        network.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=list(metrics))
        network.fit(images, labels, verbose=0, **options)
        return network

    return train


def _untaught(images, labels):
    network = _network(layers.Flatten(), last=layers.Dense(10, "softmax", kernel_initializer="zeros"))
    network.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return network


def _score(network, held_images, held_labels):
    return network, *network.evaluate(held_images, held_labels, verbose=0)


def _scored(images, labels, held_images, held_labels):
    return _score(_taught(epochs=3)(images, labels), held_images, held_labels)


def _scored_early(images, labels, *held):
    network = _taught()(images, labels)
    _, *scores = _score(network, *held)
    network.fit(images, labels, epochs=3, verbose=0)
    return network, *scores


def _stopped(*, monitor="val_loss", patience=3, restore=True):
    """A function that trains with early stopping."""

    def fit(network, images, labels, held_images, held_labels):
        stop = callbacks.EarlyStopping(monitor=monitor, patience=patience, restore_best_weights=restore)
        held = held_images, held_labels
        return network.fit(images, labels, epochs=20, validation_data=held, callbacks=[stop], verbose=0)

    return fit


SHARED = layers.Dense(10, activation="softmax")


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


def _normal(mean, spread, size):
    return np.random.default_rng(0).normal(mean, spread, size=(20_000, size))


def _counts(count, classes):
    return np.random.default_rng(1).multinomial(count, [1 / classes] * classes, size=4_000)


def _law(sizes, errors):
    slope, intercept = np.polyfit(np.log(sizes), np.log(errors), 1)
    return np.exp(intercept), -slope


def _hide(images, tops, lefts, side=8, value=0):
    hidden = images.copy()
    for image, top, left in zip(hidden, tops, lefts, strict=True):
        image[max(top, 0) : top + side, max(left, 0) : left + side] = value
    return hidden


def _draw(images, seed, low=0, high=21):
    return np.random.default_rng(seed).integers(low, high, size=(2, len(images)))


# Errors that are declared, here in other words. Each has a message of its own.
RECOGNIZED = {
    "structure.3: numbered in bytes": lambda permuted, permute: np.take(
        permuted.reshape(len(permuted), -1),
        permute(np.arange(permuted[0].size).astype(np.uint8).reshape(1, *permuted.shape[1:])),
        axis=1,
    ).reshape(permuted.shape),
    "structure.4: image by image": lambda images: np.mean(
        [np.corrcoef(image[:, :-1].ravel(), image[:, 1:].ravel())[0, 1] for image in images]
    ),
    "fast.4: falls too slowly": lambda step, steps, peak, rise: (
        peak * np.minimum(step / (rise * steps), 1 - np.maximum(step / steps - rise, 0))
    ),
    "dataset.2: the other way round": lambda writers, held: np.isin(writers[~held], writers[held]).mean(),
    "dataset.2: by writers": lambda writers, held: np.isin(np.unique(writers[held]), writers[~held]).mean(),
    "dataset.3: one slice for 0 as well": lambda images, by: np.pad(images, ((0, 0), (0, 0), (by, 0)))[:, :, :-by],
    "sharing.3: signs kept": lambda layer, images: (
        layer(np.roll(images, 1, axis=2))[:, :, 1:] - layer(images)[:, :, :-1]
    ).max(),
    "no_digit.2: ties lost": lambda digits, others: np.mean([one > other for one in digits for other in others]),
    "learning.2: on the right alone": lambda function, place: (function(place + 0.01) - function(place)) / 0.01,
    "learning.3: forwards instead": lambda slopes: (slopes[:, ::2, ::2] + slopes[:, 1::2, 1::2]) / 2,
    "learning.4: of the slopes": lambda slopes, inputs: (1 / (1 + np.exp(-slopes))) * (1 - 1 / (1 + np.exp(-slopes))),
    "training.3: two standard errors": lambda right, count: stats.norm.interval(
        0.95, right / count, np.sqrt(right * (count - right) / count**3)
    ),
    "handwriting.1: decided for the batch": lambda images: images if np.median(images) < 128 else 255 - images,
    "comparison.3: the same wrong answer": lambda labels, first, second: (
        ((first == second) & (first != labels)).sum(),
        (first != labels).mean() * (second != labels).sum(),
    ),
    "going_further.4: the range": lambda networks, images, accuracy: (
        np.ptp(np.random.default_rng(0).binomial(images, accuracy, size=(20_000, networks)), axis=1).mean() / images
    ),
    "experiment.4: the mean is looked for": lambda past, further, interval: np.mean(
        [interval(row)[0] <= row.mean() <= interval(row)[1] for row in past]
    ),
    "normal.5: 1.96 for any number of seeds": lambda difference, spread, seeds: np.mean(
        abs(stats.ttest_1samp(_normal(difference, spread, seeds), 0, axis=1).statistic) > 1.96
    ),
    "shift.4: cut off": lambda images: np.concatenate(
        [
            move(image[None], **{way: int(14 - at) for way, at in zip(("down", "right"), mass, strict=True)})
            for image, mass in zip(images, map(ndimage.center_of_mass, images), strict=True)
        ]
    ),
    "hierarchy.4: one class": lambda count, classes: _counts(count, classes).mean(axis=0).max() / count,
    "hierarchy.4: most extreme draw": lambda count, classes: _counts(count, classes).max() / count,
    "data_size.4: two standard errors": lambda values: stats.norm.interval(0.95, values.mean(), stats.sem(values)),
    "data_size.5: no floor": lambda sizes, errors: (*_law(sizes, errors), 0),
    "architecture.1: one pooling": 320 + 18_496 + (14 * 14 * 64 + 1) * 64 + 650,
    "architecture.4: down the columns": lambda s: s - special.logsumexp(s, axis=0),
    "fast.2: geometric mean": lambda shares, factors: np.prod(factors**shares),
    "dataset.4: cut off": lambda image: np.roll(image, [int(14 - at) for at in ndimage.center_of_mass(image)], (0, 1)),
    "dataset.5: places": lambda images, known, labels: [
        ((known - 1.0 * one) ** 2).T.sum((0, 1)).argmin() for one in images
    ],
    "sharing.2: a place for each pixel": lambda side, kernel, channels, filters: (
        (kernel**2 * channels + 1) * filters,
        (side * kernel) ** 2 * channels * filters,
    ),
    "no_digit.5: taught with all": lambda drawings, teach, judge: [
        judge(teach(np.concatenate([*drawings.values()])), drawn) for drawn in drawings.values()
    ],
    "handwriting.3: maximum": lambda image, factor: ndimage.maximum_filter(image, factor)[1::factor, 1::factor],
    "comparison.4: mean": lambda function, images: np.mean(
        [abs(function(np.roll(images, 1, axis=2)) - np.roll(function(images), 1, axis=2))]
    ),
    "going_further.3: one-sided": lambda labels, first, second: stats.binom.cdf(
        ((first == labels) & (second != labels)).sum(), ((first == labels) != (second == labels)).sum(), 0.5
    ),
    "experiment.2: the luckiest run": lambda runs: runs.loc[
        runs["accuracy"].where(runs["scored_on"] == "validation").idxmax(), "network"
    ],
    "normal.4: unpaired": lambda first, second: stats.ttest_ind(second, first).confidence_interval(0.95),
    "shift.5: corner as the middle": lambda images, kernel: sum(
        kernel[place] * np.roll(images, (-place[0], -place[1]), axis=(1, 2)) for place in np.ndindex(3, 3)
    ),
    "errors.3: unsorted": lambda doubts, wrongs, count: (~wrongs[:count]).mean(),
    "errors.4: ties lost": lambda doubts, wrongs: np.mean([one > doubts[~wrongs] for one in doubts[wrongs]]),
    "robustness.1: subtracted as uint8": lambda images, corrupted: np.abs(corrupted - images).mean() / 255,
    "robustness.3: ratio of means": lambda one, base: (1 - one.mean()) / (1 - base.mean()),
    "exploring.3: Bonferroni": lambda p_values: p_values * 6,
    "exploring.5: the winning score": lambda true, spread, random: (
        (true + spread * random.normal(size=(20_000, len(true)))).max(axis=1).mean()
    ),
}

# Errors that are not declared: they are told what is said of all other answers.
UNEXPECTED = {
    "fast.1: both limits added": lambda intensity, peak, bandwidth: 1 / (1 / peak + 1 / (intensity * bandwidth)),
    "architecture.3: units added": lambda first, biases, second, own: (
        first.sum(axis=1)[:, None] * second.sum(axis=0),
        own,
    ),
    "architecture.4: no subtraction": lambda s: s - np.log(np.exp(s).sum(axis=1, keepdims=True)),
    "architecture.4: by way of the probability": lambda s: np.log(special.softmax(s, axis=1)),
    "dataset.5: uint8": lambda images, known, labels: labels[
        ((images[:, None] - known) ** 2).sum(axis=(2, 3)).argmin(axis=1)
    ],
    "training.2: a mean of both for precision": lambda counts: (
        2 * np.diag(counts) / (counts.sum(axis=0) + counts.sum(axis=1)),
        np.diag(counts) / counts.sum(axis=1),
    ),
    "handwriting.3: mean of the corners": lambda image, factor: (
        (image[::factor, ::factor] + image[factor - 1 :: factor, factor - 1 :: factor]) / 2
    ),
    "handwriting.5: in place": _in_place,
    "comparison.2: pixels first": lambda images, permutation: images.reshape(-1, len(images))[
        np.argsort(permutation)
    ].reshape(images.shape),
    "comparison.4: moved twice": lambda function, images: np.abs(
        function(np.roll(images, 1, axis=2)) - np.roll(function(np.roll(images, 1, axis=2)), 1, axis=2)
    ).max(),
    "experiment.3: twice as wide": lambda values, confidence: _predicted(
        values, 2 * stats.t.ppf((1 + confidence) / 2, 5)
    ),
    "experiment.3: always five degrees": lambda values, confidence: _predicted(
        values, stats.t.ppf((1 + confidence) / 2, 5)
    ),
    "normal.2: any network": lambda answers, labels: ((answers != labels).any(axis=0).sum(), 0),
    "normal.3: the second network's count": lambda first, second: min(
        1, 2 * stats.binom.cdf((second & ~first).sum(), (first != second).sum(), 0.5)
    ),
    "normal.4: twice as wide": lambda first, second: stats.norm.interval(
        0.99, (second - first).mean(), 2 * stats.sem(second - first)
    ),
    "shift.3: turned round, as if it only fell": lambda accuracies, level: np.interp(
        -level, np.sort(-accuracies), range(9)
    ),
    "hierarchy.5: half the penalty": lambda outputs, targets, penalty: (
        np.linalg.solve(outputs.T @ outputs + penalty / 2 * np.eye(outputs.shape[1]), outputs.T @ targets),
        targets.mean(axis=0),
    ),
    "data_size.1: at most ten": lambda images, batch, least: min(-(-least // -(-images // batch)), 10),
    "data_size.5: half the smallest error": lambda sizes, errors: (1.8, 0.55, errors.min() / 2),
    "errors.1: all networks together": lambda answers: np.full(60, np.bincount(answers.ravel()).argmax()),
    "errors.4: in the order of the images": lambda doubts, wrongs: (
        doubts[wrongs] > doubts[~wrongs][: wrongs.sum()]
    ).mean(),
    "errors.5: on half of the labels": lambda scores, labels: (
        1.2
        * optimize.minimize_scalar(
            lambda t: -special.log_softmax(scores[::2] / t, axis=1)[np.arange(200), labels[::2]].mean(),
            bounds=(0.05, 20),
            method="bounded",
        ).x
    ),
    "robustness.1: only pixels with ink": lambda images, corrupted: np.abs(corrupted / 255 - images / 255)[
        images > 127
    ].mean(),
    "robustness.2: choices of one side": lambda few, many: 2 / math.comb(many, min(few, many)),
    "robustness.3: ratios of single runs": lambda one, base: ((1 - one) / (1 - base[:5])).mean(),
    "exploring.2: sign kept": lambda before, after: (
        2 * stats.t.sf((after - before).mean() / stats.sem(after - before), len(before) - 1)
    ),
    "exploring.4: power forgotten": lambda effect, level: math.ceil((stats.norm.isf(level / 2) / effect) ** 2),
    "exploring.5: down the columns": lambda true, spread, random: (
        (true + spread * random.normal(size=(20_000, len(true)))).max(axis=0) - true
    ).mean(),
}

# To the exercises with a judge of their own.
JUDGED = {
    "training.4: what fit returns": lambda images, labels, *held: (_taught()(images, labels).history, 0.1, 0.95),
    "training.4: no accuracy": lambda images, labels, *held: _taught()(images, labels),
    "training.4: on what it was trained on": lambda images, labels, *held: _scored(images, labels, images, labels),
    "training.4: exchanged": lambda *examples: tuple(_scored(*examples)[place] for place in (0, 2, 1)),
    "training.4: percent": lambda *examples: (*_scored(*examples)[:2], 100 * _scored(*examples)[2]),
    "training.4: after an epoch": lambda *examples: _scored_early(*examples),
    "training.4: not trained": lambda images, labels, *held: _score(_untaught(images, labels), *held),
    "training.4: one dense layer": lambda *examples: _scored(*examples),
    "training.5: the network": lambda network, *examples: _stopped()(network, *examples) and network,
    "training.5: not validated": lambda network, images, labels, *held: network.fit(images, labels, verbose=0),
    "training.5: on what it was trained on": lambda network, images, labels, *held: _stopped()(
        network, images, labels, images, labels
    ),
    "training.5: never": lambda network, *examples: _stopped(monitor="loss", patience=20)(network, *examples),
    "training.5: at once": lambda network, *examples: _stopped(patience=1)(network, *examples),
    "training.5: late": lambda network, *examples: _stopped(patience=4)(network, *examples),
    "training.5: last weights": lambda network, *examples: _stopped(restore=False)(network, *examples),
    "first_network.3: what fit returns": lambda images, labels: _taught()(images, labels).history,
    "first_network.3: not compiled": lambda images, labels: _network(layers.Flatten()),
    "first_network.3: no softmax": _taught(last=layers.Dense(10, activation="sigmoid")),
    "first_network.3: no metrics": _taught(metrics=()),
    "first_network.3: not trained": _untaught,
    "first_network.3: ten steps": _taught(batch_size=500),
    "structure.5: the mean": lambda images: images.mean(axis=(1, 2)),
    "structure.5: mean and standard deviation": lambda images: np.stack(
        [images.mean(axis=(1, 2)), images.std(axis=(1, 2))], axis=1
    ),
    "structure.5: sorted within rows": lambda images: np.sort(images, axis=2),
    "structure.5: sorted across images": lambda images: np.sort(images.reshape(len(images), -1), axis=0),
    "structure.5: ten bins": lambda images: [np.histogram(image, bins=10, range=(0, 256))[0] for image in images],
    "structure.5: which shades there are": lambda images: [np.isin(np.arange(256), image) for image in images],
    "structure.5: as they are": lambda images: images,
    "architecture.5: nearly the book's network": _network(
        *[layers.Conv2D(32, 3), layers.MaxPooling2D(), layers.Conv2D(64, 3), layers.MaxPooling2D()],
        *[layers.Dense(64), layers.Flatten()],
    ),
    "architecture.5: wide and shallow": _network(layers.Conv2D(32, 3), layers.Flatten()),
    "architecture.5: dense only": _network(layers.Flatten()),
    "architecture.5: no softmax": _network(layers.Conv2D(4, 21), layers.Flatten(), last=layers.Dense(10)),
    "no_digit.3: from the upper end": lambda scores, refused: np.quantile(scores, 1 - refused),
    "no_digit.3: mean minus deviations": lambda scores, refused: scores.mean() - 2 * scores.std(),
    "no_digit.3: the share itself": lambda scores, refused: refused,
    "no_digit.3: one too many": lambda scores, refused: np.sort(scores)[int(refused * len(scores)) + 1],
    "no_digit.3: one too few": lambda scores, refused: np.sort(scores)[int(refused * len(scores)) - 1],
    "no_digit.3: the lowest score": lambda scores, refused: scores.min(),
    "comparison.5: flattened": _network(layers.Conv2D(4, 3), layers.Flatten()),
    "comparison.5: pooled by two": _network(
        layers.ZeroPadding2D(8),
        layers.Conv2D(4, 3),
        layers.MaxPooling2D(),
        layers.Conv2D(8, 3),
        layers.GlobalMaxPooling2D(),
    ),
    "comparison.5: no paper around": _network(layers.Conv2D(4, 3, activation="relu"), layers.GlobalAveragePooling2D()),
    "comparison.5: ink alone": _network(layers.GlobalAveragePooling2D()),
    "comparison.5: no softmax": _network(
        layers.ZeroPadding2D(2), layers.Conv2D(10, 3), last=layers.GlobalMaxPooling2D()
    ),
    "comparison.5: the same for all": _network(layers.Rescaling(0.0), layers.Conv2D(4, 3), layers.GlobalMaxPooling2D()),
    "going_further.1: not made larger": _dropped(lambda share: 1),
    "going_further.1: made smaller": _dropped(lambda share: 1 - share),
    "going_further.1: divided by the share dropped": _dropped(lambda share: 1 / share),
    "going_further.1: a little larger": _dropped(lambda share: 1 + share),
    "going_further.1: the other share": _dropped(lambda share: 1 / share, share_of=lambda share: 1 - share),
    "going_further.1: whole columns": _dropped(lambda share: 1 / (1 - share), shape=lambda values: values.shape[1:]),
    "going_further.1: the mean of each draw": _same_mean,
    "going_further.1: always one half": _dropped(lambda share: 1 / (1 - share), share_of=lambda share: 0.5),
    "going_further.2: all alike": _all_alike,
    "going_further.2: upper end left out": _moved(lambda most, random: random.integers(-most, most, 2)),
    "going_further.2: down and right": _moved(lambda most, random: random.integers(0, most + 1, 2)),
    "going_further.2: one axis": _moved(lambda most, random: (0, random.integers(-most, most + 1))),
    "going_further.2: one number for both": _moved(lambda most, random: [random.integers(-most, most + 1)] * 2),
    "going_further.2: wraps round": _moved(
        _two, by=lambda image, down, right: np.roll(image, (down, right), axis=(0, 1))
    ),
    "going_further.2: rounded normal": _moved(
        lambda most, random: np.clip(np.rint(random.normal(0, 1, 2)), -most, most).astype(int)
    ),
    "going_further.2: a generator of its own": lambda images, most, _: _moved(_two)(
        images, most, np.random.default_rng(0)
    ),
    "going_further.5: a shared layer": lambda: _network(layers.Flatten(), layers.Dropout(0.2), last=SHARED),
    "going_further.5: no noise": lambda: _network(layers.Flatten(), layers.BatchNormalization()),
    "going_further.5: too large": lambda: _network(layers.Flatten(), layers.Dense(128), layers.Dropout(0.2)),
    "going_further.5: no softmax": lambda: _network(layers.Flatten(), layers.Dropout(0.2), last=layers.Dense(10)),
    "going_further.5: noisy when it predicts": lambda: _network(
        layers.Flatten(), layers.Lambda(lambda values: values + random.normal(ops.shape(values)))
    ),
    "going_further.5: one answer for all": lambda: _network(
        layers.Flatten(), layers.Dropout(0.2), last=layers.Dense(10, "softmax", kernel_initializer="zeros")
    ),
    "experiment.5: scored on the test set": _sweep(scored_on="test"),
    "experiment.5: a single seed": _sweep(seed=1),
    "experiment.5: nothing to compare with": _sweep(augmentation=["noise", "moved by up to 2 pixels"]),
    "experiment.5: nothing augmented": _sweep(augmentation="none"),
    "experiment.5: more epochs for one side": [*_sweep(augmentation="none"), *_sweep(augmentation="noise", epochs=47)],
    "experiment.5: other seeds on either side": [
        *_sweep(augmentation="none"),
        *_sweep(augmentation="noise", seed=[6, 7, 8, 9, 10]),
    ],
    "experiment.5: all training images": _sweep(training_images=60_000),
    "experiment.5: a kind that there is not": _sweep(augmentation=["none", "turned"]),
    "robustness.5: unseeded": lambda images, seed: _hide(images, *_draw(images, None)),
    "robustness.5: seed ignored": lambda images, seed: _hide(images, *_draw(images, 0)),
    "robustness.5: cut off at the margin": lambda images, seed: _hide(images, *_draw(images, seed, 0, 28)),
    "robustness.5: last place forgotten": lambda images, seed: _hide(images, *_draw(images, seed, 0, 20)),
    "robustness.5: one place for all": lambda images, seed: _hide(
        images, *np.repeat(_draw(images[:1], seed), len(images), 1)
    ),
    "robustness.5: on the diagonal": lambda images, seed: _hide(images, *[_draw(images, seed)[0]] * 2),
    "robustness.5: moved in from the margin": lambda images, seed: _hide(
        images, *_draw(images, seed, -4, 24).clip(0, 20)
    ),
    "robustness.5: one pixel too large": lambda images, seed: _hide(images, *_draw(images, seed, 0, 20), side=9),
    "robustness.5: ink": lambda images, seed: _hide(images, *_draw(images, seed), value=255),
}


def independent(name: str, answers: dict = RECOGNIZED | UNEXPECTED | JUDGED) -> dict:
    """The answers to an exercise, by the error that each makes."""
    return {key.removeprefix(f"{name}: "): answer for key, answer in answers.items() if key.startswith(f"{name}: ")}
