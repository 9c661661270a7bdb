import {
  bind,
  expectSameWidth,
  type Layer,
  type Linear,
  layer,
  type MatrixNeed,
  matrix,
  type Weights,
} from '@residual/layers';
import { embed, expectOptions, linear, mul, ResidualError, type Tensor } from '@residual/tensor';

/** The layer of `tokenEmbedding`: a table [vocab, dim]. */
export interface TokenEmbedding extends Layer<{ readonly weight: MatrixNeed }, Tensor, Tensor> {
  readonly vocab: number;
  readonly dim: number;
  /** How many of the last tokens are read and never written: no head has a logit for them; 0 if absent. */
  readonly readOnlyTokens?: number;
  /** What leads x [..., dim] back to the width of the table for a tied head; nothing if absent. */
  readonly toTable?: (weights: Weights<TokenEmbedding>, x: Tensor) => Tensor;
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
 * without the tokens that are only read, plus `bias` [vocab] if given. It has no weights of its own. Errors if the
 * layer is no token embedding.
 */
export function tiedHead(
  embedding: TokenEmbedding,
): (weights: Weights<TokenEmbedding>, x: Tensor, bias?: Tensor) => Tensor {
  if (!('vocab' in embedding))
    throw new ResidualError('fit', 'tiedHead: needs a tokenEmbedding to share its table with');
  const { toTable = (_: unknown, x: Tensor) => x } = embedding;
  return (weights, x, bias) => linear(toTable(weights, x), weights.weight, bias);
}

/** The parts of `projectedEmbedding`. */
export interface ProjectedEmbeddingParts {
  /** The table [vocab, tableDim]. */
  readonly embedding: TokenEmbedding;
  /** From tableDim to the width of the model, dim. */
  readonly projection: Linear;
  /** From dim back to tableDim, for a tied head; absent if the head has weights of its own. */
  readonly headProjection?: Linear | undefined;
}

/**
 * A token embedding whose table has another width than the model, as in OPT 350m (Zhang et al. 2022): ids int32 [batch,
 * length] to vectors [batch, length, dim]. The projections have their weights beside the table. Errors if the widths
 * differ.
 */
export function projectedEmbedding(parts: ProjectedEmbeddingParts): TokenEmbedding {
  expectOptions('projectedEmbedding', parts, { embedding: 1, projection: 1, headProjection: 0 });
  const { embedding, projection, headProjection } = parts;
  const { inDim, outDim } = projection.about;
  expectSameWidth('projectedEmbedding', { embedding, projection: { about: { inDim } } });
  const back = headProjection?.about;
  expectSameWidth('projectedEmbedding', {
    projection: { about: { outDim } },
    headProjection: back && { about: { inDim: back.inDim } },
  });
  expectSameWidth('projectedEmbedding', { embedding, headProjection: back && { about: { outDim: back.outDim } } });
  const needs = { ...embedding.needs, projection, headProjection };
  const lookUp = layer(
    needs,
    (w, ids: Tensor, scope) => bind({ projection }, w, scope).projection(embedding(w, ids, scope)),
    { name: 'projectedEmbedding', outDim },
  );
  const toTable = (w: Weights<typeof needs>, x: Tensor) => headProjection!(w.headProjection!, x);
  const made = { vocab: embedding.vocab, dim: outDim!, ...(headProjection && { toTable }) };
  return Object.assign(lookUp, made) as unknown as TokenEmbedding;
}
