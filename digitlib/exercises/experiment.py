"""Exercises of the chapter on one experiment."""

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.model_selection import ParameterGrid
from statsmodels.regression.linear_model import OLS

from digitlib.exercises import exercise
from digitlib.exercises.answers import array, call, close, integer, number, text, wrong_if

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
MISTAKES = {
    "lucky once": "You chose the network with the luckiest single run. What would its other seeds say?",
    "good on test images": "You chose by what was scored on the test images. Which runs are there to choose by?",
    "good on all together": "You mixed the scores on test images with those on held-out ones.",
    "run most often": "You chose the network that was run most often: a sum grows with the number of seeds.",
    "weak": "You chose the network with the fewest right answers.",
}

DEFAULTS = {
    "network": "fully connected",
    "seed": 1,
    "epochs": 10,
    "batch_size": 32,
    "learning_rate": 0.001,
    "weight_decay": 0.0,
    "training_images": 60_000,
    "transformation": "none",
    "augmentation": "none",
    "scored_on": "test",
    "moved": False,
    "corrupted": False,
    "confidences": False,
}
FEWEST_SEEDS = 5


@exercise(
    "experiment.1",
    "Take one grid at a time. How many networks does it name, and how many runs does it ask for with each of them?",
    "Within a grid every value of a list meets every value of the others. The grids themselves follow one another.",
)
def number_of_runs(answer):
    count = integer(answer)
    first, second = 2 * 5 * 3, 3 * 2
    wrong_if(count == first, "This is the first grid. There is a second one.")
    wrong_if(
        count == first * second,
        "Lists within a grid are combined with each other, but one grid is not combined with the next.",
    )
    wrong_if(
        count in (2 + 5 + 3 + 3 + 2, 2 + 5 + 3 + 1 + 3 + 2 + 1), "Lists stand for all their combinations: do not add."
    )
    wrong_if(count == 5 + 3, "The values are not taken in parallel: each seed meets each network and each size.")
    wrong_if(count != first + second, "How many combinations does each grid have? A value that is no list counts as 1.")


@exercise(
    "experiment.2",
    "Which runs may take part in a choice at all? Keep only those rows first.",
    "One run says little about its network. Let the seeds of each network speak together: groupby.",
    'runs[runs["scored_on"] == "validation"].groupby("network")["accuracy"] has a mean for each network.',
)
def choose_network(answer):
    for seed in range(3):
        runs, roles = _scored_runs(seed)
        name = text(call(answer, runs, what="choose_network"), "what choose_network returns")
        wrong_if(name not in roles, f"{name!r} is no network of the table: return a name from its column network.")
        role = roles[name]
        wrong_if(role in MISTAKES, MISTAKES.get(role, ""))


@exercise(
    "experiment.3",
    "A further run deviates from the mean of all runs, and the mean of your few runs deviates from that one, too.",
    "The two variances add up: s squared of the run itself, s squared / n of the mean.",
    "Mean plus and minus t s √(1 + 1/n), where half of what the confidence leaves lies on each side of t.",
)
def prediction_interval(answer):
    random = np.random.default_rng(3)
    values = random.normal(0.99, 0.0005, size=6)
    low, high = _interval(answer, values, 0.95)
    wrong_if(low >= high, "Return the low end first, then the high one.")
    wrong_if(
        not close((low + high) / 2, values.mean()), "The interval should lie around the mean, as far to each side."
    )
    reach = (high - low) / 2 / values.std(ddof=1)
    quantile, further = stats.t.ppf(0.975, df=5), np.sqrt(1 + 1 / 6)
    for errors_reach, message in {
        quantile / np.sqrt(6): "This is the interval of the mean. One run strays further than the mean of many.",
        quantile: "You take the mean of your runs for the true one. It is uncertain, too.",
        stats.norm.ppf(0.975) * further: "This would do if you knew the spread. It is estimated from few runs: which "
        "distribution allows for that?",
        stats.t.ppf(0.95, df=5) * further: "You leave 5 % on each side. How much should lie outside altogether?",
        quantile * further * np.sqrt(5 / 6): "You divide the squares by n. What does a spread around an estimated mean "
        "divide by?",
        stats.t.ppf(0.975, df=6) * further: "One degree of freedom went into the mean.",
    }.items():
        wrong_if(close(reach, errors_reach), message)
    wrong_if(
        not close((low, high), _predicted(values, 0.95)), "The mean is right, the reach is not. Which variances add up?"
    )
    more = random.normal(0.98, 0.001, size=12)
    ends = _interval(answer, more, 0.999)
    wrong_if(close(ends, _predicted(more, 0.95)), "With any confidence you give the interval of 95 %.")
    wrong_if(not close(ends, _predicted(more, 0.999)), "It is right for six values and 95 %, but not for others.")


