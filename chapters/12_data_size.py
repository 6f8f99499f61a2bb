# %% [markdown]
# # How much data does it take?
#
# *{{ minutes_to_read.data_size }} minutes to read; its run took {{ runs.data_size.seconds | minutes }} on {{ training.processor }}.*
#
# Sixty thousand digits are a lot. What if you had only thirty, or three hundred? And does a CNN need fewer than a
# fully connected network, because more about images is built into it?
#
# **After this chapter you can**
#
# - draw and read a learning curve over the number of examples;
# - fit a power law to it, and say what it promises and what it does not;
# - compare two networks by how many examples one of them is worth.

# %% tags=["remove-cell"]
from digitlib.results import Page

page = Page("12_data_size")

# %%
import numpy as np
import pandas as pd
from scipy.stats import bootstrap, linregress

from digitlib import plots, reference, statistics

# %% [markdown]
# ## A fair rule
#
# How long should one train on thirty images? With ten epochs the optimizer would make ten steps, and that is hardly a training. So
# every run here makes at least {{ data_size.least_steps | thousands }} steps: fewer images are seen more often. Both networks follow the same rule, and
# each seed draws other images, each digit as often as in the whole. Type the size, the epochs and the seed into
# [the experiment](06_experiment.ipynb), and you repeat any of these runs. The last point, all
# {{ data_size.most | thousands }} images, is that of the [ten headline runs](07_normal.ipynb), the first five of them.

# %%
runs = pd.concat([reference.load_sweep("data_size"), reference.load_sweep("headline")])
runs = runs[(runs["seed"] <= 5) & runs["network"].isin(["cnn", "matched"])]
runs["error"] = 1 - runs["accuracy"]
groups = runs.groupby(["network", "training_images"])["accuracy"]
estimates = {key: statistics.mean_over_seeds(values) for key, values in groups}
table = pd.DataFrame({key: estimate._asdict() for key, estimate in estimates.items()}).T
table["value"].unstack(level=0).round(4)

# %% mystnb={"figure": {"caption": "Share of wrong answers against the number of training images, on logarithmic axes: means of five seeds, in bands from the lowest to the highest.", "name": "fig-data-size-curves"}}
sizes = sorted(runs["training_images"].unique())
errors = {
    name: runs[runs["network"] == network].pivot(index="seed", columns="training_images", values="error").to_numpy()
    for name, network in {"CNN": "cnn", "fully connected": "matched"}.items()
}
plots.bands(
    errors,
    x=sizes,
    subject="Share of wrong answers",
    xlabel="training images",
    ylabel="share of wrong answers",
    logarithmic=True,
)

# %% tags=["remove-cell"]
steps = runs["epochs"] * np.ceil(runs["training_images"] / runs["batch_size"])
comparisons = {
    size: statistics.compare_over_seeds(
        *(part.loc[part["network"] == name].set_index("seed")["accuracy"] for name in ("matched", "cnn"))
    )
    for size, part in runs.groupby("training_images")
}
corrected = statistics.holm({str(size): comparison.p_value for size, comparison in comparisons.items()})
page.add(
    least_steps=int(steps.min()),
    most=int(max(sizes)),
    accuracy={
        name: {int(size): estimates[network, size] for size in sizes}
        for name, network in (("cnn", "cnn"), ("matched", "matched"))
    },
    comparisons={int(size): comparison for size, comparison in comparisons.items()},
    corrected=corrected,
)

# %% [markdown]
# ## A power law
#
# On logarithmic axes the curves are nearly straight. A straight line there is a **power law**: the error is
# $a\, n^{-b}$ with $n$ images. With ten times as many images, the error is multiplied by $10^{-b}$.

# %%
logarithms = runs.assign(images=np.log10(runs["training_images"]), error=np.log10(runs["error"]))
fits = {network: linregress(part["images"], part["error"]) for network, part in logarithms.groupby("network")}
for network, fit in fits.items():
    print(f"{network:8} exponent {-fit.slope:.2f}, ten times the images leave {10**fit.slope:.2f} of the error")

# %% mystnb={"figure": {"caption": "The means again, with the fitted power laws. They pass through the middle of the points, and not through each of them.", "name": "fig-data-size-fits"}}
means = {name: values.mean(axis=0) for name, values in errors.items()}
fitted = {
    f"{name}, fitted": 10 ** (fits[network].intercept + fits[network].slope * np.log10(sizes))
    for name, network in {"CNN": "cnn", "fully connected": "matched"}.items()
}
drawing = plots.lines(
    means | fitted,
    x=sizes,
    subject="Share of wrong answers, measured and fitted",
    xlabel="training images",
    ylabel="share of wrong answers",
)
drawing.ax.set(xscale="log", yscale="log")
drawing

# %% [markdown]
# The fully connected network's points lie on their line. Those of the CNN do not quite: the last three make a bend. The rule above
# may be why. With a thousand images it makes many passes over each, with ten thousand only ten.
#
# A power law is a description, not a law of nature. It must fail at both ends: with no images the error is nine tenths, not infinite, and
# labels that are wrong cannot be learned away. Before you extend a line beyond its points, look whether the last points
# bend.
#
# ## What is the CNN worth, in images?
#
# Another way to compare: how many images does the CNN need to be as good as the fully connected network with all of them? Go along
# the CNN's curve until it reaches that error. To see how far the seeds decide it, draw five of the five seeds
# at random, some of them twice, for each size, and compute it again, many times: a **bootstrap**.


