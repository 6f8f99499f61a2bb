// Whether a drawing looks like a digit: the rule of the chapter "When it is no digit", with the weights that it learned.

/** Whether the score reaches the threshold. */
export function looksLikeADigit(hidden, rule) {
  return score(hidden, rule) >= rule.threshold;
}

/** A weighted sum of the hidden outputs, in units of their spread, and of all products of two. */
export function score(hidden, { mean, scale, linear, pairs, constant }) {
  const u = mean.map((middle, i) => (hidden[i] - middle) / scale[i]);
  let sum = constant;
  let next = 0;
  for (let i = 0; i < u.length; i++) {
    sum += linear[i] * u[i];
    for (let j = i; j < u.length; j++) sum += pairs[next++] * u[i] * u[j];
  }
  return sum;
}
