import { ResidualError } from './errors.js';
import { type Op, run } from './op.js';
import { isTensor, type Tensor } from './tensor.js';
import { valueAndGradients } from './walk-back.js';

/** A tree of the same form whose leaves are gradients, undefined where the result does not depend on the leaf. */
export type GradientTree<Tree> = Tree extends { dispose(): void }
  ? Tensor | undefined
  : { readonly [Name in keyof Tree]: GradientTree<Tree[Name]> };

/**
 * The value of `f` and its gradient for every tensor in `tree` (arrays and plain objects, nested). `f` returns one number (shape []), or any shape
 * when the upstream gradient `dy` is given. The caller disposes the value and the gradients. Saved tensors are freed as the walk goes back,
 * also when something throws; calls may nest, also for gradients of gradients.
 */
export function gradients<Tree>(
  f: () => Tensor,
  tree: Tree,
  dy?: Tensor,
): { value: Tensor; gradients: GradientTree<Tree> } {
  const leaves = leavesOf(tree);
  if (leaves.length === 0) throw new ResidualError('gradient', 'gradients: the tree holds no tensor');
  const { value, found } = valueAndGradients(f, leaves, dy);
  return { value, gradients: rebuild(tree, leaf => found.get(leaf.id)) as GradientTree<Tree> };
}

/**
 * Runs `f(tree)` without keeping anything inside it: the backward pass computes it again. Trades time for memory; the numbers are the same.
 * `tree` holds every tensor that `f` depends on and that gradients should reach; `f` reads them from its argument.
 */
export function recompute<Tree>(f: (tree: Tree) => Tensor, tree: Tree): Tensor {
  const leaves = [...new Map(leavesOf(tree).map(leaf => [leaf.id, leaf])).values()];
  const nameOf = new Map(leaves.map((leaf, index) => [leaf.id, String(index)]));
  const treeOf = (values: Readonly<Record<string, Tensor | undefined>>) =>
    rebuild(tree, leaf => values[nameOf.get(leaf.id)!]) as Tree;
  const op: Op = {
    name: 'residual.recompute',
    compose: inputs => f(treeOf(inputs)),
    saves: [...nameOf.values()],
    gradient: (dy, { saved }) => {
      const again = treeOf(saved);
      const { value, found } = valueAndGradients(() => f(again), Object.values(saved), dy);
      value.dispose();
      return Object.fromEntries(
        Object.entries(saved).flatMap(([name, leaf]) => {
          const gradient = found.get(leaf.id);
          return gradient ? [[name, () => gradient]] : [];
        }),
      );
    },
  };
  return run(op, Object.fromEntries(leaves.map(leaf => [nameOf.get(leaf.id)!, leaf])), {});
}

function leavesOf(tree: unknown): Tensor[] {
  if (isTensor(tree)) return [tree];
  if (typeof tree !== 'object' || tree === null) return [];
  return Object.values(tree).flatMap(leavesOf);
}

function rebuild(tree: unknown, valueOf: (leaf: Tensor) => Tensor | undefined): unknown {
  if (isTensor(tree)) return valueOf(tree);
  if (Array.isArray(tree)) return tree.map(part => rebuild(part, valueOf));
  if (typeof tree !== 'object' || tree === null) return undefined;
  return Object.fromEntries(Object.entries(tree).map(([name, part]) => [name, rebuild(part, valueOf)]));
}
