import type { ConfigReader } from '../config/config.js';

/** The sizes of a decoder. */
export interface DecoderSizes {
  /** Width of the hidden states. */
  readonly modelDim: number;
  /** Width of the hidden layer of the MLPs. */
  readonly hiddenDim: number;
  /** The number of blocks. */
  readonly depth: number;
  /** Number of query heads. */
  readonly heads: number;
  /** Number of key and value heads. */
  readonly kvHeads: number;
  /** Width of a head. */
  readonly headDim: number;
  /** The longest sequence that the model is made for. */
  readonly maxPositions: number;
  /** Number of tokens. */
  readonly vocab: number;
}

/** What absent sizes are: `kvHeads` is `heads` if it is left out, `headDim` modelDim / heads. */
export type SizeDefaults = Omit<DecoderSizes, 'kvHeads' | 'headDim'> & {
  readonly kvHeads?: number;
  readonly headDim?: number;
};

/**
 * The sizes in a config with the names of Llama: `hidden_size`, `num_attention_heads` and so on. Where
 * `num_key_value_heads` or `head_dim` is null, it follows from the others, whatever an absent one is.
 */
export function decoderSizes(config: ConfigReader, defaults: SizeDefaults): DecoderSizes {
  const modelDim = config.size('hidden_size', defaults.modelDim);
  const heads = config.size('num_attention_heads', defaults.heads);
  const absent = (name: string, value: number | undefined) => (config.has(name) ? undefined : value);
  return {
    modelDim,
    hiddenDim: config.size('intermediate_size', defaults.hiddenDim),
    depth: config.depth('num_hidden_layers', defaults.depth),
    heads,
    kvHeads: config.size('num_key_value_heads', absent('num_key_value_heads', defaults.kvHeads) ?? heads),
    headDim: config.size('head_dim', absent('head_dim', defaults.headDim) ?? modelDim / heads),
    maxPositions: config.maxPositions('max_position_embeddings', defaults.maxPositions),
    vocab: config.size('vocab_size', defaults.vocab),
  };
}

/** The options of an attention that follow from the sizes. */
export function headsOf({ modelDim, heads, kvHeads, headDim }: DecoderSizes) {
  return { modelDim, heads, kvHeads, headDim };
}
