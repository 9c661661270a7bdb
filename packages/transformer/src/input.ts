import type { TokenEmbedding } from '@residual/embeddings';
import {
  bind,
  expectLayers,
  expectPositionEncoding,
  expectSameWidth,
  type PositionEncoding,
  type Scope,
  stepPositions,
  type Weights,
} from '@residual/layers';
import { add, ResidualError, showShape, type Tensor } from '@residual/tensor';
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

/**
 * The needs of an input. Errors if widths differ or the position encoding does not act on the input. `afterEmbedding`
 * may give another width than it reads if `mayChangeWidth` is true.
 */
export function inputNeeds<Scheme extends PositionEncoding | undefined>(
  name: string,
  { embedding, positionEncoding, afterEmbedding }: InputParts<Scheme>,
  { mayChangeWidth = false }: { readonly mayChangeWidth?: boolean } = {},
): InputNeeds<Scheme> {
  const { inDim, outDim } = afterEmbedding?.about ?? {};
  const reads = mayChangeWidth && outDim !== undefined ? inDim && { about: { inDim } } : afterEmbedding;
  expectLayers(name, { embedding, afterEmbedding });
  expectSameWidth(name, { embedding, afterEmbedding: reads || undefined });
  expectPositionEncoding(name, positionEncoding, 'input', { dim: embedding.dim });
  return { embedding, positions: positionEncoding as Scheme, onEmbedded: afterEmbedding };
}

/** The options of an input of features, such as the frames of a sound, in the place of tokens. */
export interface FeatureInputParts<Features extends TensorLayer = TensorLayer> {
  /** From features [batch, frames, width] to vectors [batch, length, modelDim], such as two convolutions. */
  readonly features: Features;
  /** A position encoding that acts on the vectors. */
  readonly positionEncoding?: PositionEncoding | undefined;
  /** A layer on the vectors with their positions, such as dropout. */
  readonly afterEmbedding?: TensorLayer | undefined;
}

/** Names of the options in `FeatureInputParts`; 0 marks an optional one. */
export const featureInputOptionNames = { features: 1, positionEncoding: 0, afterEmbedding: 0 } as const;

/** The needs of an input of features; their names are paths of weights. */
export type FeatureInputNeeds<Features extends TensorLayer = TensorLayer> = {
  readonly features: Features;
  readonly positions: PositionEncoding | undefined;
  readonly onEmbedded: TensorLayer | undefined;
};

/** The needs of an input of features. Errors if widths differ or the position encoding does not act on the input. */
export function featureInputNeeds<Features extends TensorLayer>(
  name: string,
  { features, positionEncoding, afterEmbedding }: FeatureInputParts<Features>,
): FeatureInputNeeds<Features> {
  expectLayers(name, { features, afterEmbedding });
  const dim = features.about.outDim;
  expectSameWidth(name, { features: { about: { outDim: dim } }, afterEmbedding });
  if (dim !== undefined) expectPositionEncoding(name, positionEncoding, 'input', { dim });
  return { features, positions: positionEncoding, onEmbedded: afterEmbedding };
}

/**
 * Turns features [batch, frames, width] into vectors with positions: [batch, length, modelDim]. Errors if there is no
 * frame. Tap: `embedded`.
 */
export function embedFeatures(
  name: string,
  needs: FeatureInputNeeds,
  weights: Weights<FeatureInputNeeds>,
  frames: Tensor,
  scope: Scope,
): Tensor {
  if (frames.shape.length !== 3 || frames.size === 0)
    throw new ResidualError(
      'shape',
      `${name}: features ${showShape(frames.shape)} are not [batch, frames, width] of one frame or more`,
    );
  const parts = { features: needs.features, onEmbedded: needs.onEmbedded };
  const { features, onEmbedded } = bind(parts, weights, scope);
  const vectors = features(frames);
  const encoded = needs.positions?.onInput?.(weights.positions, vectors, scope.at('positions')) ?? vectors;
  return scope.tap('embedded', onEmbedded(encoded));
}

/** The width of what an input gives to the first block. */
export function inputWidth({ embedding, onEmbedded }: InputNeeds): number {
  return onEmbedded?.about.outDim ?? embedding.dim;
}

/** What is embedded beside the ids. */
export interface MoreInputs {
  /** Added to the embedded tokens before their positions: [batch, length, dim]. */
  readonly addend?: ((scope: Scope) => Tensor) | undefined;
  /** The positions that the position encoding sees, int32 [1 | batch, length]; those of the scope if absent. */
  readonly positionIds?: Tensor | undefined;
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
  { addend, positionIds }: MoreInputs = {},
): Tensor {
  expectIds(name, ids);
  const { embedding, onEmbedded } = bind({ embedding: needs.embedding, onEmbedded: needs.onEmbedded }, weights, scope);
  const vectors = addend ? add(embedding(ids), addend(scope)) : embedding(ids);
  const own = positionIds && { positionIds, totalLength: ids.shape[1]! };
  const at = own ? scope.at('positions').with(stepPositions, own) : scope.at('positions');
  const encoded = needs.positions?.onInput?.(weights.positions, vectors, at) ?? vectors;
  return scope.tap('embedded', onEmbedded(encoded));
}

/** Throws unless ids are [batch, length] of one token or more. */
export function expectIds(name: string, ids: Tensor): void {
  if (ids.shape.length === 2 && ids.size > 0) return;
  throw new ResidualError('shape', `${name}: ids ${showShape(ids.shape)} are not [batch, length] of one token or more`);
}
