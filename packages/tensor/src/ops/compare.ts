import { ResidualError } from '../errors.js';
import { type Op, run } from '../op.js';
import type { Tensor } from '../tensor.js';
import { broadcastShape } from './broadcast.js';
import { type NoAttributes, type Pair, pair } from './pair.js';

type Comparison = Op<Pair, NoAttributes>;

const greaterOp: Comparison = { name: 'residual.greater', stock: 'Greater', gradient: 'none' };
const greaterEqualOp: Comparison = { name: 'residual.greaterEqual', stock: 'GreaterEqual', gradient: 'none' };
const lessOp: Comparison = { name: 'residual.less', stock: 'Less', gradient: 'none' };
const lessEqualOp: Comparison = { name: 'residual.lessEqual', stock: 'LessEqual', gradient: 'none' };
const equalOp: Comparison = { name: 'residual.equal', stock: 'Equal', gradient: 'none' };
const notEqualOp: Comparison = { name: 'residual.notEqual', stock: 'NotEqual', gradient: 'none' };
const logicalAndOp: Comparison = { name: 'residual.logicalAnd', stock: 'LogicalAnd', gradient: 'none' };

/** a > b as booleans, shapes broadcast. */
export function greater(a: Tensor, b: Tensor | number): Tensor {
  return pair(greaterOp, a, b);
}

/** a ≥ b as booleans, shapes broadcast. */
export function greaterEqual(a: Tensor, b: Tensor | number): Tensor {
  return pair(greaterEqualOp, a, b);
}

/** a < b as booleans, shapes broadcast. */
export function less(a: Tensor, b: Tensor | number): Tensor {
  return pair(lessOp, a, b);
}

/** a ≤ b as booleans, shapes broadcast. */
export function lessEqual(a: Tensor, b: Tensor | number): Tensor {
  return pair(lessEqualOp, a, b);
}

/** a = b as booleans, shapes broadcast. */
export function equal(a: Tensor, b: Tensor | number): Tensor {
  return pair(equalOp, a, b);
}

/** a ≠ b as booleans, shapes broadcast; `notEqual(x, 0)` is the right way from numbers to booleans. */
export function notEqual(a: Tensor, b: Tensor | number): Tensor {
  return pair(notEqualOp, a, b);
}

/** a and b, both booleans, shapes broadcast. */
export function logicalAnd(a: Tensor, b: Tensor): Tensor {
  if (a.dtype !== 'bool' || b.dtype !== 'bool')
    throw new ResidualError('dtype', `logicalAnd: ${a.dtype} and ${b.dtype} are not both bool; compare first`);
  broadcastShape('logicalAnd', a.shape, b.shape);
  return run(logicalAndOp, { a, b }, {});
}
