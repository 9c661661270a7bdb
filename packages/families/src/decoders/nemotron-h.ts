import { causal, selfAttention } from '@residual/attention';
import { tokenEmbedding } from '@residual/embeddings';
import { linear, rmsNorm } from '@residual/layers';
import { mlp } from '@residual/mlp';
import { gateThenNorm, groupedRmsNorm, stateSpaceDual } from '@residual/sequence';
import { languageModel, mixerBlock, stack, type TensorLayer } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { stepLimitOf } from '../config/step-limit.js';
import type { CausalComposition, Family } from '../family.js';
import { furtherTokens } from '../parts/buffers.js';
import { stateSpaceDualMappings } from './state-space-dual-mappings.js';

/** Nemotron-H (NVIDIA 2025): each block is one state space, one attention without positions, or one mlp. */
export const nemotronH: Family<CausalComposition> = {
  name: 'nemotron_h',
  modelTypes: ['nemotron_h'],
  architectures: ['NemotronHForCausalLM', 'NemotronHModel'],
  compose: (fields, { ignoreConfig } = {}) => {
    const config = new ConfigReader('nemotron_h', fields);
    const modelDim = config.size('hidden_size', 4096);
    const vocab = config.size('vocab_size', 131072);
    const maxPositions = config.maxPositions('max_position_embeddings', 4096);
    const heads = config.size('num_attention_heads', 32);
    const epsilon = config.number('layer_norm_epsilon', 1e-5);
    const norm = rmsNorm({ dim: modelDim, epsilon });
    const mixers: Readonly<Record<string, TensorLayer>> = {
      linear_attention: stateSpaceOf(config, { modelDim, epsilon }),
      full_attention: selfAttention({
        ...{ modelDim, heads },
        kvHeads: config.size('num_key_value_heads', heads),
        headDim: config.size('head_dim', 128),
        mask: causal(),
        bias: false,
        dropout: config.dropout('attention_dropout'),
      }),
      mlp: mlp({
        modelDim,
        hiddenDim: config.size('intermediate_size', 21504),
        activation: config.activation('mlp_hidden_act', 'relu2'),
        bias: config.flag('mlp_bias', false),
      }),
    };
    const kinds = kindsOf(config);
    const blocks = kinds.map(kind =>
      mixerBlock({
        norm,
        mixer: mixers[kind] ?? config.refuse('layers_block_type', kind, `one of ${Object.keys(mixers).join(', ')}`),
      }),
    );
    config.expectValue('num_nextn_predict_layers', 0);
    const tied = config.flag('tie_word_embeddings', false);
    config.refuseUnread([...harmless, ...(ignoreConfig ?? [])]);
    const model = languageModel({
      embedding: tokenEmbedding({ vocab, dim: modelDim }),
      decoder: stack({ block: blocks, norm }),
      head: tied ? undefined : linear({ in: modelDim, out: vocab, bias: false, role: 'unembedding' }),
    });
    return { kind: 'causal-lm', model, maxPositions, openEnded: true, depth: blocks.length, heads };
  },
  prefix: 'backbone.',
  mappings: [
    { checkpointName: 'embeddings.weight', path: 'embedding.weight' },
    { checkpointName: 'layers.*.norm.weight', path: 'decoder.layers.*.norm.weight' },
    { checkpointName: 'layers.*.mixer.q_proj.weight', path: 'decoder.layers.*.mixer.query.weight' },
    { checkpointName: 'layers.*.mixer.k_proj.weight', path: 'decoder.layers.*.mixer.key.weight' },
    { checkpointName: 'layers.*.mixer.v_proj.weight', path: 'decoder.layers.*.mixer.value.weight' },
    {
      checkpointName: 'layers.*.mixer.o_proj.weight',
      path: 'decoder.layers.*.mixer.output.weight',
      requires: 'decoder.layers.*.mixer.query.weight',
    },
    { checkpointName: 'layers.*.mixer.up_proj.weight', path: 'decoder.layers.*.mixer.up.weight' },
    { checkpointName: 'layers.*.mixer.up_proj.bias', path: 'decoder.layers.*.mixer.up.bias' },
    { checkpointName: 'layers.*.mixer.down_proj.weight', path: 'decoder.layers.*.mixer.down.weight' },
    { checkpointName: 'layers.*.mixer.down_proj.bias', path: 'decoder.layers.*.mixer.down.bias' },
    .../* @__PURE__ */ stateSpaceDualMappings('layers.*.mixer', 'decoder.layers.*.mixer'),
    { checkpointName: 'norm_f.weight', path: 'decoder.norm.weight' },
    { checkpointName: '/lm_head.weight', path: 'head.weight' },
  ],
  buffers: furtherTokens,
  aliases: { 'backbone.embeddings.weight': 'lm_head.weight' },
  head: 'lm_head.weight',
};

function stateSpaceOf(config: ConfigReader, { modelDim, epsilon }: { modelDim: number; epsilon: number }) {
  const heads = config.size('mamba_num_heads', 128);
  const headDim = config.size('mamba_head_dim', 64);
  const groups = config.size('n_groups', 8);
  return stateSpaceDual({
    ...{ modelDim, heads, headDim, groups },
    stateDim: config.size('ssm_state_size', 128),
    kernelSize: config.size('conv_kernel', 4),
    activation: config.activation('mamba_hidden_act', 'silu'),
    bias: config.flag('use_bias', false),
    convolutionBias: config.flag('use_conv_bias', true),
    stepLimit: stepLimitOf(config),
    norm: gateThenNorm({ norm: groupedRmsNorm({ dim: heads * headDim, groups, epsilon }) }),
  });
}

/** The kind of each block, from the list or from the letters of older files. */
function kindsOf(config: ConfigReader): readonly string[] {
  const pattern = config.value('hybrid_override_pattern');
  const listed = config.value('layers_block_type');
  const kinds =
    listed ?? (typeof pattern === 'string' ? [...pattern].map(letter => letters[letter] ?? letter) : undefined);
  if (Array.isArray(kinds) && kinds.length > 0 && kinds.length <= 10_000) return kinds;
  return config.refuse('layers_block_type', kinds, 'a list of kinds of blocks');
}

const letters: Readonly<Record<string, string>> = {
  M: 'linear_attention',
  '*': 'full_attention',
  '-': 'mlp',
  E: 'moe',
};

/** Fields of experts, which are refused with their blocks, of training, and of other implementations. */
const harmless: readonly string[] = [
  ...[
    'n_routed_experts',
    'n_shared_experts',
    'moe_intermediate_size',
    'moe_shared_expert_intermediate_size',
    'n_group',
  ],
  ...['topk_group', 'num_experts_per_tok', 'norm_topk_prob', 'routed_scaling_factor', 'moe_shared_expert_overlap'],
  ...['moe_latent_size', 'mtp_layers_block_type', 'mtp_hybrid_override_pattern', 'output_router_logits', 'expand'],
  ...['chunk_size', 'mamba_proj_bias', 'mamba_ssm_cache_dtype', 'use_mamba_kernels', 'num_logits_to_keep'],
  ...['rescale_prenorm_residual', 'residual_in_fp32', 'hidden_dropout', 'attention_bias', 'num_hidden_layers'],
  ...['time_step_floor', 'time_step_max', 'time_step_min', 'sliding_window', 'attention_head_dim', 'rms_norm_eps'],
];
