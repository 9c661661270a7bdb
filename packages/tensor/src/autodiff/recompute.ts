import { ResidualError, showShape } from '../errors.js';
import { activeTapes, type OpObserver, withTapes } from '../op-observers.js';
import { type Inputs, type Op, runOp } from '../ops/op.js';
import type { Tensor } from '../tensor.js';
import { valueAndGradients } from './backward.js';
import { leavesOf, mapLeaves } from './gradients.js';

/**
 * Gradient checkpointing (Chen et al. 2016): runs `f(tree)` without keeping its intermediate tensors, and the backward
 * pass computes them again. It trades time for memory; the results are the same. `tree` must hold every tensor that
 * needs a gradient, and `f` must read them from its argument. Errors if `f` reads another tensor whose gradient would
 * be lost.
 */
export function recompute<Tree>(f: (tree: Tree) => Tensor, tree: Tree): Tensor {
  const leaves = [...new Map(leavesOf(tree).map(leaf => [leaf.id, leaf])).values()];
  const nameOf = new Map(leaves.map((leaf, index) => [leaf.id, String(index)]));
  const treeOf = (values: Inputs) => mapLeaves(tree, leaf => values[nameOf.get(leaf.id)!]) as Tree;
  const outerTapes = activeTapes();
  const op: Op = {
    name: 'residual.recompute',
    compose: inputs =>
      withTapes(outerTapes.length > 0 ? [new LeakGuard(outerTapes, nameOf)] : [], () => f(treeOf(inputs))),
    saves: [...nameOf.values()],
    gradient: (dy, { saved, needsGradient }) => {
      const savedTree = treeOf(saved);
      const needed = Object.keys(saved).filter(name => needsGradient[name]);
      const { value, gradients } = valueAndGradients(
        () => f(savedTree),
        needed.map(name => saved[name]!),
        dy,
      );
      value.dispose();
      return Object.fromEntries(needed.map(name => [name, () => gradients.get(saved[name]!.id)]));
    },
  };
  return runOp(op, Object.fromEntries(leaves.map(leaf => [nameOf.get(leaf.id)!, leaf])), {});
}

/**
 * Observes the first run, which no tape records, and throws for tensors that need a gradient and are not in the tree.
 */
class LeakGuard implements OpObserver {
  constructor(
    private readonly outerTapes: readonly OpObserver[],
    private readonly treeIds: ReadonlyMap<number, string>,
  ) {}

  onOp(op: Op, inputs: Inputs): void {
    for (const [name, input] of Object.entries(inputs)) {
      if (!input || !this.losesGradient(input)) continue;
      throw new ResidualError(
        'gradient',
        `recompute: the input "${name}" ${showShape(input.shape)} of ${op.name} is not in the tree, so its ` +
          'gradient would be lost; put it there and read it from the argument',
      );
    }
  }

  losesGradient(x: Tensor): boolean {
    return !this.treeIds.has(x.id) && this.outerTapes.some(tape => tape.losesGradient(x));
  }

  tracks(): boolean {
    return false;
  }

  onConstant(): void {}

  onAlias(): void {}
}
