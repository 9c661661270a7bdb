import { bytesSource, openSafetensors, type Safetensors, writeSafetensors } from '@residual/safetensors';
import {
  dispose,
  expectOptions,
  type Matrix,
  type MatrixForm,
  matrixValues,
  pack,
  ResidualError,
  ScratchMemory,
  tensor,
} from '@residual/tensor';
import { expectMatchingWeights, type WeightSource } from './match-weights.js';
import { type MatrixNeed, sizeOf, treeOf, type WeightNeed, type Weights, weightNeeds } from './needs.js';
import { rowsByName, tensorsAsHeld } from './packed-tensors.js';
import { isReadAsBits, type ReadSettings, type ReadTarget, readWeights } from './read-weights.js';
import type { RowReadOptions, StoredSlice } from './stored-rows.js';
import { flatten, type HasNeeds, tableMaker } from './tree.js';

/**
 * A source of weights: arrays by path, read in the order of `names`. The arrays of `sliceOf` are read in pieces, others
 * whole.
 */
export interface NamedArrays extends WeightSource {
  /** Reads one whole array as float32. */
  read(path: string, options: RowReadOptions): Promise<Float32Array>;
  /** The stored tensor that an array is a part of; undefined for an array that only `read` reads. */
  sliceOf?(path: string): StoredSlice | undefined;
}

/** Options of `load`. */
export interface LoadOptions {
  /** Aborts the loading before the next array. */
  readonly signal?: AbortSignal;
  /** Called after each array with how many numbers have been read, and how many there are. */
  readonly onProgress?: (done: number, total: number) => void;
  /**
   * The form in which a matrix is held, by its path; `as stored` for that of the source, undefined for float32. All are
   * float32 if absent.
   */
  readonly formOf?: (path: string, need: MatrixNeed) => MatrixForm | 'as stored' | undefined;
}

/** Options of `save`. */
export interface SaveOptions {
  /**
   * `as held` stores packed matrices bit for bit in their own form, which `formOf: () => 'as stored'` of `load` holds
   * again. If absent, a packed matrix is stored as its entries.
   */
  readonly weights?: 'as held';
}

/**
 * Saves the weights of a layer as the bytes of a safetensors file: float32, each under its path in the tree, or packed
 * matrices as they are held. Tables are not saved. Errors if the weights do not belong to the layer.
 */
export async function save<N>(
  layer: HasNeeds<N>,
  weights: Weights<N>,
  options: SaveOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  expectOptions('save', options, { weights: 0 });
  const { weights: asHeld } = options;
  if (asHeld !== undefined && asHeld !== 'as held')
    throw new ResidualError('option', `save: weights is ${JSON.stringify(asHeld)}; as held would fit`);
  const leaves = [...flatten(layer, weights)];
  if (asHeld === undefined) {
    const arrays = leaves.map(async ([path, leaf]) => {
      return [path, { dtype: 'F32', shape: leaf.shape, data: await matrixValues(leaf) }] as const;
    });
    return writeSafetensors(Object.fromEntries(await Promise.all(arrays)));
  }
  const parts = await Promise.all(leaves.map(([path, leaf]) => tensorsAsHeld(path, leaf)));
  const metadata = Object.assign({}, ...parts.map(part => part.metadata)) as Record<string, string>;
  const tensors = parts.flatMap(part => [...part.tensors]);
  return writeSafetensors(new Map(tensors), metadata, { order: 'given' });
}

/**
 * Loads the weights of a layer from the bytes that `save` wrote, an open safetensors file whose names are paths, or
 * other named arrays. Every weight must be present with its shape, and no array may be unused; one error lists all
 * faults before anything is read. An abort or a failed read frees what was loaded. The caller owns the tree.
 */
