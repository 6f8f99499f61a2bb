# %% [markdown]
# # Is your result normal?
#
# *{{ minutes_to_read.normal }} minutes to read; its run took {{ runs.normal.seconds | minutes }} on {{ training.processor }}.*
#
# You trained the network and got another accuracy than this book, or than your neighbour.
# Is something wrong? To answer that, one has to know how much such results differ by chance
# alone. Here the three networks of the book were trained from ten seeds each, declared beforehand,
# in full.
#
# **After this chapter you can**
#
# - say whether your accuracy is within the usual;
# - tell the chance of the seed from the chance of the test images;
# - compare two trained networks with McNemar's test, and two kinds of network over seeds;
# - say how many seeds it takes to see a difference.

# %% tags=["remove-cell"]
from digitlib.results import Page

page = Page("07_normal")

# %%
from itertools import combinations

import numpy as np
import pandas as pd
from statsmodels.stats.power import TTestPower

from digitlib import data, plots, reference, statistics

_, (_, y_test) = data.load_mnist()
headline = reference.load_sweep("headline")
accuracy = headline.pivot(index="seed", columns="network", values="accuracy")
networks = ["cnn", "matched", "fully connected"]

# %% [markdown]
# ## Ten seeds, three networks
#
# Every row of this table is ten trainings of {{ normal.epochs }} epochs on all training images. You can repeat any of them:
# [one experiment](06_experiment.ipynb) says how.

# %%
estimates = {name: statistics.mean_over_seeds(accuracy[name]) for name in networks}
table = pd.DataFrame({name: estimate._asdict() for name, estimate in estimates.items()}).T
table["lowest"], table["highest"] = accuracy.min(), accuracy.max()
table.round(4)

# %% mystnb={"figure": {"caption": "Test accuracy of thirty trainings. Each dot is a seed, each stroke a mean. The two kinds of network do not overlap; within a kind, runs differ by tenths of a point.", "name": "fig-normal-runs"}}
plots.runs({name: accuracy[name] for name in networks}, subject="Ten trainings of each network", xlabel="test accuracy")

# %% tags=["remove-cell"]
page.add(
    epochs=headline["epochs"].iloc[0],
    estimates=estimates,
    lowest=accuracy.min().to_dict(),
    highest=accuracy.max().to_dict(),
    span=accuracy["cnn"].max() - accuracy["cnn"].min(),
)
page.claim("do not overlap", accuracy["cnn"].min() > accuracy[["matched", "fully connected"]].max().max())

# %% [markdown]
# The CNN is right about {{ normal.estimates.cnn | in_words(digits=2) }}. Read it so: the mean of ten runs,
# then the interval in which the mean of very many runs would lie, with 95 % confidence, then the
# number of runs. The two fully connected networks reach {{ normal.estimates["fully connected"] | in_words(digits=2) }}
# (plain) and {{ normal.estimates.matched | in_words(digits=2) }} (matched). The runs of the CNN and of its
# rivals {{ claim("do not overlap") }} at all.
#
# Single runs of the CNN lie between {{ normal.lowest.cnn | percent(2) }} and
# {{ normal.highest.cnn | percent(2) }}.
#
# ## Where does yours lie?
#
# Put the accuracy of your own run here. In its place stands that of the training chapter.

# %%
yours = (reference.load_run("cnn").predicted() == y_test).mean()

# %% nbval={"atol": 0.005}
low, high = statistics.prediction_interval(accuracy["cnn"], confidence=0.95)
print(f"yours: {yours:.4f}, {statistics.place_in_words(yours, accuracy['cnn'])}")
print(f"of twenty further runs, about nineteen lie between {low:.4f} and {high:.4f}")

# %% tags=["remove-cell"]
page.add(
    yours=yours,
    place=statistics.place_in_words(yours, accuracy["cnn"]),
    prediction_low=low,
    prediction_high=high,
)
page.claim("That is normal", low <= yours <= high)

# %% [markdown]
# The network of the training chapter lies {{ normal.place }}. {{ claim("That is normal") }}.
# So is whatever lies between {{ normal.prediction_low | percent(2) }} and
# {{ normal.prediction_high | percent(2) }}. If yours lies far outside, something is different: the
# number of epochs, the scaling, the test images. If it is much too *good*, ask whether test
# images were trained on.
#
# ## The seed or the images?
#
# Two kinds of chance are at work. The **seed** decides the initial weights and the order of the
# images; it makes the ten dots of a row differ. The test images are ten thousand of all
# those that could have been drawn; all ten runs were scored on the same ones, so the spread of the dots says nothing about that.
#
# The spread of the dots is their standard deviation. For the second kind, arithmetic
# suffices: if the true accuracy is $p$, the share of right answers among $n$ images has the
# standard deviation
#
# $$\sqrt{\frac{p\,(1 - p)}{n}}$$


