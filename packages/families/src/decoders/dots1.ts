import { selfAttention } from '@residual/attention';
import { rmsNorm } from '@residual/layers';
import { transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { rotaryOf } from '../config/rope.js';
import type { CausalComposition, Family } from '../family.js';
import { causalModel } from '../parts/causal-model.js';
import { balancingFields, correctedRouter, deepseekCorrection, deepseekMlp, deepseekMlps } from '../parts/experts.js';
import { causalMask, layerWindows, windowOf } from '../parts/layer-types.js';
import { llamaAttention, llamaEnds, llamaLayout, llamaNorms, moduleNames, queryKeyNorms } from '../parts/names.js';
import { decoderSizes, headsOf } from '../parts/sizes.js';

/** dots.llm1 (rednote-hilab 2025): Qwen3 over the experts of DeepSeek V3. */
export const dots1: Family<CausalComposition> = {
  name: 'dots1',
  modelTypes: ['dots1'],
  architectures: ['Dots1ForCausalLM', 'Dots1Model'],
  compose: (fields, options) => {
    const config = new ConfigReader('dots1', fields);
    const defaults = { modelDim: 4608, hiddenDim: 10944, depth: 62, heads: 32, kvHeads: 32 };
    const sizes = decoderSizes(config, { ...defaults, maxPositions: 2048, vocab: 152064 });
    const { modelDim, headDim, depth } = sizes;
    const epsilon = config.number('rms_norm_eps', 1e-6);
    const norm = rmsNorm({ dim: modelDim, epsilon });
    const headNorm = rmsNorm({ dim: headDim, epsilon });
    const positionEncoding = rotaryOf(config, sizes);
    const bias = config.flag('attention_bias', false);
    const dropout = config.dropout('attention_dropout');
    const router = correctedRouter(config, { groups: 1, openGroups: 1, scale: 1, normalize: false });
    const mlps = deepseekMlps(config, sizes, { hiddenDim: 1408, denseLayers: 0 }, router);
    const fromLayer = config.count('max_window_layers', 62);
    const isWindowed = (i: number) => i >= fromLayer;
    const block = layerWindows(config, depth, { window: windowOf(config, 4096), isWindowed }).map((window, i) =>
      transformerBlock({
        norm,
        attention: selfAttention({
          ...headsOf(sizes),
          mask: causalMask(window),
          bias,
          positionEncoding,
          queryNorm: headNorm,
          keyNorm: headNorm,
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
    deepseekCorrection,
    .../* @__PURE__ */ moduleNames({ ...llamaNorms, ...llamaAttention, ...queryKeyNorms, ...deepseekMlp }),
  ],
};
