"""Chapters and the configuration are parsed once, and what came of it is nobody's to change."""

import ast
import copy
import importlib
import inspect

import pytest

from pipeline import sources
from pipeline.configuration import configuration, repository
from pipeline.kinds_of_cells import expand
from pipeline.paths import chapters
from pipeline.sources import read_chapter, read_source

CHAPTER = """\
# %% [markdown]
# # A chapter
#
# Text.

# %%
answer = ...
### BEGIN SOLUTION
answer = 1
### END SOLUTION
"""


def test_a_chapter_is_parsed_once_and_again_when_it_has_changed(tmp_path):
    path = tmp_path / "01_chapter.py"
    path.write_text(CHAPTER, encoding="utf-8")
    parsed = sources._parse_source.cache_info().misses
    assert read_chapter(path) == expand(read_source(path))
    assert read_source(path).cells[1].source == "# A chapter\n\nText."
    assert sources._parse_source.cache_info().misses == parsed + 1
    path.write_text(CHAPTER.replace("Text.", "Next."), encoding="utf-8")
    assert read_source(path).cells[1].source == "# A chapter\n\nNext."


@pytest.mark.parametrize("read", [read_chapter, read_source, lambda path: configuration()])
def test_what_is_parsed_once_is_nobody_s_to_change(tmp_path, read):
    path = tmp_path / "01_chapter.py"
    path.write_text(CHAPTER, encoding="utf-8")
    once = read(path)
    before = copy.deepcopy(once)
    (once["cells"][1] if "cells" in once else once["repository"]).clear()
    assert read(path) == before


def test_the_address_is_read_from_the_settings():
    assert repository() == configuration()["repository"]["url"].rstrip("/")


@pytest.mark.parametrize("path", chapters(), ids=lambda path: path.stem)
def test_what_a_chapter_takes_from_the_package_is_there(path):
    """A function that goes is missed here, and not only when the chapter runs."""
    code = "\n".join(cell.source for cell in read_source(path).cells if cell.cell_type == "code")
    tree = ast.parse(code)
    modules = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module.startswith("digitlib"):
            for alias in node.names:
                home = importlib.import_module(node.module)
                taken = getattr(home, alias.name, None) or importlib.import_module(f"{node.module}.{alias.name}")
                if inspect.ismodule(taken):
                    modules[alias.asname or alias.name] = taken
    missing = {
        f"{node.value.id}.{node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules
        if not hasattr(modules[node.value.id], node.attr)
    }
    assert missing == set()