# %%
def of_images_alone(name):
    """Standard deviation that other images would give the mean over very many seeds."""
    runs = headline[headline["network"] == name]
    right = np.stack([reference.predicted(run) for _, run in runs.iterrows()]) == y_test  # seeds x images
    left_of_the_seeds = right.var(axis=0, ddof=1).mean() / len(right)
    return np.sqrt((right.mean(axis=0).var(ddof=1) - left_of_the_seeds) / len(y_test))


chance = pd.DataFrame(
    {
        "of the seed": accuracy[networks].std(),
        "of the images, one network": np.sqrt(
            accuracy[networks].mean() * (1 - accuracy[networks].mean()) / len(y_test)
        ),
        "of the images, all seeds": {name: of_images_alone(name) for name in networks},
    }
)
(100 * chance).round(3)

# %% tags=["remove-cell"]
page.add(
    seed_deviation=chance["of the seed"].to_dict(),
    image_deviation=chance["of the images, one network"].to_dict(),
    common_deviation=chance["of the images, all seeds"].to_dict(),
    image_share=chance.loc["cnn", "of the images, all seeds"] ** 2
    / (chance.loc["cnn", ["of the seed", "of the images, all seeds"]] ** 2).sum(),
)

# %% [markdown]
# In percentage points: for the CNN {{ (100 * normal.seed_deviation.cnn) | decimals(3) }} come from the seed. New images change the accuracy
# of one trained network by {{ (100 * normal.image_deviation.cnn) | decimals(3) }}. A part of that is the luck of its seed with these images, and
# the spread of the dots holds that part already. What is left is common to all seeds, {{ (100 * normal.common_deviation.cnn) | decimals(3) }}.
#
# Chances that have nothing to do with each other add up
# by their squares, so {{ normal.image_share | percent(0) }} of the variance you would see with a new seed *and*
# new images is that common part. Training from many seeds does not make it smaller. Only
# more test images would.
#
# When two networks are scored on the *same* images, a part of it cancels: an
# unreadable digit is unreadable for both. That is why comparisons should be paired.
#
# ## Two trained networks
#
# Take two trained networks and the same ten thousand digits. Both get most of them right, and some of
# them wrong. What tells them apart is the rest: digits that only the first, or only the second, gets right. If
# they are equally good, each such digit is a toss of a coin. **McNemar's test**
# ({{ cite("mcnemar1947") }}; {{ cite("dietterich1998") }}) asks how likely so uneven tosses would be.

# %%
seed_1 = headline[headline["seed"] == 1].set_index("network").apply(reference.predicted, axis=1)
pairs = {
    "matched against CNN": statistics.mcnemar(y_test, seed_1["matched"], seed_1["cnn"]),
    "plain against matched": statistics.mcnemar(y_test, seed_1["fully connected"], seed_1["matched"]),
}
pd.DataFrame({name: result._asdict() for name, result in pairs.items()}).T.round(4)

# %% tags=["remove-cell"]
page.add(mcnemar=pairs)
page.claim("That is no toss of a coin", pairs["matched against CNN"].p_value < 0.001)

# %% [markdown]
# The CNN alone gets {{ normal.mcnemar["matched against CNN"].only_second }} digits right, the matched network alone
# {{ normal.mcnemar["matched against CNN"].only_first }}. {{ claim("That is no toss of a coin") }}. A **p-value** is
# the chance of a result at least so uneven if there were no difference.
#
# But what was compared? These two networks, not their kinds. Look what happens if the same test is applied to
# the ten CNNs among themselves, which differ by nothing but the seed.

# %%
cnns = headline[headline["network"] == "cnn"].set_index("seed").apply(reference.predicted, axis=1)
p_values = {
    f"{one}-{other}": statistics.mcnemar(y_test, cnns[one], cnns[other]).p_value
    for one, other in combinations(cnns.index, 2)
}
corrected = statistics.holm(p_values)
print(f"{len(p_values)} pairs of CNNs")
print(f"p-value below 0.05: {sum(p < 0.05 for p in p_values.values())}")
print(f"the same after Holm's correction: {sum(p < 0.05 for p in corrected.values())}")

# %% tags=["remove-cell"]
page.add(
    pairs=len(p_values),
    small=sum(p < 0.05 for p in p_values.values()),
    small_corrected=sum(p < 0.05 for p in corrected.values()),
)

# %% [markdown]
# Of {{ normal.pairs }} pairs, {{ normal.small }} have a p-value below `0.05`. They are "significantly different", and they
# are the same network from another seed. Two things are at work. Whoever makes {{ normal.pairs }} tests
# will see small p-values by chance: **Holm's correction** ({{ cite("holm1979") }}) makes them larger, so that
# all tests together give a false alarm in at most one case of twenty. After it, {{ normal.small_corrected }} remain. And
# single trainings do differ: a seed can be lucky. So McNemar's test is right for the question which of two
# trained networks to use. It cannot tell which *kind* of network is better. That takes several seeds.
#
# ## Two kinds of network
#
# Train each kind from the same seeds, take the difference seed by seed, and ask whether its mean is zero
# (a paired t test). The **effect size** is the mean difference in units of its own standard deviation.

