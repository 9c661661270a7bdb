import { type HasNeeds, leavesOf, type NamedArrays, type Needs, type TableNeed, weightNeeds } from '@residual/layers';
import { ResidualError, showShape } from '@residual/tensor';
import type { Family, Row, StoredTable } from './family.js';

/** Arrays of a file by the file's names. */
export interface StoredArrays {
  readonly names: Iterable<string>;
  shapeOf(name: string): readonly number[] | undefined;
  readFloat32(name: string, options: { signal?: AbortSignal }): Promise<Float32Array>;
}

/** Where one of our leaves lies in a tensor of the file. */
export interface Place {
  readonly theirs: string;
  readonly shape: readonly number[];
  /** First row along the out axis, and how many rows the file's tensor has in all. */
  readonly start: number;
  readonly rows: number;
  readonly transposed: boolean;
  /** Whether the file's shape has an axis of length 1 in front. */
  readonly leading: boolean;
  /** The number that a file without the tensor means; undefined if it must be there. */
  readonly absent: number | undefined;
}

/** The place of each leaf of a layer in the files of a family, by path. Errors when the table has no row for a leaf. */
export function placesIn(family: Family, layer: HasNeeds<unknown>): Map<string, Place> {
  const shapes = new Map(weightNeeds(layer).map(({ path, need }) => [path, need.shape]));
  const rows = family.rows.filter(({ beside }) => beside === undefined || shapes.has(beside.replace('*', '0')));
  const places = new Map<string, Place>();
  for (const path of shapes.keys()) {
    const found = rowOf(rows, path);
    if (!found) throw new ResidualError('family', `${family.name}: the table has no row for ${path}`);
    const { row, index } = found;
    const members = [row.ours].flat().map(pattern => shapes.get(pattern.replace('*', index))!);
    const start = members.slice(0, found.member).reduce((sum, shape) => sum + shape[0]!, 0);
    places.set(path, {
      theirs: nameOf(family, row.theirs.replace('*', index)),
      shape: shapes.get(path)!,
      start,
      rows: members.reduce((sum, shape) => sum + shape[0]!, 0),
      transposed: row.transposed === true && shapes.get(path)!.length === 2,
      leading: row.leading === true,
      absent: row.absent,
    });
  }
  return places;
}

/** The file's arrays under our paths, moved into our shapes as they are read. */
export function inOurNames(family: Family, layer: HasNeeds<unknown>, stored: StoredArrays): NamedArrays {
  const places = placesIn(family, layer);
  const present = new Set(stored.names);
  const nameIn = (theirs: string) => [theirs, theirs.replace(family.prefix, '')].find(name => present.has(name));
  const used = new Set<string>();
  const found = new Map<string, { name: string | undefined; place: Place }>();
  for (const [path, place] of places) {
    const name = nameIn(place.theirs) ?? aliasesOf(family, place.theirs).find(alias => present.has(alias));
    if (name === undefined && place.absent === undefined) continue;
    if (name !== undefined) used.add(name);
    found.set(path, { name, place });
  }
  const twins = new Map<string, string[]>();
  for (const { name, place } of found.values()) {
    if (name === undefined) continue;
    const others = aliasesOf(family, place.theirs).filter(alias => present.has(alias) && !used.has(alias));
    if (others.length > 0) twins.set(name, others);
    for (const alias of others) used.add(alias);
  }
  const unused = [...present].filter(name => !used.has(name) && !isComputed(family, name));
  let last: { name: string; values: Float32Array } | undefined;
  const read = async (name: string, signal?: AbortSignal) => {
    if (last?.name !== name) last = { name, values: await stored.readFloat32(name, { signal }) };
    return last.values;
  };
  return {
    names: [...found.keys(), ...unused],
    shapeOf: path => {
      const entry = found.get(path);
      if (entry?.name === undefined) return entry?.place.shape;
      return shapeIn(entry.place, stored.shapeOf(entry.name)!);
    },
    storedAs: path => {
      const entry = found.get(path);
      return entry?.name === undefined
        ? undefined
        : { held: stored.shapeOf(entry.name)!, wanted: storedShape(entry.place) };
    },
    nameIn: path => found.get(path)?.name ?? places.get(path)?.theirs ?? path,
    read: async (path, { signal }) => {
      const { name, place } = found.get(path)!;
      if (name === undefined) return new Float32Array(sizeOf(place)).fill(place.absent!);
      const values = await read(name, signal);
      for (const alias of twins.get(name) ?? []) await expectEqual(stored, name, values, alias, signal);
      const part = moveIn(place, values);
      if (place.start + place.shape[0]! === place.rows) last = undefined;
      return part;
    },
  };
}

/** Arrays by our paths as the tensors of a file of this family: the table run backwards. */
export async function inTheirNames(
  family: Family,
  layer: HasNeeds<unknown>,
  read: (path: string) => Promise<Float32Array>,
): Promise<Map<string, { shape: number[]; values: Float32Array }>> {
  const written = new Map<string, { shape: number[]; values: Float32Array }>();
  for (const [path, place] of placesIn(family, layer)) {
    const shape = storedShape(place);
    const target = written.get(place.theirs) ?? {
      shape,
      values: new Float32Array(shape.reduce((product, n) => product * n, 1)),
    };
    moveOut(place, await read(path), target.values);
    written.set(place.theirs, target);
  }
  return written;
}

