import assert from "node:assert/strict";
import { test } from "node:test";

import { convolve, dense, maxPool, relu, softmax } from "../../digitlib/web/layers.js";

const maps = (height, width, channels, values) => ({
  height,
  width,
  channels,
  data: Float32Array.from(values),
});

test("a convolution is the sum worked out on paper", () => {
  const image = maps(3, 4, 1, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  const kernel = [1, 0, 0, 0, 2, 0, 0, 0, -1]; // one filter
  assert.deepEqual(convolve(image, kernel, [10]), maps(1, 2, 1, [10 + 1 + 12 - 11, 10 + 2 + 14 - 12]));
});

test("a convolution adds over input channels, and each filter has its own kernel and bias", () => {
  const image = maps(1, 2, 2, [1, 10, 2, 20]);
  const kernels = [1, 0, 0, 1]; // 1x1, two channels, two filters
  assert.deepEqual(convolve(image, kernels, [0, 5], 1), maps(1, 2, 2, [1, 15, 2, 25]));
  assert.deepEqual(convolve(image, [1, 0, 1, 0], [0, 0], 1), maps(1, 2, 2, [11, 0, 22, 0]));
});

test("ReLU leaves positive values alone", () => {
  assert.deepEqual(relu(Float32Array.of(-1, 0, 2)), Float32Array.of(0, 0, 2));
});

test("pooling keeps the largest of four, per channel, and leaves an odd edge out", () => {
  const three = maps(3, 3, 1, [1, 2, 9, 4, 3, 9, 9, 9, 9]);
  assert.deepEqual(maxPool(three), maps(1, 1, 1, [4]));
  const negative = maps(2, 2, 2, [-1, 1, -2, 2, -3, 3, -4, 4]);
  assert.deepEqual(maxPool(negative), maps(1, 1, 2, [-1, 4]));
});

test("a dense layer is a matrix product", () => {
  assert.deepEqual(dense([1, 2], [1, 2, 3, 4, 5, 6], [0, 0, 1]), Float32Array.of(9, 12, 16));
});

test("softmax gives shares, however large the scores", () => {
  const shares = softmax([1000, 1000 + Math.log(3)]);
  assert.ok(Math.abs(shares[0] - 0.25) < 1e-7);
  assert.ok(Math.abs(shares[1] - 0.75) < 1e-7);
});
