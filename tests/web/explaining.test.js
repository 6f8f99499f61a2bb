import assert from "node:assert/strict";
import { test } from "node:test";

import { explainConvolution, explainScore } from "../../digitlib/web/explaining.js";
import { decodeWeights, runCnn } from "../../digitlib/web/network.js";
import { rows, weights } from "./fixtures.js";

const decoded = decodeWeights(weights.cnn);
const activations = runCnn(rows("test_images")[0], decoded);

test("on paper: patch times kernel, plus bias", () => {
  const maps = {
    height: 3,
    width: 3,
    channels: 1,
    data: [1, 2, 3, 4, 5, 6, 7, 8, 9],
  };
  const { channels, total } = explainConvolution(maps, [0, 0, 1, 0, 0, 0, -1, 0, 0], [0.5], {
    filter: 0,
    row: 0,
    column: 0,
  });
  assert.deepEqual(channels[0].products.map(Math.abs), [0, 0, 3, 0, 0, 0, 7, 0, 0]);
  assert.equal(total, 3 - 7 + 0.5);
});

for (const [layer, input, name] of [
  ["conv1", "input", "conv2d"],
  ["conv2", "pool1", "conv2d_1"],
]) {
  test(`the sum explained is the value of ${layer}`, () => {
    const { width, channels, data } = activations[layer];
    for (let place = 0; place < data.length; place += 37) {
      const [filter, column, row] = [
        place % channels,
        Math.floor(place / channels) % width,
        Math.floor(place / channels / width),
      ];
      const { total } = explainConvolution(activations[input], decoded[name].kernel, decoded[name].bias, {
        filter,
        row,
        column,
      });
      assert.ok(Math.abs(Math.max(0, total) - data[place]) < 1e-5);
    }
  });
}

test("the votes add up to the scores, the largest first", () => {
  activations.scores.forEach((score, digit) => {
    const { votes, total } = explainScore(activations.hidden, decoded.dense_1.kernel, decoded.dense_1.bias, digit);
    assert.ok(Math.abs(total - score) < 1e-4);
    assert.equal(votes.length, 64);
    assert.ok(votes.every(({ vote }, i) => i === 0 || Math.abs(vote) <= Math.abs(votes[i - 1].vote)));
  });
});
