"""Whatever a stored picture, number, claim or record may turn into, the comparison with a new run finds it."""

import base64
import copy
import json

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pandas as pd
import pytest
from page_results import FOLDER, Page
from test_plots import DRAW

from digitlib import data, files, plots
from digitlib.plots import DESCRIPTION
from pipeline.checking import measured_problems, notebook_problems, page_problems, stored_problems, sweep_problems
from pipeline.comparing import (
    ANSWERS_TOLERANCE,
    cell_differences,
    close,
    page_differences,
    picture_differences,
    record_differences,
    results_differences,
)
from pipeline.paths import REFERENCE
from sweeping.scheduling import pack_table, read_table

CURVES = {"training": [0.5, 0.25, 0.125], "validation": [0.5, 0.375, 0.25]}


@pytest.fixture(autouse=True)
def in_a_new_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(plots.STYLE, "figure.dpi", 20)  # pictures that nobody looks at
    yield
    plt.close("all")


def draw(curves=CURVES, *, xlabel="epoch", ylabel="loss"):
    return plots.lines(curves, subject="Loss", xlabel=xlabel, ylabel=ylabel)


def shown_by(drawing, *, tags=(), **tolerance):
    """A cell as a notebook stores it after showing the drawing."""
    shown, metadata = drawing._repr_mimebundle_()
    shown = {"image/png": base64.b64encode(shown["image/png"]).decode(), "text/plain": repr(drawing)}
    output = nbformat.v4.new_output("execute_result", shown, metadata=json.loads(json.dumps(metadata)))
    cell = nbformat.v4.new_code_cell("draw()", outputs=[output], metadata={"tags": list(tags), "nbval": tolerance})
    cell.metadata["mystnb"] = {"figure": {"caption": "Loss.", "name": "fig-loss"}}
    return cell


@pytest.mark.parametrize("draw", DRAW.values(), ids=DRAW.keys())
def test_a_picture_drawn_again_is_the_same_and_its_description_is_small(draw):
    drawing = draw()
    stored = drawing.describe()
    assert list(picture_differences(stored, drawing.describe())) == []
    assert len(json.dumps(stored, allow_nan=False)) < 2_000
    plt.close("all")
    assert list(picture_differences(stored, draw().describe())) == []


def test_each_two_kinds_of_pictures_differ():
    described = {name: draw().describe() for name, draw in DRAW.items()}
    same = [
        {one, other}
        for one in described
        for other in described
        if one < other and not list(picture_differences(described[one], described[other]))
    ]
    assert same == [{"feature_maps", "image_grid"}]  # these draw the same five images


@pytest.mark.parametrize(
    ("other", "message"),
    [
        pytest.param(lambda: draw(xlabel="step"), "picture 0 xlabel: stored epoch, now step", id="an axis label"),
        pytest.param(lambda: draw({"train": [0.5] * 3}), "legend", id="a legend"),
        pytest.param(
            lambda: draw(CURVES | {"validation": [0.5, 0.375, 0.28]}),
            "artists 1 numbers 1: stored 0.25, now 0.28",
            id="a point",
        ),
        pytest.param(
            lambda: draw(CURVES | {"training": [0.5, 0.125, 0.25]}), "numbers 7", id="two points in each other's place"
        ),
        pytest.param(lambda: draw(CURVES | {"validation": [0.5, 0.375]}), "points: stored 3", id="a point too few"),
        pytest.param(lambda: plots.Drawing(plt.subplots()[1], draw().alt), "xlabel: stored epoch", id="a blank one"),
        pytest.param(
            lambda: plots.lines(CURVES, subject="Loss", xlabel="epoch", ylabel="loss", logarithmic=True),
            "scales 0: stored linear, now log",
            id="logarithmic axes",
        ),
    ],
)
def test_another_picture_is_found_though_its_words_are_the_same(other, message):
    stored, new = shown_by(draw()), shown_by(other())
    new.outputs[0].data["text/plain"] = stored.outputs[0].data["text/plain"]
    assert message in " ".join(cell_differences(stored, new))


