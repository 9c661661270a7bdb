import { causal, selfAttention } from '@residual/attention';
import { rmsNorm } from '@residual/layers';
import { transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { rotaryOf } from '../config/rope.js';
import type { CausalComposition, Family } from '../family.js';
import { furtherLayers } from '../parts/buffers.js';
import { causalModel } from '../parts/causal-model.js';
import { balancingFields, correctedRouter, deepseekCorrection, deepseekMlp, deepseekMlps } from '../parts/experts.js';
import { llamaAttention, llamaEnds, llamaLayout, llamaNorms, moduleNames, queryKeyNorms } from '../parts/names.js';
import { decoderSizes, headsOf } from '../parts/sizes.js';

/** GLM 4.5 (Zhipu AI 2025): Llama with rotary positions on half of a head, over the experts of DeepSeek V3. */
export const glm4Moe: Family<CausalComposition> = {
  name: 'glm4_moe',
  modelTypes: ['glm4_moe'],
  architectures: ['Glm4MoeForCausalLM', 'Glm4MoeModel'],
  compose: (fields, options) => {
    const config = new ConfigReader('glm4_moe', fields);
    const sizes = decoderSizes(config, {
      modelDim: 4096,
      hiddenDim: 10944,
      depth: 46,
      heads: 96,
      kvHeads: 8,
      maxPositions: 131072,
      vocab: 151552,
    });
    const { modelDim, headDim } = sizes;
    const epsilon = config.number('rms_norm_eps', 1e-5);
    const norm = rmsNorm({ dim: modelDim, epsilon });
    const headNorm = config.flag('use_qk_norm', false) ? rmsNorm({ dim: headDim, epsilon }) : undefined;
    const bias = config.flag('attention_bias', false);
    const attention = selfAttention({
      ...headsOf(sizes),
      mask: causal(),
      bias: { query: bias, key: bias, value: bias, output: false },
      positionEncoding: rotaryOf(config, { ...sizes, fraction: 0.5 }),
      queryNorm: headNorm,
      keyNorm: headNorm,
      dropout: config.dropout('attention_dropout'),
    });
    const router = correctedRouter(config, { groups: 1, openGroups: 1, scale: 1, normalize: true });
    const defaults = { experts: 128, topK: 8, hiddenDim: 1408, shared: 1, denseLayers: 1 };
    const block = deepseekMlps(config, sizes, defaults, router).map(mlp => transformerBlock({ norm, attention, mlp }));
    const ignored = [...balancingFields, 'num_nextn_predict_layers'];
    return causalModel(config, options, { sizes, block, norm, tied: false, ignored });
  },
  ...llamaLayout,
  buffers: [...llamaLayout.buffers, .../* @__PURE__ */ furtherLayers(46, 92)],
  mappings: [
    ...llamaEnds,
    deepseekCorrection,
    .../* @__PURE__ */ moduleNames({ ...llamaNorms, ...llamaAttention, ...queryKeyNorms, ...deepseekMlp }),
  ],
};
