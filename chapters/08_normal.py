# %% [markdown]
# # Is your result normal?
#
# *{{ minutes_to_read.normal }} minutes to read, about {{ minutes_with_exercises.normal }} with the
# exercises; our run took {{ runs.normal.seconds | minutes }} on {{ training.processor }}.*
#
# You trained the network and got another accuracy than this book, or than your neighbour. Is
# something wrong? To answer that, one has to know how much such results differ by chance alone.
# Here the three networks of the book were trained from ten seeds each, in full.
#
# **After this chapter you can**
#
# - say whether your accuracy is within the usual;
# - tell the chance of the seed from the chance of the test images and their writers;
# - compare two trained networks with McNemar's test, and two kinds of network over seeds;
# - say what part of the spread is the moment at which a training stops, and take it away;
# - say how many seeds it takes to see a difference.

# %% tags=["pipeline"]
from page_results import Page

page = Page("08_normal")

# %%
from itertools import combinations

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.power import TTestPower

from digitlib import data, plots, reference, statistics
from digitlib.speed import timings

_, (_, y_test) = data.load_mnist()
headline = reference.load_sweep("headline")
accuracy = headline.pivot(index="seed", columns="network", values="accuracy")
networks = ["cnn", "matched", "fully connected"]

# %% [markdown]
# ## Ten seeds, three networks
#
# Every row of this table is ten trainings of {{ normal.epochs }} epochs on all training images. You
# can repeat any of them: [one experiment](07_experiment.ipynb) says how.

# %%
estimates = {
    name: statistics.mean_over_seeds(accuracy[name]) for name in networks
}
table = pd.DataFrame(
    {name: estimate._asdict() for name, estimate in estimates.items()}
).T
table["lowest"], table["highest"] = accuracy.min(), accuracy.max()
table.round(4)

# %% mystnb={"figure": {"caption": "Test accuracy of thirty trainings. Each dot is a seed, each stroke a mean. The two kinds of network {{ claim(\"do not overlap\") }}; within a kind, the standard deviation of the runs is {{ (100 * normal.estimates.cnn.deviation) | decimals }} points for the CNN and {{ (100 * normal.estimates.matched.deviation) | decimals }} for the matched network.", "name": "fig-normal-runs"}}
plots.runs(
    {name: accuracy[name] for name in networks},
    subject="Ten trainings of each network",
    xlabel="test accuracy",
)

# %% tags=["pipeline"]
page.add(
    epochs=headline["epochs"].iloc[0],
    estimates=estimates,
    lowest=accuracy.min().to_dict(),
    highest=accuracy.max().to_dict(),
    span=accuracy["cnn"].max() - accuracy["cnn"].min(),
)
highest_of_others = accuracy[["matched", "fully connected"]].max().max()
page.claim("do not overlap", accuracy["cnn"].min() > highest_of_others)

# %% [markdown]
# The CNN is right about {{ normal.estimates.cnn | in_words(digits=2) }}. Read it so: the mean of
# ten runs, then the interval in which the mean of very many runs would lie, with 95 % confidence,
# then the number of runs. The two fully connected networks reach
# {{ normal.estimates["fully connected"] | in_words(digits=2) }} (plain) and
# {{ normal.estimates.matched | in_words(digits=2) }} (matched). The runs of the CNN and of its
# rivals {{ claim("do not overlap") }} at all.
#
# Single runs of the CNN lie between {{ normal.lowest.cnn | percent(2) }} and
# {{ normal.highest.cnn | percent(2) }}.
#
# ## Where does yours lie?
#
# Put the accuracy of your own run here. In its place stands that of the training chapter.

# %%
yours = (reference.load_run("cnn").predictions == y_test).mean()

# %% nbval={"atol": 0.005}
low, high = statistics.prediction_interval(accuracy["cnn"], confidence=0.95)
place = statistics.place_in_words(yours, accuracy["cnn"])
print(f"yours: {yours:.4f}, {place}")
print(
    "of twenty further runs, about nineteen lie "
    f"between {low:.4f} and {high:.4f}"
)

# %% tags=["pipeline"]
page.add(
    yours=yours,
    place=statistics.place_in_words(yours, accuracy["cnn"]),
    prediction_low=low,
    prediction_high=high,
)
page.claim("That is normal", low <= yours <= high)


