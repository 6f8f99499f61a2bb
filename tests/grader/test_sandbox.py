"""The sandbox: what runs in it sees little, may do nothing, and ends."""

import ctypes
import json
import os
import socket
import threading
from pathlib import Path

import psutil
import pytest
from submissions_of_all_kinds import MEMORY_BOMB, SHARED_MEMORY_BOMB, SOCKET_BOMB

from grader import memory, sandboxes, watchdog
from grader.hidden_tests import Limits
from grader.inside.wire import encode
from grader.sandboxes import Bubblewrap, NoSandbox, Unsafe, choose, find_bubblewrap
from grader.watchdog import Outcome, SandboxError
from pipeline.paths import ROOT

RUN = {"seconds": Limits.seconds, "gigabytes": Limits.gigabytes}


def told(code):
    """What code in a sandbox says: the message of the error that it ends with."""
    return told_by([(1, f"import os\n{code}")])


def told_by(cells):
    outcome = watchdog.run(Bubblewrap(), cells, [], **RUN)
    [stopped] = [line for line in outcome.lines if "stopped" in line]
    assert stopped["error"][0] == "ValueError", stopped
    return stopped["error"][1]


@pytest.mark.sandbox
def test_cells_run_in_order_and_functions_are_called():
    cells = [(1, "x = 1"), (2, "1 / 0\nx = 2"), (5, "def f(y):\n    return x + y"), (6, "input()")]
    calls = [{"function": "f", "arguments": encode((2,))}, {"function": "g", "arguments": encode(())}]
    outcome = watchdog.run(Bubblewrap(), cells, calls, **RUN)
    assert outcome.lines == [
        {"started": True},
        {"begins": 1},
        {"begins": 2},
        {"stopped": 2, "error": ["ZeroDivisionError", "division by zero"]},
        {"begins": 5},
        {"begins": 6},
        {"stopped": 6, "error": ["EOFError", "EOF when reading a line"]},
        {"ready": True},
        {"case": 0, "answer": 3},
        {"case": 1, "missing": True},
        {"done": True},
    ]
    assert outcome.ended == "done"


@pytest.mark.sandbox
def test_a_function_cannot_spoil_the_arguments_of_the_next_call():
    cells = [(1, "def f(values):\n    values.append(0)\n    return len(values)")]
    calls = [{"function": "f", "arguments": encode(([],))}] * 2
    lines = watchdog.run(Bubblewrap(), cells, calls, **RUN).lines
    assert [line["answer"] for line in lines if "case" in line] == [1, 1]


@pytest.mark.sandbox
def test_no_cell_can_read_the_arguments():
    spy = """\
import gc, os, select
said = [repr(thing) for thing in gc.get_objects() if isinstance(thing, dict | list) and "hid" + "den" in repr(thing)]
for descriptor in map(int, os.listdir("/proc/self/fd")):
    try:
        if select.select([descriptor], [], [], 0.2)[0]:
            said.append(os.read(descriptor, 1000))
    except OSError:
        pass
raise ValueError(str(said))"""
    calls = [{"function": "f", "arguments": encode(("hidden",))}]
    lines = watchdog.run(Bubblewrap(), [(1, spy)], calls, **RUN).lines
    assert "hidden" not in json.dumps(lines)
    assert any("stopped" in line for line in lines)


@pytest.mark.sandbox
def test_only_python_is_visible(monkeypatch):
    monkeypatch.setenv("A_TOKEN", "secret")
    assert set(told("raise ValueError(' '.join(os.listdir('/')))").split()) <= {
        *("bin", "dev", "etc", "grader", "lib", "lib32", "lib64", "proc", "scratch", "tmp", "usr"),
        *(folder.parts[1] for folder in sandboxes._python_folders()),
    }
    assert told(f"raise ValueError(sorted(os.listdir({str(ROOT)!r})))") in ("['.venv', 'digitlib']", "['digitlib']")
    assert told("raise ValueError(sorted(os.listdir('/grader')))") == "['runner.py', 'syscalls.py', 'wire.py']"
    assert "secret" not in told("raise ValueError(dict(os.environ))")
    assert len(told("raise ValueError([name for name in os.listdir('/proc') if name.isdigit()])").split()) < 8


