# %% [markdown]
# # Which digits go wrong, and does the network know?
#
# *{{ minutes_to_read.errors }} minutes to read, about {{ minutes_with_exercises.errors }} with the
# exercises; our run took {{ runs.errors.seconds | minutes }} on {{ training.processor }}.*
#
# Ten CNNs that differ by nothing but the seed make {{ errors.mean_errors | decimals(0) }} errors
# each, on average. Do they make the *same* errors? Are those the digits with doubtful labels? And
# can the network tell when it is about to be wrong? Here are the errors of the thirty
# [headline runs](08_normal.ipynb), digit by digit; [the experiment page](07_experiment.ipynb)
# repeats any of them.
#
# **After this chapter you can**
#
# - tell hard digits from bad luck;
# - say how much of the error is the labels' fault;
# - read a reliability diagram, and compute a calibration error;
# - say how many digits must be set aside to be right about nearly all others.

# %% tags=["pipeline"]
from page_results import Page

page = Page("14_errors")

# %%
import numpy as np
import pandas as pd
from scipy import optimize, special, stats

from digitlib import data, plots, reference, statistics, training

_, (X_test, y_test) = data.load_mnist()
headline = reference.load_sweep("headline")
networks = ["cnn", "matched", "fully connected"]
answers, wrong = {}, {}  # of each network: seeds x images
for name in networks:
    runs = headline[headline["network"] == name]
    answers[name] = np.stack(runs.apply(reference.predicted, axis=1))
    wrong[name] = answers[name] != y_test

# %% [markdown]
# ## How often is a digit missed?
#
# For each test image, count how many of the ten CNNs get it wrong.

# %%
missed = wrong["cnn"].sum(axis=0)
how_often = pd.Series(missed).value_counts()
how_often = how_often.reindex(range(1, 11), fill_value=0)
how_often.rename_axis("wrong in so many of ten").rename("images").to_frame().T

# %% mystnb={"figure": {"caption": "Test images by how many of ten CNNs get them wrong (those that none gets wrong are left out). Many are missed once or twice, and some always.", "name": "fig-errors-counts"}}
plots.bars(
    how_often,
    subject="Test images by how many of ten CNNs get them wrong",
    xlabel="wrong in so many of ten",
    ylabel="images",
)

# %% tags=["pipeline"]
always = missed == 10
any_seed = missed > 0
page.add(
    mean_errors=wrong["cnn"].sum(axis=1).mean(),
    once_or_more=any_seed.sum(),
    once=how_often[1],
    always=always.sum(),
    most=(missed > 5).sum(),
    of_always=always.sum() / wrong["cnn"].sum(axis=1).mean(),
)

# %% [markdown]
# A single CNN gets {{ errors.mean_errors | decimals(0) }} digits wrong on average. But
# {{ errors.once_or_more }} different ones are missed by at least one of the ten, {{ errors.once }}
# of them by exactly one; and {{ errors.always }} are missed by all ten. So an error is partly the
# digit's and partly the seed's. [These](#fig-errors-gallery) are digits that more than half of the
# CNNs miss, the ones most often missed first.

# %% mystnb={"figure": {"caption": "Test digits that more than half of ten CNNs get wrong: the label, the commonest wrong answer, and how many of ten were wrong. A star marks a disputed label.", "name": "fig-errors-gallery"}}
disputed = data.load_disputed_labels()
order = np.argsort(-missed, kind="stable")[: min(36, (missed > 5).sum())]


def commonest_wrong_answer(image):
    given = answers["cnn"][:, image]
    return np.bincount(given[given != y_test[image]]).argmax()


titles = []
for image in order:
    confusion = f"{y_test[image]} as {commonest_wrong_answer(image)}"
    star = "*" if image in disputed.index else ""
    titles.append(f"{confusion}\n{missed[image]} of 10{star}")
plots.image_grid(
    X_test[order],
    subject="Test digits that most CNNs get wrong",
    titles=titles,
    columns=9,
)

# %% [markdown]
# ## Whose fault are they?
#
# The first chapter named {{ errors.disputed }} test images whose labels people dispute, for two of
# them all five people chose the same other digit. How many of the networks' errors do they explain?

# %%
unanimous = disputed.index[disputed["votes guessed"] == 5]
kept = np.ones(len(y_test), dtype=bool)
kept[disputed.index] = False
with_all, without = {}, {}
for name in networks:
    right = ~wrong[name]
    with_all[name] = statistics.mean_over_seeds(right.mean(axis=1))
    without[name] = statistics.mean_over_seeds(right[:, kept].mean(axis=1))
