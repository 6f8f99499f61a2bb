"""Assignments: what students get teaches and gives nothing away, solutions pass, wrong answers do not."""

import contextlib
import functools
import itertools
import json
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import jupytext
import keras
import nbformat
import numpy as np
import papermill
import pytest
import yaml
from scipy import stats

from classroom import homework
from classroom.homework import AssignmentError, is_hidden, make
from digitlib import reference
from grader import hidden_images
from grader.hidden_tests import Failure, Hidden, Source
from grader.inside.wire import decode, encode
from pipeline import paths
from pipeline.paths import ROOT

pytestmark = pytest.mark.heavy

SOURCES = paths.assignments()
NAMES = [source.stem for source in SOURCES]
SEED = "a seed for these tests"
# Trainings so small that they take seconds and still learn something.
SMALL = {
    "3_two_networks": {"training_images": 6_000, "epochs": 3, "seeds": [1, 2]},
    "4_open_project": {"training_images": 2_000, "epochs": 4},
}
FUNCTIONS_ALONE = ["1_raw_bytes", "2_layers_by_hand"]  # nothing is trained there

SOLUTION = re.compile(r"^ *# BEGIN SOLUTION[^\n]*\n(.*?)# END SOLUTION", re.DOTALL | re.MULTILINE)

each_assignment = pytest.mark.parametrize("name", NAMES)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Students' notebooks, solutions and archives of all assignments."""
    folder = tmp_path_factory.mktemp("assignments")
    for source in SOURCES:
        make(source, folder / source.stem)
    return folder


@functools.cache
def hidden_tests(name: str, seed: str = SEED) -> tuple[Hidden, ...]:
    limits = replace(Source.read(source_of(name)).limits(), parameters=small_parameters(name))
    with patch.object(Source, "limits", return_value=limits):
        return tuple(Source.read(source_of(name)).make_tests(seed))


def hidden_test(name: str, test: str) -> Hidden:
    [found] = [hidden for hidden in hidden_tests(name) if hidden.name == test]
    return found


def source_of(name: str) -> Path:
    [path] = [path for path in SOURCES if path.stem == name]
    return path


def small_parameters(name: str) -> dict:
    return SMALL.get(name, Source.read(source_of(name)).limits().parameters)


def execute(path: Path, folder: Path, parameters: dict) -> dict:
    """Run a notebook's code in this process, in an empty folder."""
    namespace = {"__name__": "__main__"}
    folder.mkdir()
    with contextlib.chdir(folder):
        for number, cell in enumerate(nbformat.read(path, as_version=4).cells):
            if cell.cell_type == "code":
                exec(compile(cell.source, f"{path.name}, cell {number}", "exec"), namespace)
                if "parameters" in cell.metadata.get("tags", []):
                    namespace.update(parameters)
    return namespace


@pytest.fixture(scope="module")
def executed(made, tmp_path_factory):
    """Runs the student's version ("") or the solution ("-solution") of an assignment, once."""

    @functools.cache
    def run(name: str, version: str) -> SimpleNamespace:
        folder = tmp_path_factory.mktemp("executed") / name
        namespace = execute(made / name / f"{name}{version}.ipynb", folder, small_parameters(name))
        return SimpleNamespace(namespace=namespace, checks=sorted((folder / "checks").glob("*.py")))

    return run


def public_grades(run: SimpleNamespace) -> dict[str, float]:
    """The share of the public tests that pass, by question."""
    grader = run.namespace["grader"]
    with contextlib.chdir(run.checks[0].parents[1]):
        return {path.stem: grader.check(path.stem, global_env=run.namespace).grade for path in run.checks}


def share(hidden: Hidden, function) -> float:
    """The share of a hidden test's points that a function earns."""

    def answer(case):
        try:
            return decode(encode(function(*case)))
        except Exception as error:
            return Failure(type(error).__name__)

    return hidden.score([answer(case) for case in hidden.cases]).share


def questions(name: str) -> dict[str, dict]:
    """What the source tells otter about each question."""
    raw = [cell.source for cell in jupytext.read(source_of(name), fmt="py:percent").cells if cell.cell_type == "raw"]
    settings = [yaml.safe_load(text) for text in raw if text.startswith("# BEGIN QUESTION")]
    return {entry["name"]: entry for entry in settings}


