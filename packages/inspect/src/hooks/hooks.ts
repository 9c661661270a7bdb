import { type Hook, type Replacement, replace } from '@residual/layers';
import {
  add,
  expectOptions,
  expectValue,
  isTensor,
  mean,
  mul,
  normalValues,
  ResidualError,
  showShape,
  type Tensor,
  tensor,
} from '@residual/tensor';
import { pathOfName } from '../names/transformer-lens.js';
import type { Run } from '../run.js';
import { replaceSelected, type Selection, type Site, selectionMask, selectionNames } from './selection.js';

/** A vector as numbers or as a tensor. */
export type Vector = readonly number[] | Float32Array | Tensor;

/** Settings of `ablate`. */
export interface AblateOptions extends Selection {
  /** What takes the place of the activation: 0 (the default), or the mean over batch and positions of this run. */
  readonly value?: 'zero' | 'mean';
}

/**
 * Ablation: sets an activation, or a part of it, to zero or to its mean. `name` is a path or a name of TransformerLens
 * and may contain `*`.
 */
export function ablate(name: string, options: AblateOptions = {}): Hook {
  expectOptions('ablate', options, { ...selectionNames, value: 0 });
  const { value = 'zero', ...selection } = options;
  expectValue(value === 'zero' || value === 'mean', 'ablate', 'value', value, "'zero' or 'mean'", 'option');
  return change('ablate', name, (x, site) => {
    const replacement = value === 'zero' ? tensor([0], [1]) : meanOf(x);
    return replaceSelected(x, replacement, selection, site);
  });
}

/** Settings of `patch`. */
export interface PatchOptions extends Selection {
  /** The activation to put in: a tensor of the same shape or one that broadcasts to it, or a run that kept it. */
  readonly from: Tensor | Run;
}

/**
 * Activation patching: puts the activation of another run, or a part of it, in the place of this run's (Vig et al.
 * 2020; Meng et al. 2022). The tensor stays with its owner.
 */
export function patch(name: string, options: PatchOptions): Hook {
  expectOptions('patch', options, { ...selectionNames, from: 1 });
  const { from, ...selection } = options;
  return change('patch', name, (x, site) => {
    const source = isTensor(from) ? from : from.activation(site.path);
    expectBroadcast('patch', site.path, x, source);
    return replaceSelected(x, source, selection, site);
  });
}

/** Settings of `steer`. */
export interface SteerOptions extends Selection {
  /** The vector to add, as wide as the activation. */
  readonly direction: Vector;
  /** A factor on the vector; 1 if absent. */
  readonly scale?: number;
}

/** Steering: adds a direction to an activation, everywhere or in a part of it (Turner et al. 2023). */
export function steer(name: string, options: SteerOptions): Hook {
  expectOptions('steer', options, { ...selectionNames, direction: 1, scale: 0 });
  const { direction, scale = 1, ...selection } = options;
  expectValue(Number.isFinite(scale), 'steer', 'scale', scale, 'a number', 'option');
  return change('steer', name, (x, site) => {
    const vector = isTensor(direction) ? direction : tensor(direction, [direction.length]);
    expectBroadcast('steer', site.path, x, vector);
    const step = mul(vector, scale);
    const mask = selectionMask(x, selection, site);
    return add(x, mask ? mul(step, mask) : step);
  });
}

/** Settings of `addNoise`. */
export interface NoiseOptions extends Selection {
  /** Standard deviation of the noise. */
  readonly std: number;
  /** The seed; 0 if absent. The noise depends on it and on the path. */
  readonly seed?: number;
}

/** Adds Gaussian noise to an activation: the corruption of causal tracing (Meng et al. 2022). */
export function addNoise(name: string, options: NoiseOptions): Hook {
  expectOptions('addNoise', options, { ...selectionNames, std: 1, seed: 0 });
  const { std, seed = 0, ...selection } = options;
  expectValue(std >= 0 && Number.isFinite(std), 'addNoise', 'std', std, 'a number, 0 or more', 'option');
  return change('addNoise', name, (x, site) => {
    const noise = mul(tensor(normalValues(seed, site.path, x.size), x.shape), std);
    const mask = selectionMask(x, selection, site);
    return add(x, mask ? mul(noise, mask) : noise);
  });
}

/** A hook that computes the activation anew from what it is and where. */
export function change(caller: string, name: string, compute: (x: Tensor, site: Site) => Tensor): Hook {
  const path = pathOfName(name);
  const replacement: Replacement = (x, at, scope) => compute(x, { caller, path: at, scope });
  return scope => replace({ [path]: replacement }, scope, caller);
}

/** The mean over batch and positions: [batch, ..., length, width] to [1, ..., 1, width]. */
function meanOf(x: Tensor): Tensor {
  const rank = x.shape.length;
  return mean(x, { axis: rank > 2 ? [0, rank - 2] : [0], keepDims: true });
}

function expectBroadcast(caller: string, path: string, x: Tensor, other: Tensor): void {
  const skipped = x.shape.length - other.shape.length;
  const fits = skipped >= 0 && other.shape.every((size, axis) => size === 1 || size === x.shape[axis + skipped]);
  if (fits) return;
  throw new ResidualError(
    'shape',
    `${caller}: ${path} is ${showShape(x.shape)}, the tensor to put in ${showShape(other.shape)}; every axis must be ` +
      'equal or 1',
  );
}
