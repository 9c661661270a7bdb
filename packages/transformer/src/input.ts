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

/** How ids become vectors with positions. */
export interface InputParts<Scheme extends PositionEncoding | undefined = PositionEncoding | undefined> {
  /** The table of token vectors. */
  readonly embedding: TokenEmbedding;
  /** Positions that act on the input, such as learned ones. */
  readonly positionEncoding?: Scheme;
  /** A layer on the embedded input, such as a norm or dropout. */
  readonly afterEmbedding?: TensorLayer | undefined;
}

/** Their names. */
export const inputOptionNames = { embedding: 1, positionEncoding: 0, afterEmbedding: 0 } as const;

/** What that needs. */
export type InputNeeds<Scheme extends PositionEncoding | undefined = PositionEncoding | undefined> = {
  readonly embedding: TokenEmbedding;
  readonly positions: Scheme;
  readonly onEmbedded: TensorLayer | undefined;
};

/** The needs of an input, checked. */
export function inputNeeds<Scheme extends PositionEncoding | undefined>(
  name: string,
  { embedding, positionEncoding, afterEmbedding }: InputParts<Scheme>,
): InputNeeds<Scheme> {
  expectSameWidth(name, { embedding, afterEmbedding });
  expectPositionEncoding(name, positionEncoding, 'input', { dim: embedding.dim });
  return { embedding, positions: positionEncoding as Scheme, onEmbedded: afterEmbedding };
}

/** Token ids int32 [batch, length], one at least, to vectors with positions [batch, length, modelDim]. Tap: `embedded`. */
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
