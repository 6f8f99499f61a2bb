"""Answers as plain numbers and arrays, so that no object can pass by claiming to equal everything."""

import numpy as np

from digitlib.exercises import NotSolved, Wrong

ARRAY_LIBRARIES = {"numpy", "pandas", "tensorflow", "jax", "jaxlib"}
SHOWN = 60  # characters of an answer or an error
AXES_ADVICE = (
    " A function in it wants more axes than it was given: does it take several images at once? Then hand over "
    "image[np.newaxis], a row of one, and take the first of what comes back."
)


def number(answer, what: str = "your answer") -> float:
    """The answer as a float.

    Parameters
    ----------
    answer : int, float, or an array or tensor that holds one number
    what : str
        How messages call it.

    Raises
    ------
    NotSolved
        If it is None or ``...``.
    Wrong
        If it is not a single finite number.
    """
    value = array(answer, what, size=1)
    if value.dtype.kind == "b":
        raise Wrong(f"{_upper(what)} should be a number, not {_describe(answer)}.")
    return float(value.reshape(()))


def integer(answer, what: str = "your answer") -> int:
    """The answer as an int; see `number`. A float is accepted if it is whole."""
    value = number(answer, what)
    if not value.is_integer():
        raise Wrong(f"{_upper(what)} should be a whole number, not {value:g}.")
    return int(value)


def array(
    answer,
    what: str = "your answer",
    *,
    shape: tuple[int, ...] | None = None,
    size: int | None = None,
    finite: bool = True,
) -> np.ndarray:
    """The answer as a NumPy array of finite numbers or truth values.

    Parameters
    ----------
    answer : array, tensor, table, or list of numbers
    what : str
        How messages call it.
    shape : tuple of int, optional
        What its shape must be.
    size : int, optional
        How many numbers it must hold.
    finite : bool
        Whether all must be finite.

    Returns
    -------
    numpy.ndarray
        A copy, of a plain numerical type.

    Raises
    ------
    NotSolved
        If it is None or ``...``.
    Wrong
        If it is something else, or of another shape.
    """
    if answer is None or answer is ...:
        raise NotSolved
    if isinstance(answer, tuple):
        answer = tuple(answer)  # a named tuple becomes a plain one
    if type(answer) not in (bool, int, float, list, tuple) and not _is_array(answer):
        raise Wrong(f"{_upper(what)} should be {_wanted(shape, size)}, not {_describe(answer)}.")
    try:
        values = np.array(answer)
    except (TypeError, ValueError):
        raise Wrong(f"{_upper(what)} should be {_wanted(shape, size)}; its rows are of different lengths.") from None
    if values.dtype.kind not in "biuf":
        raise Wrong(f"{_upper(what)} should be {_wanted(shape, size)}, not {_describe(answer)}.")
    if (shape is not None and values.shape != shape) or (size is not None and values.size != size):
        raise Wrong(f"{_upper(what)} should be {_wanted(shape, size)}; its shape is {values.shape}.")
    if finite and not np.isfinite(values).all():
        raise Wrong(f"{_upper(what)} holds numbers that are not finite. Has something been divided by zero?")
    return values


def text(answer, what: str = "your answer") -> str:
    """The answer as a string without space around it, in lower case."""
    if answer is None or answer is ...:
        raise NotSolved
    if type(answer) not in (str, np.str_):
        raise Wrong(f"{_upper(what)} should be a text in quotes, not {_describe(answer)}.")
    return str(answer).strip().lower()


def wrong_unless_sequential(answer) -> None:
    """Raise `Wrong` unless the answer is a built `keras.Sequential` for digits."""
    import keras

    wrong_if(
        not isinstance(answer, keras.Sequential) or not answer.built,
        "Pass the network itself, made with keras.Sequential and with keras.Input as its first layer.",
    )
    wrong_unless_for_digits(answer)


def wrong_unless_for_digits(network) -> None:
    """Raise `Wrong` unless a network takes images of 28x28 pixels with one channel and puts out ten numbers."""
    given, returned = network.input_shape[1:], network.output_shape[1:]
    wrong_if(given != (28, 28, 1), f"It should take images of 28x28x1, not {given}.")
    wrong_if(returned != (10,), f"It should put out ten numbers, not {returned}.")


def call(function, *arguments, what: str = "your function"):
    """What the reader's function returns.

    Arrays and tables are handed over as copies, so that a function which
    changes its arguments spoils nothing.

    Raises
    ------
    NotSolved
        If it returns None or ``...``.
    Wrong
        If it cannot be called, or raises.
    """
    if not callable(function):
        raise Wrong(f"{_upper(what)} should be a function, not {_describe(function)}: pass its name, without brackets.")
    copies = [argument.copy() if hasattr(argument, "copy") else argument for argument in arguments]
    try:
        result = function(*copies)
    except Exception as error:  # whatever a reader's function raises is told to the reader
        told = f"{type(error).__name__}: {error}"[: 2 * SHOWN]
        given = f" for {', '.join(map(_describe, arguments))}" if arguments else ""
        advice = AXES_ADVICE if isinstance(error, np.exceptions.AxisError) else ""
        raise Wrong(f"{_upper(what)} raises {told}{given}.{advice}") from None
    if result is None or result is ...:
        raise NotSolved
    return result


def wrong_if(condition, message: str) -> None:
    """Raise `Wrong` with the message if the condition holds."""
    if condition:
        raise Wrong(message)


def close(one, other, *, within: float = 1e-6) -> bool:
    """Whether each value of an array lies within that distance of a number, or of the other array's value."""
    comparable = np.ndim(other) == 0 or np.shape(one) == np.shape(other)
    return comparable and bool(np.allclose(one, other, rtol=0, atol=within))


def _is_array(answer) -> bool:
    return type(answer).__module__.partition(".")[0] in ARRAY_LIBRARIES and hasattr(answer, "__array__")


def _wanted(shape, size) -> str:
    if shape is not None:
        return f"an array of shape {shape}"
    return {None: "an array of numbers", 1: "a number"}.get(size, f"{size} numbers")


def _describe(answer) -> str:
    if _is_array(answer):
        return f"an array of shape {np.shape(answer)}"
    if type(answer) in (bool, int, float, str, list, tuple):
        return repr(answer)[:SHOWN]
    return f"an object of type {type(answer).__name__}"


def _upper(what: str) -> str:
    return what if what.isidentifier() else what[:1].upper() + what[1:]
