import { selfAttention } from '@residual/attention';
import { rmsNorm } from '@residual/layers';
import { mlp } from '@residual/mlp';
import { transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { rotaryOf } from '../config/rope.js';
import type { CausalComposition, Family } from '../family.js';
import { causalModel } from '../parts/causal-model.js';
import { causalMask } from '../parts/layer-types.js';
import { llamaAttention, llamaEnds, llamaLayout, llamaMlp, llamaNorms, moduleNames } from '../parts/names.js';
import { decoderSizes, headsOf } from '../parts/sizes.js';

/** AFM (Arcee 2025): Llama with a plain MLP with squared ReLU. */
export const arcee: Family<CausalComposition> = {
  name: 'arcee',
  modelTypes: ['arcee'],
  architectures: ['ArceeForCausalLM', 'ArceeModel'],
  compose: (fields, options) => {
    const config = new ConfigReader('arcee', fields);
    const sizes = decoderSizes(config, {
      modelDim: 2560,
      hiddenDim: 18432,
      depth: 32,
      heads: 32,
      maxPositions: 4096,
      vocab: 32000,
    });
    const { modelDim, hiddenDim } = sizes;
    const norm = rmsNorm({ dim: modelDim, epsilon: config.number('rms_norm_eps', 1e-5) });
    const block = transformerBlock({
      norm,
      attention: selfAttention({
        ...headsOf(sizes),
        mask: causalMask(undefined),
        bias: config.flag('attention_bias', false),
        positionEncoding: rotaryOf(config, sizes),
        dropout: config.dropout('attention_dropout'),
      }),
      mlp: mlp({
        modelDim,
        hiddenDim,
        activation: config.activation('hidden_act', 'relu2'),
        bias: config.flag('mlp_bias', false),
      }),
    });
    return causalModel(config, options, { sizes, block, norm, tied: false });
  },
  ...llamaLayout,
  mappings: [...llamaEnds, .../* @__PURE__ */ moduleNames({ ...llamaNorms, ...llamaAttention, ...llamaMlp })],
};
