import { expectShape, ResidualError, showShape } from '../errors.js';
import { type Op, run } from '../op.js';
import { mul } from '../ops/arithmetic.js';
import { equal, notEqual } from '../ops/compare.js';
import { toFloat } from '../ops/convert.js';
import { range } from '../ops/create.js';
import { matMul } from '../ops/mat-mul.js';
import { reshape } from '../ops/shape.js';
import type { Matrix, Tensor } from '../tensor.js';
import { gathered } from './gather.js';
import { dense } from './matrix.js';

const embedOp: Op<{ weight: Tensor; ids: Tensor }, { padding?: number }> = {
  name: 'residual.embed',
  compose: ({ weight, ids }) => {
    const [vocab, dim] = weight.shape as [number, number];
    const outside = (id: string) => `embed: id ${id} is outside the vocabulary of ${vocab}`;
    return reshape(gathered(weight, reshape(ids, [-1]), 0, outside), [...ids.shape, dim]);
  },
  saves: ['ids'],
  gradient: (dy, { saved: { ids }, shapes: { weight }, attributes: { padding } }) => ({
    weight: () => {
      const [rows, row] = [reshape(dy, [ids.size, weight[1]!]), reshape(ids, [ids.size])];
      const counted = padding === undefined ? rows : mul(rows, toFloat(notEqual(reshape(ids, [ids.size, 1]), padding)));
      return scatterAdd(counted, row, weight[0]!);
    },
  }),
};

/**
 * The rows of `weight` that `ids` name: weight [rows, dim], ids int32 [...] to [..., dim]. Look-ups of the id `padding` pass no gradient back. An id outside is an
 * error on cpu and wasm alone.
 */
export function embed(
  weight: Matrix,
  ids: Tensor,
  { padding }: { readonly padding?: number | undefined } = {},
): Tensor {
  expectShape(weight.shape.length === 2, () => `embed: weight ${showShape(weight.shape)} is not [rows, dim]`);
  if (ids.dtype !== 'int32') throw new ResidualError('dtype', `embed: ids are ${ids.dtype}; they must be int32`);
  return run(embedOp, { weight: dense(weight), ids }, padding === undefined ? {} : { padding });
}

type Scatter = { updates: Tensor; indices: Tensor };

/**
 * tfjs's ScatterNd adds where an index stands twice: indices [n, 1], updates [n, dim]. On WebGL it reads two updates at once, and beside the last of an odd
 * number it finds what earlier ops left there.
 */
const scatterAddOp: Op<Scatter, { shape: readonly [number, number] }> = {
  name: 'residual.scatterAdd',
  stock: 'ScatterNd',
  stockIsWrong: ['webgl'],
  compose: ({ updates, indices }, { shape: [rows] }) => {
    const chosen = toFloat(equal(indices, reshape(range(rows), [1, rows]))); // [n, rows]
    return matMul(chosen, updates, { transposeA: true });
  },
  saves: ['indices'],
  gradient: (dy, { saved: { indices } }) => ({ updates: () => embed(dy, reshape(indices, [indices.size])) }),
};

/** The sum of the rows of `values` that share an id: values [n, dim], ids int32 [n] to [rows, dim]. */
export function scatterAdd(values: Tensor, ids: Tensor, rows: number): Tensor {
  expectShape(
    values.shape.length === 2 && ids.shape.length === 1 && ids.shape[0] === values.shape[0],
    () => `scatterAdd: values ${showShape(values.shape)} are [n, dim], ids ${showShape(ids.shape)} are not [n]`,
  );
  if (ids.dtype !== 'int32') throw new ResidualError('dtype', `scatterAdd: ids are ${ids.dtype}; they must be int32`);
  const indices = reshape(ids, [ids.size, 1]);
  try {
    return run(scatterAddOp, { updates: values, indices }, { shape: [rows, values.shape[1]!] });
  } finally {
    indices.dispose();
  }
}
