import { ResidualError } from '../errors.js';
import { clone } from '../ops/op.js';
import { isTensor, type Tensor } from '../tensor.js';
import { valueAndGradients } from './backward.js';

/** A tree of the same form whose leaves are gradients, undefined where the result does not depend on the leaf. */
export type GradientTree<Tree> = Tree extends { dispose(): void }
  ? Tensor | undefined
  : { readonly [Name in keyof Tree]: GradientTree<Tree[Name]> };

/**
 * The value of `f` and its gradient for every tensor in `tree` (arrays and plain objects, nested). `f` is synchronous and returns one number
 * (shape []), or any shape when the upstream gradient `dy` is given. The caller disposes the value and the gradients; a tensor that stands in the tree
 * twice gets its whole gradient in both places. Saved tensors are freed as the walk goes back, also when something throws; calls may nest, also for
 * gradients of gradients. Errors where an op of another library stands between.
 */
export function gradients<Tree>(
  f: () => Tensor,
  tree: Tree,
  dy?: Tensor,
): { value: Tensor; gradients: GradientTree<Tree> } {
  const leaves = leavesOf(tree);
  if (leaves.length === 0) throw new ResidualError('gradient', 'gradients: the tree holds no tensor');
  const result = valueAndGradients(f, leaves, dy);
  const returnedIds = new Set<number>();
  const gradientOf = ({ id }: Tensor) => {
    const gradient = result.gradients.get(id);
    const isRepeated = returnedIds.has(id);
    returnedIds.add(id);
    return gradient && isRepeated ? clone(gradient) : gradient;
  };
  return { value: result.value, gradients: mapLeaves(tree, gradientOf) as GradientTree<Tree> };
}

/** The tensors of a tree, in order. */
export function leavesOf(tree: unknown): Tensor[] {
  if (isTensor(tree)) return [tree];
  if (typeof tree !== 'object' || tree === null) return [];
  return Object.values(tree).flatMap(leavesOf);
}

/** A tree of the same form with something else for each tensor; numbers, strings and the like stay. */
export function mapLeaves(tree: unknown, transform: (leaf: Tensor) => Tensor | undefined): unknown {
  if (isTensor(tree)) return transform(tree);
  if (Array.isArray(tree)) return tree.map(part => mapLeaves(part, transform));
  if (typeof tree !== 'object' || tree === null) return tree;
  return Object.fromEntries(Object.entries(tree).map(([name, part]) => [name, mapLeaves(part, transform)]));
}
