import { type TokenEmbedding, tiedHead } from '@residual/embeddings';
import { expectLayers, expectSameWidth, type Scope, type VectorNeed, vector, type Weights } from '@residual/layers';
import { mul, ResidualError, type Tensor } from '@residual/tensor';
import type { TensorLayer } from './block.js';
import { chunkedHead } from './chunked-head.js';

/** The head of a model: a matrix of its own or the embedding's table, and what comes before and after it. */
export interface HeadParts<Own extends TensorLayer | undefined = TensorLayer | undefined> {
  /** The last matrix, modelDim to vocab; the embedding's own table if absent (tied). */
  readonly head?: Own;
  /** What the decoder's output is multiplied by first, such as 1 / √modelDim in T5; 1 if absent. */
  readonly headScale?: number;
  /** Whether a bias of the vocabulary's length is added to the logits of a tied head, as in Marian. */
  readonly logitsBias?: boolean;
}

/** Their names. */
export const headOptionNames = { head: 0, headScale: 0, logitsBias: 0 } as const;

/** The last step to logits: a head of its own, or the table of the embedding. */
export interface Head {
  /**
   * x [..., modelDim] to logits [..., vocab] by the head's weights if it has its own, else by those of the embedding; or what a `chunkedHead` in the scope
   * makes of them. Tap: `logits`.
   */
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
export function buildHead(name: string, embedding: TokenEmbedding, parts: HeadParts): Head {
  const { vocab, dim } = embedding;
  const { head, headScale = 1, logitsBias = false } = parts;
  expectLayers(name, { head });
  expectSameWidth(name, { embedding, head: head && { about: { inDim: head.about.inDim } } });
  expectSameWidth(name, {
    vocabulary: { about: { outDim: vocab } },
    head: head && { about: { outDim: head.about.outDim } },
  });
  if (head && logitsBias)
    throw new ResidualError('fit', `${name}: logitsBias belongs to a tied head; give the head of its own a bias`);
  const tied = tiedHead(embedding);
  const logitsOf = (own: HeadWeights, table: Weights<TokenEmbedding>, x: Tensor, scope: Scope) => {
    const scaled = headScale === 1 ? x : mul(x, headScale);
    return scope.tap('logits', head ? head(own.head, scaled, scope.at('head')) : tied(table, scaled, own.logitsBias));
  };
  return {
    logits: ({ head, logitsBias }, embedding, x, scope) => {
      const own = { head, logitsBias };
      const chunked = scope.get(chunkedHead);
      if (!chunked) return logitsOf(own, embedding, x, scope);
      return chunked(x, { head: own, embedding }, (weights, rows) =>
        logitsOf(weights.head, weights.embedding, rows, scope),
      );
    },
    bias: logitsBias ? vector([vocab]) : undefined,
    flops: () => (head ? 0 : 2 * vocab * dim),
  };
}
