import { expectShape, ResidualError, showShape } from '../errors.js';
import { equal } from '../ops/compare.js';
import { toFloat } from '../ops/convert.js';
import { range } from '../ops/create.js';
import { matMul } from '../ops/mat-mul.js';
import { type Op, runOp } from '../ops/op.js';
import { reshape, transpose } from '../ops/shape.js';
import type { Tensor } from '../tensor.js';

const gatherOp: Op<{ x: Tensor; indices: Tensor }, { axis: number; batchDims: 0 }> = {
  name: 'residual.gather',
  tfjsKernel: 'GatherV2',
  saves: ['indices'],
  gradient: (dy, { saved: { indices }, shapes, attributes: { axis } }) => ({
    x: () => {
      const first = [axis, ...shapes.x.flatMap((_, i) => (i === axis ? [] : [i]))];
      const moved = transpose(dy, first);
      const movedShape = first.map(i => shapes.x[i]!);
      const rows = scatterAdd(reshape(moved, [indices.size, -1]), indices, movedShape[0]!);
      return transpose(
        reshape(rows, movedShape),
        first.map((_, i) => first.indexOf(i)),
      );
    },
  }),
};

/**
 * Selects entries along an axis: x [..., length, ...], indices int32 [n] to [..., n, ...]. An index outside throws on
 * cpu and wasm only.
 */
export function gather(x: Tensor, indices: Tensor, axis: number): Tensor {
  const at = axis < 0 ? axis + x.shape.length : axis;
  expectShape(
    indices.shape.length === 1 && x.shape[at] !== undefined,
    () =>
      `gather: indices ${showShape(indices.shape)} along axis ${axis} of ${showShape(x.shape)} do not fit; indices are [n]`,
  );
  if (indices.dtype !== 'int32')
    throw new ResidualError('dtype', `gather: indices are ${indices.dtype}; they must be int32`);
  return gatherAlong(x, indices, at, i => `gather: index ${i} is outside the ${x.shape[at]} entries of axis ${at}`);
}

/** `gather` along a non-negative axis; `describeOutside` makes the message for an index outside. */
export function gatherAlong(
  x: Tensor,
  indices: Tensor,
  axis: number,
  describeOutside: (index: string) => string,
): Tensor {
  try {
    return runOp(gatherOp, { x, indices }, { axis, batchDims: 0 });
  } catch (error) {
    const [, index] =
      /^GatherV2: the index value (-?\d+) is not in/.exec(error instanceof Error ? error.message : '') ?? [];
    throw index === undefined ? error : new ResidualError('range', describeOutside(index)); // the message of tfjs
  }
}

type Scatter = { updates: Tensor; indices: Tensor };

/**
 * ScatterNd of tfjs adds updates [n, dim] with equal indices [n, 1]. Its WebGL kernel reads two updates at once and,
 * after an odd number of them, reads stale data.
 */
const scatterAddOp: Op<Scatter, { shape: readonly [number, number] }> = {
  name: 'residual.scatterAdd',
  tfjsKernel: 'ScatterNd',
  tfjsKernelWrongOn: ['webgl'],
  compose: ({ updates, indices }, { shape: [rows] }) => {
    const oneHot = toFloat(equal(indices, reshape(range(rows), [1, rows]))); // [n, rows]
    return matMul(oneHot, updates, { transposeA: true });
  },
  saves: ['indices'],
  gradient: (dy, { saved: { indices } }) => ({ updates: () => gather(dy, reshape(indices, [indices.size]), 0) }),
};

/** Sums the rows of `values` [n, dim] that have the same id, ids int32 [n]: [rows, dim]. */
export function scatterAdd(values: Tensor, ids: Tensor, rows: number): Tensor {
  expectShape(
    values.shape.length === 2 && ids.shape.length === 1 && ids.shape[0] === values.shape[0],
    () => `scatterAdd: values ${showShape(values.shape)} are [n, dim], ids ${showShape(ids.shape)} are not [n]`,
  );
  if (ids.dtype !== 'int32') throw new ResidualError('dtype', `scatterAdd: ids are ${ids.dtype}; they must be int32`);
  const indices = reshape(ids, [ids.size, 1]);
  try {
    return runOp(scatterAddOp, { updates: values, indices }, { shape: [rows, values.shape[1]!] });
  } finally {
    indices.dispose();
  }
}
