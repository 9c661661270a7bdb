import { selfAttention } from '@residual/attention';
import { rmsNormAroundOne } from '@residual/layers';
import { gatedMlp } from '@residual/mlp';
import { transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { rotaryOf } from '../config/rope.js';
import type { CausalComposition, Family } from '../family.js';
import { causalModel } from '../parts/causal-model.js';
import { causalMask } from '../parts/layer-types.js';
import { llamaAttention, llamaEnds, llamaLayout, llamaMlp, llamaNorms, moduleNames } from '../parts/names.js';
import { decoderSizes, headsOf } from '../parts/sizes.js';

/** Gemma (Gemma Team 2024): Llama with embeddings times √modelDim, norms around 1 and GELU. */
export const gemma: Family<CausalComposition> = {
  name: 'gemma',
  modelTypes: ['gemma'],
  architectures: ['GemmaForCausalLM', 'GemmaModel'],
  compose: (fields, options) => {
    const config = new ConfigReader('gemma', fields);
    const sizes = decoderSizes(config, {
      modelDim: 3072,
      hiddenDim: 24576,
      depth: 28,
      heads: 16,
      kvHeads: 16,
      headDim: 256,
      maxPositions: 8192,
      vocab: 256000,
    });
    const { modelDim, hiddenDim } = sizes;
    const epsilon = config.number('rms_norm_eps', 1e-6);
    const norm = rmsNormAroundOne({ dim: modelDim, epsilon });
    const activation = config.value('hidden_activation') === undefined ? 'hidden_act' : 'hidden_activation';
    config.value('hidden_act'); // the older name, without effect beside the newer one
    const block = transformerBlock({
      norm,
      attention: selfAttention({
        ...headsOf(sizes),
        mask: causalMask(undefined),
        bias: config.flag('attention_bias', false),
        positionEncoding: rotaryOf(config, sizes),
        dropout: config.dropout('attention_dropout'),
      }),
      mlp: gatedMlp({ modelDim, hiddenDim, activation: config.activation(activation, 'gelu_pytorch_tanh') }),
    });
    config.expectValue('use_bidirectional_attention', false);
    return causalModel(config, options, { sizes, block, norm, tied: true, embeddingScale: Math.sqrt(modelDim) });
  },
  ...llamaLayout,
  mappings: [...llamaEnds, .../* @__PURE__ */ moduleNames({ ...llamaNorms, ...llamaAttention, ...llamaMlp })],
};
