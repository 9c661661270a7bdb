import type { Composition } from '@residual/families';
import type { Weights } from '@residual/layers';
import { ResidualError } from '@residual/tensor';
import type { CrossPart, EncoderDecoder, LanguageModel, Part } from '@residual/transformer';

/** A composition with its weights. */
export interface Running<Layer> {
  readonly layer: Layer;
  readonly weights: Weights<Layer>;
}

/** What a model of any kind says of itself. */
export interface OfSomeKind {
  readonly composition: Composition;
  readonly weights: unknown;
  readonly family: { readonly name: string };
}

/** The parts of a decoder-only model. Errors for another kind, naming the function `name` that needs this one. */
export function causalOf(name: string, { composition, weights, family }: OfSomeKind): Running<LanguageModel<Part>> {
  if (composition.kind === 'causal-lm') return { layer: composition.model, weights: weights as never };
  throw new ResidualError(
    'kind',
    `${name}: ${family.name} is an encoder-decoder; this works on a model that continues a text`,
  );
}

/** The parts of an encoder-decoder. Errors for another kind, naming the function `name` that needs this one. */
export function encoderDecoderOf(
  name: string,
  { composition, weights, family }: OfSomeKind,
): Running<EncoderDecoder<Part, CrossPart>> {
  if (composition.kind === 'seq2seq-lm') return { layer: composition.model, weights: weights as never };
  throw new ResidualError(
    'kind',
    `${name}: ${family.name} continues a text and has no encoder; this works on an encoder-decoder`,
  );
}
