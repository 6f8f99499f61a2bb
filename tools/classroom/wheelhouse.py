"""A folder of wheels from which pip installs without internet, on this system or others."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.tags import Tag, compatible_tags, cpython_tags, mac_platforms
from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version
from uv import find_uv_bin

PYTHON = sys.version_info[:2]
GLIBC = 28  # the newest 2.x whose wheels are taken: Debian 11, Ubuntu 20.04 and Red Hat 8 have it
AT_ONCE = 10  # wheels in one call of pip; whoever is interrupted loses no more


class LabError(Exception):
    """The folder cannot be made; the message names the cause and a way out."""


@dataclass(frozen=True)
class Platform:
    """A system that wheels are made for.

    Attributes
    ----------
    title : str
        As people call it.
    tags : tuple of str
        Its platform tags, the preferred first.
    markers : dict of str to str
        What requirements may ask of it.
    """

    title: str
    tags: tuple[str, ...]
    markers: dict[str, str]


def _linux(machine: str) -> Platform:
    tags = [f"manylinux_2_{minor}_{machine}" for minor in range(GLIBC, 4, -1)]
    tags += [f"manylinux{year}_{machine}" for year in ("2014", "2010", "1")] + [f"linux_{machine}"]
    return Platform(
        f"Linux, {machine}",
        tuple(tags),
        {"sys_platform": "linux", "os_name": "posix", "platform_system": "Linux", "platform_machine": machine},
    )


PLATFORMS = {
    "linux": _linux("x86_64"),
    "linux-arm": _linux("aarch64"),
    "macos": Platform(
        "macOS 12 or newer on Apple silicon",
        tuple(mac_platforms((12, 0), "arm64")),
        {"sys_platform": "darwin", "os_name": "posix", "platform_system": "Darwin", "platform_machine": "arm64"},
    ),
    "windows": Platform(
        "Windows, 64 bit",
        ("win_amd64",),
        {"sys_platform": "win32", "os_name": "nt", "platform_system": "Windows", "platform_machine": "AMD64"},
    ),
}


def this_platform(system: str, machine: str) -> str:
    """The name in `PLATFORMS` of what ``platform.system()`` and ``platform.machine()`` say.

    Raises
    ------
    LabError
        If it is not among them.
    """
    for name, known in PLATFORMS.items():
        if (known.markers["platform_system"], known.markers["platform_machine"]) == (system, machine):
            return name
    raise LabError(f"no wheels are known for {system} on {machine}: name the lab's own with --platform")


def resolve(sources: list[Path], also: list[str], constraints: list[str], target: Path) -> None:
    """Write the exact versions of everything that is needed, for all systems in one list.

    Parameters
    ----------
    sources : list of Path
        Files that name dependencies, such as ``pyproject.toml``.
    also : list of str
        Further requirements.
    constraints : list of str
        Lines that fix versions without asking for a package.
    target : Path
        The list. Versions that it holds already are kept as far as they fit.

    Raises
    ------
    LabError
        If the requirements contradict each other or the package index cannot be reached.
    """
    fixed = target.with_name("constraints.txt")
    fixed.write_text("\n".join(constraints) + "\n", encoding="utf-8")
    command = [find_uv_bin(), "pip", "compile", "--quiet", "--universal", "--no-annotate", "--no-header"]
    command += ["--no-generate-hashes"]  # pyproject.toml asks for them, and a folder of wheels needs none
    command += [
        "--python-version",
        ".".join(map(str, PYTHON)),
        "--constraint",
        str(fixed),
        "--output-file",
        str(target),
    ]
    result = _call([*command, *sources, "-"], text="\n".join(also))
    fixed.unlink()
    if result.returncode:
        raise LabError(f"the versions cannot be settled:\n{result.stderr.strip()}")


def pinned_for(lines: Iterable[str], platform: Platform) -> list[Requirement]:
    """Those of the pinned requirements that a platform needs, with any patch release of this Python version."""
    version = ".".join(map(str, PYTHON))
    python = {
        "python_version": version,
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }
    environments = [platform.markers | python | {"python_full_version": f"{version}.{patch}"} for patch in (0, 99)]
    pinned = [Requirement(line) for line in lines if line.strip() and not line.lstrip().startswith("#")]
    return [one for one in pinned if one.marker is None or any(map(one.marker.evaluate, environments))]


def missing(pinned: Iterable[Requirement], platform: Platform, folder: Path) -> list[str]:
    """What a folder has no wheel of that fits a platform, as ``name==version``."""
    accepted = set(_tags(platform))
    present = set()
    for path in folder.glob("*.whl"):
        name, version, _, tags = parse_wheel_filename(path.name)
        if accepted & tags:
            present.add((name, version))
    return [f"{one.name}{one.specifier}" for one in pinned if _key(one) not in present]


def fetch(wanted: list[str], platform: Platform, folder: Path) -> Iterator[int]:
    """Download wheels; yields how many are there after each call of pip.

    Raises
    ------
    LabError
        If pip finds no wheel, or cannot reach the index.
    """
    part, done = folder / "part", 0
    for batch in _batches(wanted):
        shutil.rmtree(part, ignore_errors=True)  # of a run that was interrupted
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
        command += ["--disable-pip-version-check", "--no-cache-dir", "--dest", str(part), "--implementation", "cp"]
        command += ["--python-version", ".".join(map(str, PYTHON)), "--ignore-requires-python"]  # the list heeds it
        result = _call([*command, *(f"--platform={tag}" for tag in platform.tags), *batch])
        if result.returncode:
            raise LabError(f"no wheels for {platform.title}: {_error(result.stderr)}")
        for path in part.iterdir():
            path.rename(folder / path.name)
        done += len(batch)
        yield done
    shutil.rmtree(part, ignore_errors=True)


def build_wheel(project: Path, folder: Path) -> None:
    """Build a project's own wheel into a folder.

    Raises
    ------
    LabError
        If it cannot be built.
    """
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--disable-pip-version-check"]
    result = _call([*command, "--wheel-dir", folder, project])
    if result.returncode:
        raise LabError(f"the wheel of {project} cannot be built: {_error(result.stderr)}")


def _batches(wanted: list[str]) -> Iterator[list[str]]:
    """A few at a time, and never two versions of one package: pip refuses those."""
    while wanted:
        batch = list({one.split("==")[0]: one for one in wanted[:AT_ONCE]}.values())
        yield batch
        wanted = [one for one in wanted if one not in batch]


def _tags(platform: Platform) -> Iterator[Tag]:
    yield from cpython_tags(PYTHON, platforms=platform.tags)
    yield from compatible_tags(PYTHON, "cp{}{}".format(*PYTHON), platform.tags)


def _key(pinned: Requirement) -> tuple[str, Version]:
    [specifier] = pinned.specifier
    return canonicalize_name(pinned.name), Version(specifier.version)


def _call(command: list, text: str | None = None) -> subprocess.CompletedProcess:
    return subprocess.run(list(map(str, command)), input=text, capture_output=True, text=True, check=False)


def _error(messages: str) -> str:
    """What pip says went wrong, without its warnings."""
    return "\n".join(re.findall(r"^ERROR: (.*)$", messages, re.MULTILINE)) or messages.strip()
