import { expectOptions, greater, less, movingMean, mul, sub, type Tensor, toFloat } from '@residual/tensor';
import { expectFraction, expectNonNegative } from '../numbers.js';
import type { Optimizer, WeightFilter } from './optimizer.js';

/** Settings of `lion`. */
export interface LionOptions {
  /** The share of the momentum in the update direction; 0.9 if absent. */
  readonly beta1?: number;
  /** The decay rate of the momentum; 0.99 if absent. */
  readonly beta2?: number;
  /** The weight decay, multiplied by the learning rate; 0 if absent. */
  readonly weightDecay?: number;
  /** Selects the weights that decay; all if absent. */
  readonly decays?: WeightFilter;
}

/** Lion: w = w - rate · (sign(beta1 · m + (1 - beta1) · g) + weightDecay · w) (Chen et al. 2023). */
export function lion(options: LionOptions = {}): Optimizer {
  expectOptions('lion', options, { beta1: 0, beta2: 0, weightDecay: 0, decays: 0 });
  const { beta1 = 0.9, beta2 = 0.99, weightDecay = 0, decays = () => true } = options;
  expectFraction('lion', 'beta1', beta1);
  expectFraction('lion', 'beta2', beta2);
  expectNonNegative('lion', 'weightDecay', weightDecay);
  return {
    name: 'lion',
    stateNames: () => ['momentum'],
    scalars: rate => ({ rate }),
    update: ({ path, weight, gradient, optimizerState, scalars: { rate } }) => {
      const momentum = optimizerState.momentum!;
      const direction = sign(movingMean(momentum, gradient, beta1));
      const decay = decays(path, weight.shape) ? weightDecay : 0;
      const decayed = decay > 0 ? sub(weight, mul(weight, mul(rate!, decay))) : weight;
      return {
        weight: sub(decayed, mul(direction, rate!)),
        optimizerState: { momentum: movingMean(momentum, gradient, beta2) },
      };
    },
  };
}

function sign(x: Tensor): Tensor {
  return sub(toFloat(greater(x, 0)), toFloat(less(x, 0)));
}
