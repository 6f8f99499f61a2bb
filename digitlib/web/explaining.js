// What one number of the network is made of.

/**
 * One value of a feature map: for each input channel the patch that the kernel
 * lies on, the kernel, and the sum of their products; then bias and total.
 */
export function explainConvolution(maps, kernels, biases, { filter, row, column, size = 3 }) {
  const channels = Array.from({ length: maps.channels }, (_, channel) => {
    const [patch, kernel] = [[], []];
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        patch.push(maps.data[((row + y) * maps.width + column + x) * maps.channels + channel]);
        kernel.push(kernels[((y * size + x) * maps.channels + channel) * biases.length + filter]);
      }
    }
    const products = patch.map((value, i) => value * kernel[i]);
    return { channel, patch, kernel, products, sum: sum(products) };
  });
  return { channels, bias: biases[filter], total: sum(channels.map((one) => one.sum)) + biases[filter] };
}

/** One score of the last layer: what each hidden output adds to it, the largest first; then bias and total. */
export function explainScore(hidden, weights, biases, digit) {
  const votes = Array.from(hidden, (output, unit) => {
    const weight = weights[unit * biases.length + digit];
    return { unit, output, weight, vote: output * weight };
  });
  const total = sum(votes.map(({ vote }) => vote)) + biases[digit];
  return { votes: votes.sort((one, other) => Math.abs(other.vote) - Math.abs(one.vote)), bias: biases[digit], total };
}

function sum(values) {
  return values.reduce((one, other) => one + other, 0);
}
