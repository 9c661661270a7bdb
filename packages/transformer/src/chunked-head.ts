import { slot } from '@residual/layers';
import type { Tensor } from '@residual/tensor';
import type { HeadWeights } from './head.js';

/** The weights that a head reads: its own, or the bias of a tied one, and the table of the embedding. */
export interface HeadAndEmbeddingWeights {
  readonly head: HeadWeights;
  // biome-ignore lint/suspicious/noExplicitAny: the table is whatever form of matrix the embedding holds
  readonly embedding: any;
}

/**
 * Takes what the head would read, [batch, length, modelDim], and gives the output of the model itself: with `logits` it may compute them for as many rows at
 * once as it likes, [rows, modelDim] to [rows, vocab].
 */
export type ChunkedHead = (
  x: Tensor,
  weights: HeadAndEmbeddingWeights,
  logits: (weights: HeadAndEmbeddingWeights, x: Tensor) => Tensor,
) => Tensor;

/** The slot of who reads the head in the place of all logits at once, such as a loss that takes them chunk by chunk. */
export const chunkedHead = /* @__PURE__ */ slot<ChunkedHead>('chunkedHead');
