import { expectShape, showShape } from '../errors.js';
import { add, mul } from '../ops/arithmetic.js';
import { zeros } from '../ops/create.js';
import { matMul } from '../ops/mat-mul.js';
import { type NoAttributes, type Op, runOp } from '../ops/op.js';
import { reshape } from '../ops/shape.js';
import { sum } from '../ops/sum.js';
import { type Matrix, type Tensor, tidy } from '../tensor.js';
import { activeAdapters } from './low-rank.js';
import { dense, isLowRankSum, type LowRankSum } from './matrix.js';

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

/** x weightᵀ + bias: x [..., in], weight [out, in], bias [out] to [..., out]. */
export function linear(x: Tensor, weight: Matrix, bias?: Tensor): Tensor {
  const [out, width] = weight.shape;
  expectShape(
    weight.shape.length === 2 &&
      x.shape.at(-1) === width &&
      (!bias || (bias.shape.length === 1 && bias.shape[0] === out)),
    () =>
      `linear: x ${showShape(x.shape)}, weight ${showShape(weight.shape)}` +
      `${bias ? ` and bias ${showShape(bias.shape)}` : ''} do not fit; weight is [out, in], x [..., in]`,
  );
  if (x.size === 0 || width === 0 || out === 0) {
    return tidy(() => add(zeros([...x.shape.slice(0, -1), out!]), bias ?? 0));
  }
  if (isLowRankSum(weight)) return linearWithAdapters(x, weight, bias);
  return runOp(linearOp, { x, weight: dense(weight), bias }, {});
}

/** x baseᵀ + bias + Σ scale · (x downᵀ) upᵀ, without computing the summed matrix. */
function linearWithAdapters(x: Tensor, weight: LowRankSum, bias: Tensor | undefined): Tensor {
  return tidy(() =>
    activeAdapters(weight).reduce(
      (y, { down, up, scale }) => add(y, mul(linear(linear(x, down), up), scale)),
      linear(x, weight.base, bias),
    ),
  );
}

/** Joins the leading axes: [..., width] to [rows, width]. */
function flattenRows(x: Tensor): Tensor {
  return x.shape.length === 2 ? x : reshape(x, [-1, x.shape.at(-1)!]);
}
