import { slot, type VectorNeed, vector } from '@residual/layers';
import { add, matMul, mul, reshape, type Tensor, transpose } from '@residual/tensor';
import type { Relation } from './relative-attention.js';
import { byKey, byOffset, rowsByOffset } from './relative-offsets.js';

/** Query [batch, heads, length, headDim] times rows [offsets, headDim]: [batch, heads, length, offsets]. */
function timesRows(query: Tensor, rows: Tensor): Tensor {
  const [batch, heads, length, headDim] = query.shape as [number, number, number, number];
  const flat = matMul(reshape(query, [batch * heads * length, headDim]), rows, { transposeB: true });
  return reshape(flat, [batch, heads, length, rows.shape[0]!]);
}

/** The slot for the table of offsets that all blocks share, [2 · maxDistance, headDim]. */
export const sharedOffsets = /* @__PURE__ */ slot<Tensor>('sharedOffsets');

/**
 * The relation of SpeechT5: a vector for each offset, up to `maxDistance`, whose product with the query is added to the
 * score. The table is that of the slot `sharedOffsets`.
 */
export function sharedOffsetRelation(maxDistance: number): Relation<Record<never, never>> {
  return {
    needs: {},
    bias: (_, query, scale, scope) => {
      const nearest = (offset: number) => Math.min(Math.max(-offset, -maxDistance), maxDistance - 1) + maxDistance;
      const rows = rowsByOffset(scope.get(sharedOffsets)!, query.shape[2]!, nearest);
      return byKey(timesRows(mul(query, scale), rows));
    },
  };
}

/** The needs of `windowRelation`: a vector for each offset of the window, [2 · window + 1, headDim]. */
export type WindowRelationNeeds = { readonly keys: VectorNeed; readonly values: VectorNeed };

/**
 * The relation of VITS: vectors for the offsets of a window, added to keys and to values (Shaw et al. 2018); keys
 * outside of the window have none.
 */
export function windowRelation(window: number, headDim: number): Relation<WindowRelationNeeds> {
  const rowOf = (offset: number) => offset + window;
  return {
    needs: { keys: vector([2 * window + 1, headDim]), values: vector([2 * window + 1, headDim]) },
    bias: (w, query, scale) => byKey(timesRows(mul(query, scale), rowsByOffset(w.keys, query.shape[2]!, rowOf))),
    values: (w, weights) => {
      const offsets = byOffset(weights);
      const [batch, heads, length, count] = offsets.shape as [number, number, number, number];
      const rows = rowsByOffset(w.values, length, rowOf);
      return reshape(matMul(reshape(offsets, [-1, count]), rows), [batch, heads, length, headDim]);
    },
  };
}

/** The needs of `sinusoidRelation`: the projection of sinusoids and two vectors of each head. */
export type SinusoidRelationNeeds = {
  readonly projection: VectorNeed;
  /** [heads, headDim], added to the query that meets keys. */
  readonly contentBias: VectorNeed;
  /** [heads, headDim], added to the query that meets offsets. */
  readonly positionBias: VectorNeed;
};

/** The slot for the sinusoids of all offsets, [2 · length - 1, modelDim]. */
export const offsetSinusoids = /* @__PURE__ */ slot<Tensor>('offsetSinusoids');

/**
 * The relation of Transformer-XL (Dai et al. 2019) in Conformers: projected sinusoids of each offset, of the slot
 * `offsetSinusoids`, meet the query, with a bias of its own for them and for keys.
 */
export function sinusoidRelation(modelDim: number, heads: number): Relation<SinusoidRelationNeeds> {
  const headDim = modelDim / heads;
  const withBias = (query: Tensor, bias: Tensor) => add(query, reshape(bias, [1, heads, 1, headDim]));
  return {
    needs: {
      projection: vector([modelDim, modelDim]),
      contentBias: vector([heads, headDim]),
      positionBias: vector([heads, headDim]),
    },
    query: (w, query) => withBias(query, w.contentBias),
    bias: (w, query, scale, scope) => {
      const rows = matMul(scope.get(offsetSinusoids)!, w.projection, { transposeB: true });
      const [batch, , length] = query.shape as [number, number, number, number];
      const count = rows.shape[0]!;
      const ofHeads = transpose(reshape(rows, [count, heads, headDim]), [1, 0, 2]); // [heads, offsets, headDim]
      const asked = reshape(transpose(withBias(query, w.positionBias), [1, 0, 2, 3]), [heads, batch * length, headDim]);
      const products = reshape(matMul(asked, ofHeads, { transposeB: true }), [heads, batch, length, count]);
      return byKey(mul(transpose(products, [1, 0, 2, 3]), scale));
    },
  };
}
