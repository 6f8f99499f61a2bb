// The drawing area in a live notebook: it hands strokes and pixels to Python.

import { button, element, paintImage, picture } from "./dom.js";
import { normalize, SIDE } from "./normalization.js";
import { Pad } from "./pad.js";
import { PEN, rasterize, scaleDrawing } from "./strokes.js";

/** What anywidget calls to show the widget in an element of the notebook. */
export function render({ model, el }) {
  const seen = picture(SIDE, SIDE, "What the network sees, 28 by 28 pixels", { class: "draw-picture draw-small" });
  const pad = new Pad({ pen: PEN, changed: () => requestAnimationFrame(show) });
  const pixelsOf = (strokes) =>
    normalize(rasterize(scaleDrawing(strokes, PEN), PEN))?.image ?? new Uint8Array(SIDE * SIDE);

  function show() {
    const pixels = pixelsOf(pad.strokes);
    pad.show();
    paintImage(seen, pixels);
    model.set("strokes", pad.strokes.map((stroke) => [...stroke])); // a list that has only grown would not be sent
    model.set("pixels", Array.from(pixels));
    model.save_changes();
  }

  el.dataset.draw = "widget";
  el.append(
    element(
      "div",
      { class: "draw-row" },
      element(
        "div",
        {},
        pad.canvas,
        element(
          "div",
          { class: "draw-buttons" },
          button("Undo", () => pad.undo()),
          button("Clear", () => pad.clear()),
        ),
      ),
      seen,
    ),
    pad.help,
  );
  pad.set(model.get("strokes"));
}