@pytest.mark.sandbox
def test_the_submission_has_no_rights():
    said = told(
        """
import ctypes, socket
libc = ctypes.CDLL(None, use_errno=True)
done = []
def attempt(name, act):
    try:
        act()
        done.append(name)
    except OSError:
        pass
def checked(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), "")
attempt("setting", lambda: open("/proc/sys/kernel/core_pattern", "w").close())
attempt("limit", lambda: open("/proc/sys/user/max_user_namespaces", "w").close())
attempt("mode of a device", lambda: os.chmod("/dev/null", 0o666))
attempt("mode of a file", lambda: os.chmod("/usr/bin/env", 0o755))
attempt("user", lambda: os.setuid(0))
attempt("user namespace", lambda: checked(libc.unshare(0x10000000)))
attempt("mount namespace", lambda: checked(libc.unshare(0x00020000)))
attempt("mount", lambda: checked(libc.mount(b"none", b"/tmp", b"tmpfs", 0, None)))
attempt("device", lambda: os.mknod("/tmp/disk", 0o60666, os.makedev(254, 0)))
attempt("memory without a name", lambda: os.memfd_create("x"))
attempt("shared memory", lambda: checked(libc.shmget(0, 4096, 0o1600)))
attempt("message queue", lambda: checked(libc.msgget(0, 0o1600)))
attempt("larger sockets", lambda: socket.socketpair()[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 10**7))
attempt("key ring", lambda: checked(libc.syscall(250 if os.uname().machine == "x86_64" else 219, 0, -3, 1)))
attempt("raw socket", lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP))
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
done += [name for name in status if name.startswith("Cap") and int(status[name], 16)]
done += [] if status["NoNewPrivs"].strip() == "1" else ["new rights"]
raise ValueError(done)"""
    )
    assert said == "[]"


def test_without_the_filter_these_calls_would_work():
    """Else their refusal would prove nothing."""
    os.close(os.memfd_create("x"))
    libc = ctypes.CDLL(None)
    segment = libc.shmget(0, 4096, 0o1600)
    assert segment >= 0
    assert libc.shmctl(segment, 0, None) == 0  # removes it
    queue = libc.msgget(0, 0o1600)
    assert queue >= 0
    assert libc.msgctl(queue, 0, None) == 0
    ends = socket.socketpair()
    ends[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 10**7)
    for end in ends:
        end.close()


@pytest.mark.sandbox
def test_a_submission_that_only_waits_is_stopped():
    outcome = watchdog.run(Bubblewrap(), [(1, "import time\ntime.sleep(60)")], [], seconds=1.5, gigabytes=1)
    assert outcome.ended == "clock"
    assert 0 < outcome.processor_seconds < 1.5
    assert 1.5 * watchdog.PATIENCE < outcome.seconds < 60


@pytest.mark.sandbox
@pytest.mark.parametrize("bomb", [MEMORY_BOMB, SHARED_MEMORY_BOMB, SOCKET_BOMB], ids=["one", "together", "sockets"])
@pytest.mark.parametrize(
    "way", [memory.hold, lambda gigabytes: memory.Looking(gigabytes * 1e9)], ids=["held", "looked"]
)
def test_the_memory_of_all_processes_together_is_limited(bomb, way, monkeypatch):
    monkeypatch.setattr(watchdog, "hold", way)
    cells = [(1, bomb.replace("sleep(10)", "sleep(1)"))]
    assert watchdog.run(Bubblewrap(), cells, [], seconds=60, gigabytes=0.5).ended == "memory"
    assert watchdog.run(Bubblewrap(), cells, [], seconds=60, gigabytes=4).ended == "done", "else it shows nothing"


PAGE_TABLES = """\
import mmap
size = 1 << 40
kind = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000  # that one is to reserve nothing
empty = mmap.mmap(-1, size, flags=kind, prot=mmap.PROT_READ)
total = sum(empty[place] for place in range(0, 350_000 << 21, 1 << 21))"""


@pytest.mark.sandbox
@pytest.mark.skipif(memory.place() is None, reason="no control group can be had here, and looking does not see them")
def test_page_tables_count_where_the_kernel_holds_memory(monkeypatch):
    cells = [(1, PAGE_TABLES)]
    assert watchdog.run(Bubblewrap(), cells, [], seconds=60, gigabytes=0.5).ended == "memory"
    assert watchdog.run(Bubblewrap(), cells, [], seconds=60, gigabytes=4).ended == "done"
    monkeypatch.setattr(watchdog, "hold", lambda gigabytes: memory.Looking(gigabytes * 1e9))
    assert watchdog.run(Bubblewrap(), cells, [], seconds=60, gigabytes=0.5).ended == "done", "else it shows nothing"


@pytest.mark.sandbox
@pytest.mark.skipif(memory.place() is None, reason="no control group can be had here")
def test_a_control_group_goes_with_its_submission():
    outcome = watchdog.run(
        Bubblewrap(), [(1, "import os\nif os.fork() == 0:\n    import time; time.sleep(60)")], [], **RUN
    )
    assert outcome.ended == "done"
    assert not any(memory.place().glob(f"submission-{os.getpid()}-*")), "other processes may have groups of their own"


