import { unknown } from './pieces.js';

/** Pieces with a lower expected count are removed. */
const minExpectedCount = 0.5;

/**
 * Computes scores from expected counts: log-probabilities by the Bayesian variant of maximization, which makes rare
 * pieces rarer (Liang and Klein 2007). Updates `scores` and returns the numbers of the pieces that are frequent enough.
 */
export function maximizeScores(scores: Float64Array, expected: Float64Array): Int32Array {
  const selected = new Int32Array(expected.length);
  let count = 1; // the unknown piece is first and stays
  let sum = 0;
  for (let id = unknown + 1; id < expected.length; id++) {
    if (expected[id]! < minExpectedCount) continue;
    selected[count++] = id;
    sum += expected[id]!;
  }
  const whole = digamma(sum);
  for (const id of selected.subarray(1, count)) scores[id] = digamma(expected[id]!) - whole;
  return selected.subarray(0, count);
}

/**
 * The derivative of the logarithm of the gamma function for x > 0: the recurrence up to 7, and above it the asymptotic
 * series around x - 1/2.
 */
export function digamma(x: number): number {
  let result = 0;
  for (; x < 7; x++) result -= 1 / x;
  const y = x - 0.5;
  const y2 = 1 / (y * y);
  return result + Math.log(y) + y2 * (1 / 24 + y2 * (-7 / 960 + y2 * (31 / 8064 - (y2 * 127) / 30720)));
}
