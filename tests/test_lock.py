"""The lock: what it was made from, and the digests that pip holds every package against."""

import re
import tomllib

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from paths import ROOT
from wheelhouse import pinned

LOCK = (ROOT / "requirements.txt").read_text(encoding="utf-8")
PACKAGE = r"[a-z0-9-]+==[^\s\\]+( ; [^\\\n]+)?( \\\n    --hash=sha256:[0-9a-f]{64})+\n"


def sources() -> list[Requirement]:
    """What the book and the package ask for."""
    lines = (ROOT / "requirements.in").read_text(encoding="utf-8").splitlines()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [line for line in lines if line and not line.startswith(("#", "-e"))]
    return [Requirement(line) for line in lines + project["dependencies"]]


def locked() -> dict[str, list[str]]:
    """The versions of each package; a few have another one on a newer Python."""
    versions: dict[str, list[str]] = {}
    for requirement in map(Requirement, pinned(LOCK)):
        [specifier] = requirement.specifier
        versions.setdefault(canonicalize_name(requirement.name), []).append(specifier.version)
    return versions


def test_the_lock_holds_what_its_sources_ask_for():
    versions = locked()
    found = {str(source): versions.get(canonicalize_name(source.name), []) for source in sources()}
    assert {source: have for source, have in found.items() if not have} == {}
    wrong = {str(source) for source in sources() for one in found[str(source)] if one not in source.specifier}
    assert {source: found[source] for source in wrong} == {}


def test_every_package_has_its_digests_and_nothing_else_stands_in_the_lock():
    """So pip refuses what was altered on its way; a folder has no digest, and would stop it."""
    packages = "".join(line for line in LOCK.splitlines(keepends=True) if not line.startswith("#"))
    assert re.sub(PACKAGE, "", packages) == ""


def test_the_lock_was_made_by_the_command_that_contributing_names():
    made_by = LOCK.splitlines()[1].removeprefix("#").strip()
    assert f"`{made_by}`" in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
