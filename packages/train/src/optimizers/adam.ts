import { adamStep, expectOptions, movingMean, movingMeanOfSquares, mul } from '@residual/tensor';
import { expectFraction, expectNonNegative, expectPositive } from '../numbers.js';
import type { Optimizer, WeightFilter } from './optimizer.js';

/** Settings of `adam`. */
export interface AdamOptions {
  /** The decay rate of the mean of gradients; 0.9 if absent. */
  readonly beta1?: number;
  /** The decay rate of the mean of squared gradients; 0.999 if absent. */
  readonly beta2?: number;
  /** Added to the denominator, the same number on every backend; 1e-8 if absent. */
  readonly epsilon?: number;
}

/** Settings of `adamW`. */
export interface AdamWOptions extends AdamOptions {
  /** The weight decay, multiplied by the learning rate; 0.01 if absent. */
  readonly weightDecay?: number;
  /** Selects the weights that decay; all if absent. `onlyMatrices` excludes biases and norms. */
  readonly decays?: WeightFilter;
}

const adamNames = { beta1: 0, beta2: 0, epsilon: 0 } as const;

/**
 * Adam: w = w - rate · m̂ / (√v̂ + epsilon), with bias-corrected means of the gradient and its square (Kingma and Ba
 * 2015).
 */
export function adam(options: AdamOptions = {}): Optimizer {
  expectOptions('adam', options, adamNames);
  return adamLike('adam', options, () => 0);
}

/** Adam with decoupled weight decay: w = w - rate · weightDecay · w, then as `adam` (Loshchilov and Hutter 2019). */
export function adamW(options: AdamWOptions = {}): Optimizer {
  expectOptions('adamW', options, { ...adamNames, weightDecay: 0, decays: 0 });
  const { weightDecay = 0.01, decays = () => true } = options;
  expectNonNegative('adamW', 'weightDecay', weightDecay);
  return adamLike('adamW', options, (path, shape) => (decays(path, shape) ? weightDecay : 0));
}

function adamLike(
  name: string,
  { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamOptions,
  decayOf: (path: string, shape: readonly number[]) => number,
): Optimizer {
  expectFraction(name, 'beta1', beta1);
  expectFraction(name, 'beta2', beta2);
  expectPositive(name, 'epsilon', epsilon);
  return {
    name,
    stateNames: () => ['first', 'second'],
    // m̂ = first / (1 - beta1^t), v̂ = second / (1 - beta2^t)
    scalars: (rate, t) => ({ rate, step: rate / (1 - beta1 ** t), unbias: 1 / Math.sqrt(1 - beta2 ** t) }),
    update: ({ path, weight, gradient, optimizerState, scalars: { rate, step, unbias } }) => {
      const decay = decayOf(path, weight.shape);
      const first = movingMean(optimizerState.first!, gradient, beta1);
      const second = movingMeanOfSquares(optimizerState.second!, gradient, beta2);
      const share = decay > 0 ? { decay: mul(rate!, decay) } : {};
      const updated = adamStep({ weight, first, second, step: step!, unbias: unbias!, ...share }, { epsilon });
      return { weight: updated, optimizerState: { first, second } };
    },
  };
}
