import { rmsNorm } from '@residual/layers';
import { softmaxRouter } from '@residual/mlp';
import { type TensorLayer, transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import type { CausalComposition, Family } from '../family.js';
import { furtherLayers } from '../parts/buffers.js';
import { causalModel } from '../parts/causal-model.js';
import {
  balancingFields,
  correctedRouter,
  deepseekCorrection,
  deepseekMlp,
  deepseekMlps,
  type RouterSizes,
} from '../parts/experts.js';
import { latentAttentionOf, latentNames, latentQueryNames } from '../parts/latent.js';
import { llamaEnds, llamaLayout, llamaNorms, moduleNames } from '../parts/names.js';
import { type DecoderSizes, decoderSizes } from '../parts/sizes.js';

const latentDefaults = { latentDim: 512, queryLatentDim: 1536, contentDim: 128, positionDim: 64, valueDim: 128 };

/** DeepSeek V2 (DeepSeek-AI 2024): latent attention, and experts that a softmax chooses, beside shared ones. */
export const deepseekV2: Family<CausalComposition> = {
  name: 'deepseek_v2',
  modelTypes: ['deepseek_v2'],
  architectures: ['DeepseekV2ForCausalLM', 'DeepseekV2Model'],
  compose: (fields, options) => {
    const config = new ConfigReader('deepseek_v2', fields);
    const defaults = { modelDim: 4096, hiddenDim: 11008, depth: 32, heads: 32, maxPositions: 2048, vocab: 102400 };
    const sizes = decoderSizes(config, defaults);
    const attention = latentAttentionOf(config, sizes, { ...latentDefaults, interleaved: true });
    const ofExperts = { experts: 64, hiddenDim: 1407, shared: 2, denseLayers: 0, bias: config.flag('mlp_bias', false) };
    const mlps = deepseekMlps(config, sizes, ofExperts, groupedRouter(config));
    // Its weights are never divided by their sum.
    const ignored = [...balancingFields, 'norm_topk_prob'];
    return causalModel(config, options, { sizes, ...blocksOf(config, sizes, attention, mlps), tied: false, ignored });
  },
  ...llamaLayout,
  mappings: [
    ...llamaEnds,
    ...latentQueryNames,
    .../* @__PURE__ */ moduleNames({ ...llamaNorms, ...latentNames, ...deepseekMlp }),
  ],
};

/**
 * DeepSeek V3 and R1 (DeepSeek-AI 2024): DeepSeek V2 whose experts are chosen by sigmoids and a correction. The layers
 * that predict further tokens are not part of it.
 */
export const deepseekV3: Family<CausalComposition> = {
  name: 'deepseek_v3',
  modelTypes: ['deepseek_v3'],
  architectures: ['DeepseekV3ForCausalLM', 'DeepseekV3Model'],
  compose: (fields, options) => {
    const config = new ConfigReader('deepseek_v3', fields);
    const defaults = { modelDim: 7168, hiddenDim: 18432, depth: 61, heads: 128, maxPositions: 4096, vocab: 129280 };
    const sizes = decoderSizes(config, defaults);
    const interleaved = config.flag('rope_interleave', true);
    const attention = latentAttentionOf(config, sizes, { ...latentDefaults, interleaved });
    const router = correctedRouter(config, { groups: 8, openGroups: 4, scale: 2.5, normalize: true });
    const ofExperts = { experts: 256, topK: 8, hiddenDim: 2048, shared: 1, denseLayers: 3 };
    const mlps = deepseekMlps(config, sizes, ofExperts, router);
    const ignored = [...balancingFields, 'num_nextn_predict_layers'];
    return causalModel(config, options, { sizes, ...blocksOf(config, sizes, attention, mlps), tied: false, ignored });
  },
  ...llamaLayout,
  buffers: [...llamaLayout.buffers, .../* @__PURE__ */ furtherLayers(61)],
  mappings: [
    ...llamaEnds,
    ...latentQueryNames,
    deepseekCorrection,
    .../* @__PURE__ */ moduleNames({ ...llamaNorms, ...latentNames, ...deepseekMlp }),
  ],
};

/** The blocks and the last norm. */
function blocksOf(
  config: ConfigReader,
  { modelDim }: DecoderSizes,
  attention: TensorLayer,
  mlps: readonly TensorLayer[],
): { block: readonly TensorLayer[]; norm: TensorLayer } {
  const norm = rmsNorm({ dim: modelDim, epsilon: config.number('rms_norm_eps', 1e-6) });
  return {
    norm,
    block: mlps.map(mlp => transformerBlock<TensorLayer, TensorLayer, TensorLayer>({ norm, attention, mlp })),
  };
}

/** The router of DeepSeek V2: a softmax, from all experts or from the groups with the largest probabilities. */
function groupedRouter(config: ConfigReader): (sizes: RouterSizes) => ReturnType<typeof softmaxRouter> {
  config.expectValue('scoring_func', 'softmax');
  const method = config.value('topk_method') ?? 'greedy';
  const scale = config.number('routed_scaling_factor', 1);
  for (const name of ['n_group', 'topk_group']) config.value(name);
  if (method === 'greedy') return sizes => softmaxRouter({ ...sizes, normalize: false, scale });
  if (method !== 'group_limited_greedy') return config.refuse('topk_method', method, 'greedy or group_limited_greedy');
  const groups = { count: config.size('n_group'), topK: config.size('topk_group'), score: 'largest' } as const;
  return sizes => softmaxRouter({ ...sizes, normalize: false, scale, groups });
}
