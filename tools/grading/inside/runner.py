"""Executes a notebook's cells and calls its functions. Runs inside the sandbox.

It reads two lines of JSON from standard input and writes lines to standard output:

    in   {"cells": [[number, source], ...], "rlimits": {"RLIMIT_CORE": 0, ...}}
    out  {"started": true}                    nothing of the student's has run yet
         {"begins": number}                   a cell, in the notebook's order
         {"stopped": number, "error": [name, message]}
         {"ready": true}                      all cells have run
    in   [{"function": name, "arguments": [...]}, ...]
    out  {"case": position, "answer": ...}    or "error": [name, message], "missing": true, "unsendable": type
         {"done": true}

Whatever a notebook does to this process, it can only spoil its own lines.
"""

import json
import os
import resource
import sys
from typing import Any, BinaryIO
from unittest.mock import MagicMock

import syscalls
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config
from wire import decode, encode

# Packages that need what is not here: the files of the public tests, Colab. Whatever is called of them does nothing.
NOT_HERE = ("otter", "google.colab", "google.colab.patches")


class _Shell(InteractiveShell):
    """IPython's own, without a screen to connect to."""

    def enable_matplotlib(self, gui=None):
        """Whatever ``%matplotlib`` asks for, figures are drawn into memory."""
        return super().enable_matplotlib("inline")

    def enable_gui(self, gui=None):
        """Needed by ``%matplotlib inline``."""


def main() -> None:
    """Serve one submission."""
    questions, answers = _take(0, "rb"), _take(1, "wb")
    os.dup2(1, 2)
    request = json.loads(questions.readline())
    for name, value in request["rlimits"].items():
        resource.setrlimit(getattr(resource, name), (value, value))
    if sys.platform == "linux":  # as in every sandbox
        syscalls.forbid()
    for name in NOT_HERE:
        sys.modules[name] = MagicMock()
    config = Config(HistoryManager={"enabled": False}, InteractiveShell={"colors": "NoColor"})
    shell = _Shell.instance(config=config)
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


def _take(descriptor: int, mode: str) -> BinaryIO:
    """Move a standard stream to where `print` and `input` do not meet it."""
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
    except Exception:
        return {"unsendable": type(value).__name__}


def _describe(error: BaseException) -> list[str]:
    try:
        return [type(error).__name__, str(error)[:1000]]
    except Exception:
        return [type(error).__name__, ""]


def _send(stream: BinaryIO, line: dict[str, Any]) -> None:
    stream.write(json.dumps(line).encode() + b"\n")
    stream.flush()


if __name__ == "__main__":
    main()
