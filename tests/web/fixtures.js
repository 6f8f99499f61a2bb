// What the Python side computed, for comparison; its path stands in the variable FIXTURES.

import fs from "node:fs";

const { arrays, weights, familiarity } = JSON.parse(fs.readFileSync(process.env.FIXTURES, "utf8"));
const TYPES = {
  uint8: Uint8Array,
  float32: Float32Array,
  float64: Float64Array,
};

/** An array by name: { shape, data }. */
export function array(name) {
  const { type, shape, data } = arrays[name];
  const bytes = Buffer.from(data, "base64");
  return {
    shape,
    data: new TYPES[type](bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)),
  };
}

/** The rows of an array along its first axis, flat. */
export function rows(name) {
  const { shape, data } = array(name);
  const size = data.length / shape[0];
  return Array.from({ length: shape[0] }, (_, row) => data.subarray(row * size, (row + 1) * size));
}

/** The largest difference of two arrays of equal length. */
export function distance(one, other) {
  if (one.length !== other.length) return Infinity;
  return one.reduce((most, value, i) => Math.max(most, Math.abs(value - other[i])), 0);
}

export { familiarity, weights };
