import { selfAttention } from '@residual/attention';
import { rmsNorm } from '@residual/layers';
import { transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { rotaryOf } from '../config/rope.js';
import type { CausalComposition, Family } from '../family.js';
import { causalModel } from '../parts/causal-model.js';
import { balancingFields, qwenExperts, qwenMlps } from '../parts/experts.js';
import { causalMask, windowInUse } from '../parts/layer-types.js';
import {
  llamaAttention,
  llamaEnds,
  llamaLayout,
  llamaMlp,
  llamaNorms,
  moduleNames,
  queryKeyNorms,
} from '../parts/names.js';
import { decoderSizes, headsOf } from '../parts/sizes.js';

/** Qwen3-MoE (Yang et al. 2025): Qwen3 over experts. */
export const qwen3Moe: Family<CausalComposition> = {
  name: 'qwen3_moe',
  modelTypes: ['qwen3_moe'],
  architectures: ['Qwen3MoeForCausalLM', 'Qwen3MoeModel'],
  compose: (fields, options) => {
    const config = new ConfigReader('qwen3_moe', fields);
    const sizes = decoderSizes(config, {
      modelDim: 2048,
      hiddenDim: 6144,
      depth: 24,
      heads: 32,
      kvHeads: 4,
      maxPositions: 32768,
      vocab: 151936,
    });
    const { modelDim, headDim } = sizes;
    const epsilon = config.number('rms_norm_eps', 1e-6);
    const norm = rmsNorm({ dim: modelDim, epsilon });
    const headNorm = rmsNorm({ dim: headDim, epsilon });
    const attention = selfAttention({
      ...headsOf(sizes),
      mask: causalMask(windowInUse(config, 4096)),
      bias: config.flag('attention_bias', false),
      positionEncoding: rotaryOf(config, sizes),
      queryNorm: headNorm,
      keyNorm: headNorm,
      dropout: config.dropout('attention_dropout'),
    });
    const mlps = qwenMlps(config, sizes, { experts: 128, topK: 8, hiddenDim: 768, normalize: false });
    const block = mlps.map(mlp => transformerBlock({ norm, attention, mlp }));
    const ignored = [...balancingFields, 'max_window_layers'];
    return causalModel(config, options, { sizes, block, norm, tied: false, ignored });
  },
  ...llamaLayout,
  mappings: [
    ...llamaEnds,
    .../* @__PURE__ */ moduleNames({
      ...llamaNorms,
      ...llamaAttention,
      ...queryKeyNorms,
      ...llamaMlp,
      ...qwenExperts,
    }),
  ],
};
