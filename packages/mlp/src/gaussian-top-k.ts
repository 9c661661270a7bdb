import { add, expectOptions, expectValue, mean, mul, relu, sqrt, square, sub, type Tensor } from '@residual/tensor';
import { type AnyActivation, applyActivation } from './activate.js';

/** Settings of `gaussianTopK`. */
export interface GaussianTopKOptions {
  /** The share of a normal distribution that becomes 0, above 0 and below 1. */
  readonly sparsity: number;
  /** What follows the cut. */
  readonly activation: AnyActivation;
}

/**
 * The gaussian top-k of Gemma 3n (You et al. 2025), for the activation of `gatedMlp`: activation(relu(x - cut)), where
 * cut is the mean of the last axis of x plus its standard deviation times the quantile of the standard normal
 * distribution at `sparsity`. [..., hiddenDim] to the same.
 */
export function gaussianTopK(options: GaussianTopKOptions): (x: Tensor) => Tensor {
  expectOptions('gaussianTopK', options, { sparsity: 1, activation: 1 });
  const { sparsity, activation } = options;
  const isShare = sparsity > 0 && sparsity < 1;
  expectValue(isShare, 'gaussianTopK', 'sparsity', sparsity, 'a number above 0 and below 1', 'range');
  const quantile = normalQuantile(Math.fround(sparsity)); // as the reference, which has it in float32
  return x => {
    const center = mean(x, { axis: -1, keepDims: true });
    const deviation = sqrt(mean(square(sub(x, center)), { axis: -1, keepDims: true }));
    return applyActivation(activation, relu(sub(x, add(center, mul(deviation, quantile)))));
  };
}

/** The x below which a standard normal variable lies with probability p, by bisection. */
function normalQuantile(p: number): number {
  let [low, high] = [-8, 8];
  for (let i = 0; i < 80; i++) {
    const middle = (low + high) / 2;
    if (normalDistribution(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The probability that a standard normal variable is below x: 1/2 + φ(x) (x + x³/3 + x⁵/(3·5) + ...). */
function normalDistribution(x: number): number {
  let [term, sum] = [x, x];
  for (let n = 3; Math.abs(term) > 1e-17 * Math.abs(sum); n += 2) {
    term *= (x * x) / n;
    sum += term;
  }
  return 0.5 + (sum * Math.exp(-(x * x) / 2)) / Math.sqrt(2 * Math.PI);
}
