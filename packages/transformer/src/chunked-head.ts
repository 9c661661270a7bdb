import { slot } from '@residual/layers';
import type { Tensor } from '@residual/tensor';
import type { HeadWeights } from './head.js';

/** The weights of a head: its own matrix, or the bias of a tied head, and the table of the embedding. */
export interface HeadAndEmbeddingWeights {
  readonly head: HeadWeights;
  // biome-ignore lint/suspicious/noExplicitAny: the embedding may hold any form of matrix
  readonly embedding: any;
}

/**
 * A function that replaces the head: it takes the input of the head, [batch, length, modelDim], and returns the output
 * of the model. It may call `logits` for any number of rows at a time, [rows, modelDim] to [rows, vocab].
 */
export type ChunkedHead = (
  x: Tensor,
  weights: HeadAndEmbeddingWeights,
  logits: (weights: HeadAndEmbeddingWeights, x: Tensor) => Tensor,
) => Tensor;

/** The slot for a function that replaces the head, such as a loss that computes logits in chunks. */
export const chunkedHead = /* @__PURE__ */ slot<ChunkedHead>('chunkedHead');
