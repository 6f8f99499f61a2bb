"""The lock agrees with what it is made from, and with what is installed, and holds the digests of all of it."""

import re
import sys
from pathlib import Path

import numpy as np
import pytest
from packaging.requirements import Requirement

from pipeline.lock import asked, differently_installed, lock_problems, locked, parse
from pipeline.paths import ROOT

LOCK = (ROOT / "requirements.txt").read_text(encoding="utf-8")
PACKAGE = r"[a-z0-9-]+==[^\s\\]+( ; [^\\\n]+)?( \\\n    --hash=sha256:[0-9a-f]{64})+\n"
HASHED = """\
# made by a command
-e .
--find-links wheels
numpy==2.4.6 ; python_full_version < '3.12' \\
    --hash=sha256:00aa \\
    --hash=sha256:11bb
    # via -r requirements.in
numpy==2.5.5 ; python_full_version >= '3.12' --hash=sha256:22cc
jupyter-book==1.0.4.post1  # a comment
"""


def problems(wanted, pinned):
    return " ".join(lock_problems(map(Requirement, wanted), map(Requirement, pinned)))


def test_the_lock_satisfies_what_it_is_made_from():
    assert len(locked()) > 100
    assert {"numpy", "nbval"} <= {requirement.name for requirement in asked()}
    assert lock_problems(asked(), locked()) == []


@pytest.mark.skipif(
    Path(sys.prefix).resolve() != (ROOT / ".venv").resolve(),
    reason="only what the set-up installs, into .venv, is what the lock says",
)
def test_what_is_installed_is_what_the_lock_says():
    assert differently_installed(locked()) == []


def test_a_lock_is_read_with_its_hashes_or_without():
    names = [(one.name, str(one.specifier), str(one.marker or "")) for one in parse(HASHED)]
    assert names == [
        ("numpy", "==2.4.6", 'python_full_version < "3.12"'),
        ("numpy", "==2.5.5", 'python_full_version >= "3.12"'),
        ("jupyter-book", "==1.0.4.post1", ""),
    ]


@pytest.mark.parametrize(
    ("wanted", "pinned", "message"),
    [
        ("nbval==0.11.0", "nbval==0.10.0", "nbval==0.10.0 is not nbval==0.11.0"),
        ("numpy>=1.26", "numpy==1.25.2", "numpy==1.25.2 is not numpy>=1.26"),
        ("jupyter-book>=1.0.4,<2", "jupyter-book==2.0.0", "jupyter-book==2.0.0 is not jupyter-book<2,>=1.0.4"),
        ("scikit-learn", "scikit-image==0.26.0", "has no scikit-learn"),
        ("numpy>=1.26", "numpy>=1.26", "numpy>=1.26 is no exact version"),
        ("numpy>=1.26", "numpy==1.*", "is no exact version"),
    ],
)
def test_a_lock_that_is_not_what_its_sources_ask_for_is_found(wanted, pinned, message):
    assert message in problems([wanted], [pinned])


def test_every_version_of_a_package_must_satisfy_its_source():
    pinned = ["numpy==2.4.6 ; python_version < '3.12'", "numpy==1.25.0 ; python_version >= '3.12'"]
    assert "numpy==1.25.0 is not numpy>=1.26" in problems(["numpy>=1.26"], pinned)


@pytest.mark.parametrize("pinned", ["Jupyter_Book==1.0.4.post1", "jupyter.book==1.5"])
def test_a_name_may_be_spelt_in_every_way_that_pip_takes(pinned):
    assert problems(["jupyter-book>=1.0.4,<2"], [pinned]) == ""


def test_another_version_or_none_installed_is_found():
    [other] = differently_installed([Requirement("numpy==1.0")])
    assert other.startswith(f"numpy==1.0 is locked, {np.__version__} is installed: pip install")
    [missing] = differently_installed([Requirement("nosuchpackage==1")])
    assert missing.startswith("nosuchpackage==1 is locked, None is installed: pip install")
    assert differently_installed([Requirement("nosuchpackage==1 ; python_version < '3'")]) == []


def test_every_package_has_its_digests_and_nothing_else_stands_in_the_lock():
    """So pip refuses what was altered on its way; a folder has no digest, and would stop it."""
    packages = "".join(line for line in LOCK.splitlines(keepends=True) if not line.startswith("#"))
    assert re.sub(PACKAGE, "", packages) == ""


def test_the_lock_was_made_by_the_command_that_contributing_names():
    made_by = LOCK.splitlines()[1].removeprefix("#").strip()
    assert f"`{made_by}`" in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
