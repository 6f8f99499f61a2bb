"""What travels arrives as it was; nothing else travels, and no bytes can do more than fail."""

import base64
import io
import json
import math
import pickle

import numpy as np
import pytest

from grader.inside.wire import DEEPEST, Unsendable, decode, encode

TRAVELS = [
    None,
    True,
    -(10**30),
    "Ziffer \u00e9 \U0001f522",
    b"\x00\xff",
    1.5,
    0.1 + 0.2,
    5e-324,
    float("inf"),
    [],
    (),
    {},
    [1, [2.0, ("three", None)], {"four": b"4"}],
    (True, {"a b": [False]}),
]

ARRAYS = [
    np.arange(12, dtype=np.uint8).reshape(3, 4),
    np.arange(12.0).reshape(3, 4).T,
    np.zeros((0, 28, 28)),
    np.array(7),
    np.array([np.nan, -np.inf, -0.0]),
    np.arange(3, dtype=">i4"),
    np.array(["0", "sieben"]),
    np.array([b"0", b"7"]),
    np.array([True, False]),
    np.array([1 + 2j]),
    np.arange(20)[::3],
]


def travel(value):
    return decode(json.loads(json.dumps(encode(value), allow_nan=False)))


def same(value, other):
    if isinstance(value, list | tuple):
        return type(value) is type(other) and len(value) == len(other) and all(map(same, value, other))
    return type(value) is type(other) and value == other


@pytest.mark.parametrize("value", TRAVELS, ids=repr)
def test_plain_values_arrive_as_they_were(value):
    assert same(travel(value), value)


def test_not_a_number_arrives():
    assert math.isnan(travel(float("nan")))


@pytest.mark.parametrize("array", ARRAYS, ids=lambda array: f"{array.dtype}{array.shape}")
def test_arrays_arrive_as_they_were(array):
    arrived = travel(array)
    assert arrived.dtype == array.dtype
    np.testing.assert_array_equal(arrived, array, strict=True)
    assert arrived.flags.writeable, "each call gets a copy of its own"


@pytest.mark.parametrize("scalar", [np.float32(0.1), np.int64(-3), np.bool_(True), np.complex64(1j)])
def test_scalars_keep_their_dtype(scalar):
    arrived = travel(scalar)
    assert type(arrived) is type(scalar)
    assert arrived == scalar


class Tensor:
    """What TensorFlow and others return: no array, but it hands one out."""

    def __init__(self, content):
        self.content = content

    def numpy(self):
        return self.content


def test_a_tensor_travels_as_its_array():
    [arrived] = travel([Tensor(np.arange(6.0).reshape(2, 3))])
    np.testing.assert_array_equal(arrived, np.arange(6.0).reshape(2, 3), strict=True)


def endless_tensor():
    endless = Tensor(None)
    endless.content = endless
    return endless


def circle():
    endless = []
    endless.append(endless)
    return endless


@pytest.mark.parametrize(
    "value",
    [
        object(),
        {1, 2},
        {1: 2},
        range(3),
        1j,
        print,
        circle(),
        endless_tensor(),
        Tensor(object()),
        Tensor,
        np.array([object()]),
        np.zeros(2, [("a", int)]),
        np.array(["2026-01-01"], "datetime64[D]"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_anything_else_is_a_type_error(value):
    with pytest.raises(TypeError):
        encode(value)


@pytest.mark.parametrize(
    ("value", "reason", "kind"),
    [
        ({1: 2}, "keys", "int"),
        ({"a": 1, np.int64(2): 3}, "keys", "int64"),
        ([{"a": {(1, 2): 3}}], "keys", "tuple"),
        ([{1, 2}], "type", "set"),
        (({"a": range(3)},), "type", "range"),
        (np.array([1, None]), "dtype", "object"),
        ([np.zeros(2, [("a", int)])], "dtype", "void"),
        (np.array(["2026-01-01"], "datetime64[D]"), "dtype", "datetime64"),
        (circle(), "depth", ""),
    ],
    ids=str,
)
def test_the_true_reason_is_told(value, reason, kind):
    with pytest.raises(Unsendable) as told:
        encode(value)
    assert (told.value.reason, told.value.kind) == (reason, kind)
    assert kind in str(told.value)


def npy(array, *, pickled=False):
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=pickled)
    return buffer.getvalue()


def text(content):
    return base64.b64encode(content).decode()


def header(shape, descr="<f8", values=b""):
    content = repr({"descr": descr, "fortran_order": False, "shape": shape}).encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(content).to_bytes(2, "little") + content + values


class Bomb:
    def __reduce__(self):
        return pytest.fail, ("a pickle was loaded",)


FORGED = [
    1.5,
    {},
    {"float": 1},
    {"float": "one"},
    {"float": "0x1p99999"},
    {"float": "1.0", "bytes": ""},
    {"bytes": "%"},
    {"bytes": "\u00e9"},
    {"tuple": "ab"},
    {"dict": []},
    {"dict": {"a": {"b": 1}}},
    {"object": "x"},
    {"array": ""},
    {"array": [1]},
    {"array": text(b"\x93NUMPY")},
    {"array": text(npy(np.arange(9))[:-1])},
    {"array": text(npy(np.arange(9)) + b"x")},
    {"array": text(npy(np.array([Bomb()], dtype=object), pickled=True))},
    {"array": text(npy(np.zeros(2, [("a", int)])))},
    {"array": text(pickle.dumps(Bomb()))},
    {"array": text(header((10**12,)))},
    {"array": text(header((2**32, 2**32)))},
    {"array": text(header((-1, -1), values=bytes(8)))},
    {"array": text(header((0, -5)))},
    {"array": text(header((10**30, 0)))},
    {"array": text(header((1,), "|O", bytes(8)))},
    {"array": text(header((5,), "|V0"))},
    {"array": text(header((5,), "<U0"))},
    {"array": text(header((1,), "<U1", b"\xff\xff\xff\xff"))},
    {"array": text(header("x"))},
    {"array": text(b"\x93NUMPY\x01\x00\xff\xff" + b"(" * 65_535)},
    {"array": text(b"\x93NUMPY\x01\x00\x00\x20" + b"-" * 8_192)},
    {"scalar": text(npy(np.arange(3)))},
    {"array": text(b"PK\x03\x04")},
]


@pytest.mark.parametrize("content", FORGED, ids=range(len(FORGED)))
def test_forged_content_is_a_value_error(content):
    with pytest.raises(ValueError):  # noqa: PT011  any message will do
        decode(content)


def test_depth_is_bounded_both_ways():
    nested = "seed"
    for _ in range(DEEPEST - 1):
        nested = [nested]
    assert travel(nested) == nested
    with pytest.raises(TypeError, match="nested deeper"):
        encode([nested])
    with pytest.raises(ValueError, match="nested deeper"):
        decode([nested])


def test_a_forged_bool_is_one_of_two():
    forged = decode({"array": text(header((3,), "|b1", b"\x00\x01\x02"))})
    assert forged.tobytes() == b"\x00\x01\x01"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of strange headers
def test_random_bytes_only_fail():
    random = np.random.default_rng(0)
    whole = npy(np.arange(6.0).reshape(2, 3))
    failed = 0
    for _ in range(2_000):
        damaged = bytearray(whole)
        for position in random.integers(0, len(whole), size=3):
            damaged[position] = random.integers(0, 256)
        try:
            decode({"array": text(bytes(damaged))})
        except ValueError:
            failed += 1
    assert failed > 500