export async function load<N>(
  layer: HasNeeds<N>,
  source: Uint8Array | ArrayBuffer | Safetensors | NamedArrays,
  options: LoadOptions = {},
): Promise<Weights<N>> {
  expectOptions('load', options, { signal: 0, onProgress: 0, formOf: 0 });
  const { signal, onProgress, formOf } = options;
  signal?.throwIfAborted();
  const inMemory = source instanceof Uint8Array || source instanceof ArrayBuffer;
  const arrays = arraysIn(inMemory ? await openSafetensors(bytesSource(source)) : source);
  const weights = weightNeeds(layer, 'load');
  const names = [...arrays.names];
  expectMatchingWeights('load', weights, {
    names,
    sourceName: path => arrays.sourceName?.(path) ?? path,
    storedShape: path => arrays.storedShape?.(path),
    shapeOf: path => arrays.shapeOf(path),
  });
  const values = new Map<string, Matrix>();
  const total = weights.reduce((sum, { need }) => sum + sizeOf(need), 0);
  const tables = tableMaker();
  const leaves: Matrix[] = [];
  let done = 0;
  const settings: ReadSettings = {
    signal,
    scratch: new ScratchMemory(),
    onEntries: count => {
      done += count;
      onProgress?.(done, total);
    },
  };
  try {
    for (const group of groupsOf(arrays, names, new Map(weights.map(({ path, need }) => [path, need])), formOf)) {
      signal?.throwIfAborted();
      const read = isSliced(group) ? await readWeights(group, settings) : await readWhole(arrays, group, settings);
      for (const [path, weight] of read) values.set(path, weight);
    }
    return treeOf(layer.needs, (path, need) => {
      const leaf = need.kind === 'table' ? tables(need) : values.get(path)!;
      leaves.push(leaf);
      return leaf;
    });
  } catch (error) {
    dispose([...values.values(), ...leaves]);
    throw error;
  }
}

/** The weights that are read together: parts of one stored tensor, or one array that is read whole. */
type Group = readonly ReadTarget[] | WholeTarget;
type WholeTarget = Omit<ReadTarget, 'slice'>;

const isSliced = (group: Group): group is readonly ReadTarget[] => Array.isArray(group);

/** All weights in groups, each at the position of its first name. */
function groupsOf(
  arrays: NamedArrays,
  names: readonly string[],
  needs: ReadonlyMap<string, WeightNeed>,
  formOf: LoadOptions['formOf'],
): Iterable<Group> {
  const groups = new Map<unknown, Group>();
  for (const path of names) {
    const need = needs.get(path)!;
    const slice = arrays.sliceOf?.(path);
    const form = need.kind === 'matrix' ? formIn(arrays, path, formOf?.(path, need)) : 'f32';
    const target = { path, shape: need.shape, form };
    if (!slice) groups.set(path, target);
    else addToGroup(groups, { ...target, slice });
  }
  return groups.values();
}

/** Adds a target to the group of its tensor; bits and float32 of one tensor are read apart. */
function addToGroup(groups: Map<unknown, Group>, target: ReadTarget): void {
  const { rows } = target.slice;
  const key = isReadAsBits(target) ? rows.readPackedRows : rows;
  const group = (groups.get(key) ?? []) as ReadTarget[];
  group.push(target);
  groups.set(key, group);
}

/** Reads an array as a whole. */
async function readWhole(
  arrays: NamedArrays,
  { path, shape, form }: WholeTarget,
  { signal, onEntries }: ReadSettings,
): Promise<Map<string, Matrix>> {
  const array = await arrays.read(path, { signal });
  signal?.throwIfAborted();
  const weight = form === 'f32' ? tensor(array, shape) : pack(array, shape as MatrixNeed['shape'], form);
  try {
    onEntries(array.length);
  } catch (error) {
    weight.dispose();
    throw error;
  }
  return new Map([[path, weight]]);
}

/** The form in which a matrix is held. Errors if it is that of the source and no matrix can have it. */
function formIn(arrays: NamedArrays, path: string, wanted: MatrixForm | 'as stored' = 'f32'): MatrixForm {
  if (wanted !== 'as stored') return wanted;
  const slice = arrays.sliceOf?.(path);
  if (!slice) return 'f32';
  if (slice.rows.form) return slice.rows.form;
  const type = slice.rows.type ?? 'a type';
  throw new ResidualError(
    'load',
    `load: ${path} cannot be held as stored: ${arrays.sourceName?.(path) ?? path} is ${type}, which is no form of a ` +
      'matrix; int8 would fit',
  );
}

function arraysIn(source: Safetensors | NamedArrays): NamedArrays {
  if (!('tensors' in source)) return source;
  const rows = rowsByName(source);
  return {
    names: rows.keys(),
    shapeOf: name => rows.get(name)?.shape,
    read: async (name, options) => {
      const { shape, readRows } = rows.get(name)!;
      return shape.length > 0 ? readRows(0, shape[0]!, options) : (await source.readFloat32(name, options)).data;
    },
    sliceOf: name => {
      const tensor = rows.get(name)!;
      return tensor.shape.length > 0 ? { rows: tensor, start: 0, transposed: false } : undefined;
    },
  };
}
