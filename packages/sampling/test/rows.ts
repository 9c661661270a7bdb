import fc from 'fast-check';

/** Logits from -limit to limit in steps of 1 / 1024, so far apart that float64 distinguishes their probabilities. */
const logit = (limit: number) => fc.integer({ min: -1024 * limit, max: 1024 * limit }).map(steps => steps / 1024);

/** A row of logits with many equal and suppressed ones; at least one can be chosen. */
export const rows = fc
  .array(fc.oneof(fc.constantFrom(-3, -1, 0, 0.5, 2), logit(30), fc.constant(Number.NEGATIVE_INFINITY)), {
    minLength: 1,
    maxLength: 61,
  })
  .filter(row => row.some(logit => logit > -Infinity))
  .map(row => Float32Array.from(row));

/** A row of different logits. */
export const distinctRows = fc
  .uniqueArray(logit(9), { minLength: 1, maxLength: 61 })
  .map(row => Float32Array.from(row));

/** softmax(row) [vocab] in float64. */
export function softmaxInFloat64(row: ArrayLike<number>): number[] {
  const logits = Array.from(row);
  const max = Math.max(...logits);
  const exponentials = logits.map(logit => Math.exp(logit - max));
  const sum = exponentials.reduce((a, b) => a + b);
  return exponentials.map(each => each / sum);
}

/** Entropy of probabilities in nats. */
export const entropyOf = (probabilities: readonly number[]): number =>
  -probabilities.reduce((sum, p) => sum + (p > 0 ? p * Math.log(p) : 0), 0);

/** Indices of the logits that are not suppressed. */
export const allowedIds = (row: ArrayLike<number>): number[] =>
  Array.from(row, (logit, id) => (logit > -Infinity ? id : -1)).filter(id => id >= 0);

/** The context of a sequence with these tokens; by default all belong to the prompt. */
export const contextOf = (tokens: ArrayLike<number> = [], promptLength = tokens.length) => ({ tokens, promptLength });