@pytest.mark.parametrize(("last", "passes"), [(0.254, True), (0.256, False)])
def test_what_is_drawn_may_differ_within_the_tolerance_of_its_cell(last, passes):
    stored = shown_by(draw(), atol=0.005)
    new = shown_by(draw(CURVES | {"validation": [0.5, 0.375, last]}))
    new.outputs[0].data["text/plain"] = stored.outputs[0].data["text/plain"]
    assert (cell_differences(stored, new) == []) is passes


def test_numbers_in_a_heat_map_have_the_tolerance_of_counts():
    matrix = np.diag([90, 80, 70])
    other = np.array([[87, 3, 0], [0, 80, 0], [0, 0, 70]])
    described = [plots.confusion_heat_map(pd.DataFrame(counts)).describe() for counts in (matrix, other)]
    assert list(picture_differences(*described, atol=5)) == []
    assert any("text" in line for line in picture_differences(*described, atol=2))


def test_of_a_cell_that_is_not_compared_the_outline_of_its_picture_is():
    stored = shown_by(draw(), tags=["nbval-ignore-output"])
    assert cell_differences(stored, shown_by(draw({name: [9.0, 8.0] for name in CURVES}))) == []
    assert cell_differences(stored, shown_by(draw(ylabel="accuracy")))
    assert cell_differences(stored, shown_by(DRAW["bars"]()))
    assert cell_differences(stored, nbformat.v4.new_code_cell("draw()"))


def problems_of(cells):
    notebook = nbformat.v4.new_notebook(cells=cells)
    return [problem for problem in notebook_problems(notebook, "here") if "figure" in problem]


def test_a_stored_picture_that_was_blanked_or_swapped_is_found_without_a_run():
    cells = [shown_by(draw()), shown_by(draw(xlabel="step"))]
    assert problems_of(cells) == []
    swapped = copy.deepcopy(cells)
    one, other = (cell.outputs[0].data for cell in swapped)
    one["image/png"], other["image/png"] = other["image/png"], one["image/png"]
    assert [problem.count("is not the one drawn") for problem in problems_of(swapped)] == [1, 1]
    blank = copy.deepcopy(cells)
    blank[0].outputs[0].data["image/png"] = shown_by(plots.Drawing(plt.subplots()[1], "")).outputs[0].data["image/png"]
    assert "is not the one drawn" in " ".join(problems_of(blank))
    del blank[0].outputs[0].metadata[DESCRIPTION]
    assert "is not the one drawn" in " ".join(problems_of(blank))


def test_both_pictures_swapped_with_their_descriptions_differ_from_the_run():
    cells = [shown_by(draw()), shown_by(draw(xlabel="step"))]
    assert problems_of(cells[::-1]) == []
    assert all(cell_differences(stored, new) for stored, new in zip(cells[::-1], cells, strict=True))


@pytest.fixture
def page():
    """A page as it is saved."""
    page = Page("99_test")
    page.add(images=10_000, name="MNIST", ink=0.1912, counts={"0": 980, "1": 1135}, pairs=[[4, 9], [7, 2]], blank=True)
    page.add(test_accuracy=0.9881, errors=119, atol=0.005, count_atol=50)
    page.measure(seconds={"cnn": 112.5, "matched": 20.25}, processor="an abacus, 1 cores", pair_true=4)
    page.claim("more than half are right", True)
    page.save()
    return json.loads((FOLDER / "pages" / "99_test.json").read_text(encoding="utf-8"))