pd.DataFrame(
    {
        "all test images": {
            name: statistics.in_words(estimate, digits=2)
            for name, estimate in with_all.items()
        },
        "without the disputed": {
            name: statistics.in_words(estimate, digits=2)
            for name, estimate in without.items()
        },
    }
)

# %%
by_label = disputed[["given", "guessed"]].copy()
of_cnns = answers["cnn"][:, disputed.index]
for kind in ("given", "guessed"):
    agree = of_cnns == disputed[kind].to_numpy()
    by_label[f"answered as {kind}"] = agree.sum(axis=0)
by_label

# %% tags=["pipeline"]
share_of_errors = wrong["cnn"][:, disputed.index].sum() / wrong["cnn"].sum()
page.add(
    disputed=len(disputed),
    with_all=with_all,
    without=without,
    disputed_share=share_of_errors,
    disputed_errors=wrong["cnn"][:, disputed.index].sum(axis=1).mean(),
    always_disputed=always[disputed.index].sum(),
    against_label=(by_label["answered as given"] <= 1).sum(),
    unanimous_images=[f"{image}" for image in unanimous],
    unanimous_as_guessed=[
        int(by_label.loc[image, "answered as guessed"]) for image in unanimous
    ],
)

page.claim(
    "about a tenth of all errors of the CNN",
    0.07 < share_of_errors < 0.13,
)
page.claim(
    "the difference between the kinds of network stays",
    without["cnn"].low > without["matched"].high,
)
page.claim(
    "a handful of the digits that all ten miss are disputed",
    3 <= always[disputed.index].sum() <= 7,
)
page.claim(
    "no CNN, or one, answers as the label says",
    (by_label["answered as given"] <= 1).sum() >= 7,
)

# %% [markdown]
# The digits with disputed labels are few, but they make
# {{ claim("about a tenth of all errors of the CNN") }}: {{ errors.disputed_errors | decimals(1) }}
# of {{ errors.mean_errors | decimals(0) }} in a mean run. Without them its accuracy is
# {{ errors.without.cnn | in_words(digits=2) }} instead of
# {{ errors.with_all.cnn | in_words(digits=2) }}, and
# {{ claim("the difference between the kinds of network stays") }}. (These intervals cover the
# seeds. Over writers, the 95 % interval is {{ normal.by_writer.cnn.low | percent(2) }} to
# {{ normal.by_writer.cnn.high | percent(2) }}, see [chapter 8](08_normal.ipynb).) And
# {{ claim("a handful of the digits that all ten miss are disputed") }}:
# {{ errors.always_disputed }} of {{ errors.always }}.
#
# For {{ errors.against_label }} of the {{ errors.disputed }} disputed digits
# {{ claim("no CNN, or one, answers as the label says") }}. For two images all five people agreed on
# the same other digit: image {{ errors.unanimous_images[0] }}, for which
# {{ errors.unanimous_as_guessed[0] }} of ten CNNs give the people's answer, and image
# {{ errors.unanimous_images[1] }}, for which {{ errors.unanimous_as_guessed[1] }} of ten does.
# Where people agree against a label, networks may or may not. Mind how these labels were found:
# people were shown digits that a network had read otherwise. A wrong label with which that network
# agreed was never shown to anybody. And since a network's error brought a digit onto the list, it
# is no wonder that many of these are errors of ours, too. This book leaves MNIST's labels as they
# are, since all published results do.
#
# ## Hard for one kind, or for all?
#
# A digit that all networks of a kind get wrong is hard for that kind. Is it hard for the other
# kind, too?

# %%
always_wrong = {name: wrong[name].all(axis=0) for name in networks}
hard = pd.DataFrame(
    {
        one: {
            other: (always_wrong[one] & always_wrong[other]).sum()
            for other in networks
        }
        for one in networks
    }
)
hard

# %% tags=["pipeline"]
page.claim(
    "has blind spots of its own",
    (always_wrong["cnn"] & ~always_wrong["matched"]).sum() >= 3,
)
page.add(
    always_wrong={name: always_wrong[name].sum() for name in networks},
    always_wrong_both=(always_wrong["cnn"] & always_wrong["matched"]).sum(),
    always_wrong_disputed=(always_wrong["cnn"][disputed.index]).sum(),
)

# %% [markdown]
# {{ errors.always_wrong.cnn }} digits are missed by all ten CNNs, {{ errors.always_wrong.matched }}
# by all ten matched networks, and {{ errors.always_wrong_both }} by all twenty. So each kind of
# network {{ claim("has blind spots of its own") }}, though not sharp ones: most of what every CNN
# misses, some fully connected network gets right, but many others miss it, too.
#
# ## Does it know?
#
# A network that gives its answers nine tenths of the probability should be right in nine cases of
# ten. If it is, it is **calibrated**. To see, sort the answers by the probability that the network
# gave them, and compare with the share that was right.
#
# Nearly all answers have a probability close to 1. So look at the other side: **doubt** is one
# minus the probability of the answer. (The runs keep the doubt as its number of nines, see
# [chapter 7](07_experiment.ipynb); no doubt below a hundred-millionth was told apart.) The ten runs
# of each network are pooled, sorted by doubt and cut into groups of equal size. Such a figure is
# called a **reliability diagram**; on logarithmic axes it shows the sure answers, too.

