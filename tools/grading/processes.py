"""A process and all below it: what they use together, and their end."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Callable

import psutil


def family(process: subprocess.Popen) -> list[psutil.Process]:
    """A process and all below it."""
    try:
        first = psutil.Process(process.pid)
        return [first, *first.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def processor_seconds(members: list[psutil.Process]) -> float:
    """Of all together, and of the children of theirs that have ended."""
    return _sum(lambda process: sum(process.cpu_times()[:4]), members)


def exceeds(members: list[psutil.Process], limit: float) -> bool:
    """Whether processes hold more memory than the limit; what several share counts once.

    To count exactly costs a look at every page, so it is done only where the
    simple sum exceeds the limit.
    """
    return _sum(lambda process: process.memory_info().rss, members) > limit and (
        _sum(lambda process: process.memory_full_info().pss, members) > limit
    )


def kill_tree(process: subprocess.Popen) -> None:
    """Kill a process and all below it; the first of a namespace takes everything in the namespace along."""
    for member in family(process):
        with contextlib.suppress(psutil.Error):
            member.kill()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _sum(measure: Callable[[psutil.Process], float], members: list[psutil.Process]) -> float:
    total = 0.0
    for process in members:
        with contextlib.suppress(psutil.Error):  # it has ended meanwhile
            total += measure(process)
    return total
