"""A small assignment, and what students hand in for it: honest, broken and hostile.

Whatever is hostile is bounded as well: it would end by itself without harm to
the machine, after seconds, some hundred processes or some hundred megabytes.
"""

import json
import textwrap
from dataclasses import dataclass
from pathlib import Path

import nbformat

ASSIGNMENT = '''\
# %% [markdown]
# # Doubling

# %% tags=["parameters"]
images = 60_000

# %%
import numpy as np

def double(values):
    return 2 * np.asarray(values)

# %%
def mean(values):
    return float(np.mean(values)) + images - 100

# %% tags=["hidden-tests"]
LIMITS = {"seconds": 6, "gigabytes": 0.5, "parameters": {"images": 100}}

@hidden("q1", function="double", points=2, feedback="Twice each value.")
def other_arrays(random):
    """Arrays of other sizes."""
    return [(random.integers(1, 99, size=size),) for size in (3, 5, 7)]

@hidden("q2", function="mean", points=1, tolerance=1e-9, feedback="The sum by the count.")
def other_means(random):
    """Lists of floats."""
    return [(random.uniform(1, 2, size=4).tolist(),) for _ in range(2)]
'''

NAME = "doubling"
PARAMETERS = "images = 60_000"
IMPORT = "import numpy as np"
DOUBLE = "def double(values):\n    return 2 * np.asarray(values)"
MEAN = "def mean(values):\n    return float(np.mean(values)) + images - 100"
RIGHT = [IMPORT, DOUBLE, MEAN]
WRONG_MEAN = "def mean(values):\n    return -1.0"


@dataclass(frozen=True)
class Deserves:
    """What a submission earns for each question, and what the table says went wrong."""

    q1: float | None
    q2: float | None
    reason: str = ""


NOT_GRADED = (None, None)


def notebook(cells: list[str], assignment: str | None = NAME) -> str:
    """The text of a student's notebook; its first cell is the parameters cell."""
    code = [nbformat.v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})]
    code += [nbformat.v4.new_code_cell(cell) for cell in cells]
    metadata = {"digit_book": {"assignment": assignment}} if assignment else {}
    return nbformat.writes(nbformat.v4.new_notebook(cells=code, metadata=metadata))


def spying_cells(secrets: list[Path]) -> list[str]:
    """Cells that are right only where none of the secrets, nor of what lies beside them, can be seen."""
    spy = f"""\
import os
found = []
for path in {[str(path) for path in secrets]!r}:
    try:
        found.append(os.listdir(path) if os.path.isdir(path) else open(path, "rb").read(100))
    except OSError:
        pass
for process in filter(str.isdigit, os.listdir("/proc")):
    try:
        command = open(f"/proc/{{process}}/cmdline").read()
    except OSError:
        continue
    if "pytest" in command or "grade.py" in command:
        found.append(command)
"""
    return [IMPORT, spy, DOUBLE + " if not found else found", MEAN + " if not found else str(found)"]


def network_cells(port: int) -> list[str]:
    """Cells that are right only where neither the world nor this machine's own port answers."""
    call = f"""\
import socket
reached = []
for address in [("1.1.1.1", 53), ("127.0.0.1", {port})]:
    try:
        socket.create_connection(address, timeout=1).close()
        reached.append(address)
    except OSError:
        pass
"""
    return [IMPORT, call, DOUBLE + " if not reached else None", MEAN + " if not reached else None"]


ENDLESS = [IMPORT, DOUBLE, "while True:\n    pass", MEAN]

FORK_BOMB = """\
import os, time
for _ in range(200):
    if os.fork() == 0:
        time.sleep(10)
        os._exit(0)
time.sleep(10)"""

MEMORY_BOMB = """\
import time
kept = []
for _ in range(15):
    kept.append(b"x" * 100_000_000)
    time.sleep(0.05)
time.sleep(10)"""

# None of these processes exceeds the limit, all of them together do.
SHARED_MEMORY_BOMB = """\
import os, time
for _ in range(8):
    if os.fork() == 0:
        kept = b"x" * 120_000_000
        time.sleep(10)
        os._exit(0)
time.sleep(10)"""

