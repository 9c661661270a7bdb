import type { Hook, Scope } from '@residual/layers';
import {
  add,
  expectInteger,
  expectOptions,
  expectValue,
  gather,
  linear,
  mul,
  ResidualError,
  scalarMinus,
  stopGradient,
  sub,
  type Tensor,
  tensor,
  tidy,
} from '@residual/tensor';
import { change } from '../hooks/change.js';
import type { Site } from '../hooks/position-axis.js';
import { expectSelection, replaceSelected, type Selection } from '../hooks/selection.js';
import type { BoundSparseAutoencoder } from './bound.js';
import { encodeSteps } from './sparse-autoencoder.js';

/** Where a hook with a sparse autoencoder acts. */
export interface FeatureSite extends Pick<Selection, 'positions'> {
  /** The path of the activations, or a name of TransformerLens; that of the autoencoder if absent. */
  readonly path?: string;
}

const siteNames = { path: 0, positions: 0 } as const;

/** Settings of `reconstruct`. */
export interface ReconstructOptions extends FeatureSite {
  /** Whether the error of the reconstruction is added to it: only changes of features then count. False if absent. */
  readonly keepError?: boolean;
}

/**
 * Replaces activations by their reconstruction. Features are then a part of the run, `<path>.features`, which can be
 * read, ablated or patched like every tensor, and through which gradients flow (Marks et al. 2024).
 */
export function reconstruct(autoencoder: BoundSparseAutoencoder, options: ReconstructOptions = {}): Hook {
  expectOptions('reconstruct', options, { ...siteNames, keepError: 0 });
  const { keepError = false, ...where } = options;
  const { layer, weights } = autoencoder;
  return hookAt('reconstruct', autoencoder, where, (x, site) => {
    const reconstruction = layer(weights, x, scopeOf(site));
    return keepError ? add(reconstruction, stopGradient(sub(x, layer(weights, x)))) : reconstruction;
  });
}

/** Settings of `steerFeature`: one of `add` and `value`. */
export interface SteerFeatureOptions extends FeatureSite {
  /** What is added to the feature. */
  readonly add?: number;
  /** What the feature becomes (Templeton et al. 2024). */
  readonly value?: number;
}

/**
 * Adds to a feature, or sets it, by its direction in the activations. The rest of them stays, also what the autoencoder
 * does not reconstruct.
 */
export function steerFeature(autoencoder: BoundSparseAutoencoder, feature: number, options: SteerFeatureOptions): Hook {
  const caller = 'steerFeature';
  expectOptions(caller, options, { ...siteNames, add: 0, value: 0 });
  const { add: added, value, ...where } = options;
  if ((added === undefined) === (value === undefined))
    throw new ResidualError('option', `${caller}: add is ${added} and value ${value}; give one of them`);
  const [name, number] = added === undefined ? ['value', value] : ['add', added];
  expectValue(Number.isFinite(number), caller, name!, number, 'a number');
  return changeFeatures(caller, autoencoder, [feature], where, old =>
    added === undefined ? scalarMinus(value!, old) : add(mul(old, 0), added),
  );
}

/** Sets features to 0 by their directions in the activations. The rest of them stays. */
export function ablateFeature(
  autoencoder: BoundSparseAutoencoder,
  features: number | readonly number[],
  options: FeatureSite = {},
): Hook {
  expectOptions('ablateFeature', options, siteNames);
  return changeFeatures('ablateFeature', autoencoder, [features].flat(), options, old => mul(old, -1));
}

/**
 * Adds to features what `difference` makes of them [..., features chosen], by their directions in the activations.
 */
function changeFeatures(
  caller: string,
  autoencoder: BoundSparseAutoencoder,
  features: readonly number[],
  where: FeatureSite,
  difference: (features: Tensor) => Tensor,
): Hook {
  const { layer, weights } = autoencoder;
  for (const feature of features)
    expectInteger(caller, 'feature', feature, { max: layer.settings.features - 1, code: 'range' });
  return hookAt(caller, autoencoder, where, x => {
    const { normalized, features: all } = encodeSteps(layer, weights, x);
    const chosen = tensor(Int32Array.from(features), [features.length], 'int32');
    const directions = gather(weights.decoder.weight as Tensor, chosen, 1); // [modelDim, features chosen]
    const step = linear(difference(gather(all, chosen, x.shape.length - 1)), directions);
    return add(x, mul(step, normalized.scale));
  });
}

/** A hook at the activations of an autoencoder that changes some positions. */
function hookAt(
  caller: string,
  autoencoder: BoundSparseAutoencoder,
  { path = autoencoder.path, positions }: FeatureSite,
  compute: (x: Tensor, site: Site) => Tensor,
): Hook {
  const selection: Selection = positions ? { positions } : {};
  expectSelection(caller, selection);
  return change(caller, pathOf(caller, path), (x, site) =>
    tidy(() => replaceSelected(x, compute(x, site), selection, site)),
  );
}

/** The path of the activations of an autoencoder. Errors if none is known. */
export function pathOf(caller: string, path: string | undefined): string {
  if (path !== undefined) return path;
  throw new ResidualError('option', `${caller}: the autoencoder has no path; give the path of its activations`);
}

/** The scope at a tensor, for the taps of what is computed from it: `<path>.NAME`. */
function scopeOf({ path, scope }: Site): Scope {
  return scope.at(scope.path === '' ? path : path.slice(scope.path.length + 1));
}
