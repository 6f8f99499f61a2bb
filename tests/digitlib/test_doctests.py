"""The examples in the docstrings of digitlib."""

import doctest
import importlib
import pkgutil

import pytest

import digitlib

MODULES = [module.name for module in pkgutil.iter_modules(digitlib.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_are_true(name):
    assert doctest.testmod(importlib.import_module(f"digitlib.{name}")).failed == 0
