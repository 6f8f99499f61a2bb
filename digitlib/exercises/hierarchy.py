"""Exercises of the chapter on the hierarchy of features."""

import math

import numpy as np
from scipy import optimize, stats
from sklearn.linear_model import Ridge

from digitlib.exercises.declarations import OTHERWISE, RIGHT, Near, OneOf, Unless, When, exercise


def _seen(layers):
    """From the last layer to the first: what so many neighbouring units see of the layer before."""
    size = 1
    for window, stride in reversed(layers):
        size = (size - 1) * stride + window
    return size


@exercise(
    "hierarchy.1",
    "Draw it in one dimension. One unit of the last layer looks at a few units before it: which pixels do they see?",
    "Keep two numbers as you go through the layers: how much a unit sees, and how many pixels lie between neighbours.",
    "A window adds (window - 1) x step to what is seen; after that, the step is multiplied by the layer's stride.",
    cases=tuple(
        (layers,)
        for layers in (((5, 2), (3, 3), (3, 1)), ((3, 1), (2, 2), (3, 1), (2, 2)), ((3, 1),), ((2, 2), (2, 2), (2, 2)))
    ),
    remark="The chapter's patches of 8x8 pixels are this for the first three layers.",
)
def receptive_field(layers):
    windows, strides = (np.array(sizes) for sizes in zip(*layers, strict=True))
    right = _seen(layers)

    def seen_with(steps):
        return 1 + int(((windows - 1) * steps).sum())

    return {
        RIGHT: right,
        "You add up the windows as if all strides were 1. How far apart are the units that a later window joins?": (
            seen_with(1)
        ),
        "Neighbouring windows overlap, so their sides do not simply add up.": windows.sum(),
        "The windows multiply only where they do not overlap. What does a stride of 1 do?": windows.prod(),
        "A layer's own stride sets its units apart, not the ones it looks at. When should the step grow?": (
            seen_with(np.cumprod(strides))
        ),
        "Only the stride of the layer just before counts with you. What of those before that?": (
            seen_with(np.array([1, *strides[:-1]]))
        ),
        "You go through the layers from the wrong end. Which is the first?": _seen(layers[::-1]),
        "One pixel short: a unit that looks at nothing but itself sees one already.": right - 1,
        f"Not for the windows and strides {layers}. Draw them in one dimension.": OTHERWISE,
    }


@exercise(
    "hierarchy.2",
    "In how many directions can the numbers of a 3x3 kernel vary, if their mean is left out? And a plane?",
    "One direction of side x side is the mean. A plane without its mean has two: it rises downwards or to the right.",
    "By chance each direction gets the same share. Two of them, out of all that are left without the mean.",
    cases=((5,), (3,), (7,), (4,)),
    within=0.002,
    remark="The larger a kernel, the less a plane explains by chance.",
)
def expected_share(side):
    numbers = side**2
    right = stats.beta(1, (numbers - 3) / 2).mean()
    return {
        RIGHT: right,
        f"You divide by all {numbers} numbers. Variance is measured around the mean: how many directions are left?": (
            2 / numbers
        ),
        "A plane has three numbers, but one of them is its height, and the mean was taken off before.": (
            OneOf(3 / numbers, 3 / (numbers - 1))
        ),
        "That is a plane that rises in one direction. It may rise in any.": 1 / (numbers - 1),
        f"That is right for 3x3. A kernel of {side}x{side} has more room to vary.": 1 / 4,
        "The side is not the count: how many numbers are there in all?": OneOf(2 / (side - 1), 2 / side),
        "That is the share that the plane does not explain.": 1 - right,
        f"Not for {side}x{side}. Try it with random numbers.": OTHERWISE,
    }


def _kernels():
    random = np.random.default_rng(10)
    return tuple((random.normal(size=(side, side)) + 0.5,) for side in (3, 5))


@exercise(
    "hierarchy.3",
    "The unit adds up weight times pixel, for each pixel on its own. What should the pixel under one weight be?",
    "A pixel under a positive weight helps most if it is full ink. And one under a negative weight?",
    "Compare the kernel with 0, and turn truth values into numbers.",
    cases=_kernels(),
    remark="Its answer is the sum of the positive weights, plus the bias.",
)
def most_exciting_patch(kernel):
    best = optimize.linprog(-kernel.ravel(), bounds=(0, 1)).x.reshape(kernel.shape)
    positive = np.clip(kernel, 0, None)
    return {
        RIGHT: best,
        "That is the kernel's own form. It would be the answer for pixels of any sign; there is no negative ink.": (
            OneOf(kernel / np.linalg.norm(kernel), kernel)
        ),
        "There is no negative ink: 0 is as far as a pixel can go.": np.sign(kernel),
        "You stretch the kernel to 0 to 1. But even a little ink under a negative weight lowers the sum.": (
            (kernel - kernel.min()) / np.ptp(kernel)
        ),
        "The right pixels, but some are half-hearted: would more ink under a small positive weight help or hurt?": (
            OneOf(np.minimum(positive, 1), positive / kernel.max())
        ),
        "This excites it least. Which sign of a weight makes ink count for the unit?": 1 - best,
        "Full ink everywhere also falls under the negative weights.": np.ones_like(kernel),
        "Your border is the mean of the weights. What is the sum's own?": kernel > kernel.mean(),
        "One pixel is a good beginning. Would another one raise the sum?": kernel == kernel.max(),
        "The pixels should lie between 0 and 1.": When(lambda patch: (patch < 0).any() or (patch > 1).any(), 2 * best),
        "There is a patch that excites this unit more. Go through the pixels one by one.": OTHERWISE,
    }


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


