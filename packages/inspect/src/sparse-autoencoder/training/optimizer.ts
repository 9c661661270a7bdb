import { add, div, maximum, mul, relu, scalarMinus, sqrt, square, sub, sum, type Tensor } from '@residual/tensor';
import type { Optimizer } from '@residual/train';

/** What the last batch says about features. */
export interface FiredFeatures {
  /** 1 for features that were active [features]. */
  readonly fired: Tensor;
  /** The number of its activations. */
  readonly tokens: number;
}

/** Paths in the tree that is trained. */
export const trainedPaths = {
  decoder: 'autoencoder.decoder.weight',
  threshold: 'autoencoder.threshold',
  tokensSinceFired: 'tokensSinceFired',
} as const;

/**
 * An optimizer that keeps the directions of features at norm 1, without the part of their gradient that would change
 * it (Bricken et al. 2023), keeps thresholds at 0 or more, and counts the tokens since each feature was active.
 */
export function sparseOptimizer(base: Optimizer, lastBatch: () => FiredFeatures): Optimizer {
  return {
    name: `sparse-${base.name}`,
    stateNames: (path, shape) => (path === trainedPaths.tokensSinceFired ? [] : base.stateNames(path, shape)),
    scalars: base.scalars,
    update: input => {
      const { path, weight, gradient } = input;
      if (path === trainedPaths.tokensSinceFired) {
        const { fired, tokens } = lastBatch();
        return { weight: mul(add(weight, tokens), scalarMinus(1, fired)), optimizerState: {} };
      }
      if (path === trainedPaths.decoder) {
        const parallel = sum(mul(gradient, weight), { axis: 0, keepDims: true }); // [1, features]
        const result = base.update({ ...input, gradient: sub(gradient, mul(weight, parallel)) });
        return { ...result, weight: unitColumns(result.weight) };
      }
      const result = base.update(input);
      return path === trainedPaths.threshold ? { ...result, weight: relu(result.weight) } : result;
    },
  };
}

/** The columns of x [rows, columns], each divided by its norm. */
export function unitColumns(x: Tensor): Tensor {
  return div(x, maximum(sqrt(sum(square(x), { axis: 0, keepDims: true })), 1e-8));
}
