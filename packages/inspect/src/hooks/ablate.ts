import type { Hook } from '@residual/layers';
import {
  checkSeed,
  div,
  expectOptions,
  expectValue,
  gather,
  greaterEqual,
  isTensor,
  less,
  logicalAnd,
  mean,
  ResidualError,
  range,
  reshape,
  scalar,
  scalarMinus,
  sum,
  type Tensor,
  tensor,
  toFloat,
  uniformAt,
} from '@residual/tensor';
import { replaceBySource } from './align-source.js';
import { type Activations, change, expectBroadcast, type Vector, vectorTensor } from './change.js';
import { positionAxisOf, type Site } from './position-axis.js';
import { expectSelection, replaceSelected, type Selection, selectionNames } from './selection.js';
import { broadcastTo, where } from './where.js';

/** Settings of `ablate`. */
export interface AblateOptions extends Selection {
  /**
   * What takes the place of the activation: 0 (the default); `'mean'`, the mean over batch and positions of this run,
   * without padding; `'resample'`, the activation of another sequence of the batch (Chan et al. 2022); or values of
   * one's own that broadcast to it, such as those of `meanActivations`.
   */
  readonly value?: 'zero' | 'mean' | 'resample' | Vector | Activations;
  /** The seed of `'resample'`, which gives each sequence another one; 0 if absent. */
  readonly seed?: number;
}

/**
 * Ablation: replaces an activation, or a part of it, by zero, a mean or the activation of another sequence. `name` is a
 * path or a name of TransformerLens and may contain `*`. `'mean'` is refused while a text is generated, since a step
 * holds only a part of it; `'resample'` needs two sequences or more.
 */
export function ablate(name: string, options: AblateOptions = {}): Hook {
  expectOptions('ablate', options, { ...selectionNames, value: 0, seed: 0 });
  const { value = 'zero', seed, ...selection } = options;
  expectSelection('ablate', selection);
  expectValue(isValue(value), 'ablate', 'value', value, "'zero', 'mean', 'resample' or values of its own", 'option');
  if (seed !== undefined && value !== 'resample')
    throw new ResidualError('option', `ablate: seed is ${seed} but nothing is drawn; it goes with value 'resample'`);
  const resampleSeed = checkSeed('ablate', seed ?? 0);
  return change('ablate', name, (x, site) => {
    if (value === 'zero') return replaceSelected(x, tensor([0], [1]), selection, site);
    if (value === 'mean') return replaceSelected(x, meanOf(x, site), selection, site);
    if (value === 'resample') return replaceSelected(x, otherSequences(x, resampleSeed, site), selection, site);
    if (isActivations(value)) return replaceBySource(x, value.activation(site.path), selection, site);
    const values = vectorTensor(value);
    expectBroadcast(site, x, values);
    return replaceSelected(x, values, selection, site);
  });
}

type Value = NonNullable<AblateOptions['value']>;

function isValue(value: unknown): value is Value {
  if (typeof value === 'string') return ['zero', 'mean', 'resample'].includes(value);
  return Array.isArray(value) || value instanceof Float32Array || isTensor(value) || isActivations(value);
}

/** Whether a value holds activations by path. */
export function isActivations(value: unknown): value is Activations {
  return typeof (value as Activations | undefined)?.activation === 'function';
}

/** The mean over batch and positions, without padding: [batch, ..., length, width] to [1, ..., 1, width]. */
export function meanOf(x: Tensor, site: Site): Tensor {
  const rank = x.shape.length;
  const { length, range: padding, isStep } = positionAxisOf(x, site);
  if (isStep)
    throw new ResidualError(
      'option',
      `${site.caller}: value is 'mean' while a text is generated, where a step holds only a part of it; give the ` +
        'mean over other texts, from meanActivations',
    );
  const options = { axis: rank > 2 ? [0, rank - 2] : [0], keepDims: true };
  const { keyStart, keyEnd } = padding;
  if (rank < 3 || !(keyStart || keyEnd)) return mean(x, options);
  const columns = broadcastTo(toFloat(reshape(range(length), [1, length])), [x.shape[0]!, length]);
  const bound = (limit: Tensor) => toFloat(reshape(limit, [-1, 1]));
  const tests = [
    ...(keyStart ? [greaterEqual(columns, bound(keyStart))] : []),
    ...(keyEnd ? [less(columns, bound(keyEnd))] : []),
  ];
  const middle = x.shape.slice(1, -2).map(() => 1);
  const isText = reshape(toFloat(tests.reduce(logicalAnd)), [x.shape[0]!, ...middle, length, 1]);
  const text = where(scalarMinus(1, isText), scalar(0), x); // padding may hold anything
  return div(sum(text, options), sum(isText, options));
}

/** For each sequence the activation of another one, by a random cycle through the batch (Sattolo 1986). */
function otherSequences(x: Tensor, seed: number, site: Site): Tensor {
  const batch = x.shape[0]!;
  if (batch < 2)
    throw new ResidualError(
      'option',
      `ablate: value is 'resample' and ${site.path} has ${batch} sequence; it takes the activation of another one, ` +
        'so there must be two or more',
    );
  const order = Array.from({ length: batch }, (_, i) => i);
  for (let i = batch - 1; i > 0; i--) {
    const other = Math.floor(uniformAt(seed, 'ablate', i) * i);
    [order[i], order[other]] = [order[other]!, order[i]!];
  }
  return gather(x, tensor(order, [batch], 'int32'), 0);
}
