import { selfAttention } from '@residual/attention';
import { type Rotary, rotary } from '@residual/embeddings';
import { layerNorm } from '@residual/layers';
import { gatedExperts, mixtureOfExperts, sparseMixer } from '@residual/mlp';
import { transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { rotaryFromConfig } from '../config/rope.js';
import type { CausalComposition, Family } from '../family.js';
import { causalModel } from '../parts/causal-model.js';
import { balancingFields, expertCount, mixtralExperts } from '../parts/experts.js';
import { causalMask, windowOf } from '../parts/layer-types.js';
import { llamaAttention, llamaEnds, llamaLayout, llamaNorms, moduleNames } from '../parts/names.js';
import { type DecoderSizes, decoderSizes, headsOf } from '../parts/sizes.js';

/** Phi-3.5-MoE (Abdin et al. 2024): Llama over experts that a sparse mixer chooses, with layer norms and biases. */
export const phimoe: Family<CausalComposition> = {
  name: 'phimoe',
  modelTypes: ['phimoe'],
  architectures: ['PhimoeForCausalLM', 'PhimoeModel'],
  compose: (fields, options) => {
    const config = new ConfigReader('phimoe', fields);
    const sizes = decoderSizes(config, {
      modelDim: 4096,
      hiddenDim: 6400,
      depth: 32,
      heads: 32,
      kvHeads: 8,
      maxPositions: 131072,
      vocab: 32064,
    });
    const { modelDim, hiddenDim } = sizes;
    const norm = layerNorm({ dim: modelDim, epsilon: config.number('rms_norm_eps', 1e-5) });
    const experts = expertCount(config, 16);
    const block = transformerBlock({
      norm,
      attention: selfAttention({
        ...headsOf(sizes),
        mask: causalMask(windowOf(config)),
        bias: config.flag('attention_bias', false),
        positionEncoding: positionsOf(config, sizes),
        dropout: config.dropout('attention_dropout'),
      }),
      mlp: mixtureOfExperts({
        router: sparseMixer({ modelDim, experts, jitter: config.number('router_jitter_noise', 0.01) }),
        experts: gatedExperts({ modelDim, hiddenDim, experts, activation: config.activation('hidden_act', 'silu') }),
      }),
    });
    return causalModel(config, options, {
      ...{ sizes, block, norm, tied: false },
      headBias: config.flag('lm_head_bias', false),
      // The mixer always chooses two experts.
      ignored: [...balancingFields, 'input_jitter_noise', 'num_experts_per_tok'],
    });
  },
  ...llamaLayout,
  mappings: [
    ...llamaEnds,
    { checkpointName: '/lm_head.bias', path: 'logitsBias' },
    .../* @__PURE__ */ moduleNames({ ...llamaNorms, ...llamaAttention, ...mixtralExperts }),
  ],
};

/** Rotary positions; scaled ones are multiplied by `short_mscale`, and have the short factors at every length. */
function positionsOf(config: ConfigReader, { headDim, maxPositions }: DecoderSizes): Rotary {
  const fields = { base: 1_000_000, ignored: ['short_mscale', 'long_mscale'] };
  const { base, scaling } = rotaryFromConfig(config, maxPositions, fields);
  const settings = { headDim, storedPositions: maxPositions, base };
  if (scaling === undefined) return rotary(settings);
  if (scaling.type !== 'longrope') return config.refuse('rope_type', scaling.type, 'default or longrope');
  const { short_mscale: factor, long_mscale: longFactor } = (config.value('rope_parameters', 'rope_scaling') ??
    {}) as Readonly<Record<string, unknown>>;
  if (typeof factor !== 'number' || factor !== longFactor)
    return config.refuse('long_mscale', longFactor, `a number, and what short_mscale is, ${factor}`);
  return rotary({ ...settings, scaling: { ...scaling, longFactors: scaling.shortFactors, attentionFactor: factor } });
}
