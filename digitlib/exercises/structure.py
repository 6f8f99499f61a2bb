"""Exercises of the chapter on the structure of space."""

import numpy as np
from scipy import ndimage, stats

from digitlib.exercises import judged
from digitlib.exercises.answers import array, call, close, wrong_if
from digitlib.exercises.declarations import ANOTHER_SHAPE, OTHERWISE, RIGHT, OneOf, When, exercise


@exercise(
    "structure.1",
    "Count along one side first: of the seven pixels of a block, on how many can a kernel begin and still end in it?",
    "Five starts in each of four blocks along a side. How many starts are there along a side altogether?",
    "The share is that of one side, squared.",
    within=0.002,
)
def share_within_blocks():
    side = 5 * 4 / 26
    return {
        RIGHT: side**2,
        "That is along one side. The kernel must fit along the other, too.": side,
        "That is the share of places across a seam.": 1 - side**2,
        "The kernel has fewer places than the image has pixels: it must not reach beyond the margin.": (20 / 28) ** 2,
        "A row of 28 pixels and a kernel of 3: on how many pixels can it begin?": (20 / 25) ** 2,
        "A block of 7 and a kernel of 3: on how many pixels can it begin? Count them once more.": (16 / 26) ** 2,
        "That is a single block. How many are there?": (5 / 26) ** 2,
        "That is for kernels of 2x2.": (24 / 27) ** 2,
        "That is for pairs of neighbours. A kernel of 3x3 has nine pixels.": 24 / 27,
        "Places within a block, divided by all places. Count both along a side first.": OTHERWISE,
    }


def _weights():
    random = np.random.default_rng(2)
    return random.normal(size=(12, 12)), random.permutation(12)


@exercise(
    "structure.2",
    "Each pixel must meet the weights that it met before. Which pixel comes first now, and which weights had it then?",
    "Pixel order[0] comes first now, so row order[0] of the weights must come first, too.",
    cases=(_weights,),
)
def permute_weights(weights, order):
    images = np.eye(12)  # of one pixel each
    undone = weights[np.argsort(order)]
    return {
        RIGHT: np.linalg.solve(images[:, order], images @ weights),
        "These are the weights as they were.": weights,
        "This undoes the order instead of following it. Which pixel stands first in images[:, order]?": undone,
        "You rearranged the columns, which belong to the units. Which axis belongs to the pixels?": weights[:, order],
        "The units stay in their places: rearrange the pixels' axis alone.": weights[order][:, order],
        "With it, images[:, order] @ weights does not give the sums of before.": OTHERWISE,
    }


def _permuted(seed, height, width):
    random = np.random.default_rng(seed)
    images = random.integers(256, size=(3, height, width), dtype=np.uint8)
    order = random.permutation(height * width)

    def permute(images):
        return images.reshape(len(images), -1)[:, order].reshape(images.shape)

    return permute(images), permute


@exercise(
    "structure.3",
    "What does the rearrangement do with an image whose pixels are numbered?",
    "permute(np.arange(height * width).reshape(1, height, width)) says, for each place, where its pixel came from.",
    "Make an array for flat images, and put the permuted pixels where they came from: restored[:, came_from] = ...",
    cases=(lambda: _permuted(0, 28, 28), lambda: _permuted(1, 6, 9)),
)
def undo(permuted, permute):
    came_from = permute(np.arange(permuted[0].size).reshape(1, *permuted.shape[1:])).ravel()
    images = permuted.reshape(3, -1)[:, np.argsort(came_from)].reshape(permuted.shape)
    pixels = np.sort(permuted.reshape(3, -1))
    return {
        RIGHT: images,
        f"It should return images of shape {images.shape} again.": ANOTHER_SHAPE,
        "These are the permuted images, as you got them.": permuted,
        "This rearranges them once more. Where a pixel came from is not where it has to go.": permute(permuted),
        "The images have changed places. It is the pixels that should.": OneOf(images[::-1], permuted[::-1]),
        "Some pixels are lost, others are there twice. Has each place a number of its own, whatever type it is?": (
            When(lambda restored: not close(np.sort(restored.reshape(3, -1)), pixels), np.zeros_like(images))
        ),
        "All pixels are there, but not where they came from.": OTHERWISE,
    }


