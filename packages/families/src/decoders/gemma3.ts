import { selfAttention } from '@residual/attention';
import { rmsNormAroundOne } from '@residual/layers';
import { gatedMlp } from '@residual/mlp';
import { sandwichBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { localRotary, rotaryOf } from '../config/rope.js';
import type { CausalComposition, Family } from '../family.js';
import { capOf, causalModel, softCap } from '../parts/causal-model.js';
import { causalMask, layerWindows, windowOf } from '../parts/layer-types.js';
import {
  llamaAttention,
  llamaEnds,
  llamaLayout,
  llamaMlp,
  moduleNames,
  queryKeyNorms,
  sandwichNorms,
} from '../parts/names.js';
import { decoderSizes, headsOf } from '../parts/sizes.js';

/** Gemma 3 (Gemma Team 2025): Gemma 2 with norms on queries and keys, and two bases of rotary positions. */
export const gemma3: Family<CausalComposition> = {
  name: 'gemma3',
  modelTypes: ['gemma3_text'],
  architectures: ['Gemma3ForCausalLM', 'Gemma3TextModel'],
  compose: (fields, options) => {
    const config = new ConfigReader('gemma3', fields);
    const sizes = decoderSizes(config, {
      modelDim: 2304,
      hiddenDim: 9216,
      depth: 26,
      heads: 8,
      kvHeads: 4,
      headDim: 256,
      maxPositions: 131072,
      vocab: 262208,
    });
    const { modelDim, hiddenDim, headDim, depth } = sizes;
    const epsilon = config.number('rms_norm_eps', 1e-6);
    const norm = rmsNormAroundOne({ dim: modelDim, epsilon });
    const headNorm = rmsNormAroundOne({ dim: headDim, epsilon });
    const full = rotaryOf(config, { ...sizes, layerType: 'full_attention', base: 1_000_000 });
    const local = rotaryOf(localRotary(config, 'gemma3'), { ...sizes, layerType: 'sliding_attention' });
    const bias = config.flag('attention_bias', false);
    const dropout = config.dropout('attention_dropout');
    const scale = config.number('query_pre_attn_scalar', 256) ** -0.5;
    const cap = capOf(config, 'attn_logit_softcapping');
    const activation = config.activation('hidden_activation', 'gelu_pytorch_tanh');
    const mlp = gatedMlp({ modelDim, hiddenDim, activation });
    const period = config.number('sliding_window_pattern', 6);
    const window = windowOf(config, 4096);
    const block = layerWindows(config, depth, { window, isWindowed: i => (i + 1) % period !== 0 }).map(window =>
      sandwichBlock({
        norm,
        attention: selfAttention({
          ...headsOf(sizes),
          mask: causalMask(window),
          bias,
          positionEncoding: window === undefined ? full : local,
          queryNorm: headNorm,
          keyNorm: headNorm,
          scale,
          ...(cap && { softCap: cap }),
          dropout,
        }),
        mlp,
      }),
    );
    config.expectValue('use_bidirectional_attention', false);
    const onLogits = softCap(capOf(config, 'final_logit_softcapping'));
    const embeddingScale = Math.sqrt(modelDim);
    return causalModel(config, options, { sizes, block, norm, tied: true, embeddingScale, onLogits, ignored });
  },
  ...llamaLayout,
  mappings: [
    ...llamaEnds,
    .../* @__PURE__ */ moduleNames({ ...sandwichNorms, ...llamaAttention, ...queryKeyNorms, ...llamaMlp }),
  ],
};

/** Settings of how the reference computes. */
const ignored = ['cache_implementation'];
