import { selfAttention } from '@residual/attention';
import { rmsNorm } from '@residual/layers';
import { gatedMlp } from '@residual/mlp';
import { transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { rotaryOf } from '../config/rope.js';
import type { CausalComposition, Family } from '../family.js';
import { causalModel } from '../parts/causal-model.js';
import { causalMask, layersWithPositions, layerWindows, windowOf } from '../parts/layer-types.js';
import { llamaAttention, llamaEnds, llamaLayout, llamaMlp, llamaNorms, moduleNames } from '../parts/names.js';
import { decoderSizes, headsOf } from '../parts/sizes.js';

/** SmolLM3 (Hugging Face 2025): Llama with some layers without positions. */
export const smollm3: Family<CausalComposition> = {
  name: 'smollm3',
  modelTypes: ['smollm3'],
  architectures: ['SmolLM3ForCausalLM', 'SmolLM3Model'],
  compose: (fields, options) => {
    const config = new ConfigReader('smollm3', fields);
    const sizes = decoderSizes(config, {
      modelDim: 2048,
      hiddenDim: 11008,
      depth: 36,
      heads: 16,
      kvHeads: 4,
      maxPositions: 32768,
      vocab: 128256,
    });
    const { modelDim, hiddenDim, depth } = sizes;
    const norm = rmsNorm({ dim: modelDim, epsilon: config.number('rms_norm_eps', 1e-6) });
    const rotary = rotaryOf(config, { ...sizes, base: 2_000_000 });
    const hasPositions = layersWithPositions(config, depth);
    const bias = config.flag('attention_bias', false);
    const dropout = config.dropout('attention_dropout');
    const given = windowOf(config);
    const window = config.flag('use_sliding_window', false) ? given : undefined;
    const mlp = gatedMlp({
      modelDim,
      hiddenDim,
      activation: config.activation('hidden_act', 'silu'),
      bias: config.flag('mlp_bias', false),
    });
    const block = layerWindows(config, depth, { window, isWindowed: i => !hasPositions[i] }).map((window, i) =>
      transformerBlock({
        norm,
        attention: selfAttention({
          ...headsOf(sizes),
          mask: causalMask(window),
          bias,
          positionEncoding: hasPositions[i] ? rotary : undefined,
          dropout,
        }),
        mlp,
      }),
    );
    return causalModel(config, options, { sizes, block, norm, tied: true, ignored: ['max_window_layers'] });
  },
  ...llamaLayout,
  mappings: [...llamaEnds, .../* @__PURE__ */ moduleNames({ ...llamaNorms, ...llamaAttention, ...llamaMlp })],
};
