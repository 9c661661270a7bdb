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

/** ERNIE 4.5 (Baidu 2025): Llama that rotates neighbouring pairs, tied. */
export const ernie4_5: Family<CausalComposition> = {
  name: 'ernie4_5',
  modelTypes: ['ernie4_5'],
  architectures: ['Ernie4_5ForCausalLM', 'Ernie4_5Model'],
  compose: (fields, options) => {
    const config = new ConfigReader('ernie4_5', fields);
    const sizes = decoderSizes(config, {
      modelDim: 1024,
      hiddenDim: 3072,
      depth: 18,
      heads: 16,
      kvHeads: 2,
      headDim: 128,
      maxPositions: 131072,
      vocab: 103424,
    });
    const { modelDim, hiddenDim } = sizes;
    const norm = rmsNorm({ dim: modelDim, epsilon: config.number('rms_norm_eps', 1e-5) });
    const bias = config.flag('use_bias', false);
    const block = transformerBlock({
      norm,
      attention: selfAttention({
        ...headsOf(sizes),
        mask: causalMask(undefined),
        bias,
        positionEncoding: rotaryOf(config, { ...sizes, base: 500_000, interleaved: true }),
      }),
      mlp: gatedMlp({ modelDim, hiddenDim, activation: config.activation('hidden_act', 'silu'), bias }),
    });
    return causalModel(config, options, { sizes, block, norm, tied: true });
  },
  ...llamaLayout,
  mappings: [...llamaEnds, .../* @__PURE__ */ moduleNames({ ...llamaNorms, ...llamaAttention, ...llamaMlp })],
};
