import { gatedExperts, gatedMlp, mixtureOfExperts, sigmoidGated, sigmoidRouter, softmaxRouter } from '@residual/mlp';
import type { TensorLayer } from '@residual/transformer';
import type { ConfigReader } from '../config/config.js';
import type { WeightMapping } from '../family.js';
import { llamaMlp, moduleNames } from './names.js';
import type { DecoderSizes } from './sizes.js';

/** The modules of a router and its experts, each a gated mlp, as in Qwen. */
export const qwenExperts = {
  'mlp.gate': 'mlp.router',
  'mlp.experts.#.gate_proj': 'mlp.experts.gate',
  'mlp.experts.#.up_proj': 'mlp.experts.up',
  'mlp.experts.#.down_proj': 'mlp.experts.down',
} as const;

/** The modules of a router and its experts, as in Mixtral. */
export const mixtralExperts = {
  'block_sparse_moe.gate': 'mlp.router',
  'block_sparse_moe.experts.#.w1': 'mlp.experts.gate',
  'block_sparse_moe.experts.#.w3': 'mlp.experts.up',
  'block_sparse_moe.experts.#.w2': 'mlp.experts.down',
} as const;

/** The modules of the shared expert of Qwen and of its gate. */
export const qwenSharedExpert = {
  'mlp.shared_expert_gate': 'mlp.shared.gate',
  'mlp.shared_expert.gate_proj': 'mlp.shared.mlp.gate',
  'mlp.shared_expert.up_proj': 'mlp.shared.mlp.up',
  'mlp.shared_expert.down_proj': 'mlp.shared.mlp.down',
} as const;

/** The modules of the mlps of DeepSeek: of all tokens, of experts, and of the experts that all tokens share. */
export const deepseekMlp = {
  ...llamaMlp,
  ...qwenExperts,
  'mlp.shared_experts.gate_proj': 'mlp.shared.gate',
  'mlp.shared_experts.up_proj': 'mlp.shared.up',
  'mlp.shared_experts.down_proj': 'mlp.shared.down',
} as const;

/** Where DeepSeek stores the correction that only chooses. */
export const deepseekCorrection = {
  checkpointName: 'layers.*.mlp.gate.e_score_correction_bias',
  path: 'decoder.layers.*.mlp.router.correction',
} as const;

/** The names of the router and the experts of Granite. */
export function graniteExperts(): WeightMapping[] {
  return [
    ...moduleNames({ 'block_sparse_moe.router.layer': 'mlp.router' }),
    ...moduleNames(
      {
        'block_sparse_moe.input_linear': ['mlp.experts.gate', 'mlp.experts.up'],
        'block_sparse_moe.output_linear': 'mlp.experts.down',
      },
      { stacked: true },
    ),
  ];
}

/** Fields about the loss that balances experts, which only training reads. */
export const balancingFields: readonly string[] = [
  'output_router_logits',
  'router_aux_loss_coef',
  'aux_loss_alpha',
  'seq_aux',
  'ep_size',
];

/** The number of experts, under either of its names. */
export function expertCount(config: ConfigReader, fallback?: number): number {
  const [count, local] = ['num_experts', 'num_local_experts'].map(name =>
    config.value(name) === undefined ? undefined : config.count(name),
  );
  if (count !== undefined && local !== undefined && count !== local)
    config.refuse('num_local_experts', local, `absent or what num_experts is, ${count}`);
  return count ?? local ?? config.count('num_experts', fallback);
}

/** What absent settings of Qwen's experts are. */
export interface QwenExpertDefaults {
  /** The number of experts. */
  readonly experts: number;
  /** The number of experts that compute a token. */
  readonly topK: number;
  /** Width of the hidden layer of one expert. */
  readonly hiddenDim: number;
  /** Width of the hidden layer of the shared expert; there is none if absent. */
  readonly sharedDim?: number;
  /** Whether weights are divided by their sum. */
  readonly normalize: boolean;
}

