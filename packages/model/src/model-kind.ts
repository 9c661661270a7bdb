import type { Composition, StandardEncoderDecoder, StandardLanguageModel } from '@residual/families';
import type { Weights } from '@residual/layers';
import { ResidualError } from '@residual/tensor';

/** A composition with its weights. */
export interface BoundModel<Layer> {
  readonly layer: Layer;
  readonly weights: Weights<Layer>;
}

/** What a model of any kind says of itself. */
export interface AnyModel {
  readonly composition: Composition;
  readonly weights: unknown;
  readonly family: { readonly name: string };
}

/**
 * The parts of a decoder-only model. Errors for another kind, naming the function `name` that needs this one. To the compiler they are those of the families of
 * `@residual/families`; of a family with parts of its own the caller says the type.
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

/** The parts of an encoder-decoder, as `causalOf`. */
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
