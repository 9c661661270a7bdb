import type { Config } from '../config/config.js';
import type { Buffer, WeightMapping } from '../family.js';

/** The type of a number or flag in the metadata of GGUF files. */
export type GgufType = 'uint32' | 'float32' | 'bool';

/** An entry of the metadata of GGUF files and the config field with the same value. */
export interface GgufField {
  /** The key without the name of the architecture: `block_count` for `llama.block_count`. */
  readonly key: string;
  /** The field of `config.json`. Several keys may have one field; their values must be equal. */
  readonly field: string;
  /** Default `uint32`. */
  readonly type?: GgufType;
  /** The value where a file or a config lacks it, or a function of the other fields; it must have it if absent. */
  readonly fallback?: number | ((config: Config) => unknown);
  /** Whether it is only read, because another key says the same; false if absent. */
  readonly readOnly?: boolean;
}

/** A config field that follows from the presence of a tensor. */
export interface GgufPresence {
  readonly tensor: string;
  readonly field: string;
  /** Its value if the file has the tensor, and if it has not. */
  readonly present: unknown;
  readonly absent: unknown;
}

/** How GGUF files hold the models of a family, as data: metadata and tensor names in both directions. */
export interface GgufTable {
  /** The value of `general.architecture`, and the prefix of the keys. */
  readonly architecture: string;
  /** The `model_type` of the config that is made. */
  readonly modelType: string;
  readonly fields: readonly GgufField[];
  /** The config field of the size of the vocabulary, which is the number of rows of `token_embd.weight`. */
  readonly vocabField: string;
  /** Whether `rope.freq_base`, `rope.scaling.*` and `rope_freqs.weight` say how positions rotate; false if absent. */
  readonly rotary?: boolean;
  /**
   * Fields whose value llama.cpp takes for granted. Of several spellings of one value the first is written to configs.
   */
  readonly fixedFields: Readonly<Record<string, unknown>>;
  /** Keys whose only value means that a feature is not used. */
  readonly fixedKeys?: Readonly<Record<string, unknown>>;
  readonly presences?: readonly GgufPresence[];
  /** Keys that do not change the numbers. */
  readonly ignoredKeys?: readonly string[];
  /** The tensors, which are never transposed and have no prefix. */
  readonly mappings: readonly WeightMapping[];
  /** The tensors besides the weights that a file may have. */
  readonly buffers?: readonly Buffer[];
  /**
   * Matrices and biases of which llama.cpp interleaves the two halves of the rows of each head, because it rotates
   * neighbours, and the config field of their heads: by their names without the number of the block.
   */
  readonly interleavedRows?: Readonly<Record<string, string>>;
}

/** The mappings of tensors `NAME.weight` and `NAME.bias` to paths. */
export function tensorMappings(paths: Readonly<Record<string, string | readonly string[]>>): WeightMapping[] {
  return Object.entries(paths).flatMap(([name, path]) =>
    ['weight', 'bias'].map(leaf => ({
      checkpointName: `${name}.${leaf}`,
      path: typeof path === 'string' ? `${path}.${leaf}` : path.map(each => `${each}.${leaf}`),
    })),
  );
}

/** The names of the parts of a block, which are the same in all architectures of llama.cpp. */
const blockParts = {
  attn_norm: 'attentionNorm',
  attn_q: 'attention.query',
  attn_k: 'attention.key',
  attn_v: 'attention.value',
  attn_output: 'attention.output',
  ffn_norm: 'mlpNorm',
  ffn_gate: 'mlp.gate',
  ffn_up: 'mlp.up',
  ffn_down: 'mlp.down',
} as const;

/** The tensors of the blocks of one side, such as `blk.*` of `decoder`; `parts` replaces and adds parts of a block. */
export function blockPaths(
  name: string,
  side: string,
  parts: Readonly<Record<string, string | readonly string[] | undefined>> = {},
): Record<string, string | readonly string[]> {
  const prefixed = (path: string) => `${side}.layers.*.${path}`;
  return Object.fromEntries(
    Object.entries<string | readonly string[] | undefined>({ ...blockParts, ...parts }).flatMap(([part, path]) =>
      path === undefined
        ? []
        : [[`${name}.${part}`, typeof path === 'string' ? prefixed(path) : path.map(prefixed)] as const],
    ),
  );
}

/** The tensors of a decoder-only model; `parts` as in `blockPaths`. */
export function decoderMappings(parts?: Readonly<Record<string, string | readonly string[] | undefined>>) {
  return tensorMappings({
    token_embd: 'embedding',
    position_embd: 'positions',
    ...blockPaths('blk.*', 'decoder', parts),
    output_norm: 'decoder.norm',
    output: 'head',
  });
}
