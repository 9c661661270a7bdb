import { selfAttention } from '@residual/attention';
import { rmsNorm } from '@residual/layers';
import { gatedMlp } from '@residual/mlp';
import { transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { rotaryOf } from '../config/rope.js';
import type { CausalComposition, Family } from '../family.js';
import { causalModel } from '../parts/causal-model.js';
import { causalMask, qwenWindows } from '../parts/layer-types.js';
import {
  llamaAttention,
  llamaEnds,
  llamaLayout,
  llamaMlp,
  llamaNorms,
  moduleNames,
  queryKeyNorms,
} from '../parts/names.js';
import { decoderSizes, headsOf } from '../parts/sizes.js';

/** Qwen3 (Yang et al. 2025): Llama with norms on the heads of queries and keys. */
export const qwen3: Family<CausalComposition> = {
  name: 'qwen3',
  modelTypes: ['qwen3'],
  architectures: ['Qwen3ForCausalLM', 'Qwen3Model'],
  compose: (fields, options) => {
    const config = new ConfigReader('qwen3', fields);
    const sizes = decoderSizes(config, {
      modelDim: 4096,
      hiddenDim: 22016,
      depth: 32,
      heads: 32,
      kvHeads: 32,
      headDim: 128,
      maxPositions: 32768,
      vocab: 151936,
    });
    const { modelDim, hiddenDim, headDim, depth } = sizes;
    const epsilon = config.number('rms_norm_eps', 1e-6);
    const norm = rmsNorm({ dim: modelDim, epsilon });
    const headNorm = rmsNorm({ dim: headDim, epsilon });
    const positionEncoding = rotaryOf(config, sizes);
    const dropout = config.dropout('attention_dropout');
    const bias = config.flag('attention_bias', false);
    const mlp = gatedMlp({ modelDim, hiddenDim, activation: config.activation('hidden_act', 'silu') });
    const block = qwenWindows(config, depth).map(window =>
      transformerBlock({
        norm,
        attention: selfAttention({
          ...headsOf(sizes),
          mask: causalMask(window),
          bias,
          positionEncoding,
          queryNorm: headNorm,
          keyNorm: headNorm,
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
    .../* @__PURE__ */ moduleNames({ ...llamaNorms, ...llamaAttention, ...queryKeyNorms, ...llamaMlp }),
  ],
};
