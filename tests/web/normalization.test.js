import assert from "node:assert/strict";
import { test } from "node:test";

import { inkBox, normalize } from "../../digitlib/web/normalization.js";
import { rasterize } from "../../digitlib/web/strokes.js";
import { array, rows } from "./fixtures.js";

const square = (side, data) => ({ height: side, width: side, data });

test("nearly all test images come back unchanged", () => {
  const images = rows("test_images");
  const unchanged = images.filter((image) => Buffer.compare(normalize(square(28, image)).image, image) === 0);
  assert.ok(unchanged.length >= 9990, `${unchanged.length}`);
});

for (const steps of [
  {},
  { crop: false },
  { fit: false },
  { center: false },
  { crop: false, fit: false, center: false },
]) {
  const name = ["crop", "fit", "center"].map((step) => Number(steps[step] ?? true)).join("");
  test(`drawings give Python's pixels with the steps ${name}`, () => {
    const drawings = rows("drawings");
    const expected = rows(`normalized_${name}`);
    const { shape } = array("drawings");
    drawings.forEach((drawing, i) => {
      const { image } = normalize({ height: shape[1], width: shape[2], data: drawing }, steps);
      assert.deepEqual(image, expected[i], `drawing ${i}`);
    });
    assert.ok(drawings.length >= 20);
  });
}

test("an empty drawing has no ink and no image", () => {
  const blank = square(256, new Uint8Array(256 * 256));
  assert.equal(inkBox(blank), null);
  assert.equal(normalize(blank), null);
});

test("a single pixel fills the square of 20x20", () => {
  const data = new Uint8Array(100);
  data[55] = 200;
  const { image, box, small, top, left } = normalize(square(10, data));
  assert.deepEqual(box, { top: 5, bottom: 6, left: 5, right: 6 });
  assert.equal(image.filter((value) => value === 200).length, 400);
  assert.deepEqual([small.height, small.width, top, left], [20, 20, 5, 5]); // the middle of 20 pixels is 9.5; 14 less that rounds to 5
});

test("a stroke at the edge of the area is not lost", () => {
  const { image } = normalize(
    rasterize(
      [
        [
          [0, 0],
          [0, 255],
        ],
      ],
      22,
    ),
  );
  assert.ok(image.some((value) => value === 255));
});