# %% [markdown]
# The network of the training chapter lies {{ normal.place }}. {{ claim("That is normal") }}. So is
# whatever lies between {{ normal.prediction_low | percent(2) }} and
# {{ normal.prediction_high | percent(2) }}. If yours lies far outside, something is different: the
# number of epochs, the scaling, the test images. If it is much too *good*, ask whether test images
# were trained on.
#
# ## The seed or the images?
#
# Two kinds of chance are at work. The **seed** decides the initial weights and the order of the
# images; it makes the ten dots of a row differ. The test images are ten thousand of all those that
# could have been drawn; all ten runs were scored on the same ones, so the spread of the dots says
# nothing about that.
#
# The spread of the dots is their standard deviation. For the second kind, arithmetic suffices, if
# each image is drawn by itself. Let the true accuracy be $p$: then the share of right answers among
# $n$ images has the standard deviation
#
# $$\sqrt{\frac{p\,(1 - p)}{n}}$$
#
#
# Some images are read by all ten networks, others by a few. For each image, take the share of the
# networks that read it. These shares scatter because images are easy or hard, and a little because
# ten seeds are few; the function below takes that second part away.


# %%
def of_images_alone(name):
    """Deviation that other images would give the mean over very many seeds."""
    runs = headline[headline["network"] == name]
    answers = np.stack(
        [reference.predicted(run) for _, run in runs.iterrows()]
    )
    right = answers == y_test  # seeds x images
    left_of_the_seeds = right.var(axis=0, ddof=1).mean() / len(right)
    variance = right.mean(axis=0).var(ddof=1) - left_of_the_seeds
    return np.sqrt(variance / len(y_test))


p = accuracy[networks].mean()
chance = pd.DataFrame(
    {
        "of the seed": accuracy[networks].std(),
        "of the images, one network": np.sqrt(p * (1 - p) / len(y_test)),
        "of the images, all seeds": {
            name: of_images_alone(name) for name in networks
        },
    }
)
(100 * chance).round(3)

# %% tags=["pipeline"]
page.add(
    seed_deviation=chance["of the seed"].to_dict(),
    image_deviation=chance["of the images, one network"].to_dict(),
    common_deviation=chance["of the images, all seeds"].to_dict(),
)

# %% [markdown]
# In percentage points: for the CNN {{ (100 * normal.seed_deviation.cnn) | decimals(3) }} come from
# the seed. New images would move the accuracy of one trained network by about
# {{ (100 * normal.image_deviation.cnn) | decimals(3) }}, up or down. A part of that is the luck of
# its seed with these images, and the spread of the dots holds that part already. The other part is
# common to all seeds, {{ (100 * normal.common_deviation.cnn) | decimals(3) }}.
#
# ## The digits of one hand
#
# But the images were not drawn one by one. In [chapter 1](01_dataset.ipynb) you saw that each
# person wrote many of them, and a hand that is hard to read is hard in many of its digits. So ten
# thousand digits by {{ normal.writers }} people say less than one digit each by ten thousand
# people.
#
# Then draw people instead of digits. Put all writers of the test set into a hat, draw one, note all
# their digits, put them back, and go on until you have drawn as many as there are. Some come twice,
# some not at all. Compute the accuracy, and do it all ten thousand times. Sort these accuracies and
# cut off one in forty at each end: between the ends lies the 95 % interval. This is a **bootstrap**
# ({{ cite("efron1979") }}), here over writers.
#
# It takes the writers to be a random sample of the people you care about. Half of these digits are
# by students, half by staff of the Census Bureau, so it speaks of about such a mixture only.

# %%
by_writer = reference.load_scores_by_writer().drop(reference.REFUSED)
by_writer.drop(columns="groups").round(4)

# %% tags=["pipeline"]
seed_variance, image_variance = (
    chance.loc["cnn", ["of the seed", "of the images, all seeds"]] ** 2
)
design_effect = by_writer["design_effect"]["cnn"]
writer_variance = design_effect * image_variance
page.add(
    writers=int(by_writer["groups"].iloc[0]),
    by_writer=by_writer.to_dict("index"),
    image_share=image_variance / (seed_variance + image_variance),
    writer_share=writer_variance / (seed_variance + writer_variance),
)

