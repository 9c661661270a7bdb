import { dispose, type Matrix, ResidualError, type Tensor, tensor } from '@residual/tensor';
import { type Leaf, leavesOf, type Needs, treeOf, type Weights } from './needs.js';
import { type HasNeeds, tableMaker } from './tree.js';

/** Where weights come from: arrays by path, read one at a time. */
export interface NamedArrays {
  readonly names: Iterable<string>;
  /** The shape stored under a name, undefined if there is none. */
  shapeOf(name: string): readonly number[] | undefined;
  read(name: string, options: { signal?: AbortSignal }): Promise<Float32Array>;
  /** What the source calls a path, for messages; the path itself if absent. */
  nameIn?(path: string): string;
}

/** Options of `load`. */
export interface LoadOptions {
  readonly signal?: AbortSignal;
  /** Called after each array with the numbers read so far and in all. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * The tree of a layer from named arrays. Everything the layer needs must be there in its shape and nothing may be left over: all that does not fit is
 * listed in one error before anything is read. An abort or a failed read frees what was made. The caller owns the tree.
 */
export async function load<N>(layer: HasNeeds<N>, source: NamedArrays, options: LoadOptions = {}): Promise<Weights<N>> {
  const wanted = leavesOf(layer.needs as Needs).filter(({ need }) => need.kind !== 'table');
  expectFit(wanted, source);
  const values = new Map<string, Tensor>();
  const total = wanted.reduce((sum, { need }) => sum + size(need), 0);
  const tables = tableMaker();
  const made: Matrix[] = [];
  try {
    let done = 0;
    for (const { path, need } of wanted) {
      options.signal?.throwIfAborted();
      const array = await source.read(path, { signal: options.signal });
      values.set(path, tensor(array, need.shape));
      done += array.length;
      options.onProgress?.(done, total);
    }
    return treeOf(layer.needs, (path, need) => {
      const leaf = need.kind === 'table' ? tables(need) : values.get(path)!;
      made.push(leaf);
      return leaf;
    });
  } catch (error) {
    dispose([...values.values(), ...made]);
    throw error;
  }
}

function expectFit(wanted: readonly { path: string; need: Leaf }[], source: NamedArrays): void {
  const nameIn = (path: string) => source.nameIn?.(path) ?? path;
  const known = new Set(wanted.map(({ path }) => path));
  const faults = wanted.flatMap(({ path, need }) => {
    const shape = source.shapeOf(path);
    if (!shape) return [`${path} needs [${need.shape.join(', ')}], ${nameIn(path)} is missing`];
    return shape.join() === need.shape.join()
      ? []
      : [`${path} needs [${need.shape.join(', ')}], ${nameIn(path)} holds [${shape.join(', ')}]`];
  });
  const unused = [...source.names].filter(name => !known.has(name)).map(name => `${name} is not needed`);
  const all = [...faults, ...unused];
  if (all.length === 0) return;
  const shown = all.slice(0, 20);
  const more = all.length - shown.length;
  throw new ResidualError('load', `load: ${shown.join('; ')}${more > 0 ? `; and ${more} more` : ''}`);
}

function size({ shape }: Leaf): number {
  return shape.reduce((product, n) => product * n, 1);
}
