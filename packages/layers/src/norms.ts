import { layerNorm as normalize, rmsNorm as normalizeByRms, ResidualError, type Tensor } from '@residual/tensor';
import { type Layer, layer } from './layer.js';
import { type VectorNeed, vector } from './needs.js';

/** Settings of the norms: the width of the last axis and what keeps the root from 0, itself 0 or above. */
export interface NormOptions {
  readonly dim: number;
  readonly epsilon?: number;
}

/** Layer norm with weight and bias. */
export interface LayerNorm extends Layer<{ weight: VectorNeed; bias: VectorNeed | undefined }, Tensor, Tensor> {}

/** (x - mean) / √(variance + epsilon) · weight + bias along the last axis, [..., dim] to [..., dim] (Ba et al. 2016). */
export function layerNorm({ dim, epsilon = 1e-5, bias = true }: NormOptions & { readonly bias?: boolean }): LayerNorm {
  expectEpsilon('layerNorm', epsilon);
  return layer(
    { weight: vector([dim], 1), bias: bias ? vector([dim]) : undefined },
    (w, x: Tensor) => normalize(x, w.weight, w.bias, epsilon),
    { name: 'layerNorm', reads: dim, gives: dim },
  );
}

/** RMS norm with weight. */
export interface RmsNorm extends Layer<{ weight: VectorNeed }, Tensor, Tensor> {}

/** x / √(mean x² + epsilon) · weight along the last axis, [..., dim] to [..., dim] (Zhang and Sennrich 2019). */
export function rmsNorm({ dim, epsilon = 1e-6 }: NormOptions): RmsNorm {
  expectEpsilon('rmsNorm', epsilon);
  return layer({ weight: vector([dim], 1) }, (w, x: Tensor) => normalizeByRms(x, w.weight, epsilon), {
    name: 'rmsNorm',
    reads: dim,
    gives: dim,
  });
}

function expectEpsilon(name: string, epsilon: number): void {
  if (!(epsilon >= 0)) throw new ResidualError('range', `${name}: the epsilon is ${epsilon}; it must be 0 or above`);
}