# %% [markdown]
# One row is the network of [chapter 4](04_training.ipynb), the next three are means of ten seeds,
# the last are differences. (The labels of QMNIST say who wrote what, {{ cite("yadav2019") }};
# `tools/score_by_writer.py` computed the table from them.)
#
# - **The interval** of the network of chapter 4 is
#   {{ normal.by_writer["the book's CNN"].low | percent(2) }} to
#   {{ normal.by_writer["the book's CNN"].high | percent(2) }}. With images drawn one by one it was
#   {{ training.test_low | percent(2) }} to {{ training.test_high | percent(2) }}.
# - **The design effect** is the factor by which the variance grows, because one person's digits
#   resemble each other. For one CNN it is
#   {{ normal.by_writer["the book's CNN"].design_effect | decimals(1) }}, for the mean of ten
#   {{ normal.by_writer.cnn.design_effect | decimals(1) }}: averaging takes away the luck of single
#   seeds with single digits, and what is left is more a matter of the hand.
# - **The series**: the same CNNs read {{ normal.by_writer.cnn.students | percent }} of the
#   students' digits and {{ normal.by_writer.cnn.staff | percent }} of the staff's. One number for
#   both hides that.
#
# These intervals ask what other writers would do to networks that are trained already. The chance
# of the seed is not in them. So the last row may leave out zero and still say nothing about new
# trainings; those come below.
#
# Chances that have nothing to do with each other add up by their squares. The variance of the
# writers is that of the images, {{ (100 * normal.common_deviation.cnn) | decimals(3) }} squared,
# times the design effect of the mean of ten; that of the seed is
# {{ (100 * normal.seed_deviation.cnn) | decimals(3) }} squared. So of the variance you would see
# with a new seed *and* new writers, about {{ normal.writer_share | percent(0) }} is that of the
# writers. (Images drawn one by one would make it {{ normal.image_share | percent(0) }}.) Training
# from many seeds leaves the variance of the writers as it is. Only more people would lower it.
#
# When two networks are scored on the *same* images, a part of it cancels: an unreadable digit is
# unreadable for both. That is why comparisons should be paired.
#
# ## Two trained networks
#
# Take two trained networks and the same ten thousand digits. Both get most of them right, and some
# of them wrong. What tells them apart is the rest: digits that only the first, or only the second,
# gets right. If they are equally good, each such digit is a toss of a coin. **McNemar's test**
# ({{ cite("mcnemar1947") }}; {{ cite("dietterich1998") }}) asks how likely so uneven tosses would
# be.

# %%
runs_of_seed_1 = headline[headline["seed"] == 1].set_index("network")
seed_1 = runs_of_seed_1.apply(reference.predicted, axis=1)
pairs = {
    "matched against CNN": statistics.mcnemar(
        y_test, seed_1["matched"], seed_1["cnn"]
    ),
    "plain against matched": statistics.mcnemar(
        y_test, seed_1["fully connected"], seed_1["matched"]
    ),
}
results = {name: result._asdict() for name, result in pairs.items()}
pd.DataFrame(results).T.round(4)

# %% tags=["pipeline"]
page.add(mcnemar=pairs)
page.claim(
    "That is no toss of a coin", pairs["matched against CNN"].p_value < 0.001
)

# %% [markdown]
# {{ normal.mcnemar["matched against CNN"].only_second }} digits are read by the CNN and not by the
# matched network, {{ normal.mcnemar["matched against CNN"].only_first }} by the matched network and
# not by the CNN. {{ claim("That is no toss of a coin") }}. A **p-value** is the chance of a result
# at least so uneven if there were no difference. (The test takes the tosses to be independent.
# Digits of one hand are not quite, so a p-value just below `0.05` counts for less than it says.)
#
# But what was compared? These two networks, not their kinds. Look what happens if the same test is
# applied to the ten CNNs among themselves, which differ by nothing but the seed.

# %%
runs_of_cnns = headline[headline["network"] == "cnn"].set_index("seed")
cnns = runs_of_cnns.apply(reference.predicted, axis=1)
p_values = {}
for one, other in combinations(cnns.index, 2):
    test = statistics.mcnemar(y_test, cnns[one], cnns[other])
    p_values[f"{one}-{other}"] = test.p_value
