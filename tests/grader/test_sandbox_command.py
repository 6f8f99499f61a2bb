"""What bubblewrap is asked for; that it does so, test_sandbox.py shows."""

import os
import sys
from pathlib import Path

import pytest

from grader import sandboxes
from grader.sandboxes import Bubblewrap
from grader.watchdog import BYTES_TO_WRITE
from pipeline.paths import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="bubblewrap is Linux's")

# bubblewrap's options, and how many words follow each. One that is not here fails the test: think what it gives away.
WORDS = {
    **dict.fromkeys(["--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"], 0),
    **dict.fromkeys(
        ["--unshare-cgroup-try", "--disable-userns", "--die-with-parent", "--new-session", "--clearenv"], 0
    ),
    **dict.fromkeys(["--uid", "--gid", "--cap-drop", "--cap-add", "--proc", "--dev", "--tmpfs", "--dir", "--chdir"], 1),
    **dict.fromkeys(["--perms", "--size", "--remount-ro"], 1),
    **dict.fromkeys(["--setenv", "--ro-bind", "--ro-bind-try", "--dev-bind"], 2),
}
ALONE = {
    *("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"),
    *("--die-with-parent", "--new-session", "--clearenv"),
}
NOBODY = [
    *(["--unshare-user"], ["--disable-userns"], ["--uid", "65534"], ["--gid", "65534"], ["--cap-drop", "ALL"]),
]


def parse(command):
    """The options of the bubblewrap that a command begins with, each with its words, and what it starts."""
    assert Path(command[0]).name == "bwrap"
    options, place = [], 1
    while command[place].startswith("--"):
        end = place + 1 + WORDS[command[place]]
        options.append(command[place:end])
        place = end
    return options, command[place:]


def flags(options):
    return {option for option, *words in options if not words}


def of(name, options):
    return [words for option, *words in options if option == name]


@pytest.fixture(params=["a user", "root"])
def asked(request, monkeypatch):
    """For a user, and for root who asks in two steps: options that isolate, options that take rights, the program."""
    monkeypatch.setattr(os, "geteuid", lambda: 0 if request.param == "root" else 1000)
    options, program = parse(Bubblewrap().command())
    if request.param == "a user":
        assert not of("--cap-add", options)
        return options, options, program
    assert {name for [name] in of("--cap-add", options)} == {"CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP"}
    place = next(place for place, word in enumerate(program) if Path(word).name == "bwrap")
    assert program[0] == "setpriv"
    assert {"--no-new-privs", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all"} <= set(program[:place])
    assert " ".join(program[:place]).count("65534") == 2
    return options, *parse(program[place:])


def test_nothing_is_shared_with_the_machine(asked):
    options, _, program = asked
    assert flags(options) - {"--unshare-user", "--disable-userns"} == ALONE
    assert program[1:] == ["/grader/runner.py"]


def test_no_rights_are_left(asked):
    _, options, _ = asked
    assert all(option in options for option in NOBODY)


def test_nothing_can_be_written_but_the_scratch_in_memory(asked):
    options, _, _ = asked
    assert of("--tmpfs", options) == [["/scratch"], ["/tmp"], ["/dev/shm"]]
    assert of("--size", options) == [[str(BYTES_TO_WRITE)]] * 3
    assert options.index(["--remount-ro", "/"]) > max(
        place for place, (option, *_) in enumerate(options) if option in ("--tmpfs", "--dir", "--ro-bind")
    )
    assert not of("--dev-bind", options)


def test_nothing_of_the_machine_is_seen_but_its_programs_and_python(asked):
    options, _, _ = asked
    seen = [Path(source) for source, _ in of("--ro-bind", options) + of("--ro-bind-try", options)]
    allowed = [*map(Path, sandboxes.SYSTEM), *sandboxes._python_folders(), *sandboxes.INSIDE.glob("*.py")]
    assert set(seen) == set(allowed)
    assert not {Path("/"), Path("/etc"), Path("/home"), Path.home(), ROOT} & set(seen)


def test_the_teachers_environment_stays_outside(asked, monkeypatch):
    options, _, _ = asked
    assert dict(of("--setenv", options)) == sandboxes.ENVIRONMENT
