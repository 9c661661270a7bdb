import { selfAttention } from '@residual/attention';
import { rmsNorm } from '@residual/layers';
import { gatedMlp } from '@residual/mlp';
import { transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { rotaryOf } from '../config/rope.js';
import type { CausalComposition, Family } from '../family.js';
import { causalModel } from '../parts/causal-model.js';
import { causalMask, windowOf } from '../parts/layer-types.js';
import { llamaAttention, llamaEnds, llamaLayout, llamaMlp, llamaNorms, moduleNames } from '../parts/names.js';
import { decoderSizes, headsOf } from '../parts/sizes.js';

/** Mistral (Jiang et al. 2023): Llama whose layers all attend within a window, where the config has one. */
export const mistral: Family<CausalComposition> = {
  name: 'mistral',
  modelTypes: ['mistral'],
  architectures: ['MistralForCausalLM', 'MistralModel'],
  compose: (fields, options) => {
    const config = new ConfigReader('mistral', fields);
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
    const norm = rmsNorm({ dim: modelDim, epsilon: config.number('rms_norm_eps', 1e-6) });
    const block = transformerBlock({
      norm,
      attention: selfAttention({
        ...headsOf(sizes),
        mask: causalMask(windowOf(config, 4096)),
        bias: false,
        positionEncoding: rotaryOf(config, sizes),
        dropout: config.dropout('attention_dropout'),
      }),
      mlp: gatedMlp({ modelDim, hiddenDim, activation: config.activation('hidden_act', 'silu') }),
    });
    return causalModel(config, options, { sizes, block, norm, tied: false });
  },
  ...llamaLayout,
  mappings: [...llamaEnds, .../* @__PURE__ */ moduleNames({ ...llamaNorms, ...llamaAttention, ...llamaMlp })],
};
