"""Break the book in every way it can go wrong, and see each caught."""

import copy
import re
import subprocess
import sys

import nbformat
import pytest

from pipeline.checking import notebook_problems, prose_problems
from pipeline.comparing import cell_differences, close
from pipeline.notebook_files import read_notebook, write_notebook
from pipeline.paths import BOOK, ROOT

TRAINING = "04_training.ipynb"
SEEDS = "<tr><th></th><th>seed</th><th>right</th></tr><tr><th>0</th><td>{}</td><td>{}</td></tr>"
TABLE = "<tr><th>3</th><td>{}</td><td>0.9{}</td></tr>"


def find_cell(notebook, text, kind="code"):
    return next(cell for cell in notebook.cells if cell.cell_type == kind and text in f"\n{cell.source}\n")


def replace_in_output(cell, old, new):
    changed = 0
    for output in cell.outputs:
        fields = [output] if output.output_type == "stream" else [output.data]
        for field in fields:
            for key, value in list(field.items()):
                if isinstance(value, str) and not key.startswith("image") and old in value:
                    field[key] = value.replace(old, new, 1)
                    changed += 1
    assert changed, f"{old!r} does not occur in the outputs of the cell"


def nbval(executed, *notebooks):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--color=no", "--nbval"]
    command += [f"--nbval-executed={executed}", *(str(BOOK / name) for name in notebooks)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture
def executed(tmp_path):
    """What a run would leave, if it gave the very outputs that are stored."""
    (tmp_path / TRAINING).write_bytes((BOOK / TRAINING).read_bytes())
    return tmp_path


@pytest.mark.heavy
def test_an_equal_run_passes(executed):
    result = nbval(executed, TRAINING)
    assert result.returncode == 0, result.stdout


@pytest.mark.heavy
def test_a_changed_number_changed_code_and_a_missing_run_fail(executed):
    notebook = read_notebook(executed / TRAINING)
    replace_in_output(find_cell(notebook, "-np.log(p)"), "2.303", "2.304")
    find_cell(notebook, "evaluation.per_class(y_test, predicted)").source += "\npass"
    write_notebook(notebook, executed / TRAINING)
    result = nbval(executed, TRAINING, "06_going_further.ipynb")
    assert result.returncode == 1
    assert "Cell outputs differ" in result.stdout
    assert "not of this notebook" in result.stdout
    assert "run python tools/notebooks.py run 06_going_further first" in result.stdout


@pytest.mark.slow
def test_plain_nbval_which_executes_by_itself_passes_too(project):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval"]
    command += ["book/01_dataset.ipynb", "book/08_normal.ipynb"]
    result = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def changed(text, change, notebook=TRAINING):
    """The differences that are found in the one cell that holds the text and was changed."""
    stored = find_cell(read_notebook(BOOK / notebook), text)
    new = copy.deepcopy(stored)
    assert cell_differences(stored, new) == []
    change(new)
    return cell_differences(stored, new)


@pytest.mark.parametrize(("beyond", "passes"), [(0.004, True), (0.006, False)])
def test_an_accuracy_beyond_its_tolerance_fails(beyond, passes):
    def change(cell):
        stored = re.search(r"test accuracy (\d\.\d+)", cell.outputs[0].text)
        replace_in_output(cell, stored.group(), f"test accuracy {float(stored[1]) - beyond:.4f}")

    assert (changed("score = evaluation.accuracy(", change) == []) is passes


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        pytest.param("-np.log(p)", "2.303", "2.304", id="a number"),
        pytest.param("evaluation.per_class(y_test, predicted)", "<th>3</th>", "<th>4</th>", id="the name of a class"),
        pytest.param("score = evaluation.accuracy(", "right", "wrong", id="a word"),
        pytest.param("score = evaluation.accuracy(", "right: 9", "right: 8", id="a count beyond its tolerance"),
        pytest.param("score = evaluation.accuracy(", "95 %", "96 %", id="the level of an interval"),
        pytest.param("matrix = evaluation.confusion_matrix(", "of 10,000", "of 10,001", id="the size of the test set"),
    ],
)
def test_what_changed_in_an_output_is_found(text, old, new):
    assert changed(text, lambda cell: replace_in_output(cell, old, new))


def test_the_name_of_a_row_is_none_of_the_counts_that_may_differ():
    where = {"text": "errors = score.count - score.correct", "notebook": "05_comparison.ipynb"}
    assert changed(change=lambda cell: replace_in_output(cell, "<th>1</th>", "<th>2</th>"), **where)
    assert not changed(change=lambda cell: replace_in_output(cell, "<td>257</td>", "<td>258</td>"), **where)


def test_a_missing_figure_fails():
    assert changed("matrix = evaluation.confusion_matrix(", lambda cell: cell.outputs.clear())


@pytest.mark.parametrize(
    ("new", "atol", "count_atol", "expected"),
    [
        ("right: 9905, accuracy 0.9905", 0.003, 20, True),
        ("right: 9905, accuracy 0.9905", 0.003, 0, False),
        ("right: 9905, accuracy 0.9905", 0, 20, False),
        ("right: 9912, accuracy 0.9943", 0.003, 20, False),
        ("right: 9941, accuracy 0.9912", 0.003, 20, False),
        ("wrong: 9912, accuracy 0.9912", 0.003, 20, False),
        ("right: 9,905, accuracy 0.9905", 0.003, 20, True),
    ],
)
def test_numbers_are_compared_within_their_own_tolerance(new, atol, count_atol, expected):
    assert close("right: 9912, accuracy 0.9912", new, atol, count_atol) is expected


