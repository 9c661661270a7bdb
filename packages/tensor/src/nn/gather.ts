import { expectShape, ResidualError, showShape } from '../errors.js';
import { axisOf } from '../ops/axes.js';
import { equal } from '../ops/compare.js';
import { toFloat } from '../ops/convert.js';
import { range } from '../ops/create.js';
import { matMul } from '../ops/mat-mul.js';
import { type Op, runOp } from '../ops/op.js';
import { reshape, transpose } from '../ops/shape.js';
import type { Tensor } from '../tensor.js';
import { expectInt32 } from './expect-integers.js';
import { outOfRange } from './out-of-range.js';

/** The inputs of `residual.gather`. */
export type GatherInputs = {
  /** [..., length, ...]. */
  readonly x: Tensor;
  /** int32 [n]. */
  readonly indices: Tensor;
};

/** The attributes of `residual.gather`: the axis of `length`, from 0. */
export type GatherAttributes = { readonly axis: number; readonly batchDims: 0 };

const gatherOp: Op<GatherInputs, GatherAttributes> = {
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
  const at = axisOf('gather', x, axis);
  expectShape(indices.shape.length === 1, () => `gather: indices ${showShape(indices.shape)} are not [n]`);
  expectInt32('gather', 'indices', indices);
  return gatherAlong(x, indices, at, index => outOfRange.gather(index, x.shape[at]!, at));
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

/**
 * The same indices, looked up in a table of 0 .. length - 1, so that a backend that checks look-ups throws for one
 * outside; `describeOutside` makes the message.
 */
export function checkedIndices(indices: Tensor, length: number, describeOutside: (index: string) => string): Tensor {
  const flat = reshape(indices, [indices.size]);
  return reshape(gatherAlong(range(length), flat, 0, describeOutside), indices.shape);
}

/** The inputs of `residual.scatterAdd`. */
export type ScatterAddInputs = {
  /** [n, dim]. */
  readonly updates: Tensor;
  /** int32 [n, 1]. */
  readonly indices: Tensor;
};

/** The attributes of `residual.scatterAdd`: the shape of the result. */
export type ScatterAddAttributes = { readonly shape: readonly [rows: number, dim: number] };

/**
 * ScatterNd of tfjs adds updates [n, dim] with equal indices [n, 1]. Its WebGL kernel reads two updates at once and,
 * after an odd number of them, reads stale data.
 */
const scatterAddOp: Op<ScatterAddInputs, ScatterAddAttributes> = {
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
  expectInt32('scatterAdd', 'ids', ids);
  const indices = reshape(ids, [ids.size, 1]);
  try {
    return runOp(scatterAddOp, { updates: values, indices }, { shape: [rows, values.shape[1]!] });
  } finally {
    indices.dispose();
  }
}