WITHIN = 0.005  # how far a mean of some thousand draws may be off


@exercise(
    "hierarchy.4",
    "Roll a die with as many sides as there are classes, count times, and look at the commonest. Then do it all again.",
    "random.multinomial(count, [1 / classes] * classes, size=5_000) gives the counts of many such draws.",
    "Take the maximum of each draw, then the mean over draws, then divide by count. The order matters.",
    cases=((20, 10), (100, 10), (50, 4)),
    within=WITHIN,
    remark="One class is always the commonest, so chance gives more than a tenth: that is what a control is for.",
)
def chance_purity(count, classes):
    right = _mean_of_maximum(count, classes) / count
    deviation = math.sqrt((1 - 1 / classes) / classes / count)
    return {
        RIGHT: right,
        "That is the share of any one class. Which one is the commonest differs from draw to draw: take the maximum of "
        "each draw first, and the mean after.": Near(1 / classes, 0.01),
        "That is a count. What share of the images is it?": Near(right * count, WITHIN * count),
        "That is right for a hundred images. With fewer, chance does more.": _mean_of_maximum(100, classes) / 100,
        "So high a share is rare. Asked for is the mean over many draws, not the most extreme of them.": (
            When(lambda share: right + 0.06 < share <= 1, right + 0.1)
        ),
        "One standard deviation above the mean is what a single class may well reach. The commonest of "
        f"{classes} is chosen after the draw.": Near(1 / classes + deviation, 1e-6),
        f"Not for {count} images of {classes} classes, to within {WITHIN}. Are all classes equally probable?": (
            OTHERWISE
        ),
    }


def _layer(images, size, penalty):
    random = np.random.default_rng(images)
    return random.normal(size=(images, size)) + 2, random.normal(size=(images, 3)) + 1, penalty


@exercise(
    "hierarchy.5",
    "Least squares with a penalty: the matrix outputs.T @ outputs gets the penalty on its diagonal.",
    "The intercepts carry no penalty. Subtract the means of outputs and targets first, and find them afterwards.",
    "weights = solve(X.T @ X + penalty * identity, X.T @ Y) of centred X and Y; the intercepts put the means back.",
    cases=(lambda: _layer(30, 6, 4.0), lambda: _layer(8, 20, 0.5)),
    what=("the weights", "the intercepts"),
    returns="two things: weights and intercepts",
    remark="The same as scikit-learn's, for more images than outputs and for fewer.",
)
def ridge(outputs, targets, penalty):
    def weights(penalty=penalty, outputs=outputs, intercept=True):
        return Ridge(alpha=penalty, fit_intercept=intercept).fit(outputs, targets).coef_.T

    right, images = weights(), len(outputs)
    with_ones = weights(outputs=np.column_stack([outputs, np.ones(images)]), intercept=False)
    return {
        RIGHT: (right, Ridge(alpha=penalty).fit(outputs, targets).intercept_),
        "Your weights are transposed: a row for each output of the layer.": (right.T, ...),
        "That is least squares without a penalty. Where does the penalty enter?": (weights(1e-12), ...),
        "These are the weights without intercepts. What becomes of the means of outputs and targets?": (
            (weights(intercept=False), ...)
        ),
        "A column of ones carries the penalty like any other. The intercepts should go free.": (with_ones[:-1], ...),
        "Your penalty grows with the number of images. Add it as it is to the sums over images.": (
            (weights(penalty * images), ...)
        ),
        "You square the penalty. The weights are squared in what is made small; the penalty is not.": (
            (weights(penalty**2), ...)
        ),
        "The weights should make squared distances plus penalty times squared weights as small as possible.": (
            Unless((right, ...))
        ),
        "The weights are right. For the mean outputs the prediction should be the mean targets: is it?": (
            (..., targets.mean(axis=0))
        ),
        "The weights are right, the intercepts are not.": OTHERWISE,
    }
