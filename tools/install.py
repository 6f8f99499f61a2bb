"""Set-up: everything that the project needs, in `.venv`, from the package registries. Nothing of the system changes.

python3.11 tools/install.py [--browser]

Run by the system's own Python, so it uses the standard library alone. What is there already is left as it is.
"""

import argparse
import hashlib
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
LOCK = ROOT / "requirements.txt"
MARK = ENVIRONMENT / "installed"  # holds the digest of what was installed
LOG = ROOT / "_build" / "log" / "install.log"
BASE = getattr(sys, "_base_executable", sys.executable)  # the system's, also where the environment is active
OLDEST, NEWEST = (3, 11), (3, 13)
SHOWN_EVERY = 40  # packages, so that a log has a handful of lines


class InstallError(Exception):
    """Set-up cannot go on; the message says why, and what to do."""


def main(arguments: list[str] | None = None) -> int:
    """Set the project up; 1 if it cannot be done."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--browser", action="store_true", help="the browser that tests and prints the site, too")
    options = parser.parse_args(arguments)
    try:
        install_packages()
    except InstallError as problem:
        print(problem, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"set-up failed: {error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    if options.browser:
        bring_browser()
    return 0


def install_packages() -> None:
    """Make the environment and install what `requirements.txt` names, unless that was done before."""
    if MARK.exists() and MARK.read_text(encoding="utf-8") == _digest():
        return
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        raise InstallError(
            f"this is Python {sys.version.split()[0]}, but TensorFlow needs 3.11 to 3.13: "
            "install one of them, and name it, as in: make PYTHON=python3.11 book"
        )
    LOG.parent.mkdir(parents=True, exist_ok=True)
    LOG.write_text("", encoding="utf-8")
    print(
        f"set-up: an environment of its own in {ENVIRONMENT.name}, four gigabytes, from the package registry",
        flush=True,
    )
    begun = time.monotonic()
    try:
        _call([BASE, "-m", "venv", *([] if _made_here() else ["--clear"]), str(ENVIRONMENT)])
    except InstallError as problem:
        hint = "Debian and Ubuntu keep venv apart: sudo apt-get install python3-venv"
        raise InstallError(f"{problem}\n{hint}") from None
    # Most modules are never imported, so compiling all of them costs more than compiling at first import.
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install", "--progress-bar", "off", "--no-compile"]
    _call([*pip, "--requirement", str(LOCK)], _Progress().read)
    _call([*pip, "--quiet", "--no-deps", "--editable", str(ROOT)])
    MARK.write_text(_digest(), encoding="utf-8")
    print(f"set-up: done in {time.monotonic() - begun:.0f} s", flush=True)


def bring_browser() -> None:
    """Bring a browser if there is none; where that fails, tests that need one say so themselves."""
    subprocess.run([str(PYTHON), str(ROOT / "tools" / "fetch_browser.py")], check=False)


class _Progress:
    """Tells how far pip is, from what it prints."""

    def __init__(self) -> None:
        self.names = set(re.findall(r"^([\w.-]+)(?:\[.*?\])?==", LOCK.read_text(encoding="utf-8"), re.MULTILINE))
        self.collected = 0

    def read(self, line: str) -> None:
        if line.startswith("Collecting "):
            self.collected += 1
            if self.collected % SHOWN_EVERY == 0:
                print(f"set-up: {self.collected} of about {len(self.names)} packages fetched", flush=True)
        elif line.startswith("Installing collected packages"):
            print(f"set-up: {self.collected} packages fetched; unpacking them takes a minute", flush=True)


def _call(command: list[str], read=lambda line: None) -> None:
    """Run a command; what it says goes to the log, and to `read` line by line.

    Raises
    ------
    InstallError
        If it fails: its last lines, and where the others are.
    """
    with LOG.open("a", encoding="utf-8") as log:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace"
        )
        for line in process.stdout or ():
            log.write(line)
            read(line)
    if process.wait():
        last = "".join(LOG.read_text(encoding="utf-8").splitlines(keepends=True)[-5:]).rstrip()
        raise InstallError(f"set-up failed:\n{last}\nAll that was said is in {LOG}")


def _made_here() -> bool:
    """Whether the environment that is there was made by this Python, for this folder: another's paths lead astray."""
    settings = ENVIRONMENT / "pyvenv.cfg"
    told = settings.read_text(encoding="utf-8").splitlines() if settings.exists() else []
    made_by = f"command = {BASE} -m venv "
    return any(line.startswith(made_by) and line.endswith(f" {ENVIRONMENT}") for line in told)


def _digest() -> str:
    """Of all that decides what is installed."""
    content = b"".join(path.read_bytes() for path in (LOCK, ROOT / "pyproject.toml"))
    return hashlib.sha256(content + str(ROOT).encode() + sys.version.encode()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
