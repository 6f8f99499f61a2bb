"""How an answer differs from the expected one, in words that give neither of them away."""

import sys
from typing import Any

import numpy as np


def difference(answer: Any, expected: Any, tolerance: float = 0) -> str | None:
    """Say how an answer differs from the expected one, without telling either; None if it does not.

    Structure, kind of type and the shapes of arrays must agree. These do not
    matter: whether a number is Python's or NumPy's, how many bits it has, and
    whether it stands alone or in an array without dimensions. If a list or a
    tuple is expected, a list, a tuple or an array is accepted; if floats are,
    integers too. NaN equals NaN.

    Parameters
    ----------
    answer, expected
        What `inside.wire.decode` returns.
    tolerance : float
        The largest difference allowed between floats.

    Returns
    -------
    str or None
        For the student.
    """
    answer, expected = _unwrapped(answer), _unwrapped(expected)
    kind, expected_kind = _kind(answer), _kind(expected)
    if isinstance(expected, list | tuple) and isinstance(answer, list | tuple | np.ndarray):
        if len(answer) != len(expected):
            return f"you return {kind} of another length than expected"
        pairs = list(zip(answer, expected, strict=True))
    elif kind not in (expected_kind, _INSTEAD.get(expected_kind)):
        return f"you return {kind}, and {expected_kind} is expected"
    elif isinstance(expected, dict):
        if set(answer) != set(expected):
            return "you return a dict with other keys than expected"
        pairs = [(answer[key], expected[key]) for key in expected]
    else:
        return _value_difference(answer, expected, tolerance)
    return next((found for pair in pairs if (found := difference(*pair, tolerance))), None)


def _kind(value: Any) -> str:
    if value is None:
        return "None"
    if isinstance(value, np.ndarray):
        return f"an array of {_KINDS[value.dtype.kind][1]}"
    if isinstance(value, np.generic):
        return _KINDS[value.dtype.kind][0]
    return _PLAIN[type(value)]


def _unwrapped(value: Any) -> Any:
    """The scalar in an array without dimensions; anything else as it is."""
    return value[()] if isinstance(value, np.ndarray) and value.ndim == 0 else value


def _value_difference(answer: Any, expected: Any, tolerance: float) -> str | None:
    if np.shape(answer) != np.shape(expected):
        return "you return an array of another shape than expected"
    if isinstance(answer, int) and abs(answer) > sys.float_info.max:
        same = answer == expected  # NumPy has no number of this size
    elif np.asarray(expected).dtype.kind in "fc":
        same = np.allclose(answer, expected, rtol=0, atol=tolerance, equal_nan=True)
    elif isinstance(expected, np.ndarray):
        same = np.array_equal(answer, expected)
    else:
        same = answer == expected  # NumPy would ignore zeros at the end of bytes
    return None if same else "you return another value than expected"


_KINDS = {
    "b": ("a bool", "bools"),
    "i": ("an integer", "integers"),
    "u": ("an integer", "integers"),
    "f": ("a float", "floats"),
    "c": ("a complex number", "complex numbers"),
    "U": ("a text", "texts"),
    "S": ("bytes", "bytes"),
}
_INSTEAD = {"a float": "an integer", "an array of floats": "an array of integers"}
_PLAIN = {
    bool: "a bool",
    int: "an integer",
    float: "a float",
    str: "a text",
    bytes: "bytes",
    list: "a list",
    tuple: "a tuple",
    dict: "a dict",
}
