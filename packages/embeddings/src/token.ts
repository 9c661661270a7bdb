import { type Layer, layer, type MatrixNeed, matrix, type Weights } from '@residual/layers';
import { embed, expectOptions, linear, mul, ResidualError, type Tensor } from '@residual/tensor';

/** The layer of `tokenEmbedding`: a table [vocab, dim]. */
export interface TokenEmbedding extends Layer<{ readonly weight: MatrixNeed }, Tensor, Tensor> {
  readonly vocab: number;
  readonly dim: number;
}

/** Settings of `tokenEmbedding`. */
export interface TokenEmbeddingOptions {
  /** Number of tokens. */
  readonly vocab: number;
  /** Width of the vectors. */
  readonly dim: number;
  /** A factor on the vectors, such as √dim; 1 if absent. */
  readonly scale?: number;
  /** The id of the padding token; its look-ups pass no gradient back. */
  readonly padTokenId?: number | undefined;
}

/** Token embedding: ids int32 [batch, length] to vectors [batch, length, dim]. */
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
 * A tied head (Press and Wolf 2017): a function of the weights of `embedding` from x [..., dim] to logits [..., vocab],
 * plus `bias` [vocab] if given. It has no weights of its own. Errors if the layer is not a token embedding.
 */
export function tiedHead(
  embedding: TokenEmbedding,
): (weights: Weights<TokenEmbedding>, x: Tensor, bias?: Tensor) => Tensor {
  if (!('vocab' in embedding))
    throw new ResidualError('fit', 'tiedHead: needs a tokenEmbedding to share its table with');
  return (weights, x, bias) => linear(x, weights.weight, bias);
}
