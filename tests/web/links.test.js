import assert from "node:assert/strict";
import { test } from "node:test";

import { decodeDrawing, encodeDrawing, LONGEST } from "../../digitlib/web/links.js";
import { PEN_WIDTHS } from "../../digitlib/web/strokes.js";

const SHORT = [[[1, 2]], [[3, 4]]];
const DRAWING = [
  [
    [0, 255],
    [12, 34],
  ],
  [[255, 0]],
  Array.from({ length: 700 }, (_, i) => [i % 256, (7 * i) % 256]),
];
const encode = (strokes, pen = 22, scaled = true) => encodeDrawing({ strokes, pen, scaled });

test("a drawing comes back from its link as it was, with its pen", () => {
  for (const pen of [PEN_WIDTHS.min, 22, PEN_WIDTHS.max]) {
    for (const scaled of [true, false]) {
      const text = encode(DRAWING, pen, scaled);
      assert.match(text, /^[\w.-]+$/);
      assert.deepEqual(decodeDrawing(text), { strokes: DRAWING, pen, scaled });
    }
  }
});

test("a link is what it was written down as, so that those which people have shared stay readable", () => {
  assert.equal(encode(SHORT, 44, false), "AAEBAgABAwQ.LAA");
  assert.deepEqual(decodeDrawing("AAEBAgABAwQ.LAA"), { strokes: SHORT, pen: 44, scaled: false });
});

test("a link without a pen was drawn with the pen of its time", () => {
  assert.deepEqual(decodeDrawing("AAEBAgABAwQ"), { strokes: SHORT, pen: 22, scaled: true });
});

test("nothing else of the page's state gets into a link", () => {
  const state = { strokes: SHORT, pen: 22, scaled: true, picture: null, steps: { crop: false } };
  assert.equal(encodeDrawing(state), encode(SHORT));
});

test("a drawing that is too long has no link", () => {
  const long = [Array.from({ length: 3100 }, () => [1, 2])];
  assert.equal(encode(long), null);
  assert.ok(encode([long[0].slice(0, 2900)]).length <= LONGEST);
});

const malformed = {
  empty: "",
  "of foreign letters": "<script>",
  "with a percent sign": "AAF%20",
  "cut short": encode([DRAWING[0]]).split(".")[0].slice(0, -3),
  "of an impossible length": "AAAAA",
  "of a stroke without points": "AAAA",
  "too long": "A".repeat(LONGEST + 4),
  "with one byte too many": encode(SHORT).slice(0, 7),
  "with an empty pen": "AAEBAgABAwQ.",
  "with two pens": "AAEBAgABAwQ.FgE.FgE",
  "with a pen alone": ".FgE",
  "with a pen too thin": encode(SHORT, PEN_WIDTHS.min - 1),
  "with a pen too wide": encode(SHORT, PEN_WIDTHS.max + 1),
  "with half a pen": "AAEBAgABAwQ.Fg",
  "with a pen that says more": "AAEBAgABAwQ.FgEB",
  "with a pen that may grow or not": "AAEBAgABAwQ.FgI",
  "with a pen of an impossible length": "AAEBAgABAwQ.AAAAA",
};
for (const [name, text] of Object.entries(malformed)) {
  test(`a link ${name} is refused`, () => assert.equal(decodeDrawing(text), null));
}

test("no text at random brings it down", () => {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
  for (let i = 0; i < 5000; i++) {
    const text = Array.from({ length: i % 60 }, (_, j) => letters[(i * 31 + j * j * 17 + 7 * j) % 65]).join("");
    const drawing = decodeDrawing(text);
    assert.ok(
      drawing === null ||
        drawing.strokes.every(
          (stroke) => stroke.length > 0 && stroke.flat().every((value) => value >= 0 && value < 256),
        ),
    );
  }
});
