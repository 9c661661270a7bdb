import { selfAttention } from '@residual/attention';
import { rmsNorm } from '@residual/layers';
import { gatedMlp } from '@residual/mlp';
import { sandwichBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { rotaryOf } from '../config/rope.js';
import type { CausalComposition, Family } from '../family.js';
import { causalModel } from '../parts/causal-model.js';
import { causalMask } from '../parts/layer-types.js';
import { fusedGateMlp, llamaAttention, llamaEnds, llamaLayout, moduleNames } from '../parts/names.js';
import { decoderSizes, headsOf } from '../parts/sizes.js';

/** GLM-4-0414 (Team GLM 2025): GLM with norms on the output of each part too. */
export const glm4: Family<CausalComposition> = {
  name: 'glm4',
  modelTypes: ['glm4'],
  architectures: ['Glm4ForCausalLM', 'Glm4Model'],
  compose: (fields, options) => {
    const config = new ConfigReader('glm4', fields);
    const sizes = decoderSizes(config, {
      modelDim: 4096,
      hiddenDim: 13696,
      depth: 40,
      heads: 32,
      kvHeads: 2,
      headDim: 128,
      maxPositions: 131072,
      vocab: 151552,
    });
    const { modelDim, hiddenDim } = sizes;
    const norm = rmsNorm({ dim: modelDim, epsilon: config.number('rms_norm_eps', 1.5625e-7) });
    const bias = config.flag('attention_bias', true);
    const block = sandwichBlock({
      norm,
      attention: selfAttention({
        ...headsOf(sizes),
        mask: causalMask(undefined),
        bias: { query: bias, key: bias, value: bias, output: false },
        positionEncoding: rotaryOf(config, { ...sizes, fraction: 0.5, interleaved: true }),
        dropout: config.dropout('attention_dropout'),
      }),
      mlp: gatedMlp({ modelDim, hiddenDim, activation: config.activation('hidden_act', 'silu') }),
    });
    return causalModel(config, options, { sizes, block, norm, tied: false });
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
