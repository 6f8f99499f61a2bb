# %% [markdown]
# # How much data does it take?
#
# *{{ minutes_to_read.data_size }} minutes to read, about {{ minutes_with_exercises.data_size }}
# with the exercises; our run took {{ runs.data_size.seconds | minutes }} on
# {{ training.processor }}.*
#
# Sixty thousand digits are a lot. What if you had only thirty, or three hundred? And does a CNN
# need fewer than a fully connected network, because more about images is built into it?
#
# **After this chapter you can**
#
# - draw and read a learning curve over the number of examples;
# - fit a power law to it, ask whether it fits, and say what it promises and what it does not;
# - compare two networks by how many examples one of them is worth.

# %% tags=["pipeline"]
from page_results import Page

page = Page("13_data_size")

# %%
import numpy as np
import pandas as pd
from scipy.stats import bootstrap, linregress
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm

from digitlib import plots, reference, statistics

# %% [markdown]
# ## A fair rule
#
# How long should one train on thirty images? With ten epochs the optimizer would make ten steps,
# and that is hardly a training. So every run here makes at least
# {{ data_size.least_steps | thousands }} steps: fewer images are seen more often. Both networks
# follow the same rule, and each seed draws other images, each digit as often as in the whole. Type
# the size, the epochs and the seed into [the experiment](07_experiment.ipynb), and you repeat any
# of these runs. The last point, all {{ data_size.most | thousands }} images, is that of the
# [ten headline runs](08_normal.ipynb), the first five of them. *Fully connected* is here the
# matched network of that chapter, with about as many parameters as the CNN.

# %%
runs = pd.concat(
    [reference.load_sweep("data_size"), reference.load_sweep("headline")]
)
runs = runs[(runs["seed"] <= 5) & runs["network"].isin(["cnn", "matched"])]
runs["error"] = 1 - runs["accuracy"]
groups = runs.groupby(["network", "training_images"])["accuracy"]
estimates = {key: statistics.mean_over_seeds(values) for key, values in groups}
table = pd.DataFrame(
    {key: estimate._asdict() for key, estimate in estimates.items()}
).T
table["value"].unstack(level=0).round(4)

# %% mystnb={"figure": {"caption": "Share of wrong answers against the number of training images, on logarithmic axes: means of five seeds, in bands from the lowest to the highest.", "name": "fig-data-size-curves"}}
sizes = sorted(runs["training_images"].unique())
kinds = {"CNN": "cnn", "fully connected": "matched"}
by_size = runs.pivot(
    index=["network", "seed"], columns="training_images", values="error"
)
errors = {
    name: by_size.loc[network].to_numpy() for name, network in kinds.items()
}
means = {name: of_seeds.mean(axis=0) for name, of_seeds in errors.items()}
plots.bands(
    errors,
    x=sizes,
    subject="Share of wrong answers",
    xlabel="training images",
    ylabel="share of wrong answers",
    logarithmic=True,
)

# %% tags=["pipeline"]
steps = runs["epochs"] * np.ceil(runs["training_images"] / runs["batch_size"])
comparisons = {
    size: statistics.compare_over_seeds(
        *(
            part.loc[part["network"] == name].set_index("seed")["accuracy"]
            for name in ("matched", "cnn")
        )
    )
    for size, part in runs.groupby("training_images")
}
corrected = statistics.holm(
    {str(size): comparison.p_value for size, comparison in comparisons.items()}
)
page.add(
    least_steps=int(steps.min()),
    most=int(max(sizes)),
    accuracy={
        name: {int(size): estimates[network, size] for size in sizes}
        for name, network in (("cnn", "cnn"), ("matched", "matched"))
    },
    comparisons={
        int(size): comparison for size, comparison in comparisons.items()
    },
    corrected=corrected,
)

# %% [markdown]
# ## A power law
#
# On logarithmic axes the curves look nearly straight. A straight line there is a **power law**: the
# error is $a\, n^{-b}$ with $n$ images. With ten times as many images, the error is multiplied by
# $10^{-b}$.

