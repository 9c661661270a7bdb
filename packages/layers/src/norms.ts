import {
  expectOptions,
  expectValue,
  layerNorm as normalize,
  rmsNorm as normalizeByRms,
  type Tensor,
} from '@residual/tensor';
import { type Layer, layer } from './layer.js';
import { type VectorNeed, vector } from './needs.js';

/** Settings of the norms. */
export interface NormOptions {
  /** Width of the last axis. */
  readonly dim: number;
  /** Added under the root, 0 or above; if absent 1e-5 in `layerNorm`, 1e-6 in `rmsNorm`. */
  readonly epsilon?: number;
}

/** Settings of `layerNorm`. */
export interface LayerNormOptions extends NormOptions {
  /** Whether a bias is added; true if absent. */
  readonly bias?: boolean;
}

/** The layer of `layerNorm`, with weight [dim] and bias [dim]. */
export interface LayerNorm extends Layer<{ weight: VectorNeed; bias: VectorNeed | undefined }, Tensor, Tensor> {
  readonly epsilon: number;
}

/**
 * (x - mean) / √(variance + epsilon) · weight + bias along the last axis, [..., dim] to [..., dim] (Ba et al. 2016).
 */
export function layerNorm(options: LayerNormOptions): LayerNorm {
  expectOptions('layerNorm', options, { dim: 1, epsilon: 0, bias: 0 });
  const { dim, epsilon = 1e-5, bias = true } = options;
  expectEpsilon('layerNorm', epsilon);
  const normalized = layer(
    { weight: vector([dim], 1), bias: bias ? vector([dim]) : undefined },
    (w, x: Tensor) => normalize(x, w.weight, w.bias, epsilon),
    { name: 'layerNorm', inDim: dim, outDim: dim },
  );
  return Object.assign(normalized, { epsilon });
}

/** The layer of `rmsNorm`, with weight [dim]. */
export interface RmsNorm extends Layer<{ weight: VectorNeed }, Tensor, Tensor> {
  readonly epsilon: number;
}

/** x / √(mean x² + epsilon) · weight along the last axis, [..., dim] to [..., dim] (Zhang and Sennrich 2019). */
export function rmsNorm(options: NormOptions): RmsNorm {
  expectOptions('rmsNorm', options, { dim: 1, epsilon: 0 });
  const { dim, epsilon = 1e-6 } = options;
  expectEpsilon('rmsNorm', epsilon);
  const normalized = layer({ weight: vector([dim], 1) }, (w, x: Tensor) => normalizeByRms(x, w.weight, epsilon), {
    name: 'rmsNorm',
    inDim: dim,
    outDim: dim,
  });
  return Object.assign(normalized, { epsilon });
}

function expectEpsilon(name: string, epsilon: number): void {
  expectValue(epsilon >= 0, name, 'epsilon', epsilon, 'a number, 0 or more', 'range');
}
