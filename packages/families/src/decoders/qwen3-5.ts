import { gatedMlp } from '@residual/mlp';
import { transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import type { CausalComposition, Family } from '../family.js';
import { furtherTokens } from '../parts/buffers.js';
import { causalModel } from '../parts/causal-model.js';
import { llamaEnds, llamaLayout, llamaMlp, llamaNorms, moduleNames } from '../parts/names.js';
import { gatedDeltaMappings } from './hybrid-names.js';
import { gatedAttentionMappings, qwenHybridParts, qwenHybridSizes } from './qwen-hybrid.js';

/** The text model of Qwen3.5 (2026): three blocks of four mix by the gated delta rule, one by attention with a gate. */
export const qwen35: Family<CausalComposition> = {
  name: 'qwen3_5_text',
  modelTypes: ['qwen3_5_text'],
  architectures: ['Qwen3_5ForCausalLM', 'Qwen3_5TextModel'],
  compose: (fields, options) => {
    const config = new ConfigReader('qwen3_5_text', fields);
    const sizes = qwenHybridSizes(config, { hiddenDim: 12288, heads: 16, kvHeads: 4, vocab: 248320 });
    const { norm, mixers } = qwenHybridParts(config, sizes);
    const { modelDim, hiddenDim } = sizes;
    const mlp = gatedMlp({ modelDim, hiddenDim, activation: config.activation('hidden_act', 'silu') });
    const block = mixers.map(attention => transformerBlock({ norm, attention, mlp }));
    return causalModel(config, options, { sizes, block, norm, tied: false });
  },
  ...llamaLayout,
  buffers: [...llamaLayout.buffers, ...furtherTokens],
  mappings: [
    ...llamaEnds,
    .../* @__PURE__ */ moduleNames({ ...llamaNorms, ...llamaMlp }),
    .../* @__PURE__ */ gatedAttentionMappings(),
    .../* @__PURE__ */ moduleNames({
      'linear_attn.in_proj_qkv': ['attention.query', 'attention.key', 'attention.value'],
      'linear_attn.in_proj_z': 'attention.gate',
      'linear_attn.in_proj_b': 'attention.strength',
      'linear_attn.in_proj_a': 'attention.step',
    }),
    .../* @__PURE__ */ gatedDeltaMappings(),
  ],
};
