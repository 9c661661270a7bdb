import { range, reshape, type Tensor } from '@residual/tensor';
import type { Needs } from './needs.js';
import { type Scope, slot } from './scope.js';

/** Where the rows of this step stand: ids int32 [1 | batch, length], and how many positions the longest sequence has by the end of it. */
export interface Places {
  readonly ids: Tensor;
  readonly total: number;
}

/** The slot of the places of this step; a layer that finds it empty counts 0 .. length - 1. */
export const places = /* @__PURE__ */ slot<Places>('places');

/** The places in the scope, or 0 .. length - 1. */
export function placesOf(scope: Scope, length: number): Places {
  return scope.get(places) ?? { ids: reshape(range(length), [1, length]), total: length };
}

/**
 * A way to tell positions apart, with a hook wherever such a way may act: on the input of the first block, on the heads of query and key, on the
 * scores. Attention and embeddings need not know each other: they meet here.
 */
// biome-ignore lint/suspicious/noExplicitAny: weights follow from the needs of the scheme that is put in
export interface Positions<N extends Needs = any> {
  readonly needs: N;
  /** x [batch, length, modelDim] with positions in it. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  onInput?(weights: any, x: Tensor, scope: Scope): Tensor;
  /** A query or key [batch, heads, length, headDim] with positions in it. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  onHeads?(weights: any, x: Tensor, scope: Scope): Tensor;
  /** What is added to the scores: [1 | batch, heads, 1 | queryLen, keyLen]. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  onScores?(weights: any, shape: { heads: number; queryLen: number; keyLen: number }, scope: Scope): Tensor;
}
