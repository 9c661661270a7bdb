import { add } from '../ops/arithmetic.js';
import { matMul } from '../ops/mat-mul.js';
import { type NoAttributes, type Op, runOp } from '../ops/op.js';
import { reshape } from '../ops/shape.js';
import { sum } from '../ops/sum.js';
import type { Tensor } from '../tensor.js';

/** The inputs of `residual.linear`. */
export type LinearInputs = {
  /** [..., in]. */
  readonly x: Tensor;
  /** [out, in]. */
  readonly weight: Tensor;
  /** [out]. */
  readonly bias?: Tensor;
};

const linearOp: Op<LinearInputs, NoAttributes> = {
  name: 'residual.linear',
  compose: ({ x, weight, bias }) => {
    const y = matMul(flattenRows(x), weight, { transposeB: true });
    return reshape(bias ? add(y, bias) : y, [...x.shape.slice(0, -1), weight.shape[0]!]);
  },
  saves: ['x', 'weight'],
  gradient: (dy, { saved: { x, weight }, shapes }) => ({
    x: () => reshape(matMul(flattenRows(dy), weight), shapes.x),
    weight: () => matMul(flattenRows(dy), flattenRows(x), { transposeA: true }),
    bias: () => sum(flattenRows(dy), { axis: 0 }),
  }),
};

/** x weightᵀ + bias with a dense weight; the shapes fit. */
export function denseLinear(x: Tensor, weight: Tensor, bias: Tensor | undefined): Tensor {
  return runOp(linearOp, { x, weight, ...(bias && { bias }) }, {});
}

/** Joins the leading axes: [..., width] to [rows, width]. */
export function flattenRows(x: Tensor): Tensor {
  return x.shape.length === 2 ? x : reshape(x, [-1, x.shape.at(-1)!]);
}