def test_a_page_made_again_is_the_same(page):
    new = copy.deepcopy(page)
    new["numbers"]["ink"] *= 1 + 1e-9  # sums in another order
    new["numbers"] |= {"test_accuracy": 0.9840, "errors": 160, "seconds": {"cnn": 9.5, "matched": 0.5}}
    new["numbers"] |= {"processor": "a slide rule, 2 cores", "pair_true": 0}
    assert list(page_differences(page, new)) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"images": 10_001}, "images: stored 10001, now 10000"),
        ({"images": 10_000.0}, "images: stored 10000.0, now 10000"),
        ({"ink": 0.1913}, "ink: stored 0.1913, now 0.1912"),
        ({"name": "MNIST-2"}, "name: stored MNIST-2, now MNIST"),
        ({"blank": False}, "blank: stored False, now True"),
        ({"blank": 1}, "blank: stored 1, now True"),
        ({"counts": {"0": 980, "1": 1136}}, "counts 1: stored 1136, now 1135"),
        ({"counts": {"0": 980}}, "counts 1: stored absent, now there"),
        ({"pairs": [[4, 9], [7, 3]]}, "pairs 1 1: stored 3, now 2"),
        ({"pairs": [[4, 9]]}, "pairs: stored [[4, 9]], now [[4, 9], [7, 2]]"),
        ({"extra": 1}, "extra: stored there, now absent"),
        ({"test_accuracy": 0.9932}, "test_accuracy: stored 0.9932, now 0.9881, tolerance 0.005"),
        ({"errors": 68}, "errors: stored 68, now 119, tolerance 50"),
        ({"seconds": {"cnn": -1.0, "matched": 20.25}}, "seconds cnn: stored -1.0, now 112.5, which is of another kind"),
        ({"seconds": {"cnn": float("inf"), "matched": 20.25}}, "seconds cnn: stored inf"),
        ({"seconds": {"cnn": 112, "matched": 20.25}}, "seconds cnn: stored 112, now 112.5"),
        ({"seconds": 3.5}, "seconds: stored 3.5"),
        ({"processor": None}, "processor: stored None"),
    ],
)
def test_a_changed_number_of_a_stored_page_is_found_and_told_in_a_line(page, change, message):
    stored = copy.deepcopy(page)
    stored["numbers"] |= change
    found = list(page_differences(stored, page))
    assert len(found) == 1
    assert found[0].startswith(message)


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("claims", {"more than half are right": False}),
        ("claims", {}),
        ("claims", {"more than half are right": True, "all are right": True}),
        ("tolerances", {}),
        ("tolerances", {"test_accuracy": {"atol": 0.5}, "errors": {"atol": 0.005, "count_atol": 50}}),
        ("measured", ["seconds", "processor", "images"]),
        ("kept", ["cnn.json"]),
    ],
)
def test_a_changed_claim_tolerance_or_list_of_files_is_found(page, part, value):
    assert list(page_differences(page | {part: value}, page))


def test_a_missing_number_is_found(page):
    stored = copy.deepcopy(page)
    del stored["numbers"]["images"]
    assert list(page_differences(stored, page)) == ["images: stored absent, now there"]


def test_tolerances_of_numbers_are_bounded_as_those_of_cells(page):
    assert list(page_problems(page)) == []
    page["tolerances"] = {"test_accuracy": {"atol": 0.006}, "errors": {"count_atol": 51}, "loss": {"atol": 0.031}}
    assert list(page_problems(page)) == [
        "test_accuracy: tolerance 0.006 is above 0.005",
        "errors: count tolerance 51 is above 50",
        "loss: tolerance 0.031 is above 0.03",
    ]


def test_at_most_a_tenth_of_all_numbers_may_escape_comparison(page):
    few = {"numbers": dict.fromkeys(range(19)), "measured": []}
    assert measured_problems({"99_test": page, "98_test": few}) == []
    assert measured_problems({"99_test": page}) == ["3 of 11 numbers are measured and not compared: at most 10%"]


@pytest.fixture(params=["cnn", "matched"])
def record(request):
    return json.loads((REFERENCE / f"{request.param}.json").read_text(encoding="utf-8"))


def spoil(answers, count):
    """As many answers changed."""
    return "".join(str((int(answer) + 1) % 10) for answer in answers[:count]) + answers[count:]


def test_another_training_of_the_same_network_passes(record):
    new = copy.deepcopy(record)
    new["seconds"] = 1.5
    new["history"]["loss"][0] += 0.02
    new["predictions"] = spoil(record["predictions"], ANSWERS_TOLERANCE)
    assert list(record_differences(record, new)) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda run: run.update(epochs=9),
        lambda run: run.update(seed=1),
        lambda run: run.update(seconds=-1.0),
        lambda run: run["history"]["loss"].pop(),
        lambda run: run["history"].pop("accuracy"),
        lambda run: run["history"]["accuracy"].__setitem__(-1, 0.98),
        lambda run: run["history"]["loss"].__setitem__(0, 0.5),
        lambda run: run.update(predictions=run["predictions"][:-1]),
        lambda run: run.update(predictions=spoil(run["predictions"], ANSWERS_TOLERANCE + 1)),
    ],
    ids=[
        "epochs",
        "seed",
        "seconds",
        "an epoch less",
        "a metric less",
        "accuracy",
        "loss",
        "an answer less",
        "answers",
    ],
)
def test_a_changed_record_of_a_training_is_found(record, change):
    stored = copy.deepcopy(record)
    change(stored)
    assert list(record_differences(stored, record))


