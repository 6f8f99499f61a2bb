"""Set-up: what it brings, what it does where a part cannot be had, and what tests say of a missing part."""

import io
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

import install
from install import InstallError
from pipeline.paths import ROOT
from publishing import chromium
from publishing.chromium import NoBrowser, find_chromium

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="stands programs in by shell scripts")


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """Set-up in a folder of its own, with an environment whose Python only says what it was asked."""
    monkeypatch.setattr(install, "LOG", tmp_path / "log" / "install.log")
    monkeypatch.setattr(install, "LOCK", tmp_path / "requirements.txt")
    monkeypatch.setattr(install, "MARK", tmp_path / "installed")
    monkeypatch.setattr(install, "ENVIRONMENT", tmp_path / "environment")
    monkeypatch.setattr(install, "PYTHON", script(tmp_path / "python", 'echo "$@"'))
    (tmp_path / "requirements.txt").write_text(
        "numpy==2.0\nfonttools[woff]==4.0 ; python_version > '3'\n    --hash=x\n"
    )
    return tmp_path


def script(path, text):
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_packages_are_installed_once_and_again_when_the_lock_changes(elsewhere, monkeypatch, capsys):
    asked = []
    monkeypatch.setattr(install, "_call", lambda command, read=None: asked.append(command))
    install.install_packages()
    assert [command[1:3] for command in asked] == [["-m", "venv"], ["-m", "pip"], ["-m", "pip"]]
    assert "done in" in capsys.readouterr().out
    install.install_packages()
    assert len(asked) == 3
    with (elsewhere / "requirements.txt").open("a") as lock:
        lock.write("scipy==1.16\n")
    install.install_packages()
    assert len(asked) == 6


def test_an_environment_of_another_python_or_another_folder_is_made_anew(elsewhere, monkeypatch):
    asked = []
    monkeypatch.setattr(install, "_call", lambda command, read=None: asked.append(command))
    settings = elsewhere / "environment" / "pyvenv.cfg"
    settings.parent.mkdir()
    for base, folder in [
        ("/old/python3", settings.parent),
        (install.BASE, "/moved/from"),
        (install.BASE, settings.parent),
    ]:
        settings.write_text(f"home = /usr/bin\ncommand = {base} -m venv {folder}\n", encoding="utf-8")
        install.MARK.unlink(missing_ok=True)
        install.install_packages()
    assert [command[3:] for command in asked if "venv" in command] == [
        ["--clear", str(settings.parent)],
        ["--clear", str(settings.parent)],
        [str(settings.parent)],
    ]


@pytest.mark.skipif(not shutil.which("make"), reason="without make")
@pytest.mark.parametrize("name", ["python3.11", "python3.12", "python3.13", "python3"])
def test_make_finds_whichever_python_there_is(tmp_path, name):
    for program in ("sh", "make"):
        (tmp_path / program).symlink_to(shutil.which(program))
    script(tmp_path / name, "exit 0")
    command = [str(tmp_path / "make"), "--dry-run", "packages"]
    environment = {"PATH": str(tmp_path)}
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, env=environment).stdout
    assert told.strip() == f"{tmp_path / name} tools/install.py"


def test_a_set_up_that_fails_says_why_and_is_tried_again(elsewhere, monkeypatch, capsys):
    script(elsewhere / "python", "echo collecting; echo 'no network' >&2; exit 1")
    monkeypatch.setattr(install, "BASE", str(script(elsewhere / "python3", "exit 0")))
    for _ in range(2):
        assert install.main([]) == 1
        error = capsys.readouterr().err
        assert "no network" in error
        assert str(elsewhere / "log" / "install.log") in error
        assert not (elsewhere / "installed").exists()


def test_another_python_is_refused_before_anything_is_made(elsewhere, monkeypatch):
    monkeypatch.setattr(install, "NEWEST", (3, 10))
    with pytest.raises(InstallError, match=r"this is Python 3\.\d+\.\d+, but TensorFlow needs 3\.11"):
        install.install_packages()
    assert sorted(path.name for path in elsewhere.iterdir()) == ["python", "requirements.txt"]


