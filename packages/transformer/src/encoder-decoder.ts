import { cache, keyRange, memoryMask } from '@residual/attention';
import type { TokenEmbedding } from '@residual/embeddings';
import {
  expectSameWidth,
  type Layer,
  layer,
  recurrentStates,
  type Scope,
  stepPositions,
  type VectorNeed,
} from '@residual/layers';
import { expectOptions, type Tensor } from '@residual/tensor';
import type { TensorLayer } from './block.js';
import type { CrossLayer } from './cross-block.js';
import { type DirectionOptions, expectCausal } from './expect-causal.js';
import { buildHead, type HeadParts, headOptionNames } from './head.js';
import { embedInput, type InputNeeds, type InputParts, inputNeeds, inputOptionNames } from './input.js';
import { selectLogitPositions } from './logit-positions.js';

/** The parts of an encoder-decoder. */
export interface EncoderDecoderParts<Encoder extends TensorLayer, Decoder extends CrossLayer>
  extends HeadParts,
    DirectionOptions {
  /** The input of the encoder: embedding and positions of the source. */
  readonly source: InputParts;
  /**
   * The input of the decoder. Without an embedding it shares the table of the source; if absent, it equals `source` and
   * shares its weights.
   */
  readonly target?: TargetParts;
  /** Encodes the source: [batch, keyLen, memoryDim] to the same. */
  readonly encoder: Encoder;
  /** A stack with cross-attention: x and memory to the shape of x. */
  readonly decoder: Decoder;
}

/** The input of the decoder; the embedding may be absent. */
export type TargetParts = Omit<InputParts, 'embedding'> & Partial<Pick<InputParts, 'embedding'>>;

/** The needs of the input of the decoder. */
export type TargetNeeds = Omit<InputNeeds, 'embedding'> & { readonly embedding: TokenEmbedding | undefined };

/** The needs of an encoder-decoder. */
export type EncoderDecoderNeeds<Encoder extends TensorLayer, Decoder extends CrossLayer> = {
  readonly source: InputNeeds;
  readonly target: TargetNeeds | undefined;
  readonly encoder: Encoder;
  readonly decoder: Decoder;
  readonly head: TensorLayer | undefined;
  readonly logitsBias: VectorNeed | undefined;
};

/** Source ids int32 [batch, keyLen] and target ids int32 [batch, length]. */
export interface EncoderDecoderInputs {
  readonly source: Tensor;
  readonly target: Tensor;
}

/** The inputs of `decode`: ids int32 [batch, length] and the encoded source [batch, keyLen, modelDim]. */
export interface DecoderInputs {
  readonly ids: Tensor;
  readonly memory: Tensor;
}

/**
 * Source and target ids to logits [batch, length, vocab], with its halves `encode` and `decode` as layers of the same
 * weights.
 */
export interface EncoderDecoder<Encoder extends TensorLayer, Decoder extends CrossLayer>
  extends Layer<EncoderDecoderNeeds<Encoder, Decoder>, EncoderDecoderInputs, Tensor> {
  /** Source ids int32 [batch, keyLen] to the memory [batch, keyLen, modelDim]. */
  readonly encode: Layer<EncoderDecoderNeeds<Encoder, Decoder>, Tensor, Tensor>;
  /** Target ids int32 [batch, length] and the memory to logits [batch, length, vocab]. */
  readonly decode: Layer<EncoderDecoderNeeds<Encoder, Decoder>, DecoderInputs, Tensor>;
  /** The head as a layer of the same weights: the output of the decoder [..., dim] to logits [..., vocab]. */
  readonly unembed: Layer<EncoderDecoderNeeds<Encoder, Decoder>, Tensor, Tensor>;
  /** The size of the source vocabulary. */
  readonly source: { readonly vocab: number };
  /** The size of the target vocabulary. */
  readonly vocab: number;
  readonly dim: number;
}

