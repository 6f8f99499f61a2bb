"""The machine that a run is made on: its processor and cores, and the memory that was taken."""

import os
import platform
import sys
from pathlib import Path


def count_cores() -> int:
    """Count the cores that this process may use.

    Returns
    -------
    int
    """
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def processor() -> str:
    """Name the processor, with the number of cores that this process may use.

    Returns
    -------
    str
        Such as ``"Intel(R) Xeon(R) CPU, 2 cores"``.
    """
    cores = count_cores()
    return f"{_processor_name()}, {cores} {'core' if cores == 1 else 'cores'}"


def peak_gigabytes(*, of_children: bool = False) -> float | None:
    """Look up the most memory that this process has ever held.

    Linux lets a process begin with its parent's peak, so the parent must hold
    less than what is to be measured.

    Parameters
    ----------
    of_children : bool
        Ask for the largest process that this one has started, and that has
        ended, in place of this one.

    Returns
    -------
    float or None
        In billions of bytes. Windows does not tell: None.
    """
    if sys.platform == "win32":
        return None
    from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage

    unit = 1 if sys.platform == "darwin" else 1_024  # macOS reports bytes, Linux kibibytes
    return getrusage(RUSAGE_CHILDREN if of_children else RUSAGE_SELF).ru_maxrss * unit / 1e9


def _processor_name() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_bytes().decode("utf-8", "replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
