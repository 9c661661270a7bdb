import { selfAttention } from '@residual/attention';
import { rmsNorm } from '@residual/layers';
import { gatedMlp } from '@residual/mlp';
import { transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { rotaryOf } from '../config/rope.js';
import type { CausalComposition, Family } from '../family.js';
import { causalModel } from '../parts/causal-model.js';
import { causalMask, layerWindows, windowOf } from '../parts/layer-types.js';
import { llamaAttention, llamaEnds, llamaLayout, llamaMlp, llamaNorms, moduleNames } from '../parts/names.js';
import { decoderSizes, headsOf } from '../parts/sizes.js';

/** Ministral (Mistral AI 2024): Mistral whose config says which layers attend within a window. */
export const ministral: Family<CausalComposition> = {
  name: 'ministral',
  modelTypes: ['ministral'],
  architectures: ['MinistralForCausalLM', 'MinistralModel'],
  compose: (fields, options) => {
    const config = new ConfigReader('ministral', fields);
    const sizes = decoderSizes(config, {
      modelDim: 4096,
      hiddenDim: 14336,
      depth: 32,
      heads: 32,
      kvHeads: 8,
      maxPositions: 131072,
      vocab: 32000,
    });
    const { modelDim, hiddenDim, depth } = sizes;
    const norm = rmsNorm({ dim: modelDim, epsilon: config.number('rms_norm_eps', 1e-6) });
    const positionEncoding = rotaryOf(config, sizes);
    const dropout = config.dropout('attention_dropout');
    const mlp = gatedMlp({ modelDim, hiddenDim, activation: config.activation('hidden_act', 'silu') });
    const window = windowOf(config, 4096);
    const block = layerWindows(config, depth, { window, isWindowed: () => true }).map(window =>
      transformerBlock({
        norm,
        attention: selfAttention({
          ...headsOf(sizes),
          mask: causalMask(window),
          bias: false,
          positionEncoding,
          dropout,
        }),
        mlp,
      }),
    );
    return causalModel(config, options, { sizes, block, norm, tied: false });
  },
  ...llamaLayout,
  mappings: [...llamaEnds, .../* @__PURE__ */ moduleNames({ ...llamaNorms, ...llamaAttention, ...llamaMlp })],
};
