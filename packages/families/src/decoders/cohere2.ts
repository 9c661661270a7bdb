import { selfAttention } from '@residual/attention';
import { layerNorm } from '@residual/layers';
import { gatedMlp } from '@residual/mlp';
import { sharedNormBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { rotaryOf } from '../config/rope.js';
import type { CausalComposition, Family } from '../family.js';
import { causalModel } from '../parts/causal-model.js';
import { causalMask, layerWindows, windowOf } from '../parts/layer-types.js';
import { llamaAttention, llamaEnds, llamaLayout, llamaMlp, moduleNames } from '../parts/names.js';
import { decoderSizes, headsOf } from '../parts/sizes.js';

/**
 * Command R7B and Command A (Cohere 2025): attention and MLP side by side after one norm, windows in three of four
 * layers, and positions in those only.
 */
export const cohere2: Family<CausalComposition> = {
  name: 'cohere2',
  modelTypes: ['cohere2'],
  architectures: ['Cohere2ForCausalLM', 'Cohere2Model'],
  compose: (fields, options) => {
    const config = new ConfigReader('cohere2', fields);
    const sizes = decoderSizes(config, {
      modelDim: 8192,
      hiddenDim: 22528,
      depth: 40,
      heads: 64,
      maxPositions: 8192,
      vocab: 256000,
    });
    const { modelDim, hiddenDim, depth } = sizes;
    const norm = layerNorm({ dim: modelDim, epsilon: config.number('layer_norm_eps', 1e-5), bias: false });
    const rotary = rotaryOf(config, { ...sizes, interleaved: true });
    const bias = config.flag('attention_bias', false);
    const dropout = config.dropout('attention_dropout');
    const mlp = gatedMlp({ modelDim, hiddenDim, activation: config.activation('hidden_act', 'silu') });
    const period = config.size('sliding_window_pattern', 4);
    const window = windowOf(config, 4096);
    const block = layerWindows(config, depth, { window, isWindowed: i => (i + 1) % period !== 0 }).map(window =>
      sharedNormBlock({
        norm,
        attention: selfAttention({
          ...headsOf(sizes),
          mask: causalMask(window),
          bias,
          positionEncoding: window === undefined ? undefined : rotary,
          dropout,
        }),
        mlp,
      }),
    );
    for (const [name, value] of Object.entries(older)) config.expectValue(name, value);
    config.expectValue('layer_switch', period);
    const headScale = config.number('logit_scale', 0.0625);
    return causalModel(config, options, { sizes, block, norm, tied: true, headScale, ignored });
  },
  ...llamaLayout,
  mappings: [...llamaEnds, .../* @__PURE__ */ moduleNames({ input_layernorm: 'norm', ...llamaAttention, ...llamaMlp })],
};

/** Settings of published files that have one value in all models of this kind. */
const older: Readonly<Record<string, unknown>> = {
  order_of_interleaved_layers: 'local_attn_first',
  position_embedding_type: 'rope_gptj',
  rotary_pct: 1,
  use_embedding_sharing: true,
  use_gated_activation: true,
  use_parallel_block: true,
  use_parallel_embedding: true,
  use_qk_norm: false,
};

/** Settings of how the reference computes. */
const ignored = ['cache_implementation'];
