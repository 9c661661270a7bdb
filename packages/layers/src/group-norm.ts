import {
  add,
  expectInteger,
  expectOptions,
  expectShape,
  expectValue,
  mean,
  mul,
  reshape,
  rsqrt,
  showShape,
  square,
  sub,
  type Tensor,
} from '@residual/tensor';
import { type Layer, layer } from './layer.js';
import { type VectorNeed, vector } from './needs.js';
import type { NormOptions } from './norms.js';

/** Settings of `groupNorm`. */
export interface GroupNormOptions extends NormOptions {
  /** The number of groups of entries; as many as entries normalize each for itself. */
  readonly groups: number;
}

/** The layer of `groupNorm`, with weight [dim] and bias [dim]. */
export interface GroupNorm extends Layer<{ weight: VectorNeed; bias: VectorNeed }, Tensor, Tensor> {
  readonly epsilon: number;
}

/**
 * Group norm (Wu and He 2018): (x - mean) / √(variance + epsilon) · weight + bias, where mean and variance are those of
 * all positions of a sequence and the entries of a group. x [batch, ..., dim] with one or more axes of positions to the
 * same; epsilon is 1e-5 if absent.
 */
export function groupNorm(options: GroupNormOptions): GroupNorm {
  expectOptions('groupNorm', options, { dim: 1, groups: 1, epsilon: 0 });
  const { dim, groups, epsilon = 1e-5 } = options;
  expectInteger('groupNorm', 'groups', groups, { min: 1 });
  expectValue(dim % groups === 0, 'groupNorm', 'dim', dim, `a multiple of the ${groups} groups`);
  expectValue(epsilon >= 0, 'groupNorm', 'epsilon', epsilon, 'a number, 0 or more', 'range');
  const normalized = layer(
    { weight: vector([dim], 1), bias: vector([dim]) },
    (w, x: Tensor) => {
      expectShape(
        x.shape.length >= 3 && x.shape.at(-1) === dim,
        () => `groupNorm: x ${showShape(x.shape)} is not [batch, ..., ${dim}] with an axis of positions`,
      );
      const grouped = reshape(x, [x.shape[0]!, -1, groups, dim / groups]);
      const over = { axis: [1, 3], keepDims: true };
      const centered = sub(grouped, mean(grouped, over));
      const unit = mul(centered, rsqrt(add(mean(square(centered), over), epsilon)));
      return add(mul(reshape(unit, x.shape), w.weight), w.bias);
    },
    { name: 'groupNorm', inDim: dim, outDim: dim },
  );
  return Object.assign(normalized, { epsilon });
}
