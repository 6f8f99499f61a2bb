"""Every benchmark runs to its end, small; what it would keep has the columns that the chapter reads."""

import json
import os
import re
import subprocess
import sys

import pandas as pd
import pytest

import contest
import growth
import inference
import step_profile
import sweep_throughput
import training_overhead
import tried
from benchmarking import answer_of
from digitlib import reference
from digitlib.speed.recipes import RECIPES
from pipeline.paths import ROOT

pytestmark = pytest.mark.heavy

COLUMNS = {
    "speed": {"contestant", "seed", "load_seconds", "setup_seconds", "epoch_seconds", "right", "scored", "processor"}
    | {"import_seconds", "epoch_cpu_seconds", "right_by_views", "views_seconds"},
    "siblings": {"contestant", "seed", "right", "scored"},
    "tried": {"recipe", "seed", "seconds", "right", "scored"},
    "growth": {"images", "batch_size", "seconds", "cpu_seconds", "gigabytes"},
    "inference": {"way", "batch_size", "rate"},
    "step_profile": {"setting", "stage", "milliseconds"},
    "formats": {"format", "kilobytes", "right"},
}


def benchmark(name, *options):
    command = [sys.executable, str(ROOT / "benchmarks" / f"{name}.py"), "--quick", *options]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


# The other contestants differ from these in a part of the recipe, each of which tests/speed/test_recipes.py tries.
KINDS = ["bare script", "two parts side by side", "race to 99 %", "race to 99.4 %", "most accurate"]
VARIANTS = [name for name, contestant in contest.CONTESTANTS.items() if contestant.command[0] == "variant.py"]


@pytest.mark.weekly
@pytest.mark.parametrize("names", [KINDS, VARIANTS], ids=["kinds", "variants"])
def test_contestants_run_small_and_are_not_run_again(tmp_path, names):
    only = ["--only", *names]
    first = benchmark("contest", "--folder", str(tmp_path), *only)
    records = [json.loads(path.read_text()) for path in tmp_path.glob("*.json")]
    assert {record["contestant"] for record in records} == set(names)
    for record in records:
        assert f"{record['contestant']}, seed 1:" in first
        assert 5_000 < record["right"][0] <= record["scored"] == 10_000
        assert record["setup_seconds"] > 0
        assert len(record["epoch_seconds"]) == len(record["right"]) == 1
    assert (tmp_path / "speed.png").stat().st_size > 10_000
    again = benchmark("contest", "--folder", str(tmp_path), *only)
    assert "seed 1:" not in again
    assert first.endswith(again)


@pytest.mark.weekly
@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("growth", "slope of the seconds"),
        ("inference", "model.predict"),
        ("tried", "race to 99 %"),
        ("step_profile", "through fit"),
    ],
)
def test_the_other_benchmarks_run_small(name, shown):
    assert shown in benchmark(name)


@pytest.mark.parametrize("name", COLUMNS)
def test_the_kept_timings_have_what_the_chapter_reads(name):
    table = reference.load_timings(name)
    assert set(table) >= COLUMNS[name]
    assert len(table) >= 3


@pytest.mark.parametrize("name", ["speed", "siblings"])
def test_the_kept_runs_of_a_recipe_are_as_long_as_it_says(name):
    for _, run in reference.load_timings(name).iterrows():
        script, *arguments = contest.CONTESTANTS[run["contestant"]].command
        if script == "recipe.py":
            assert len(run["epoch_seconds"]) == RECIPES[arguments[0]].epochs


def test_an_unknown_measurement_is_named_with_those_there_are():
    with pytest.raises(FileNotFoundError, match=r"'sped'.*inference, siblings, speed"):
        reference.load_timings("sped")


@pytest.fixture
def complaint(monkeypatch, capsys):
    """Calls a benchmark that is to stop before it measures or keeps anything, and returns what it says."""
    for work in ("subprocess.run", "digitlib.reference.load_model", "digitlib.reference.save_timings"):
        monkeypatch.setattr(work, lambda *_, **__: pytest.fail("it went to work"))

    def call(script, *arguments):
        monkeypatch.setattr(sys, "argv", [script.__name__, *arguments])
        with pytest.raises(SystemExit) as stopped:
            script.main()
        return f"{capsys.readouterr().err}{stopped.value}"

    return call


@pytest.fixture
def without(monkeypatch):
    """Makes packages look as if they were not installed."""
    return lambda *packages: [monkeypatch.setitem(sys.modules, package, None) for package in packages]


@pytest.mark.parametrize(
    ("script", "option"),
    [
        (contest, "--rounds"),
        (growth, "--repeats"),
        (step_profile, "--rounds"),
        (training_overhead, "--pairs"),
        (sweep_throughput, "--runs"),
    ],
)
def test_what_is_no_count_is_refused(complaint, script, option):
    for count in ("0", "-1"):
        assert f"argument {option}: {count} is too few, it takes at least 1" in complaint(script, option, count)
    assert f"argument {option}: invalid positive_integer value: 'many'" in complaint(script, option, "many")


@pytest.mark.parametrize("script", [growth, inference, step_profile, tried])
def test_a_trial_is_not_for_the_book(complaint, script):
    assert "argument --accept: not allowed with argument --quick" in complaint(script, "--quick", "--accept")


