"""Exercises of the chapter on the hierarchy of features."""

import math

import numpy as np
from scipy import optimize, stats
from sklearn.linear_model import Ridge

from digitlib.exercises import exercise
from digitlib.exercises.answers import array, call, close, integer, number, wrong_if


@exercise(
    "hierarchy.1",
    "Draw it in one dimension. One unit of the last layer looks at a few units before it: which pixels do they see?",
    "Keep two numbers as you go through the layers: how much a unit sees, and how many pixels lie between neighbours.",
    "A window adds (window - 1) x step to what is seen; after that, the step is multiplied by the layer's stride.",
)
def receptive_field(answer):
    for layers in (((5, 2), (3, 3), (3, 1)), ((3, 1), (2, 2), (3, 1), (2, 2)), ((3, 1),), ((2, 2), (2, 2), (2, 2))):
        size = integer(call(answer, layers, what="receptive_field"), "what receptive_field returns")
        windows, strides = zip(*layers, strict=True)
        expected = _seen(layers)
        wrong_if(
            size == sum(windows) - len(windows) + 1 != expected,
            "You add up the windows as if all strides were 1. How far apart are the units that a later window joins?",
        )
        wrong_if(size == sum(windows) != expected, "Neighbouring windows overlap, so their sides do not simply add up.")
        wrong_if(
            size == math.prod(windows) != expected,
            "The windows multiply only where they do not overlap. What does a stride of 1 do?",
        )
        wrong_if(
            size
            == 1 + sum((window - 1) * step for window, step in zip(windows, np.cumprod(strides), strict=True))
            != expected,
            "A layer's own stride sets its units apart, not the ones it looks at. When should the step grow?",
        )
        wrong_if(
            size
            == 1 + sum((window - 1) * step for window, step in zip(windows, (1, *strides), strict=False))
            != expected,
            "Only the stride of the layer just before counts with you. What of those before that?",
        )
        wrong_if(
            size == _seen(layers[::-1]) != expected, "You go through the layers from the wrong end. Which is the first?"
        )
        wrong_if(size == expected - 1, "One pixel short: a unit that looks at nothing but itself sees one already.")
        wrong_if(size != expected, f"Not for the windows and strides {layers}. Draw them in one dimension.")
    return "The chapter's patches of 8x8 pixels are this for the first three layers."


@exercise(
    "hierarchy.2",
    "In how many directions can the numbers of a 3x3 kernel vary, if their mean is left out? And a plane?",
    "One direction of side x side is the mean. A plane without its mean has two: it rises downwards or to the right.",
    "By chance each direction gets the same share. Two of them, out of all that are left without the mean.",
)
def expected_share(answer):
    for side in (5, 3, 7, 4):
        share = number(call(answer, side, what="expected_share"), "what expected_share returns")
        numbers = side**2
        expected = stats.beta(1, (numbers - 3) / 2).mean()
        wrong_if(
            close(share, 2 / numbers),
            f"You divide by all {numbers} numbers. Variance is measured around the mean: how many directions are left?",
        )
        wrong_if(
            close(share, 3 / numbers) or close(share, 3 / (numbers - 1)),
            "A plane has three numbers, but one of them is its height, and the mean was taken off before.",
        )
        wrong_if(close(share, 1 / (numbers - 1)), "That is a plane that rises in one direction. It may rise in any.")
        wrong_if(
            close(share, 1 / 4) and side != 3,
            f"That is right for 3x3. A kernel of {side}x{side} has more room to vary.",
        )
        wrong_if(
            close(share, 2 / (side - 1)) or close(share, 2 / side),
            "The side is not the count: how many numbers are there in all?",
        )
        wrong_if(close(share, 1 - expected), "That is the share that the plane does not explain.")
        wrong_if(not close(share, expected, within=0.002), f"Not for {side}x{side}. Try it with random numbers.")
    return "The larger a kernel, the less a plane explains by chance."


@exercise(
    "hierarchy.3",
    "The unit adds up weight times pixel, for each pixel on its own. What should the pixel under one weight be?",
    "A pixel under a positive weight helps most if it is full ink. And one under a negative weight?",
    "Compare the kernel with 0, and turn truth values into numbers.",
)
def most_exciting_patch(answer):
    random = np.random.default_rng(10)
    for side in (3, 5):
        kernel = random.normal(size=(side, side)) + 0.5
        patch = array(
            call(answer, kernel, what="most_exciting_patch"), "what most_exciting_patch returns", shape=kernel.shape
        )
        patch = patch.astype(float)
        best = optimize.linprog(-kernel.ravel(), bounds=(0, 1)).x.reshape(kernel.shape)
        wrong_if(
            close(patch, kernel / np.linalg.norm(kernel)) or close(patch, kernel),
            "That is the kernel's own form. It would be the answer for pixels of any sign; there is no negative ink.",
        )
        wrong_if(close(patch, np.sign(kernel)), "There is no negative ink: 0 is as far as a pixel can go.")
        wrong_if(
            close(patch, (kernel - kernel.min()) / np.ptp(kernel)),
            "You stretch the kernel to 0 to 1. But even a little ink under a negative weight lowers the sum.",
        )
        wrong_if(
            close(patch, np.clip(kernel, 0, 1)) or close(patch, np.clip(kernel, 0, None) / kernel.max()),
            "The right pixels, but some are half-hearted: would more ink under a small positive weight help or hurt?",
        )
        wrong_if(close(patch, 1 - best), "This excites it least. Which sign of a weight makes ink count for the unit?")
        wrong_if(close(patch, 1), "Full ink everywhere also falls under the negative weights.")
        wrong_if(close(patch, kernel > kernel.mean()), "Your border is the mean of the weights. What is the sum's own?")
        wrong_if(
            close(patch, kernel == kernel.max()), "One pixel is a good beginning. Would another one raise the sum?"
        )
        wrong_if((patch < 0).any() or (patch > 1).any(), "The pixels should lie between 0 and 1.")
        wrong_if(
            not close(patch, best), "There is a patch that excites this unit more. Go through the pixels one by one."
        )
    return "Its answer is the sum of the positive weights, plus the bias."


