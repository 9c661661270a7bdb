import { sandwichBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import type { CausalComposition, Family } from '../family.js';
import { causalModel } from '../parts/causal-model.js';
import { fusedGateMlp, llamaAttention, llamaEnds, llamaLayout, moduleNames } from '../parts/names.js';
import { glmParts } from './glm.js';

/** GLM-4-0414 (Team GLM 2025): GLM with norms on the output of each part too. */
export const glm4: Family<CausalComposition> = {
  name: 'glm4',
  modelTypes: ['glm4'],
  architectures: ['Glm4ForCausalLM', 'Glm4Model'],
  compose: (fields, options) => {
    const config = new ConfigReader('glm4', fields);
    const { sizes, ...parts } = glmParts(config);
    const block = sandwichBlock(parts);
    return causalModel(config, options, { sizes, block, norm: parts.norm, tied: false });
  },
  ...llamaLayout,
  mappings: [
    ...llamaEnds,
    .../* @__PURE__ */ moduleNames({
      input_layernorm: 'attentionNorm',
      post_self_attn_layernorm: 'attentionOutputNorm',
      post_attention_layernorm: 'mlpNorm',
      post_mlp_layernorm: 'mlpOutputNorm',
      ...llamaAttention,
      ...fusedGateMlp,
    }),
  ],
};
