import { transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import type { CausalComposition, Family } from '../family.js';
import { llamaAttention, llamaEnds, llamaLayout, llamaMlp, moduleNames } from '../parts/names.js';
import { gemma2Model } from './gemma2.js';

/** VaultGemma (Google 2025), trained with differential privacy: Gemma 2 without norms on the output of each part. */
export const vaultGemma: Family<CausalComposition> = {
  name: 'vaultgemma',
  modelTypes: ['vaultgemma'],
  architectures: ['VaultGemmaForCausalLM', 'VaultGemmaModel'],
  compose: (fields, options) => {
    const config = new ConfigReader('vaultgemma', fields);
    return gemma2Model(config, options, { makeBlock: transformerBlock, ignored });
  },
  ...llamaLayout,
  mappings: [
    ...llamaEnds,
    .../* @__PURE__ */ moduleNames({
      input_layernorm: 'attentionNorm',
      pre_feedforward_layernorm: 'mlpNorm',
      ...llamaAttention,
      ...llamaMlp,
    }),
  ],
};

/** Settings of how the reference computes. */
const ignored = ['cache_implementation'];
