import assert from "node:assert/strict";
import { test } from "node:test";

import { looksLikeADigit, score } from "../../digitlib/web/familiarity.js";
import { array, familiarity, rows } from "./fixtures.js";

test("the score worked out on paper", () => {
  const rule = {
    mean: [1, 0],
    scale: [2, 1],
    linear: [3, -1],
    pairs: [1, 2, 4],
    constant: 5,
    threshold: 19.5,
  };
  // u = (1, 2): 5 + 3 * 1 - 1 * 2 + 1 * 1 + 2 * 2 + 4 * 4
  assert.equal(score([3, 2], rule), 27);
  assert.ok(looksLikeADigit([3, 2], rule));
  assert.ok(!looksLikeADigit([1, 0], rule));
});

test("the scores of Python, for test digits", () => {
  const { data } = array("familiarity_scores");
  rows("familiarity_hidden").forEach((hidden, i) => {
    assert.ok(Math.abs(score(hidden, familiarity) - data[i]) < 1e-8 * Math.max(1, Math.abs(data[i])), `image ${i}`);
  });
});
