import assert from "node:assert/strict";
import { test } from "node:test";

import { addNoise, change, move, permute, rotate, thicken, UNCHANGED } from "../../digitlib/web/changes.js";
import { distance, rows } from "./fixtures.js";

const image = rows("test_images")[0];

test("without a change the image is the same", () => {
  assert.equal(distance(change(image, UNCHANGED), image), 0);
});

test("moving is digitlib's move", () => {
  assert.equal(distance(move(image, 3, -2), rows("moved")[0]), 0);
});

test("turning is SciPy's bilinear rotation, within rounding", () => {
  assert.ok(distance(rotate(image, 30), rows("turned")[0]) <= 1);
});

test("thickening is SciPy's grey dilation, thinning its erosion", () => {
  assert.equal(distance(thicken(image, 1), rows("dilated")[0]), 0);
  assert.equal(distance(thicken(image, -1), rows("eroded")[0]), 0);
});

test("half a pixel thicker lies between", () => {
  const half = thicken(image, 0.5);
  const whole = thicken(image, 1);
  assert.ok(half.every((value, i) => value >= image[i] && value <= whole[i]));
  assert.ok(distance(half, image) > 0);
});

test("noise has the standard deviation that was asked for, and is the same each time", () => {
  const gray = new Uint8Array(784).fill(128);
  const noisy = addNoise(gray, 0.1);
  const deviation = Math.sqrt(noisy.reduce((sum, value) => sum + (value - 128) ** 2, 0) / 784);
  assert.ok(Math.abs(deviation - 25.5) < 3, `${deviation}`);
  assert.deepEqual(addNoise(gray, 0.1), noisy);
});

test("permuting moves as many pixels as asked, and loses none", () => {
  const numbered = Uint8Array.from({ length: 784 }, (_, place) => place % 251);
  for (const share of [0, 0.5, 1]) {
    const permuted = permute(numbered, share);
    assert.deepEqual([...permuted].sort(), [...numbered].sort());
    const stayed = permuted.filter((value, place) => value === numbered[place]).length;
    assert.ok(Math.abs(stayed - 784 * (1 - share)) < 12, `${share}: ${stayed}`);
  }
});
