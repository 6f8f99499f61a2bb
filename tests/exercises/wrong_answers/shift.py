"""Errors of reasoning in the exercises on moved digits."""

import math

import numpy as np
from scipy import ndimage

from digitlib import data


def _right_by_direction(predicted, true):
    return np.array([(predicted == true)[turn::8].sum() for turn in range(8)])


def _crossing(accuracies, level):
    """The pixel before the first crossing, and the share of the way to the next."""
    after = int(np.argmax(accuracies <= level))
    return after - 1, (accuracies[after - 1] - level) / (accuracies[after - 1] - accuracies[after])


def _last_crossing(accuracies, level):
    before = int(np.flatnonzero(accuracies > level)[-1])
    return before + (accuracies[before] - level) / (accuracies[before] - accuracies[before + 1])


def _move(images, shifts):
    return np.concatenate(
        [
            data.move(image[np.newaxis], down=down, right=right)
            for image, (down, right) in zip(images, shifts, strict=True)
        ]
    )


def _shifts(images, target=14):
    return np.rint([target - np.array(ndimage.center_of_mass(image)) for image in images]).astype(int)


def _middle_of_box(images):
    boxes = [[(line.min() + line.max()) / 2 for line in np.nonzero(image)] for image in images]
    return _move(images, np.rint(14 - np.array(boxes)).astype(int))


def _rolled(images):
    return np.stack([np.roll(image, shift, axis=(0, 1)) for image, shift in zip(images, _shifts(images), strict=True)])


def _circular(images, kernel, offset=1, sign=1):
    return sum(
        kernel[place] * np.roll(images, (sign * (offset - place[0]), sign * (offset - place[1])), axis=(1, 2))
        for place in np.ndindex(3, 3)
    )


WRONG = {
    "shift.1": {
        "one pixel": lambda strides: 1,
        "the longest stride": max,
        "the sum": sum,
        "least common multiple": lambda strides: math.lcm(*strides),
        "two for each layer": lambda strides: 2 ** len(strides),
        "twice as far as needed": lambda strides: 2 * math.prod(strides),
    },
    "shift.2": {
        "blocks": lambda predicted, true: [part.mean() for part in np.array_split(predicted == true, 8)],
        "errors": lambda predicted, true: [(predicted != true)[turn::8].mean() for turn in range(8)],
        "in percent": lambda predicted, true: [100 * (predicted == true)[turn::8].mean() for turn in range(8)],
        "over all images": lambda predicted, true: _right_by_direction(predicted, true) / len(true),
        "over all right answers": lambda predicted, true: (
            _right_by_direction(predicted, true) / (predicted == true).sum()
        ),
        "counts": _right_by_direction,
        "overall": lambda predicted, true: [(predicted == true).mean()] * 8,
        "by label": lambda predicted, true: [(predicted == true)[true == turn].mean() for turn in range(8)],
    },
    "shift.3": {
        "whole pixels": lambda accuracies, level: int(np.argmax(accuracies <= level)) - 1,
        "first pixel below": lambda accuracies, level: int(np.argmax(accuracies <= level)),
        "interpolated over falling values": lambda accuracies, level: np.interp(level, accuracies, range(9)),
        "counted from 1": lambda accuracies, level: sum(_crossing(accuracies, level)) + 1,
        "from the wrong end": lambda accuracies, level: (
            _crossing(accuracies, level)[0] + 1 - _crossing(accuracies, level)[1]
        ),
        "last crossing": _last_crossing,
        "turned round, as if it only fell": lambda accuracies, level: np.interp(-level, np.sort(-accuracies), range(9)),
    },
    "shift.4": {
        "away": lambda images: _move(images, -_shifts(images)),
        "rows and columns": lambda images: _move(images, _shifts(images)[:, ::-1]),
        "the middle of the pixels": lambda images: _move(images, _shifts(images, 13.5)),
        "box": _middle_of_box,
        "unweighted": lambda images: _move(images, _shifts(images > 0)),
        "all alike": lambda images: _move(images, [_shifts([images.mean(axis=0)])[0]] * len(images)),
        "rolled": _rolled,
        "left as they are": lambda images: images,
        "cut off": lambda images: _move(
            images, [[int(14 - centre) for centre in ndimage.center_of_mass(image)] for image in images]
        ),
    },
    "shift.5": {
        "paper at the margin": lambda images, kernel: ndimage.correlate(images, kernel[None], mode="constant"),
        "last row repeated": lambda images, kernel: ndimage.correlate(images, kernel[None], mode="nearest"),
        "mirrored": lambda images, kernel: ndimage.correlate(images, kernel[None], mode="mirror"),
        "turned kernel": lambda images, kernel: _circular(images, kernel, sign=-1),
        "corner as the middle": lambda images, kernel: _circular(images, kernel, offset=0),
        "transposed kernel": lambda images, kernel: _circular(images, kernel.T),
        "margin cut off": lambda images, kernel: _circular(images, kernel)[:, 1:-1, 1:-1],
        "down only": lambda images, kernel: sum(
            kernel[row].sum() * np.roll(images, 1 - row, axis=1) for row in range(3)
        ),
    },
}