def test_a_contestant_whose_package_is_missing_is_left_out_with_a_word(complaint, without, tmp_path):
    without("torch")
    told = complaint(contest, "--only", "PyTorch", "--folder", str(tmp_path))
    assert told == "PyTorch is left out: pip install torch\nnothing is left to run"


def test_a_run_that_is_kept_needs_no_package(without, monkeypatch, tmp_path, capsys):
    without("torch")
    runs = reference.load_timings("speed")
    kept = runs[runs["contestant"] == "PyTorch"].iloc[0]
    contest.path_of("PyTorch", kept["seed"], tmp_path).write_text(kept.to_json(), encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["contest", "--only", "PyTorch", "--rounds", "1", "--folder", str(tmp_path)])
    contest.main()
    told = capsys.readouterr()
    assert f"{kept['right'][-1] / 10_000:.4f}" in told.out
    assert "left out" not in told.err


def test_a_table_that_lacks_a_contestant_is_not_for_the_book(complaint, without, tmp_path):
    without("torch", "jax", "onnxruntime")
    told = complaint(contest, "--accept", "speed", "--folder", str(tmp_path))
    assert "PyTorch is left out: pip install torch\nKeras on JAX is left out: pip install jax\n" in told
    assert "leave --accept out" in told
    told = complaint(inference, "--accept")
    assert "ONNX Runtime is left out: pip install onnxruntime tf2onnx\n" in told
    assert "leave --accept out" in told


def test_a_process_answers_in_its_last_line_or_its_errors_are_shown():
    assert answer_of("-c", "import os; print('hatching'); print(os.environ['EGGS'])", EGGS="[12]") == [12]
    with pytest.raises(SystemExit, match="ValueError: no eggs"):
        answer_of("-c", "raise ValueError('no eggs')")


def test_a_process_of_a_benchmark_sees_no_settings_of_keras_but_its_own(monkeypatch):
    monkeypatch.setenv("KERAS_MAX_EPOCHS", "1")
    tell = "import json, os; print(json.dumps({key: os.environ[key] for key in os.environ if 'KERAS' in key}))"
    assert answer_of("-c", tell, KERAS_BACKEND="jax") == {"KERAS_HOME": os.devnull, "KERAS_BACKEND": "jax"}


@pytest.mark.parametrize("script", [growth, contest, step_profile, training_overhead])
def test_a_benchmark_shows_the_errors_of_its_processes(complaint, monkeypatch, tmp_path, script):
    failed = subprocess.CompletedProcess([], 1, stdout="", stderr="out of memory")
    monkeypatch.setattr("subprocess.run", lambda *_, **__: failed)
    assert "out of memory" in complaint(script, *(["--folder", str(tmp_path)] if script is contest else []))


def test_growth_is_refused_where_the_peak_of_memory_is_not_told(complaint, monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    assert "Windows does not tell" in complaint(growth)


def test_growth_finds_the_slopes_that_were_put_in(capsys):
    images, sizes = pd.Series([1_000, 10_000, 100_000]), pd.Series([8, 32, 128])
    growth.describe(
        by_images=pd.DataFrame({"images": images, "seconds": images**0.9, "gigabytes": 0.8 + 6e-6 * images}),
        by_batch=pd.DataFrame({"batch_size": sizes, "seconds": sizes**-0.5, "gigabytes": 0.8 + 3e-4 * sizes}),
    )
    assert capsys.readouterr().out.splitlines() == [
        "slope of the seconds over the images: 0.90",
        "slope of the seconds over the batch size: -0.50",
        "memory for each image: 6.0 kilobytes",
        "memory for each image of a batch: 300.0 kilobytes",
    ]


def test_recipes_that_were_tried_take_turns_and_are_told_one_by_one(monkeypatch, capsys):
    def score(recipe, examples, held, seed):
        return {"seed": seed, "seconds": 1.5, "right": 9_900, "scored": len(held[1])}

    kept = []
    monkeypatch.setattr("digitlib.speed.graphs.run_operations_side_by_side", lambda: None)
    monkeypatch.setattr("digitlib.reference.save_timings", lambda table, name: kept.append(table))
    monkeypatch.setattr(tried, "score", score)
    monkeypatch.setattr(sys, "argv", ["tried", "--accept"])
    tried.main()
    [table] = kept
    assert set(table) == COLUMNS["tried"] | {"processor"}
    assert table["seed"].is_monotonic_increasing
    seeds = table["recipe"].value_counts()
    assert (seeds["race to 99 %"], seeds["the book's network, batches of 32"]) == (6, 6)
    assert set(seeds) == {6}
    told = capsys.readouterr().out
    assert told.startswith("race to 99 %, seed 1: 1.50 s, 9900 right\nconstant rate, seed 1: 1.50 s, 9900 right\n")


def test_the_benchmark_of_commands_measures_whatever_command_it_is_given():
    command = [sys.executable, str(ROOT / "benchmarks" / "commands.py"), "git --version", "--runs", "2"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert re.fullmatch(r"git --version wall \d+, \d+ s, processor \d+, \d+ s\n", told)