corrected = statistics.holm(p_values)
print(f"{len(p_values)} pairs of CNNs")
print(f"p-value below 0.05: {sum(p < 0.05 for p in p_values.values())}")
below = sum(p < 0.05 for p in corrected.values())
print(f"the same after Holm's correction: {below}")

# %% tags=["pipeline"]
page.add(
    pairs=len(p_values),
    small=sum(p < 0.05 for p in p_values.values()),
    small_corrected=sum(p < 0.05 for p in corrected.values()),
)

# %% [markdown]
# Of {{ normal.pairs }} pairs, {{ normal.small }} have a p-value below `0.05`. They are
# "significantly different", and they are the same network from another seed. Two things are at
# work. Whoever makes {{ normal.pairs }} tests will see small p-values by chance: **Holm's
# correction** ({{ cite("holm1979") }}) makes them larger, so that all tests together give a false
# alarm in at most one case of twenty. After it, {{ normal.small_corrected }} remain. And single
# trainings do differ: a seed can be lucky. So McNemar's test is right for the question which of two
# trained networks to use. It cannot decide between two *kinds* of network. That takes several
# seeds.
#
# ## Two kinds of network
#
# Train each kind from the same seeds, take the difference seed by seed, and ask whether its mean is
# zero (a paired t test). The **effect size** is the mean of the differences, divided by the
# standard deviation of the differences.

# %%
comparisons = {
    "CNN - matched": statistics.compare_over_seeds(
        accuracy["matched"], accuracy["cnn"]
    ),
    "CNN - plain": statistics.compare_over_seeds(
        accuracy["fully connected"], accuracy["cnn"]
    ),
    "matched - plain": statistics.compare_over_seeds(
        accuracy["fully connected"], accuracy["matched"]
    ),
}
corrected = statistics.holm(
    {name: comparison.p_value for name, comparison in comparisons.items()}
)
for name, comparison in comparisons.items():
    print(
        f"{name:16} {statistics.difference_in_words(comparison)}, "
        f"effect size {comparison.effect_size:.1f}, "
        f"p = {corrected[name]:.2g}"
    )

# %% tags=["pipeline"]
page.add(comparisons=comparisons, corrected=corrected)
page.claim(
    "The advantage of the CNN is beyond doubt",
    corrected["CNN - matched"] < 0.001,
)

# %% [markdown]
# {{ claim("The advantage of the CNN is beyond doubt") }}:
# {{ normal.comparisons["CNN - matched"] | difference_in_words }} over the matched network. Between
# the matched network and the plain one the difference is
# {{ normal.comparisons["matched - plain"] | difference_in_words }}.
#
# ## The seed, or the moment of stopping?
#
# What does a seed do that lasts? If a seed matters, its run should keep its place from one epoch to
# the next. So take thirty more runs of the same recipe, scored after each epoch, and ask of their
# last four epochs: how much of the variance stays with the run, and how much comes and goes from
# epoch to epoch? This share is called the **intraclass correlation**.

# %%
siblings = reference.load_timings("siblings")
by_epoch = timings.by_epoch(siblings, "bare script")
last_four = by_epoch.iloc[:, -4:].to_numpy()  # seeds x epochs
seeds, epochs = last_four.shape
within = last_four.var(axis=1, ddof=1).mean()
between = epochs * last_four.mean(axis=1).var(ddof=1)
ratio = between / within  # 1, if nothing stays
# What the ratio may be, by the F distribution; then the share it stands for.
quantiles = stats.f.ppf([0.975, 0.025], seeds - 1, seeds * (epochs - 1))
shares = [(f - 1) / (f + epochs - 1) for f in (ratio, *(ratio / quantiles))]
print("share that stays: {:.2f} ({:.2f} to {:.2f})".format(*shares))
print(f"from epoch to epoch: {100 * np.sqrt(within):.3f} points")

# %% tags=["pipeline"]
share, share_low, share_high = shares
page.add(
    stays=share,
    stays_low=share_low,
    stays_high=share_high,
    within_deviation=np.sqrt(within),
    sibling_seeds=seeds,
)
page.claim("Less than half of the variance stays", share_high < 0.5)

