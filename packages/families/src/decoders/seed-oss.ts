import { selfAttention } from '@residual/attention';
import { rmsNorm } from '@residual/layers';
import { gatedMlp } from '@residual/mlp';
import { transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { rotaryOf } from '../config/rope.js';
import type { CausalComposition, Family } from '../family.js';
import { causalModel } from '../parts/causal-model.js';
import { causalMask } from '../parts/layer-types.js';
import { llamaAttention, llamaEnds, llamaLayout, llamaMlp, llamaNorms, moduleNames } from '../parts/names.js';
import { decoderSizes, headsOf } from '../parts/sizes.js';

/** Seed-OSS (ByteDance Seed 2025): Llama with biases on queries, keys and values, and dropout. */
export const seedOss: Family<CausalComposition> = {
  name: 'seed-oss',
  modelTypes: ['seed_oss'],
  architectures: ['SeedOssForCausalLM', 'SeedOssModel'],
  compose: (fields, options) => {
    const config = new ConfigReader('seed-oss', fields);
    const sizes = decoderSizes(config, {
      modelDim: 4096,
      hiddenDim: 27648,
      depth: 64,
      heads: 80,
      kvHeads: 8,
      headDim: 128,
      maxPositions: 524288,
      vocab: 155136,
    });
    const { modelDim, hiddenDim } = sizes;
    const norm = rmsNorm({ dim: modelDim, epsilon: config.number('rms_norm_eps', 1e-6) });
    const bias = config.flag('attention_bias', true);
    const block = transformerBlock({
      norm,
      attention: selfAttention({
        ...headsOf(sizes),
        mask: causalMask(undefined),
        bias: { query: bias, key: bias, value: bias, output: config.flag('attention_out_bias', false) },
        positionEncoding: rotaryOf(config, sizes),
        dropout: config.dropout('attention_dropout', 0.1),
      }),
      mlp: gatedMlp({
        modelDim,
        hiddenDim,
        activation: config.activation('hidden_act', 'silu'),
        bias: config.flag('mlp_bias', false),
      }),
      dropout: config.dropout('residual_dropout', 0.1),
    });
    return causalModel(config, options, { sizes, block, norm, tied: false });
  },
  ...llamaLayout,
  mappings: [...llamaEnds, .../* @__PURE__ */ moduleNames({ ...llamaNorms, ...llamaAttention, ...llamaMlp })],
};