# %%
def images_needed(target_errors, *cnn_errors):
    """Where the CNN's curve of mean errors reaches the mean of the target."""
    curve = [np.mean(of_a_size) for of_a_size in cnn_errors]
    return 10 ** np.interp(-np.log10(np.mean(target_errors)), -np.log10(curve), np.log10(sizes))


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
print(f"the fully connected network with {max(sizes):,} images: error {means['fully connected'][-1]:.4f}")
print(
    f"the CNN reaches it with about {round(needed, -2):,.0f} (95 % interval {round(low, -2):,.0f} to {round(high, -2):,.0f})"
)

# %% tags=["remove-cell"]
page.add(
    exponent={network: -fit.slope for network, fit in fits.items()},
    factor={network: 10**fit.slope for network, fit in fits.items()},
    needed=int(round(needed, -2)),
    needed_low=int(round(low, -2)),
    needed_high=int(round(high, -2)),
)
few, many = int(min(sizes)), int(max(sizes))
page.claim(
    "The CNN is ahead at every size",
    all(statistics.verdict(comparisons[size], corrected[str(size)]) == "helps" for size in sizes),
)
page.claim(
    "the gap in points is wider with a hundred images than with all", comparisons[100].low > comparisons[many].high
)
page.claim(
    "thirty digits are enough to be right about more than half of all others", estimates["matched", few].low > 0.5
)
page.claim("falls faster", fits["cnn"].slope < fits["matched"].slope - 0.02)
page.claim("A quarter of the images or fewer", high < many / 4)

# %% [markdown]
# The CNN needs about {{ data_size.needed | thousands }} images ({{ data_size.needed_low | thousands }} to {{ data_size.needed_high | thousands }}, a 95 % interval from resampling the seeds) for what the fully connected network learns from {{ data_size.most | thousands }}.
# {{ claim("A quarter of the images or fewer") }} will do. The number rests on the runs with ten thousand images, which made fewer steps than those with all; with
# another rule it may come out otherwise. A likely reason is that neighbourhood and sharing are built into the CNN, and need not be learned from examples.
#
# ## What the curves say
#
# {{ claim("The CNN is ahead at every size") }} (with p-values corrected for the number of sizes), and
# {{ claim("the gap in points is wider with a hundred images than with all") }}: {{ data_size.comparisons["100"] | difference_in_words(digits=1) }} against
# {{ data_size.comparisons[data_size.most | string] | difference_in_words(digits=1) }}. With three of each digit,
# {{ claim("thirty digits are enough to be right about more than half of all others") }}: {{ data_size.accuracy.cnn["30"] | in_words(digits=0) }} for the CNN,
# {{ data_size.accuracy.matched["30"] | in_words(digits=0) }} for the fully connected network.
#
# With ten times the images, the CNN's error shrinks to {{ data_size.factor.cnn | percent(0) }} of what it was, that of the fully connected network to
# {{ data_size.factor.matched | percent(0) }}. So the CNN's error {{ claim("falls faster") }}.
# The folklore that "with enough data any network will do" gets no support here, as far as sixty thousand images go.
#
# ## Summary
#
# - The error falls roughly as a power of the number of images: $n^{-b}$ with $b$ = {{ data_size.exponent.cnn | decimals(2) }} for the CNN and
#   {{ data_size.exponent.matched | decimals(2) }} for the fully connected network.
# - The CNN does with {{ data_size.needed | thousands }} images what the other does with all.
# - Compare networks by a rule that is fair to both, here the same number of steps at each size, and by what you have: time, or images.
#
# ## Exercises
#
# **Exercise 1.** By the fitted power law, how many images would the CNN need for an error of `0.005`? Would you believe it?

# %% tags=["hide-cell"]
### BEGIN SOLUTION
fit = fits["cnn"]
images_needed = 10 ** ((np.log10(0.005) - fit.intercept) / fit.slope)
print(f"about {round(images_needed, -4):,.0f} images")
# It lies outside the points, and the last points need not lie on the line. Treat it as a guess.
### END SOLUTION

# %% [markdown]
# **Exercise 2.** How much does it matter *which* thirty images were drawn? Look at the spread over seeds, from thirty images to all of them.

# %% tags=["hide-cell"]
### BEGIN SOLUTION
spread = runs.groupby(["network", "training_images"])["accuracy"].std().unstack(level=0)
print((100 * spread).round(2).to_string())
# In percentage points. With few images, the draw matters much more than anything else.
### END SOLUTION

# %% [markdown]
# **Exercise 3.** The rule gives each run at least {{ data_size.least_steps | thousands }} steps. Which other rule would be fair, and to whom?
#
# <details><summary>A thought</summary>
#
# The same number of epochs: fair to whoever pays by the image, but hard on small sets. The same time: fair to whoever waits, and hard on
# the CNN. Stopping when a held-out loss no longer falls: fair to both, but it needs images to hold out, and with thirty there are none to spare.
#
# </details>

# %% tags=["remove-cell"]
page.save()
