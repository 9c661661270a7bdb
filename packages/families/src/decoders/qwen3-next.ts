import { type TensorLayer, transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import type { CausalComposition, Family } from '../family.js';
import { furtherTokens } from '../parts/buffers.js';
import { causalModel } from '../parts/causal-model.js';
import { balancingFields, qwenExperts, qwenMlps, qwenSharedExpert } from '../parts/experts.js';
import { llamaEnds, llamaLayout, llamaMlp, llamaNorms, moduleNames } from '../parts/names.js';
import { gatedDeltaMappings } from './hybrid-names.js';
import { gatedAttentionMappings, qwenHybridParts, qwenHybridSizes } from './qwen-hybrid.js';

/** Qwen3-Next (Qwen 2025): the gated delta rule and attention with a gate, as in Qwen3.5, over experts. */
export const qwen3Next: Family<CausalComposition> = {
  name: 'qwen3_next',
  modelTypes: ['qwen3_next'],
  architectures: ['Qwen3NextForCausalLM', 'Qwen3NextModel'],
  compose: (fields, options) => {
    const config = new ConfigReader('qwen3_next', fields);
    const defaults = { modelDim: 2048, hiddenDim: 5632, depth: 48, heads: 16, kvHeads: 2, vocab: 151936 };
    const sizes = qwenHybridSizes(config, defaults);
    const { norm, mixers } = qwenHybridParts(config, sizes);
    const experts = { experts: 512, topK: 10, hiddenDim: 512, sharedDim: 512, normalize: true };
    const mlps = qwenMlps(config, sizes, experts);
    const block = mixers.map((attention, i) =>
      transformerBlock<TensorLayer, TensorLayer, TensorLayer>({ norm, attention, mlp: mlps[i]! }),
    );
    return causalModel(config, options, {
      ...{ sizes, block, norm, tied: false },
      ignored: balancingFields,
    });
  },
  ...llamaLayout,
  buffers: [...llamaLayout.buffers, ...furtherTokens],
  mappings: [
    ...llamaEnds,
    .../* @__PURE__ */ moduleNames({ ...llamaNorms, ...llamaMlp }),
    .../* @__PURE__ */ gatedAttentionMappings(),
    .../* @__PURE__ */ moduleNames(
      {
        'linear_attn.in_proj_qkvz': ['attention.query', 'attention.key', 'attention.value', 'attention.gate'],
        'linear_attn.in_proj_ba': ['attention.strength', 'attention.step'],
      },
      { interleaved: 'heads' },
    ),
    .../* @__PURE__ */ gatedDeltaMappings(),
    .../* @__PURE__ */ moduleNames({ ...qwenExperts, ...qwenSharedExpert }),
  ],
};
