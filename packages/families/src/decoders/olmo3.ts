import { selfAttention } from '@residual/attention';
import { rmsNorm } from '@residual/layers';
import { gatedMlp } from '@residual/mlp';
import { outputNormBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { rotaryOf } from '../config/rope.js';
import type { CausalComposition, Family } from '../family.js';
import { causalModel } from '../parts/causal-model.js';
import { causalMask, layerWindows, windowOf } from '../parts/layer-types.js';
import {
  llamaAttention,
  llamaEnds,
  llamaLayout,
  llamaMlp,
  moduleNames,
  outputNorms,
  queryKeyNorms,
} from '../parts/names.js';
import { decoderSizes, headsOf } from '../parts/sizes.js';

/** OLMo 3 (OLMo Team 2025): OLMo 2 with windows in three of four layers, and scaled positions in the others only. */
export const olmo3: Family<CausalComposition> = {
  name: 'olmo3',
  modelTypes: ['olmo3'],
  architectures: ['Olmo3ForCausalLM', 'Olmo3Model'],
  compose: (fields, options) => {
    const config = new ConfigReader('olmo3', fields);
    const sizes = decoderSizes(config, {
      modelDim: 4096,
      hiddenDim: 11008,
      depth: 32,
      heads: 32,
      maxPositions: 2048,
      vocab: 50304,
    });
    const { modelDim, hiddenDim, heads, kvHeads, headDim, depth } = sizes;
    const epsilon = config.number('rms_norm_eps', 1e-5);
    const norm = rmsNorm({ dim: modelDim, epsilon });
    const queryNorm = rmsNorm({ dim: heads * headDim, epsilon });
    const keyNorm = rmsNorm({ dim: kvHeads * headDim, epsilon });
    const full = rotaryOf(config, { ...sizes, layerType: 'full_attention', base });
    const local = rotaryOf(localRotary(config), { ...sizes, layerType: 'sliding_attention', base });
    const bias = config.flag('attention_bias', false);
    const dropout = config.dropout('attention_dropout');
    const mlp = gatedMlp({ modelDim, hiddenDim, activation: config.activation('hidden_act', 'silu') });
    const window = windowOf(config, 4096);
    const block = layerWindows(config, depth, { window, isWindowed: i => (i + 1) % 4 !== 0 }).map(window =>
      outputNormBlock({
        norm,
        attention: selfAttention({
          ...headsOf(sizes),
          mask: causalMask(window),
          bias,
          positionEncoding: window === undefined ? full : local,
          queryNorm,
          keyNorm,
          dropout,
        }),
        mlp,
      }),
    );
    return causalModel(config, options, { sizes, block, norm, tied: false });
  },
  ...llamaLayout,
  mappings: [
    ...llamaEnds,
    .../* @__PURE__ */ moduleNames({ ...outputNorms, ...llamaAttention, ...queryKeyNorms, ...llamaMlp }),
  ],
};

/** The base of rotary positions where the config has none. */
const base = 500_000;

/** Older files have one `rope_scaling`, which is that of the layers that see all positions. */
function localRotary(config: ConfigReader): ConfigReader {
  if (config.has('rope_parameters')) return config;
  return new ConfigReader('olmo3', { rope_theta: config.number('rope_theta', base) });
}
