# %% [markdown]
# # Assignment 1: MNIST from its raw bytes
#
# Every function that loads a data set trusts somebody. In this assignment you trust nobody: you take MNIST's files as
# rows of bytes, work out what they say, refuse what is not right, and look at what you have got. The chapter "The
# dataset" shows what is in the files; here you write the reader yourself, and one that holds when a file is damaged.
#
# **After this assignment you can**
#
# - read a binary format from its description, the order of its bytes included;
# - write a reader that refuses bad files, and says what is wrong with them;
# - describe a data set: its classes, its mean images, its duplicates;
# - measure how near two images are, and what a classifier without any training gets from that;
# - tell from the bytes alone what happened to a damaged file.
#
# **Time**: about 6 hours. **Points**: 25.
#
# | | full points | half of them or less |
# |---|---|---|
# | Code (22 points) | works for other files, sizes and types than MNIST's | works for MNIST's four files alone |
# | In words (3 points) | every statement rests on bytes or an experiment that you show | right, but asserted |
#
# Each question has a cell for your answer and a check below it. The check runs a few small tests. Your work is graded
# by other tests of the same kind, with files that you have not seen; so a function that passes the check because it
# knows MNIST's sizes will not pass those. Use Python's standard library and NumPy; `digitlib.data.read_idx`, which does
# some of this, is out of bounds.

# %%
import gzip

import numpy as np

from digitlib.data import MNIST_FOLDER

# %% tags=["parameters"]
images_read = 60_000  # how many images the longer computations take
queries_read = 500

# %% [markdown]
# ## The format
#
# An IDX file starts with a **header**:
#
# | bytes | what they hold |
# |---|---|
# | 0 and 1 | zero |
# | 2 | a code for the type of the data |
# | 3 | the number of dimensions, $d$ |
# | 4 to $3 + 4d$ | the size of each dimension, as an integer of 32 bits without sign |
#
# The data follow at once, the last dimension changing fastest. Integers and floating-point numbers of more than one
# byte are **big-endian**: their most significant byte comes first. Most processors, yours very likely too, keep the
# least significant byte first, which is called **little-endian**.
#
# | code | type |
# |---|---|
# | `0x08` | 8 bits, without sign |
# | `0x09` | 8 bits, with sign |
# | `0x0B` | 16 bits, with sign |
# | `0x0C` | 32 bits, with sign |
# | `0x0D` | floating point, 32 bits |
# | `0x0E` | floating point, 64 bits |
#
# Here are MNIST's four files, decompressed, and the first bytes of one of them.


# %%
def read_bytes(name):
    """The content of one of MNIST's files, decompressed."""
    return gzip.decompress((MNIST_FOLDER / f"{name}.gz").read_bytes())


train_image_bytes = read_bytes("train-images-idx3-ubyte")
train_label_bytes = read_bytes("train-labels-idx1-ubyte")
test_image_bytes = read_bytes("t10k-images-idx3-ubyte")
test_label_bytes = read_bytes("t10k-labels-idx1-ubyte")
print(train_image_bytes[:20].hex(" "))

# %% [raw]
# # BEGIN QUESTION
# name: q1
# points: 2

# %% [markdown]
# **Question 1** (2 points, half an hour). Write `read_header`. It takes the content of a file and returns the code of
# its type, an `int`, and its shape, a `tuple` of `int`. Take the header to be sound for now.

# %% [raw]
# # BEGIN SOLUTION


# %%
def read_header(content):
    """The type's code and the shape that an IDX file announces."""
    # BEGIN SOLUTION
    dimensions = content[3]
    shape = tuple(int.from_bytes(content[start : start + 4], "big") for start in range(4, 4 + 4 * dimensions, 4))
    return content[2], shape
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_labels(read_header, train_label_bytes):
    answer = read_header(train_label_bytes)
    assert answer is not None, "not solved yet: read_header returns None"
    code, shape = answer
    assert code == 8, f"the type's code is in byte 2 of the labels' file, and is 8; you return {code!r}"
    assert shape != (1_625_948_160,), "you read the size from its last byte to its first: it is big-endian"
    assert shape == (60_000,), f"there are 60,000 labels, in one dimension; you return {shape!r}"


# %%
def test_images(read_header, test_image_bytes):
    _, shape = read_header(test_image_bytes)
    assert shape == (10_000, 28, 28), f"the test images are 10,000 of 28 by 28 pixels; you return {shape!r}"
    assert all(type(size) is int for size in shape), f"sizes must be of type int; yours are {type(shape[0])}"


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [raw]
# # BEGIN QUESTION
# name: q2
# points: 3

