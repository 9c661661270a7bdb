import { causal, selfAttention } from '@residual/attention';
import { type AnyLayer, layer, type RmsNorm, rmsNorm } from '@residual/layers';
import { gatedExperts, mixtureOfExperts, softmaxRouter } from '@residual/mlp';
import { maximum, minimum, type Tensor } from '@residual/tensor';
import { transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { rotaryOf } from '../config/rope.js';
import type { CausalComposition, Family } from '../family.js';
import { causalModel } from '../parts/causal-model.js';
import { balancingFields, expertCount, qwenExperts } from '../parts/experts.js';
import { llamaAttention, llamaEnds, llamaLayout, llamaNorms, moduleNames, queryKeyNorms } from '../parts/names.js';
import { decoderSizes, headsOf } from '../parts/sizes.js';

/** OLMoE (Muennighoff et al. 2024): Llama over experts, with norms on all queries and on all keys together. */
export const olmoe: Family<CausalComposition> = {
  name: 'olmoe',
  modelTypes: ['olmoe'],
  architectures: ['OlmoeForCausalLM', 'OlmoeModel'],
  compose: (fields, options) => {
    const config = new ConfigReader('olmoe', fields);
    const defaults = { modelDim: 2048, hiddenDim: 2048, depth: 16, heads: 16, maxPositions: 4096, vocab: 50304 };
    const sizes = decoderSizes(config, defaults);
    const { modelDim, hiddenDim, heads, kvHeads, headDim } = sizes;
    const epsilon = config.number('rms_norm_eps', 1e-5);
    const norm = rmsNorm({ dim: modelDim, epsilon });
    const experts = expertCount(config, 64);
    const limit = config.optionalNumber('clip_qkv');
    const block = transformerBlock({
      norm,
      attention: selfAttention({
        ...headsOf(sizes),
        mask: causal(),
        bias: config.flag('attention_bias', false),
        positionEncoding: rotaryOf(config, sizes),
        queryNorm: clipped(rmsNorm({ dim: heads * headDim, epsilon }), limit),
        keyNorm: clipped(rmsNorm({ dim: kvHeads * headDim, epsilon }), limit),
        onProjected: (x, name) => (name === 'value' ? clip(x, limit) : x),
        dropout: config.dropout('attention_dropout'),
      }),
      mlp: mixtureOfExperts({
        router: softmaxRouter({
          ...{ modelDim, experts },
          topK: config.size('num_experts_per_tok', 8),
          normalize: config.flag('norm_topk_prob', false),
        }),
        experts: gatedExperts({ modelDim, hiddenDim, experts, activation: config.activation('hidden_act', 'silu') }),
      }),
    });
    return causalModel(config, options, { sizes, block, norm, tied: false, ignored: balancingFields });
  },
  ...llamaLayout,
  mappings: [
    ...llamaEnds,
    .../* @__PURE__ */ moduleNames({ ...llamaNorms, ...llamaAttention, ...queryKeyNorms, ...qwenExperts }),
  ],
};

/** A norm whose output is clipped. */
function clipped(norm: RmsNorm, limit: number | undefined): AnyLayer<Tensor, Tensor> {
  return layer(norm.needs, (w, x: Tensor, scope) => clip(norm(w, x, scope), limit), norm.about);
}

/** x within -limit and limit; x itself without a limit. */
function clip(x: Tensor, limit: number | undefined): Tensor {
  return limit === undefined ? x : minimum(maximum(x, -limit), limit);
}
