import { ResidualError } from '../errors.js';
import { isPacked } from '../nn/packed/packed-matrix.js';
import { clone } from '../ops/op.js';
import { isTensor, type Tensor } from '../tensor.js';
import { valueAndGradients } from './backward.js';

/** A tree of gradients of the same form; undefined where the value does not depend on the leaf. */
export type GradientTree<Tree> = Tree extends { dispose(): void }
  ? Tensor | undefined
  : { readonly [Name in keyof Tree]: GradientTree<Tree[Name]> };

/**
 * The value of `f` and its gradient with respect to every tensor in `tree` (nested arrays and plain objects). `f` is
 * synchronous and returns a scalar of shape [], or any shape if the upstream gradient `dy` of that shape is given. The
 * caller disposes the value and the gradients. A tensor that occurs twice in the tree gets its whole gradient at both
 * places; packed matrices have none. The backward pass frees saved tensors, also if something throws. Calls may nest,
 * for gradients of gradients.
 * Errors if an op of another library is between a leaf and the value.
 */
export function gradients<Tree>(
  f: () => Tensor,
  tree: Tree,
  dy?: Tensor,
): { value: Tensor; gradients: GradientTree<Tree> } {
  const leaves = leavesOf(withoutPacked(tree));
  if (leaves.length === 0) throw new ResidualError('gradient', 'gradients: the tree holds no tensor');
  const result = valueAndGradients(f, leaves, dy);
  const returnedIds = new Set<number>();
  const gradientOf = ({ id }: Tensor) => {
    const gradient = result.gradients.get(id);
    const isRepeated = returnedIds.has(id);
    returnedIds.add(id);
    return gradient && isRepeated ? clone(gradient) : gradient;
  };
  return { value: result.value, gradients: mapLeaves(withoutPacked(tree), gradientOf) as GradientTree<Tree> };
}

/**
 * A tree without its packed matrices, and without the methods of its low-rank sums: to dispose the gradients does not
 * dispose the weights.
 */
function withoutPacked(tree: unknown): unknown {
  if (isTensor(tree) || typeof tree !== 'object' || tree === null) return tree;
  if (Array.isArray(tree)) return tree.map(withoutPacked);
  if (isPacked(tree)) return undefined;
  const parts = Object.entries(tree).filter(([, part]) => typeof part !== 'function');
  return Object.fromEntries(parts.map(([name, part]) => [name, withoutPacked(part)]));
}

/** The tensors of a tree, in order. */
export function leavesOf(tree: unknown): Tensor[] {
  if (isTensor(tree)) return [tree];
  if (typeof tree !== 'object' || tree === null) return [];
  return Object.values(tree).flatMap(leavesOf);
}

/** A tree of the same form with `transform` applied to each tensor; other values stay. */
export function mapLeaves(tree: unknown, transform: (leaf: Tensor) => Tensor | undefined): unknown {
  if (isTensor(tree)) return transform(tree);
  if (Array.isArray(tree)) return tree.map(part => mapLeaves(part, transform));
  if (typeof tree !== 'object' || tree === null) return tree;
  return Object.fromEntries(Object.entries(tree).map(([name, part]) => [name, mapLeaves(part, transform)]));
}
