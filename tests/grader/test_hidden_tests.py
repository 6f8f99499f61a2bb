"""Hidden tests: the seed decides what is asked, the reference what is right, and reasons give nothing away."""

from pathlib import Path

import numpy as np
import pytest
from submissions_of_all_kinds import ASSIGNMENT

from grader.assignment import Assignment
from grader.differences import difference
from grader.hidden_tests import AssignmentError, Failure, Hidden, Limits, Source

pytestmark = pytest.mark.heavy


@pytest.fixture
def write(tmp_path):
    """Writes an assignment's source: its solutions, and the cell with its hidden tests."""

    def write(hidden, solutions="def double(value):\n    return 2 * value"):
        path = tmp_path / "assignment.py"
        path.write_text(f'# %%\n{solutions}\n\n# %% tags=["hidden-tests"]\n{hidden}\n', encoding="utf-8")
        return path

    return write


HIDDEN = '''\
@hidden("q1", function="double", points=2)
def whole_numbers(random):
    """Whole numbers.

    Some of them large.
    """
    return [(int(random.integers(1_000_000)),) for _ in range(4)]
'''


def test_a_seed_makes_the_same_tests_and_another_seed_others(write):
    path = write(HIDDEN)
    [first], [again], [other] = (Source.read(path).make_tests(seed) for seed in "aab")
    assert first.cases == again.cases
    assert first.expected == again.expected
    assert not {case for case in first.cases} & {case for case in other.cases}
    assert (first.title, first.name, first.function, first.points) == ("Whole numbers.", "whole_numbers", "double", 2)


def test_each_test_has_numbers_of_its_own(write):
    path = write(HIDDEN + HIDDEN.replace("whole_numbers", "more_numbers") + HIDDEN.replace('"q1"', '"q2"'))
    tests = Source.read(path).make_tests("a")
    assert len({test.cases[0] for test in tests}) == 3


def test_the_reference_makes_the_expected_answers(write):
    [test] = Source.read(write(HIDDEN)).make_tests("a")
    assert test.expected == [2 * case[0] for case in test.cases]


def test_the_seed_decides_the_order_of_the_cases_too(write):
    """Else a function that counts its calls could answer by the public source."""
    path = write(HIDDEN.replace("(int(random.integers(1_000_000)),) for _ in range(4)", "(n,) for n in range(20)"))
    [first], [again], [other] = (Source.read(path).make_tests(seed) for seed in "aab")
    source_order = [(n,) for n in range(20)]
    assert sorted(first.cases) == sorted(other.cases) == source_order
    assert first.cases == again.cases
    assert first.cases != other.cases
    assert source_order not in (first.cases, other.cases)
    assert first.expected == [2 * case[0] for case in first.cases]


def test_a_judge_finds_the_cases_in_the_sources_order(write):
    judged = HIDDEN.replace("points=2", "points=2, judge=lambda answers, cases: (1, '')")
    [test] = Source.read(
        write(judged.replace("int(random.integers(1_000_000))", "_").replace("(4)", "(20)"))
    ).make_tests("a")
    assert test.cases == [(n,) for n in range(20)]


def test_what_a_solution_does_to_its_arguments_is_forgotten(write):
    path = write(
        '@hidden("q1", function="double", points=1)\ndef lists(random):\n    return [([1, 2],)]',
        "def double(values):\n    values += values\n    return values",
    )
    [test] = Source.read(path).make_tests("a")
    assert test.cases == [([1, 2],)]
    assert test.expected == [[1, 2, 1, 2]]


def test_the_parameters_of_the_limits_hold_for_the_reference_too(tmp_path):
    path = tmp_path / "doubling.py"
    path.write_text(ASSIGNMENT, encoding="utf-8")
    mean = Source.read(path).make_tests("a")[1]
    assert mean.expected == pytest.approx([np.mean(case[0]) for case in mean.cases])
    assert Source.read(path).limits() == Limits(6, 0.5, {"images": 100})


def test_solutions_run_in_a_folder_of_their_own_and_in_silence(write, capsys):
    before = Path.cwd()
    Source.read(
        write(HIDDEN, "print('here')\nopen('left_behind', 'w').close()\ndouble = lambda value: value")
    ).make_tests("a")
    assert Path.cwd() == before
    assert not Path("left_behind").exists()
    assert capsys.readouterr().out == ""


