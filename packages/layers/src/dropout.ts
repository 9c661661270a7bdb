import {
  dropout as applyDropout,
  clone,
  expectOptions,
  expectValue,
  type RandomStream,
  type Tensor,
} from '@residual/tensor';
import { type Layer, layer } from './layer.js';
import { type Scope, slot } from './scope.js';

/** What makes dropout reproducible: the seed of the run and the number of the training step. */
export interface Randomness {
  readonly seed: number;
  readonly step: number;
}

/** The slot for the randomness of a training step. While it is empty, dropout does nothing. */
export const randomness = /* @__PURE__ */ slot<Randomness>('randomness');

/** The layer of `dropout`; it has no weights. */
export interface Dropout extends Layer<Record<never, never>, Tensor, Tensor> {
  readonly rate: number;
  /** The random stream of this use, for an op with dropout inside; undefined if nothing is dropped. */
  readonly randomStreamIn: (scope: Scope) => (RandomStream & { readonly rate: number }) | undefined;
}

/** Settings of `dropout`. */
export interface DropoutOptions {
  /** The probability that an entry is set to 0, from 0 to below 1. */
  readonly rate: number;
}

/**
 * Dropout (Srivastava et al. 2014): x of any shape to the same. While `randomness` is in the scope, it sets entries to
 * 0 with probability `rate` and divides the others by 1 - rate; otherwise it returns x unchanged. The mask depends only
 * on the seed, the path of the layer and the step. Errors if the rate is not from 0 to below 1.
 */
export function dropout(options: DropoutOptions): Dropout {
  expectOptions('dropout', options, { rate: 1 });
  const { rate } = options;
  expectValue(rate >= 0 && rate < 1, 'dropout', 'rate', rate, 'a number from 0 to below 1', 'range');
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