# %%
logarithms = runs.assign(
    images=np.log10(runs["training_images"]), error=np.log10(runs["error"])
)
fits = {
    network: linregress(part["images"], part["error"])
    for network, part in logarithms.groupby("network")
}
for network, fit in fits.items():
    print(f"{network:8} exponent {-fit.slope:.2f}")

# %% [markdown]
# A line can be laid through any points. Do these lie on it? At each size there are five runs, and
# their spread tells how far a mean may stray by chance. If the means stray from the line farther
# than that, the line is not the law. This is a test for **lack of fit**: it compares the line with
# a model that gives each size a mean of its own, for all sizes and for two parts of them.

# %%
ranges = {
    "all sizes": (30, 60_000),
    "up to a thousand": (30, 1_000),
    "a thousand and more": (1_000, 60_000),
}
misfit = {}
for name, (low, high) in ranges.items():
    part = logarithms[logarithms["training_images"].between(low, high)]
    for network, of_one in part.groupby("network"):
        line = ols("error ~ images", of_one).fit()
        means_of_their_own = ols("error ~ C(images)", of_one).fit()
        misfit[name, network] = anova_lm(line, means_of_their_own)["Pr(>F)"][1]
pd.Series(misfit).unstack().loc[list(ranges)].round(3)

# %% tags=["pipeline"]
page.add(misfit={" ".join(key): p for key, p in misfit.items()})
page.claim("A line is not the CNN's law", misfit["all sizes", "cnn"] < 0.001)

# %% [markdown]
# These are p-values: the chance of such straying if a line were the law.
# {{ claim("A line is not the CNN's law") }}, for its curve bends. From a thousand images on the
# p-value is {{ data_size.misfit["a thousand and more cnn"] | decimals(3) }}; that is one of six
# tests, not corrected, so take it as a hint. An exponent is then an average over its sizes, and no
# more.
#
# With that in mind, compare the two networks in each part: an exponent for each seed, and the
# differences seed by seed.


# %%
def exponents(table, low, high):
    """The exponent of each network and seed, over some sizes."""
    some = table.loc[:, low:high]
    at = np.log10(some.columns.to_numpy(float))
    slopes = [linregress(at, np.log10(row)).slope for row in some.to_numpy()]
    return -pd.Series(slopes, some.index)


def compare_exponents(table, low, high):
    """Both exponents, and their difference with its interval."""
    of_seeds = exponents(table, low, high)
    compared = statistics.compare_over_seeds(
        of_seeds["matched"], of_seeds["cnn"]
    )
    return {
        "CNN": of_seeds["cnn"].mean(),
        "fully connected": of_seeds["matched"].mean(),
        "difference": compared.difference,
        "low": compared.low,
        "high": compared.high,
    }


exponent_table = pd.DataFrame(
    {
        name: compare_exponents(by_size, *ranges[name])
        for name in ("up to a thousand", "a thousand and more")
    }
).T
exponent_table.round(3)

# %% [markdown]
# The figure shows the same without a line: the errors of the fully connected network, divided by
# those of the CNN from the same seed.

# %% mystnb={"figure": {"caption": "The errors of the fully connected network, divided by those of the CNN, by number of training images: the geometric mean of five seeds, with its 95 % interval.", "name": "fig-data-size-ratio"}}
ratios = {}
for size in sizes:
    of_seeds = np.log(by_size.loc["matched", size] / by_size.loc["cnn", size])
    estimate = statistics.mean_over_seeds(of_seeds)
    ratios[f"{size:,}"] = np.exp(estimate[:3])  # the mean and its interval
ratio_table = pd.DataFrame(ratios, index=["value", "low", "high"]).T
plots.intervals(
    {"errors": ratio_table},
    subject="Errors of the fully connected network over the CNN's",
    xlabel="times as many errors",
)

