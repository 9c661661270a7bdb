import { tokenEmbedding } from '@residual/embeddings';
import { bind, type Layer, layer, linear, type Scope, type Weights } from '@residual/layers';
import {
  add,
  affine,
  concat,
  embed,
  exp,
  maximum,
  mul,
  reshape,
  rsqrt,
  square,
  sum,
  type Tensor,
  tensor,
} from '@residual/tensor';
import { stack } from '@residual/transformer';
import type { ConfigReader } from '../config/config.js';
import { conformerBlock } from './conformer-block.js';
import type { HifiGan } from './hifi-gan-layer.js';
import { postnet } from './postnet.js';
import { offsetSinusoids } from './relations.js';
import type { FrameInputs, ParallelSynthesizer, PlanInputs, SpeechInputs, SpeechPlan } from './synthesizer.js';
import { varianceEmbedding, variancePredictor } from './variance.js';

/**
 * FastSpeech 2 (Ren et al. 2021) with Conformers: an encoder of tokens, predictors of their durations, pitch and
 * energy, and a decoder of the frames. With a vocoder it makes samples of them.
 */
export function fastSpeech2(config: ConfigReader, vocoder: HifiGan | undefined): ParallelSynthesizer {
  const modelDim = config.size('hidden_size', 384, 2 ** 20);
  const vocab = config.size('vocab_size', 78);
  const bins = config.size('num_mel_bins', 80, 2 ** 20);
  const perFrame = config.size('reduction_factor', 1, 2 ** 10);
  const configSpeed = config.number('speaking_speed', 1);
  if (configSpeed <= 0) config.refuse('speaking_speed', configSpeed, 'a number above 0');
  const counts = (name: string) => (config.value(name) === undefined ? 0 : config.count(name));
  const [speakers, languages, speakerDim] = [
    counts('num_speakers'),
    counts('num_languages'),
    counts('speaker_embed_dim'),
  ];
  const predictor = (name: string, depth: number, kernelSize: number) =>
    variancePredictor({
      modelDim,
      channels: config.size(`${name}_predictor_channels`, 256, 2 ** 20),
      depth: config.depth(`${name}_predictor_layers`, depth),
      kernelSize: odd(config, `${name}_predictor_kernel_size`, kernelSize),
    });
  const [encoder, decoder] = [conformer(config, 'encoder', 7), conformer(config, 'decoder', 31)];
  const refined = postnet(config, bins);
  const needs = {
    embedding: tokenEmbedding({ vocab, dim: modelDim }),
    speakers: speakers > 1 ? tokenEmbedding({ vocab: speakers, dim: modelDim }) : undefined,
    languages: languages > 1 ? tokenEmbedding({ vocab: languages, dim: modelDim }) : undefined,
    speakerProjection: speakerDim > 0 ? linear({ in: modelDim + speakerDim, out: modelDim }) : undefined,
    encoder,
    durations: predictor('duration', 2, 3),
    pitch: predictor('pitch', 5, 5),
    pitchEmbedding: varianceEmbedding(modelDim, odd(config, 'pitch_embed_kernel_size', 1)),
    energy: predictor('energy', 2, 3),
    energyEmbedding: varianceEmbedding(modelDim, odd(config, 'energy_embed_kernel_size', 1)),
    decoder,
    output: linear({ in: modelDim, out: bins * perFrame }),
    postnet: refined.refine,
    vocoder,
  };
  type Needs = typeof needs;
  const scale = Math.sqrt(modelDim);
  const run = (w: Weights<Needs>, name: 'encoder' | 'decoder', x: Tensor, scope: Scope) => {
    const inner = scope.at(name).with(offsetSinusoids, sinusoidsOf(x.shape[1]!, modelDim));
    return needs[name](w[name] as never, mul(x, scale), inner);
  };
  const plan = layer(
    needs,
    (w, { ids, speakerId, languageId, speaker }: PlanInputs, scope): SpeechPlan => {
      const part = bind({ durations: needs.durations, pitch: needs.pitch, energy: needs.energy }, w as never, scope);
      let states = run(w as Weights<Needs>, 'encoder', needs.embedding(w.embedding, ids), scope);
      if (speakerId && needs.speakers) states = add(states, needs.speakers(w.speakers!, reshape(speakerId, [1, 1])));
      if (languageId && needs.languages)
        states = add(states, needs.languages(w.languages!, reshape(languageId, [1, 1])));
      if (speaker && needs.speakerProjection) {
        const repeated = mul(reshape(unit(speaker), [1, 1, speakerDim]), onesOf(states));
        states = needs.speakerProjection(w.speakerProjection!, concat([states, repeated], 2));
      }
      const logDurations = reshape(part.durations(states), states.shape.slice(0, 2));
      return {
        states: scope.tap('states', states),
        durations: affine(exp(logDurations), 1, -1),
        pitch: part.pitch(states),
        energy: part.energy(states),
      };
    },
    { name: 'plan', partial: true },
  );
  const frames = layer(
    needs,
    (w, { states, pitch, energy, tokens }: FrameInputs, scope) => {
      const varied = add(
        add(states, needs.energyEmbedding(w.energyEmbedding, energy!)),
        needs.pitchEmbedding(w.pitchEmbedding, pitch!),
      );
      const [batch, length] = varied.shape as [number, number, number];
      const rows = embed(reshape(varied, [batch * length, modelDim]), tokens);
      const decoded = run(w as Weights<Needs>, 'decoder', reshape(rows, [batch, -1, modelDim]), scope);
      const before = reshape(needs.output(w.output, decoded), [batch, -1, bins]);
      return needs.postnet(w.postnet as never, before, scope.at('postnet'));
    },
    { name: 'frames', partial: true },
  );
  const model = layer(
    needs,
    (w, { tokens, ...inputs }: SpeechInputs, scope) => {
      const { durations: _, ...planned } = plan(w, inputs, scope);
      return frames(w, { ...planned, tokens }, scope);
    },
    { name: 'fastSpeech2' },
  ) as Layer<Needs, SpeechInputs, Tensor>;
  return Object.assign(model, {
    way: 'parallel' as const,
    ...{ vocab, bins, plan, frames, vocoder, speakerDim },
    ...{ speakers: speakers > 1 ? speakers : 0, languages: languages > 1 ? languages : 0 },
    frameCounts: (durations: Float32Array, speed: number) => frameCounts(durations, configSpeed / speed),
  }) as unknown as ParallelSynthesizer;
}