def secret_lines(name: str) -> set[str]:
    """Lines of solutions and of hidden tests that say something, and stand nowhere else in the source."""
    secret, rest, solving = [], [], False
    for cell in jupytext.read(source_of(name), fmt="py:percent").cells:
        if cell.cell_type == "raw":
            solving = solving and not cell.source.startswith("# END SOLUTION")
            solving = solving or cell.source.startswith("# BEGIN SOLUTION")
        elif is_hidden(cell) or (solving and cell.cell_type == "markdown"):
            secret.append(cell.source)
        else:
            secret += SOLUTION.findall(cell.source)
            rest.append(SOLUTION.sub("", cell.source))
    lines = {line.strip() for block in secret for line in block.splitlines()}
    return {line for line in lines if len(line) > 25 and line not in "\n".join(rest)}


@each_assignment
def test_the_students_version_holds_no_solution_and_no_hidden_test(made, name):
    notebook = (made / name / f"{name}.ipynb").read_text(encoding="utf-8")
    cells = "\n".join(cell.source for cell in nbformat.reads(notebook, as_version=4).cells)
    with zipfile.ZipFile(made / name / f"{name}-gradescope.zip") as archive:
        packed = "\n".join(archive.read(member).decode() for member in archive.namelist())
    secret = secret_lines(name)
    assert len(secret) > 30
    assert not [line for line in secret if line in cells or line in packed]
    assert not re.search("SOLUTION|@hidden|LIMITS", cells)


@each_assignment
def test_the_solution_is_in_the_solution(made, name):
    notebook = nbformat.read(made / name / f"{name}-solution.ipynb", as_version=4)
    cells = "\n".join(cell.source for cell in notebook.cells)
    assert "@hidden" not in cells
    assert sum(line in cells for line in secret_lines(name)) > 10


@each_assignment
def test_a_notebook_names_its_assignment_and_starts_with_the_set_up(made, name):
    notebook = nbformat.read(made / name / f"{name}.ipynb", as_version=4)
    assert notebook.metadata["digit_book"] == {"assignment": name}
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    assert "import digitlib" in code[0]
    assert "CHECKS = {" in code[1]
    assert all(
        f'grader.check("{question}")' in code for question, entry in questions(name).items() if not entry.get("manual")
    )
    tagged = ["parameters" in cell.metadata.get("tags", []) for cell in notebook.cells]
    assert sum(tagged) == bool(small_parameters(name))


each_assignment_that_trains = pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow if name == "3_two_networks" else ()) for name in NAMES]
)


@each_assignment_that_trains
def test_points_add_up(name):
    source = source_of(name).read_text(encoding="utf-8")
    by_question: dict[str, float] = {}
    for hidden in hidden_tests(name):
        by_question[hidden.question] = by_question.get(hidden.question, 0) + hidden.points
    stated = {number: int(points) for number, points in re.findall(r"\*\*Question (\d)\*\* \((\d+) points", source)}
    for number, points in stated.items():
        entry = questions(name).get(f"q{number}", {})
        assert entry.get("points", points) == points
        assert entry.get("manual") or by_question[f"q{number}"] == points
    assert sum(stated.values()) == int(re.search(r"\*\*Points\*\*: (\d+)", source)[1])
    assert "**Time**: about" in source
    assert "**After this assignment you can**" in source


@each_assignment
def test_what_hidden_tests_call_is_written_by_students_or_given(name):
    """Else a student could put another helper in its place."""
    cells = jupytext.read(source_of(name), fmt="py:percent").cells
    written = [cell.source for cell in cells if "# BEGIN SOLUTION" in cell.source]
    allowed = "\n".join([*written, *Source.read(source_of(name)).given()])
    called = [
        function for cell in cells if is_hidden(cell) for function in re.findall(r'function="(\w+)"', cell.source)
    ]
    assert len(called) >= 4
    assert [function for function in called if f"def {function}(" not in allowed] == []


@each_assignment_that_trains
def test_the_solution_passes_its_public_tests(executed, name):
    grades = public_grades(executed(name, "-solution"))
    assert grades == dict.fromkeys(grades, 1)
    assert set(grades) == {question for question, entry in questions(name).items() if not entry.get("manual")}


@each_assignment
def test_the_stub_runs_and_passes_nothing(executed, name):
    run = executed(name, "")
    grades = public_grades(run)
    assert max(grades.values()) < 1
    earned = {hidden.name: share(hidden, run.namespace[hidden.function]) for hidden in hidden_tests(name)}
    assert earned == dict.fromkeys(earned, 0)


@each_assignment
def test_the_solution_passes_its_hidden_tests(executed, name):
    """A solution run again, elsewhere and as a student would; so nothing hangs on what the reference has at hand."""
    namespace = executed(name, "-solution").namespace
    earned = {hidden.name: share(hidden, namespace[hidden.function]) for hidden in hidden_tests(name)}
    if name == "4_open_project":  # trained for seconds, it need not beat the book's network
        del earned["test_unseen_digits"]
    assert earned == dict.fromkeys(earned, 1)