# %%
doubt = {}
for name in networks:
    nines = headline.loc[headline["network"] == name, "nines"]
    doubt[name] = 10.0 ** -np.array(nines.tolist())


def reliability(name, groups=20):
    """Mean doubt and share of errors in groups of equal size.

    They go from sure to unsure; groups without an error are left out.
    """
    order = np.argsort(doubt[name], axis=None)
    pairs = [
        (doubt[name].ravel()[group].mean(), wrong[name].ravel()[group].mean())
        for group in np.array_split(order, groups)
    ]
    return pd.DataFrame(
        [pair for pair in pairs if pair[1] > 0], columns=["doubt", "errors"]
    )


diagrams = {name: reliability(name) for name in ("cnn", "matched")}
# A quarter of the CNN's answers: sure ones, though not too sure to measure.
quarter = np.argsort(doubt["cnn"], axis=None)
quarter = quarter[int(0.65 * quarter.size) : int(0.9 * quarter.size)]
expected_errors = doubt["cnn"].ravel()[quarter].sum()
errors_made = wrong["cnn"].ravel()[quarter].sum()
print(f"{len(quarter):,} answers: {expected_errors:.2f} errors expected")
print(f"errors made: {errors_made}")
diagrams["cnn"].map("{:.1e}".format)

# %% mystnb={"figure": {"caption": "Share of errors against doubt, in twenty groups of equal size (those without any error are left out). A calibrated network would lie on the dashed line; points above it are surer than they should be.", "name": "fig-errors-reliability"}}
plots.reliability(
    {"CNN": diagrams["cnn"], "matched": diagrams["matched"]},
    subject="Errors against doubt of twenty trainings",
)


# %% [markdown]
# The **expected calibration error** puts it in one number: the mean distance between confidence
# (the probability of the answer, one minus the doubt) and accuracy, over fifteen groups of equal
# width in confidence, weighted by their size ({{ cite("guo2017") }}).


# %%
def expected_calibration_error(doubts, wrongs, groups=15):
    """Of one run: doubts and errors have one entry per image."""
    group = np.minimum((doubts * groups).astype(int), groups - 1)
    both = pd.DataFrame({"doubt": doubts, "wrong": wrongs})
    gaps = both.groupby(group).mean()
    shares = pd.Series(group).value_counts(normalize=True)
    return float(((gaps["doubt"] - gaps["wrong"]).abs() * shares).sum())


calibration_errors = {
    name: statistics.mean_over_seeds(
        [
            expected_calibration_error(*run)
            for run in zip(doubt[name], wrong[name], strict=True)
        ]
    )
    for name in networks
}
pd.DataFrame(
    {
        name: {
            "mean doubt": doubt[name].mean(),
            "share of errors": wrong[name].mean(),
            "expected calibration error": calibration_errors[name].value,
        }
        for name in networks
    }
).T.round(4)

# %% tags=["pipeline"]
page.claim(
    "All three are too sure",
    all(wrong[name].mean() > 1.5 * doubt[name].mean() for name in networks),
)
last_group = diagrams["cnn"].iloc[-1]
page.add(
    group_size=doubt["cnn"].size // 20,
    quarter=len(quarter),
    expected_errors=expected_errors,
    errors_made=errors_made,
    last_group=last_group.to_dict(),
    mean_doubt={name: doubt[name].mean() for name in networks},
    share_of_errors={name: wrong[name].mean() for name in networks},
    calibration_errors=calibration_errors,
)


