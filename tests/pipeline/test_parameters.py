"""Parameters: read as papermill reads them, and of the type of their defaults."""

import pytest
from papermill.cli import _resolve_type

from pipeline import notebook_commands
from pipeline.parameters import ParameterError, check_names, declared_parameters, read_parameters, read_value
from pipeline.paths import CHAPTERS, chapters
from pipeline.sources import read_chapter

DEFAULTS = {"epochs": 10, "rate": 0.1, "moved": False, "network": "cnn"}
TEXTS = [
    *("0500", "1:30", "yes", "no", "1e-3", "5", "-5", "1_000", "0x10", "0o17", "010", "1.0", " 7 ", "1,5", ""),
    *("True", "False", "true", "None", "null", "~", "nan", "inf", "1e400", "[1]", "'5'", "cnn", "fully connected"),
]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("name", DEFAULTS)
def test_a_value_is_what_papermill_makes_of_it_or_refused(name, text):
    of_papermill, default = _resolve_type(text), DEFAULTS[name]
    kinds = (int, float) if name == "rate" else (type(default),)
    fits = type(of_papermill) in kinds and str(float(of_papermill) if name == "rate" else "") not in ("nan", "inf")
    if fits:
        value = read_value(name, text, default)
        assert value == of_papermill
        assert type(value) is type(default)
    else:
        with pytest.raises(ParameterError, match=f"^{name} is .*, but must be .*, as its default "):
            read_value(name, text, default)


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [("0500", "epochs", 500), ("1e-3", "rate", 0.001), ("True", "moved", True), ("yes", "network", "yes")],
)
def test_the_traps_of_yaml_are_none(text, name, expected):
    assert read_value(name, text, DEFAULTS[name]) == expected


@pytest.mark.parametrize(("text", "name"), [("1:30", "epochs"), ("yes", "moved"), ("1e-3", "epochs"), ("1", "moved")])
def test_a_value_of_another_type_is_refused(text, name):
    with pytest.raises(ParameterError, match=f"{name} is {text}, but must be"):
        read_value(name, text, DEFAULTS[name])


def test_names_are_known_and_given_once():
    assert read_parameters([("epochs", "3"), ("network", "x")], DEFAULTS) == {"epochs": 3, "network": "x"}
    with pytest.raises(ParameterError, match="unknown parameter epoch: there are epochs, moved, network, rate"):
        read_parameters([("epoch", "3")], DEFAULTS)
    with pytest.raises(ParameterError, match="epochs is given twice"):
        read_parameters([("epochs", "3"), ("epochs", "4")], DEFAULTS)
    with pytest.raises(ParameterError, match="unknown parameter a, b: there are none"):
        check_names(["b", "a"], [])


def test_the_defaults_are_those_in_the_chapters_cell():
    assert declared_parameters(read_chapter(CHAPTERS / "04_training.py")) == {
        "epochs": 10,
        "training_images": 60_000,
        "seed": 0,
    }
    assert declared_parameters(read_chapter(CHAPTERS / "01_dataset.py")) == {}


def test_a_parameter_has_one_type_in_all_chapters():
    """Else the command could not tell how to read it for several at once."""
    types = {}
    for path in chapters():
        for name, default in declared_parameters(read_chapter(path)).items():
            assert types.setdefault(name, type(default)) is type(default)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["04", "-p", "epochs", "1e-3"], "epochs is 1e-3, but must be a whole number, as its default 10 is"),
        (["04", "-p", "epoch", "1"], "unknown parameter epoch: there are epochs, seed, training_images"),
        (["04", "--quick", "-p", "epochs", "1"], "--quick sets the parameters itself"),
    ],
)
def test_the_command_refuses_before_anything_runs(monkeypatch, capsys, arguments, message):
    monkeypatch.setattr(notebook_commands, "run", lambda *arguments, **options: pytest.fail("it ran"))
    monkeypatch.setattr(notebook_commands, "run_quick", lambda *arguments, **options: pytest.fail("it ran"))
    assert notebook_commands.main(["run", *arguments]) == 1
    assert message in capsys.readouterr().err


def test_the_command_hands_on_typed_values(monkeypatch):
    given = []
    monkeypatch.setattr(notebook_commands, "run", lambda *arguments, parameters: given.append(parameters))
    assert (
        notebook_commands.main(["run", "07", "-p", "learning_rate", "1", "-p", "moved", "True", "-p", "seed", "007"])
        == 0
    )
    assert given == [{"learning_rate": 1.0, "moved": True, "seed": 7}]