# %% [markdown]
# {{ claim("Less than half of the variance stays") }} with a run: {{ normal.stays | percent(0) }}
# ({{ normal.stays_low | percent(0) }} to {{ normal.stays_high | percent(0) }},
# {{ normal.sibling_seeds }} seeds). The rest is the moment of stopping: around its own mean of
# these four epochs, a run's accuracy has a standard deviation of
# {{ (100 * normal.within_deviation) | decimals(3) }} points. (These are other runs than the ten
# above, so the two need not add up.) The rate of the last step is that of the first, so the weights
# still jump about near the floor of the valley ([chapter 3](03_learning.ipynb)). Where the last
# step lands is luck.
#
# Two remedies. Let the rate fall to zero, here along half a wave of a cosine
# ({{ cite("loshchilov2017") }}): the network comes to rest. Or use the mean of the weights over the
# last thousand steps or so ({{ cite("izmailov2018") }}), which lies in the middle of the jumping.
# Both were declared before they ran, with ten seeds each. So was a third recipe. Once a seed is
# set, Keras shows the images in one order in all epochs, and so did all runs so far. The third
# recipe draws a new order for each epoch. The two remedies draw a new order as well, so compare
# them with the third.

# %% mystnb={"figure": {"caption": "Test accuracy after each of the last epochs, for ten seeds each: bands from the lowest to the highest run, with the mean. One rate stays as it is, the other falls to zero.", "name": "fig-normal-epochs"}}
spread = reference.load_sweep("spread")
RECIPES = {
    "as in this book": headline[headline["network"] == "cnn"],
    "a new order each epoch": spread[
        (spread["schedule"] == "constant") & ~spread["average_weights"]
    ],
    "that, and a falling rate": spread[spread["schedule"] == "decaying"],
    "that, and averaged weights": spread[spread["average_weights"]],
}
curves = {
    "rate that stays": "a new order each epoch",
    "falling rate": "that, and a falling rate",
}
plots.bands(
    {
        label: np.array(RECIPES[name]["right_by_epoch"].tolist())[:, 3:]
        / len(y_test)
        for label, name in curves.items()
    },
    x=range(4, 11),
    subject="Test accuracy by epoch, ten seeds each",
    xlabel="epoch",
    ylabel="test accuracy",
)

# %% [markdown]
# A standard deviation from ten runs is uncertain, too. In this table `from` and `to` are the ends
# of its 95 % interval, by the chi-squared distribution. The mean is a share; the other columns are
# in percentage points.

# %%
by_recipe = {
    name: runs.set_index("seed")["accuracy"] for name, runs in RECIPES.items()
}
rows = {}
for name, values in by_recipe.items():
    deviation, free = values.std(), len(values) - 1
    high, low = np.sqrt(free / stats.chi2.ppf([0.025, 0.975], free))
    rows[name] = {
        "mean": values.mean(),
        "deviation": 100 * deviation,
        "from": 100 * deviation * low,
        "to": 100 * deviation * high,
    }
recipes = pd.DataFrame(rows).T
recipes.round({"mean": 4, "deviation": 3, "from": 3, "to": 3})

# %% tags=["pipeline"]
page.add(recipes=recipes.to_dict("index"))
gains = {
    name: statistics.compare_over_seeds(
        by_recipe["a new order each epoch"], by_recipe[name]
    )
    for name in ("that, and a falling rate", "that, and averaged weights")
}
new_order = statistics.compare_over_seeds(
    by_recipe["as in this book"], by_recipe["a new order each epoch"]
)
times_smaller = {}
for name in gains:
    variances = [
        by_recipe[one].var() for one in ("a new order each epoch", name)
    ]
    ratio = variances[0] / variances[1]
    low, high = np.sqrt(ratio / stats.f.ppf([0.975, 0.025], 9, 9))
    times_smaller[name] = {"value": np.sqrt(ratio), "low": low, "high": high}
page.add(gains=gains, new_order=new_order, times_smaller=times_smaller)
page.claim(
    "Both make the network better",
    all(gain.low > 0 for gain in gains.values()),
)
page.claim(
    "Both make the spread smaller",
    all(times["low"] > 1 for times in times_smaller.values()),
)