# %% [markdown]
# {{ claim("All three are too sure") }}. On average the CNN doubts its answers by
# {{ errors.mean_doubt.cnn | percent(2) }}, and is wrong in
# {{ errors.share_of_errors.cnn | percent(2) }}; its expected calibration error is
# {{ errors.calibration_errors.cnn | in_words(digits=2) }}. That is small, as nearly everything is
# right. In the group of its most doubtful answers it doubts by
# {{ errors.last_group.doubt | percent(0) }} and errs in
# {{ errors.last_group.errors | percent(0) }}. At the other end, mind the groups: with
# {{ errors.group_size | thousands }} answers each, a single error puts a group above the line, and
# those without one are not shown. So leave out the answers that are too sure to be measured, and
# the least sure tenth. Among {{ errors.quarter | thousands }} in between, the doubts promise
# {{ errors.expected_errors | decimals(2) }} errors, and there were {{ errors.errors_made }}. The
# training chapter saw the beginning of it in the loss on held-out images:
# {{ claim("at the end it is several times that of the training images") }}.
#
# ## One number that mends it
#
# The calibration error looks at the answer alone. Two other scores look at all ten probabilities.
# The **negative log-likelihood** is the loss of [chapter 4](04_training.ipynb), taken on the test
# images. The **Brier score** ({{ cite("brier1950") }}) is the squared distance of the ten
# probabilities from a 1 at the right digit and nine zeros. Both have a virtue: whoever states the
# true probabilities cannot make them any smaller, on average, by stating others. The first punishes
# sure errors without mercy; the second cannot exceed 2.
#
# The remedy is astonishingly small. Divide all scores before the softmax by one number, the
# **temperature** ({{ cite("guo2017") }}). Above 1, it makes every answer less sure and changes
# none. Fit it to the loss on every second image, and look at the others. (The logarithms of the
# probabilities will do as scores: they differ from them by the same number in all ten, and softmax
# does not mind that. Stored runs kept the doubt alone. So take {{ errors.networks | words }}
# networks whose weights were kept, trained as the ten were.)

# %% nbval={"atol": 0.02}
every_second = np.arange(len(y_test)) % 2 == 0
one_hot = np.eye(10)[y_test]


def log_likelihood(log_p, rows):
    """The mean loss over some of the images."""
    return -log_p[np.arange(len(y_test)), y_test][rows].mean()


def scores(log_p, rows):
    p = np.exp(log_p)
    return {
        "log-likelihood": log_likelihood(log_p, rows),
        "Brier": ((p - one_hot) ** 2).sum(axis=1)[rows].mean(),
        "calibration error": expected_calibration_error(
            1 - p.max(axis=1)[rows], (p.argmax(axis=1) != y_test)[rows]
        ),
    }


def softened(log_p, temperature):
    """What the logarithms of the probabilities become."""
    return special.log_softmax(log_p / temperature, axis=1)


before, after, temperatures = [], [], []
for network in reference.load_networks():
    p = training.predict_probabilities(network, data.scale_pixels(X_test))
    log_p = np.log(np.maximum(p.astype(float), 1e-30))
    fitted = optimize.minimize_scalar(
        lambda t, log_p=log_p: log_likelihood(
            softened(log_p, t), every_second
        ),
        bounds=(0.5, 10),
        method="bounded",
    )
    temperatures.append(fitted.x)
    before.append(scores(log_p, ~every_second))
    after.append(scores(softened(log_p, fitted.x), ~every_second))
calibrated = pd.DataFrame(
    {
        "as they are": pd.DataFrame(before).mean(),
        "with a temperature": pd.DataFrame(after).mean(),
    }
).T
print("temperatures:", np.round(temperatures, 2))
calibrated.round(4)

# %% tags=["pipeline"]
as_they_are, with_temperature = pd.DataFrame(before), pd.DataFrame(after)
page.add(
    lowest_temperature=min(temperatures),
    highest_temperature=max(temperatures),
    atol=0.03,
)
page.add(networks=len(temperatures))
page.add(calibrated=calibrated.to_dict("index"), atol=0.002)
falls = with_temperature < as_they_are
page.add(brier_falls=int(falls["Brier"].sum()))
page.claim(
    "Loss and calibration error fall for each of the five networks",
    falls[["log-likelihood", "calibration error"]].all(axis=None),
)

# %% [markdown]
# The temperatures lie between {{ errors.lowest_temperature | decimals(1) }} and
# {{ errors.highest_temperature | decimals(1) }}.
# {{ claim("Loss and calibration error fall for each of the five networks") }}, the Brier score for
# {{ errors.brier_falls | words }} of them. On average, the calibration error goes from
# {{ errors.calibrated["as they are"]["calibration error"] | percent(2) }} to
# {{ errors.calibrated["with a temperature"]["calibration error"] | percent(2) }}, the loss from
# {{ errors.calibrated["as they are"]["log-likelihood"] | decimals(3) }} to
# {{ errors.calibrated["with a temperature"]["log-likelihood"] | decimals(3) }}. No answer has
# changed. So one scale explains a good part of it. We fitted it on every second test image, since
# these networks have seen all others. For a network of your own, use images held out.
#
# ## Refuse to answer
#
# Doubt may be too small and still be useful, if it is larger where the network is wrong. Then a
# program can set the most doubtful digits aside, for a person to read, and answer the others. How
# many must it set aside to make no more than one error in a thousand answers?


