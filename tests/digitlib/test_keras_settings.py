"""What a user's own settings of Keras do to the project's commands: nothing."""

import importlib.util
import json
import os
import sys

import keras  # noqa: F401  its module of settings is executed anew below
import pytest

from digitlib import machine
from grader import hidden_tests, sandboxes
from pipeline import running, single_run

SETTINGS = {"floatx": "float16", "image_data_format": "channels_first", "epsilon": 0.5, "backend": "torch"}


@pytest.fixture
def users_settings(tmp_path, monkeypatch):
    """A home folder and an environment with settings that no chapter was written for."""
    home = tmp_path / "home"
    (home / ".keras").mkdir(parents=True)
    (home / ".keras" / "keras.json").write_text(json.dumps(SETTINGS), encoding="utf-8")
    for name in ("KERAS_HOME", "KERAS_BACKEND"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"HOME": home, "USERPROFILE": home, "KERAS_MAX_EPOCHS": 1}.items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.setattr(os, "environ", os.environ.copy())  # what is tested leaves its traces in a copy
    return home


def what_keras_would_read():
    """Keras's own module of settings, executed anew."""
    specification = importlib.util.spec_from_file_location("settings", sys.modules["keras.src.backend.config"].__file__)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    settings = module.floatx(), module.image_data_format(), module.epsilon(), module.backend()
    return (*settings, getattr(module, "max_epochs", lambda: None)())


def test_keras_itself_reads_the_users_settings(users_settings):
    assert what_keras_would_read()[:4] == ("float16", "channels_first", 0.5, "torch")


def test_ignored_settings_are_those_that_keras_comes_with(users_settings, tmp_path):
    machine.ignore_keras_settings()
    assert what_keras_would_read() == ("float32", "channels_last", 1e-7, "tensorflow", None)
    assert [path.name for path in tmp_path.rglob("*.json")] == ["keras.json"]


def run_a_chapter(scratch):
    running.run([], scratch, scratch)


def run_of_a_sweep(scratch):
    assert "error" in single_run.execute("no notebook", {})


def read_hidden_tests(scratch):
    with hidden_tests._silence():
        pass


@pytest.mark.parametrize("command", [run_a_chapter, run_of_a_sweep, read_hidden_tests])
def test_chapters_sweeps_and_the_grader_ignore_the_users_settings(users_settings, tmp_path, command):
    command(tmp_path)
    kept = {name: value for name, value in os.environ.items() if name.startswith("KERAS_")}
    assert kept == {"KERAS_HOME": os.devnull, "KERAS_BACKEND": "tensorflow"}


def test_a_chapters_environment_names_them_too(tmp_path):
    assert running.kernel_environment(tmp_path)["KERAS_HOME"] == os.devnull


def test_a_submission_without_a_sandbox_finds_no_settings_of_the_teachers():
    command = sandboxes.Unsafe().command()
    assert [word for word in command if word.startswith("KERAS_")] == ["KERAS_BACKEND=tensorflow", "KERAS_HOME=.keras"]