# %% [markdown]
# By itself, a new order makes a difference of {{ normal.new_order | difference_in_words }}.
# {{ claim("Both make the network better") }}: the falling rate by
# {{ normal.gains["that, and a falling rate"] | difference_in_words }}, the averaged weights by
# {{ normal.gains["that, and averaged weights"] | difference_in_words }}.
# {{ claim("Both make the spread smaller") }}: the falling rate divides the deviation by
# {{ normal.times_smaller["that, and a falling rate"].value | decimals(1) }}
# ({{ normal.times_smaller["that, and a falling rate"].low | decimals(1) }} to
# {{ normal.times_smaller["that, and a falling rate"].high | decimals(1) }}, by the F distribution).
# A part of this may come with the accuracy itself: near 1, a share has little room to vary.
#
# The book keeps the rate that stays, since it is what you get if you say nothing, and since all its
# chapters compare with it. For a network of your own, let the rate fall.
#
# The same recipe has several means in this book: here, and in
# [the chapter on speed](19_fast.ipynb), which trained on other threads. Ten of its thirty seeds are
# those of this chapter, so let each seed count once:

# %%
ours = by_recipe["as in this book"]
theirs = by_epoch.iloc[:, -1]
same_recipe = {
    "this chapter": ours,
    "chapter 19": theirs,
    "together": pd.concat([ours, theirs.drop(ours.index)]),
}
for name, values in same_recipe.items():
    mean = statistics.mean_over_seeds(values)
    print(f"{name:13} {statistics.in_words(mean, digits=2)}")

# %% tags=["pipeline"]
page.add(
    same_recipe={
        name: statistics.mean_over_seeds(values)
        for name, values in same_recipe.items()
    }
)

# %% [markdown]
# Quote the last: {{ normal.same_recipe.together | in_words(digits=2) }}.
#
# ## How many seeds does it take?
#
# Suppose a change of the CNN helps by a tenth of a percentage point. How many pairs of runs must
# you make, so that a test at the usual level finds it in four cases of five? It depends on the
# spread of the differences. If two runs from one seed are no more alike than any two, and the
# change leaves the spread as it is, that is $\sqrt 2$ times the spread of the seeds. And that
# spread is known from ten runs only: so take both ends of its interval, too.


# %%
def seeds_to_see(points, deviation):
    """Pairs of runs that find a difference in four cases of five."""
    effect_size = points / (np.sqrt(2) * deviation)
    seeds = TTestPower().solve_power(effect_size, alpha=0.05, power=0.8)
    return int(np.ceil(seeds))


needed = recipes[["deviation", "from", "to"]].map(
    lambda deviation: seeds_to_see(0.1, deviation)
)
needed.columns = ["seeds", "from", "to"]
needed

# %% tags=["pipeline"]
page.add(seeds_needed=needed.to_dict("index"))