# %%
def errors_left(doubts, wrongs):
    """Share of errors left if the 0, 1, 2, ... most doubtful are set aside."""
    order = np.argsort(-doubts, kind="stable")
    errors_aside = np.concatenate([[0], np.cumsum(wrongs[order])[:-1]])
    errors = wrongs.sum() - errors_aside
    return errors / (len(wrongs) - np.arange(len(wrongs)))


left = {
    name: np.stack(
        [
            errors_left(*run)
            for run in zip(doubt[name], wrong[name], strict=True)
        ]
    )
    for name in ("cnn", "matched")
}
set_aside = {
    name: [int(np.argmax(curve <= 0.001)) for curve in curves]
    for name, curves in left.items()
}
by_seed = pd.DataFrame(set_aside, index=pd.RangeIndex(1, 11, name="seed"))
by_seed.describe().loc[["mean", "min", "max"]]

# %% mystnb={"figure": {"caption": "Errors among the answered digits when the most doubtful ones are set aside: means over ten seeds, in bands from the lowest to the highest.", "name": "fig-errors-refusal"}}
shown = np.arange(0, 2001, 50)
plots.bands(
    {
        "CNN": 100 * left["cnn"][:, shown],
        "matched": 100 * left["matched"][:, shown],
    },
    x=shown / 100,
    subject="Errors among the answered digits",
    xlabel="% of the digits set aside",
    ylabel="% of errors among the others",
)

# %% [markdown]
# There is a catch. The number was found on the very images it is stated for. A program needs a rule
# that was fixed before: answer if the doubt is below a threshold. So choose the threshold on every
# second image, and apply it to the others. Then choose it on the staff's digits, and apply it to
# the students'.

# %%
places = np.arange(len(y_test))
# The students' digits come first, see chapter 1.
halves = {"every second image": places % 2 == 0, "by staff": places > 5_000}


def check_rule(doubts, wrongs, half):
    """With a threshold from one half of the images, the other half's shares.

    They are the share set aside and the share of errors left.
    """
    # argmax of truth values is the place of the first True.
    curve = errors_left(doubts[half], wrongs[half])
    threshold = np.sort(doubts[half])[::-1][np.argmax(curve <= 0.001)]
    answered = doubts[~half] <= threshold
    return 1 - answered.mean(), wrongs[~half][answered].mean()


rules = {
    (chosen_on, name): pd.DataFrame(
        [
            check_rule(*run, half)
            for run in zip(doubt[name], wrong[name], strict=True)
        ],
        columns=["set aside", "errors left"],
    )
    for chosen_on, half in halves.items()
    for name in ("cnn", "matched")
}
pd.DataFrame({key: table.mean() for key, table in rules.items()}).T.round(4)

# %% tags=["pipeline"]
rule = {name: rules["every second image", name] for name in ("cnn", "matched")}
page.add(
    errors_of_students=rules["by staff", "cnn"]["errors left"].mean(),
    set_aside={
        name: {
            "mean": np.mean(counts),
            "low": min(counts),
            "high": max(counts),
        }
        for name, counts in set_aside.items()
    },
    rule_set_aside={
        name: statistics.mean_over_seeds(table["set aside"])
        for name, table in rule.items()
    },
    rule_errors={
        name: statistics.mean_over_seeds(table["errors left"])
        for name, table in rule.items()
    },
)
page.claim(
    "Less than a tenth is enough for the CNN",
    rule["cnn"]["set aside"].mean() < 0.1,
)
page.claim(
    "twice as many or more",
    rule["matched"]["set aside"].mean() > 2 * rule["cnn"]["set aside"].mean(),
)

# %% [markdown]
# {{ claim("Less than a tenth is enough for the CNN") }}: with the rule fixed beforehand it sets
# aside {{ errors.rule_set_aside.cnn | in_words }} of the digits, and of the others
# {{ errors.rule_errors.cnn | in_words(digits=2) }} are wrong. The matched network must set aside
# {{ claim("twice as many or more") }}: {{ errors.rule_set_aside.matched | in_words }}. On the
# images themselves, between {{ errors.set_aside.cnn.low }} and {{ errors.set_aside.cnn.high }} of
# the ten thousand suffice for the CNN, depending on the seed.
#
# But a threshold is a promise about digits like those it was chosen on. Chosen on the staff's
# digits, it leaves {{ errors.errors_of_students | percent(2) }} of errors among the students',
# where `0.1` percent was asked for. Your users are strangers, too.
#
# ## A threshold with a guarantee
#
# The rule above aims at its number and may miss it. Can a threshold *promise* something? Say: among
# the answered digits, at most {{ errors.promised | percent }} are wrong, and this holds with a
# probability of {{ (1 - errors.promise_risk) | percent(0) }}. Then it is not enough that so few
# were wrong on the half where you choose. Ask: how large could the true share be, so that so few
# errors still have a fair chance? That upper end is exact, by the binomial distribution, and it has
# to stay below ({{ cite("geifman2017") }}). And whoever tries {{ errors.thresholds | words }}
# thresholds and picks one must divide the risk among them.