# %% [markdown]
# **Question 2** (3 points, three quarters of an hour). Write `parse_idx`. It takes the content of a file and returns
# its array, with the shape and the type that the header announces; all six types, any number of dimensions from 1 on.
# The order of the bytes must be that of this computer, so that the array's `dtype` equals, say, `np.dtype("int16")`,
# not `np.dtype(">i2")`.

# %% [raw]
# # BEGIN SOLUTION


# %%
# BEGIN SOLUTION NO PROMPT
TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


def check_header(content):
    """Refuse what does not start like an IDX file."""
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] not in TYPES:
        raise ValueError(f"not an IDX file: it starts with {content[:4].hex(' ')!r}, expected 00 00, a type, a number")
    if len(content) < 4 + 4 * content[3]:
        raise ValueError(f"cut off in the header: {len(content)} bytes, its header alone takes {4 + 4 * content[3]}")


def check_length(content, expected):
    """Refuse what is shorter or longer than its header announces."""
    if len(content) != expected:
        reason = "cut off" if len(content) < expected else "too long"
        raise ValueError(f"{reason}: {len(content)} bytes, the header announces {expected}")


# END SOLUTION
def parse_idx(content):
    """The array that an IDX file holds."""
    # BEGIN SOLUTION
    check_header(content)
    code, shape = read_header(content)
    dtype, start = np.dtype(TYPES[code]), 4 + 4 * len(shape)
    check_length(content, start + dtype.itemsize * int(np.prod(shape, dtype=object)))
    return np.frombuffer(content, dtype, offset=start).reshape(shape).astype(dtype.newbyteorder("="))
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_bytes(parse_idx, test_image_bytes, test_label_bytes):
    import numpy as np

    labels, images = parse_idx(test_label_bytes), parse_idx(test_image_bytes)
    assert labels is not None, "not solved yet: parse_idx returns None"
    assert labels[:5].tolist() == [7, 2, 1, 0, 4], f"the first test labels are 7 2 1 0 4; yours are {labels[:5]}"
    assert images.shape == (10_000, 28, 28), f"the test images must have shape (10000, 28, 28), not {images.shape}"
    assert images.dtype == np.uint8, f"the images' type is uint8, yours {images.dtype}"
    assert images[0].sum() == 18_454, "the first test image has other pixels: where do the data begin?"


# %%
def test_short_integers(parse_idx):
    import numpy as np

    array = parse_idx(bytes.fromhex("00000b02 00000002 00000003 0001 0002 0003 ffff fffe 0100"))
    assert array.shape == (2, 3), f"this file announces the shape (2, 3), you return {array.shape}"
    assert array.tolist() != [[256, 512, 768], [-1, -257, 1]], "the data are big-endian too, not the sizes alone"
    assert array.tolist() == [[1, 2, 3], [-1, -2, 256]], f"expected [[1, 2, 3], [-1, -2, 256]], got {array.tolist()}"
    assert array.dtype == np.dtype("int16"), f"turn the array into this computer's byte order; it is {array.dtype.str}"


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [raw]
# # BEGIN QUESTION
# name: q3
# points: 4

# %% [markdown]
# **Question 3** (4 points, an hour). Now distrust the file. Improve `parse_idx`, in its cell above or anew below, so
# that it raises a `ValueError` when
#
# - the first two bytes are not zero, or the type's code is none of the six;
# - the file ends inside its header;
# - it holds fewer bytes than its header announces, or more.
#
# An error is for the person who has to mend things. In the last case, the message must give both numbers: how many
# bytes the whole file has, and how many it should have, as plain digits, among at most six numbers in all. The two
# functions below are for the checks; leave them as they are.


# %% tags=["given"]
def refusal(content):
    """The message with which `parse_idx` refuses a file; an empty string if it takes it."""
    try:
        parse_idx(content)
    except ValueError as error:
        return str(error) or "(no message)"
    return ""


def refuses(content):
    """Whether `parse_idx` refuses a file."""
    return refusal(content) != ""


# %% [raw]
# # BEGIN SOLUTION

# %%
# parse_idx above refuses already. # SOLUTION

# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_refuses(refuses, test_label_bytes):
    assert not refuses(test_label_bytes), "parse_idx refuses MNIST's own test labels"
    assert refuses(b"\x00\x01" + test_label_bytes[2:]), "parse_idx takes a file whose second byte is 1"
    assert refuses(b"\x00\x00\x0a" + test_label_bytes[3:]), "parse_idx takes a file of type 0x0A, which does not exist"
    assert refuses(test_label_bytes[:6]), "parse_idx takes a file that ends inside its header"
    assert refuses(test_label_bytes[:-1]), "parse_idx takes a file that lacks its last byte"
    assert refuses(test_label_bytes + b"\0"), "parse_idx takes a file with a byte too many"


# %%
def test_message(refusal, test_label_bytes):
    import re

    message = refusal(test_label_bytes[:-8])
    numbers = re.findall(r"\d+", message)
    for number in ("10000", "10008"):
        assert number in numbers, f"the message must name {number} bytes, as plain digits; it says {message!r}"
    assert len(numbers) <= 6, f"the message holds {len(numbers)} numbers; name six at most, so that the two stand out"


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [raw]
# # BEGIN QUESTION
# name: q4
# points: 3

# %% [markdown]
# **Question 4** (3 points, three quarters of an hour). What have you got? Write `describe_classes`. It takes images of
# shape (n, height, width) and their labels, and returns two arrays: how many images there are of each digit from 0 to
# 9, integers of shape (10,); and the mean image of each digit, floats of shape (10, height, width). The mean image of a
# digit of which there are none is all zeros.

# %% [raw]
# # BEGIN SOLUTION


# %%
def describe_classes(images, labels):
    """Count the images of each digit, and average them."""
    # BEGIN SOLUTION
    counts = np.bincount(labels, minlength=10)
    means = np.zeros((10, *images.shape[1:]))
    for digit in np.flatnonzero(counts):
        means[digit] = images[labels == digit].mean(axis=0)
    return counts, means
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_classes(describe_classes):
    import numpy as np

    images = np.array([[[0, 200]], [[100, 200]], [[7, 9]]], dtype=np.uint8)
    answer = describe_classes(images, np.array([3, 3, 8], dtype=np.uint8))
    assert answer is not None, "not solved yet: describe_classes returns None"
    counts, means = answer
    assert counts.dtype.kind in "iu", f"counts are integers, yours are of type {counts.dtype}"
    assert counts.tolist() == [0, 0, 0, 2, 0, 0, 0, 0, 1, 0], (
        f"two threes and an eight, but you count {counts.tolist()}"
    )
    assert means.shape == (10, 1, 2), f"ten images of 1 by 2 pixels, not {means.shape}"
    assert means[3].tolist() == [[50, 200]], f"the mean of 0 and 100 is 50, that of 200 and 200 is 200, not {means[3]}"
    assert means[5].tolist() == [[0, 0]], f"there is no five: its mean image is zero, not {means[5]}"


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [raw]
# # BEGIN QUESTION
# name: q5
# points: 3

# %% [markdown]
# **Question 5** (3 points, an hour). Two images are as far apart as the square root of the sum of the squares of their
# pixels' differences. Write `nearest`, which takes images `queries` of shape (m, height, width) and `images` of shape
# (n, height, width), both `uint8`, and returns for each query the position of the image that is nearest to it, an array
# of integers of shape (m,). If several are equally near, take the first.
#
# Mind the type: in `uint8`, 3 - 5 is 254. And mind the memory: all differences of 500 queries and 60,000 images at once
# would fill 24 gigabytes even at a byte each. The square of a difference is $a^2 - 2ab + b^2$.

# %% [raw]
# # BEGIN SOLUTION


# %%
def nearest(queries, images):
    """For each query the position of the nearest image."""
    # BEGIN SOLUTION
    # Sums of 784 products of bytes stay below 2**53, so these floats are exact, ties included.
    flat_queries = queries.reshape(len(queries), -1).astype(np.float64)
    flat_images = images.reshape(len(images), -1).astype(np.float64)
    # The square of the query is the same for all images: it cannot change which is nearest.
    return ((flat_images**2).sum(axis=1) - 2 * flat_queries @ flat_images.T).argmin(axis=1)
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_nearest(nearest):
    import numpy as np

    images = np.array([[[0, 0]], [[90, 0]], [[250, 0]], [[250, 0]]], dtype=np.uint8)
    queries = np.array([[[20, 0]], [[100, 10]], [[240, 0]]], dtype=np.uint8)
    answer = nearest(queries, images)
    assert answer is not None, "not solved yet: nearest returns None"
    assert isinstance(answer, np.ndarray), f"return a NumPy array, not a {type(answer).__name__}"
    assert answer.dtype.kind in "iu", f"positions are integers, yours are of type {answer.dtype}"
    assert answer[0] == 0, f"20 is nearer to 0 than to 90; you chose image {answer[0]}: do differences wrap around?"
    assert answer[1] == 1, f"(100, 10) is nearest to (90, 0), not to image {answer[1]}"
    assert answer[2] == 2, f"images 2 and 3 are equally near; take the first, not {answer[2]}"


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [markdown]
# If your functions work, this is the accuracy of a classifier that never trained: each test image gets the label of the
# training image nearest to it.

