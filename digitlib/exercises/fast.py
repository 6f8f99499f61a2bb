"""Exercises of the chapter on making it fast."""

import numpy as np

from digitlib.exercises import exercise
from digitlib.exercises.answers import array, call, close, number, wrong_if

CLASSES = 10


@exercise(
    "fast.1",
    "Intensity times bandwidth has a meaning: operations a byte, times bytes a second.",
    "The memory allows intensity * bandwidth, the arithmetic units allow the peak. Which of the two limits holds?",
    "The lower of the two; for arrays, np.minimum.",
)
def roof(answer):
    for intensity, peak, bandwidth in ((2.0, 100.0, 20.0), (9.0, 100.0, 20.0), (4.0, 60.0, 40.0)):
        rate = number(call(answer, intensity, peak, bandwidth, what="roof"), "what roof returns")
        memory = intensity * bandwidth
        wrong_if(
            memory > peak and close(rate, memory),
            "More than the peak: the memory could bring enough, but the arithmetic units cannot keep up.",
        )
        wrong_if(
            memory < peak and close(rate, peak),
            "At this rate the memory would have to bring more bytes than it can. How many operations does it feed?",
        )
        wrong_if(
            close(rate, bandwidth / intensity) or close(rate, min(peak, bandwidth / intensity)),
            "The more operations a byte serves, the higher the rate. In yours, it falls.",
        )
        wrong_if(close(rate, min(peak, bandwidth)), "Bytes are no operations. How many operations does one byte serve?")
        wrong_if(
            not close(rate, min(peak, memory)),
            f"Not for {intensity:g} operations a byte, a peak of {peak:g} and a bandwidth of {bandwidth:g}.",
        )


@exercise(
    "fast.2",
    "Suppose the whole took one second. How long does each part take after the change?",
    "A part with the share s of the time takes s / factor afterwards. Add the parts up.",
    "The new time is the sum of shares / factors, and the speed-up is the old time, 1, over the new one.",
)
def speed_up(answer):
    for shares, factors in (([0.5, 0.3, 0.2], [4.0, 2.0, 1.0]), ([0.9, 0.1], [100.0, 1.0])):
        shares, factors = np.array(shares), np.array(factors)
        times = number(call(answer, shares, factors, what="speed_up"), "what speed_up returns")
        after = (shares / factors).sum()
        wrong_if(
            close(times, shares @ factors),
            "A mean of the factors: then a hundredth of the time, made a thousand times as fast, would gain "
            "elevenfold. Add up times, not speeds.",
        )
        wrong_if(close(times, after), "That is the time that is left. How many times does it go into the old one?")
        wrong_if(close(times, factors.prod()), "Factors multiply if each applies to the whole. Here each has its part.")
        wrong_if(
            close(times, 1 / shares[factors == 1].sum()),
            "That is the limit, if the other parts took no time at all. They still take some.",
        )
        wrong_if(
            close(times, np.exp(shares @ np.log(factors))),
            "A geometric mean of the factors. Times add up: use sums.",
        )
        wrong_if(not close(times, 1 / after), "The old time over the new: what does each part take afterwards?")
    return "What is not made faster sets the limit. This is Amdahl's law."


@exercise(
    "fast.3",
    "The loss of the batch is a mean over all of its images. What must you do with a part's mean to get its sum?",
    "A part of seven images counts seven times. Multiply each gradient by the size of its part.",
    "Divide the sum of these by the size of the whole batch: np.average has weights for that.",
)
def whole_gradient(answer):
    random = np.random.default_rng(3)
    gradients, sizes = random.normal(size=(3, 5)), np.array([7, 2, 3])
    result = array(call(answer, gradients, sizes, what="whole_gradient"), "what whole_gradient returns")
    wrong_if(
        result.shape == (3,),
        "You average over the weights of the network. A column of the table belongs to one weight.",
    )
    wrong_if(
        result.shape != (5,),
        f"The gradient has a number for each of the 5 weights; yours has the shape {result.shape}.",
    )
    wrong_if(
        close(result, gradients.mean(axis=0)),
        "That is right for parts of equal size. Here an image in a small part would count more than others.",
    )
    wrong_if(
        close(result, gradients.sum(axis=0)),
        "The gradient of a sum is the sum of the gradients; but these are gradients of means.",
    )
    wrong_if(
        close(result, sizes @ gradients),
        "That is the gradient of the sum over all images. The loss is their mean.",
    )
    wrong_if(close(result, sizes @ gradients / 3), "Divide by the number of images, not of parts.")
    wrong_if(
        close(result, np.average(gradients, axis=0, weights=1 / sizes)),
        "Upside down: a part with more images should count more.",
    )
    wrong_if(
        not close(result, np.average(gradients, axis=0, weights=sizes)), "Weigh each part by its number of images."
    )


