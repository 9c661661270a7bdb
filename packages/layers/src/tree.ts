import {
  checkSeed,
  expectOptions,
  type GradientTree,
  type Matrix,
  normalValues,
  type Tensor,
  tensor,
} from '@residual/tensor';
import { leafAt } from './explain-failure.js';
import { expectMatchingWeights } from './match-weights.js';
import { needsOf, sizeOf, type TableNeed, treeOf, type WeightNeed, type Weights, weightNeeds } from './needs.js';

/** A layer, or an object with needs. */
export type HasNeeds<N> = { readonly needs: N };

/** Settings of `init`. */
export interface InitOptions {
  /** The seed of the random weights, a whole number 0 .. 2³² - 1. */
  readonly seed: number;
}

/**
 * Random weights for a layer, as its needs specify. Each leaf depends only on the seed and its path. The caller owns
 * the tree and disposes it. Errors if the seed is not a whole number 0 .. 2³² - 1.
 */
export function init<N>(layer: HasNeeds<N>, options: InitOptions): Weights<N> {
  const needs = needsOf(layer, 'init');
  expectOptions('init', options, { seed: 1 });
  const { seed } = options;
  checkSeed('init', seed);
  const tables = tableMaker();
  const leaves: Tensor[] = [];
  try {
    return treeOf(needs, (path, need) => {
      const leaf = need.kind === 'table' ? tables(need) : tensor(initialValues(path, need, seed), need.shape);
      leaves.push(leaf);
      return leaf;
    });
  } catch (error) {
    for (const leaf of leaves) leaf.dispose();
    throw error;
  }
}

/** Returns a function that makes the tensor of each table once, however often it is needed. */
export function tableMaker(): (need: TableNeed) => Tensor {
  const tables = new Map<TableNeed, Tensor>();
  return need => {
    const table = tables.get(need) ?? tensor(need.values(), need.shape);
    tables.set(need, table);
    return table;
  };
}

function initialValues(path: string, need: WeightNeed, seed: number): Float32Array {
  const { initializer } = need;
  if (initializer.kind === 'constant') return new Float32Array(sizeOf(need)).fill(initializer.value);
  if (initializer.kind === 'values') return initializer.values();
  return normalValues(seed, path, sizeOf(need)).map(value => value * initializer.std);
}

/**
 * The leaves of a tree of weights, or of their gradients, by path, without tables. Errors if the tree does not belong
 * to this layer or a gradient is missing.
 */
export function flatten<N>(layer: HasNeeds<N>, tree: Weights<N> | GradientTree<Weights<N>>): Map<string, Matrix> {
  const leaves = new Map(weightNeeds(layer, 'flatten').map(({ path }) => [path, matrixAt(tree, path)]));
  expectMatchingWeights('flatten', weightNeeds(layer), { names: [], shapeOf: path => leaves.get(path)?.shape });
  return leaves as Map<string, Matrix>;
}

/**
 * Builds the tree of a layer from weights by path, and makes its tables. The tree takes over the leaves. One error
 * lists all faults.
 */
export function unflatten<N>(layer: HasNeeds<N>, values: ReadonlyMap<string, Matrix>): Weights<N> {
  expectMatchingWeights('unflatten', weightNeeds(layer, 'unflatten'), {
    names: values.keys(),
    shapeOf: path => values.get(path)?.shape,
  });
  const tables = tableMaker();
  return treeOf(layer.needs, (path, need) => (need.kind === 'table' ? tables(need) : values.get(path)!));
}

/**
 * Applies `transform` to every leaf of a tree, tables included, and returns a tree of the same form. To transform
 * weights only, use `flatten` and `unflatten`. A leaf that occurs several times is transformed once, with its first
 * path, and stays shared.
 */
export function mapTree<Tree>(tree: Tree, transform: (leaf: Matrix, path: string) => Matrix): Tree {
  const changed = new Map<Matrix, Matrix>();
  const walk = (part: unknown, path: string): unknown => {
    if (typeof part !== 'object' || part === null) return part;
    if (isMatrix(part)) {
      const leaf = changed.get(part) ?? transform(part, path);
      changed.set(part, leaf);
      return leaf;
    }
    const childPath = (name: string) => (path === '' ? name : `${path}.${name}`);
    if (Array.isArray(part)) return part.map((element, index) => walk(element, childPath(String(index))));
    return Object.fromEntries(Object.entries(part).map(([name, element]) => [name, walk(element, childPath(name))]));
  };
  return walk(tree, '') as Tree;
}

/** The number of trained parameters of a layer; tables are not counted. */
export function countParameters(layer: HasNeeds<unknown>): number {
  return weightNeeds(layer, 'countParameters').reduce((sum, { need }) => sum + sizeOf(need), 0);
}

function matrixAt(tree: unknown, path: string): Matrix | undefined {
  const leaf: unknown = leafAt(tree, path);
  return isMatrix(leaf) ? leaf : undefined;
}

function isMatrix(value: unknown): value is Matrix {
  return typeof value === 'object' && value !== null && 'dispose' in value && typeof value.dispose === 'function';
}
