"""Copies of the project that tests may change, and folders that the workers of pytest-xdist share."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

from pipeline.paths import ROOT

FORK = "https://github.com/School/numbers"


def copy_project(target: Path, *parts: str) -> Path:
    """Copy what git tracks, or would track, to another folder: all of it, or some files and folders."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", *parts],
        cwd=ROOT,
        check=True,
        capture_output=True,
    ).stdout.decode("utf-8")
    for name in filter(None, listing.split("\0")):
        if (ROOT / name).exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target / name)
    return target


def once(tmp_path_factory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder that the workers of pytest-xdist share: the first to need it makes it, the others wait."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            made = folder.with_name(f"{name}.part")
            shutil.rmtree(made, ignore_errors=True)
            make(made)
            made.rename(folder)
    return folder
