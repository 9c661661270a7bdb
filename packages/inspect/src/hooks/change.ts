import { type Hook, type Replacement, replace } from '@residual/layers';
import { isTensor, ResidualError, showShape, type Tensor, tensor } from '@residual/tensor';
import { pathOfName } from '../names/transformer-lens.js';
import type { Site } from './position-axis.js';

/** A vector as numbers or as a tensor. */
export type Vector = readonly number[] | Float32Array | Tensor;

/** Activations by path, as `run` and `meanActivations` give them. */
export interface Activations {
  /** The activation of a path or a name of TransformerLens. Errors if there is none. */
  activation(name: string): Tensor;
}

/** A hook that computes the activation anew from what it is and where. */
export function change(caller: string, name: string, compute: (x: Tensor, site: Site) => Tensor): Hook {
  const path = pathOfName(name);
  const replacement: Replacement = (x, at, scope) => compute(x, { caller, path: at, scope });
  return scope => replace({ [path]: replacement }, scope, caller);
}

/** A vector as a tensor. */
export function vectorTensor(vector: Vector): Tensor {
  return isTensor(vector) ? vector : tensor(Float32Array.from(vector), [vector.length]);
}

/** Errors unless `other` broadcasts to x. */
export function expectBroadcast(site: Site, x: Tensor, other: Tensor): void {
  const skipped = x.shape.length - other.shape.length;
  const fits = skipped >= 0 && other.shape.every((size, axis) => size === 1 || size === x.shape[axis + skipped]);
  if (fits) return;
  throw new ResidualError(
    'shape',
    `${site.caller}: ${site.path} is ${showShape(x.shape)}, the tensor to put in ${showShape(other.shape)}; ` +
      'every axis must be equal or 1',
  );
}
