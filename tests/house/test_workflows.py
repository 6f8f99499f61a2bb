"""What GitHub runs: the workflows keep to actionlint's and zizmor's rules, and to the README's promises."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from pipeline.paths import ROOT

GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
# Neither script checker is asked: whether one is installed differs from machine to machine.
ACTIONLINT = ["actionlint", "-shellcheck=", "-pyflakes="]
ZIZMOR = ["zizmor", "--offline", "--no-config", "--strict-collection", "--quiet"]


def lint(command: list[str], *targets: Path) -> subprocess.CompletedProcess:
    program = shutil.which(command[0], path=Path(sys.executable).parent)
    assert program, f"{command[0]} is not beside {sys.executable}: install requirements.txt"
    return subprocess.run(
        [program, *command[1:], *map(str, targets)], capture_output=True, text=True, encoding="utf-8", check=False
    )


def workflow(name: str) -> dict:
    return yaml.safe_load((GITHUB / "workflows" / f"{name}.yml").read_text(encoding="utf-8"))


@pytest.fixture
def github(tmp_path):
    """A copy of the settings that a test may spoil."""
    return shutil.copytree(GITHUB, tmp_path / ".github")


def test_actionlint_finds_nothing():
    result = lint(ACTIONLINT, *WORKFLOWS)
    assert result.returncode == 0, result.stdout


def test_zizmor_finds_nothing():
    result = lint(ZIZMOR, GITHUB)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("file", "pattern", "instead", "rule"),
    [
        ("workflows/test.yml", r"@\w{40} # v7.0.1", "@v7", "unpinned-uses"),
        ("workflows/test.yml", r"        with:\n          persist-credentials: false\n", "", "artipacked"),
        ("workflows/test.yml", r"contents: read", "contents: write", "excessive-permissions"),
        ("workflows/test.yml", r"run: make test", "run: make ${{ github.head_ref }}", "template-injection"),
        ("workflows/weekly.yml", r"permissions:\n  contents: read\n", "", "excessive-permissions"),
        ("dependabot.yml", r"default-days: 7", "default-days: 0", "dependabot-cooldown"),
    ],
)
def test_zizmor_finds_what_is_unsafe(github, file, pattern, instead, rule):
    text = (github / file).read_text(encoding="utf-8")
    spoiled, count = re.subn(pattern, lambda found: instead, text)
    assert count, f"{file} has no {pattern}"
    (github / file).write_text(spoiled, encoding="utf-8")
    result = lint(ZIZMOR, github)
    assert result.returncode != 0
    assert f"[{rule}]" in result.stdout


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("needs: build", "needs: bild", "bild"),
        ("steps.deployment.outputs", "steps.deploy.outputs", '"deploy"'),
        ("runs-on: ubuntu-latest", "runs-on: ubuntu-newest", '"ubuntu-newest"'),
    ],
)
def test_actionlint_finds_what_would_fail(github, old, new, message):
    path = github / "workflows" / "publish.yml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    result = lint(ACTIONLINT, path)
    assert result.returncode == 1
    assert message in result.stdout


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_beside_the_digest_of_each_action_stands_its_version(path):
    """People read it there, and Dependabot keeps it."""
    actions = [line for line in path.read_text(encoding="utf-8").splitlines() if "uses: actions/" in line]
    assert actions
    assert [line for line in actions if not re.search(r"@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line)] == []


def test_a_site_is_published_only_after_all_tests():
    jobs = workflow("publish")["jobs"]
    assert jobs["deploy"]["needs"] == "build"
    assert jobs["build"]["needs"] == "tests"
    assert jobs["tests"]["uses"] == "$/.github/workflows/test.yml"
    commands = [step.get("run") for step in workflow("test")["jobs"]["linux"]["steps"]]
    assert {"make test", "make verify"} <= set(commands)


def test_only_the_job_that_deploys_may_write():
    jobs = workflow("publish")["jobs"]
    assert jobs.pop("deploy")["permissions"] == {"pages": "write", "id-token": "write"}
    assert [job["permissions"] for job in jobs.values()] == [{"contents": "read"}] * len(jobs)


@pytest.mark.parametrize(("job", "language"), [("macos", "sh"), ("windows", "bat")])
def test_where_there_is_no_make_the_readmes_own_commands_are_run(job, language):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(rf"^```{language}\n(.*?)^```", readme, re.DOTALL | re.MULTILINE)
    [block] = [block for block in blocks if "-m pytest" in block]
    promised = [line.partition("  #")[0].strip() for line in block.splitlines()]
    assert [step["run"] for step in workflow("test")["jobs"][job]["steps"] if "run" in step] == promised