# %%
comparisons = {
    "CNN - matched": statistics.compare_over_seeds(accuracy["matched"], accuracy["cnn"]),
    "CNN - plain": statistics.compare_over_seeds(accuracy["fully connected"], accuracy["cnn"]),
    "matched - plain": statistics.compare_over_seeds(accuracy["fully connected"], accuracy["matched"]),
}
corrected = statistics.holm({name: comparison.p_value for name, comparison in comparisons.items()})
for name, comparison in comparisons.items():
    print(
        f"{name:16} {statistics.difference_in_words(comparison)}, effect size {comparison.effect_size:.1f}, "
        f"p = {corrected[name]:.2g}"
    )

# %% tags=["remove-cell"]
page.add(comparisons=comparisons, corrected=corrected)
page.claim("The advantage of the CNN is beyond doubt", corrected["CNN - matched"] < 0.001)

# %% [markdown]
# {{ claim("The advantage of the CNN is beyond doubt") }}: {{ normal.comparisons["CNN - matched"] | difference_in_words }} over the
# matched network. Between the matched network and the plain one the difference is
# {{ normal.comparisons["matched - plain"] | difference_in_words }}.
#
# ## How many seeds does it take?
#
# Suppose a change of the CNN helps by a tenth of a percentage point. How many pairs of runs must you make, so that a test at the usual
# level finds it in four cases of five? It depends on the spread of the differences, which for two trainings of
# the same kind is $\sqrt 2$ times the spread of the seeds.

# %%
spread = np.sqrt(2) * accuracy["cnn"].std()
seeds_needed = {
    points: int(np.ceil(TTestPower().solve_power(effect_size=points / 100 / spread, alpha=0.05, power=0.8)))
    for points in (0.5, 0.2, 0.1, 0.05)
}
for points, seeds in seeds_needed.items():
    print(f"a difference of {points:.2f} points: {seeds:3} seeds")

# %% tags=["remove-cell"]
page.add(seeds_needed=seeds_needed)

# %% [markdown]
# For a tenth of a point, about {{ normal.seeds_needed["0.1"] | words }} seeds; for half as much, about
# {{ normal.seeds_needed["0.05"] | words }}. (The spread is known from ten runs only, so these numbers are rough.) Most tables in tutorials compare single runs. Now you know what such a table
# can show.
#
# ## Summary
#
# - The CNN: {{ normal.estimates.cnn | in_words(digits=2) }}. A single run may lie anywhere from
#   {{ normal.prediction_low | percent(2) }} to {{ normal.prediction_high | percent(2) }}.
# - Both the seed and the choice of test images move an accuracy. Repeating from other seeds shows the first only.
# - McNemar's test compares two trained networks; kinds of network are compared over seeds.
# - Correct for the number of tests, and state the difference with its interval, not the p-value alone.
#
# ## Exercises
#
# **Exercise 1.** Your CNN was right about `0.9885` of the test images. Where does it lie, and is it normal?

# %% tags=["hide-cell"]
### BEGIN SOLUTION
low, high = statistics.prediction_interval(accuracy["cnn"])
print(
    f"{statistics.place_in_words(0.9885, accuracy['cnn'])}; of a thousand runs, one lies outside "
    f"{low:.4f} to {high:.4f}"
)
### END SOLUTION

# %% [markdown]
# **Exercise 2.** Two networks are tested on the same thousand images. Only the first is right about
# eight of them, only the second about two. Compute McNemar's p-value by hand, as tosses of a coin.

# %% tags=["hide-cell"]
### BEGIN SOLUTION
from scipy.stats import binom

print(f"p = {2 * binom.cdf(2, 10, 0.5):.4f}")
first = np.r_[np.ones(8), np.zeros(2), np.ones(990)]
second = np.r_[np.zeros(8), np.ones(2), np.ones(990)]
print(f"statsmodels: {statistics.mcnemar(np.ones(1_000), first, second).p_value:.4f}")
### END SOLUTION

# %% [markdown]
# **Exercise 3.** How many of the ten thousand digits does at least one of the ten CNNs get wrong? How many do all
# ten get wrong?

# %% tags=["hide-cell"]
### BEGIN SOLUTION
wrong = np.stack(list(cnns)) != y_test
print(
    f"wrong in a mean run: {wrong.sum(axis=1).mean():.0f}; in one or more: {wrong.any(axis=0).sum()}; "
    f"in all: {wrong.all(axis=0).sum()}"
)
### END SOLUTION

# %% tags=["remove-cell"]
page.save()
