/**
 * Inverse transform sampling: the first token at which the cumulative sum of `unnormalized` exceeds `target` < total.
 */
export function sampleIndex(unnormalized: Float64Array, vocab: number, target: number): number {
  let id = 0;
  for (let sum = unnormalized[0]!; !(sum > target) && id < vocab - 1; sum += unnormalized[id]!) id++;
  return id;
}
