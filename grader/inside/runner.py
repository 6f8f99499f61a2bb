"""Executes a notebook's cells and calls its functions. Runs inside the sandbox.

It reads two lines of JSON from standard input and writes lines to standard output:

    in   {"cells": [[number, source], ...], "rlimits": {"RLIMIT_CORE": 0, ...}}
    out  {"started": true}                    nothing of the student's has run yet
         {"begins": number}                   a cell, in the notebook's order
         {"stopped": number, "error": [name, message]}
         {"ready": true}                      all cells have run
    in   [{"function": name, "arguments": [...]}, ...]
    out  {"case": position, "answer": ...}    or "error": [name, message], "missing": true, "unsendable": [reason, type]
         {"done": true}

Whatever a notebook does to this process, it can only spoil its own lines.
"""

import json
import os
import re
import resource
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from typing import IO, Any
from unittest.mock import MagicMock

import syscalls
from IPython.core.extensions import ExtensionManager
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config
from wire import Unsendable, decode, encode

# Packages that need what is not here: the files of the public tests, Colab. Whatever is called of them does nothing.
NOT_HERE = ("otter", "google.colab")
MAGIC = re.compile(r"""\.run_(line|cell)_magic\(['"](\w+)['"]""")  # as IPython writes ``%name`` and ``%%name``


class _NotHere(MetaPathFinder, Loader):
    """Imports a package that is not installed, and all its modules, as an object that accepts any call."""

    def find_spec(self, name, path=None, target=None):
        if name.startswith(tuple(f"{package}." for package in NOT_HERE)) or name in NOT_HERE:
            return ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        return MagicMock()

    def exec_module(self, module):
        """There is nothing to execute."""


class _Shell(InteractiveShell):
    """IPython's shell without a screen to connect to. It skips magics that only Colab and the like know."""

    def enable_matplotlib(self, gui=None):
        """Draw figures into memory, for every argument of ``%matplotlib``."""
        return super().enable_matplotlib("inline")

    def enable_gui(self, gui=None):
        """Needed by ``%matplotlib inline``."""

    def transform_cell(self, raw_cell):
        """A magic that is not known here, such as Colab's ``%tensorflow_version``, does not stop its cell."""
        code = super().transform_cell(raw_cell)
        for kind, name in MAGIC.findall(code):
            if self.find_magic(name, kind) is None:
                self.register_magic_function(getattr(self, f"pass_over_{kind}"), kind, name)
        return code

    def pass_over_line(self, line):
        """The line does nothing."""

    def pass_over_cell(self, line, cell):
        """The cell runs as if the line were not there."""
        self.run_cell(cell).raise_error()


class _ExtensionManager(ExtensionManager):
    """IPython's manager of extensions. It skips those that are not installed."""

    def load_extension(self, module_str):
        try:
            return super().load_extension(module_str)
        except ModuleNotFoundError:
            return None


def main() -> None:
    """Serve one submission."""
    questions, answers = _take(0, "rb"), _take(1, "wb")
    os.dup2(1, 2)
    request = json.loads(questions.readline())
    for name, value in request["rlimits"].items():
        resource.setrlimit(getattr(resource, name), (value, value))
    if sys.platform == "linux":  # as in every sandbox
        syscalls.forbid()
    sys.meta_path.insert(0, _NotHere())
    _see_working_folder()
    config = Config(HistoryManager={"enabled": False}, InteractiveShell={"colors": "NoColor"})
    shell = _Shell.instance(config=config)
    shell.extension_manager = _ExtensionManager(shell=shell, parent=shell)
    shell.magics_manager.register_alias("shell", "bash", "cell")  # Colab's name
    _send(answers, {"started": True})
    for number, source in request["cells"]:
        _send(answers, {"begins": number})
        result = shell.run_cell(source, store_history=False)
        if error := result.error_before_exec or result.error_in_exec:
            _send(answers, {"stopped": number, "error": _describe(error)})
    _send(answers, {"ready": True})
    for position, call in enumerate(json.loads(questions.readline())):
        _send(answers, {"case": position} | _answer(shell.user_ns, call))
    _send(answers, {"done": True})
    os._exit(0)  # threads of the notebook's may go on for ever


def _see_working_folder() -> None:
    """Import what a notebook wrote, as Jupyter does: after Python's own modules, before all packages."""
    places = (place for place, path in enumerate(sys.path) if path.endswith(("site-packages", "dist-packages")))
    sys.path.insert(next(places, len(sys.path)), "")


def _take(descriptor: int, mode: str) -> IO[bytes]:
    """Move a standard stream to a place that `print` and `input` do not use."""
    private = os.fdopen(os.dup(descriptor), mode)
    os.dup2(os.open(os.devnull, os.O_RDWR), descriptor)
    return private


def _answer(namespace: dict, call: dict) -> dict:
    function = namespace.get(call["function"])
    if not callable(function):
        return {"missing": True}
    try:
        value = function(*decode(call["arguments"]))
    except BaseException as error:  # SystemExit is an answer as well
        return {"error": _describe(error)}
    try:
        answer = {"answer": encode(value)}
        json.dumps(answer)
        return answer
    except Unsendable as error:
        return {"unsendable": [error.reason, error.kind]}
    except Exception:
        return {"unsendable": ["type", type(value).__name__]}


def _describe(error: BaseException) -> list[str]:
    try:
        return [type(error).__name__, str(error)[:1000]]
    except Exception:
        return [type(error).__name__, ""]


def _send(stream: IO[bytes], line: dict[str, Any]) -> None:
    stream.write(json.dumps(line).encode() + b"\n")
    stream.flush()


if __name__ == "__main__":
    main()
