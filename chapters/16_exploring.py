# %% [markdown]
# # What helps?
#
# *{{ minutes_to_read.exploring }} minutes to read, about {{ minutes_with_exercises.exploring }}
# with the exercises; our run took {{ runs.exploring.seconds | minutes }} on
# {{ training.processor }}.*
#
# Dropout, batch normalization, more layers, wider layers, another learning rate: each is said to
# help. [Going further](06_going_further.ipynb) tried such changes in short trainings on few images.
# Here each is trained from {{ exploring.seeds | words }} seeds and compared with the recipe of the
# book, and each gets a verdict. Then a whole recipe is chosen and tested once, and you see what of
# it holds.
#
# **After this chapter you can**
#
# - compare many changes with one control, and say how sure you are of all of them together;
# - say what a verdict of "no difference" is worth;
# - find a recipe on held-out images, and test it without fooling yourself.

# %% tags=["pipeline"]
from page_results import Page

page = Page("16_exploring")

# %%
import numpy as np
import pandas as pd
from scipy import stats

from digitlib import plots, reference, statistics

# %% [markdown]
# ## One change at a time
#
# The rules were written down before the first run of this edition. (The first edition had tried the
# same changes on other held-out images.)
#
# - One thing is changed, all else stays as in [chapter 4](04_training.ipynb).
# - Training: {{ exploring.epochs | words }} epochs on {{ exploring.training_images | thousands }}
#   images. Score: the accuracy on the {{ exploring.images | thousands }} validation images of
#   [chapter 1](01_dataset.ipynb), by other writers. The test set is not touched.
# - {{ exploring.seeds | words | capitalize }} seeds each. All changes have one control, the book's
#   recipe, so the test is Dunnett's.
#
# Whoever tries {{ exploring.changes | words }} things may well find a small p-value even if nothing
# helps. **Dunnett's test** ({{ cite("dunnett1955") }}) compares all of them with the control at
# once: if none makes a difference, it names any in one case of twenty at most. It supposes that the
# runs of all groups scatter equally, as a bell curve does, so each group helps to measure that
# spread; and that no group knows of another. Here the groups share their seeds, and what is a good
# seed for one is good for most. That makes the test too careful, not too bold.
#
# [The experiment page](07_experiment.ipynb) repeats any of the runs; `sweeps/exploring.yml` lists
# them.

# %%
usual = {
    "network": "cnn",
    "batch_size": 32,
    "learning_rate": 0.001,
    "weight_decay": 0.0,
    "augmentation": "none",
}


def name_change(run):
    """What a run does differently from the book."""
    changes = []
    for name, value in usual.items():
        if run[name] == value:
            continue
        if isinstance(value, str):
            changes.append(run[name])
        else:
            changes.append(f"{name.replace('_', ' ')} {run[name]:g}")
    return " + ".join(changes) or "the book's"


exploring = reference.load_sweep("exploring")
exploring["recipe"] = exploring.apply(name_change, axis=1)
accuracy = exploring.pivot(index="seed", columns="recipe", values="accuracy")
base = accuracy.pop("the book's")


def compare(control, others):
    """Compare each column of a table with the control, by Dunnett's test."""
    test = stats.dunnett(
        *others.to_numpy().T,
        control=control.to_numpy(),
        rng=np.random.default_rng(0),  # its p-values are computed by chance
    )
    interval = test.confidence_interval()
    compared = pd.DataFrame(
        {
            "difference": others.mean() - control.mean(),
            "low": interval.low,
            "high": interval.high,
            "p": test.pvalue,
        }
    )
    clear = [compared["low"] > 0, compared["high"] < 0]
    compared["verdict"] = np.select(
        clear, ["helps", "hurts"], "no difference shown"
    )
    return compared.sort_values("difference", ascending=False)


compared = compare(base, accuracy)

# %% nbval={"atol": 0.005}
cost = exploring.groupby("recipe")["cpu_seconds"].median()
shown = compared.assign(**{"CPU time": cost / cost["the book's"]})
shown[["difference", "low", "high"]] *= 100  # percentage points
shown.round({"difference": 2, "low": 2, "high": 2, "p": 3, "CPU time": 2})

