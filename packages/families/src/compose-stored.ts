import { ResidualError, showShape } from '@residual/tensor';
import type { Config } from './config.js';
import type { ComposeOptions, Composition, Family } from './family.js';
import { firstDifference } from './first-difference.js';
import { isNameOf, nameOf, placesIn, type StoredArrays, tableNeed } from './names.js';

/** A composition, and what its config says once the file was asked. */
export interface StoredComposition<Composed extends Composition = Composition> {
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
export async function composeStored<Composed extends Composition>(
  family: Family<Composed>,
  config: Config,
  arrays: StoredArrays,
  { signal, ...options }: Omit<ComposeOptions, 'storedTables'> & { readonly signal?: AbortSignal } = {},
): Promise<StoredComposition<Composed>> {
  const reading = signal ? { signal } : {};
  const stored = { ...arrays, names: [...arrays.names] }; // some can be iterated only once
  const composition = family.compose(config, options);
  const differing = await differingTable(family, composition, stored, reading);
  await expectBuffers(family, config, stored, reading);
  const untied = await hasOwnHead(family, composition, stored, reading);
  if (!untied && !differing) return { composition, config, changes: {} };
  const changes = untied ? { tie_word_embeddings: false, ...family.untied?.(config) } : {};
  const changed = { ...config, ...changes };
  return { composition: family.compose(changed, { ...options, storedTables: differing }), config: changed, changes };
}

type Reading = { readonly signal?: AbortSignal };

/** Whether the file holds the tied head a second time, and differently. */
async function hasOwnHead(
  family: Family,
  { model }: Composition,
  stored: StoredArrays,
  reading: Reading,
): Promise<boolean> {
  const { head } = family;
  const places = placesIn(family, model);
  if (head === undefined || places.has('head.weight')) return false;
  const embedding = ['target', 'source', ''].map(side => places.get(`${side}${side && '.'}embedding.weight`));
  const written = embedding.find(place => place !== undefined)?.theirs;
  if (written === undefined) return false;
  const present = [...stored.names];
  const names = [written, ...[family.aliases[written] ?? []].flat()].filter(name => name !== head);
  const own = present.find(name => names.some(each => isNameOf(family, each, name)));
  if (own === undefined || !present.includes(head)) return false;
  if (stored.shapeOf(own)!.join() !== stored.shapeOf(head)!.join()) return false; // which is an error of loading
  const [a, b] = [await stored.readFloat32(own, reading), await stored.readFloat32(head, reading)];
  return a.some((value, i) => value !== b[i]);
}

/** Whether a usable table differs from its formula. Errors where another one does. */
async function differingTable(
  family: Family,
  { model }: Composition,
  stored: StoredArrays,
  reading: Reading,
): Promise<boolean> {
  let isDifferent = false;
  for (const table of family.tables ?? []) {
    const need = tableNeed(model, table);
    const name = [...stored.names].find(each => isNameOf(family, nameOf(family, table.theirs), each));
    if (!need || name === undefined) continue;
    const [shape, width] = [stored.shapeOf(name)!, need.shape[1]!];
    if (shape.at(-1) !== width) refuse(family, name, `has shape ${showShape(shape)}; its rows must hold ${width}`);
    const { offset = 0, usable = false } = table;
    const rows = (await stored.readFloat32(name, reading)).subarray(offset * width);
    const computed = need.values();
    const found = firstDifference(
      rows.subarray(0, computed.length),
      i => computed[i]!,
      () => (usable ? 1e-5 : 1e-2),
    );
    if (found && !usable) refuseNumber(family, name, found.index + offset * width, rows[found.index]!, found.expected);
    isDifferent ||= found !== undefined;
  }
  return isDifferent;
}

async function expectBuffers(family: Family, config: Config, stored: StoredArrays, reading: Reading): Promise<void> {
  for (const name of stored.names) {
    const differs = family.buffers.find(buffer => buffer.name.test(name))?.differs;
    if (!differs) continue;
    const values = await stored.readFloat32(name, reading);
    const found = differs(values, stored.shapeOf(name)!, config);
    if (found) refuseNumber(family, name, found.index, values[found.index]!, found.expected);
  }
}

function refuseNumber(family: Family, name: string, index: number, value: number, expected: number): never {
  refuse(family, name, `holds ${value} at ${index}, where ${expected} is computed; such a model cannot be composed`);
}

function refuse(family: Family, name: string, what: string): never {
  throw new ResidualError('load', `load: ${name} of this ${family.name} ${what}`);
}
