// The layers of the networks, each as the architecture chapter writes it in NumPy.
//
// Maps are { height, width, channels, data }: data holds the values row by row,
// column by column, channel by channel, as Keras does. Vectors are Float32Arrays.

/** Convolve maps with kernels (size, size, channels, filters), flat and in that order. */
export function convolve(maps, kernels, biases, size = 3) {
  const { width, channels, data } = maps;
  const filters = biases.length;
  const sums = emptyMaps(maps.height - size + 1, width - size + 1, filters);
  for (let top = 0; top < sums.height; top++) {
    for (let left = 0; left < sums.width; left++) {
      const to = (top * sums.width + left) * filters;
      sums.data.set(biases, to);
      for (let row = 0; row < size; row++) {
        for (let column = 0; column < size; column++) {
          const from = ((top + row) * width + left + column) * channels;
          for (let channel = 0; channel < channels; channel++) {
            const value = data[from + channel];
            if (value === 0) continue; // blank paper costs no time
            const kernel = ((row * size + column) * channels + channel) * filters;
            for (let filter = 0; filter < filters; filter++) {
              sums.data[to + filter] += value * kernels[kernel + filter];
            }
          }
        }
      }
    }
  }
  return sums;
}

/** Replace negative values by zero, in place. */
export function relu(values) {
  for (let i = 0; i < values.length; i++) if (values[i] < 0) values[i] = 0;
  return values;
}

/** Keep the largest of each square of 2x2 values; an odd last row or column is left out. */
export function maxPool(maps) {
  const { width, channels, data } = maps;
  const pooled = emptyMaps(maps.height >> 1, width >> 1, channels);
  for (let row = 0; row < pooled.height; row++) {
    for (let column = 0; column < pooled.width; column++) {
      for (let channel = 0; channel < channels; channel++) {
        const above = (2 * row * width + 2 * column) * channels + channel;
        const below = above + width * channels;
        pooled.data[(row * pooled.width + column) * channels + channel] = Math.max(
          data[above],
          data[above + channels],
          data[below],
          data[below + channels],
        );
      }
    }
  }
  return pooled;
}

/** A vector times weights (inputs, outputs), plus biases. */
export function dense(vector, weights, biases) {
  const outputs = biases.length;
  const sums = Float32Array.from(biases);
  for (let input = 0; input < vector.length; input++) {
    const value = vector[input];
    if (value === 0) continue;
    for (let output = 0; output < outputs; output++) sums[output] += value * weights[input * outputs + output];
  }
  return sums;
}

/** Turn scores into probabilities: positive, and of sum 1. */
export function softmax(scores) {
  const largest = Math.max(...scores);
  const exponentials = Array.from(scores, (score) => Math.exp(score - largest));
  const sum = exponentials.reduce((one, other) => one + other);
  return Float32Array.from(exponentials, (value) => value / sum);
}

/** Maps of zeros. */
export function emptyMaps(height, width, channels) {
  return { height, width, channels, data: new Float32Array(height * width * channels) };
}
