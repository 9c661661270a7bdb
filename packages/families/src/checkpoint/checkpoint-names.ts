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
  weightNeeds,
} from '@residual/layers';
import { ResidualError } from '@residual/tensor';
import type { Family, PositionTable, WeightMapping } from '../family.js';
import { type StoredArrays, storedRows } from './stored-arrays.js';
import { leafShape, storedShape, type TensorSlice, writeSlice } from './tensor-slice.js';

/** The slice of each weight of a layer in the checkpoints of a family, by path. Errors if a weight has no mapping. */
export function tensorSlices(family: Family, layer: HasNeeds<unknown>): Map<string, TensorSlice> {
  const shapes = new Map(weightNeeds(layer).map(({ path, need }) => [path, need.shape]));
  const mappings = family.mappings.filter(
    ({ requires }) => requires === undefined || shapes.has(requires.replace('*', '0')),
  );
  const slices = new Map<string, TensorSlice>();
  for (const path of shapes.keys()) {
    const match = mappingOf(mappings, path);
    if (!match) throw new ResidualError('family', `${family.name}: there is no mapping for ${path}`);
    const { mapping, index } = match;
    const members = [mapping.path].flat().map(pattern => shapes.get(pattern.replace('*', index))!);
    const start = members.slice(0, match.member).reduce((sum, shape) => sum + shape[0]!, 0);
    slices.set(path, {
      checkpointName: fullNameOf(family, mapping.checkpointName.replace('*', index)),
      shape: shapes.get(path)!,
      start,
      totalRows: members.reduce((sum, shape) => sum + shape[0]!, 0),
      transposed: mapping.transposed === true && shapes.get(path)!.length === 2,
      leadingAxis: mapping.leadingAxis === true,
      defaultValue: mapping.defaultValue,
    });
  }
  return slices;
}

/**
 * The arrays of a checkpoint under weight paths, for `load` of `@residual/layers`. Each is sliced and transposed when
 * it is read. Reading errors if aliases of one tensor differ.
 */
export function fromCheckpoint(family: Family, layer: HasNeeds<unknown>, stored: StoredArrays): NamedArrays {
  const slices = tensorSlices(family, layer);
  const checkpointNames = [...stored.names]; // `names` may be an iterator
  const present = new Set(checkpointNames);
  const storedName = (checkpointName: string) => namesOf(family, checkpointName).find(name => present.has(name));
  const usedNames = new Set<string>();
  const entries = new Map<string, { name: string | undefined; slice: TensorSlice }>();
  for (const [path, slice] of slices) {
    const name =
      storedName(slice.checkpointName) ?? aliasesOf(family, slice.checkpointName).find(alias => present.has(alias));
    if (name === undefined && slice.defaultValue === undefined) continue;
    if (name !== undefined) usedNames.add(name);
    const transposed = slice.transposed && !(name !== undefined && stored.hasRowsAlongOut?.(name));
    entries.set(path, { name, slice: { ...slice, transposed } });
  }
  const duplicates = new Map<string, string[]>();
  for (const { name, slice } of entries.values()) {
    if (name === undefined) continue;
    const otherAliases = aliasesOf(family, slice.checkpointName).filter(
      alias => present.has(alias) && !usedNames.has(alias),
    );
    if (otherAliases.length > 0) duplicates.set(name, otherAliases);
    for (const alias of otherAliases) usedNames.add(alias);
  }
  const unused = [...present].filter(name => !usedNames.has(name) && !isComputedTensor(family, name));
  const tensors = new Map<string, StoredRows>();
  const tensorOf = (name: string): StoredRows => {
    const tensor = tensors.get(name) ?? storedRows(stored, name, duplicates.get(name));
    tensors.set(name, tensor);
    return tensor;
  };
  const sliceOf = (path: string): StoredSlice | undefined => {
    const { name, slice } = entries.get(path)!;
    if (name === undefined || slice.leadingAxis || slice.shape.length === 0) return undefined;
    return { rows: tensorOf(name), start: slice.start, transposed: slice.transposed };
  };
  return {
    names: [...inFileOrder(checkpointNames, entries), ...unused],
    shapeOf: path => {
      const entry = entries.get(path);
      if (entry?.name === undefined) return entry?.slice.shape;
      return leafShape(entry.slice, stored.shapeOf(entry.name)!);
    },
    storedShape: path => {
      const entry = entries.get(path);
      return entry?.name === undefined
        ? undefined
        : { stored: stored.shapeOf(entry.name)!, expected: storedShape(entry.slice) };
    },
    sourceName: path => entries.get(path)?.name ?? slices.get(path)?.checkpointName ?? path,
    sliceOf,
    read: async (path, options) => {
      const { name, slice } = entries.get(path)!;
      if (name === undefined) return new Float32Array(sizeOf(slice)).fill(slice.defaultValue!);
      const part = sliceOf(path);
      return part ? readSlice(part, slice.shape, options) : stored.readFloat32(name, options);
    },
  };
}

/** The paths of entries in the order of the data in the file; weights that it lacks come first. */
function inFileOrder(
  checkpointNames: readonly string[],
  entries: ReadonlyMap<string, { readonly name: string | undefined }>,
) {
  const order = new Map(checkpointNames.map((name, index) => [name, index]));
  const indexOf = (path: string) => order.get(entries.get(path)!.name ?? '') ?? -1;
  return [...entries.keys()].sort((a, b) => indexOf(a) - indexOf(b));
}

/** The inverse of `fromCheckpoint`: the tensors of a checkpoint of this family from arrays by weight path. */
export async function toCheckpoint(
  family: Family,
  layer: HasNeeds<unknown>,
  read: (path: string) => Promise<Float32Array>,
): Promise<Map<string, { shape: number[]; values: Float32Array }>> {
  const tensors = new Map<string, { shape: number[]; values: Float32Array }>();
  for (const [path, slice] of tensorSlices(family, layer)) {
    const shape = storedShape(slice);
    const target = tensors.get(slice.checkpointName) ?? {
      shape,
      values: new Float32Array(sizeOf({ shape })),
    };
    writeSlice(slice, await read(path), target.values);
    tensors.set(slice.checkpointName, target);
  }
  return tensors;
}

/**
 * Adds the computed tensors that the family's checkpoints contain: position tables, and copies of untied embeddings.
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
  const isUntied = weightNeeds(layer).some(({ path }) => path === 'head.weight');
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
function namesOf(family: Family, fullName: string): readonly [string, string] {
  return [fullName, fullName.replace(family.prefix, '')];
}

/** The other names under which a checkpoint may contain a tied tensor. */
export function aliasesOf(family: Family, checkpointName: string): readonly string[] {
  return [family.aliases[checkpointName] ?? []].flat();
}

function mappingOf(
  mappings: readonly WeightMapping[],
  path: string,
): { mapping: WeightMapping; index: string; member: number } | undefined {
  for (const mapping of mappings) {
    for (const [member, pattern] of [mapping.path].flat().entries()) {
      const [before, after] = pattern.split('*') as [string, string | undefined];
      if (after === undefined ? path === pattern : path.startsWith(before) && path.endsWith(after)) {
        const index = after === undefined ? '' : path.slice(before.length, path.length - after.length);
        if (after === undefined || /^\d+$/.test(index)) return { mapping, index, member };
      }
    }
  }
  return undefined;
}
