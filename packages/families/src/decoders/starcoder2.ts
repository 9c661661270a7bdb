import { selfAttention } from '@residual/attention';
import { layerNorm } from '@residual/layers';
import { mlp } from '@residual/mlp';
import { transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { rotaryOf } from '../config/rope.js';
import type { CausalComposition, Family } from '../family.js';
import { causalModel } from '../parts/causal-model.js';
import { causalMask, windowOf } from '../parts/layer-types.js';
import { llamaAttention, llamaEnds, llamaLayout, llamaNorms, moduleNames } from '../parts/names.js';
import { decoderSizes, headsOf } from '../parts/sizes.js';

/** StarCoder 2 (Lozhkov et al. 2024): layer norms, a plain MLP, biases everywhere, and a window in all layers. */
export const starcoder2: Family<CausalComposition> = {
  name: 'starcoder2',
  modelTypes: ['starcoder2'],
  architectures: ['Starcoder2ForCausalLM', 'Starcoder2Model'],
  compose: (fields, options) => {
    const config = new ConfigReader('starcoder2', fields);
    const sizes = decoderSizes(config, {
      modelDim: 3072,
      hiddenDim: 12288,
      depth: 30,
      heads: 24,
      kvHeads: 2,
      maxPositions: 4096,
      vocab: 49152,
    });
    const { modelDim, hiddenDim } = sizes;
    const norm = layerNorm({ dim: modelDim, epsilon: config.number('norm_epsilon', 1e-5) });
    const bias = config.flag('use_bias', true);
    const block = transformerBlock({
      norm,
      attention: selfAttention({
        ...headsOf(sizes),
        mask: causalMask(windowOf(config)),
        bias,
        positionEncoding: rotaryOf(config, sizes),
        dropout: config.dropout('attention_dropout'),
      }),
      mlp: mlp({ modelDim, hiddenDim, activation: config.activation('hidden_act', 'gelu_pytorch_tanh'), bias }),
      dropout: config.dropout('residual_dropout'),
    });
    config.expectValue('mlp_type', 'default'); // older files name the parts
    config.expectValue('norm_type', 'layer_norm');
    const afterEmbedding = config.dropout('embedding_dropout');
    return causalModel(config, options, { sizes, block, norm, tied: true, afterEmbedding });
  },
  ...llamaLayout,
  mappings: [
    ...llamaEnds,
    .../* @__PURE__ */ moduleNames({
      ...llamaNorms,
      ...llamaAttention,
      'mlp.c_fc': 'mlp.up',
      'mlp.c_proj': 'mlp.down',
    }),
  ],
};
