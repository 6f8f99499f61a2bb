"""A process and its descendants: what they use together, and how to end them."""

import contextlib
import os
import signal
import subprocess

import psutil


def family(process: subprocess.Popen) -> list[psutil.Process]:
    """List a process and its descendants.

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
    """The processor time of a process and its descendants, including those that have ended.

    The system adds the time of a child to its parent only if the parent waits for the child's end.
    So what was last seen of each process is kept as well, and the larger of both sums counts.

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


def kill_tree(process: subprocess.Popen) -> None:
    """Kill a process and its descendants. The first process of a namespace ends all others in it.

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
