"""Execute a stranger's notebook where it can do no harm, and keep what it says.

Two sandboxes: bubblewrap, which makes a process that sees nothing of the
machine but Python, and Docker. In both there is no network, no right, nothing
to write but a small scratch in memory, and limits for the submission as a
whole: a watchdog adds up the memory and the processes of a bubblewrap, and
control groups do so for Docker.

What comes out is bytes from an untrusted process. They are read up to a limit
and parsed here; nothing of them is executed.
"""

import contextlib
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import psutil

from single_run import SETTINGS

TOOLS = Path(__file__).parent
RUNNER = ("sandbox_runner.py", "syscalls.py", "wire.py")
INSIDE = "/grader"  # where the runner lies in a sandbox
SCRATCH = "/scratch"
IMAGE = "digit-book-grader"

SYSTEM = ("/usr", "/bin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache", "/etc/alternatives")
WRITABLE = (SCRATCH, "/tmp", "/dev/shm")
BYTES_TO_WRITE = 64_000_000  # in each of them
PERMS_OF_A_FOLDER = "0755"
PROCESSES = 64
THREADS = 1024  # TensorFlow alone starts hundreds on a large machine
OPEN_FILES = 256
ANSWERS_MEGABYTES = 32
COST_OF_A_LINE = 500  # bytes, counted with its length, since the shortest lines become the largest objects
COMPLAINT_BYTES = 4_000
OUT_OF_MEMORY = 137  # the status of a container that was killed
PATIENCE = 3  # a submission that only waits, or gets no processor, is stopped after so many times its seconds
SECONDS_BETWEEN_LOOKS = 0.1
SECONDS_TO_CLOSE = 5
SECONDS_TO_TRY = 30

# For each process; the watchdog and the sizes of the scratch bound their sum.
RLIMITS = {
    "RLIMIT_NPROC": THREADS,
    "RLIMIT_NOFILE": OPEN_FILES,
    "RLIMIT_FSIZE": BYTES_TO_WRITE,
    "RLIMIT_CORE": 0,
}

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
    **SETTINGS,  # submissions run side by side, each on one thread, as the runs of a sweep do
}

HOW_TO_GET_ONE = (
    "Install bubblewrap (Debian, Ubuntu: apt-get install bubblewrap; Fedora: dnf install bubblewrap), or install\n"
    "Docker, start it, and make the image: python tools/grade.py --dockerfile | docker build -t digit-book-grader -\n"
    "On Windows, grade in WSL. With --unsafe submissions run without a sandbox, with all your rights."
)


class NoSandbox(Exception):
    """There is no sandbox; the message says how to get one."""


class SandboxError(Exception):
    """A sandbox did not start: not the submission's fault. The message is the sandbox's own."""


@dataclass(frozen=True)
class Outcome:
    """What a submission did.

    Attributes
    ----------
    lines : list of dict
        What `sandbox_runner` said, and perhaps the submission in its name.
        Lines that are no JSON objects are left out.
    ended : str
        "done"; "exit" if the process ended itself; or the limit that was hit:
        "time", "memory", "processes", "output"; or "stopped" by the teacher.
    seconds : float
    """

    lines: list[dict]
    ended: str
    seconds: float


NO_RIGHTS = ["--unshare-user", "--disable-userns", "--uid", "65534", "--gid", "65534", "--cap-drop", "ALL"]
BECOME_NOBODY = [
    *("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"),
    *("--no-new-privs", "--inh-caps=-all", "--bounding-set=-all"),
]
TO_BECOME_NOBODY = ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--cap-add", "CAP_SETPCAP"]


class Sandbox(Protocol):
    """A way to run the runner."""

    name: str

    def command(self, gigabytes: float, label: str) -> list[str]:
        """The command line, for a submission that may use so much memory."""

    def kill(self, process: subprocess.Popen, label: str) -> None:
        """End the submission with everything that it started."""


