"""What is told of the machine."""

import os
import sys
from types import SimpleNamespace

import pytest

from digitlib import machine


def test_the_processor_is_told_with_the_cores_that_may_be_used(monkeypatch):
    name, _, cores = machine.processor().rpartition(", ")
    assert name.strip()
    assert int(cores.split()[0]) == machine.count_cores() >= 1
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0, 2, 5}, raising=False)
    assert machine.processor() == f"{name}, 3 cores"


@pytest.mark.parametrize(("system", "reported"), [("linux", 2_000_000), ("darwin", 2_048_000_000)])
def test_memory_is_in_gigabytes_whatever_the_system_counts_in(monkeypatch, system, reported):
    usage = {"this process": SimpleNamespace(ru_maxrss=reported), "ended": SimpleNamespace(ru_maxrss=2 * reported)}
    resource = SimpleNamespace(RUSAGE_SELF="this process", RUSAGE_CHILDREN="ended", getrusage=usage.get)
    monkeypatch.setitem(sys.modules, "resource", resource)
    monkeypatch.setattr(sys, "platform", system)
    assert machine.peak_gigabytes() == pytest.approx(2.048)
    assert machine.peak_gigabytes(of_children=True) == pytest.approx(4.096)


def test_windows_does_not_tell_the_peak_of_memory(monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    assert machine.peak_gigabytes() is None
