import type { TokenEmbedding } from '@residual/embeddings';
import { bind, expectPositions, expectSameWidth, type Positions, type Scope, type Weights } from '@residual/layers';
import { ResidualError, showShape, type Tensor } from '@residual/tensor';
import type { Part } from './block.js';

/** How ids become vectors with positions. */
export interface InputParts<Scheme extends Positions | undefined = Positions | undefined> {
  /** The table of token vectors. */
  readonly embedding: TokenEmbedding;
  /** Positions that act on the input, such as learned ones. */
  readonly positions?: Scheme;
  /** A layer on the embedded input, such as a norm or dropout. */
  readonly onEmbedded?: Part | undefined;
}

/** Their names. */
export const inputNames = { embedding: 1, positions: 0, onEmbedded: 0 } as const;

/** What that needs. */
export type InputNeeds<Scheme extends Positions | undefined = Positions | undefined> = {
  readonly embedding: TokenEmbedding;
  readonly positions: Scheme;
  readonly onEmbedded: Part | undefined;
};

/** The needs of an input, checked. */
export function inputNeeds<Scheme extends Positions | undefined>(
  name: string,
  { embedding, positions, onEmbedded }: InputParts<Scheme>,
): InputNeeds<Scheme> {
  expectSameWidth(name, { embedding, onEmbedded });
  expectPositions(name, positions, 'input', { dim: embedding.dim });
  return { embedding, positions: positions as Scheme, onEmbedded };
}

/** Token ids int32 [batch, length], one at least, to vectors with positions [batch, length, modelDim]. Tap: `embedded`. */
export function embedded(
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
  const placed = needs.positions?.onInput?.(weights.positions, vectors, scope.at('positions')) ?? vectors;
  return scope.tap('embedded', onEmbedded(placed));
}