@exercise(
    "experiment.4",
    "One row of the past belongs to one further run. Take them in pairs.",
    "For each pair: low, high = interval(row). Does the further run lie between?",
    "The share is the mean of the answers, yes as 1 and no as 0.",
)
def coverage(answer):
    for seed in (12, 34):  # for which every error gives another share
        random = np.random.default_rng(seed)
        past = random.normal(random.normal(size=(40, 1)), random.uniform(0.5, 1.5, size=(40, 1)), size=(40, 40))
        further = past.mean(axis=1) + random.standard_t(5, size=40)
        share = number(call(answer, past, further, _around, what="coverage"), "what coverage returns")
        expected = _caught(past, further)
        wrong_if(close(share, 40 * expected), "This is how many are caught. Which share of all is that?")
        wrong_if(close(share, 1 - expected), "This is the share that falls outside.")
        wrong_if(
            close(share, _caught(np.broadcast_to(past.ravel(), (40, 1600)), further)),
            "You took one interval from all past runs together. Each row is an experiment of its own.",
        )
        wrong_if(close(share, _caught(past.T, further)), "You took intervals of the columns. An experiment is a row.")
        wrong_if(
            close(share, _caught(np.column_stack([past, further]), further)),
            "The further run must not help to make the interval that shall catch it.",
        )
        ends = np.array([_around(row) for row in past])
        wrong_if(
            close(share, np.mean(further <= ends[:, 1])) or close(share, np.mean(further >= ends[:, 0])),
            "You look at one end of the interval only.",
        )
        wrong_if(close(share, 1), "That every one is caught cannot be. Is it the further run that you look for?")
        wrong_if(not close(share, expected), "For how many rows does the further run lie between that row's ends?")


@exercise(
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


def _scored_runs(seed: int) -> tuple[pd.DataFrame, dict[str, str]]:
    """A table of runs in random order, and which network plays which role in it."""
    random = np.random.default_rng(seed)
    roles = dict(zip(random.permutation(NETWORKS).tolist(), SCORES, strict=True))
    rows = [
        {"network": name, "seed": number, "scored_on": scored_on, "accuracy": accuracy}
        for name, role in roles.items()
        for scored_on, accuracies in zip(("validation", "test"), SCORES[role], strict=True)
        for number, accuracy in enumerate(accuracies, start=1)
    ]
    return pd.DataFrame(rows).sample(frac=1, random_state=seed, ignore_index=True), roles


def _interval(answer, values: np.ndarray, confidence: float) -> np.ndarray:
    result = call(answer, values, confidence, what="prediction_interval")
    return array(result, "what prediction_interval returns", shape=(2,))


def _predicted(values: np.ndarray, confidence: float) -> np.ndarray:
    constant = np.ones(len(values))
    return OLS(values, constant).fit().get_prediction([1.0]).conf_int(obs=True, alpha=1 - confidence)[0]


def _around(values) -> tuple[float, float]:
    """Some interval; how it is made does not matter to who counts what it catches."""
    values = np.asarray(values)
    return values.mean() - values.std(), values.mean() + values.std()


def _caught(past: np.ndarray, further: np.ndarray) -> float:
    low, high = np.array([_around(row) for row in past]).T
    return np.mean((low <= further) & (further <= high))


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
