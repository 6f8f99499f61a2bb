"""The memory of a submission, held to a limit: by the system where it lends a control group, by looking elsewhere.

A control group (Linux's cgroup, version 1 or 2) counts all that its processes make the
system hold: their pages, page tables, files in memory, pipes and sockets. The kernel ends
them before they hold more. Looking ten times a second, with psutil, sees the pages and
guesses at the rest.
"""

import contextlib
import functools
import itertools
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import psutil

from digitlib.files import read_text

BYTES_OF_A_SOCKET = 400_000  # more than Linux lets one hold unless it is enlarged
CGROUPS = Path("/sys/fs/cgroup")
JOIN = 'echo $$ >"$0" && exec "$@"'  # the shell moves itself, and then becomes the command
SECONDS_TO_END = 5
SECONDS_BETWEEN_TRIES = 0.01

# What limits a group, by version: the file, and its value where that is not the limit in bytes.
LIMITS: dict[int, dict[str, int | None]] = {
    1: {"memory.limit_in_bytes": None, "memory.memsw.limit_in_bytes": None},  # the second is of memory and swap
    2: {"memory.max": None, "memory.swap.max": 0, "memory.oom.group": 1},
}
ENDED_BY_THE_KERNEL = {1: "memory.oom_control", 2: "memory.events"}  # either has a line "oom_kill NUMBER"

_numbers = itertools.count(1)


class Memory(Protocol):
    """A limit on the memory of one submission."""

    def command(self, command: list[str]) -> list[str]:
        """The command line that starts a command below the limit."""
        ...

    def exceeded(self, members: list[psutil.Process]) -> bool:
        """Tell whether the processes, which are all that the command started, came up against the limit."""
        ...

    def close(self) -> None:
        """End what is left, and give back what the limit needed."""
        ...


class Looking:
    """Memory that is added up whenever somebody asks; what is shared counts once.

    An exact count looks at every page of memory, so it is made only if the
    simple sum exceeds the limit. Sockets hold memory that no process owns, so
    each open file counts for what a socket can hold.
    """

    def __init__(self, limit: float):
        self._limit = limit

    def command(self, command: list[str]) -> list[str]:
        """The command itself."""
        return command

    def exceeded(self, members: list[psutil.Process]) -> bool:
        """Tell whether the processes hold more than the limit now."""
        left = self._limit - BYTES_OF_A_SOCKET * _sum(lambda process: process.num_fds(), members)
        return _sum(lambda process: process.memory_info().rss, members) > left and (
            _sum(lambda process: process.memory_full_info().pss, members) > left
        )

    def close(self) -> None:
        """Nothing was needed."""


class ControlGroup:
    """Memory that the kernel counts and holds."""

    def __init__(self, parent: Path, limit: float):
        self._folder = parent / f"submission-{os.getpid()}-{next(_numbers)}"
        self._folder.mkdir()
        self._version = 2 if (parent / "cgroup.controllers").exists() else 1
        for name, value in LIMITS[self._version].items():
            if (self._folder / name).exists():  # a kernel may not count swap
                (self._folder / name).write_text(str(int(limit) if value is None else value), encoding="ascii")

    def command(self, command: list[str]) -> list[str]:
        """The command, started by a shell that joins the group."""
        return ["/bin/sh", "-c", JOIN, str(self._folder / "cgroup.procs"), *command]

    def exceeded(self, members: list[psutil.Process]) -> bool:
        """Tell whether the kernel had to end one of them."""
        told = dict(line.split() for line in _read(self._folder / ENDED_BY_THE_KERNEL[self._version]).splitlines())
        return int(told.get("oom_kill", 0)) > 0

    def close(self) -> None:
        """Kill whoever is left in the group, and remove it."""
        give_up = time.monotonic() + SECONDS_TO_END
        while time.monotonic() < give_up:
            for process in _read(self._folder / "cgroup.procs").split():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(process), signal.SIGKILL)
            with contextlib.suppress(OSError):  # somebody in it is still ending
                return self._folder.rmdir()
            time.sleep(SECONDS_BETWEEN_TRIES)


def hold(gigabytes: float) -> Memory:
    """Limit the memory of one submission, as well as this machine can.

    Parameters
    ----------
    gigabytes : float

    Returns
    -------
    Memory
    """
    parent = place()
    return ControlGroup(parent, gigabytes * 1e9) if parent else Looking(gigabytes * 1e9)


def restart_where_memory_is_held() -> None:
    """Become the same command in a scope of systemd's, if it may make control groups there and may not here."""
    if place() or not Path("/run/systemd/system").exists():
        return
    of_the_user = [] if os.geteuid() == 0 else ["--user"]
    scope = ["systemd-run", *of_the_user, "--scope", "--quiet", "--property=Delegate=memory", "--"]
    try_it = [sys.executable, "-c", "import sys, grader.memory; sys.exit(grader.memory.place() is None)"]
    if shutil.which(scope[0]) and subprocess.run([*scope, *try_it], capture_output=True, check=False).returncode == 0:
        os.execvp(scope[0], [*scope, sys.executable, *sys.orig_argv[1:]])


@functools.cache
def place() -> Path | None:
    """Find a group in which this process may make others with a limit of memory.

    Version 2 limits no group that has members of its own. So if this process is
    the only one in its group, it moves to another within.

    Returns
    -------
    Path or None
    """
    with contextlib.suppress(OSError):
        for line in _read(Path("/proc/self/cgroup")).splitlines():
            _, controllers, path = line.split(":", 2)
            version = 2 if not controllers else 1
            own = (CGROUPS if version == 2 else CGROUPS / "memory") / path.lstrip("/")
            if (version == 2 and _can_share_out(own)) or "memory" in controllers.split(","):
                ControlGroup(own, 1e9).close()
                return own
    return None


def _can_share_out(own: Path) -> bool:
    if "memory" not in _read(own / "cgroup.controllers").split():
        return False
    if _read(own / "cgroup.procs").split() != [str(os.getpid())]:
        return False
    (own / "grader").mkdir(exist_ok=True)
    (own / "grader" / "cgroup.procs").write_text(str(os.getpid()), encoding="ascii")
    (own / "cgroup.subtree_control").write_text("+memory", encoding="ascii")
    return True


def _read(path: Path) -> str:
    return read_text(path) if path.exists() else ""


def _sum(measure: Callable[[psutil.Process], float], members: list[psutil.Process]) -> float:
    total = 0.0
    for process in members:
        with contextlib.suppress(psutil.Error):  # it has ended meanwhile
            total += measure(process)
    return total
