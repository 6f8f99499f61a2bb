import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from urllib.parse import urlparse

import pytest

from copies import FORK, copy_project, once
from digitlib.files import read_text
from grader.sandboxes import NoSandbox, choose
from pipeline.configuration import repository
from publication import site_address
from publishing.chromium import LAUNCH, NoBrowser, find_chromium
from publishing.static_host import serve

# Linux alone can import what these test.
collect_ignore = (
    [] if sys.platform == "linux" else ["grader/test_grading.py", "classroom/test_lab.py", "grader/test_sandbox.py"]
)
WITHOUT = "without a {}: "  # begins the reason of a skipped test


def pytest_addoption(parser):
    parser.addoption("--complete", action="store_true", help="fail at once if a part is missing that tests need")


def pytest_configure(config):
    """With --complete, or in CI, a missing part is a failure, told in a line before the first test."""
    complete = config.option.complete or os.environ.get("CI")
    if hasattr(config, "workerinput") or not complete:
        return
    chosen = config.option.markexpr
    needed = [kind for kind in AVAILABLE_HERE if not (chosen.startswith("not ") and kind in chosen)]
    if missing := [f"{kind}: {why}" for kind in needed if (why := PARTS[kind]())]:
        raise pytest.UsageError(f"tests need a part that is missing here. {' '.join(missing)}")


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items):
    """Mark what needs a part; of the tests chosen, skip those whose part is missing, and say so in the reason."""
    for item in items:
        if "fork" in item.fixturenames:
            item.add_marker("heavy")  # it builds the site
        for kind in PARTS:
            if kind in item.fixturenames:
                item.add_marker(kind)
    yield
    for kind, part in PARTS.items():
        needing = [item for item in items if item.get_closest_marker(kind)]
        if needing and (why := part()):
            for item in needing:
                item.add_marker(pytest.mark.skip(reason=WITHOUT.format(kind) + why))


def pytest_terminal_summary(terminalreporter):
    """One line for each part that was missing: how many tests it cost, and how to have it."""
    if collect_ignore:
        terminalreporter.write_line(f"{', '.join(collect_ignore)} were left out: they are Linux's")
    reasons = [str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", [])]
    for kind in PARTS:
        missed = Counter(reason for reason in reasons if WITHOUT.format(kind) in reason)
        for reason, count in missed.items():
            terminalreporter.write_line(f"{count} tests were skipped {reason.removeprefix('Skipped: ')}")


def _missing_browser() -> str | None:
    try:
        find_chromium()
    except NoBrowser as problem:
        return str(problem)
    return None


def _missing_sandbox() -> str | None:
    try:
        choose()
    except NoSandbox as problem:
        told = str(problem).partition("\n")[0]
        return f"{told} To have it: sudo apt-get install bubblewrap, on a system that lets users make namespaces."
    return None


PARTS = {"browser": _missing_browser, "sandbox": _missing_sandbox}  # each gives what is wrong, or None
AVAILABLE_HERE = ["browser", "sandbox"] if sys.platform == "linux" else ["browser"]


@pytest.fixture(autouse=True, scope="session")
def figures_without_a_screen():
    """Figures are drawn into memory."""
    import matplotlib

    matplotlib.use("Agg")


@pytest.fixture
def project(tmp_path):
    """A copy of the project that a test may spoil."""
    return copy_project(tmp_path / "project")


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
    from pipeline.building import site_command  # here, since it imports all that runs chapters

    def run(project: Path) -> Path:
        result = subprocess.run(site_command(Path("book")), cwd=project, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stdout + result.stderr
        return project / "_build" / "html"

    return run


@pytest.fixture(scope="session")
def fork(tmp_path_factory, tool, build):
    """The project at another address, with its site: whatever tests find there has followed the configuration."""

    def make(folder):
        config = copy_project(folder) / "_config.yml"
        config.write_text(read_text(config).replace(repository(), FORK), encoding="utf-8")
        rendered = tool(folder, "notebooks.py", "render")
        assert rendered.returncode == 0, rendered.stderr
        build(folder)

    return once(tmp_path_factory, "fork", make)


@pytest.fixture(scope="session")
def site(fork):
    return fork / "_build" / "html"


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    return {**browser_type_launch_args, **LAUNCH, "executable_path": find_chromium()}


@pytest.fixture(scope="session")
def address(site):
    with serve(site, below=urlparse(site_address(FORK)).path) as address:  # as on GitHub Pages
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