# %% tags=["pipeline"]
many_images = exponent_table.loc["a thousand and more"]
page.add(
    exponents=exponent_table.to_dict("index"),
    factor={name: 10 ** -many_images[name] for name in kinds},
    least_ratio=ratio_table["value"].loc["1,000":].min(),
    largest_ratio=ratio_table["value"].loc["1,000":].max(),
)
page.claim(
    "Up to a thousand images, the CNN's error falls faster",
    exponent_table["low"]["up to a thousand"] > 0,
)
page.claim(
    "From a thousand on, no difference is shown",
    many_images["low"] < 0 < many_images["high"],
)

# %% [markdown]
# {{ claim("Up to a thousand images, the CNN's error falls faster") }}, with an exponent of
# {{ data_size.exponents["up to a thousand"].CNN | decimals(2) }} against
# {{ data_size.exponents["up to a thousand"]["fully connected"] | decimals(2) }}.
# {{ claim("From a thousand on, no difference is shown") }}:
# {{ data_size.exponents["a thousand and more"].CNN | decimals(2) }} against
# {{ data_size.exponents["a thousand and more"]["fully connected"] | decimals(2) }}, a difference of
# {{ data_size.exponents["a thousand and more"].difference | decimals(3) }}
# ({{ data_size.exponents["a thousand and more"].low | decimals(3) }} to
# {{ data_size.exponents["a thousand and more"].high | decimals(3) }}). There, the fully connected
# network makes {{ data_size.least_ratio | decimals(1) }} to
# {{ data_size.largest_ratio | decimals(1) }} times as many errors. (We divided the sizes at a
# thousand after we had seen the curve.)
#
# ## Equal steps
#
# The exponents may depend on the rule for the steps: ten thousand images or all of them, both make
# ten passes, and all of them take many more steps. So here is another rule: about as many steps for
# each size, those of the runs with ten thousand images. (With all images it is
# {{ data_size.steps_of_all | thousands }} in place of {{ data_size.steps_of_others | thousands }}
# or so, as epochs are whole.) These runs were declared when the question had come up, and ran after
# that.

# %%
equal = pd.concat(
    [reference.load_sweep("equal_steps"), reference.load_sweep("data_size")]
)
equal_steps = equal["epochs"] * np.ceil(equal["training_images"] / 32)
equal["steps"] = equal_steps
equal = equal[equal["steps"].between(3_000, 4_000)]
equal["error"] = 1 - equal["accuracy"]
by_size_equal = equal.pivot(
    index=["network", "seed"], columns="training_images", values="error"
)
pd.DataFrame(
    {
        "at least 1,500 steps": exponent_table.loc["a thousand and more"],
        "equal steps": compare_exponents(by_size_equal, 1_000, 60_000),
    }
).T.round(3)

# %% tags=["pipeline"]
with_equal_steps = compare_exponents(by_size_equal, 1_000, 60_000)
page.claim(
    "With equal steps, too, no difference is shown",
    with_equal_steps["low"] < 0 < with_equal_steps["high"],
)
steps_of_size = equal.groupby("training_images")["steps"].first()
page.add(
    equal=with_equal_steps,
    steps_of_all=int(steps_of_size.iloc[-1]),
    steps_of_others=int(steps_of_size.iloc[:-1].median()),
)

# %% [markdown]
# With equal steps the exponents are {{ data_size.equal.CNN | decimals(2) }} and
# {{ data_size.equal["fully connected"] | decimals(2) }}, and their difference is
# {{ data_size.equal.difference | decimals(3) }} ({{ data_size.equal.low | decimals(3) }} to
# {{ data_size.equal.high | decimals(3) }}).
# {{ claim("With equal steps, too, no difference is shown") }}. But both exponents are others than
# above: an exponent is one of the images *and* of the rule for the steps, so quote it with its
# rule.
#
# A power law is a description, not a law of nature. It must fail at both ends: with no images the
# error is nine tenths, not infinite, and labels that are wrong cannot be learned away. Before you
# extend a line beyond its points, look whether they bend.
#
# ## What is the CNN worth, in images?
#
# Another way to compare: how many images does the CNN need to be as good as the fully connected
# network with all of them? Go along the CNN's curve until it reaches that error. To see how far the
# seeds decide it, draw five times from the five runs of each size and put each back, so that some
# come twice. Compute it again, and do so many times: a bootstrap.


