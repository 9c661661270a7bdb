import { expectShape, ResidualError, showShape } from '../errors.js';
import type { Tensor } from '../tensor.js';

/** Throws unless `x`, the input of that name, is int32. */
export function expectInt32(name: string, input: string, x: Tensor): void {
  if (x.dtype !== 'int32') throw new ResidualError('dtype', `${name}: ${input} must be int32, not ${x.dtype}`);
}

/** Throws unless `x` is absent or int32 of this shape. */
export function expectIntegers(name: string, input: string, x: Tensor | undefined, shape: readonly number[]): void {
  if (!x) return;
  expectShape(
    showShape(x.shape) === showShape(shape),
    () => `${name}: ${input} ${showShape(x.shape)} must be ${showShape(shape)}`,
  );
  expectInt32(name, input, x);
}
