"""Every notebook in an environment like Colab's: the oldest versions admitted, an empty folder, no digitlib.

The set-up cell installs digitlib from a tag of the repository's address. git is told
to find that address in a copy of this checkout, so the cell runs exactly as published.
"""

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import nbformat
import pytest

import digitlib
from conftest import copy_project
from lock import dependencies
from paths import BOOK, chapters
from rendering import repository
from running import QUICK_PARAMETERS, declared_parameters, kernel_environment, read_chapter

# Each dependency at its lower bound: so the bounds are known to fit together, and with Colab's TensorFlow between.
OLDEST = [str(requirement).replace(">=", "==") for requirement in dependencies()]
KERNEL = "ipykernel==6.29.5"


def interpreter(folder):
    """The Python of the virtual environment in a folder."""
    return folder / "venv" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """A virtual environment with the oldest versions and a stand-in for google.colab, as a Jupyter kernel."""
    folder = tmp_path_factory.mktemp("colab")
    venv.create(folder / "venv", with_pip=True)
    python = interpreter(folder)
    subprocess.run([python, "-m", "pip", "install", "--quiet", *OLDEST, KERNEL], check=True)
    purelib = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    colab = Path(purelib, "google", "colab")
    colab.mkdir(parents=True)
    (colab / "__init__.py").write_text("", encoding="utf-8")
    kernel = folder / "kernels" / "colab"
    kernel.mkdir(parents=True)
    command = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    specification = {"argv": command, "display_name": "Colab", "language": "python"}
    (kernel / "kernel.json").write_text(json.dumps(specification), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """This checkout as a repository with the tag that the set-up cell names."""
    copy = copy_project(tmp_path_factory.mktemp("published") / "digit-book")
    identity = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
    for arguments in (
        ["init", "--quiet"],
        ["add", "--all"],
        [*identity, "commit", "--quiet", "--message", "published"],
        ["tag", f"v{digitlib.__version__}"],
    ):
        subprocess.run(["git", *arguments], cwd=copy, check=True)
    return copy


def run_notebook(path, environment, published, work):
    """Execute a notebook with that kernel, small, in an empty folder."""
    small = {key: value for key, value in QUICK_PARAMETERS.items() if key in declared_parameters(read_chapter(path))}
    arguments = [argument for name, value in small.items() for argument in ("-p", name, str(value))]
    command = [sys.executable, "-m", "papermill", "--no-progress-bar", "--kernel", "colab", "--cwd", str(work)]
    return subprocess.run(
        [*command, *arguments, str(BOOK / f"{path.stem}.ipynb"), str(work.parent / f"{path.stem}.ipynb")],
        env=os.environ
        | kernel_environment(work.parent)
        | {
            "JUPYTER_PATH": str(environment),
            "JUPYTER_PREFER_ENV_PATH": "0",
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"url.{published.as_uri()}.insteadOf",
            "GIT_CONFIG_VALUE_0": repository(),
        },
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize("path", chapters(), ids=lambda path: path.stem)
def test_the_notebook_runs_in_the_oldest_versions_from_an_empty_folder(path, environment, published, tmp_path):
    work = tmp_path / "work"
    work.mkdir()
    result = run_notebook(path, environment, published, work)
    assert result.returncode == 0, result.stderr[-3000:]
    executed = nbformat.read(tmp_path / f"{path.stem}.ipynb", as_version=4)
    said = [output.text for cell in executed.cells for output in cell.get("outputs", []) if "text" in output]
    assert [text for text in said if "DeprecationWarning" in text or "FutureWarning" in text] == []
    where = subprocess.run(
        [interpreter(environment), "-c", "import digitlib, keras; print(digitlib.__file__, keras.__version__)"],
        cwd=environment,
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"},
    ).stdout
    assert str(environment) in where
    assert "3.10.0" in where
