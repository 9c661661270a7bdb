import {
  add,
  expectOptions,
  expectValue,
  mul,
  layerNorm as normalize,
  rmsNorm as normalizeByRms,
  ones,
  reshape,
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

/** The layer of `unitNorm`, which has no weights. */
export interface UnitNorm extends Layer<Record<never, never>, Tensor, Tensor> {
  readonly epsilon: number;
}

/** A norm whose weight is stored as its difference from 1. */
const aroundOne = (weight: Tensor) => add(weight, 1);

/**
 * `rmsNorm` with a weight that is stored as its difference from 1, as in Gemma: x / √(mean x² + epsilon) ·
 * (1 + weight), [..., dim] to [..., dim].
 */
export function rmsNormAroundOne(options: NormOptions): RmsNorm {
  expectOptions('rmsNormAroundOne', options, { dim: 1, epsilon: 0 });
  const { dim, epsilon = 1e-6 } = options;
  expectEpsilon('rmsNormAroundOne', epsilon);
  const about = { name: 'rmsNormAroundOne', inDim: dim, outDim: dim };
  const normalized = layer(
    { weight: vector([dim]) },
    (w, x: Tensor) => normalizeByRms(x, aroundOne(w.weight), epsilon),
    about,
  );
  return Object.assign(normalized, { epsilon });
}

/**
 * `layerNorm` with a weight that is stored as its difference from 1, as in Nemotron: (x - mean) / √(variance + epsilon)
 * · (1 + weight) + bias, [..., dim] to [..., dim].
 */
export function layerNormAroundOne(options: NormOptions): LayerNorm {
  expectOptions('layerNormAroundOne', options, { dim: 1, epsilon: 0 });
  const { dim, epsilon = 1e-5 } = options;
  expectEpsilon('layerNormAroundOne', epsilon);
  const normalized = layer(
    { weight: vector([dim]), bias: vector([dim]) as VectorNeed | undefined },
    (w, x: Tensor) => normalize(x, aroundOne(w.weight), w.bias, epsilon),
    { name: 'layerNormAroundOne', inDim: dim, outDim: dim },
  );
  return Object.assign(normalized, { epsilon });
}

/** Settings of `layerNormPerHead`. */
export interface HeadNormOptions extends NormOptions {
  /** Number of heads. */
  readonly heads: number;
}

/** The layer of `layerNormPerHead`, with weight [heads · dim]. */
export interface LayerNormPerHead extends Layer<{ weight: VectorNeed }, Tensor, Tensor> {
  readonly epsilon: number;
}

/**
 * `layerNorm` without bias whose heads each have weights of their own, as in Command R+: (x - mean) / √(variance +
 * epsilon) · weight, [batch, heads, length, dim] to the same.
 */
export function layerNormPerHead(options: HeadNormOptions): LayerNormPerHead {
  expectOptions('layerNormPerHead', options, { heads: 1, dim: 1, epsilon: 0 });
  const { heads, dim, epsilon = 1e-5 } = options;
  expectEpsilon('layerNormPerHead', epsilon);
  const normalized = layer(
    { weight: { ...vector([heads * dim], 1), experts: heads } as VectorNeed },
    (w, x: Tensor) => mul(normalize(x, ones([dim]), undefined, epsilon), reshape(w.weight, [heads, 1, dim])),
    { name: 'layerNormPerHead', inDim: dim, outDim: dim },
  );
  return Object.assign(normalized, { epsilon });
}

/** Settings of `unitNorm`. */
export interface UnitNormOptions extends NormOptions {
  /** Whether the mean is subtracted first, as in a layer norm; false if absent, as in an RMS norm. */
  readonly centered?: boolean;
}

/** A norm without weights: the RMS norm or, if `centered`, the layer norm with weight 1. [..., dim] to [..., dim]. */
export function unitNorm(options: UnitNormOptions): UnitNorm {
  expectOptions('unitNorm', options, { dim: 1, epsilon: 0, centered: 0 });
  const { dim, epsilon = 1e-6, centered = false } = options;
  expectEpsilon('unitNorm', epsilon);
  const normalized = layer(
    {},
    (_, x: Tensor) =>
      centered ? normalize(x, ones([dim]), undefined, epsilon) : normalizeByRms(x, undefined, epsilon),
    { name: 'unitNorm', inDim: dim, outDim: dim },
  );
  return Object.assign(normalized, { epsilon });
}

function expectEpsilon(name: string, epsilon: number): void {
  expectValue(epsilon >= 0, name, 'epsilon', epsilon, 'a number, 0 or more', 'range');
}
