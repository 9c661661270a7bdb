import { gatedExperts, gatedMlp, mixtureOfExperts, sigmoidRouter } from '@residual/mlp';
import { languageModel, stack, type TensorLayer, transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import type { CausalComposition, Family } from '../family.js';
import { moduleNames } from '../parts/names.js';
import { lfm2, lfm2Mappings, lfm2Parts } from './lfm2.js';

/** LFM2-MoE (Liquid AI 2025): LFM2 with experts after the first blocks. */
export const lfm2Moe: Family<CausalComposition> = {
  ...lfm2,
  name: 'lfm2_moe',
  modelTypes: ['lfm2_moe'],
  architectures: ['Lfm2MoeForCausalLM', 'Lfm2MoeModel'],
  compose: (fields, { ignoreConfig } = {}) => {
    const config = new ConfigReader('lfm2_moe', fields);
    const { norm, depth, mixers, embedding, head, modelDim, heads, maxPositions } = lfm2Parts(config);
    const experts = config.size('num_experts', 32);
    const dense: TensorLayer = gatedMlp({ modelDim, hiddenDim: config.size('intermediate_size', 7168) });
    const mixture: TensorLayer = mixtureOfExperts({
      router: sigmoidRouter({
        ...{ modelDim, experts, epsilon: 1e-6 },
        topK: config.size('num_experts_per_tok', 4),
        normalize: config.flag('norm_topk_prob', true),
        correction: config.flag('use_expert_bias', true),
        scale: config.number('routed_scaling_factor', 1),
      }),
      experts: gatedExperts({ modelDim, experts, hiddenDim: config.size('moe_intermediate_size', 1792) }),
    });
    const denseLayers = config.count('num_dense_layers', 2);
    config.refuseUnread(['output_router_logits', 'router_aux_loss_coef', ...(ignoreConfig ?? [])]);
    const block = mixers.map((attention, i) =>
      transformerBlock<TensorLayer, TensorLayer, TensorLayer>({
        norm,
        attention,
        mlp: i < denseLayers ? dense : mixture,
      }),
    );
    const model = languageModel({ embedding, decoder: stack({ block, norm }), head });
    return { kind: 'causal-lm', model, maxPositions, openEnded: true, depth, heads };
  },
  mappings: /* @__PURE__ */ lfm2Mappings([
    .../* @__PURE__ */ moduleNames({
      'feed_forward.w1': 'mlp.gate',
      'feed_forward.w3': 'mlp.up',
      'feed_forward.w2': 'mlp.down',
      'feed_forward.gate': 'mlp.router',
      'feed_forward.experts.#.w1': 'mlp.experts.gate',
      'feed_forward.experts.#.w3': 'mlp.experts.up',
      'feed_forward.experts.#.w2': 'mlp.experts.down',
    }),
    { checkpointName: 'layers.*.feed_forward.expert_bias', path: 'decoder.layers.*.mlp.router.correction' },
  ]),
};
