import type { Tensor } from '../tensor.js';
import { clone, type Op, runOp } from './op.js';

type UnaryInputs = { x: Tensor };

const castOp: Op<UnaryInputs, { dtype: 'float32' | 'int32' }> = {
  name: 'residual.cast',
  tfjsKernel: 'Cast',
  gradient: 'none',
};

/** Booleans or integers as floats (true is 1); floats as they are. No gradient flows through the conversion of another type. */
export function toFloat(x: Tensor): Tensor {
  return x.dtype === 'float32' ? clone(x) : runOp(castOp, { x }, { dtype: 'float32' });
}

/** Numbers or booleans as int32, rounded towards zero. No gradient flows through it. */
export function toInt(x: Tensor): Tensor {
  return x.dtype === 'int32' ? clone(x) : runOp(castOp, { x }, { dtype: 'int32' });
}
