import { type TokenEmbedding, tiedHead } from '@residual/embeddings';
import { expectLayers, expectSameWidth, type Scope, type VectorNeed, vector, type Weights } from '@residual/layers';
import { mul, ResidualError, type Tensor } from '@residual/tensor';
import type { TensorLayer } from './block.js';
import { chunkedHead } from './chunked-head.js';

/** The options of the head of a model. */
export interface HeadParts<Own extends TensorLayer | undefined = TensorLayer | undefined> {
  /** The layer from modelDim to vocab; if absent, the head is tied to the table of the embedding. */
  readonly head?: Own;
  /** A factor on the input of the head, such as 1 / √modelDim in T5; 1 if absent. */
  readonly headScale?: number;
  /** Whether a bias [vocab] is added to the logits of a tied head, as in Marian. */
  readonly logitsBias?: boolean;
  /** A function of the logits [..., vocab] to the same, such as a bound on them; none if absent. */
  readonly onLogits?: ((logits: Tensor) => Tensor) | undefined;
}

/** Names of the options in `HeadParts`; 0 marks an optional one. */
export const headOptionNames = { head: 0, headScale: 0, logitsBias: 0, onLogits: 0 } as const;

/** The checked head of a model. */
export interface Head {
  /**
   * x [..., modelDim] to logits [..., vocab] by the weights of the head, or by those of the embedding if it is tied. A
   * `chunkedHead` in the scope replaces it. Tap: `logits`.
   */
  readonly logits: (head: HeadWeights, embedding: Weights<TokenEmbedding>, x: Tensor, scope: Scope) => Tensor;
  /** The bias of a tied head. */
  readonly bias: VectorNeed | undefined;
  /** Operations of a tied head for one token; an untied head counts its own. */
  readonly flops: () => number;
}

/** The weights of an untied head, or the bias of a tied one. */
export interface HeadWeights {
  // biome-ignore lint/suspicious/noExplicitAny: weights follow from the needs of the given head
  readonly head?: any;
  readonly logitsBias?: Tensor | undefined;
}

/**
 * Builds the head of a model. Errors if its width or vocabulary does not fit, or if `logitsBias` is given with an
 * untied head.
 */
export function buildHead(name: string, embedding: TokenEmbedding, parts: HeadParts): Head {
  const { dim } = embedding;
  const vocab = embedding.vocab - (embedding.readOnlyTokens ?? 0);
  const { head, headScale = 1, logitsBias = false, onLogits = (logits: Tensor) => logits } = parts;
  expectLayers(name, { head });
  expectSameWidth(name, { embedding, head: head && { about: { inDim: head.about.inDim } } });
  expectSameWidth(name, {
    vocabulary: { about: { outDim: vocab } },
    head: head && { about: { outDim: head.about.outDim } },
  });
  if (head && logitsBias)
    throw new ResidualError('fit', `${name}: logitsBias belongs to a tied head; give the untied head a bias`);
  const tied = tiedHead(embedding);
  const logitsOf = (weights: HeadWeights, table: Weights<TokenEmbedding>, x: Tensor, scope: Scope) => {
    const input = headScale === 1 ? x : mul(x, headScale);
    return scope.tap(
      'logits',
      onLogits(head ? head(weights.head, input, scope.at('head')) : tied(table, input, weights.logitsBias)),
    );
  };
  return {
    logits: ({ head, logitsBias }, embedding, x, scope) => {
      const headWeights = { head, logitsBias };
      const chunked = scope.get(chunkedHead);
      if (!chunked) return logitsOf(headWeights, embedding, x, scope);
      return chunked(x, { head: headWeights, embedding }, (weights, rows) =>
        logitsOf(weights.head, weights.embedding, rows, scope),
      );
    },
    bias: logitsBias ? vector([vocab]) : undefined,
    flops: () => (head ? 0 : 2 * vocab * dim),
  };
}
