import { selfAttention } from '@residual/attention';
import { rmsNorm } from '@residual/layers';
import { transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { rotaryOf } from '../config/rope.js';
import type { CausalComposition, Family } from '../family.js';
import { causalModel } from '../parts/causal-model.js';
import { balancingFields, qwenExperts, qwenMlps, qwenSharedExpert } from '../parts/experts.js';
import { causalMask, layerWindows, windowInUse } from '../parts/layer-types.js';
import { llamaAttention, llamaEnds, llamaLayout, llamaMlp, llamaNorms, moduleNames } from '../parts/names.js';
import { decoderSizes, headsOf } from '../parts/sizes.js';

/** Qwen2-MoE and Qwen1.5-MoE (Yang et al. 2024): Qwen2 over experts, with a shared expert behind a gate. */
export const qwen2Moe: Family<CausalComposition> = {
  name: 'qwen2_moe',
  modelTypes: ['qwen2_moe'],
  architectures: ['Qwen2MoeForCausalLM', 'Qwen2MoeModel'],
  compose: (fields, options) => {
    const config = new ConfigReader('qwen2_moe', fields);
    const sizes = decoderSizes(config, {
      modelDim: 2048,
      hiddenDim: 5632,
      depth: 24,
      heads: 16,
      kvHeads: 16,
      maxPositions: 32768,
      vocab: 151936,
    });
    const norm = rmsNorm({ dim: sizes.modelDim, epsilon: config.number('rms_norm_eps', 1e-6) });
    const positionEncoding = rotaryOf(config, sizes);
    const qkvBias = config.flag('qkv_bias', true);
    const dropout = config.dropout('attention_dropout');
    const defaults = { experts: 60, topK: 4, hiddenDim: 1408, sharedDim: 5632, normalize: false };
    const mlps = qwenMlps(config, sizes, defaults);
    const windowLayers = config.count('max_window_layers', 28);
    const isWindowed = (i: number) => i % 2 === 0 && i < windowLayers;
    const windows = layerWindows(config, sizes.depth, { window: windowInUse(config, 4096), isWindowed });
    const block = windows.map((window, i) =>
      transformerBlock({
        norm,
        attention: selfAttention({
          ...headsOf(sizes),
          mask: causalMask(window),
          bias: { query: qkvBias, key: qkvBias, value: qkvBias, output: false },
          positionEncoding,
          dropout,
        }),
        mlp: mlps[i]!,
      }),
    );
    return causalModel(config, options, { sizes, block, norm, tied: false, ignored: balancingFields });
  },
  ...llamaLayout,
  mappings: [
    ...llamaEnds,
    .../* @__PURE__ */ moduleNames({
      ...llamaNorms,
      ...llamaAttention,
      ...llamaMlp,
      ...qwenExperts,
      ...qwenSharedExpert,
    }),
  ],
};