class Bubblewrap:
    """A process with namespaces of its own: for Linux, without a daemon, without root.

    Under root, a first bubblewrap arranges what is visible and becomes nobody; otherwise
    the submission would own the files and settings of root on the machine itself.
    """

    name = "bubblewrap"

    def command(self, gigabytes: float, label: str) -> list[str]:
        python = [sys.executable, f"{INSIDE}/{RUNNER[0]}"]
        if os.geteuid() == 0:
            return [*_bwrap(TO_BECOME_NOBODY), *BECOME_NOBODY, "bwrap", *NO_RIGHTS, "--dev-bind", "/", "/", *python]
        return [*_bwrap(NO_RIGHTS), *python]

    def kill(self, process: subprocess.Popen, label: str) -> None:
        _kill_tree(process)


class Docker:
    """A container from the image that `dockerfile` describes."""

    name = "docker"

    def command(self, gigabytes: float, label: str) -> list[str]:
        environment = ENVIRONMENT | {"PATH": "/usr/local/bin:/usr/bin:/bin", "PYTHONPATH": INSIDE}
        memory = f"{round(gigabytes * 1e9)}b"
        mounts = [(TOOLS / name, f"{INSIDE}/{name}") for name in RUNNER] + [(_digitlib(), f"{INSIDE}/digitlib")]
        return [
            *("docker", "run", "--rm", "--interactive", "--init", "--name", label, "--network", "none", "--read-only"),
            *("--memory", memory, "--memory-swap", memory, "--pids-limit", str(THREADS), "--cpus", "1"),
            *("--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--user", "65534:65534"),
            *("--shm-size", str(BYTES_TO_WRITE)),
            *_each("--tmpfs", ((f"{folder}:size={BYTES_TO_WRITE},mode=1777",) for folder in (SCRATCH, "/tmp"))),
            *_each("--volume", ((f"{source}:{target}:ro",) for source, target in mounts)),
            *_each("--env", ((f"{name}={value}",) for name, value in environment.items())),
            *("--workdir", SCRATCH, IMAGE, "python", f"{INSIDE}/{RUNNER[0]}"),
        ]

    def kill(self, process: subprocess.Popen, label: str) -> None:
        subprocess.run(["docker", "kill", label], capture_output=True, check=False)
        process.kill()
        process.wait()


class Unsafe:
    """No sandbox: a process of the teacher's own, of which only the watchdog knows."""

    name = "none (--unsafe)"

    def command(self, gigabytes: float, label: str) -> list[str]:
        here = {name: value for name, value in ENVIRONMENT.items() if SCRATCH not in value and name != "PATH"}
        settings = [f"{name}={value}" for name, value in here.items()]
        return ["/usr/bin/env", *settings, sys.executable, str(TOOLS / RUNNER[0])]

    def kill(self, process: subprocess.Popen, label: str) -> None:
        _kill_tree(process)


def dockerfile(requirements: str) -> str:
    """What makes Docker's image, from the text of ``requirements.txt``."""
    lines = [line.strip() for line in requirements.splitlines()]
    packages = [line for line in lines if line and not line.startswith(("#", "-"))]
    quoted = " \\\n    ".join(f'"{package}"' for package in packages)
    return f"FROM python:3.11-slim\nRUN pip install --no-cache-dir \\\n    {quoted}\n"


def choose(name: str | None = None, *, unsafe: bool = False) -> Sandbox:
    """Find a sandbox that works on this machine.

    Parameters
    ----------
    name : {"docker", "bubblewrap"}, optional
        By default Docker if it runs and has the image, else bubblewrap.
    unsafe : bool
        Take none at all.

    Raises
    ------
    NoSandbox
        If there is none.
    """
    if unsafe:
        return Unsafe()
    problems = []
    for sandbox, problem in ((Docker(), _docker_problem), (Bubblewrap(), _bubblewrap_problem)):
        if name in (None, sandbox.name):
            if not (found := problem()):
                return sandbox
            problems.append(found)
    raise NoSandbox("There is no sandbox: " + "; ".join(problems) + ".\n" + HOW_TO_GET_ONE)


