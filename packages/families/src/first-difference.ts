import type { Difference } from './family.js';

/** Where values first differ from those of a formula by more than `tolerance`; undefined if nowhere. */
export function firstDifference(
  values: Float32Array,
  expected: (index: number) => number,
  tolerance: (expected: number) => number = () => 0,
): Difference | undefined {
  const index = values.findIndex((value, i) => !(Math.abs(value - expected(i)) <= tolerance(expected(i))));
  return index < 0 ? undefined : { index, expected: expected(index) };
}
