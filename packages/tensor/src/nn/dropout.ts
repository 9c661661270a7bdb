import { checkSeed, type RandomKey, randomBitsAt, randomKey, streamOf } from '@residual/base';
import { ResidualError } from '../errors.js';
import { activeCapture } from '../op-observers.js';
import { mul } from '../ops/arithmetic.js';
import { clone, type Op, runOp, type UnaryInputs } from '../ops/op.js';
import { type Tensor, tensor } from '../tensor.js';

/** The stream of random numbers of one use in one step: the seed of the run, the path of the use, the step. */
export interface RandomStream {
  readonly seed: number;
  readonly path: string;
  readonly step: number;
}

/**
 * The attributes of `residual.dropout`: entry i is kept if the upper 24 bits at `key` and counter i are at least
 * round(rate · 2²⁴).
 */
export type DropoutAttributes = { readonly rate: number; readonly key: RandomKey };

const dropoutOp: Op<UnaryInputs, DropoutAttributes> = {
  name: 'residual.dropout',
  compose: ({ x }, attributes) => mul(x, tensor(dropoutMask(x.size, attributes), x.shape)),
  gradient: (dy, { attributes }) => ({ x: () => applyDropout(dy, attributes) }),
};

/**
 * Dropout (Srivastava et al. 2014): sets each entry of x to 0 with probability `rate` and divides the others by 1 -
 * rate. The same stream gives the same mask on every backend and in the backward pass: entry i is kept if the upper 24
 * bits at `randomKey(seed, streamOf(path), step)` and counter i are at least round(rate · 2²⁴). Errors if rate is not
 * from 0 to below 1, and inside a capture, whose replays would all have the same mask.
 */
export function dropout(x: Tensor, rate: number, stream: RandomStream): Tensor {
  const attributes = dropoutAttributes('dropout', rate, stream);
  return rate === 0 ? clone(x) : applyDropout(x, attributes);
}

/** The attributes for a rate and a random stream. Errors if one of them is out of range. */
export function dropoutAttributes(name: string, rate: number, { seed, path, step }: RandomStream): DropoutAttributes {
  if (!(rate >= 0 && rate < 1))
    throw new ResidualError('range', `${name}: rate is ${rate}; it must be from 0 to below 1`);
  if (!Number.isInteger(step) || step < 0)
    throw new ResidualError('range', `${name}: step is ${step}; it must be a whole number from 0`);
  return { rate, key: randomKey(checkSeed(name, seed), streamOf(path), step) };
}

/** Dropout with checked attributes. */
export function applyDropout(x: Tensor, attributes: DropoutAttributes): Tensor {
  if (activeCapture())
    throw new ResidualError('capture', 'dropout: a captured step would repeat one mask; capture without dropout');
  return runOp(dropoutOp, { x }, attributes);
}

/**
 * What kernels compute dropout from: entry i becomes 0 if the upper 24 bits at `key` and counter i are below
 * `threshold`, and is multiplied by `scale` if not.
 */
export function dropoutParameters({ rate }: DropoutAttributes): { readonly threshold: number; readonly scale: number } {
  return { threshold: Math.round(rate * 2 ** 24), scale: 1 / (1 - rate) };
}

function dropoutMask(length: number, attributes: DropoutAttributes): Float32Array {
  const { threshold, scale } = dropoutParameters(attributes);
  const values = new Float32Array(length);
  for (let i = 0; i < length; i++) values[i] = randomBitsAt(attributes.key, i) >>> 8 < threshold ? 0 : scale;
  return values;
}
