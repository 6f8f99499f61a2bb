"""Exercises of the chapter on the number of training images."""

import math

import numpy as np
from scipy import optimize, stats

from digitlib.exercises import exercise
from digitlib.exercises.answers import array, call, close, integer, number, wrong_if

LEAST_EPOCHS = 10
SIZES = np.array([30, 100, 300, 1_000, 3_000, 10_000, 60_000])


@exercise(
    "data_size.1",
    "How many steps has one epoch, if the last batch may be smaller than the others?",
    "Steps of an epoch: images / batch_size, rounded up. How many such epochs give at least least_steps steps?",
    "math.ceil(least_steps / steps_of_an_epoch), but not below 10.",
)
def epochs_needed(answer):
    for images, batch_size, least_steps in ((100, 32, 1_500), (1_000, 32, 1_500), (70, 64, 1_001), (60_000, 32, 1_500)):
        epochs = integer(
            call(answer, images, batch_size, least_steps, what="epochs_needed"), "what epochs_needed returns"
        )
        steps = len(range(0, images, batch_size))  # a batch begins at each of these images
        expected = max(len(range(0, least_steps, steps)), LEAST_EPOCHS)
        case = f"{images} images in batches of {batch_size} and at least {least_steps} steps"
        wrong_if(
            epochs == max(math.ceil(least_steps / (images // batch_size)), LEAST_EPOCHS) != expected,
            f"For {case}: what happens to the images that do not fill a whole batch?",
        )
        wrong_if(
            epochs == math.ceil(least_steps * batch_size / images) != expected and steps > 1,
            f"For {case}: there are no parts of steps. How many steps has one epoch, as a whole number?",
        )
        wrong_if(
            epochs == least_steps // steps != expected and expected > LEAST_EPOCHS,
            f"For {case}: how many steps are made in {epochs} epochs? At least so many were asked for.",
        )
        wrong_if(
            epochs == len(range(0, least_steps, steps)) < LEAST_EPOCHS,
            f"For {case}: enough steps, but even large sets should be seen {LEAST_EPOCHS} times.",
        )
        wrong_if(
            epochs == len(range(0, least_steps, steps)) + LEAST_EPOCHS != expected,
            f"For {case}: {LEAST_EPOCHS} epochs are the least, and not what comes on top.",
        )
        wrong_if(epochs == steps != expected, f"For {case}: these are the steps of one epoch.")
        wrong_if(epochs == least_steps != expected, f"For {case}: these are steps. An epoch has more than one.")
        wrong_if(epochs != expected, f"Not for {case}. Count the batches of one epoch first.")


@exercise(
    "data_size.2",
    "The law gives an error for a number of images. Solve it for the number.",
    "error = a * n ** -b. Divide by a, and get rid of the exponent.",
    "n ** b = a / error. Which power undoes the b-th?",
)
def images_for(answer):
    for error, a, b in ((0.01, 2.0, 0.5), (0.005, 1.3, 0.4), (0.2, 0.9, 1.0)):
        images = number(call(answer, error, a, b, what="images_for"), "what images_for returns")
        expected = optimize.brentq(lambda images, error, a, b: a * images**-b - error, 1e-3, 1e9, args=(error, a, b))
        mistakes = {
            (error / a) ** (1 / b): "Less than one image? Which is divided by which?",
            a * error**-b: "You put the error where the number of images belongs. Solve the law for n.",
            (a / error) ** b: "Raising to the power of b does not undo it. Which power does?",
            a / error / b: "An exponent is not a factor, so dividing by b does not undo it.",
            (1 / error) ** (1 / b): "Where is a? With one image the error would be a, not 1.",
            a / error ** (1 / b): "Divide by a before you undo the power: a is not raised to it.",
            math.log10(expected): "That is the logarithm of the number of images.",
        }
        for mistake, message in mistakes.items():
            wrong_if(close(images, mistake, within=1e-6 * abs(mistake)) and not _near(images, expected), message)
        wrong_if(
            not _near(images, expected), f"Not for an error of {error:g}, a = {a:g} and b = {b:g}: put it in the law."
        )
    return "Whether to believe it is another question: look where the points end."


@exercise(
    "data_size.3",
    "On logarithmic axes the law is a straight line: log error = log a - b log n.",
    "Fit a line to the logarithms of both, with linregress or np.polyfit. What are its slope and its intercept?",
    "The slope is -b. The intercept is the logarithm of a, so raise the base to it.",
)
def fit_power_law(answer):
    random = np.random.default_rng(3)
    errors = 1.8 * SIZES**-0.45 * np.exp(0.15 * random.normal(size=len(SIZES)))
    a, b = _numbers(call(answer, SIZES, errors, what="fit_power_law"), "fit_power_law", "a and b")
    line = stats.linregress(np.log10(SIZES), np.log10(errors))
    expected = 10**line.intercept, -line.slope
    wrong_if(_near((b, a), expected), "The right two numbers, in the other order.")
    wrong_if(
        _near((a, -b), expected), "The law is a n^-b, with the minus written out. Which sign has b, if the error falls?"
    )
    wrong_if(
        any(_near((a, b), (np.log(expected[0]) / np.log(base), expected[1])) for base in (math.e, 10)),
        "Your a is a logarithm still: with one image, the error would be a.",
    )
    wrong_if(
        _near((a, b), (math.e**line.intercept, -line.slope))
        or _near((a, b), (10 ** (line.intercept * np.log(10)), -line.slope)),
        "You take logarithms to one base, and powers of another.",
    )
    turned = stats.linregress(np.log10(errors), np.log10(SIZES))
    wrong_if(
        _near(b, -turned.slope) or _near(b, -1 / turned.slope),
        "You fit images to errors. The errors scatter, so they are what the line should be fitted to.",
    )
    ends = -np.log(errors[-1] / errors[0]) / np.log(SIZES[-1] / SIZES[0])
    wrong_if(_near(b, ends), "Your line runs through the first and the last point. What do the others say?")
    raw = stats.linregress(SIZES, errors)
    wrong_if(_near(b, -raw.slope), "You fit a line to the numbers themselves. On which axes is the law a line?")
    half = stats.linregress(SIZES, np.log10(errors)), stats.linregress(np.log10(SIZES), errors)
    wrong_if(
        any(_near(b, -fit.slope) or _near(b, -fit.slope * np.log(10)) for fit in half),
        "One axis is logarithmic and the other is not. A power law is a line if both are.",
    )
    nonlinear, _ = optimize.curve_fit(lambda n, a, b: a * n**-b, SIZES, errors, p0=expected)
    wrong_if(
        _near((a, b), nonlinear, within=1e-3),
        "You make the distances of the errors small, so the few-image points decide. Make those of logarithms small.",
    )
    wrong_if(not _near((a, b), expected, within=1e-4), "Fit a line to logarithms, then turn it back into a and b.")


@exercise(
    "data_size.4",
    "Draw as many of the values as there are, with replacement, and take the mean. Do that ten thousand times.",
    "random.choice(values, size=(10_000, len(values))) makes all the draws at once, a row each.",
    "Take the mean of each row, then np.quantile of these means at 0.025 and 0.975.",
)
def bootstrap_interval(answer):
    values = np.array([0.023, 0.021, 0.045, 0.022, 0.026, 0.02, 0.031, 0.024])
    interval = np.array(_numbers(call(answer, values, what="bootstrap_interval"), "bootstrap_interval", "low and high"))
    mean, error = values.mean(), stats.sem(values)
    resampled = stats.bootstrap(
        (values,), np.mean, method="percentile", n_resamples=50_000, random_state=np.random.default_rng(4)
    )
    means, within = resampled.bootstrap_distribution, 0.12 * error
    expected = np.quantile(means, (0.025, 0.975))
    fewer = np.random.default_rng(5).choice(values, size=(50_000, len(values) // 2)).mean(axis=1)
    medians = np.median(np.random.default_rng(6).choice(values, size=(50_000, len(values))), axis=1)
    wrong_if(interval[0] > interval[1], "The lower end first.")
    wrong_if(
        close(interval, mean, within=1e-12),
        "The interval has no width: drawn without replacement, each draw holds all values once.",
    )
    wrong_if(
        close(interval, np.quantile(values, (0.025, 0.975)), within=within),
        "These are quantiles of the values. The question is how far their mean would vary.",
    )
    wrong_if(
        any(
            close(interval, mean + np.array([-1, 1]) * times * error, within=1e-6)
            for times in _customary_multiples(len(values))
        ),
        "That interval is symmetrical by its formula. The bootstrap draws, and asks the draws.",
    )
    wrong_if(
        close(interval, np.quantile(means, (0.05, 0.95)), within=within),
        "Five in a hundred are cut off at each end, so nine tenths are left. How many should be left?",
    )
    wrong_if(
        close(interval, np.quantile(fewer, (0.025, 0.975)), within=within),
        "The draws are smaller than the sample, so their means vary too much.",
    )
    wrong_if(
        close(interval, np.quantile(medians, (0.025, 0.975)), within=within),
        "That is the median's. Asked for is the mean's.",
    )
    wrong_if(
        close(interval, (means.min(), means.max()), within=4 * error) and np.ptp(interval) > 1.3 * np.ptp(expected),
        "These are the most extreme draws: with more draws they move further out. Cut off a little at each end.",
    )
    wrong_if(
        not close(interval, expected, within=within),
        "Not near what fifty thousand draws give. Are there enough draws, and is each as large as the sample?",
    )
    return "With five values it is a little too narrow: who draws from five cannot see what a sixth would do."


@exercise(
    "data_size.5",
    "scipy.optimize.curve_fit finds the numbers of any formula. Which formula, and fitted to what?",
    "Fit np.log(a * n**-b + c) to np.log(errors). Give it a start near the plain law, such as p0=(1, 0.5, 0.001).",
    "bounds=(0, np.inf) keeps a, b and c from becoming negative on the way.",
)
def fit_with_floor(answer):
    random = np.random.default_rng(7)
    errors = (2.1 * SIZES**-0.6 + 0.008) * np.exp(0.1 * random.normal(size=len(SIZES)))
    found = _numbers(call(answer, SIZES, errors, what="fit_with_floor"), "fit_with_floor", "a, b and c", count=3)
    a, b, c = expected = _fit_floor(SIZES, errors, np.log)
    plain = stats.linregress(np.log(SIZES), np.log(errors))
    wrong_if(
        _near(found[:2], (math.exp(plain.intercept), -plain.slope), within=1e-3),
        "Your a and b are those of the plain law. With a floor, all three must be fitted together.",
    )
    rest = stats.linregress(np.log(SIZES[:-1]), np.log(errors[:-1] - errors[-1]))
    wrong_if(
        _near(found[2], errors.min()) or _near(found[:2], (math.exp(rest.intercept), -rest.slope), within=1e-3),
        "You take the smallest error for the floor. The law approaches the floor: has it arrived?",
    )
    wrong_if(_near((found[0], -found[1], found[2]), expected, within=0.02), "Which sign has b, in a n^-b + c?")
    wrong_if(
        _near(found, (math.log(a), b, c), within=0.02) or _near(found, (math.log10(a), b, c), within=0.02),
        "Your a is a logarithm still.",
    )
    wrong_if(
        _near(found, (a, b, math.log(c)), within=0.02), "Your c is a logarithm still: it should be a share of errors."
    )
    wrong_if(
        _near(found, _fit_floor(SIZES, errors, lambda values: values), within=0.02),
        "You make the distances of the errors small, where small errors hardly count. Compare logarithms.",
    )
    wrong_if(found[2] < 0, "A floor below 0 would be fewer errors than none.")
    wrong_if(
        not _near(found, expected, within=0.02),
        "There are three numbers that come closer to the logarithms of the errors. Try another start.",
    )
    return "Seven points and three numbers: a good fit is no great feat."


def _fit_floor(sizes, errors, scale):
    """The three numbers of the law with a floor, by least squares on the given scale."""

    def distances(numbers):
        a, b, c = numbers
        return scale(a * sizes**-b + c) - scale(errors)

    return optimize.least_squares(
        distances, (2, 0.6, 0.008), bounds=(1e-9, np.inf), xtol=1e-12, x_scale=(1, 0.1, 0.01)
    ).x


def _numbers(result, function, what, count=2):
    wrong_if(type(result) not in (tuple, list, np.ndarray) or len(result) != count, f"{function} should return {what}.")
    return tuple(array(result, f"what {function} returns", shape=(count,)).astype(float))


def _near(found, expected, within=1e-6):
    """Whether numbers agree but for a small share of them."""
    return np.allclose(found, expected, rtol=within, atol=0)


def _customary_multiples(count):
    """Of the standard error, on each side of the mean: normal, Student's t, one."""
    return stats.norm.ppf(0.975), stats.t.ppf(0.975, count - 1), 1
