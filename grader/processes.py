"""A process and all below it: what they use together, and their end."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Callable

import psutil

BYTES_OF_A_SOCKET = 400_000  # more than Linux lets one hold unless it is enlarged


def family(process: subprocess.Popen) -> list[psutil.Process]:
    """A process and all below it.

    Parameters
    ----------
    process : subprocess.Popen

    Returns
    -------
    list of psutil.Process
        Empty if it has ended.
    """
    try:
        first = psutil.Process(process.pid)
        return [first, *first.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


class ProcessorTime:
    """What a family has used of the processor, those included that have ended.

    A process has the time of a child added to its own only if it waits for the child's end.
    So what was seen of each is kept as well, and the larger of both sums counts.

    Attributes
    ----------
    seconds : float
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self._seen: dict[psutil.Process, float] = {}

    def look(self, members: list[psutil.Process]) -> None:
        """Bring `seconds` up to date.

        Parameters
        ----------
        members : list of psutil.Process
        """
        waited_for = 0.0
        for process in members:
            with contextlib.suppress(psutil.Error):  # it has ended meanwhile
                times = process.cpu_times()
                self._seen[process] = times.user + times.system
                waited_for += times.user + times.system + times.children_user + times.children_system
        self.seconds = max(self.seconds, waited_for, sum(self._seen.values()))


def exceeds(members: list[psutil.Process], limit: float) -> bool:
    """Whether processes hold more memory than the limit; what several share counts once.

    To count exactly costs a look at every page, so it is done only where the
    simple sum exceeds the limit. Sockets hold memory that no process owns, so
    each open file counts for what a socket can hold.

    Parameters
    ----------
    members : list of psutil.Process
    limit : float
        In bytes.

    Returns
    -------
    bool
    """
    left = limit - BYTES_OF_A_SOCKET * _sum(lambda process: process.num_fds(), members)
    return _sum(lambda process: process.memory_info().rss, members) > left and (
        _sum(lambda process: process.memory_full_info().pss, members) > left
    )


def kill_tree(process: subprocess.Popen) -> None:
    """Kill a process and all below it; the first of a namespace takes everything in the namespace along.

    Parameters
    ----------
    process : subprocess.Popen
        The leader of its session.
    """
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
