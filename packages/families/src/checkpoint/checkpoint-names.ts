import {
  type HasNeeds,
  leavesOf,
  type NamedArrays,
  type Needs,
  readSlice,
  type StoredRows,
  type StoredSlice,
  sizeOf,
  type TableNeed,
  type WeightNeed,
  weightNeeds,
} from '@residual/layers';
import { ResidualError } from '@residual/tensor';
import type { Family, PositionTable, WeightMapping } from '../family.js';
import { type Arrangement, rowsInOrder, runsOf } from './arrangement.js';
import { type StoredArrays, storedRows } from './stored-arrays.js';
import { leafShape, splitTensors, storedShape, type TensorSlice, writeSlice } from './tensor-slice.js';

/** The slice of each weight of a layer in the checkpoints of a family, by path. Errors if a weight has no mapping. */
export function tensorSlices(family: Family, layer: HasNeeds<unknown>): Map<string, TensorSlice> {
  const needs = new Map(weightNeeds(layer).map(({ path, need }) => [path, need]));
  const slices = new Map<string, TensorSlice>();
  for (const path of needs.keys()) {
    const match = mappingOf(family.mappings, path, needs);
    if (!match) throw new ResidualError('family', `${family.name}: there is no mapping for ${path}`);
    slices.set(path, sliceOf(family, match, needs, path));
  }
  return slices;
}

function sliceOf(
  family: Family,
  { mapping, indices, member }: MappingMatch,
  needs: ReadonlyMap<string, WeightNeed>,
  path: string,
): TensorSlice {
  const paths = [mapping.path].flat().map(pattern => withIndices(pattern, indices));
  const rows = paths.map(each => needs.get(each)?.shape[0] ?? 0);
  const { shape } = needs.get(path)!;
  const fullName = (name: string) => fullNameOf(family, withIndices(name, indices));
  const names = [mapping.checkpointName, ...(mapping.otherNames ?? [])].map(fullName);
  const arrangement = arrangementOf(mapping, paths, needs, rows);
  const experts = Array.from({ length: arrangement?.kind === 'apart' ? arrangement.experts : 1 }, (_, i) => `${i}`);
  return {
    checkpointName: names[0]!.replace('#', '*'),
    names: experts.map(expert => names[0]!.replace('#', expert)),
    otherNames: experts.map(expert => names.slice(1).map(name => name.replace('#', expert))),
    shape,
    start: rows.slice(0, member).reduce((sum, count) => sum + count, 0),
    totalRows: rows.reduce((sum, count) => sum + count, 0),
    transposed: !arrangement && mapping.transposed === true && shape.length === 2,
    unitAxis: mapping.unitAxis,
    defaultValue: mapping.defaultValue,
    arrangement: arrangement && { ...arrangement, member },
  };
}

/** How a mapping arranges rows; undefined if they follow each other. */
function arrangementOf(
  { checkpointName, interleaved, stacked, transposed, inAxes: order }: WeightMapping,
  paths: readonly string[],
  needs: ReadonlyMap<string, WeightNeed>,
  rows: readonly number[],
): Arrangement | undefined {
  const isApart = checkpointName.includes('#');
  const first = needs.get(paths[0]!);
  const lengths = first?.kind === 'matrix' ? first.inAxes : undefined;
  const columns = order && lengths ? { lengths, order } : undefined;
  if (!isApart && !stacked && interleaved === undefined && !columns) return undefined;
  const matrices = paths.map(path => needs.get(path.replace(/bias$/, 'weight')) ?? needs.get(path));
  const last = matrices.at(-1);
  const experts = isApart || stacked ? (last?.experts ?? 1) : 1;
  const heads = last?.kind === 'matrix' ? last.heads : 1;
  const blocks = interleaved === 'heads' ? heads : interleaved === 'rows' ? rows[0]! / experts : (interleaved ?? 1);
  const isMatrix = first?.shape.length === 2;
  return {
    memberRows: rows.map(count => count / experts),
    experts,
    blocks,
    kind: isApart ? 'apart' : stacked ? 'stacked' : 'plain',
    transposed: transposed === true && isMatrix,
    ...(columns && { columns }),
  };
}

