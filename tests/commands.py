"""The commands in tools/, called in the process of a test."""

import ast
import contextlib
import importlib
import io
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

from pipeline.paths import ROOT

ALL = sorted((ROOT / "tools").glob("*.py"))


def main_of(command: Path) -> Callable:
    """The function that a command calls: its own `main`, or the one that it imports."""
    imports = [node for node in ast.parse(command.read_text(encoding="utf-8")).body if isinstance(node, ast.ImportFrom)]
    homes = [node.module for node in imports if node.names[0].name == "main"]
    return importlib.import_module(homes[0] if homes else command.stem).main


def ask(command: Path, option: str) -> SimpleNamespace:
    """Give a command an option at which it ends; its status, and what it says on each stream."""
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as error:
        try:
            status = main_of(command)([option])
        except SystemExit as ended:
            status = ended.code
    return SimpleNamespace(status=status, out=out.getvalue(), error=error.getvalue())