@pytest.mark.parametrize(("new", "expected"), [(TABLE.format(975, 91), True), (TABLE.format(999, 91), False)])
def test_counts_in_a_table_have_a_tolerance(new, expected):
    assert close(TABLE.format(970, 90), new, 0.02, 10) is expected


def test_row_labels_of_a_printed_table_have_none():
    table = "      a   b\nrow        \n{}    10  20\n4    30  40"
    assert close(table.format(3), table.format(3).replace("20", "21"), 0, 5)
    assert not close(table.format(3), table.format(2), 0, 5)


@pytest.mark.parametrize(
    ("stored", "new", "expected"),
    [
        ("right: 9912 of 10,000", "right: 9905 of 10,000", True),
        ("right: 9912 of 10,000", "right: 9912 of 10,001", False),
        ("seed: 3, right:   912", "seed: 3, right:   905", True),
        ("seed: 3, right: 912", "seed: 4, right: 912", False),
        ("Class: 3", "Class: 4", False),
        ("read as 7 2 1", "read as 7 2 2", False),
        ("4: 97%", "4: 95%", True),
        ("4: 97%", "9: 97%", False),
        ("{3: 20, 4: 17}", "{3: 21, 4: 16}", True),
        ("{3: 20, 4: 17}", "{3: 20, 5: 17}", False),
        ("   seed  right\n0     3    912\n1     4    913", "   seed  right\n0     3    905\n1     4    913", True),
        ("   seed  right\n0     3    912\n1     4    913", "   seed  right\n0     3    912\n1     5    913", False),
        (
            "          right\nbatch 32     17\nbatch 64     18",
            "          right\nbatch 32     19\nbatch 64     18",
            True,
        ),
        (
            "          right\nbatch 32     17\nbatch 64     18",
            "          right\nbatch 33     17\nbatch 64     18",
            False,
        ),
        (SEEDS.format(3, 912), SEEDS.format(3, 905), True),
        (SEEDS.format(3, 912), SEEDS.format(4, 912), False),
    ],
)
def test_only_counts_may_differ_where_counts_may(stored, new, expected):
    assert close(stored, new, 0, 20) is expected


def spoiled(change):
    notebook = read_notebook(BOOK / TRAINING)
    assert notebook_problems(notebook, TRAINING) == []
    change(notebook)
    return " ".join(notebook_problems(notebook, TRAINING))


def test_missing_counts_are_found():
    def change(notebook):
        find_cell(notebook, "titles=titles").execution_count = None

    assert "execution counts are not 1 to" in spoiled(change)


def test_a_stored_error_is_found():
    def change(notebook):
        error = nbformat.v4.new_output("error", ename="ValueError", evalue="no", traceback=[])
        find_cell(notebook, "titles=titles").outputs.append(error)

    assert "a stored error" in spoiled(change)


def test_stored_standard_error_and_progress_bars_are_found():
    def change(notebook):
        outputs = find_cell(notebook, "titles=titles").outputs
        outputs.append(nbformat.v4.new_output("stream", name="stderr", text="careful"))
        outputs.append(nbformat.v4.new_output("stream", name="stdout", text="10%\r20%"))

    found = spoiled(change)
    assert "standard error" in found
    assert "progress bar" in found


def test_another_setup_cell_is_found():
    def change(notebook):
        notebook.cells[0].source = "import digitlib"

    assert "not the set-up cell" in spoiled(change)


@pytest.mark.parametrize(
    ("tolerance", "message"),
    [({"atol": 0.006}, "above 0.005"), ({"count_atol": 51}, "above 50"), ({"rtol": 0.1}, "unknown tolerance")],
)
def test_a_tolerance_that_would_let_anything_pass_is_found(tolerance, message):
    def change(notebook):
        find_cell(notebook, "score = evaluation.accuracy(").metadata["nbval"] = tolerance

    assert message in spoiled(change)


def test_a_table_that_is_tagged_as_not_compared_is_found():
    def change(notebook):
        find_cell(notebook, "evaluation.per_class(y_test, predicted)").metadata["tags"] = ["nbval-ignore-output"]

    assert "shows a table" in spoiled(change)


def test_a_figure_without_caption_or_description_is_found():
    def change(notebook):
        cell = find_cell(notebook, "matrix = evaluation.confusion_matrix(")
        del cell.metadata["mystnb"]
        cell.outputs[0].data["text/plain"] = "<Figure size 1024x512 with 1 Axes>"

    found = spoiled(change)
    assert "without caption or name" in found
    assert "describing it" in found


@pytest.mark.parametrize(
    "text",
    [
        "It is right about 99.1 % of the images.",
        "There are 60,000 of them.",
        "An error of 12 in a thousand.",
        "9 % are wrong.",
        "trained in 2024",
    ],
)
def test_a_number_typed_into_prose_is_found(text):
    assert "is typed" in " ".join(prose_problems(text, "here"))


@pytest.mark.parametrize(
    "text",
    ["A digit from 0 to 9 in 28x28 pixels.", "Right: {{ training.test_accuracy | percent }}.", "See `epochs=10`."],
)
def test_numbers_by_definition_may_be_typed(text):
    assert prose_problems(text, "here") == []


@pytest.mark.parametrize("text", ["The 4 is most often confused with 9.", "Its loss is larger than before."])
def test_an_outcome_without_an_assertion_is_found(text):
    assert "states an outcome" in " ".join(prose_problems(text, "here"))
    assert prose_problems('{{ claim("' + text + '") }}', "here") == []