# %% mystnb={"figure": {"caption": "What each change does to the accuracy on held-out digits after three epochs: mean difference to the book's recipe, with the intervals of Dunnett's test, which hold for all changes together. Where an interval crosses the line, no difference is shown.", "name": "fig-exploring-changes"}} nbval={"atol": 0.005}
plots.intervals(
    {"change": shown.rename(columns={"difference": "value"})},
    subject="Difference to the book's recipe",
    xlabel="percentage points of accuracy",
    reference=0,
)

# %% tags=["pipeline"]
by_verdict = {
    verdict: list(compared.index[compared["verdict"] == verdict])
    for verdict in ("helps", "hurts", "no difference shown")
}
page.add(
    seeds=len(base),
    epochs=exploring["epochs"].iloc[0],
    training_images=exploring["training_images"].iloc[0],
    images=exploring["images"].iloc[0],
    changes=len(compared),
    base=statistics.mean_over_seeds(base),
    helps=by_verdict["helps"],
    hurts=by_verdict["hurts"],
    undecided=by_verdict["no difference shown"],
)

# %% [markdown]
# The book's recipe is right about {{ exploring.base | in_words(digits=2) }} of the held-out digits
# after {{ exploring.epochs | words }} epochs. Of {{ exploring.changes | words }} changes:
#
# - shown to help: {{ exploring.helps | join("; ") if exploring.helps else "none" }};
# - shown to hurt: {{ exploring.hurts | join("; ") if exploring.hurts else "none" }};
# - no difference shown: {{ exploring.undecided | join("; ") if exploring.undecided else "none" }}.
#
# "CPU time" is that of the training, as a multiple of the book's.
#
# ## What a verdict is worth
#
# "No difference shown" does not say that there is none. {{ exploring.seeds | words | capitalize }}
# seeds see only so much. Suppose that a change is truly worth as much as an interval reaches to one
# side. Then chance adds something or takes something away, and a toss of a coin decides whether the
# change gets its verdict. To be found in four cases of five, it must be worth a little more. The
# **standard error** of a difference is how far it strays by chance, from one set of seeds to
# another, and `stats.norm.ppf(0.8)` is the place on a bell curve with four fifths of it below. So
# go that many standard errors further.

# %% nbval={"atol": 0.005}
spread = np.sqrt(accuracy.assign(base=base).var().mean())  # that of one run
standard_error = spread * np.sqrt(2 / len(base))  # of a difference of means
half = (compared["high"] - compared["low"]).iloc[0] / 2
visible = half + stats.norm.ppf(0.8) * standard_error
print(f"spread of one run:  {100 * spread:.2f} points")
print(f"half an interval:   {100 * half:.2f} points")
print(f"found in four cases of five: {100 * visible:.2f} points or more")

# %% tags=["pipeline"]
page.add(visible=visible, atol=0.0001)
page.claim(
    "All that was measured above is smaller",
    compared["difference"].abs().max() < visible,
)

# %% [markdown]
# {{ claim("All that was measured above is smaller") }}, even where it got a verdict, which then had
# some luck. So a change that is worth half of that would mostly go unseen here. More seeds make the
# interval narrower, with the root of their number.
#
# ## Two tests, two lists
#
# Here is another good test. Compare seed by seed: what a seed does to both sides drops out of the
# difference. Then correct the p-values for their number, by Holm's rule ({{ cite("holm1979") }}).

# %%
paired = {
    change: statistics.compare_over_seeds(base, accuracy[change])
    for change in accuracy
}
corrected = statistics.holm(
    {change: comparison.p_value for change, comparison in paired.items()}
)
in_pairs = [change for change, p in corrected.items() if p <= 0.05]
at_once = list(compared.index[compared["p"] <= 0.05])
alone = [change for change in paired if paired[change].p_value <= 0.05]
for change in sorted({*in_pairs, *at_once}):
    scatter = (accuracy[change] - base).std()
    print(f"{change}: the pairs scatter by {100 * scatter:.2f} points")
print("Dunnett's test names:      ", at_once)
print("pairs, corrected, name:    ", in_pairs)
print("pairs, not corrected, name:", alone)

# %% tags=["pipeline"]
page.add(
    shown=len(at_once),
    in_pairs=in_pairs,
    uncorrected=len(alone),
    same_lists=set(in_pairs) == set(at_once),
    disjoint_lists=not set(in_pairs) & set(at_once),
)

