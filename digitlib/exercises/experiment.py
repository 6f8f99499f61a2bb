"""Exercises of the chapter on one experiment."""

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.model_selection import ParameterGrid
from statsmodels.regression.linear_model import OLS

from digitlib.exercises import judged
from digitlib.exercises.answers import close, wrong_if
from digitlib.exercises.declarations import OTHERWISE, RIGHT, OneOf, When, exercise

NETWORKS = ["cnn", "dropout", "half as wide", "twice as wide", "batch normalization", "one dense layer more"]

# What six networks scored on held-out and on test images. Each error of reasoning chooses another of them.
SCORES = {
    "right": ([0.988, 0.989, 0.990], [0.984, 0.985, 0.986]),
    "lucky once": ([0.979, 0.985, 0.993], [0.983, 0.984, 0.985]),
    "good on test images": ([0.970, 0.971, 0.972], [0.995, 0.996]),
    "good on all together": ([0.985, 0.986, 0.987], [0.992, 0.993, 0.994]),
    "run most often": ([0.983, 0.984, 0.985] * 2, [0.982, 0.983, 0.984]),
    "weak": ([0.949, 0.950, 0.951], [0.949, 0.950, 0.951]),
}
DEFAULTS = {
    "network": "fully connected",
    "seed": 1,
    "epochs": 10,
    "batch_size": 32,
    "learning_rate": 0.001,
    "weight_decay": 0.0,
    "schedule": "constant",
    "average_weights": False,
    "new_order": False,
    "training_images": 60_000,
    "transformation": "none",
    "augmentation": "none",
    "scored_on": "test",
    "moved": False,
    "corrupted": False,
    "confidences": False,
    "each_epoch": False,
}
FEWEST_SEEDS = 5


@exercise(
    "experiment.1",
    "Take one grid at a time. How many networks does it name, and how many runs does it ask for with each of them?",
    "Within a grid every value of a list meets every value of the others. The grids themselves follow one another.",
)
def number_of_runs():
    first, second = 2 * 5 * 3, 3 * 2
    return {
        RIGHT: first + second,
        "This is the first grid. There is a second one.": first,
        "Lists within a grid are combined with each other, but one grid is not combined with the next.": first * second,
        "Lists stand for all their combinations: do not add.": OneOf(2 + 5 + 3 + 3 + 2, 2 + 5 + 3 + 1 + 3 + 2 + 1),
        "The values are not taken in parallel: each seed meets each network and each size.": 5 + 3,
        "How many combinations does each grid have? A value that is no list counts as 1.": OTHERWISE,
    }


def _scored_runs(seed: int) -> tuple[pd.DataFrame]:
    """A table of runs in random order, in which each network plays another role."""
    random = np.random.default_rng(seed)
    rows = [
        {"network": name, "seed": number, "scored_on": scored_on, "accuracy": accuracy}
        for name, role in zip(random.permutation(NETWORKS).tolist(), SCORES.values(), strict=True)
        for scored_on, accuracies in zip(("validation", "test"), role, strict=True)
        for number, accuracy in enumerate(accuracies, start=1)
    ]
    return (pd.DataFrame(rows).sample(frac=1, random_state=seed, ignore_index=True),)


@exercise(
    "experiment.2",
    "Which runs may take part in a choice at all? Keep only those rows first.",
    "One run says little about its network. Let the seeds of each network speak together: groupby.",
    'runs[runs["scored_on"] == "validation"].groupby("network")["accuracy"] has a mean for each network.',
    cases=tuple(_scored_runs(seed) for seed in range(3)),
)
def choose_network(runs):
    together = runs.groupby("network")["accuracy"]
    held_out, test = (runs[runs["scored_on"] == on].groupby("network")["accuracy"] for on in ("validation", "test"))
    return {
        RIGHT: held_out.mean().idxmax(),
        "{answer!r} is no network of the table: return a name from its column network.": (
            When(lambda name: name not in set(runs["network"]), "the best")
        ),
        "You chose the network with the luckiest single run. What would its other seeds say?": held_out.max().idxmax(),
        "You chose by what was scored on the test images. Which runs are there to choose by?": test.mean().idxmax(),
        "You mixed the scores on test images with those on held-out ones.": together.mean().idxmax(),
        "You chose the network that was run most often: a sum grows with the number of seeds.": held_out.sum().idxmax(),
        "You chose the network with the fewest right answers.": held_out.mean().idxmin(),
    }


@exercise(
    "experiment.3",
    "A further run deviates from the mean of all runs, and the mean of your few runs deviates from that one, too.",
    "The two variances add up: s squared of the run itself, s squared / n of the mean.",
    "Mean plus and minus t s √(1 + 1/n), where half of what the confidence leaves lies on each side of t.",
    cases=(
        (np.random.default_rng(3).normal(0.99, 0.0005, size=6), 0.95),
        (np.random.default_rng(4).normal(0.98, 0.001, size=12), 0.999),
    ),
)
def prediction_interval(values, confidence):
    count, mean, spread = len(values), values.mean(), values.std(ddof=1)
    share, further = (1 + confidence) / 2, np.sqrt(1 + 1 / count)
    quantile = stats.t.ppf(share, count - 1)

    def ends(reach):
        return np.array([mean - reach * spread, mean + reach * spread])

    right = OLS(values, np.ones(count)).fit().get_prediction([1.0]).conf_int(obs=True, alpha=1 - confidence)[0]
    last = "The mean is right, the reach is not. Which variances add up?"
    if confidence != 0.95:
        last = "It is right for six values and 95 %, but not for others."
    return {
        RIGHT: right,
        "Return the low end first, then the high one.": When(lambda found: found[0] >= found[1], right[::-1]),
        "The interval should lie around the mean, as far to each side.": (
            When(lambda found: not close(found.mean(), mean), right + 0.01)
        ),
        "This is the interval of the mean. One run strays further than the mean of many.": (
            ends(quantile / np.sqrt(count))
        ),
        "You take the mean of your runs for the true one. It is uncertain, too.": ends(quantile),
        "This would do if you knew the spread. It is estimated from few runs: which distribution allows for that?": (
            ends(stats.norm.ppf(share) * further)
        ),
        "You leave 5 % on each side. How much should lie outside altogether?": (
            ends(stats.t.ppf(confidence, count - 1) * further)
        ),
        "You divide the squares by n. What does a spread around an estimated mean divide by?": (
            ends(quantile * further * np.sqrt(1 - 1 / count))
        ),
        "One degree of freedom went into the mean.": ends(stats.t.ppf(share, count) * further),
        "With any confidence you give the interval of 95 %.": ends(stats.t.ppf(0.975, count - 1) * further),
        last: OTHERWISE,
    }


