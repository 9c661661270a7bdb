import { gatedExperts, gatedMlp, mixtureOfExperts, sigmoidGated, softmaxRouter } from '@residual/mlp';
import { type TensorLayer, transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import type { CausalComposition, Family } from '../family.js';
import { causalModel } from '../parts/causal-model.js';
import { llamaEnds, llamaLayout, llamaMlp, llamaNorms, moduleNames } from '../parts/names.js';
import { gatedDeltaMappings } from './hybrid-names.js';
import { gatedAttentionMappings, qwenHybridParts, qwenHybridSizes } from './qwen-hybrid.js';

/** Qwen3-Next (Qwen 2025): the gated delta rule and attention with a gate, as in Qwen3.5, over experts. */
export const qwen3Next: Family<CausalComposition> = {
  name: 'qwen3_next',
  modelTypes: ['qwen3_next'],
  architectures: ['Qwen3NextForCausalLM', 'Qwen3NextModel'],
  compose: (fields, options) => {
    const config = new ConfigReader('qwen3_next', fields);
    const defaults = { modelDim: 2048, hiddenDim: 5632, depth: 48, heads: 16, kvHeads: 2, vocab: 151936 };
    const sizes = qwenHybridSizes(config, defaults);
    const { norm, mixers } = qwenHybridParts(config, sizes);
    const mlps = mlpsOf(config, sizes);
    const block = mixers.map((attention, i) =>
      transformerBlock<TensorLayer, TensorLayer, TensorLayer>({ norm, attention, mlp: mlps(i) }),
    );
    return causalModel(config, options, {
      ...{ sizes, block, norm, tied: false },
      ignored: ['output_router_logits', 'router_aux_loss_coef'],
    });
  },
  ...llamaLayout,
  mappings: [
    ...llamaEnds,
    .../* @__PURE__ */ moduleNames({ ...llamaNorms, ...llamaMlp }),
    .../* @__PURE__ */ gatedAttentionMappings(),
    .../* @__PURE__ */ moduleNames(
      {
        'linear_attn.in_proj_qkvz': ['attention.query', 'attention.key', 'attention.value', 'attention.gate'],
        'linear_attn.in_proj_ba': ['attention.strength', 'attention.step'],
      },
      { interleaved: 'heads' },
    ),
    .../* @__PURE__ */ gatedDeltaMappings(),
    .../* @__PURE__ */ moduleNames({
      'mlp.gate': 'mlp.router',
      'mlp.experts.#.gate_proj': 'mlp.experts.gate',
      'mlp.experts.#.up_proj': 'mlp.experts.up',
      'mlp.experts.#.down_proj': 'mlp.experts.down',
      'mlp.shared_expert_gate': 'mlp.shared.gate',
      'mlp.shared_expert.gate_proj': 'mlp.shared.mlp.gate',
      'mlp.shared_expert.up_proj': 'mlp.shared.mlp.up',
      'mlp.shared_expert.down_proj': 'mlp.shared.mlp.down',
    }),
  ],
};

/** The mlp of each block: a mixture of experts, or one for all tokens in the blocks that the config names. */
function mlpsOf(config: ConfigReader, { modelDim, hiddenDim }: { modelDim: number; hiddenDim: number }) {
  const activation = config.activation('hidden_act', 'silu');
  const experts = config.count('num_experts', 512);
  const hiddenOfExpert = config.size('moe_intermediate_size', 512);
  const hiddenOfShared = config.size('shared_expert_intermediate_size', 512);
  const topK = config.size('num_experts_per_tok', 10);
  const normalize = config.flag('norm_topk_prob', true);
  const sparseStep = config.size('decoder_sparse_step', 1);
  const denseLayers = config.value('mlp_only_layers') ?? [];
  if (!Array.isArray(denseLayers)) return config.refuse('mlp_only_layers', denseLayers, 'a list of layers');
  const dense: TensorLayer = gatedMlp({ modelDim, hiddenDim, activation });
  if (experts === 0) return () => dense;
  const mixture: TensorLayer = mixtureOfExperts({
    router: softmaxRouter({ modelDim, experts, topK, normalize }),
    experts: gatedExperts({ modelDim, hiddenDim: hiddenOfExpert, experts, activation }),
    shared: sigmoidGated({ modelDim, mlp: gatedMlp({ modelDim, hiddenDim: hiddenOfShared, activation }) }),
  });
  return (i: number) => (denseLayers.includes(i) || (i + 1) % sparseStep !== 0 ? dense : mixture);
}
