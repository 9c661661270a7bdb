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

/**
 * BitNet (Ma et al. 2025), with its unpacked weights: Llama with squared ReLU and norms before the last matrix of each
 * part.
 */
export const bitnet: Family<CausalComposition> = {
  name: 'bitnet',
  modelTypes: ['bitnet'],
  architectures: ['BitNetForCausalLM', 'BitNetModel'],
  compose: (fields, options) => {
    const config = new ConfigReader('bitnet', fields);
    const sizes = decoderSizes(config, {
      modelDim: 2560,
      hiddenDim: 6912,
      depth: 30,
      heads: 20,
      kvHeads: 5,
      maxPositions: 2048,
      vocab: 128256,
    });
    const { modelDim, hiddenDim } = sizes;
    const epsilon = config.number('rms_norm_eps', 1e-5);
    const norm = rmsNorm({ dim: modelDim, epsilon });
    const block = transformerBlock({
      norm,
      attention: selfAttention({
        ...headsOf(sizes),
        mask: causalMask(undefined),
        bias: config.flag('attention_bias', false),
        positionEncoding: rotaryOf(config, { ...sizes, base: 500_000 }),
        outputNorm: norm,
        dropout: config.dropout('attention_dropout'),
      }),
      mlp: gatedMlp({
        modelDim,
        hiddenDim,
        activation: config.activation('hidden_act', 'relu2'),
        hiddenNorm: rmsNorm({ dim: hiddenDim, epsilon }),
      }),
    });
    return causalModel(config, options, { sizes, block, norm, tied: false });
  },
  ...llamaLayout,
  mappings: [
    ...llamaEnds,
    .../* @__PURE__ */ moduleNames({
      ...llamaNorms,
      ...llamaAttention,
      'self_attn.attn_sub_norm': 'attention.outputNorm',
      ...llamaMlp,
      'mlp.ffn_sub_norm': 'mlp.hiddenNorm',
    }),
  ],
};
