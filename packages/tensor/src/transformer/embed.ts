import { expectShape, ResidualError, showShape } from '../errors.js';
import { type Op, run } from '../op.js';
import { range } from '../ops/create.js';
import { equal, toFloat } from '../ops/elementwise.js';
import { matMul } from '../ops/mat-mul.js';
import { reshape } from '../ops/shape.js';
import type { Matrix, Tensor } from '../tensor.js';
import { gather } from './gather.js';
import { dense } from './matrix.js';

const embedOp: Op<{ weight: Tensor; ids: Tensor }, Record<never, never>> = {
  name: 'residual.embed',
  compose: ({ weight, ids }) => reshape(gather(weight, reshape(ids, [-1]), 0), [...ids.shape, weight.shape[1]!]),
  saves: ['ids'],
  gradient: (dy, { saved: { ids }, shapes: { weight } }) => ({
    weight: () => scatterAdd(reshape(dy, [-1, weight[1]!]), reshape(ids, [-1]), weight[0]!),
  }),
};

/** The rows of `weight` that `ids` name: weight [rows, dim], ids int32 [...] to [..., dim]. */
export function embed(weight: Matrix, ids: Tensor): Tensor {
  expectShape(weight.shape.length === 2, () => `embed: weight ${showShape(weight.shape)} is not [rows, dim]`);
  if (ids.dtype !== 'int32') throw new ResidualError('dtype', `embed: ids are ${ids.dtype}; they must be int32`);
  return run(embedOp, { weight: dense(weight), ids }, {});
}

type Scatter = { values: Tensor; ids: Tensor };

const scatterAddOp: Op<Scatter, { rows: number }> = {
  name: 'residual.scatterAdd',
  compose: ({ values, ids }, { rows }) => {
    const chosen = toFloat(equal(reshape(ids, [-1, 1]), reshape(range(rows), [1, rows])));
    return matMul(chosen, values, { transposeA: true });
  },
  saves: ['ids'],
  gradient: (dy, { saved: { ids } }) => ({ values: () => embed(dy, ids) }),
};

/** The sum of the rows of `values` that share an id: values [n, dim], ids int32 [n] to [rows, dim]. */
export function scatterAdd(values: Tensor, ids: Tensor, rows: number): Tensor {
  expectShape(
    values.shape.length === 2 && ids.shape.length === 1 && ids.shape[0] === values.shape[0],
    () => `scatterAdd: values ${showShape(values.shape)} need as many ids, were given ${showShape(ids.shape)}`,
  );
  return run(scatterAddOp, { values, ids }, { rows });
}
