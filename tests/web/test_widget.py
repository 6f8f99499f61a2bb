"""The widget's JavaScript in a real browser, with a notebook's side of it played by the test."""

import json

import numpy as np
import pytest
from tracing import trace

from digitlib import data, reference, training
from digitlib.web.widget import DrawingPad

SHOW = """
async ([source, strokes]) => {
  const module = await import(URL.createObjectURL(new Blob([source], {type: 'text/javascript'})));
  window.kept = {strokes};
  window.sent = {strokes, changes: 0};
  const model = {  // like a notebook's, it sends only what is not equal to what it had
    get: name => kept[name],
    set: (name, value) => {
      if (JSON.stringify(kept[name]) === JSON.stringify(value)) return;
      kept[name] = value;
      sent[name] = structuredClone(value);
      sent.changes += 1;
    },
    save_changes: () => {},
  };
  const el = document.createElement('div');
  document.body.append(el);
  module.default.render({model, el});
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
}
"""


def show(page, strokes):
    page.set_content("<!doctype html><html><body></body></html>")
    page.add_style_tag(content=DrawingPad._css)
    page.evaluate(SHOW, [DrawingPad._esm, strokes])


def test_what_is_drawn_reaches_python_as_pixels(page):
    show(page, [])
    assert set(page.evaluate("sent.pixels")) == {0}
    box = page.locator(".draw-pad").bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 50)
    page.mouse.down()
    for x, y in [(190, 50), (150, 110), (120, 210)]:
        page.mouse.move(box["x"] + x, box["y"] + y, steps=8)
    page.mouse.up()
    page.wait_for_function("sent.changes > 10")
    pad = DrawingPad()
    pad.set_trait("pixels", page.evaluate("sent.pixels"))
    pad.set_trait("strokes", page.evaluate("sent.strokes"))
    assert pad.images.shape == (1, 28, 28)
    assert pad.images.dtype == np.uint8
    assert training.classify(reference.load_model("cnn"), data.scale_pixels(pad.images)).tolist() == [7]
    assert len(pad.strokes) == 1
    assert len(pad.strokes[0]) > 20
    page.get_by_role("button", name="Clear").click()
    page.wait_for_function("sent.pixels.every(value => value === 0) && sent.strokes.length === 0")


def test_a_drawing_set_by_python_is_shown_again(page):
    _, (images, labels) = data.load_mnist()
    strokes = json.loads(json.dumps(trace(images[0])))
    show(page, strokes)
    pixels = np.array(page.evaluate("sent.pixels"), np.uint8).reshape(1, 28, 28)
    assert training.classify(reference.load_model("cnn"), data.scale_pixels(pixels)).tolist() == [labels[0]]
    assert page.evaluate("sent.strokes") == strokes


def test_a_pad_on_which_nothing_is_drawn_says_so_instead_of_passing_for_a_digit():
    pad = DrawingPad()
    with pytest.raises(ValueError, match="nothing is drawn yet: draw a digit in the pad first"):
        _ = pad.images
    pad.set_trait("pixels", [0] * 300 + [255] + [0] * 483)
    assert np.argwhere(pad.images).tolist() == [[0, 10, 20]]
    pad.set_trait("pixels", [0] * 784)  # cleared
    with pytest.raises(ValueError, match="draw a digit in the pad first"):
        _ = pad.images
