"""The lock, ``requirements.txt``: does it satisfy what it is made from, and is it what is installed?"""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from digitlib.files import read_text
from pipeline.paths import ROOT

MAKE = "uv pip compile, see CONTRIBUTING.md"


def asked(project: Path = ROOT) -> list[Requirement]:
    """What ``requirements.in`` and ``pyproject.toml`` ask for."""
    return [*parse(read_text(project / "requirements.in")), *dependencies(project)]


def dependencies(project: Path = ROOT) -> list[Requirement]:
    """What the package `digitlib` asks for."""
    about = tomllib.loads(read_text(project / "pyproject.toml"))["project"]
    return list(map(Requirement, about["dependencies"]))


def locked(project: Path = ROOT) -> list[Requirement]:
    """The exact versions in ``requirements.txt``, for every system; one package may have several."""
    return parse(read_text(project / "requirements.txt"))


def parse(text: str) -> list[Requirement]:
    """The requirements in a file of pip's, without its options, comments and hashes."""
    lines = text.replace("\\\n", " ").splitlines()
    bare = [re.split(r"(?:^|\s)(?:#|-)", line, maxsplit=1)[0].strip() for line in lines]
    return [Requirement(line) for line in bare if line]


def lock_problems(wanted: Iterable[Requirement], pinned: Iterable[Requirement]) -> list[str]:
    """Where the lock is not exact, or not what its sources ask for, a line each."""
    found, versions = [], defaultdict(list)
    for requirement in pinned:
        exact = re.fullmatch(r"==([^,*]+)", str(requirement.specifier))
        if exact is None:
            found.append(f"requirements.txt: {requirement} is no exact version: {MAKE}")
        else:
            versions[canonicalize_name(requirement.name)].append(exact[1])
    for requirement in wanted:
        have = versions[canonicalize_name(requirement.name)]
        if not have:
            found.append(f"requirements.txt has no {requirement.name}, which is asked for: {MAKE}")
        found += [
            f"requirements.txt: {requirement.name}=={one} is not {requirement}, which is asked for: {MAKE}"
            for one in have
            if not requirement.specifier.contains(one, prereleases=True)
        ]
    return found


def differently_installed(pinned: Iterable[Requirement]) -> list[str]:
    """Which of the locked packages that this system needs are not installed in their locked version, a line each."""
    found = []
    for requirement in pinned:
        if requirement.marker is None or requirement.marker.evaluate():
            installed = _installed(requirement.name)
            if installed is None or not requirement.specifier.contains(installed, prereleases=True):
                locked_version = f"{requirement.name}{requirement.specifier}"
                found.append(f"{locked_version} is locked, {installed} is installed: pip install -r requirements.txt")
    return found


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
