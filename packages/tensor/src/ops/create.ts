import { expectShape, ResidualError, showShape } from '../errors.js';
import type { Tensor } from '../tensor.js';
import { type Op, runOp } from './op.js';

type FillAttributes = { shape: readonly number[]; value: number; dtype: 'float32' | 'int32' };

const fillOp: Op<Record<never, never>, FillAttributes> = {
  name: 'residual.fill',
  tfjsKernel: 'Fill',
  gradient: 'none',
};

/** A tensor of `shape` filled with one value, created on the device. */
export function fill(shape: readonly number[], value: number, dtype: 'float32' | 'int32' = 'float32'): Tensor {
  expectShape(
    shape.every(length => Number.isInteger(length) && length >= 0),
    () => `fill: ${showShape(shape)} is not a shape; lengths are whole numbers from 0`,
  );
  if (dtype === 'int32' && !Number.isInteger(value))
    throw new ResidualError('dtype', `fill: ${value} is not a whole number and the type is int32`);
  return runOp(fillOp, {}, { shape, value, dtype });
}

/** Zeros of `shape`. */
export function zeros(shape: readonly number[], dtype: 'float32' | 'int32' = 'float32'): Tensor {
  return fill(shape, 0, dtype);
}

/** Ones of `shape`. */
export function ones(shape: readonly number[], dtype: 'float32' | 'int32' = 'float32'): Tensor {
  return fill(shape, 1, dtype);
}

type RangeAttributes = { start: number; stop: number; step: number; dtype: 'int32' };

const rangeOp: Op<Record<never, never>, RangeAttributes> = {
  name: 'residual.range',
  tfjsKernel: 'Range',
  gradient: 'none',
};

/** The integers 0 .. length - 1: int32 [length]. */
export function range(length: number): Tensor {
  expectShape(
    Number.isInteger(length) && length >= 0,
    () => `range: ${length} is not a length; it is a whole number from 0`,
  );
  return runOp(rangeOp, {}, { start: 0, stop: length, step: 1, dtype: 'int32' });
}