# %%
def images_needed(target_errors, *cnn_errors):
    """Where the CNN's curve of mean errors reaches the mean of the target."""
    curve = [np.mean(of_a_size) for of_a_size in cnn_errors]
    target = np.mean(target_errors)
    return 10 ** np.interp(
        -np.log10(target), -np.log10(curve), np.log10(sizes)
    )


samples = [errors["fully connected"][:, -1], *errors["CNN"].T]
needed = images_needed(*samples)
resampled = bootstrap(
    samples,
    images_needed,
    vectorized=False,
    method="percentile",
    n_resamples=2_000,
    random_state=np.random.default_rng(1),
)
low, high = resampled.confidence_interval
print(
    f"the fully connected network with {max(sizes):,} images: "
    f"error {means['fully connected'][-1]:.4f}"
)
print(
    f"the CNN reaches it with about {round(needed, -2):,.0f} "
    f"(95 % interval {round(low, -2):,.0f} to {round(high, -2):,.0f})"
)

# %% tags=["pipeline"]
page.add(
    needed=int(round(needed, -2)),
    needed_low=int(round(low, -2)),
    needed_high=int(round(high, -2)),
)
few, many = int(min(sizes)), int(max(sizes))
page.claim(
    "The CNN is ahead at every size",
    all(
        statistics.verdict(comparisons[size], corrected[str(size)]) == "helps"
        for size in sizes
    ),
)
page.claim(
    "the gap in points is wider with a hundred images than with all",
    comparisons[100].low > comparisons[many].high,
)
page.claim(
    "thirty digits are enough to be right about more than half of all others",
    estimates["matched", few].low > 0.5,
)
page.claim("A quarter of the images or fewer", high < many / 4)