# %%
asked, risk = 0.005, 0.05
shares = np.linspace(0.905, 1, 20)  # of the digits, those to be answered


def guaranteed_threshold(doubts, wrongs):
    """The doubt below which the promise holds; 0 if there is none."""
    order, best = np.argsort(doubts, kind="stable"), 0.0
    for share in shares:
        count = int(share * len(doubts))
        # The first digit that is not answered sets the threshold.
        threshold = doubts[order[count]] if count < len(doubts) else np.inf
        answered = doubts < threshold
        errors = wrongs[answered].sum()
        upper = stats.beta.ppf(
            1 - risk / len(shares), errors + 1, answered.sum() - errors
        )
        if upper <= asked:
            best = threshold
    return best


promised = {}
for chosen_on, half in halves.items():
    kept_promises = []
    for doubts, wrongs in zip(doubt["cnn"], wrong["cnn"], strict=True):
        threshold = guaranteed_threshold(doubts[half], wrongs[half])
        answered = doubts[~half] < threshold
        kept_promises.append(
            {
                "set aside": 1 - answered.mean(),
                "errors left": wrongs[~half][answered].mean(),
            }
        )
    promised[chosen_on] = pd.DataFrame(kept_promises)
pd.DataFrame(
    {
        chosen_on: {
            "set aside, mean": table["set aside"].mean(),
            "errors left, mean": table["errors left"].mean(),
            "errors left, highest of ten": table["errors left"].max(),
        }
        for chosen_on, table in promised.items()
    }
).T.round(4)

# %% tags=["pipeline"]
at_random, across = promised["every second image"], promised["by staff"]
page.add(
    thresholds=len(shares),
    promised=asked,
    promise_risk=risk,
    guaranteed_aside=at_random["set aside"].mean(),
    guaranteed_errors=at_random["errors left"].mean(),
    across_aside=across["set aside"].mean(),
    across_errors=across["errors left"].mean(),
    over_the_promise=int((across["errors left"] > asked).sum()),
    fewest_with_one=int(np.ceil(np.log(risk) / np.log(1 - 0.001))),
    fewest_for_a_thousandth=int(
        np.ceil(np.log(risk / len(shares)) / np.log(1 - 0.001))
    ),
)
page.claim(
    "all ten networks stay below it on the other half",
    (at_random["errors left"] <= asked).all(),
)
page.claim(
    "most of the ten break it", (across["errors left"] > asked).sum() > 5
)

