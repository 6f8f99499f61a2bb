import assert from "node:assert/strict";
import { test } from "node:test";

import { argmax, decodeWeights, runCnn, runFullyConnected } from "../../digitlib/web/network.js";
import { array, distance, rows, weights } from "./fixtures.js";

const images = rows("test_images");
const networks = { cnn: runCnn, matched: runFullyConnected };

for (const [name, run] of Object.entries(networks)) {
  test(`${name}: the class of Keras on every test image, probabilities within 1e-5`, (context) => {
    const decoded = decodeWeights(weights[name]);
    const expected = rows(`probabilities_${name}`);
    let [others, most] = [0, 0];
    images.forEach((image, i) => {
      const { probabilities } = run(image, decoded);
      others += argmax(probabilities) !== argmax(expected[i]);
      most = Math.max(most, distance(probabilities, expected[i]));
    });
    context.diagnostic(`${images.length} images, ${others} other classes, probabilities differ by at most ${most}`);
    assert.equal(images.length, 10000);
    assert.equal(others, 0);
    assert.ok(most < 1e-5);
  });
}

test("every layer of the CNN gives what Keras's gives", () => {
  const decoded = decodeWeights(weights.cnn);
  const activations = runCnn(images[0], decoded);
  for (const layer of ["conv1", "pool1", "conv2", "pool2"]) {
    assert.ok(distance(activations[layer].data, array(layer).data) < 1e-5, layer);
  }
  assert.ok(distance(activations.hidden, array("hidden").data) < 1e-4);
});

test("weights that do not fit their list of arrays are refused", () => {
  const cut = { ...weights.cnn, arrays: weights.cnn.arrays.slice(1) };
  assert.throws(() => decodeWeights(cut), /121930 numbers, but arrays for/);
});