/** The encoder or the decoder: a stack of Conformer blocks. */
function conformer(config: ConfigReader, side: 'encoder' | 'decoder', kernelSize: number) {
  const modelDim = config.size('hidden_size', 384, 2 ** 20);
  const heads = config.size(`${side}_num_attention_heads`, 2);
  if (modelDim % heads !== 0) config.refuse(`${side}_num_attention_heads`, heads, `a divisor of ${modelDim}`);
  if (modelDim % 2 !== 0) config.refuse('hidden_size', modelDim, 'even, since sines and cosines come in pairs');
  config.expectValue('use_cnn_in_conformer', true);
  const block = conformerBlock({
    modelDim,
    heads,
    hiddenDim: config.size(`${side}_linear_units`, 1536, 2 ** 24),
    mlpKernel: odd(config, 'positionwise_conv_kernel_size', 3),
    kernelSize: odd(config, `${side}_kernel_size`, kernelSize),
    activation: 'silu',
    convolutionBias: config.flag('convolution_bias', true),
    macaron: config.flag('use_macaron_style_in_conformer', true),
    normsFirst: config.flag(`${side}_normalize_before`, false),
    joins: config.flag(`${side}_concat_after`, false),
  });
  return stack({ block, depth: config.depth(`${side}_layers`, 4) });
}

/** An odd size, so that a window has equally many positions before and after. */
function odd(config: ConfigReader, name: string, fallback: number): number {
  const value = config.size(name, fallback, 2 ** 20);
  return value % 2 === 1 ? value : config.refuse(name, value, 'odd, so that lengths stay');
}

/**
 * Sines and cosines of each offset, from length - 1 positions before a query to as many after: [2 · length - 1, dim].
 */
function sinusoidsOf(length: number, dim: number): Tensor {
  const count = 2 * length - 1;
  const values = new Float32Array(count * dim);
  for (let row = 0; row < count; row++)
    for (let i = 0; i < dim; i += 2) {
      const angle = (length - 1 - row) / 10000 ** (i / dim);
      values[row * dim + i] = Math.sin(angle);
      values[row * dim + i + 1] = Math.cos(angle);
    }
  return tensor(values, [count, dim]);
}

/** x / max(‖x‖, 1e-12): [batch, dim] to the same. */
export function unit(x: Tensor): Tensor {
  return mul(x, rsqrt(maximum(sum(square(x), { axis: -1, keepDims: true }), 1e-24)));
}

/** Ones [batch, length, 1] of states. */
function onesOf({ shape: [batch, length] }: Tensor): Tensor {
  return tensor(new Float32Array(batch! * length!).fill(1), [batch!, length!, 1]);
}

/** Frames of each token: durations rounded to whole numbers and scaled; one each if all are 0. */
function frameCounts(durations: Float32Array, scale: number): Int32Array {
  const counts = Int32Array.from(durations, duration => Math.max(roundHalfEven(duration), 0));
  const scaled = scale === 1 ? counts : counts.map(count => roundHalfEven(Math.fround(count * scale)));
  return scaled.some(count => count > 0) ? scaled : scaled.fill(1);
}

/** The nearest whole number, and of two the even one. */
function roundHalfEven(value: number): number {
  const low = Math.floor(value);
  const rest = value - low;
  return rest < 0.5 || (rest === 0.5 && low % 2 === 0) ? low : low + 1;
}
