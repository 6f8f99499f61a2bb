"""Every notebook in an environment like Colab's: the oldest versions admitted, an empty folder, no digitlib.

The set-up cell installs digitlib from a tag of the repository's address. git is told
to find that address in a copy of this checkout, so the cell runs exactly as published.
"""

import json
import os
import re
import subprocess
import sys
import venv
from pathlib import Path

import pytest

import digitlib
from copies import copy_project
from pipeline.configuration import repository
from pipeline.lock import dependencies
from pipeline.notebook_files import read_notebook
from pipeline.paths import BOOK, chapters
from pipeline.running import QUICK_PARAMETERS, declared_parameters, kernel_environment
from pipeline.sources import read_chapter

RUNNER = Path(__file__).parent / "forked_notebooks.py"
# Each dependency at its lower bound: so the bounds are known to fit together, and with Colab's TensorFlow between.
OLDEST = [str(requirement).replace(">=", "==") for requirement in dependencies()]
KERNEL = ["ipykernel==6.29.5", "ipython==7.34.0"]  # of Colab


def interpreter(folder):
    """The Python of the virtual environment in a folder."""
    return folder / "venv" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def make_environment(folder):
    """A virtual environment with the oldest versions and a stand-in for google.colab."""
    venv.create(folder / "venv", with_pip=True)
    python = interpreter(folder)
    subprocess.run([python, "-m", "pip", "install", "--quiet", *OLDEST, *KERNEL], check=True)
    [colab] = [path / "google" / "colab" for path in (folder / "venv").glob("[Ll]ib/**/site-packages")]
    colab.mkdir(parents=True)
    (colab / "__init__.py").write_text("", encoding="utf-8")


def publish(target):
    """This checkout as a repository with the tag that the set-up cell names."""
    copy = copy_project(target)
    identity = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
    for arguments in (
        ["init", "--quiet"],
        ["add", "--all"],
        [*identity, "commit", "--quiet", "--message", "published"],
        ["tag", f"v{digitlib.__version__}"],
    ):
        subprocess.run(["git", *arguments], cwd=copy, check=True)
    return copy


def job(path, folder):
    """What `forked_notebooks.py` needs to know to run a chapter small, in an empty folder."""
    (folder / path.stem).mkdir()
    notebook = read_notebook(BOOK / f"{path.stem}.ipynb")
    return {
        "name": path.stem,
        "cells": [cell for cell in notebook.cells if cell.cell_type == "code"],
        "parameters": small_parameters(path),
        "folder": str(folder / path.stem),
        "log": str(folder / f"{path.stem}.log"),
    }


def run_all(folder):
    """Run every notebook; the first one installs digitlib. The status in which each ended, by its name."""
    folder.mkdir()
    make_environment(folder)
    published = publish(folder / "published")
    result = subprocess.run(
        [interpreter(folder), RUNNER],
        input=json.dumps([job(path, folder) for path in chapters()]),
        cwd=folder,
        env=os.environ
        | kernel_environment(folder)
        | {
            "PYTHONPATH": "",
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"url.{published.as_uri()}.insteadOf",
            "GIT_CONFIG_VALUE_0": repository(),
        },
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    ended = json.loads(result.stdout)
    return {name: ended[name] for name in sorted(ended)}


def small_parameters(path):
    return {key: value for key, value in QUICK_PARAMETERS.items() if key in declared_parameters(read_chapter(path))}


@pytest.mark.installs
def test_every_notebook_runs_in_the_oldest_versions_from_an_empty_folder(tmp_path):
    folder = tmp_path / "colab"
    ended = run_all(folder)
    assert list(ended) == [path.stem for path in chapters()]
    for name, status in ended.items():
        said = (folder / f"{name}.log").read_text(encoding="utf-8")
        assert status == 0, f"{name}: {said[-3000:]}"
        assert not re.search("(Deprecation|Future)Warning", said), f"{name}: {said}"
        assert re.search(r"^keras 3\.10\.0 .*/colab/venv/.*/digitlib/", said, re.MULTILINE), name
