import { causal, selfAttention } from '@residual/attention';
import { rmsNorm } from '@residual/layers';
import { gatedExperts, mixtureOfExperts, topKSoftmaxRouter } from '@residual/mlp';
import { transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { rotaryOf } from '../config/rope.js';
import type { CausalComposition, Family } from '../family.js';
import { causalModel } from '../parts/causal-model.js';
import { balancingFields, expertCount, graniteExperts } from '../parts/experts.js';
import { llamaAttention, llamaEnds, llamaLayout, llamaNorms, moduleNames } from '../parts/names.js';
import { decoderSizes, headsOf } from '../parts/sizes.js';

/** Granite 3 MoE (IBM 2024): Llama over experts, with factors on embedding, scores, residual and logits. */
export const graniteMoe: Family<CausalComposition> = {
  name: 'granitemoe',
  modelTypes: ['granitemoe'],
  architectures: ['GraniteMoeForCausalLM', 'GraniteMoeModel'],
  compose: (fields, options) => {
    const config = new ConfigReader('granitemoe', fields);
    const defaults = { modelDim: 4096, hiddenDim: 11008, depth: 32, heads: 32, maxPositions: 2048, vocab: 32000 };
    const sizes = decoderSizes(config, defaults);
    const { modelDim, hiddenDim } = sizes;
    const norm = rmsNorm({ dim: modelDim, epsilon: config.number('rms_norm_eps', 1e-6) });
    const experts = expertCount(config, 8);
    const block = transformerBlock({
      norm,
      attention: selfAttention({
        ...headsOf(sizes),
        mask: causal(),
        bias: config.flag('attention_bias', false),
        scale: config.number('attention_multiplier', 1),
        positionEncoding: rotaryOf(config, sizes),
        dropout: config.dropout('attention_dropout'),
      }),
      mlp: mixtureOfExperts({
        router: topKSoftmaxRouter({ modelDim, experts, topK: config.size('num_experts_per_tok', 2) }),
        experts: gatedExperts({ modelDim, hiddenDim, experts, activation: config.activation('hidden_act', 'silu') }),
      }),
      residualScale: config.number('residual_multiplier', 1),
    });
    return causalModel(config, options, {
      ...{ sizes, block, norm, tied: false },
      embeddingScale: config.number('embedding_multiplier', 1),
      headScale: 1 / config.number('logits_scaling', 1),
      ignored: balancingFields,
    });
  },
  ...llamaLayout,
  mappings: [
    ...llamaEnds,
    .../* @__PURE__ */ moduleNames({ ...llamaNorms, ...llamaAttention }),
    .../* @__PURE__ */ graniteExperts(),
  ],
};
