"""What runs in a sandbox does with a notebook what Jupyter and Colab do; here it runs without a sandbox."""

import sys

import pytest

from grader import watchdog
from grader.hidden_tests import Failure, Limits
from grader.inside.wire import encode
from grader.sandboxes import Unsafe
from grader.scoring import read_run
from grader.watchdog import Outcome

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limits for processes")

CELLS = {
    "a Colab magic": "%tensorflow_version 2.x\nversion = 1",
    "the value of a magic that is not here": "nothing = %anything at all\nafter = 2",
    "a cell's magic that is not here": "%%memit -r 1\ndef measured():\n    return 3",
    "an error below such a magic": "%%memit\n{}['key']",
    "extensions that are not here": "%load_ext memory_profiler\n%load_ext google.colab.data_table\nextended = 4",
    "Colab's packages": (
        "import google.colab.widgets\nfrom google.colab import drive\nfrom google.colab.patches import cv2_imshow"
        "\ndrive.mount('/content/drive')\nmounted = 5"
    ),
    "Colab's shell": "%%shell\necho said > said.txt",
    "a file in the working folder": "said = open('said.txt').read()",
    "a module": "%%writefile mine.py\ndef double(value):\n    return 2 * value",
    "its import": "from mine import double",
    "a module with the name of one of Python's": "%%writefile colorsys.py\nraise ImportError('not Python's own')",
    "the import of Python's own": "import colorsys",
    "time of a cell": "%%time\ndef timed():\n    return said",
    "magics in a function": "def local():\n    inner = 6\n    outer = %time inner\n    return outer",
    "everything": "def everything():\n    return [version, nothing, after, measured(), extended, mounted, timed()]",
    "keys": "def keys():\n    return {1: 'one'}",
    "objects": "import numpy as np\ndef objects():\n    return [np.array([{}])]",
}


@pytest.fixture(scope="module")
def outcome():
    """What came of all cells and of their functions."""
    functions = [("double", (4,)), ("everything", ()), ("local", ()), ("keys", ()), ("objects", ())]
    calls = [{"function": name, "arguments": encode(arguments)} for name, arguments in functions]
    return watchdog.run(Unsafe(), list(enumerate(CELLS.values(), 1)), calls, seconds=60, gigabytes=2)


def answers(outcome):
    return {line["case"]: line for line in outcome.lines if "case" in line}


def test_no_cell_is_lost_to_a_magic_or_package_of_another_home(outcome):
    stopped = {list(CELLS)[line["stopped"] - 1]: line["error"] for line in outcome.lines if "stopped" in line}
    assert stopped == {"an error below such a magic": ["KeyError", "'key'"]}
    assert answers(outcome)[1]["answer"] == [1, None, 2, 3, 4, 5, "said\n"]


def test_the_working_folder_is_where_modules_are_found(outcome):
    assert answers(outcome)[0] == {"case": 0, "answer": 8}


def test_magics_see_the_names_of_their_function(outcome):
    assert answers(outcome)[2] == {"case": 2, "answer": 6}


def test_why_an_answer_cannot_be_handed_over_is_told(outcome):
    run = read_run(outcome, dict(enumerate(["double", "everything", "local", "keys", "objects"])), Limits())
    assert run.answers[3] == Failure("`keys` returns a dict with keys of type int, and keys must be texts")
    assert run.answers[4] == Failure(
        "`objects` returns an array of type object, and elements must be numbers, bools or texts"
    )


def test_the_name_of_a_students_own_type_is_told_to_the_teacher_alone():
    lines = [{"ready": True}, {"case": 0, "unsendable": ["type", "Input_0_7_1"]}, {"done": True}]
    [told] = read_run(Outcome(lines, "done", 1.0), {0: "f"}, Limits()).answers.values()
    assert told.reason.startswith("`f` returns a value of a type of its own, which is none of numbers")
    assert told.detail == "of type Input_0_7_1"


@pytest.mark.parametrize("forged", ["set", ["set"], ["type", 3], ["{}", "set"], ["type", "set", "x"], {"type": "set"}])
def test_a_forged_reason_is_no_reason(forged):
    lines = [{"ready": True}, {"case": 0, "unsendable": forged}, {"done": True}]
    assert read_run(Outcome(lines, "done", 1.0), {0: "f"}, Limits()).answers == {
        0: Failure("what `f` returns cannot be handed over")
    }
