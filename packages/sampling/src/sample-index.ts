/** The first token of `mass` [vocab] up to which the masses add up to more than `target`, which is less than all of them together. */
export function sampleIndex(unnormalized: Float64Array, vocab: number, target: number): number {
  let id = 0;
  for (let sum = unnormalized[0]!; !(sum > target) && id < vocab - 1; sum += unnormalized[id]!) id++;
  return id;
}