def raw_bytes():
    def little_endian(content):
        return content[2], tuple(int.from_bytes(content[i : i + 4], "little") for i in range(4, 4 + 4 * content[3], 4))

    def native_order(content):
        code, sizes = content[2], content[3]
        shape = [int.from_bytes(content[i : i + 4], "big") for i in range(4, 4 + 4 * sizes, 4)]
        kind = {8: "u1", 9: "i1", 11: "i2", 12: "i4", 13: "f4", 14: "f8"}[code]
        return np.frombuffer(content, kind, offset=4 + 4 * sizes).reshape(shape)

    def only_too_short(content):
        return len(content) < 4 or content[:2] != b"\0\0" or content[2] not in (8, 9, 11, 12, 13, 14)

    def sums_in_bytes(images, labels):
        counts = np.bincount(labels, minlength=10)
        means = np.stack([images[labels == digit].sum(axis=0, dtype=np.uint8) for digit in range(10)])
        return counts, means / np.maximum(counts, 1)[:, None, None]

    def wrapped_differences(queries, images):
        return np.array([((images - query) ** 2).reshape(len(images), -1).sum(axis=1).argmin() for query in queries])

    def last_of_equals(queries, images):
        distances = ((images.astype(float) - queries[:, None]) ** 2).sum(axis=(2, 3))
        return len(images) - 1 - distances[:, ::-1].argmin(axis=1)

    def neighbours_only(images):
        seen, pairs = {}, []
        for j, image in enumerate(images):
            if image.tobytes() in seen:
                pairs.append((seen[image.tobytes()], j))
            seen[image.tobytes()] = j
        return pairs

    def trusts_the_header(content):
        if content[:2] == b"\x1f\x8b":
            return "compressed"
        if content[0]:
            return "byte order"
        count, height, width = (int.from_bytes(content[i : i + 4], "big") for i in (4, 8, 12))
        announced = 16 + count * height * width
        if len(content) < announced:
            return "cut off"
        if len(content) > announced:
            return "line ends"
        return "seven bits" if max(content) < 128 else "fine"

    return [
        ("test_other_headers", little_endian),
        ("test_other_types", native_order),
        ("test_other_damages", only_too_short),
        ("test_messages", lambda content: "this file is truncated"),
        ("test_messages", lambda content: " ".join(map(str, range(2_000)))),
        ("test_messages", lambda content: "1".join(map(str, range(2_000)))),
        ("test_other_classes", sums_in_bytes),
        ("test_other_neighbours", wrapped_differences),
        ("test_other_neighbours", last_of_equals),
        ("test_other_duplicates", neighbours_only),
        ("test_other_files", trusts_the_header),
        ("test_hurt_headers", trusts_the_header),
    ]