# %% [markdown]
# The CNN needs about {{ data_size.needed | thousands }} images for what the fully connected network
# learns from {{ data_size.most | thousands }}. {{ claim("A quarter of the images or fewer") }} will
# do. Why so few? Probably because neighbourhood and sharing are built into the CNN, and need not be
# learned from examples.
#
# Resampling gives {{ data_size.needed_low | thousands }} to
# {{ data_size.needed_high | thousands }}. Take that as a least width: of five runs such an interval
# comes out too narrow, and other writers are not in it. And the number rests on the runs with ten
# thousand images, which made fewer steps than those with all; with more steps, the CNN may need
# fewer images.
#
# ## What the curves say
#
# {{ claim("The CNN is ahead at every size") }} (with p-values corrected for the number of sizes),
# and {{ claim("the gap in points is wider with a hundred images than with all") }}:
# {{ data_size.comparisons["100"] | difference_in_words(digits=1) }} against
# {{ data_size.comparisons[data_size.most | string] | difference_in_words(digits=1) }}. With three
# of each digit,
# {{ claim("thirty digits are enough to be right about more than half of all others") }}:
# {{ data_size.accuracy.cnn["30"] | in_words(digits=0) }} for the CNN,
# {{ data_size.accuracy.matched["30"] | in_words(digits=0) }} for the fully connected network.
#
# From a thousand images on, ten times the images leave {{ data_size.factor.CNN | percent(0) }} of
# the CNN's error on average, and {{ data_size.factor["fully connected"] | percent(0) }} of the
# other's. "With enough data any network will do", says the folklore. In points the gap does close,
# so where few errors more don't matter, it is right. As a ratio, no change is shown from a thousand
# images on.
#
# **Elsewhere.** {{ cite("hestness2017") }} find power laws in translation, language, pictures and
# speech, and {{ cite("rosenfeld2020") }} one formula for the size of data and network together.
# {{ cite("viering2023") }} review many curves: no form fits all of them, and some turn up.
#
# ## Summary
#
# - {{ claim("Up to a thousand images, the CNN's error falls faster") }}.
#   {{ claim("From a thousand on, no difference is shown") }}.
# - A line through points is no law. Repeated runs can show that it does not fit.
# - The CNN does with {{ data_size.needed | thousands }} images what the other does with all.
# - Compare networks by a rule that is stated, here the same steps and the same rate for both at
#   each size (neither was tuned), and by what you have: time, or images.
#
# ## Questions to think about
#
# **On logarithmic axes, two falling straight lines drift apart towards more images. What becomes of
# the gap between the two networks in percentage points?**
#
# <details><summary>It must grow, since the lines drift apart</summary>
#
# On these axes a distance is a ratio. The ratio of the errors grows, that is true. The gap in
# points is another matter.
#
# </details>
#
# <details><summary>It may shrink all the same</summary>
#
# Right. Three times as many errors are a gap of `20` points if one network makes ten errors in a
# hundred, and of `2` points if it makes one.
#
# </details>
#
# <details><summary>It stays as it is, since both lines are straight</summary>
#
# Straight lines on these axes are curves on others. For an equal gap at all sizes, at least one of
# them would have to bend here.
#
# </details>
#
# **The fitted law promises an error of one in ten thousand, if only there were enough images. Why
# should you not count on it?**
#
# <details><summary>A floor, such as wrong labels, would hardly show in the points that were
# measured</summary>
#
# Right. As long as the errors lie far above the floor, the line looks straight. Exercise 5 tries to
# see a floor, and what it takes.
#
# </details>
#
# <details><summary>A power law holds for small numbers only</summary>
#
# There is no such rule. It may bend at either end, and only points tell where.
#
# </details>
#
# <details><summary>With so many images, the seeds would differ too much</summary>
#
# That would make an error bar longer. It does not say why the middle of it should leave the line.
#
# </details>
#
# **You pay for computing by the hour, and your images cost nothing. Two networks are compared at
# each size. Which rule is fair to you?**
#
# <details><summary>The same number of epochs for both</summary>
#
# That is fair to somebody who pays for each image that is looked at. An epoch of one network may
# take far longer than one of the other.
#
# </details>
#
# <details><summary>The same number of steps for both, as here</summary>
#
# It gives both as many chances to improve. But a step of one network may cost you more than a step
# of the other.
#
# </details>
#
# <details><summary>The same time for both</summary>
#
# Right: you compare what you get for your money. The result then depends on the machine, so name
# it.
#
# </details>
#
# <details><summary>Until the loss on held-out images no longer falls</summary>
#
# That asks what each network can do at all, and not what it costs. It also needs images to hold
# out: with thirty, there are none to spare.
#
# </details>
#
# ## Exercises
#
# {{ how_to_answer("data_size.1") }}

# %%
from digitlib import check, hint

# %% [markdown]
# **Exercise 1** (a few minutes). What does the rule ask for with your own number of images? Write
# `epochs_needed`, which takes the number of images, the size of a batch, and the least number of
# steps. It returns how many epochs make at least so many steps, but never less than ten epochs. The
# last batch of an epoch may be smaller, and is a step, too.


# %%
def epochs_needed(images, batch_size, least_steps):
    """Epochs, ten or more, that make at least so many steps."""
    ...
    ### BEGIN SOLUTION
    steps_of_an_epoch = np.ceil(images / batch_size)
    return max(int(np.ceil(least_steps / steps_of_an_epoch)), 10)
    ### END SOLUTION


check("data_size.1", epochs_needed)
### BEGIN SOLUTION
for size in sizes:
    print(f"{size:6,} images: {epochs_needed(size, 32, 1_500):5,} epochs")
### END SOLUTION

# %% [markdown]
# **Exercise 2** (ten minutes). By its power law, how many images does a network need for a given
# error? Write `images_for`, which takes the error and the numbers $a$ and $b$ of the law
# $a\, n^{-b}$. Ask it for the CNN and an error of `0.005`. Would you believe the answer?


# %%
def images_for(error, a, b):
    """Images with which a network of that law makes this share of errors."""
    ...
    ### BEGIN SOLUTION
    return (a / error) ** (1 / b)
    ### END SOLUTION


check("data_size.2", images_for)
### BEGIN SOLUTION
fit = fits["cnn"]
guess = images_for(0.005, 10**fit.intercept, -fit.slope)
print(f"about {round(guess, -4):,.0f} images")
# It lies outside the points, and the last points need not lie on the line.
# Treat it as a guess.
### END SOLUTION

