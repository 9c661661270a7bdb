import { add, mul } from '../ops/arithmetic.js';
import { equal } from '../ops/compare.js';
import { toFloat } from '../ops/convert.js';
import { matMul } from '../ops/mat-mul.js';
import { type Op, runOp } from '../ops/op.js';
import { concat, reshape, sliceAxis } from '../ops/shape.js';
import { sum } from '../ops/sum.js';
import { type Tensor, tidy } from '../tensor.js';
import { denseLinear, flattenRows } from './dense-linear.js';
import { checkedIndices, scatterAdd } from './gather.js';
import { outOfRange } from './out-of-range.js';

/** The inputs of `residual.expertLinear`. */
export type ExpertLinearInputs = {
  /** [tokens, in] or [tokens, k, in]. */
  readonly x: Tensor;
  /** [experts · out, in]. */
  readonly weight: Tensor;
  /** int32 [tokens, k]. */
  readonly chosen: Tensor;
  /** [experts · out]. */
  readonly bias?: Tensor;
};

/** The inputs of `residual.expertLinearGradient`, the gradient of x for each choice: [tokens, k, in]. */
export type ExpertLinearGradientInputs = Pick<ExpertLinearInputs, 'weight' | 'chosen'> & {
  /** [tokens, k, out]. */
  readonly dy: Tensor;
};

/** The inputs of `residual.expertLinearWeightGradient`: [experts · out, in]. */
export type ExpertLinearWeightGradientInputs = Pick<ExpertLinearInputs, 'x' | 'chosen'> & {
  /** [tokens, k, out]. */
  readonly dy: Tensor;
};

/** The attributes of the ops on stacked matrices of experts. */
export type ExpertLinearAttributes = { readonly experts: number };

const expertLinearOp: Op<ExpertLinearInputs, ExpertLinearAttributes> = {
  name: 'residual.expertLinear',
  compose: ({ x, weight, chosen, bias }, { experts }) =>
    sumOverExperts(chosen, experts, expert =>
      denseLinear(x, partOf(weight, experts, expert), bias && partOf(bias, experts, expert)),
    ),
  saves: ['x', 'weight', 'chosen'],
  gradient: (dy, { saved: { x, weight, chosen }, shapes, attributes }) => ({
    x: () => sumChoices(runOp(gradientOp, { dy, weight, chosen }, attributes), shapes.x),
    weight: () => runOp(weightGradientOp, { dy, x, chosen }, attributes),
    bias: () => biasGradient(dy, chosen, attributes.experts),
  }),
};

const gradientOp: Op<ExpertLinearGradientInputs, ExpertLinearAttributes> = {
  name: 'residual.expertLinearGradient',
  compose: ({ dy, weight, chosen }, { experts }) =>
    sumOverExperts(chosen, experts, expert =>
      reshape(matMul(flattenRows(dy), partOf(weight, experts, expert)), [...chosen.shape, weight.shape[1]!]),
    ),
};

const weightGradientOp: Op<ExpertLinearWeightGradientInputs, ExpertLinearAttributes> = {
  name: 'residual.expertLinearWeightGradient',
  compose: ({ dy, x, chosen }, { experts }) => {
    const gradients = Array.from({ length: experts }, (_, expert) =>
      tidy(() => {
        const ofExpert = mul(dy, choiceOf(chosen, expert)); // [tokens, k, out]
        const rows = x.shape.length === 2 ? sum(ofExpert, { axis: 1 }) : flattenRows(ofExpert);
        return matMul(rows, flattenRows(x), { transposeA: true }); // [out, in]
      }),
    );
    return concat(gradients, 0);
  },
};

/** y of `expertLinear` with dense matrices; the shapes fit. */
export function denseExpertLinear(
  x: Tensor,
  weight: Tensor,
  chosen: Tensor,
  experts: number,
  bias: Tensor | undefined,
): Tensor {
  return runOp(expertLinearOp, { x, weight, chosen, ...(bias && { bias }) }, { experts });
}

/**
 * Σ over the experts of what each computes for all tokens, [tokens, width] or [tokens, k, width], where it is chosen:
 * [tokens, k, width].
 */
export function sumOverExperts(chosen: Tensor, experts: number, compute: (expert: number) => Tensor): Tensor {
  const [tokens, k] = chosen.shape as [number, number];
  return tidy(() => {
    const checked = checkedIndices(chosen, experts, index => outOfRange.expertLinear(index, experts));
    let total: Tensor | undefined;
    for (let expert = 0; expert < experts; expert++) {
      const before = total;
      total = tidy(() => {
        const y = compute(expert);
        const ofChoices = reshape(y, [tokens, y.shape.length === 2 ? 1 : k, y.shape.at(-1)!]);
        const part = mul(ofChoices, choiceOf(checked, expert));
        return before ? add(before, part) : part;
      });
      before?.dispose();
    }
    return total!;
  });
}

/** The sum over the choices of a token where they had one input: [tokens, k, in] to the shape of x. */
export function sumChoices(dx: Tensor, shape: readonly number[]): Tensor {
  return shape.length === 2 ? sum(dx, { axis: 1 }) : dx;
}

/** The gradient of a bias: [experts · out]. */
export function biasGradient(dy: Tensor, chosen: Tensor, experts: number): Tensor {
  const ofExperts = scatterAdd(flattenRows(dy), reshape(chosen, [chosen.size]), experts); // [experts, out]
  return reshape(ofExperts, [ofExperts.size]);
}

/** The entries of one expert in a stack along the first axis. */
export function partOf(stack: Tensor, experts: number, expert: number): Tensor {
  const length = stack.shape[0]! / experts;
  return sliceAxis(stack, 0, expert * length, length);
}

/** 1 where an expert is chosen, else 0: [tokens, k, 1]. */
function choiceOf(chosen: Tensor, expert: number): Tensor {
  return toFloat(equal(reshape(chosen, [...chosen.shape, 1]), expert));
}
