import { clone, dropout as drop, type Tensor } from '@residual/tensor';
import { type Layer, layer } from './layer.js';
import { slot } from './scope.js';

/** What makes random decisions repeatable: the seed of the run and the number of the step. */
export interface Randomness {
  readonly seed: number;
  readonly step: number;
}

/** The slot of the randomness of a training step; dropout does nothing where it is empty. */
export const randomness = /* @__PURE__ */ slot<Randomness>('randomness');

/**
 * Sets entries to 0 with probability `rate` and divides the others by 1 - rate, while `randomness` is in the scope; otherwise x as it is (Srivastava et
 * al. 2014). The mask depends on the seed, the path of the use and the step alone.
 */
export function dropout({ rate }: { readonly rate: number }): Layer<Record<never, never>, Tensor, Tensor> {
  return layer(
    {},
    (_, x: Tensor, scope) => {
      const random = scope.get(randomness);
      return random && rate > 0 ? drop(x, rate, { ...random, path: scope.path }) : clone(x);
    },
    { name: 'dropout' },
  );
}