def test_the_source_of_a_solution_can_be_read_as_tensorflow_does(write):
    solutions = """\
import inspect

class Doubler:
    def __call__(self, value):
        return 2 * value  # this line

def double(value):
    assert "this line" in inspect.getsource(Doubler.__call__)
    return Doubler()(value)"""
    [test] = Source.read(write(HIDDEN, solutions)).make_tests("a")
    assert test.expected == [2 * case[0] for case in test.cases]


def test_what_students_do_not_write_is_given(write):
    path = write(HIDDEN, 'def double(value):\n    return 2 * value\n\n# %% tags=["given"]\ntwice = double')
    assert Source.read(path).given() == ["twice = double"]


def test_an_assignment_reads_its_source_once(write, monkeypatch):
    path = write(HIDDEN)
    read, plain_read = [], Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda self: read.append(self) or plain_read(self))
    assignment = Assignment.read(path, "a")
    assert read.count(path) == 1
    assert (assignment.limits, assignment.given, assignment.manual) == (Limits(), [], {})


def test_line_ends_make_no_other_assignment(write):
    path = write(HIDDEN)
    first = Assignment.read(path, "a").digest
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert Assignment.read(path, "a").digest == first
    assert Assignment.read(path, "b").digest != first
    path.write_bytes(path.read_bytes() + b"# more\n")
    assert Assignment.read(path, "a").digest != first


def test_without_limits_the_usual_ones_hold(write):
    assert Source.read(write(HIDDEN)).limits() == Limits()


@pytest.mark.parametrize(
    ("hidden", "message"),
    [
        ("", "has no hidden tests"),
        ("1 / 0", "cell 2: ZeroDivisionError"),
        ("def broken(:", "cell 2: SyntaxError"),
        (HIDDEN + HIDDEN, "two hidden tests of one question with the same name"),
        (HIDDEN.replace('"double"', '"triple"'), "the solutions define no function triple"),
        (HIDDEN.replace("range(4)", "range(0)"), "it returns no cases"),
        (HIDDEN.replace("random.integers", "random.nothing"), "whole_numbers of q1: AttributeError"),
        (HIDDEN.replace("int(random.integers(1_000_000))", "{1, 2}"), "a value of type set, which is none of numbers"),
        ("LIMITS = {'minutes': 1}\n" + HIDDEN, "seconds, gigabytes, parameters"),
        ("LIMITS = dict(seconds=1)\n" + HIDDEN, "LIMITS must be a literal dict"),
    ],
)
def test_what_is_wrong_with_an_assignment_is_named(write, hidden, message):
    with pytest.raises(AssignmentError, match=message):
        Source.read(write(hidden)).make_tests("a")


def test_an_absent_assignment_is_a_clear_error(tmp_path):
    with pytest.raises(AssignmentError, match=r"absent\.py cannot be read"):
        Source.read(tmp_path / "absent.py").make_tests("a")


EQUAL = [
    (1, np.int64(1), 0),
    (1.0, np.float32(1), 0),
    (True, np.bool_(True), 0),
    (1.0, 1.05, 0.1),
    (float("nan"), float("nan"), 0),
    (float("inf"), float("inf"), 1),
    (np.arange(3), np.arange(3, dtype=np.uint8), 0),
    (np.array([1.0, np.nan]), np.array([1.05, np.nan]), 0.1),
    (np.zeros((0, 3)), np.zeros((0, 3)), 0),
    ([1, ("a", {"b": None})], [1, ("a", {"b": None})], 0),
    (10**40, 10**40, 0),
    ([1], (1,), 0),
    (np.array([[1, 2], [3, 4]]), [(1, 2), (3, 4)], 0),
    (np.array([0.5, 1]), (0.5, 1.0), 0),
    (np.array(1), np.int64(1), 0),
    (1.0, np.array(1.0), 0),
    (np.array("a"), "a", 0),
    (1, 1.0, 0),
    (np.array([1, 2]), np.array([1.0, 2.0]), 0),
]

