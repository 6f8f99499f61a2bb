"""How long ways of training take, and how well they do.

The runs are those of ``benchmarks/contest.py``: one row for each run, with the columns
``contestant`` and ``seed``; ``import_seconds``, ``load_seconds`` (the images)
and ``setup_seconds`` (network and graph); ``epoch_seconds`` and
``epoch_cpu_seconds`` (lists by epoch); ``right`` (a list: right answers among
the ``scored`` images after each epoch); ``right_by_views`` and
``views_seconds`` where views of each image voted, else missing; ``versions``
and ``processor``.
"""

import math

import pandas as pd

from digitlib.statistics import Estimate, mean_over_seeds

BASELINE = "bare script"
FEWEST_FOR_AN_INTERVAL = 5  # seeds; for three, Student's t would make it twice as wide


def summarize(runs: pd.DataFrame) -> pd.DataFrame:
    """Summarize each contestant in a row, in the order of their first runs.

    Parameters
    ----------
    runs : pandas.DataFrame
        As `reference.load_timings` returns them.

    Returns
    -------
    pandas.DataFrame
        ``seeds``; medians, in seconds, of ``set-up`` (images, network and
        graph), ``training``, their sum ``total``, and ``processor`` (of the
        training, all cores); ``times faster``, the median over the seeds of
        the bare script's seconds over its own; ``value``, ``low`` and ``high``:
        mean accuracy after the last epoch, 0 to 1, with its 95 % interval,
        which is missing for fewer than five seeds.
    """
    table = pd.DataFrame({"contestant": runs["contestant"], "seed": runs["seed"]})
    table["set-up"] = runs["load_seconds"] + runs["setup_seconds"]
    table["training"] = runs["epoch_seconds"].map(sum)
    table["total"] = table["set-up"] + table["training"]
    table["processor"] = runs["epoch_cpu_seconds"].map(sum)
    summary = table.groupby("contestant", sort=False).median().drop(columns="seed")
    summary.insert(0, "seeds", runs["contestant"].value_counts())
    totals = table.pivot(index="seed", columns="contestant", values="total")
    summary["times faster"] = totals.rdiv(totals.get(BASELINE, math.nan), axis=0).median()
    accuracies = pd.DataFrame([accuracy(runs, name) for name in summary.index], index=summary.index)
    return summary.join(accuracies[["value", "low", "high"]])


def seconds(runs: pd.DataFrame, contestant: str) -> pd.Series:
    """Compute how long a contestant took, set-up included.

    Parameters
    ----------
    runs : pandas.DataFrame
        As for `summarize`, here and in the functions below.
    contestant : str

    Returns
    -------
    pandas.Series
        Indexed by seed.

    Raises
    ------
    ValueError
        If there are no runs of that contestant, here and in the functions below.
    """
    chosen = _runs_of(runs, contestant)
    trained = chosen["epoch_seconds"].map(sum)
    return (chosen["load_seconds"] + chosen["setup_seconds"] + trained).set_axis(chosen["seed"])


def by_epoch(runs: pd.DataFrame, contestant: str) -> pd.DataFrame:
    """Tabulate accuracy by seed and epoch.

    Parameters
    ----------
    runs : pandas.DataFrame
        As `reference.load_timings` returns them.
    contestant : str
        One of those in `runs`.

    Returns
    -------
    pandas.DataFrame
        A row for each seed, a column for each epoch, from 1; values from 0 to 1.
    """
    chosen = _runs_of(runs, contestant)
    table = pd.DataFrame(chosen["right"].tolist(), index=chosen["seed"]).rename(columns=lambda epoch: epoch + 1)
    return table.div(chosen["scored"].to_numpy(), axis=0)


def accuracy(runs: pd.DataFrame, contestant: str, epoch: int | None = None) -> Estimate:
    """Compute the mean accuracy over seeds.

    Parameters
    ----------
    runs : pandas.DataFrame
    contestant : str
    epoch : int, optional
        The epoch after which it is measured, from 1; by default the last.

    Returns
    -------
    Estimate
        Without an interval (NaN) for fewer than five seeds.
    """
    table = by_epoch(runs, contestant)
    values = table.iloc[:, -1] if epoch is None else table[epoch]
    if len(values) >= FEWEST_FOR_AN_INTERVAL:
        return mean_over_seeds(values)
    return Estimate(float(values.mean()), math.nan, math.nan, math.nan, len(values))


def epochs_to(runs: pd.DataFrame, contestant: str, target: float) -> int | None:
    """Find the first epoch after which the mean accuracy over seeds reaches a target.

    Parameters
    ----------
    runs : pandas.DataFrame
        As `reference.load_timings` returns them.
    contestant : str
        One of those in `runs`.
    target : float
        From 0 to 1.

    Returns
    -------
    int or None
        Counted from 1; None if no epoch reaches it.
    """
    means = by_epoch(runs, contestant).mean()
    return next((int(epoch) for epoch in means.index[means >= target]), None)


def _runs_of(runs: pd.DataFrame, contestant: str) -> pd.DataFrame:
    chosen = runs[runs["contestant"] == contestant]
    if chosen.empty:
        raise ValueError(f"no runs of {contestant!r}: there are {', '.join(runs['contestant'].unique())}")
    return chosen.sort_values("seed")
