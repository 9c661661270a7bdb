import { ResidualError } from '../errors.js';
import type { Tensor } from '../tensor.js';
import { type BinaryInputs, runBinary } from './binary.js';
import { broadcastShape } from './broadcast.js';
import { type NoAttributes, type Op, runOp } from './op.js';

type Comparison = Op<BinaryInputs, NoAttributes>;

const greaterOp: Comparison = { name: 'residual.greater', tfjsKernel: 'Greater', gradient: 'none' };
const greaterEqualOp: Comparison = { name: 'residual.greaterEqual', tfjsKernel: 'GreaterEqual', gradient: 'none' };
const lessOp: Comparison = { name: 'residual.less', tfjsKernel: 'Less', gradient: 'none' };
const lessEqualOp: Comparison = { name: 'residual.lessEqual', tfjsKernel: 'LessEqual', gradient: 'none' };
const equalOp: Comparison = { name: 'residual.equal', tfjsKernel: 'Equal', gradient: 'none' };
const notEqualOp: Comparison = { name: 'residual.notEqual', tfjsKernel: 'NotEqual', gradient: 'none' };
const logicalAndOp: Comparison = { name: 'residual.logicalAnd', tfjsKernel: 'LogicalAnd', gradient: 'none' };

/** a > b as booleans, with broadcasting. */
export function greater(a: Tensor, b: Tensor | number): Tensor {
  return runBinary(greaterOp, a, b);
}

/** a ≥ b as booleans, with broadcasting. */
export function greaterEqual(a: Tensor, b: Tensor | number): Tensor {
  return runBinary(greaterEqualOp, a, b);
}

/** a < b as booleans, with broadcasting. */
export function less(a: Tensor, b: Tensor | number): Tensor {
  return runBinary(lessOp, a, b);
}

/** a ≤ b as booleans, with broadcasting. */
export function lessEqual(a: Tensor, b: Tensor | number): Tensor {
  return runBinary(lessEqualOp, a, b);
}

/** a = b as booleans, with broadcasting. */
export function equal(a: Tensor, b: Tensor | number): Tensor {
  return runBinary(equalOp, a, b);
}

/** a ≠ b as booleans, with broadcasting; `notEqual(x, 0)` converts numbers to booleans. */
export function notEqual(a: Tensor, b: Tensor | number): Tensor {
  return runBinary(notEqualOp, a, b);
}

/** a ∧ b of booleans, with broadcasting. */
export function logicalAnd(a: Tensor, b: Tensor): Tensor {
  if (a.dtype !== 'bool' || b.dtype !== 'bool')
    throw new ResidualError('dtype', `logicalAnd: ${a.dtype} and ${b.dtype} are not both bool; compare first`);
  broadcastShape('logicalAnd', a.shape, b.shape);
  return runOp(logicalAndOp, { a, b }, {});
}