# %%
if parse_idx(test_label_bytes) is not None:
    known, asked = parse_idx(train_image_bytes)[:images_read], parse_idx(test_image_bytes)[:queries_read]
    found = nearest(asked, known)
    if found is not None:
        right = parse_idx(train_label_bytes)[found] == parse_idx(test_label_bytes)[:queries_read]
        print(f"{right.sum()} of {len(right)} right")

# %% [raw]
# # BEGIN QUESTION
# name: q6
# points: 2

# %% [markdown]
# **Question 6** (2 points, half an hour). An image that is there twice counts twice, and one that is in the training
# and in the test set spoils the test. Write `duplicates`, which returns all pairs of equal images as a list of tuples
# `(i, j)` of `int` with `i < j`, in increasing order. If three are equal, that makes three pairs. It must manage all
# 60,000 training images within seconds, so do not compare each with each. How many pairs does MNIST have?

# %% [raw]
# # BEGIN SOLUTION


# %%
def duplicates(images):
    """The pairs of equal images."""
    # BEGIN SOLUTION
    seen, pairs = {}, []
    for j, image in enumerate(images):
        earlier = seen.setdefault(image.tobytes(), [])
        pairs += [(i, j) for i in earlier]
        earlier.append(j)
    return sorted(pairs)
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_duplicates(duplicates):
    import numpy as np

    images = np.array([[[1, 2]], [[2, 1]], [[1, 2]], [[1, 2]], [[2, 1]], [[0, 3]]], dtype=np.uint8)
    pairs = duplicates(images)
    assert pairs is not None, "not solved yet: duplicates returns None"
    assert (0, 1) not in pairs, "images 0 and 1 hold the same values in another order: they are not equal"
    assert pairs == [(0, 2), (0, 3), (1, 4), (2, 3)], f"expected (0, 2), (0, 3), (1, 4), (2, 3), got {pairs}"


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %%
if parse_idx(test_label_bytes) is not None:
    pairs = duplicates(parse_idx(train_image_bytes)[:images_read])
    print("not solved yet" if pairs is None else f"{len(pairs)} pairs")

# %% [raw]
# # BEGIN QUESTION
# name: q7
# points: 5

# %% [markdown]
# **Question 7** (5 points, an hour and a half). Files get hurt on their way. Write `diagnose`, which looks at a file of
# digit images (`uint8`, three dimensions, full ink somewhere) and returns one of these strings:
#
# | answer | what happened |
# |---|---|
# | `"fine"` | nothing |
# | `"compressed"` | it was never decompressed: it is still a gzip file, which begins with the bytes `1f 8b` |
# | `"byte order"` | a program wrote the numbers of the header little-endian, the four bytes before the sizes included |
# | `"seven bits"` | an old mail program cleared the highest bit of every byte |
# | `"line ends"` | it was sent as if it were a text, and each byte `0a` became two, `0d 0a` |
# | `"cut off"` | its end is missing |
#
# One thing happens to a file at most, and something is left of its images. Damage the files above in each of these ways
# and look at what they become. The header is made of bytes as well.

# %% [raw]
# # BEGIN SOLUTION


# %%
def diagnose(content):
    """What happened to a file of digit images."""
    # BEGIN SOLUTION
    if content[:2] == b"\x1f\x8b":
        return "compressed"
    if content[:2] != b"\0\0":
        return "byte order"
    if max(content) < 128:  # full ink is 255
        return "seven bits"
    if not refuses(content):
        return "fine"
    # Its own header may have suffered, so what it announces proves nothing before the ends of lines are undone.
    return "cut off" if refuses(content.replace(b"\r\n", b"\n")) else "line ends"
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS


