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

/** Granite (Granite Team 2024): Llama with factors on embedding, scores, the output of each part, and logits. */
export const granite: Family<CausalComposition> = {
  name: 'granite',
  modelTypes: ['granite'],
  architectures: ['GraniteForCausalLM', 'GraniteModel'],
  compose: (fields, options) => {
    const config = new ConfigReader('granite', fields);
    const sizes = decoderSizes(config, {
      modelDim: 4096,
      hiddenDim: 11008,
      depth: 32,
      heads: 32,
      maxPositions: 2048,
      vocab: 32000,
    });
    const { modelDim, hiddenDim } = sizes;
    const norm = rmsNorm({ dim: modelDim, epsilon: config.number('rms_norm_eps', 1e-6) });
    const block = transformerBlock({
      norm,
      attention: selfAttention({
        ...headsOf(sizes),
        mask: causalMask(undefined),
        bias: config.flag('attention_bias', false),
        positionEncoding: rotaryOf(config, sizes),
        scale: config.number('attention_multiplier', 1),
        dropout: config.dropout('attention_dropout'),
      }),
      mlp: gatedMlp({
        modelDim,
        hiddenDim,
        activation: config.activation('hidden_act', 'silu'),
        bias: config.flag('mlp_bias', false),
      }),
      residualScale: config.number('residual_multiplier', 1),
    });
    const logitsScaling = config.number('logits_scaling', 1);
    if (logitsScaling === 0) config.refuse('logits_scaling', logitsScaling, 'a number other than 0');
    const embeddingScale = config.number('embedding_multiplier', 1);
    const headScale = 1 / logitsScaling;
    return causalModel(config, options, { sizes, block, norm, tied: false, embeddingScale, headScale });
  },
  ...llamaLayout,
  mappings: [...llamaEnds, .../* @__PURE__ */ moduleNames({ ...llamaNorms, ...llamaAttention, ...llamaMlp })],
};