/** Adds what files of a family hold beside the weights: tables by a formula, second names of what is untied. */
export function withComputed(
  family: Family,
  layer: HasNeeds<unknown>,
  written: ReadonlyMap<string, { shape: number[]; values: Float32Array }>,
): Map<string, { shape: number[]; values: Float32Array }> {
  const all = new Map(written);
  for (const table of family.tables ?? []) {
    const need = tableNeed(layer, table);
    if (table.written && need) all.set(nameOf(family, table.theirs), { shape: [...need.shape], values: need.values() });
  }
  const isUntied = weightNeeds(layer).some(({ path }) => path === 'head.weight');
  for (const [name, copies] of isUntied ? Object.entries(family.copies ?? {}) : [])
    for (const copy of copies) if (all.has(name)) all.set(copy, all.get(name)!);
  return all;
}

/** Whether a tensor of a file is one that is computed. */
function isComputed(family: Family, name: string): boolean {
  const names = (family.tables ?? []).map(({ theirs }) => nameOf(family, theirs));
  return family.buffers.some(buffer => buffer.name.test(name)) || names.some(each => isNameOf(family, each, name));
}

/** The table of positions that the layer computes; undefined where it reads one from the file. */
export function tableNeed(layer: HasNeeds<unknown>, { ours }: StoredTable): TableNeed | undefined {
  const leaves = new Map(leavesOf(layer.needs as Needs).map(({ path, need }) => [path, need]));
  const need = ours.map(path => leaves.get(path)).find(each => each !== undefined);
  return need?.kind === 'table' ? need : undefined;
}

/** The whole name of a tensor as the family writes it. */
export function nameOf(family: Family, theirs: string): string {
  return theirs.startsWith('/') ? theirs.slice(1) : family.prefix + theirs;
}

/** Whether a file may call a tensor of this whole name so: with the prefix or without. */
export function isNameOf(family: Family, whole: string, name: string): boolean {
  return name === whole || name === whole.replace(family.prefix, '');
}

function rowOf(rows: readonly Row[], path: string): { row: Row; index: string; member: number } | undefined {
  for (const row of rows) {
    for (const [member, pattern] of [row.ours].flat().entries()) {
      const [before, after] = pattern.split('*') as [string, string | undefined];
      if (after === undefined ? path === pattern : path.startsWith(before) && path.endsWith(after)) {
        const index = after === undefined ? '' : path.slice(before.length, path.length - after.length);
        if (after === undefined || /^\d+$/.test(index)) return { row, index, member };
      }
    }
  }
  return undefined;
}

function aliasesOf(family: Family, theirs: string): readonly string[] {
  return [family.aliases[theirs] ?? []].flat();
}

function sizeOf({ shape }: Place): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** The shape of the file's tensor that holds a leaf, alone or with others. */
function storedShape({ shape, rows, transposed, leading }: Place): number[] {
  const whole = [rows, ...shape.slice(1)];
  return transposed ? whole.toReversed() : leading ? [1, ...whole] : whole;
}

/** Our leaf's shape if the file's tensor is as the table says, else one that differs from it. */
function shapeIn(place: Place, stored: readonly number[]): readonly number[] {
  return stored.join() === storedShape(place).join() ? place.shape : [...stored, 0];
}

/** Transposing goes by so many rows at a time that each line of memory is touched once. */
const line = 16;

function moveIn({ shape, start, rows, transposed }: Place, values: Float32Array): Float32Array {
  const [out, width = 1] = shape as [number, number?];
  if (!transposed) return start === 0 && out === rows ? values : values.slice(start * width, (start + out) * width);
  const moved = new Float32Array(out * width);
  for (let from = 0; from < out; from += line) {
    const to = Math.min(from + line, out);
    for (let i = 0; i < width; i++)
      for (let o = from; o < to; o++) moved[o * width + i] = values[i * rows + start + o]!;
  }
  return moved;
}

function moveOut({ shape, start, rows, transposed }: Place, values: Float32Array, target: Float32Array): void {
  const [out, width = 1] = shape as [number, number?];
  if (!transposed) {
    target.set(values, start * width);
    return;
  }
  for (let i = 0; i < width; i++) for (let o = 0; o < out; o++) target[i * rows + start + o] = values[o * width + i]!;
}

async function expectEqual(
  stored: StoredArrays,
  name: string,
  values: Float32Array,
  alias: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const others = await stored.readFloat32(alias, { signal });
  const [shape, other] = [name, alias].map(each => showShape(stored.shapeOf(each)!));
  const different = shape === other ? values.findIndex((value, i) => value !== others[i]) : 0;
  if (different < 0) return;
  throw new ResidualError(
    'load',
    `load: ${name} and ${alias} are two names of one tensor but differ at ${different} (${values[different]} and ${others[different]}), shapes ${shape} and ${other}`,
  );
}
