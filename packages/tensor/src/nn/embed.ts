import { expectShape, ResidualError, showShape } from '../errors.js';
import { mul } from '../ops/arithmetic.js';
import { notEqual } from '../ops/compare.js';
import { toFloat } from '../ops/convert.js';
import { type Op, runOp } from '../ops/op.js';
import { reshape } from '../ops/shape.js';
import type { Matrix, Tensor } from '../tensor.js';
import { gatherAlong, scatterAdd } from './gather.js';
import { dense } from './matrix.js';

const embedOp: Op<{ weight: Tensor; ids: Tensor }, { padTokenId?: number }> = {
  name: 'residual.embed',
  compose: ({ weight, ids }) => {
    const [vocab, dim] = weight.shape as [number, number];
    const describeOutside = (id: string) => `embed: id ${id} is outside the vocabulary of ${vocab}`;
    return reshape(gatherAlong(weight, reshape(ids, [-1]), 0, describeOutside), [...ids.shape, dim]);
  },
  saves: ['ids'],
  gradient: (dy, { saved: { ids }, shapes: { weight }, attributes: { padTokenId } }) => ({
    weight: () => {
      const [rows, row] = [reshape(dy, [ids.size, weight[1]!]), reshape(ids, [ids.size])];
      const masked =
        padTokenId === undefined ? rows : mul(rows, toFloat(notEqual(reshape(ids, [ids.size, 1]), padTokenId)));
      return scatterAdd(masked, row, weight[0]!);
    },
  }),
};

/**
 * Embedding: the rows of `weight` [rows, dim] at `ids` int32 [...], as [..., dim]. Look-ups of `padTokenId` pass no
 * gradient back. An id outside the table throws on cpu and wasm only.
 */
export function embed(
  weight: Matrix,
  ids: Tensor,
  { padTokenId }: { readonly padTokenId?: number | undefined } = {},
): Tensor {
  expectShape(weight.shape.length === 2, () => `embed: weight ${showShape(weight.shape)} is not [rows, dim]`);
  if (ids.dtype !== 'int32') throw new ResidualError('dtype', `embed: ids are ${ids.dtype}; they must be int32`);
  return runOp(embedOp, { weight: dense(weight), ids }, padTokenId === undefined ? {} : { padTokenId });
}
