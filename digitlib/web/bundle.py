"""The book's networks and its drawing code, in the form that a browser needs."""

import base64
import json
import re
from pathlib import Path

import h5py
import numpy as np

from digitlib.checks import decode_digits
from digitlib.files import read_text

WEB = Path(__file__).parent

REFERENCE = Path(__file__).parents[1] / "data" / "runs"

_IMPORT = re.compile(r'^import (?P<names>\{[^}]*\}) from "\./(?P<module>[\w-]+\.js)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async function|function|const|class) (?P<name>\w+))", re.MULTILINE)
_ARRAYS = ("kernel", "bias")  # as Keras numbers the weights of a layer


def bundle(module: str, folder: Path = WEB) -> str:
    """Join a JavaScript module and those that it imports into one script.

    A page that is opened from a folder may not load modules, and a widget is one text.

    Parameters
    ----------
    module : str
        File name of the module.
    folder : Path
        Where it lies, with all that it imports.

    Returns
    -------
    str
        A script that runs each module once, after those that it imports, and
        leaves what they export in ``modules``, by file name.

    Raises
    ------
    FileNotFoundError
        If a module is missing.
    ValueError
        If an import or export has a form that is not known here.
    """
    joined: dict[str, str] = {}

    def add(name: str) -> None:
        source = read_text(folder / name)
        for found in _IMPORT.finditer(source):
            if found["module"] not in joined:
                add(found["module"])
        joined[name] = _in_own_scope(name, source)

    add(module)
    return '"use strict";\nconst modules = {};\n' + "\n".join(joined.values())


def export_weights(name: str) -> dict:
    """Export the weights of a reference network in the form that `network.js` reads.

    Parameters
    ----------
    name : str
        ``"cnn"`` or ``"matched"``; see `digitlib.reference`.

    Returns
    -------
    dict
        ``arrays``: layer, name and size of each; ``data``: their numbers in
        that order, 32-bit floats, in base64. First come the lowest bytes of
        all numbers, then the second lowest, and so on: sorted in this way,
        they compress better.

    Raises
    ------
    FileNotFoundError
        If there is no such network.
    """
    arrays, numbers = [], []
    with h5py.File(REFERENCE / f"{name}.weights.h5") as file:
        for layer, group in file["layers"].items():
            for number, values in group["vars"].items():
                arrays.append({"layer": layer, "name": _ARRAYS[int(number)], "size": values.size})
                numbers.append(np.asarray(values, "<f4").ravel())
    planes = np.concatenate(numbers).view(np.uint8).reshape(-1, 4).T
    return {"arrays": arrays, "data": encode(planes.tobytes())}


def read_predictions(name: str) -> np.ndarray:
    """Read the answers of a reference network to the test images.

    Parameters
    ----------
    name : str
        As for `export_weights`.

    Returns
    -------
    numpy.ndarray, shape (10000,), int64
        0 to 9.

    Raises
    ------
    FileNotFoundError
        If there is no such network.
    """
    record = json.loads(read_text(REFERENCE / f"{name}.json"))
    return decode_digits(record["predictions"])


def read_familiarity() -> dict:
    """Read the weights of the rule that says what looks like a digit.

    Returns
    -------
    dict
        By the names of the attributes of `digitlib.handwriting.familiarity.Familiarity`.
    """
    return json.loads(read_text(REFERENCE / "familiarity.json"))


def encode(content: bytes) -> str:
    """Write bytes as text.

    Parameters
    ----------
    content : bytes

    Returns
    -------
    str
        In base64.
    """
    return base64.b64encode(content).decode("ascii")


def _in_own_scope(name: str, source: str) -> str:
    """A module as a function that is called at once and returns what the module exports."""
    exports = ", ".join(found["name"] for found in _EXPORT.finditer(source))
    body = _EXPORT.sub("", _IMPORT.sub(r'const \g<names> = modules["\g<module>"];', source))
    if odd := re.search(r"^(import|export)\b.*", body, re.MULTILINE):
        raise ValueError(f"{name}: cannot join {odd[0]!r}: import {{ ... }} from a file beside it, export a definition")
    return f'modules["{name}"] = (() => {{\n{body}return {{ {exports} }};\n}})();\n'
