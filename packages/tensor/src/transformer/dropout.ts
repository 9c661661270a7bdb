import { ResidualError } from '../errors.js';
import { type Op, run } from '../op.js';
import { clone, mul } from '../ops/elementwise.js';
import { bitsAt, checkSeed, type RandomKey, randomKey, streamOf } from '../random.js';
import { type Tensor, tensor } from '../tensor.js';

/** Where a random decision stands: the seed of the run, the path of its use, the step. */
export interface RandomPlace {
  readonly seed: number;
  readonly path: string;
  readonly step: number;
}

type DropoutAttributes = { rate: number; key: RandomKey };

const dropoutOp: Op<{ x: Tensor }, DropoutAttributes> = {
  name: 'residual.dropout',
  compose: ({ x }, attributes) => mul(x, tensor(mask(x.size, attributes), x.shape)),
  gradient: (dy, { attributes }) => ({ x: () => run(dropoutOp, { x: dy }, attributes) }),
};

/**
 * x with each entry set to 0 with probability `rate`, the others divided by 1 - rate (Srivastava et al. 2014). The same place gives the same mask on
 * every backend and again in the backward pass. Entry i is kept where the upper 24 bits at `randomKey(seed, streamOf(path), step)` and counter i
 * are at least rate · 2²⁴.
 */
export function dropout(x: Tensor, rate: number, { seed, path, step }: RandomPlace): Tensor {
  if (!(rate >= 0 && rate < 1))
    throw new ResidualError('range', `dropout: rate is ${rate}; it must be from 0 to below 1`);
  if (!Number.isInteger(step) || step < 0)
    throw new ResidualError('range', `dropout: step is ${step}; it must be a whole number from 0`);
  const key = randomKey(checkSeed('dropout', seed), streamOf(path), step);
  return rate === 0 ? clone(x) : run(dropoutOp, { x }, { rate, key });
}

function mask(length: number, { rate, key }: DropoutAttributes): Float32Array {
  const threshold = Math.round(rate * 2 ** 24);
  const values = new Float32Array(length);
  for (let i = 0; i < length; i++) values[i] = bitsAt(key, i) >>> 8 < threshold ? 0 : 1 / (1 - rate);
  return values;
}
