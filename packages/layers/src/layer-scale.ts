import { expectOptions, mul, type Tensor } from '@residual/tensor';
import { type Layer, layer } from './layer.js';
import { type VectorNeed, vector } from './needs.js';

/** The layer of `layerScale`. */
export interface LayerScale extends Layer<{ readonly weight: VectorNeed }, Tensor, Tensor> {}

/** Settings of `layerScale`. */
export interface LayerScaleOptions {
  /** Width of the last axis. */
  readonly dim: number;
  /** The factors before training; 1 if absent. */
  readonly initial?: number;
}

/** A learned factor for each entry of the last axis: x · weight, [..., dim] to the same (Touvron et al. 2021, CaiT). */
export function layerScale(options: LayerScaleOptions): LayerScale {
  expectOptions('layerScale', options, { dim: 1, initial: 0 });
  const { dim, initial = 1 } = options;
  return layer({ weight: vector([dim], initial) }, (w, x: Tensor) => mul(x, w.weight), {
    name: 'layerScale',
    inDim: dim,
    outDim: dim,
  });
}
