import { type TokenEmbedding, tiedHead } from '@residual/embeddings';
import { expectSameWidth, type Scope, type VectorNeed, vector, type Weights } from '@residual/layers';
import { add, mul, ResidualError, type Tensor } from '@residual/tensor';
import type { Part } from './block.js';

/** How logits come from the embedding's own table. */
export interface TiedOptions {
  /** What the decoder's output is multiplied by first, such as 1 / √modelDim in T5; 1 if absent. */
  readonly scale?: number;
  /** Whether a bias of the vocabulary's length is added, as in Marian. */
  readonly bias?: boolean;
}

/** The last step to logits: a head of its own, or the table of the embedding. */
export interface Head {
  /** x [..., modelDim] to logits [..., vocab] by the head's weights if it has its own, else by those of the embedding. Tap: `logits`. */
  readonly logits: (own: HeadWeights, embedding: Weights<TokenEmbedding>, x: Tensor, scope: Scope) => Tensor;
  /** What a tied head needs beside the table. */
  readonly bias: VectorNeed | undefined;
  /** Operations for one token beside those of a head of its own. */
  readonly flops: () => number;
}

/** The weights of a head of its own, or the bias of a tied one. */
export interface HeadWeights {
  // biome-ignore lint/suspicious/noExplicitAny: weights follow from the needs of the head that is put in
  readonly head?: any;
  readonly logitsBias?: Tensor | undefined;
}

/** The head of a model, checked against its width and vocabulary. */
export function headOf(name: string, embedding: TokenEmbedding, head: Part | undefined, tied: TiedOptions = {}): Head {
  const { vocab, dim } = embedding;
  const { scale = 1, bias = false } = tied;
  expectSameWidth(name, { embedding, head: head && { about: { reads: head.about.reads } } });
  expectSameWidth(name, {
    vocabulary: { about: { gives: vocab } },
    head: head && { about: { gives: head.about.gives } },
  });
  if (head && (scale !== 1 || bias))
    throw new ResidualError(
      'fit',
      `${name}: scale and bias of a tied head would do nothing, there is a head of its own`,
    );
  const share = tiedHead(embedding);
  const byTable = (own: HeadWeights, table: Weights<TokenEmbedding>, x: Tensor) => {
    const logits = share(table, scale === 1 ? x : mul(x, scale));
    return own.logitsBias ? add(logits, own.logitsBias) : logits;
  };
  return {
    logits: (own, table, x, scope) =>
      scope.tap('logits', head ? head(own.head, x, scope.at('head')) : byTable(own, table, x)),
    bias: bias ? vector([vocab]) : undefined,
    flops: () => (head ? 0 : 2 * vocab * dim),
  };
}