def layers_by_hand():
    def windows(images, size):
        return np.lib.stride_tricks.sliding_window_view(images, size, axis=(1, 2))

    def convolve(images, kernels, biases, stride=1, padding="valid", *, turn=1, before=0):
        if padding == "same":
            widths = []
            for side, size in zip(images.shape[1:3], kernels.shape, strict=False):
                missing = max((-(-side // stride) - 1) * stride + size - side, 0)
                first = (missing + before) // 2
                widths.append((first, missing - first))
            images = np.pad(images, [(0, 0), *widths, (0, 0)])
        patches = windows(images, kernels.shape[:2])[:, ::stride, ::stride]
        return np.einsum("nyxcij,ijcf->nyxf", patches, kernels[::turn, ::turn]) + biases

    def padded_for_stride_1(images, kernels, biases, stride, padding):
        rows, columns = kernels.shape[:2]
        widths = [(0, 0), ((rows - 1) // 2, rows // 2), ((columns - 1) // 2, columns // 2), (0, 0)]
        return convolve(np.pad(images, widths), kernels, biases, stride)

    def padded_pool(maps, size, stride):
        padded = np.pad(maps, [(0, 0), (0, size - 1), (0, size - 1), (0, 0)])
        return windows(padded, (size, size))[:, ::stride, ::stride].max(axis=(-2, -1))

    def stride_is_size(maps, size, stride):
        return windows(maps, (size, size))[:, ::size, ::size].max(axis=(-2, -1))

    def unshifted_softmax(scores):
        with np.errstate(over="ignore", invalid="ignore"):
            return np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)

    def all_axes(scores):
        exponentials = np.exp(scores - scores.max())
        return exponentials / exponentials.sum()

    def log_of_softmax(scores, labels):
        shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
        chosen = (shifted / shifted.sum(axis=1, keepdims=True))[np.arange(len(labels)), labels]
        return float(-np.log(chosen + 1e-12).mean())

    def summed_gradient(vectors, weights, biases, labels):
        scores = vectors @ weights + biases
        by_score = np.exp(scores - scores.max(axis=1, keepdims=True))
        by_score /= by_score.sum(axis=1, keepdims=True)
        by_score[np.arange(len(labels)), labels] -= 1
        return vectors.T @ by_score, by_score.sum(axis=0)

    def describe(shape, network, *, bias=1, rounded_up=True):
        described = []
        for layer in network:
            if layer["kind"] == "convolution":
                rows, columns = layer["kernel"]
                count = (rows * columns * shape[2] + bias) * layer["filters"]
                step = layer["stride"]
                if layer["padding"] == "same":
                    sides = [-(-side // step) if rounded_up else side // step for side in shape[:2]]
                else:
                    sides = [(side - size) // step + 1 for side, size in zip(shape, (rows, columns), strict=False)]
                shape = (*sides, layer["filters"])
            elif layer["kind"] == "pooling":
                shape, count = (*((side - layer["size"]) // layer["stride"] + 1 for side in shape[:2]), shape[2]), 0
            elif layer["kind"] == "flatten":
                shape, count = (int(np.prod(shape)),), 0
            else:
                shape, count = (layer["units"],), (shape[0] + bias) * layer["units"]
            described.append((shape, count))
        return described

    def without_relu(images, arrays):
        maps = images
        for kernels, biases in (arrays[:2], arrays[2:4]):
            maps = windows(convolve(maps, kernels, biases), (2, 2))[:, ::2, ::2].max(axis=(-2, -1))
        scores = (maps.reshape(len(maps), -1) @ arrays[4] + arrays[5]) @ arrays[6] + arrays[7]
        exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
        return exponentials / exponentials.sum(axis=1, keepdims=True)

    return [
        ("test_other_networks", functools.partial(describe, bias=0)),
        ("test_other_networks", functools.partial(describe, rounded_up=False)),
        ("test_your_network", without_relu),
        ("test_other_shapes", functools.partial(convolve, turn=-1)),
        ("test_padding", functools.partial(convolve, before=1)),
        ("test_padding", padded_for_stride_1),
        ("test_other_pooling", padded_pool),
        ("test_other_pooling", stride_is_size),
        ("test_other_scores", unshifted_softmax),
        ("test_other_scores", all_axes),
        ("test_other_losses", log_of_softmax),
        ("test_other_gradients", summed_gradient),
    ]


# Counts that fit together, whatever the networks answer.
INVENTED = {"first": 450, "second": 450, "only_first": 0, "only_second": 0, "p_value": 1.0}


def networks_report(labels):
    """What the given helper says of two networks: one makes 40 mistakes, the other 10 of these and 5 more."""
    first, second = (labels.astype(int) for _ in range(2))
    first[:40] = (first[:40] + 1) % 10
    second[:10], second[100:105] = first[:10], (second[100:105] + 1) % 10
    outcome = {"first": 460, "second": 485, "only_first": 5, "only_second": 30}
    return {"first": first, "second": second, "outcome": outcome | {"p_value": stats.binomtest(5, 35).pvalue}}


def two_networks():
    def transposed(true, predicted):
        matrix = np.zeros((10, 10), dtype=int)
        np.add.at(matrix, (predicted, true), 1)
        return matrix

    def swapped(matrix):
        right = np.diag(matrix)
        return right / np.maximum(matrix.sum(axis=1), 1), right / np.maximum(matrix.sum(axis=0), 1)

    def wald(right, count, confidence):
        share, z = right / count, stats.norm.ppf((1 + confidence) / 2)
        half = z * np.sqrt(share * (1 - share) / count)
        return float(share - half), float(share + half)

    def wilson_at_95(right, count, confidence):
        interval = stats.binomtest(right, count).proportion_ci(0.95, method="wilson")
        return float(interval.low), float(interval.high)

    def chi_squared(true, first, second):
        only_first, only_second = (
            int(((one == true) & (other != true)).sum()) for one, other in ((first, second), (second, first))
        )
        statistic = (only_first - only_second) ** 2 / max(only_first + only_second, 1)
        return only_first, only_second, float(stats.chi2.sf(statistic, 1))

    def uncapped(true, first, second):
        only_first, only_second = (
            int(((one == true) & (other != true)).sum()) for one, other in ((first, second), (second, first))
        )
        tail = stats.binom.cdf(min(only_first, only_second), only_first + only_second, 0.5)
        return only_first, only_second, float(2 * tail)

    def t_test(first, second, confidence, *, paired):
        test = (stats.ttest_rel if paired else stats.ttest_ind)(second, first)
        return float((second - first).mean()), *map(float, test.confidence_interval(confidence)), float(test.pvalue)

    def population_deviation(first, second, confidence):
        differences = second - first
        error = differences.std() / np.sqrt(len(differences))
        low, high = stats.t.interval(confidence, len(differences) - 1, differences.mean(), error)
        p_value = 2 * stats.t.sf(abs(differences.mean()) / error, len(differences) - 1)
        return float(differences.mean()), float(low), float(high), float(p_value)

    def by(kind):
        return lambda candidates: max(candidates, key=lambda name: np.mean(candidates[name][kind]))

    def smallest(candidates):
        return min(candidates, key=lambda name: candidates[name]["parameters"])

    return [
        ("test_other_answers", transposed),
        ("test_other_matrices", swapped),
        ("test_other_intervals", wald),
        ("test_other_intervals", wilson_at_95),
        ("test_other_pairs", chi_squared),
        ("test_rare_pairs", uncapped),
        ("test_other_seeds", functools.partial(t_test, paired=False)),
        ("test_other_seeds", population_deviation),
        ("test_other_candidates", by("test")),
        ("test_other_candidates", by("validation")),
        ("test_other_candidates", smallest),
        ("test_unseen_digits", lambda which, images: np.zeros(len(images), dtype=int)),
        ("test_other_comparisons", lambda images, labels: networks_report(labels) | {"outcome": INVENTED}),
        ("test_other_comparisons", lambda images, labels: {"outcome": INVENTED}),
    ]


WRONG = [
    (name, test, function)
    for name, answers in zip(NAMES, [raw_bytes, layers_by_hand, two_networks], strict=False)
    for test, function in answers()
]


@pytest.mark.parametrize(
    ("name", "test", "function"), WRONG, ids=[f"{name}-{test}-{number}" for number, (name, test, _) in enumerate(WRONG)]
)
def test_a_plausible_wrong_answer_earns_nothing(name, test, function):
    assert share(hidden_test(name, test), function) == 0


def floats(value):
    """All finite floats in an answer."""
    if isinstance(value, dict | list | tuple):
        return [one for item in (value.values() if isinstance(value, dict) else value) for one in floats(item)]
    array = np.asarray(value)
    return array[np.isfinite(array)].tolist() if array.dtype.kind == "f" else []


def with_an_error(value, error, place):
    """An answer in which the float at a place, counted as `floats` counts, is off by an error."""
    left = itertools.count(place, -1)

    def change(value):
        if isinstance(value, dict):
            return {key: change(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(map(change, value))
        array = np.asarray(value)
        if array.dtype.kind != "f":
            return value
        changed = [one + error if np.isfinite(one) and next(left) == 0 else one for one in array.ravel().tolist()]
        return np.reshape(changed, array.shape)

    return change(value)


@pytest.mark.parametrize("name", NAMES[:3])
def test_one_number_that_is_off_by_a_hundredth_earns_nothing(name):
    """No tolerance is wider than what rounding explains: tried at a first and a last number, in either direction."""
    for hidden in hidden_tests(name):
        numbers = [floats(expected) for expected in hidden.expected]
        if not any(numbers):
            continue
        error = np.median([np.abs(of_case).mean() for of_case in numbers if of_case]) / 100
        case = max(range(len(numbers)), key=lambda case: len(numbers[case]))
        for place, sign in itertools.product((0, len(numbers[case]) - 1), (1, -1)):
            answers = list(hidden.expected)
            assert hidden.score(answers).share == 1
            answers[case] = with_an_error(answers[case], sign * error, place)
            assert hidden.score(answers).share == 0, f"{hidden.name}: an error of {error:g} is not seen"


def as_floats(array):
    return array.astype(float)


def as_32_bits(array):
    return array.astype(np.float32)


# What a right answer may look like: the question, its function, what is done to its answer, and whether it may be done.
FORMS = [
    ("1_raw_bytes", "q1", "read_header", list, True),
    ("1_raw_bytes", "q4", "describe_classes", list, True),
    ("1_raw_bytes", "q4", "describe_classes", lambda answer: (as_floats(answer[0]), answer[1]), False),
    ("1_raw_bytes", "q4", "describe_classes", lambda answer: (answer[0], as_32_bits(answer[1])), True),
    ("1_raw_bytes", "q5", "nearest", np.ndarray.tolist, False),
    ("1_raw_bytes", "q5", "nearest", as_floats, False),
    ("1_raw_bytes", "q5", "nearest", lambda answer: answer.astype(np.uint16), True),
    ("2_layers_by_hand", "q1", "convolve", as_32_bits, True),
    ("2_layers_by_hand", "q2", "max_pool", as_32_bits, True),
    ("2_layers_by_hand", "q3", "softmax", as_32_bits, True),
    ("2_layers_by_hand", "q4", "cross_entropy", np.asarray, True),
    ("2_layers_by_hand", "q4", "cross_entropy", np.float32, True),
    ("2_layers_by_hand", "q5", "output_gradient", list, True),
    ("2_layers_by_hand", "q6", "describe", lambda answer: [list(layer) for layer in answer], True),
    (
        "2_layers_by_hand",
        "q6",
        "describe",
        lambda answer: [(tuple(map(float, shape)), n) for shape, n in answer],
        False,
    ),
    ("2_layers_by_hand", "q7", "by_keras", keras.ops.convert_to_tensor, True),
    ("3_two_networks", "q1", "confusion_matrix", as_floats, False),
    ("3_two_networks", "q2", "precision_and_recall", np.array, True),
    ("3_two_networks", "q2", "precision_and_recall", lambda answer: [*map(as_32_bits, answer)], True),
    ("3_two_networks", "q3", "wilson_interval", np.array, True),
    ("3_two_networks", "q3", "wilson_interval", lambda answer: (max(0, answer[0]), min(1, answer[1])), True),
    ("3_two_networks", "q4", "mcnemar", lambda answer: (*answer[:2], min(1, answer[2])), True),
    ("3_two_networks", "q5", "answers", keras.ops.convert_to_tensor, False),
    ("3_two_networks", "q5", "compare", lambda outcome: outcome | {"note": "all"}, True),
    ("3_two_networks", "q5", "compare", lambda outcome: {key: outcome[key] for key in ("first", "second")}, False),
    ("3_two_networks", "q6", "over_seeds", np.array, True),
    ("4_open_project", "q1", "predict", np.ndarray.tolist, True),
    ("4_open_project", "q1", "predict", as_floats, False),
    ("4_open_project", "q3", "claim", np.array, True),
]


@pytest.mark.parametrize(
    ("name", "question", "function", "form", "may_be"),
    FORMS,
    ids=[f"{function}-{number}" for number, (_, _, function, _, _) in enumerate(FORMS)],
)
def test_public_and_hidden_tests_accept_the_same_forms(executed, monkeypatch, name, question, function, form, may_be):
    run = executed(name, "-solution")
    right = run.namespace[function]
    monkeypatch.setitem(run.namespace, function, lambda *arguments: form(right(*arguments)))
    hidden = [test for test in hidden_tests(name) if test.question == question]
    earned = [share(test, run.namespace[test.function]) for test in hidden]
    assert (public_grades(run)[question] == 1, set(earned) == {1}) == (may_be, may_be)


def test_images_scaled_twice_earn_nothing(executed):
    hidden = hidden_test("3_two_networks", "test_unseen_digits")
    classify = executed("3_two_networks", "-solution").namespace["classify"]
    assert share(hidden, lambda which, images: classify(which, images / 255)) == 0


def judged(name, test):
    """A judged hidden test, and the labels that its judge holds."""
    hidden = hidden_test(name, test)
    return hidden, hidden.judge.__globals__["drawn_labels"][test]


def test_accuracy_counts_from_the_books_network_on():
    hidden, labels = judged("4_open_project", "test_unseen_digits")
    [(images,)] = hidden.cases
    book = reference.load_model("cnn").predict(images[..., np.newaxis] / 255, batch_size=500, verbose=0).argmax(axis=1)
    errors = np.flatnonzero(book != labels)
    assert 50 < len(errors) < 250
    mended = book.copy()
    mended[errors[len(errors) // 2 :]] = labels[errors[len(errors) // 2 :]]
    shares = [hidden.score([answer]).share for answer in (book, mended, labels)]
    assert shares[0] == 0
    assert 0.2 < shares[1] < 0.7  # half of the errors avoided, less what chance may have done
    assert shares[2] == hidden.score([labels.tolist()]).share == 1
    assert hidden.score([labels + 10]).reason.startswith("0 of 2000 unseen digits right: ")  # though they are no digits
    assert re.match(r"\d+ of 2000 unseen digits right: ", hidden.score([book]).reason)


@pytest.mark.parametrize(
    ("right", "claim", "expected"),
    [
        (1_940, (5_820, 6_000), 1),
        (1_940, (5_790, 6_000), 1),  # half a point off, which chance explains
        (1_940, (6_000, 6_000), 0),
        (1_940, (5_700, 6_000), 0.5),
        (1_940, (5_000, 6_000), 0),  # too modest
        (1_940, (97, 100), 0),  # too few to say
        (1_940, (5_990, 1_000), 0),
        (1_940, ("97 %", 6_000), 0),
        (1_010, (3_030, 6_000), 1),
        (990, (2_970, 6_000), 0),  # honest, but no network
    ],
)
def test_a_claim_must_hold(right, claim, expected):
    hidden, labels = judged("4_open_project", "test_claim_holds")
    answers = labels.astype(int)
    answers[right:] = (answers[right:] + 1) % 10
    assert hidden.score([{"labels": answers, "claim": claim}]).share == expected


def test_the_number_of_parameters_is_capped():
    hidden, labels = judged("4_open_project", "test_parameters")
    reports = [{"labels": labels, "parameters": count} for count in (60_000, 60_001, 0, True, "few")]
    assert [hidden.score([report]).share for report in reports] == [1, 0, 0, 0, 0]


def test_without_a_network_no_parameters_are_few():
    hidden, labels = judged("4_open_project", "test_parameters")
    guessed = np.where(np.arange(len(labels)) < 90, labels, (labels + 1) % 10)
    assert hidden.score([{"labels": guessed, "parameters": 1}]).share == 0


def test_an_image_alone_must_get_its_answer():
    hidden, labels = judged("4_open_project", "test_images_alone")
    right = [labels, *([label] for label in labels[:6])]
    assert hidden.score(right).share == 1
    assert hidden.score([answer.tolist() for answer in map(np.asarray, right)]).share == 1
    assert hidden.score([*right[:-1], [(labels[5] + 1) % 10]]).share == 0
    assert share(hidden, lambda images: np.zeros(len(images), int)) == 0


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, 1),
        ({"note": "more than was asked for"}, 1),
        ({"first": 461}, 0),
        ({"only_first": 35, "only_second": 60}, 0),  # the difference is right
        ({"p_value": 0.5}, 0),
        ({"p_value": float("nan")}, 0),
        ({"only_first": 10**400}, 0),
        ({"second": "485"}, 0),
    ],
)
def test_a_comparison_must_be_what_the_networks_answer(change, expected):
    hidden = hidden_test("3_two_networks", "test_other_comparisons")
    reports = [networks_report(labels) for _, labels in hidden.cases]
    assert hidden.score([reports[0], reports[1] | {"outcome": reports[1]["outcome"] | change}]).share == expected


def test_a_comparison_must_be_of_the_images_given():
    hidden = hidden_test("3_two_networks", "test_other_comparisons")
    [first, _] = [networks_report(labels) for _, labels in hidden.cases]
    assert hidden.score([first, first]).share == 0


def test_each_kind_of_candidate_has_to_be_chosen_and_nobody_knows_when():
    namespace = hidden_test("3_two_networks", "test_other_comparisons").judge.__globals__

    def rank(candidates):
        """How many of the candidates are smaller than the one to be chosen."""
        chosen = candidates[namespace["choose"](candidates)]
        return sum(candidate["parameters"] < chosen["parameters"] for candidate in candidates.values())

    draws = [namespace["test_other_candidates"](np.random.default_rng(seed)) for seed in range(20)]
    ranks = [tuple(rank(candidates) for (candidates,) in cases) for cases in draws]
    assert all(set(found) == {0, 1, 2} for found in ranks)
    assert len(set(ranks)) > 10


@pytest.mark.parametrize("name", ["1_raw_bytes", "3_two_networks", "4_open_project"])
@pytest.mark.parametrize(
    "answer", ["right", -1, {}, [[], {"labels": 3}], np.zeros((2, 2)), np.array("7"), float("nan")]
)
def test_judges_meet_any_answer(name, answer):
    for hidden in hidden_tests(name):
        if hidden.judge:
            assert hidden.score([answer] * len(hidden.cases)).share == 0


@pytest.mark.parametrize("name", FUNCTIONS_ALONE)
def test_a_seed_makes_its_tests_and_another_makes_others(name):
    def cases(seed):
        return {test.name: json.dumps(encode(test.cases)) for test in Source.read(source_of(name)).make_tests(seed)}

    first, again, other = cases("one"), cases("one"), cases("two")
    assert first == again
    assert not [test for test in first if first[test] == other[test]]


def test_the_open_project_can_be_judged_by_a_teachers_own_set(tmp_path, monkeypatch):
    own = hidden_images.draw(np.random.default_rng(5), 1_000)
    hidden_images.save(own, tmp_path / "hidden.npz")
    monkeypatch.setenv("DIGITS_HIDDEN_SET", str(tmp_path / "hidden.npz"))
    tests = {test.name: test for test in Source.read(source_of("4_open_project")).make_tests(SEED)}
    images, labels = own.of(plain=False)
    assert np.array_equal(tests["test_unseen_digits"].cases[0][0], images)
    assert tests["test_unseen_digits"].score([labels]).share == 1
    assert np.array_equal(tests["test_claim_holds"].cases[0][0], own.of(plain=True)[0])


@each_assignment
def test_gradescope_runs_the_python_that_the_book_is_tested_with(made, name):
    with zipfile.ZipFile(made / name / f"{name}-gradescope.zip") as archive:
        dependencies = yaml.safe_load(archive.read("environment.yml"))["dependencies"]
    version = (ROOT / "runtime.txt").read_text(encoding="utf-8").strip().removeprefix("python-")
    assert f"python={version}" in dependencies


@pytest.mark.parametrize(("account", "unset"), [(homework.PLACEHOLDER, True), ("/school/", False)])
def test_an_address_that_nobody_has_set_is_warned_of(tmp_path, monkeypatch, capsys, account, unset):
    monkeypatch.setattr(homework, "repository", lambda: f"https://github.com{account}digit-book")
    monkeypatch.setattr(homework, "make", lambda source, folder: folder)
    assert homework.main(["1", "--output", str(tmp_path)]) == 0
    warned = "set repository: url in _config.yml" in capsys.readouterr().err
    assert warned == unset


def test_a_place_where_nothing_can_be_written_is_a_clear_error(tmp_path):
    (tmp_path / "stick").write_text("no folder", encoding="utf-8")
    with pytest.raises(SystemExit, match=r"made cannot be written to: Not a directory\. If it is on a stick"):
        homework.main(["1", "--output", str(tmp_path / "stick" / "made")])


def test_an_unknown_assignment_is_a_clear_error():
    with pytest.raises(SystemExit, match="no assignment '7': choose from 1_raw_bytes, 2_"):
        homework.main(["7"])


def test_a_source_that_otter_refuses_is_a_clear_error(tmp_path):
    source = tmp_path / "5_broken.py"
    source.write_text("# %% [raw]\n# # BEGIN TESTS\n\n# %%\n1\n", encoding="utf-8")
    with pytest.raises(AssignmentError, match="could not make assignment 5_broken: "):
        make(source, tmp_path / "made")
    assert not (tmp_path / "made").exists()


def run_notebook(path: Path, folder: Path, parameters: dict) -> str:
    """Run a notebook as a student's Jupyter does, in an empty folder; what it printed and showed."""
    folder.mkdir()
    output = folder / "executed.ipynb"
    notebook = papermill.execute_notebook(
        str(path), str(output), parameters=parameters, kernel_name="python3", cwd=str(folder), progress_bar=False
    )
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    return "\n".join(str(output.get("text") or output.get("data", {}).get("text/plain")) for output in outputs)


def test_a_students_notebook_needs_nothing_but_itself(made, tmp_path):
    name = "1_raw_bytes"
    said = run_notebook(made / name / f"{name}.ipynb", tmp_path / "stub", small_parameters(name))
    assert said.count("not solved yet") >= 5
    assert said.count("Test case failed") >= 10
    assert sorted(path.name for path in (tmp_path / "stub" / "checks").iterdir()) == [f"q{n}.py" for n in range(1, 8)]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES[1:])
@pytest.mark.parametrize("version", ["", "-solution"])
def test_notebooks_run_from_top_to_bottom(made, tmp_path, name, version):
    said = run_notebook(made / name / f"{name}{version}.ipynb", tmp_path / "run", small_parameters(name))
    assert "not solved yet" in said or version
    assert ("Test case failed" in said) == (version == "")


def otter_run(notebook: Path, archive: Path, folder: Path) -> dict[str, float]:
    """What otter's own grader gives, as on Gradescope: points by question."""
    folder.mkdir()
    command = [sys.executable, "-m", "otter", "run", "-a", str(archive), "-o", str(folder), str(notebook)]
    subprocess.run(command, cwd=folder, env=homework.environment(), check=True, capture_output=True, timeout=300)
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))["tests"]
    return {test["name"].split(" ")[0]: test["score"] for test in results if "score" in test}


@pytest.mark.slow
@pytest.mark.parametrize("name", FUNCTIONS_ALONE)
def test_otter_gives_the_points_that_are_due(made, tmp_path, name):
    archive = made / name / f"{name}-gradescope.zip"
    due = {question: entry["points"] for question, entry in questions(name).items() if not entry.get("manual")}
    solved = otter_run(made / name / f"{name}-solution.ipynb", archive, tmp_path / "solved")
    assert {question: solved[question] for question in due} == due
    stub = otter_run(made / name / f"{name}.ipynb", archive, tmp_path / "stub")
    assert {question: stub[question] for question in due} == dict.fromkeys(due, 0)