# What sockets hold belongs to no process either.
SOCKET_BOMB = """\
import os, socket, time
for _ in range(24):
    if os.fork() == 0:
        pairs = [socket.socketpair() for _ in range(115)]
        for end in (end for pair in pairs for end in pair):
            end.setblocking(False)
            try:
                while True:
                    end.send(b"x" * 65_536)
            except BlockingIOError:
                pass
        time.sleep(10)
        os._exit(0)
time.sleep(10)"""

DISK_FILLER = """\
import pathlib
written, refused = 0, []
for folder in ["/", "/dev", "/dev/shm", "/tmp", "/var/tmp", "/usr", "/proc", "/scratch", "/grader"]:
    for number in range(3):
        try:
            with open(pathlib.Path(folder, f"filler-{number}"), "wb", buffering=0) as file:
                for _ in range(100):
                    written += file.write(b"x" * 1_000_000)
        except OSError as error:
            refused.append(error)
assert written < 200_000_000, written
raise refused[-1] if len(refused) >= 20 else SystemError(written)"""

LEAVES_PROCESSES = """\
import subprocess, sys
subprocess.Popen(["sleep", "{marker}"], start_new_session=True)
subprocess.Popen([sys.executable, "-c", "import os, time\\nif os.fork() == 0:\\n    os.setsid(); "
                  "os.execvp('sleep', ['sleep', '{marker}'])"])"""

KILLS_PARENT = """\
def mean(values):
    import os, signal
    for process in (os.getppid(), 1, -1):
        try:
            os.kill(process, signal.SIGKILL)
        except OSError:
            pass
    return -1.0"""

ALWAYS_EQUAL = """\
class Always:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __array__(self, *arguments, **options): return np.zeros(3)
    def __float__(self): return 0.0
    def __sub__(self, other): return self
    __lt__ = __le__ = __gt__ = __ge__ = __eq__
class AlwaysFloat(float):
    __eq__, __ne__, __sub__, __rsub__ = Always.__eq__, Always.__ne__, Always.__sub__, Always.__sub__
def double(values): return Always()
def mean(values): return AlwaysFloat(0.5)"""

MONKEYPATCHES = """\
import builtins, gc, json, os, sys
np.allclose = np.array_equal = np.equal = lambda *arguments, **options: True
class Forged:
    encode = decode = staticmethod(lambda value: {"array": "AAAA"})
sys.modules["wire"] = sys.modules["grader"] = sys.modules["grader.hidden_tests"] = Forged
for module in list(sys.modules.values()):
    if getattr(module, "encode", None) and hasattr(module, "_Shell"):
        module.encode = lambda value: True
lines = [{"ready": True}, {"done": True}, {"points": 100}, {"case": 0, "share": 1, "points": 2, "earned": 2},
         {"case": 0, "answer": True}, {"case": 1, "answer": {"float": "nan"}}, {"case": 2.0, "answer": 3},
         {"case": True, "answer": 1}, {"case": -1, "answer": 1}, {"case": 99, "answer": 1},
         {"case": 3, "answer": {"array": "AAAA"}}, {"begins": "x" * 1000}, {"stopped": [], "error": {}}, [], 1, None]
junk = b"\\xff\\xfe\\n{]\\n" + b"[" * 100_000 + b"\\n{" + b'"a":{' * 50_000
junk += b"\\n1e999\\nNaN\\n" + b"9" * 10_000 + b"\\n"
for descriptor in range(3, 256):
    try:
        os.write(descriptor, b"\\n" + junk + b"".join(json.dumps(line).encode() + b"\\n" for line in lines))
    except OSError:
        pass
json.dumps = lambda *arguments, **options: '{"case": 0, "answer": true}'
builtins.isinstance = lambda *arguments: True
def double(values): return True
def mean(values): return 0.0"""

NESTED = """\
def double(values):
    nested = []
    for _ in range(100_000):
        nested = [nested]
    return nested
def mean(values):
    circle = []
    circle.append(circle)
    return circle"""

STRANGE_VALUES = """\
def double(values):
    return np.full(len(values), np.nan)
def mean(values):
    return 10 ** 100_000"""

HUGE_ANSWER = "def double(values):\n    return np.zeros(30_000_000, np.uint8)"

TELLS_INPUTS = """\
def double(values):
    raise ValueError(f"SECRET {values.tolist()}")
class SECRET(Exception): pass
def mean(values):
    raise SECRET(str(values))"""

