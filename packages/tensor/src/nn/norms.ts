import { expectShape, showShape } from '../errors.js';
import { add, mul, sub } from '../ops/arithmetic.js';
import { lastAxis } from '../ops/axes.js';
import { rsqrt, square } from '../ops/functions.js';
import { type Op, runOp } from '../ops/op.js';
import { mean } from '../ops/reduce.js';
import { sumTo } from '../ops/sum.js';
import type { Tensor } from '../tensor.js';

/** The inputs of `residual.layerNorm`. */
export type LayerNormInputs = {
  /** [..., dim]. */
  readonly x: Tensor;
  /** [dim]. */
  readonly weight: Tensor;
  /** [dim]. */
  readonly bias?: Tensor;
};

/** The inputs of `residual.rmsNorm`. */
export type RmsNormInputs = {
  /** [..., dim]. */
  readonly x: Tensor;
  /** [dim]. */
  readonly weight?: Tensor;
};

/** The attributes of both norms: what is added to the variance or mean square. */
export type NormAttributes = { readonly epsilon: number };

const layerNormOp: Op<LayerNormInputs, NormAttributes> = {
  name: 'residual.layerNorm',
  compose: ({ x, weight, bias }, { epsilon }) => {
    const scaled = mul(standardize(x, epsilon).unit, weight);
    return bias ? add(scaled, bias) : scaled;
  },
  saves: ['x', 'weight'],
  gradient: (dy, { saved: { x, weight }, shapes, attributes: { epsilon } }) => {
    const { unit, inverse } = standardize(x, epsilon);
    return {
      x: () => {
        const g = mul(dy, weight);
        const along = mul(unit, mean(mul(g, unit), lastAxis));
        return mul(inverse, sub(sub(g, mean(g, lastAxis)), along));
      },
      weight: () => sumTo(mul(dy, unit), shapes.weight),
      bias: () => sumTo(dy, shapes.weight),
    };
  },
};

/**
 * Layer norm, (x - mean) / √(variance + epsilon) · weight + bias along the last axis: x [..., dim], weight and bias
 * [dim] (Ba et al. 2016).
 */
export function layerNorm(x: Tensor, weight: Tensor, bias: Tensor | undefined, epsilon: number): Tensor {
  expectDim('layerNorm', x, weight, bias);
  return runOp(layerNormOp, { x, weight, bias }, { epsilon });
}

const rmsNormOp: Op<RmsNormInputs, NormAttributes> = {
  name: 'residual.rmsNorm',
  compose: ({ x, weight }, { epsilon }) => {
    const unit = mul(x, inverseRootMeanSquare(x, epsilon));
    return weight ? mul(unit, weight) : unit;
  },
  saves: ['x', 'weight'],
  gradient: (dy, { saved: { x, weight }, shapes, attributes: { epsilon } }) => {
    const inverse = inverseRootMeanSquare(x, epsilon);
    const unit = mul(x, inverse);
    return {
      x: () => {
        const g = weight ? mul(dy, weight) : dy;
        return mul(inverse, sub(g, mul(unit, mean(mul(g, unit), lastAxis))));
      },
      weight: () => sumTo(mul(dy, unit), shapes.weight),
    };
  },
};

/**
 * RMS norm, x / √(mean x² + epsilon) · weight along the last axis: x [..., dim], weight [dim] (Zhang and Sennrich
 * 2019).
 */
export function rmsNorm(x: Tensor, weight: Tensor | undefined, epsilon: number): Tensor {
  expectDim('rmsNorm', x, weight);
  return runOp(rmsNormOp, { x, weight }, { epsilon });
}

function standardize(x: Tensor, epsilon: number): { unit: Tensor; inverse: Tensor } {
  const shifted = sub(x, mean(x, lastAxis));
  // The second subtraction removes the rounding error of the mean of large numbers.
  const centered = sub(shifted, mean(shifted, lastAxis));
  const inverse = rsqrt(add(mean(square(centered), lastAxis), epsilon));
  return { unit: mul(centered, inverse), inverse };
}

function inverseRootMeanSquare(x: Tensor, epsilon: number): Tensor {
  return rsqrt(add(mean(square(x), lastAxis), epsilon));
}

function expectDim(name: string, x: Tensor, ...parts: (Tensor | undefined)[]): void {
  for (const part of parts) {
    expectShape(
      !part || (part.shape.length === 1 && part.shape[0] === x.shape.at(-1)),
      () => `${name}: x ${showShape(x.shape)} needs [${x.shape.at(-1)}], was given ${showShape(part?.shape ?? [])}`,
    );
  }
}
