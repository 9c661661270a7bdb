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

/**
 * What absent sizes are: `hiddenDim` is 4 modelDim if it is left out, `kvHeads` is `heads`, `headDim` modelDim / heads.
 */
export type SizeDefaults = Omit<DecoderSizes, 'hiddenDim' | 'kvHeads' | 'headDim'> & {
  readonly hiddenDim?: number;
  readonly kvHeads?: number;
  readonly headDim?: number;
};

/** The names of Llama. */
const llamaNames = {
  modelDim: 'hidden_size',
  hiddenDim: 'intermediate_size',
  depth: 'num_hidden_layers',
  heads: 'num_attention_heads',
  kvHeads: 'num_key_value_heads',
  headDim: 'head_dim',
  maxPositions: 'max_position_embeddings',
  vocab: 'vocab_size',
} as const satisfies Record<keyof DecoderSizes, string>;

/** The names of GPT-2. */
export const gpt2Names: SizeNames = {
  modelDim: 'n_embd',
  hiddenDim: 'n_inner',
  depth: 'n_layer',
  heads: 'n_head',
  maxPositions: 'n_positions',
};

/** Names that a family has for its sizes beside those of Llama. */
export type SizeNames = Partial<Record<keyof DecoderSizes, string>>;

/**
 * The sizes in a config with the names of Llama: `hidden_size`, `num_attention_heads` and so on; the names of `names`
 * take precedence over those. Where the number of key and value heads or `head_dim` is null, it follows from the
 * others, whatever an absent one is.
 */
export function decoderSizes(config: ConfigReader, defaults: SizeDefaults, names: SizeNames = {}): DecoderSizes {
  const nameOf = (size: keyof DecoderSizes) => {
    const own = names[size];
    return own !== undefined && config.value(own) !== undefined ? own : llamaNames[size];
  };
  const absent = (name: string, value: number | undefined) => (config.has(name) ? undefined : value);
  const [kvHeads, headDim] = [nameOf('kvHeads'), nameOf('headDim')];
  const modelDim = config.size(nameOf('modelDim'), defaults.modelDim);
  const heads = config.size(nameOf('heads'), defaults.heads);
  return {
    modelDim,
    hiddenDim: config.size(nameOf('hiddenDim'), defaults.hiddenDim ?? 4 * modelDim),
    depth: config.depth(nameOf('depth'), defaults.depth),
    heads,
    kvHeads: config.size(kvHeads, absent(kvHeads, defaults.kvHeads) ?? heads),
    headDim: config.size(headDim, absent(headDim, defaults.headDim) ?? modelDim / heads),
    maxPositions: config.maxPositions(nameOf('maxPositions'), defaults.maxPositions),
    vocab: config.size(nameOf('vocab'), defaults.vocab),
  };
}

/** The options of an attention that follow from the sizes. */
export function headsOf({ modelDim, heads, kvHeads, headDim }: DecoderSizes) {
  return { modelDim, heads, kvHeads, headDim };
}