# %% [markdown]
# Chosen on every second image, {{ claim("all ten networks stay below it on the other half") }}:
# they set aside {{ errors.guaranteed_aside | percent }} and err in
# {{ errors.guaranteed_errors | percent(2) }} of what they answer. (That is a check, not the
# promise: the promise is about all digits drawn like these, and the ten networks share the same
# half.)
#
# Chosen on the staff's digits and used on the students', {{ claim("most of the ten break it") }},
# {{ errors.over_the_promise }} of them; the mean is {{ errors.across_errors | percent(2) }}. The
# guarantee is a theorem. It assumes that new digits are drawn as those were on which you chose, one
# by one. Here the hands were others. And digits of one hand resemble each other, so for new writers
# it holds with less than it says, even from the same series.
#
# Why not promise one error in a thousand? Even without a single error you would need
# {{ errors.fewest_for_a_thousandth | thousands }} answered digits to be so sure with
# {{ errors.thresholds | words }} thresholds to pick from, and
# {{ errors.fewest_with_one | thousands }} with one that was fixed beforehand. Half the test set is
# five thousand.
#
# All runs were scored on the same five thousand images, and each makes only a few errors among its
# answers, so expect more scatter on others than these intervals say. But the lesson stays: a
# network can be wrong about *how* sure it is, and still show *where* it is unsure.
#
# **Elsewhere.** A network that is nearly always sure puts nearly all its answers into the last
# group of equal width, so {{ cite("nixon2019") }} make groups of equal numbers.
# {{ cite("chow1970") }} derives the rule for refusing if the probabilities are true.
#
# ## Summary
#
# - The mean CNN makes {{ errors.mean_errors | decimals(0) }} errors; {{ errors.always }} digits are
#   missed from every seed, {{ errors.once_or_more }} from at least one.
# - Disputed labels are {{ claim("about a tenth of all errors of the CNN") }}. They do not explain
#   the difference between networks.
# - The networks are too sure of themselves. One temperature, fitted on other images:
#   {{ claim("Loss and calibration error fall for each of the five networks") }}.
# - A threshold can come with a guarantee, for digits like those it was chosen on.
# - To be right about nearly all of what it answers, the CNN must set aside
#   {{ errors.rule_set_aside.cnn.value | percent(0) }} of the digits.
#
# ## Questions to think about
#
# **Ten networks of one kind make about `100` errors each among `10_000` digits, and `30` digits are
# missed by all ten. What does that show?**
#
# <details><summary>Chance: with so many errors, some must coincide</summary>
#
# Some must, but not so often. If the networks erred independently, even a single digit that all ten
# miss would be next to impossible. Exercise 2 works it out.
#
# </details>
#
# <details><summary>Digits differ in difficulty for networks of that kind</summary>
#
# Right. Why they are difficult is left open: an unusual form, a wrong label, or something that this
# kind of network cannot see.
#
# </details>
#
# <details><summary>The labels of these digits are wrong</summary>
#
# Of some, perhaps. You cannot learn it from the networks alone; people had to look.
#
# </details>
#
# **A network is right about nine digits in ten, and gives each of its answers the probability
# `0.9`. What is its doubt worth?**
#
# <details><summary>It is calibrated, so its doubt tells which digits to set aside</summary>
#
# It is calibrated. But it doubts all its answers alike: no digit is more doubtful than another.
#
# </details>
#
# <details><summary>It is calibrated, and its doubt is of no use for setting digits aside</summary>
#
# Right. How much a network doubts on the whole, and which answers it doubts more, are two things.
# This chapter looks at one after the other.
#
# </details>
#
# <details><summary>It is not calibrated, since one digit in ten is wrong</summary>
#
# One in ten is what a probability of nine tenths promises. Calibrated does not mean right.
#
# </details>
#
# **Why was the threshold found on one half of the test images and applied to the other?**
#
# <details><summary>So that each half has as many digits of each kind</summary>
#
# Taking every second image does not see to that, and it is not the reason.
#
# </details>
#
# <details><summary>Because a threshold fits the few errors among the images it was chosen
# for</summary>
#
# Right. It lies just where those errors end. On other images the errors lie elsewhere, and that is
# where a program has to work.
#
# </details>
#
# <details><summary>Because sorting all of them would take too long</summary>
#
# Sorting ten thousand numbers takes no time worth mentioning.
#
# </details>
#
# **Without the disputed images your network's accuracy rises. What may you report?**
#
# <details><summary>The accuracy without them: those labels are not to be trusted</summary>
#
# Nobody could compare it with other results any more, and you would have removed images that are
# hard for networks as well as for people.
#
# </details>
#
# <details><summary>The accuracy with all, and the one without beside it, for all networks
# alike</summary>
#
# Right. Say which images you left out, and who disputed them; the list must not come from your own
# network's errors.
#
# </details>
#
# <details><summary>The accuracy without the images that your own network gets wrong and that look
# odd to you</summary>
#
# Then your errors decide what counts as an error. Choose the images without regard to any network's
# answers.
#
# </details>
#
# ## Exercises
#
# {{ how_to_answer("errors.1") }}

# %%
from digitlib import check, hint

# %% [markdown]
# **Exercise 1** (a few minutes). Let the ten CNNs vote. Write `majority`, which takes their
# answers, a row for each network and a column for each image, and returns for each image the digit
# with the most votes; of digits with equal votes, the one that comes first in the order from 0 to
# 9. How many errors does the majority make?


# %%
def majority(answers):
    """The digit with the most votes, for each image."""
    ...
    ### BEGIN SOLUTION
    votes = np.stack([(answers == digit).sum(axis=0) for digit in range(10)])
    return votes.argmax(axis=0)
    ### END SOLUTION


check("errors.1", majority)
### BEGIN SOLUTION
errors_of_majority = (majority(answers["cnn"]) != y_test).sum()
fewest = wrong["cnn"].sum(axis=1).min()
print(
    f"errors of the majority: {errors_of_majority}, "
    f"of the CNN with the fewest: {fewest}"
)
### END SOLUTION

# %% [markdown]
# **Exercise 2** (ten minutes). How many digits would be missed by none, by one, and so on to all
# ten CNNs, if each made its errors without regard to the others, and no digit were harder than
# another? Write `expected_counts`. It takes an array of truth values, `True` where a network (row)
# misses an image (column), and returns the expected numbers of images, from none to all networks.
# The probability of an error is the mean over the whole array. Hold the result against what was
# counted.

# %%
### BEGIN SOLUTION
from scipy.stats import binom