def write(files, folder):
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(json.dumps(content), encoding="utf-8")


def test_all_that_a_run_keeps_is_compared_with_what_is_stored(tmp_path, page):
    rule = {"linear": [0.25, -0.125], "threshold": -0.8}
    record = json.loads((REFERENCE / "cnn.json").read_text(encoding="utf-8"))
    page["kept"] = ["cnn.json", "rule.json", "cnn.weights.h5"]
    pages, kept, new = (tmp_path / name for name in ("pages", "kept", "new"))
    write({"pages/99_test.json": page}, pages)
    write({"cnn.json": record, "rule.json": rule}, kept)
    write({"pages/99_test.json": page, "cnn.json": record, "rule.json": rule}, new)
    assert list(results_differences(pages, kept, new)) == []
    write({"cnn.json": record | {"epochs": 9}, "rule.json": rule | {"threshold": -0.7}}, kept)
    assert list(results_differences(pages, kept, new)) == [
        "99_test.json: cnn.json: epochs: stored 9, now 10",
        "99_test.json: rule.json: threshold: stored -0.7, now -0.8, tolerance 0.01",
    ]
    write({"pages/98_new.json": {}}, new)
    write({"pages/97_old.json": {}}, pages)
    found = list(results_differences(pages, kept, new))
    assert "98_new.json: made by this run, and not stored" in found
    assert "97_old.json: stored, and not made by this run" in found


@pytest.fixture(scope="module")
def labels():
    train, (_, test_labels) = data.load_mnist()
    _, (_, held_out) = data.hold_out(*train)
    return {"test": test_labels, "validation": held_out}


@pytest.fixture
def records():
    """The first records of a stored sweep, which a test may spoil."""
    return read_table(REFERENCE / "sweeps" / "tested.jsonl.xz")[:2]


@pytest.mark.parametrize(
    "change",
    [
        lambda run: run.update(right=run["right"] + 1),
        lambda run: run.update(predictions=spoil(run["predictions"], 1)),
        lambda run: run.update(predictions=run["predictions"][:-1]),
        lambda run: run.update(images=9_999),
    ],
    ids=["a count", "an answer", "an answer less", "an image less"],
)
def test_a_stored_run_that_its_own_answers_belie_is_found(records, labels, change):
    assert list(sweep_problems(records[1], labels)) == []
    change(records[1])
    assert len(list(sweep_problems(records[1], labels))) == 1


def test_one_changed_answer_of_a_sweep_is_found_by_its_digest_and_by_the_labels(records, tmp_path):
    folder = tmp_path / "reference"
    files.store({"sweeps/tested.jsonl.xz": pack_table(records)}, folder)
    assert stored_problems(folder) == []
    records[1]["predictions"] = spoil(records[1]["predictions"], 1)
    (folder / "sweeps" / "tested.jsonl.xz").write_bytes(pack_table(records))
    digest, count = stored_problems(folder)
    assert digest.startswith("reference/sweeps/tested.jsonl.xz has another digest")
    assert count.startswith("tested.jsonl.xz, row 1: ")


@pytest.mark.parametrize(("now", "same"), [("0.998", True), ("0.969", False)])
def test_a_decimal_may_end_a_sentence(now, same):
    assert close("from 0.971 to 0.999.", f"from 0.965 to {now}.", 0.02, 0) == same


def test_a_version_is_no_decimal():
    assert not close("numpy 2.4.6", "numpy 2.4.7", 0.5, 0)


def test_lines_that_are_equally_long_by_chance_are_no_table():
    stored = "  1 image:  0.13\n 32 images: 0.45\n128 images: 0.73"
    assert close(stored, stored.replace("0.13", "0.15"), 0.03, 0)
    assert not close(stored, stored.replace("0.13", "0.19"), 0.03, 0)
