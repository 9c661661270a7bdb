import { expectShape, showShape } from '../errors.js';
import { add, mul } from '../ops/arithmetic.js';
import { equal } from '../ops/compare.js';
import { toFloat } from '../ops/convert.js';
import { range } from '../ops/create.js';
import { matMul } from '../ops/mat-mul.js';
import { type NoAttributes, type Op, runOp } from '../ops/op.js';
import { reshape } from '../ops/shape.js';
import { type Tensor, tidy } from '../tensor.js';
import { expectInt32 } from './expect-integers.js';
import { checkedIndices, gatherAlong } from './gather.js';
import { outOfRange } from './out-of-range.js';

/** The inputs of `residual.takeAlong`. */
export type TakeAlongInputs = {
  /** [rows, length]. */
  readonly x: Tensor;
  /** int32 [rows, k]. */
  readonly indices: Tensor;
};

const takeAlongOp: Op<TakeAlongInputs, NoAttributes> = {
  name: 'residual.takeAlong',
  compose: ({ x, indices }) => {
    const [rows, length] = x.shape as [number, number];
    const describe = (index: string) => outOfRange.takeAlong(index, length);
    const inRow = checkedIndices(indices, length, describe);
    const starts = mul(reshape(range(rows), [rows, 1]), length);
    const flat = reshape(add(inRow, starts), [indices.size]);
    return reshape(gatherAlong(reshape(x, [x.size]), flat, 0, describe), indices.shape);
  },
  saves: ['indices'],
  gradient: (dy, { saved: { indices }, shapes }) => ({
    x: () => {
      const [rows, length] = shapes.x as [number, number];
      const k = indices.shape[1]!;
      const isTaken = equal(reshape(indices, [rows, k, 1]), reshape(range(length), [1, 1, length]));
      return reshape(matMul(reshape(dy, [rows, 1, k]), toFloat(isTaken)), shapes.x); // [rows, 1, length]
    },
  }),
};

/**
 * The entries of each row at indices of its own, along the last axis: x [..., length], indices int32 [..., k] to
 * [..., k]. An index outside throws on cpu and wasm only.
 */
export function takeAlong(x: Tensor, indices: Tensor): Tensor {
  const [lead, k] = [indices.shape.slice(0, -1), indices.shape.at(-1) ?? 0];
  expectShape(
    x.shape.length > 0 && showShape(lead) === showShape(x.shape.slice(0, -1)),
    () => `takeAlong: indices ${showShape(indices.shape)} do not fit x ${showShape(x.shape)}; they are [..., k]`,
  );
  expectInt32('takeAlong', 'indices', indices);
  return tidy(() => {
    const rows = { x: reshape(x, [-1, x.shape.at(-1)!]), indices: reshape(indices, [-1, k]) };
    return reshape(runOp(takeAlongOp, rows, {}), indices.shape);
  });
}
