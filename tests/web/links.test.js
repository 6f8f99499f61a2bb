import assert from "node:assert/strict";
import { test } from "node:test";

import { decodeDrawing, encodeDrawing, LONGEST } from "../../digitlib/web/links.js";

test("a drawing comes back from its link as it was", () => {
  const drawing = [
    [
      [0, 255],
      [12, 34],
    ],
    [[255, 0]],
    Array.from({ length: 700 }, (_, i) => [i % 256, (7 * i) % 256]),
  ];
  const text = encodeDrawing(drawing);
  assert.match(text, /^[\w-]+$/);
  assert.deepEqual(decodeDrawing(text), drawing);
});

test("a drawing that is too long has no link", () => {
  const long = [Array.from({ length: 3100 }, () => [1, 2])];
  assert.equal(encodeDrawing(long), null);
  assert.ok(encodeDrawing([long[0].slice(0, 2900)]).length <= LONGEST);
});

const malformed = {
  empty: "",
  "of foreign letters": "<script>",
  "with a percent sign": "AAF%20",
  "cut short": encodeDrawing([
    [
      [1, 2],
      [3, 4],
    ],
  ]).slice(0, -3),
  "of an impossible length": "AAAAA",
  "of a stroke without points": "AAAA",
  "too long": "A".repeat(LONGEST + 4),
  "with one byte too many": encodeDrawing([[[1, 2]], [[3, 4]]]).slice(0, 7),
};
for (const [name, text] of Object.entries(malformed)) {
  test(`a link ${name} is refused`, () => assert.equal(decodeDrawing(text), null));
}

test("no text at random brings it down", () => {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  for (let i = 0; i < 5000; i++) {
    const text = Array.from({ length: i % 60 }, (_, j) => letters[(i * 31 + j * j * 17 + 7 * j) % 64]).join("");
    const drawing = decodeDrawing(text);
    assert.ok(
      drawing === null ||
        drawing.every((stroke) => stroke.length > 0 && stroke.flat().every((value) => value >= 0 && value < 256)),
    );
  }
});
