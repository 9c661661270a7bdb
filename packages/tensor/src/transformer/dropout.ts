import { ResidualError } from '../errors.js';
import { type Op, run } from '../op.js';
import { mul } from '../ops/elementwise.js';
import { checkSeed, mix, randomBits, streamOf } from '../random.js';
import { type Tensor, tensor } from '../tensor.js';

/** Where a random decision stands: the seed of the run, the path of its use, the step. */
export interface RandomPlace {
  readonly seed: number;
  readonly path: string;
  readonly step: number;
}

type DropoutAttributes = { rate: number; seed: number; stream: number; step: number };

const dropoutOp: Op<{ x: Tensor }, DropoutAttributes> = {
  name: 'residual.dropout',
  compose: ({ x }, attributes) => mul(x, tensor(mask(x.size, attributes), x.shape)),
  gradient: (dy, { attributes }) => ({ x: () => run(dropoutOp, { x: dy }, attributes) }),
};

/**
 * x with each entry set to 0 with probability `rate`, the others divided by 1 - rate (Srivastava et al. 2014). The same place gives the same mask on
 * every backend and again in the backward pass.
 */
export function dropout(x: Tensor, rate: number, { seed, path, step }: RandomPlace): Tensor {
  if (!(rate >= 0 && rate < 1))
    throw new ResidualError('range', `dropout: rate is ${rate}; it must be from 0 to below 1`);
  return run(dropoutOp, { x }, { rate, seed: checkSeed('dropout', seed), stream: streamOf(path), step });
}

/** Entry i is kept where the 24-bit uniform number at (seed, stream, step, i) is at least `rate`. */
function mask(length: number, { rate, seed, stream, step }: DropoutAttributes): Float32Array {
  const key = randomBits(seed, stream, step);
  const threshold = Math.round(rate * 2 ** 24);
  const kept = 1 / (1 - rate);
  return Float32Array.from({ length }, (_, i) => (mix((key + i) | 0) >>> 8 < threshold ? 0 : kept));
}
