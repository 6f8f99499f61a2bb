"""Exercises of the chapter on making it fast."""

import numpy as np

from digitlib.exercises.answers import close
from digitlib.exercises.declarations import ANOTHER_SHAPE, OTHERWISE, RIGHT, OneOf, When, exercise

CLASSES = 10


@exercise(
    "fast.1",
    "Intensity times bandwidth has a meaning: operations a byte, times bytes a second.",
    "The memory allows intensity * bandwidth, the arithmetic units allow the peak. Which of the two limits holds?",
    "The lower of the two; for arrays, np.minimum.",
    cases=((2.0, 100.0, 20.0), (9.0, 100.0, 20.0), (4.0, 60.0, 40.0)),
)
def roof(intensity, peak, bandwidth):
    memory, divided = intensity * bandwidth, bandwidth / intensity
    return {
        RIGHT: min(peak, memory),
        "More than the peak: the memory could bring enough, but the arithmetic units cannot keep up.": memory,
        "At this rate the memory would have to bring more bytes than it can. How many operations does it feed?": peak,
        "The more operations a byte serves, the higher the rate. In yours, it falls.": OneOf(
            divided, min(peak, divided)
        ),
        "Bytes are no operations. How many operations does one byte serve?": min(peak, bandwidth),
        f"Not for {intensity:g} operations a byte, a peak of {peak:g} and a bandwidth of {bandwidth:g}.": OTHERWISE,
    }


@exercise(
    "fast.2",
    "Suppose the whole took one second. How long does each part take after the change?",
    "A part with the share s of the time takes s / factor afterwards. Add the parts up.",
    "The new time is the sum of shares / factors, and the speed-up is the old time, 1, over the new one.",
    cases=(
        (np.array([0.5, 0.3, 0.2]), np.array([4.0, 2.0, 1.0])),
        (np.array([0.9, 0.1]), np.array([100.0, 1.0])),
    ),
    remark="What is not made faster sets the limit. This is Amdahl's law.",
)
def speed_up(shares, factors):
    after, limit = (shares / factors).sum(), 1 / shares[factors == 1].sum()
    return {
        RIGHT: 1 / after,
        "A mean of the factors: then a hundredth of the time, made a thousand times as fast, would gain elevenfold. "
        "Add up times, not speeds.": shares @ factors,
        "That is the time that is left. How many times does it go into the old one?": after,
        "Factors multiply if each applies to the whole. Here each has its part.": factors.prod(),
        "That is the limit, if the other parts took no time at all. They still take some.": limit,
        "A geometric mean of the factors. Times add up: use sums.": np.exp(shares @ np.log(factors)),
        "The old time over the new: what does each part take afterwards?": OTHERWISE,
    }


@exercise(
    "fast.3",
    "The loss of the batch is a mean over all of its images. What must you do with a part's mean to get its sum?",
    "A part of seven images counts seven times. Multiply each gradient by the size of its part.",
    "Divide the sum of these by the size of the whole batch: np.average has weights for that.",
    cases=((np.random.default_rng(3).normal(size=(3, 5)), np.array([7, 2, 3])),),
)
def whole_gradient(gradients, sizes):
    total, alike = sizes @ gradients, gradients.mean(axis=0)
    return {
        RIGHT: np.average(gradients, axis=0, weights=sizes),
        "You average over the weights of the network. A column of the table belongs to one weight.": sizes,
        "The gradient has a number for each of the 5 weights; yours has the shape {answer.shape}.": ANOTHER_SHAPE,
        "That is right for parts of equal size. Here an image in a small part would count more than others.": alike,
        "The gradient of a sum is the sum of the gradients; but these are gradients of means.": gradients.sum(axis=0),
        "That is the gradient of the sum over all images. The loss is their mean.": total,
        "Divide by the number of images, not of parts.": total / len(sizes),
        "Upside down: a part with more images should count more.": gradients.T @ (1 / sizes) / (1 / sizes).sum(),
        "Weigh each part by its number of images.": OTHERWISE,
    }


@exercise(
    "fast.4",
    "Two straight lines: one from (0, 0) up to the peak, one from there down to (steps, 0). Where is the peak?",
    "The peak stands at rise * steps. Up to there the rate is peak * step / (rise * steps).",
    "np.interp(step, [three places], [three rates]) draws lines between points, for one step or for many.",
    cases=((np.arange(81), 80, 0.3, 0.25),),
    remark="Whatever the share, the mean rate is half of the peak.",
)
def one_cycle(step, steps, peak, rise):
    def with_peak_at(share):
        return np.interp(step, [0, share * steps, steps], [0, peak, 0])

    right, rises = with_peak_at(rise), step <= rise * steps

    def only_rises(rates):
        return close(rates[rises], right[rises]) and not close(rates, right)

    return {
        RIGHT: right,
        "The shape is right; but where does the peak enter?": right / peak,
        "This only falls. At the beginning, large steps do harm: let it rise first.": peak * (1 - step / steps),
        "It rises, and then stays at its peak. Let it fall to zero, so that the network settles.": (
            np.interp(step, [0, rise * steps], [0, peak])
        ),
        "The peak is in the middle of the training. It should come earlier, at the share that is given.": (
            with_peak_at(0.5)
        ),
        "It falls as fast as it should rise, and rises as slowly as it should fall.": with_peak_at(1 - rise),
        "The rise is right. But at the last step something is left of the rate: over how many steps does it "
        "fall?": When(lambda rates: only_rises(rates) and rates[-1] > 1e-6, np.where(rises, right, right + peak / 9)),
        "The rise is right, and so is the end. Between the peak and the end it should be a straight line.": (
            When(only_rises, np.where(rises, right, right**2))
        ),
        "From 0 straight to the peak at rise * steps, then straight to 0 at steps.": OTHERWISE,
    }


def _images():
    random = np.random.default_rng(5)
    return random.dirichlet(np.ones(CLASSES), size=40), random.integers(0, CLASSES, size=40), 0.2


@exercise(
    "fast.5",
    "Write down the ten targets of one image of a 3, with smoothing 0.1. They add up to one; none of them is 0.",
    "The targets are (1 - smoothing) times the one-hot row, plus smoothing / 10 in all ten places.",
    "An image's loss is minus the sum of target times log(probability) over the ten. Take the mean over images.",
    cases=(_images,),
    within=1e-4,
)
def smoothed_loss(probabilities, labels, smoothing):
    import keras

    def loss(targets, rows=probabilities):
        return -(targets * np.log(rows)).sum(axis=1).mean()

    hot, kept = np.eye(CLASSES)[labels], 1 - smoothing
    right = np.mean(keras.losses.CategoricalCrossentropy(label_smoothing=smoothing)(hot, probabilities))
    return {
        RIGHT: right,
        "That is the loss without smoothing.": loss(hot),
        "You spread it over the nine others. It is spread over all ten, so the right digit gets a little back.": (
            loss(kept * hot + smoothing / (CLASSES - 1) * (1 - hot))
        ),
        "Your targets add up to less than one. Where is what was taken away?": loss(kept * hot),
        "Your targets add up to more than one. What is spread must be taken away.": loss(hot + smoothing / CLASSES),
        "You smooth the answers of the network. It is the labels that should be less certain.": (
            loss(hot, kept * probabilities + smoothing / CLASSES)
        ),
        "Take the mean over the images, not the sum.": len(labels) * right,
        "A loss should fall when the answer gets better: mind the sign.": -right,
        "Add up over the ten digits; take the mean over the images alone.": right / CLASSES,
        "Which ten targets has an image, and what is the cross-entropy of its probabilities with them?": OTHERWISE,
    }
