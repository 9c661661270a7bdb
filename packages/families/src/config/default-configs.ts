import { expectOptions } from '@residual/tensor';
import type { Config } from './config.js';

/** The ids of a vocabulary's special tokens. */
export interface SpecialTokenIds {
  /** Starts a text; none if absent. */
  readonly bos?: number | undefined;
  /** Ends a text; none if absent. */
  readonly eos?: number | undefined;
  /** Pads the sequences of a batch; none if absent. */
  readonly pad?: number | undefined;
}

/** The sizes of every new model. */
interface Sizes {
  /** The number of tokens. */
  readonly vocab: number;
  /** The width of the residual stream. */
  readonly modelDim: number;
  /** Heads of each attention. */
  readonly heads: number;
  /** The number of blocks; in an encoder-decoder of the decoder. */
  readonly depth: number;
  /** The width inside the MLP; the usual width of the family if absent. */
  readonly hiddenDim?: number;
  /** Ids of the special tokens; none if absent. */
  readonly specialTokens?: SpecialTokenIds;
  /** The rate of every dropout in training; 0 if absent. */
  readonly dropout?: number;
}

/** Sizes of a decoder-only model. */
export interface DecoderSizes extends Sizes {
  /** The longest sequence. */
  readonly maxPositions: number;
}

/** Sizes of a Llama model. */
export interface LlamaSizes extends DecoderSizes {
  /** Key/value heads, each shared by heads / kvHeads query heads; `heads` if absent. */
  readonly kvHeads?: number;
  /** Whether the head shares the weight of the embedding; false if absent. */
  readonly tieWordEmbeddings?: boolean;
}

/** Sizes of an encoder-decoder. */
export interface EncoderDecoderSizes extends Sizes {
  /** The number of blocks of the encoder; `depth` if absent. */
  readonly encoderDepth?: number;
  /** Ids of the end and padding tokens; the decoder starts with `pad`. */
  readonly specialTokens: {
    /** Ends a text. */
    readonly eos: number;
    /** Pads the sequences of a batch, and starts the decoder. */
    readonly pad: number;
  };
}

/** Sizes of a Marian translator. */
export interface MarianSizes extends EncoderDecoderSizes {
  /** The longest source and the longest target. */
  readonly maxPositions: number;
}

/** Sizes of a T5 model. */
export interface T5Sizes extends EncoderDecoderSizes {
  /** Width of a head; modelDim / heads if absent. */
  readonly headDim?: number;
  /** Gated MLPs and an untied head, as in T5 1.1; false if absent. */
  readonly gated?: boolean;
}

const sizeNames = { vocab: 1, modelDim: 1, heads: 1, depth: 1, hiddenDim: 0, dropout: 0 } as const;
const decoderNames = { ...sizeNames, maxPositions: 1, specialTokens: 0 } as const;
const encoderDecoderNames = { ...sizeNames, encoderDepth: 0, specialTokens: 1 } as const;

/** The `config.json` of a new GPT-2 model with a tied head; `hiddenDim` is 4 · modelDim if absent. */
export function gpt2Config(sizes: DecoderSizes): Config {
  expectOptions('gpt2Config', sizes, decoderNames);
  const { vocab, modelDim, heads, depth, maxPositions, hiddenDim, specialTokens = {}, dropout = 0 } = sizes;
  return {
    architectures: ['GPT2LMHeadModel'],
    model_type: 'gpt2',
    vocab_size: vocab,
    n_positions: maxPositions,
    n_embd: modelDim,
    n_layer: depth,
    n_head: heads,
    n_inner: hiddenDim ?? null,
    activation_function: 'gelu_new',
    resid_pdrop: dropout,
    embd_pdrop: dropout,
    attn_pdrop: dropout,
    layer_norm_epsilon: 1e-5,
    initializer_range: 0.02,
    scale_attn_weights: true,
    scale_attn_by_inverse_layer_idx: false,
    reorder_and_upcast_attn: false,
    tie_word_embeddings: true,
    use_cache: true,
    ...idsOf(specialTokens),
  };
}

/**
 * The `config.json` of a new Llama model: rotary positions, grouped heads if `kvHeads` is given, an untied head unless
 * `tieWordEmbeddings`. `hiddenDim` is ⅔ · 4 · modelDim, rounded up to a multiple of 16, if absent.
 */