def run(
    sandbox: Sandbox,
    cells: list[tuple[int, str]],
    calls: list[dict],
    *,
    seconds: float,
    gigabytes: float,
    stop: threading.Event | None = None,
) -> Outcome:
    """Execute cells, then call functions that they define.

    Parameters
    ----------
    cells : list of (int, str)
        Numbers and sources of code cells.
    calls : list of dict
        ``{"function": name, "arguments": encoded}``. They are handed in when
        the cells have run, so that nothing a cell says can give them away.
    seconds : float
        Limit for the processor time of all processes together, so that a busy
        machine robs nobody; `PATIENCE` times as many may pass on the clock. For
        Docker, whose processes are not ours to see, the clock alone counts.
    gigabytes : float
        Limit for the memory of all processes together.
    stop : threading.Event, optional
        Set to end it.

    Raises
    ------
    SandboxError
        If the sandbox does not start.
    """
    label = f"{IMAGE}-{uuid.uuid4().hex}"
    start = time.monotonic()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:  # where a process without a sandbox writes
        process = subprocess.Popen(
            sandbox.command(gigabytes, label),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            start_new_session=True,  # Ctrl-C is for the grader alone
        )
        conversation = _Conversation(process, cells, calls)
        try:
            ended = _watch(process, conversation, seconds, gigabytes, stop or threading.Event())
        finally:
            sandbox.kill(process, label)
            conversation.close()
    lines = conversation.lines
    if ended == "exit" and {"started": True} not in lines:
        raise SandboxError(conversation.complaint or f"it ended with status {process.returncode}")
    if ended == "exit" and conversation.flooded:  # nobody read on, and so it ended
        ended = "output"
    if ended == "exit" and process.returncode == OUT_OF_MEMORY and isinstance(sandbox, Docker):
        ended = "memory"
    if ended == "exit" and {"done": True} in lines:
        ended = "done"
    return Outcome(lines, ended, time.monotonic() - start)


