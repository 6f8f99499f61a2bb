// The two networks of the comparison chapter, from image to probabilities.

import { convolve, dense, maxPool, relu, softmax } from "./layers.js";

/** The CNN: everything that it computes on the way, by name. */
export function runCnn(image, weights) {
  const input = { height: 28, width: 28, channels: 1, data: scalePixels(image) };
  const conv1 = convolve(input, weights.conv2d.kernel, weights.conv2d.bias);
  relu(conv1.data);
  const pool1 = maxPool(conv1);
  const conv2 = convolve(pool1, weights.conv2d_1.kernel, weights.conv2d_1.bias);
  relu(conv2.data);
  const pool2 = maxPool(conv2);
  const hidden = relu(dense(pool2.data, weights.dense.kernel, weights.dense.bias));
  const scores = dense(hidden, weights.dense_1.kernel, weights.dense_1.bias);
  return { input, conv1, pool1, conv2, pool2, hidden, scores, probabilities: softmax(scores) };
}

/** The fully connected network of the same size. */
export function runFullyConnected(image, weights) {
  const hidden = relu(dense(scalePixels(image), weights.dense.kernel, weights.dense.bias));
  const scores = dense(hidden, weights.dense_1.kernel, weights.dense_1.bias);
  return { hidden, scores, probabilities: softmax(scores) };
}

/** Grey levels from 0 to 255 as the networks want them, from 0 to 1. */
export function scalePixels(image) {
  return Float32Array.from(image, (value) => value / 255);
}

/** The position of the largest value. */
export function argmax(values) {
  return values.reduce((best, value, position) => (value > values[best] ? position : best), 0);
}

/** Weights from their file: { arrays: [{ layer, name, size }], data }, as digitlib.web.bundle writes it. */
export function decodeWeights({ arrays, data }) {
  const numbers = decodeNumbers(data);
  const weights = {};
  let start = 0;
  for (const { layer, name, size } of arrays) {
    weights[layer] = { ...weights[layer], [name]: numbers.subarray(start, start + size) };
    start += size;
  }
  if (start !== numbers.length) throw new Error(`weights: ${numbers.length} numbers, but arrays for ${start}`);
  return weights;
}

/** Numbers of 32 bits, of which the lowest bytes come first, then the second lowest, and so on. */
function decodeNumbers(text) {
  const planes = decodeBytes(text);
  const bytes = new Uint8Array(planes.length);
  const count = planes.length / 4;
  planes.forEach((value, i) => {
    bytes[4 * (i % count) + Math.floor(i / count)] = value;
  });
  return new Float32Array(bytes.buffer);
}

/** Bytes from base64. */
export function decodeBytes(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}
