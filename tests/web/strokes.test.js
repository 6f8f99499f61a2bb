import assert from "node:assert/strict";
import { test } from "node:test";

import { inkBox, normalize } from "../../digitlib/web/normalization.js";
import { AREA, PEN, PEN_WIDTHS, rasterize, scaleDrawing } from "../../digitlib/web/strokes.js";

const amount = ({ data }) => data.reduce((one, other) => one + other, 0) / 255;

test("a dot has the area of a circle", () => {
  assert.ok(Math.abs(amount(rasterize([[[100, 100]]], 30)) - Math.PI * 15 ** 2) < 2);
});

test("a line has the area of a rectangle with round ends", () => {
  assert.ok(
    Math.abs(
      amount(
        rasterize(
          [
            [
              [50, 100],
              [150, 100],
            ],
          ],
          20,
        ),
      ) -
        (100 * 20 + Math.PI * 10 ** 2),
    ) < 2,
  );
});

test("strokes that cross do not make darker ink, and the middle of a line is full", () => {
  const cross = rasterize(
    [
      [
        [50, 128],
        [200, 128],
      ],
      [
        [128, 50],
        [128, 200],
      ],
    ],
    20,
  );
  assert.equal(Math.max(...cross.data), 255);
  assert.equal(cross.data[128 * AREA + 128], 255);
});

test("ink that would leave the area is cut, not wrapped round", () => {
  const { left, right } = inkBox(rasterize([[[250, 100]]], 22));
  assert.deepEqual([left, right], [239, 256]);
});

test("a scaled drawing is the same whatever its size and place were", () => {
  const small = [
    [
      [10, 10],
      [40, 10],
      [20, 70],
    ],
  ];
  const large = small.map((stroke) => stroke.map(([x, y]) => [3 * x + 30, 3 * y + 20]));
  const [one, other] = [small, large].map((drawing) => normalize(rasterize(scaleDrawing(drawing, 22), 22)).image);
  assert.deepEqual(one, other);
});

test("a scaled drawing measures 200, and a dot stays a dot", () => {
  const { top, bottom } = inkBox(
    rasterize(
      scaleDrawing(
        [
          [
            [10, 10],
            [10, 40],
          ],
        ],
        22,
      ),
      22,
    ),
  );
  assert.ok(Math.abs(bottom - top - 200) <= 2);
  const dot = inkBox(
    rasterize(
      scaleDrawing(
        [
          [
            [10, 10],
            [12, 12],
          ],
        ],
        22,
      ),
      22,
    ),
  );
  assert.ok(dot.bottom - dot.top < 40);
  assert.deepEqual(scaleDrawing([], 22), []);
});

test("in a digit of 20 pixels the pen is as wide as its slider says, 2.2 pixels at first", () => {
  const cross = [
    [
      [100, 40],
      [100, 200],
    ],
    [
      [20, 120],
      [180, 120],
    ],
  ];
  const widths = { [PEN]: 2.2, [PEN_WIDTHS.min]: 1, [PEN_WIDTHS.max]: 4.4 };
  for (const [pen, pixels] of Object.entries(widths)) {
    const { image } = normalize(rasterize(scaleDrawing(cross, Number(pen)), Number(pen)));
    const row = image.slice(8 * 28, 9 * 28); // above the line across
    const width = row.reduce((sum, value) => sum + value, 0) / 255;
    assert.ok(Math.abs(width - pixels) < 0.05, `a pen of ${pen} is ${width} pixels wide`);
  }
});
