import { expectShape, ResidualError, showShape } from '../errors.js';
import type { Tensor } from '../tensor.js';

/** The reduced axes, non-negative and in order. */
export type Axes = { axis: readonly number[]; keepDims: boolean };

/** Settings of reductions. */
export interface ReduceOptions {
  /** The axes to reduce, negative ones counted from the end; all if absent. */
  readonly axis?: number | readonly number[];
  /** Whether reduced axes stay with length 1; false if absent. */
  readonly keepDims?: boolean;
}

/** The last axis, which stays with length 1. */
export const lastAxis = { axis: -1, keepDims: true } as const;

/** An axis as its index from 0; negative ones are counted from the end. Errors if x has no such axis. */
export function axisOf(name: string, x: Tensor, axis: number): number {
  const index = fromStart(axis, x.shape.length);
  expectShape(x.shape[index] !== undefined, () => `${name}: ${showShape(x.shape)} has no axis ${axis}`);
  return index;
}

/** Resolves the axes of the options. Errors if an axis does not exist or is named twice. */
export function axesOf(name: string, x: Tensor, { axis, keepDims = false }: ReduceOptions): Axes {
  if (x.dtype === 'bool') throw new ResidualError('dtype', `${name}: bool does not fit; convert with toFloat or toInt`);
  const rank = x.shape.length;
  const requested = axis === undefined ? x.shape.map((_, i) => i) : typeof axis === 'number' ? [axis] : axis;
  const normalized = requested.map(a => fromStart(a, rank)).sort((a, b) => a - b);
  normalized.forEach((a, i) => {
    expectShape(
      Number.isInteger(a) && a >= 0 && a < rank && a !== normalized[i - 1],
      () => `${name}: axes ${showShape(requested)} of ${showShape(x.shape)} do not each name one axis`,
    );
  });
  return { axis: normalized, keepDims };
}

function fromStart(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

/** The shape with length 1 along the reduced axes. */
export function keepDimsShape(shape: readonly number[], axis: readonly number[]): number[] {
  return shape.map((length, i) => (axis.includes(i) ? 1 : length));
}
