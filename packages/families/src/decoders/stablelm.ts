import { selfAttention } from '@residual/attention';
import { activation, layerNorm, layerNormPerHead } from '@residual/layers';
import { gatedMlp } from '@residual/mlp';
import { sharedNormBlock, transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { rotaryOf } from '../config/rope.js';
import type { CausalComposition, Family } from '../family.js';
import { causalModel } from '../parts/causal-model.js';
import { causalMask } from '../parts/layer-types.js';
import { llamaAttention, llamaEnds, llamaLayout, llamaMlp, llamaNorms, moduleNames } from '../parts/names.js';
import { decoderSizes, headsOf } from '../parts/sizes.js';

/**
 * StableLM 2 (Bellagente et al. 2024): Llama with layer norms that rotates a quarter of each head; attention and MLP
 * side by side and a norm for each head where the config says so.
 */
export const stablelm: Family<CausalComposition> = {
  name: 'stablelm',
  modelTypes: ['stablelm'],
  architectures: ['StableLmForCausalLM', 'StableLmModel'],
  compose: (fields, options) => {
    const config = new ConfigReader('stablelm', fields);
    const sizes = decoderSizes(config, {
      modelDim: 2560,
      hiddenDim: 6912,
      depth: 32,
      heads: 32,
      kvHeads: 32,
      maxPositions: 4096,
      vocab: 50304,
    });
    const { modelDim, hiddenDim, heads, kvHeads, headDim } = sizes;
    const epsilon = config.number('layer_norm_eps', 1e-5);
    const norm = layerNorm({ dim: modelDim, epsilon });
    const bias = config.flag('use_qkv_bias', false);
    const hasHeadNorms = config.flag('qk_layernorm', false);
    const headNorm = (heads: number) => (hasHeadNorms ? layerNormPerHead({ heads, dim: headDim, epsilon }) : undefined);
    const dropout = config.dropout('hidden_dropout');
    const parts = {
      norm,
      attention: selfAttention({
        ...headsOf(sizes),
        mask: causalMask(undefined),
        bias: { query: bias, key: bias, value: bias, output: false },
        positionEncoding: rotaryOf(config, { ...sizes, fraction: 0.25 }),
        queryNorm: headNorm(heads),
        keyNorm: headNorm(kvHeads),
        dropout: config.dropout('attention_dropout'),
      }),
      mlp: gatedMlp({ modelDim, hiddenDim, activation: config.activation('hidden_act', 'silu') }),
      // The output of the attention has no dropout.
      ...(dropout && { dropout, attentionDropout: activation('identity') }),
    };
    const block = config.flag('use_parallel_residual', false) ? sharedNormBlock(parts) : transformerBlock(parts);
    return causalModel(config, options, { sizes, block, norm, tied: false });
  },
  ...llamaLayout,
  mappings: [
    ...llamaEnds,
    .../* @__PURE__ */ moduleNames({ ...llamaNorms, ...llamaAttention, ...llamaMlp }),
    .../* @__PURE__ */ moduleNames({
      input_layernorm: 'norm',
      'self_attn.q_layernorm.norms.#': 'attention.queryNorm',
      'self_attn.k_layernorm.norms.#': 'attention.keyNorm',
    }),
  ],
};
