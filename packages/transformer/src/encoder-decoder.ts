import { cache, extent, memoryExtent } from '@residual/attention';
import type { TokenEmbedding } from '@residual/embeddings';
import { expectSameWidth, type Layer, layer, places, type Scope, type VectorNeed } from '@residual/layers';
import { expectOptions, type Tensor } from '@residual/tensor';
import type { Part } from './block.js';
import type { CrossPart } from './cross-block.js';
import { type DirectionOptions, expectCausal } from './expect-causal.js';
import { type HeadParts, headNames, headOf } from './head.js';
import { embedded, type InputNeeds, type InputParts, inputNames, inputNeeds } from './input.js';
import { readPositions } from './readout.js';

/** The parts of an encoder-decoder. */
export interface EncoderDecoderParts<Encoder extends Part, Decoder extends CrossPart>
  extends HeadParts,
    DirectionOptions {
  /** How the ids of the source become vectors. */
  readonly source: InputParts;
  /** How those of the target do. Without an embedding it shares the source's table; as the source in everything if absent. */
  readonly target?: TargetParts;
  /** What reads the source: [batch, keyLen, modelDim] to the same. */
  readonly encoder: Encoder;
  /** A stack that reads x and a memory. */
  readonly decoder: Decoder;
}

/** How ids of the target become vectors; the table may be that of the source. */
export type TargetParts = Omit<InputParts, 'embedding'> & Partial<Pick<InputParts, 'embedding'>>;

/** What that needs. */
export type TargetNeeds = Omit<InputNeeds, 'embedding'> & { readonly embedding: TokenEmbedding | undefined };

/** What an encoder-decoder needs. */
export type EncoderDecoderNeeds<Encoder extends Part, Decoder extends CrossPart> = {
  readonly source: InputNeeds;
  readonly target: TargetNeeds | undefined;
  readonly encoder: Encoder;
  readonly decoder: Decoder;
  readonly head: Part | undefined;
  readonly logitsBias: VectorNeed | undefined;
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
  /** What it reads: how many tokens the source's vocabulary has. */
  readonly source: { readonly vocab: number };
  /** How many tokens it writes with. */
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
  expectOptions('encoderDecoder', parts, {
    source: 1,
    target: 0,
    encoder: 1,
    decoder: 1,
    bidirectional: 0,
    ...headNames,
  });
  expectOptions('encoderDecoder: source', parts.source, inputNames);
  if (parts.target) expectOptions('encoderDecoder: target', parts.target, { ...inputNames, embedding: 0 });
  const { encoder, decoder, head } = parts;
  const source = inputNeeds('encoderDecoder', parts.source);
  const into = parts.target
    ? inputNeeds('encoderDecoder', { ...parts.target, embedding: parts.target.embedding ?? source.embedding })
    : source;
  const target = parts.target && { ...into, embedding: parts.target.embedding };
  expectSameWidth('encoderDecoder', { source: source.embedding, target: into.embedding, encoder, decoder });
  expectCausal('encoderDecoder', decoder, parts);
  const { logits, bias, flops } = headOf('encoderDecoder', into.embedding, parts);
  const needs: EncoderDecoderNeeds<Encoder, Decoder> = { source, target, encoder, decoder, head, logitsBias: bias };

  const encode = layer(
    needs,
    (w, ids: Tensor, scope) =>
      encoder(
        w.encoder,
        embedded('encoderDecoder: source', source, w.source, ids, scope.at('source')),
        scope.at('encoder'),
      ),
    { name: 'encode', partial: true },
  );
  const decode = layer(
    needs,
    (w, { ids, memory }: Decoding, scope) => {
      const table = w.target?.embedding ?? w.source.embedding;
      const x = embedded(
        'encoderDecoder: target',
        into,
        { ...(w.target ?? w.source), embedding: table },
        ids,
        scope.at('target'),
      );
      const read = decoder(w.decoder, { x, memory }, scope.at('decoder'));
      return logits(w, table, readPositions(read, scope), scope);
    },
    { name: 'decode', partial: true },
  );
  const whole = layer(
    needs,
    (w, ids: SourceAndTarget, scope) =>
      decode(w, { ids: ids.target, memory: encode(w, ids.source, ofSource(scope)) }, scope),
    { name: 'encoderDecoder', flops },
  );
  const { vocab, dim } = into.embedding;
  return Object.assign(whole, { encode, decode, source: { vocab: source.embedding.vocab }, vocab, dim });
}

/** The scope of the source: its padding is that of the memory, and what belongs to the target's steps is not its own. */
function ofSource(scope: Scope): Scope {
  return scope.with(extent, scope.get(memoryExtent)).with(places, undefined).with(cache, undefined);
}
