"""The widget's JavaScript in a real browser, with a notebook's side of it played by the test."""

import json

import numpy as np

from digitlib import data, reference, training
from digitlib.widget import DrawingPad
from tracing import trace

SHOW = """
async ([source, strokes]) => {
  const module = await import(URL.createObjectURL(new Blob([source], {type: 'text/javascript'})));
  window.kept = {strokes};
  const model = {
    get: name => kept[name],
    set: (name, value) => { kept[name] = value; },
    save_changes: () => { kept.saved = (kept.saved ?? 0) + 1; },
  };
  const el = document.createElement('div');
  document.body.append(el);
  module.default.render({model, el});
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
}
"""
PIXELS = "[...new Uint8Array(kept.pixels.buffer)]"


def show(page, strokes):
    page.set_content("<!doctype html><html><body></body></html>")
    page.add_style_tag(content=DrawingPad._css)
    page.evaluate(SHOW, [DrawingPad._esm, strokes])


def test_what_is_drawn_reaches_python_as_pixels(page):
    show(page, [])
    assert set(page.evaluate(PIXELS)) == {0}
    box = page.locator(".draw-pad").bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 50)
    page.mouse.down()
    for x, y in [(190, 50), (150, 110), (120, 210)]:
        page.mouse.move(box["x"] + x, box["y"] + y, steps=8)
    page.mouse.up()
    page.wait_for_function("kept.saved > 3")
    pad = DrawingPad()
    pad.set_trait("pixels", bytes(page.evaluate(PIXELS)))
    pad.set_trait("strokes", page.evaluate("kept.strokes"))
    assert pad.images.shape == (1, 28, 28)
    assert pad.images.dtype == np.uint8
    assert training.classify(reference.load_model("cnn"), data.scale_pixels(pad.images)) == "7"
    assert len(pad.strokes) == 1
    page.get_by_role("button", name="Clear").click()
    page.wait_for_function(f"{PIXELS}.every(value => value === 0) && kept.strokes.length === 0")


def test_a_drawing_set_by_python_is_shown_again(page):
    _, (images, labels) = data.load_mnist()
    strokes = json.loads(json.dumps(trace(images[0])))
    show(page, strokes)
    pixels = np.array(page.evaluate(PIXELS), np.uint8).reshape(1, 28, 28)
    assert training.classify(reference.load_model("cnn"), data.scale_pixels(pixels)) == str(labels[0])
    assert page.evaluate("kept.strokes") == strokes
