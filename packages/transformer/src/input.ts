import type { TokenEmbedding } from '@residual/embeddings';
import {
  bind,
  expectPositionEncoding,
  expectSameWidth,
  type PositionEncoding,
  type Scope,
  type Weights,
} from '@residual/layers';
import { ResidualError, showShape, type Tensor } from '@residual/tensor';
import type { TensorLayer } from './block.js';

/** The options of the input of a model. */
export interface InputParts<Scheme extends PositionEncoding | undefined = PositionEncoding | undefined> {
  /** The token embedding. */
  readonly embedding: TokenEmbedding;
  /** A position encoding that acts on the input, such as `learnedPositions`. */
  readonly positionEncoding?: Scheme;
  /** A layer on the embedded input, such as a norm or dropout. */
  readonly afterEmbedding?: TensorLayer | undefined;
}

/** Names of the options in `InputParts`; 0 marks an optional one. */
export const inputOptionNames = { embedding: 1, positionEncoding: 0, afterEmbedding: 0 } as const;

/** The needs of the input of a model; their names are paths of weights. */
export type InputNeeds<Scheme extends PositionEncoding | undefined = PositionEncoding | undefined> = {
  readonly embedding: TokenEmbedding;
  readonly positions: Scheme;
  readonly onEmbedded: TensorLayer | undefined;
};

/** The needs of an input. Errors if widths differ or the position encoding does not act on the input. */
export function inputNeeds<Scheme extends PositionEncoding | undefined>(
  name: string,
  { embedding, positionEncoding, afterEmbedding }: InputParts<Scheme>,
): InputNeeds<Scheme> {
  expectSameWidth(name, { embedding, afterEmbedding });
  expectPositionEncoding(name, positionEncoding, 'input', { dim: embedding.dim });
  return { embedding, positions: positionEncoding as Scheme, onEmbedded: afterEmbedding };
}

/**
 * Embeds token ids int32 [batch, length] with positions: [batch, length, modelDim]. Errors if there is no token. Tap:
 * `embedded`.
 */
export function embedInput(
  name: string,
  needs: InputNeeds,
  weights: Weights<InputNeeds>,
  ids: Tensor,
  scope: Scope,
): Tensor {
  if (ids.shape.length !== 2 || ids.size === 0)
    throw new ResidualError(
      'shape',
      `${name}: ids ${showShape(ids.shape)} are not [batch, length] of one token or more`,
    );
  const { embedding, onEmbedded } = bind({ embedding: needs.embedding, onEmbedded: needs.onEmbedded }, weights, scope);
  const vectors = embedding(ids);
  const encoded = needs.positions?.onInput?.(weights.positions, vectors, scope.at('positions')) ?? vectors;
  return scope.tap('embedded', onEmbedded(encoded));
}
