import { add, div, expectOptions, matMul, mul, sqrt, square, sub, sum, type Tensor, transpose } from '@residual/tensor';
import { expectFraction, expectNonNegative } from '../numbers.js';
import { adamW } from './adam.js';
import type { Optimizer, WeightFilter } from './optimizer.js';

/** Settings of `muon`. */
export interface MuonOptions {
  /** The momentum; 0.95 if absent. */
  readonly momentum?: number;
  /** The weight decay, multiplied by the learning rate; 0.1 if absent. */
  readonly weightDecay?: number;
  /**
   * Selects the hidden matrices; all other weights use `adamW`. All matrices except embeddings, positions and heads if
   * absent.
   */
  readonly hiddenMatrices?: WeightFilter;
}

/**
 * Muon: the momentum of a matrix, orthogonalized by five Newton-Schulz steps, times 0.2 · √max(out, in), so that
 * learning rates of AdamW apply (Jordan et al. 2024; Liu et al. 2025). Weights that are not hidden matrices use `adamW`
 * with beta2 0.95 and no decay.
 */
export function muon(options: MuonOptions = {}): Optimizer {
  expectOptions('muon', options, { momentum: 0, weightDecay: 0, hiddenMatrices: 0 });
  const { momentum = 0.95, weightDecay = 0.1, hiddenMatrices = isHidden } = options;
  expectFraction('muon', 'momentum', momentum);
  expectNonNegative('muon', 'weightDecay', weightDecay);
  const isMatrix: WeightFilter = (path, shape) => shape.length === 2 && hiddenMatrices(path, shape);
  const others = adamW({ beta2: 0.95, weightDecay: 0 });
  return {
    name: 'muon',
    stateNames: (path, shape) => (isMatrix(path, shape) ? ['first'] : others.stateNames(path, shape)),
    scalars: others.scalars,
    update: input => {
      const { path, weight, gradient, optimizerState, scalars } = input;
      if (!isMatrix(path, weight.shape)) return others.update(input);
      const first = add(mul(optimizerState.first!, momentum), gradient);
      const direction = orthogonalize(add(gradient, mul(first, momentum)));
      const step = mul(direction, mul(scalars.rate!, 0.2 * Math.sqrt(Math.max(...weight.shape))));
      const decayed = sub(weight, mul(weight, mul(scalars.rate!, weightDecay)));
      return { weight: sub(decayed, step), optimizerState: { first } };
    },
  };
}

const isHidden: WeightFilter = path => !/(^|\.)(embedding|positions|head)\./.test(path);

/** The nearest matrix with singular values near 1: X ← aX + (b XXᵀ + c (XXᵀ)²) X, five times. */
function orthogonalize(gradient: Tensor): Tensor {
  const [a, b, c] = [3.4445, -4.775, 2.0315];
  const isTall = gradient.shape[0]! > gradient.shape[1]!;
  const g = isTall ? transpose(gradient, [1, 0]) : gradient;
  let x = div(g, add(sqrt(sum(square(g))), 1e-7));
  for (let i = 0; i < 5; i++) {
    const outer = matMul(x, x, { transposeB: true });
    x = add(mul(x, a), matMul(add(mul(outer, b), mul(matMul(outer, outer), c)), x));
  }
  return isTall ? transpose(x, [1, 0]) : x;
}
