import { ResidualError, showShape } from '@residual/tensor';
import { fullNameOf, isNameOf, type StoredArrays, tableNeed, tensorSlices } from './checkpoint-names.js';
import type { Config } from './config.js';
import type { ComposeOptions, Composition, Family } from './family.js';
import { firstDifference } from './first-difference.js';

/** A composition, and what its config says once the file was asked. */
export interface CheckpointComposition<Composed extends Composition = Composition> {
  readonly composition: Composed;
  readonly config: Config;
  /** The fields of the config that the file changed, with what they are now. */
  readonly changes: Config;
}

/**
 * What a checkpoint is composed of where its file tells more than its config, as in the reference: a head that differs from the embedding is a head of its own, whatever
 * `tie_word_embeddings` says; a table of positions that differs from its formula is used where the family can use one. Errors on every other buffer that is not what is
 * computed in its place, with both numbers.
 */
export async function composeCheckpoint<Composed extends Composition>(
  family: Family<Composed>,
  config: Config,
  arrays: StoredArrays,
  { signal, ...options }: Omit<ComposeOptions, 'storedPositionTables'> & { readonly signal?: AbortSignal } = {},
): Promise<CheckpointComposition<Composed>> {
  const reading = signal ? { signal } : {};
  const stored = { ...arrays, names: [...arrays.names] }; // some can be iterated only once
  const composition = family.compose(config, options);
  const hasDifferentTables = await hasDifferentTable(family, composition, stored, reading);
  await expectBuffers(family, config, stored, reading);
  const untied = await hasUntiedHead(family, composition, stored, reading);
  if (!untied && !hasDifferentTables) return { composition, config, changes: {} };
  const changes = untied ? { tie_word_embeddings: false, ...family.untiedConfig?.(config) } : {};
  const changedConfig = { ...config, ...changes };
  return {
    composition: family.compose(changedConfig, { ...options, storedPositionTables: hasDifferentTables }),
    config: changedConfig,
    changes,
  };
}

type ReadOptions = { readonly signal?: AbortSignal };

/** Whether the file holds the tied head a second time, and differently. */
async function hasUntiedHead(
  family: Family,
  { model }: Composition,
  stored: StoredArrays,
  reading: ReadOptions,
): Promise<boolean> {
  const { head } = family;
  const slices = tensorSlices(family, model);
  if (head === undefined || slices.has('head.weight')) return false;
  const embedding = ['target', 'source', ''].map(side => slices.get(`${side}${side && '.'}embedding.weight`));
  const embeddingName = embedding.find(slice => slice !== undefined)?.checkpointName;
  if (embeddingName === undefined) return false;
  const present = [...stored.names];
  const names = [embeddingName, ...[family.aliases[embeddingName] ?? []].flat()].filter(name => name !== head);
  const presentEmbedding = present.find(name => names.some(each => isNameOf(family, each, name)));
  if (presentEmbedding === undefined || !present.includes(head)) return false;
  if (stored.shapeOf(presentEmbedding)!.join() !== stored.shapeOf(head)!.join()) return false; // which is an error of loading
  const [a, b] = [await stored.readFloat32(presentEmbedding, reading), await stored.readFloat32(head, reading)];
  return a.some((value, i) => value !== b[i]);
}

/** Whether a table that may differ from its formula does. Errors where another one does. */
async function hasDifferentTable(
  family: Family,
  { model }: Composition,
  stored: StoredArrays,
  reading: ReadOptions,
): Promise<boolean> {
  let isDifferent = false;
  for (const table of family.positionTables ?? []) {
    const need = tableNeed(model, table);
    const name = [...stored.names].find(each => isNameOf(family, fullNameOf(family, table.checkpointName), each));
    if (!need || name === undefined) continue;
    const [shape, width] = [stored.shapeOf(name)!, need.shape[1]!];
    if (shape.at(-1) !== width) refuse(family, name, `has shape ${showShape(shape)}; its rows must hold ${width}`);
    const { offset = 0, mayDiffer = false } = table;
    const rows = (await stored.readFloat32(name, reading)).subarray(offset * width);
    const computed = need.values();
    const difference = firstDifference(
      rows.subarray(0, computed.length),
      i => computed[i]!,
      () => (mayDiffer ? 1e-5 : 1e-2),
    );
    if (difference && !mayDiffer)
      refuseNumber(family, name, difference.index + offset * width, rows[difference.index]!, difference.expected);
    isDifferent ||= difference !== undefined;
  }
  return isDifferent;
}

async function expectBuffers(
  family: Family,
  config: Config,
  stored: StoredArrays,
  reading: ReadOptions,
): Promise<void> {
  for (const name of stored.names) {
    const findDifference = family.buffers.find(buffer => buffer.name.test(name))?.findDifference;
    if (!findDifference) continue;
    const values = await stored.readFloat32(name, reading);
    const difference = findDifference(values, stored.shapeOf(name)!, config);
    if (difference) refuseNumber(family, name, difference.index, values[difference.index]!, difference.expected);
  }
}

function refuseNumber(family: Family, name: string, index: number, value: number, expected: number): never {
  refuse(family, name, `holds ${value} at ${index}, where ${expected} is computed; such a model cannot be composed`);
}

function refuse(family: Family, name: string, what: string): never {
  throw new ResidualError('load', `load: ${name} of this ${family.name} ${what}`);
}