# %% [markdown]
# For a tenth of a point the book's recipe needs {{ normal.seeds_needed["as in this book"].seeds }}
# seeds (somewhere from {{ normal.seeds_needed["as in this book"].from }} to
# {{ normal.seeds_needed["as in this book"].to }}); with a falling rate
# {{ normal.seeds_needed["that, and a falling rate"].seeds }} (from
# {{ normal.seeds_needed["that, and a falling rate"].from }} to
# {{ normal.seeds_needed["that, and a falling rate"].to }}). Most tables in tutorials compare single
# runs. Now you know what such a table can show.
#
# **Elsewhere.** {{ cite("jordan2024a") }} repeated trainings on pictures of objects very often:
# after a long training, most of the spread between seeds was luck with the test images, and on
# other images little of it was left; after a short training, nearly all of it was there on other
# images, too. {{ cite("bouthillier2021") }} vary the split and the settings, too, and
# {{ cite("miller2024") }} asks for error bars over groups where questions to a language model come
# in groups.
#
# ## Summary
#
# - The CNN: {{ normal.same_recipe.together | in_words(digits=2) }}. By the ten runs of this
#   chapter, one further run is expected between {{ normal.prediction_low | percent(2) }} and
#   {{ normal.prediction_high | percent(2) }}.
# - Both the seed and the choice of test images move an accuracy. Repeating from other seeds shows
#   the first only.
# - The test digits come from {{ normal.writers }} hands. That makes the interval wider than the
#   formula for single digits says.
# - {{ claim("Less than half of the variance stays") }} with a run; the rest is the moment of
#   stopping. A rate that falls to zero, or averaged weights:
#   {{ claim("Both make the network better") }}.
# - McNemar's test compares two trained networks; kinds of network are compared over seeds.
# - Correct for the number of tests, and state the difference with its interval, not the p-value
#   alone.
#
# ## Questions to think about
#
# **You train the CNN once, and your accuracy lies below all ten of the book's. What now?**
#
# <details><summary>Something is wrong: none of ten runs came out so low</summary>
#
# If nothing differs but the seed, your run is one of eleven, and one of eleven must be last.
#
# </details>
#
# <details><summary>Nothing: the ten do not say how low a run may fall</summary>
#
# They do, roughly. Their spread tells how far an eleventh will stray, and a run can lie too far off
# for that.
#
# </details>
#
# <details><summary>See whether it lies in the prediction interval of the ten</summary>
#
# Right. Being last of eleven happens to one run in eleven. What counts is how far below it lies.
#
# </details>
#
# **You train the CNN from a hundred seeds instead of ten. What do you know more exactly then?**
#
# <details><summary>Its mean accuracy on these ten thousand images</summary>
#
# Right. Seeds average out the chance of the seed. The test images are the same each time, and so is
# their luck.
#
# </details>
#
# <details><summary>Its mean accuracy on handwritten digits of this kind</summary>
#
# Partly. The chance of having drawn these test images, and not others, is the same for all hundred
# runs. More seeds leave it as it is.
#
# </details>
#
# <details><summary>The accuracy that your next run will have</summary>
#
# You know the spread more exactly, but one run strays as far as ever.
#
# </details>
#
# **McNemar's test on your CNN and a friend's network gives a p-value of `0.0001`. What does it tell
# a third person, who will train both kinds anew?**
#
# <details><summary>That the CNN will be ahead for them, too, almost certainly</summary>
#
# They will get two other networks. How much those differ from yours, this test has not seen.
#
# </details>
#
# <details><summary>That these two trained networks differ, and nothing about the next two</summary>
#
# Right. It is the test for whoever must pick one of the two. For kinds of network, train each from
# several seeds.
#
# </details>
#
# <details><summary>That one kind is right about many more digits</summary>
#
# A p-value does not say how large a difference is, only how hard it is to explain by chance.
#
# </details>
#
# **You try twelve changes to the CNN, each against the CNN as it is. One has a p-value of `0.03`,
# all others are above `0.2`. What do you report?**
#
# <details><summary>The one change helps: `0.03` is below `0.05`</summary>
#
# That would be fair if it had been the only test. Twelve tests have twelve chances of a small
# p-value.
#
# </details>
#
# <details><summary>All twelve, with p-values corrected for their number</summary>
#
# Right. After the correction no difference is shown, and who reads it knows what was tried.
#
# </details>
#
# <details><summary>That none of the twelve does anything</summary>
#
# A difference that was not shown may still be there, too small for so few seeds.
#
# </details>
#
# ## Exercises
#
# {{ how_to_answer("normal.1") }}

# %%
from digitlib import check, hint

# %% [markdown]
# **Exercise 1** (a few minutes). A trained network is right about a share of `0.99` of all digits
# there are. How many test images must you draw, each by another person, so that the choice of the
# images gives its accuracy a standard deviation of `0.0005`, a twentieth of a point?

# %%
images_needed = ...
### BEGIN SOLUTION
images_needed = 0.99 * (1 - 0.99) / 0.0005**2
print(f"{images_needed:,.0f} images")
### END SOLUTION
check("normal.1", images_needed)


# %% [markdown]
# **Exercise 2** (ten minutes). How many of the test digits does at least one of the ten CNNs get
# wrong, and how many do all ten get wrong? Write `ever_and_always_wrong` for `answers`, an array
# with a row for each network and a column for each image, and the `labels` of the images. It
# returns both counts. The answers of the ten are in `cnns`; `np.stack(list(cnns))` makes an array
# of them.


