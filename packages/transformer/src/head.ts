import { type TokenEmbedding, tiedHead } from '@residual/embeddings';
import { expectSameWidth, type Scope, type Weights } from '@residual/layers';
import type { Tensor } from '@residual/tensor';
import type { Part } from './block.js';

/** The last step to logits: a head of its own, or the table of the embedding. */
export interface Head {
  /** x [..., modelDim] to logits [..., vocab] by the head's weights if it has its own, else by those of the embedding. Tap: `logits`. */
  readonly logits: (own: unknown, embedding: Weights<TokenEmbedding>, x: Tensor, scope: Scope) => Tensor;
  /** Operations for one token beside those of a head of its own. */
  readonly flops: () => number;
}

/** The head of a model, checked against its width and vocabulary. */
export function headOf(name: string, embedding: TokenEmbedding, head: Part | undefined): Head {
  const { vocab, dim } = embedding;
  expectSameWidth(name, { embedding, head: head && { about: { reads: head.about.reads } } });
  expectSameWidth(name, {
    vocabulary: { about: { gives: vocab } },
    head: head && { about: { gives: head.about.gives } },
  });
  const tied = tiedHead(embedding);
  return {
    logits: (own, table, x, scope) => scope.tap('logits', head ? head(own, x, scope.at('head')) : tied(table, x)),
    flops: () => (head ? 0 : 2 * vocab * dim),
  };
}