def _smooth_images():
    noise = np.random.default_rng(4).random((20, 9, 7))
    smooth = ndimage.uniform_filter(noise, size=(0, 2, 3)) * np.linspace(0.5, 1, 20)[:, np.newaxis, np.newaxis]
    return ((255 * smooth).astype(np.uint8),)


@exercise(
    "structure.4",
    "Make two arrays of the same shape: all pixels that have a right neighbour, and all right neighbours.",
    "They are images[:, :, :-1] and images[:, :, 1:].",
    "Flatten both: np.corrcoef of the two holds what you want off its diagonal.",
    cases=(_smooth_images,),
)
def neighbour_correlation(images):
    def correlation(one, other):
        return stats.pearsonr(np.ravel(one), np.ravel(other)).statistic

    left, right = images[:, :, :-1].astype(float), images[:, :, 1:].astype(float)
    into_next_row = correlation(images.ravel()[:-1], images.ravel()[1:])
    return {
        RIGHT: correlation(left, right),
        "The last pixel of a row has no right neighbour: the first one of that row is none.": (
            correlation(images, np.roll(images, -1, axis=2))
        ),
        "The last pixel of a row has no right neighbour: the first one of the next row is none.": into_next_row,
        "These are the neighbours below. Which axis goes to the right?": correlation(images[:, :-1], images[:, 1:]),
        "These are the same pixels of two images, one after the other.": correlation(images[:-1], images[1:]),
        "You took the mean over images. Put the pairs of all images together: some are lighter as a whole.": (
            np.mean([correlation(*pair) for pair in zip(left, right, strict=True)])
        ),
        "This is the covariance. What does a correlation divide it by?": ((left - left.mean()) * right).mean(),
        "Subtract the means first: else light images alone make it large.": (
            (left * right).sum() / np.sqrt((left**2).sum() * (right**2).sum())
        ),
        "This is the square of the correlation.": correlation(left, right) ** 2,
        "This is the correlation of the pixels with themselves.": 1.0,
        "Compare it with np.corrcoef of two flat arrays: pixels and right neighbours. (Sums of uint8 run over at "
        "255.)": OTHERWISE,
    }


@judged(
    "structure.5",
    "Ask two things of what you compute. Does it change if two pixels change places? Could other pixels give the same?",
    "How would you compare two heaps of cards by hand? You would put both in order first.",
)
def order_free(answer):
    images = _telling_images()
    result = array(call(answer, images, what="order_free"), "what order_free returns").astype(float)
    wrong_if(result.shape[:1] != (len(images),), f"Return an array of {len(images)} rows for {len(images)} images.")
    rows = result.reshape(len(images), -1)
    alone = array(call(answer, images[:1], what="order_free"), "what order_free returns")
    wrong_if(
        not close(np.ravel(alone), rows[0]),
        "What an image gets depends on the other images. Which axis did you sort or sum along?",
    )
    plain, within_rows, anywhere, shade, often, spread, shape = rows
    wrong_if(
        not close(plain, anywhere) and close(plain, within_rows),
        "It changes if pixels change places with those of other rows. You look at each row for itself.",
    )
    wrong_if(not close(plain, anywhere), "It changes if the pixels of an image change places.")
    wrong_if(close(plain, spread), "Two images with as much ink, but one of them with more contrast, get the same.")
    wrong_if(close(plain, shade), "Two images that differ by one shade of one pixel get the same.")
    wrong_if(close(plain, often), "Which shades there are is not enough. How often is each?")
    wrong_if(
        close(plain, shape),
        "There are two images with the same mean and the same standard deviation, but other pixels, that get the same.",
    )
    return "Nothing of the order, and everything else."


def _telling_images() -> np.ndarray:
    """An image, the same with pixels permuted within rows and anywhere, and four with a few other pixels."""
    random = np.random.default_rng(5)
    plain = random.integers(200, 256, size=(28, 28), dtype=np.uint8)
    plain[0, :8] = 0, 3, 3, 100, 100, 50, 50, 60
    within_rows = random.permuted(plain, axis=1)
    anywhere = random.permuted(plain.ravel()).reshape(plain.shape)
    shade, often, spread, shape = (plain.copy() for _ in range(4))
    shade[0, 3] = 101
    often[0, 6] = 60  # the same shades, one of them less often and one more often
    spread[0, 3:5] = 80, 120
    shape[0, :3] = 1, 1, 4  # the same sum and the same sum of squares
    return np.stack([plain, within_rows, anywhere, shade, often, spread, shape])