/** The tensors of a checkpoint that hold a weight: one, or one of each expert. */
interface Entry {
  readonly slice: TensorSlice;
  /** Their names in the file; undefined if the file lacks one. */
  readonly names: readonly string[] | undefined;
  readonly hasRowsAlongOut: boolean;
}

/**
 * The arrays of a checkpoint under weight paths, for `load` of `@residual/layers`. Each is sliced and transposed when
 * it is read. Reading errors if aliases of one tensor differ.
 */
export function fromCheckpoint(family: Family, layer: HasNeeds<unknown>, arrays: StoredArrays): NamedArrays {
  const stored = family.unified?.(arrays) ?? arrays;
  const slices = tensorSlices(family, layer);
  const checkpointNames = [...stored.names]; // `names` may be an iterator
  const present = new Set(checkpointNames);
  const usedNames = new Set<string>();
  const entries = new Map<string, Entry>();
  for (const [path, slice] of slices) {
    const names = presentNames(family, slice, present);
    if (!names && slice.defaultValue === undefined) continue;
    for (const name of names ?? []) usedNames.add(name);
    const hasRowsAlongOut = names?.[0] !== undefined && stored.hasRowsAlongOut?.(names[0]) === true;
    entries.set(path, { names, hasRowsAlongOut, slice: hasRowsAlongOut ? { ...slice, transposed: false } : slice });
  }
  const duplicates = duplicatesOf(family, entries.values(), present, usedNames);
  const unused = [...present].filter(name => !usedNames.has(name) && !isComputedTensor(family, name));
  const tensors = new Map<string, StoredRows>();
  const tensorOf = ({ names, slice, hasRowsAlongOut }: Entry): StoredRows => {
    const key = names![0]!;
    const existing = tensors.get(key);
    if (existing) return existing;
    const parts = names!.map(name => storedRows(stored, name, duplicates.get(name)));
    const { arrangement, shape } = slice;
    const rows = arrangement ? rowsInOrder(arrangement, parts, { width: shape[1], hasRowsAlongOut }) : parts[0]!;
    tensors.set(key, rows);
    return rows;
  };
  const storedSlice = (path: string): StoredSlice | undefined => {
    const entry = entries.get(path)!;
    const { start, transposed, unitAxis, shape, arrangement } = entry.slice;
    if (!entry.names || unitAxis !== undefined || shape.length === 0) return undefined;
    const runs = arrangement && runsOf(arrangement, arrangement.member);
    return { rows: tensorOf(entry), start, runs, transposed };
  };
  /** The first stored shape that does not fit; the expected one if all do. */
  const storedShapes = ({ names, slice, hasRowsAlongOut }: Entry) => {
    const { arrangement, totalRows, shape } = slice;
    const isFlat = hasRowsAlongOut && arrangement?.kind !== 'apart';
    const expected = isFlat ? [totalRows, ...shape.slice(1)] : storedShape(slice);
    const other = names!.map(name => stored.shapeOf(name)!).find(each => each.join() !== expected.join());
    return { stored: other ?? expected, expected };
  };
  return {
    names: [...inFileOrder(checkpointNames, entries), ...unused],
    shapeOf: path => {
      const entry = entries.get(path);
      if (!entry?.names) return entry?.slice.shape;
      const { stored, expected } = storedShapes(entry);
      return leafShape(entry.slice, stored, expected);
    },
    storedShape: path => {
      const entry = entries.get(path);
      return entry?.names && storedShapes(entry);
    },
    sourceName: path => {
      const [slice, names] = [slices.get(path), entries.get(path)?.names];
      return (names?.length === 1 ? names[0] : slice?.checkpointName) ?? path;
    },
    sliceOf: storedSlice,
    read: async (path, options) => {
      const { names, slice } = entries.get(path)!;
      if (!names) return new Float32Array(sizeOf(slice)).fill(slice.defaultValue!);
      const part = storedSlice(path);
      return part ? readSlice(part, slice.shape, options) : stored.readFloat32(names[0]!, options);
    },
  };
}

