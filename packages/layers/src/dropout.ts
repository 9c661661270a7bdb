import {
  dropout as applyDropout,
  clone,
  expectOptions,
  type RandomStream,
  ResidualError,
  type Tensor,
} from '@residual/tensor';
import { type Layer, layer } from './layer.js';
import { type Scope, slot } from './scope.js';

/** What makes random decisions repeatable: the seed of the run and the number of the step. */
export interface Randomness {
  readonly seed: number;
  readonly step: number;
}

/** The slot of the randomness of a training step; dropout does nothing where it is empty. */
export const randomness = /* @__PURE__ */ slot<Randomness>('randomness');

/** A layer without weights that drops entries at a rate. */
export interface Dropout extends Layer<Record<never, never>, Tensor, Tensor> {
  readonly rate: number;
  /** Where this use's random decisions stand, for an op that drops inside itself; undefined where nothing is dropped. */
  readonly randomStreamIn: (scope: Scope) => (RandomStream & { readonly rate: number }) | undefined;
}

/** Settings of `dropout`. */
export interface DropoutOptions {
  /** The probability with which an entry is dropped, from 0 to below 1. */
  readonly rate: number;
}

/**
 * Sets entries to 0 with probability `rate` and divides the others by 1 - rate, while `randomness` is in the scope; otherwise x as it is (Srivastava et
 * al. 2014). The mask depends on the seed, the path of the use and the step alone. Errors on a rate that is not from 0 to below 1.
 */
export function dropout(options: DropoutOptions): Dropout {
  expectOptions('dropout', options, { rate: 1 });
  const { rate } = options;
  if (!(rate >= 0 && rate < 1))
    throw new ResidualError('range', `dropout: rate is ${rate}; it must be from 0 to below 1`);
  const randomStreamIn = (scope: Scope) => {
    const random = scope.get(randomness);
    return random && rate > 0 ? { ...random, path: scope.path, rate } : undefined;
  };
  const run = layer(
    {},
    (_, x: Tensor, scope) => {
      const stream = randomStreamIn(scope);
      return stream ? applyDropout(x, rate, stream) : clone(x);
    },
    { name: 'dropout' },
  );
  return Object.assign(run, { rate, randomStreamIn });
}
