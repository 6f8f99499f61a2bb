"""The types that functions state are those that they take and return."""

import os
import subprocess
import sys

from pipeline.paths import ROOT


def test_the_core_and_the_experiments_are_typed():
    command = [sys.executable, "-m", "mypy", "--cache-dir", os.devnull]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout
