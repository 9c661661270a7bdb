import { selfAttention } from '@residual/attention';
import { layerNormAroundOne } from '@residual/layers';
import { mlp } from '@residual/mlp';
import { transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { rotaryOf } from '../config/rope.js';
import type { CausalComposition, Family } from '../family.js';
import { causalModel } from '../parts/causal-model.js';
import { causalMask } from '../parts/layer-types.js';
import { llamaAttention, llamaEnds, llamaLayout, llamaMlp, llamaNorms, moduleNames } from '../parts/names.js';
import { decoderSizes, headsOf } from '../parts/sizes.js';

/**
 * Nemotron and Minitron (Parmar et al. 2024): layer norms around 1, a plain MLP with squared ReLU, half of each head
 * rotated.
 */
export const nemotron: Family<CausalComposition> = {
  name: 'nemotron',
  modelTypes: ['nemotron'],
  architectures: ['NemotronForCausalLM', 'NemotronModel'],
  compose: (fields, options) => {
    const config = new ConfigReader('nemotron', fields);
    const sizes = decoderSizes(config, {
      modelDim: 6144,
      hiddenDim: 24576,
      depth: 32,
      heads: 48,
      maxPositions: 4096,
      vocab: 256000,
    });
    const { modelDim, hiddenDim } = sizes;
    const norm = layerNormAroundOne({ dim: modelDim, epsilon: config.number('norm_eps', 1e-5) });
    const block = transformerBlock({
      norm,
      attention: selfAttention({
        ...headsOf(sizes),
        mask: causalMask(undefined),
        bias: config.flag('attention_bias', false),
        positionEncoding: rotaryOf(config, { ...sizes, fraction: 0.5 }),
        dropout: config.dropout('attention_dropout'),
      }),
      mlp: mlp({
        modelDim,
        hiddenDim,
        activation: config.activation('hidden_act', 'relu2'),
        bias: config.flag('mlp_bias', false),
      }),
    });
    return causalModel(config, options, { sizes, block, norm, tied: false });
  },
  ...llamaLayout,
  mappings: [...llamaEnds, .../* @__PURE__ */ moduleNames({ ...llamaNorms, ...llamaAttention, ...llamaMlp })],
};