SUBMISSIONS: dict[str, tuple[list[str], Deserves]] = {
    "right": (RIGHT, Deserves(2, 1)),
    "half_right": ([IMPORT, DOUBLE, WRONG_MEAN], Deserves(2, 0, "q2 other_means: 2 of 2 cases: you return another")),
    "wrong": (
        [IMPORT, "def double(values):\n    return list(values)", WRONG_MEAN],
        Deserves(0, 0, "q1 other_arrays: 3 of 3 cases: you return a list, and an array of integers is expected"),
    ),
    "syntax_error": ([IMPORT, "def mean(values:", DOUBLE], Deserves(2, 0, "cell 3: SyntaxError")),
    "exception": (
        [IMPORT, "1 / 0", DOUBLE, "def mean(values):\n    raise KeyError('no')"],
        Deserves(2, 0, "cell 3: ZeroDivisionError: division by zero"),
    ),
    "magics": (["%matplotlib inline\n%pip install nothing\n!ls", *RIGHT], Deserves(2, 1)),
    "otter": (
        ["import otter\ngrader = otter.Notebook('x.ipynb')", *RIGHT, "grader.check('q1')", "grader.check_all()"],
        Deserves(2, 1),
    ),
    "endless_loop": (ENDLESS, Deserves(0, 0, "stopped at the time limit of 6 seconds, in code cell 4")),
    "endless_function": (
        [IMPORT, DOUBLE, "def mean(values):\n    while True:\n        pass"],
        Deserves(2, 0, "stopped at the time limit of 6 seconds, while `mean` was called"),
    ),
    "endless_first_function": (
        [IMPORT, "def double(values):\n    while True:\n        pass", MEAN],
        Deserves(0, 1, "stopped at the time limit of 6 seconds, while `double` was called"),
    ),
    "function_takes_memory": (
        [IMPORT, "def double(values):\n" + textwrap.indent(MEMORY_BOMB, "    "), MEAN],
        Deserves(0, 1, "stopped at the memory limit of 0.5 GB, while `double` was called"),
    ),
    "function_crashes": (
        [IMPORT, "def double(values):\n    import ctypes\n    ctypes.string_at(0)", MEAN],
        Deserves(0, 1, "it ended its own process, while `double` was called"),
    ),
    "fork_bomb": ([*RIGHT, FORK_BOMB], Deserves(0, 0, "it had more than 64 processes")),
    "memory_bomb": ([*RIGHT, MEMORY_BOMB], Deserves(0, 0, "stopped at the memory limit of 0.5 GB")),
    "shared_memory_bomb": ([*RIGHT, SHARED_MEMORY_BOMB], Deserves(0, 0, "stopped at the memory limit of 0.5 GB")),
    "socket_bomb": ([*RIGHT, SOCKET_BOMB], Deserves(0, 0, "stopped at the memory limit of 0.5 GB")),
    "disk_filler": ([*RIGHT, DISK_FILLER], Deserves(2, 1, "cell 5: OSError")),
    "exits": ([*RIGHT, "import os\nos._exit(0)"], Deserves(0, 0, "it ended its own process, in code cell 5")),
    "exits_late": (
        [IMPORT, DOUBLE, "def mean(values):\n    import os\n    os._exit(0)"],
        Deserves(2, 0, "it ended its own process, while `mean` was called"),
    ),
    "raises_system_exit": ([*RIGHT, "raise SystemExit", "exit()"], Deserves(2, 1)),
    "kills_parent": ([IMPORT, DOUBLE, KILLS_PARENT], Deserves(2, 0, "q2 other_means: ")),
    "equality_cheat": (
        [IMPORT, ALWAYS_EQUAL],
        Deserves(0, 0, "q1 other_arrays: `double` returns a value of a type of its own, which is none of numbers"),
    ),
    "monkeypatches": ([IMPORT, MONKEYPATCHES], Deserves(0, 0)),
    "nested": ([IMPORT, NESTED], Deserves(0, 0, "`mean` returns values nested deeper than 50 levels")),
    "strange_values": ([IMPORT, STRANGE_VALUES], Deserves(0, 0, "an array of floats, and an array of integers")),
    "huge_answer": ([*RIGHT, HUGE_ANSWER], Deserves(0, 1, "its answers exceeded 32 MB")),
    "tells_inputs": ([IMPORT, TELLS_INPUTS], Deserves(0, 0, "`double` stopped with ValueError (ValueError: SECRET [")),
    "other_assignment": ([], Deserves(*NOT_GRADED, "a notebook of the assignment 2_other, not of doubling")),
    "no_assignment": (RIGHT, Deserves(2, 1)),
    "=formula": ([IMPORT, DOUBLE, WRONG_MEAN], Deserves(2, 0, "another value")),
}