# %%
def ever_and_always_wrong(answers, labels):
    """How many images at least one network gets wrong, and how many all."""
    ...
    ### BEGIN SOLUTION
    wrong = answers != labels
    return wrong.any(axis=0).sum(), wrong.all(axis=0).sum()
    ### END SOLUTION


### BEGIN SOLUTION
ever, always = ever_and_always_wrong(np.stack(list(cnns)), y_test)
print(f"wrong in one or more: {ever}; in all: {always}")
### END SOLUTION
check("normal.2", ever_and_always_wrong)


# %% [markdown]
# **Exercise 3** (a quarter of an hour). Do McNemar's test by hand. Write `mcnemar_p_value` for two
# arrays of truth values, which say for each digit whether the first and whether the second network
# gets it right. Each digit that tells the two apart is a toss of a coin: count exactly, in both
# directions. `scipy.stats.binom` helps.


# %%
def mcnemar_p_value(first_right, second_right):
    """Chance of tosses at least so uneven if both are equally good."""
    ...
    ### BEGIN SOLUTION
    only_first = (first_right & ~second_right).sum()
    only_second = (second_right & ~first_right).sum()
    few = min(only_first, only_second)
    return min(1, 2 * stats.binom.cdf(few, only_first + only_second, 0.5))
    ### END SOLUTION


### BEGIN SOLUTION
by_hand = mcnemar_p_value(cnns[1] == y_test, cnns[2] == y_test)
by_statsmodels = statistics.mcnemar(y_test, cnns[1], cnns[2]).p_value
print(f"seeds 1 and 2: {by_hand:.4f}, by statsmodels {by_statsmodels:.4f}")
### END SOLUTION
check("normal.3", mcnemar_p_value)


# %% [markdown]
# **Exercise 4** (half an hour). Write `paired_interval` for the accuracies of two kinds of network,
# each a `Series` with the seeds as its index, not always in the same order. It returns both ends of
# the 95 % interval of the mean difference, second minus first. Use pandas, NumPy and a quantile of
# `scipy.stats`. How much narrower than an interval without pairs is it?


# %%
def paired_interval(first, second):
    """Low and high end for the mean of second minus first, seed by seed."""
    ...
    ### BEGIN SOLUTION
    differences = second - first  # pandas matches the seeds
    standard_error = differences.std() / np.sqrt(len(differences))
    reach = stats.t.ppf(0.975, df=len(differences) - 1) * standard_error
    return differences.mean() - reach, differences.mean() + reach
    ### END SOLUTION


### BEGIN SOLUTION
paired = paired_interval(accuracy["matched"], accuracy["cnn"])
test = stats.ttest_ind(accuracy["cnn"], accuracy["matched"], equal_var=False)
intervals = {"paired": paired, "unpaired": test.confidence_interval(0.95)}
for kind, (low_end, high_end) in intervals.items():
    print(f"{kind:8} {low_end:.5f} to {high_end:.5f}")
### END SOLUTION
check("normal.4", paired_interval)


# %% [markdown]
# **Exercise 5** (an hour). Check the table of seeds by simulation. Write `power` for a true mean
# `difference` of two kinds of network, the `spread` of the differences seed by seed (their standard
# deviation), and the number of `seeds`. It returns the share of experiments in which a paired t
# test at the usual level of `0.05` finds a difference, in whichever direction. If you simulate,
# draw at least `10_000` experiments.


# %%
def power(difference, spread, seeds):
    """Share of experiments with a p-value of at most 0.05 by paired t test."""
    ...
    ### BEGIN SOLUTION
    random = np.random.default_rng(0)
    drawn = random.normal(difference, spread, size=(20_000, seeds))
    t = drawn.mean(axis=1) / (drawn.std(axis=1, ddof=1) / np.sqrt(seeds))
    return np.mean(np.abs(t) > stats.t.ppf(0.975, df=seeds - 1))
    ### END SOLUTION


### BEGIN SOLUTION
for name, row in needed.iterrows():
    spread_of_differences = np.sqrt(2) * recipes.loc[name, "deviation"] / 100
    found = power(0.001, spread_of_differences, row["seeds"])
    print(f"{name:27} {row['seeds']:3} seeds: found in {found:.2f}")
### END SOLUTION
check("normal.5", power)

# %% tags=["pipeline"]
page.save()
