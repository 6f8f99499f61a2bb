"""Kernels that are there at once: forked from a process that has imported the libraries already.

Importing TensorFlow takes five seconds of a core, which 18 chapters would spend
18 times. A server imports it once and never uses it; each chapter's process is a
fork of that server, and its kernel a fork of the process. Only Linux forks
safely, so elsewhere kernels are started as Jupyter starts them.
"""

import asyncio
import multiprocessing
import os
import signal
import subprocess
import sys
from importlib.metadata import EntryPoint
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import cast

import matplotlib
import pandas
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import KernelProvisionerFactory, LocalProvisioner

from pipeline.paths import ROOT

FORKS = sys.platform == "linux"
LIBRARIES = [
    "tensorflow",
    "keras",
    "sklearn.linear_model",
    "sklearn.model_selection",
    "statsmodels.api",
    "papermill",
    "ipykernel.kernelapp",
]
INSIDE = ROOT / "tools" / "pipeline" / "inside"  # what cells of the pipeline import
INLINE = "module://matplotlib_inline.backend_inline"

_waiting: tuple[BaseProcess, Connection] | None = None  # this process's kernel, not yet started


def context() -> BaseContext:
    """How the processes of chapters start: forked from a server that holds `LIBRARIES`, where that is safe."""
    chosen = multiprocessing.get_context("forkserver" if FORKS else "spawn")
    if FORKS:
        chosen.set_forkserver_preload(LIBRARIES)
    return chosen


def prepare() -> None:
    """Fork the kernel that this process will start, while the process has neither threads nor sockets."""
    global _waiting
    if not FORKS:
        return
    receiving, sending = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=_become_kernel, args=(receiving, sending), daemon=True)
    process.start()
    _waiting = process, sending
    factory = KernelProvisionerFactory.instance()
    factory.provisioners["forked"] = EntryPoint("forked", f"{__name__}:ForkedProvisioner", factory.GROUP_NAME)
    factory.default_provisioner_name = "forked"


class ForkedProvisioner(LocalProvisioner):
    """Starts the kernel that `prepare` forked."""

    async def launch_kernel(self, cmd: list[str], **options) -> KernelConnectionInfo:
        assert _waiting, "prepare() comes first"
        process, sending = _waiting
        environment = dict(options.get("env") or os.environ) | {"JPY_PARENT_PID": str(os.getpid())}
        sending.send((cmd[cmd.index("-f") :], options.get("cwd") or os.getcwd(), environment))  # noqa: PTH109
        self.process, self.pid, self.pgid = cast(subprocess.Popen, _Forked(process)), process.pid, process.pid
        return self.connection_info


class _Forked:
    """A forked process behind the methods of `subprocess.Popen` that a provisioner calls."""

    stdin = stdout = stderr = None

    def __init__(self, process: BaseProcess) -> None:
        self.process = process
        self.pid = cast(int, process.pid)

    def poll(self) -> int | None:
        return self.process.exitcode

    def wait(self) -> int | None:
        self.process.join()
        return self.process.exitcode

    def send_signal(self, signum: int) -> None:
        os.kill(self.pid, signum)

    def kill(self) -> None:
        self.process.kill()

    def terminate(self) -> None:
        self.process.terminate()


def _become_kernel(receiving: Connection, sending: Connection) -> None:
    sending.close()  # so that the other end is closed when the chapter's process ends
    os.setsid()  # a group of its own, as Jupyter's kernels have: what is sent to it reaches its children
    signal.set_wakeup_fd(-1)
    asyncio.set_event_loop(asyncio.new_event_loop())
    try:
        arguments, folder, environment = receiving.recv()
    except EOFError:  # the chapter's process ended before it needed a kernel
        return
    os.chdir(folder)
    os.environ.update(environment)
    # As in a kernel that Jupyter starts: a chapter sees what is installed, and not the project's own commands.
    sys.path[:] = ["", *(folder for folder in sys.path if not _holds_commands(Path(folder))), str(INSIDE)]
    # What these two decide when they are imported, as they decide it in a kernel.
    matplotlib.rcParams["backend"] = INLINE
    pandas.set_option("display.max_columns", 20)
    from ipykernel.kernelapp import IPKernelApp

    IPKernelApp.launch_instance(arguments)


def _holds_commands(folder: Path) -> bool:
    return folder.is_relative_to(ROOT) and folder != ROOT and not folder.is_relative_to(sys.prefix)
