import { expect } from 'vitest';

/** An object with a shape and readable numbers, such as a tensor. */
export interface TensorLike {
  readonly shape: readonly number[];
  data(): Promise<ArrayLike<number>>;
}

/** Numbers in nested arrays. */
export type Nested = number | readonly Nested[];

/**
 * The arguments of `expectClose`: a number, a tensor, a flat or typed array, or nested arrays, which define the shape.
 */
export type Numbers = TensorLike | ArrayLike<number> | Nested;

/** The tolerance: `|actual - expected| <= absolute + relative · |expected|`; at least one must be given. */
export type Tolerance = { absolute: number; relative?: number } | { absolute?: number; relative: number };

interface ReadNumbers {
  values: ArrayLike<number>;
  /** Undefined for flat numbers. */
  shape: readonly number[] | undefined;
}

const isTensorLike = (numbers: Numbers): numbers is TensorLike =>
  typeof numbers === 'object' && 'data' in numbers && typeof numbers.data === 'function';

const nestedShape = (numbers: Nested): number[] =>
  typeof numbers === 'number' ? [] : [numbers.length, ...(numbers.length ? nestedShape(numbers[0] as Nested) : [])];

const read = async (numbers: Numbers): Promise<ReadNumbers> => {
  if (isTensorLike(numbers)) return { values: await numbers.data(), shape: numbers.shape };
  if (typeof numbers === 'number') return { values: [numbers], shape: undefined };
  if (!Array.isArray(numbers)) return { values: numbers as ArrayLike<number>, shape: undefined };
  const nested = Array.isArray(numbers[0]);
  const values = numbers.flat(Number.POSITIVE_INFINITY) as number[];
  return { values, shape: nested ? nestedShape(numbers) : undefined };
};

/** The indices of a flat index in a shape: 7 in [2, 5] is [1, 2]. */
const unravelIndex = (index: number, shape: readonly number[]): number[] => {
  const indices: number[] = [];
  let rest = index;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis]!;
    indices.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return indices;
};

/** The difference of two numbers. Equal infinities and two NaN differ by 0; a single NaN differs infinitely. */
const distance = (actual: number, expected: number): number => {
  if (Object.is(actual, expected) || actual === expected) return 0;
  const difference = Math.abs(actual - expected);
  return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
};

/**
 * Fails unless every number of `actual` is within the tolerance of `expected`, and the shapes agree if both are known.
 * The message names the worst difference, its indices, and the number of differences beyond the tolerance.
 */
export const expectClose = async (actual: Numbers, expected: Numbers, tolerance: Tolerance): Promise<void> => {
  const { absolute = 0, relative = 0 } = tolerance;
  if (!(absolute >= 0 && relative >= 0))
    throw new Error(`expectClose: tolerance ${absolute} + ${relative} is not a bound`);
  const [actualNumbers, expectedNumbers] = await Promise.all([read(actual), read(expected)]);
  if (actualNumbers.shape && expectedNumbers.shape)
    expect(actualNumbers.shape, 'expectClose: shape').toEqual(expectedNumbers.shape);
  expect(actualNumbers.values.length, 'expectClose: count of numbers').toBe(expectedNumbers.values.length);
  const shape = actualNumbers.shape ?? expectedNumbers.shape ?? [actualNumbers.values.length];
  let wrong = 0;
  let worst = { excess: 0, difference: 0, index: -1 };
  for (let index = 0; index < actualNumbers.values.length; index++) {
    const difference = distance(actualNumbers.values[index]!, expectedNumbers.values[index]!);
    const bound = absolute + relative * Math.abs(expectedNumbers.values[index]!);
    if (difference <= bound) continue;
    wrong++;
    const excess = bound > 0 ? difference / bound : Number.POSITIVE_INFINITY;
    if (worst.index < 0 || excess > worst.excess) worst = { excess, difference, index };
  }
  if (wrong === 0) return;
  const { index, difference } = worst;
  expect.fail(
    `expectClose: largest difference ${difference} at [${unravelIndex(index, shape)}] of [${shape}]: ` +
      `${actualNumbers.values[index]} instead of ${expectedNumbers.values[index]}; ` +
      `allowed ${absolute} + ${relative} · |expected|; ${wrong} of ${actualNumbers.values.length} ` +
      'numbers differ by more',
  );
};
