import { ResidualError, showShape } from './errors.js';
import { leavesOf, mapLeaves } from './gradients.js';
import { type Inputs, type Op, run } from './op.js';
import type { Tensor } from './tensor.js';
import { valueAndGradients } from './walk-back.js';
import { activeTapes, type Watcher, withTapes } from './watchers.js';

/**
 * Runs `f(tree)` without keeping anything inside it: the backward pass computes it again (Chen et al. 2016). Trades time for memory; the numbers are
 * the same. `tree` holds every tensor that `f` depends on and that gradients should reach; `f` reads them from its argument. Errors where `f` reads
 * another tensor whose gradient would be lost.
 */
export function recompute<Tree>(f: (tree: Tree) => Tensor, tree: Tree): Tensor {
  const leaves = [...new Map(leavesOf(tree).map(leaf => [leaf.id, leaf])).values()];
  const nameOf = new Map(leaves.map((leaf, index) => [leaf.id, String(index)]));
  const treeOf = (values: Inputs) => mapLeaves(tree, leaf => values[nameOf.get(leaf.id)!]) as Tree;
  const outside = activeTapes();
  const op: Op = {
    name: 'residual.recompute',
    compose: inputs => withTapes(outside.length > 0 ? [new Fence(outside, nameOf)] : [], () => f(treeOf(inputs))),
    saves: [...nameOf.values()],
    gradient: (dy, { saved, wanted }) => {
      const again = treeOf(saved);
      const reached = Object.keys(saved).filter(name => wanted[name]);
      const { value, found } = valueAndGradients(
        () => f(again),
        reached.map(name => saved[name]!),
        dy,
      );
      value.dispose();
      return Object.fromEntries(reached.map(name => [name, () => found.get(saved[name]!.id)]));
    },
  };
  return run(op, Object.fromEntries(leaves.map(leaf => [nameOf.get(leaf.id)!, leaf])), {});
}

/** Watches the first run, which no tape sees, for tensors that gradients should reach and that are not in the tree. */
class Fence implements Watcher {
  constructor(
    private readonly outside: readonly Watcher[],
    private readonly inside: ReadonlyMap<number, string>,
  ) {}

  record(op: Op, inputs: Inputs): void {
    for (const [name, input] of Object.entries(inputs)) {
      if (!input || !this.misses(input)) continue;
      throw new ResidualError(
        'gradient',
        `recompute: the input "${name}" ${showShape(input.shape)} of ${op.name} is not in the tree, so its gradient would be lost; put it there and read it from the argument`,
      );
    }
  }

  misses(x: Tensor): boolean {
    return !this.inside.has(x.id) && this.outside.some(watcher => watcher.misses(x));
  }

  tracks(): boolean {
    return false;
  }

  note(): void {}

  alias(): void {}
}
