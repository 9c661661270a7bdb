import type { Tensor } from '../tensor.js';
import { clone, type Op, runOp, type UnaryInputs } from './op.js';

/** The attributes of `residual.cast`. */
export type CastAttributes = { readonly dtype: 'float32' | 'int32' };

const castOp: Op<UnaryInputs, CastAttributes> = {
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
