import { causal, crossAttention, selfAttention } from '@residual/attention';
import { tokenEmbedding } from '@residual/embeddings';
import {
  bind,
  dropout,
  type Layer,
  layer,
  layerNorm,
  linear,
  type Scope,
  vector,
  type Weights,
} from '@residual/layers';
import { mlp } from '@residual/mlp';
import { concat, mul, ones, relu, reshape, type Tensor } from '@residual/tensor';
import { crossStack, postNormBlock, postNormCrossBlock, stack } from '@residual/transformer';
import type { ConfigReader } from '../config/config.js';
import { unit } from './fastspeech2-model.js';
import { postnet } from './postnet.js';
import { sharedOffsetRelation, sharedOffsets } from './relations.js';
import { relativeAttention } from './relative-attention.js';
import { scaledSinusoids } from './scaled-sinusoids.js';
import type { AutoregressiveSynthesizer, StepInputs, StepOutput, TeacherInputs } from './synthesizer.js';

/**
 * The text-to-speech model of SpeechT5 (Ao et al. 2022): an encoder of tokens with relative positions, and a decoder
 * that reads the frames so far through a prenet with the vector of a speaker and makes a few frames each step.
 */
export function speechT5(config: ConfigReader): AutoregressiveSynthesizer {
  const modelDim = config.size('hidden_size', 768, 2 ** 20);
  const vocab = config.size('vocab_size', 81);
  const bins = config.size('num_mel_bins', 80, 2 ** 20);
  const perStep = config.size('reduction_factor', 2, 2 ** 10);
  const speakerDim = config.size('speaker_embedding_dim', 512, 2 ** 20);
  const units = config.size('speech_decoder_prenet_units', 256, 2 ** 20);
  const keepRate = config.number('speech_decoder_prenet_dropout', 0.5);
  if (keepRate < 0 || keepRate >= 1) config.refuse('speech_decoder_prenet_dropout', keepRate, 'from 0 to below 1');
  const maxDistance = config.size('encoder_max_relative_position', 160, 2 ** 20);
  const [maxText, maxSteps] = [
    config.maxPositions('max_text_positions', 450),
    config.maxPositions('max_speech_positions', 4000),
  ];
  if (modelDim % 2 !== 0) config.refuse('hidden_size', modelDim, 'even, since sines and cosines come in pairs');
  const norm = layerNorm({ dim: modelDim, epsilon: config.number('layer_norm_eps', 1e-5) });
  const side = (name: 'encoder' | 'decoder') => {
    const heads = config.size(`${name}_attention_heads`, 12);
    if (modelDim % heads !== 0) config.refuse(`${name}_attention_heads`, heads, `a divisor of ${modelDim}`);
    return {
      heads,
      depth: config.depth(`${name}_layers`, name === 'encoder' ? 12 : 6),
      mlp: mlp({
        modelDim,
        hiddenDim: config.size(`${name}_ffn_dim`, 3072, 2 ** 24),
        activation: config.activation('hidden_act', 'gelu'),
      }),
    };
  };
  const [encoder, decoder] = [side('encoder'), side('decoder')];
  const refined = postnet(config, bins);
  const needs = {
    embedding: tokenEmbedding({ vocab, dim: modelDim, padTokenId: config.tokenId('pad_token_id') ?? 1 }),
    positions: scaledSinusoids(maxText, modelDim),
    encoderNorm: norm,
    offsets: vector([2 * maxDistance, modelDim / encoder.heads]),
    encoder: stack({
      block: postNormBlock({
        norm,
        attention: relativeAttention({ modelDim, heads: encoder.heads, relation: sharedOffsetRelation(maxDistance) }),
        mlp: encoder.mlp,
      }),
      depth: encoder.depth,
    }),
    prenet: Array.from({ length: config.depth('speech_decoder_prenet_layers', 2) }, (_, i) => ({
      linear: linear({ in: i === 0 ? bins : units, out: units }),
      // The reference keeps an entry with the probability that the config calls dropout.
      dropout: keepRate > 0 ? dropout({ rate: 1 - keepRate }) : undefined,
    })),
    prenetOutput: linear({ in: units, out: modelDim }),
    framePositions: scaledSinusoids(maxSteps, modelDim),
    speaker: linear({ in: modelDim + speakerDim, out: modelDim }),
    decoder: crossStack({
      block: postNormCrossBlock({
        norm,
        attention: selfAttention({ modelDim, heads: decoder.heads, mask: causal() }),
        crossAttention: crossAttention({ modelDim, heads: decoder.heads }),
        mlp: decoder.mlp,
      }),
      depth: decoder.depth,
    }),
    output: linear({ in: modelDim, out: bins * perStep }),
    stop: linear({ in: modelDim, out: perStep }),
    postnet: refined.refine,
  };
  type Needs = typeof needs;
  const encode = layer(
    needs,
    (w, ids: Tensor, scope) => {
      const vectors = needs.embedding(w.embedding, ids);
      const placed = needs.positions.onInput!(w.positions as never, vectors, scope.at('positions'));
      const inner = scope.at('encoder').with(sharedOffsets, w.offsets);
      return needs.encoder(w.encoder as never, norm(w.encoderNorm, placed), inner);
    },
    { name: 'encode', partial: true },
  );
  /** Frames and the vector of the speaker as the input of the decoder: [1, length, bins] to [1, length, modelDim]. */
  const prenet = (w: Weights<Needs>, { previous, speaker }: Omit<StepInputs, 'memory'>, scope: Scope) => {
    const part = bind({ prenet: needs.prenet }, w as never, scope);
    const scaleOfKept = keepRate / (1 - keepRate); // what the layer divides by, and the reference multiplies with
    const read = part.prenet.reduce((x, { linear, dropout }) => {
      const activated = relu(linear(x));
      if (keepRate === 0) return activated;
      const dropped = dropout(activated);
      return dropped === activated || keepRate === 0.5 ? dropped : mul(dropped, scaleOfKept);
    }, previous);
    const vectors = needs.prenetOutput(w.prenetOutput, read);
    const placed = needs.framePositions.onInput!(w.framePositions as never, vectors, scope.at('framePositions'));
    if (!speaker) return placed;
    const repeated = mul(reshape(unit(speaker), [1, 1, speakerDim]), ones([1, placed.shape[1]!, 1]));
    return relu(needs.speaker(w.speaker, concat([placed, repeated], 2)));
  };
  const step = layer(
    needs,
    (w, { memory, ...inputs }: StepInputs, scope): StepOutput => {
      const x = scope.tap('prenetOutput', prenet(w as Weights<Needs>, inputs, scope));
      const states = needs.decoder(w.decoder as never, { x, memory }, scope.at('decoder'));
      const length = x.shape[1]!;
      return {
        frames: reshape(needs.output(w.output, states), [1, length * perStep, bins]),
        stop: reshape(needs.stop(w.stop, states), [1, length * perStep]),
      };
    },
    { name: 'step', partial: true },
  );
  const refine = layer(needs, (w, x: Tensor, scope) => needs.postnet(w.postnet as never, x, scope.at('postnet')), {
    name: 'postnet',
    partial: true,
  });
  const model = layer(
    needs,
    (w, { ids, ...inputs }: TeacherInputs, scope) => {
      const { frames } = step(w, { ...inputs, memory: encode(w, ids, scope) }, scope);
      return refine(w, frames, scope);
    },
    { name: 'speechT5' },
  ) as Layer<Needs, TeacherInputs, Tensor>;
  return Object.assign(model, {
    way: 'autoregressive' as const,
    ...{ vocab, bins, perStep, maxSteps, encode, step, postnet: refine },
    ...{ speakerDim, speakers: 0, languages: 0 },
    framesAround: refined.framesAround,
    hasDropout: keepRate > 0,
  }) as unknown as AutoregressiveSynthesizer;
}
