"""Execute a stranger's notebook in a sandbox, within limits for the submission as a whole, and keep what it says.

What comes out is bytes from an untrusted process. They are read up to a limit
and parsed here; nothing of them is executed.
"""

import contextlib
import json
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from typing import IO, Protocol, cast

from grader.memory import Memory, hold
from grader.processes import ProcessorTime, family, kill_tree

PROCESSES = 64
THREADS = 1024  # TensorFlow alone starts hundreds on a large machine
OPEN_FILES = 256
BYTES_TO_WRITE = 64_000_000  # in each folder that a sandbox lets be written
ANSWERS_MEGABYTES = 32
COST_OF_A_LINE = 500  # bytes, counted with its length, since the shortest lines become the largest objects
COMPLAINT_BYTES = 4_000
PATIENCE = 3  # a submission that only waits, or gets no processor, is stopped after so many times its seconds
SECONDS_BETWEEN_LOOKS = 0.1
SECONDS_TO_CLOSE = 5

# For each process; the watchdog, the memory's limit and the sizes of the scratch bound their sum.
RLIMITS = {
    "RLIMIT_NPROC": THREADS,
    "RLIMIT_NOFILE": OPEN_FILES,
    "RLIMIT_FSIZE": BYTES_TO_WRITE,
    "RLIMIT_CORE": 0,
}


class SandboxError(Exception):
    """A sandbox did not start: not the submission's fault. The message is the sandbox's own."""


@dataclass(frozen=True)
class Outcome:
    """What a submission did.

    Attributes
    ----------
    lines : list of dict
        What `inside.runner` said; the submission may have forged some of it.
        Lines that are no JSON objects are left out.
    ended : str
        "done"; "exit" if the process ended itself; or the limit that was hit:
        "time" of the processor, "clock", "memory", "processes", "output"; or
        "stopped" by the teacher.
    seconds : float
        On the clock.
    processor_seconds : float
        Of all processes together.
    """

    lines: list[dict]
    ended: str
    seconds: float
    processor_seconds: float = 0.0


class Sandbox(Protocol):
    """A way to run the runner, as a process that takes all that it started with it when it ends."""

    name: str

    def command(self) -> list[str]:
        """The command line."""
        ...


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
        Limit for the processor time of all processes together, so that nobody
        loses time on a busy machine; `PATIENCE` times as many may pass on the clock.
    gigabytes : float
        Limit for the memory of all processes together.
    stop : threading.Event, optional
        Set to end it.

    Returns
    -------
    Outcome

    Raises
    ------
    SandboxError
        If the sandbox does not start.
    """
    start, processor = time.monotonic(), ProcessorTime()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:  # where a process without a sandbox writes
        memory = hold(gigabytes)
        process = subprocess.Popen(
            memory.command(sandbox.command()),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            start_new_session=True,  # Ctrl-C is for the grader alone
        )
        conversation = _Conversation(process, cells, calls)
        try:
            ended = _watch(process, conversation, processor, memory, seconds, stop or threading.Event())
        finally:
            kill_tree(process)
            conversation.close()
            memory.close()
    lines = conversation.lines
    if ended == "exit" and {"started": True} not in lines:
        raise SandboxError(conversation.complaint or f"it ended with status {process.returncode}")
    if ended == "exit" and conversation.flooded:  # nobody read on, and so it ended
        ended = "output"
    if ended == "exit" and {"done": True} in lines:
        ended = "done"
    return Outcome(lines, ended, time.monotonic() - start, processor.seconds)


class _Conversation:
    """Talks with the runner on threads of its own, since each pipe may be full or silent at any time."""

    def __init__(self, process: subprocess.Popen, cells: list[tuple[int, str]], calls: list[dict]):
        self.lines: list[dict] = []
        self.complaint = ""
        self.flooded = False
        pipes = (process.stdin, process.stdout, process.stderr)
        self._questions, self._answers, self._complaints = cast(tuple[IO[bytes], IO[bytes], IO[bytes]], pipes)
        self._ready = threading.Event()
        self._first = {"cells": cells, "rlimits": RLIMITS}
        self._calls = calls
        targets = (self._write, self._read_lines, self._read_complaint)
        self._threads = [threading.Thread(target=target, daemon=True) for target in targets]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Read what is left in the pipes; their other ends are closed by now."""
        self._ready.set()
        for thread in self._threads:
            thread.join(SECONDS_TO_CLOSE)

    def _write(self) -> None:
        with contextlib.suppress(OSError), self._questions as stream:
            stream.write(json.dumps(self._first).encode() + b"\n")
            stream.flush()
            self._ready.wait()
            stream.write(json.dumps(self._calls).encode() + b"\n")

    def _read_lines(self) -> None:
        left = ANSWERS_MEGABYTES * 1_000_000
        with self._answers as stream:
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
        with self._complaints as stream:
            self.complaint = stream.read(COMPLAINT_BYTES).decode("utf-8", "replace").strip()
            while stream.read(65_536):
                pass


def _watch(
    process: subprocess.Popen,
    conversation: _Conversation,
    processor: ProcessorTime,
    memory: Memory,
    seconds: float,
    stop: threading.Event,
) -> str:
    """Wait until the submission ends or exceeds a limit, and say which."""
    deadline = time.monotonic() + PATIENCE * seconds
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(SECONDS_BETWEEN_LOOKS)
            return "memory" if memory.exceeded([]) else "exit"
        if stop.is_set():
            return "stopped"
        if conversation.flooded:
            return "output"
        members = family(process)
        processor.look(members)
        if len(members) > PROCESSES:
            return "processes"
        if memory.exceeded(members):
            return "memory"
        if processor.seconds > seconds:
            return "time"
        if time.monotonic() > deadline:
            return "clock"


def _parse(line: bytes) -> dict | None:
    """A line of JSON that holds an object; None for anything else."""
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return message if isinstance(message, dict) else None
