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

/** Helium (Kyutai 2025): Llama that rotates neighbouring pairs. */
export const helium: Family<CausalComposition> = {
  name: 'helium',
  modelTypes: ['helium'],
  architectures: ['HeliumForCausalLM', 'HeliumModel'],
  compose: (fields, options) => {
    const config = new ConfigReader('helium', fields);
    const sizes = decoderSizes(config, {
      modelDim: 2560,
      hiddenDim: 7040,
      depth: 24,
      heads: 20,
      kvHeads: 20,
      headDim: 128,
      maxPositions: 4096,
      vocab: 48000,
    });
    const { modelDim, hiddenDim } = sizes;
    const norm = rmsNorm({ dim: modelDim, epsilon: config.number('rms_norm_eps', 1e-8) });
    const bias = config.flag('attention_bias', false);
    const block = transformerBlock({
      norm,
      attention: selfAttention({
        ...headsOf(sizes),
        mask: causalMask(undefined),
        bias: { query: bias, key: bias, value: bias, output: false },
        positionEncoding: rotaryOf(config, { ...sizes, base: 100_000, interleaved: true }),
        dropout: config.dropout('attention_dropout'),
      }),
      mlp: gatedMlp({
        modelDim,
        hiddenDim,
        activation: config.activation('hidden_act', 'silu'),
        bias: config.flag('mlp_bias', false),
      }),
    });
    return causalModel(config, options, { sizes, block, norm, tied: false });
  },
  ...llamaLayout,
  mappings: [...llamaEnds, .../* @__PURE__ */ moduleNames({ ...llamaNorms, ...llamaAttention, ...llamaMlp })],
};
