import {
  add,
  greaterEqual,
  type KeyRange,
  less,
  logicalAnd,
  mul,
  range,
  reshape,
  type Tensor,
  tidy,
  toFloat,
} from '@residual/tensor';
import { type Scope, slot } from './scope.js';

/**
 * The slot for the range of keys that the sequences of this step have: `position` int32 [1] of the first query, and
 * padding as `keyStart` and `keyEnd` int32 [batch]. They are tensors because they change from step to step.
 */
export const keyRange = /* @__PURE__ */ slot<KeyRange>('keyRange');

/**
 * x [batch, length, dim] with zeros at the positions that `keyRange` counts as padding; x itself if there is none.
 * For layers that mix positions without a mask.
 */
export function zeroPadding(x: Tensor, scope: Scope): Tensor {
  const { position, keyStart, keyEnd } = scope.get(keyRange) ?? {};
  if (!keyStart && !keyEnd) return x;
  return tidy(() => {
    const length = x.shape[1]!;
    const at = reshape(position ? add(range(length), position) : range(length), [1, length, 1]);
    const conditions = [
      ...(keyStart ? [greaterEqual(at, reshape(keyStart, [-1, 1, 1]))] : []),
      ...(keyEnd ? [less(at, reshape(keyEnd, [-1, 1, 1]))] : []),
    ];
    return mul(x, toFloat(conditions.reduce((all, each) => logicalAnd(all, each))));
  });
}
