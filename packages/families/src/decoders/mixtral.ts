import { selfAttention } from '@residual/attention';
import { rmsNorm } from '@residual/layers';
import { gatedExperts, mixtureOfExperts, softmaxRouter } from '@residual/mlp';
import { transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { rotaryOf } from '../config/rope.js';
import type { CausalComposition, Family } from '../family.js';
import { causalModel } from '../parts/causal-model.js';
import { balancingFields, expertCount, mixtralExperts } from '../parts/experts.js';
import { causalMask, windowOf } from '../parts/layer-types.js';
import { llamaAttention, llamaEnds, llamaLayout, llamaNorms, moduleNames } from '../parts/names.js';
import { decoderSizes, headsOf } from '../parts/sizes.js';

/** Mixtral (Jiang et al. 2024): Mistral whose mlps are mixtures of experts. */
export const mixtral: Family<CausalComposition> = {
  name: 'mixtral',
  modelTypes: ['mixtral'],
  architectures: ['MixtralForCausalLM', 'MixtralModel'],
  compose: (fields, options) => {
    const config = new ConfigReader('mixtral', fields);
    const sizes = decoderSizes(config, {
      modelDim: 4096,
      hiddenDim: 14336,
      depth: 32,
      heads: 32,
      kvHeads: 8,
      maxPositions: 131072,
      vocab: 32000,
    });
    const { modelDim, hiddenDim } = sizes;
    const experts = expertCount(config, 8);
    const norm = rmsNorm({ dim: modelDim, epsilon: config.number('rms_norm_eps', 1e-5) });
    const block = transformerBlock({
      norm,
      attention: selfAttention({
        ...headsOf(sizes),
        mask: causalMask(windowOf(config)),
        bias: false,
        positionEncoding: rotaryOf(config, { ...sizes, base: 1_000_000 }),
        dropout: config.dropout('attention_dropout'),
      }),
      mlp: mixtureOfExperts({
        router: softmaxRouter({ modelDim, experts, topK: config.size('num_experts_per_tok', 2) }),
        experts: gatedExperts({ modelDim, hiddenDim, experts, activation: config.activation('hidden_act', 'silu') }),
      }),
    });
    const ignored = [...balancingFields, 'router_jitter_noise'];
    return causalModel(config, options, { sizes, block, norm, tied: false, ignored });
  },
  ...llamaLayout,
  mappings: [...llamaEnds, .../* @__PURE__ */ moduleNames({ ...llamaNorms, ...llamaAttention, ...mixtralExperts })],
};
