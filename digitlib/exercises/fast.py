"""Exercises of the chapter on making it fast."""

import numpy as np

from digitlib.exercises.answers import close
from digitlib.exercises.declarations import When, exercise

CLASSES = 10


@exercise(
    "fast.1",
    "Intensity times bandwidth has a meaning: operations a byte, times bytes a second.",
    "The memory allows intensity * bandwidth, the arithmetic units allow the peak. Which of the two limits holds?",
    "The lower of the two; for arrays, np.minimum.",
    cases=((2.0, 100.0, 20.0), (9.0, 100.0, 20.0), (4.0, 60.0, 40.0)),
    wrong={
        "More than the peak: the memory could bring enough, but the arithmetic units cannot keep up.": (
            lambda intensity, peak, bandwidth: intensity * bandwidth
        ),
        "At this rate the memory would have to bring more bytes than it can. How many operations does it feed?": (
            lambda intensity, peak, bandwidth: peak
        ),
        "The more operations a byte serves, the higher the rate. In yours, it falls.": (
            lambda intensity, peak, bandwidth: bandwidth / intensity,
            lambda intensity, peak, bandwidth: min(peak, bandwidth / intensity),
        ),
        "Bytes are no operations. How many operations does one byte serve?": (
            lambda intensity, peak, bandwidth: min(peak, bandwidth)
        ),
    },
    otherwise="Not for {intensity:g} operations a byte, a peak of {peak:g} and a bandwidth of {bandwidth:g}.",
)
def roof(intensity, peak, bandwidth):
    return min(peak, intensity * bandwidth)


@exercise(
    "fast.2",
    "Suppose the whole took one second. How long does each part take after the change?",
    "A part with the share s of the time takes s / factor afterwards. Add the parts up.",
    "The new time is the sum of shares / factors, and the speed-up is the old time, 1, over the new one.",
    cases=(
        (np.array([0.5, 0.3, 0.2]), np.array([4.0, 2.0, 1.0])),
        (np.array([0.9, 0.1]), np.array([100.0, 1.0])),
    ),
    wrong={
        "A mean of the factors: then a hundredth of the time, made a thousand times as fast, would gain elevenfold. "
        "Add up times, not speeds.": lambda shares, factors: shares @ factors,
        "That is the time that is left. How many times does it go into the old one?": (
            lambda shares, factors: (shares / factors).sum()
        ),
        "Factors multiply if each applies to the whole. Here each has its part.": lambda shares, factors: (
            factors.prod()
        ),
        "That is the limit, if the other parts took no time at all. They still take some.": (
            lambda shares, factors: 1 / shares[factors == 1].sum()
        ),
        "A geometric mean of the factors. Times add up: use sums.": (
            lambda shares, factors: np.exp(shares @ np.log(factors))
        ),
    },
    otherwise="The old time over the new: what does each part take afterwards?",
    remark="What is not made faster sets the limit. This is Amdahl's law.",
)
def speed_up(shares, factors):
    return 1 / (shares / factors).sum()


@exercise(
    "fast.3",
    "The loss of the batch is a mean over all of its images. What must you do with a part's mean to get its sum?",
    "A part of seven images counts seven times. Multiply each gradient by the size of its part.",
    "Divide the sum of these by the size of the whole batch: np.average has weights for that.",
    cases=((np.random.default_rng(3).normal(size=(3, 5)), np.array([7, 2, 3])),),
    shape="The gradient has a number for each of the 5 weights; yours has the shape {answer.shape}.",
    wrong={
        "You average over the weights of the network. A column of the table belongs to one weight.": (
            lambda gradients, sizes: gradients.mean(axis=1)
        ),
        "That is right for parts of equal size. Here an image in a small part would count more than others.": (
            lambda gradients, sizes: gradients.mean(axis=0)
        ),
        "The gradient of a sum is the sum of the gradients; but these are gradients of means.": (
            lambda gradients, sizes: gradients.sum(axis=0)
        ),
        "That is the gradient of the sum over all images. The loss is their mean.": (
            lambda gradients, sizes: sizes @ gradients
        ),
        "Divide by the number of images, not of parts.": lambda gradients, sizes: sizes @ gradients / len(sizes),
        "Upside down: a part with more images should count more.": (
            lambda gradients, sizes: np.average(gradients, axis=0, weights=1 / sizes)
        ),
    },
    otherwise="Weigh each part by its number of images.",
)
def whole_gradient(gradients, sizes):
    return np.average(gradients, axis=0, weights=sizes)