def hand_in(folder: Path, extra: dict[str, list[str]], marker: str) -> dict[str, Deserves]:
    """Write all submissions into a folder; return what each deserves, by its label in the table."""
    folder.mkdir()
    deserved = {}
    for name, (cells, deserves) in SUBMISSIONS.items():
        assignment = {"other_assignment": "2_other", "no_assignment": None}.get(name, NAME)
        (folder / f"{name}.ipynb").write_text(notebook(cells, assignment), encoding="utf-8")
        deserved[name] = deserves
    for name, cells in extra.items():
        (folder / f"{name}.ipynb").write_text(notebook(cells), encoding="utf-8")
        deserved[name] = Deserves(2, 1)
    leaves = [*RIGHT, LEAVES_PROCESSES.format(marker=marker)]
    (folder / "leaves_processes.ipynb").write_text(notebook(leaves), encoding="utf-8")
    deserved["leaves_processes"] = Deserves(2, 1)
    return deserved | _hand_in_broken(folder) | _hand_in_folders(folder)


def _hand_in_broken(folder: Path) -> dict[str, Deserves]:
    right = notebook(RIGHT)
    (folder / "corrupted.ipynb").write_text(right[: len(right) // 2], encoding="utf-8")
    (folder / "empty.ipynb").write_bytes(b"")
    (folder / "no_notebook.ipynb").write_text("[1, 2]", encoding="utf-8")
    (folder / "deep.ipynb").write_text("[" * 200_000, encoding="utf-8")
    (folder / "latin.ipynb").write_bytes(json.dumps({"cells": [], "é": 1}, ensure_ascii=False).encode("latin-1"))
    (folder / "bom.ipynb").write_bytes(b"\xef\xbb\xbf" + right.encode("utf-8"))
    (folder / "link.ipynb").symlink_to(folder / "right.ipynb")
    with (folder / "large.ipynb").open("wb") as file:
        file.truncate(200_000_000)
    return {
        "corrupted": Deserves(*NOT_GRADED, "the file is damaged, no notebook"),
        "empty": Deserves(*NOT_GRADED, "the file is damaged, no notebook"),
        "no_notebook": Deserves(*NOT_GRADED, "it has no list of cells"),
        "deep": Deserves(*NOT_GRADED, "the file is damaged, no notebook"),
        "latin": Deserves(*NOT_GRADED, "the file is not UTF-8 text"),
        "bom": Deserves(2, 1),
        "link": Deserves(*NOT_GRADED, "this is a link to a file"),
        "large": Deserves(*NOT_GRADED, "the file has 200 MB, more than 10 MB"),
    }


def _hand_in_folders(folder: Path) -> dict[str, Deserves]:
    for path, cells in {
        "ben/deep/er/hw.ipynb": RIGHT,
        "ben/.ipynb_checkpoints/hw-checkpoint.ipynb": [],
        "ann.ipynb": RIGHT,
        "ann/hw.ipynb": [IMPORT, DOUBLE],
        "eve/one.ipynb": RIGHT,
        "eve/two.ipynb": RIGHT,
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(notebook(cells), encoding="utf-8")
    (folder / "nobody").mkdir()
    several = "there are several notebooks of this name; keep one of "
    return {
        "ben": Deserves(2, 1),
        "ann (1)": Deserves(*NOT_GRADED, f"{several}ann/hw.ipynb, ann.ipynb"),
        "ann (2)": Deserves(*NOT_GRADED, f"{several}ann/hw.ipynb, ann.ipynb"),
        "eve": Deserves(
            *NOT_GRADED, "there are several notebooks in the folder; keep one of eve/one.ipynb, eve/two.ipynb"
        ),
        "nobody": Deserves(*NOT_GRADED, "there is no notebook in the folder"),
    }
