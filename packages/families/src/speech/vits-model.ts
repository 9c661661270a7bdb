import { tokenEmbedding } from '@residual/embeddings';
import { convolution1d, type Layer, layer, layerNorm, sequential } from '@residual/layers';
import { add, embed, exp, mul, reshape, sliceAxis, type Tensor } from '@residual/tensor';
import { postNormBlock, stack } from '@residual/transformer';
import type { ConfigReader } from '../config/config.js';
import { activationLayer } from '../encoders/bert-parts.js';
import { hifiGan } from './hifi-gan-layer.js';
import { windowRelation } from './relations.js';
import { type Relation, relativeAttention } from './relative-attention.js';
import type { FrameInputs, ParallelSynthesizer, PlanInputs, SpeechInputs, SpeechPlan } from './synthesizer.js';
import { logDurations } from './vits-durations.js';
import { couplingFlow, waveNet } from './vits-flows.js';
import { hifiGanFields } from './vocoder-parts.js';

/**
 * VITS (Kim et al. 2021): an encoder of tokens whose prior over latents is stretched by drawn durations, a flow from it
 * to the latents of sound, and a HiFi-GAN that makes samples of them.
 */
export function vits(config: ConfigReader): ParallelSynthesizer {
  const modelDim = config.size('hidden_size', 192, 2 ** 20);
  const vocab = config.size('vocab_size', 38);
  const heads = config.size('num_attention_heads', 2);
  const depth = config.depth('num_hidden_layers', 6);
  const latentDim = config.size('flow_size', 192, 2 ** 20);
  const speakers = config.size('num_speakers', 1);
  const speakerDim = config.count('speaker_embedding_size', 0);
  const spectrumBins = config.size('spectrogram_bins', 513, 2 ** 20);
  const rate = config.number('speaking_rate', 1);
  const kernelSize = config.size('wavenet_kernel_size', 5, 2 ** 10);
  const mlpKernel = config.size('ffn_kernel_size', 3, 2 ** 10);
  const hiddenDim = config.size('ffn_dim', 768, 2 ** 24);
  if (modelDim % heads !== 0) config.refuse('num_attention_heads', heads, `a divisor of ${modelDim}`);
  if (latentDim % 2 !== 0) config.refuse('flow_size', latentDim, 'even, since a flow splits it into halves');
  if (kernelSize % 2 === 0) config.refuse('wavenet_kernel_size', kernelSize, 'odd, so that lengths stay');
  if (rate <= 0) config.refuse('speaking_rate', rate, 'a number above 0');
  if (speakers > 1 && speakerDim === 0) config.refuse('speaker_embedding_size', 0, 'above 0 for several speakers');
  const norm = layerNorm({ dim: modelDim, epsilon: config.number('layer_norm_eps', 1e-5) });
  const padding = [Math.floor((mlpKernel - 1) / 2), Math.floor(mlpKernel / 2)] as const;
  const block = postNormBlock({
    norm,
    attention: relativeAttention({
      modelDim,
      heads,
      bias: config.flag('use_bias', true),
      relation: relationOf(config, modelDim / heads) as Relation<never>,
    }),
    mlp: sequential({
      up: convolution1d({ in: modelDim, out: hiddenDim, kernelSize: mlpKernel, padding }),
      activation: activationLayer(config.activation('hidden_act', 'relu')),
      down: convolution1d({ in: hiddenDim, out: modelDim, kernelSize: mlpKernel, padding }),
    }),
  });
  const net = (name: string) => ({
    modelDim,
    kernelSize,
    dilationRate: config.size('wavenet_dilation_rate', 1, 64),
    depth: config.size(`${name}_encoder_num_wavenet_layers`, name === 'prior' ? 4 : 16, 64),
    speakerDim,
  });
  const vocoder = hifiGan({
    bins: latentDim,
    outputBias: false,
    speakerDim: speakerDim || undefined,
    ...hifiGanFields(config, { rates: [8, 8, 2, 2], kernels: [16, 16, 4, 4] }),
  });
  const needs = {
    embedding: tokenEmbedding({ vocab, dim: modelDim, scale: Math.sqrt(modelDim) }),
    speakers: speakers > 1 ? tokenEmbedding({ vocab: speakers, dim: speakerDim }) : undefined,
    encoder: stack({ block, depth }),
    prior: convolution1d({ in: modelDim, out: 2 * latentDim, kernelSize: 1 }),
    durations: logDurations(config, modelDim, speakerDim),
    flow: couplingFlow(latentDim, config.depth('prior_encoder_num_flows', 4), net('prior')),
    vocoder,
    // What only training runs.
    posterior: {
      input: convolution1d({ in: spectrumBins, out: modelDim, kernelSize: 1 }),
      waveNet: waveNet(net('posterior')),
      output: convolution1d({ in: modelDim, out: 2 * latentDim, kernelSize: 1 }),
    },
  };
  type Needs = typeof needs;
  const speakerVector = layer(needs, (w, id: Tensor) => needs.speakers!(w.speakers!, reshape(id, [1, 1])), {
    name: 'speakerVector',
    partial: true,
  });
  const vectorOf = (w: never, id: Tensor | undefined) => (id && needs.speakers ? speakerVector(w, id) : undefined);
  const plan = layer(
    needs,
    (w, { ids, speakerId, noise }: PlanInputs, scope): SpeechPlan => {
      const states = needs.encoder(w.encoder as never, needs.embedding(w.embedding, ids), scope.at('encoder'));
      const speaker = vectorOf(w as never, speakerId);
      const durations = scope.tap('logDurations', needs.durations(w.durations, { states, speaker, noise }));
      return { states: needs.prior(w.prior, states), durations: exp(durations) };
    },
    { name: 'plan', partial: true },
  );
  const frames = layer(
    needs,
    (w, { states, tokens, speakerId, noise }: FrameInputs) => {
      const rows = embed(reshape(states, [states.shape[1]!, 2 * latentDim]), tokens);
      const stretched = reshape(rows, [1, ...rows.shape]);
      const [means, logDeviations] = [
        sliceAxis(stretched, 2, 0, latentDim),
        sliceAxis(stretched, 2, latentDim, latentDim),
      ];
      const x = noise ? add(means, mul(noise, exp(logDeviations))) : means;
      return needs.flow(w.flow as never, { x, speaker: vectorOf(w as never, speakerId) });
    },
    { name: 'frames', partial: true },
  );
  const model = layer(
    needs,
    (w, { tokens, frameNoise, ...inputs }: SpeechInputs, scope) => {
      const { states } = plan(w, inputs, scope);
      return frames(w, { ...inputs, states, tokens, noise: frameNoise }, scope);
    },
    { name: 'vits' },
  ) as Layer<Needs, SpeechInputs, Tensor>;
  return Object.assign(model, {
    way: 'parallel' as const,
    ...{ vocab, bins: latentDim, plan, frames, vocoder, speakerDim: 0, languages: 0 },
    speakers: speakers > 1 ? speakers : 0,
    speakerVector: speakers > 1 ? speakerVector : undefined,
    frameCounts: (durations: Float32Array, speed: number) => {
      const scale = Math.fround(1 / (rate * speed));
      return Int32Array.from(durations, duration => Math.ceil(Math.fround(duration * scale)));
    },
  }) as unknown as ParallelSynthesizer;
}

/** The relation of its attention: a window around each token, or none. */
function relationOf(config: ConfigReader, headDim: number): Relation {
  const window =
    config.has('window_size') && config.value('window_size') === undefined ? 0 : config.size('window_size', 4, 2 ** 20);
  if (window > 0) return windowRelation(window, headDim) as unknown as Relation;
  return { needs: {} };
}