@exercise(
    "hierarchy.4",
    "Roll a die with as many sides as there are classes, count times, and look at the commonest. Then do it all again.",
    "random.multinomial(count, [1 / classes] * classes, size=5_000) gives the counts of many such draws.",
    "Take the maximum of each draw, then the mean over draws, then divide by count. The order matters.",
)
def chance_purity(answer):
    within = 0.005
    for count, classes in ((20, 10), (100, 10), (50, 4)):
        share = number(call(answer, count, classes, what="chance_purity"), "what chance_purity returns")
        expected = _mean_of_maximum(count, classes) / count
        wrong_if(
            close(share, 1 / classes, within=0.01),
            "That is the share of any one class. Which one is the commonest differs from draw to draw: take the "
            "maximum of each draw first, and the mean after.",
        )
        wrong_if(
            close(share, expected * count, within=within * count), "That is a count. What share of the images is it?"
        )
        wrong_if(
            count == 20 and close(share, _mean_of_maximum(100, classes) / 100, within=within),
            "That is right for a hundred images. With fewer, chance does more.",
        )
        wrong_if(
            share > expected + 0.06 and share <= 1,
            "So high a share is rare. Asked for is the mean over many draws, not the most extreme of them.",
        )
        wrong_if(
            close(share, 1 / classes + math.sqrt((1 - 1 / classes) / classes / count)),
            "One standard deviation above the mean is what a single class may well reach. The commonest of "
            f"{classes} is chosen after the draw.",
        )
        wrong_if(
            not close(share, expected, within=within),
            f"Not for {count} images of {classes} classes, to within {within}. Are all classes equally probable?",
        )
    return "One class is always the commonest, so chance gives more than a tenth: that is what a control is for."


@exercise(
    "hierarchy.5",
    "Least squares with a penalty: the matrix outputs.T @ outputs gets the penalty on its diagonal.",
    "The intercepts carry no penalty. Subtract the means of outputs and targets first, and find them afterwards.",
    "weights = solve(X.T @ X + penalty * identity, X.T @ Y) of centred X and Y; the intercepts put the means back.",
)
def ridge(answer):
    random = np.random.default_rng(5)
    for images, size, penalty in ((30, 6, 4.0), (8, 20, 0.5)):
        outputs, targets = random.normal(size=(images, size)) + 2, random.normal(size=(images, 3)) + 1
        result = call(answer, outputs, targets, penalty, what="ridge")
        wrong_if(
            type(result) not in (tuple, list) or len(result) != 2,
            "ridge should return two things: weights and intercepts.",
        )
        weights, intercepts = array(result[0], "the weights"), np.ravel(array(result[1], "the intercepts"))
        expected = _fit(outputs, targets, penalty)
        wrong_if(weights.shape == (3, size), "Your weights are transposed: a row for each output of the layer.")
        wrong_if(
            close(weights, _fit(outputs, targets, 1e-12)[0], within=1e-4) and images > size,
            "That is least squares without a penalty. Where does the penalty enter?",
        )
        wrong_if(
            close(weights, _fit(outputs, targets, penalty, intercept=False)[0]),
            "These are the weights without intercepts. What becomes of the means of outputs and targets?",
        )
        with_ones = np.column_stack([outputs, np.ones(images)])
        wrong_if(
            close(weights, _fit(with_ones, targets, penalty, intercept=False)[0][:-1]),
            "A column of ones carries the penalty like any other. The intercepts should go free.",
        )
        wrong_if(
            close(weights, _fit(outputs, targets, penalty * images)[0]),
            "Your penalty grows with the number of images. Add it as it is to the sums over images.",
        )
        wrong_if(
            close(weights, _fit(outputs, targets, penalty**2)[0]),
            "You square the penalty. The weights are squared in what is made small; the penalty is not.",
        )
        wrong_if(
            not close(weights, expected[0]),
            "The weights should make squared distances plus penalty times squared weights as small as possible.",
        )
        wrong_if(
            close(intercepts, targets.mean(axis=0)),
            "The weights are right. For the mean outputs the prediction should be the mean targets: is it?",
        )
        wrong_if(not close(intercepts, expected[1]), "The weights are right, the intercepts are not.")
    return "The same as scikit-learn's, for more images than outputs and for fewer."


def _seen(layers):
    """From the last layer to the first: what so many neighbouring units see of the layer before."""
    size = 1
    for window, stride in reversed(layers):
        size = (size - 1) * stride + window
    return size


def _mean_of_maximum(count, classes):
    """Exact mean count of the commonest class, from the number of draws in which none exceeds a limit."""
    below = [_share_of_draws(count, classes, most) for most in range(count)]
    return count - sum(below)


def _share_of_draws(count, classes, most):
    terms = np.array([1 / math.factorial(number) for number in range(most + 1)])
    series = np.ones(1)
    for _ in range(classes):
        series = np.convolve(series, terms)[: count + 1]
    return series[count] * math.factorial(count) / classes**count if len(series) > count else 0.0


def _fit(outputs, targets, penalty, intercept=True):
    model = Ridge(alpha=penalty, fit_intercept=intercept).fit(outputs, targets)
    return model.coef_.T, model.intercept_
