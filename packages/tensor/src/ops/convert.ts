import { clone, type Op, run } from '../op.js';
import type { Tensor } from '../tensor.js';

type One = { x: Tensor };

const castOp: Op<One, { dtype: 'float32' | 'int32' }> = { name: 'residual.cast', stock: 'Cast', gradient: 'none' };

/** Booleans or integers as floats (true is 1); floats as they are. No gradient flows through the conversion of another type. */
export function toFloat(x: Tensor): Tensor {
  return x.dtype === 'float32' ? clone(x) : run(castOp, { x }, { dtype: 'float32' });
}

/** Numbers or booleans as int32, rounded towards zero. No gradient flows through it. */
export function toInt(x: Tensor): Tensor {
  return x.dtype === 'int32' ? clone(x) : run(castOp, { x }, { dtype: 'int32' });
}