DIFFERENT = [
    (1.0, 1, "you return a float, and an integer is expected"),
    (True, 1.0, "you return a bool, and a float is expected"),
    ([10**400], [1.0], "you return another value than expected"),
    (True, 1, "you return a bool, and an integer is expected"),
    (0, None, "you return an integer, and None is expected"),
    ("1", 1, "you return a text, and an integer is expected"),
    (b"1", "1", "you return bytes, and a text is expected"),
    (1, (1,), "you return an integer, and a tuple is expected"),
    ("ab", ["a", "b"], "you return a text, and a list is expected"),
    (np.array(1), (1,), "you return an integer, and a tuple is expected"),
    (np.array([1, 2, 3]), (1, 2), "you return an array of integers of another length than expected"),
    (np.array([1.0, 2.0]), (1, 2), "you return a float, and an integer is expected"),
    ([1, 2], np.array([1, 2]), "you return a list, and an array of integers is expected"),
    (np.array([1.0]), np.array([1]), "you return an array of floats, and an array of integers is expected"),
    (np.zeros((2, 3)), np.zeros((3, 2)), "you return an array of another shape than expected"),
    (np.zeros((1, 3)), np.zeros(3), "you return an array of another shape than expected"),
    ([1], [1, 1], "you return a list of another length than expected"),
    ({"a": 1}, {"b": 1}, "you return a dict with other keys than expected"),
    (1, 2, "you return another value than expected"),
    (1.0, 1.2, "you return another value than expected"),
    (float("nan"), 1.0, "you return another value than expected"),
    (float("inf"), 1.0, "you return another value than expected"),
    (np.array([1.0, np.inf]), np.array([1.0, 2.0]), "you return another value than expected"),
    (np.array([1, 2]), np.array([1, 3]), "you return another value than expected"),
    (np.array(["1"]), np.array(["2"]), "you return another value than expected"),
    ([{"a": [1.0]}], [{"a": [2.0]}], "you return another value than expected"),
    (b"1\x00", b"1", "you return another value than expected"),
    ("1\x00", "1", "you return another value than expected"),
    (10**40, 1, "you return another value than expected"),
]


@pytest.mark.parametrize(("answer", "expected", "tolerance"), EQUAL)
def test_what_is_equal(answer, expected, tolerance):
    assert difference(answer, expected, tolerance) is None


@pytest.mark.parametrize(("answer", "expected", "reason"), DIFFERENT)
def test_what_differs_and_how(answer, expected, reason):
    assert difference(answer, expected, 0.1) == reason


def make(judge=None, expected=(1, 2)):
    return Hidden("q1", "name", "Title.", "f", 2, 0, "", judge, [(1,), (2,)], list(expected))


def test_all_cases_must_be_right():
    assert make().score([1, 2]).share == 1
    half = make().score([1, 3])
    assert (half.share, half.reason) == (0, "1 of 2 cases: you return another value than expected")
    absent = make().score([Failure("there is no answer", "detail")] * 2)
    assert (absent.share, absent.reason, absent.detail) == (0, "there is no answer", "detail")


def test_a_judge_gives_a_share_of_the_points():
    score = make(lambda answers, cases: (0.25, f"{answers} for {cases}"), ()).score([5, Failure("lost")])
    assert (score.share, score.reason) == (0.25, "[5, None] for [(1,), (2,)]")


@pytest.mark.parametrize(
    ("verdict", "counts"),
    [
        ((1, "all right", (9, 10)), (9, 10)),
        ((1, "9 of 10 right", (np.int64(8), 20)), (8, 20)),
        ((0.5, "1893 of 2000 unseen digits right: 94.7%"), (None, None)),
        ((0.5, ""), (None, None)),
    ],
)
def test_a_judge_may_count_for_a_leaderboard(verdict, counts):
    score = make(lambda answers, cases: verdict, ()).score([1, 2])
    assert (score.share, score.reason, (score.right, score.scored)) == (verdict[0], verdict[1], counts)


def test_without_any_answer_no_judge_is_asked():
    score = make(lambda answers, cases: pytest.fail("asked"), ()).score([Failure("lost"), Failure("lost")])
    assert (score.share, score.reason) == (0, "lost")


@pytest.mark.parametrize(
    "verdict", [(2, ""), (float("nan"), ""), (-1, ""), None, ("x", ""), (1, "", 3), (1, "", (1, 2, 3))]
)
def test_a_judge_that_fails_gives_nothing_and_tells_the_teacher(verdict):
    score = make(lambda answers, cases: verdict, ()).score([1, 2])
    assert (score.share, score.reason) == (0, "your answers could not be judged")
    assert score.detail.startswith("judge: ")