# %% [markdown]
# {% if exploring.same_lists %}
# The two agree here.
# {% elif exploring.disjoint_lists %}
# The same runs, and two lists that have nothing in common.
# {% else %}
# The same runs, and not the same list.
# {% endif %}
# Each test has a weakness. A pair removes the luck of the seed, but takes the spread of its
# difference from {{ exploring.seeds | words }} numbers, and that is little to measure a spread by:
# where it comes out too small, the p-value does, too. Dunnett's test measures one spread from all
# groups, but leaves the luck of the seed in.
#
# You cannot have both lists and pick. Name one test before the first run. (The first edition of
# this book, on other held-out images, had named the pairs; Dunnett's test took their place when
# this edition was planned, before these runs.) Without any correction,
# {{ exploring.uncorrected | words }} changes pass; with so many tried, one of them may well be
# chance.
#
# There is a second limit. {{ exploring.epochs | words | capitalize }} epochs favour what learns
# fast. Dropout and augmentation make training harder, and pay later, if they do. So what comes next
# is trained in full.
#
# ## A recipe in full
#
# Four recipes, with {{ exploring.recipe_epochs | words }} epochs each: the book's, augmentation,
# and augmentation with dropout or with one convolution more. The images and the score are as
# before, so the choice is still made without the test set. The rule: take the recipe that is right
# about most digits, on average over the seeds.

# %%
recipes = reference.load_sweep("recipes")
recipes["recipe"] = recipes.apply(name_change, axis=1)
held_out = recipes.pivot(index="seed", columns="recipe", values="accuracy")
minutes = recipes.groupby("recipe")["cpu_seconds"].median() / 60
means = pd.DataFrame({"mean": held_out.mean(), "CPU minutes": minutes})
means.sort_values("mean", ascending=False).round({"mean": 4, "CPU minutes": 1})

# %% nbval={"atol": 0.005}
best = held_out.mean().idxmax()
gains = compare(held_out.pop("the book's"), held_out)
points = gains.copy()
points[["difference", "low", "high"]] *= 100
points.round({"difference": 2, "low": 2, "high": 2, "p": 3})

# %% tags=["pipeline"]
augmented = "turned, scaled and moved"


def in_points(row):
    """A difference with its interval, in percentage points."""
    points = 100 * row[["difference", "low", "high"]]
    return "{:+.2f} points ({:+.2f} to {:+.2f})".format(*points)


page.add(
    recipe_epochs=recipes["epochs"].iloc[0],
    best=best,
    best_mean=recipes.groupby("recipe")["accuracy"].mean()[best],
    gains={name: in_points(row) for name, row in gains.iterrows()},
    gain_verdicts=gains["verdict"].to_dict(),
)

# %% [markdown]
# By this rule "{{ exploring.best }}" is chosen, with {{ exploring.best_mean | percent(2) }} right.
# The verdict on it is "{{ exploring.gain_verdicts[exploring.best] }}":
# {{ exploring.gains[exploring.best] }}. That on augmentation alone is
# "{{ exploring.gain_verdicts["turned, scaled and moved"] }}":
# {{ exploring.gains["turned, scaled and moved"] }}. (The intervals are those of Dunnett's test,
# with {{ exploring.seeds | words }} seeds each.)
#
# The score of a winner flatters it a little: it was chosen for merit, and for luck too
# ({{ cite("cawley2010") }}). That is why it needs a test.
#
# ## Tested once
#
# Now the test set. The winner was trained on all training images, as the book's network was, and
# scored once for each seed. You should know: that was done for the first edition, which had chosen
# the same recipe on other held-out images, and nothing was tested anew. So this score was known
# when the choice was made again. The rule of the choice left no room for it. The CNN with
# augmentation alone was scored for [another chapter](15_robustness.ipynb), and nothing was chosen
# by that.
#
# Does what the held-out images said hold on images by yet other people? The three recipes are
# compared over the seeds that all of them have.