# %%
def test_whole(diagnose, test_image_bytes):
    import gzip

    answer = diagnose(test_image_bytes)
    assert answer is not None, "not solved yet: diagnose returns None"
    assert answer == "fine", f"MNIST's test images are fine, you say {answer!r}"
    answer = diagnose(gzip.compress(test_image_bytes[:5_000]))
    assert answer == "compressed", f"a file that starts with 1f 8b is compressed, you say {answer!r}"


# %%
def test_damaged(diagnose, test_image_bytes):
    answer = diagnose(test_image_bytes[:-100])
    assert answer == "cut off", f"100 bytes are missing at the end, you say {answer!r}"
    answer = diagnose(bytes(byte & 0x7F for byte in test_image_bytes))
    assert answer == "seven bits", f"no byte is above 127, you say {answer!r}"
    answer = diagnose(test_image_bytes.replace(b"\n", b"\r\n"))
    assert answer == "line ends", f"there is no 0a without 0d before it, you say {answer!r}"


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [raw]
# # BEGIN QUESTION
# name: q8
# points: 3
# manual: true

# %% [markdown]
# **Question 8** (3 points, half an hour). In at most 200 words: a file announces 10 images of 28 by 28 pixels in its 16
# bytes of header, and was sent as a text. What does a reader believe that takes its header at its word, and why? Which
# damage could happen to a file of images without any reader noticing from the bytes, and what would you keep beside the
# file so that it is noticed all the same? Show the bytes or the experiment that your answers rest on.

# %% [raw]
# # BEGIN SOLUTION

# %% [markdown]
# The number of images is `00 00 00 0a`. Sent as a text it becomes `00 00 00 0d 0a`: the reader sees 13 images, and, as
# all bytes after it stand one place later, a height of `0a 00 00 00`, which is 167,772,160. It will say that the file
# is cut off. A pixel that changed its value, or two images that changed places, leave a perfect IDX file behind. A
# digest, such as SHA-256, kept beside the file betrays any change; `SHA256SUMS` in MNIST's folder holds those of the
# four files.

# %% [raw]
# # END SOLUTION

# %% [raw]
# # END QUESTION

# %% tags=["hidden-tests"]
LIMITS = {"seconds": 120, "gigabytes": 2, "parameters": {"images_read": 2_000, "queries_read": 50}}

import re


def write_idx(array, code):
    """An array as an IDX file."""
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return bytes([0, 0, code, array.ndim]) + sizes + array.astype(np.dtype(TYPES[code])).tobytes()


def drawn_array(random, code, shape):
    """An array of this type whose bytes are all different things in another order."""
    dtype = np.dtype(TYPES[code])
    if dtype.kind == "f":
        return random.normal(scale=1_000, size=shape)
    return random.integers(np.iinfo(dtype).min, np.iinfo(dtype).max, size=shape, endpoint=True)


def drawn_digits(random, count, side=28):
    """A file of a few images of MNIST, cut to a side, with full ink in each and every kind of line end inside."""
    images = np.array(parse_idx(test_image_bytes)[random.integers(10_000, size=count)][:, :side, :side])
    images[:, -1, -1] = 255
    images[:, 0, :3] = [10, 13, 10]
    return write_idx(images, 0x08)


# %% tags=["hidden-tests"]
@hidden("q1", function="read_header", points=2, feedback="Read all four bytes of each size, for any number of sizes.")
def test_other_headers(random):
    """Headers with other types, more dimensions and sizes of one to four bytes."""
    cases = []
    for dimensions in (1, 2, 4, 6):
        shape = [int(2 ** random.uniform(0, 31)) for _ in range(dimensions)]
        sizes = b"".join(size.to_bytes(4, "big") for size in shape)
        cases.append((bytes([0, 0, int(random.choice([*TYPES])), dimensions]) + sizes + random.bytes(9),))
    return cases


@hidden(
    "q2", function="parse_idx", points=3, feedback="Try arrays of two and more bytes a number, none of them square."
)
def test_other_types(random):
    """Arrays of all six types and of one to four dimensions."""
    cases = []
    for code in TYPES:
        shape = tuple(int(size) for size in random.integers(2, 6, size=random.integers(1, 5)))
        cases.append((write_idx(drawn_array(random, code, shape), code),))
    return cases


