import shutil
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlparse

import pytest

from browsing import HOW_TO_INSTALL, LAUNCH, NoBrowser, find_chromium, serve
from paths import ROOT
from publication import site_address
from rendering import repository

# The sandbox is Linux's; elsewhere grading is refused, or done in Docker.
collect_ignore = [] if sys.platform == "linux" else ["test_grading.py", "test_lab.py", "test_sandbox.py"]


@pytest.fixture(autouse=True, scope="session")
def figures_without_a_screen():
    """Figures are drawn into memory."""
    import matplotlib

    matplotlib.use("Agg")


def copy_project(target: Path) -> Path:
    """Copy what git tracks, or would track, to another folder."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    ).stdout.decode("utf-8")
    for name in filter(None, listing.split("\0")):
        if (ROOT / name).exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target / name)
    return target


@pytest.fixture
def project(tmp_path):
    """A copy of the project that a test may spoil."""
    return copy_project(tmp_path / "project")


@pytest.fixture(scope="session")
def shared_project(tmp_path_factory):
    """A copy of the project that no test changes."""
    return copy_project(tmp_path_factory.mktemp("shared") / "project")


@pytest.fixture(scope="session")
def tool():
    """Runs one of the tools of a project, as its users do."""

    def run(project: Path, name: str, *arguments: str) -> subprocess.CompletedProcess:
        command = [sys.executable, str(project / "tools" / name), *arguments]
        return subprocess.run(command, cwd=project, capture_output=True, text=True, encoding="utf-8", check=False)

    return run


@pytest.fixture(scope="session")
def build():
    """Builds the site of a project; a warning is an error."""

    def run(project: Path) -> Path:
        jupyter_book = shutil.which("jupyter-book", path=str(Path(sys.executable).parent))
        command = [jupyter_book, "build", "book", "--warningiserror", "--nitpick"]
        start = time.perf_counter()
        result = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stdout + result.stderr
        print(f"site built in {time.perf_counter() - start:.1f} s")
        return project / "_build" / "html"

    return run


@pytest.fixture(scope="session")
def site(shared_project, build):
    return build(shared_project)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    try:
        return {**browser_type_launch_args, **LAUNCH, "executable_path": find_chromium()}
    except NoBrowser:
        pytest.exit(HOW_TO_INSTALL, returncode=1)


@pytest.fixture(scope="session")
def address(site):
    with serve(site, below=urlparse(site_address(repository())).path) as address:  # as on GitHub Pages
        yield address


@pytest.fixture
def watched(page, address):
    """A browser page whose faults are written down."""
    page.faults = []
    page.on("console", lambda message: page.faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on("requestfailed", lambda request: page.faults.append(f"failed: {request.url}"))
    page.on("response", lambda answer: page.faults.append(f"{answer.status}: {answer.url}") if not answer.ok else None)
    page.on("request", lambda request: page.faults.append(f"foreign: {request.url}") if foreign(request.url) else None)

    def foreign(url):
        return not url.startswith((address, "data:", "blob:", "file:"))

    return page