class _Conversation:
    """Talks with the runner on threads of its own, since each pipe may be full or silent at any time."""

    def __init__(self, process: subprocess.Popen, cells: list[tuple[int, str]], calls: list[dict]):
        self.lines: list[dict] = []
        self.complaint = ""
        self.flooded = False
        self._process = process
        self._ready = threading.Event()
        self._first = {"cells": cells, "rlimits": RLIMITS}
        self._calls = calls
        targets = (self._write, self._read_lines, self._read_complaint)
        self._threads = [threading.Thread(target=target, daemon=True) for target in targets]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Take what is left in the pipes; their other ends are closed by now."""
        self._ready.set()
        for thread in self._threads:
            thread.join(SECONDS_TO_CLOSE)

    def _write(self) -> None:
        with contextlib.suppress(OSError), self._process.stdin as stream:
            stream.write(json.dumps(self._first).encode() + b"\n")
            stream.flush()
            self._ready.wait()
            stream.write(json.dumps(self._calls).encode() + b"\n")

    def _read_lines(self) -> None:
        left = ANSWERS_MEGABYTES * 1_000_000
        with self._process.stdout as stream:
            while line := stream.readline(left):
                left -= len(line) + COST_OF_A_LINE
                if left <= 0:
                    self.flooded = True
                    return
                message = _parse(line)
                if message is not None:
                    self.lines.append(message)
                    if message == {"ready": True}:
                        self._ready.set()

    def _read_complaint(self) -> None:
        with self._process.stderr as stream:
            self.complaint = stream.read(COMPLAINT_BYTES).decode("utf-8", "replace").strip()
            while stream.read(65_536):
                pass


def _watch(
    process: subprocess.Popen, conversation: _Conversation, seconds: float, gigabytes: float, stop: threading.Event
) -> str:
    """Wait until the submission ends or exceeds a limit, and say which."""
    deadline = time.monotonic() + PATIENCE * seconds
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(SECONDS_BETWEEN_LOOKS)
            return "exit"
        if stop.is_set():
            return "stopped"
        if conversation.flooded:
            return "output"
        family = _family(process)
        if len(family) > PROCESSES:
            return "processes"
        if _exceeds(family, gigabytes * 1e9):
            return "memory"
        if time.monotonic() > deadline or _sum(_processor_seconds, family) > seconds:
            return "time"


def _family(process: subprocess.Popen) -> list[psutil.Process]:
    """A process and all below it."""
    try:
        first = psutil.Process(process.pid)
        return [first, *first.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _processor_seconds(process: psutil.Process) -> float:
    """Its own, and those of its children that have ended."""
    return sum(process.cpu_times()[:4])


def _exceeds(family: list[psutil.Process], limit: float) -> bool:
    """Whether processes hold more memory than the limit; what several share counts once.

    To count exactly costs a look at every page, so it is done only where the
    simple sum exceeds the limit.
    """
    return _sum(lambda process: process.memory_info().rss, family) > limit and (
        _sum(lambda process: process.memory_full_info().pss, family) > limit
    )


def _sum(measure: Callable[[psutil.Process], float], family: list[psutil.Process]) -> float:
    total = 0.0
    for process in family:
        with contextlib.suppress(psutil.Error):  # it has ended meanwhile
            total += measure(process)
    return total


def _kill_tree(process: subprocess.Popen) -> None:
    """Kill a process and all below it; the first of a namespace takes everything in the namespace along."""
    for member in _family(process):
        with contextlib.suppress(psutil.Error):
            member.kill()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _parse(line: bytes) -> dict | None:
    """A line of JSON that holds an object; None for anything else."""
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return message if isinstance(message, dict) else None


def _bwrap(rights: list[str]) -> list[str]:
    """The bubblewrap command up to the program it starts."""
    folders = _python_folders()
    parents = {parent for folder in folders for parent in folder.parents if parent != Path("/")}
    scratch = {Path(folder) for folder in WRITABLE}
    return [
        "bwrap",
        *rights,
        *["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"],
        *["--die-with-parent", "--new-session", "--clearenv"],
        *_each("--setenv", ENVIRONMENT.items()),
        *("--proc", "/proc", "--dev", "/dev"),
        *_each("--perms", (("1777", "--size", BYTES_TO_WRITE, "--tmpfs", folder) for folder in WRITABLE)),
        # After the scratch: an installation may itself lie below /tmp.
        *_each("--ro-bind-try", ((name, name) for name in SYSTEM)),
        *_each("--perms", ((PERMS_OF_A_FOLDER, "--dir", parent) for parent in (*sorted(parents - scratch), INSIDE))),
        *_each("--ro-bind", ((folder, folder) for folder in folders)),
        *_each("--ro-bind", ((TOOLS / name, f"{INSIDE}/{name}") for name in RUNNER)),
        *["--remount-ro", "/dev", "--remount-ro", "/"],  # both are in memory too, and of any size
        *("--chdir", SCRATCH),
    ]


def _each(option: str, values: Iterable[tuple]) -> list[str]:
    return [word for value in values for word in (option, *map(str, value))]


def _python_folders() -> list[Path]:
    """What Python needs of this machine: its installation, its packages and the book's own."""
    named = [sys.prefix, sys.base_prefix, Path(sys.executable).resolve().parents[1], _digitlib()]
    folders = {Path(name) for name in named} | {Path(name).resolve() for name in named}
    return sorted(folder for folder in folders if not folder.is_relative_to("/usr"))


def _digitlib() -> Path:
    return Path(importlib.util.find_spec("digitlib").origin).parent


def _bubblewrap_problem() -> str | None:
    if not shutil.which("bwrap"):
        return "bubblewrap is not installed"
    try:
        run(Bubblewrap(), [], [], seconds=SECONDS_TO_TRY, gigabytes=1)
    except SandboxError as error:
        return f"bubblewrap (0.8 or later is needed) does not work here: {error}"
    return None


def _docker_problem() -> str | None:
    if not shutil.which("docker"):
        return "Docker is not installed"
    if not _succeeds("docker", "info"):
        return "Docker is installed, but does not answer"
    return None if _succeeds("docker", "image", "inspect", IMAGE) else f"Docker has no image {IMAGE}"


def _succeeds(*command: str) -> bool:
    try:
        return not subprocess.run(command, capture_output=True, check=False, timeout=SECONDS_TO_TRY).returncode
    except subprocess.TimeoutExpired:
        return False
