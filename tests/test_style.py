"""The code keeps to one style, the set-up cell of the notebooks included."""

import subprocess
import sys

import pytest

from paths import ROOT
from rendering import setup_cell


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]])
def test_the_code_is_clean(command):
    result = subprocess.run(
        [sys.executable, "-m", "ruff", *command, "."], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout


def test_the_setup_cell_is_clean():
    command = [sys.executable, "-m", "ruff", "check", "--stdin-filename", "setup_cell.py", "-"]
    result = subprocess.run(command, cwd=ROOT, input=setup_cell() + "\n", capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout
