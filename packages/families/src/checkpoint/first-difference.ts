import type { Difference } from '../family.js';

/** The first value that differs from a formula by more than `tolerance`; undefined if none does. */
export function firstDifference(
  values: Float32Array,
  expected: (index: number) => number,
  tolerance: (expected: number) => number = () => 0,
): Difference | undefined {
  const index = values.findIndex((value, i) => !(Math.abs(value - expected(i)) <= tolerance(expected(i))));
  return index < 0 ? undefined : { index, expected: expected(index) };
}
