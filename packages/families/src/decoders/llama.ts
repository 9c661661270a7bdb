import { selfAttention } from '@residual/attention';
import { rmsNorm } from '@residual/layers';
import { gatedMlp } from '@residual/mlp';
import { transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { rotaryFromConfig, rotaryOf } from '../config/rope.js';
import type { CausalComposition, Family } from '../family.js';
import { llamaGguf } from '../gguf/tables.js';
import { causalModel } from '../parts/causal-model.js';
import { causalMask } from '../parts/layer-types.js';
import { llamaAttention, llamaEnds, llamaLayout, llamaMlp, llamaNorms, moduleNames } from '../parts/names.js';
import { decoderSizes, headsOf } from '../parts/sizes.js';

/**
 * Llama (Touvron et al. 2023) and other models with its layout: grouped heads, rotary positions, RMS norm, gated MLP.
 */
export const llama: Family<CausalComposition> = {
  name: 'llama',
  modelTypes: ['llama'],
  architectures: ['LlamaForCausalLM', 'LlamaModel'],
  compose: (fields, options) => {
    const config = new ConfigReader('llama', fields);
    const sizes = decoderSizes(config, {
      modelDim: 4096,
      hiddenDim: 11008,
      depth: 32,
      heads: 32,
      maxPositions: 2048,
      vocab: 32000,
    });
    const { modelDim, hiddenDim, maxPositions } = sizes;
    const { scaling } = rotaryFromConfig(config, maxPositions);
    const norm = rmsNorm({ dim: modelDim, epsilon: config.number('rms_norm_eps', 1e-6) });
    const block = transformerBlock({
      norm,
      attention: selfAttention({
        ...headsOf(sizes),
        mask: causalMask(undefined),
        bias: config.flag('attention_bias', false),
        positionEncoding: rotaryOf(config, sizes),
        dropout: config.dropout('attention_dropout'),
      }),
      mlp: gatedMlp({
        modelDim,
        hiddenDim,
        activation: config.activation('hidden_act', 'silu'),
        bias: config.flag('mlp_bias', false),
      }),
    });
    config.expectValue('rope_interleaved', false);
    config.expectValue('use_sliding_window', false);
    const layerTypes = config.value('layer_types') ?? [];
    if (!(Array.isArray(layerTypes) && layerTypes.every(type => type === 'full_attention')))
      config.refuse('layer_types', layerTypes, 'full_attention for every layer');
    return causalModel(config, options, {
      sizes,
      block,
      norm,
      tied: false,
      ...(scaling?.type === 'dynamic' && { maxPositions: Math.floor(scaling.factor * maxPositions) }),
    });
  },
  ...llamaLayout,
  mappings: [...llamaEnds, .../* @__PURE__ */ moduleNames({ ...llamaNorms, ...llamaAttention, ...llamaMlp })],
  gguf: /* @__PURE__ */ llamaGguf(),
};
