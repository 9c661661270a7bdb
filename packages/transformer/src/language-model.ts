import {
  expectSameWidth,
  type Layer,
  layer,
  outputPosition,
  type PositionEncoding,
  type VectorNeed,
} from '@residual/layers';
import { expectOptions, type Tensor } from '@residual/tensor';
import type { TensorLayer } from './block.js';
import { type DirectionOptions, expectCausal } from './expect-causal.js';
import { buildHead, type HeadParts, headOptionNames } from './head.js';
import { embedInput, type InputNeeds, type InputParts, inputNeeds, inputOptionNames } from './input.js';
import { selectLogitPositions } from './logit-positions.js';
import { neededPosition } from './output-position.js';
import { type TextModel, textDecoder } from './text/text-model.js';
import { tokenIds } from './token-ids.js';

/** The parts of a language model. */
export interface LanguageModelParts<
  Decoder extends TensorLayer,
  Scheme extends PositionEncoding | undefined = PositionEncoding | undefined,
  Head extends TensorLayer | undefined = TensorLayer | undefined,
> extends InputParts<Scheme>,
    HeadParts<Head>,
    DirectionOptions {
  /** The layers between embedding and head, such as a `stack`: [batch, length, modelDim] to the same. */
  readonly decoder: Decoder;
}

/** The needs of a language model. */
export type LanguageModelNeeds<
  Decoder extends TensorLayer,
  Scheme extends PositionEncoding | undefined = PositionEncoding | undefined,
  Head extends TensorLayer | undefined = TensorLayer | undefined,
> = InputNeeds<Scheme> & {
  readonly decoder: Decoder;
  readonly head: Head;
  readonly logitsBias: VectorNeed | undefined;
};

/** Token ids int32 [batch, length] to logits [batch, length, vocab]. */
export interface LanguageModel<
  Decoder extends TensorLayer,
  Scheme extends PositionEncoding | undefined = PositionEncoding | undefined,
  Head extends TensorLayer | undefined = TensorLayer | undefined,
> extends Layer<LanguageModelNeeds<Decoder, Scheme, Head>, Tensor, Tensor> {
  /** The number of tokens that it reads. It has no logits for the last of them where the embedding only reads these. */
  readonly vocab: number;
  readonly dim: number;
  /** The model without its head, for heads that judge a text: a part of its own, with the weights at the same paths. */
  readonly body: TextModel;
  /** The head as a layer of the same weights: the output of the decoder [..., dim] to logits [..., vocab]. */
  readonly unembed: Layer<LanguageModelNeeds<Decoder, Scheme, Head>, Tensor, Tensor>;
}

/**
 * Embedding, positions, decoder and head: ids int32 [batch, length] to logits [batch, length, vocab]. With causal
 * attention one pass predicts the next token at every position. A decoder with an attention that is not causal throws
 * unless `bidirectional`. Taps: `embedded`, those of the decoder, `logits`.
 */
export function languageModel<
  Decoder extends TensorLayer,
  Scheme extends PositionEncoding | undefined = undefined,
  Head extends TensorLayer | undefined = undefined,
>(parts: LanguageModelParts<Decoder, Scheme, Head>): LanguageModel<Decoder, Scheme, Head> {
  expectOptions('languageModel', parts, { ...inputOptionNames, ...headOptionNames, decoder: 1, bidirectional: 0 });
  const { embedding, decoder, head } = parts;
  const input = inputNeeds('languageModel', parts);
  expectSameWidth('languageModel', { embedding, decoder });
  expectCausal('languageModel', decoder, parts);
  const { logits, bias, flops } = buildHead('languageModel', embedding, parts);
  const needs: LanguageModelNeeds<Decoder, Scheme, Head> = { ...input, decoder, head: head as Head, logitsBias: bias };
  const model = layer(
    needs,
    (w, ids: Tensor, scope) => {
      const embedded = embedInput('languageModel', input, w, ids, scope);
      const position = neededPosition(decoder, ids.shape[1]!, scope);
      const at = scope.at('decoder').with(tokenIds, ids).with(outputPosition, position);
      const x = decoder(w.decoder, embedded, at);
      return logits(w, w.embedding, position ? x : selectLogitPositions(x, scope), scope);
    },
    { name: 'languageModel', flops },
  );
  const unembed = layer(needs, (w, x: Tensor, scope) => logits(w, w.embedding, x, scope), {
    name: 'unembed',
    partial: true,
  });
  const { positionEncoding, afterEmbedding } = parts;
  const body: TextModel = textDecoder({ embedding, positionEncoding, afterEmbedding, decoder });
  return Object.assign(model, { vocab: embedding.vocab, dim: embedding.dim, unembed, body });
}