def _around(values) -> tuple[float, float]:
    """Some interval; how it is made does not matter to who counts what it catches."""
    values = np.asarray(values)
    return values.mean() - values.std(), values.mean() + values.std()


def _experiments(seed):
    random = np.random.default_rng(seed)
    past = random.normal(random.normal(size=(40, 1)), random.uniform(0.5, 1.5, size=(40, 1)), size=(40, 40))
    return past, past.mean(axis=1) + random.standard_t(5, size=40), _around


@exercise(
    "experiment.4",
    "One row of the past belongs to one further run. Take them in pairs.",
    "For each pair: low, high = interval(row). Does the further run lie between?",
    "The share is the mean of the answers, yes as 1 and no as 0.",
    cases=(lambda: _experiments(12), lambda: _experiments(34)),  # for which every error gives another share
)
def coverage(past, further, interval):
    def caught(rows):
        low, high = np.array([interval(row) for row in rows]).T
        return np.mean((low <= further) & (further <= high))

    low, high = np.array([interval(row) for row in past]).T
    right = caught(past)
    return {
        RIGHT: right,
        "This is how many are caught. Which share of all is that?": 40 * right,
        "This is the share that falls outside.": 1 - right,
        "You took one interval from all past runs together. Each row is an experiment of its own.": caught([past] * 40),
        "You took intervals of the columns. An experiment is a row.": caught(past.T),
        "The further run must not help to make the interval that shall catch it.": (
            caught(np.column_stack([past, further]))
        ),
        "You look at one end of the interval only.": OneOf(np.mean(further <= high), np.mean(further >= low)),
        "That every one is caught cannot be. Is it the further run that you look for?": 1.0,
        "For how many rows does the further run lie between that row's ends?": OTHERWISE,
    }


@judged(
    "experiment.5",
    "Two lists do it: what is compared, and the seeds. Everything else has one value.",
    "Read the defaults in the first cell. Which must not stay as they are, if you want to choose by the result?",
    'The names of augmentations are those of experiment.AUGMENTATIONS; "none" is one of them.',
)
def augmentation_sweep(answer):
    from digitlib.experiments import choices

    runs = pd.DataFrame([DEFAULTS | run for run in _combinations(answer)])
    for name, known in (("augmentation", choices.AUGMENTATIONS), ("network", choices.NETWORKS)):
        unknown = set(runs[name]) - set(known)
        wrong_if(unknown, f"There is no {name} {', '.join(map(repr, unknown))}: choose among {', '.join(known)}.")
    wrong_if(set(runs["training_images"]) != {1_000}, "All runs should train on a thousand images.")
    kinds = set(runs["augmentation"])
    wrong_if("none" not in kinds, "Without runs that are not augmented, there is nothing to compare with.")
    wrong_if(len(kinds) < 2, "None of these runs is augmented.")
    seeds = runs.groupby("augmentation")["seed"].agg(frozenset)
    wrong_if(seeds.nunique() > 1, "Give both sides the same seeds, so that they can be compared seed by seed.")
    wrong_if(
        len(seeds["none"]) < FEWEST_SEEDS,
        f"Is a difference due to the augmentation or to the seed? Take at least {FEWEST_SEEDS} seeds.",
    )
    others = [name for name in DEFAULTS if name not in ("seed", "augmentation") and runs[name].nunique() > 1]
    wrong_if(others, f"Something else differs between the runs: {', '.join(others)}. Whose effect would you see?")
    wrong_if(
        set(runs["scored_on"]) != {"validation"},
        "A choice is going to rest on these runs. On which images should they be scored?",
    )
    wrong_if(runs.duplicated().any(), "One run is asked for twice.")
    return f"It stands for {len(runs)} runs."


def _combinations(grids) -> list[dict]:
    """The runs of a reader's list of grids."""
    wrong_if(type(grids) is not list or not grids, "Give a list of grids, each a dict from parameters to values.")
    for grid in grids:
        wrong_if(type(grid) is not dict, "Each grid should be a dict from parameters to values.")
        for name, values in grid.items():
            wrong_if(
                type(name) is not str or name not in DEFAULTS, "A grid holds names of the first cell's parameters."
            )
            kind = type(DEFAULTS[name])
            values = values if type(values) is list else [values]
            wrong_if(
                not values or any(type(value) is not kind for value in values),
                f"{name} should be of type {kind.__name__}, or a list of such.",
            )
    return list(
        ParameterGrid(
            [{name: value if type(value) is list else [value] for name, value in grid.items()} for grid in grids]
        )
    )