/** The names under which a file has the tensors of a slice; undefined if it lacks one. */
function presentNames(family: Family, slice: TensorSlice, present: ReadonlySet<string>): string[] | undefined {
  const found = slice.names.map((name, i) =>
    [name, ...slice.otherNames[i]!].flatMap(each => namesOf(family, each)).find(each => present.has(each)),
  );
  if (found.every(name => name !== undefined)) return found as string[];
  const alias = aliasesOf(family, slice.checkpointName).find(each => present.has(each));
  return alias === undefined ? undefined : [alias];
}

/** The other names of each tensor in the file, which hold the same values; they count as used. */
function duplicatesOf(
  family: Family,
  entries: Iterable<Entry>,
  present: ReadonlySet<string>,
  usedNames: Set<string>,
): ReadonlyMap<string, readonly string[]> {
  const duplicates = new Map<string, string[]>();
  for (const { names, slice } of entries) {
    if (names?.length !== 1) continue;
    const others = aliasesOf(family, slice.checkpointName).filter(alias => present.has(alias) && !usedNames.has(alias));
    if (others.length > 0) duplicates.set(names[0]!, others);
    for (const alias of others) usedNames.add(alias);
  }
  return duplicates;
}

/** The paths of entries in the order of the data in the file; weights that it lacks come first. */
function inFileOrder(checkpointNames: readonly string[], entries: ReadonlyMap<string, Entry>) {
  const order = new Map(checkpointNames.map((name, index) => [name, index]));
  const indexOf = (path: string) => order.get(entries.get(path)!.names?.[0] ?? '') ?? -1;
  return [...entries.keys()].sort((a, b) => indexOf(a) - indexOf(b));
}

/** The inverse of `fromCheckpoint`: the tensors of a checkpoint of this family from arrays by weight path. */
export async function toCheckpoint(
  family: Family,
  layer: HasNeeds<unknown>,
  read: (path: string) => Promise<Float32Array>,
): Promise<Map<string, { shape: number[]; values: Float32Array }>> {
  const groups = new Map<string, { slice: TensorSlice; values: Float32Array }>();
  for (const [path, slice] of tensorSlices(family, layer)) {
    const size = slice.names.length * sizeOf({ shape: storedShape(slice) });
    const group = groups.get(slice.checkpointName) ?? { slice, values: new Float32Array(size) };
    writeSlice(slice, await read(path), group.values);
    groups.set(slice.checkpointName, group);
  }
  const tensors = new Map<string, { shape: number[]; values: Float32Array }>();
  for (const { slice, values } of groups.values())
    for (const [i, part] of splitTensors(slice, values).entries())
      tensors.set(slice.names[i]!, { shape: storedShape(slice), values: part });
  return tensors;
}

/**
 * Adds the computed tensors that the family's checkpoints contain: position tables, numbers that are no weights, and
 * copies of untied embeddings.
 */
export function withComputedTensors<Tensor>(
  family: Family,
  layer: HasNeeds<unknown>,
  tensors: ReadonlyMap<string, Tensor>,
  computed: (name: string, shape: readonly number[], values: () => Float32Array) => Tensor,
): Map<string, Tensor> {
  const all = new Map(tensors);
  for (const table of family.positionTables ?? []) {
    const need = tableNeed(layer, table);
    const name = fullNameOf(family, table.checkpointName);
    if (table.alwaysSaved && need) all.set(name, computed(name, need.shape, need.values));
  }
  const leaves = leavesOf(layer.needs as Needs);
  for (const saved of family.buffers.flatMap(buffer => buffer.saved ?? []))
    for (const { path, need } of leaves) {
      const indices = indicesIn('path' in saved ? saved.path : saved.beside, path);
      if (!indices) continue;
      const name = fullNameOf(family, withIndices(saved.checkpointName, indices));
      if ('value' in saved) {
        const { value } = saved;
        all.set(
          name,
          computed(name, [], () => Float32Array.of(value)),
        );
      } else if (need.kind === 'table') all.set(name, computed(name, need.shape, need.values));
    }
  const isUntied = leaves.some(({ path }) => path === 'head.weight');
  for (const [name, copies] of isUntied ? Object.entries(family.copies ?? {}) : [])
    for (const copy of copies) if (all.has(name)) all.set(copy, all.get(name)!);
  return all;
}

