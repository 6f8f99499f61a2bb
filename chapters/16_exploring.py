# %% [markdown]
# # What helps?
#
# *{{ minutes_to_read.exploring }} minutes to read, about {{ minutes_with_exercises.exploring }}
# with the exercises; its run took {{ runs.exploring.seconds | minutes }} on
# {{ training.processor }}.*
#
# Dropout, batch normalization, more layers, wider layers, another learning rate: each is said to
# help. [Going further](06_going_further.ipynb) tried such changes in short trainings on few images.
# Here each is trained from {{ exploring.seeds | words }} seeds and compared with the recipe of the
# book, and each gets a verdict. Then a whole recipe is chosen, and tested once.
#
# **After this chapter you can**
#
# - compare a change with what it changes, seed by seed;
# - correct for the number of things you tried;
# - say what a verdict of "no difference" is worth;
# - find a recipe on held-out images, and test it without fooling yourself.

# %% tags=["pipeline"]
from page_results import Page

page = Page("16_exploring")

# %%
import numpy as np
import pandas as pd
from statsmodels.stats.power import TTestPower

from digitlib import plots, reference, statistics

# %% [markdown]
# ## One change at a time
#
# The rules were written down before the first run:
#
# - One thing is changed, all else stays as in [chapter 4](04_training.ipynb).
# - Training: {{ exploring.epochs | words }} epochs on {{ exploring.training_images | thousands }}
#   images. Score: the accuracy on the {{ exploring.images | thousands }} others, the last of the
#   file. They are easier than the validation images of [chapter 1](01_dataset.ipynb), but the same
#   for all. The test set is not touched.
# - {{ exploring.seeds | words | capitalize }} seeds, each with and without the change, and the
#   differences tested: a paired t test.
# - All p-values corrected for the number of changes, by Holm's rule. Whoever tries
#   {{ exploring.changes | words }} things may well find a small p-value even if nothing helps.
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
comparisons = {
    change: statistics.compare_over_seeds(base, accuracy[change])
    for change in accuracy
}
corrected = statistics.holm(
    {change: comparison.p_value for change, comparison in comparisons.items()}
)

cost = exploring.groupby("recipe")["cpu_seconds"].median()
cost = cost / cost["the book's"]

verdicts = pd.DataFrame.from_dict(
    {
        change: {
            "verdict": statistics.verdict(comparison, corrected[change]),
            "points": 100 * comparison.difference,
            "from": 100 * comparison.low,
            "to": 100 * comparison.high,
            "corrected p": corrected[change],
            "CPU time": cost[change],
        }
        for change, comparison in comparisons.items()
    },
    orient="index",
).sort_values("points", ascending=False)
decimals = {"points": 2, "from": 2, "to": 2, "corrected p": 3, "CPU time": 2}
verdicts.round(decimals)

# %% mystnb={"figure": {"caption": "What each change does to the accuracy on held-out digits after three epochs: mean difference to the book's recipe over five seeds, with its interval. Where an interval crosses the line, the difference may be none; the verdicts are stricter, since the intervals are not corrected for the number of changes.", "name": "fig-exploring-changes"}}
points = {
    change: comparison._asdict() for change, comparison in comparisons.items()
}
points = pd.DataFrame(points).T
points = points.rename(columns={"difference": "value"})
points = 100 * points[["value", "low", "high"]]
plots.intervals(
    {"change": points.loc[verdicts.index]},
    subject="Difference to the book's recipe",
    xlabel="percentage points of accuracy",
    reference=0,
)

