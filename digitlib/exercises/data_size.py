"""Exercises of the chapter on the number of training images."""

import math

import numpy as np
from scipy import optimize, stats

from digitlib.exercises.declarations import OTHERWISE, RIGHT, Near, OneOf, When, exercise

LEAST_EPOCHS = 10
SIZES = np.array([30, 100, 300, 1_000, 3_000, 10_000, 60_000])


@exercise(
    "data_size.1",
    "How many steps has one epoch, if the last batch may be smaller than the others?",
    "Steps of an epoch: images / batch_size, rounded up. How many such epochs give at least least_steps steps?",
    "math.ceil(least_steps / steps_of_an_epoch), but not below 10.",
    cases=((100, 32, 1_500), (1_000, 32, 1_500), (70, 64, 1_001), (60_000, 32, 1_500)),
)
def epochs_needed(images, batch_size, least_steps):
    steps = len(range(0, images, batch_size))  # a batch begins at each of these images
    enough, too_few = len(range(0, least_steps, steps)), least_steps // steps
    case = f"{images} images in batches of {batch_size} and at least {least_steps} steps"
    return {
        RIGHT: max(enough, LEAST_EPOCHS),
        f"For {case}: what happens to the images that do not fill a whole batch?": (
            max(math.ceil(least_steps / (images // batch_size)), LEAST_EPOCHS)
        ),
        f"For {case}: there are no parts of steps. How many steps has one epoch, as a whole number?": (
            max(math.ceil(least_steps * batch_size / images), LEAST_EPOCHS)
        ),
        f"For {case}: how many steps are made in {too_few} epochs? At least so many were asked for.": too_few,
        f"For {case}: enough steps, but even large sets should be seen {LEAST_EPOCHS} times.": enough,
        f"For {case}: {LEAST_EPOCHS} epochs are the least, and not what comes on top.": enough + LEAST_EPOCHS,
        f"For {case}: these are the steps of one epoch.": steps,
        f"For {case}: these are steps. An epoch has more than one.": least_steps,
        f"Not for {case}. Count the batches of one epoch first.": OTHERWISE,
    }


@exercise(
    "data_size.2",
    "The law gives an error for a number of images. Solve it for the number.",
    "error = a * n ** -b. Divide by a, and get rid of the exponent.",
    "n ** b = a / error. Which power undoes the b-th?",
    cases=((0.01, 2.0, 0.5), (0.005, 1.3, 0.4), (0.2, 0.9, 1.0)),
    within=0,
    relative=1e-6,
    remark="Whether to believe it is another question: look where the points end.",
)
def images_for(error, a, b):
    right = optimize.brentq(lambda images: a * images**-b - error, 1e-3, 1e9)
    return {
        RIGHT: right,
        "Less than one image? Which is divided by which?": (error / a) ** (1 / b),
        "You put the error where the number of images belongs. Solve the law for n.": a * error**-b,
        "Raising to the power of b does not undo it. Which power does?": (a / error) ** b,
        "An exponent is not a factor, so dividing by b does not undo it.": a / error / b,
        "Where is a? With one image the error would be a, not 1.": (1 / error) ** (1 / b),
        "Divide by a before you undo the power: a is not raised to it.": a / error ** (1 / b),
        "That is the logarithm of the number of images.": math.log10(right),
        f"Not for an error of {error:g}, a = {a:g} and b = {b:g}: put it in the law.": OTHERWISE,
    }


ERRORS = 1.8 * SIZES**-0.45 * np.exp(0.15 * np.random.default_rng(3).normal(size=len(SIZES)))


@exercise(
    "data_size.3",
    "On logarithmic axes the law is a straight line: log error = log a - b log n.",
    "Fit a line to the logarithms of both, with linregress or np.polyfit. What are its slope and its intercept?",
    "The slope is -b. The intercept is the logarithm of a, so raise the base to it.",
    cases=((SIZES, ERRORS),),
    within=0,
    relative=1e-4,
    what=("a", "b"),
    returns="a and b",
)
def fit_power_law(sizes, errors):
    line, raw = stats.linregress(np.log10(sizes), np.log10(errors)), stats.linregress(sizes, errors)
    turned = stats.linregress(np.log10(errors), np.log10(sizes))
    a, b, power = 10**line.intercept, -line.slope, line.intercept
    ends = -np.log(errors[-1] / errors[0]) / np.log(sizes[-1] / sizes[0])
    half = stats.linregress(sizes, np.log10(errors)), stats.linregress(np.log10(sizes), errors)
    nonlinear, _ = optimize.curve_fit(lambda n, a, b: a * n**-b, sizes, errors, p0=(a, b))
    return {
        RIGHT: (a, b),
        "The right two numbers, in the other order.": (b, a),
        "The law is a n^-b, with the minus written out. Which sign has b, if the error falls?": (a, -b),
        "Your a is a logarithm still: with one image, the error would be a.": OneOf((np.log(a), b), (np.log10(a), b)),
        "You take logarithms to one base, and powers of another.": (
            OneOf((math.e**power, b), (10 ** (power * np.log(10)), b))
        ),
        "You fit images to errors. The errors scatter, so they are what the line should be fitted to.": (
            OneOf((..., -turned.slope), (..., -1 / turned.slope))
        ),
        "Your line runs through the first and the last point. What do the others say?": (..., ends),
        "You fit a line to the numbers themselves. On which axes is the law a line?": (..., -raw.slope),
        "One axis is logarithmic and the other is not. A power law is a line if both are.": (
            OneOf(*((..., -fit.slope * unit) for fit in half for unit in (1, np.log(10))))
        ),
        "You make the distances of the errors small, so the few-image points decide. Make those of logarithms small.": (
            (*nonlinear,)
        ),
        "Fit a line to logarithms, then turn it back into a and b.": OTHERWISE,
    }


VALUES = np.array([0.023, 0.021, 0.045, 0.022, 0.026, 0.02, 0.031, 0.024])
ERROR = stats.sem(VALUES)
MULTIPLES = stats.norm.ppf(0.975), stats.t.ppf(0.975, len(VALUES) - 1), 1  # of the error, as is customary


def _draws(seed, count, statistic=np.mean):
    return statistic(np.random.default_rng(seed).choice(VALUES, size=(50_000, count)), axis=1)


@exercise(
    "data_size.4",
    "Draw as many of the values as there are, with replacement, and take the mean. Do that ten thousand times.",
    "random.choice(values, size=(10_000, len(values))) makes all the draws at once, a row each.",
    "Take the mean of each row, then np.quantile of these means at 0.025 and 0.975.",
    cases=((VALUES,),),
    within=0.12 * ERROR,
    what=("the lower end", "the higher end"),
    returns="low and high",
    remark="With five values it is a little too narrow: who draws from five cannot see what a sixth would do.",
)
def bootstrap_interval(values):
    def middle(draws, share=0.95):
        return tuple(np.quantile(draws, ((1 - share) / 2, (1 + share) / 2)))

    def is_extreme(ends):
        wider = np.ptp(ends) > 1.3 * np.ptp(middle(means))
        return wider and np.allclose(ends, (means.min(), means.max()), rtol=0, atol=4 * ERROR)

    method = {"method": "percentile", "n_resamples": 50_000, "random_state": np.random.default_rng(4)}
    mean, means = values.mean(), stats.bootstrap((values,), np.mean, **method).bootstrap_distribution
    by_formula = [tuple(Near(mean + sign * times * ERROR, 1e-6) for sign in (-1, 1)) for times in MULTIPLES]
    return {
        RIGHT: middle(means),
        "The lower end first.": When(lambda ends: ends[0] > ends[1], middle(means)[::-1]),
        "The interval has no width: drawn without replacement, each draw holds all values once.": (
            (Near(mean, 1e-12), Near(mean, 1e-12))
        ),
        "These are quantiles of the values. The question is how far their mean would vary.": middle(values),
        "That interval is symmetrical by its formula. The bootstrap draws, and asks the draws.": OneOf(*by_formula),
        "Five in a hundred are cut off at each end, so nine tenths are left. How many should be left?": (
            middle(means, 0.9)
        ),
        "The draws are smaller than the sample, so their means vary too much.": middle(_draws(5, len(values) // 2)),
        "That is the median's. Asked for is the mean's.": middle(_draws(6, len(values), np.median)),
        "These are the most extreme draws: with more draws they move further out. Cut off a little at each end.": (
            When(is_extreme, (means.min(), means.max()))
        ),
        "Not near what fifty thousand draws give. Are there enough draws, and is each as large as the sample?": (
            OTHERWISE
        ),
    }


WITH_FLOOR = (2.1 * SIZES**-0.6 + 0.008) * np.exp(0.1 * np.random.default_rng(7).normal(size=len(SIZES)))


def _fit_floor(sizes, errors, scale):
    """The three numbers of the law with a floor, by least squares on the given scale."""

    def distances(numbers):
        a, b, c = numbers
        return scale(a * sizes**-b + c) - scale(errors)

    return optimize.least_squares(
        distances, (2, 0.6, 0.008), bounds=(1e-9, np.inf), xtol=1e-12, x_scale=(1, 0.1, 0.01)
    ).x


@exercise(
    "data_size.5",
    "scipy.optimize.curve_fit finds the numbers of any formula. Which formula, and fitted to what?",
    "Fit np.log(a * n**-b + c) to np.log(errors). Give it a start near the plain law, such as p0=(1, 0.5, 0.001).",
    "bounds=(0, np.inf) keeps a, b and c from becoming negative on the way.",
    cases=((SIZES, WITH_FLOOR),),
    within=0,
    relative=0.02,
    what=("a", "b", "c"),
    returns="a, b and c",
    remark="Seven points and three numbers: a good fit is no great feat.",
)
def fit_with_floor(sizes, errors):
    a, b, c = _fit_floor(sizes, errors, np.log)
    plain = stats.linregress(np.log(sizes), np.log(errors))
    rest = stats.linregress(np.log(sizes[:-1]), np.log(errors[:-1] - errors[-1]))
    return {
        RIGHT: (a, b, c),
        "Your a and b are those of the plain law. With a floor, all three must be fitted together.": (
            (math.exp(plain.intercept), -plain.slope, ...)
        ),
        "You take the smallest error for the floor. The law approaches the floor: has it arrived?": (
            OneOf((..., ..., errors.min()), (math.exp(rest.intercept), -rest.slope, ...))
        ),
        "Which sign has b, in a n^-b + c?": (a, -b, c),
        "Your a is a logarithm still.": OneOf((math.log(a), b, c), (math.log10(a), b, c)),
        "Your c is a logarithm still: it should be a share of errors.": (a, b, math.log(c)),
        "You make the distances of the errors small, where small errors hardly count. Compare logarithms.": (
            tuple(_fit_floor(sizes, errors, lambda values: values))
        ),
        "A floor below 0 would be fewer errors than none.": When(lambda found: found[2] < 0, (a, b, -c)),
        "There are three numbers that come closer to the logarithms of the errors. Try another start.": OTHERWISE,
    }
