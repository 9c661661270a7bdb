import { selfAttention } from '@residual/attention';
import { rmsNorm } from '@residual/layers';
import { gatedMlp } from '@residual/mlp';
import { outputNormBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { rotaryOf } from '../config/rope.js';
import type { CausalComposition, Family } from '../family.js';
import { causalModel } from '../parts/causal-model.js';
import { causalMask } from '../parts/layer-types.js';
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

/** OLMo 2 (OLMo Team 2025): norms on the output of each part, and over all heads of queries and keys together. */
export const olmo2: Family<CausalComposition> = {
  name: 'olmo2',
  modelTypes: ['olmo2'],
  architectures: ['Olmo2ForCausalLM', 'Olmo2Model'],
  compose: (fields, options) => {
    const config = new ConfigReader('olmo2', fields);
    const sizes = decoderSizes(config, {
      modelDim: 4096,
      hiddenDim: 11008,
      depth: 32,
      heads: 32,
      maxPositions: 2048,
      vocab: 50304,
    });
    const { modelDim, hiddenDim, heads, kvHeads, headDim } = sizes;
    const epsilon = config.number('rms_norm_eps', 1e-5);
    const norm = rmsNorm({ dim: modelDim, epsilon });
    const block = outputNormBlock({
      norm,
      attention: selfAttention({
        ...headsOf(sizes),
        mask: causalMask(undefined),
        bias: config.flag('attention_bias', false),
        positionEncoding: rotaryOf(config, sizes),
        queryNorm: rmsNorm({ dim: heads * headDim, epsilon }),
        keyNorm: rmsNorm({ dim: kvHeads * headDim, epsilon }),
        dropout: config.dropout('attention_dropout'),
      }),
      mlp: gatedMlp({ modelDim, hiddenDim, activation: config.activation('hidden_act', 'silu') }),
    });
    return causalModel(config, options, { sizes, block, norm, tied: false });
  },
  ...llamaLayout,
  mappings: [
    ...llamaEnds,
    .../* @__PURE__ */ moduleNames({ ...outputNorms, ...llamaAttention, ...queryKeyNorms, ...llamaMlp }),
  ],
};