/** The mlp of each block of Qwen: a mixture of experts, or one mlp in the blocks that the config names. */
export function qwenMlps(
  config: ConfigReader,
  { modelDim, hiddenDim, depth }: DecoderSizes,
  defaults: QwenExpertDefaults,
): readonly TensorLayer[] {
  const activation = config.activation('hidden_act', 'silu');
  const experts = expertCount(config, defaults.experts);
  const ofExpert = config.size('moe_intermediate_size', defaults.hiddenDim);
  const { sharedDim } = defaults;
  const ofShared = sharedDim && config.size('shared_expert_intermediate_size', sharedDim);
  const topK = config.size('num_experts_per_tok', defaults.topK);
  const normalize = config.flag('norm_topk_prob', defaults.normalize);
  const sparseStep = config.size('decoder_sparse_step', 1);
  const denseLayers = config.value('mlp_only_layers') ?? [];
  if (!Array.isArray(denseLayers)) return config.refuse('mlp_only_layers', denseLayers, 'a list of layers');
  const dense: TensorLayer = gatedMlp({ modelDim, hiddenDim, activation });
  if (experts === 0) return Array(depth).fill(dense);
  const mixture: TensorLayer = mixtureOfExperts({
    router: softmaxRouter({ modelDim, experts, topK, normalize }),
    experts: gatedExperts({ modelDim, hiddenDim: ofExpert, experts, activation }),
    shared: ofShared
      ? sigmoidGated({ modelDim, mlp: gatedMlp({ modelDim, hiddenDim: ofShared, activation }) })
      : undefined,
  });
  const isDense = (i: number) => denseLayers.includes(i) || (i + 1) % sparseStep !== 0;
  return Array.from({ length: depth }, (_, i) => (isDense(i) ? dense : mixture));
}

/** What absent settings of DeepSeek's experts are; those without a value must be there. */
export interface DeepseekExpertDefaults {
  /** The number of experts that a router chooses among. */
  readonly experts?: number;
  /** The number of experts that compute a token, beside the shared ones. */
  readonly topK?: number;
  /** Width of the hidden layer of one expert. */
  readonly hiddenDim: number;
  /** The number of experts that all tokens share. */
  readonly shared?: number;
  /** The number of blocks before the first with experts. */
  readonly denseLayers: number;
  /** Whether the mlps that compute all tokens have biases; false if absent. */
  readonly bias?: boolean;
}

/** What a router is made for. */
export interface RouterSizes {
  /** Width of the input. */
  readonly modelDim: number;
  /** The number of experts. */
  readonly experts: number;
  /** The number of experts that compute a token. */
  readonly topK: number;
}

/** The mlp of each block of DeepSeek: one in the first blocks, then experts of a router, and experts for all tokens. */
export function deepseekMlps(
  config: ConfigReader,
  { modelDim, hiddenDim, depth }: Pick<DecoderSizes, 'modelDim' | 'hiddenDim' | 'depth'>,
  defaults: DeepseekExpertDefaults,
  routerOf: (sizes: RouterSizes) => ReturnType<typeof softmaxRouter>,
): readonly TensorLayer[] {
  const activation = config.activation('hidden_act', 'silu');
  const experts = config.size('n_routed_experts', defaults.experts);
  const topK = config.size('num_experts_per_tok', defaults.topK);
  const ofExpert = config.size('moe_intermediate_size', defaults.hiddenDim);
  const shared = config.size('n_shared_experts', defaults.shared);
  const denseLayers = config.count('first_k_dense_replace', defaults.denseLayers);
  config.expectValue('moe_layer_freq', 1);
  const { bias = false } = defaults;
  const dense: TensorLayer = gatedMlp({ modelDim, hiddenDim, activation, bias });
  const mixture: TensorLayer = mixtureOfExperts({
    router: routerOf({ modelDim, experts, topK }),
    experts: gatedExperts({ modelDim, hiddenDim: ofExpert, experts, activation }),
    shared: gatedMlp({ modelDim, hiddenDim: ofExpert * shared, activation, bias }),
  });
  return Array.from({ length: depth }, (_, i) => (i < denseLayers ? dense : mixture));
}

/** What absent settings of DeepSeek V3's router are. */
export interface CorrectedRouterDefaults {
  /** The number of groups of experts. */
  readonly groups: number;
  /** The number of groups from which the experts of a token are chosen. */
  readonly openGroups: number;
  /** A factor of all weights. */
  readonly scale: number;
  /** Whether weights are divided by their sum. */
  readonly normalize: boolean;
}

/** The router of DeepSeek V3: sigmoids, a correction that chooses, and groups. */
export function correctedRouter(
  config: ConfigReader,
  defaults: CorrectedRouterDefaults,
): (sizes: RouterSizes) => ReturnType<typeof sigmoidRouter> {
  const scoring = config.value('scoring_func') ?? 'sigmoid';
  if (scoring !== 'sigmoid' && scoring !== 'noaux_tc') config.refuse('scoring_func', scoring, 'sigmoid or noaux_tc');
  config.expectValue('topk_method', 'noaux_tc');
  const count = config.size('n_group', defaults.groups);
  const open = config.size('topk_group', defaults.openGroups);
  const normalize = config.flag('norm_topk_prob', defaults.normalize);
  const scale = config.number('routed_scaling_factor', defaults.scale);
  const groups = count === 1 ? undefined : ({ count, topK: open, score: 'topTwo' } as const);
  return sizes => sigmoidRouter({ ...sizes, normalize, scale, groups, epsilon: 1e-20, correction: true });
}