/** Whether a tensor of a checkpoint is computed, not a weight. */
function isComputedTensor(family: Family, name: string): boolean {
  const names = (family.positionTables ?? []).map(({ checkpointName }) => fullNameOf(family, checkpointName));
  return family.buffers.some(buffer => buffer.name.test(name)) || names.some(each => isNameOf(family, each, name));
}

/** The position table that the layer computes; undefined if the table is a weight. */
export function tableNeed(layer: HasNeeds<unknown>, { paths }: PositionTable): TableNeed | undefined {
  const leaves = new Map(leavesOf(layer.needs as Needs).map(({ path, need }) => [path, need]));
  const need = paths.map(path => leaves.get(path)).find(each => each !== undefined);
  return need?.kind === 'table' ? need : undefined;
}

/** The full checkpoint name of a tensor, with the prefix. */
export function fullNameOf(family: Family, checkpointName: string): string {
  return checkpointName.startsWith('/') ? checkpointName.slice(1) : family.prefix + checkpointName;
}

/** Whether `name` is this full name, with or without the prefix. */
export function isNameOf(family: Family, fullName: string, name: string): boolean {
  return namesOf(family, fullName).includes(name);
}

/** The full name, and the same without the prefix, as some checkpoints write it. */
export function namesOf(family: Family, fullName: string): readonly [string, string] {
  return [fullName, fullName.replace(family.prefix, '')];
}

/** The other names under which a checkpoint may contain a tied tensor. */
export function aliasesOf(family: Family, checkpointName: string): readonly string[] {
  return [family.aliases[checkpointName] ?? []].flat();
}

interface MappingMatch {
  readonly mapping: WeightMapping;
  /** What each `*` stands for: the number of the block, or of a part of it. */
  readonly indices: readonly string[];
  /** Which of the paths of the mapping it is. */
  readonly member: number;
}

function mappingOf(
  mappings: readonly WeightMapping[],
  path: string,
  needs: ReadonlyMap<string, WeightNeed>,
): MappingMatch | undefined {
  for (const mapping of mappings) {
    for (const [member, pattern] of [mapping.path].flat().entries()) {
      const indices = indicesIn(pattern, path);
      const { requires } = mapping;
      if (!indices || (requires !== undefined && !needs.has(withIndices(requires, indices, '0')))) continue;
      return { mapping, indices, member };
    }
  }
  return undefined;
}

/** What each `*` in a pattern stands for in a path; undefined if they do not match. */
function indicesIn(pattern: string, path: string): string[] | undefined {
  const [start, ...parts] = pattern.split('*') as [string, ...string[]];
  if (!path.startsWith(start)) return undefined;
  const indices: string[] = [];
  let rest = path.slice(start.length);
  for (const part of parts) {
    const [digits] = /^\d+/.exec(rest) ?? [];
    if (digits === undefined || !rest.startsWith(part, digits.length)) return undefined;
    indices.push(digits);
    rest = rest.slice(digits.length + part.length);
  }
  return rest === '' ? indices : undefined;
}

/** A pattern with an index for each `*`, or `other` for one without an index. */
function withIndices(pattern: string, indices: readonly string[], other = '*'): string {
  let used = 0;
  return pattern.replaceAll('*', () => indices[used++] ?? other);
}
