import { selfAttention } from '@residual/attention';
import { layerNorm, layerNormPerHead } from '@residual/layers';
import { gatedMlp } from '@residual/mlp';
import { sharedNormBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { rotaryOf } from '../config/rope.js';
import type { CausalComposition, Family } from '../family.js';
import { causalModel } from '../parts/causal-model.js';
import { causalMask } from '../parts/layer-types.js';
import { llamaAttention, llamaEnds, llamaLayout, llamaMlp, moduleNames, queryKeyNorms } from '../parts/names.js';
import { decoderSizes, headsOf } from '../parts/sizes.js';

/**
 * Command R (Cohere 2024): attention and MLP side by side after one norm, which subtracts the mean, and a factor on the
 * logits; larger models have norms with weights of their own for each head of queries and keys.
 */
export const cohere: Family<CausalComposition> = {
  name: 'cohere',
  modelTypes: ['cohere'],
  architectures: ['CohereForCausalLM', 'CohereModel'],
  compose: (fields, options) => {
    const config = new ConfigReader('cohere', fields);
    const sizes = decoderSizes(config, {
      modelDim: 8192,
      hiddenDim: 22528,
      depth: 40,
      heads: 64,
      maxPositions: 8192,
      vocab: 256000,
    });
    const { modelDim, hiddenDim, heads, kvHeads, headDim } = sizes;
    const epsilon = config.number('layer_norm_eps', 1e-5);
    const norm = layerNorm({ dim: modelDim, epsilon, bias: false });
    const hasHeadNorms = config.flag('use_qk_norm', false);
    const headNorm = (heads: number) => (hasHeadNorms ? layerNormPerHead({ heads, dim: headDim, epsilon }) : undefined);
    const block = sharedNormBlock({
      norm,
      attention: selfAttention({
        ...headsOf(sizes),
        mask: causalMask(undefined),
        bias: config.flag('attention_bias', false),
        positionEncoding: rotaryOf(config, { ...sizes, base: 500_000, interleaved: true }),
        queryNorm: headNorm(heads),
        keyNorm: headNorm(kvHeads),
        dropout: config.dropout('attention_dropout'),
      }),
      mlp: gatedMlp({ modelDim, hiddenDim, activation: config.activation('hidden_act', 'silu') }),
    });
    const headScale = config.number('logit_scale', 0.0625);
    return causalModel(config, options, { sizes, block, norm, tied: true, headScale });
  },
  ...llamaLayout,
  mappings: [
    ...llamaEnds,
    .../* @__PURE__ */ moduleNames({ input_layernorm: 'norm', ...llamaAttention, ...llamaMlp }),
    .../* @__PURE__ */ moduleNames(queryKeyNorms, { stacked: true }),
  ],
};
