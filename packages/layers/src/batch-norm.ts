import {
  add,
  batchMoments,
  clone,
  dense,
  dispose,
  expectOptions,
  expectValue,
  keep,
  type Matrix,
  mul,
  batchNorm as normalize,
  ResidualError,
  reshape,
  rsqrt,
  sub,
  type Tensor,
  tidy,
} from '@residual/tensor';
import { type Layer, layer } from './layer.js';
import { type VectorNeed, vector, type Weights } from './needs.js';
import { slot } from './scope.js';

/**
 * The statistics of the batch that batch norms have used, by path. While it is in the scope, batch norms normalize with
 * the statistics of the batch; `update` moves their running statistics after the step. It owns its tensors; `dispose`
 * frees them.
 */
export class BatchStatistics {
  private readonly entries = new Map<string, { readonly mean: Tensor; readonly variance: Tensor }>();

  /** Takes over the mean and the unbiased variance that the batch norm at a path has seen. */
  set(path: string, moments: { readonly mean: Tensor; readonly variance: Tensor }): void {
    dispose(this.entries.get(path));
    this.entries.set(path, { mean: keep(moments.mean), variance: keep(moments.variance) });
  }

  /**
   * Replaces the running statistics in a tree of weights by (1 - momentum) · the old ones + momentum · those of the
   * batch, for each batch norm that has run, and forgets the latter. Errors if a path is not that of a batch norm.
   */
  update(weights: unknown, momentum = 0.1): void {
    try {
      for (const [path, moments] of this.entries) {
        const node = nodeAt(weights, path);
        for (const name of ['mean', 'variance'] as const) {
          const before = node[name] as Tensor;
          node[name] = tidy(() => add(mul(before, 1 - momentum), mul(moments[name], momentum)));
          before.dispose();
        }
      }
    } finally {
      this.dispose();
    }
  }

  /** Frees all tensors; it is empty again. */
  dispose(): void {
    for (const moments of this.entries.values()) dispose(moments);
    this.entries.clear();
  }
}

/** The node of a tree of weights at the path of a batch norm. */
function nodeAt(weights: unknown, path: string): Record<string, unknown> {
  const node = path
    .split('.')
    .filter(name => name !== '')
    .reduce<unknown>((part, name) => (part as Record<string, unknown> | undefined)?.[name], weights);
  if (typeof node === 'object' && node !== null && 'mean' in node && 'variance' in node)
    return node as Record<string, unknown>;
  throw new ResidualError('load', `BatchStatistics: the tree of weights has no batch norm at ${path || 'its root'}`);
}

/** The slot for the statistics of batch norms in training; while it is empty, they use their running statistics. */
export const batchStatistics = /* @__PURE__ */ slot<BatchStatistics>('batchStatistics');

/** Settings of `batchNorm`. */
export interface BatchNormOptions {
  /** Width of the last axis. */
  readonly dim: number;
  /** Added under the root, 0 or above; 1e-5 if absent. */
  readonly epsilon?: number;
}

/** The layer of `batchNorm`, with weight, bias, running mean and running variance, each [dim]. */
export interface BatchNorm
  extends Layer<
    {
      readonly weight: VectorNeed;
      readonly bias: VectorNeed;
      readonly mean: VectorNeed;
      readonly variance: VectorNeed;
    },
    Tensor,
    Tensor
  > {
  readonly epsilon: number;
}

/**
 * Batch norm (Ioffe and Szegedy 2015): (x - mean) / √(variance + epsilon) · weight + bias for each entry of the last
 * axis, [..., dim] to the same. Mean and variance are the running ones of the weights or, while `batchStatistics` is in
 * the scope, those of all positions of the batch, which it then holds; the running ones get no gradient then.
 */
export function batchNorm(options: BatchNormOptions): BatchNorm {
  expectOptions('batchNorm', options, { dim: 1, epsilon: 0 });
  const { dim, epsilon = 1e-5 } = options;
  expectValue(epsilon >= 0, 'batchNorm', 'epsilon', epsilon, 'a number, 0 or more', 'range');
  const normalized = layer(
    { weight: vector([dim], 1), bias: vector([dim]), mean: vector([dim]), variance: vector([dim], 1) },
    (w, x: Tensor, scope) => {
      const statistics = scope.get(batchStatistics);
      if (!statistics) {
        const { scale, shift } = scaleAndShift(w, epsilon);
        return add(mul(x, scale), shift);
      }
      const count = x.size / dim;
      const { mean, variance } = batchMoments(x);
      statistics.set(scope.path, { mean, variance: mul(variance, count / Math.max(count - 1, 1)) });
      return normalize(x, w.weight, w.bias, epsilon);
    },
    { name: 'batchNorm', inDim: dim, outDim: dim },
  );
  return Object.assign(normalized, { epsilon });
}

/** A batch norm with its running statistics as scale · x + shift. */
function scaleAndShift({ weight, bias, mean, variance }: Weights<BatchNorm>, epsilon: number) {
  const scale = mul(weight, rsqrt(add(variance, epsilon)));
  return { scale, shift: sub(bias, mul(mean, scale)) };
}

/**
 * The weights of a convolution or `linear` whose output goes through a batch norm with its running statistics, as one
 * layer with a bias that gives the same. The weight is dense; the caller owns the result.
 */
export function foldBatchNorm(
  { weight, bias }: { readonly weight: Matrix; readonly bias?: Tensor | undefined },
  norm: Weights<BatchNorm>,
  epsilon: number,
): { weight: Tensor; bias: Tensor } {
  return tidy(() => {
    const { scale, shift } = scaleAndShift(norm, epsilon);
    const rows = reshape(scale, [scale.size, 1]);
    return { weight: mul(dense(weight), rows), bias: bias ? add(mul(bias, scale), shift) : clone(shift) };
  });
}
