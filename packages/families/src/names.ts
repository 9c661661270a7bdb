import { type HasNeeds, type NamedArrays, weightNeeds } from '@residual/layers';
import { ResidualError, showShape } from '@residual/tensor';
import type { Family, Row } from './family.js';

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
}

/** The place of each leaf of a layer in the files of a family, by path. Errors when the table has no row for a leaf. */
export function placesIn(family: Family, layer: HasNeeds<unknown>): Map<string, Place> {
  const shapes = new Map(weightNeeds(layer).map(({ path, need }) => [path, need.shape]));
  const places = new Map<string, Place>();
  for (const path of shapes.keys()) {
    const found = rowOf(family.rows, path);
    if (!found) throw new ResidualError('family', `${family.name}: the table has no row for ${path}`);
    const { row, index } = found;
    const members = [row.ours].flat().map(pattern => shapes.get(pattern.replace('*', index))!);
    const start = members.slice(0, found.member).reduce((sum, shape) => sum + shape[0]!, 0);
    places.set(path, {
      theirs: row.theirs.startsWith('/') ? row.theirs.slice(1) : family.prefix + row.theirs.replace('*', index),
      shape: shapes.get(path)!,
      start,
      rows: members.reduce((sum, shape) => sum + shape[0]!, 0),
      transposed: row.transposed === true && shapes.get(path)!.length === 2,
    });
  }
  return places;
}

/** The file's arrays under our paths, moved into our shapes as they are read. */
export function inOurNames(family: Family, layer: HasNeeds<unknown>, stored: StoredArrays): NamedArrays {
  const places = placesIn(family, layer);
  const present = new Set(stored.names);
  const nameOf = (theirs: string) => [theirs, theirs.replace(family.prefix, '')].find(name => present.has(name));
  const used = new Set<string>();
  const found = new Map<string, { name: string; place: Place }>();
  for (const [path, place] of places) {
    const name = nameOf(place.theirs) ?? aliasOf(family, place.theirs, present);
    if (name === undefined) continue;
    used.add(name);
    found.set(path, { name, place });
  }
  const twins = Object.entries(family.aliases).filter(([theirs, alias]) => {
    const written = nameOf(theirs);
    return written !== undefined && used.has(written) && present.has(alias) && !used.has(alias);
  });
  for (const [, alias] of twins) used.add(alias);
  const unused = [...present].filter(name => !used.has(name) && !family.buffers.some(buffer => buffer.test(name)));
  let last: { name: string; values: Float32Array } | undefined;
  const read = async (name: string, signal?: AbortSignal) => {
    if (last?.name !== name) last = { name, values: await stored.readFloat32(name, { signal }) };
    return last.values;
  };
  return {
    names: [...found.keys(), ...unused],
    shapeOf: path => {
      const entry = found.get(path);
      return entry && shapeIn(entry.place, stored.shapeOf(entry.name)!);
    },
    storedAs: path => {
      const entry = found.get(path);
      return entry && { held: stored.shapeOf(entry.name)!, wanted: storedShape(entry.place) };
    },
    nameIn: path => found.get(path)?.name ?? places.get(path)?.theirs ?? path,
    read: async (path, { signal }) => {
      const { name, place } = found.get(path)!;
      const values = await read(name, signal);
      const [, alias] = twins.find(([theirs]) => nameOf(theirs) === name) ?? [];
      if (alias !== undefined) await expectEqual(stored, name, values, alias, signal);
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

function aliasOf(family: Family, theirs: string, present: ReadonlySet<string>): string | undefined {
  const alias = family.aliases[theirs];
  return alias !== undefined && present.has(alias) ? alias : undefined;
}

/** The shape of the file's tensor that holds a leaf, alone or with others. */
function storedShape({ shape, rows, transposed }: Place): number[] {
  const whole = [rows, ...shape.slice(1)];
  return transposed ? whole.toReversed() : whole;
}

/** Our leaf's shape if the file's tensor is as the table says, else one that differs from it. */
function shapeIn(place: Place, stored: readonly number[]): readonly number[] {
  return stored.join() === storedShape(place).join() ? place.shape : [...stored, 0];
}

function moveIn({ shape, start, rows, transposed }: Place, values: Float32Array): Float32Array {
  const [out, width = 1] = shape as [number, number?];
  if (!transposed) return start === 0 && out === rows ? values : values.slice(start * width, (start + out) * width);
  const moved = new Float32Array(out * width);
  for (let i = 0; i < width; i++) for (let o = 0; o < out; o++) moved[o * width + i] = values[i * rows + start + o]!;
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
    `load: ${name} and ${alias} are two names of one tensor but differ at ${different} (${values[different]} and ${others[different]}), shapes ${shape} and ${other}; with tie_word_embeddings false they are two`,
  );
}
