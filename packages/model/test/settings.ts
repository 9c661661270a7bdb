import type { Fields } from './reference.js';

const yarn = { rope_type: 'yarn', factor: 4, rope_theta: 20 };

/** Configs with settings that the fixtures lack. Sizes are small, and odd if possible. */
export const settings: Readonly<Record<string, Fields>> = {
  'gpt2: exact gelu, one block, an inner width of its own, an odd vocabulary': gpt2({
    activation_function: 'gelu',
    n_layer: 1,
    n_inner: 17,
    vocab_size: 31,
  }),
  'gpt2: a head of its own, scores by depth': gpt2({
    tie_word_embeddings: false,
    scale_attn_by_inverse_layer_idx: true,
    n_layer: 3,
  }),
  'gpt2: scores not scaled': gpt2({ scale_attn_weights: false, n_head: 4 }),
  'gpt2: scores not scaled but by depth, one head, dropout that has no effect': gpt2({
    scale_attn_weights: false,
    scale_attn_by_inverse_layer_idx: true,
    n_head: 1,
    attn_pdrop: 0.1,
    resid_pdrop: 0.2,
    embd_pdrop: 0.3,
  }),
  'gpt2: relu, a large epsilon': gpt2({
    activation_function: 'relu',
    layer_norm_epsilon: 0.1,
    reorder_and_upcast_attn: true,
  }),
  'gpt2: quick_gelu': gpt2({ activation_function: 'quick_gelu' }),
  'gpt2: tanh': gpt2({ activation_function: 'tanh', torch_dtype: 'float16' }),
  'llama: one key/value head, biases everywhere, dropout that has no effect': llama({
    num_key_value_heads: 1,
    attention_bias: true,
    mlp_bias: true,
    attention_dropout: 0.2,
  }),
  'llama: heads wider than their share, grouped, tied': llama({
    num_key_value_heads: 2,
    tie_word_embeddings: true,
  }),
  'llama: heads narrower than their share, one block': llama({ head_dim: 2, num_hidden_layers: 1, hidden_act: 'gelu' }),
  'llama: older fields, linear scaling, biases on attention alone': llama({
    rope_theta: 500,
    rope_scaling: { type: 'linear', factor: 2.5 },
    attention_bias: true,
    torch_dtype: 'bfloat16',
    head_dim: null,
    num_key_value_heads: null,
    pretraining_tp: 1,
  }),
  'llama: newer fields, linear scaling, biases on the mlp alone': llama({
    rope_parameters: { rope_type: 'linear', factor: 4, rope_theta: 10000 },
    mlp_bias: true,
    layer_types: ['full_attention', 'full_attention'],
    sliding_window: null,
  }),
  'llama: yarn': llama({ rope_parameters: { ...yarn, original_max_position_embeddings: 16 } }),
  'llama: yarn, its original length left out': llama({ rope_parameters: yarn, max_position_embeddings: 40 }),
  'llama: yarn, its factor left to the lengths': llama({
    rope_parameters: { ...yarn, factor: null, attention_factor: null, original_max_position_embeddings: 8 },
  }),
  'llama: yarn, a ramp that is not rounded, temperatures by mscale': llama({
    rope_scaling: {
      type: 'yarn',
      factor: 4,
      beta_fast: 2,
      beta_slow: 0.25,
      truncate: false,
      mscale: 0.8,
      mscale_all_dim: 1.2,
      original_max_position_embeddings: 50,
    },
    rope_theta: 30,
  }),
  'llama: yarn, its temperature given, its original length in another field': llama({
    rope_parameters: { ...yarn, attention_factor: 1.3, original_max_position_embeddings: 64 },
    original_max_position_embeddings: 20,
  }),
  'llama: dynamic, beyond the length from the start': llama({
    rope_parameters: { rope_type: 'dynamic', factor: 2, rope_theta: 10000 },
    max_position_embeddings: 7,
  }),
  'llama: dynamic, beyond the length on the way': llama({
    rope_scaling: { type: 'dynamic', factor: 3 },
    max_position_embeddings: 14,
  }),
  'llama: llama3': llama({
    rope_parameters: {
      rope_type: 'llama3',
      factor: 8,
      low_freq_factor: 1,
      high_freq_factor: 4,
      original_max_position_embeddings: 32,
      rope_theta: 1000,
    },
  }),
  'llama: more tokens than the model was made for': llama({ max_position_embeddings: 9, hidden_act: 'relu2' }),
  'llama: another epsilon, gelu by tanh': llama({ rms_norm_eps: 0.05, hidden_act: 'gelu_pytorch_tanh' }),
};

function gpt2(fields: Fields): Fields {
  const sizes = { n_embd: 12, n_head: 3, n_layer: 2, n_positions: 40, vocab_size: 37, n_inner: null };
  return { model_type: 'gpt2', architectures: ['GPT2LMHeadModel'], ...sizes, ...fields };
}

function llama(fields: Fields): Fields {
  const sizes = {
    hidden_size: 16,
    intermediate_size: 11,
    num_attention_heads: 4,
    num_hidden_layers: 2,
    vocab_size: 37,
    head_dim: 12,
  };
  return { model_type: 'llama', architectures: ['LlamaForCausalLM'], ...sizes, max_position_embeddings: 64, ...fields };
}
