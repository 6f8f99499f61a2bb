"""Values as JSON and back: how arguments enter the sandbox, and how answers leave it.

No pickle: whoever decodes gets plain values, never code. Both sides of the
sandbox import this module, so it needs NumPy and the standard library alone.
"""

import base64
import functools
import io
import operator
from typing import Any

import numpy as np

DEEPEST = 50
KINDS = "biufcSU"  # the dtype kinds that travel: neither objects, records nor dates
REASONS = {
    "type": "a value of {}, which is none of numbers, texts, lists, tuples, dicts and NumPy arrays",
    "keys": "a dict with keys of {}, and keys must be texts",
    "dtype": "an array of {}, and elements must be numbers, bools or texts",
    "depth": f"values nested deeper than {DEEPEST} levels",
}


class Unsendable(TypeError):
    """A value cannot be sent.

    Attributes
    ----------
    reason : str
        A key of `REASONS`.
    kind : str
        The name of the type that cannot be sent.
    """

    def __init__(self, reason: str, kind: str = ""):
        super().__init__(REASONS[reason].format(f"type {kind}"))
        self.reason, self.kind = reason, kind


def encode(value: Any) -> Any:
    """Write a value as something that `json.dumps` takes.

    Parameters
    ----------
    value
        None, bool, int, float, str, bytes, list, tuple, dict with str keys,
        NumPy array or NumPy scalar; nested as deep as `DEEPEST`. A tensor,
        that is, anything with a method `numpy`, is sent as the array it holds.

    Returns
    -------
    None, bool, int, str, list or dict

    Raises
    ------
    Unsendable
        If it is, or holds, anything else.
    """
    return _encode(value, DEEPEST)


def decode(content: Any) -> Any:
    """Read a value that `encode` wrote.

    Parameters
    ----------
    content
        What `json.loads` returns.

    Returns
    -------
    object
        The value that `encode` was given; for a tensor, its array.

    Raises
    ------
    ValueError
        If `content` is anything that `encode` does not write.
    """
    return _decode(content, DEEPEST)


def _encode(value: Any, depth: int) -> Any:
    if not depth:
        raise Unsendable("depth")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bytes):
        return {"bytes": base64.b64encode(value).decode()}
    if isinstance(value, np.generic):  # before float, which numpy.float64 is as well
        return {"scalar": _to_npy(np.asarray(value))}
    if isinstance(value, np.ndarray):
        return {"array": _to_npy(np.asarray(value))}
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return {"float": float(value).hex()}  # exact, and JSON has no word for NaN
    if isinstance(value, list):
        return [_encode(item, depth - 1) for item in value]
    if isinstance(value, tuple):
        return {"tuple": [_encode(item, depth - 1) for item in value]}
    if isinstance(value, dict):
        if others := [key for key in value if not isinstance(key, str)]:
            raise Unsendable("keys", type(others[0]).__name__)
        return {"dict": {str(key): _encode(item, depth - 1) for key, item in value.items()}}
    if callable(getattr(value, "numpy", None)):
        return _encode(value.numpy(), depth - 1)
    raise Unsendable("type", type(value).__name__)


def _decode(content: Any, depth: int) -> Any:
    if not depth:
        raise ValueError(f"nested deeper than {DEEPEST} levels")
    if content is None or isinstance(content, bool | int | str):
        return content
    if isinstance(content, list):
        return [_decode(item, depth - 1) for item in content]
    if not isinstance(content, dict) or len(content) != 1:
        raise ValueError("neither plain nor marked with one type")
    [(kind, payload)] = content.items()
    if kind == "tuple" and isinstance(payload, list):
        return tuple(_decode(item, depth - 1) for item in payload)
    if kind == "dict" and isinstance(payload, dict):
        return {key: _decode(item, depth - 1) for key, item in payload.items()}
    if kind not in _FROM_TEXT or not isinstance(payload, str):
        raise ValueError("marked with an unknown type")
    try:
        return _FROM_TEXT[kind](payload)
    except Exception as error:  # NumPy's readers of headers raise all kinds
        raise ValueError(f"not a {kind}: {error}") from error


def _to_npy(array: np.ndarray) -> str:
    if array.dtype.kind not in KINDS:
        raise Unsendable("dtype", array.dtype.type.__name__.rstrip("_"))
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, array, version=(1, 0), allow_pickle=False)
    return base64.b64encode(buffer.getvalue()).decode()


def _from_npy(text: str) -> np.ndarray:
    content = io.BytesIO(_from_base64(text))
    if np.lib.format.read_magic(content) != (1, 0):
        raise ValueError("not a .npy file of version 1.0")
    shape, fortran_order, dtype = np.lib.format.read_array_header_1_0(content)
    if dtype.kind not in KINDS or dtype.itemsize == 0:
        raise ValueError("an array of a dtype that does not travel")
    values = bytearray(content.read())
    size = functools.reduce(operator.mul, shape, dtype.itemsize)  # Python's integers do not overflow
    if min(shape, default=0) < 0 or size != len(values):
        raise ValueError("an array of another size than its header says")
    array = np.frombuffer(values, dtype).reshape(shape, order="F" if fortran_order else "C")
    if dtype.kind == "b":
        return array.view(np.uint8) != 0  # a bool of any other bits equals neither True nor False, or both
    if dtype.kind == "U":
        array.tolist()  # raises if a character is none
    return array


def _from_scalar(text: str) -> Any:
    array = _from_npy(text)
    if array.shape:
        raise ValueError("a scalar with a shape")
    return array[()]


def _from_base64(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


_FROM_TEXT = {"float": float.fromhex, "bytes": _from_base64, "array": _from_npy, "scalar": _from_scalar}
