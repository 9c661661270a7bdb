import { expectShape, showShape } from '../errors.js';
import { mul } from '../ops/arithmetic.js';
import { notEqual } from '../ops/compare.js';
import { toFloat } from '../ops/convert.js';
import { type Op, runOp } from '../ops/op.js';
import { reshape } from '../ops/shape.js';
import type { Matrix, Tensor } from '../tensor.js';
import { expectInt32 } from './expect-integers.js';
import { gatherAlong, scatterAdd } from './gather.js';
import { dense } from './matrix.js';
import { outOfRange } from './out-of-range.js';
import { isPacked } from './packed/packed-matrix.js';
import { unpackRows } from './packed/unpack.js';

/** The inputs of `residual.embed`. */
export type EmbedInputs = {
  /** [rows, dim]. */
  readonly weight: Tensor;
  /** int32 [...]. */
  readonly ids: Tensor;
};

/** The attributes of `residual.embed`: look-ups of `padTokenId` pass no gradient back. */
export type EmbedAttributes = { readonly padTokenId?: number };

const embedOp: Op<EmbedInputs, EmbedAttributes> = {
  name: 'residual.embed',
  compose: ({ weight, ids }) => {
    const [vocab, dim] = weight.shape as [number, number];
    const rows = gatherAlong(weight, reshape(ids, [-1]), 0, id => outOfRange.embed(id, vocab));
    return reshape(rows, [...ids.shape, dim]);
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
  expectInt32('embed', 'ids', ids);
  if (isPacked(weight)) return unpackRows(weight, ids);
  return runOp(embedOp, { weight: dense(weight), ids }, padTokenId === undefined ? {} : { padTokenId });
}
