import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from paths import ROOT


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
