import { type Layer, layer, type MatrixNeed, matrix, type Weights } from '@residual/layers';
import { embed, expectOptions, linear, mul, ResidualError, type Tensor } from '@residual/tensor';

/** A table of token vectors. */
export interface TokenEmbedding extends Layer<{ readonly weight: MatrixNeed }, Tensor, Tensor> {
  readonly vocab: number;
  readonly dim: number;
}

/** Settings of `tokenEmbedding`. */
export interface TokenEmbeddingOptions {
  /** How many tokens there are. */
  readonly vocab: number;
  /** Width of their vectors. */
  readonly dim: number;
  /** What the vectors are multiplied by, such as √dim; 1 if absent. */
  readonly scale?: number;
  /** The id of padding: its look-ups pass no gradient back, so that its row is not trained by them. */
  readonly padTokenId?: number | undefined;
}

/** The vector of each token: ids int32 [batch, length] to [batch, length, dim]. */
export function tokenEmbedding(options: TokenEmbeddingOptions): TokenEmbedding {
  expectOptions('tokenEmbedding', options, { vocab: 1, dim: 1, scale: 0, padTokenId: 0 });
  const { vocab, dim, scale = 1, padTokenId } = options;
  const lookUp = layer(
    { weight: matrix([vocab, dim], { role: 'embedding' }) },
    (w, ids: Tensor) => {
      const vectors = embed(w.weight, ids, { padTokenId });
      return scale === 1 ? vectors : mul(vectors, scale);
    },
    { name: 'tokenEmbedding', outDim: dim },
  );
  return Object.assign(lookUp, { vocab, dim });
}

/**
 * The head that shares the embedding's table: logits from the weights of `embedding`, x [..., dim] to [..., vocab], plus `bias` [vocab] if
 * given. It is a function of those weights, not a leaf of its own (Press and Wolf 2017). Errors when given a layer that is no token embedding.
 */
export function tiedHead(
  embedding: TokenEmbedding,
): (weights: Weights<TokenEmbedding>, x: Tensor, bias?: Tensor) => Tensor {
  if (!('vocab' in embedding))
    throw new ResidualError('fit', 'tiedHead: needs a tokenEmbedding to share its table with');
  return (weights, x, bias) => linear(x, weights.weight, bias);
}