@exercise(
    "fast.4",
    "Two straight lines: one from (0, 0) up to the peak, one from there down to (steps, 0). Where is the peak?",
    "The peak stands at rise * steps. Up to there the rate is peak * step / (rise * steps).",
    "np.interp(step, [three places], [three rates]) draws lines between points, for one step or for many.",
)
def one_cycle(answer):
    steps, peak, rise = 80, 0.3, 0.25
    every = np.arange(steps + 1)
    rates = array(call(answer, every, steps, peak, rise, what="one_cycle"), "what one_cycle returns", shape=(81,))
    expected = np.interp(every, [0, rise * steps, steps], [0, peak, 0])
    wrong_if(close(rates, expected / peak), "The shape is right; but where does the peak enter?")
    wrong_if(
        close(rates, peak * (1 - every / steps)),
        "This only falls. At the beginning, large steps do harm: let it rise first.",
    )
    wrong_if(
        close(rates, np.interp(every, [0, rise * steps], [0, peak])),
        "It rises, and then stays at its peak. Let it fall to zero, so that the network settles.",
    )
    wrong_if(
        close(rates, np.interp(every, [0, steps / 2, steps], [0, peak, 0])),
        "The peak is in the middle of the training. It should come earlier, at the share that is given.",
    )
    wrong_if(
        close(rates, np.interp(every, [0, (1 - rise) * steps, steps], [0, peak, 0])),
        "It falls as fast as it should rise, and rises as slowly as it should fall.",
    )
    falling = every > rise * steps
    wrong_if(
        close(rates[~falling], expected[~falling]) and not close(rates[-1], 0),
        "The rise is right. But at the last step something is left of the rate: over how many steps does it fall?",
    )
    wrong_if(
        close(rates[~falling], expected[~falling]) and not close(rates, expected),
        "The rise is right, and so is the end. Between the peak and the end it should be a straight line.",
    )
    wrong_if(
        not close(rates, expected),
        "From 0 straight to the peak at rise * steps, then straight to 0 at steps.",
    )
    return "Whatever the share, the mean rate is half of the peak."


@exercise(
    "fast.5",
    "Write down the ten targets of one image of a 3, with smoothing 0.1. They add up to one; none of them is 0.",
    "The targets are (1 - smoothing) times the one-hot row, plus smoothing / 10 in all ten places.",
    "An image's loss is minus the sum of target times log(probability) over the ten. Take the mean over images.",
)
def smoothed_loss(answer):
    import keras

    random = np.random.default_rng(5)
    probabilities, labels = random.dirichlet(np.ones(CLASSES), size=40), random.integers(0, CLASSES, size=40)
    hot, smoothing = np.eye(CLASSES)[labels], 0.2
    loss = number(call(answer, probabilities, labels, smoothing, what="smoothed_loss"), "what smoothed_loss returns")
    expected = float(np.mean(keras.losses.CategoricalCrossentropy(label_smoothing=smoothing)(hot, probabilities)))

    def is_loss_of(targets):
        return close(loss, -(targets * np.log(probabilities)).sum(axis=1).mean(), within=1e-4)

    wrong_if(is_loss_of(hot), "That is the loss without smoothing.")
    wrong_if(
        is_loss_of((1 - smoothing) * hot + smoothing / (CLASSES - 1) * (1 - hot)),
        "You spread it over the nine others. It is spread over all ten, so the right digit gets a little back.",
    )
    wrong_if(is_loss_of((1 - smoothing) * hot), "Your targets add up to less than one. Where is what was taken away?")
    wrong_if(
        is_loss_of(hot + smoothing / CLASSES),
        "Your targets add up to more than one. What is spread must be taken away.",
    )
    wrong_if(
        close(
            loss, -np.log((hot * probabilities).sum(axis=1) * (1 - smoothing) + smoothing / CLASSES).mean(), within=1e-4
        ),
        "You smooth the answers of the network. It is the labels that should be less certain.",
    )
    wrong_if(close(loss, 40 * expected, within=1e-2), "Take the mean over the images, not the sum.")
    wrong_if(close(loss, -expected, within=1e-4), "A loss should fall when the answer gets better: mind the sign.")
    wrong_if(
        close(loss, expected / CLASSES, within=1e-4), "Add up over the ten digits; take the mean over the images alone."
    )
    wrong_if(
        not close(loss, expected, within=1e-4),
        "Which ten targets has an image, and what is the cross-entropy of its probabilities with them?",
    )
