import type { AttendOpInputs } from '../nn/attend.js';
import type { KernelInputs } from '../ops/op.js';

/** The dims of `attend`. */
export interface AttentionDims {
  readonly batch: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly queryLen: number;
  readonly keyLen: number;
  readonly headDim: number;
  readonly valueDim: number;
}

/** The dims of query [batch, heads, queryLen, headDim] and value [batch, kvHeads, keyLen, valueDim]. */
export function attentionDims({ query, value }: KernelInputs<AttendOpInputs>): AttentionDims {
  const [batch, heads, queryLen, headDim] = query.shape as [number, number, number, number];
  const [, kvHeads, keyLen, valueDim] = value.shape as [number, number, number, number];
  return { batch, heads, kvHeads, queryLen, keyLen, headDim, valueDim };
}

/**
 * The strides in entries of the axes batch, heads and queryLen of a bias [1 | batch, 1 | heads, 1 | queryLen, keyLen];
 * 0 for an axis of length 1, and for all if there is no bias.
 */
export function biasStrides({ bias }: KernelInputs<AttendOpInputs>): {
  readonly biasBatch: number;
  readonly biasHead: number;
  readonly biasRow: number;
} {
  const [batch, heads, queryLen, keyLen] = (bias?.shape ?? [1, 1, 1, 0]) as [number, number, number, number];
  return {
    biasBatch: batch > 1 ? heads * queryLen * keyLen : 0,
    biasHead: heads > 1 ? queryLen * keyLen : 0,
    biasRow: queryLen > 1 ? keyLen : 0,
  };
}
