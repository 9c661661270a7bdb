import { checkSeed, isTensor, type Matrix, normalValues, ResidualError, type Tensor, tensor } from '@residual/tensor';
import { type Leaf, leavesOf, type Needs, treeOf, type Weights } from './needs.js';

/** A layer or bare needs. */
export type HasNeeds<N> = { readonly needs: N };

/**
 * Random weights for a layer: each leaf begins as its need says, and depends only on the seed and its path. The caller owns the tree and disposes
 * it. Errors on a seed that is not a whole number 0 .. 2³² - 1.
 */
export function init<N>(layer: HasNeeds<N>, { seed }: { seed: number }): Weights<N> {
  checkSeed('init', seed);
  const tables = tableMaker();
  const made: Tensor[] = [];
  try {
    return treeOf(layer.needs, (path, need) => {
      const leaf = need.kind === 'table' ? tables(need) : startOf(path, need, seed);
      made.push(leaf);
      return leaf;
    });
  } catch (error) {
    for (const leaf of made) leaf.dispose();
    throw error;
  }
}

/** Makes the tensor of a table once, however often it is needed. */
export function tableMaker(): (need: Extract<Leaf, { kind: 'table' }>) => Tensor {
  const made = new Map<Leaf, Tensor>();
  return need => {
    const known = made.get(need) ?? tensor(need.values(), need.shape);
    made.set(need, known);
    return known;
  };
}

function startOf(path: string, { shape, start }: Exclude<Leaf, { kind: 'table' }>, seed: number): Tensor {
  const length = shape.reduce((product, n) => product * n, 1);
  if (start.kind === 'constant') return tensor(new Float32Array(length).fill(start.value), shape);
  return tensor(
    normalValues(seed, path, length).map(value => value * start.deviation),
    shape,
  );
}

/** The weights of a tree by path, tables left out: what is trained, saved and counted. */
export function flatten<N>(layer: HasNeeds<N>, weights: Weights<N>): Map<string, Matrix> {
  return new Map(
    leavesOf(layer.needs as Needs)
      .filter(({ need }) => need.kind !== 'table')
      .map(({ path }) => [path, at(weights, path) as Matrix]),
  );
}

/** The tree of a layer from weights by path; tables are made. Errors name every path that is missing or left over. */
export function unflatten<N>(layer: HasNeeds<N>, values: ReadonlyMap<string, Matrix>): Weights<N> {
  const tables = tableMaker();
  const wanted = leavesOf(layer.needs as Needs).filter(({ need }) => need.kind !== 'table');
  const missing = wanted.filter(({ path }) => !values.has(path)).map(({ path }) => path);
  const known = new Set(wanted.map(({ path }) => path));
  const unused = [...values.keys()].filter(path => !known.has(path));
  if (missing.length + unused.length > 0) {
    throw new ResidualError(
      'load',
      `unflatten: missing ${missing.join(', ') || 'nothing'}; not needed ${unused.join(', ') || 'nothing'}`,
    );
  }
  return treeOf(layer.needs, (path, need) => (need.kind === 'table' ? tables(need) : values.get(path)!));
}

/** A tree of the same form with `change` applied to every leaf. */
export function mapTree<Tree>(tree: Tree, change: (leaf: Tensor, path: string) => Matrix, path = ''): Tree {
  if (isTensor(tree)) return change(tree, path) as Tree;
  if (typeof tree !== 'object' || tree === null) return tree;
  const below = (name: string) => (path === '' ? name : `${path}.${name}`);
  if (Array.isArray(tree)) return tree.map((part, index) => mapTree(part, change, below(String(index)))) as Tree;
  return Object.fromEntries(
    Object.entries(tree).map(([name, part]) => [name, mapTree(part, change, below(name))]),
  ) as Tree;
}

/** How many trained numbers a layer has; tables are not counted. */
export function count(layer: HasNeeds<unknown>): number {
  return leavesOf(layer.needs as Needs)
    .filter(({ need }) => need.kind !== 'table')
    .reduce((sum, { need }) => sum + need.shape.reduce((product, n) => product * n, 1), 0);
}

function at(tree: unknown, path: string): unknown {
  if (path === '') return tree;
  return path.split('.').reduce((node, name) => (node as Record<string, unknown>)[name], tree);
}
