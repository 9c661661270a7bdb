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
  type Weights,
} from '@residual/layers';
import { expectOptions, ResidualError, type Tensor } from '@residual/tensor';
import type { TensorLayer } from './block.js';
import type { CrossLayer } from './cross-block.js';
import { type DirectionOptions, expectCausal } from './expect-causal.js';
import { buildHead, type HeadParts, headOptionNames } from './head.js';
import {
  embedFeatures,
  embedInput,
  type FeatureInputNeeds,
  type FeatureInputParts,
  featureInputNeeds,
  featureInputOptionNames,
  type InputNeeds,
  type InputParts,
  inputNeeds,
  inputOptionNames,
} from './input.js';
import { selectLogitPositions } from './logit-positions.js';

/** The parts of an encoder-decoder. */
export interface EncoderDecoderParts<
  Encoder extends TensorLayer,
  Decoder extends CrossLayer,
  Source extends InputParts | FeatureInputParts = InputParts,
> extends HeadParts,
    DirectionOptions {
  /**
   * The input of the encoder: embedding and positions of the source, or for a source of features, such as a sound, the
   * layer that reads them.
   */
  readonly source: Source;
  /**
   * The input of the decoder. Without an embedding it shares the table of the source; if absent, it equals `source` and
   * shares its weights. A source of features has no table to share.
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

/** The needs of an encoder-decoder; those of its source are of tokens or of features. */
export type EncoderDecoderNeeds<
  Encoder extends TensorLayer,
  Decoder extends CrossLayer,
  Source extends InputNeeds | FeatureInputNeeds = InputNeeds,
> = {
  readonly source: Source;
  readonly target: TargetNeeds | undefined;
  readonly encoder: Encoder;
  readonly decoder: Decoder;
  readonly head: TensorLayer | undefined;
  readonly logitsBias: VectorNeed | undefined;
};

/** Source ids int32 [batch, keyLen], or features [batch, frames, width], and target ids int32 [batch, length]. */
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
export interface EncoderDecoder<
  Encoder extends TensorLayer,
  Decoder extends CrossLayer,
  Source extends InputNeeds | FeatureInputNeeds = InputNeeds,
> extends Layer<EncoderDecoderNeeds<Encoder, Decoder, Source>, EncoderDecoderInputs, Tensor> {
  /**
   * Source ids int32 [batch, keyLen], or features [batch, frames, width], to the memory [batch, keyLen, modelDim].
   */
  readonly encode: Layer<EncoderDecoderNeeds<Encoder, Decoder, Source>, Tensor, Tensor>;
  /** Target ids int32 [batch, length] and the memory to logits [batch, length, vocab]. */
  readonly decode: Layer<EncoderDecoderNeeds<Encoder, Decoder, Source>, DecoderInputs, Tensor>;
  /** The head as a layer of the same weights: the output of the decoder [..., dim] to logits [..., vocab]. */
  readonly unembed: Layer<EncoderDecoderNeeds<Encoder, Decoder, Source>, Tensor, Tensor>;
  /** The size of the source vocabulary, or the width of its features where their layer states it. */
  readonly source: Source extends InputNeeds ? { readonly vocab: number } : { readonly width: number | undefined };
  /** The size of the target vocabulary. */
  readonly vocab: number;
  readonly dim: number;
}

/**
 * The encoder-decoder transformer (Vaswani et al. 2017): the encoder encodes the source, and the decoder predicts the
 * target with attention to the encoded source. The slot `memoryMask` holds the padding of the source, `keyRange` that
 * of the target. The source may be features instead of tokens, as in speech recognition. A decoder with an attention
 * that is not causal throws unless `bidirectional`. Taps: `source.embedded`, those of the encoder, `target.embedded`,
 * those of the decoder, `logits`.
 */
export function encoderDecoder<Encoder extends TensorLayer, Decoder extends CrossLayer>(
  parts: EncoderDecoderParts<Encoder, Decoder>,
): EncoderDecoder<Encoder, Decoder>;
export function encoderDecoder<Encoder extends TensorLayer, Decoder extends CrossLayer, Features extends TensorLayer>(
  parts: EncoderDecoderParts<Encoder, Decoder, FeatureInputParts<Features>>,
): EncoderDecoder<Encoder, Decoder, FeatureInputNeeds<Features>>;
export function encoderDecoder(
  parts: EncoderDecoderParts<TensorLayer, CrossLayer, InputParts | FeatureInputParts>,
): unknown {
  expectOptions('encoderDecoder', parts, {
    source: 1,
    target: 0,
    encoder: 1,
    decoder: 1,
    bidirectional: 0,
    ...headOptionNames,
  });
  const { encoder, decoder, head } = parts;
  const source = sourceOf(parts.source);
  if (parts.target) expectOptions('encoderDecoder: target', parts.target, { ...inputOptionNames, embedding: 0 });
  const targetInput = targetInputOf(parts.target, source.tokens);
  const target = parts.target && { ...targetInput, embedding: parts.target.embedding };
  expectSameWidth('encoderDecoder', { source: source.output, encoder });
  expectSameWidth('encoderDecoder', { target: targetInput.embedding, decoder });
  const { memoryDim = decoder.about.inDim } = decoder.about;
  const read = memoryDim === undefined ? undefined : { about: { inDim: memoryDim } };
  expectSameWidth('encoderDecoder', { encoder, 'the memory of the decoder': read });
  expectCausal('encoderDecoder', decoder, parts);
  const { logits, bias, flops } = buildHead('encoderDecoder', targetInput.embedding, parts);
  const needs = { source: source.needs, target, encoder, decoder, head, logitsBias: bias };
  /** The table of the target, which may be that of the source. */
  const tableOf = (w: Weights<EncoderDecoderNeeds<TensorLayer, CrossLayer>>) =>
    w.target?.embedding ?? w.source.embedding;
  const named = needs as EncoderDecoderNeeds<TensorLayer, CrossLayer>; // a source of features has a target with a table

  const encode = layer(
    named,
    (w, x: Tensor, scope) =>
      encoder(w.encoder, source.embed(w.source as never, x, scope.at('source')), scope.at('encoder')),
    { name: 'encode', partial: true },
  );
  const decode = layer(
    named,
    (w, { ids, memory }: DecoderInputs, scope) => {
      const table = tableOf(w);
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
    named,
    (w, ids: EncoderDecoderInputs, scope) =>
      decode(w, { ids: ids.target, memory: encode(w, ids.source, encoderScope(scope)) }, scope),
    { name: 'encoderDecoder', flops },
  );
  const { vocab, dim } = targetInput.embedding;
  const unembed = layer(named, (w, x: Tensor, scope) => logits(w, tableOf(w), x, scope), {
    name: 'unembed',
    partial: true,
  });
  return Object.assign(model, { encode, decode, unembed, source: source.size, vocab, dim });
}

/** The input of the encoder, of tokens or of features: its needs, its formula, its width and its size. */
function sourceOf(parts: InputParts | FeatureInputParts) {
  const name = 'encoderDecoder: source';
  if ('features' in parts) {
    expectOptions(name, parts, featureInputOptionNames);
    const needs = featureInputNeeds('encoderDecoder', parts);
    const { inDim, outDim } = needs.features.about;
    const embed = (weights: Weights<FeatureInputNeeds>, x: Tensor, scope: Scope) =>
      embedFeatures(name, needs, weights, x, scope);
    const output = outDim === undefined ? undefined : { about: { outDim } };
    return { needs, embed, output, size: { width: inDim }, tokens: undefined };
  }
  expectOptions(name, parts, inputOptionNames);
  const needs = inputNeeds('encoderDecoder', parts);
  const embed = (weights: Weights<InputNeeds>, ids: Tensor, scope: Scope) =>
    embedInput(name, needs, weights, ids, scope);
  return { needs, embed, output: needs.embedding, size: { vocab: needs.embedding.vocab }, tokens: needs };
}

/** The input of the decoder: its own, with the embedding of the source if it has none, or that of the source. */
function targetInputOf(target: TargetParts | undefined, source: InputNeeds | undefined): InputNeeds {
  const embedding = target?.embedding ?? source?.embedding;
  if (!embedding)
    throw new ResidualError(
      'fit',
      'encoderDecoder: a source of features has no embedding to share; target needs an embedding of its own',
    );
  return target ? inputNeeds('encoderDecoder', { ...target, embedding }) : source!;
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
