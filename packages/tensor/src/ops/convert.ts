import type { Tensor } from '../tensor.js';
import { clone, type Op, runOp } from './op.js';

type UnaryInputs = { x: Tensor };

const castOp: Op<UnaryInputs, { dtype: 'float32' | 'int32' }> = {
  name: 'residual.cast',
  tfjsKernel: 'Cast',
  gradient: 'none',
};

/**
 * Converts booleans or integers to float32 (true is 1). Floats are returned as they are; other types pass no gradient.
 */
export function toFloat(x: Tensor): Tensor {
  return x.dtype === 'float32' ? clone(x) : runOp(castOp, { x }, { dtype: 'float32' });
}

/** Converts numbers or booleans to int32, rounded towards zero. It passes no gradient. */
export function toInt(x: Tensor): Tensor {
  return x.dtype === 'int32' ? clone(x) : runOp(castOp, { x }, { dtype: 'int32' });
}
