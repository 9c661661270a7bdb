import { cache, extent, memoryExtent } from '@residual/attention';
import { expectSameWidth, type Layer, layer, places, type Scope } from '@residual/layers';
import type { Tensor } from '@residual/tensor';
import type { Part } from './block.js';
import type { CrossPart } from './cross-block.js';
import { headOf } from './head.js';
import { embedded, type InputNeeds, type InputParts, inputNeeds } from './input.js';

/** The parts of an encoder-decoder. */
export interface EncoderDecoderParts<Encoder extends Part, Decoder extends CrossPart> {
  /** How the ids of the source become vectors. */
  readonly source: InputParts;
  /** How those of the target do; with the weights of the source if absent: one table for both languages. */
  readonly target?: InputParts;
  readonly encoder: Encoder;
  /** A stack that reads x and a memory. */
  readonly decoder: Decoder;
  /** modelDim to vocab; the target's table if absent (tied). */
  readonly head?: Part;
}

/** What an encoder-decoder needs. */
export type EncoderDecoderNeeds<Encoder extends Part, Decoder extends CrossPart> = {
  readonly source: InputNeeds;
  readonly target: InputNeeds | undefined;
  readonly encoder: Encoder;
  readonly decoder: Decoder;
  readonly head: Part | undefined;
};

/** Source ids int32 [batch, keyLen] and target ids int32 [batch, length]. */
export interface SourceAndTarget {
  readonly source: Tensor;
  readonly target: Tensor;
}

/** What a decoder step reads: ids int32 [batch, length] and the encoded source [batch, keyLen, modelDim]. */
export interface Decoding {
  readonly ids: Tensor;
  readonly memory: Tensor;
}

/** Source and target ids to logits, and its two halves alone: the source is encoded once, the target decoded step by step. */
export interface EncoderDecoder<Encoder extends Part, Decoder extends CrossPart>
  extends Layer<EncoderDecoderNeeds<Encoder, Decoder>, SourceAndTarget, Tensor> {
  /** Source ids int32 [batch, keyLen] to the memory [batch, keyLen, modelDim]. */
  readonly encode: Layer<EncoderDecoderNeeds<Encoder, Decoder>, Tensor, Tensor>;
  /** Target ids int32 [batch, length] and the memory to logits [batch, length, vocab]. */
  readonly decode: Layer<EncoderDecoderNeeds<Encoder, Decoder>, Decoding, Tensor>;
  readonly vocab: number;
  readonly dim: number;
}

/**
 * The transformer of "Attention is all you need": an encoder reads the source, a decoder writes the target and looks at what was read (Vaswani et al. 2017).
 * Padding of the source stands in `memoryExtent`, that of the target in `extent`. Taps: `source.embedded`, those of the encoder, `target.embedded`, those
 * of the decoder, `logits`.
 */
export function encoderDecoder<Encoder extends Part, Decoder extends CrossPart>(
  parts: EncoderDecoderParts<Encoder, Decoder>,
): EncoderDecoder<Encoder, Decoder> {
  const { encoder, decoder, head } = parts;
  const source = inputNeeds('encoderDecoder', parts.source);
  const target = parts.target && inputNeeds('encoderDecoder', parts.target);
  const into = target ?? source;
  expectSameWidth('encoderDecoder', { source: source.embedding, target: into.embedding, encoder, decoder });
  const { logits, flops } = headOf('encoderDecoder', into.embedding, head);
  const needs: EncoderDecoderNeeds<Encoder, Decoder> = { source, target, encoder, decoder, head };

  const encode = layer(needs, (w, ids: Tensor, scope) =>
    encoder(w.encoder, embedded(source, w.source, ids, scope.at('source')), scope.at('encoder')),
  );
  const decode = layer(needs, (w, { ids, memory }: Decoding, scope) => {
    const own = w.target ?? w.source;
    const x = embedded(into, own, ids, scope.at('target'));
    return logits(w.head, own.embedding, decoder(w.decoder, { x, memory }, scope.at('decoder')), scope);
  });
  const whole = layer(
    needs,
    (w, ids: SourceAndTarget, scope) =>
      decode(w, { ids: ids.target, memory: encode(w, ids.source, ofSource(scope)) }, scope),
    { name: 'encoderDecoder', flops },
  );
  const { vocab, dim } = into.embedding;
  return Object.assign(whole, { encode, decode, vocab, dim });
}

/** The scope of the source: its padding is that of the memory, and what belongs to the target's steps is not its own. */
function ofSource(scope: Scope): Scope {
  return scope.with(extent, scope.get(memoryExtent)).with(places, undefined).with(cache, undefined);
}
