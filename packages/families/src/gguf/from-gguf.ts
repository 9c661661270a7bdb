import { ResidualError, showValue } from '@residual/tensor';
import type { Config } from '../config/config.js';
import type { Family } from '../family.js';
import { ArchitectureMetadata, fail, type GgufMetadata } from './metadata.js';
import { ropeFromGguf } from './rope.js';
import type { GgufTable } from './table.js';

/** A family whose models GGUF files can hold. */
export type GgufFamily<F extends Family = Family> = F & { readonly gguf: GgufTable };

/** What `configFromGguf` reads of an open file: the metadata, and the shapes of the tensors. */
export interface GgufHeader {
  readonly metadata: GgufMetadata;
  readonly tensors: ReadonlyMap<string, { readonly shape: readonly number[] }>;
}

/** The options of `configFromGguf`. */
export interface GgufConfigOptions {
  /** The values of the tensor `rope_freqs.weight`, if the file has it. */
  readonly ropeFactors?: Float32Array | undefined;
  /** Unknown metadata that does not change the results. */
  readonly ignoreConfig?: readonly string[] | undefined;
}

/** Whether a family has a table for GGUF files. */
export function isGgufFamily<F extends Family>(family: F): family is GgufFamily<F> {
  return family.gguf !== undefined;
}

/**
 * The family that `general.architecture` of a GGUF file names, among `registry`. Errors with code `family` if none has
 * it.
 */
export function familyOfGguf<F extends Family>(metadata: GgufMetadata, registry: readonly F[]): GgufFamily<F> {
  const architecture = metadata.get('general.architecture')?.value;
  const known = registry.filter(isGgufFamily);
  const match = known.find(
    ({ gguf, modelTypes }) => gguf.architecture === architecture && modelTypes.includes(gguf.modelType),
  );
  if (match) return match;
  const names = [...new Set(known.map(({ gguf }) => gguf.architecture))].join(', ');
  throw new ResidualError(
    'family',
    `familyOfGguf: general.architecture ${showValue(architecture)} is not known; known are ${names}`,
  );
}

/**
 * The config of a model in a GGUF file, with the names of `config.json`. Errors with code `config` if an entry is
 * missing, does not fit, or is not understood and may change the numbers.
 */
export function configFromGguf(
  { gguf: table, architectures }: GgufFamily,
  { metadata, tensors }: GgufHeader,
  { ropeFactors, ignoreConfig = [] }: GgufConfigOptions = {},
): Config {
  const reader = new ArchitectureMetadata(metadata, table.architecture);
  const config: Record<string, unknown> = { architectures: [architectures[0]], model_type: table.modelType };
  const vocab = vocabOf(reader, { metadata, tensors });
  readFields(table, reader, config);
  config[table.vocabField] = vocab;
  for (const [field, value] of Object.entries(table.fixedFields)) config[field] = [value].flat()[0];
  for (const [key, allowed] of Object.entries(table.fixedKeys ?? {})) {
    const value = reader.raw(key) ?? allowed;
    if (value !== allowed) reader.refuse(key, value, `${allowed} or absent`);
  }
  if (table.rotary) Object.assign(config, ropeFromGguf(reader, Number(config.head_dim), ropeFactors));
  for (const { tensor, field, present, absent } of table.presences ?? [])
    config[field] = tensors.has(tensor) ? present : absent;
  for (const [field, key] of Object.entries(specialTokenKeys)) {
    const value = metadata.get(`tokenizer.ggml.${key}`)?.value;
    config[field] = typeof value === 'number' && value < vocab ? value : null;
  }
  reader.refuseUnread([...(table.ignoredKeys ?? []), ...ignoreConfig]);
  return config;
}

const specialTokenKeys = {
  bos_token_id: 'bos_token_id',
  eos_token_id: 'eos_token_id',
  pad_token_id: 'padding_token_id',
} as const;

function readFields({ fields }: GgufTable, reader: ArchitectureMetadata, config: Record<string, unknown>): void {
  const keys = new Map<string, string>();
  for (const { key, field, type = 'uint32', fallback, readOnly } of fields) {
    const value = reader.value(key, type);
    if (value === undefined && (readOnly || fallback === undefined)) {
      if (!readOnly) fail(`metadata ${reader.prefix}${key} is missing`);
      continue;
    }
    const before = keys.get(field);
    if (value !== undefined && before !== undefined && config[field] !== value)
      fail(`metadata ${reader.prefix}${before} is ${config[field]} and ${key} is ${value}; they must be equal`);
    if (value !== undefined) {
      config[field] = value;
      keys.set(field, key);
    } else config[field] ??= typeof fallback === 'function' ? fallback(config) : fallback;
  }
}

/** The size of the vocabulary: the rows of the embedding, which all other counts must have. */
function vocabOf(reader: ArchitectureMetadata, { metadata, tensors }: GgufHeader): number {
  const rows = tensors.get(embeddingName)?.shape[0];
  if (rows === undefined) return fail(`the file has no tensor ${embeddingName}`);
  const size = reader.value('vocab_size', 'uint32') ?? rows;
  const tokens = metadata.get('tokenizer.ggml.tokens')?.value;
  const count = Array.isArray(tokens) ? tokens.length : rows;
  if (size !== rows) fail(`metadata ${reader.prefix}vocab_size is ${size}, ${embeddingName} has ${rows} rows`);
  if (count !== rows) fail(`tokenizer.ggml.tokens holds ${count} tokens, ${embeddingName} has ${rows} rows`);
  return rows;
}

const embeddingName = 'token_embd.weight';
