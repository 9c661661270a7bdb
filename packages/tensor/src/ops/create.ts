import { expectShape, ResidualError, showShape } from '../errors.js';
import { type Op, run } from '../op.js';
import type { Tensor } from '../tensor.js';

type Made = { shape: readonly number[]; value: number; dtype: 'float32' | 'int32' };

const fillOp: Op<Record<never, never>, Made> = { name: 'residual.fill', stock: 'Fill', gradient: 'none' };

/** A tensor of `shape` with one value everywhere, made on the device. */
export function fill(shape: readonly number[], value: number, dtype: 'float32' | 'int32' = 'float32'): Tensor {
  expectShape(
    shape.every(length => Number.isInteger(length) && length >= 0),
    () => `fill: ${showShape(shape)} is no shape; lengths are whole numbers from 0`,
  );
  if (dtype === 'int32' && !Number.isInteger(value))
    throw new ResidualError('dtype', `fill: ${value} is no whole number and the type is int32`);
  return run(fillOp, {}, { shape, value, dtype });
}

/** Zeros of `shape`. */
export function zeros(shape: readonly number[], dtype: 'float32' | 'int32' = 'float32'): Tensor {
  return fill(shape, 0, dtype);
}

/** Ones of `shape`. */
export function ones(shape: readonly number[], dtype: 'float32' | 'int32' = 'float32'): Tensor {
  return fill(shape, 1, dtype);
}

type Counted = { start: number; stop: number; step: number; dtype: 'int32' };

const rangeOp: Op<Record<never, never>, Counted> = { name: 'residual.range', stock: 'Range', gradient: 'none' };

/** The whole numbers 0 .. length - 1: int32 [length]. */
export function range(length: number): Tensor {
  expectShape(
    Number.isInteger(length) && length >= 0,
    () => `range: ${length} is no length; it is a whole number from 0`,
  );
  return run(rangeOp, {}, { start: 0, stop: length, step: 1, dtype: 'int32' });
}