@hidden("q3", function="refuses", points=2, feedback="Which length do you compare, and what does a number take up?")
def test_other_damages(random):
    """Sound files and damaged ones, of several types."""
    cases = [(b"",), (b"\0\0\x08",), (random.bytes(40).replace(b"\0", b"\1"),)]
    for code in (0x08, 0x0B, 0x0E):
        content = write_idx(drawn_array(random, code, (3, int(random.integers(2, 9)))), code)
        cut, added = int(random.integers(1, 6)), random.bytes(int(random.integers(1, 9)))
        cases += [(content,), (content[:-cut],), (content + added,), (content[: int(random.integers(4, 12))],)]
    return cases


MOST_NUMBERS = 6  # in a message; one that holds every number names the right ones, too
lengths = []


def names_both(message, pair):
    """Whether a message names two lengths among a few numbers."""
    numbers = re.findall(r"\d+", message) if isinstance(message, str) else []
    return len(numbers) <= MOST_NUMBERS and {str(length) for length in pair} <= set(numbers)


def messages_name_both_lengths(answers, cases):
    """The share of refusals that name how long the file is and how long it should be."""
    named = [names_both(answer, pair) for answer, pair in zip(answers, lengths, strict=True)]
    share = sum(named) / len(named)
    return share, f"{sum(named)} of {len(named)} messages name both lengths, and few other numbers"


@hidden("q3", function="refusal", points=2, judge=messages_name_both_lengths, feedback="Name both numbers of bytes.")
def test_messages(random):
    """Files that are too short or too long: the message says how long they are, and should be."""
    lengths.clear()
    cases = []
    for change in (-7, -1, 1, 12):
        content = write_idx(drawn_array(random, 0x0C, (2, int(random.integers(20, 90)))), 0x0C)
        damaged = content[:change] if change < 0 else content + random.bytes(change)
        lengths.append((len(damaged), len(content)))
        cases.append((damaged,))
    return cases


@hidden("q4", function="describe_classes", points=3, tolerance=0.01, feedback="Digits may be missing; sums exceed 255.")
def test_other_classes(random):
    """Images of other sizes, with digits missing."""
    cases = []
    for height, width in ((3, 5), (28, 28)):
        labels = random.choice(random.permutation(10)[:7], size=40).astype(np.uint8)
        cases.append((random.integers(256, size=(40, height, width), dtype=np.uint8), labels))
    return cases


@hidden("q5", function="nearest", points=3, feedback="Do your differences and squares fit into their type?")
def test_other_neighbours(random):
    """Other images, some of them there twice."""
    cases = []
    for side in (4, 28):
        images = random.integers(256, size=(60, side, side), dtype=np.uint8)
        images[30:] = images[random.permutation(30)]
        noise = random.integers(-40, 41, size=(12, side, side))
        queries = np.clip(images[random.integers(60, size=12)] + noise, 0, 255).astype(np.uint8)
        cases.append((queries, images))
    return cases


@hidden("q6", function="duplicates", points=2, feedback="Equal means every pixel; three equal images make three pairs.")
def test_other_duplicates(random):
    """Images some of which are there twice, three times or turned over."""
    images = random.integers(256, size=(40, 5, 6), dtype=np.uint8)
    images[random.permutation(40)[:3]] = images[0]
    images[20] = images[21, ::-1]
    images[30] = images[31]
    return [(images,), (images[:1],), (random.integers(2, size=(60, 1, 3), dtype=np.uint8),)]


@hidden("q7", function="diagnose", points=3, feedback="Damage a file yourself in each way, and compare the bytes.")
def test_other_files(random):
    """Files of all six kinds."""
    cases = [(gzip.compress(drawn_digits(random, 4), mtime=0),)]
    for count in random.integers(11, 300, size=3):
        content = drawn_digits(random, int(count), side=int(random.integers(20, 29)))
        turned = b"".join(content[start : start + 4][::-1] for start in range(0, 16, 4)) + content[16:]
        cleared = bytes(byte & 0x7F for byte in content)
        cut = content[: int(random.integers(len(content) // 2, len(content)))]
        cases += [(content,), (turned,), (cleared,), (cut,), (content.replace(b"\n", b"\r\n"),)]
    return cases


@hidden("q7", function="diagnose", points=2, feedback="A header that holds 0a suffers too: what does it then announce?")
def test_hurt_headers(random):
    """Files of ten images, or of images of ten rows, sent as texts or with seven bits."""
    ten, low = drawn_digits(random, 10), drawn_digits(random, int(random.integers(200, 250)), side=10)
    return [(file.replace(b"\n", b"\r\n"),) for file in (ten, low)] + [
        (bytes(byte & 0x7F for byte in low),),
        (ten,),
        (low[:-30],),
    ]
