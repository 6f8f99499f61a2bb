"""Everything for a lab without internet, in one folder, as for a USB stick.

    python tools/make_lab.py FOLDER [--platform linux] [--platform windows] [--platform macos]

The folder holds the wheels of the helper package and of all that it needs, with
JupyterLab; the notebooks and the site; the slides and the students' assignments,
if tools/make_slides.py and tools/make_assignments.py have made them; and scripts that
install from it and start. The wheels are for this Python
version, and for this system unless --platform says which ones the lab has.
An interrupted command goes on where it was: what is there is not fetched again.
"""

import argparse
import platform
import shutil
import sys
import time
from pathlib import Path

import jinja2

import digitlib
from classroom.wheelhouse import (
    PLATFORMS,
    PYTHON,
    LabError,
    build_wheel,
    fetch,
    missing,
    pinned_for,
    resolve,
    this_platform,
)
from digitlib.files import make_writable, read_text, write_text
from pipeline.building import build_site
from pipeline.configuration import configuration
from pipeline.lock import locked
from pipeline.paths import BOOK, BUILD, ROOT

ALSO = ["jupyterlab", "ipykernel", "otter-grader"]  # what students need besides the helper package
LIST = "requirements-lab.txt"
TEMPLATES = Path(__file__).with_name("lab")
SITE, SLIDES, HOMEWORK = BUILD / "html", BUILD / "slides", BUILD / "assignments"
GIGABYTES_OF_BOOK = 0.1
GIGABYTES_OF_WHEELS = 1.0  # for one platform; a little more than the largest, which is Linux


def main(arguments: list[str] | None = None) -> int:
    """Make or complete a lab's folder; 1 if it cannot be done, 130 if it was stopped."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--platform", action="append", choices=PLATFORMS, help="may be given several times")
    options = parser.parse_args(arguments)
    start = time.perf_counter()
    try:
        make_lab(options.folder, options.platform or [this_platform(platform.system(), platform.machine())])
    except LabError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. What is there is kept; the same command goes on.", file=sys.stderr)
        return 130
    print(f"{options.folder}: {_gigabytes(options.folder):.2f} GB in {time.perf_counter() - start:.0f} s")
    return 0


def make_lab(folder: Path, platforms: list[str]) -> None:
    """Make or complete the folder.

    Parameters
    ----------
    folder : Path
        Is made if it does not exist.
    platforms : list of str
        Names in `wheelhouse.PLATFORMS`.

    Raises
    ------
    LabError
        If the disk is too small, a wheel is not to be had, or the site cannot be built.
    SystemExit
        If nothing can be written in the folder.
    """
    make_writable(folder)
    wheels = folder / "wheels"
    wheels.mkdir(exist_ok=True)
    check_space(folder, GIGABYTES_OF_BOOK + GIGABYTES_OF_WHEELS * len(platforms))
    add_wheels(folder, platforms)
    add_book(folder)
    add_scripts(folder, platforms)


def check_space(folder: Path, gigabytes: float) -> None:
    """Refuse to begin what the disk cannot hold.

    Raises
    ------
    LabError
        If less is free than is wanted and not there yet.
    """
    wanted = gigabytes - _gigabytes(folder)
    free = shutil.disk_usage(folder).free / 1e9
    if free < wanted:
        raise LabError(
            f"{folder} needs {wanted:.1f} GB more, and {free:.1f} GB are free: make room or name another disk"
        )


def add_wheels(folder: Path, platforms: list[str]) -> None:
    """Add the list of exact versions, and the wheels that it names."""
    listed, wheels = folder / LIST, folder / "wheels"
    resolve([ROOT / "pyproject.toml"], ALSO, list(map(str, locked())), listed)
    lines = read_text(listed).splitlines()
    for name in platforms:
        wanted = missing(pinned_for(lines, PLATFORMS[name]), PLATFORMS[name], wheels)
        for done in fetch(wanted, PLATFORMS[name], wheels):
            print(f"{name}: {done} of {len(wanted)} wheels", flush=True)
    build_wheel(ROOT, wheels)


def add_book(folder: Path) -> None:
    """Add the notebooks, the site, which is built if it was not, and the slides and assignments if they were made."""
    if not (SITE / "index.html").exists() and build_site() != 0:
        raise LabError("the site could not be built: see the messages above")
    notebooks = folder / "notebooks"
    shutil.rmtree(notebooks, ignore_errors=True)
    notebooks.mkdir()
    for path in [*BOOK.glob("*.ipynb"), *(made / f"{made.name}.ipynb" for made in HOMEWORK.glob("*/"))]:
        shutil.copy(path, notebooks)
    _replace(SITE, folder / "site")
    if SLIDES.exists():
        _replace(SLIDES, folder / "slides")


def add_scripts(folder: Path, platforms: list[str]) -> None:
    """Add what installs and starts, and the page that says how."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    facts = {
        "python": ".".join(map(str, PYTHON)),
        "title": configuration()["title"],
        "version": digitlib.__version__,
        "platforms": [PLATFORMS[name].title for name in platforms],
        "slides": (folder / "slides").exists(),
    }
    for path in sorted(TEMPLATES.iterdir()):
        text = environment.get_template(path.name).render(facts)
        if path.suffix in (".bat", ".txt"):
            text = text.replace("\n", "\r\n")  # Windows reads its scripts wrongly otherwise
        write_text(text, folder / path.name)
        if path.suffix == ".sh":
            (folder / path.name).chmod(0o755)


def _replace(source: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)


def _gigabytes(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e9
