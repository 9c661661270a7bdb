import { selfAttention } from '@residual/attention';
import { unitNorm } from '@residual/layers';
import { gatedMlp } from '@residual/mlp';
import { transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { rotaryOf } from '../config/rope.js';
import type { CausalComposition, Family } from '../family.js';
import { causalModel } from '../parts/causal-model.js';
import { clipOf } from '../parts/clip.js';
import { causalMask } from '../parts/layer-types.js';
import { llamaAttention, llamaEnds, llamaLayout, llamaMlp, moduleNames } from '../parts/names.js';
import { decoderSizes, headsOf } from '../parts/sizes.js';

/**
 * OLMo (Groeneveld et al. 2024): Llama with layer norms without weights, and a bound on queries, keys and values where
 * the config has one.
 */
export const olmo: Family<CausalComposition> = {
  name: 'olmo',
  modelTypes: ['olmo'],
  architectures: ['OlmoForCausalLM', 'OlmoModel'],
  compose: (fields, options) => {
    const config = new ConfigReader('olmo', fields);
    const sizes = decoderSizes(config, {
      modelDim: 4096,
      hiddenDim: 11008,
      depth: 32,
      heads: 32,
      maxPositions: 2048,
      vocab: 50304,
    });
    const { modelDim, hiddenDim } = sizes;
    const norm = unitNorm({ dim: modelDim, epsilon: 1e-5, centered: true });
    const block = transformerBlock({
      norm,
      attention: selfAttention({
        ...headsOf(sizes),
        mask: causalMask(undefined),
        bias: config.flag('attention_bias', false),
        positionEncoding: rotaryOf(config, sizes),
        onProjected: clipOf(config),
        dropout: config.dropout('attention_dropout'),
      }),
      mlp: gatedMlp({ modelDim, hiddenDim, activation: config.activation('hidden_act', 'silu') }),
    });
    return causalModel(config, options, { sizes, block, norm, tied: false });
  },
  ...llamaLayout,
  mappings: [...llamaEnds, .../* @__PURE__ */ moduleNames({ ...llamaAttention, ...llamaMlp })],
};
