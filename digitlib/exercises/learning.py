"""Exercises of the chapter on how a network learns."""

import numpy as np
from scipy import optimize, special

from digitlib.exercises.declarations import ANOTHER_SHAPE, OTHERWISE, RIGHT, OneOf, exercise


@exercise(
    "learning.1",
    "Forwards first: what is p, if w is 3?",
    "If p grows a little, how many times as much does its square grow? And p, if w grows a little?",
    "The slope of the square is 2 * p, that of p is 2. Multiply them.",
    remark="Nudge w to 3.001, and the loss grows from 25 to 25.020.",
)
def slope_for_w():
    [slope] = optimize.approx_fprime(np.array([3.0]), lambda w: (2 * w[0] - 1) ** 2)
    return {
        RIGHT: round(slope, 3),
        "This is the loss. How fast does it change with w?": 25,
        "This is the slope for p. One step is left to go back, to w.": 10,
        "This is the slope of p alone. What does the loss make of it?": 2,
        "Slopes are multiplied, not added; and that of the square is taken at p, not at w.": 12,
        "The slope of a square is twice what is squared, not the square itself.": 25 * 2,
        "The sign is wrong: if w grows, so does p, and so does its square.": -20,
        "Work out p, then go backwards: the slope of the square at p, times the slope of p.": OTHERWISE,
    }


@exercise(
    "learning.2",
    "The slope on the right is the change of the function to the right, divided by the nudge.",
    "Nudge to both sides: function(place + nudge) and function(place - nudge). How far apart are the two places?",
    "The difference of these two, divided by twice the nudge; a nudge of 1e-5 does well.",
    cases=((np.exp, 1.0), (np.sin, 2.0), (lambda x: x**4, -3.0)),
    within=5e-5,
    remark="Nudges much smaller than 1e-8 would drown in rounding. Which is best? Try.",
)
def numerical_slope(function, place):
    [slope] = optimize.approx_fprime(np.array([place]), lambda x: function(x[0]))
    one_sided = [(function(place + nudge) - function(place)) / nudge for nudge in (0.1, 0.01, 1e-3, 1e-4)]
    undivided = [function(place + nudge) - function(place - nudge) for nudge in (1e-3, 1e-4, 1e-5, 1e-6)]
    return {
        RIGHT: slope,
        "The places lie two nudges apart: divide by twice the nudge.": 2 * slope,
        "This is minus the slope. From which of the two values is the other subtracted?": -slope,
        "This is the slope on the right alone. Nudge to both sides.": OneOf(*one_sided),
        "These are differences. Divide them by how far the places lie apart.": OneOf(*undivided),
        "This is what the function gives at the place. How fast does it change there?": function(place),
        "Nudge the place to both sides, and divide the change of the function by that of the place.": OTHERWISE,
    }


@exercise(
    "learning.3",
    "If one of the four values grows a little, how much does their mean grow?",
    "Each of the four places gets the same: a quarter of the slope of their square.",
    "np.repeat copies along an axis: twice along axis 1, twice along axis 2. Then divide by 4.",
    cases=((np.random.default_rng(3).normal(size=(2, 3, 4, 5)),),),
    remark="In average pooling all four learn from a slope, in max-pooling one of them.",
)
def average_pool_backward(slopes):
    n, height, width, channels = slopes.shape

    def pooled(flat):
        squares = flat.reshape(n, height, 2, width, 2, channels)
        return (squares.mean(axis=(2, 4)) * slopes).sum()

    size = n * 4 * height * width * channels
    gradient = np.array([pooled(one) for one in np.eye(size)]).reshape(n, 2 * height, 2 * width, channels)
    first = np.zeros_like(gradient)
    first[:, ::2, ::2] = slopes
    return {
        RIGHT: gradient,
        "Each value is only a quarter of the mean: its slope is a quarter, too.": 4 * gradient,
        "Each of the four gets a quarter, not half.": 2 * gradient,
        "Only one of the four places gets a slope: so it is with the largest value. All four make the mean.": (
            OneOf(first, first / 4)
        ),
        "Copies of one slope belong side by side: np.repeat copies each number, np.tile the whole array.": (
            OneOf(np.tile(slopes, (1, 2, 2, 1)) / 4, np.tile(slopes, (1, 2, 2, 1)))
        ),
        "The maps that were pooled have twice the height and twice the width, and as many channels.": ANOTHER_SHAPE,
        "By how much does a mean of four numbers grow, if one of them grows a little?": OTHERWISE,
    }


@exercise(
    "learning.4",
    "First: what is the slope of 1 / (1 + exp(-x)) itself?",
    "Call the output s. Its slope is s * (1 - s).",
    "Compute the outputs from the inputs, and multiply the slopes by outputs * (1 - outputs).",
    cases=((np.random.default_rng(4).normal(size=(3, 4)), np.random.default_rng(5).normal(size=(3, 4))),),
    within=1e-5,
    remark="At most a quarter of a slope gets through. ReLU lets all of it pass, or nothing.",
)
def sigmoid_backward(slopes, inputs):
    gradient = optimize.approx_fprime(inputs.ravel(), lambda flat: (special.expit(flat) * slopes.ravel()).sum(), 1e-7)
    outputs = special.expit(inputs)
    own = gradient.reshape(inputs.shape) / slopes
    return {
        RIGHT: gradient.reshape(inputs.shape),
        "This is the sigmoid's own slope. Multiply the slopes that arrive by it.": own,
        "These are the outputs, forwards. What is the slope of a sigmoid?": outputs,
        "The slope of a sigmoid is not the sigmoid.": slopes * outputs,
        "The slopes that arrive are multiplied, not fed into the sigmoid.": OneOf(
            special.expit(slopes), special.expit(slopes) * (1 - special.expit(slopes))
        ),
        "The formula with outputs * (1 - outputs) takes the outputs, not what went in.": slopes * inputs * (1 - inputs),
        "That is the backward step of ReLU.": slopes * (inputs > 0),
        "The sign is wrong: a sigmoid rises everywhere.": -slopes * own,
        "What is multiplied by what? The slopes that arrive, by the slope of the sigmoid at each input.": OTHERWISE,
    }
