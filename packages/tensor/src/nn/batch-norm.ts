import { expectShape, showShape } from '../errors.js';
import { add, mul, sub } from '../ops/arithmetic.js';
import { rsqrt, square } from '../ops/functions.js';
import { type Op, runOp } from '../ops/op.js';
import { mean } from '../ops/reduce.js';
import { reshape } from '../ops/shape.js';
import { sum } from '../ops/sum.js';
import { type Tensor, tidy } from '../tensor.js';
import { flattenRows } from './dense-linear.js';
import type { NormAttributes } from './norms.js';

/** The inputs of `residual.batchNorm`. */
export type BatchNormInputs = {
  /** [rows, dim]. */
  readonly x: Tensor;
  /** [dim]. */
  readonly weight: Tensor;
  /** [dim]. */
  readonly bias: Tensor;
};

const rows = { axis: 0 } as const;

const batchNormOp: Op<BatchNormInputs, NormAttributes> = {
  name: 'residual.batchNorm',
  compose: ({ x, weight, bias }, { epsilon }) => {
    const { mean: center, variance } = momentsOf(x);
    const scale = mul(weight, rsqrt(add(variance, epsilon)));
    return add(mul(x, scale), sub(bias, mul(center, scale)));
  },
  saves: ['x', 'weight'],
  gradient: (dy, { saved: { x, weight }, attributes: { epsilon } }) => {
    const { mean: center, variance } = momentsOf(x);
    const inverse = rsqrt(add(variance, epsilon));
    const total = sum(dy, rows);
    // Σ dy · (x - mean) / √variance
    const along = mul(sub(sum(mul(dy, x), rows), mul(center, total)), inverse);
    return {
      x: () => {
        const [scale, share] = [mul(weight, inverse), 1 / x.shape[0]!];
        const slope = mul(mul(mul(scale, inverse), along), -share);
        const shift = mul(add(mul(scale, mul(total, share)), mul(slope, center)), -1);
        return add(mul(dy, scale), add(mul(x, slope), shift));
      },
      weight: () => along,
      bias: () => total,
    };
  },
};

/**
 * Batch norm with the statistics of the batch (Ioffe and Szegedy 2015): (x - mean) / √(variance + epsilon) · weight +
 * bias for each entry of the last axis over all positions of all sequences, x [..., dim], weight and bias [dim].
 */
export function batchNorm(x: Tensor, weight: Tensor, bias: Tensor, epsilon: number): Tensor {
  const dim = x.shape.at(-1);
  expectShape(
    [weight, bias].every(({ shape }) => shape.length === 1 && shape[0] === dim) && x.size > 0,
    () =>
      `batchNorm: x ${showShape(x.shape)}, weight ${showShape(weight.shape)} and bias ${showShape(bias.shape)} do ` +
      'not fit; they are [..., dim], not empty, [dim] and [dim]',
  );
  return tidy(() => reshape(runOp(batchNormOp, { x: flattenRows(x), weight, bias }, { epsilon }), x.shape));
}

/** The mean and the variance, divided by the count, of each entry of the last axis: x [..., dim] to [dim] each. */
export function batchMoments(x: Tensor): { readonly mean: Tensor; readonly variance: Tensor } {
  return tidy(() => momentsOf(flattenRows(x)));
}

function momentsOf(x: Tensor): { readonly mean: Tensor; readonly variance: Tensor } {
  const center = mean(x, rows);
  return { mean: center, variance: mean(square(sub(x, center)), rows) };
}
