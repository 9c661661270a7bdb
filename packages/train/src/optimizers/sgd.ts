import { add, expectOptions, mul, sub } from '@residual/tensor';
import { expectFraction, expectNonNegative } from '../numbers.js';
import type { Optimizer } from './optimizer.js';

/** Settings of `sgd`. */
export interface SgdOptions {
  /** The momentum; 0 if absent. */
  readonly momentum?: number;
  /** Whether to use Nesterov momentum (Nesterov 1983); false if absent. */
  readonly nesterov?: boolean;
  /** weightDecay · weight is added to the gradient; 0 if absent. */
  readonly weightDecay?: number;
}

/** Gradient descent with optional momentum: v = momentum · v + g, w = w - rate · v (Sutskever et al. 2013). */
export function sgd(options: SgdOptions = {}): Optimizer {
  expectOptions('sgd', options, { momentum: 0, nesterov: 0, weightDecay: 0 });
  const { momentum = 0, nesterov = false, weightDecay = 0 } = options;
  expectFraction('sgd', 'momentum', momentum);
  expectNonNegative('sgd', 'weightDecay', weightDecay);
  return {
    name: 'sgd',
    stateNames: () => (momentum > 0 ? ['velocity'] : []),
    scalars: rate => ({ rate }),
    update: ({ weight, gradient, optimizerState, scalars: { rate } }) => {
      const decayedGradient = weightDecay > 0 ? add(gradient, mul(weight, weightDecay)) : gradient;
      if (momentum === 0) return { weight: sub(weight, mul(decayedGradient, rate!)), optimizerState };
      const velocity = add(mul(optimizerState.velocity!, momentum), decayedGradient);
      const step = nesterov ? add(decayedGradient, mul(velocity, momentum)) : velocity;
      return { weight: sub(weight, mul(step, rate!)), optimizerState: { velocity } };
    },
  };
}