export function llamaConfig(sizes: LlamaSizes): Config {
  expectOptions('llamaConfig', sizes, { ...decoderNames, kvHeads: 0, tieWordEmbeddings: 0 });
  const {
    vocab,
    modelDim,
    heads,
    depth,
    maxPositions,
    kvHeads = heads,
    tieWordEmbeddings = false,
    specialTokens = {},
    dropout = 0,
  } = sizes;
  const { hiddenDim = 16 * Math.ceil((8 * modelDim) / 3 / 16) } = sizes;
  return {
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    vocab_size: vocab,
    hidden_size: modelDim,
    intermediate_size: hiddenDim,
    num_hidden_layers: depth,
    num_attention_heads: heads,
    num_key_value_heads: kvHeads,
    head_dim: modelDim / heads,
    hidden_act: 'silu',
    max_position_embeddings: maxPositions,
    rms_norm_eps: 1e-6,
    rope_theta: 10000,
    attention_bias: false,
    attention_dropout: dropout,
    mlp_bias: false,
    initializer_range: 0.02,
    tie_word_embeddings: tieWordEmbeddings,
    use_cache: true,
    ...idsOf(specialTokens),
  };
}

/**
 * The `config.json` of a new Marian translator with one vocabulary for both languages; the decoder starts with `pad`.
 */
export function marianConfig(sizes: MarianSizes): Config {
  expectOptions('marianConfig', sizes, { ...encoderDecoderNames, maxPositions: 1 });
  const { vocab, modelDim, heads, depth, encoderDepth = depth, maxPositions, specialTokens, dropout = 0 } = sizes;
  const { hiddenDim = 4 * modelDim } = sizes;
  return {
    architectures: ['MarianMTModel'],
    model_type: 'marian',
    vocab_size: vocab,
    decoder_vocab_size: vocab,
    d_model: modelDim,
    encoder_layers: encoderDepth,
    decoder_layers: depth,
    encoder_attention_heads: heads,
    decoder_attention_heads: heads,
    encoder_ffn_dim: hiddenDim,
    decoder_ffn_dim: hiddenDim,
    max_position_embeddings: maxPositions,
    activation_function: 'swish',
    dropout,
    attention_dropout: 0,
    activation_dropout: 0,
    encoder_layerdrop: 0,
    decoder_layerdrop: 0,
    init_std: 0.02,
    scale_embedding: true,
    static_position_embeddings: true,
    share_encoder_decoder_embeddings: true,
    tie_word_embeddings: true,
    is_encoder_decoder: true,
    use_cache: true,
    bos_token_id: null,
    eos_token_id: specialTokens.eos,
    pad_token_id: specialTokens.pad,
    decoder_start_token_id: specialTokens.pad,
    forced_eos_token_id: specialTokens.eos,
  };
}

/**
 * The `config.json` of a new T5 model: relative positions, no biases, a head that is tied unless `gated`; the decoder
 * starts with `pad`.
 */
export function t5Config(sizes: T5Sizes): Config {
  expectOptions('t5Config', sizes, { ...encoderDecoderNames, headDim: 0, gated: 0 });
  const {
    vocab,
    modelDim,
    heads,
    depth,
    encoderDepth = depth,
    hiddenDim = 4 * modelDim,
    specialTokens,
    dropout = 0,
  } = sizes;
  const { headDim = modelDim / heads, gated = false } = sizes;
  return {
    architectures: ['T5ForConditionalGeneration'],
    model_type: 't5',
    vocab_size: vocab,
    d_model: modelDim,
    d_kv: headDim,
    d_ff: hiddenDim,
    num_layers: encoderDepth,
    num_decoder_layers: depth,
    num_heads: heads,
    relative_attention_num_buckets: 32,
    relative_attention_max_distance: 128,
    dropout_rate: dropout,
    layer_norm_epsilon: 1e-6,
    initializer_factor: 1,
    feed_forward_proj: gated ? 'gated-gelu' : 'relu',
    tie_word_embeddings: !gated,
    is_encoder_decoder: true,
    use_cache: true,
    eos_token_id: specialTokens.eos,
    pad_token_id: specialTokens.pad,
    decoder_start_token_id: specialTokens.pad,
  };
}

/** Absent tokens are null; otherwise Hugging Face transformers would use its defaults. */
function idsOf({ bos, eos, pad }: SpecialTokenIds) {
  return { bos_token_id: bos ?? null, eos_token_id: eos ?? null, pad_token_id: pad ?? null };
}