# %%
headline = reference.load_sweep("headline")
book = headline[headline["network"] == "cnn"].set_index("seed")
tested = reference.load_sweep("tested").set_index("seed")
stored = reference.load_sweep("augmentation")
stored = stored[stored["augmentation"] == "turned, scaled and moved"]
on_test = pd.DataFrame(
    {
        "the winner": tested["accuracy"],
        "augmentation alone": stored.set_index("seed")["accuracy"],
    }
)
usual_on_test = book.loc[on_test.index, "accuracy"]
test_gains = compare(usual_on_test, on_test)

# %% nbval={"atol": 0.005}
points = test_gains.copy()
points[["difference", "low", "high"]] *= 100
points.round({"difference": 2, "low": 2, "high": 2, "p": 3})

# %% mystnb={"figure": {"caption": "Test accuracy of the book's recipe, of augmentation alone and of the winner. Each dot is a seed, each stroke a mean.", "name": "fig-exploring-tested"}}
plots.runs(
    {
        "the book's recipe": usual_on_test,
        "augmentation alone": on_test["augmentation alone"],
        "the winner": on_test["the winner"],
    },
    subject="Three recipes on the test set",
    xlabel="test accuracy",
)

# %% tags=["pipeline"]
assert set(tested.apply(name_change, axis=1)) == {best}
both = {"the winner": best, "augmentation alone": augmented}
page.add(
    final=statistics.mean_over_seeds(tested["accuracy"]),
    test_gains={name: in_points(row) for name, row in test_gains.iterrows()},
    test_verdicts=test_gains["verdict"].to_dict(),
    held={
        name: gains["verdict"][recipe] == test_gains["verdict"][name]
        for name, recipe in both.items()
    },
    errors=(tested["images"] - tested["right"]).mean(),
    errors_before=10_000 * (1 - usual_on_test.mean()),
)

# %% [markdown]
# - **The winner**: {{ exploring.test_gains["the winner"] }},
#   "{{ exploring.test_verdicts["the winner"] }}". On average {{ exploring.errors | decimals(0) }}
#   errors are left, of {{ exploring.errors_before | decimals(0) }}.
# - **Augmentation alone**: {{ exploring.test_gains["augmentation alone"] }},
#   "{{ exploring.test_verdicts["augmentation alone"] }}".
#
# {% if exploring.held["augmentation alone"] %}
# For both, the verdict is that of the held-out images.
# {% else %}
# For augmentation alone the verdict is another than on the held-out images. That does not make it
# useless: one verdict and no verdict are not yet a difference between the two gains. But a verdict
# rests on these seeds and these images, and here also on the number of images trained on. On others
# it may not come again, even if nobody did anything wrong.
# {% endif %}
#
# ## Summary
#
# - After {{ exploring.epochs | words }} epochs, {{ exploring.seeds | words }} seeds show a
#   difference for {{ exploring.shown | words }} of {{ exploring.changes | words }} single changes.
# - Write down the test before the first run: another test names other changes.
# - "No difference shown" is a statement about the comparison: in four cases of five, this one finds
#   what is worth {{ (100 * exploring.visible) | decimals(2) }} points or more.
# - The winner, "{{ exploring.best }}", was chosen on held-out images and tested once:
#   {{ exploring.final | in_words(digits=2) }}.
#
# ## Questions to think about
#
# **For a change the verdict is "no difference shown". What do you tell a colleague who wants to use
# it?**
#
# <details><summary>It makes no difference</summary>
#
# Nobody has shown that. A test that finds nothing has either met nothing or looked too briefly.
#
# </details>
#
# <details><summary>This comparison would most probably have shown a difference of some size; a
# smaller one may be there</summary>
#
# Right. That size belongs to the verdict: say it along. The interval of the difference says the
# same in other words.
#
# </details>
#
# <details><summary>With more seeds it would have helped</summary>
#
# More seeds make the comparison sharper. They do not make the change better: it may turn out to
# hurt, or to do nothing that matters.
#
# </details>
#
# **You test a row of changes, each by itself. One of them passes. What do you write?**
#
# <details><summary>That it helps, with its p-value: each test keeps to its level</summary>
#
# Each does, but you made a row of them. The longer the row, the surer it is that one passes, even
# if nothing helps.
#
# </details>
#
# <details><summary>How many you tried, and what a test of all of them at once says of it</summary>
#
# Right. A reader can judge a find only who knows how long you searched.
#
# </details>
#
# <details><summary>Nothing: a single success in a row is chance</summary>
#
# It may be. It may also be the one change that helps. The evidence is weaker than it looks, and
# that can be said in numbers.
#
# </details>
#
# **Two good tests disagree about the same runs. Which one do you report?**
#
# <details><summary>The one that finds more</summary>
#
# Then you choose by the result, and have two chances of a false alarm instead of one.
#
# </details>
#
# <details><summary>The one you named before you looked</summary>
#
# Right. You may show the other, too, and say which was planned.
#
# </details>
#
# <details><summary>The stricter one</summary>
#
# Which one is stricter depends on the runs: you would know only after you looked.
#
# </details>
#
# **Somebody tries twenty recipes on the held-out images and reports the score of the winner. What
# is wrong with that?**
#
# <details><summary>Nothing: no network was trained on these images</summary>
#
# No network was, but the choice was made on them. That is a training, too, with recipes in the
# place of weights.
#
# </details>
#
# <details><summary>The choice: it should have been made on the test set, which is larger or
# fresher</summary>
#
# Then the test set would be used up, and nothing would be left to say what the winner is worth.
#
# </details>
#
# <details><summary>The number: it was chosen for being high, so part of it is luck</summary>
#
# Right. The choice may well be good. What the chosen recipe is worth, fresh images say. In exercise
# 5 you compute the flattery.
#
# </details>
#
# ## Exercises
#
# {{ how_to_answer("exploring.1") }}