# %% [markdown]
# **Exercise 3** (a quarter of an hour). Write `fit_power_law`: it takes arrays of sizes and errors,
# and returns the numbers $a$ and $b$ of the law $a\, n^{-b}$ whose logarithms come closest to those
# of the errors, in the sense of least squares. Then leave the last size out, fit the others, and
# predict it. How far off is the law at a point that it has not seen?


# %%
def fit_power_law(sizes, errors):
    """The numbers a and b of the law a n^-b."""
    ...
    ### BEGIN SOLUTION
    line = linregress(np.log(sizes), np.log(errors))
    return np.exp(line.intercept), -line.slope
    ### END SOLUTION


check("data_size.3", fit_power_law)
### BEGIN SOLUTION
counts = np.array(sizes)
for name, mean in means.items():
    a, b = fit_power_law(counts[:-1], mean[:-1])
    expected = a * counts[-1] ** -b
    print(f"{name:15} predicted {expected:.4f}, measured {mean[-1]:.4f}")
### END SOLUTION

# %% [markdown]
# **Exercise 4** (half an hour). Which images were drawn, and how the weights began: the seed
# decides both. How far might the mean of five seeds be off? Write `bootstrap_interval`, which takes
# values, draws as many of them with replacement, ten thousand times or more, and returns the two
# ends of the 95 % interval of the means: the middle ones of them, with as many cut off below as
# above. Is the interval of the mean error wide at thirty images? And in comparison with the error
# itself?


# %%
def bootstrap_interval(values):
    """Lower and upper end of the middle 95 % of resampled means."""
    ...
    ### BEGIN SOLUTION
    draws = np.random.default_rng(1).choice(values, size=(10_000, len(values)))
    return tuple(np.quantile(draws.mean(axis=1), (0.025, 0.975)))
    ### END SOLUTION


check("data_size.4", bootstrap_interval)
### BEGIN SOLUTION
for size, of_a_size in zip(sizes, errors["CNN"].T, strict=True):
    low, high = bootstrap_interval(of_a_size)
    share = (high - low) / of_a_size.mean()
    print(
        f"{size:6,} images: {low:.4f} to {high:.4f}, "
        f"as a share of the mean {share:.2f}"
    )
# In points the interval shrinks with the number of images. Measured by the
# error, it does not.
### END SOLUTION

# %% [markdown]
# **Exercise 5** (an hour). Suppose a part of the error cannot be learned away. Then the law is
# $a\, n^{-b} + c$ with a floor $c$, not below zero. Write `fit_with_floor`, which returns $a$, $b$
# and $c$ by least squares on the logarithms of the errors. Do the points of this chapter ask for a
# floor? Compare what the two laws say of the sizes that were measured, and of ten times as many
# images.

# %%
### BEGIN SOLUTION
from scipy.optimize import curve_fit


### END SOLUTION
def fit_with_floor(sizes, errors):
    """The numbers a, b and c of the law a n^-b + c."""
    ...
    ### BEGIN SOLUTION
    logarithms = np.log(errors)

    def law(n, a, b, c):
        return np.log(a * n**-b + c)

    numbers, _ = curve_fit(
        law, sizes, logarithms, p0=(1, 0.5, 0.001), bounds=(0, np.inf)
    )
    return tuple(numbers)
    ### END SOLUTION


check("data_size.5", fit_with_floor)
### BEGIN SOLUTION
for name, mean in means.items():
    a, b, c = fit_with_floor(counts, mean)
    line_a, line_b = fit_power_law(counts, mean)
    print(f"{name}: floor {c:.3f}")
    for size in (*counts[-2:], 10 * counts[-1]):
        without, with_floor = line_a * size**-line_b, a * size**-b + c
        print(
            f"  {size:7,} images: {without:.4f} without a floor, "
            f"{with_floor:.4f} with it"
        )
# Both laws pass near the points. They part where there are none.
### END SOLUTION

# %% tags=["pipeline"]
page.save()
