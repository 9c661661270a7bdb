import { ResidualError, showShape } from '@residual/tensor';
import type { Config } from '../config/config.js';
import type { ComposeOptions, Composition, Family } from '../family.js';
import { aliasesOf, fullNameOf, isNameOf, namesOf, tableNeed, tensorSlices } from './checkpoint-names.js';
import { firstDifference } from './first-difference.js';
import { areDifferent, type StoredArrays } from './stored-arrays.js';
import type { TensorSlice } from './tensor-slice.js';

/** The composition of a checkpoint, and its config after inspecting the file. */
export interface CheckpointComposition<Composed extends Composition = Composition> {
  readonly composition: Composed;
  readonly config: Config;
  /** The config fields that changed, with their new values. */
  readonly changes: Config;
}

/**
 * Composes the model of a checkpoint after inspecting its file, as Hugging Face transformers does. A stored head that
 * differs from the embedding is untied, whatever `tie_word_embeddings` says. A position table that differs from its
 * formula is used if the family allows it, and so are frequencies of rotary positions. Errors if any other buffer
 * differs from its computed values, with both numbers.
 */
export async function composeCheckpoint<Composed extends Composition>(
  family: Family<Composed>,
  config: Config,
  arrays: StoredArrays,
  {
    signal,
    ...options
  }: Omit<ComposeOptions, 'storedPositionTables' | 'storedFrequencies'> & { readonly signal?: AbortSignal } = {},
): Promise<CheckpointComposition<Composed>> {
  const reading = signal ? { signal } : {};
  const stored = { ...arrays, names: [...arrays.names] }; // `names` may be an iterator
  const composition = withoutMissingHead(family, config, family.compose(config, options), { stored, options });
  const hasDifferentTables = await hasDifferentTable(family, composition, stored, reading);
  const storedFrequencies = await differentBuffers(family, config, stored, reading);
  const isUntied = await hasUntiedHead(family, composition, stored, reading);
  if (!isUntied && !hasDifferentTables && !storedFrequencies) return { composition, config, changes: {} };
  const changes = isUntied ? { tie_word_embeddings: false, ...family.untiedConfig?.(config) } : {};
  const changedConfig = { ...config, ...changes };
  return {
    composition: family.compose(changedConfig, {
      ...options,
      storedPositionTables: hasDifferentTables,
      ...(storedFrequencies && { storedFrequencies }),
    }),
    config: changedConfig,
    changes,
  };
}

type ReadOptions = { readonly signal?: AbortSignal };

/**
 * The composition without the head of masked tokens, or without the pooler of pictures, if the file has no tensor of
 * it: models that embed texts keep the name of the class that they were trained from, and leave its head out.
 */
function withoutMissingHead<Composed extends Composition>(
  family: Family<Composed>,
  config: Config,
  composition: Composed,
  { stored, options }: { readonly stored: StoredArrays; readonly options: ComposeOptions },
): Composed {
  if (composition.kind !== 'masked-lm' && composition.kind !== 'image-features') return composition;
  const present = new Set(stored.names);
  const isStored = ({ checkpointName, names, otherNames }: TensorSlice) =>
    [...names, ...otherNames.flat(), ...aliasesOf(family, checkpointName)]
      .flatMap(name => namesOf(family, name))
      .some(name => present.has(name));
  const slices = [...tensorSlices(family, composition.model)];
  const head = slices.filter(([path]) => /^(transform|head|logitsBias)(\.|$)/.test(path)).map(([, slice]) => slice);
  if (head.length === 0 || head.some(isStored)) return composition;
  if (composition.kind === 'image-features') return family.compose(config, { ...options, withoutPooler: true });
  const base = composition.architecture.replace(/For[A-Z].*$/, 'Model');
  return family.compose({ ...config, architectures: [base] }, options);
}

/** Whether the checkpoint contains a head that differs from the embedding it is tied to. */
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
  const names = [embeddingName, ...aliasesOf(family, embeddingName)].filter(name => name !== head);
  const presentEmbedding = present.find(name => names.some(each => isNameOf(family, each, name)));
  if (presentEmbedding === undefined || !present.includes(head)) return false;
  if (stored.shapeOf(presentEmbedding)!.join() !== stored.shapeOf(head)!.join()) return false; // an error when loading
  return areDifferent(stored, [presentEmbedding, head], reading);
}

/** Whether a position table that may differ from its formula does. Errors if any other table differs. */
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

/**
 * The frequencies of the checkpoint that differ from the formula; undefined if none do. Errors if any other buffer
 * differs from its computed values, and if the checkpoint has frequencies that differ from one another.
 */
async function differentBuffers(
  family: Family,
  config: Config,
  stored: StoredArrays,
  reading: ReadOptions,
): Promise<number[] | undefined> {
  const frequencies: { name: string; values: Float32Array }[] = [];
  let isDifferent = false;
  for (const name of stored.names) {
    const { findDifference, areFrequencies } = family.buffers.find(buffer => buffer.name.test(name)) ?? {};
    if (!findDifference) continue;
    const values = await (stored.readNumbers ?? stored.readFloat32)(name, reading);
    const difference = findDifference(values, stored.shapeOf(name)!, config);
    if (areFrequencies) {
      frequencies.push({ name, values });
      isDifferent ||= difference !== undefined;
    } else if (difference) refuseNumber(family, name, difference.index, values[difference.index]!, difference.expected);
  }
  const [first, ...others] = frequencies;
  if (!isDifferent || !first) return undefined;
  for (const { name, values } of others) {
    const { length } = values;
    if (length !== first.values.length)
      refuse(family, name, `holds ${length} numbers, where ${first.name} holds ${first.values.length}`);
    const difference = firstDifference(values, i => first.values[i]!);
    if (difference) {
      const { index, expected } = difference;
      refuse(family, name, `holds ${values[index]} at ${index}, where ${first.name} holds ${expected}`);
    }
  }
  return [...first.values];
}

function refuseNumber(family: Family, name: string, index: number, value: number, expected: number): never {
  refuse(family, name, `holds ${value} at ${index}, where ${expected} is computed; such a model cannot be composed`);
}

function refuse(family: Family, name: string, what: string): never {
  throw new ResidualError('load', `load: ${name} of this ${family.name} ${what}`);
}