# %% tags=["pipeline"]
is_undecided = verdicts["verdict"] == "no difference shown"
page.add(
    seeds=len(base),
    epochs=exploring["epochs"].iloc[0],
    training_images=exploring["training_images"].iloc[0],
    images=exploring["images"].iloc[0],
    changes=len(comparisons),
    base=statistics.mean_over_seeds(base),
    comparisons=comparisons,
    corrected=corrected,
    helps=list(verdicts.index[verdicts["verdict"] == "helps"]),
    hurts=list(verdicts.index[verdicts["verdict"] == "hurts"]),
    undecided=list(verdicts.index[is_undecided]),
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
# seeds see only so much. How large must a difference be, so that the test finds it in four cases of
# five? It depends on the spread of the paired differences, here their median.

# %%
spread = np.median([(accuracy[change] - base).std() for change in accuracy])
t_test = TTestPower()
visible = {}
for tests in (len(comparisons), 1):
    alpha = 0.05 / tests
    effect = t_test.solve_power(nobs=len(base), alpha=alpha, power=0.8)
    visible[tests] = spread * effect

for tests, difference in visible.items():
    print(f"a change among {tests:2}: {100 * difference:.2f} points")

# %% tags=["pipeline"]
uncorrected = {
    change: statistics.verdict(comparison)
    for change, comparison in comparisons.items()
}
page.add(
    visible=visible[len(comparisons)],
    uncorrected=sum(
        verdict != "no difference shown" for verdict in uncorrected.values()
    ),
    shown=sum(verdicts["verdict"] != "no difference shown"),
)

# %% [markdown]
# With {{ exploring.changes | words }} changes a difference must be as large as
# {{ (100 * exploring.visible) | decimals(1) }} points to be found reliably. Most of what is on
# offer is smaller. Without the correction, {{ exploring.uncorrected | words }} verdicts would name
# a difference instead of {{ exploring.shown | words }}, and nobody could say which of them are
# false alarms.
#
# There is a second limit. {{ exploring.epochs | words | capitalize }} epochs favour what learns
# fast. Dropout and augmentation make training harder, and pay later, if they do. So what comes next
# is trained in full.
#
# ## A recipe in full
#
# Augmentation and the changes that led the table, combined, with
# {{ exploring.recipe_epochs | words }} epochs each. The images and the score are as before, so the
# choice is still made without the test set.

# %%
recipes = reference.load_sweep("recipes")
recipes["recipe"] = recipes.apply(name_change, axis=1)
held_out = recipes.pivot(index="seed", columns="recipe", values="accuracy")
estimates = {
    recipe: statistics.mean_over_seeds(held_out[recipe]) for recipe in held_out
}
table = pd.DataFrame(
    {recipe: estimate._asdict() for recipe, estimate in estimates.items()}
).T
table = table.sort_values("value", ascending=False)
table["CPU minutes"] = recipes.groupby("recipe")["cpu_seconds"].median() / 60
decimals = {"value": 4, "low": 4, "high": 4, "deviation": 4}
table.round(decimals | {"CPU minutes": 1})

# %% tags=["pipeline"]
best = table.index[0]
before = held_out["the book's"]
gains = {
    recipe: statistics.compare_over_seeds(before, held_out[recipe])
    for recipe in held_out
    if recipe != "the book's"
}
gains_corrected = statistics.holm(
    {recipe: comparison.p_value for recipe, comparison in gains.items()}
)
gain_verdicts = {
    recipe: statistics.verdict(comparison, gains_corrected[recipe])
    for recipe, comparison in gains.items()
}
better = [recipe for recipe in gains if gain_verdicts[recipe] == "helps"]
page.add(
    recipe_epochs=recipes["epochs"].iloc[0],
    recipes=len(estimates),
    estimates=estimates,
    best=best,
    gains=gains,
    unshown=[recipe for recipe in gains if recipe not in better],
)
page.claim("right about more digits than the book's recipe", best in better)
alone = "turned, scaled and moved"
page.claim("Augmentation alone helps, too", alone in better and best != alone)

# %% [markdown]
# Right about most digits is "{{ exploring.best }}":
# {{ exploring.estimates[exploring.best] | in_words(digits=2) }}. Tested seed by seed and corrected
# as before, it is {{ claim("right about more digits than the book's recipe") }}:
# {{ exploring.gains[exploring.best] | difference_in_words }}.
# {{ claim("Augmentation alone helps, too") }}:
# {{ exploring.gains["turned, scaled and moved"] | difference_in_words }}. After three epochs
# nothing could be shown for it. That was the limit of the comparison, and not a property of
# augmentation.
# {% if exploring.unshown %}
# No difference is shown for "{{ exploring.unshown | join('"; "') }}".
# {% endif %}
#
# The score of a winner flatters it a little: it was chosen for merit, and for luck too. That is why
# it needs a test.
#
# ## Tested once
#
# Now, and only now, the test set. The winner was trained on all training images, as the book's
# network was, and scored once for each seed. (The CNN with augmentation alone was scored on test
# digits for [another chapter](15_robustness.ipynb); nothing was chosen by that.)

# %%
tested = reference.load_sweep("tested").set_index("seed")
headline = reference.load_sweep("headline")
book = headline[headline["network"] == "cnn"].set_index("seed")
book = book.loc[tested.index]
usual_score = statistics.mean_over_seeds(book["accuracy"])
final = statistics.mean_over_seeds(tested["accuracy"])
gain = statistics.compare_over_seeds(book["accuracy"], tested["accuracy"])
print("the book's recipe:", statistics.in_words(usual_score, digits=2))
print("the winner:       ", statistics.in_words(final, digits=2))
print("difference:       ", statistics.difference_in_words(gain))

# %% mystnb={"figure": {"caption": "Test accuracy of the book's recipe and of the winner. Each dot is a seed, each stroke a mean.", "name": "fig-exploring-tested"}}
plots.runs(
    {"the book's recipe": book["accuracy"], "the winner": tested["accuracy"]},
    subject="Two recipes on the test set",
    xlabel="test accuracy",
)

# %% tags=["pipeline"]
assert set(tested.apply(name_change, axis=1)) == {best}
page.add(
    final=final,
    gain=gain,
    tested_seeds=len(tested),
    errors=(tested["images"] - tested["right"]).mean(),
    errors_before=(book["images"] - book["right"]).mean(),
)
page.claim("The gain is real", statistics.verdict(gain) == "helps")

# %% [markdown]
# {{ claim("The gain is real") }}: {{ exploring.gain | difference_in_words }}, an effect of
# {{ exploring.gain.effect_size | decimals(1) }} standard deviations. In a mean run
# {{ exploring.errors | decimals(0) }} errors are left of
# {{ exploring.errors_before | decimals(0) }}.
#
# ## Summary
#
# - After {{ exploring.epochs | words }} epochs, {{ exploring.seeds | words }} seeds show a
#   difference for {{ exploring.shown | words }} of {{ exploring.changes | words }} single changes.
# - "No difference shown" is a statement about the comparison: this one finds reliably what is worth
#   {{ (100 * exploring.visible) | decimals(1) }} points or more.
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
# **The interval of a change does not touch zero, and yet its verdict is "no difference shown". Is
# that a mistake?**
#
# <details><summary>Yes: an interval and a test of the same level must agree</summary>
#
# They do, as long as you look at this change alone. But here a whole row of changes was tried.
#
# </details>
#
# <details><summary>No: the interval speaks of this change alone, the verdict takes into account how
# many were tried</summary>
#
# Right. Among many intervals, some miss the truth. Picking out those that do not touch zero picks
# the unlucky ones, too.
#
# </details>
#
# <details><summary>No: the interval is about accuracies, the verdict about differences</summary>
#
# Both are about the same differences, seed by seed.
#
# </details>
#
# **Why are the runs compared in pairs, with and without the change from the same seed?**
#
# <details><summary>Because paired tests give smaller p-values</summary>
#
# Only if the two sides of a pair have something in common. If not, pairing costs degrees of freedom
# and gives nothing.
#
# </details>
#
# <details><summary>Because from the same seed both networks learn the same, but for the
# change</summary>
#
# They may begin alike. After some steps with another rate or another layer they have gone different
# ways.
#
# </details>
#
# <details><summary>Because what a seed does to both sides drops out of the difference</summary>
#
# Right: if there is such a thing, pairs remove it. Exercise 2 asks how much it is here.
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
for tests in (1, 5, len(comparisons), 20):
    corrected_alarm = false_alarm(tests, 0.05 / tests)
    print(
        f"{tests:2} tests: {false_alarm(tests, 0.05):.1%}, "
        f"with the level divided by {tests}: {corrected_alarm:.2%}"
    )
### END SOLUTION

# %% [markdown]
# **Exercise 2** (a quarter of an hour). Write the paired t test yourself, two-sided, for two arrays
# with a result for each seed: from the mean of the differences, their deviation and
# `scipy.stats.t`. What would an unpaired test have said of the changes in this chapter? Does
# pairing help here?

# %%
### BEGIN SOLUTION
from scipy import stats


### END SOLUTION
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
# own. How many changes of this chapter pass at `0.05` without correction, with Bonferroni's and
# with Holm's?


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

plain = np.array([comparison.p_value for comparison in comparisons.values()])
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
# cases of five. `TTestPower` from this chapter does the arithmetic. How many seeds would a
# difference of a tenth of a point have taken here?


# %%
def seeds_needed(effect, level):
    """How many seeds find an effect of this size with a power of 0.8."""
    ...
    ### BEGIN SOLUTION
    seeds = TTestPower().solve_power(effect, alpha=level, power=0.8)
    return int(np.ceil(seeds))
    ### END SOLUTION


check("exploring.4", seeds_needed)
### BEGIN SOLUTION
for points_of_difference in (0.05, 0.1, 0.2, 0.5):
    effect = points_of_difference / 100 / spread
    single = seeds_needed(effect, 0.05)
    among_all = seeds_needed(effect, 0.05 / len(comparisons))
    print(
        f"{points_of_difference:.2f} points: {single} seeds; "
        f"as one of {len(comparisons)} changes, {among_all}"
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
