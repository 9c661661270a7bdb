import { expectSameWidth, type Layer, layer, type Positions, type VectorNeed } from '@residual/layers';
import { expectOptions, type Tensor } from '@residual/tensor';
import type { Part } from './block.js';
import { type DirectionOptions, expectCausal } from './expect-causal.js';
import { type HeadParts, headNames, headOf } from './head.js';
import { embedded, type InputNeeds, type InputParts, inputNames, inputNeeds } from './input.js';
import { readPositions } from './readout.js';

/** The parts of a language model. */
export interface LanguageModelParts<
  Decoder extends Part,
  Scheme extends Positions | undefined = Positions | undefined,
  Head extends Part | undefined = Part | undefined,
> extends InputParts<Scheme>,
    HeadParts<Head>,
    DirectionOptions {
  /** What turns the embedded input into what the head reads, such as a stack: [batch, length, modelDim] to the same. */
  readonly decoder: Decoder;
}

/** What it needs. */
export type LanguageModelNeeds<
  Decoder extends Part,
  Scheme extends Positions | undefined = Positions | undefined,
  Head extends Part | undefined = Part | undefined,
> = InputNeeds<Scheme> & {
  readonly decoder: Decoder;
  readonly head: Head;
  readonly logitsBias: VectorNeed | undefined;
};

/** Token ids int32 [batch, length] to logits [batch, length, vocab]. */
export interface LanguageModel<
  Decoder extends Part,
  Scheme extends Positions | undefined = Positions | undefined,
  Head extends Part | undefined = Part | undefined,
> extends Layer<LanguageModelNeeds<Decoder, Scheme, Head>, Tensor, Tensor> {
  readonly vocab: number;
  readonly dim: number;
  /** The head alone: what a decoder gives [..., dim] to logits [..., vocab]. */
  readonly unembed: Layer<LanguageModelNeeds<Decoder, Scheme, Head>, Tensor, Tensor>;
}

/**
 * Embedding, positions, decoder and head: ids int32 [batch, length] to logits [batch, length, vocab]. With causal attention one pass gives the
 * prediction at every position; an attention of the decoder that is not causal is an error unless `bidirectional`. Taps: `embedded`, those of the decoder, `logits`.
 */
export function languageModel<
  Decoder extends Part,
  Scheme extends Positions | undefined = undefined,
  Head extends Part | undefined = undefined,
>(parts: LanguageModelParts<Decoder, Scheme, Head>): LanguageModel<Decoder, Scheme, Head> {
  expectOptions('languageModel', parts, { ...inputNames, ...headNames, decoder: 1, bidirectional: 0 });
  const { embedding, decoder, head } = parts;
  const input = inputNeeds('languageModel', parts);
  expectSameWidth('languageModel', { embedding, decoder });
  expectCausal('languageModel', decoder, parts);
  const { logits, bias, flops } = headOf('languageModel', embedding, parts);
  const needs: LanguageModelNeeds<Decoder, Scheme, Head> = { ...input, decoder, head: head as Head, logitsBias: bias };
  const model = layer(
    needs,
    (w, ids: Tensor, scope) => {
      const x = decoder(w.decoder, embedded('languageModel', input, w, ids, scope), scope.at('decoder'));
      return logits(w, w.embedding, readPositions(x, scope), scope);
    },
    { name: 'languageModel', flops },
  );
  const unembed = layer(needs, (w, x: Tensor, scope) => logits(w, w.embedding, x, scope), {
    name: 'unembed',
    partial: true,
  });
  return Object.assign(model, { vocab: embedding.vocab, dim: embedding.dim, unembed });
}