# %%
from digitlib import check, hint

# %% [markdown]
# **Exercise 1** (a few minutes). You try a number of useless changes, each tested at a level such
# as `0.05`, independently of each other. Write `false_alarm`: how probable is it that at least one
# seems to make a difference? Bonferroni's rule divides the level by the number of tests. What does
# that make of it?


# %%
def false_alarm(tests, level):
    """The probability of at least one false alarm."""
    ...
    ### BEGIN SOLUTION
    return 1 - (1 - level) ** tests
    ### END SOLUTION


check("exploring.1", false_alarm)
### BEGIN SOLUTION
for tests in (1, 5, len(compared), 20):
    corrected_alarm = false_alarm(tests, 0.05 / tests)
    print(
        f"{tests:2} tests: {false_alarm(tests, 0.05):.1%}, "
        f"with the level divided by {tests}: {corrected_alarm:.2%}"
    )
### END SOLUTION

# %% [markdown]
# **Exercise 2** (a quarter of an hour). Write the paired t test yourself, two-sided, for two arrays
# with a result for each seed: from the mean of the differences, their deviation and `stats.t`.
# Compare it with the unpaired `stats.ttest_ind` for each change in this chapter. Where do they
# differ, and why?


# %%
def paired_p(before, after):
    """The p-value of the paired t test."""
    ...
    ### BEGIN SOLUTION
    differences = after - before
    standard_error = differences.std(ddof=1) / np.sqrt(len(differences))
    t = abs(differences.mean()) / standard_error
    return 2 * stats.t.sf(t, len(differences) - 1)
    ### END SOLUTION


check("exploring.2", paired_p)
### BEGIN SOLUTION

both = {
    change: {
        "paired": paired_p(base.to_numpy(), scores.to_numpy()),
        "unpaired": stats.ttest_ind(scores, base).pvalue,
    }
    for change, scores in accuracy.items()
}
print(pd.DataFrame(both).T.sort_values("paired").round(4).to_string())
correlations = [scores.corr(base) for _, scores in accuracy.items()]
print(f"mean correlation with the book's: {np.mean(correlations):.2f}")
# Pairing removes what a seed does to both sides. How much that is, the
# correlation says.
### END SOLUTION

# %% [markdown]
# **Exercise 3** (half an hour). Holm's rule is a little milder than Bonferroni's, and keeps the
# same promise. Sort the `n` p-values upwards. Multiply the first by `n`, the next by `n - 1`, and
# so on. Then walk up the row: no value may lie below the one before it, and none above 1. Write
# `holm`, which takes an array of p-values and returns the corrected ones, each in the place of its
# own. How many of the paired p-values of this chapter (`paired`) pass at `0.05` without correction,
# with Bonferroni's and with Holm's?


