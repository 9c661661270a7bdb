import { selfAttention } from '@residual/attention';
import { rmsNorm } from '@residual/layers';
import { clampedExperts, mixtureOfExperts, topKSoftmaxRouter } from '@residual/mlp';
import { transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { rotaryOf } from '../config/rope.js';
import type { CausalComposition, Family, WeightMapping } from '../family.js';
import { causalModel } from '../parts/causal-model.js';
import { balancingFields, expertCount } from '../parts/experts.js';
import { causalMask, layerWindows, windowOf } from '../parts/layer-types.js';
import { llamaAttention, llamaEnds, llamaLayout, llamaNorms, moduleNames } from '../parts/names.js';
import { decoderSizes, headsOf } from '../parts/sizes.js';

/** gpt-oss (OpenAI 2025): windows in every second block, attention sinks, and experts with clamped gates and biases. */
export const gptOss: Family<CausalComposition> = {
  name: 'gpt_oss',
  modelTypes: ['gpt_oss'],
  architectures: ['GptOssForCausalLM', 'GptOssModel'],
  compose: (fields, options) => {
    const isScaled = Boolean(fields.rope_parameters ?? fields.rope_scaling);
    const config = new ConfigReader('gpt_oss', isScaled ? fields : { ...fields, rope_parameters: defaultScaling });
    const sizes = decoderSizes(config, {
      modelDim: 2880,
      hiddenDim: 2880,
      depth: 36,
      heads: 64,
      kvHeads: 8,
      headDim: 64,
      maxPositions: 131072,
      vocab: 201088,
    });
    const { modelDim, hiddenDim, depth } = sizes;
    const norm = rmsNorm({ dim: modelDim, epsilon: config.number('rms_norm_eps', 1e-5) });
    const experts = expertCount(config, 128);
    const positionEncoding = rotaryOf(config, { ...sizes, base: 150_000 });
    const bias = config.flag('attention_bias', true);
    const dropout = config.dropout('attention_dropout');
    const mlp = mixtureOfExperts({
      router: topKSoftmaxRouter({ modelDim, experts, topK: config.size('num_experts_per_tok', 4), bias: true }),
      experts: clampedExperts({
        ...{ modelDim, hiddenDim, experts, bias: true },
        limit: config.number('swiglu_limit', 7),
        alpha: config.number('swiglu_alpha', 1.702),
      }),
    });
    const isWindowed = (i: number) => i % 2 === 0;
    const block = layerWindows(config, depth, { window: windowOf(config, 128), isWindowed }).map(window =>
      transformerBlock({
        norm,
        attention: selfAttention({
          ...headsOf(sizes),
          mask: causalMask(window),
          bias,
          positionEncoding,
          sinks: true,
          dropout,
        }),
        mlp,
      }),
    );
    // The activation is always the clamped one.
    const ignored = [...balancingFields, 'hidden_act', 'initial_context_length', 'experts_per_token'];
    return causalModel(config, options, { sizes, block, norm, tied: false, ignored });
  },
  ...llamaLayout,
  mappings: [
    ...llamaEnds,
    .../* @__PURE__ */ moduleNames({ ...llamaNorms, ...llamaAttention, 'mlp.router': 'mlp.router' }),
    { checkpointName: 'layers.*.self_attn.sinks', path: 'decoder.layers.*.attention.sinks' },
    .../* @__PURE__ */ expertNames('gate_up_proj', ['gate', 'up']),
    .../* @__PURE__ */ expertNames('down_proj', ['down']),
  ],
};

/** The scaling of a config without one. */
const defaultScaling = {
  rope_type: 'yarn',
  factor: 32,
  beta_fast: 32,
  beta_slow: 1,
  truncate: false,
  original_max_position_embeddings: 4096,
};

/** A matrix [experts, in, out] and its bias [experts, out]; the rows of several paths alternate. */
function expertNames(name: string, paths: readonly string[]): WeightMapping[] {
  const stored = `layers.*.mlp.experts.${name}`;
  const of = (leaf: string) => {
    const all = paths.map(path => `decoder.layers.*.mlp.experts.${path}.${leaf}`);
    return all.length === 1 ? { path: all[0]! } : { path: all, interleaved: 'rows' as const };
  };
  return [
    { checkpointName: stored, stacked: true, transposed: true, ...of('weight') },
    { checkpointName: `${stored}_bias`, stacked: true, ...of('bias') },
  ];
}
