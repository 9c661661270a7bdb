import { ResidualError } from '../errors.js';
import { scalar, type Tensor, tidy } from '../tensor.js';
import { broadcastShape } from './broadcast.js';
import { functionName, type NoAttributes, type Op, runOp } from './op.js';

/** The inputs of an op on two tensors. */
export type BinaryInputs = { readonly a: Tensor; readonly b: Tensor };

/** Runs an op on two tensors of one type, with broadcasting; a number becomes a tensor of that type. */
export function runBinary(op: Op<BinaryInputs, NoAttributes>, a: Tensor, b: Tensor | number): Tensor {
  const name = functionName(op);
  if (a.dtype !== 'float32' && a.dtype !== 'int32')
    throw new ResidualError('dtype', `${name}: ${a.dtype} does not fit; convert with toFloat or toInt`);
  if (typeof b === 'number') return tidy(() => runOp(op, { a, b: scalarLike(name, b, a) }, {}));
  if (a.dtype !== b.dtype)
    throw new ResidualError('dtype', `${name}: ${a.dtype} and ${b.dtype} do not mix; convert one`);
  broadcastShape(name, a.shape, b.shape);
  return runOp(op, { a, b }, {});
}

/** A number as a scalar tensor of the type of `x`. */
export function scalarLike(name: string, value: number, x: Tensor): Tensor {
  if (x.dtype === 'float32') return scalar(value);
  if (!Number.isInteger(value))
    throw new ResidualError('dtype', `${name}: ${value} is not a whole number and x is int32; convert x with toFloat`);
  return scalar(value, 'int32');
}
