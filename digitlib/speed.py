"""How long ways of training take, and how well they do: the runs of ``benchmarks/speed.py``."""

from pathlib import Path

import numpy as np
import pandas as pd

from digitlib.statistics import Estimate, mean_over_seeds

RUNS = Path(__file__).parent / "reference" / "speed.jsonl"
BASELINE = "bare script"


def load_runs(path: str | Path = RUNS) -> pd.DataFrame:
    """Load the timed runs.

    Parameters
    ----------
    path : path-like
        A file with one JSON object a line; by default the book's own runs.

    Returns
    -------
    pandas.DataFrame
        One row a run. The columns: ``contestant`` and ``seed``;
        ``import_seconds``, ``load_seconds`` (the images) and ``setup_seconds``
        (network, graph); ``epoch_seconds`` and ``epoch_cpu_seconds`` (lists by
        epoch); ``right`` (a list: right answers among the ``scored`` images
        after each epoch); ``right_by_views`` and ``views_seconds`` where views
        of each image voted, else missing; ``versions`` and ``processor``.
    """
    return pd.read_json(path, lines=True, dtype=False)


def summarize(runs: pd.DataFrame) -> pd.DataFrame:
    """One row a contestant, in the order of their first runs.

    Parameters
    ----------
    runs : pandas.DataFrame
        As `load_runs` returns them.

    Returns
    -------
    pandas.DataFrame
        ``seeds``; medians, in seconds, of ``set-up`` (images, network and
        graph), ``training``, their sum ``total``, and ``processor`` (of the
        training, all cores); ``times faster``: the median total of the bare
        script, divided by this one; ``value``, ``low`` and ``high``: mean
        accuracy after the last epoch, 0 to 1, with its 95 % interval.
    """
    table = pd.DataFrame(
        {
            "contestant": runs["contestant"],
            "set-up": runs["load_seconds"] + runs["setup_seconds"],
            "training": runs["epoch_seconds"].map(sum),
            "processor": runs["epoch_cpu_seconds"].map(sum),
        }
    )
    table.insert(3, "total", table["set-up"] + table["training"])
    summary = table.groupby("contestant", sort=False).median()
    summary.insert(0, "seeds", runs["contestant"].value_counts())
    baseline = summary["total"].get(BASELINE, np.nan)
    accuracies = {name: accuracy(runs, name) for name in summary.index}
    return summary.assign(
        **{"times faster": baseline / summary["total"]},
        **{part: [getattr(accuracies[name], part) for name in summary.index] for part in ("value", "low", "high")},
    )


def by_epoch(runs: pd.DataFrame, contestant: str) -> pd.DataFrame:
    """Accuracies of a contestant, 0 to 1: a row a seed, a column an epoch, from 1."""
    chosen = _runs_of(runs, contestant)
    table = pd.DataFrame(chosen["right"].tolist(), index=chosen["seed"]).div(chosen["scored"].to_numpy(), axis=0)
    return table.rename(columns=lambda epoch: epoch + 1)


def accuracy(runs: pd.DataFrame, contestant: str) -> Estimate:
    """Mean accuracy after the last epoch, over seeds; of a single run, that run's, without a spread."""
    last = by_epoch(runs, contestant).iloc[:, -1]
    return mean_over_seeds(last) if len(last) > 1 else Estimate(last.iloc[0], last.iloc[0], last.iloc[0], 0.0, 1)


def epochs_to(runs: pd.DataFrame, contestant: str, target: float) -> int | None:
    """The first epoch after which the mean accuracy over seeds reaches the target; None if none does."""
    means = by_epoch(runs, contestant).mean()
    reached = means.index[means >= target]
    return int(reached[0]) if len(reached) else None


def seconds_to_epoch(runs: pd.DataFrame, contestant: str, epoch: int) -> float:
    """Median seconds from loading the images to the end of that epoch."""
    chosen = _runs_of(runs, contestant)
    trained = chosen["epoch_seconds"].map(lambda seconds: sum(seconds[:epoch]))
    return float((chosen["load_seconds"] + chosen["setup_seconds"] + trained).median())


def _runs_of(runs: pd.DataFrame, contestant: str) -> pd.DataFrame:
    chosen = runs[runs["contestant"] == contestant]
    if chosen.empty:
        raise ValueError(f"no runs of {contestant!r}: there are {', '.join(runs['contestant'].unique())}")
    return chosen.sort_values("seed")