def test_progress_tells_how_many_of_the_packages_are_there(elsewhere, capsys):
    progress = install._Progress()
    for number in range(40):
        progress.read(f"Collecting package{number}==1.0\n")
    progress.read("Installing collected packages: package0, package1\n")
    assert capsys.readouterr().out.splitlines() == [
        "set-up: 40 of about 2 packages fetched",
        "set-up: 40 packages fetched; unpacking them takes a minute",
    ]


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine with those browsers that a test puts there: installed ones by version, and the project's own."""
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    own = script(tmp_path / "own", "echo Chromium 140.0.1")
    monkeypatch.setattr(chromium, "_own", lambda: iter([str(own)]))

    def put(name, version):
        return str(script(tmp_path / name, f"echo Chromium {version}.0.6312"))

    return put


def test_an_installed_browser_is_preferred_if_it_is_new_enough(machine):
    installed = machine("chromium", 150)
    assert find_chromium() == installed


def test_an_old_browser_is_passed_over(machine):
    machine("chromium", 90)
    assert Path(find_chromium()).name == "own"


def test_a_browser_that_is_named_counts_and_must_start(machine, monkeypatch):
    named = machine("named", 90)
    monkeypatch.setenv("CHROMIUM", named)
    assert find_chromium() == named
    monkeypatch.setenv("CHROMIUM", "/none/such")
    with pytest.raises(NoBrowser, match="CHROMIUM names /none/such, which does not start"):
        find_chromium()


def test_without_a_browser_the_message_says_how_to_get_one(machine, monkeypatch):
    monkeypatch.setattr(chromium, "_own", lambda: iter([]))
    with pytest.raises(NoBrowser, match=r"python tools/fetch_browser\.py brings one"):
        find_chromium()


def package(path):
    """An archive that stands for the browser's."""
    with tarfile.open(path, "w:gz") as archive:
        entry = tarfile.TarInfo("package/bin/chromium.br")
        entry.size = 3
        archive.addfile(entry, io.BytesIO(b"abc"))


def test_a_package_that_is_not_what_it_should_be_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(chromium, "_call", lambda command, environment: package(Path(command[-1], "it.tgz")))
    with pytest.raises(NoBrowser, match="is something else: its SHA-512 is"):
        chromium._download(tmp_path)


def test_a_registry_that_does_not_answer_is_told_in_a_line(monkeypatch, tmp_path):
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9")
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    with pytest.raises(NoBrowser, match=r"^a Chromium could not be fetched: [^\n]+$"):
        chromium._download(tmp_path)


def pytest_of_one(monkeypatch, *options):
    """Runs one test that needs a browser, and one that needs a sandbox, where there is neither."""
    monkeypatch.setenv("CHROMIUM", "/none/such")
    monkeypatch.setenv("BUBBLEWRAP", "/none/such")
    monkeypatch.delenv("CI", raising=False)
    tests = ["tests/publishing/test_browser.py", "tests/grader/test_sandbox.py", "-k", "leads_back or run_in_order"]
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--color=no", "-n", "1", *tests, *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.heavy
def test_what_cannot_be_tried_is_skipped_and_counted(monkeypatch):
    result = pytest_of_one(monkeypatch)
    assert result.returncode == 0, result.stdout
    assert "1 tests were skipped without a browser: CHROMIUM names /none/such" in result.stdout
    assert "1 tests were skipped without a sandbox: There is no sandbox" in result.stdout


@pytest.mark.heavy
def test_where_all_must_be_tried_a_missing_part_is_an_error_before_the_first_test(monkeypatch):
    result = pytest_of_one(monkeypatch, "--complete")
    assert result.returncode == pytest.ExitCode.USAGE_ERROR
    [line] = result.stderr.strip().splitlines()
    assert "browser: CHROMIUM names /none/such" in line
    assert "sandbox: There is no sandbox" in line
