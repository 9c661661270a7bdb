import type { Composition, StandardEncoderDecoder, StandardLanguageModel } from '@residual/families';
import type { Weights } from '@residual/layers';
import { ResidualError } from '@residual/tensor';

/** A layer with its weights. */
export interface BoundModel<Layer> {
  readonly layer: Layer;
  readonly weights: Weights<Layer>;
}

/** A model of any kind. */
export interface AnyModel {
  readonly composition: Composition;
  readonly weights: unknown;
  readonly family: { readonly name: string };
}

/**
 * The layer and weights of a decoder-only model. Throws for another kind; `name` is the function named in the error.
 * The default type covers the families of `@residual/families`; for a family with its own layers the caller gives the
 * type.
 */
export function causalOf<Layer = StandardLanguageModel>(
  name: string,
  { composition, weights, family }: AnyModel,
): BoundModel<Layer> {
  if (composition.kind === 'causal-lm') return { layer: composition.model as never, weights: weights as never };
  throw new ResidualError(
    'kind',
    `${name}: ${family.name} is an encoder-decoder; this works on a model that continues a text`,
  );
}

/** The layer and weights of an encoder-decoder; see `causalOf`. */
export function encoderDecoderOf<Layer = StandardEncoderDecoder>(
  name: string,
  { composition, weights, family }: AnyModel,
): BoundModel<Layer> {
  if (composition.kind === 'seq2seq-lm') return { layer: composition.model as never, weights: weights as never };
  throw new ResidualError(
    'kind',
    `${name}: ${family.name} continues a text and has no encoder; this works on an encoder-decoder`,
  );
}
