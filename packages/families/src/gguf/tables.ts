import type { Config } from '../config/config.js';
import { blockPaths, decoderMappings, type GgufField, type GgufTable, tensorMappings } from './table.js';

const headDimOf = (config: Config) => Number(config.hidden_size) / Number(config.num_attention_heads);

/** The keys of decoder-only models with rotary positions and RMS norm. */
const rotaryDecoderFields: readonly GgufField[] = [
  { key: 'block_count', field: 'num_hidden_layers' },
  { key: 'context_length', field: 'max_position_embeddings' },
  { key: 'embedding_length', field: 'hidden_size' },
  { key: 'feed_forward_length', field: 'intermediate_size' },
  { key: 'attention.head_count', field: 'num_attention_heads' },
  {
    key: 'attention.head_count_kv',
    field: 'num_key_value_heads',
    fallback: ({ num_attention_heads: heads }) => heads,
  },
  { key: 'attention.layer_norm_rms_epsilon', field: 'rms_norm_eps', type: 'float32' },
  { key: 'attention.key_length', field: 'head_dim', fallback: headDimOf },
  { key: 'attention.value_length', field: 'head_dim', fallback: headDimOf },
  { key: 'rope.dimension_count', field: 'head_dim', fallback: headDimOf },
];

/** Keys of features that these models do not have. */
const noExperts = { expert_count: 0, expert_used_count: 0, expert_group_count: 0, expert_group_used_count: 0 };

/** The table of Llama, and of models with its layout. */
export const llamaGguf = (): GgufTable => ({
  architecture: 'llama',
  modelType: 'llama',
  fields: rotaryDecoderFields,
  vocabField: 'vocab_size',
  rotary: true,
  fixedFields: { hidden_act: ['silu', 'swish'] },
  fixedKeys: { ...noExperts, 'attention.causal': true, use_parallel_residual: false },
  presences: [
    { tensor: 'output.weight', field: 'tie_word_embeddings', present: false, absent: true },
    { tensor: 'blk.0.attn_q.bias', field: 'attention_bias', present: true, absent: false },
    { tensor: 'blk.0.ffn_up.bias', field: 'mlp_bias', present: true, absent: false },
  ],
  ignoredKeys: ['tensor_data_layout', 'rope.scaling.finetuned'],
  mappings: decoderMappings(),
  interleavedRows: { attn_q: 'num_attention_heads', attn_k: 'num_key_value_heads' },
});

/** The table of GPT-2. */
export const gpt2Gguf = (): GgufTable => ({
  architecture: 'gpt2',
  modelType: 'gpt2',
  fields: [
    { key: 'block_count', field: 'n_layer' },
    { key: 'context_length', field: 'n_positions' },
    { key: 'embedding_length', field: 'n_embd' },
    { key: 'feed_forward_length', field: 'n_inner', fallback: ({ n_embd: width }) => 4 * Number(width) },
    { key: 'attention.head_count', field: 'n_head' },
    { key: 'attention.head_count_kv', field: 'n_head', readOnly: true },
    { key: 'attention.layer_norm_epsilon', field: 'layer_norm_epsilon', type: 'float32', fallback: 1e-5 },
  ],
  vocabField: 'vocab_size',
  fixedFields: {
    activation_function: ['gelu_new', 'gelu_fast', 'gelu_pytorch_tanh', 'gelu_python_tanh', 'gelu_accurate'],
    scale_attn_weights: true,
    scale_attn_by_inverse_layer_idx: false,
  },
  presences: [{ tensor: 'output.weight', field: 'tie_word_embeddings', present: false, absent: true }],
  mappings: decoderMappings({
    attn_q: undefined,
    attn_k: undefined,
    attn_v: undefined,
    attn_qkv: ['attention.query', 'attention.key', 'attention.value'],
  }),
});

const t5Parts = {
  attn_output: undefined,
  attn_o: 'attention.output',
} as const;

/**
 * The table of T5 and mT5. A file does not say whether the output is scaled before the head: that of a tied T5 is, so
 * that models without scaling need a head of their own.
 */
export const t5Gguf = (mayScale: boolean): GgufTable => ({
  architecture: 't5',
  modelType: 't5',
  fields: [
    { key: 'block_count', field: 'num_layers' },
    { key: 'decoder_block_count', field: 'num_decoder_layers', fallback: ({ num_layers: depth }) => depth },
    { key: 'context_length', field: 'n_positions', fallback: 512 },
    { key: 'embedding_length', field: 'd_model' },
    { key: 'feed_forward_length', field: 'd_ff' },
    { key: 'attention.head_count', field: 'num_heads' },
    { key: 'attention.head_count_kv', field: 'num_heads', readOnly: true },
    { key: 'attention.key_length', field: 'd_kv', fallback: 64 },
    { key: 'attention.value_length', field: 'd_kv', fallback: 64 },
    { key: 'attention.layer_norm_rms_epsilon', field: 'layer_norm_epsilon', type: 'float32', fallback: 1e-6 },
    { key: 'attention.layer_norm_epsilon', field: 'layer_norm_epsilon', type: 'float32', fallback: 1e-6 },
    { key: 'attention.relative_buckets_count', field: 'relative_attention_num_buckets', fallback: 32 },
    { key: 'decoder_start_token_id', field: 'decoder_start_token_id', fallback: 0 },
  ],
  vocabField: 'vocab_size',
  fixedFields: {
    relative_attention_max_distance: 128,
    is_encoder_decoder: true,
    ...(!mayScale && { tie_word_embeddings: false }),
  },
  presences: [
    { tensor: 'output.weight', field: 'tie_word_embeddings', present: false, absent: true },
    { tensor: 'enc.blk.0.ffn_gate.weight', field: 'feed_forward_proj', present: 'gated-gelu', absent: 'relu' },
  ],
  mappings: tensorMappings({
    token_embd: 'source.embedding',
    'enc.blk.0.attn_rel_b': 'encoder.positions',
    ...blockPaths('enc.blk.*', 'encoder', t5Parts),
    'enc.output_norm': 'encoder.norm',
    'dec.blk.0.attn_rel_b': 'decoder.positions',
    ...blockPaths('dec.blk.*', 'decoder', {
      ...t5Parts,
      cross_attn_norm: 'crossAttentionNorm',
      cross_attn_q: 'crossAttention.query',
      cross_attn_k: 'crossAttention.key',
      cross_attn_v: 'crossAttention.value',
      cross_attn_o: 'crossAttention.output',
    }),
    'dec.output_norm': 'decoder.norm',
    output: 'head',
  }),
  // Files of early T5 checkpoints contain this tensor, but cross-attention has no position bias.
  buffers: [{ name: /^dec\.blk\.\d+\.cross_attn_rel_b\.weight$/ }],
});
