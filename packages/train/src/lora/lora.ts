import type { HasNeeds } from '@residual/layers';
import {
  add,
  checkSeed,
  dispose,
  expectOptions,
  expectValue,
  fill,
  isLowRankSum,
  type LowRankAdapter,
  lowRankSum,
  type Matrix,
  matMul,
  mergeLowRank,
  mul,
  ResidualError,
  tensor,
  tidy,
  uniformValues,
} from '@residual/tensor';
import { expectCounts } from '../numbers.js';
import { type AttachedPart, adapterNames, linearsIn, matchingTargets, partsNamed } from './targets.js';

/** Settings of `attachLora`. */
export interface LoraOptions {
  /** Path patterns of linears, such as `**.query`. */
  readonly targets: readonly string[];
  /** The rank of the adapters; 8 if absent. */
  readonly rank?: number;
  /** The scale of an adapter is alpha / rank; twice the rank if absent. */
  readonly alpha?: number;
  /** The name of the adapters; 'default' if absent. */
  readonly name?: string;
  /** The seed of the initial values; 0 if absent. */
  readonly seed?: number;
}

/**
 * Adds a low-rank adapter to each matching linear: weight + alpha / rank · up down, with `down` [rank, in] random and
 * `up` [out, rank] zero, so that the output does not change yet (Hu et al. 2021). The tree of weights is changed in
 * place and owns the new tensors. Returns the paths of the linears. Errors if a pattern matches no linear, or if the
 * name is taken.
 */
export function attachLora(layer: HasNeeds<unknown>, weights: unknown, options: LoraOptions): string[] {
  expectOptions('attachLora', options, { targets: 1, rank: 0, alpha: 0, name: 0, seed: 0 });
  const { targets, rank = 8, alpha = 2 * rank, name = 'default', seed = 0 } = options;
  checkSeed('attachLora', seed);
  expectCounts('attachLora', { rank });
  const targetLinears = matchingTargets('attachLora', layer, weights, targets);
  for (const { path, need } of targetLinears) {
    const [out, width] = need.shape;
    const bound = 1 / Math.sqrt(width);
    const values = uniformValues(seed, `${path}.${name}`, rank * width).map(value => (2 * value - 1) * bound);
    const part = { down: tensor(values, [rank, width]), up: fill([out, rank], 0), scale: alpha / rank, active: true };
    addAdapter(layer, weights, path, name, part);
  }
  return targetLinears.map(({ path }) => path);
}

/**
 * Adds an adapter to the linear at `path`; the tree then owns it. Errors, and frees the adapter, if its name is taken
 * or its shape does not fit.
 */
export function addAdapter(
  layer: HasNeeds<unknown>,
  weights: unknown,
  path: string,
  name: string,
  part: LowRankAdapter,
): void {
  const target = linearsIn('attachLora', layer, weights).find(linear => linear.path === path);
  try {
    if (!target) throw new ResidualError('lora', `attachLora: there is no linear at ${path}`);
    const leaf = target.get();
    const [base, parts] = isLowRankSum(leaf) ? [leaf.base, leaf.parts] : [leaf, {}];
    if (name in parts)
      throw new ResidualError(
        'lora',
        `attachLora: ${path} has a '${name}' beside it already; detach it or choose another name`,
      );
    target.set(lowRankSum(base, { ...parts, [name]: part }));
  } catch (error) {
    dispose([part.down, part.up]);
    throw error;
  }
}

/** Whether a path is not that of an adapter: `frozen: freezeBase` trains the adapters only. */
export function freezeBase(path: string): boolean {
  return !/\.parts\.[^.]+\.(down|up)$/.test(path);
}

/**
 * Activates the adapters of these names and deactivates all others; `[]` is the base model. Errors if a name does not
 * exist.
 */
export function useLora(layer: HasNeeds<unknown>, weights: unknown, names: readonly string[]): void {
  const parts = names.map(name => partsNamed('useLora', layer, weights, name));
  const all = allParts('useLora', layer, weights);
  if (all.some(({ part }) => part.merged))
    throw new ResidualError('lora', 'useLora: the weights hold a merged one; unmerge or detach it first');
  for (const { part } of all) part.active = false;
  for (const { part } of parts.flat()) part.active = true;
}

/** Multiplies the scale of the adapters of a name by `factor`. Errors if they are merged. */
export function scaleLora(layer: HasNeeds<unknown>, weights: unknown, name: string, factor: number): void {
  expectValue(Number.isFinite(factor), 'scaleLora', 'factor', factor, 'a number', 'range');
  const parts = partsNamed('scaleLora', layer, weights, name);
  if (parts.some(({ part }) => part.merged))
    throw new ResidualError('lora', `scaleLora: '${name}' is merged; unmerge it first`);
  for (const { part } of parts) part.scale *= factor;
}

/**
 * Merges the adapters of a name into the weights, for full speed. The adapters are kept, so that `unmergeLora` can undo
 * it. A packed matrix becomes float32, so that the sum is not rounded again, and stays so.
 */
export function mergeLora(layer: HasNeeds<unknown>, weights: unknown, name = 'default'): void {
  for (const attached of partsNamed('mergeLora', layer, weights, name))
    if (!attached.part.merged) addToBase(attached, 1);
}

/** Undoes `mergeLora`, up to rounding. */
export function unmergeLora(layer: HasNeeds<unknown>, weights: unknown, name = 'default'): void {
  for (const attached of partsNamed('unmergeLora', layer, weights, name))
    if (attached.part.merged) addToBase(attached, -1);
}

/** Removes and frees the adapters of a name. Merged adapters stay in the weights. */
export function detachLora(layer: HasNeeds<unknown>, weights: unknown, name = 'default'): void {
  for (const { target, part } of partsNamed('detachLora', layer, weights, name)) {
    const leaf = target.get();
    if (!isLowRankSum(leaf)) continue;
    const { [name]: _, ...parts } = leaf.parts;
    dispose([part.down, part.up]);
    target.set(Object.keys(parts).length > 0 ? lowRankSum(leaf.base, parts) : leaf.base);
  }
}

/** The adapters of a name with the paths of their linears: `down` [rank, in], `up` [out, rank] and the scale. */
export function loraParts(
  layer: HasNeeds<unknown>,
  weights: unknown,
  name = 'default',
): { readonly path: string; readonly part: LowRankAdapter }[] {
  return partsNamed('loraParts', layer, weights, name).map(({ target: { path }, part }) => ({ path, part }));
}

function addToBase({ target, part }: AttachedPart, sign: 1 | -1): void {
  const leaf = target.get();
  if (!isLowRankSum(leaf)) return;
  const oldBase: Matrix = leaf.base;
  leaf.base = tidy(() => add(mergeLowRank(oldBase), mul(matMul(part.up, part.down), sign * part.scale)));
  oldBase.dispose();
  part.merged = sign === 1;
}

function allParts(caller: string, layer: HasNeeds<unknown>, weights: unknown): AttachedPart[] {
  return adapterNames(linearsIn(caller, layer, weights)).flatMap(name => partsNamed(caller, layer, weights, name));
}
