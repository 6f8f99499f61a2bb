"""Break the book in every way it can go wrong, and see each caught."""

import re
import subprocess
import sys

import nbformat
import pytest

from checking import notebook_problems, prose_problems
from nbval_tolerance import close
from paths import BOOK, ROOT
from rendering import read_notebook, write_notebook

TRAINING = "03_training.ipynb"
TABLE = "<tr><th>3</th><td>{}</td><td>0.9{}</td></tr>"


def find_cell(notebook, text, kind="code"):
    return next(cell for cell in notebook.cells if cell.cell_type == kind and text in cell.source)


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


def nbval(executed):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--color=no", "--nbval"]
    command += [f"--nbval-executed={executed}", str(BOOK / TRAINING)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture
def executed(tmp_path):
    """What a run would leave, if it gave the very outputs that are stored."""
    (tmp_path / TRAINING).write_bytes((BOOK / TRAINING).read_bytes())
    return tmp_path


def spoil(executed, change):
    notebook = read_notebook(executed / TRAINING)
    change(notebook)
    write_notebook(notebook, executed / TRAINING)
    return nbval(executed)


def test_an_equal_run_passes(executed):
    result = nbval(executed)
    assert result.returncode == 0, result.stdout


@pytest.mark.slow
def test_plain_nbval_which_executes_by_itself_passes_too(shared_project):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval"]
    command += ["book/01_dataset.ipynb", "book/02_architecture.ipynb"]
    result = subprocess.run(command, cwd=shared_project, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_a_changed_number_fails(executed):
    result = spoil(executed, lambda nb: replace_in_output(find_cell(nb, "np.log(given"), "2.303", "2.304"))
    assert result.returncode == 1
    assert "Cell outputs differ" in result.stdout


@pytest.mark.parametrize(("beyond", "returncode"), [(0.004, 0), (0.006, 1)])
def test_an_accuracy_beyond_its_tolerance_fails(executed, beyond, returncode):
    def change(notebook):
        cell = find_cell(notebook, "accuracy = evaluation.accuracy(")
        stored = re.search(r"test accuracy (\d\.\d+)", cell.outputs[0].text)
        replace_in_output(cell, stored.group(), f"test accuracy {float(stored[1]) - beyond:.4f}")

    assert spoil(executed, change).returncode == returncode


def test_a_changed_class_label_in_a_table_fails(executed):
    def change(notebook):
        replace_in_output(find_cell(notebook, "evaluation.per_class(y_test, predicted)"), "<th>3</th>", "<th>4</th>")

    assert spoil(executed, change).returncode == 1


def test_a_changed_class_label_fails_even_where_counts_may_differ(executed):
    def change(notebook):
        cell = next(cell for cell in notebook.cells if cell.source.strip() == "matrix")
        replace_in_output(cell, "<th>3</th>", "<th>4</th>")

    assert spoil(executed, change).returncode == 1


def test_a_changed_word_fails(executed):
    def change(notebook):
        replace_in_output(find_cell(notebook, "accuracy = evaluation.accuracy("), "right", "wrong")

    assert spoil(executed, change).returncode == 1


def test_changed_code_fails(executed):
    def change(notebook):
        find_cell(notebook, "evaluation.per_class(y_test, predicted)").source += "\npass"

    result = spoil(executed, change)
    assert result.returncode == 1
    assert "not of this notebook" in result.stdout


def test_a_count_beyond_its_tolerance_fails(executed):
    def change(notebook):
        cell = find_cell(notebook, "accuracy = evaluation.accuracy(")
        replace_in_output(cell, "right: 9", "right: 8")

    assert spoil(executed, change).returncode == 1


def test_a_missing_figure_fails(executed):
    def change(notebook):
        cell = find_cell(notebook, "plots.confusion_matrix(matrix)")
        cell.outputs = []

    assert spoil(executed, change).returncode == 1


def test_a_missing_run_is_reported(tmp_path):
    result = nbval(tmp_path)
    assert result.returncode == 1
    assert "run python tools/notebooks.py run 03_training first" in result.stdout


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


def spoiled(change):
    notebook = read_notebook(BOOK / TRAINING)
    assert notebook_problems(notebook, TRAINING) == []
    change(notebook)
    return " ".join(notebook_problems(notebook, TRAINING))


def test_missing_counts_are_found():
    def change(notebook):
        find_cell(notebook, "plots.error_gallery").execution_count = None

    assert "execution counts are not 1 to" in spoiled(change)


def test_a_stored_error_is_found():
    def change(notebook):
        error = nbformat.v4.new_output("error", ename="ValueError", evalue="no", traceback=[])
        find_cell(notebook, "plots.error_gallery").outputs.append(error)

    assert "a stored error" in spoiled(change)


def test_stored_standard_error_and_progress_bars_are_found():
    def change(notebook):
        outputs = find_cell(notebook, "plots.error_gallery").outputs
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
        find_cell(notebook, "accuracy = evaluation.accuracy(").metadata["nbval"] = tolerance

    assert message in spoiled(change)


def test_a_figure_without_caption_or_description_is_found():
    def change(notebook):
        cell = find_cell(notebook, "plots.confusion_matrix(matrix)")
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