@exercise(
    "fast.4",
    "Two straight lines: one from (0, 0) up to the peak, one from there down to (steps, 0). Where is the peak?",
    "The peak stands at rise * steps. Up to there the rate is peak * step / (rise * steps).",
    "np.interp(step, [three places], [three rates]) draws lines between points, for one step or for many.",
    cases=((np.arange(81), 80, 0.3, 0.25),),
    wrong={
        "The shape is right; but where does the peak enter?": lambda *given: one_cycle(*given) / given[2],
        "This only falls. At the beginning, large steps do harm: let it rise first.": (
            lambda step, steps, peak, rise: peak * (1 - step / steps)
        ),
        "It rises, and then stays at its peak. Let it fall to zero, so that the network settles.": (
            lambda step, steps, peak, rise: np.interp(step, [0, rise * steps], [0, peak])
        ),
        "The peak is in the middle of the training. It should come earlier, at the share that is given.": (
            lambda step, steps, peak, rise: one_cycle(step, steps, peak, 0.5)
        ),
        "It falls as fast as it should rise, and rises as slowly as it should fall.": (
            lambda step, steps, peak, rise: one_cycle(step, steps, peak, 1 - rise)
        ),
        "The rise is right. But at the last step something is left of the rate: over how many steps does it "
        "fall?": When(
            lambda rates, *given: _rises(rates, *given) and abs(rates[-1]) > 1e-6,
            lambda step, steps, peak, rise: one_cycle(step, steps / rise, peak, rise**2),
        ),
        "The rise is right, and so is the end. Between the peak and the end it should be a straight line.": When(
            lambda rates, *given: _rises(rates, *given) and not close(rates, one_cycle(*given)),
            lambda step, steps, peak, rise: one_cycle(step, steps, peak, rise) ** np.where(step > rise * steps, 2, 1),
        ),
    },
    otherwise="From 0 straight to the peak at rise * steps, then straight to 0 at steps.",
    remark="Whatever the share, the mean rate is half of the peak.",
)
def one_cycle(step, steps, peak, rise):
    return np.interp(step, [0, rise * steps, steps], [0, peak, 0])


def _rises(rates, step, steps, peak, rise):
    rising = step <= rise * steps
    return close(rates[rising], one_cycle(step, steps, peak, rise)[rising])


def _images():
    random = np.random.default_rng(5)
    return random.dirichlet(np.ones(CLASSES), size=40), random.integers(0, CLASSES, size=40), 0.2


def _loss(probabilities, targets):
    return -(targets * np.log(probabilities)).sum(axis=1).mean()


def _hot(labels):
    return np.eye(CLASSES)[labels]


@exercise(
    "fast.5",
    "Write down the ten targets of one image of a 3, with smoothing 0.1. They add up to one; none of them is 0.",
    "The targets are (1 - smoothing) times the one-hot row, plus smoothing / 10 in all ten places.",
    "An image's loss is minus the sum of target times log(probability) over the ten. Take the mean over images.",
    cases=(_images,),
    within=1e-4,
    wrong={
        "That is the loss without smoothing.": lambda rows, labels, smoothing: _loss(rows, _hot(labels)),
        "You spread it over the nine others. It is spread over all ten, so the right digit gets a little back.": (
            lambda rows, labels, s: _loss(rows, (1 - s) * _hot(labels) + s / 9 * (1 - _hot(labels)))
        ),
        "Your targets add up to less than one. Where is what was taken away?": (
            lambda rows, labels, smoothing: _loss(rows, (1 - smoothing) * _hot(labels))
        ),
        "Your targets add up to more than one. What is spread must be taken away.": (
            lambda rows, labels, smoothing: _loss(rows, _hot(labels) + smoothing / CLASSES)
        ),
        "You smooth the answers of the network. It is the labels that should be less certain.": (
            lambda rows, labels, smoothing: _loss((1 - smoothing) * rows + smoothing / CLASSES, _hot(labels))
        ),
        "Take the mean over the images, not the sum.": lambda rows, *given: len(rows) * smoothed_loss(rows, *given),
        "A loss should fall when the answer gets better: mind the sign.": lambda *given: -smoothed_loss(*given),
        "Add up over the ten digits; take the mean over the images alone.": (
            lambda *given: smoothed_loss(*given) / CLASSES
        ),
    },
    otherwise="Which ten targets has an image, and what is the cross-entropy of its probabilities with them?",
)
def smoothed_loss(probabilities, labels, smoothing):
    import keras

    loss = keras.losses.CategoricalCrossentropy(label_smoothing=smoothing)
    return float(np.mean(loss(_hot(labels), probabilities)))
