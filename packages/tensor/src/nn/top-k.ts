import { expectShape, showShape } from '../errors.js';
import { add, minimum, mul } from '../ops/arithmetic.js';
import { equal, greater, logicalAnd } from '../ops/compare.js';
import { toFloat, toInt } from '../ops/convert.js';
import { range } from '../ops/create.js';
import { type Op, runOp, type UnaryInputs } from '../ops/op.js';
import { reshape } from '../ops/shape.js';
import { sum } from '../ops/sum.js';
import { type Tensor, tidy } from '../tensor.js';
import { takeAlong } from './take-along.js';

/** The attributes of `residual.topK`: how many entries of a row. */
export type TopKAttributes = { readonly k: number };

/**
 * Ranks each entry by how many others precede it: those that are larger, and equal ones before it. It holds length²
 * numbers for each row.
 */
const topKOp: Op<UnaryInputs, TopKAttributes> = {
  name: 'residual.topK',
  compose: ({ x }, { k }) => {
    const [rows, length] = x.shape as [number, number];
    const [entry, other] = [reshape(x, [rows, length, 1]), reshape(x, [rows, 1, length])];
    const index = range(length);
    const isEarlier = greater(reshape(index, [1, length, 1]), reshape(index, [1, 1, length]));
    const isEqualBefore = logicalAnd(equal(other, entry), isEarlier);
    const rank = sum(add(toFloat(greater(other, entry)), toFloat(isEqualBefore)), { axis: 2 }); // [rows, length]
    const ranks = reshape(toFloat(range(k)), [1, k, 1]);
    const hasRank = toFloat(equal(reshape(rank, [rows, 1, length]), ranks)); // [rows, k, length]
    const found = sum(mul(hasRank, reshape(toFloat(index), [1, 1, length])), { axis: 2 });
    return toInt(minimum(found, length - 1)); // NaN has no rank; an index stays one
  },
  gradient: 'none',
};

/** What `topK` returns: the largest entries of each row, and where they are. */
export interface TopK {
  /** [..., k]. */
  readonly values: Tensor;
  /** int32 [..., k]. */
  readonly indices: Tensor;
}

/**
 * The indices of the k largest entries along the last axis, the largest first and the lower index first at a tie:
 * x [..., length] to int32 [..., k]. Without a kernel it needs length² numbers for each row. Errors if k is not
 * 1 .. length.
 */
export function topKIndices(x: Tensor, k: number): Tensor {
  const length = x.shape.at(-1) ?? 0;
  expectShape(
    Number.isInteger(k) && k >= 1 && k <= length,
    () => `topK: k is ${k}; it must be 1 .. ${length}, for x is ${showShape(x.shape)}`,
  );
  return tidy(() => {
    const rows = runOp(topKOp, { x: reshape(x, [-1, length]) }, { k }); // [rows, k]
    return reshape(rows, [...x.shape.slice(0, -1), k]);
  });
}

/**
 * The k largest entries along the last axis with their indices, ordered as `topKIndices` orders them: x [..., length]
 * to two tensors [..., k]. The gradient flows through the values. Errors as `topKIndices`.
 */
export function topK(x: Tensor, k: number): TopK {
  return tidy(() => {
    const indices = topKIndices(x, k);
    return { values: takeAlong(x, indices), indices };
  });
}