### END SOLUTION
def expected_counts(wrong):
    """Images that 0, 1, ... all networks miss, if errors are independent."""
    ...
    ### BEGIN SOLUTION
    networks, images = wrong.shape
    return images * binom.pmf(np.arange(networks + 1), networks, wrong.mean())
    ### END SOLUTION


check("errors.2", expected_counts)
### BEGIN SOLUTION

counted = np.bincount(missed, minlength=11)
for misses, expected in enumerate(expected_counts(wrong["cnn"])):
    print(
        f"missed by {misses:2}: {expected:8.1e} expected, "
        f"{counted[misses]:5} seen"
    )
# Errors are not independent at all: the digits differ in difficulty.
### END SOLUTION

# %% [markdown]
# **Exercise 3** (ten minutes). Of the digits that are set aside, how many would have been answered
# correctly? Write `needlessly`, which takes the doubts and the errors of one run (truth values,
# `True` where the answer is wrong) and how many digits are set aside. It returns the share of right
# answers among these, the most doubtful ones.


# %%
def needlessly(doubts, wrongs, count):
    """Share of right answers among the most doubtful digits."""
    ...
    ### BEGIN SOLUTION
    return 1 - wrongs[np.argsort(-doubts, kind="stable")[:count]].mean()
    ### END SOLUTION


check("errors.3", needlessly)
### BEGIN SOLUTION
for name in ("cnn", "matched"):
    shares = [
        needlessly(*run)
        for run in zip(doubt[name], wrong[name], set_aside[name], strict=True)
    ]
    print(f"{name}: {np.mean(shares):.0%} of the digits set aside")
### END SOLUTION

# %% [markdown]
# **Exercise 4** (half an hour). A network can be badly calibrated and still show where it is
# unsure. Put the second in one number that does not mind the first. Write `order_of_doubt`: how
# probable is it that a wrong answer is doubted more than a right one, if one of each is drawn at
# random? Pairs that are doubted equally count half. What does it give if all doubts are squared?
# And the expected calibration error?


# %%
def order_of_doubt(doubts, wrongs):
    """Probability that a wrong answer is doubted more than a right one."""
    ...
    ### BEGIN SOLUTION
    of_wrong, of_right = doubts[wrongs][:, np.newaxis], doubts[~wrongs]
    return ((of_wrong > of_right) + (of_wrong == of_right) / 2).mean()
    ### END SOLUTION


check("errors.4", order_of_doubt)
### BEGIN SOLUTION
for name in ("cnn", "matched"):
    doubts, wrongs = doubt[name][0], wrong[name][0]
    versions = {"doubts": doubts, "their squares": doubts**2}
    for what, changed in versions.items():
        order = order_of_doubt(changed, wrongs)
        calibration = expected_calibration_error(changed, wrongs)
        print(
            f"{name:7} {what:13} order {order:.3f}, "
            f"expected calibration error {calibration:.4f}"
        )
# Squaring keeps the order, and spoils the calibration.
### END SOLUTION

# %% [markdown]
# **Exercise 5** (an hour). A network that is too sure can be made less so. Find its temperature
# without an optimizer: write `temperature`, which takes scores, one row an image, and labels, and
# returns the temperature at which the mean cross-entropy is lowest, to a hundredth of itself; it
# may lie below 1. Use the CNN of the training chapter; the logarithms of its probabilities will do
# as scores. Find the temperature on one half of the test images. What becomes of the expected
# calibration error on the other half?

# %% nbval={"atol": 0.03}
### BEGIN SOLUTION
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from digitlib import training


### END SOLUTION
def temperature(scores, labels):
    """The temperature that gives the labels the lowest mean cross-entropy."""
    ...
    ### BEGIN SOLUTION
    places = np.arange(len(labels)), labels

    def cross_entropy(logarithm):
        return -log_softmax(scores / np.exp(logarithm), axis=1)[places].mean()

    found = minimize_scalar(cross_entropy, bounds=(-3, 3), method="bounded")
    return np.exp(found.x)
    ### END SOLUTION


check("errors.5", temperature)
### BEGIN SOLUTION

cnn = reference.load_model("cnn")
probabilities = training.predict_probabilities(cnn, data.scale_pixels(X_test))
scores = np.log(probabilities + 1e-12)
half = halves["every second image"]
found = temperature(scores[half], y_test[half])
others, true = scores[~half], y_test[~half]
print(f"temperature {found:.1f}")
for name, divisor in {"as it is": 1, "cooled": found}.items():
    probabilities = softmax(others / divisor, axis=1)
    doubts = 1 - probabilities.max(axis=1)
    wrongs = probabilities.argmax(axis=1) != true
    error = expected_calibration_error(doubts, wrongs)
    print(f"{name:8} expected calibration error {error:.3f}")
### END SOLUTION

# %% tags=["pipeline"]
page.save()