/**
 * The encoder-decoder transformer (Vaswani et al. 2017): the encoder encodes the source, and the decoder predicts the
 * target with attention to the encoded source. The slot `memoryMask` holds the padding of the source, `keyRange` that
 * of the target. A decoder with an attention that is not causal throws unless `bidirectional`. Taps: `source.embedded`,
 * those of the encoder, `target.embedded`, those of the decoder, `logits`.
 */
export function encoderDecoder<Encoder extends TensorLayer, Decoder extends CrossLayer>(
  parts: EncoderDecoderParts<Encoder, Decoder>,
): EncoderDecoder<Encoder, Decoder> {
  expectOptions('encoderDecoder', parts, {
    source: 1,
    target: 0,
    encoder: 1,
    decoder: 1,
    bidirectional: 0,
    ...headOptionNames,
  });
  expectOptions('encoderDecoder: source', parts.source, inputOptionNames);
  if (parts.target) expectOptions('encoderDecoder: target', parts.target, { ...inputOptionNames, embedding: 0 });
  const { encoder, decoder, head } = parts;
  const source = inputNeeds('encoderDecoder', parts.source);
  const targetInput = parts.target
    ? inputNeeds('encoderDecoder', { ...parts.target, embedding: parts.target.embedding ?? source.embedding })
    : source;
  const target = parts.target && { ...targetInput, embedding: parts.target.embedding };
  expectSameWidth('encoderDecoder', { source: source.embedding, encoder });
  expectSameWidth('encoderDecoder', { target: targetInput.embedding, decoder });
  const { memoryDim = decoder.about.inDim } = decoder.about;
  const read = memoryDim === undefined ? undefined : { about: { inDim: memoryDim } };
  expectSameWidth('encoderDecoder', { encoder, 'the memory of the decoder': read });
  expectCausal('encoderDecoder', decoder, parts);
  const { logits, bias, flops } = buildHead('encoderDecoder', targetInput.embedding, parts);
  const needs: EncoderDecoderNeeds<Encoder, Decoder> = { source, target, encoder, decoder, head, logitsBias: bias };

  const encode = layer(
    needs,
    (w, ids: Tensor, scope) =>
      encoder(
        w.encoder,
        embedInput('encoderDecoder: source', source, w.source, ids, scope.at('source')),
        scope.at('encoder'),
      ),
    { name: 'encode', partial: true },
  );
  const decode = layer(
    needs,
    (w, { ids, memory }: DecoderInputs, scope) => {
      const table = w.target?.embedding ?? w.source.embedding;
      const x = embedInput(
        'encoderDecoder: target',
        targetInput,
        { ...(w.target ?? w.source), embedding: table },
        ids,
        scope.at('target'),
      );
      const hidden = decoder(w.decoder, { x, memory }, scope.at('decoder'));
      return logits(w, table, selectLogitPositions(hidden, scope), scope);
    },
    { name: 'decode', partial: true },
  );
  const model = layer(
    needs,
    (w, ids: EncoderDecoderInputs, scope) =>
      decode(w, { ids: ids.target, memory: encode(w, ids.source, encoderScope(scope)) }, scope),
    { name: 'encoderDecoder', flops },
  );
  const { vocab, dim } = targetInput.embedding;
  const unembed = layer(
    needs,
    (w, x: Tensor, scope) => logits(w, w.target?.embedding ?? w.source.embedding, x, scope),
    { name: 'unembed', partial: true },
  );
  return Object.assign(model, { encode, decode, unembed, source: { vocab: source.embedding.vocab }, vocab, dim });
}

/**
 * The scope of the encoder: its key range is that of the memory; positions, cache and states of the decoder steps are
 * removed.
 */
function encoderScope(scope: Scope): Scope {
  return scope
    .with(keyRange, scope.get(memoryMask))
    .with(stepPositions, undefined)
    .with(cache, undefined)
    .with(recurrentStates, undefined);
}
