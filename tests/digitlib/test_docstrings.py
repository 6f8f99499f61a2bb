"""Every public function of the package is documented in NumPy's form; all examples are true."""

import doctest
import importlib
import inspect
import pkgutil
from collections.abc import Iterator

import pytest
from numpydoc.validate import validate

import digitlib

MODULES = [module.name for module in pkgutil.walk_packages(digitlib.__path__, "digitlib.")]
DOCUMENTED = [name for name in MODULES if not name.startswith("digitlib.exercises")]  # described by their exercises
IN_A_CHAPTER = {"digitlib.speed.graphs.compile_epoch"}  # which prints it and explains it

# A docstring; a summary that ends with a period and begins with an infinitive; all parameters, under their names, in
# their order, with their types; what is returned or yielded.
RULES = {"GL08", "SS03", "SS05", "PR01", "PR02", "PR03", "PR04", "RT01", "YD01"}

OF_FUNCTIONS = {"PR01", "PR02", "PR03", "PR04", "SS05"}  # a class that lists its attributes is made of these


def public(name: str) -> Iterator[str]:
    """The functions and classes that a module defines, and the methods that no base class has."""
    for thing in vars(importlib.import_module(name)).values():
        if getattr(thing, "__module__", None) != name or not callable(thing) or thing.__name__.startswith("_"):
            continue
        yield f"{name}.{thing.__name__}"
        if inspect.isclass(thing):
            inherited = {method for base in thing.__bases__ for method in dir(base)}
            own = [method for method in vars(thing) if not method.startswith("_") and method not in inherited]
            yield from (f"{name}.{thing.__name__}.{method}" for method in own if callable(getattr(thing, method)))


@pytest.mark.parametrize("name", [name for module in DOCUMENTED for name in public(module) if name not in IN_A_CHAPTER])
def test_what_is_public_is_documented(name):
    found = validate(name)
    rules = RULES - OF_FUNCTIONS if "Attributes\n" in found["docstring"] else RULES
    assert [f"{code}: {problem}" for code, problem in found["errors"] if code in rules] == []


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_are_true(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0
