import { expectShape, showShape } from '../errors.js';
import { add, mul } from '../ops/arithmetic.js';
import { matMul } from '../ops/mat-mul.js';
import { clone } from '../ops/op.js';
import { dispose, type Matrix, type Tensor, tidy } from '../tensor.js';
import { dense } from './matrix.js';

/** A matrix of low rank, scale · up down, that is added to another while it is active. */
export interface LowRankAdapter {
  /** [rank, in] */
  down: Tensor;
  /** [out, rank] */
  up: Tensor;
  scale: number;
  /** Whether it counts. */
  active: boolean;
  /** Whether the base holds it already: then it is not added again. */
  merged?: boolean;
}

/** A matrix [out, in] with parts of low rank beside it, each under its name: base + Σ scale · up down over the active ones (Hu et al. 2021). */
export interface LowRankSum extends Matrix {
  base: Matrix;
  readonly parts: Record<string, LowRankAdapter>;
}

/** A matrix with parts of low rank beside it; all of them belong to the sum and are disposed with it. */
export function lowRankSum(base: Matrix, parts: Record<string, LowRankAdapter>): LowRankSum {
  const [out, width] = base.shape as [number, number];
  for (const [name, { down, up }] of Object.entries(parts))
    expectShape(
      down.shape.length === 2 && down.shape[1] === width && up.shape[0] === out && up.shape[1] === down.shape[0],
      () =>
        `lowRankSum: down ${showShape(down.shape)} and up ${showShape(up.shape)} of '${name}' do not fit the matrix ${showShape(base.shape)}; they are [rank, in] and [out, rank]`,
    );
  const sum: LowRankSum = {
    shape: base.shape,
    dtype: base.dtype,
    base,
    parts,
    dispose: () => dispose([sum.base, ...Object.values(sum.parts).flatMap(({ down, up }) => [down, up])]),
  };
  return sum;
}

/** Whether a matrix has parts of low rank beside it. */
export function isLowRankSum(matrix: unknown): matrix is LowRankSum {
  return typeof matrix === 'object' && matrix !== null && 'base' in matrix && 'parts' in matrix;
}

/** The sum as one plain tensor [out, in], a new one that the caller disposes. */
export function mergeLowRank(matrix: Matrix): Tensor {
  return tidy(() => {
    if (!isLowRankSum(matrix)) return clone(dense(matrix));
    return activeAdapters(matrix).reduce(
      (total, { down, up, scale }) => add(total, mul(matMul(up, down), scale)),
      mergeLowRank(matrix.base),
    );
  });
}

/** The parts that count. */
export function activeAdapters({ parts }: LowRankSum): LowRankAdapter[] {
  return Object.values(parts).filter(({ active, merged }) => active && !merged);
}
