import { selfAttention } from '@residual/attention';
import { rmsNorm } from '@residual/layers';
import { gatedMlp } from '@residual/mlp';
import { transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { rotaryOf } from '../config/rope.js';
import type { CausalComposition, Family } from '../family.js';
import { causalModel } from '../parts/causal-model.js';
import { causalMask, qwenWindows } from '../parts/layer-types.js';
import { llamaAttention, llamaEnds, llamaLayout, llamaMlp, llamaNorms, moduleNames } from '../parts/names.js';
import { decoderSizes, headsOf } from '../parts/sizes.js';

/** Qwen2 and Qwen2.5 (Yang et al. 2024): Llama with biases on queries, keys and values, and none on the output. */
export const qwen2: Family<CausalComposition> = {
  name: 'qwen2',
  modelTypes: ['qwen2'],
  architectures: ['Qwen2ForCausalLM', 'Qwen2Model'],
  compose: (fields, options) => {
    const config = new ConfigReader('qwen2', fields);
    const sizes = decoderSizes(config, {
      modelDim: 4096,
      hiddenDim: 22016,
      depth: 32,
      heads: 32,
      kvHeads: 32,

      maxPositions: 32768,
      vocab: 151936,
    });
    const { modelDim, hiddenDim, depth } = sizes;
    const epsilon = config.number('rms_norm_eps', 1e-6);
    const norm = rmsNorm({ dim: modelDim, epsilon });

    const positionEncoding = rotaryOf(config, sizes);
    const dropout = config.dropout('attention_dropout');
    const bias = { query: true, key: true, value: true, output: false };
    const mlp = gatedMlp({ modelDim, hiddenDim, activation: config.activation('hidden_act', 'silu') });
    const block = qwenWindows(config, depth).map(window =>
      transformerBlock({
        norm,
        attention: selfAttention({
          ...headsOf(sizes),
          mask: causalMask(window),
          bias,
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
