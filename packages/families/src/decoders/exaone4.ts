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

/**
 * EXAONE 4 (LG AI Research 2025): norms on the output of each part and on the heads of queries and keys, windows in
 * three of four layers, and positions in those only.
 */
export const exaone4: Family<CausalComposition> = {
  name: 'exaone4',
  modelTypes: ['exaone4'],
  architectures: ['Exaone4ForCausalLM', 'Exaone4Model'],
  compose: (fields, options) => {
    const config = new ConfigReader('exaone4', fields);
    const sizes = decoderSizes(config, {
      modelDim: 4096,
      hiddenDim: 16384,
      depth: 32,
      heads: 32,
      kvHeads: 32,
      maxPositions: 2048,
      vocab: 102400,
    });
    const { modelDim, hiddenDim, headDim, depth } = sizes;
    const epsilon = config.number('rms_norm_eps', 1e-5);
    const norm = rmsNorm({ dim: modelDim, epsilon });
    const headNorm = rmsNorm({ dim: headDim, epsilon });
    const rotary = rotaryOf(config, sizes);
    const dropout = config.dropout('attention_dropout');
    const mlp = gatedMlp({ modelDim, hiddenDim, activation: config.activation('hidden_act', 'silu') });
    const given = windowOf(config, 4096);
    const isWindowed = (i: number) => (i + 1) % period(config) !== 0;
    const block = layerWindows(config, depth, { window: given, isWindowed }).map(window =>
      outputNormBlock({
        norm,
        attention: selfAttention({
          ...headsOf(sizes),
          mask: causalMask(window),
          bias: false,
          positionEncoding: given === undefined || window !== undefined ? rotary : undefined,
          queryNorm: headNorm,
          keyNorm: headNorm,
          dropout,
        }),
        mlp,
      }),
    );
    return causalModel(config, options, { sizes, block, norm, tied: false, ignored });
  },
  ...llamaLayout,
  mappings: [
    ...llamaEnds,
    .../* @__PURE__ */ moduleNames({ ...outputNorms, ...llamaAttention, ...queryKeyNorms, ...llamaMlp }),
  ],
};

/** The number of layers of which the last sees all positions; a pattern such as "LLLG" comes with `layer_types`. */
const period = (config: ConfigReader) => config.size('sliding_window_pattern', 4);

/** The pattern says nothing that `layer_types` does not say. */
const ignored = ['sliding_window_pattern', 'cache_implementation'];