@pytest.mark.sandbox
def test_children_that_nobody_waits_for_count_as_well(monkeypatch):
    monkeypatch.setattr(watchdog, "PATIENCE", 30)
    cell = """\
import os, signal, time
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for _ in range(16):
    reading, writing = os.pipe()
    if os.fork() == 0:
        while time.process_time() < 0.6:
            pass
        os._exit(0)
    os.close(writing)
    os.read(reading, 1)  # until the child has ended
    os.close(reading)"""
    outcome = watchdog.run(Bubblewrap(), [(1, cell)], [], seconds=4, gigabytes=1)
    assert outcome.ended == "time"


@pytest.mark.sandbox
@pytest.mark.parametrize(
    "cell",
    [
        *(f"%matplotlib {name}\nhere = True" for name in ("", "inline", "widget", "notebook", "qt", "tk")),
        "from google.colab import drive\ndrive.mount('/content/drive')\nhere = True",
        "from google.colab.patches import cv2_imshow\ncv2_imshow(1)\nhere = True",
        "import otter\notter.Notebook('x.ipynb').check('q1')\nhere = True",
    ],
)
def test_what_belongs_to_another_place_costs_no_cell_its_rest(cell):
    assert told_by([(1, cell), (2, "raise ValueError(here)")]) == "True"


@pytest.mark.sandbox
def test_a_teacher_can_stop_it():
    stop = threading.Event()
    threading.Timer(1, stop.set).start()
    outcome = watchdog.run(Bubblewrap(), [(1, "import time\ntime.sleep(60)")], [], **RUN, stop=stop)
    assert outcome.ended == "stopped"


@pytest.mark.sandbox
def test_what_it_prints_is_nowhere_kept():
    outcome = watchdog.run(Bubblewrap(), [(1, "for _ in range(100):\n    print('x' * 1_000_000)")], [], **RUN)
    assert outcome.ended == "done"


@pytest.mark.sandbox
def test_what_it_started_ends_with_it():
    marker = "61.5972"  # seconds that nobody else sleeps
    cell = f"import subprocess\nsubprocess.Popen(['sleep', '{marker}'], start_new_session=True)"
    assert watchdog.run(Bubblewrap(), [(1, cell)], [], **RUN).ended == "done"
    assert not [one for one in psutil.process_iter(["cmdline"]) if marker in (one.info["cmdline"] or [])]


@pytest.mark.sandbox
def test_a_sandbox_that_does_not_start_is_not_the_submissions_fault(monkeypatch):
    monkeypatch.setattr(Bubblewrap, "command", lambda *arguments: [find_bubblewrap(), "--no-such-option"])
    with pytest.raises(SandboxError, match="Unknown option --no-such-option"):
        watchdog.run(Bubblewrap(), [], [], **RUN)


def test_without_a_sandbox_there_is_a_way_out(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("BUBBLEWRAP", str(tmp_path / "absent"))
    with pytest.raises(NoSandbox, match="apt-get install\nbubblewrap") as caught:
        choose()
    for way in ("WSL 2", "Codespaces", "--unsafe"):
        assert way in str(caught.value)
    assert isinstance(choose(Unsafe.name), Unsafe)


def test_without_a_sandbox_files_go_to_a_folder_that_is_removed(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    cell = "import pathlib\npathlib.Path('left').write_text('x')\nraise ValueError(pathlib.Path('left').resolve())"
    outcome = watchdog.run(Unsafe(), [(1, cell)], [], **RUN)
    [left] = [Path(line["error"][1]) for line in outcome.lines if "stopped" in line]
    assert left.name == "left"
    assert not left.exists()
    assert not list(tmp_path.iterdir())


def test_a_bubblewrap_that_may_not_work_is_a_clear_error(monkeypatch, tmp_path):
    program = tmp_path / "bwrap"
    program.write_text("#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2\nexit 1\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("BUBBLEWRAP", str(program))
    with pytest.raises(NoSandbox, match="does not work here: bwrap: setting up uid map: Permission denied"):
        choose()


@pytest.mark.sandbox
def test_a_sandbox_without_the_package_is_none(monkeypatch):
    without = Outcome([{"started": True}, {"stopped": 1, "error": ["ModuleNotFoundError", "digitlib"]}], "done", 0.3)
    monkeypatch.setattr(sandboxes, "run", lambda *arguments, **options: without)
    with pytest.raises(NoSandbox, match="digitlib is not installed where Python is"):
        choose()
