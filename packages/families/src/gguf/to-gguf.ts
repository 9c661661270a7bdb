import { type HasNeeds, sizeOf } from '@residual/layers';
import { ResidualError, showValue } from '@residual/tensor';
import { tensorSlices } from '../checkpoint/checkpoint-names.js';
import { storedShape, type TensorSlice, writeSlice } from '../checkpoint/tensor-slice.js';
import type { Config } from '../config/config.js';
import type { Family } from '../family.js';
import { type GgufFamily, isGgufFamily } from './from-gguf.js';
import { ggufLayout, interleavedHeads, interleavedRow } from './layout.js';
import type { GgufEntry } from './metadata.js';
import { ropeFactorsName, ropeToGguf } from './rope.js';

/** A tensor of a GGUF file that is made when it is written. */
export interface GgufTensorSource {
  readonly shape: readonly number[];
  /** Whether it is a table of positions, which llama.cpp keeps in float32. */
  readonly isPositions: boolean;
  readonly values: () => Promise<Float32Array>;
}

/** A model for a GGUF file. */
export interface GgufModel {
  readonly metadata: Map<string, GgufEntry>;
  readonly tensors: Map<string, GgufTensorSource>;
}

/**
 * The metadata and the tensors of a model in a GGUF file, from its config and its arrays by weight path. Errors with
 * code `gguf` if llama.cpp has no such architecture, or computes something else for a field of the config.
 */
export function modelToGguf(
  family: Family,
  config: Config,
  layer: HasNeeds<unknown>,
  read: (path: string) => Promise<Float32Array>,
): GgufModel {
  if (!isGgufFamily(family)) return refuse(`GGUF files have no architecture for ${family.name}`);
  const { entries, factors } = metadataOf(family, config);
  const groups = new Map<string, { path: string; slice: TensorSlice }[]>();
  for (const [path, slice] of tensorSlices(ggufLayout(family), layer)) {
    const members = groups.get(slice.checkpointName) ?? [];
    groups.set(slice.checkpointName, [...members, { path, slice }]);
  }
  const tensors = new Map<string, GgufTensorSource>();
  if (factors)
    tensors.set(ropeFactorsName, { shape: [factors.length], isPositions: true, values: async () => factors });
  for (const [name, members] of groups) {
    const shape = storedShape(members[0]!.slice);
    const heads = interleavedHeads(family, config, name);
    const isPositions = members.some(({ path }) => /(^|\.)positions\./.test(path));
    const values = async () => {
      const values = new Float32Array(sizeOf({ shape }));
      for (const { path, slice } of members) writeSlice(slice, await read(path), values);
      return heads === undefined ? values : interleave(values, shape[0]!, heads);
    };
    tensors.set(name, { shape, isPositions, values });
  }
  return { metadata: entries, tensors };
}

function interleave(values: Float32Array, rows: number, heads: number): Float32Array {
  const width = values.length / rows;
  const result = new Float32Array(values.length);
  for (let row = 0; row < rows; row++)
    result.set(values.subarray(row * width, (row + 1) * width), interleavedRow(row, rows / heads) * width);
  return result;
}

function metadataOf(family: GgufFamily, config: Config): { entries: Map<string, GgufEntry>; factors?: Float32Array } {
  const { gguf: table } = family;
  expectFixedFields(family, config);
  const entries = new Map<string, GgufEntry>([['general.architecture', { type: 'string', value: table.architecture }]]);
  const resolved: Record<string, unknown> = { ...config };
  const set = (key: string, entry: GgufEntry) => entries.set(`${table.architecture}.${key}`, entry);
  for (const { key, field, type = 'uint32', fallback, readOnly } of table.fields) {
    resolved[field] ??= typeof fallback === 'function' ? fallback(resolved) : fallback;
    const value = resolved[field];
    if (value === undefined) refuse(`the config of this ${family.name} lacks ${field}`);
    if (!readOnly) set(key, { type, value } as GgufEntry);
  }
  const vocab = config[table.vocabField];
  if (typeof vocab === 'number') set('vocab_size', { type: 'uint32', value: vocab });
  if (!table.rotary) return { entries };
  const maxPositions = Number(resolved.max_position_embeddings);
  const rope = ropeToGguf(family.name, config, { maxPositions, headDim: Number(resolved.head_dim) });
  for (const [key, entry] of Object.entries(rope.entries)) set(key, entry);
  return { entries, ...(rope.factors && { factors: rope.factors }) };
}

/** Throws if llama.cpp computes something else for a field. */
function expectFixedFields({ name, gguf }: GgufFamily, config: Config): void {
  const present = gguf.presences?.map(({ field, present, absent }) => [field, [present, absent]] as const) ?? [];
  for (const [field, allowed] of [...Object.entries(gguf.fixedFields), ...present]) {
    const values: unknown[] = [allowed].flat();
    const value = config[field];
    if (value === undefined || value === null || values.includes(value)) continue;
    const expected = values.map(each => showValue(each)).join(' or ');
    refuse(`${field} of this ${name} is ${showValue(value)}; GGUF files of ${gguf.architecture} mean ${expected}`);
  }
}

function refuse(what: string): never {
  throw new ResidualError('gguf', `modelToGguf: ${what}`);
}
