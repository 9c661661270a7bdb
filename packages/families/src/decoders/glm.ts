import { selfAttention } from '@residual/attention';
import { rmsNorm } from '@residual/layers';
import { gatedMlp } from '@residual/mlp';
import { transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { rotaryOf } from '../config/rope.js';
import type { CausalComposition, Family } from '../family.js';
import { causalModel } from '../parts/causal-model.js';
import { causalMask } from '../parts/layer-types.js';
import { fusedGateMlp, llamaAttention, llamaEnds, llamaLayout, llamaNorms, moduleNames } from '../parts/names.js';
import { decoderSizes, headsOf } from '../parts/sizes.js';

/**
 * GLM-4 (Team GLM 2024): Llama that rotates half of each head, in neighbouring pairs, with one matrix for gate and up.
 */
export const glm: Family<CausalComposition> = {
  name: 'glm',
  modelTypes: ['glm'],
  architectures: ['GlmForCausalLM', 'GlmModel'],
  compose: (fields, options) => {
    const config = new ConfigReader('glm', fields);
    const { sizes, ...parts } = glmParts(config);
    const block = transformerBlock(parts);
    return causalModel(config, options, { sizes, block, norm: parts.norm, tied: false });
  },
  ...llamaLayout,
  mappings: [...llamaEnds, .../* @__PURE__ */ moduleNames({ ...llamaNorms, ...llamaAttention, ...fusedGateMlp })],
};

/** The parts of a block of GLM-4, in any order of its norms. */
export function glmParts(config: ConfigReader) {
  const sizes = decoderSizes(config, {
    modelDim: 4096,
    hiddenDim: 13696,
    depth: 40,
    heads: 32,
    kvHeads: 2,
    headDim: 128,
    maxPositions: 131072,
    vocab: 151552,
  });
  const { modelDim, hiddenDim } = sizes;
  const norm = rmsNorm({ dim: modelDim, epsilon: config.number('rms_norm_eps', 1.5625e-7) });
  const bias = config.flag('attention_bias', true);
  return {
    sizes,
    norm,
    attention: selfAttention({
      ...headsOf(sizes),
      mask: causalMask(undefined),
      bias: { query: bias, key: bias, value: bias, output: false },
      positionEncoding: rotaryOf(config, { ...sizes, fraction: 0.5, interleaved: true }),
      dropout: config.dropout('attention_dropout'),
    }),
    mlp: gatedMlp({ modelDim, hiddenDim, activation: config.activation('hidden_act', 'silu') }),
  };
}