# %%
def holm(p_values):
    """Corrected p-values, in the order of the p-values."""
    ...
    ### BEGIN SOLUTION
    order = np.argsort(p_values)
    factors = len(p_values) - np.arange(len(p_values))
    corrected = np.empty(len(p_values))
    growing = np.maximum.accumulate(factors * p_values[order])
    corrected[order] = np.minimum(1, growing)
    return corrected
    ### END SOLUTION


check("exploring.3", holm)
### BEGIN SOLUTION

plain = np.array([comparison.p_value for comparison in paired.values()])
by_rule = {
    "none": plain,
    "Bonferroni's": len(plain) * plain,
    "Holm's": holm(plain),
}
for name, p_values in by_rule.items():
    print(f"{name:12} {(p_values < 0.05).sum()} of {len(plain)} pass")
### END SOLUTION

# %% [markdown]
# **Exercise 4** (half an hour). Plan your own comparison. You look for an effect of a certain size:
# the mean difference, divided by the deviation of the paired differences. Write `seeds_needed`: the
# least number of seeds with which a paired, two-sided t test at the level given finds it in four
# cases of five. `TTestPower` of `statsmodels.stats.power` does the arithmetic. How many seeds would
# a difference of a tenth of a point have taken here?

# %%
from statsmodels.stats.power import TTestPower


def seeds_needed(effect, level):
    """How many seeds find an effect of this size with a power of 0.8."""
    ...
    ### BEGIN SOLUTION
    seeds = TTestPower().solve_power(effect, alpha=level, power=0.8)
    return int(np.ceil(seeds))
    ### END SOLUTION


check("exploring.4", seeds_needed)
### BEGIN SOLUTION
pair_spread = np.median([(accuracy[change] - base).std() for change in paired])
for points_of_difference in (0.05, 0.1, 0.2, 0.5):
    effect = points_of_difference / 100 / pair_spread
    single = seeds_needed(effect, 0.05)
    among_all = seeds_needed(effect, 0.05 / len(compared))
    print(
        f"{points_of_difference:.2f} points: {single} seeds; "
        f"as one of {len(compared)} changes, {among_all}"
    )
### END SOLUTION

# %% [markdown]
# **Exercise 5** (an hour). How much does the score of a winner flatter it? Let each recipe have a
# true accuracy, and let its score be that plus chance, normally distributed with a given spread.
# Whoever has the top score is chosen. Write `flattery`, which plays that `20_000` times with the
# generator that it is given, and returns by how much the winning score exceeds the true accuracy
# *of the recipe that was chosen*, on average. How does it grow with the number of recipes, if all
# are worth the same? And what becomes of it if one is truly better by far?


# %% mystnb={"figure": {"caption": "By how much the score of a winner flatters it, in units of the spread of a score, against the number of recipes: when all are worth the same, and when one is truly ahead by two spreads.", "name": "fig-exploring-flattery"}}
def flattery(true, spread, random):
    """Mean of the winning score minus the winner's true accuracy."""
    ...
    ### BEGIN SOLUTION
    scores = true + spread * random.normal(size=(20_000, len(true)))
    winners = scores.argmax(axis=1)
    return (scores.max(axis=1) - true[winners]).mean()
    ### END SOLUTION


check("exploring.5", flattery)
### BEGIN SOLUTION

counts = [2, 3, 5, 10, 20, 50]
ahead = {"all alike": 0, "one ahead by two spreads": 2}
flattered = {name: [] for name in ahead}
for name, lead in ahead.items():
    for count in counts:
        true, random = np.zeros(count), np.random.default_rng(count)
        true[-1] = lead
        flattered[name].append(flattery(true, 1, random))
plots.lines(
    flattered,
    x=counts,
    subject="Flattery of the winner",
    xlabel="recipes",
    ylabel="spreads",
)
### END SOLUTION

# %% [markdown]
# And which change would *you* have tried? Whatever [the experiment page](07_experiment.ipynb) has a
# parameter for needs only a file in `sweeps/`. A new network is a function in
# `digitlib/experiments/variations.py` and a line in `NETWORKS` of
# `digitlib/experiments/choices.py`. Write your expectation into the key `about` before you run it,
# and score it on held-out images.

# %% tags=["pipeline"]
page.save()
